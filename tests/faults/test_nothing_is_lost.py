"""A busy day in which the server, then PostgreSQL, then one node of two is killed again and again.

Afterwards every accepted message is stored once, in order; no work was with two operators at a
time; the ledger balances. `ASCOLTO_KILLS` says how often to kill (20 by default).
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
import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls, temporary_postgres
from ascolto.kit.postgres.postmaster import living_postmaster
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.run import Plan, simulate
from ascolto.simulator.scenario import load_scenario
from support.balancer import balancer
from support.books import settle
from support.running import RunningServer, running_server

# A call that is cut off while it connects leaves its socket to the garbage collector: a trait of
# the HTTP client that plays the customers, not of the server under test.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

KILLS = int(os.environ.get("ASCOLTO_KILLS", "20"))
Kill = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def own_postgres() -> AsyncIterator[tuple[EmbeddedPostgres, PostgresUrls]]:
    """Run a server of the test's own, since it may be killed."""
    with temporary_postgres(durable=True) as server:
        yield server, server.urls()


async def storm(url: str, *, kills: int, kill: Kill) -> SimulatorReport:
    """Let a busy scenario run while something is killed at random moments."""
    stop = asyncio.Event()
    plan = Plan(
        scenario=load_scenario("soak"), url=url, seed=7, operators=16, rate_per_s=3.0, drain_s=15.0
    )

    async def chaos() -> None:
        chance = random.Random(11)
        await asyncio.sleep(4.0)
        for turn in range(kills):
            await asyncio.sleep(chance.uniform(0.2, 1.6))
            await kill(turn)
        await asyncio.sleep(4.0)
        stop.set()

    trouble = asyncio.create_task(chaos())
    report = await simulate(plan, stop=stop)
    await trouble
    return report


async def check(report: SimulatorReport, urls: PostgresUrls) -> None:
    """Hold the simulator's books and the database's against each other."""
    assert report.audit.clean, report.audit
    assert report.audit.accepted == report.audit.stored == report.accepted
    assert report.accepted > 100, "too little happened to prove anything"
    server_errors = {k: n for k, n in report.errors.items() if "HTTP 5" in k}
    assert not server_errors, server_errors
    database = await Database.open(urls.app_dsn, size=2)
    try:
        sums = await settle(database)
    finally:
        await database.close()
    # Whoever was cut off while opening may have been taken in without having heard of it.
    assert report.started <= sums.received <= report.customers
    sys.stdout.write(f"\n{KILLS} kills, {report.accepted} messages accepted, {sums}\n")


async def test_killing_the_server_loses_and_doubles_nothing() -> None:
    async with own_postgres() as (_, urls):
        with running_server(urls, demo=True) as server:

            async def kill(_: int) -> None:
                await asyncio.to_thread(server.kill)
                await asyncio.to_thread(server.start)

            report = await storm(server.url, kills=KILLS, kill=kill)
            await check(report, urls)


async def test_killing_postgres_loses_and_doubles_nothing() -> None:
    async with own_postgres() as (postgres, urls):
        with running_server(urls, demo=True) as server:

            async def kill(_: int) -> None:
                postmaster = living_postmaster(_cluster_of(postgres))
                if postmaster is not None:
                    postmaster.send_signal(signal.SIGKILL)
                async with asyncio.timeout(30):
                    while not await asyncio.to_thread(_answers, server):
                        await asyncio.sleep(0.1)

            report = await storm(server.url, kills=KILLS, kill=kill)
            await check(report, urls)


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
                async with balancer([first.port, second.port]) as url:
                    report = await storm(url, kills=max(4, KILLS // 3), kill=kill)
                await check(report, urls)
            finally:
                second.kill()


def _cluster_of(postgres: EmbeddedPostgres) -> Path:
    cluster = postgres._cluster
    assert cluster is not None
    return cluster.directory


def _answers(server: RunningServer) -> bool:
    try:
        return httpx.get(f"{server.url}/api/v1/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
