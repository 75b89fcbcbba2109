"""Statements on mailboxes and on the mails that came, as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from ascolto.channels.model import Channel
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Mailbox:
    """How a mailbox stands: sealed secrets, how far it is read, what is wrong."""

    channel_id: str
    client_id: str
    imap_secret: str | None
    smtp_secret: str | None
    dkim_secret: str | None
    reply_secret: str
    oauth_secret: str | None
    oauth_client_secret: str | None
    oauth_access: str | None
    oauth_until: datetime | None
    oauth_trouble: str | None
    uidvalidity: int | None
    first_uid: int
    last_uid: int
    read_at: datetime | None
    trouble: str | None
    trouble_since: datetime | None
    reconciled_at: datetime | None
    reconciled: dict[str, Any] | None
    reconcile_now: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it came, without its bytes."""

    id: str
    client_id: str
    channel_id: str
    source: str
    uidvalidity: int | None
    uid: int | None
    envelope_from: str
    envelope_to: list[str]
    size: int
    peer: str
    helo: str
    copy_of: str | None
    received_at: datetime
    state: str
    attempts: int
    reason: str | None
    kind: str | None
    mail_id: str | None
    sender: str
    subject: str
    no_auto_reply: str
    conversation_id: str | None
    message_id: str | None
    about_id: str | None
    handled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was found in a mail and what became of it."""

    state: str
    kind: str | None = None
    reason: str | None = None
    mail_id: str | None = None
    sender: str = ""
    subject: str = ""
    no_auto_reply: str = ""
    conversation_id: str | None = None
    message_id: str | None = None
    about_id: str | None = None


SECRETS = ("imap_secret", "smtp_secret", "dkim_secret", "oauth_secret", "oauth_client_secret")
_MAILBOX = (
    "channel_id, client_id, imap_secret, smtp_secret, dkim_secret, reply_secret, oauth_secret,"
    " oauth_client_secret, oauth_access, oauth_until, oauth_trouble, uidvalidity,"
    " first_uid, last_uid, read_at, trouble, trouble_since, reconciled_at, reconciled,"
    " reconcile_now"
)
INCOMING = (
    "id, client_id, channel_id, source, uidvalidity, uid, envelope_from, envelope_to, size,"
    " peer, helo, copy_of, received_at, state, attempts, reason, kind, mail_id, sender, subject,"
    " no_auto_reply, conversation_id, message_id, about_id, handled_at"
)


async def channel_of_address(
    connection: asyncpg.Connection, address: str
) -> tuple[str, str] | None:
    """Return the organisation and the channel that an address leads to."""
    row = await connection.fetchrow(
        "SELECT tenant_id, channel_id FROM channels.mailbox_of_address($1)", address
    )
    return (row["tenant_id"], row["channel_id"]) if row else None


async def tenants_with_mailboxes(connection: asyncpg.Connection) -> list[str]:
    """Return the organisations that have mailboxes."""
    rows = await connection.fetch("SELECT id FROM channels.tenants_with_mailboxes() AS t(id)")
    return [row["id"] for row in rows]


async def tenants_with_mail_in(connection: asyncpg.Connection, until: datetime) -> list[str]:
    """Return the organisations with mails to be read by a moment."""
    rows = await connection.fetch(
        "SELECT id FROM channels.tenants_with_mail_in($1) AS t(id)", until
    )
    return [row["id"] for row in rows]


async def get_mailbox(tx: Tx, channel_id: str) -> Mailbox | None:
    """Return how a mailbox stands."""
    row = await tx.fetchrow(
        f"SELECT {_MAILBOX} FROM channels.mailbox WHERE tenant_id = $1 AND channel_id = $2",
        tx.tenant_id, channel_id,
    )  # fmt: skip
    return Mailbox(**row) if row else None


async def add_mailbox(tx: Tx, channel: Channel, *, reply_secret: str) -> None:
    """Write a mailbox unless it is there."""
    await tx.execute(
        "INSERT INTO channels.mailbox (tenant_id, channel_id, client_id, reply_secret)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        tx.tenant_id, channel.id, channel.client_id, reply_secret,
    )  # fmt: skip


async def set_secrets(tx: Tx, *, channel_id: str, sealed: dict[str, str | None]) -> None:
    """Write sealed secrets; those that are not named stay."""
    for name in SECRETS:
        if name in sealed:
            await tx.execute(
                f"UPDATE channels.mailbox SET {name} = $3 WHERE tenant_id = $1 AND channel_id = $2",
                tx.tenant_id, channel_id, sealed[name],
            )  # fmt: skip
    if {"oauth_secret", "oauth_client_secret"} & sealed.keys():
        # What was obtained with the old ones may be somebody else's.
        await tx.execute(
            "UPDATE channels.mailbox SET oauth_access = NULL, oauth_until = NULL,"
            " oauth_trouble = NULL WHERE tenant_id = $1 AND channel_id = $2",
            tx.tenant_id, channel_id,
        )  # fmt: skip


async def set_access(
    tx: Tx, *, channel_id: str, access: str, until: datetime, renewal: str, before: str
) -> None:
    """Write a sealed access and what renews it next, unless somebody renewed it meanwhile."""
    await tx.execute(
        "UPDATE channels.mailbox SET oauth_access = $3, oauth_until = $4, oauth_secret = $5,"
        " oauth_trouble = NULL"
        " WHERE tenant_id = $1 AND channel_id = $2 AND oauth_secret = $6",
        tx.tenant_id, channel_id, access, until, renewal, before,
    )  # fmt: skip


async def give_access(
    tx: Tx, *, channel_id: str, access: str, until: datetime, renewal: str
) -> None:
    """Write a sealed access that a person has just obtained, whatever there was before."""
    await tx.execute(
        "UPDATE channels.mailbox SET oauth_access = $3, oauth_until = $4, oauth_secret = $5,"
        " oauth_trouble = NULL WHERE tenant_id = $1 AND channel_id = $2",
        tx.tenant_id, channel_id, access, until, renewal,
    )  # fmt: skip


async def renew_access(tx: Tx, *, channel_id: str) -> None:
    """Forget the access of the moment, so that another is asked for at the next turn."""
    await tx.execute(
        "UPDATE channels.mailbox SET oauth_access = NULL, oauth_until = NULL, oauth_trouble = NULL"
        " WHERE tenant_id = $1 AND channel_id = $2",
        tx.tenant_id, channel_id,
    )  # fmt: skip


async def spoil_access(tx: Tx, *, channel_id: str, access: str) -> None:
    """Forget an access that a server did not take, so that another is asked for."""
    await tx.execute(
        "UPDATE channels.mailbox SET oauth_access = NULL, oauth_until = NULL"
        " WHERE tenant_id = $1 AND channel_id = $2 AND oauth_access = $3",
        tx.tenant_id, channel_id, access,
    )  # fmt: skip


async def set_access_trouble(tx: Tx, refused: Mailbox, *, trouble: str) -> bool:
    """Note why an access could not be renewed, where what was refused is still what is set.

    Tells whether that is new.
    """
    changed = await tx.execute(
        "UPDATE channels.mailbox SET oauth_trouble = $3 WHERE tenant_id = $1 AND channel_id = $2"
        " AND oauth_trouble IS DISTINCT FROM $3 AND oauth_secret IS NOT DISTINCT FROM $4"
        " AND oauth_access IS NOT DISTINCT FROM $5",
        tx.tenant_id, refused.channel_id, trouble, refused.oauth_secret, refused.oauth_access,
    )  # fmt: skip
    return changed == 1


async def lease_mailbox(tx: Tx, *, channel_id: str, node: str, lease: timedelta) -> Mailbox | None:
    """Take a mailbox for a while; None while another node reads it."""
    row = await tx.fetchrow(
        "UPDATE channels.mailbox SET leased_by = $3, leased_until = $4"
        " WHERE tenant_id = $1 AND channel_id = $2"
        " AND (leased_by IS NULL OR leased_by = $3 OR leased_until < $5)"
        f" RETURNING {_MAILBOX}",
        tx.tenant_id, channel_id, node, tx.now + lease, tx.now,
    )  # fmt: skip
    return Mailbox(**row) if row else None


async def begin_reading(tx: Tx, *, channel_id: str, uidvalidity: int, first_uid: int) -> None:
    """Begin at the front of a mailbox whose numbers are new to us."""
    await tx.execute(
        "UPDATE channels.mailbox SET uidvalidity = $3, first_uid = $4::bigint,"
        " last_uid = $4::bigint - 1"
        " WHERE tenant_id = $1 AND channel_id = $2 AND uidvalidity IS DISTINCT FROM $3",
        tx.tenant_id, channel_id, uidvalidity, first_uid,
    )  # fmt: skip


async def move_cursor(tx: Tx, *, channel_id: str, uidvalidity: int, uid: int) -> None:
    """Note that all mails up to a number are ours."""
    await tx.execute(
        "UPDATE channels.mailbox SET last_uid = greatest(last_uid, $4), read_at = $5"
        " WHERE tenant_id = $1 AND channel_id = $2 AND uidvalidity = $3",
        tx.tenant_id, channel_id, uidvalidity, uid, tx.now,
    )  # fmt: skip


async def set_trouble(tx: Tx, *, channel_id: str, trouble: str | None) -> bool:
    """Note what keeps a mailbox from being read, None when it is; tell whether that is new."""
    changed = await tx.execute(
        "UPDATE channels.mailbox SET trouble = $3, read_at = CASE WHEN $3::text IS NULL THEN $4"
        " ELSE read_at END, trouble_since = CASE WHEN $3::text IS NULL THEN NULL"
        " ELSE coalesce(trouble_since, $4) END WHERE tenant_id = $1 AND channel_id = $2"
        " AND ($3::text IS NULL OR trouble IS DISTINCT FROM $3)",
        tx.tenant_id, channel_id, trouble, tx.now,
    )  # fmt: skip
    return changed == 1


async def known_uids(tx: Tx, *, channel_id: str, uidvalidity: int) -> set[int]:
    """Return the numbers of the server's mails that are ours."""
    rows = await tx.fetch(
        "SELECT uid FROM channels.mail_in"
        " WHERE tenant_id = $1 AND channel_id = $2 AND uidvalidity = $3",
        tx.tenant_id, channel_id, uidvalidity,
    )  # fmt: skip
    return {row["uid"] for row in rows}


