"""Statements on replies that may still be taken back, and on who has handed a conversation on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from ascolto.kit.db import Tx

_COLUMNS = (
    "id, client_id, conversation_id, operator_id, operator_name, text, nonce, files, seen_seq,"
    " leaves_at"
)


@dataclass(frozen=True, slots=True)
class GoingOut:
    """A reply that leaves at a moment unless its writer takes it back before."""

    id: str
    client_id: str
    conversation_id: str
    operator_id: str
    operator_name: str
    text: str
    nonce: str
    files: Sequence[str]
    seen_seq: int
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOn:
    """The last time somebody gave a conversation away: who, when, and from which queue."""

    author_id: str | None
    at: datetime
    from_queue_id: str | None


async def tenants_going_out(connection: asyncpg.Connection, *, until: datetime) -> list[str]:
    """Return the organisations in which a reply's time to leave has come."""
    rows = await connection.fetch("SELECT t FROM conversations.tenants_going_out($1) AS t", until)
    return [row["t"] for row in rows]


async def due(tx: Tx, *, limit: int) -> list[str]:
    """Return the conversations in which a reply's time to leave has come."""
    rows = await tx.fetch(
        "SELECT conversation_id FROM conversations.going_out WHERE tenant_id = $1"
        " AND leaves_at <= $2 GROUP BY conversation_id ORDER BY min(leaves_at) LIMIT $3",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [row["conversation_id"] for row in rows]


async def add(tx: Tx, reply: GoingOut) -> None:
    """Keep a reply until it leaves."""
    await tx.execute(
        f"INSERT INTO conversations.going_out (tenant_id, {_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::uuid[], $10, $11)",
        tx.tenant_id, reply.id, reply.client_id, reply.conversation_id, reply.operator_id,
        reply.operator_name, reply.text, reply.nonce, list(reply.files), reply.seen_seq,
        reply.leaves_at,
    )  # fmt: skip


async def get(tx: Tx, *, conversation_id: str, nonce: str) -> GoingOut | None:
    """Return the reply that waits under a nonce."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM conversations.going_out"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND nonce = $3",
        tx.tenant_id, conversation_id, nonce,
    )  # fmt: skip
    return GoingOut(**row) if row else None


async def drop(tx: Tx, *, conversation_id: str, nonce: str, operator_id: str) -> bool:
    """Forget an operator's reply that waits; False when it does not."""
    return await tx.execute(
        "DELETE FROM conversations.going_out"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND nonce = $3 AND operator_id = $4",
        tx.tenant_id, conversation_id, nonce, operator_id,
    ) == 1  # fmt: skip


async def take(tx: Tx, *, conversation_id: str, until: datetime | None) -> list[GoingOut]:
    """Take out what waits in a conversation, up to a moment or all of it, in the order written."""
    rows = await tx.fetch(
        "DELETE FROM conversations.going_out WHERE tenant_id = $1 AND conversation_id = $2"
        f" AND ($3::timestamptz IS NULL OR leaves_at <= $3) RETURNING {_COLUMNS}",
        tx.tenant_id, conversation_id, until,
    )  # fmt: skip
    return sorted((GoingOut(**row) for row in rows), key=lambda one: (one.leaves_at, one.id))


async def was_sent(tx: Tx, *, conversation_id: str, nonce: str) -> bool:
    """Tell whether an operator's message with a nonce stands in the thread."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT 1 FROM conversations.message WHERE tenant_id = $1"
        " AND conversation_id = $2 AND author_kind = 'operator' AND nonce = $3)",
        tx.tenant_id, conversation_id, nonce,
    )  # fmt: skip
    return found


async def last_handed_on(tx: Tx, *, conversation_id: str) -> HandedOn | None:
    """Return who gave the conversation away last, if nothing but words came after."""
    row = await tx.fetchrow(
        "SELECT author_id, at, meta FROM conversations.message WHERE tenant_id = $1"
        " AND conversation_id = $2 AND kind = 'event' ORDER BY seq DESC LIMIT 1",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    if row is None or row["meta"].get("what") not in {"transferred", "requeued"}:
        return None
    return HandedOn(row["author_id"], row["at"], row["meta"].get("from_queue_id"))


async def are_free(tx: Tx, *, conversation_id: str, files: Sequence[str]) -> bool:
    """Tell whether all files were uploaded for this conversation and go with no other reply."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM conversations.attachment a WHERE a.tenant_id = $1"
        " AND a.conversation_id = $2 AND a.id = ANY($3::uuid[]) AND a.message_id IS NULL"
        " AND a.uploader_kind = 'operator' AND NOT EXISTS (SELECT 1 FROM conversations.going_out g"
        "   WHERE g.tenant_id = $1 AND g.conversation_id = $2 AND a.id = ANY(g.files))",
        tx.tenant_id, conversation_id, list(files),
    )  # fmt: skip
    return count == len(files)
