"""An organisation under load on a real database, its dispatchers in processes of their own."""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.postgres import PostgresUrls
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import change_setting, create_client

OPERATORS = 300
CAPACITY = 80


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
        # A chat takes so little that everybody has room for as many as their limit says.
        costs = {"webchat": {"cost": 1, "interrupts": ["email"]}}
        await change_setting(tx, "routing.channels", costs, actor=SYSTEM)
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


@dataclass
class Node:
    """A dispatcher in its own process, and what it logs."""

    id: str
    process: subprocess.Popen[bytes]
    log: Path

    def end(self) -> None:
        """Kill it, frozen or not."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def nodes(urls: PostgresUrls) -> Iterator[Callable[[], Node]]:
    """Return what starts a dispatcher in a process of its own; all of them end with this."""
    script = Path(__file__).with_name("routing_node.py")
    started: list[Node] = []

    def start() -> Node:
        log = Path(folder) / f"{len(started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, str(script), urls.app_dsn, node_id := new_id()],
                stdout=out,
                stderr=subprocess.DEVNULL if os.environ.get("BENCH_QUIET", "1") == "1" else None,
            )
        started.append(Node(node_id, process, log))
        return started[-1]

    with tempfile.TemporaryDirectory() as folder:
        try:
            yield start
        finally:
            for node in started:
                node.end()


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
    begun: dict[str, float] = field(default_factory=dict)
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
        begun = time.perf_counter()
        item = await self.floor.enqueue()
        at = time.perf_counter()
        self.begun[item] = begun
        self.committed[item] = at
        if item in self.early:
            self.delays.append(max(0.0, self.early.pop(item) - at))

    async def all_offered(self, at_most_s: float) -> bool:
        """Wait for every committed piece to be offered; False when some still is not."""
        until_at = time.perf_counter() + at_most_s
        while any(item not in self.offers for item in self.committed):
            if time.perf_counter() > until_at:
                return False
            await asyncio.sleep(0.01)
        return True

    async def out_of_order(self) -> int:
        """Count the work decided on after work that was begun when it had been committed."""
        async with self.floor.db.transaction(self.floor.tenant_id, actor=SYSTEM) as tx:
            rows = await tx.fetch(
                "SELECT min(at) AS first, work_item_id FROM routing.decision"
                " WHERE tenant_id = $1 GROUP BY work_item_id ORDER BY first",
                self.floor.tenant_id,
            )
        wrong, latest = 0, float("-inf")
        # What one batch decides is decided at one moment.
        for _, batch in itertools.groupby(rows, key=lambda row: row["first"]):
            items = [row["work_item_id"] for row in batch if row["work_item_id"] in self.committed]
            wrong += sum(latest > self.committed[item] for item in items)
            latest = max([latest, *(self.begun[item] for item in items)])
        return wrong


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


async def until(ask: Callable[[], object]) -> None:
    """Wait for an answer that is not None."""
    async with asyncio.timeout(30):
        while await ask() is None:  # type: ignore[misc]
            await asyncio.sleep(0.02)
