"""Routes of what a team leader does on the floor against an alert."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ascolto.identity.guard import Call, permit
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    as_flag,
    as_id,
    decode_cursor,
    decode_moment,
    page_of,
)
from ascolto.routing import interventions
from ascolto.routing.store_interventions import Intervention

router = APIRouter(tags=["routing"])

Leader = Annotated[Call, permit("routing.supervise")]
Kind = Literal["skill", "overflow", "message"]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
HOUR_S = 3_600.0


class Alert(BaseModel):
    """The alert that is answered, as the floor showed it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["below_target", "overdue", "nobody"]
    value: float | None = None
    limit: float | None = None


class NewIntervention(BaseModel):
    """What to do in which queue, why, and until when (tonight, if nothing is said)."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    queue_id: UUID
    why: Why
    alert: Alert | None = None
    operator_id: UUID | None = None
    overflow_queue_id: UUID | None = None
    overflow_after_s: Annotated[float, Field(ge=1, le=HOUR_S)] = interventions.AT_ONCE_S
    message: Told | None = None
    until: AwareDatetime | None = None

    def wish(self, *, by_account: str, by_name: str) -> interventions.Wish:
        """Return it as somebody's wish."""
        into, whom = self.overflow_queue_id, self.operator_id
        return interventions.Wish(
            kind=self.kind,
            queue_id=str(self.queue_id),
            why=self.why,
            by_account=by_account,
            by_name=by_name,
            operator_id=None if whom is None else str(whom),
            overflow_queue_id=None if into is None else str(into),
            overflow_after_s=self.overflow_after_s,
            message=self.message or "",
            until=self.until,
            alert=self.alert.model_dump() if self.alert else {},
        )


class InterventionView(BaseModel):
    """What was done on the floor: by whom, why, until when, and how it ended."""

    id: str
    client_id: str
    kind: Kind
    queue_id: str
    operator_id: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    alert: dict[str, Any]
    why: str
    by_name: str
    begun_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_how: Literal["undone", "expired"] | None
    ended_by: str | None

    @classmethod
    def of(cls, done: Intervention) -> "InterventionView":
        """Show an intervention."""
        return cls(**{name: getattr(done, name) for name in cls.model_fields})


@router.get("/interventions", summary="What is done on the floor today")
async def list_interventions(
    call: Leader, cursor: Cursor = None, limit: Limit = 100
) -> Page[InterventionView]:
    """Return a page of what runs, then of what was begun today and has ended."""
    place = decode_cursor(cursor, 3)
    after = None if place is None else (as_flag(place[0]), decode_moment(place[1]), as_id(place[2]))
    return page_of(
        await interventions.of_today(call.tx, after=after, limit=limit + 1),
        limit=limit,
        show=InterventionView.of,
        place=lambda one: (one.ended_at is not None, one.begun_at.isoformat(), one.id),
    )


@router.post("/interventions", status_code=201, summary="Do something on the floor")
async def intervene(body: NewIntervention, call: Leader) -> InterventionView:
    """Move a skill to a person, open an overflow, or tell those who wait; until tonight."""
    who = call.principal
    wish = body.wish(by_account=who.account_id, by_name=who.name)
    return InterventionView.of(await interventions.intervene(call.tx, wish))


@router.delete("/interventions/{intervention_id}", summary="Put back what stood before")
async def undo_intervention(intervention_id: UUID, call: Leader) -> InterventionView:
    """End an intervention now; whatever somebody has changed meanwhile stays as they left it."""
    ended = await interventions.undo(
        call.tx, intervention_id=str(intervention_id), by=call.principal.name
    )
    return InterventionView.of(ended)
