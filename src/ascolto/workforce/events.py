"""What happens to plans."""

from dataclasses import dataclass
from typing import ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class HistoryImported(Event):
    """Somebody brought in what had come to a queue before the log began."""

    kind: ClassVar[str] = "workforce.history_imported"
    queue_id: str
    channel: str
    rows: int
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class ForecastEvent(Event):
    """Something about one forecast."""

    forecast_id: str
    queue_id: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class ForecastAsked(ForecastEvent):
    """Somebody asked for a forecast, and said why."""

    kind: ClassVar[str] = "workforce.forecast_asked"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ForecastMade(ForecastEvent):
    """A forecast was made, or could not be."""

    kind: ClassVar[str] = "workforce.forecast_made"
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class ForecastEdited(ForecastEvent):
    """Somebody changed a forecast by hand, or took such a change back."""

    kind: ClassVar[str] = "workforce.forecast_edited"
    edit_id: str
    change: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ForecastPublished(ForecastEvent):
    """A forecast is what the organisation goes by from now on."""

    kind: ClassVar[str] = "workforce.forecast_published"


@dataclass(frozen=True, kw_only=True)
class ForecastDropped(ForecastEvent):
    """A draft was thrown away."""

    kind: ClassVar[str] = "workforce.forecast_dropped"


@dataclass(frozen=True, kw_only=True)
class RosterPublished(Event):
    """A version of the roster holds from now on; how much of what held before it changes."""

    kind: ClassVar[str] = "workforce.roster_published"
    roster_id: str
    first_day: str
    last_day: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class LeverPulled(Event):
    """Something was done about the rest of a day, or taken back."""

    kind: ClassVar[str] = "workforce.lever_pulled"
    lever_id: str
    queue_id: str
    lever: str
    change: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OwnEventNoted(Event):
    """The organisation knows something of one of its days, or was wrong about it."""

    kind: ClassVar[str] = "workforce.own_event_noted"
    own_event_id: str
    day: str
    own_event: str
    change: str


@dataclass(frozen=True, kw_only=True)
class ShiftsChanged(Event):
    """A swap or a leave was done or undone: the day holds anew."""

    kind: ClassVar[str] = "workforce.shifts_changed"
    request_id: str
    roster_id: str
    request: str
    change: str
    day: str
    operators: list[str]


@dataclass(frozen=True, kw_only=True)
class WishesChanged(Event):
    """Somebody wishes for other hours, or agrees to other shifts."""

    kind: ClassVar[str] = "workforce.wishes_changed"
    operator_id: str
    short_shifts: bool
    split_shifts: bool
