"""What the engine knows: policies, people, work, the events it hears and the decisions it takes.

Times are seconds on whatever clock the caller keeps; ids are opaque. Nothing here reads a clock,
draws a number or touches a database. What the engine itself makes by the thousand (decisions and
their reasons) are named tuples: as immutable as the frozen dataclasses around them, built three
times as fast.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

EU_COUNTRIES = frozenset(
    code
    for line in (
        "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE",
        "IT LV LT LU MT NL PL PT RO SK SI ES SE",
    )
    for code in line.split(" ")
)


Openings: TypeAlias = tuple[tuple[float, float], ...]
"""From when until when, the end excluded, in order and without overlap."""


class SkillNeed(NamedTuple):
    """A skill and the lowest level (1 to 10) that will do."""

    skill: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle of people that opens once work has waited `after_s`; circles only add people."""

    after_s: float
    needs: tuple[SkillNeed, ...] = ()


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How a queue's work is ordered, offered and widened."""

    id: str
    client_id: str
    channel: str
    priority: int = 0
    rings: tuple[Ring, ...] = (Ring(0.0),)
    offer_timeout_s: float = 20.0
    target_s: float = 60.0
    overflow_queue_id: str | None = None
    overflow_after_s: float | None = None
    long_work_s: float = 300.0
    eu_only: bool = False


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """What one piece of a channel's work takes of a person's budget, and what it may interrupt.

    Work is offered beside work of another channel only when it may interrupt that channel; the
    budget holds for all of it together.
    """

    channel: str
    cost: int
    interrupts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Operator:
    """A person as the router may know them: what they can do, for whom, and how much at once."""

    id: str
    clients: frozenset[str]
    skills: Mapping[str, tuple[int, float | None]]
    languages: frozenset[str] = frozenset({"it"})
    channels: Mapping[str, int] = field(default_factory=dict)
    budget: int = 100
    country: str = "IT"
    team: str | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One piece of work that waits for a person.

    Who is `excluded` has missed or declined it, and has another chance; who is `barred` has none.
    """

    id: str
    client_id: str
    queue_id: str
    channel: str
    enqueued_at: float
    priority: int | None = None
    due_at: float | None = None
    needs: tuple[SkillNeed, ...] = ()
    language: str | None = None
    preferred_operator: str | None = None
    preferred_until: float | None = None
    excluded: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    eu_only: bool = False
    to_head: bool = False


@dataclass(frozen=True, slots=True)
class QueueConfigured:
    """A queue is new, has another policy or is open at other hours; None when it never closes.

    Work overflows after so long in opening hours: a night counts for nothing. Before the first
    opening and after the last it is closed, until other hours are told.
    """

    at: float
    policy: QueuePolicy
    openings: Openings | None = None


@dataclass(frozen=True, slots=True)
class ChannelConfigured:
    """A channel is new or has another cost."""

    at: float
    cost: ChannelCost


@dataclass(frozen=True, slots=True)
class OperatorConfigured:
    """A person is new or has other skills, clients or limits."""

    at: float
    operator: Operator


@dataclass(frozen=True, slots=True)
class OperatorRemoved:
    """A person no longer works here."""

    at: float
    operator_id: str


@dataclass(frozen=True, slots=True)
class ItemEnqueued:
    """Work has come."""

    at: float
    item: WorkItem


@dataclass(frozen=True, slots=True)
class ItemCancelled:
    """Work is no longer wanted (the customer left, or it was closed otherwise)."""

    at: float
    item_id: str


@dataclass(frozen=True, slots=True)
class ItemRestored:
    """Work that was already under way when the engine was rebuilt."""

    at: float
    item: WorkItem
    state: str
    operator_id: str
    offer_expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class OfferAccepted:
    """A person took what was offered."""

    at: float
    item_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """A person gave back what was offered."""

    at: float
    item_id: str
    operator_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WrapUpStarted:
    """The contact is over, its paperwork is not: capacity stays taken."""

    at: float
    item_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """All is done: capacity is free."""

    at: float
    item_id: str
    operator_id: str


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A person is available, busy, away, on a break or offline, and where.

    Without a country the session has told none, and the one on the person's record holds.
    """

    at: float
    operator_id: str
    state: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class BreakDue:
    """When a person's next break is due; None when none is."""

    at: float
    operator_id: str
    due_at: float | None


@dataclass(frozen=True, slots=True)
class ClaimRejected:
    """An offer could not be committed: the work has moved meanwhile and is forgotten here."""

    at: float
    item_id: str


@dataclass(frozen=True, slots=True)
class QueuePaced:
    """How fast a queue went and how wrong its promises were, as an earlier leader measured it."""

    at: float
    queue_id: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: float


Event: TypeAlias = (
    QueueConfigured
    | ChannelConfigured
    | OperatorConfigured
    | OperatorRemoved
    | ItemEnqueued
    | ItemCancelled
    | ItemRestored
    | OfferAccepted
    | OfferDeclined
    | WrapUpStarted
    | WorkEnded
    | PresenceChanged
    | BreakDue
    | ClaimRejected
    | QueuePaced
    | Tick
)


class Why(NamedTuple):
    """Why this person: every figure the choice was made on.

    `candidates` counts who may serve the work and has room for it, the chosen one included.
    """

    ring: int
    waited_s: float
    candidates: int
    idle_s: float
    load: int
    preferred: bool
    skills: tuple[tuple[str, int, int], ...]

    def as_json(self) -> dict[str, Any]:
        """Return the shape kept with the decision; skills are [code, needed, held]."""
        return {
            "ring": self.ring,
            "waited_s": round(self.waited_s, 3),
            "candidates": self.candidates,
            "idle_s": round(self.idle_s, 3),
            "load": self.load,
            "preferred": self.preferred,
            "skills": [list(skill) for skill in self.skills],
        }


class Offer(NamedTuple):
    """Offer this work to this person until then."""

    item_id: str
    operator_id: str
    expires_at: float
    why: Why


class OfferTimedOut(NamedTuple):
    """The offer was not taken; the work is back at the head of its rank.

    `missed` is False when the operator left meanwhile: that is no fault, and the work may come
    back to them.
    """

    item_id: str
    operator_id: str
    missed: bool = True


class SetAway(NamedTuple):
    """Set this person away: they have missed an offer."""

    operator_id: str
    reason: str


class Overflowed(NamedTuple):
    """The work has waited too long where it was and goes on in another queue."""

    item_id: str
    from_queue: str
    to_queue: str


Decision: TypeAlias = Offer | OfferTimedOut | SetAway | Overflowed


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a new arrival will wait, with the range that holds four times in five."""

    seconds: float | None
    low: float | None
    high: float | None
    ahead: int


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """A queue at a glance."""

    queue_id: str
    waiting: int
    oldest_enqueued_at: float | None
    offered: int
    active: int
    wrapup: int
    available: int


class Crowd(NamedTuple):
    """How many people of a team serve a client, and what they are doing; nobody by name."""

    client_id: str
    team: str | None
    n: int
    available: int
    busy: int
    on_break: int
