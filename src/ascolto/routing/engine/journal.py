"""A day of routing as lines of text, and the same day lived again.

Each line holds an event as the engine heard it and what it decided. Lived again by the same
engine under the same rules a day must give the same lines; under other rules, or another version,
the differences are what would have happened otherwise.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ascolto.routing.engine import model as m
from ascolto.routing.engine.engine import Engine

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (*get_args(m.Event), *get_args(m.Decision))
}


def as_json(told: m.Event | m.Decision) -> dict[str, Any]:
    """Return an event or a decision in a shape for JSON; sets are sorted, so equal is the same."""
    return {"kind": type(told).__name__, **_fields(told)}


def _fields(value: Any) -> dict[str, Any]:
    names = [f.name for f in fields(value)] if is_dataclass(value) else value._fields
    return {name: _plain(getattr(value, name)) for name in names}


def _plain(value: Any) -> Any:
    if is_dataclass(value) or hasattr(value, "_fields"):
        return _fields(value)
    if isinstance(value, AbstractMapping):
        return {key: _plain(held) for key, held in sorted(value.items())}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(held) for held in value]
    return value


def from_json(body: Mapping[str, Any]) -> Any:
    """Return the event or decision of such a shape; raises KeyError for an unknown kind."""
    kind = _KINDS[body["kind"]]
    return _built(kind, {name: held for name, held in body.items() if name != "kind"})


def _built(kind: type[Any], body: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], held) for name, held in body.items()})


def _read(hint: Any, value: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType or (inner and NoneType in inner):
        return None if value is None else _read(inner[0], value)
    if origin is frozenset:
        return frozenset(value)
    if origin is tuple:
        each = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        return tuple(_read(one, held) for one, held in zip(each, value, strict=True))
    if origin is AbstractMapping:
        return {key: _read(inner[1], held) for key, held in value.items()}
    if isinstance(hint, type) and (is_dataclass(hint) or hasattr(hint, "_fields")):
        return _built(hint, value)
    return value


def line(event: m.Event, decided: Iterable[m.Decision]) -> str:
    """Return an event and what was decided on it as one line."""
    body = {"event": as_json(event), "decided": [as_json(decision) for decision in decided]}
    return json.dumps(body, separators=(",", ":"))


def kept(engine: Engine, events: Iterable[m.Event]) -> Iterator[str]:
    """Let an engine hear events, and return the line of each."""
    for event in events:
        yield line(event, engine.handle(event))


@dataclass(frozen=True, slots=True)
class Difference:
    """An event on which the day lived again went another way."""

    number: int
    event: m.Event
    was: tuple[m.Decision, ...]
    now: tuple[m.Decision, ...]


def replayed(
    lines: Iterable[str],
    *,
    engine: Engine | None = None,
    under: Mapping[str, m.QueuePolicy] | None = None,
) -> Iterator[Difference]:
    """Live a day again and return where it goes another way; `under` gives queues other rules."""
    again = Engine() if engine is None else engine
    for number, text in enumerate(lines, start=1):
        body = json.loads(text)
        event = from_json(body["event"])
        was = tuple(from_json(decision) for decision in body["decided"])
        if isinstance(event, m.QueueConfigured) and under is not None:
            policy = under.get(event.policy.id, event.policy)
            event = replace(event, policy=policy)
        now = tuple(again.handle(event))
        if now != was:
            yield Difference(number, event, was, now)
