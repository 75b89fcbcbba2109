"""Statements on the day itself: the forecast that speaks for it, and what is done about it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.workforce.levers import Lever, Pulled

_LEVER = "kind, from_at, until_at, people, other_queue_id, to_at, share"
_PULLED = f"id, client_id, queue_id, {_LEVER}, reason, effect, pulled_at, pulled_by, undone_at"


def _pulled(row: Record) -> Pulled:
    names = _LEVER.split(", ")
    lever = Lever(**{name: row[name] for name in names})
    return Pulled(
        lever=lever, **{name: value for name, value in dict(row).items() if name not in names}
    )


async def speaks_for(
    tx: Tx, *, queue_id: str, channel: str, since: datetime, until: datetime
) -> str | None:
    """Return the forecast published last that has something to say between two moments."""
    found: str | None = await tx.fetchval(
        "SELECT f.id FROM workforce.forecast f WHERE f.tenant_id = $1 AND f.queue_id = $2"
        " AND f.channel = $3 AND f.published_at IS NOT NULL"
        " AND EXISTS (SELECT FROM workforce.forecast_interval i WHERE i.tenant_id = $1"
        "   AND i.forecast_id = f.id AND i.starts_at >= $4 AND i.starts_at < $5)"
        " ORDER BY f.published_at DESC, f.id DESC LIMIT 1",
        tx.tenant_id, queue_id, channel, since, until,
    )  # fmt: skip
    return found


async def insert_lever(
    tx: Tx,
    lever_id: str,
    lever: Lever,
    *,
    client_id: str,
    queue_id: str,
    reason: str,
    effect: dict[str, Any],
) -> Pulled:
    """Write down what is done about a day, and what it was said to bring."""
    told = asdict(lever)
    row = await tx.fetchrow(
        f"INSERT INTO workforce.lever (tenant_id, id, client_id, queue_id, {_LEVER}, reason,"
        " effect, pulled_at, pulled_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        f" RETURNING {_PULLED}",
        tx.tenant_id, lever_id, client_id, queue_id, *(told[n] for n in _LEVER.split(", ")),
        reason, effect, tx.now, tx.actor.name,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return _pulled(row)


async def levers_between(tx: Tx, *, since: datetime, until: datetime) -> list[Pulled]:
    """Return what is done about a day, also what was taken back, in order."""
    rows = await tx.fetch(
        f"SELECT {_PULLED} FROM workforce.lever"
        " WHERE tenant_id = $1 AND from_at >= $2 AND from_at < $3 ORDER BY id",
        tx.tenant_id, since, until,
    )  # fmt: skip
    return [_pulled(row) for row in rows]


async def set_undone(tx: Tx, lever_id: str) -> Pulled | None:
    """Take something back that was done."""
    row = await tx.fetchrow(
        "UPDATE workforce.lever SET undone_at = $3, undone_by = $4"
        f" WHERE tenant_id = $1 AND id = $2 AND undone_at IS NULL RETURNING {_PULLED}",
        tx.tenant_id, lever_id, tx.now, tx.actor.name,
    )  # fmt: skip
    return _pulled(row) if row else None
