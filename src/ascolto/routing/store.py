"""SQL of routing's work: every change is one statement guarded by the row's state."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.routing.model import WorkItem, WorkState

_WORK = """w.id, w.client_id, w.queue_id, w.channel, w.ref, w.card, w.state, w.priority, w.due_at,
 w.needs, w.language, w.eu_only, w.preferred_operator, w.preferred_until, w.excluded, w.barred,
 w.to_head, w.operator_id, w.offer_expires_at, w.enqueued_at, w.answered_at, w.estimated_wait_s,
 w.v"""


def work_from(row: Record) -> WorkItem:
    """Build a work item from a row."""
    return WorkItem(**{**dict(row), "state": WorkState(row["state"])})


async def insert_work(tx: Tx, values: dict[str, Any]) -> WorkItem | None:
    """Add waiting work to a queue that is in use; None when there is no such queue."""
    row = await tx.fetchrow(
        f"""
        INSERT INTO routing.work_item AS w
          (tenant_id, id, client_id, queue_id, channel, ref, card, state, priority, due_at, needs,
           language, eu_only, preferred_operator, preferred_until, enqueued_at, barred,
           estimated_wait_s)
        SELECT $1, $2, q.client_id, q.id, $5, $6, $7, 'waiting', $8, $9, $10, $11, $12, $13,
               $14, $15, $17, n.wait_s
          FROM routing.queue q
          LEFT JOIN routing.queue_now n ON n.tenant_id = q.tenant_id AND n.queue_id = q.id
           AND n.at > $16::timestamptz - interval '30 s' AND $15 = $16
         WHERE q.tenant_id = $1 AND q.id = $4 AND q.client_id = $3 AND q.archived_at IS NULL
        RETURNING {_WORK}
        """,
        tx.tenant_id,
        values["id"],
        values["client_id"],
        values["queue_id"],
        values["channel"],
        values["ref"],
        values["card"],
        values["priority"],
        values["due_at"],
        values["needs"],
        values["language"],
        values["eu_only"],
        values["preferred_operator"],
        values["preferred_until"],
        values["enqueued_at"],
        tx.now,
        values["barred"],
        apart=True,  # it stands on its queue alone
    )
    return None if row is None else work_from(row)


async def get_work(tx: Tx, work_item_id: str) -> WorkItem | None:
    """Return a piece of work."""
    row = await tx.fetchrow(
        f"SELECT {_WORK} FROM routing.work_item w WHERE w.tenant_id = $1 AND w.id = $2",
        tx.tenant_id,
        work_item_id,
    )
    return None if row is None else work_from(row)


async def live_work(tx: Tx) -> list[WorkItem]:
    """Return all work that is not over, oldest first."""
    rows = await tx.fetch(
        f"""
        SELECT {_WORK} FROM routing.work_item w
         WHERE w.tenant_id = $1 AND w.ended_at IS NULL
         ORDER BY w.enqueued_at, w.id
        """,
        tx.tenant_id,
    )
    return [work_from(row) for row in rows]


async def work_by_ids(tx: Tx, item_ids: Sequence[str]) -> list[WorkItem]:
    """Return some pieces of work, whatever their state."""
    rows = await tx.fetch(
        f"SELECT {_WORK} FROM routing.work_item w"
        " WHERE w.tenant_id = $1 AND w.id = ANY($2::uuid[])",
        tx.tenant_id,
        list(item_ids),
    )
    return [work_from(row) for row in rows]


async def work_of(tx: Tx, operator_id: str) -> list[WorkItem]:
    """Return what an operator holds or is being offered."""
    rows = await tx.fetch(
        f"SELECT {_WORK} FROM routing.work_item w WHERE w.tenant_id = $1 AND w.operator_id = $2"
        " AND w.ended_at IS NULL ORDER BY w.enqueued_at",
        tx.tenant_id,
        operator_id,
    )
    return [work_from(row) for row in rows]


async def live_states(tx: Tx) -> dict[str, tuple[str, str | None]]:
    """Return the state and operator of all work that is not over."""
    rows = await tx.fetch(
        "SELECT id, state, operator_id FROM routing.work_item"
        " WHERE tenant_id = $1 AND ended_at IS NULL",
        tx.tenant_id,
    )
    return {row["id"]: (row["state"], row["operator_id"]) for row in rows}


async def offers_of(tx: Tx, operator_id: str) -> list[tuple[WorkItem, dict[str, Any]]]:
    """Return the open offers of an operator, each with why."""
    rows = await tx.fetch(
        f"""
        SELECT {_WORK}, (SELECT d.why FROM routing.decision d
                          WHERE d.tenant_id = w.tenant_id AND d.work_item_id = w.id
                          ORDER BY d.id DESC LIMIT 1) AS why
          FROM routing.work_item w
         WHERE w.tenant_id = $1 AND w.operator_id = $2 AND w.ended_at IS NULL
           AND w.state = 'offered'
         ORDER BY w.offer_expires_at, w.id
        """,
        tx.tenant_id,
        operator_id,
    )
    found = []
    for row in rows:
        values = dict(row)
        why = values.pop("why") or {}
        found.append((WorkItem(**{**values, "state": WorkState(values["state"])}), why))
    return found


async def take_offer(
    tx: Tx, *, work_item_id: str, operator_id: str
) -> tuple[WorkItem, str | None] | None:
    """Make an open offer to this operator their active work; return it with their country."""
    row = await tx.fetchrow(
        f"""
        UPDATE routing.work_item w
           SET state = 'active', answered_at = $4, offer_expires_at = NULL, v = w.v + 1
         WHERE w.tenant_id = $1 AND w.id = $2 AND w.state = 'offered' AND w.operator_id = $3
        RETURNING {_WORK}, (SELECT p.country FROM routing.presence p
                             WHERE p.tenant_id = $1 AND p.operator_id = $3) AS country
        """,
        tx.tenant_id,
        work_item_id,
        operator_id,
        tx.now,
    )
    if row is None:
        return None
    values = dict(row)
    country = values.pop("country")
    return WorkItem(**{**values, "state": WorkState(values["state"])}), country


async def give_back_offer(tx: Tx, *, work_item_id: str, operator_id: str) -> WorkItem | None:
    """Make an open offer to this operator wait again, for others."""
    return await _change(
        tx,
        "state = 'waiting', operator_id = NULL, offer_expires_at = NULL, to_head = true,"
        " excluded = array_append(w.excluded, $3)",
        "w.state = 'offered' AND w.operator_id = $3",
        work_item_id,
        operator_id,
    )


async def begin_wrap_up(tx: Tx, *, work_item_id: str, operator_id: str) -> WorkItem | None:
    """Make an operator's active work paperwork."""
    return await _change(
        tx,
        "state = 'wrapup', wrap_up_at = $4",
        "w.state = 'active' AND w.operator_id = $3",
        work_item_id,
        operator_id,
        tx.now,
    )


