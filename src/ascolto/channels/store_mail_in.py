"""Statements on mails as they come in: many at once, because many come at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ascolto.channels.model import Channel
from ascolto.channels.store_mail import INCOMING, Incoming, Read
from ascolto.channels.store_mail_raw import PIECE, write_rest
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail as it came; with a `hindrance` it is set aside at once, for that reason."""

    id: str
    raw: bytes
    sha256: bytes
    uid: tuple[int, int] | None = None
    envelope_from: str = ""
    envelope_to: Sequence[str] = ()
    hindrance: str | None = None
    # Who handed it over, and the name it gave itself, where that was at our own door.
    peer: str = ""
    helo: str = ""


async def add_mails(tx: Tx, channel: Channel, *, source: str, mails: Sequence[NewMail]) -> None:
    """Write mails as they came, once for each number; the same bytes again are a copy."""
    # Two that bring the same bytes at once: the second waits and finds the first. All take the
    # locks in one order, so that nobody waits for somebody who waits for them.
    await tx.execute(
        "SELECT pg_advisory_xact_lock(wanted.key) FROM (SELECT"
        "  hashtextextended($1 || encode(hash, 'hex'), 20) AS key FROM unnest($2::bytea[]) AS hash"
        "  ORDER BY 1) AS wanted",
        channel.id, [one.sha256 for one in mails],
    )  # fmt: skip
    await tx.executemany(
        "INSERT INTO channels.mail_in (tenant_id, id, client_id, channel_id, source, uidvalidity,"
        " uid, envelope_from, envelope_to, sha256, size, copy_of, raw, received_at, state,"
        " reason, next_try_at, peer, helo)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, f.id,"
        "  CASE WHEN f.id IS NULL THEN $12::bytea END, $13,"
        "  CASE WHEN f.id IS NOT NULL THEN 'copy' WHEN $14::text IS NULL THEN 'received'"
        "   ELSE 'quarantined' END, $14, $13, $15, $16"
        " FROM (SELECT 1) AS one LEFT JOIN channels.mail_in f ON f.tenant_id = $1"
        "  AND f.channel_id = $4 AND f.sha256 = $10 AND f.copy_of IS NULL"
        " ON CONFLICT (tenant_id, channel_id, uidvalidity, uid) DO NOTHING",
        [
            (tx.tenant_id, one.id, channel.client_id, channel.id, source,
             *(one.uid or (None, None)), one.envelope_from[:500], list(one.envelope_to),
             one.sha256, len(one.raw), memoryview(one.raw)[:PIECE], tx.now, one.hindrance,
             one.peer, one.helo[:255])
            for one in mails
        ],
    )  # fmt: skip
    for one in mails:
        if len(one.raw) > PIECE:
            await write_rest(tx, one.id, one.raw)


async def take_unread(tx: Tx, *, limit: int, again: timedelta) -> list[Incoming]:
    """Take mails that nobody has read yet; the attempt is counted before it is made."""
    return await _taken(tx, "attempts = 0", limit=limit, again=again)


async def take_again(tx: Tx, *, again: timedelta) -> list[Incoming]:
    """Take one mail that was tried before: should it end its reader, it takes no other along."""
    return await _taken(tx, "attempts > 0", limit=1, again=again)


async def _taken(tx: Tx, which: str, *, limit: int, again: timedelta) -> list[Incoming]:
    rows = await tx.fetch(
        "WITH due AS MATERIALIZED (SELECT id FROM channels.mail_in"
        f"  WHERE tenant_id = $1 AND state = 'received' AND next_try_at <= $2 AND {which}"
        "  ORDER BY next_try_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)"
        " UPDATE channels.mail_in SET attempts = attempts + 1, next_try_at = $3"
        " WHERE tenant_id = $1 AND id IN (SELECT id FROM due)"
        f" RETURNING {INCOMING}",
        tx.tenant_id, tx.now, tx.now + again, limit,
    )  # fmt: skip
    return sorted((Incoming(**row) for row in rows), key=lambda one: one.id)


async def hold_unread(tx: Tx, mail_ids: Sequence[str]) -> dict[str, Incoming]:
    """Return those of some mails that still wait to be read, held until the transaction ends."""
    rows = await tx.fetch(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
        " AND state = 'received' ORDER BY id FOR UPDATE",
        tx.tenant_id, list(mail_ids),
    )  # fmt: skip
    return {row["id"]: Incoming(**row) for row in rows}


async def settle(tx: Tx, found: Mapping[str, Read]) -> None:
    """Write what was found in mails and what became of them."""
    await tx.executemany(
        "UPDATE channels.mail_in SET state = $3, kind = $4, reason = $5, mail_id = $6,"
        " sender = $7, subject = $8, no_auto_reply = $9, conversation_id = $10, message_id = $11,"
        " about_id = $12, handled_at = $13 WHERE tenant_id = $1 AND id = $2",
        [
            (tx.tenant_id, mail_id, one.state, one.kind, one.reason, one.mail_id,
             one.sender[:500], one.subject[:1_000], one.no_auto_reply, one.conversation_id,
             one.message_id, one.about_id, tx.now)
            for mail_id, one in found.items()
        ],
    )  # fmt: skip


async def copies_of_ids(
    tx: Tx, *, channel_id: str, mail_ids: Sequence[str]
) -> dict[str, list[Incoming]]:
    """Return what was taken in under some Message-IDs, for each the oldest first."""
    rows = await tx.fetch(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND channel_id = $2"
        " AND mail_id = ANY($3::text[]) AND state = 'taken' ORDER BY id LIMIT 200",
        tx.tenant_id, channel_id, list(mail_ids),
    )  # fmt: skip
    found: dict[str, list[Incoming]] = {}
    for row in rows:
        found.setdefault(row["mail_id"], []).append(Incoming(**row))
    return found
