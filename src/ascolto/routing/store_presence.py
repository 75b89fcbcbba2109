"""SQL of who is here, in which state, where and since when."""

from collections.abc import Sequence
from datetime import datetime

from ascolto.kit.db import Record, Tx
from ascolto.routing.model import BreakDue, Presence, PresenceState

PRESENCE = "operator_id, state, since, place, country, country_told, reason, break_due_at, v"


def presence_of(row: Record) -> Presence:
    """Build a presence from a row."""
    return Presence(**{**dict(row), "state": PresenceState(row["state"])})


async def set_presence(
    tx: Tx,
    *,
    operator_id: str,
    state: str,
    place: str | None,
    country: str | None,
    record_country: str | None,
    reason: str | None,
    only_from: Sequence[str] | None = None,
) -> tuple[Presence, str | None] | None:
    """Set an operator's state; return it with the state before; None when `only_from` forbids.

    Where one is holds while one is here: who comes from offline begins anew, from the country
    told or, without one, from the record's. A break that begins is no longer due.
    """
    row = await tx.fetchrow(
        f"""
        WITH before AS (
          SELECT state FROM routing.presence WHERE tenant_id = $1 AND operator_id = $2 FOR UPDATE)
        INSERT INTO routing.presence AS p
          (tenant_id, operator_id, state, since, place, country, country_told, reason)
        SELECT $1, $2, $3, $4, $5, coalesce($6, $9), $6::text IS NOT NULL, $7
         WHERE $8::text[] IS NULL OR EXISTS (SELECT 1 FROM before WHERE state = ANY($8))
        ON CONFLICT (tenant_id, operator_id) DO UPDATE
           SET state = excluded.state, reason = excluded.reason, v = p.v + 1,
               since = CASE WHEN p.state = excluded.state THEN p.since ELSE excluded.since END,
               place = CASE WHEN p.state = 'offline' THEN excluded.place
                            ELSE coalesce(excluded.place, p.place) END,
               country = CASE WHEN excluded.country_told OR p.state = 'offline'
                                OR p.country IS NULL THEN excluded.country ELSE p.country END,
               country_told = CASE WHEN excluded.country_told OR p.state = 'offline'
                                     OR p.country IS NULL THEN excluded.country_told
                                   ELSE p.country_told END,
               break_due_at = CASE WHEN excluded.state <> 'break' THEN p.break_due_at END,
               break_by_hand = excluded.state <> 'break' AND p.break_by_hand,
               -- A pause takes the roster's break that is near, not the meal of four hours later.
               break_taken_to = CASE WHEN excluded.state = 'break' AND p.state <> 'break'
                 THEN excluded.since + interval '30 minutes' ELSE p.break_taken_to END
        RETURNING {PRESENCE}, (SELECT state FROM before) AS was
        """,
        tx.tenant_id,
        operator_id,
        state,
        tx.now,
        place,
        country,
        reason,
        None if only_from is None else list(only_from),
        record_country,
    )
    if row is None:
        return None
    values = dict(row)
    was = values.pop("was")
    return Presence(**{**values, "state": PresenceState(values["state"])}), was


async def follow_record(tx: Tx, *, operator_id: str, country: str) -> Presence | None:
    """Put who has told no country where their record says now; None when nothing changes."""
    row = await tx.fetchrow(
        "UPDATE routing.presence SET country = $3, country_told = false, v = v + 1"
        " WHERE tenant_id = $1 AND operator_id = $2 AND (country IS NULL OR NOT country_told)"
        f" AND country IS DISTINCT FROM $3 RETURNING {PRESENCE}",
        tx.tenant_id,
        operator_id,
        country,
    )
    return None if row is None else presence_of(row)


async def get_presence(tx: Tx, operator_id: str) -> Presence | None:
    """Return an operator's presence, None when they have never been here."""
    row = await tx.fetchrow(
        f"SELECT {PRESENCE} FROM routing.presence WHERE tenant_id = $1 AND operator_id = $2",
        tx.tenant_id,
        operator_id,
    )
    return None if row is None else presence_of(row)


