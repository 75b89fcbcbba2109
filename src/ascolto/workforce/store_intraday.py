"""Statements on the day itself: the forecast that speaks for it, and what is done about it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.workforce.levers import Lever, Pulled
from ascolto.workforce.reaching import Step

_LEVER = "kind, from_at, until_at, people, other_queue_id, to_at, share, message"
_PULLED = (
    f"id, client_id, queue_id, {_LEVER}, reason, effect, pulled_at, pulled_by, pulled_account,"
    " undone_at"
)
_STEP = (
    "id, lever_id, client_id, operator_id, state, begins_at, until_at, changed_at, before, after,"
    " intervention_id, why"
)


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


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """What the forecast published last says of a queue's day: intervals of `minutes`, by mean."""

    minutes: int
    intervals: list[tuple[datetime, float]]


async def published_days(
    tx: Tx, channels: Mapping[str, str], *, since: datetime, until: datetime
) -> dict[str, PublishedDay]:
    """Return what is published for each queue on its channel between two moments, in one reading.

    A queue of whose day no published forecast speaks is left out.
    """
    rows = await tx.fetch(
        "SELECT f.queue_id, f.minutes, i.starts_at, i.mean"
        "  FROM unnest($2::uuid[], $3::text[]) AS q(id, channel)"
        "  JOIN LATERAL (SELECT f.id, f.queue_id, f.minutes FROM workforce.forecast f"
        "    WHERE f.tenant_id = $1 AND f.queue_id = q.id AND f.channel = q.channel"
        "      AND f.published_at IS NOT NULL"
        "      AND EXISTS (SELECT FROM workforce.forecast_interval i WHERE i.tenant_id = $1"
        "        AND i.forecast_id = f.id AND i.starts_at >= $4 AND i.starts_at < $5)"
        "    ORDER BY f.published_at DESC, f.id DESC LIMIT 1) f ON true"
        "  JOIN workforce.forecast_interval i ON i.tenant_id = $1 AND i.forecast_id = f.id"
        "   AND i.starts_at >= $4 AND i.starts_at < $5",
        tx.tenant_id, list(channels), list(channels.values()), since, until,
    )  # fmt: skip
    found: dict[str, PublishedDay] = {}
    for row in rows:
        day = found.setdefault(row["queue_id"], PublishedDay(row["minutes"], []))
        day.intervals.append((row["starts_at"], row["mean"]))
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
        " effect, pulled_at, pulled_by, pulled_account) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        f" RETURNING {_PULLED}",
        tx.tenant_id, lever_id, client_id, queue_id, *(told[n] for n in _LEVER.split(", ")),
        reason, effect, tx.now, tx.actor.name,
        tx.actor.id if tx.actor.kind in {"account", "token"} else None,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return _pulled(row)


