"""Routing on a real database: sustained work, a backlog drained, a leader lost.

Every figure stands beside C32, the committed single-row inserts a second of pgbench on 32
connections, taken on the same server in the same minute; the drain has a C32 of its own, taken
right before it. A rate counts as kept only when every piece sent was offered. Work is out of
order when it was committed before another was begun and is nevertheless decided on in a later
batch than that other.
"""

import asyncio
import sys
import time

import uvloop

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import PostgresUrls, temporary_postgres
from ascolto.kit.relay import Relay
from ascolto.kit.sweep import sweep
from ascolto.kit.tasks import end
from limit import committed_inserts
from lost_leaders import figures_of, lost_leader
from report import Figure, publish
from routing_load import OPERATORS, Floor, Watch, a_floor, leader_of, nodes, p99, run_at, until

BACKLOG = 20_000
STEP_S = 4.0
SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.09, 0.095, 0.10, 0.105, 0.11, 0.12, 0.14)
P99_MS = 25.0


async def sustained(
    urls: PostgresUrls, db: Database, relay: Relay, *, limit: float
) -> tuple[float, float, int]:
    """Return the highest rate a second with offers in time, their p99 in ms, and what was late.

    Late is what was decided on out of order, at any of the rates.
    """
    best = (0.0, float("inf"))
    floor = await a_floor(db)
    await floor.set_all("available")
    with nodes(urls) as start:
        start()
        await until(lambda: leader_of(floor))
        watch = Watch(floor)
        relay.add_frame_listener(watch.hear)
        await run_at(watch, 50, 2.0)
        for share in SHARES:
            # A machine that others use may stumble once; who stumbles twice is at the limit.
            for _ in range(2):
                watch.delays.clear()
                kept_up = await run_at(watch, share * limit, STEP_S)
                kept_up = await watch.all_offered(1.0) and kept_up
                delay = p99(watch.delays)
                print(
                    f"  {share:>6.1%} of C32 = {share * limit:>5.0f}/s  p99 {delay:7.1f} ms "
                    f" {'kept up' if kept_up else 'fell behind'}"
                )
                if met := kept_up and delay <= P99_MS:
                    best = (share * limit, delay)
                    break
            if not met:
                break
        return *best, await watch.out_of_order()


async def drained(urls: PostgresUrls, db: Database) -> tuple[float, float]:
    """Return C32, and committed assignments a second while a backlog meets free people.

    The clock runs from the moment people are there until the last piece is seen committed.
    """
    floor = await a_floor(db)
    async with db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO routing.work_item (tenant_id, id, client_id, queue_id, channel, ref, card,"
            " state, enqueued_at) SELECT $1, uuidv7(), $2, $3, 'webchat',"
            " uuidv7(), '{\"subject\": \"Bolletta\"}', 'waiting', $4"
            " FROM generate_series(1, $5)",
            floor.tenant_id, floor.client_id, floor.queue_id, tx.now, BACKLOG,
        )  # fmt: skip
    with nodes(urls) as start:
        start()
        await until(lambda: leader_of(floor))
        await asyncio.sleep(2.0)
        limit = await asyncio.to_thread(committed_inserts, urls, seconds=4)
        await floor.set_all("available")
        begun = time.perf_counter()
        async with asyncio.timeout(120):
            while await _some_wait(floor):
                await asyncio.sleep(0.05)
        span = time.perf_counter() - begun
    return limit, BACKLOG / span


async def _some_wait(floor: Floor) -> bool:
    async with floor.db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        return bool(
            await tx.fetchval(
                "SELECT EXISTS (SELECT FROM routing.work_item"
                " WHERE tenant_id = $1 AND state = 'waiting')",
                floor.tenant_id,
            )
        )


async def main() -> int:
    """Measure and publish."""
    with temporary_postgres(durable=True) as server:
        urls = server.urls()
        await migrate(urls.owner_dsn)
        limit = committed_inserts(urls)
        print(f"C32 = {limit:,.0f} committed inserts/s")
        db = await Database.open(urls.app_dsn, size=16)
        sweeping = asyncio.create_task(sweep())  # as in a server, which this process stands for
        relay = Relay(db)
        await relay.start()
        rate, delay, wrong = await sustained(urls, db, relay, limit=limit)
        figures = [
            Figure(name="C32 (pgbench)", measured=limit, unit="/s"),
            Figure(name="sustained work items, three commits each", measured=rate, unit="/s",
                   at_least=0.10 * limit),
            Figure(name="committed to notified, p99 at that rate", measured=delay, unit="ms",
                   at_most=P99_MS),
            Figure(name="out of order at all rates", measured=wrong, unit="items", at_most=0),
        ]  # fmt: skip
        for fault in ("killed", "frozen", "terminated"):
            figures += figures_of(fault, await lost_leader(urls, db, relay, fault=fault))
        await relay.stop()
        # Last, since its full queue would weigh on whoever takes over a lead.
        beside, drain = await drained(urls, db)
        figures += [
            Figure(name="C32 again, beside the drain", measured=beside, unit="/s"),
            Figure(name="backlog drained to the last", measured=drain, unit="/s", at_least=beside),
        ]
        await end(sweeping)
        await db.close()
    return 0 if publish("routing", figures, setting={"operators": OPERATORS}) else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
