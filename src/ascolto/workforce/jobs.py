"""What this room does by itself: it makes the forecasts and rosters that are asked for, keeps days.

Several nodes may run it: who claims a forecast makes it, and a claim that runs out is another's. No
transaction is open while the numbers are worked out: one that stands still holds up the stream.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from ascolto import routing
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import Job, every, in_turn
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import events, store, store_days, store_intraday, store_rosters, store_runs
from ascolto.workforce.actions import making, passing_on, pulling, weighing
from ascolto.workforce.actions.forecasts import about
from ascolto.workforce.actions.keeping import keep_next_day
from ascolto.workforce.calculator import Works
from ascolto.workforce.composer import compose
from ascolto.workforce.errors import CannotCalculate, CannotForecast
from ascolto.workforce.model import Asked, KeptForecast, KeptInterval
from ascolto.workforce.past import fold_past, read_past, stream_of
from ascolto.workforce.rosters import breaks_of
from ascolto.workforce.scoring import SCORE_EVERY_S, score_days
from ascolto.workforce.store_runs import Run

MAKE_EVERY_S = 0.5
BEGIN_EVERY_S = 10.0
KEEP_EVERY_S = 300.0
BREAKS_EVERY_S = 30.0
PASS_ON_EVERY_S = 30.0
# Longer than a calculation may take, so that nobody makes what another is still making.
CLAIM = timedelta(seconds=150)
# To gather what it takes; then told anew at each sign of life of the process that makes it.
ROSTER_CLAIM = timedelta(seconds=60)
ROSTER_CLAIM_ANEW = timedelta(seconds=20)
MOST_ATTEMPTS = 3
NEVER_ENDED = CannotCalculate("It was tried and never came to an end.", reason="never_ended")
_MOST_STEPS = 100
BREATH_S = 0.05
EVER, FAR = date(2000, 1, 1), date(2900, 1, 1)

log = structlog.get_logger(__name__)


async def make_asked(services: Services) -> int:
    """Make the forecasts that are asked for, one of each organisation in turn; return how many."""
    async with services.db.connection() as connection:
        asking = await store.tenants_asking(connection, free_before=services.clock.now())
    made = 0
    for tenant_id in asking:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            forecast = await store.claim(tx, until=tx.now + CLAIM)
        if forecast is not None:
            if forecast.attempts > MOST_ATTEMPTS:
                await _fail(services, tenant_id, forecast, NEVER_ENDED)
            else:
                await _make(services, tenant_id, forecast)
            made += 1
    return made


async def _make(services: Services, tenant_id: str, forecast: KeptForecast) -> None:
    try:
        answer = await foretell(services, tenant_id, forecast)
    except CannotCalculate as broken:
        log.warning("workforce.forecast_interrupted", forecast_id=forecast.id, why=broken.fields)
        if forecast.attempts < MOST_ATTEMPTS:
            async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
                await store.release(tx, forecast)
            return
        await _fail(services, tenant_id, forecast, broken)
    except (CannotForecast, Refusal) as refusal:
        await _fail(services, tenant_id, forecast, refusal)
    else:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            await keep_made(tx, forecast, answer)


async def foretell(works: Works, tenant_id: str, asked: Asked | KeptForecast) -> dict[str, Any]:
    """Return what the calculating process says of what is asked, from what is known by now."""
    async with works.db.transaction(tenant_id, actor=SYSTEM) as tx:
        stream = await stream_of(tx, queue_id=asked.queue_id, channel=asked.channel)
        read = await read_past(tx, stream, minutes=asked.minutes)
        own = await store_days.list_events(
            tx, first_day=EVER, last_day=FAR, client_id=stream.client_id
        )
    answer: dict[str, Any] = await works.calculator.ask(
        "forecast",
        {
            "past": await asyncio.to_thread(fold_past, read),
            "country": asked.country,
            "horizon_days": asked.horizon_days,
            "model": asked.model,
            "events": [[one.day.isoformat(), one.kind, one.name] for one in own],
        },
    )
    return answer


async def keep_made(tx: Tx, forecast: KeptForecast, answer: dict[str, Any]) -> bool:
    """Keep what was made of a forecast; False when it is nobody's or another's meanwhile."""
    kept = await store.set_made(tx, forecast, _told(answer), _intervals(answer))
    if kept:
        tx.emit(events.ForecastMade(**about(forecast)))
    return kept


async def _fail(
    services: Services, tenant_id: str, forecast: KeptForecast, failure: Refusal
) -> None:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        if await store.set_failed(tx, forecast, failure):
            tx.emit(events.ForecastMade(**about(forecast), failure=failure.detail))


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(answer[name]) for name in ("history_from", "history_until")}
    return {**answer, **days}


def _intervals(answer: dict[str, Any]) -> list[KeptInterval]:
    return [
        KeptInterval(
            starts_at=datetime.fromtimestamp(at, UTC),
            made_mean=mean,
            made_low=low,
            made_median=median,
            made_high=high,
            mean=mean,
            low=low,
            median=median,
            high=high,
            rate_cv=rate_cv,
        )
        for at, mean, low, median, high, rate_cv in answer["intervals"]
    ]


async def keep_days(services: Services) -> int:
    """Keep every day of the log that is over and not kept; return how many were."""
    async with services.db.connection() as connection:
        tenants = await tenancy_store.list_tenant_ids(connection)
    keep = partial(_keep_days_of, services)
    return await in_turn(tenants, keep, failed="workforce.days_not_kept")


async def _keep_days_of(services: Services, tenant_id: str) -> int:
    kept = 0
    more = True
    while more:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            more = await keep_next_day(tx)
        kept += more
        await asyncio.sleep(BREATH_S)  # a year of days at once would keep the desks waiting
    return kept


async def plan_breaks(services: Services) -> int:
    """Let the router know of the next break of everybody at work, by the day's roster."""
    async with services.db.connection() as connection:
        tenants = await tenancy_store.list_tenant_ids(connection)

    async def plan(tenant_id: str) -> int:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            # A day's shift may begin on the day before as UTC counts, or end on the day after.
            today, beside = tx.now.date(), timedelta(days=1)
            shifts = await store_rosters.in_force(
                tx, first_day=today - beside, last_day=today + beside
            )
            planned: defaultdict[str, list[tuple[datetime, timedelta]]] = defaultdict(list)
            for shift in shifts:
                if not shift.starts_at <= tx.now < shift.ends_at:
                    continue  # tomorrow's first break is not taken by an afternoon's pause
                planned[shift.operator_id] += breaks_of(shift)
            return await routing.plan_breaks(tx, planned)

    return await in_turn(tenants, plan, failed="workforce.breaks_not_planned")


