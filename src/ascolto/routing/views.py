"""Wire shapes of queues, presence and explanations."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ascolto.routing.explain import Explanation
from ascolto.routing.model import Presence, Queue

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Code = Annotated[str, StringConstraints(pattern="^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$")]
Level = Annotated[int, Field(ge=1, le=10)]
Channel = Literal["webchat", "voice", "email", "task", "messaging", "callback"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
DAY_S = 86_400.0


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class RingBody(Body):
    """A circle of people that opens once work has waited; circles only add people."""

    after_s: Annotated[float, Field(ge=0, le=7 * DAY_S)]
    needs: Annotated[list[tuple[Code, Level]], Field(max_length=20)] = []


class QueueRules(Body):
    """What may be changed of a queue; whatever is left out stays."""

    name: Name | None = None
    priority: Annotated[int, Field(ge=-10, le=10)] | None = None
    rings: Annotated[list[RingBody], Field(min_length=1, max_length=6)] | None = None
    offer_timeout_s: Annotated[float, Field(ge=3, le=600)] | None = None
    target_s: Annotated[float, Field(gt=0, le=30 * DAY_S)] | None = None
    target_share: Annotated[float, Field(ge=0, le=1)] | None = None
    long_work_s: Annotated[float, Field(ge=0, le=DAY_S)] | None = None
    wrap_up_s: Annotated[float, Field(ge=0, le=DAY_S)] | None = None
    overflow_queue_id: UUID | None = None
    overflow_after_s: Annotated[float, Field(gt=0, le=7 * DAY_S)] | None = None
    calendar_id: UUID | None = None
    eu_only: bool | None = None
    message: Annotated[str, StringConstraints(max_length=1000)] | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given, as the store takes it; only some fields may be emptied."""
        given = self.model_dump(exclude_unset=True)
        clearable = {"overflow_queue_id", "overflow_after_s", "calendar_id"}
        kept = {k: v for k, v in given.items() if v is not None or k in clearable}
        for key in ("overflow_queue_id", "calendar_id", "client_id"):
            if kept.get(key) is not None:
                kept[key] = str(kept[key])
        return kept


class QueueChange(QueueRules):
    """What to change of a queue; with `v` only if nobody has changed it since that version."""

    v: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given, without the version it was read at."""
        return {key: value for key, value in super().changes().items() if key != "v"}


class NewQueueBody(QueueRules):
    """A queue to add."""

    client_id: UUID
    name: Name
    channel: Channel


class QueueView(BaseModel):
    """A queue with its promise and its rules."""

    id: str
    client_id: str
    name: str
    channel: str
    priority: int
    rings: list[dict[str, Any]]
    offer_timeout_s: float
    target_s: float
    target_share: float
    long_work_s: float
    wrap_up_s: float
    overflow_queue_id: str | None
    overflow_after_s: float | None
    calendar_id: str | None
    eu_only: bool
    message: str
    v: int

    @classmethod
    def of(cls, queue: Queue) -> "QueueView":
        """Show a queue."""
        return cls(**{name: getattr(queue, name) for name in cls.model_fields})


class WaitView(BaseModel):
    """How long a new arrival will wait, the range of four cases in five, and how wrong it was."""

    queue_id: str
    at: datetime | None
    waiting: int
    wait_s: float | None
    low_s: float | None
    high_s: float | None
    measured: int
    error_s: float | None

    @classmethod
    def of(cls, queue_id: str, row: dict[str, Any]) -> "WaitView":
        """Show the leader's last look at a queue; without one nothing is promised."""
        return cls(
            queue_id=queue_id,
            at=row.get("at"),
            waiting=row.get("waiting", 0),
            wait_s=row.get("wait_s"),
            low_s=row.get("wait_low_s"),
            high_s=row.get("wait_high_s"),
            measured=row.get("promises", 0),
            error_s=row.get("error_s"),
        )


class PresenceBody(Body):
    """The state one sets for oneself, and where one works from."""

    state: Literal["available", "busy", "away", "break", "offline"]
    place: Literal["home", "site"] | None = None
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] | None = None
    reason: Reason | None = None


class BreakBody(Body):
    """When one's next break is due; null when none is."""

    due_at: AwareDatetime | None = None


class PresenceView(BaseModel):
    """One's own state, since when, and where the session is."""

    operator_id: str
    state: str
    since: datetime
    place: str | None
    country: str | None
    reason: str | None
    break_due_at: datetime | None
    v: int

    @classmethod
    def of(cls, presence: Presence) -> "PresenceView":
        """Show a presence."""
        return cls(**{name: getattr(presence, name) for name in cls.model_fields})


class DeclineBody(Body):
    """Why an offer is given back."""

    reason: Reason = ""


class OverflowView(BaseModel):
    """After how long waiting work goes on in which queue, and how long it has waited by now.

    Both count only the opening hours of the queue it is in; it has waited since it came.
    """

    queue_id: str
    after_s: float
    waited_s: float


class ExplanationView(BaseModel):
    """Why work went where it went, and every rule against another operator just now.

    `overflow` tells of waiting work where it goes on if nobody takes it, and after how long in the
    queue. `waited_s` counts opening hours since the work first came, also in queues before this.
    """

    work_item_id: str
    operator_id: str | None
    decided_at: datetime | None
    why: dict[str, Any] | None
    against: list[str] | None
    overflow: OverflowView | None

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplanationView":
        """Show an explanation."""
        return cls.model_validate(explanation, from_attributes=True)
