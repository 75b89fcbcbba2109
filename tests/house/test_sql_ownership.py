"""SQL stands in stores, and each room's store speaks only of its own schema."""

import ast
import re
import tomllib
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src" / "ascolto"
ROOMS = (
    *("tenancy", "identity", "privacy", "people", "customers", "routing", "conversations"),
    *("channels", "insight", "workforce", "web", "configuration"),
)
_SQL = re.compile(
    r"\b(SELECT\s+.+\s+FROM\s|INSERT\s+INTO\s|UPDATE\s+\w+\.?\w*.*\sSET\s|DELETE\s+FROM\s)",
    re.DOTALL,
)
_SCHEMA = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z]+)\.[a-z_]+")
# What a room may read beside its own schema: the log it computes from, and doors made for others.
MAY_READ = {
    "insight": {"kit", "people", "routing", "conversations"},
    "routing": {"tenancy"},
    "web": {"tenancy"},
    "identity": {"kit"},
    "channels": {"kit"},
    "conversations": {"kit"},
}


def _texts(path: Path) -> list[str]:
    """Return every text of a module that is not a docstring, f-strings joined."""
    tree = ast.parse(path.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [p.value for p in node.values if isinstance(p, ast.Constant)]
            found.append("x".join(str(p) for p in parts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            found.append(node.value)
    return found


def _is_store(path: Path) -> bool:
    return path.name.startswith("store")


def test_only_stores_and_the_kit_speak_sql() -> None:
    outside = [
        str(path.relative_to(SOURCES))
        for room in (*ROOMS, "simulator", "demo")
        for path in sorted((SOURCES / room).rglob("*.py"))
        if not _is_store(path) and any(_SQL.search(text) for text in _texts(path))
    ]
    assert outside == []


def test_a_store_names_no_other_rooms_tables() -> None:
    strangers = {}
    seen = 0
    for room in ROOMS:
        for path in sorted((SOURCES / room).rglob("store*.py")):
            named = {s for text in _texts(path) for s in _SCHEMA.findall(text)}
            seen += len(named)
            foreign = named - {room} - MAY_READ.get(room, set()) - {"pg_catalog"}
            if foreign:
                strangers[str(path.relative_to(SOURCES))] = sorted(foreign)
    assert seen > 8, "no SQL was found at all"
    assert strangers == {}


def test_every_store_stands_in_the_contracts_on_stores() -> None:
    contracts = tomllib.loads((SOURCES.parents[1] / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
    by_id = {contract["id"]: contract for contract in contracts}
    stores = sorted(path.relative_to(SOURCES) for path in SOURCES.glob("*/store*.py"))
    layer = next(text for text in by_id["inside-a-room"]["layers"] if "(store)" in text)
    assert len(stores) > 20
    for path in stores:
        room, name = path.parent.name, path.stem
        assert f"ascolto.{room}.{name}" in by_id[f"store-of-{room}"]["protected_modules"]
        assert f"ascolto.*.{name}" in by_id["no-web-inside"]["source_modules"]
        assert f"({name})" in layer.split(" : ")