async def end_work(
    tx: Tx, *, work_item_id: str, operator_id: str, outcome: str | None
) -> tuple[WorkItem, datetime | None] | None:
    """End an operator's work; return it with the moment its paperwork had begun."""
    row = await tx.fetchrow(
        f"""
        UPDATE routing.work_item w
           SET state = 'done', ended_at = $4, outcome = $5, v = w.v + 1
         WHERE w.tenant_id = $1 AND w.id = $2 AND w.operator_id = $3
           AND w.state IN ('active', 'wrapup')
        RETURNING {_WORK}, w.wrap_up_at
        """,
        tx.tenant_id,
        work_item_id,
        operator_id,
        tx.now,
        outcome,
    )
    if row is None:
        return None
    values = dict(row)
    wrap_up_at = values.pop("wrap_up_at")
    return WorkItem(**{**values, "state": WorkState(values["state"])}), wrap_up_at


async def cancel_work(tx: Tx, *, work_item_id: str) -> tuple[WorkItem, str, str | None] | None:
    """End work that nobody needs; return it with the state and operator it had."""
    row = await tx.fetchrow(
        f"""
        WITH before AS (
          SELECT id, state, operator_id FROM routing.work_item
           WHERE tenant_id = $1 AND id = $2
             AND ended_at IS NULL FOR UPDATE)
        UPDATE routing.work_item w
           SET state = 'cancelled', ended_at = $3, offer_expires_at = NULL, v = w.v + 1
          FROM before WHERE w.tenant_id = $1 AND w.id = before.id
        RETURNING {_WORK}, before.state AS was, before.operator_id AS held_by
        """,
        tx.tenant_id,
        work_item_id,
        tx.now,
    )
    if row is None:
        return None
    values = dict(row)
    was, held_by = values.pop("was"), values.pop("held_by")
    return WorkItem(**{**values, "state": WorkState(values["state"])}), was, held_by


