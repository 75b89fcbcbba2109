"""Statements on channels, the passes of customers, and what they asked for."""

from datetime import datetime, timedelta

import asyncpg

from ascolto.channels.model import Callback, Channel, Pass, ResumeLink, Ticket
from ascolto.conversations import Conversation
from ascolto.kit.db import Tx

_CHANNEL = (
    "id, client_id, kind, label, name, public_key, queue_id, settings, active, created_at, "
    "archived_at, v"
)
_PASS = "id, client_id, channel_id, conversation_id, customer_id, customer_name, expires_at"  # noqa: S105 - columns
_LINK = "id, client_id, channel_id, conversation_id, customer_id, customer_name, email"
_CALLBACK = (
    "id, client_id, origin_id, conversation_id, phone, wanted_at, call_at, queued_at, "
    "origin_item_id, place_at"
)


async def tenant_of_key(connection: asyncpg.Connection, key: str) -> str | None:
    """Return the organisation of a public key in use."""
    tenant_id: str | None = await connection.fetchval("SELECT channels.tenant_of_key($1)", key)
    return tenant_id


async def by_key(tx: Tx, key: str) -> Channel | None:
    """Return the channel of a public key, if in use, and narrow the transaction to its client.

    The transaction knows the stamp of the configuration from here on: it must not change any.
    """
    row = await tx.fetchrow(
        f"SELECT {_CHANNEL}, set_config('ascolto.clients', '{{' || client_id || '}}', true),"
        " kit.configuration_stamp() AS stamp, kit.stream_horizon() AS horizon"
        " FROM channels.channel"
        " WHERE tenant_id = $1 AND public_key = $2 AND active AND archived_at IS NULL",
        tx.tenant_id, key,
    )  # fmt: skip
    if row is None:
        return None
    tx.clients = frozenset({row["client_id"]})
    tx.stamp, tx.horizon = row["stamp"], row["horizon"]
    return Channel(**{key: row[key] for key in _CHANNEL.split(", ")})


async def get_channel(tx: Tx, channel_id: str) -> Channel | None:
    """Return a channel in scope that is not archived."""

    async def load() -> Channel | None:
        row = await tx.fetchrow(
            f"SELECT {_CHANNEL} FROM channels.channel"
            " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
            tx.tenant_id, channel_id,
        )  # fmt: skip
        return Channel(**row) if row else None

    return await tx.known(("channel", channel_id), load)


async def hold_channel(tx: Tx, channel_id: str) -> Channel | None:
    """Return a channel in scope as it is now, which nobody changes before the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_CHANNEL} FROM channels.channel"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL FOR UPDATE",
        tx.tenant_id, channel_id,
    )  # fmt: skip
    return Channel(**row) if row else None


async def list_channels(
    tx: Tx,
    *,
    kind: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[Channel]:
    """Return the channels in scope, or those of a kind, by name, from a place on."""
    name, channel_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_CHANNEL} FROM channels.channel WHERE tenant_id = $1 AND archived_at IS NULL"
        " AND ($2::uuid IS NULL OR (lower(name), id) > (lower($3), $2))"
        " AND ($5::text IS NULL OR kind = $5) ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id, channel_id, name, limit, kind,
    )  # fmt: skip
    return [Channel(**row) for row in rows]


async def insert_channel(tx: Tx, channel: Channel) -> None:
    """Write a new channel."""
    await tx.execute(
        "INSERT INTO channels.channel (tenant_id, id, client_id, kind, label, name, public_key,"
        " queue_id, settings, active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " $10, $11)",
        tx.tenant_id, channel.id, channel.client_id, channel.kind, channel.label, channel.name,
        channel.public_key, channel.queue_id, channel.settings, channel.active,
        channel.created_at,
    )  # fmt: skip


async def update_channel(tx: Tx, channel: Channel) -> Channel | None:
    """Save a channel if it is still at version `channel.v`; return it at its new version."""
    row = await tx.fetchrow(
        "UPDATE channels.channel SET name = $4, queue_id = $5, settings = $6, active = $7,"
        " archived_at = $8, v = v + 1 WHERE tenant_id = $1 AND id = $2 AND v = $3"
        f" RETURNING {_CHANNEL}",
        tx.tenant_id, channel.id, channel.v, channel.name, channel.queue_id, channel.settings,
        channel.active, channel.archived_at,
    )  # fmt: skip
    return Channel(**row) if row else None


async def revive_channel(tx: Tx, channel_id: str) -> Channel | None:
    """Take an archived channel into use again, not yet active."""
    row = await tx.fetchrow(
        "UPDATE channels.channel SET archived_at = NULL, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NOT NULL"
        f" RETURNING {_CHANNEL}",
        tx.tenant_id, channel_id,
    )  # fmt: skip
    return Channel(**row) if row else None


async def claim_start(
    tx: Tx, *, channel: Channel, nonce: str, fingerprint: bytes, conversation_id: str
) -> tuple[bytes, str | None, datetime] | None:
    """Take a start's nonce for a conversation; None when it is ours, else what it was used for."""
    fresh = await tx.execute(
        "INSERT INTO channels.opening (tenant_id, channel_id, nonce, client_id, fingerprint, at,"
        " conversation_id) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        tx.tenant_id, channel.id, nonce, channel.client_id, fingerprint, tx.now, conversation_id,
    )  # fmt: skip
    if fresh:
        return None
    row = await tx.fetchrow(
        "SELECT fingerprint, conversation_id, at FROM channels.opening"
        " WHERE tenant_id = $1 AND channel_id = $2 AND nonce = $3",
        tx.tenant_id, channel.id, nonce,
    )  # fmt: skip
    return None if row is None else (row["fingerprint"], row["conversation_id"], row["at"])


