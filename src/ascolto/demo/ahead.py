"""What a demo's planner finds done: forecasts published when they were due, and two weeks' rosters.

This takes as long as numbers take, so it is made beside the server, step by step: killed at any
moment, it goes on from there at the next start.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from ascolto import routing
from ascolto.demo.organisation import Organisation, read_organisation
from ascolto.demo.planning import planned_queues, prepare_planning
from ascolto.kit.clock import Clock, FixedClock, SystemClock, midnight
from ascolto.kit.db import SYSTEM, Actor, Database
from ascolto.kit.errors import Refusal
from ascolto.workforce.actions.forecasts import ask_forecast, publish_forecast
from ascolto.workforce.actions.looking import Run, is_forecast, latest_run
from ascolto.workforce.actions.making import ask_roster
from ascolto.workforce.actions.rosters import find_roster, publish_roster
from ascolto.workforce.calculator import Calculator
from ascolto.workforce.jobs import foretell, keep_made, make_rosters
from ascolto.workforce.model import Asked
from ascolto.workforce.past import stream_of
from ascolto.workforce.scoring import score_days
from ascolto.workforce.views_runs import AskRosterBody

BEFORE_MONDAY = timedelta(days=10)
"""The Friday before the week before this one: what was published then is judged by now."""
AT_HOUR = timedelta(hours=10)
HORIZON_DAYS = 31
MINUTES = 30
SEARCH_S = 6.0
WAIT_S = 0.5
GENTLE = 10
LOCK = 7_241_003
# A process whose server was killed ends within a second: who starts at once goes on in its place.
LOCK_WAIT = "3s"
FORECAST, THIS_WEEK, NEXT_WEEK = "Quattro settimane", "Questa settimana", "Prossima settimana"

Say = Callable[[str], None]


@dataclass(slots=True)
class Beside:
    """What this process has: rows, a clock, and a calculating process of its own."""

    db: Database
    clock: Clock
    calculator: Calculator


@dataclass(frozen=True, slots=True)
class Planner:
    """Whose planner's work is done, by whom."""

    one: Organisation
    tenant_id: str
    actor: Actor
    monday: date

    @property
    def zone(self) -> ZoneInfo:
        """Return the clock of the place."""
        return ZoneInfo(self.one.timezone)


async def plan(app_dsn: str, tenants: dict[str, str], *, ahead: bool, say: Say) -> None:
    """Do what is not done yet for each demo organisation, by its short name and id.

    First what a planner begins with; `ahead`, also the forecasts and rosters, at low priority.
    Where another process does it already, as on a second node, it is left to that one.
    """
    db = await Database.open(app_dsn, size=2)
    try:
        async with _alone(db) as alone:
            if alone:
                await _plan(app_dsn, db, tenants, ahead=ahead, say=say)
            else:
                say("Planning: another process does it")
    finally:
        await db.close()


@asynccontextmanager
async def _alone(db: Database) -> AsyncIterator[bool]:
    """Tell whether nobody else plans in this database; a session's lock ends with its process."""
    session = await db.dedicated(application_name="ascolto-planning")
    try:
        await session.execute(f"SET lock_timeout = '{LOCK_WAIT}'")
        try:
            await session.execute("SELECT pg_advisory_lock($1)", LOCK)
            alone = True
        except asyncpg.LockNotAvailableError:
            alone = False
        yield alone
    finally:
        await session.close(timeout=5)


async def _plan(
    app_dsn: str, db: Database, tenants: dict[str, str], *, ahead: bool, say: Say
) -> None:
    beside = Beside(db, SystemClock(), Calculator())
    try:
        for slug, tenant_id in tenants.items():
            one = read_organisation(slug)
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                if rows := await prepare_planning(tx, one):
                    say(f"Planning {one.name}: {rows} half hours that came, contracts, wishes")
        if ahead:
            os.nice(GENTLE)
            for slug, tenant_id in tenants.items():
                planner = _planner(db, read_organisation(slug), tenant_id)
                if not await _is_done(beside, planner):
                    await _forecasts(app_dsn, beside, planner, say)
                    await _roster(beside, planner, THIS_WEEK, say)
                    await _roster(beside, planner, NEXT_WEEK, say)
                    await score_days(beside)
                    say(f"Planning {planner.one.name}: done")
    finally:
        await beside.calculator.stop()


def _planner(db: Database, one: Organisation, tenant_id: str) -> Planner:
    account = next(account for account in one.accounts if "planner" in account.roles)
    today = db.clock.now().astimezone(ZoneInfo(one.timezone)).date()
    actor = Actor(kind=SYSTEM.kind, id=SYSTEM.id, name=account.name)
    return Planner(one, tenant_id, actor, today - timedelta(days=today.weekday()))


