"""Leaders killed, frozen and cut off under load: how long nobody is offered work, what is lost."""

import asyncio
import itertools
import signal
import time
from dataclasses import dataclass, field

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.relay import Relay
from report import Figure
from routing_load import Floor, Node, Watch, a_floor, leader_of, nodes, run_at, until

FAULT_RATE = 100.0
TRIALS = 5
STRIKE_S, AFTER_S = 0.6, 1.6


@dataclass
class Lost:
    """What became of work while a leader was lost, over all trials."""

    gaps_ms: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    stale: int = 0
    refused: int = 0


async def lost_leader(urls: PostgresUrls, db: Database, relay: Relay, *, fault: str) -> Lost:
    """Lose leaders under load, one after the other, and return what became of the work."""
    found = Lost()
    floor = await a_floor(db)
    await floor.set_all("available")
    with nodes(urls) as start:
        running = {node.id: node for node in (start(), start())}
        await until(lambda: leader_of(floor))
        await asyncio.sleep(1.0)
        watch = Watch(floor)
        relay.add_frame_listener(watch.hear)
        for _ in range(TRIALS):
            leader = running[await leader_of(floor) or ""]
            await _trial(floor, watch, found, leader, fault=fault)
            if fault == "killed":
                del running[leader.id]
                again = start()
                running[again.id] = again
                await asyncio.sleep(1.5)  # it is up and stands by
        found.lost = sum(1 for item in watch.committed if item not in watch.offers)
        found.doubled = sum(1 for times in watch.offers.values() if times > 1)
        found.out_of_order = await watch.out_of_order()
        found.stale = await _stale_claims(floor)
        logs = [node.log.read_bytes() for node in running.values()]
        found.refused = sum(log.count(b"leader.lost") for log in logs)
        found.refused += sum(log.count(b"dispatcher.lost_database") for log in logs)
    return found


async def _trial(floor: Floor, watch: Watch, found: Lost, leader: Node, *, fault: str) -> None:
    load = asyncio.create_task(run_at(watch, FAULT_RATE, STRIKE_S + AFTER_S))
    await asyncio.sleep(STRIKE_S)
    struck = time.perf_counter()
    if fault == "killed":
        leader.process.kill()
    elif fault == "frozen":
        leader.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(AFTER_S / 2)
        leader.process.send_signal(signal.SIGCONT)  # it wakes in the middle of its successor's work
    else:
        await _terminate(floor.db, floor)
    await load
    await watch.all_offered(5.0)
    while watch.releases:
        await asyncio.sleep(0.01)
    after = [at for at in watch.moments if at >= struck - 0.1]
    gap = max((b - a for a, b in itertools.pairwise(after)), default=float("inf"))
    found.gaps_ms.append(gap * 1000)


async def _stale_claims(floor: Floor) -> int:
    """Count the decisions of a lead that were committed after one of a later lead."""
    async with floor.db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        return int(
            await tx.fetchval(
                "SELECT count(*) FROM (SELECT epoch, max(epoch) OVER (ORDER BY id) AS latest"
                " FROM routing.decision WHERE tenant_id = $1) AS d WHERE epoch < latest",
                floor.tenant_id,
            )
        )


def figures_of(fault: str, found: Lost) -> list[Figure]:
    """Return what the loss of leaders in one way came to."""
    name = f"leader {fault}"
    middle = sorted(found.gaps_ms)[len(found.gaps_ms) // 2]
    told = [
        Figure(name=f"{name}: worst gap of {TRIALS}", measured=max(found.gaps_ms), unit="ms",
               at_most=250.0),
        Figure(name=f"{name}: middle gap (the hard bar)", measured=middle, unit="ms",
               at_most=1000.0),
        Figure(name=f"{name}: lost", measured=found.lost, unit="items", at_most=0),
        Figure(name=f"{name}: doubled", measured=found.doubled, unit="items", at_most=0),
        Figure(name=f"{name}: out of order", measured=found.out_of_order, unit="items", at_most=0),
        Figure(name=f"{name}: committed by who no longer led", measured=found.stale, unit="items",
               at_most=0),
    ]  # fmt: skip
    if fault == "frozen":
        told.append(
            Figure(name="woken leaders that were refused", measured=found.refused, unit="times",
                   at_least=1)
        )  # fmt: skip
    return told


async def _terminate(db: Database, floor: Floor) -> None:
    async with db.transaction(floor.tenant_id, actor=SYSTEM) as tx:
        await tx.fetchval(
            "SELECT pg_terminate_backend(backend_pid) FROM routing.leader WHERE tenant_id = $1",
            floor.tenant_id,
        )
