"""Statements on mails that are to be sent, are under way, or were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from ascolto.channels.model import Channel
from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class OutMail:
    """A mail of ours; its id is fixed before the first attempt."""

    id: str
    client_id: str
    channel_id: str
    conversation_id: str
    message_id: str
    thread_id: str
    mail_id: str
    kind: str
    automatic: bool
    recipient: str
    subject: str
    state: str
    attempts: int
    next_try_at: datetime
    data_began_at: datetime | None
    last_code: int | None
    last_error: str | None
    created_at: datetime
    accepted_at: datetime | None
    settled_at: datetime | None


_OUT = (
    "id, client_id, channel_id, conversation_id, message_id, thread_id, mail_id, kind,"
    " automatic, recipient, subject, state, attempts, next_try_at, data_began_at, last_code,"
    " last_error, created_at, accepted_at, settled_at"
)


async def tenants_with_mail_out(connection: asyncpg.Connection, until: datetime) -> list[str]:
    """Return the organisations with mails to be sent by a moment."""
    rows = await connection.fetch(
        "SELECT id FROM channels.tenants_with_mail_out($1) AS t(id)", until
    )
    return [row["id"] for row in rows]


async def add(tx: Tx, mail: OutMail) -> bool:
    """Write a mail that is to be sent, once for each message; `store_mail_to` says to whom."""
    return await tx.execute(
        "INSERT INTO channels.mail_out (tenant_id, id, client_id, channel_id, conversation_id,"
        " message_id, thread_id, mail_id, kind, automatic, recipient, subject, state,"
        " next_try_at, last_error, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        " ON CONFLICT (tenant_id, message_id) DO NOTHING",
        tx.tenant_id, mail.id, mail.client_id, mail.channel_id, mail.conversation_id,
        mail.message_id, mail.thread_id, mail.mail_id, mail.kind, mail.automatic,
        mail.recipient, mail.subject, mail.state, mail.next_try_at, mail.last_error,
        mail.created_at,
    ) == 1  # fmt: skip


async def lease_due(
    tx: Tx, *, lease: timedelta, limit: int, each: timedelta = timedelta()
) -> list[OutMail]:
    """Take mails that are due, each as being sent for a while, and `each` for a further recipient.

    Recipients are named to a server one after the other.
    """
    rows = await tx.fetch(
        "WITH due AS MATERIALIZED (SELECT tenant_id, id FROM channels.mail_out"
        "  WHERE tenant_id = $1 AND state = 'queued' AND next_try_at <= $2"
        "  ORDER BY next_try_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)"
        "UPDATE channels.mail_out AS mail SET state = 'sending', attempts = attempts + 1,"
        " next_try_at = $3::timestamptz + $5::interval * greatest(0, (SELECT count(*) - 1"
        "  FROM channels.mail_out_to AS named"
        "  WHERE named.tenant_id = mail.tenant_id AND named.out_id = mail.id)),"
        " data_began_at = NULL, heard_at = NULL"
        " WHERE tenant_id = $1 AND id IN (SELECT id FROM due)"
        f" RETURNING {_OUT}",
        tx.tenant_id, tx.now, tx.now + lease, limit, each,
    )  # fmt: skip
    return [OutMail(**row) for row in rows]


async def free_abandoned(tx: Tx) -> list[OutMail]:
    """Settle what a node left behind: what nobody can have is queued again, the rest uncertain."""
    rows = await tx.fetch(
        "UPDATE channels.mail_out SET"
        " state = CASE WHEN data_began_at IS NULL THEN 'queued' ELSE 'uncertain' END,"
        " last_error = 'the server that sent it stopped', next_try_at = $2"
        " WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM channels.mail_out"
        "  WHERE tenant_id = $1 AND state = 'sending' AND next_try_at <= $2"
        "  FOR UPDATE SKIP LOCKED)"
        f" RETURNING {_OUT}",
        tx.tenant_id, tx.now,
    )  # fmt: skip
    return [OutMail(**row) for row in rows if row["state"] == "uncertain"]


async def keep_raw(tx: Tx, mail: OutMail, raw: bytes) -> bytes:
    """Keep a mail's bytes at its first attempt and return those that are kept."""
    kept: bytes = await tx.fetchval(
        "UPDATE channels.mail_out SET raw = coalesce(raw, $3)"
        " WHERE tenant_id = $1 AND id = $2 RETURNING raw",
        tx.tenant_id, mail.id, raw,
    )  # fmt: skip
    return kept


async def raw_of(tx: Tx, out_id: str) -> bytes | None:
    """Return a mail's bytes; None before its first attempt."""
    raw: bytes | None = await tx.fetchval(
        "SELECT raw FROM channels.mail_out WHERE tenant_id = $1 AND id = $2", tx.tenant_id, out_id
    )
    return raw


