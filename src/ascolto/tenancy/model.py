"""The organisation's things as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.tenancy.hours import OpeningHours


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation: a company with customers, or an outsourcer with clients."""

    id: str
    slug: str
    name: str
    locale: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Client:
    """A committente: for whom the work is done, and under whose name."""

    id: str
    name: str
    legal_name: str
    sector: str
    color: str
    contact: dict[str, Any]
    default_calendar_id: str | None
    v: int
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Named opening hours, of one client or shared by all."""

    id: str
    client_id: str | None
    name: str
    hours: OpeningHours
    v: int


@dataclass(frozen=True, slots=True)
class SettingValue:
    """One value of a setting and since when it holds.

    One that `inherits` is none: from then on a client has the organisation's, this the default.
    """

    key: str
    client_id: str | None
    valid_from: datetime
    value: Any
    set_by: dict[str, Any]
    set_at: datetime
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a setting takes from a moment on (None: from now): a value, or none of its own."""

    value: Any = None
    valid_from: datetime | None = None
    inherits: bool = False