async def pass_stand_ins_on(services: Services) -> int:
    """Let asks to stand in end, and the next in line be asked; return how many were over."""
    async with services.db.connection() as connection:
        tenants = await tenancy_store.list_tenant_ids(connection)

    async def pass_on(tenant_id: str) -> int:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            return await passing_on.pass_on(tx)

    return await in_turn(tenants, pass_on, failed="workforce.stand_ins_not_passed_on")


async def make_rosters(services: Works) -> int:
    """Make the rosters that are asked for, one of each organisation in turn; return how many."""
    async with services.db.connection() as connection:
        asking = await store_runs.tenants_asking(connection, free_before=services.clock.now())
    made = 0
    for tenant_id in asking:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            run = await store_runs.claim(tx, until=tx.now + ROSTER_CLAIM)
        if run is not None:
            await _make_roster(services, tenant_id, run)
            made += 1
    return made


async def _make_roster(services: Works, tenant_id: str, run: Run) -> None:
    if run.attempts > MOST_ATTEMPTS:
        await _fail_run(services, tenant_id, run, NEVER_ENDED)
        return
    try:
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            gathered = await making.gather(tx, run)
        answers = {
            queue_id: await services.calculator.ask("require", asked)
            for queue_id, (asked, _) in gathered.questions.items()
        }
        making.answered(gathered, answers)
        weighs = run.purpose == "worth"
        question = weighing.question(gathered) if weighs else making.question(gathered)
        answer = await compose(question, hear=partial(_hear, services, tenant_id, run))
    except CannotCalculate as broken:
        log.warning("workforce.roster_interrupted", run_id=run.id, why=broken.fields)
        if run.attempts < MOST_ATTEMPTS:
            async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
                await store_runs.release(tx, run)
            return
        await _fail_run(services, tenant_id, run, broken)
    except (CannotForecast, Refusal) as refusal:
        await _fail_run(services, tenant_id, run, refusal)
    else:
        if answer is not None:
            async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
                if weighs:
                    await weighing.keep(tx, gathered, answer)
                else:
                    await making.keep_roster(tx, gathered, answer)


async def _hear(services: Works, tenant_id: str, run: Run, progress: dict[str, Any]) -> bool:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        return await store_runs.tell(tx, run, progress, until=tx.now + ROSTER_CLAIM_ANEW)


async def begin_levers(services: Services) -> int:
    """Begin what levers do at its moment, each by itself; return how much was begun."""
    now = services.clock.now()
    async with services.db.connection() as connection:
        tenants = await store_intraday.tenants_due(connection, moment=now)
    if tenants:
        # What begins where another has just ended finds its place free, whoever's turn it is.
        await routing.expire_interventions(services.db)
    begin = partial(_begin_levers_of, services, moment=now)
    return await in_turn(tenants, begin, failed="workforce.levers")


async def _begin_levers_of(services: Services, tenant_id: str, *, moment: datetime) -> int:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        due = await store_intraday.due_steps(tx, by=moment, limit=_MOST_STEPS)
    for step in due:
        try:
            async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
                await pulling.begin(tx, step)
        except Refusal as refusal:  # routing would not: the others must not wait for it
            async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
                await pulling.fail(tx, step, refusal.code)
    return len(due)


async def _fail_run(services: Works, tenant_id: str, run: Run, failure: Refusal) -> None:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        await making.fail_run(tx, run, failure)


BACKGROUND: Sequence[tuple[str, Job]] = (
    every(MAKE_EVERY_S, "workforce", "forecasts made", make_asked),
    every(MAKE_EVERY_S, "workforce", "rosters made", make_rosters),
    every(BEGIN_EVERY_S, "workforce", "levers begun", begin_levers),
    every(BREAKS_EVERY_S, "workforce", "breaks planned", plan_breaks),
    every(PASS_ON_EVERY_S, "workforce", "stand-ins passed on", pass_stand_ins_on),
    every(KEEP_EVERY_S, "workforce", "days kept", keep_days),
    every(SCORE_EVERY_S, "workforce", "days scored", score_days),
)
