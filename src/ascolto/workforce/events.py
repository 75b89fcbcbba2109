"""What happens to plans."""

from dataclasses import dataclass
from typing import Any, ClassVar

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
class LeverReached(Event):
    """What was done about a day reached people or queues: offered, begun, done or undone.

    Of an offer, `accepted` says that its person has agreed; who declines is told to nobody.
    """

    kind: ClassVar[str] = "workforce.lever_reached"
    lever_id: str
    queue_id: str
    lever: str
    change: str
    reason: str
    operators: list[str]


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
    early_offers: bool = False


@dataclass(frozen=True, kw_only=True)
class ContractWritten(Event):
    """Somebody wrote a contract, new or anew."""

    kind: ClassVar[str] = "workforce.contract_written"
    contract_id: str
    name: str
    terms: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class ContractDropped(Event):
    """A contract that nobody had agreed to was thrown away."""

    kind: ClassVar[str] = "workforce.contract_dropped"
    contract_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Agreed(Event):
    """Something holds for a person from a day on; without a contract they work no more."""

    kind: ClassVar[str] = "workforce.agreed"
    operator_id: str
    from_day: str
    contract_id: str | None
    elastic: bool
    free_weekdays: list[int]
    office: list[int] | None
    team_weekdays: list[int]


@dataclass(frozen=True, kw_only=True)
class AgreementWithdrawn(Event):
    """What was to hold for a person from a day on was taken back."""

    kind: ClassVar[str] = "workforce.agreement_withdrawn"
    operator_id: str
    from_day: str


@dataclass(frozen=True, kw_only=True)
class SeatsChanged(Event):
    """From a day on another number can sit in the office; none is no limit."""

    kind: ClassVar[str] = "workforce.seats_changed"
    from_day: str
    seats: int | None


@dataclass(frozen=True, kw_only=True)
class StandInOver(Event):
    """Who was asked to stand in will not, or said nothing in time; others are asked, or nobody."""

    kind: ClassVar[str] = "workforce.stand_in_over"
    request_id: str
    roster_id: str
    day: str
    operator_id: str
    state: str
    asked: list[str]


@dataclass(frozen=True, kw_only=True)
class RosterAsked(Event):
    """Somebody asked for a roster to be made, and said why."""

    kind: ClassVar[str] = "workforce.roster_asked"
    run_id: str
    first_day: str
    last_day: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RosterMade(Event):
    """A roster was made into a draft, or could not be, or was cancelled."""

    kind: ClassVar[str] = "workforce.roster_made"
    run_id: str
    first_day: str
    last_day: str
    roster_id: str | None = None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class RosterEdited(Event):
    """Somebody changed one person's day in a draft."""

    kind: ClassVar[str] = "workforce.roster_edited"
    roster_id: str
    operator_id: str
    day: str
    before: list[list[str]]
    after: list[list[str]]