async def get_lever(tx: Tx, lever_id: str, *, hold: bool = False) -> Pulled | None:
    """Return what was done about a day; held, it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_PULLED} FROM workforce.lever WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, lever_id,
    )  # fmt: skip
    return _pulled(row) if row else None


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


async def insert_steps(tx: Tx, steps: Sequence[Step]) -> None:
    """Write down what a lever does, person by person."""
    names = _STEP.split(", ")
    places = ", ".join(f"${n}" for n in range(2, len(names) + 2))
    await tx.executemany(
        f"INSERT INTO workforce.lever_step (tenant_id, {_STEP}) VALUES ($1, {places})",
        [(tx.tenant_id, *(getattr(one, name) for name in names)) for one in steps],
    )


async def steps_of(tx: Tx, lever_ids: Collection[str]) -> dict[str, list[Step]]:
    """Return what some levers do, lever by lever."""
    rows = await tx.fetch(
        f"SELECT {_STEP} FROM workforce.lever_step"
        " WHERE tenant_id = $1 AND lever_id = ANY($2::uuid[]) ORDER BY id",
        tx.tenant_id, list(lever_ids),
    )  # fmt: skip
    found: dict[str, list[Step]] = defaultdict(list)
    for row in rows:
        found[row["lever_id"]].append(Step(**row))
    return found


async def own_steps(
    tx: Tx, operator_id: str, *, since: datetime, until: datetime
) -> list[tuple[Step, Pulled]]:
    """Return what levers of a stretch of time mean for one person, in order."""
    rows = await tx.fetch(
        f"SELECT {_STEP} FROM workforce.lever_step WHERE tenant_id = $1 AND operator_id = $2"
        " AND begins_at >= $3 AND begins_at < $4 ORDER BY begins_at, id",
        tx.tenant_id, operator_id, since, until,
    )  # fmt: skip
    steps = [Step(**row) for row in rows]
    levers = await _levers(tx, {one.lever_id for one in steps}) if steps else {}
    return [(one, levers[one.lever_id]) for one in steps if one.lever_id in levers]


async def _levers(tx: Tx, lever_ids: Collection[str]) -> dict[str, Pulled]:
    rows = await tx.fetch(
        f"SELECT {_PULLED} FROM workforce.lever WHERE tenant_id = $1 AND id = ANY($2::uuid[])",
        tx.tenant_id, list(lever_ids),
    )  # fmt: skip
    return {row["id"]: _pulled(row) for row in rows}


async def get_step(tx: Tx, step_id: str, *, hold: bool = False) -> Step | None:
    """Return one thing that a lever does; held, it stays as it is until the transaction ends.

    Its lever is held before it, by everybody.
    """
    row = await tx.fetchrow(
        f"SELECT {_STEP} FROM workforce.lever_step WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, step_id,
    )  # fmt: skip
    return Step(**row) if row else None


async def set_step(
    tx: Tx, step_id: str, *, state: str, intervention_id: str | None = None, why: str = ""
) -> None:
    """Write down what became of a step."""
    await tx.execute(
        "UPDATE workforce.lever_step SET state = $3, why = $4, changed_at = $5,"
        " intervention_id = coalesce($6, intervention_id) WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, step_id, state, why, tx.now, intervention_id,
    )  # fmt: skip


async def set_undone_steps(tx: Tx, step_ids: Collection[str]) -> None:
    """Write down that steps of a lever were taken back."""
    await tx.execute(
        "UPDATE workforce.lever_step SET state = 'undone', changed_at = $3"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[])",
        tx.tenant_id, list(step_ids), tx.now,
    )  # fmt: skip


async def due_steps(tx: Tx, *, by: datetime, limit: int) -> list[Step]:
    """Return what should begin by a moment."""
    rows = await tx.fetch(
        f"SELECT {_STEP} FROM workforce.lever_step"
        " WHERE tenant_id = $1 AND state = 'due' AND begins_at <= $2 ORDER BY begins_at, id"
        " LIMIT $3",
        tx.tenant_id, by, limit,
    )  # fmt: skip
    return [Step(**row) for row in rows]


async def times_moved(tx: Tx, *, kind: str, since: datetime) -> dict[str, int]:
    """Return how often each person was moved by levers of a kind since a moment."""
    rows = await tx.fetch(
        "SELECT s.operator_id, count(*) AS times FROM workforce.lever_step s"
        " JOIN workforce.lever l ON l.tenant_id = s.tenant_id AND l.id = s.lever_id"
        " WHERE s.tenant_id = $1 AND l.kind = $2 AND s.begins_at >= $3"
        " AND s.state IN ('due', 'done') GROUP BY 1",
        tx.tenant_id, kind, since,
    )  # fmt: skip
    return {row["operator_id"]: row["times"] for row in rows}


async def tenants_due(connection: Any, *, moment: datetime) -> list[str]:
    """Return the organisations in which something that a lever does should begin."""
    rows = await connection.fetch(
        "SELECT tenant_id FROM workforce.tenants_with_levers_due($1)", moment
    )
    return [str(row["tenant_id"]) for row in rows]