async def _forecasts(app_dsn: str, beside: Beside, planner: Planner, say: Say) -> None:
    """Publish a forecast of each planned queue as it was known ten days before this Monday."""
    queues = await _queues(beside, planner)
    done = 0
    at = midnight(planner.monday - BEFORE_MONDAY, planner.zone) + AT_HOUR
    then = await Database.open(app_dsn, clock=FixedClock(at), size=2)
    try:
        for queue_id in queues.values():
            if await _is_forecast(beside, planner, queue_id):
                continue
            done += 1
            say(f"Planning {planner.one.name}: forecast {done} of {len(queues)}")
            await _forecast(Beside(then, FixedClock(at), beside.calculator), planner, queue_id)
    finally:
        await then.close()


async def _queues(beside: Beside, planner: Planner) -> dict[str, str]:
    async with beside.db.transaction(planner.tenant_id, actor=SYSTEM) as tx:
        ids = {queue.name: queue.id for queue in await routing.list_queues(tx)}
    names = planned_queues(planner.one)
    return {key: ids[name] for key, name in names.items() if name in ids}


async def _is_forecast(beside: Beside, planner: Planner, queue_id: str) -> bool:
    async with beside.db.transaction(planner.tenant_id, actor=SYSTEM) as tx:
        return await is_forecast(tx, queue_id)


async def _forecast(then: Beside, planner: Planner, queue_id: str) -> None:
    """Ask, make and publish in one transaction: nobody else comes to make it of another day."""
    async with then.db.transaction(planner.tenant_id, actor=SYSTEM) as tx:
        stream = await stream_of(tx, queue_id=queue_id)
    how: dict[str, Any] = {
        "queue_id": queue_id,
        "channel": stream.channel,
        "horizon_days": HORIZON_DAYS,
        "minutes": MINUTES,
        "model": "chosen",
        "country": "IT",
        "reason": FORECAST,
    }
    answer = await foretell(then, planner.tenant_id, Asked(client_id=stream.client_id, **how))
    async with then.db.transaction(planner.tenant_id, actor=planner.actor) as tx:
        asked = await ask_forecast(tx, **how)
        await keep_made(tx, asked, answer)
        await publish_forecast(tx, asked.id)


async def _roster(beside: Beside, planner: Planner, week: str, say: Say) -> None:
    """Have a week's roster made, and publish this one's; the next stays a draft to look at."""
    monday = planner.monday + timedelta(days=7 if week == NEXT_WEEK else 0)
    run = await _run_of(beside, planner, week, monday)
    if run is None:
        say(f"Planning {planner.one.name}: roster of the week of {monday}")
        await _ask(beside, planner, monday, week)
        run = await _run_of(beside, planner, week, monday)
    while run is not None and run.state == "asked":
        if not await make_rosters(beside):
            await asyncio.sleep(WAIT_S)  # the server itself is making it
        run = await _run_of(beside, planner, week, monday)
    if run is not None and run.state == "failed":
        say(f"Planning {planner.one.name}: no roster of the week of {monday}: {run.failure}")
    if week == THIS_WEEK and run is not None and run.roster_id is not None:
        try:
            await _publish(beside, planner, run.roster_id)
        except Refusal as refusal:  # somebody has published these days meanwhile: theirs holds
            say(f"Planning {planner.one.name}: {refusal.detail}")


async def _run_of(
    beside: Beside, planner: Planner, week: str, monday: date | None = None
) -> Run | None:
    """Return what was asked for last as a week's roster: of this very week, or of any."""
    async with beside.db.transaction(planner.tenant_id, actor=SYSTEM) as tx:
        return await latest_run(tx, reason=week, first_day=monday)


async def _is_done(beside: Beside, planner: Planner) -> bool:
    """Tell whether the last step was done once: what comes later is the planner's own."""
    last = await _run_of(beside, planner, NEXT_WEEK)
    return last is not None and last.state != "asked"


async def _ask(beside: Beside, planner: Planner, monday: date, week: str) -> None:
    """Ask for a week: by forecast, and by hand where the sheet says so.

    Nothing is added for absences: rounded up queue by queue, a share of two people is a whole one.
    """
    queues = await _queues(beside, planner)
    by_hand = planner.one.planning["by_hand"]
    body = AskRosterBody.model_validate(
        {
            "first_day": monday,
            "queues": [
                {"queue_id": queue_id, "by_hand": by_hand.get(key, ())}
                for key, queue_id in queues.items()
            ],
            "seconds": SEARCH_S,
            "reason": week,
        }
    )
    async with beside.db.transaction(planner.tenant_id, actor=planner.actor) as tx:
        await ask_roster(tx, first_day=monday, weeks=1, reason=week, wanted=body.wanted())


async def _publish(beside: Beside, planner: Planner, roster_id: str) -> None:
    async with beside.db.transaction(planner.tenant_id, actor=planner.actor) as tx:
        roster = await find_roster(tx, roster_id)
        if roster.published_at is None:
            await publish_roster(tx, roster_id, v=roster.v)
