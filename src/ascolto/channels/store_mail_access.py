"""Accesses that are over here and still to be ended at their provider."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Mailbox
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class EndedAccess:
    """What renewed an access, sealed, and the settings by which its provider is told."""

    id: str
    channel_id: str
    oauth: dict[str, Any]
    oauth_secret: str
    oauth_client_secret: str | None
    attempts: int


async def add_ended(tx: Tx, channel: Channel, mailbox: Mailbox, *, oauth: dict[str, Any]) -> None:
    """Note that the access of a mailbox, as it stands now, is to be ended at its provider."""
    await tx.execute(
        "INSERT INTO channels.access_ending (tenant_id, id, client_id, channel_id, oauth,"
        " oauth_secret, oauth_client_secret, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.tenant_id, new_id(), channel.client_id, channel.id, oauth, mailbox.oauth_secret,
        mailbox.oauth_client_secret, tx.now,
    )  # fmt: skip


async def lease_ended(tx: Tx, *, lease: timedelta, limit: int) -> list[EndedAccess]:
    """Return the accesses that are due; no other node tries them until the lease runs out."""
    rows = await tx.fetch(
        "UPDATE channels.access_ending SET due_at = $2, attempts = attempts + 1"
        " WHERE tenant_id = $1 AND id IN (SELECT id FROM channels.access_ending"
        " WHERE tenant_id = $1 AND due_at <= $3 ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, channel_id, oauth, oauth_secret, oauth_client_secret, attempts",
        tx.tenant_id, tx.now + lease, tx.now, limit,
    )  # fmt: skip
    return [EndedAccess(**{**row, "id": str(row["id"]), "channel_id": str(row["channel_id"])})
            for row in map(dict, rows)]  # fmt: skip


async def put_off_ended(tx: Tx, ended_id: str, *, wait: timedelta) -> None:
    """Let a provider be told again after a while."""
    await tx.execute(
        "UPDATE channels.access_ending SET due_at = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, ended_id, tx.now + wait,
    )  # fmt: skip


async def forget_ended(tx: Tx, ended_id: str) -> None:
    """Forget an access: its provider was told, or told often enough."""
    await tx.execute(
        "DELETE FROM channels.access_ending WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, ended_id,
    )  # fmt: skip
