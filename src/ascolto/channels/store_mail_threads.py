"""Statements on threads of mails: which ids lead where, and which conversation that is now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ascolto.channels.model import Channel
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class MailThread:
    """A thread of mails and the conversation it is now."""

    id: str
    client_id: str
    channel_id: str
    conversation_id: str
    number: int
    subject: str
    customer: str
    reply_to: str
    parties: list[str]
    last_mail_at: datetime


_THREAD = (
    "id, client_id, channel_id, conversation_id, number, subject, customer, reply_to, parties,"
    " last_mail_at"
)
# A thread that was joined into another is only a way there.
_STANDING = "joined_into IS NULL"


async def hold_channel(tx: Tx, channel_id: str) -> None:
    """Let nobody else place mails of a channel until the end of the transaction.

    The transaction knows the stamp of the configuration from here on: it must not change any.
    """
    tx.stamp = await tx.fetchval(
        "SELECT kit.configuration_stamp()"
        " FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 21))) AS held",
        channel_id,
    )


async def leading(tx: Tx, *, channel_id: str, refs: Sequence[str]) -> set[str]:
    """Return those of some ids that lead to a thread."""
    rows = await tx.fetch(
        "SELECT ref FROM channels.mail_ref"
        " WHERE tenant_id = $1 AND channel_id = $2 AND ref = ANY($3::text[])",
        tx.tenant_id, channel_id, list(refs),
    )  # fmt: skip
    return {row["ref"] for row in rows}


async def threads_of_refs(
    tx: Tx, *, channel_id: str, refs: Sequence[str]
) -> list[tuple[str, MailThread]]:
    """Return the threads that some ids lead to, in the order of the ids."""
    rows = await tx.fetch(
        f"SELECT r.ref, {', '.join('t.' + one for one in _THREAD.split(', '))}"
        " FROM unnest($3::text[]) WITH ORDINALITY AS wanted(ref, place)"
        " JOIN channels.mail_ref r ON r.tenant_id = $1 AND r.channel_id = $2"
        "  AND r.ref = wanted.ref"
        " JOIN channels.mail_thread t ON t.tenant_id = r.tenant_id AND t.id = r.thread_id"
        " ORDER BY wanted.place",
        tx.tenant_id, channel_id, list(refs),
    )  # fmt: skip
    return [
        (row["ref"], MailThread(**{k: v for k, v in row.items() if k != "ref"})) for row in rows
    ]


async def thread_of_number(tx: Tx, *, channel_id: str, number: int) -> MailThread | None:
    """Return the thread that a reply address or a tag names."""
    row = await tx.fetchrow(
        f"SELECT {_THREAD} FROM channels.mail_thread WHERE tenant_id = $1 AND channel_id = $2"
        " AND id = (SELECT coalesce(joined_into, id) FROM channels.mail_thread"
        "  WHERE tenant_id = $1 AND channel_id = $2 AND number = $3 ORDER BY id LIMIT 1)",
        tx.tenant_id, channel_id, number,
    )  # fmt: skip
    return MailThread(**row) if row else None


async def thread_of_conversation(tx: Tx, conversation_id: str) -> MailThread | None:
    """Return the thread by which a conversation's customer wrote last."""
    row = await tx.fetchrow(
        f"SELECT {_THREAD} FROM channels.mail_thread WHERE tenant_id = $1"
        f" AND conversation_id = $2 AND {_STANDING} ORDER BY last_mail_at DESC, id LIMIT 1",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    return MailThread(**row) if row else None


async def put_thread(tx: Tx, thread: MailThread, *, refs: Sequence[str] = ()) -> None:
    """Write a thread as it stands, with ids that lead to it unless they lead somewhere already."""
    await tx.execute(
        "WITH thread AS (INSERT INTO channels.mail_thread (tenant_id, id, client_id, channel_id,"
        " conversation_id, number, subject, customer, reply_to, parties, last_mail_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (tenant_id, id)"
        " DO UPDATE SET conversation_id = $5, number = $6, customer = $8, reply_to = $9,"
        "  parties = $10, last_mail_at = $11)"
        " INSERT INTO channels.mail_ref (tenant_id, channel_id, ref, client_id, thread_id)"
        " SELECT $1, $4, ref, $3, $2 FROM unnest($12::text[]) AS ref ON CONFLICT DO NOTHING",
        tx.tenant_id, thread.id, thread.client_id, thread.channel_id, thread.conversation_id,
        thread.number, thread.subject[:500], thread.customer, thread.reply_to, thread.parties,
        thread.last_mail_at, list(refs),
    )  # fmt: skip


def put_new_thread(tx: Tx, thread: MailThread, *, refs: Sequence[str]) -> None:
    """Write a thread that begins, with ids that lead to it; `put_thread` when nothing is read."""
    tx.put(
        "INSERT INTO channels.mail_thread (tenant_id, id, client_id, channel_id,"
        " conversation_id, number, subject, customer, reply_to, parties, last_mail_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.tenant_id, thread.id, thread.client_id, thread.channel_id, thread.conversation_id,
        thread.number, thread.subject[:500], thread.customer, thread.reply_to, thread.parties,
        thread.last_mail_at,
    )  # fmt: skip
    if refs:
        tx.put(
            "INSERT INTO channels.mail_ref (tenant_id, channel_id, ref, client_id, thread_id)"
            " SELECT $1, $2, ref, $3, $4 FROM unnest($5::text[]) AS ref ON CONFLICT DO NOTHING",
            tx.tenant_id, thread.channel_id, thread.client_id, thread.id, list(refs),
        )  # fmt: skip


async def add_refs(tx: Tx, channel: Channel, *, thread_id: str, refs: Iterable[str]) -> None:
    """Let ids lead to a thread, unless they lead somewhere already."""
    await tx.executemany(
        "INSERT INTO channels.mail_ref (tenant_id, channel_id, ref, client_id, thread_id)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        [(tx.tenant_id, channel.id, ref, channel.client_id, thread_id) for ref in refs],
    )  # fmt: skip


async def add_parties(tx: Tx, *, thread_id: str, addresses: Sequence[str]) -> None:
    """Let those to whom we write take part in a thread."""
    await tx.execute(
        "UPDATE channels.mail_thread SET parties = (SELECT array_agg(DISTINCT p) FROM"
        " unnest(parties || $3::text[]) AS p) WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, thread_id, list(addresses),
    )  # fmt: skip


async def join(tx: Tx, *, thread_id: str, into: str) -> None:
    """Let everything that leads to a thread lead to another."""
    await tx.execute(
        "UPDATE channels.mail_ref SET thread_id = $3 WHERE tenant_id = $1 AND thread_id = $2",
        tx.tenant_id, thread_id, into,
    )  # fmt: skip
    await tx.execute(
        "UPDATE channels.mail_thread SET joined_into = $3"
        " WHERE tenant_id = $1 AND (id = $2 OR joined_into = $2)",
        tx.tenant_id, thread_id, into,
    )  # fmt: skip


async def move_conversation(tx: Tx, *, conversation_id: str, into: str) -> None:
    """Let threads go on in the conversation that took theirs in."""
    await tx.execute(
        "UPDATE channels.mail_thread SET conversation_id = $3"
        " WHERE tenant_id = $1 AND conversation_id = $2",
        tx.tenant_id, conversation_id, into,
    )  # fmt: skip


async def part_conversation(
    tx: Tx, *, conversation_id: str, out_of: str, parts: Sequence[str], numbers: Sequence[int]
) -> None:
    """Let threads that began with some conversations go on in one of them again.

    What led to a thread before it was joined into another leads there again, as far as the mails
    of those conversations tell.
    """
    rows = await tx.fetch(
        "UPDATE channels.mail_thread t SET conversation_id = $2, joined_into = CASE WHEN EXISTS ("
        "   SELECT 1 FROM channels.mail_thread j WHERE j.tenant_id = $1 AND j.id = t.joined_into"
        "   AND NOT j.number = ANY($4::bigint[])) THEN NULL ELSE t.joined_into END"
        " WHERE t.tenant_id = $1 AND t.conversation_id = $3 AND t.number = ANY($4::bigint[])"
        " RETURNING t.id, t.channel_id, t.number, t.joined_into",
        tx.tenant_id, conversation_id, out_of, list(numbers),
    )  # fmt: skip
    for row in rows:
        if row["joined_into"] is None:
            await _lead_back(tx, thread_id=row["id"], channel_id=row["channel_id"], parts=parts)


async def _lead_back(tx: Tx, *, thread_id: str, channel_id: str, parts: Sequence[str]) -> None:
    await tx.execute(
        "UPDATE channels.mail_ref r SET thread_id = $2 FROM ("
        " SELECT mail_id FROM channels.mail_in WHERE tenant_id = $1 AND channel_id = $3"
        "  AND conversation_id = ANY($4::uuid[])"
        " UNION SELECT mail_id FROM channels.mail_out WHERE tenant_id = $1 AND channel_id = $3"
        "  AND conversation_id = ANY($4::uuid[])) AS m"
        " WHERE r.tenant_id = $1 AND r.channel_id = $3 AND r.ref = m.mail_id"
        " AND r.thread_id <> $2 AND NOT EXISTS (SELECT 1 FROM channels.mail_thread t"
        "  WHERE t.tenant_id = $1 AND t.id = r.thread_id AND t.conversation_id = ANY($4::uuid[]))",
        tx.tenant_id, thread_id, channel_id, list(parts),
    )  # fmt: skip


async def ids_of_thread(tx: Tx, thread_id: str) -> list[str]:
    """Return the ids of a thread's mails in the order in which they came and went."""
    rows = await tx.fetch(
        "SELECT m.mail_id, m.at FROM ("
        " SELECT mail_id, received_at AS at, channel_id FROM channels.mail_in"
        "  WHERE tenant_id = $1 AND kind = 'message' AND state = 'taken' AND mail_id IS NOT NULL"
        "   AND conversation_id = (SELECT conversation_id FROM channels.mail_thread"
        "    WHERE tenant_id = $1 AND id = $2)"
        " UNION ALL"
        " SELECT mail_id, created_at, channel_id FROM channels.mail_out"
        "  WHERE tenant_id = $1 AND thread_id = $2 AND kind = 'answer'"
        "   AND state NOT IN ('recalled', 'failed', 'queued')"
        " ) AS m ORDER BY m.at, m.mail_id",
        tx.tenant_id, thread_id,
    )  # fmt: skip
    return [row["mail_id"] for row in rows]


async def get_thread(tx: Tx, thread_id: str) -> MailThread | None:
    """Return a thread in scope."""
    row = await tx.fetchrow(
        f"SELECT {_THREAD} FROM channels.mail_thread WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, thread_id,
    )  # fmt: skip
    return MailThread(**row) if row else None
