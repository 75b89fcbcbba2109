"""`ascolto simulate`: play a scenario against a running server and settle the books at the end."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from random import Random

import httpx

from ascolto.simulator.arrivals import chain_of_days, day_of_arrivals
from ascolto.simulator.audit import audit_books
from ascolto.simulator.customer import new_customer
from ascolto.simulator.handling import draw_attendance
from ascolto.simulator.operator import Operator, new_operator
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.scenario import NoScenario, Scenario, load_scenario
from ascolto.simulator.staff import crowd_of
from ascolto.simulator.world import LineLost, World

SIGN_INS_AT_ONCE = 4
GENTLE = 10
DEFAULT = "aurelia_day"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play, where, how fast, and for how long (minutes of life; None = until stopped)."""

    scenario: Scenario
    url: str
    speed: float = 1.0
    minutes: float | None = None
    seed: int = 1
    operators: int | None = None
    rate_per_s: float | None = None  # a steady stream instead of the day's shape
    drain_s: float = 20.0
    keep_books: bool = True
    give_up_s: float = 60.0  # how long somebody keeps trying while the line is broken


async def simulate(
    plan: Plan, *, stop: asyncio.Event | None = None, report: SimulatorReport | None = None
) -> SimulatorReport:
    """Play a plan to its end (or until `stop`) and return what happened.

    A report that is given is filled as the run goes on, for whoever wants to look meanwhile.
    """
    if report is None:
        report = SimulatorReport(scenario=plan.scenario.name, speed=plan.speed)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    async with httpx.AsyncClient(limits=limits, timeout=30) as http:
        world = World(
            scenario=plan.scenario,
            url=plan.url.rstrip("/"),
            http=http,
            random=Random(plan.seed),
            report=report,
            speed=plan.speed,
            keep_books=plan.keep_books,
            give_up_s=plan.give_up_s,
        )
        started = time.monotonic()
        await _play(world, plan, stop or asyncio.Event())
        report.clock_s = time.monotonic() - started
        if plan.keep_books:
            report.audit = await audit_books(world)
            report.nonces = {entry.nonce for entry in world.books.entries}
    return report


async def _play(world: World, plan: Plan, stop: asyncio.Event) -> None:
    ended = asyncio.create_task(stop.wait())
    hiring = asyncio.create_task(_hire(world, plan))
    await asyncio.wait({hiring, ended}, return_when=asyncio.FIRST_COMPLETED)
    staff: list[Operator] = []
    if hiring.done():
        staff = hiring.result()
        arrivals = world.spawn("arrivals", _arrive(world, plan))
        await asyncio.wait({arrivals, ended}, return_when=asyncio.FIRST_COMPLETED)
        arrivals.cancel()
        await _drain(world, stop, plan.drain_s)
    hiring.cancel()  # told to stop before the day began
    ended.cancel()
    world.stop.set()
    await asyncio.gather(*(operator.go_home() for operator in staff))
    for task in list(world.tasks):
        task.cancel()
    await asyncio.gather(hiring, *world.tasks, return_exceptions=True)


async def _hire(world: World, plan: Plan) -> list[Operator]:
    """Let those come who come: some are absent, some late."""
    planned = (await crowd_of(world))[: plan.operators or world.scenario.operators]
    staff: list[Operator] = []
    random = world.chance()
    for person in planned:
        comes = draw_attendance(world.scenario.handling, random)
        world.report.absent += comes.kind == "absent"
        world.report.no_shows += comes.kind == "no_show"
        world.report.late += comes.kind == "late"
        if comes.kind in {"works", "late"}:
            staff.append(new_operator(world, person, late_s=comes.late_s))
    gate = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def begin(operator: Operator) -> None:
        async with gate:
            world.spawn("operator", operator.work())
            if not operator.late_s:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(operator.ready.wait(), timeout=10)

    await asyncio.gather(*(begin(operator) for operator in staff))
    return staff


async def _arrive(world: World, plan: Plan) -> None:
    """Send customers in at their times; keep a few waiting for the people who try the demo."""
    scenario = world.scenario
    for queue in scenario.queues:
        if queue.unattended:
            for _ in range(scenario.waiting_for_people):
                world.spawn("waiting", _keep_one_waiting(world, queue.key))
    if plan.rate_per_s is not None:
        await _steady(world, plan.rate_per_s, plan.minutes)
        return
    random = world.chance()
    for queue in random.choices(
        scenario.attended, [q.share for q in scenario.attended], k=scenario.at_once
    ):
        world.spawn("customer", new_customer(world, queue).visit())
    await _live_through_days(world, plan.minutes, random)


