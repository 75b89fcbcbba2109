"""SQL of the door: who is on the line."""

from collections.abc import Sequence

import asyncpg

from ascolto.kit.db import Tx


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
