"""Which file a caller means, and that nobody can mean one that is not ours to give."""

from pathlib import Path

import pytest

from ascolto.kit.shipped import shipped_file


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("no")
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "a.js").write_text("yes")
    return folder


def test_a_file_of_the_folder_is_found(root: Path) -> None:
    assert shipped_file(root, "assets/a.js") == (root / "assets/a.js").resolve()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "assets",
        "b.js",
        "../secret",
        "assets/../../secret",
        "\0",
        "a\0.js",
        "x" * 300,
        "/etc/passwd",
    ],
)
def test_nothing_else_is_found_and_nothing_is_raised(root: Path, name: str) -> None:
    assert shipped_file(root, name) is None
