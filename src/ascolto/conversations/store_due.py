"""Statements on what time brings: sleep that ends, promises that run out, work that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from ascolto.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Missed:
    """A promise that was not kept."""

    conversation_id: str
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ToldCountry:
    """A conversation and the country its customer was told of last, if any."""

    id: str
    client_id: str
    country_told: str | None


async def tenants_to_wake(connection: asyncpg.Connection, *, until: datetime) -> list[str]:
    """Return the organisations in which a conversation's time to wake has come."""
    rows = await connection.fetch("SELECT t FROM conversations.tenants_to_wake($1) AS t", until)
    return [row["t"] for row in rows]


async def tenants_overdue(connection: asyncpg.Connection, *, until: datetime) -> list[str]:
    """Return the organisations in which a promise ran out and nobody was told."""
    rows = await connection.fetch("SELECT DISTINCT tenant_id FROM conversations.overdue($1)", until)
    return [row["tenant_id"] for row in rows]


async def to_wake(tx: Tx, *, limit: int) -> list[str]:
    """Return the conversations whose time to wake has come, the longest due first."""
    rows = await tx.fetch(
        "SELECT id FROM conversations.conversation WHERE tenant_id = $1 AND state = 'snoozed'"
        " AND snoozed_until <= $2 ORDER BY snoozed_until, id LIMIT $3",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def note_missed(tx: Tx) -> list[Missed]:
    """Write down the promises that ran out; return those that no other node wrote down."""
    rows = await tx.fetch(
        "INSERT INTO conversations.missed"
        " (tenant_id, conversation_id, client_id, kind, due_at, told_at)"
        " SELECT o.tenant_id, o.conversation_id, o.client_id, o.kind, o.due_at, $2::timestamptz"
        "   FROM conversations.overdue($2) o WHERE o.tenant_id = $1"
        "  ORDER BY o.conversation_id, o.kind"
        " ON CONFLICT DO NOTHING RETURNING conversation_id, kind, due_at",
        tx.tenant_id, tx.now,
    )  # fmt: skip
    return [Missed(**row) for row in rows]


async def clients_waiting(tx: Tx, *, channels: Sequence[str]) -> list[str]:
    """Return the clients for whom somebody waits on some channels who was never answered."""
    rows = await tx.fetch(
        "SELECT DISTINCT client_id FROM conversations.conversation WHERE tenant_id = $1"
        " AND state = 'waiting' AND first_replied_at IS NULL AND channel = ANY($2::text[])",
        tx.tenant_id, list(channels),
    )  # fmt: skip
    return [row["client_id"] for row in rows]


async def quiet_in_queue(
    tx: Tx, *, client_id: str, channels: Sequence[str], until: datetime, limit: int
) -> list[str]:
    """Return what waits, never answered, in which the customer last wrote before a moment."""
    rows = await tx.fetch(
        "SELECT id FROM conversations.conversation WHERE tenant_id = $1 AND client_id = $2"
        " AND state = 'waiting' AND first_replied_at IS NULL AND channel = ANY($3::text[])"
        " AND coalesce(last_message_at, opened_at) <= $4 ORDER BY id LIMIT $5",
        tx.tenant_id, client_id, list(channels), until, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def held_by_any(
    tx: Tx, operator_ids: Sequence[str], *, channels: Sequence[str] | None
) -> list[str]:
    """Return the ids of what some operators are talking in, on some channels or on all."""
    rows = await tx.fetch(
        "SELECT id FROM conversations.conversation WHERE tenant_id = $1"
        " AND operator_id = ANY($2::uuid[]) AND state = 'active'"
        " AND ($3::text[] IS NULL OR channel = ANY($3)) ORDER BY id LIMIT 500",
        tx.tenant_id, list(operator_ids), None if channels is None else list(channels),
    )  # fmt: skip
    return [row["id"] for row in rows]


async def told_otherwise(tx: Tx, *, operator_id: str, country: str) -> list[ToldCountry]:
    """Return what an operator is talking in whose customer was not told this country."""
    rows = await tx.fetch(
        "SELECT id, client_id, country_told FROM conversations.conversation"
        " WHERE tenant_id = $1 AND operator_id = $2 AND state = 'active'"
        " AND country_told IS DISTINCT FROM $3 ORDER BY id LIMIT 500",
        tx.tenant_id, operator_id, country,
    )  # fmt: skip
    return [ToldCountry(**row) for row in rows]
