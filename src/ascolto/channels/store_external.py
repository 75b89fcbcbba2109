"""Statements on external channels: threads, what was handed in, what is to be carried out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of an external channel and what it is here; `origin_id` what it was first."""

    channel_id: str
    thread: str
    client_id: str
    conversation_id: str
    customer_id: str
    origin_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is to be carried to a customer."""

    place: int
    event_id: int
    thread: str
    conversation_id: str
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in under an id before."""

    fingerprint: bytes
    message_id: str | None
    quarantine_id: str | None


_THREAD = "channel_id, thread, client_id, conversation_id, customer_id, origin_id"


async def claim(
    tx: Tx, *, channel_id: str, client_id: str, external_id: str, fingerprint: bytes
) -> HandedIn | None:
    """Take an id; None when it is ours now, else what came under it before."""
    fresh = await tx.execute(
        "INSERT INTO channels.handed_in (tenant_id, channel_id, external_id, client_id,"
        " fingerprint, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        tx.tenant_id, channel_id, external_id, client_id, fingerprint, tx.now,
    )  # fmt: skip
    if fresh:
        return None
    row = await tx.fetchrow(
        "SELECT fingerprint, message_id, quarantine_id FROM channels.handed_in"
        " WHERE tenant_id = $1 AND channel_id = $2 AND external_id = $3",
        tx.tenant_id, channel_id, external_id,
    )  # fmt: skip
    return None if row is None else HandedIn(**row)


async def settle(
    tx: Tx, *, channel_id: str, external_id: str, conversation_id: str, message_id: str
) -> None:
    """Write which message an id became."""
    await tx.execute(
        "UPDATE channels.handed_in SET conversation_id = $4, message_id = $5"
        " WHERE tenant_id = $1 AND channel_id = $2 AND external_id = $3",
        tx.tenant_id, channel_id, external_id, conversation_id, message_id,
    )  # fmt: skip


async def settle_aside(tx: Tx, *, channel_id: str, external_id: str, quarantine_id: str) -> None:
    """Write under which id something handed in was set aside."""
    await tx.execute(
        "UPDATE channels.handed_in SET quarantine_id = $4"
        " WHERE tenant_id = $1 AND channel_id = $2 AND external_id = $3",
        tx.tenant_id, channel_id, external_id, quarantine_id,
    )  # fmt: skip


async def hold_thread(tx: Tx, *, channel_id: str, thread: str) -> Thread | None:
    """Return a thread, held until the end of the transaction even if it does not exist yet."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 9))", channel_id, thread
    )
    return await get_thread(tx, channel_id=channel_id, thread=thread)


async def get_thread(tx: Tx, *, channel_id: str, thread: str) -> Thread | None:
    """Return a thread of a channel."""
    row = await tx.fetchrow(
        f"SELECT {_THREAD} FROM channels.thread"
        " WHERE tenant_id = $1 AND channel_id = $2 AND thread = $3",
        tx.tenant_id, channel_id, thread,
    )  # fmt: skip
    return Thread(**row) if row else None


async def put_thread(tx: Tx, thread: Thread) -> None:
    """Write which conversation a thread is now."""
    await tx.execute(
        "INSERT INTO channels.thread (tenant_id, channel_id, thread, client_id, conversation_id,"
        " customer_id) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (tenant_id, channel_id, thread)"
        " DO UPDATE SET conversation_id = $5, customer_id = $6, origin_id = NULL",
        tx.tenant_id, thread.channel_id, thread.thread, thread.client_id, thread.conversation_id,
        thread.customer_id,
    )  # fmt: skip


async def threads_of(tx: Tx, conversation_ids: Sequence[str]) -> list[Thread]:
    """Return the threads that are some conversations now."""
    rows = await tx.fetch(
        f"SELECT {_THREAD} FROM channels.thread"
        " WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[])",
        tx.tenant_id, list(conversation_ids),
    )  # fmt: skip
    return [Thread(**row) for row in rows]


async def move_threads(tx: Tx, *, conversation_id: str, into: str) -> None:
    """Let threads go on in the conversation that took theirs in."""
    await tx.execute(
        "UPDATE channels.thread SET conversation_id = $3,"
        " origin_id = COALESCE(origin_id, conversation_id)"
        " WHERE tenant_id = $1 AND conversation_id = $2",
        tx.tenant_id, conversation_id, into,
    )  # fmt: skip


async def part_threads(
    tx: Tx, *, conversation_id: str, out_of: str, parts: Sequence[str], customer_id: str
) -> None:
    """Let threads that began in some conversations go on in one of them again.

    Of those that moved before it was kept where they began, the customer's.
    """
    await tx.execute(
        "UPDATE channels.thread SET conversation_id = $2, origin_id = NULLIF(origin_id, $2)"
        " WHERE tenant_id = $1 AND conversation_id = $3 AND (origin_id = ANY($4::uuid[])"
        " OR (origin_id IS NULL AND customer_id = $5))",
        tx.tenant_id, conversation_id, out_of, list(parts), customer_id,
    )  # fmt: skip


async def add_outgoing(tx: Tx, rows: Sequence[tuple[Thread, Outgoing]]) -> None:
    """Write what is to be carried out, once."""
    await tx.executemany(
        "INSERT INTO channels.outbound (tenant_id, channel_id, event_id, client_id, thread,"
        " conversation_id, message_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT DO NOTHING",
        [
            (
                tx.tenant_id, thread.channel_id, one.event_id, thread.client_id, one.thread,
                one.conversation_id, one.message_id, one.at,
            )
            for thread, one in rows
        ],
    )  # fmt: skip


async def list_outgoing(tx: Tx, *, channel_id: str, after: int, limit: int) -> list[Outgoing]:
    """Return what is to be carried out after a place, in order."""
    rows = await tx.fetch(
        "SELECT place, event_id, thread, conversation_id, message_id, at FROM channels.outbound"
        " WHERE tenant_id = $1 AND channel_id = $2 AND place > $3 ORDER BY place LIMIT $4",
        tx.tenant_id, channel_id, after, limit,
    )  # fmt: skip
    return [Outgoing(**row) for row in rows]


async def forget_external(tx: Tx, *, before: datetime) -> int:
    """Delete ids and outgoing rows of before a moment; the messages stay."""
    gone = 0
    for table in ("handed_in", "outbound"):
        gone += await tx.execute(
            f"DELETE FROM channels.{table} WHERE tenant_id = $1 AND at < $2", tx.tenant_id, before
        )
    return gone
