"""A busy day in which the server, PostgreSQL, one node of two or everything is killed repeatedly.

Afterwards every accepted message is stored once, in order, and nothing else is; no work was with
two operators at a time; the ledger balances. `ASCOLTO_KILLS` says how often to kill (10).
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from ascolto import conversations
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls, temporary_postgres
from ascolto.kit.postgres.cluster import home_of
from ascolto.kit.postgres.postmaster import living_postmaster
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.run import Plan, simulate
from ascolto.simulator.scenario import load_scenario
from ascolto.tenancy import store as tenancy_store
from support.aside import Aside, check_aside
from support.balancer import balancer
from support.books import settle, stored_nonces
from support.commands import Up
from support.running import RunningServer, free_port, running_server
from support.wire import PLAIN

KILLS = int(os.environ.get("ASCOLTO_KILLS", "10"))
pytestmark = [
    # A call that is cut off while it connects leaves its socket to the garbage collector: a trait
    # of the HTTP client that plays the customers, not of the server under test.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    # The soak kills six times as often, and takes so much longer.
    pytest.mark.timeout(max(480, 24 * KILLS)),
]
TWO_NODE_KILLS = max(6, KILLS // 3)
PLAIN_KILLS = max(6, KILLS // 3)
OPERATORS = 16
BACK_S = 60.0
ENOUGH_S = 120.0
# What a person at either end may meet when an answer is cut off and the request is sent again:
# what was asked for has happened already. Anything else is a fault.
ALLOWED = (
    "close: conversations.",
    "transfer: conversations.",
    "reply: conversations.",
    "survey: conversations.already_surveyed",
)
Kill = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def own_postgres() -> AsyncIterator[tuple[EmbeddedPostgres, PostgresUrls]]:
    """Run a server of the test's own, since it may be killed."""
    with temporary_postgres(durable=True) as server:
        yield server, server.urls()


async def storm(url: str, urls: PostgresUrls, *, kills: int, kill: Kill) -> SimulatorReport:
    """Let a busy scenario run while something is killed at random moments."""
    stop = asyncio.Event()
    report = SimulatorReport(scenario="soak")
    plan = Plan(
        scenario=load_scenario("soak"), url=url, seed=7, operators=OPERATORS, rate_per_s=3.0,
        drain_s=12.0, give_up_s=600.0,  # however slow the machine is to start again
    )  # fmt: skip
    await put_one_aside(urls)

    async def chaos() -> None:
        chance = random.Random(11)
        try:
            await until(lambda: report.closed > 0)  # the day has begun, however slow the machine
            for turn in range(kills):
                await asyncio.sleep(chance.uniform(0.2, 1.6))
                await kill(turn)
            await until(lambda: is_enough(report), within_s=ENOUGH_S)
        finally:
            stop.set()

    trouble = asyncio.create_task(chaos())
    await simulate(plan, stop=stop, report=report)
    await trouble
    return report


def own_faults(log: str) -> list[str]:
    """Return what a log says of faults of ours; the driver tells of a lost database by itself."""
    words = ("Exception in ASGI", "request.failed", "live.failed", "job.failed")
    return [line for line in log.splitlines() if any(word in line for word in words)]


def is_enough(report: SimulatorReport) -> bool:
    """Tell whether so much has happened that the books prove something."""
    return report.accepted > 100 and report.offers_taken > 30 and report.closed > 20


async def put_one_aside(urls: PostgresUrls) -> None:
    """Let something arrive that can be placed nowhere: the ledger has to know of it too."""
    database = await Database.open(urls.app_dsn, size=1)
    try:
        async with database.connection() as connection:
            tenant = await tenancy_store.tenant_by_slug(connection, "aurelia")
        assert tenant is not None
        async with database.transaction(tenant.id, actor=SYSTEM) as tx:
            await conversations.set_aside(
                tx, client_id=None, channel="mail", reason="no_client", content={"subject": "?"}
            )
    finally:
        await database.close()


async def check(report: SimulatorReport, urls: PostgresUrls, *, breaks: int) -> None:
    """Hold the simulator's books and the database's against each other.

    `breaks` is how often every desk's line was cut.
    """
    assert report.audit.clean, report.audit
    assert report.audit.accepted == report.audit.stored == report.accepted
    strange = {k: n for k, n in report.errors.items() if not k.startswith(ALLOWED)}
    assert not strange, strange
    assert is_enough(report), report.table()
    assert report.reconnects >= breaks, report.table()
    database = await Database.open(urls.app_dsn, size=2)
    try:
        sums = await settle(database)
        stored = await stored_nonces(database)
    finally:
        await database.close()
    assert stored <= report.nonces, "something is stored that nobody wrote"
    assert len(stored) >= report.accepted
    assert sums.quarantined == 1
    assert sums.handled > 20
    # Whoever was cut off while opening may have been taken in without having heard of it.
    assert report.started <= sums.received - sums.quarantined <= report.customers
    sys.stdout.write(f"\n{breaks} breaks, {report.accepted} messages accepted, {sums}\n")