async def set_reconciled(tx: Tx, *, channel_id: str, result: dict[str, Any]) -> None:
    """Write what a comparison with the server found."""
    await tx.execute(
        "UPDATE channels.mailbox SET reconciled = $3, reconciled_at = $4, reconcile_now = false"
        " WHERE tenant_id = $1 AND channel_id = $2",
        tx.tenant_id, channel_id, result, tx.now,
    )  # fmt: skip


async def ask_reconciliation(tx: Tx, *, channel_id: str) -> None:
    """Ask for a comparison with the server at the next look."""
    await tx.execute(
        "UPDATE channels.mailbox SET reconcile_now = true"
        " WHERE tenant_id = $1 AND channel_id = $2",
        tx.tenant_id, channel_id,
    )  # fmt: skip


async def hold_mail(tx: Tx, mail_id: str) -> Incoming | None:
    """Return a mail, held until the end of the transaction."""
    row = await tx.fetchrow(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tx.tenant_id, mail_id,
    )  # fmt: skip
    return Incoming(**row) if row else None


async def get_mail(tx: Tx, mail_id: str) -> Incoming | None:
    """Return a mail in scope."""
    row = await tx.fetchrow(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, mail_id,
    )  # fmt: skip
    return Incoming(**row) if row else None


async def put_back(
    tx: Tx, mail: Incoming, *, reason: str, at: datetime, attempts: int | None = None
) -> None:
    """Let a mail be read again at a moment, unless this attempt is no longer the last."""
    await tx.execute(
        "UPDATE channels.mail_in SET reason = $4, next_try_at = $5,"
        " attempts = coalesce($6, attempts)"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'received' AND attempts = $3",
        tx.tenant_id, mail.id, mail.attempts, reason, at, attempts,
    )  # fmt: skip


