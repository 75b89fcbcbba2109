"""Routing on a real database: sustained work, a backlog drained, a leader lost.

Every figure stands beside C32, the committed single-row inserts a second of pgbench on 32
connections, taken on the same server in the same minute.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.postgres import PostgresUrls, temporary_postgres
from ascolto.kit.relay import Relay
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import create_client
from limit import committed_inserts
from report import Figure, publish

OPERATORS = 300
CAPACITY = 80
BACKLOG = 20_000
STEP_S = 6.0
RATES = (200, 400, 600, 800, 1000, 1300, 1600, 2000, 2500)
P99_MS = 25.0
FAULT_RATE = 100.0


@dataclass
class Floor:
    """An organisation with one queue and many operators."""

    db: Database
    tenant_id: str
    client_id: str
    queue_id: str
    operators: list[str]

    async def set_all(self, state: str) -> None:
        """Set everybody's presence."""
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            for operator_id in self.operators:
                await routing.set_presence(tx, operator_id=operator_id, state=state)

    async def enqueue(self) -> str:
        """Commit one piece of work."""
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            item = await routing.enqueue(
                tx,
                client_id=self.client_id,
                queue_id=self.queue_id,
                channel="webchat",
                ref=new_id(),
                card={"customer_name": "Carla Rossi", "subject": "Bolletta", "preview": "…"},
            )
        return item.id

    async def release(self, work_item_id: str, operator_id: str) -> None:
        """Take and end a piece of work in one commit."""
        async with self.db.transaction(self.tenant_id, actor=SYSTEM) as tx:
            await routing.accept(tx, work_item_id=work_item_id, operator_id=operator_id)
            await routing.finish(
                tx, work_item_id=work_item_id, operator_id=operator_id, outcome="resolved"
            )


async def a_floor(db: Database) -> Floor:
    """Add an organisation."""
    tenant_id = new_id()
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO tenancy.tenant (id, slug, name, created_at) VALUES ($1, $2, $3, $4)",
            tenant_id, f"bench-{tenant_id[-8:]}", "Banco di prova", tx.now,
        )  # fmt: skip
        client = await create_client(tx, name="Banco", color="#0b6e75")
        queue = await routing.create_queue(
            tx,
            values={
                "client_id": client.id,
                "name": "Prova",
                "channel": "webchat",
                "offer_timeout_s": 600.0,
            },
        )
        operators = [
            await create_operator(
                tx,
                NewOperator(
                    display_name=f"Operatore {number}",
                    clients=frozenset({client.id}),
                    capacity={"webchat": CAPACITY},
                    budget=1000,
                ),
            )
            for number in range(OPERATORS)
        ]
    return Floor(db, tenant_id, client.id, queue.id, [o.id for o in operators])


