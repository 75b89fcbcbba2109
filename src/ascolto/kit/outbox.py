"""Events and frames: what happened, and what the screens should show of it.

Both are rows written in the transaction that made them true. An `Event` is a fact: append-only,
without message text, the source of metrics and audit. A `Frame` is what a browser needs to
follow: it carries wire shapes and is deleted after a quarter of an hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

import orjson

# Arrays of text, cast row by row: the driver encodes nothing else so fast.
_EVENTS = """
INSERT INTO kit.event (tenant_id, at, actor, kind, version, client_id, body)
SELECT $1::uuid, $2::timestamptz, $3::jsonb, k, v, c::uuid, b::jsonb
  FROM unnest($4::text[], $5::int[], $6::text[], $7::text[]) AS e(k, v, c, b)
"""
_FRAMES = """
INSERT INTO kit.frame (tenant_id, at, topic, kind, client_id, body)
SELECT $1::uuid, $2::timestamptz, t, k, c::uuid, b::jsonb
  FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS f(t, k, c, b)
"""


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense; rooms subclass it as frozen keyword-only dataclasses."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    client_id: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the JSON-able fields but for the client, which has a column of its own."""
        return {
            name: value
            for name, value in self.__dict__.items()  # the fields, in their order
            if value is not None and name != "client_id"
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """One message to every socket that follows a topic."""

    topic: str
    kind: str
    body: dict[str, Any]
    client_id: str | None = None


@dataclass(eq=False)
class StoredEvent:
    """An event as it lies in the log; (xid, id) is its place in the one order of all nodes.

    Most who hear of it need no more than its kind, so its JSON is read only when asked for.
    Nobody changes it; it is not frozen because every node makes one of every row of the stream,
    and frozen ones take three times as long to make.
    """

    tenant_id: str
    id: int
    xid: int
    at: datetime
    kind: str
    version: int
    client_id: str | None
    actor_json: str
    body_json: str

    @cached_property
    def actor(self) -> dict[str, Any]:
        """Return who did it."""
        found: dict[str, Any] = orjson.loads(self.actor_json)
        return found

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return the facts."""
        found: dict[str, Any] = orjson.loads(self.body_json)
        return found


@dataclass(eq=False)
class StoredFrame:
    """A frame as it lies in the stream; its body leaves for the wire as the text it is.

    Not frozen for the reason that an event is not.
    """

    tenant_id: str
    id: int
    xid: int
    topic: str
    kind: str
    client_id: str | None
    body_json: str

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return what it says."""
        found: dict[str, Any] = orjson.loads(self.body_json)
        return found

    @property
    def cursor(self) -> str:
        """Return the frame's place in the stream as text."""
        return f"{self.xid}-{self.id}"


def insert_statements(
    tenant_id: str,
    at: datetime,
    actor: dict[str, Any],
    events: Sequence[Event],
    frames: Sequence[Frame],
) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the statements, with their arguments, that write all events and all frames."""
    return [
        (
            _EVENTS,
            (
                tenant_id,
                at,
                actor,
                [e.kind for e in events],
                [e.version for e in events],
                [e.client_id for e in events],
                [orjson.dumps(e.body()).decode() for e in events],
            ),
        ),
        (
            _FRAMES,
            (
                tenant_id,
                at,
                [f.topic for f in frames],
                [f.kind for f in frames],
                [f.client_id for f in frames],
                [orjson.dumps(f.body).decode() for f in frames],
            ),
        ),
    ]


def parse_cursor(cursor: str) -> tuple[int, int] | None:
    """Read "xid-id" into its two numbers, or None when it is not a cursor."""
    xid, dash, number = cursor.partition("-")
    if not dash or not all(part.isascii() and part.isdigit() for part in (xid, number)):
        return None
    if len(xid) > 18 or len(number) > 18:  # beyond a signed 64-bit number
        return None
    return int(xid), int(number)
