"""Statements on rosters that are asked for, and what each day of a roster takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.kit.errors import Refusal
from ascolto.workforce.errors import failed_by

_RUN = (
    "id, first_day, last_day, reason, wanted, state, asked_at, asked_by, attempts, progress,"
    " ended_at, failure, failed_by, result, roster_id, purpose"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A roster that is asked for: made, failed, cancelled or still to be made.

    Its `purpose` is the roster, or what flexibility in it is worth, which makes no draft.
    """

    id: str
    first_day: date
    last_day: date
    reason: str
    wanted: dict[str, Any]
    state: str
    asked_at: datetime
    asked_by: str
    attempts: int
    progress: dict[str, Any]
    ended_at: datetime | None
    failure: str | None
    failed_by: dict[str, Any] | None
    result: dict[str, Any]
    roster_id: str | None
    purpose: str = "roster"


@dataclass(frozen=True, slots=True)
class RequiredDay:
    """People a queue takes in each interval of a local day."""

    queue_id: str
    minutes: int
    people: tuple[float, ...]


def _run(row: Record) -> Run:
    return Run(**row)


async def insert_run(
    tx: Tx,
    run_id: str,
    *,
    first_day: date,
    last_day: date,
    reason: str,
    wanted: dict[str, Any],
    purpose: str = "roster",
) -> Run:
    """Write down that a roster is asked for, or what flexibility in it is worth."""
    row = await tx.fetchrow(
        "INSERT INTO workforce.roster_run (tenant_id, id, first_day, last_day, reason, wanted,"
        " state, asked_at, asked_by, purpose) VALUES ($1, $2, $3, $4, $5, $6, 'asked', $7, $8, $9)"
        f" RETURNING {_RUN}",
        tx.tenant_id, run_id, first_day, last_day, reason, wanted, tx.now, tx.actor.name, purpose,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return _run(row)


async def count_asked(tx: Tx) -> int:
    """Return how many rosters are still to be made."""
    found: int = await tx.fetchval(
        "SELECT count(*) FROM workforce.roster_run WHERE tenant_id = $1 AND state = 'asked'",
        tx.tenant_id,
    )
    return found


async def get_run(tx: Tx, run_id: str, *, hold: bool = False) -> Run | None:
    """Return what was asked for; held, it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_RUN} FROM workforce.roster_run WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, run_id,
    )  # fmt: skip
    return _run(row) if row else None


async def list_runs(
    tx: Tx,
    *,
    roster_id: str | None = None,
    before: str | None,
    limit: int,
    purpose: str = "roster",
) -> list[Run]:
    """Return what was asked for before a run, the latest first, all or what made one roster."""
    rows = await tx.fetch(
        f"SELECT {_RUN} FROM workforce.roster_run WHERE tenant_id = $1 AND purpose = $5"
        " AND ($2::uuid IS NULL OR roster_id = $2) AND ($4::uuid IS NULL OR id < $4)"
        " ORDER BY id DESC LIMIT $3",
        tx.tenant_id, roster_id, limit, before, purpose,
    )  # fmt: skip
    return [_run(row) for row in rows]


async def latest_run(tx: Tx, *, reason: str, first_day: date | None) -> Run | None:
    """Return what was asked for last with a reason, of any days or of those from one on."""
    row = await tx.fetchrow(
        f"SELECT {_RUN} FROM workforce.roster_run WHERE tenant_id = $1 AND reason = $2"
        " AND purpose = 'roster' AND ($3::date IS NULL OR first_day = $3) ORDER BY id DESC LIMIT 1",
        tx.tenant_id, reason, first_day,
    )  # fmt: skip
    return _run(row) if row else None


async def tenants_asking(connection: Any, *, free_before: datetime) -> list[str]:
    """Return the organisations that wait for a roster which nobody is making."""
    rows = await connection.fetch(
        "SELECT id FROM workforce.tenants_asking_rosters($1) AS t(id)", free_before
    )
    return [row["id"] for row in rows]


async def claim(tx: Tx, *, until: datetime) -> Run | None:
    """Take what waits longest; others leave it alone until a moment."""
    row = await tx.fetchrow(
        "UPDATE workforce.roster_run SET claimed_until = $3, attempts = attempts + 1"
        " WHERE tenant_id = $1 AND id = (SELECT id FROM workforce.roster_run WHERE tenant_id = $1"
        "   AND state = 'asked' AND (claimed_until IS NULL OR claimed_until < $2)"
        "   ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_RUN}",
        tx.tenant_id, tx.now, until,
    )  # fmt: skip
    return _run(row) if row else None


async def tell(tx: Tx, run: Run, progress: dict[str, Any], *, until: datetime) -> bool:
    """Write how far it is and keep it until a moment; False when it is nobody's any more."""
    return await tx.execute(
        "UPDATE workforce.roster_run SET progress = $4, claimed_until = $5"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'asked' AND attempts = $3",
        tx.tenant_id, run.id, run.attempts, progress, until,
    ) == 1  # fmt: skip


async def set_made(
    tx: Tx, run: Run, *, result: dict[str, Any], roster_id: str | None = None
) -> None:
    """Write what it came to; the caller holds the row."""
    await tx.execute(
        "UPDATE workforce.roster_run SET state = 'made', ended_at = $3, roster_id = $4,"
        " result = $5, claimed_until = NULL WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, run.id, tx.now, roster_id, result,
    )  # fmt: skip


async def end(tx: Tx, run: Run, *, state: str, failure: Refusal | None = None) -> bool:
    """Write that it failed or was cancelled; False when it had ended before."""
    return await tx.execute(
        "UPDATE workforce.roster_run SET state = $3, ended_at = $4, failure = $5,"
        " failed_by = $7, claimed_until = NULL WHERE tenant_id = $1 AND id = $2"
        " AND state = 'asked' AND attempts = $6",
        tx.tenant_id, run.id, state, tx.now, failure and failure.detail[:2_000], run.attempts,
        failure and failed_by(failure),
    ) == 1  # fmt: skip


async def release(tx: Tx, run: Run) -> None:
    """Give back what could not be made now, for whoever comes next."""
    await tx.execute(
        "UPDATE workforce.roster_run SET claimed_until = NULL"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'asked' AND attempts = $3",
        tx.tenant_id, run.id, run.attempts,
    )  # fmt: skip


async def put_required(
    tx: Tx, roster_id: str, days: Sequence[tuple[str, date, list[float]]], *, minutes: int
) -> None:
    """Write what the days of a roster take, queue by queue."""
    await tx.executemany(
        "INSERT INTO workforce.required_day (tenant_id, roster_id, queue_id, day, minutes, people)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(tx.tenant_id, roster_id, queue_id, day, minutes, need) for queue_id, day, need in days],
    )  # fmt: skip


async def required_on(tx: Tx, day: date, *, roster_id: str) -> list[RequiredDay]:
    """Return what a day takes: as this roster was made for, else as the latest one was."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (queue_id) queue_id, minutes, people FROM workforce.required_day"
        " WHERE tenant_id = $1 AND day = $2"
        " ORDER BY queue_id, (roster_id = $3) DESC, roster_id DESC",
        tx.tenant_id, day, roster_id,
    )  # fmt: skip
    return [RequiredDay(row["queue_id"], row["minutes"], tuple(row["people"])) for row in rows]