async def begin_data(tx: Tx, mail: OutMail, *, lease: timedelta, addresses: Sequence[str]) -> bool:
    """Note that some recipients' server may have the mail from now on.

    False when this attempt is no longer ours.
    """
    ours = await tx.execute(
        "UPDATE channels.mail_out SET data_began_at = $4, next_try_at = $5"
        " WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'sending'"
        " AND data_began_at IS NULL",
        tx.tenant_id, mail.id, mail.attempts, tx.now, tx.now + lease,
    )  # fmt: skip
    if ours:
        await tx.execute(
            "UPDATE channels.mail_out_to SET state = 'uncertain', at = $4,"
            " given_in = given_in || $5::int"
            " WHERE tenant_id = $1 AND out_id = $2 AND address = ANY($3::text[])",
            tx.tenant_id, mail.id, list(addresses), tx.now, mail.attempts,
        )  # fmt: skip
    return ours == 1


async def settle_attempt(
    tx: Tx, mail: OutMail, *, state: str, code: int | None, error: str | None, again_at: datetime,
    taken: bool, waits: bool = False,
) -> bool:  # fmt: skip
    """Write how an attempt ended and whether a server has taken the mail for somebody.

    One that `waits` was not tried, and has the attempt back.
    False when somebody else has settled it meanwhile.
    """
    return await tx.execute(
        "UPDATE channels.mail_out SET state = $4, last_code = $5, last_error = $6,"
        " next_try_at = $7, data_began_at = CASE WHEN $4 = 'queued' THEN NULL"
        " ELSE data_began_at END, accepted_at = CASE WHEN $9 THEN $8::timestamptz"
        " ELSE accepted_at END, attempts = attempts - $10::int"
        " WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state IN ('sending', 'uncertain')",
        tx.tenant_id, mail.id, mail.attempts, state, code, error, again_at, tx.now,
        taken, int(waits),
    ) == 1  # fmt: skip


async def hear_of(tx: Tx, out_id: str) -> None:
    """Note that a mail came back that nobody was known to have, while nobody is known to.

    Once a server took it for some of its recipients, one of them proves nothing about the others.
    """
    await tx.execute(
        "UPDATE channels.mail_out SET heard_at = $3 WHERE tenant_id = $1 AND id = $2"
        " AND state IN ('queued', 'sending', 'uncertain') AND accepted_at IS NULL"
        " AND EXISTS (SELECT 1 FROM channels.mail_out_to AS named WHERE named.tenant_id = $1"
        "  AND named.out_id = $2 AND named.given_in <> '{}')",
        tx.tenant_id, out_id, tx.now,
    )  # fmt: skip


async def leave_uncertain(tx: Tx, out_id: str) -> str | None:
    """Move an uncertain mail, or one resent by hand, on as far as was heard of it and of each.

    A mail that came back had arrived by one of the attempts that may have: it proves something of
    those recipients who were named in all of them.
    Returns how it stands then; None while that is as before.
    """
    await tx.execute(
        "WITH given AS (SELECT DISTINCT unnest(given_in) AS attempt FROM channels.mail_out_to"
        "  WHERE tenant_id = $1 AND out_id = $2)"
        "UPDATE channels.mail_out_to SET state = 'accepted', why = '', at = $3"
        " WHERE tenant_id = $1 AND out_id = $2 AND state IN ('uncertain', 'waiting')"
        " AND given_in <> '{}' AND given_in @> ARRAY(SELECT attempt FROM given) AND EXISTS"
        " (SELECT 1 FROM channels.mail_out AS mail WHERE mail.tenant_id = $1 AND mail.id = $2"
        "  AND mail.state IN ('queued', 'uncertain') AND mail.heard_at IS NOT NULL)",
        tx.tenant_id, out_id, tx.now,
    )  # fmt: skip
    state: str | None = await tx.fetchval(
        "WITH named AS (SELECT state, address, why, place FROM channels.mail_out_to"
        "  WHERE tenant_id = $1 AND out_id = $2)"
        "UPDATE channels.mail_out SET state = CASE"
        "  WHEN EXISTS (SELECT 1 FROM named WHERE state = 'waiting') THEN 'queued'"
        "  WHEN EXISTS (SELECT 1 FROM named WHERE state IN ('failed', 'bounced')) THEN 'bounced'"
        "  WHEN NOT EXISTS (SELECT 1 FROM named WHERE state <> 'delivered') THEN 'delivered'"
        "  ELSE 'accepted' END,"
        " last_error = (SELECT left(string_agg(address || ': ' || why, '; ' ORDER BY place), 300)"
        "  FROM named WHERE state IN ('failed', 'bounced')),"
        " accepted_at = coalesce(accepted_at, $3), next_try_at = $3"
        " WHERE tenant_id = $1 AND id = $2 AND (state = 'uncertain' OR state = 'queued'"
        "  AND heard_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM named WHERE state = 'waiting'))"
        " AND NOT EXISTS (SELECT 1 FROM named WHERE state = 'uncertain') RETURNING state",
        tx.tenant_id, out_id, tx.now,
    )  # fmt: skip
    return state