async def all_presence(tx: Tx) -> list[Presence]:
    """Return everybody's presence, for the router's eyes (never shown person by person)."""
    rows = await tx.fetch(
        f"SELECT {PRESENCE} FROM routing.presence WHERE tenant_id = $1",
        tx.tenant_id,
    )
    return [presence_of(row) for row in rows]


async def present_for(tx: Tx, *, longer_than_s: float) -> list[str]:
    """Return the operators who have been available or busy for longer than some seconds."""
    rows = await tx.fetch(
        "SELECT operator_id FROM routing.presence WHERE tenant_id = $1"
        " AND state IN ('available', 'busy')"
        " AND since < $2::timestamptz - make_interval(secs => $3)",
        tx.tenant_id,
        tx.now,
        longer_than_s,
    )
    return [row["operator_id"] for row in rows]


async def set_break_due(tx: Tx, *, operator_id: str, due_at: datetime | None) -> Presence | None:
    """Note when an operator says that their next break is due; none leaves it to the roster."""
    row = await tx.fetchrow(
        "UPDATE routing.presence SET break_due_at = $3::timestamptz,"
        " break_by_hand = $3::timestamptz IS NOT NULL, v = v + 1"
        f" WHERE tenant_id = $1 AND operator_id = $2 RETURNING {PRESENCE}",
        tx.tenant_id,
        operator_id,
        due_at,
    )
    return None if row is None else presence_of(row)


async def breaks_due(tx: Tx) -> list[BreakDue]:
    """Return when the next break of everybody who is at work is due, and by whose word."""
    rows = await tx.fetch(
        "SELECT operator_id, break_due_at AS due_at, break_by_hand AS by_hand,"
        " break_taken_to AS taken_to, break_held_at AS held_at FROM routing.presence"
        " WHERE tenant_id = $1 AND state IN ('available', 'busy') ORDER BY operator_id",
        tx.tenant_id,
    )
    return [BreakDue(**row) for row in rows]


async def hold_breaks(tx: Tx) -> None:
    """Note of whose break is due that they cannot go: there is work in their hands just now."""
    await tx.execute(
        "UPDATE routing.presence SET break_held_at = $2 WHERE tenant_id = $1"
        " AND operator_id IN (SELECT p.operator_id FROM routing.presence p WHERE p.tenant_id = $1"
        "   AND p.break_due_at <= $2 AND p.state IN ('available', 'busy')"
        "   AND EXISTS (SELECT 1 FROM routing.work_item w WHERE w.tenant_id = $1"
        "     AND w.operator_id = p.operator_id AND w.ended_at IS NULL"
        "     AND w.state IN ('active', 'wrapup'))"
        "   FOR UPDATE SKIP LOCKED)",
        tx.tenant_id, tx.now,
    )  # fmt: skip


async def plan_break(tx: Tx, known: BreakDue, *, due_at: datetime | None) -> Presence | None:
    """Note when a break is due by the roster; None when it was changed, or begun, meanwhile.

    A row that another holds just now is left for the next turn: who waits while holding many
    others could meet the leader, who sets several away in an order of its own.
    """
    row = await tx.fetchrow(
        "UPDATE routing.presence SET break_due_at = $3, break_by_hand = false, v = v + 1"
        " WHERE tenant_id = $1 AND operator_id = (SELECT operator_id FROM routing.presence"
        " WHERE tenant_id = $1 AND operator_id = $2 FOR UPDATE SKIP LOCKED)"
        " AND break_due_at IS NOT DISTINCT FROM $4"
        f" AND break_by_hand = $5 AND state IN ('available', 'busy') RETURNING {PRESENCE}",
        tx.tenant_id,
        known.operator_id,
        due_at,
        known.due_at,
        known.by_hand,
    )
    return None if row is None else presence_of(row)


async def gone_operators(tx: Tx, *, longer_than_s: float) -> list[str]:
    """Return the operators who signed out or lost their line longer than some seconds ago."""
    rows = await tx.fetch(
        "SELECT operator_id FROM routing.presence WHERE tenant_id = $1"
        " AND (state = 'offline' OR (state = 'away' AND reason = 'line_lost'))"
        " AND since < $2::timestamptz - make_interval(secs => $3)",
        tx.tenant_id,
        tx.now,
        longer_than_s,
    )
    return [row["operator_id"] for row in rows]
