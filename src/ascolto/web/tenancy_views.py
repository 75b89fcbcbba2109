"""The shapes of clients, calendars and settings on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ascolto.tenancy import Calendar, Client, Setting
from ascolto.tenancy.model import SettingValue

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LooseName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Color = Annotated[str, StringConstraints(to_lower=True, pattern="^#[0-9a-fA-F]{6}$")]
Sector = Annotated[str, StringConstraints(pattern="^[a-z_]{1,40}$")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Clock = Annotated[str, StringConstraints(pattern="^[0-2][0-9]:[0-5][0-9]$")]
Intervals = Annotated[list[tuple[Clock, Clock]], Field(max_length=24)]


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class Reach(Body):
    """How a client's customers and the law find it."""

    email: LooseName | None = None
    phone: LooseName | None = None
    site: LooseName | None = None
    address: LooseName | None = None


class NewClient(Body):
    """A client to add."""

    name: Name
    color: Color = "#3b5bdb"
    legal_name: LooseName = ""
    sector: Sector = "other"
    reach: Reach = Reach()


class ClientChange(Body):
    """What to change of a client still at version `v`; absent fields stay."""

    v: Version
    name: Name | None = None
    color: Color | None = None
    legal_name: LooseName | None = None
    sector: Sector | None = None
    reach: Reach | None = None
    default_calendar_id: UUID | None = None

    def changes(self) -> dict[str, Any]:
        """Return the fields that were given; a null takes the calendar away."""
        values: dict[str, Any] = {}
        for name in self.model_fields_set - {"v"}:
            value = getattr(self, name)
            if name == "default_calendar_id":
                values[name] = None if value is None else str(value)
            elif name == "reach" and value is not None:
                values["contact"] = value.model_dump(exclude_none=True)
            elif value is not None:
                values[name] = value
        return values


class ClientView(BaseModel):
    """A client: for whom the work is done."""

    id: str
    v: int
    name: str
    legal_name: str
    sector: str
    color: str
    reach: dict[str, Any]
    default_calendar_id: str | None
    archived_at: datetime | None

    @classmethod
    def of(cls, client: Client) -> "ClientView":
        """Show a client."""
        return cls(
            id=client.id,
            v=client.v,
            name=client.name,
            legal_name=client.legal_name,
            sector=client.sector,
            color=client.color,
            reach=client.contact,
            default_calendar_id=client.default_calendar_id,
            archived_at=client.archived_at,
        )


class HoursBody(Body):
    """Opening hours: a week of wall-clock intervals, its exceptions and its holidays."""

    timezone: Annotated[str, StringConstraints(max_length=60)] = "Europe/Rome"
    weekly: dict[Annotated[str, StringConstraints(max_length=3)], Intervals]
    exceptions: Annotated[
        dict[Annotated[str, StringConstraints(max_length=10)], Intervals], Field(max_length=1000)
    ] = {}
    italian_holidays: bool = True
    patron: Annotated[str, StringConstraints(pattern="^[0-1][0-9]-[0-3][0-9]$")] | None = None


class NewCalendar(Body):
    """A calendar to add; without a client it is shared by all."""

    name: Name
    client_id: UUID | None = None
    hours: HoursBody


class CalendarChange(Body):
    """A calendar's next name and hours, if it is still at version `v`."""

    v: Version
    name: Name
    hours: HoursBody


class CalendarView(BaseModel):
    """Named opening hours."""

    id: str
    v: int
    name: str
    client_id: str | None
    hours: dict[str, Any]

    @classmethod
    def of(cls, calendar: Calendar) -> "CalendarView":
        """Show a calendar."""
        return cls(
            id=calendar.id,
            v=calendar.v,
            name=calendar.name,
            client_id=calendar.client_id,
            hours=calendar.hours.document(),
        )


class OpeningView(BaseModel):
    """Whether a calendar is open at a moment, and when that changes."""

    at: datetime
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None


class SettingValueView(BaseModel):
    """A value and since when it holds; one that `inherits` is none of its own from then on."""

    client_id: str | None
    valid_from: datetime
    value: Any
    inherits: bool
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, value: SettingValue) -> "SettingValueView":
        """Show a value."""
        return cls(
            client_id=value.client_id,
            valid_from=value.valid_from,
            value=value.value,
            inherits=value.inherits,
            set_by=str(value.set_by.get("name") or value.set_by.get("id", "")),
            set_at=value.set_at,
        )


class SettingView(BaseModel):
    """A setting: what it means, its default and every value it was given, newest first."""

    key: str
    meaning: str
    default: Any
    values: list[SettingValueView]

    @classmethod
    def of(cls, setting: Setting[Any], values: list[SettingValue]) -> "SettingView":
        """Show a setting."""
        return cls(
            key=setting.key,
            meaning=setting.meaning,
            default=setting.default,
            values=[SettingValueView.of(value) for value in values if value.key == setting.key],
        )


class SettingChange(Body):
    """A value to hold from a moment on (absent: from now), for one client or for all."""

    value: Any
    valid_from: AwareDatetime | None = None
    client_id: UUID | None = None