async def put_back(
    tx: Tx,
    *,
    work_item_id: str,
    queue_id: str | None,
    to_head: bool,
    excluded: Sequence[str],
    preferred_operator: str | None,
    preferred_until: datetime | None,
    eu_only: bool = False,
) -> tuple[WorkItem, str, str, str | None] | None:
    """Make live work wait again; return it with the queue, state and operator it had.

    Work that was bound to the EU stays so; `eu_only` binds it from now on.
    """
    row = await tx.fetchrow(
        f"""
        WITH before AS (
          SELECT id, state, queue_id, operator_id FROM routing.work_item
           WHERE tenant_id = $1 AND id = $2
             AND ended_at IS NULL FOR UPDATE),
        target AS (
          SELECT q.id FROM routing.queue q JOIN before b ON q.id = coalesce($3::uuid, b.queue_id)
           WHERE q.tenant_id = $1 AND q.archived_at IS NULL)
        UPDATE routing.work_item w
           SET state = 'waiting', queue_id = target.id, operator_id = NULL,
               offer_expires_at = NULL, wrap_up_at = NULL, answered_at = NULL, to_head = $4,
               excluded = $5, preferred_operator = $6, preferred_until = $7,
               eu_only = w.eu_only OR $8, v = w.v + 1
          FROM before, target WHERE w.tenant_id = $1 AND w.id = before.id
        RETURNING {_WORK}, before.state AS was, before.queue_id AS from_queue,
                  before.operator_id AS held_by
        """,
        tx.tenant_id,
        work_item_id,
        queue_id,
        to_head,
        list(excluded),
        preferred_operator,
        preferred_until,
        eu_only,
    )
    if row is None:
        return None
    values = dict(row)
    was, from_queue, held_by = (values.pop(k) for k in ("was", "from_queue", "held_by"))
    return WorkItem(**{**values, "state": WorkState(values["state"])}), was, from_queue, held_by


async def _change(tx: Tx, change: str, guard: str, *args: Any) -> WorkItem | None:
    row = await tx.fetchrow(
        f"UPDATE routing.work_item w SET {change}, v = w.v + 1"
        f" WHERE w.tenant_id = $1 AND w.id = $2 AND {guard} RETURNING {_WORK}",
        tx.tenant_id,
        *args,
    )
    return None if row is None else work_from(row)


async def last_decision(tx: Tx, work_item_id: str) -> dict[str, Any] | None:
    """Return the last choice made for a piece of work: whom, when and why."""
    row = await tx.fetchrow(
        "SELECT operator_id, at, why FROM routing.decision"
        " WHERE tenant_id = $1 AND work_item_id = $2 ORDER BY id DESC LIMIT 1",
        tx.tenant_id,
        work_item_id,
    )
    return None if row is None else dict(row)


async def wrap_up_began(tx: Tx, work_item_id: str) -> datetime | None:
    """Return since when an operator writes up a piece of work; None when nobody does."""
    at: datetime | None = await tx.fetchval(
        "SELECT wrap_up_at FROM routing.work_item"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'wrapup'",
        tx.tenant_id,
        work_item_id,
    )
    return at


async def wrap_ups_since(tx: Tx, before: datetime) -> list[tuple[str, str, datetime]]:
    """Return (ref, client, since) of the paperwork begun before a moment and not ended."""
    rows = await tx.fetch(
        "SELECT ref, client_id, wrap_up_at FROM routing.work_item WHERE tenant_id = $1"
        " AND ended_at IS NULL AND state = 'wrapup' AND wrap_up_at < $2"
        " ORDER BY wrap_up_at, id LIMIT 500",
        tx.tenant_id,
        before,
    )
    return [(row["ref"], row["client_id"], row["wrap_up_at"]) for row in rows]