async def change_state(
    tx: Tx, out_id: str, *, of: Sequence[str], to: str, error: str | None, at: datetime
) -> OutMail | None:
    """Move a mail from one of some states to another; None when it is in none of them."""
    row = await tx.fetchrow(
        "UPDATE channels.mail_out SET state = $4, last_error = $5, next_try_at = $6,"
        " settled_at = CASE WHEN $4 = 'queued' THEN NULL ELSE $7::timestamptz END"
        f" WHERE tenant_id = $1 AND id = $2 AND state = ANY($3::text[]) RETURNING {_OUT}",
        tx.tenant_id, out_id, list(of), to, error, at, tx.now,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def get(tx: Tx, out_id: str) -> OutMail | None:
    """Return a mail of ours in scope."""
    row = await tx.fetchrow(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, out_id,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def hold(tx: Tx, out_id: str) -> OutMail | None:
    """Hold a mail of ours until the transaction ends, and return it."""
    row = await tx.fetchrow(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
        tx.tenant_id, out_id,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def of_mail_id(tx: Tx, mail_id: str) -> OutMail | None:
    """Return the mail of ours with a Message-ID."""
    row = await tx.fetchrow(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND mail_id = $2",
        tx.tenant_id, mail_id,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def of_mail_ids(tx: Tx, mail_ids: Sequence[str]) -> dict[str, OutMail]:
    """Return the mails of ours under some Message-IDs."""
    rows = await tx.fetch(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND mail_id = ANY($2::text[])",
        tx.tenant_id, list(mail_ids),
    )  # fmt: skip
    return {row["mail_id"]: OutMail(**row) for row in rows}


async def of_message(tx: Tx, message_id: str) -> OutMail | None:
    """Return the mail that carries a message."""
    row = await tx.fetchrow(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND message_id = $2",
        tx.tenant_id, message_id,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def last_of_thread(tx: Tx, thread_id: str) -> OutMail | None:
    """Return the last mail of a thread that a server has accepted, or may have."""
    row = await tx.fetchrow(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1 AND thread_id = $2"
        " AND state IN ('accepted', 'uncertain', 'delivered', 'bounced')"
        " ORDER BY id DESC LIMIT 1",
        tx.tenant_id, thread_id,
    )  # fmt: skip
    return OutMail(**row) if row else None


async def automatic_since(
    tx: Tx, *, channel_id: str, recipient: str, since: datetime
) -> list[datetime]:
    """Return when automatic answers went to somebody."""
    rows = await tx.fetch(
        "SELECT created_at FROM channels.mail_out WHERE tenant_id = $1 AND channel_id = $2"
        " AND recipient = $3 AND automatic AND created_at > $4"
        " AND state NOT IN ('failed', 'recalled')",
        tx.tenant_id, channel_id, recipient, since,
    )  # fmt: skip
    return [row["created_at"] for row in rows]


async def list_out(
    tx: Tx, *, states: Sequence[str], before: str | None, limit: int
) -> list[OutMail]:
    """Return mails of ours in some states, newest first."""
    rows = await tx.fetch(
        f"SELECT {_OUT} FROM channels.mail_out WHERE tenant_id = $1"
        " AND state = ANY($2::text[]) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tx.tenant_id, list(states), before, limit,
    )  # fmt: skip
    return [OutMail(**row) for row in rows]


async def add_unreachable(tx: Tx, channel: Channel, *, address: str, reason: str) -> None:
    """Remember that an address cannot be reached."""
    await tx.execute(
        "INSERT INTO channels.mail_unreachable (tenant_id, channel_id, address, client_id, reason,"
        " at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        tx.tenant_id, channel.id, address, channel.client_id, reason[:300], tx.now,
    )  # fmt: skip


async def forget_unreachable(tx: Tx, *, channel_id: str, addresses: Sequence[str]) -> None:
    """Forget who could not be reached: somebody writes from there, or a person insists."""
    await tx.execute(
        "DELETE FROM channels.mail_unreachable"
        " WHERE tenant_id = $1 AND channel_id = $2 AND address = ANY($3::text[])",
        tx.tenant_id, channel_id, list(addresses),
    )  # fmt: skip


async def is_unreachable(tx: Tx, *, channel_id: str, address: str) -> bool:
    """Tell whether an address was reported as out of reach for good."""
    found: bool = await tx.fetchval(
        "SELECT EXISTS (SELECT 1 FROM channels.mail_unreachable"
        " WHERE tenant_id = $1 AND channel_id = $2 AND address = $3)",
        tx.tenant_id, channel_id, address,
    )  # fmt: skip
    return found
