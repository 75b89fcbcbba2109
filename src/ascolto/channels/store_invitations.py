"""Statements on the questions by mail after a conversation by mail."""

from dataclasses import dataclass
from datetime import datetime

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class Invitation:
    """One question that is to be asked, was asked, or was left out, and why."""

    id: str
    client_id: str
    channel_id: str
    conversation_id: str
    state: str
    why: str | None
    mail_id: str | None
    expires_at: datetime | None


_INVITATION = "id, client_id, channel_id, conversation_id, state, why, mail_id, expires_at"


async def add(
    tx: Tx, *, client_id: str, channel_id: str, conversation_id: str, due_at: datetime
) -> None:
    """Plan the question of a conversation, once; later or anew where it went on meanwhile."""
    await tx.execute(
        "INSERT INTO channels.invitation (tenant_id, id, client_id, channel_id, conversation_id,"
        " due_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, conversation_id)"
        " DO UPDATE SET state = 'waiting', why = NULL, decided_at = NULL,"
        "  due_at = greatest(invitation.due_at, $6)"
        "  WHERE invitation.state = 'waiting' OR invitation.why = 'reopened'",
        tx.tenant_id, new_id(), client_id, channel_id, conversation_id, due_at,
    )  # fmt: skip


async def due(tx: Tx, *, limit: int) -> list[str]:
    """Return the ids of the questions whose time has come, those that wait longest first."""
    rows = await tx.fetch(
        "SELECT id FROM channels.invitation WHERE tenant_id = $1"
        " AND state = 'waiting' AND due_at <= $2 ORDER BY due_at LIMIT $3",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def hold_due(tx: Tx, invitation_id: str) -> Invitation | None:
    """Return a question that is still due, for nobody else until the transaction's end."""
    row = await tx.fetchrow(
        f"SELECT {_INVITATION} FROM channels.invitation WHERE tenant_id = $1 AND id = $2"
        " AND state = 'waiting' AND due_at <= $3 FOR UPDATE SKIP LOCKED",
        tx.tenant_id, invitation_id, tx.now,
    )  # fmt: skip
    return Invitation(**row) if row else None


async def put_off(tx: Tx, invitation_id: str, *, to: datetime) -> None:
    """Let a question that could not be decided wait until a moment, behind the others."""
    await tx.execute(
        "UPDATE channels.invitation SET due_at = $3"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'",
        tx.tenant_id, invitation_id, to,
    )  # fmt: skip


async def leave_out(tx: Tx, invitation_id: str, *, why: str) -> None:
    """Write down that a question is not asked, and why."""
    await tx.execute(
        "UPDATE channels.invitation SET state = 'left_out', why = $3, decided_at = $4"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, invitation_id, why, tx.now,
    )  # fmt: skip


async def set_sent(
    tx: Tx, invitation_id: str, *, address_key: str, secret_hash: bytes, mail_id: str,
    expires_at: datetime,
) -> None:  # fmt: skip
    """Write down that a question was asked, by which mail and under which secret."""
    await tx.execute(
        "UPDATE channels.invitation SET state = 'sent', address_key = $3, secret_hash = $4,"
        " mail_id = $5, expires_at = $6, decided_at = $7 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, invitation_id, address_key, secret_hash, mail_id, expires_at, tx.now,
    )  # fmt: skip


async def mails_since(
    tx: Tx, *, client_id: str, address_key: str, since: datetime
) -> list[str]:  # fmt: skip
    """Return the mails by which an address was asked since a moment."""
    rows = await tx.fetch(
        "SELECT mail_id FROM channels.invitation WHERE tenant_id = $1 AND client_id = $2"
        " AND address_key = $3 AND state = 'sent' AND decided_at > $4",
        tx.tenant_id, client_id, address_key, since,
    )  # fmt: skip
    return [row["mail_id"] for row in rows]


async def of_secret(tx: Tx, secret_hash: bytes) -> Invitation | None:
    """Return the question of a secret that still holds."""
    row = await tx.fetchrow(
        f"SELECT {_INVITATION} FROM channels.invitation WHERE tenant_id = $1"
        " AND secret_hash = $2 AND expires_at > $3",
        tx.tenant_id, secret_hash, tx.now,
    )  # fmt: skip
    return Invitation(**row) if row else None
