"""Statements on rosters, shifts and the addresses under which calendars read them."""

from collections.abc import Sequence
from datetime import date, datetime

from ascolto.kit.db import Record, Tx
from ascolto.workforce.rosters import Roster, Shift

_ROSTER = (
    "id, first_day, last_day, reason, created_at, created_by, published_at, published_by, v,"
    " site_lost"
)
_SHIFT = "operator_id, day, starts_at, ends_at, place, parts"


def _shift(row: Record) -> Shift:
    return Shift(**{**row, "parts": tuple(row["parts"])})


async def insert_roster(
    tx: Tx,
    roster_id: str,
    *,
    first_day: date,
    last_day: date,
    reason: str,
    created_at: datetime | None = None,
    site_lost: bool = False,
) -> Roster:
    """Begin a version as a draft, now or as of when what holds was read for it."""
    row = await tx.fetchrow(
        "INSERT INTO workforce.roster (tenant_id, id, first_day, last_day, reason, created_at,"
        f" created_by, site_lost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_ROSTER}",
        tx.tenant_id, roster_id, first_day, last_day, reason, created_at or tx.now,
        tx.actor.name, site_lost,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return Roster(**row)


async def get_roster(tx: Tx, roster_id: str, *, hold: bool = False) -> Roster | None:
    """Return a version; held, it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_ROSTER} FROM workforce.roster WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, roster_id,
    )  # fmt: skip
    return Roster(**row) if row else None


async def list_rosters(tx: Tx, *, before: str | None, limit: int) -> list[Roster]:
    """Return the versions, the latest first."""
    rows = await tx.fetch(
        f"SELECT {_ROSTER} FROM workforce.roster"
        " WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        tx.tenant_id, before, limit,
    )  # fmt: skip
    return [Roster(**row) for row in rows]


async def delete_draft(tx: Tx, roster_id: str) -> bool:
    """Throw a draft away."""
    return await tx.execute(
        "DELETE FROM workforce.roster WHERE tenant_id = $1 AND id = $2 AND published_at IS NULL",
        tx.tenant_id, roster_id,
    ) == 1  # fmt: skip


async def put_shifts(tx: Tx, roster_id: str, shifts: Sequence[Shift]) -> None:
    """Write all shifts of a draft in place of those it had."""
    await tx.execute(
        "DELETE FROM workforce.shift WHERE tenant_id = $1 AND roster_id = $2",
        tx.tenant_id, roster_id,
    )  # fmt: skip
    await _insert_shifts(tx, roster_id, shifts)


async def _insert_shifts(tx: Tx, roster_id: str, shifts: Sequence[Shift]) -> None:
    await tx.executemany(
        f"INSERT INTO workforce.shift (tenant_id, roster_id, {_SHIFT})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            (
                tx.tenant_id, roster_id, one.operator_id, one.day, one.starts_at, one.ends_at,
                one.place, list(one.parts),
            )
            for one in shifts
        ],
    )  # fmt: skip
    await tx.execute(
        "UPDATE workforce.roster SET v = v + 1 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, roster_id,
    )  # fmt: skip


async def put_day(
    tx: Tx, roster_id: str, *, operator_id: str, day: date, shifts: Sequence[Shift]
) -> None:
    """Write one person's shifts of a day of a draft in place of those they had."""
    await tx.execute(
        "DELETE FROM workforce.shift"
        " WHERE tenant_id = $1 AND roster_id = $2 AND operator_id = $3 AND day = $4",
        tx.tenant_id, roster_id, operator_id, day,
    )  # fmt: skip
    await _insert_shifts(tx, roster_id, shifts)


async def shifts_of(
    tx: Tx, roster_id: str, *, day: date | None = None, operator_id: str | None = None
) -> list[Shift]:
    """Return the shifts of a version, all, of a day or of a person."""
    rows = await tx.fetch(
        f"SELECT {_SHIFT} FROM workforce.shift WHERE tenant_id = $1 AND roster_id = $2"
        " AND ($3::date IS NULL OR day = $3) AND ($4::uuid IS NULL OR operator_id = $4)"
        " ORDER BY day, starts_at, operator_id",
        tx.tenant_id, roster_id, day, operator_id,
    )  # fmt: skip
    return [_shift(row) for row in rows]


async def in_force(
    tx: Tx,
    *,
    first_day: date,
    last_day: date,
    operator_id: str | None = None,
    before: datetime | None = None,
) -> list[Shift]:
    """Return the shifts that hold on some days: each day is the latest published version's.

    Before a moment it is what held until then.
    """
    rows = await tx.fetch(
        f"SELECT {_SHIFT} FROM workforce.shift s"
        " JOIN workforce.roster r ON r.tenant_id = s.tenant_id AND r.id = s.roster_id"
        " WHERE s.tenant_id = $1 AND r.published_at IS NOT NULL AND s.day BETWEEN $2 AND $3"
        " AND ($4::uuid IS NULL OR s.operator_id = $4)"
        " AND ($5::timestamptz IS NULL OR r.published_at < $5)"
        " AND NOT EXISTS (SELECT 1 FROM workforce.roster l WHERE l.tenant_id = $1"
        "   AND ($5::timestamptz IS NULL OR l.published_at < $5)"
        "   AND (l.published_at, l.id) > (r.published_at, r.id)"
        "   AND s.day BETWEEN l.first_day AND l.last_day)"
        " ORDER BY s.starts_at, s.operator_id",
        tx.tenant_id, first_day, last_day, operator_id, before,
    )  # fmt: skip
    return [_shift(row) for row in rows]


async def lock_publishing(tx: Tx) -> None:
    """Let one version after the other be published: each looks at the days beside its own."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 27))", tx.tenant_id)


async def reading_moment(tx: Tx) -> datetime:
    """Return as of when what holds is read: never before what was published last.

    Publishing has to be locked: what is published after it is later then.
    """
    found: datetime = await tx.fetchval(
        "SELECT greatest($2, max(published_at)) FROM workforce.roster WHERE tenant_id = $1",
        tx.tenant_id, tx.now,
    )  # fmt: skip
    return found


async def published_since(tx: Tx, roster: Roster) -> bool:
    """Tell whether another version of some of these days was published since this was begun."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM workforce.roster WHERE tenant_id = $1 AND id <> $2"
            " AND published_at > $3 AND first_day <= $5 AND last_day >= $4)",
            tx.tenant_id,
            roster.id,
            roster.created_at,
            roster.first_day,
            roster.last_day,
        )
    )


