"""What routing tells: the life of a piece of work, and of those who lead it.

Every event of a piece of work carries its ids, so that metrics need nothing else.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from ascolto.kit.outbox import Event


@dataclass(frozen=True, kw_only=True)
class WorkEvent(Event):
    """The fields that every event of a piece of work carries."""

    work_item_id: str
    queue_id: str
    channel: str
    conversation_id: str
    operator_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class HumanRequested(WorkEvent):
    """Work began to wait for a person: `cause` says whether it is a customer's new request.

    first     nobody had been asked for before
    returned  the customer wrote into what was closed or put aside
    woken     its time had come, or somebody brought it back before
    reopened  an operator opened it again
    undo      an operator took back having closed it just before
    consult   a colleague asks the back office: no contact of a customer

    `asked` is what the work asks for, as `translate.asked` reads it: the leader need not look.
    """

    kind: ClassVar[str] = "routing.human_requested"
    cause: str = "first"
    estimated_wait_s: float | None = None
    asked: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Offered(WorkEvent):
    """Work was offered to an operator."""

    kind: ClassVar[str] = "routing.offered"
    expires_at: str
    epoch: int


@dataclass(frozen=True, kw_only=True)
class OfferDeclined(WorkEvent):
    """An operator gave an offer back."""

    kind: ClassVar[str] = "routing.offer_declined"
    reason: str


@dataclass(frozen=True, kw_only=True)
class OfferExpired(WorkEvent):
    """An offer was not taken in time, or its operator left."""

    kind: ClassVar[str] = "routing.offer_expired"


@dataclass(frozen=True, kw_only=True)
class Answered(WorkEvent):
    """An operator took the work, in the country where they were at that moment."""

    kind: ClassVar[str] = "routing.answered"
    waited_s: float
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class WrapStarted(WorkEvent):
    """The contact ended and its paperwork began."""

    kind: ClassVar[str] = "routing.wrap_started"
    handled_s: float


@dataclass(frozen=True, kw_only=True)
class WrapEnded(WorkEvent):
    """The work is done."""

    kind: ClassVar[str] = "routing.wrap_ended"
    wrap_s: float
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True)
class Abandoned(WorkEvent):
    """Who waited has left."""

    kind: ClassVar[str] = "routing.abandoned"
    waited_s: float
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Cancelled(WorkEvent):
    """The work is no longer needed, for a reason other than leaving."""

    kind: ClassVar[str] = "routing.cancelled"
    reason: str


@dataclass(frozen=True, kw_only=True)
class Requeued(WorkEvent):
    """Work went back to wait in the same queue."""

    kind: ClassVar[str] = "routing.requeued"
    state: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Transferred(WorkEvent):
    """Work went to wait in another queue, or for another operator."""

    kind: ClassVar[str] = "routing.transferred"
    from_queue_id: str
    state: str
    to_operator_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Overflowed(WorkEvent):
    """Work had waited too long and goes on waiting elsewhere: `queue_id` is where it is now."""

    kind: ClassVar[str] = "routing.overflowed"
    from_queue_id: str


@dataclass(frozen=True, kw_only=True)
class PresenceChanged(Event):
    """An operator is in another state."""

    kind: ClassVar[str] = "routing.presence_changed"
    operator_id: str
    state: str
    was: str | None
    place: str | None = None
    country: str | None = None
    country_told: bool = True
    reason: str | None = None
    break_due_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class QueueChanged(Event):
    """A queue is new, has other rules or is gone; `quiet` for what is no news to who waits."""

    kind: ClassVar[str] = "routing.queue_changed"
    queue_id: str
    v: int
    changed: dict[str, Any]
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Intervened(Event):
    """A team leader answered an alert: what stood before, what stands now, why and until when."""

    kind: ClassVar[str] = "routing.intervened"
    client_id: str
    intervention_id: str
    what: str
    queue_id: str
    operator_id: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    alert: dict[str, Any]
    why: str
    until: str


@dataclass(frozen=True, kw_only=True)
class InterventionEnded(Event):
    """An intervention was undone or ran out; `restored` is false when others had changed it."""

    kind: ClassVar[str] = "routing.intervention_ended"
    client_id: str
    intervention_id: str
    what: str
    queue_id: str
    operator_id: str | None
    how: str
    restored: bool


@dataclass(frozen=True, kw_only=True)
class LeaderChanged(Event):
    """Another node leads an organisation's routing."""

    kind: ClassVar[str] = "routing.leader_changed"
    epoch: int
    node_id: str
