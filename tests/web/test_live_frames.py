"""The frames that desks hear: each kind is described, and each recorded one is as described."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs  # comes with schemathesis
import orjson
import pytest

import ascolto

CONTRACTS = Path(__file__).parents[2] / "contracts"
SCHEMA = orjson.loads((CONTRACTS / "live.schema.json").read_bytes())
OPENAPI = orjson.loads((CONTRACTS / "openapi.json").read_bytes())
TRACES = sorted((CONTRACTS / "traces").glob("*.json"))
# For the customer's own page and for programs: no desk follows their topics.
ELSEWHERE = {"conversation.state", "outbound.added"}
WHISPERED = {"typing", "viewing"}
VALIDATORS = {
    # Everything that routes answer is a closed shape here, so that a new field is described too.
    option["properties"]["k"]["const"]: jsonschema_rs.validator_for(
        {
            "$schema": SCHEMA["$schema"],
            "$defs": SCHEMA["$defs"],
            **option["properties"]["b"],
            "unevaluatedProperties": False,
        },
        base_uri="https://contracts.invalid/live.schema.json",
        retriever=lambda _uri: OPENAPI,
        validate_formats=True,
    )
    for option in SCHEMA["oneOf"]
}


def faults(kind: str, body: Any) -> list[str]:
    """Return what is wrong with a frame's body."""
    return [
        f"{kind} {error.instance_path}: {error}" for error in VALIDATORS[kind].iter_errors(body)
    ]


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _constant(node: ast.Call, place: int) -> str | None:
    found = node.args[place] if len(node.args) > place else None
    return found.value if isinstance(found, ast.Constant) and isinstance(found.value, str) else None


def kinds_in(tree: ast.Module) -> Iterator[str]:
    """Name the kinds of the frames that a module builds, also through a function of its own."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [one.arg for one in function.args.args]
        for frame in (node for node in ast.walk(function) if _called(node) == "Frame"):
            assert isinstance(frame, ast.Call)
            kind = frame.args[1] if len(frame.args) > 1 else None
            if isinstance(kind, ast.Name):
                place = names.index(kind.id)
                told = [_constant(c, place) for c in calls if _called(c) == function.name]
                yield from (one for one in told if one)
    for call in calls:
        if _called(call) == "Frame" and (told_kind := _constant(call, 1)):
            yield told_kind


def test_every_kind_that_is_sent_is_described_and_no_other() -> None:
    sources = Path(ascolto.__file__).parent.rglob("*.py")
    sent = {kind for path in sources for kind in kinds_in(ast.parse(path.read_text("utf-8")))}
    assert sent | WHISPERED == VALIDATORS.keys() | ELSEWHERE


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_every_recorded_frame_is_as_described(path: Path) -> None:
    trace = orjson.loads(path.read_bytes())
    assert trace["frames"]
    assert [f for frame in trace["frames"] for f in faults(frame["k"], frame["b"])] == []
    for state in (trace["before"], trace["after"]):
        desk = state.get("desk", {"presence": None, "offers": [], "conversations": []})
        if desk["presence"] is not None:
            assert faults("presence.changed", desk["presence"]) == []
        for kind, rows in (
            ("offer.made", desk["offers"]),
            ("conversation.changed", desk["conversations"]),
        ):
            assert [f for row in rows for f in faults(kind, row)] == []


def test_a_frame_with_a_field_too_many_or_too_few_is_told() -> None:
    right = {"work_item_id": "w", "reason": None}
    assert faults("offer.withdrawn", right) == []
    assert faults("offer.withdrawn", {**right, "who": "x"})
    assert faults("offer.withdrawn", {"reason": None})