def insert_pass(tx: Tx, issued: Pass, *, secret_hash: bytes) -> None:
    """Write a pass."""
    tx.put(
        "INSERT INTO channels.pass (tenant_id, id, client_id, channel_id, conversation_id,"
        " customer_id, customer_name, secret_hash, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.tenant_id, issued.id, issued.client_id, issued.channel_id, issued.conversation_id,
        issued.customer_id, issued.customer_name, secret_hash, tx.now, issued.expires_at,
    )  # fmt: skip


async def form_of_pass(tx: Tx, secret_hash: bytes) -> str | None:
    """Return the key of the form, if still in use, of a pass that holds or has run out."""
    found: str | None = await tx.fetchval(
        "SELECT c.public_key FROM channels.pass p"
        " JOIN channels.channel c ON c.tenant_id = p.tenant_id AND c.id = p.channel_id"
        " WHERE p.tenant_id = $1 AND p.secret_hash = $2 AND c.kind = 'webchat' AND c.active"
        " AND c.archived_at IS NULL",
        tx.tenant_id, secret_hash,
    )  # fmt: skip
    return found


async def find_pass(tx: Tx, secret_hash: bytes) -> Pass | None:
    """Return a pass that still holds and narrow the transaction to its client.

    The transaction knows the stamp of the configuration from here on: it must not change any.
    """
    row = await tx.fetchrow(
        f"SELECT {_PASS}, set_config('ascolto.clients', '{{' || client_id || '}}', true),"
        " kit.configuration_stamp() AS stamp"
        " FROM channels.pass WHERE tenant_id = $1 AND secret_hash = $2 AND expires_at > $3",
        tx.tenant_id, secret_hash, tx.now,
    )  # fmt: skip
    if row is None:
        return None
    tx.clients = frozenset({row["client_id"]})
    tx.stamp = row["stamp"]
    return Pass(**{key: row[key] for key in _PASS.split(", ")})


async def delete_pass(tx: Tx, pass_id: str) -> None:
    """Forget a pass."""
    await tx.execute(
        "DELETE FROM channels.pass WHERE tenant_id = $1 AND id = $2", tx.tenant_id, pass_id
    )


async def insert_link(
    tx: Tx, link: ResumeLink, *, secret_hash: bytes, expires_at: datetime
) -> None:
    """Write a resume link."""
    await tx.execute(
        "INSERT INTO channels.resume_link (tenant_id, id, client_id, channel_id, conversation_id,"
        " customer_id, customer_name, email, secret_hash, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.tenant_id, link.id, link.client_id, link.channel_id, link.conversation_id,
        link.customer_id, link.customer_name, link.email, secret_hash, tx.now, expires_at,
    )  # fmt: skip


async def links_since(tx: Tx, *, conversation_id: str, since: datetime) -> int:
    """Count the links mailed of late for a conversation."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM channels.resume_link"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND created_at > $3",
        tx.tenant_id, conversation_id, since,
    )  # fmt: skip
    return count


async def insert_copy(tx: Tx, copy_id: str, *, conversation: Conversation) -> None:
    """Note that a copy of a conversation was mailed; the address is not kept."""
    await tx.execute(
        "INSERT INTO channels.transcript (tenant_id, id, client_id, conversation_id, at)"
        " VALUES ($1, $2, $3, $4, $5)",
        tx.tenant_id, copy_id, conversation.client_id, conversation.id, tx.now,
    )  # fmt: skip


async def copies_since(tx: Tx, *, conversation_id: str, since: datetime) -> int:
    """Count the copies mailed of late of a conversation."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM channels.transcript"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND at > $3",
        tx.tenant_id, conversation_id, since,
    )  # fmt: skip
    return count


