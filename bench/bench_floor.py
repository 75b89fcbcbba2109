"""A floor of 10,000 people watched by 1,000 desks: what a second of it costs, by its traffic.

The events themselves are not counted, they cost what `bench_engine` says; counted is all that is
done once a second for those who watch: the engine's figures, the rows that are kept, the frames
that are written, read back by the relay and given to every follower. It must not grow with the
number of events.
"""

import asyncio
import itertools
import sys
import time
from dataclasses import replace

import uvloop

import bench_engine
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres
from ascolto.kit.relay import Relay
from ascolto.routing import roster
from ascolto.routing.floor import FloorFeed
from report import Figure, publish
from routing_load import a_floor

PEOPLE, FOLLOWERS, LOOKS = 10_000, 1_000, 11
RATES = (10, 500)
HEARD_S = 0.3


async def look(
    db: Database, tenant_id: str, day: bench_engine.Day, feed: FloorFeed, ids: dict[str, str]
) -> None:
    """Look at the floor as a leader does once a second, and tell who follows it."""
    rows = [
        {**row, "queue_id": ids[row["queue_id"]], "client_id": ids[row["client_id"]]}
        for row in feed.rows(day.engine, day.policies())
    ]
    groups = [
        replace(group, client_id=ids[group.client_id])
        for group in roster.groups(day.engine.crowds())
    ]
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        await feed.publish(tx, rows, groups)


async def costs(db: Database, relay: Relay) -> list[float]:
    """Return the processor time in ms of a second of the floor, at each rate of events."""
    tenant_id, told = (await a_floor(db)).tenant_id, itertools.count()
    for _ in range(FOLLOWERS):
        relay.add_frame_listener(lambda frame: frame.kind == "floor.tick" and next(told))
    day, feed = bench_engine.Day(5, PEOPLE), FloorFeed()
    day.fill(bench_engine.WAITING)
    ids = {name: new_id() for name in (*bench_engine.CLIENTS, *day.queue_ids())}
    found = []
    for rate in RATES:
        spent = []
        for _ in range(LOOKS):
            day.live(rate)
            begun = time.process_time()
            await look(db, tenant_id, day, feed, ids)
            await asyncio.sleep(HEARD_S)  # the relay brings it to the followers
            spent.append((time.process_time() - begun) * 1000)
        found.append(sorted(spent)[LOOKS // 2])
    assert next(told) >= FOLLOWERS, "nobody was told anything"
    return found


async def main() -> int:
    """Measure and publish."""
    with temporary_postgres(durable=True) as server:
        urls = server.urls()
        await migrate(urls.owner_dsn)
        db = await Database.open(urls.app_dsn, size=4)
        relay = Relay(db)
        await relay.start()
        few, many = await costs(db, relay)
        await relay.stop()
        await db.close()
    figures = [
        Figure(name=f"CPU a second at {RATES[0]} events/s", measured=few, unit="ms"),
        Figure(name=f"CPU a second at {RATES[1]} events/s", measured=many, unit="ms"),
        Figure(name="fifty times the events cost", measured=many / few, unit="x", at_most=1.5),
    ]
    setting = {"people": PEOPLE, "followers": FOLLOWERS}
    return 0 if publish("floor", figures, setting=setting) else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
