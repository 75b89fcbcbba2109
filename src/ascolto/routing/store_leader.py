"""SQL of leading: the lock, the epoch that fences it, and claims committed in batches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from ascolto.kit.db import Tx
from ascolto.routing.model import Presence
from ascolto.routing.store_presence import PRESENCE, presence_of

LOCK_CLASS = 7_241_002
APPLICATION_NAME = "ascolto-leader"
FROZEN_MS = 2_000


async def tenants_to_lead(connection: asyncpg.Connection) -> list[str]:
    """Return every organisation's id."""
    rows = await connection.fetch("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
    return [row["id"] for row in rows]


async def try_locks(connection: asyncpg.Connection, tenant_ids: Sequence[str]) -> list[str]:
    """Try to take the lead of some organisations; return those that were free."""
    rows = await connection.fetch(
        "SELECT t FROM unnest($2::text[]) AS t WHERE pg_try_advisory_lock($1, hashtext(t))",
        LOCK_CLASS,
        list(tenant_ids),
    )
    return [row["t"] for row in rows]


async def release_lock(connection: asyncpg.Connection, tenant_id: str) -> None:
    """Let another node lead an organisation."""
    await connection.execute("SELECT pg_advisory_unlock($1, hashtext($2))", LOCK_CLASS, tenant_id)


async def beat(connection: asyncpg.Connection) -> None:
    """Say that every lead of this session lives."""
    await connection.execute("SELECT routing.beat()")


async def beats(connection: asyncpg.Connection) -> dict[str, tuple[int, datetime]]:
    """Return each organisation's leading session and the last it was heard of."""
    rows = await connection.fetch("SELECT * FROM routing.leaders()")
    return {row["tenant_id"]: (row["backend_pid"], row["heartbeat_at"]) for row in rows}


async def end_session(connection: asyncpg.Connection, *, backend_pid: int, silent_s: float) -> bool:
    """End a silent leader's session; its locks fall free with it. False when it was over already.

    What it was in the midst of ends too: a transaction that holds an epoch and has said nothing
    for so many seconds would make its successor wait.
    """
    # One's own login may end its sessions; the bounded role, when it is another, may not.
    await connection.execute("RESET ROLE")
    try:
        return bool(
            await connection.fetchval(
                """
                SELECT bool_or(pg_terminate_backend(a.pid)) FROM pg_stat_activity a
                 WHERE (a.pid = $1 AND a.application_name = $2)
                    OR (a.state = 'idle in transaction' AND a.datname = current_database()
                        AND a.state_change < clock_timestamp() - make_interval(secs => $3)
                        AND a.pid IN (SELECT l.pid FROM pg_locks l
                                        JOIN pg_class c ON c.oid = l.relation
                                        JOIN pg_namespace n ON n.oid = c.relnamespace
                                       WHERE n.nspname = 'routing' AND c.relname = 'leader'))
                """,
                backend_pid,
                APPLICATION_NAME,
                silent_s,
            )
        )
    finally:
        await connection.execute("SET ROLE ascolto_app")


async def begin_epoch(tx: Tx, *, node_id: str, backend_pid: int) -> int:
    """Begin a new epoch: every claim of an earlier leader matches nothing from now on.

    What an earlier leader is in the midst of committing is waited for first.
    """
    await tx.execute(
        "SELECT FROM routing.leader WHERE tenant_id = $1 FOR UPDATE",
        tx.tenant_id,
    )
    return int(
        await tx.fetchval(
            """
            INSERT INTO routing.leader AS l (tenant_id, epoch, node_id, backend_pid, heartbeat_at)
            VALUES ($1, 1, $2, $3, clock_timestamp())
            ON CONFLICT (tenant_id) DO UPDATE
               SET epoch = l.epoch + 1, node_id = excluded.node_id,
                   backend_pid = excluded.backend_pid, heartbeat_at = excluded.heartbeat_at
            RETURNING epoch
            """,
            tx.tenant_id,
            node_id,
            backend_pid,
        )
    )


async def hold_epoch(tx: Tx, *, epoch: int) -> bool:
    """Hold the epoch until this transaction ends; False when another leader has begun one.

    A process that freezes in mid-transaction loses it when its silence is noticed (`end_session`),
    and after `FROZEN_MS` even where nobody notices, else its successor would wait for ever for the
    row it holds. The lock is the one that heartbeats pass by: were they to wait for it, whatever
    came after would wait behind them. Claims name their rows by key: whatever the planner
    believes of a table that has just grown, it shall look them up, not read them all.
    """
    return (
        await tx.fetchval(
            "SELECT set_config('idle_in_transaction_session_timeout', $3, true),"
            " set_config('plan_cache_mode', 'force_generic_plan', true),"
            " set_config('enable_hashjoin', 'off', true), set_config('enable_seqscan', 'off', true)"
            " FROM routing.leader WHERE tenant_id = $1 AND epoch = $2 FOR KEY SHARE",
            tx.tenant_id,
            epoch,
            str(FROZEN_MS),
        )
        is not None
    )


async def claim_offers(
    tx: Tx,
    *,
    epoch: int,
    items: Sequence[str],
    operators: Sequence[str],
    expires: Sequence[datetime],
    whys: Sequence[str],
    versions: Sequence[int],
) -> list[dict[str, Any]]:
    """Offer waiting work; return what a desk shows of the work that had not moved meanwhile."""
    rows = await tx.fetch(
        """
        WITH wanted AS MATERIALIZED (
          SELECT id::uuid, operator_id::uuid, expires_at, why, v
            FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $8::int[])
              AS t(id, operator_id, expires_at, why, v)),
        claimed AS (
          UPDATE routing.work_item w
             SET state = 'offered', operator_id = wanted.operator_id, offered_at = $6,
                 offer_expires_at = wanted.expires_at, offers = w.offers + 1, v = w.v + 1
            FROM wanted
           WHERE w.tenant_id = $1 AND w.id = wanted.id AND w.v = wanted.v AND w.state = 'waiting'
          RETURNING w.id, w.client_id, w.queue_id, w.channel, w.ref, w.card, w.operator_id, w.v,
                    wanted.why),
        kept AS (
          INSERT INTO routing.decision
            (tenant_id, work_item_id, client_id, operator_id, at, epoch, why)
          SELECT $1, c.id, c.client_id, c.operator_id, $6, $7, c.why::jsonb FROM claimed c)
        SELECT id, client_id, queue_id, channel, ref, card, v FROM claimed
        """,
        tx.tenant_id,
        list(items),
        list(operators),
        list(expires),
        list(whys),
        tx.now,
        epoch,
        list(versions),
    )
    return [dict(row) for row in rows]


async def take_back_offers(
    tx: Tx, *, items: Sequence[str], operators: Sequence[str], exclude: Sequence[bool]
) -> list[dict[str, Any]]:
    """Make offers that were not taken wait again at the head; return those still open."""
    rows = await tx.fetch(
        """
        WITH t AS MATERIALIZED (
          SELECT id::uuid, operator_id::uuid, exclude
            FROM unnest($2::text[], $3::text[], $4::bool[]) AS a(id, operator_id, exclude))
        UPDATE routing.work_item w
           SET state = 'waiting', operator_id = NULL, offer_expires_at = NULL, to_head = true,
               excluded = CASE WHEN t.exclude THEN array_append(w.excluded, t.operator_id)
                               ELSE w.excluded END,
               v = w.v + 1
          FROM t
         WHERE w.tenant_id = $1 AND w.id = t.id AND w.state = 'offered'
           AND w.operator_id = t.operator_id
        RETURNING w.id, w.client_id, w.queue_id, w.channel, w.ref, w.v, t.operator_id
        """,
        tx.tenant_id,
        list(items),
        list(operators),
        list(exclude),
    )
    return [dict(row) for row in rows]


async def overflow(
    tx: Tx, *, item_id: str, from_queue: str, to_queue: str
) -> dict[str, Any] | None:
    """Move waiting work to the queue it overflows into."""
    row = await tx.fetchrow(
        """
        UPDATE routing.work_item SET queue_id = $4, preferred_operator = NULL, v = v + 1
         WHERE tenant_id = $1 AND id = $2 AND queue_id = $3 AND state = 'waiting'
        RETURNING id, client_id, queue_id, channel, ref, v
        """,
        tx.tenant_id,
        item_id,
        from_queue,
        to_queue,
    )
    return None if row is None else dict(row)


async def set_away(tx: Tx, *, operator_id: str, reason: str) -> tuple[Presence, str] | None:
    """Set away an operator who was available."""
    row = await tx.fetchrow(
        f"""
        UPDATE routing.presence
           SET state = 'away', since = $3, reason = $4, v = v + 1
         WHERE tenant_id = $1 AND operator_id = $2 AND state = 'available'
        RETURNING {PRESENCE}
        """,
        tx.tenant_id,
        operator_id,
        tx.now,
        reason,
    )
    if row is None:
        return None
    return presence_of(row), "available"
