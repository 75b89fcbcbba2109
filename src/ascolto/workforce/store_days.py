"""Statements on days: what the organisation knows of them, and how good what was published was."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.workforce.model import DayScore, OwnEvent

_EVENT = "id, client_id, day, kind, name, noted_at, noted_by"
_SCORE = (
    "day, volume, wape, day_total_wape, bias, last_week_wape, four_weeks_wape, chance, scored_at"
)


async def insert_event(tx: Tx, event: OwnEvent) -> bool:
    """Write an event down; False when the day has one of its kind."""
    done = await tx.execute(
        f"INSERT INTO workforce.own_event (tenant_id, {_EVENT})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        tx.tenant_id, event.id, event.client_id, event.day, event.kind, event.name,
        event.noted_at, event.noted_by,
    )  # fmt: skip
    return done == 1


async def delete_event(tx: Tx, event_id: str) -> OwnEvent | None:
    """Forget an event, and return what it was."""
    row = await tx.fetchrow(
        f"DELETE FROM workforce.own_event WHERE tenant_id = $1 AND id = $2 RETURNING {_EVENT}",
        tx.tenant_id, event_id,
    )  # fmt: skip
    return OwnEvent(**row) if row else None


async def get_event(tx: Tx, event_id: str) -> OwnEvent | None:
    """Return an event in scope."""
    row = await tx.fetchrow(
        f"SELECT {_EVENT} FROM workforce.own_event WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, event_id,
    )  # fmt: skip
    return OwnEvent(**row) if row else None


async def list_events(
    tx: Tx, *, first_day: date, last_day: date, client_id: str | None = None
) -> list[OwnEvent]:
    """Return the events of some days in order: all in scope, or those that concern a client."""
    rows = await tx.fetch(
        f"SELECT {_EVENT} FROM workforce.own_event WHERE tenant_id = $1 AND day BETWEEN $2 AND $3"
        " AND ($4::uuid IS NULL OR client_id IS NULL OR client_id = $4) ORDER BY day, kind, id",
        tx.tenant_id, first_day, last_day, client_id,
    )  # fmt: skip
    return [OwnEvent(**row) for row in rows]


async def unscored(tx: Tx, *, before: date, limit: int) -> list[Record]:
    """Return published forecasts with days before a day that nobody scored, and those days.

    Only days of which all is known: kept as a whole by the log that has the queue's work, or told
    by a table. And only days after the one it was published on: of the others something was known.
    """
    return await tx.fetch(
        "SELECT f.id, f.client_id, f.queue_id, f.channel, f.minutes, f.timezone, f.history_until,"
        " array_agg(d.day ORDER BY d.day) AS days"
        " FROM workforce.forecast f"
        " JOIN LATERAL (SELECT DISTINCT (i.starts_at AT TIME ZONE f.timezone)::date AS day"
        "   FROM workforce.forecast_interval i"
        "   WHERE i.tenant_id = $1 AND i.forecast_id = f.id) d ON d.day < $2"
        "   AND d.day > (f.published_at AT TIME ZONE f.timezone)::date"
        " WHERE f.tenant_id = $1 AND f.published_at IS NOT NULL"
        " AND (EXISTS (SELECT FROM workforce.kept_day k WHERE k.tenant_id = $1 AND k.day = d.day)"
        "   AND EXISTS (SELECT FROM workforce.volume v WHERE v.tenant_id = $1"
        "     AND v.queue_id = f.queue_id AND v.channel = f.channel"
        "     AND v.starts_at < (d.day + 1)::timestamp AT TIME ZONE f.timezone)"
        "   OR EXISTS (SELECT FROM workforce.imported_volume v WHERE v.tenant_id = $1"
        "     AND v.queue_id = f.queue_id AND v.channel = f.channel"
        "     AND v.starts_at >= d.day::timestamp AT TIME ZONE f.timezone"
        "     AND v.starts_at < (d.day + 1)::timestamp AT TIME ZONE f.timezone))"
        " AND NOT EXISTS (SELECT FROM workforce.accuracy a WHERE a.tenant_id = $1"
        "   AND a.forecast_id = f.id AND a.day = d.day)"
        " GROUP BY f.tenant_id, f.id ORDER BY f.id LIMIT $3",
        tx.tenant_id, before, limit,
    )  # fmt: skip


async def put_scores(
    tx: Tx, *, forecast_id: str, client_id: str, scores: Sequence[DayScore]
) -> int:
    """Write how good the days of a forecast were; what is written stays. Return how many were."""
    done = await tx.execute(
        f"INSERT INTO workforce.accuracy (tenant_id, forecast_id, client_id, {_SCORE})"
        " SELECT $1, $2, $3, * FROM unnest($4::date[], $5::float8[], $6::float8[], $7::float8[],"
        " $8::float8[], $9::float8[], $10::float8[], $11::float8[], $12::timestamptz[])"
        " ON CONFLICT DO NOTHING",
        tx.tenant_id, forecast_id, client_id,
        *([getattr(one, name) for one in scores] for name in _SCORE.split(", ")),
    )  # fmt: skip
    return int(done)


async def scores_of(tx: Tx, forecast_ids: Sequence[str]) -> dict[str, list[DayScore]]:
    """Return how good each of some forecasts was, day by day."""
    rows: list[Any] = await tx.fetch(
        f"SELECT forecast_id, {_SCORE} FROM workforce.accuracy"
        " WHERE tenant_id = $1 AND forecast_id = ANY($2::uuid[]) ORDER BY day",
        tx.tenant_id, list(forecast_ids),
    )  # fmt: skip
    found: dict[str, list[DayScore]] = {}
    for row in rows:
        told = dict(row)
        found.setdefault(told.pop("forecast_id"), []).append(DayScore(**told))
    return found