async def read_anew(tx: Tx, mail_id: str) -> None:
    """Let a mail be read now as if it had just come, whatever became of it; the caller holds it."""
    await tx.execute(
        "UPDATE channels.mail_in SET state = 'received', reason = 'replayed', next_try_at = $3,"
        " attempts = 0 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, mail_id, tx.now,
    )  # fmt: skip


async def last_of_conversation(tx: Tx, conversation_id: str) -> Incoming | None:
    """Return the last mail that became a message of a conversation."""
    row = await tx.fetchrow(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND conversation_id = $2"
        " AND state = 'taken' AND kind = 'message' ORDER BY id DESC LIMIT 1",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    return Incoming(**row) if row else None


async def list_mails(
    tx: Tx, *, states: Sequence[str], before: str | None, limit: int
) -> list[Incoming]:
    """Return mails in some states, newest first."""
    rows = await tx.fetch(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1"
        " AND state = ANY($2::text[]) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tx.tenant_id, list(states), before, limit,
    )  # fmt: skip
    return [Incoming(**row) for row in rows]


async def count_states(tx: Tx, *, channel_id: str) -> dict[str, int]:
    """Return how many mails of a mailbox are in each state."""
    rows = await tx.fetch(
        "SELECT state, count(*) AS n FROM channels.mail_in"
        " WHERE tenant_id = $1 AND channel_id = $2 GROUP BY state",
        tx.tenant_id, channel_id,
    )  # fmt: skip
    return {row["state"]: row["n"] for row in rows}


async def list_quarantined(tx: Tx, *, limit: int, after: str | None) -> list[Incoming]:
    """Return mails that are set aside now, the oldest first, after an id."""
    rows = await tx.fetch(
        f"SELECT {INCOMING} FROM channels.mail_in WHERE tenant_id = $1 AND state = 'quarantined'"
        " AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3",
        tx.tenant_id, after, limit,
    )  # fmt: skip
    return [Incoming(**row) for row in rows]


async def count_aside(tx: Tx, *, since: datetime, until: datetime) -> dict[str, int]:
    """Count the mails of [since, until) that became nothing else: unread, set aside, put away."""
    rows = await tx.fetch(
        "SELECT state, count(*) AS n FROM channels.mail_in WHERE tenant_id = $1"
        " AND state IN ('received', 'quarantined', 'dismissed')"
        " AND received_at >= $2 AND received_at < $3 GROUP BY state",
        tx.tenant_id, since, until,
    )  # fmt: skip
    return {"received": 0, "quarantined": 0, "dismissed": 0} | {
        row["state"]: row["n"] for row in rows
    }


async def trap(tx: Tx, *, mail_id: str, sender: str, recipients: Sequence[str], raw: bytes) -> None:
    """Keep a mail that the trap caught."""
    await tx.execute(
        "INSERT INTO channels.mail_trapped (tenant_id, id, sender, recipient, raw, at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tx.tenant_id, mail_id, sender, ", ".join(recipients), raw, tx.now,
    )  # fmt: skip


async def list_trapped(tx: Tx, *, limit: int) -> list[dict[str, Any]]:
    """Return what the trap caught last."""
    rows = await tx.fetch(
        "SELECT id, sender, recipient, raw, at FROM channels.mail_trapped"
        " WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2",
        tx.tenant_id, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]
