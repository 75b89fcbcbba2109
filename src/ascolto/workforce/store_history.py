"""Statements on what came: days worked out of the log, and tables brought in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ascolto.insight.volumes import Volume
from ascolto.kit.db import Tx
from ascolto.workforce.model import Came, TableRow

# What a table told holds before the first day on which the log has something of the queue.
_TOLD = """
  SELECT starts_at, offered::float8 AS offered, handled::float8 AS handled,
         abandoned::float8 AS abandoned, handling_s, 'log' AS source
    FROM workforce.volume
   WHERE tenant_id = $1 AND queue_id = $2 AND channel = $3 AND starts_at >= $4 AND starts_at < $5
  UNION ALL
  SELECT starts_at, offered, handled, abandoned, aht_s * coalesce(handled, offered), 'import'
    FROM workforce.imported_volume
   WHERE tenant_id = $1 AND queue_id = $2 AND channel = $3 AND starts_at >= $4 AND starts_at < $5
     AND starts_at < $6
"""


async def last_kept_day(tx: Tx) -> date | None:
    """Return the last day that is worked out of the log."""
    found: date | None = await tx.fetchval(
        "SELECT max(day) FROM workforce.kept_day WHERE tenant_id = $1", tx.tenant_id
    )
    return found


async def keep_day(tx: Tx, day: date, volumes: Sequence[Volume]) -> bool:
    """Keep what a day brought; False when another process has kept it."""
    kept = await tx.execute(
        "INSERT INTO workforce.kept_day (tenant_id, day, kept_at) VALUES ($1, $2, $3)"
        " ON CONFLICT DO NOTHING",
        tx.tenant_id, day, tx.now,
    )  # fmt: skip
    if kept == 1 and volumes:
        await tx.executemany(
            "INSERT INTO workforce.volume (tenant_id, client_id, queue_id, channel, starts_at,"
            " offered, handled, abandoned, handling_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            [
                (
                    tx.tenant_id, one.client_id, one.queue_id, one.channel, one.starts_at,
                    one.offered, one.handled, one.abandoned, one.handling_s,
                )
                for one in volumes
            ],
        )  # fmt: skip
    return kept == 1


async def log_begins(tx: Tx, *, queue_id: str, channel: str) -> datetime | None:
    """Return the first kept interval in which the log has something of a queue."""
    found: datetime | None = await tx.fetchval(
        "SELECT min(starts_at) FROM workforce.volume"
        " WHERE tenant_id = $1 AND queue_id = $2 AND channel = $3",
        tx.tenant_id, queue_id, channel,
    )  # fmt: skip
    return found


async def came_between(
    tx: Tx,
    *,
    queue_id: str,
    channel: str,
    since: datetime,
    until: datetime,
    log_from: datetime,
    minutes: int,
) -> list[Came]:
    """Return what came between two moments, added up to intervals that divide an hour."""
    rows = await tx.fetch(
        f"WITH told AS ({_TOLD})"
        " SELECT date_bin(make_interval(mins => $7::int), starts_at, '2000-01-01T00:00Z') AS at,"
        " sum(offered) AS offered, sum(handled) AS handled, sum(abandoned) AS abandoned,"
        " sum(handling_s) AS handling_s, min(source) AS source"
        " FROM told GROUP BY 1 ORDER BY 1",
        tx.tenant_id, queue_id, channel, since, until, log_from, minutes,
    )  # fmt: skip
    return [Came(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """What came, as two columns: seconds since 1970 and how often somebody was asked for."""

    at: list[float]
    offered: list[float]
    imported: list[bool]
    """Which of them a table told."""
    longest: int
    """The longest interval of what a table told, in minutes; 0 without one."""


async def counts_between(
    tx: Tx, *, queue_id: str, channel: str, since: datetime, until: datetime, log_from: datetime
) -> Counts:
    """Return all that came between two moments, for whoever calculates with years of it."""
    row = await tx.fetchrow(
        f"WITH told AS ({_TOLD} ORDER BY 1)"
        " SELECT coalesce(array_agg(extract(epoch FROM starts_at)::float8 ORDER BY starts_at),"
        "   '{}') AS at,"
        " coalesce(array_agg(offered ORDER BY starts_at), '{}') AS offered,"
        " coalesce(array_agg(source = 'import' ORDER BY starts_at), '{}') AS imported,"
        " coalesce((SELECT max(minutes) FROM workforce.imported_volume WHERE tenant_id = $1"
        "   AND queue_id = $2 AND channel = $3 AND starts_at >= $4 AND starts_at < $6), 0)"
        "   AS longest"
        " FROM told",
        tx.tenant_id, queue_id, channel, since, until, log_from,
    )  # fmt: skip
    return Counts(**row) if row else Counts([], [], [], 0)


async def mean_handling_s(tx: Tx, *, queue_id: str, channel: str, since: datetime) -> float | None:
    """Return the mean handling time since a moment, of the log before what a table told."""
    found: float | None = await tx.fetchval(
        "SELECT coalesce("
        " (SELECT sum(handling_s) / nullif(sum(handled), 0) FROM workforce.volume"
        "   WHERE tenant_id = $1 AND queue_id = $2 AND channel = $3 AND starts_at >= $4),"
        " (SELECT sum(aht_s * coalesce(handled, offered)) / nullif(sum(coalesce(handled, offered))"
        "     FILTER (WHERE aht_s IS NOT NULL), 0) FROM workforce.imported_volume"
        "   WHERE tenant_id = $1 AND queue_id = $2 AND channel = $3))",
        tx.tenant_id, queue_id, channel, since,
    )  # fmt: skip
    return found


async def replace_imported(
    tx: Tx,
    rows: Sequence[TableRow],
    *,
    client_id: str,
    queue_id: str,
    channel: str,
    minutes: int,
    until: datetime,
) -> None:
    """Put a table in place of whatever another one told of the same stretch of time."""
    first = min(row.starts_at for row in rows)
    await tx.execute(
        "DELETE FROM workforce.imported_volume WHERE tenant_id = $1 AND queue_id = $2"
        " AND channel = $3 AND starts_at >= $4 AND starts_at < $5",
        tx.tenant_id, queue_id, channel, first, until,
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO workforce.imported_volume (tenant_id, client_id, queue_id, channel, minutes,"
        " starts_at, offered, handled, abandoned, aht_s)"
        " SELECT $1, $2, $3, $4, $5, * FROM unnest($6::timestamptz[], $7::float8[],"
        " $8::float8[], $9::float8[], $10::float8[])",
        tx.tenant_id, client_id, queue_id, channel, minutes,
        [row.starts_at for row in rows],
        [row.offered for row in rows],
        [row.handled for row in rows],
        [row.abandoned for row in rows],
        [row.aht_s for row in rows],
    )  # fmt: skip
