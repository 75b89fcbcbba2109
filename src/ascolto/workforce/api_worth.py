"""Routes on what flexibility is worth: ask, look how far, cancel; and a plan's commuting."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of
from ascolto.workforce import store_runs
from ascolto.workforce.actions import making, weighing
from ascolto.workforce.actions.agreeing import FAR
from ascolto.workforce.actions.rosters import find_roster, require_whole
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.views_worth import AskWorthBody, PlanWaysView, WorthRunView

router = APIRouter(tags=["workforce"])

Planner = Annotated[Call, permit("workforce.roster")]


@router.get("/workforce/worth-runs", summary="What was weighed")
async def list_worth_runs(
    call: Planner, cursor: Cursor = None, limit: Limit = 20
) -> Page[WorthRunView]:
    """Return a page of what was asked for, the latest first."""
    require_whole(call.tx)
    found = await store_runs.list_runs(
        call.tx, before=decode_id(cursor), limit=limit + 1, purpose="worth"
    )
    return page_of(found, limit=limit, show=WorthRunView.of, place=lambda one: (one.id,))


@router.post("/workforce/worth-runs", status_code=202, summary="Ask what flexibility is worth")
async def ask_worth(body: AskWorthBody, call: Planner) -> WorthRunView:
    """Have the same weeks rostered with each kind of flexibility and without; nothing is kept.

    A process of its own looks for the rosters and says how far it is.
    """
    if body.first_day > FAR:
        raise BadPlan("no_day", "No such day.", day=body.first_day.isoformat())
    run = await making.ask_roster(
        call.tx,
        first_day=body.first_day,
        weeks=body.weeks,
        reason=body.reason,
        wanted=body.wanted(),
        purpose="worth",
    )
    return WorthRunView.of(run)


@router.get("/workforce/worth-runs/{worth_run_id}", summary="What flexibility is worth")
async def show_worth_run(worth_run_id: UUID, call: Planner) -> WorthRunView:
    """Return how far it is, or what came out."""
    return WorthRunView.of(await making.find_run(call.tx, str(worth_run_id), purpose="worth"))


@router.post("/workforce/worth-runs/{worth_run_id}/cancel", summary="Stop weighing")
async def cancel_worth_run(worth_run_id: UUID, call: Planner) -> WorthRunView:
    """Stop what is still being weighed."""
    return WorthRunView.of(await making.cancel_run(call.tx, str(worth_run_id), purpose="worth"))


@router.get("/workforce/rosters/{roster_id}/ways", summary="What a plan takes of commuting")
async def show_ways(roster_id: UUID, call: Planner) -> PlanWaysView:
    """Return commute minutes, CO2 of the exhaust and seats of a plan by the organisation's means.

    Nobody's own way to work is known; of fewer people than a group nothing is told.
    """
    roster = await find_roster(call.tx, str(roster_id))
    return PlanWaysView.of(await weighing.ways_of(call.tx, roster))
