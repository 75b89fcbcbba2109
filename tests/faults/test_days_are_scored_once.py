"""A server killed while it scores what was published scores every day once all the same."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.routing import create_queue
from ascolto.tenancy.actions import create_client
from ascolto.workforce import store
from ascolto.workforce.actions.importing import write_imported
from ascolto.workforce.model import Asked, KeptInterval
from ascolto.workforce.past import stream_of
from ascolto.workforce.tables import read_imported
from support.days import every_half_hour
from support.running import RunningServer
from support.servers import new_tenant

DAYS = 12


async def published(database: Database, tenant: str) -> None:
    """Publish a forecast of the last days, of which a table tells what came."""
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        client = await create_client(tx, name="Luce", color="#112233")
        values = {"client_id": client.id, "name": "Fatture", "channel": "voice"}
        queue = await create_queue(tx, values=values)
        stream = await stream_of(tx, queue_id=queue.id)
        today = stream.today(datetime.now(UTC))
        text = every_half_hour(today - timedelta(days=60), today - timedelta(days=1))
        told = read_imported(text, timezone=stream.zone.key, separator=",", columns={})
        found = await write_imported(tx, stream, told, dry_run=False)
        assert found.written, found.faults
        asked = Asked(
            queue_id=queue.id, client_id=client.id, channel="voice", horizon_days=DAYS,
            minutes=30, model="chosen", country="IT", reason="Prova",
        )  # fmt: skip
        forecast = await store.insert_forecast(tx, new_id(), asked)
        first = today - timedelta(days=DAYS)
        begins = stream.midnight(first)
        intervals = [
            KeptInterval(
                starts_at=begins.astimezone(UTC) + timedelta(minutes=30 * n),
                made_mean=10, made_low=5, made_median=10, made_high=15,
                mean=10, low=5, median=10, high=15, rate_cv=0.1,
            )
            for n in range(48 * DAYS)
        ]  # fmt: skip
        made = {
            "timezone": stream.zone.key, "history_from": first - timedelta(days=40),
            "history_until": first - timedelta(days=1), "measured": True, "days": [], "notes": [],
            "lesson": None,
        }  # fmt: skip
        assert await store.set_made(tx, forecast, made, intervals)
        assert await store.set_published(tx, forecast.id)
        # Published before its days, as one that is worth scoring is.
        await tx.execute(
            "UPDATE workforce.forecast SET published_at = published_at - make_interval(days => $2)"
            " WHERE id = $1",
            forecast.id, DAYS + 1,
        )  # fmt: skip


async def scored(owner: asyncpg.Connection, tenant: str) -> list[tuple[object, ...]]:
    rows = await owner.fetch(
        "SELECT day, volume, wape, scored_at FROM workforce.accuracy WHERE tenant_id = $1"
        " ORDER BY day",
        tenant,
    )
    return [tuple(row) for row in rows]


def calculates(server: RunningServer) -> bool:
    """Tell whether the server has begun its calculating process."""
    assert server.process is not None
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return any(
        b"workforce.calculating" in Path(f"/proc/{child}/cmdline").read_bytes()
        for child in children.read_text().split()
    )


async def test_a_server_killed_while_it_scores_leaves_no_day_out_and_none_twice(
    urls: PostgresUrls, database: Database, tmp_path: Path
) -> None:
    tenant = await new_tenant(database)
    await published(database, tenant)
    owner = await asyncpg.connect(urls.owner_dsn)
    server = RunningServer(urls, data=tmp_path)
    try:
        for wait_s in (0.0, 0.7):
            server.start()
            while not calculates(server):
                await asyncio.sleep(0.01)
            await asyncio.sleep(wait_s)
            server.kill()
            assert len(await scored(owner, tenant)) in {0, DAYS}, "all days of a forecast or none"
        server.start()
        deadline = time.monotonic() + 90
        while len(found := await scored(owner, tenant)) < DAYS and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        assert len(found) == DAYS
        assert all(volume > 0 and 0 < wape < 1 for _, volume, wape, _ in found)  # type: ignore[operator] # numbers
        server.kill()
        server.start()
        await asyncio.sleep(1.5)
        assert await scored(owner, tenant) == found, "what was scored stays as it was"
    finally:
        server.kill()
        await owner.close()