@contextlib.contextmanager
def node(urls: PostgresUrls, node_id: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run a dispatcher in its own process."""
    script = Path(__file__).with_name("routing_node.py")
    process = subprocess.Popen(
        [sys.executable, str(script), urls.app_dsn, node_id],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if os.environ.get("BENCH_QUIET", "1") == "1" else None,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()


async def leader_of(floor: Floor) -> str | None:
    """Return the node that leads."""
    async with floor.db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        return await tx.fetchval(
            "SELECT node_id FROM routing.leader WHERE tenant_id = $1", floor.tenant_id
        )


@dataclass
class Watch:
    """Hears offers as a desk's node does, and measures from the commit of the request."""

    floor: Floor
    committed: dict[str, float] = field(default_factory=dict)
    early: dict[str, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    offers: dict[str, int] = field(default_factory=dict)
    releases: set[asyncio.Task[None]] = field(default_factory=set)
    released: int = 0

    def hear(self, frame: StoredFrame) -> None:
        """Note an offer and end its work."""
        if frame.kind != "offer.made" or frame.tenant_id != self.floor.tenant_id:
            return
        now = time.perf_counter()
        item = frame.body["work_item_id"]
        self.moments.append(now)
        self.offers[item] = self.offers.get(item, 0) + 1
        if item in self.committed:
            self.delays.append(now - self.committed[item])
        else:
            self.early[item] = now
        task = asyncio.create_task(self._release(item, frame.topic.partition(":")[2]))
        self.releases.add(task)
        task.add_done_callback(self.releases.discard)

    async def _release(self, item: str, operator_id: str) -> None:
        await self.floor.release(item, operator_id)
        self.released += 1

    async def enqueue(self) -> None:
        """Commit a piece of work and note when it was committed."""
        item = await self.floor.enqueue()
        at = time.perf_counter()
        self.committed[item] = at
        if item in self.early:
            self.delays.append(max(0.0, self.early.pop(item) - at))


async def run_at(watch: Watch, rate: float, seconds: float) -> bool:
    """Send work at a steady rate; tell whether the sending itself kept up."""
    tasks: set[asyncio.Task[None]] = set()
    started = time.perf_counter()
    sent = 0
    while (passed := time.perf_counter() - started) < seconds:
        while sent < passed * rate:
            task = asyncio.create_task(watch.enqueue())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        if len(tasks) > 2 * rate:
            return False
        await asyncio.sleep(0.001)
    backlog = len(tasks) + len(watch.releases)
    await asyncio.gather(*tasks)
    return backlog < rate / 4


def p99(values: list[float]) -> float:
    """Return the 99th percentile in milliseconds."""
    return sorted(values)[int(0.99 * len(values))] * 1000 if values else float("inf")


async def sustained(urls: PostgresUrls, db: Database, relay: Relay) -> tuple[float, float]:
    """Return the highest rate a second at which offers arrive in time, and their p99 in ms."""
    best = (0.0, float("inf"))
    floor = await a_floor(db)
    await floor.set_all("available")
    with node(urls, new_id()):
        await until(lambda: leader_of(floor))
        watch = Watch(floor)
        relay.add_frame_listener(watch.hear)
        await run_at(watch, 50, 2.0)
        for rate in RATES:
            watch.delays.clear()
            kept_up = await run_at(watch, rate, STEP_S)
            await asyncio.sleep(0.5)
            delay = p99(watch.delays)
            print(f"  {rate:>5}/s  p99 {delay:7.1f} ms  {'kept up' if kept_up else 'fell behind'}")
            if not kept_up or delay > P99_MS:
                break
            best = (float(rate), delay)
            watch.committed.clear()
    return best


async def drained(urls: PostgresUrls, db: Database) -> float:
    """Return committed assignments a second while a backlog meets free people."""
    floor = await a_floor(db)
    async with db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO routing.work_item (tenant_id, id, client_id, queue_id, channel, ref, card,"
            " state, enqueued_at) SELECT $1, gen_random_uuid(), $2, $3, 'webchat',"
            " gen_random_uuid(), '{\"subject\": \"Bolletta\"}', 'waiting', $4"
            " FROM generate_series(1, $5)",
            floor.tenant_id, floor.client_id, floor.queue_id, tx.now, BACKLOG,
        )  # fmt: skip
    with node(urls, new_id()):
        await until(lambda: leader_of(floor))
        await asyncio.sleep(2.0)
        await floor.set_all("available")
        room = OPERATORS * min(CAPACITY, 1000 // 33)
        wanted = min(BACKLOG, room)
        async with asyncio.timeout(120):
            while await _offered(floor) < wanted:
                await asyncio.sleep(0.05)
        async with db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
            span = await tx.fetchval(
                "SELECT extract(epoch FROM max(at) - min(at)) FROM routing.decision"
                " WHERE tenant_id = $1",
                floor.tenant_id,
            )
    return wanted / float(span)


async def _offered(floor: Floor) -> int:
    async with floor.db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        return int(
            await tx.fetchval(
                "SELECT count(*) FROM routing.work_item WHERE tenant_id = $1 AND state = 'offered'",
                floor.tenant_id,
            )
        )


async def lost_leader(
    urls: PostgresUrls, db: Database, relay: Relay, *, fault: str
) -> tuple[float, int, int]:
    """Return the longest silence in ms after a fault, work lost, and work offered twice."""
    floor = await a_floor(db)
    await floor.set_all("available")
    ids = [new_id(), new_id()]
    with node(urls, ids[0]) as one, node(urls, ids[1]) as two:
        processes = dict(zip(ids, (one, two), strict=True))
        await until(lambda: leader_of(floor))
        await asyncio.sleep(1.0)
        watch = Watch(floor)
        relay.add_frame_listener(watch.hear)
        load = asyncio.create_task(run_at(watch, FAULT_RATE, 5.0))
        await asyncio.sleep(2.0)
        leader = await leader_of(floor)
        struck = time.perf_counter()
        if fault == "killed":
            processes[leader].kill()
        elif fault == "frozen":
            processes[leader].send_signal(signal.SIGSTOP)
        else:
            await _terminate(db, floor)
        await load
        await asyncio.sleep(1.5)
        while watch.releases:
            await asyncio.sleep(0.05)
        after = [at for at in watch.moments if at >= struck - 0.1]
        gap = max((b - a for a, b in itertools.pairwise(after)), default=float("inf"))
        lost = sum(1 for item in watch.committed if item not in watch.offers)
        doubled = sum(1 for times in watch.offers.values() if times > 1)
    return gap * 1000, lost, doubled


async def _terminate(db: Database, floor: Floor) -> None:
    async with db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        await tx.fetchval(
            "SELECT pg_terminate_backend(backend_pid) FROM routing.leader WHERE tenant_id = $1",
            floor.tenant_id,
        )


async def until(ask: Callable[[], object]) -> None:
    """Wait for an answer that is not None."""
    async with asyncio.timeout(30):
        while await ask() is None:  # type: ignore[misc]
            await asyncio.sleep(0.02)


async def main() -> int:
    """Measure and publish."""
    with temporary_postgres(durable=True) as server:
        urls = server.urls()
        await migrate(urls.owner_dsn)
        limit = committed_inserts(urls)
        print(f"C32 = {limit:,.0f} committed inserts/s")
        db = await Database.open(urls.app_dsn, size=16)
        relay = Relay(db)
        await relay.start()
        figures = [Figure(name="C32 (pgbench)", measured=limit, unit="/s")]
        rate, delay = await sustained(urls, db, relay)
        figures += [
            Figure(
                name="sustained work items, three commits each",
                measured=rate, unit="/s", at_least=0.10 * limit,
            ),
            Figure(
                name="committed to notified, p99 at that rate",
                measured=delay, unit="ms", at_most=P99_MS,
            ),
        ]  # fmt: skip
        for fault in ("killed", "frozen", "terminated"):
            gap, lost, doubled = await lost_leader(urls, db, relay, fault=fault)
            figures += [
                Figure(name=f"leader {fault}: gap", measured=gap, unit="ms", at_most=250.0),
                Figure(name=f"leader {fault}: lost", measured=lost, unit="items", at_most=0),
                Figure(name=f"leader {fault}: doubled", measured=doubled, unit="items", at_most=0),
            ]
        await relay.stop()
        # Last, since its full queue would weigh on whoever takes over a lead.
        drain = await drained(urls, db)
        figures.append(Figure(name="backlog drained", measured=drain, unit="/s", at_least=limit))
        await db.close()
    return 0 if publish("routing", figures, setting={"operators": OPERATORS}) else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