async def test_killing_the_server_loses_and_doubles_nothing() -> None:
    killed: list[int] = []
    async with own_postgres() as (_, urls):
        with running_server(urls, demo=True) as server:

            async def kill(_: int) -> None:
                assert server.process is not None
                assert server.process.poll() is None, "it has died by itself"
                killed.append(server.process.pid)
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)

            # Beside the day two colleagues ask and answer: their lines are in no simulator's books.
            aside = Aside(server.url)
            talk = asyncio.create_task(asyncio.to_thread(aside.talk))
            try:
                report = await storm(server.url, urls, kills=KILLS, kill=kill)
            finally:
                aside.stop.set()
            await talk
            await check_aside(aside, urls)
            assert len(set(killed)) == KILLS
            # A start takes seconds; a desk that is away that long still comes back to each.
            await check(report, urls, breaks=KILLS)
            assert not own_faults(server.log())


async def test_killing_postgres_loses_and_doubles_nothing() -> None:
    killed: list[int] = []
    async with own_postgres() as (postgres, urls):
        cluster = home_of(postgres.data_dir) / "postgres"
        with running_server(urls, demo=True) as server:

            async def kill(_: int) -> None:
                killed.append(await kill_postmaster(cluster))
                await until(lambda: answers(server.url))

            report = await storm(server.url, urls, kills=KILLS, kill=kill)
            assert len(set(killed)) == KILLS
            await check(report, urls, breaks=0)  # the desks stay on the line meanwhile
            assert not own_faults(server.log())


async def test_of_two_nodes_either_may_be_killed(tmp_path: Path) -> None:
    async with own_postgres() as (_, urls):
        with running_server(urls, demo=True) as first:
            second = RunningServer(urls, data=tmp_path, demo=True)
            await asyncio.to_thread(second.start)
            nodes = [first, second]

            async def kill(turn: int) -> None:
                node = nodes[turn % 2]
                await asyncio.to_thread(node.kill)
                await asyncio.sleep(1.0)  # the other one carries on alone for a while
                await asyncio.to_thread(node.start)

            try:
                async with balancer([first.port, second.port]) as between:
                    report = await storm(between.url, urls, kills=TWO_NODE_KILLS, kill=kill)
                    # Each node is killed in its turn, so each had desks before and took over some.
                    for node in nodes:
                        assert between.desks[node.port] >= OPERATORS // 2, between.desks
                    assert between.desks.total() > OPERATORS + TWO_NODE_KILLS, between.desks
                await check(report, urls, breaks=TWO_NODE_KILLS)
            finally:
                second.kill()


async def test_a_plain_start_with_its_own_database_may_be_killed_anywhere(folder: Path) -> None:
    """What `make run` starts: now the server is killed, now its database, now it while starting."""
    data, port = folder / "data", free_port()
    chance = random.Random(5)
    struck: list[str] = []
    running = Started(data, port)
    await asyncio.to_thread(running.begin)
    await asyncio.to_thread(running.up.wait_until_up)
    urls = EmbeddedPostgres(data).urls()
    cluster = home_of(data) / "postgres"

    async def kill(turn: int) -> None:
        if turn % 2:
            await kill_postmaster(cluster)
            struck.append("database")
        else:
            await asyncio.to_thread(running.kill)
            struck.append("server")
            if turn % 4 == 0:  # once more before it is up
                await asyncio.to_thread(running.begin)
                await asyncio.sleep(chance.uniform(0.2, 2.5))
                await asyncio.to_thread(running.kill)
                struck.append("start")
            await asyncio.to_thread(running.begin)
        await until(lambda: answers(running.url))

    try:
        report = await storm(running.url, urls, kills=PLAIN_KILLS, kill=kill)
        assert struck.count("server") + struck.count("database") == PLAIN_KILLS
        assert struck.count("start") >= PLAIN_KILLS // 4
        await check(report, urls, breaks=struck.count("server"))
        assert not own_faults(running.said)
    finally:
        await asyncio.to_thread(running.end)


class Started:
    """`ascolto up --demo` on one port and folder, begun again and again."""

    up: Up

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port, self.said = data, port, ""
        self.url = f"http://127.0.0.1:{port}"

    def begin(self) -> None:
        self.up = Up(
            self.data, "--demo", port=self.port, python=sys.executable,
            env={"ASCOLTO_QUIET_DEMO": "1"},
        )  # fmt: skip

    def kill(self) -> None:
        assert self.up.process.poll() is None, f"it has ended by itself:\n{self.up.said()}"
        self.up.process.kill()
        self.up.process.wait()
        self._note()

    def end(self) -> None:
        if self.up.process.poll() is None:
            self.up.process.send_signal(signal.SIGINT)
            self.up.process.wait(BACK_S)
        self._note()

    def _note(self) -> None:
        self.said += self.up.said()
        self.up.output.unlink(missing_ok=True)


async def kill_postmaster(cluster: Path) -> int:
    """Kill the database's living server and wait for another; return the pid of the killed."""
    found: list[psutil.Process] = []

    def lives() -> bool:
        process = living_postmaster(cluster)
        found[:] = [process] if process else []
        return bool(found)

    await until(lives)
    old = found[0]
    old.send_signal(signal.SIGKILL)
    await until(lambda: lives() and found[0].pid != old.pid)
    return old.pid


async def until(holds: Callable[[], bool], *, within_s: float = BACK_S) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(within_s):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/health", timeout=2, verify=PLAIN).status_code == 200
    except httpx.HTTPError:
        return False
