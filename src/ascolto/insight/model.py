"""What insight counts: episodes, threads, presence spans and the additive tally made of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Protocol


class LoggedEvent(Protocol):
    """The part of a stored event that insight reads."""

    @property
    def id(self) -> int:
        """Unique in the log."""

    @property
    def at(self) -> datetime:
        """When it happened."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def client_id(self) -> str | None:
        """For which client."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Its fields."""


@dataclass(frozen=True, slots=True)
class Stint:
    """One operator's time with one work item, from the answer to the end of the wrap-up."""

    operator_id: str
    queue_id: str
    answered_at: datetime
    ended_at: datetime | None = None
    wrap_ended_at: datetime | None = None

    @property
    def over_at(self) -> datetime | None:
        """The moment the operator was free of it, or None while he still has it."""
        return self.wrap_ended_at


@dataclass(frozen=True, slots=True)
class Leg:
    """One wait in one queue: the first is the customer's request, later ones are internal."""

    queue_id: str
    requested_at: datetime
    internal: bool
    answered_at: datetime | None = None
    abandoned_at: datetime | None = None
    moved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One request for a person, attributed to the queue and the moment of human_requested."""

    work_item_id: str
    conversation_id: str
    client_id: str
    queue_id: str
    channel: str
    requested_at: datetime
    legs: tuple[Leg, ...]
    stints: tuple[Stint, ...]
    transfers: int = 0
    callback_accepted_at: datetime | None = None
    callback_connected_at: datetime | None = None
    withdrawn_at: datetime | None = None
    silent: bool = False
    cause: str = "first"

    @property
    def answered_at(self) -> datetime | None:
        """The first time a person took it."""
        return self.stints[0].answered_at if self.stints else None

    @property
    def abandoned_at(self) -> datetime | None:
        """When the customer left before anybody answered, else None."""
        if self.stints:
            return None
        return next((leg.abandoned_at for leg in self.legs if leg.abandoned_at), None)


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation as its response and resolution clocks see it."""

    conversation_id: str
    client_id: str
    queue_id: str
    channel: str
    opened_at: datetime
    first_reply: tuple[datetime, datetime] | None = None
    next_replies: tuple[tuple[datetime, datetime], ...] = ()
    customer_waits: tuple[tuple[datetime, datetime], ...] = ()
    closed_at: datetime | None = None
    times_closed: int = 0
    times_reopened: int = 0
    operators: tuple[str, ...] = ()
    score: int | None = None
    # Who stands behind the replies above, the last close and the score.
    first_reply_by: str = ""
    next_replies_by: tuple[str, ...] = ()
    closed_by: str = ""
    scored_by: str = ""


@dataclass(frozen=True, slots=True)
class PresenceSpan:
    """One stretch of one operator in one presence state."""

    operator_id: str
    state: str
    since: datetime
    until: datetime


# Why somebody was asked for when it was the customer who asked; all else is our own doing.
CUSTOMER_CAUSES = frozenset({"first", "returned"})
CAUSES = CUSTOMER_CAUSES | {"woken", "reopened", "undo"}
# A colleague asks the back office: its time is work, but no contract can count it as a contact.
CONSULT = "consult"


@dataclass(frozen=True, slots=True)
class Counting:
    """What a contract fixes before anything is counted: the target wait and the short abandon.

    `causes` are the reasons to ask for a person that count as requests of customers.
    """

    threshold_s: float = 20.0
    short_s: float = 5.0
    internal_transfers: bool = False
    causes: frozenset[str] = CUSTOMER_CAUSES


@dataclass(frozen=True, slots=True)
class DatedCounting:
    """What is counted from which moment on; the first holds also for all that was before it."""

    steps: tuple[tuple[datetime, Counting], ...]

    @classmethod
    def always(cls, counting: Counting) -> "DatedCounting":
        """Return one that never changed."""
        return cls(((datetime.min.replace(tzinfo=UTC), counting),))

    def at(self, moment: datetime) -> Counting:
        """Return what was counted at a moment."""
        begun = [counting for since, counting in self.steps if since <= moment]
        return begun[-1] if begun else self.steps[0][1]

    def between(self, since: datetime, until: datetime) -> tuple[Counting, ...]:
        """Return all that was counted in a period, in its order."""
        later = [counting for start, counting in self.steps if since < start < until]
        return (self.at(since), *later)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a period; two tallies add up, so totals never average percentages."""

    requested: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    callbacks_accepted: int = 0
    callbacks_connected: int = 0
    withdrawn: int = 0
    still_waiting: int = 0
    handled: int = 0
    transferred: int = 0
    text_requests: int = 0
    text_gone: int = 0
    silent: int = 0
    engaged_s: float = 0.0
    handling_s: float = 0.0
    ready_s: float = 0.0
    closed: int = 0
    reopened: int = 0
    answered_waits: tuple[float, ...] = ()
    lost_waits: tuple[float, ...] = ()
    first_replies_s: tuple[float, ...] = ()
    next_replies_s: tuple[float, ...] = ()
    resolutions_s: tuple[float, ...] = ()
    business_resolutions_s: tuple[float, ...] = ()
    scores: tuple[int, ...] = ()
    open_ages_s: tuple[float, ...] = ()
    overdue: int = 0
    operators: tuple[str, ...] = ()

    @property
    def offered(self) -> int:
        """Requests that ended with an answer or with the customer gone."""
        return self.answered + self.abandoned

    def __add__(self, other: "Tally") -> "Tally":
        """Return the tally of both periods (or queues, or clients) together."""
        return Tally.total((self, other))

    @staticmethod
    def total(tallies: Iterable["Tally"]) -> "Tally":
        """Sum many tallies in one pass, so that long lists of waits are copied once."""
        rows = list(tallies)
        summed: list[Any] = []
        for f in fields(Tally):
            values = [getattr(row, f.name) for row in rows]
            joined = isinstance(f.default, tuple)
            summed.append(tuple(chain.from_iterable(values)) if joined else sum(values))
        return Tally(*summed)


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed metric with what it was computed from."""

    formula: str
    version: int
    value: float | None
    unit: str
    numerator: float
    denominator: float
    detail: Mapping[str, float] = field(default_factory=dict)
    withheld: bool = False
