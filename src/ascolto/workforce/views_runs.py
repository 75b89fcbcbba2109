"""Bodies and answers of the routes on rosters that are made."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from ascolto.workforce.rostering.instance import Band
from ascolto.workforce.store_runs import Run
from ascolto.workforce.views import Body, Reason, ServicePromiseBody
from ascolto.workforce.views_notes import FailedByView, NoteView
from ascolto.workforce.views_rosters import ViolationView


class NeededBand(Band):
    """So many people from when to when, on which weekdays."""

    people: Annotated[float, Field(ge=0, le=10_000)]


class NeededQueueBody(Body):
    """What a queue takes: by its latest published forecast, another one, or told by hand."""

    queue_id: UUID
    forecast_id: UUID | None = None
    by_hand: Annotated[tuple[NeededBand, ...], Field(max_length=100)] = ()
    promise: ServicePromiseBody = ServicePromiseBody()


class AskRosterBody(Body):
    """A roster of whole weeks from a Monday on, and why it is asked for."""

    first_day: date
    weeks: Annotated[int, Field(ge=1, le=8)] = 1
    queues: Annotated[tuple[NeededQueueBody, ...], Field(min_length=1, max_length=30)]
    team_id: UUID | None = None
    seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    reason: Reason

    @model_validator(mode="after")
    def _each_queue_once(self) -> Self:
        if len({one.queue_id for one in self.queues}) < len(self.queues):
            raise ValueError("a queue is there twice")
        return self

    def wanted(self) -> dict[str, Any]:
        """Return the question as it is kept."""
        return self.model_dump(mode="json", by_alias=True, exclude={"first_day", "weeks", "reason"})


class ProgressView(BaseModel):
    """How far the making of a roster is."""

    phase: str | None = None
    seconds: float = 0.0
    of: float = 0.0
    cost: float | None = None
    sweeps: int | None = None
    rule: str | None = None


class MadeView(BaseModel):
    """What a roster came to: cost part by part, a bound, who carries how much, what it breaks.

    No roster costs less than `bound.at_least`; that this one is the cheapest is never claimed.
    """

    cost: dict[str, Any]
    bound: dict[str, float]
    fairness: dict[str, dict[str, float]]
    burdens: dict[str, dict[str, int]]
    search: dict[str, float]
    violations: list[ViolationView]
    notes: list[NoteView]
    people: int
    shifts: int


class RunView(BaseModel):
    """A roster that is asked for: how far it is, or what it came to."""

    id: str
    first_day: date
    last_day: date
    reason: str
    state: str
    asked_at: datetime
    asked_by: str
    seconds: float
    progress: ProgressView
    ended_at: datetime | None
    failure: str | None
    failed_by: FailedByView | None
    roster_id: str | None
    made: MadeView | None

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """Show what was asked for."""
        same = (
            *("id", "first_day", "last_day", "reason", "state", "asked_at", "asked_by"),
            *("ended_at", "failure", "failed_by", "roster_id"),
        )
        return cls(
            **{name: getattr(run, name) for name in same},
            seconds=run.wanted["seconds"],
            progress=ProgressView.model_validate(run.progress),
            made=_made(run.result) if run.state == "made" else None,
        )


def _made(result: dict[str, Any]) -> MadeView:
    # What was made before rules had codes has their sentences alone.
    told = [{"code": "", "fields": {}, **one} for one in result["violations"]]
    notes = [NoteView.of(one) for one in result["notes"]]
    return MadeView.model_validate({**result, "violations": told, "notes": notes})
