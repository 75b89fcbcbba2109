"""Shapes shared by every HTTP route: pages, cursors, the services of the process."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query, Request
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from ascolto.kit.clock import Clock
from ascolto.kit.db import Database
from ascolto.kit.errors import Invalid
from ascolto.kit.ids import is_id
from ascolto.kit.live import LiveHub
from ascolto.kit.relay import Relay
from ascolto.kit.settings import Settings

T = TypeVar("T")
S = TypeVar("S")

Cursor = Annotated[str | None, Query(max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=200)]


BODY_LIMIT = "x-body-limit"


def takes(most: int) -> dict[str, Any]:
    """Return what a route says in its `openapi_extra` to take bodies of up to so many bytes.

    Of all others a body ends at the server's usual limit.
    """
    return {BODY_LIMIT: most}


class BadCursor(Invalid):
    """The cursor was not given out by us, or is damaged."""

    code = "bad_cursor"


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def page_of(
    found: Sequence[S],
    *,
    limit: int,
    show: Callable[[S], T],
    place: Callable[[S], tuple[Any, ...]],
) -> Page[T]:
    """Return a page of `limit` rows out of one more than that, if there are so many.

    `place` gives the sort key of a row, which the cursor of the next page packs.
    """
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        items=[show(one) for one in shown],
        next_cursor=encode_cursor(*place(shown[-1])) if more else None,
    )


def encode_cursor(*values: Any) -> str:
    """Pack the sort key of the last row of a page into opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str | None, size: int) -> list[Any] | None:
    """Unpack a cursor of `size` values; None stays None; anything else is refused."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise BadCursor("The cursor cannot be read.") from error
    if not isinstance(values, list) or len(values) != size:
        raise BadCursor("The cursor cannot be read.")
    if any(isinstance(value, str) and "\0" in value for value in values):
        raise BadCursor("The cursor cannot be read.")  # no text of the database holds one
    return values


def decode_id(cursor: str | None) -> str | None:
    """Unpack a cursor that is one id; None stays None; anything else is refused."""
    values = decode_cursor(cursor, 1)
    return None if values is None else as_id(values[0])


def decode_text(cursor: str | None) -> str | None:
    """Unpack a cursor that is one text; None stays None; anything else is refused."""
    values = decode_cursor(cursor, 1)
    return None if values is None else as_text(values[0])


def decode_number(cursor: str | None) -> int | None:
    """Unpack a cursor that is one whole number; None stays None; anything else is refused."""
    values = decode_cursor(cursor, 1)
    return None if values is None else as_number(values[0])


def as_number(packed: Any) -> int:
    """Read a number of a row out of a cursor; anything else is refused."""
    # True is a whole number to Python; what the database cannot count to is none of ours.
    if not isinstance(packed, int) or isinstance(packed, bool) or not 0 <= packed < 2**31:
        raise BadCursor("The cursor cannot be read.")
    return packed


def as_text(packed: Any) -> str:
    """Read a text out of a cursor; anything else is refused."""
    if not isinstance(packed, str):
        raise BadCursor("The cursor cannot be read.")
    return packed


def as_flag(packed: Any) -> bool:
    """Read a yes or no out of a cursor; anything else is refused."""
    if not isinstance(packed, bool):
        raise BadCursor("The cursor cannot be read.")
    return packed


def as_id(packed: Any) -> str:
    """Read an id out of a cursor; anything else is refused."""
    if not isinstance(packed, str) or not is_id(packed):
        raise BadCursor("The cursor cannot be read.")
    return packed


def decode_place(cursor: str | None) -> tuple[str, str] | None:
    """Unpack a cursor that is a name and an id; None stays None; anything else is refused."""
    values = decode_cursor(cursor, 2)
    if values is None:
        return None
    return as_text(values[0]), as_id(values[1])


def decode_moment(packed: Any) -> datetime:
    """Read a moment out of a cursor; anything else is refused."""
    try:
        moment = datetime.fromisoformat(as_text(packed))
    except ValueError as error:
        raise BadCursor("The cursor cannot be read.") from error
    if moment.tzinfo is None or not 1970 < moment.year < 9000:
        raise BadCursor("The cursor cannot be read.")
    return moment


@dataclass(slots=True)
class Services:
    """What a process has running, reached from a request as `services_of(request)`."""

    db: Database
    relay: Relay
    live: LiveHub
    settings: Settings
    clock: Clock
    dispatcher: Any = None
    calculator: Any = None


def services_of(connection: HTTPConnection | Request) -> Services:
    """Return the running services from a request or a socket."""
    services: Services = connection.app.state.services
    return services
