"""Routes on rosters that are made: ask, look how far it is, cancel."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of
from ascolto.workforce import store_runs
from ascolto.workforce.actions import making
from ascolto.workforce.actions.agreeing import FAR
from ascolto.workforce.actions.rosters import require_whole
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.views_runs import AskRosterBody, RunView

router = APIRouter(tags=["workforce"])

Planner = Annotated[Call, permit("workforce.roster")]


@router.get("/workforce/roster-runs", summary="Rosters that were asked for")
async def list_runs(
    call: Planner,
    roster_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[RunView]:
    """Return a page of what was asked for, the latest first, all or what made one roster."""
    require_whole(call.tx)
    found = await store_runs.list_runs(
        call.tx,
        roster_id=str(roster_id) if roster_id else None,
        before=decode_id(cursor),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=RunView.of, place=lambda one: (one.id,))


@router.post("/workforce/roster-runs", status_code=202, summary="Ask for a roster")
async def ask_roster(body: AskRosterBody, call: Planner) -> RunView:
    """Ask for a roster; a process of its own makes it into a draft, and says how far it is."""
    if body.first_day > FAR:
        raise BadPlan("no_day", "No such day.", day=body.first_day.isoformat())
    run = await making.ask_roster(
        call.tx,
        first_day=body.first_day,
        weeks=body.weeks,
        reason=body.reason,
        wanted=body.wanted(),
    )
    return RunView.of(run)


@router.get("/workforce/roster-runs/{run_id}", summary="A roster that was asked for")
async def show_run(run_id: UUID, call: Planner) -> RunView:
    """Return how far it is, or what it came to."""
    return RunView.of(await making.find_run(call.tx, str(run_id)))


@router.post("/workforce/roster-runs/{run_id}/cancel", summary="Stop making a roster")
async def cancel_run(run_id: UUID, call: Planner) -> RunView:
    """Stop what is still being made."""
    return RunView.of(await making.cancel_run(call.tx, str(run_id)))
