"""Statements on what people ask of their shifts, and what they wish for."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.workforce.asking import ShiftRequest, Wishes
from ascolto.workforce.rosters import Shift

_REQUEST = (
    "id, kind, operator_id, other_id, day, note, state, why, before, after, roster_id, asked_at,"
    " answered_at, answered_by, until_at"
)
_WISHES = "from_minute, until_minute, days_off, place, short_shifts, split_shifts, early_offers"

_OVER = (
    "tenant_id = $1 AND kind = 'stand_in' AND passed_on_at IS NULL"
    " AND (state IN ('declined', 'refused', 'unanswered')"
    "   OR (state = 'waiting' AND until_at <= $2))"
)


def _request(row: Record) -> ShiftRequest:
    return ShiftRequest(**row)


def _wishes(row: Record) -> Wishes:
    told = {name: row[name] for name in _WISHES.split(", ")}
    return Wishes(**{**told, "days_off": tuple(row["days_off"])})


async def insert_request(tx: Tx, request: ShiftRequest) -> bool:
    """Write down what is asked; False when something is asked of that day already."""
    names = _REQUEST.split(", ")
    places = ", ".join(f"${n}" for n in range(2, len(names) + 2))
    return (
        await tx.execute(
            f"INSERT INTO workforce.shift_request (tenant_id, {_REQUEST})"
            f" VALUES ($1, {places}) ON CONFLICT DO NOTHING",
            tx.tenant_id,
            *(getattr(request, name) for name in names),
        )
        == 1
    )


async def get_request(tx: Tx, request_id: str, *, hold: bool = False) -> ShiftRequest | None:
    """Return a request; held, it stays as it is until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_REQUEST} FROM workforce.shift_request WHERE tenant_id = $1 AND id = $2"
        + (" FOR UPDATE" if hold else ""),
        tx.tenant_id, request_id,
    )  # fmt: skip
    return _request(row) if row else None


async def answer(
    tx: Tx,
    request_id: str,
    *,
    state: str,
    why: Sequence[dict[str, Any]] = (),
    before: Sequence[dict[str, Any]] = (),
    after: Sequence[dict[str, Any]] = (),
    roster_id: str | None = None,
) -> ShiftRequest:
    """Write an answer down, and what it changed."""
    row = await tx.fetchrow(
        "UPDATE workforce.shift_request SET state = $3, why = $4, before = $5, after = $6,"
        " roster_id = $7, answered_at = $8, answered_by = $9"
        f" WHERE tenant_id = $1 AND id = $2 RETURNING {_REQUEST}",
        tx.tenant_id, request_id, state, list(why), list(before), list(after), roster_id, tx.now,
        tx.actor.name,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - it was held
    return _request(row)


async def requests_of(tx: Tx, operator_id: str, *, limit: int) -> list[ShiftRequest]:
    """Return what somebody asked and what is asked of them, the latest first."""
    rows = await tx.fetch(
        f"SELECT {_REQUEST} FROM workforce.shift_request WHERE tenant_id = $1"
        " AND (operator_id = $2 OR other_id = $2) ORDER BY id DESC LIMIT $3",
        tx.tenant_id, operator_id, limit,
    )  # fmt: skip
    return [_request(row) for row in rows]


async def stand_ins_of(tx: Tx, roster_id: str) -> list[ShiftRequest]:
    """Return who was asked to stand in when a version was published, by day."""
    rows = await tx.fetch(
        f"SELECT {_REQUEST} FROM workforce.shift_request WHERE tenant_id = $1"
        " AND kind = 'stand_in' AND roster_id = $2 ORDER BY day, id",
        tx.tenant_id, roster_id,
    )  # fmt: skip
    return [_request(row) for row in rows]


async def withdraw_stand_ins(tx: Tx, *, first_day: date, last_day: date) -> None:
    """Take back what waits to be said about some days: they are planned anew.

    Nor is the next in line asked for what others have said no to.
    """
    await tx.execute(
        "UPDATE workforce.shift_request SET passed_on_at = $4,"
        " state = CASE state WHEN 'waiting' THEN 'withdrawn' ELSE state END,"
        " answered_at = coalesce(answered_at, $4), answered_by = coalesce(answered_by, $5)"
        " WHERE tenant_id = $1 AND kind = 'stand_in' AND passed_on_at IS NULL"
        " AND state IN ('waiting', 'declined', 'refused', 'unanswered')"
        " AND day BETWEEN $2 AND $3",
        tx.tenant_id, first_day, last_day, tx.now, tx.actor.name,
    )  # fmt: skip


async def has_to_pass_on(tx: Tx) -> bool:
    """Tell whether somebody asked to stand in has said no, or nothing by the end of the ask."""
    found: bool = await tx.fetchval(
        f"SELECT EXISTS (SELECT 1 FROM workforce.shift_request WHERE {_OVER})",
        tx.tenant_id, tx.now,
    )  # fmt: skip
    return found


async def pass_on(tx: Tx) -> list[ShiftRequest]:
    """End the asks that nobody answered, and return these and the noes, each once."""
    rows = await tx.fetch(
        "UPDATE workforce.shift_request SET passed_on_at = $2,"
        " state = CASE state WHEN 'waiting' THEN 'unanswered' ELSE state END,"
        " answered_at = coalesce(answered_at, $2), answered_by = coalesce(answered_by, '')"
        f" WHERE {_OVER} RETURNING {_REQUEST}",
        tx.tenant_id, tx.now,
    )  # fmt: skip
    return sorted((_request(row) for row in rows), key=lambda one: (one.day, one.id))


async def passed_over(tx: Tx, request_ids: Sequence[str]) -> None:
    """Note of some requests that the next in line has been looked for."""
    await tx.execute(
        "UPDATE workforce.shift_request SET passed_on_at = $3"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[])",
        tx.tenant_id, list(request_ids), tx.now,
    )  # fmt: skip


