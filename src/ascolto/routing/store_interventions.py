"""SQL of what is done on the floor against an alert."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import asyncpg

from ascolto.kit.db import Record, Tx

_COLUMNS = (
    "id, client_id, kind, queue_id, operator_id, before, after, alert, why, by_account, by_name,"
    " begun_at, until, ended_at, ended_how, ended_by"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """One thing done on the floor: what stood before, what after, who, why and until when."""

    id: str
    client_id: str
    kind: str
    queue_id: str
    operator_id: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    alert: dict[str, Any]
    why: str
    by_account: str
    by_name: str
    begun_at: datetime
    until: datetime
    ended_at: datetime | None = None
    ended_how: str | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """Somebody's skills until a moment: what stood before and what stands now."""

    operator_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    until: datetime


def _of(row: Record) -> Intervention:
    return Intervention(**dict(row))


Place: TypeAlias = tuple[bool, datetime, str]
"""Ended or not, since when, and the id: where an intervention stands in the list."""


async def insert(tx: Tx, done: Intervention) -> None:
    """Write an intervention down; raises UniqueViolationError while another one stands there."""
    await tx.execute(
        "INSERT INTO routing.intervention (tenant_id, id, client_id, kind, queue_id, operator_id,"
        " before, after, alert, why, by_account, by_name, begun_at, until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        tx.tenant_id, done.id, done.client_id, done.kind, done.queue_id, done.operator_id,
        done.before, done.after, done.alert, done.why, done.by_account, done.by_name,
        done.begun_at, done.until,
    )  # fmt: skip


async def get(tx: Tx, intervention_id: str) -> Intervention | None:
    """Return an intervention in scope."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM routing.intervention WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id,
        intervention_id,
    )
    return None if row is None else _of(row)


async def end(tx: Tx, intervention_id: str, *, how: str, by: str | None) -> Intervention | None:
    """End an intervention that still runs; None when it has ended before."""
    row = await tx.fetchrow(
        "UPDATE routing.intervention SET ended_at = $3, ended_how = $4, ended_by = $5"
        " WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL"
        f" RETURNING {_COLUMNS}",
        tx.tenant_id, intervention_id, tx.now, how, by,
    )  # fmt: skip
    return None if row is None else _of(row)


async def list_since(
    tx: Tx, since: datetime, *, after: Place | None = None, limit: int
) -> list[Intervention]:
    """Return what runs, then what has begun since a moment, newest first, from a place on."""
    ended, begun_at, known_id = after or (None, None, None)
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM routing.intervention"
        " WHERE tenant_id = $1 AND (ended_at IS NULL OR begun_at >= $2)"
        " AND ($4::bool IS NULL OR (ended_at IS NOT NULL) > $4 OR (ended_at IS NOT NULL) = $4"
        " AND (begun_at < $5 OR begun_at = $5 AND id > $6::uuid))"
        " ORDER BY ended_at IS NOT NULL, begun_at DESC, id LIMIT $3",
        tx.tenant_id, since, limit, ended, begun_at, known_id,
    )  # fmt: skip
    return [_of(row) for row in rows]


async def skills_lent(tx: Tx) -> list[Lent]:
    """Return whose skills stand differently until when, whichever client it is for.

    Of each person one at most. Where they went is not told: it may be another client's.
    """
    rows = await tx.fetch("SELECT operator_id, before, after, until FROM routing.skills_lent()")
    return [Lent(**dict(row)) for row in rows]


async def due(tx: Tx, *, limit: int) -> list[str]:
    """Return what should have ended by now."""
    rows = await tx.fetch(
        "SELECT id FROM routing.intervention"
        " WHERE tenant_id = $1 AND ended_at IS NULL AND until <= $2 ORDER BY until LIMIT $3",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [str(row["id"]) for row in rows]


async def tenants_due(connection: asyncpg.Connection, *, moment: datetime) -> list[str]:
    """Return the organisations in which something should have ended."""
    rows = await connection.fetch(
        "SELECT tenant_id FROM routing.tenants_with_interventions_due($1)", moment
    )
    return [str(row["tenant_id"]) for row in rows]
