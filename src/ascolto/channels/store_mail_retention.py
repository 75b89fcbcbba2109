"""Statements that forget the bytes of mails whose time is over."""

from datetime import datetime

from ascolto.kit.db import Tx


async def forget_incoming(tx: Tx, *, client_id: str, before: datetime, limit: int) -> int:
    """Forget the bytes of mails that came before a moment, some at a time; return how many.

    What nobody has read or looked at keeps them, and so does what came again since.
    """
    return await tx.execute(
        "UPDATE channels.mail_in SET raw = NULL, forgotten_at = $4 WHERE tenant_id = $1"
        " AND id IN (SELECT m.id FROM channels.mail_in m WHERE m.tenant_id = $1"
        "  AND m.client_id = $2 AND m.received_at < $3 AND m.raw IS NOT NULL"
        "  AND m.state NOT IN ('received', 'quarantined') AND NOT EXISTS ("
        "   SELECT 1 FROM channels.mail_in c WHERE c.tenant_id = $1 AND c.copy_of = m.id"
        "    AND c.received_at >= $3)"
        "  ORDER BY m.received_at LIMIT $5 FOR UPDATE SKIP LOCKED)",
        tx.tenant_id, client_id, before, tx.now, limit,
    )  # fmt: skip


async def forget_outgoing(tx: Tx, *, client_id: str, before: datetime, limit: int) -> int:
    """Forget the bytes of mails of ours that are done with, some at a time; return how many."""
    return await tx.execute(
        "UPDATE channels.mail_out SET raw = NULL WHERE tenant_id = $1"
        " AND id IN (SELECT m.id FROM channels.mail_out m WHERE m.tenant_id = $1"
        "  AND m.client_id = $2 AND m.created_at < $3 AND m.raw IS NOT NULL"
        "  AND m.state NOT IN ('queued', 'sending')"
        "  ORDER BY m.created_at LIMIT $4 FOR UPDATE SKIP LOCKED)",
        tx.tenant_id, client_id, before, limit,
    )  # fmt: skip
