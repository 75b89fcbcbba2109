"""Shapes shared by every HTTP route: pages, cursors, the services of the process."""

import base64
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from fastapi import Request
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


class BadCursor(Invalid):
    """The cursor was not given out by us, or is damaged."""

    code = "bad_cursor"


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None = None


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
    return values


def decode_id(cursor: str | None) -> str | None:
    """Unpack a cursor that is one id; None stays None; anything else is refused."""
    values = decode_cursor(cursor, 1)
    if values is None:
        return None
    if not is_id(str(values[0])):
        raise BadCursor("The cursor cannot be read.")
    return str(values[0])


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