async def set_published(tx: Tx, roster_id: str) -> Roster | None:
    """Publish a draft, later than all that is begun or published already.

    Publishing has to be locked. A transaction that began earlier may come here later, so its own
    time does not tell which version is the last.
    """
    row = await tx.fetchrow(
        "UPDATE workforce.roster SET published_by = $4, v = v + 1, published_at = greatest($3,"
        "  (SELECT max(greatest(published_at, created_at)) + interval '1 microsecond'"
        "   FROM workforce.roster WHERE tenant_id = $1))"
        f" WHERE tenant_id = $1 AND id = $2 AND published_at IS NULL RETURNING {_ROSTER}",
        tx.tenant_id, roster_id, tx.now, tx.actor.name,
    )  # fmt: skip
    return Roster(**row) if row else None


async def put_feed(tx: Tx, *, operator_id: str, secret_hash: bytes) -> None:
    """Give somebody's calendar an address, in place of the one it had."""
    await tx.execute(
        "INSERT INTO workforce.shift_feed (tenant_id, operator_id, secret_hash, created_at)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, operator_id)"
        " DO UPDATE SET secret_hash = $3, created_at = $4",
        tx.tenant_id, operator_id, secret_hash, tx.now,
    )  # fmt: skip


async def delete_feed(tx: Tx, *, operator_id: str) -> None:
    """Let the address of somebody's calendar lead nowhere."""
    await tx.execute(
        "DELETE FROM workforce.shift_feed WHERE tenant_id = $1 AND operator_id = $2",
        tx.tenant_id, operator_id,
    )  # fmt: skip


async def feed_of(tx: Tx, *, operator_id: str) -> Record | None:
    """Return since when somebody's calendar has an address."""
    return await tx.fetchrow(
        "SELECT created_at FROM workforce.shift_feed WHERE tenant_id = $1 AND operator_id = $2",
        tx.tenant_id, operator_id,
    )  # fmt: skip


async def operator_of_feed(tx: Tx, secret_hash: bytes) -> str | None:
    """Return whose calendar an address is."""
    found: str | None = await tx.fetchval(
        "SELECT operator_id FROM workforce.shift_feed WHERE tenant_id = $1 AND secret_hash = $2",
        tx.tenant_id, secret_hash,
    )  # fmt: skip
    return found