async def _live_through_days(world: World, minutes: float | None, random: Random) -> None:
    """Draw each minute's customers under its day's factor; one day's factor leads to the next."""
    scenario = world.scenario
    factors = chain_of_days(cv=scenario.day_cv, correlation=scenario.day_correlation, random=random)
    factor = next(factors)
    rates = scenario.shape.per_minute(scenario.volume)
    queues = [(queue.key, queue.share) for queue in scenario.attended]
    by_key = {queue.key: queue for queue in scenario.queues}
    first = _minute_of_the_clock() if scenario.start_minute is None else scenario.start_minute
    started, done = time.monotonic(), 0
    while minutes is None or done < minutes:
        if done and (first + done) % len(rates) == 0:
            factor = next(factors)
        drawn = day_of_arrivals(
            rates, queues, start_minute=first + done, minutes=1,
            factor=factor, random=random, surges=scenario.surges,
        )  # fmt: skip
        for arrival in drawn:
            due = started + (60 * done + arrival.at_s) / world.speed
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            world.spawn("customer", new_customer(world, by_key[arrival.queue]).visit())
        done += 1
        await asyncio.sleep(max(0.0, started + 60 * done / world.speed - time.monotonic()))


def _minute_of_the_clock() -> int:
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


async def _steady(world: World, rate_per_s: float, minutes: float | None) -> None:
    queues = world.scenario.attended
    random = world.chance()
    started, sent = time.monotonic(), 0
    while minutes is None or time.monotonic() - started < minutes * 60 / world.speed:
        queue = random.choices(queues, [q.share for q in queues])[0]
        world.spawn("customer", new_customer(world, queue).visit())
        sent += 1
        await asyncio.sleep(max(0.0, started + sent / rate_per_s - time.monotonic()))


async def _keep_one_waiting(world: World, key: str) -> None:
    """Keep one patient customer in a queue that only a person answers."""
    queue = next(q for q in world.scenario.queues if q.key == key)
    while not world.over:
        await new_customer(world, queue, forever=True).visit()
        await world.live(20.0)


async def _drain(world: World, stop: asyncio.Event, seconds: float) -> None:
    """Let the conversations under way come to their end, as long as that does not take too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stop.is_set():
        if not any(task.get_name() == "customer" for task in world.tasks):
            return
        await asyncio.sleep(0.1)


def main(args: argparse.Namespace) -> int:
    """Run `ascolto simulate` and return its exit status: 0 when every ledger balances."""
    try:
        scenarios = [load_scenario(name) for name in args.scenario or [DEFAULT]]
    except NoScenario as error:
        print(error, file=sys.stderr)
        return 1
    if any(scenario.endless for scenario in scenarios):
        os.nice(GENTLE)
    plans = [
        Plan(
            scenario=scenario,
            url=args.url,
            speed=args.speed,
            minutes=args.minutes,
            seed=args.seed,
            operators=args.operators,
            keep_books=not scenario.endless,
        )
        for scenario in scenarios
    ]
    if not _answers(args.url):
        print(f"Nobody answers at {args.url} yet: waiting.", file=sys.stderr, flush=True)
    try:
        reports = asyncio.run(_until_interrupted(plans, caller=args.caller))
    except LineLost as error:
        print(f"Nobody answers at {args.url}: {error}", file=sys.stderr)
        return 1
    for report in reports:
        print(report.table())
        print(json.dumps(report.document(), ensure_ascii=False))
    sys.stdout.flush()
    return 0 if all(report.audit.clean for report in reports) else 1


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url.rstrip('/')}/api/v1/health", timeout=5).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


async def _until_interrupted(plans: list[Plan], *, caller: int | None) -> list[SimulatorReport]:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    playing = asyncio.gather(*(simulate(plan, stop=stop) for plan in plans))
    if caller is not None or any(plan.scenario.endless for plan in plans):
        # The demo's crowd keeps no books: it leaves with whoever called it, without good-byes.
        # The caller tells its own number, since it may be gone before we first look.
        parent = caller or os.getppid()
        while not stop.is_set() and os.getppid() == parent and not playing.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), timeout=1.0)
        if not playing.done():
            os._exit(0)
    return await playing
