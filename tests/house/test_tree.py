"""What is committed: sources only, and nothing that names a registry."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MADE = ("node_modules/", "src/ascolto/web/static/", "dist/", "__pycache__/", ".venv/")
# Spelled in pieces, so that this file does not name them.
REGISTRY = re.compile(rb"pypi\." + rb"org|pythonhosted\." + rb"org|registry\." + rb"npmjs")


@pytest.fixture(scope="module")
def committed() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what is committed cannot be told")
    return [name for name in listed.stdout.split("\0") if name]


def test_nothing_that_is_built_or_fetched_is_committed(committed: list[str]) -> None:
    assert not [name for name in committed if any(part in f"/{name}" for part in MADE)][:10]


def test_no_file_names_a_package_registry(committed: list[str]) -> None:
    named = [
        name
        for name in committed
        if (ROOT / name).is_file() and REGISTRY.search((ROOT / name).read_bytes())
    ]
    assert named == []
