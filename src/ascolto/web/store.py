"""SQL of the door: who is on the line."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from ascolto.kit.db import Record, Tx


async def touch_lines(tx: Tx, *, node_id: str, operator_ids: Sequence[str]) -> None:
    """Note that operators were seen on the line at a node just now."""
    await tx.execute(
        """
        INSERT INTO web.line (tenant_id, operator_id, node_id, seen_at)
        SELECT $1::uuid, o, $3::uuid, $4 FROM unnest($2::uuid[]) AS o
        ON CONFLICT (tenant_id, operator_id, node_id) DO UPDATE SET seen_at = excluded.seen_at
        """,
        tx.tenant_id,
        list(operator_ids),
        node_id,
        tx.now,
    )


async def lost_lines(tx: Tx, *, operator_ids: Sequence[str], silent_s: float) -> list[str]:
    """Return those of some operators whom no node has seen for `silent_s` seconds."""
    rows = await tx.fetch(
        """
        SELECT o AS operator_id FROM unnest($2::uuid[]) AS o
         WHERE NOT EXISTS (
           SELECT 1 FROM web.line l
            WHERE l.tenant_id = $1 AND l.operator_id = o
              AND l.seen_at > $3::timestamptz - make_interval(secs => $4))
        """,
        tx.tenant_id,
        list(operator_ids),
        tx.now,
        silent_s,
    )
    return [row["operator_id"] for row in rows]


async def all_tenant_ids(connection: asyncpg.Connection) -> list[str]:
    """Return the ids of every tenant, through the owner's function."""
    rows = await connection.fetch("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
    return [row["id"] for row in rows]


async def claim_key(
    tx: Tx, *, key_hash: bytes, request_hash: bytes, under_way_s: float
) -> Record | None:
    """Claim an idempotency key as of now; None when it is ours, else what stands under it.

    A claim whose request did nothing may be taken over after a while.
    """
    claimed = await tx.fetchval(
        """
        INSERT INTO web.idempotent_answer AS a (tenant_id, key_hash, request_hash, at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, key_hash) DO UPDATE
           SET at = excluded.at, request_hash = excluded.request_hash
         WHERE a.status IS NULL AND NOT a.done AND a.at < excluded.at - make_interval(secs => $5)
        RETURNING 1
        """,
        tx.tenant_id,
        key_hash,
        request_hash,
        tx.now,
        under_way_s,
    )
    if claimed is not None:
        return None
    return await tx.fetchrow(
        "SELECT request_hash, done, at, status, content_type, body FROM web.idempotent_answer"
        " WHERE tenant_id = $1 AND key_hash = $2",
        tx.tenant_id,
        key_hash,
    )


async def keep_answer(
    tx: Tx, *, key_hash: bytes, claimed_at: datetime, status: int, content_type: str, body: bytes
) -> None:
    """Keep what was answered under a key, unless another has claimed it meanwhile."""
    await tx.execute(
        "UPDATE web.idempotent_answer SET status = $4, content_type = $5, body = $6"
        " WHERE tenant_id = $1 AND key_hash = $2 AND at = $3 AND status IS NULL",
        tx.tenant_id,
        key_hash,
        claimed_at,
        status,
        content_type,
        body,
    )


async def note_done(tx: Tx, *, key_hash: bytes, claimed_at: datetime) -> bool:
    """Say that this very transaction does what a key was claimed for; False when it was lost."""
    return (
        await tx.execute(
            "UPDATE web.idempotent_answer SET done = true"
            " WHERE tenant_id = $1 AND key_hash = $2 AND at = $3",
            tx.tenant_id,
            key_hash,
            claimed_at,
        )
        == 1
    )


async def free_key(tx: Tx, *, key_hash: bytes, claimed_at: datetime) -> None:
    """Let a key be used again if its request came to nothing."""
    await tx.execute(
        "DELETE FROM web.idempotent_answer"
        " WHERE tenant_id = $1 AND key_hash = $2 AND at = $3 AND status IS NULL AND NOT done",
        tx.tenant_id,
        key_hash,
        claimed_at,
    )


async def forget_answers(tx: Tx, *, older_s: float) -> int:
    """Forget the keys of longer ago."""
    return await tx.execute(
        "DELETE FROM web.idempotent_answer"
        " WHERE tenant_id = $1 AND at < $2::timestamptz - make_interval(secs => $3)",
        tx.tenant_id,
        tx.now,
        older_s,
    )
