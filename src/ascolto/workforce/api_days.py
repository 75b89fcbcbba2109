"""Routes on what the organisation knows of its own days."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, StringConstraints

from ascolto.identity.guard import Call, permit
from ascolto.workforce import store_days
from ascolto.workforce.actions import own_events
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.model import OwnEvent
from ascolto.workforce.views import Body

router = APIRouter(tags=["workforce"])

Reader = Annotated[Call, permit("workforce.read")]
Planner = Annotated[Call, permit("workforce.plan")]
LONGEST = timedelta(days=800)


class OwnEventBody(Body):
    """Something that is known of a day; events of one `kind` are taken to have one effect.

    Without a client it concerns all of them.
    """

    day: date
    kind: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    client_id: UUID | None = None


class OwnEventView(BaseModel):
    """Something that is known of a day, and who noted it."""

    id: str
    client_id: str | None
    day: date
    kind: str
    name: str
    noted_at: datetime
    noted_by: str

    @classmethod
    def of(cls, event: OwnEvent) -> "OwnEventView":
        """Show an event."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


@router.get("/workforce/events", summary="What is known of our own days")
async def list_events(
    call: Reader,
    since: Annotated[date, Query(alias="from")],
    until: Annotated[date, Query(alias="to")],
    client_id: UUID | None = None,
) -> list[OwnEventView]:
    """Return the events of some days in order; with a client, those that concern it."""
    if not timedelta() <= until - since <= LONGEST:
        raise BadPlan("two_years", "Ask for two years at most.", most_days=LONGEST.days)
    found = await store_days.list_events(
        call.tx,
        first_day=since,
        last_day=until,
        client_id=str(client_id) if client_id else None,
    )
    return [OwnEventView.of(one) for one in found]


@router.post("/workforce/events", status_code=201, summary="Note what is known of a day")
async def note_event(body: OwnEventBody, call: Planner) -> OwnEventView:
    """Write an event down; forecasts asked for from now on know of it."""
    event = await own_events.note_event(
        call.tx,
        day=body.day,
        kind=body.kind,
        name=body.name,
        client_id=str(body.client_id) if body.client_id else None,
    )
    return OwnEventView.of(event)


@router.delete("/workforce/events/{event_id}", status_code=204, summary="Take it back")
async def forget_event(event_id: UUID, call: Planner) -> None:
    """Take an event back; forecasts that were made stay as they are."""
    await own_events.forget_event(call.tx, str(event_id))