async def asked_on(tx: Tx, day: date, *, roster_id: str) -> frozenset[str]:
    """Return who is out for a day: asked to stand in of this version, or with a request waiting."""
    rows = await tx.fetch(
        "SELECT operator_id, other_id FROM workforce.shift_request WHERE tenant_id = $1"
        " AND day = $2 AND (state = 'waiting' OR (kind = 'stand_in' AND roster_id = $3))",
        tx.tenant_id, day, roster_id,
    )  # fmt: skip
    return frozenset(who for row in rows for who in (row["operator_id"], row["other_id"]) if who)


async def list_requests(
    tx: Tx, *, waiting: bool, before: str | None, limit: int
) -> list[ShiftRequest]:
    """Return what is asked, the latest first; only what waits for an answer, or all of it."""
    rows = await tx.fetch(
        f"SELECT {_REQUEST} FROM workforce.shift_request WHERE tenant_id = $1"
        " AND (NOT $2 OR state = 'waiting') AND ($3::uuid IS NULL OR id < $3)"
        " ORDER BY id DESC LIMIT $4",
        tx.tenant_id, waiting, before, limit,
    )  # fmt: skip
    return [_request(row) for row in rows]


async def wishes_of(tx: Tx, operator_id: str) -> Wishes:
    """Return what somebody wishes for; who said nothing agrees to nothing."""
    row = await tx.fetchrow(
        f"SELECT {_WISHES} FROM workforce.wishes WHERE tenant_id = $1 AND operator_id = $2",
        tx.tenant_id, operator_id,
    )  # fmt: skip
    return _wishes(row) if row else Wishes()


async def wishes_of_people(tx: Tx, people: Sequence[str] | None = None) -> dict[str, Wishes]:
    """Return what some people, or everybody, wish for; who said nothing is left out."""
    rows = await tx.fetch(
        f"SELECT operator_id, {_WISHES} FROM workforce.wishes WHERE tenant_id = $1"
        " AND ($2::uuid[] IS NULL OR operator_id = ANY($2))",
        tx.tenant_id, None if people is None else list(people),
    )  # fmt: skip
    return {row["operator_id"]: _wishes(row) for row in rows}


async def put_wishes(tx: Tx, operator_id: str, wishes: Wishes) -> None:
    """Write down what somebody wishes for, in place of what they did."""
    await tx.execute(
        f"INSERT INTO workforce.wishes (tenant_id, operator_id, {_WISHES}, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, operator_id)"
        " DO UPDATE SET from_minute = $3, until_minute = $4, days_off = $5, place = $6,"
        " short_shifts = $7, split_shifts = $8, early_offers = $9, changed_at = $10",
        tx.tenant_id, operator_id, wishes.from_minute, wishes.until_minute, list(wishes.days_off),
        wishes.place, wishes.short_shifts, wishes.split_shifts, wishes.early_offers, tx.now,
    )  # fmt: skip


async def agreeing(tx: Tx) -> tuple[frozenset[str], frozenset[str]]:
    """Return who agrees to short shifts, and who to split ones."""
    rows = await tx.fetch(
        "SELECT operator_id, short_shifts, split_shifts FROM workforce.wishes"
        " WHERE tenant_id = $1 AND (short_shifts OR split_shifts)",
        tx.tenant_id,
    )
    return (
        frozenset(row["operator_id"] for row in rows if row["short_shifts"]),
        frozenset(row["operator_id"] for row in rows if row["split_shifts"]),
    )


async def granted_leave(tx: Tx, *, first_day: date, last_day: date) -> frozenset[tuple[str, date]]:
    """Return who was granted leave on which of some days, and it was not undone since."""
    rows = await tx.fetch(
        "SELECT operator_id, day FROM workforce.shift_request WHERE tenant_id = $1"
        " AND kind = 'leave' AND state = 'done' AND day BETWEEN $2 AND $3",
        tx.tenant_id, first_day, last_day,
    )  # fmt: skip
    return frozenset((row["operator_id"], row["day"]) for row in rows)


async def shifts_of_people(
    tx: Tx, people: Sequence[str], *, first_day: date, last_day: date
) -> list[Shift]:
    """Return the shifts of some people that hold on some days, in order."""
    rows = await tx.fetch(
        "SELECT s.operator_id, s.day, s.starts_at, s.ends_at, s.place, s.parts"
        " FROM workforce.shift s"
        " JOIN workforce.roster r ON r.tenant_id = s.tenant_id AND r.id = s.roster_id"
        " WHERE s.tenant_id = $1 AND r.published_at IS NOT NULL AND s.day BETWEEN $2 AND $3"
        " AND s.operator_id = ANY($4::uuid[])"
        " AND NOT EXISTS (SELECT 1 FROM workforce.roster l WHERE l.tenant_id = $1"
        "   AND (l.published_at, l.id) > (r.published_at, r.id)"
        "   AND s.day BETWEEN l.first_day AND l.last_day)"
        " ORDER BY s.starts_at, s.operator_id",
        tx.tenant_id, first_day, last_day, list(people),
    )  # fmt: skip
    return [Shift(**{**row, "parts": tuple(row["parts"])}) for row in rows]
