"""Statements on forecasts, their intervals and what people changed by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.kit.errors import Refusal
from ascolto.workforce.errors import failed_by
from ascolto.workforce.model import Asked, HandEdit, KeptForecast, KeptInterval

_FORECAST = (
    "id, client_id, queue_id, channel, state, reason, horizon_days, minutes, model, country,"
    " asked_at, asked_by, attempts, made_at, timezone, history_from, history_until, measured,"
    " days, notes, failure, failed_by, published_at, published_by, v"
)
_INTERVAL = (
    "starts_at, made_mean, made_low, made_median, made_high, mean, low, median, high, rate_cv"
)
_EDIT = (
    "id, from_at, until_at, factor, calls, reason, edited_at, edited_by, before_calls, after_calls"
)


def _forecast(row: Record) -> KeptForecast:
    return KeptForecast(**row)


async def insert_forecast(tx: Tx, forecast_id: str, asked: Asked) -> KeptForecast:
    """Write down that a forecast is asked for."""
    row = await tx.fetchrow(
        "INSERT INTO workforce.forecast (tenant_id, id, client_id, queue_id, channel, state,"
        " reason, horizon_days, minutes, model, country, asked_at, asked_by)"
        " VALUES ($1, $2, $3, $4, $5, 'asked', $6, $7, $8, $9, $10, $11, $12)"
        f" RETURNING {_FORECAST}",
        tx.tenant_id, forecast_id, asked.client_id, asked.queue_id, asked.channel, asked.reason,
        asked.horizon_days, asked.minutes, asked.model, asked.country, tx.now, tx.actor.name,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return _forecast(row)


async def count_asked(tx: Tx) -> int:
    """Return how many forecasts are still to be made."""
    found: int = await tx.fetchval(
        "SELECT count(*) FROM workforce.forecast WHERE tenant_id = $1 AND state = 'asked'",
        tx.tenant_id,
    )
    return found


async def get_forecast(tx: Tx, forecast_id: str, *, hold: bool = False) -> KeptForecast | None:
    """Return a forecast in scope; held, it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_FORECAST} FROM workforce.forecast WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, forecast_id,
    )  # fmt: skip
    return _forecast(row) if row else None


async def list_forecasts(
    tx: Tx,
    *,
    queue_id: str | None,
    channel: str | None,
    published: bool | None,
    before: str | None,
    limit: int,
) -> list[KeptForecast]:
    """Return forecasts in scope, the latest first, without those at or after an id."""
    rows = await tx.fetch(
        f"SELECT {_FORECAST} FROM workforce.forecast WHERE tenant_id = $1"
        " AND ($2::uuid IS NULL OR queue_id = $2) AND ($3::text IS NULL OR channel = $3)"
        " AND ($4::bool IS NULL OR (published_at IS NOT NULL) = $4)"
        " AND ($5::uuid IS NULL OR id < $5) ORDER BY id DESC LIMIT $6",
        tx.tenant_id, queue_id, channel, published, before, limit,
    )  # fmt: skip
    return [_forecast(row) for row in rows]


async def tenants_asking(connection: Any, *, free_before: datetime) -> list[str]:
    """Return the organisations that wait for a forecast which nobody is making."""
    rows = await connection.fetch(
        "SELECT id FROM workforce.tenants_asking($1) AS t(id)", free_before
    )
    return [row["id"] for row in rows]


async def claim(tx: Tx, *, until: datetime) -> KeptForecast | None:
    """Take the forecast that waits longest; others leave it alone until a moment."""
    row = await tx.fetchrow(
        "UPDATE workforce.forecast SET claimed_until = $3, attempts = attempts + 1"
        " WHERE tenant_id = $1 AND id = (SELECT id FROM workforce.forecast WHERE tenant_id = $1"
        "   AND state = 'asked' AND (claimed_until IS NULL OR claimed_until < $2)"
        "   ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_FORECAST}",
        tx.tenant_id, tx.now, until,
    )  # fmt: skip
    return _forecast(row) if row else None


async def set_made(
    tx: Tx, forecast: KeptForecast, made: dict[str, Any], intervals: Sequence[KeptInterval]
) -> bool:
    """Write what was made; False when it was thrown away or made by another meanwhile."""
    done = await tx.execute(
        "UPDATE workforce.forecast SET state = 'made', made_at = $4, timezone = $5,"
        " history_from = $6, history_until = $7, measured = $8, days = $9, notes = $10,"
        " lesson = $11, claimed_until = NULL, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'asked' AND attempts = $3",
        tx.tenant_id, forecast.id, forecast.attempts, tx.now, made["timezone"],
        made["history_from"], made["history_until"], made["measured"], made["days"],
        made["notes"], made["lesson"],
    )  # fmt: skip
    if done != 1:
        return False
    names = _INTERVAL.split(", ")
    await tx.execute(
        f"INSERT INTO workforce.forecast_interval (tenant_id, client_id, forecast_id, {_INTERVAL})"
        " SELECT $1, $2, $3, * FROM unnest($4::timestamptz[], $5::float8[], $6::float8[],"
        " $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::float8[],"
        " $13::float8[])",
        tx.tenant_id, forecast.client_id, forecast.id,
        *([getattr(one, name) for one in intervals] for name in names),
    )  # fmt: skip
    return True


