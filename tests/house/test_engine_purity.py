"""The routing engine decides from what it is given: it reaches nothing but the standard library."""

import ast
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src"
ENGINE = SOURCES / "ascolto" / "routing" / "engine"
OWN = "ascolto.routing.engine"
# Parts of the standard library that reach a clock, chance, the disk, the network or other work.
IMPURE = {
    *("asyncio", "concurrent", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil"),
    *("socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
}


# The days lived at virtual time draw from a source of chance that the caller has seeded.
SEEDED = {"virtual.py": {"random"}}


def imported_by(source: str) -> set[str]:
    """Return the full names that a module imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(OWN if node.level else node.module or "")
    return names


def strangers(source: str) -> set[str]:
    """Return what the engine must not import."""
    return {
        name
        for name in imported_by(source)
        if name != OWN
        and not name.startswith(f"{OWN}.")
        and (name.partition(".")[0] not in sys.stdlib_module_names or name.split(".")[0] in IMPURE)
    }


def test_the_engine_imports_nothing_but_the_pure_standard_library() -> None:
    found = {
        str(path.relative_to(SOURCES)): strangers(path.read_text(encoding="utf-8"))
        - SEEDED.get(path.name, set())
        for path in [*ENGINE.rglob("*.py"), *ENGINE.parent.glob("engine.py")]
    }
    assert {path: names for path, names in found.items() if names} == {}


def test_a_stranger_in_the_engine_is_seen_wherever_it_is_imported() -> None:
    source = """
import heapq
from ascolto.routing.engine.state import State
from ascolto.kit.db import Tx

def decide() -> None:
    import time
    import asyncpg
"""
    assert strangers(source) == {"ascolto.kit.db", "time", "asyncpg"}