async def use_link(tx: Tx, secret_hash: bytes) -> ResumeLink | None:
    """Use a link up; None when it was used, has run out or never was."""
    row = await tx.fetchrow(
        "UPDATE channels.resume_link SET used_at = $3 WHERE tenant_id = $1 AND secret_hash = $2"
        f" AND used_at IS NULL AND expires_at > $3 RETURNING {_LINK}",
        tx.tenant_id, secret_hash, tx.now,
    )  # fmt: skip
    return ResumeLink(**row) if row else None


async def insert_ticket(
    tx: Tx, ticket: Ticket, *, secret_hash: bytes, expires_at: datetime
) -> None:
    """Write a ticket."""
    await tx.execute(
        "INSERT INTO channels.ticket (tenant_id, id, client_id, channel_id, kind, value, name,"
        " secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.tenant_id, ticket.id, ticket.client_id, ticket.channel_id, ticket.kind, ticket.value,
        ticket.name, secret_hash, tx.now, expires_at,
    )  # fmt: skip


async def use_ticket(tx: Tx, *, channel_id: str, secret_hash: bytes, nonce: str) -> Ticket | None:
    """Use a ticket up for one start; None when it serves another, has run out or never was."""
    row = await tx.fetchrow(
        "UPDATE channels.ticket SET nonce = $4 WHERE tenant_id = $1 AND secret_hash = $2"
        " AND channel_id = $3 AND expires_at > $5 AND (nonce IS NULL OR nonce = $4)"
        " RETURNING id, client_id, channel_id, kind, value, name",
        tx.tenant_id, secret_hash, channel_id, nonce, tx.now,
    )  # fmt: skip
    return Ticket(**row) if row else None


async def insert_callback(tx: Tx, callback: Callback) -> bool:
    """Write a call that was asked for; False when one was asked for already."""
    return await tx.execute(
        "INSERT INTO channels.callback (tenant_id, id, client_id, origin_id, conversation_id,"
        " phone, wanted_at, call_at, queued_at, created_at, origin_item_id, place_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
        tx.tenant_id, callback.id, callback.client_id, callback.origin_id,
        callback.conversation_id, callback.phone, callback.wanted_at, callback.call_at,
        callback.queued_at, tx.now, callback.origin_item_id, callback.place_at,
    ) == 1  # fmt: skip


async def callback_of(tx: Tx, origin_id: str) -> Callback | None:
    """Return the call that was asked for in a conversation."""
    row = await tx.fetchrow(
        f"SELECT {_CALLBACK} FROM channels.callback WHERE tenant_id = $1 AND origin_id = $2",
        tx.tenant_id, origin_id,
    )  # fmt: skip
    return Callback(**row) if row else None


async def take_due_callbacks(tx: Tx, *, limit: int) -> list[Callback]:
    """Mark the calls whose time has come as queued and return them."""
    rows = await tx.fetch(
        "UPDATE channels.callback SET queued_at = $2 WHERE (tenant_id, id) IN ("
        " SELECT tenant_id, id FROM channels.callback WHERE tenant_id = $1"
        " AND queued_at IS NULL AND call_at <= $2 ORDER BY call_at LIMIT $3"
        f" FOR UPDATE SKIP LOCKED) RETURNING {_CALLBACK}",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [Callback(**row) for row in rows]


async def unsettled_callbacks(tx: Tx, *, limit: int) -> list[Callback]:
    """Return the calls that wait for somebody or are being made, the longest first."""
    rows = await tx.fetch(
        f"SELECT {_CALLBACK} FROM channels.callback WHERE tenant_id = $1"
        " AND queued_at IS NOT NULL AND settled_at IS NULL ORDER BY queued_at LIMIT $2",
        tx.tenant_id, limit,
    )  # fmt: skip
    return [Callback(**row) for row in rows]


async def settle_callback(tx: Tx, callback_id: str) -> bool:
    """Note that a call is over; False when another node did so."""
    return await tx.execute(
        "UPDATE channels.callback SET settled_at = $3"
        " WHERE tenant_id = $1 AND id = $2 AND settled_at IS NULL",
        tx.tenant_id, callback_id, tx.now,
    ) == 1  # fmt: skip


async def forget_old(tx: Tx, *, openings_for: timedelta) -> int:
    """Delete passes and links that have run out and nonces nobody will send again."""
    gone = 0
    for table in ("pass", "resume_link", "ticket"):
        gone += await tx.execute(
            f"DELETE FROM channels.{table} WHERE tenant_id = $1 AND expires_at < $2",
            tx.tenant_id, tx.now,
        )  # fmt: skip
    return gone + await tx.execute(
        "DELETE FROM channels.opening WHERE tenant_id = $1 AND at < $2",
        tx.tenant_id, tx.now - openings_for,
    )  # fmt: skip