async def lesson_of(tx: Tx, forecast_id: str) -> dict[str, Any] | None:
    """Return what past days teach of the rest of a day, as it was learnt with a forecast."""
    found: dict[str, Any] | None = await tx.fetchval(
        "SELECT lesson FROM workforce.forecast WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, forecast_id,
    )  # fmt: skip
    return found


async def set_failed(tx: Tx, forecast: KeptForecast, failure: Refusal) -> bool:
    """Write down why a forecast could not be made."""
    done = await tx.execute(
        "UPDATE workforce.forecast SET state = 'failed', made_at = $4, failure = $5,"
        " failed_by = $6,"
        " claimed_until = NULL, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'asked' AND attempts = $3",
        tx.tenant_id, forecast.id, forecast.attempts, tx.now, failure.detail[:2_000],
        failed_by(failure),
    )  # fmt: skip
    return done == 1


async def release(tx: Tx, forecast: KeptForecast) -> None:
    """Give back what could not be made now, for whoever comes next."""
    await tx.execute(
        "UPDATE workforce.forecast SET claimed_until = NULL"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'asked' AND attempts = $3",
        tx.tenant_id, forecast.id, forecast.attempts,
    )  # fmt: skip


async def set_published(tx: Tx, forecast_id: str) -> KeptForecast | None:
    """Publish a forecast that was made and is not published."""
    row = await tx.fetchrow(
        "UPDATE workforce.forecast SET published_at = $3, published_by = $4, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'made' AND published_at IS NULL"
        f" RETURNING {_FORECAST}",
        tx.tenant_id, forecast_id, tx.now, tx.actor.name,
    )  # fmt: skip
    return _forecast(row) if row else None


async def delete_draft(tx: Tx, forecast_id: str) -> bool:
    """Throw a forecast away that is not published."""
    return await tx.execute(
        "DELETE FROM workforce.forecast"
        " WHERE tenant_id = $1 AND id = $2 AND published_at IS NULL",
        tx.tenant_id, forecast_id,
    ) == 1  # fmt: skip


async def intervals_of(
    tx: Tx, forecast_id: str, *, since: datetime | None = None, until: datetime | None = None
) -> list[KeptInterval]:
    """Return the intervals of a forecast in order, all or between two moments."""
    rows = await tx.fetch(
        f"SELECT {_INTERVAL} FROM workforce.forecast_interval"
        " WHERE tenant_id = $1 AND forecast_id = $2 AND ($3::timestamptz IS NULL"
        " OR starts_at >= $3) AND ($4::timestamptz IS NULL OR starts_at < $4) ORDER BY starts_at",
        tx.tenant_id, forecast_id, since, until,
    )  # fmt: skip
    return [KeptInterval(**row) for row in rows]


async def set_intervals(tx: Tx, forecast_id: str, intervals: Sequence[KeptInterval]) -> None:
    """Write what holds in each interval after changes by hand."""
    await tx.execute(
        "UPDATE workforce.forecast_interval i"
        " SET mean = n.mean, low = n.low, median = n.median, high = n.high"
        " FROM unnest($3::timestamptz[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])"
        "   AS n(starts_at, mean, low, median, high)"
        " WHERE i.tenant_id = $1 AND i.forecast_id = $2 AND i.starts_at = n.starts_at",
        tx.tenant_id, forecast_id,
        [one.starts_at for one in intervals],
        [one.mean for one in intervals],
        [one.low for one in intervals],
        [one.median for one in intervals],
        [one.high for one in intervals],
    )  # fmt: skip
    await tx.execute(
        "UPDATE workforce.forecast SET v = v + 1 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, forecast_id,
    )  # fmt: skip


async def edits_of(tx: Tx, forecast_id: str) -> list[HandEdit]:
    """Return the changes by hand in the order in which they were made."""
    rows = await tx.fetch(
        f"SELECT {_EDIT} FROM workforce.forecast_edit"
        " WHERE tenant_id = $1 AND forecast_id = $2 ORDER BY id",
        tx.tenant_id, forecast_id,
    )  # fmt: skip
    return [HandEdit(**row) for row in rows]


async def put_edits(tx: Tx, forecast: KeptForecast, edits: Sequence[HandEdit]) -> None:
    """Write the changes by hand of a forecast as they are now."""
    await tx.execute(
        "DELETE FROM workforce.forecast_edit WHERE tenant_id = $1 AND forecast_id = $2",
        tx.tenant_id, forecast.id,
    )  # fmt: skip
    await tx.executemany(
        f"INSERT INTO workforce.forecast_edit (tenant_id, client_id, forecast_id, {_EDIT})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            (
                tx.tenant_id, forecast.client_id, forecast.id, one.id, one.from_at, one.until_at,
                one.factor, one.calls, one.reason, one.edited_at, one.edited_by,
                one.before_calls, one.after_calls,
            )
            for one in edits
        ],
    )  # fmt: skip
