"""Statements on files: kept, looked up, forgotten when they were never sent."""

from collections.abc import Sequence
from datetime import datetime

from ascolto.conversations.model import Attachment, AttachmentRef
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id

_COLUMNS = (
    "id, client_id, conversation_id, message_id, uploader_kind, name, size, type, sha256,"
    " created_at"
)


async def insert_attachment(tx: Tx, file: Attachment) -> None:
    """Write a file that was stored."""
    await tx.execute(
        "INSERT INTO conversations.attachment (tenant_id, id, client_id, conversation_id,"
        " uploader_kind, name, size, type, sha256, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.tenant_id, file.id, file.client_id, file.conversation_id, file.uploader_kind,
        file.name, file.size, file.type, file.sha256, file.created_at,
    )  # fmt: skip


async def get_attachment(tx: Tx, file_id: str) -> Attachment | None:
    """Return a file in scope."""
    row = await tx.fetchrow(
        f"SELECT {_COLUMNS} FROM conversations.attachment WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, file_id,
    )  # fmt: skip
    return Attachment(**row) if row else None


async def refs_of(
    tx: Tx, ids: Sequence[str], *, conversation_id: str | None = None
) -> list[AttachmentRef]:
    """Return the operators' files of some ids that hang on no message yet, of one thread or any."""
    rows = await tx.fetch(
        "SELECT id, name, size, type FROM conversations.attachment"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND message_id IS NULL"
        " AND uploader_kind = 'operator' AND ($3::uuid IS NULL OR conversation_id = $3)"
        " ORDER BY id",
        tx.tenant_id, list(ids), conversation_id,
    )  # fmt: skip
    return [AttachmentRef(**row) for row in rows]


async def copy_of_message(tx: Tx, *, message_id: str) -> list[AttachmentRef]:
    """Keep the files of a message once more, as uploads that hang on none; return the copies."""
    rows = await tx.fetch(
        "SELECT client_id, conversation_id, name, size, type, sha256"
        " FROM conversations.attachment WHERE tenant_id = $1 AND message_id = $2 ORDER BY id",
        tx.tenant_id, message_id,
    )  # fmt: skip
    copies = [
        Attachment(
            id=new_id(), message_id=None, uploader_kind="operator", created_at=tx.now, **row
        )
        for row in rows
    ]  # fmt: skip
    for copy in copies:
        await insert_attachment(tx, copy)
    return [copy.ref() for copy in copies]


async def count_unsent(
    tx: Tx, *, conversation_id: str, uploader_kind: str, operator_id: str | None
) -> int:
    """Count what was uploaded into a conversation, and hangs on no message or another's draft."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM conversations.attachment AS file WHERE tenant_id = $1"
        " AND conversation_id = $2 AND uploader_kind = $3 AND message_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM conversations.draft AS d WHERE d.tenant_id = $1"
        "  AND d.conversation_id = $2 AND d.operator_id <> $4::uuid AND file.id = ANY(d.files))",
        tx.tenant_id, conversation_id, uploader_kind, operator_id,
    )  # fmt: skip
    return count


async def bytes_of(tx: Tx, *, conversation_id: str, uploader_kind: str) -> int:
    """Return how much one side has uploaded into a conversation."""
    size: int = await tx.fetchval(
        "SELECT coalesce(sum(size), 0)::bigint FROM conversations.attachment"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND uploader_kind = $3",
        tx.tenant_id, conversation_id, uploader_kind,
    )  # fmt: skip
    return size


async def bytes_since(tx: Tx, *, client_id: str, uploader_kind: str, since: datetime) -> int:
    """Return how much one side has uploaded in all conversations of a client since a moment."""
    size: int = await tx.fetchval(
        "SELECT coalesce(sum(size), 0)::bigint FROM conversations.attachment"
        " WHERE tenant_id = $1 AND client_id = $2 AND created_at > $4 AND uploader_kind = $3",
        tx.tenant_id, client_id, uploader_kind, since,
    )  # fmt: skip
    return size


async def delete_unsent(
    tx: Tx, *, before: datetime, customers_before: datetime, drafted_before: datetime
) -> list[str]:
    """Delete files that hang on no message and return the contents nobody needs any more.

    Those of a draft stay as long as somebody has gone on with it since `drafted_before`.
    """
    rows = await tx.fetch(
        "WITH gone AS (DELETE FROM conversations.attachment AS file"
        "  WHERE tenant_id = $1 AND message_id IS NULL AND created_at <"
        "  CASE uploader_kind WHEN 'customer' THEN $3::timestamptz ELSE $2 END"
        "  AND NOT EXISTS (SELECT 1 FROM conversations.draft AS d WHERE d.tenant_id = $1"
        "   AND d.conversation_id = file.conversation_id AND file.id = ANY(d.files)"
        "   AND d.updated_at >= $4)"
        "  RETURNING id, sha256)"
        " SELECT DISTINCT sha256 FROM gone WHERE NOT EXISTS ("
        "  SELECT 1 FROM conversations.attachment a WHERE a.tenant_id = $1"
        "   AND a.sha256 = gone.sha256 AND a.id NOT IN (SELECT id FROM gone))"
        " AND NOT EXISTS (SELECT 1 FROM conversations.consult_file f WHERE f.tenant_id = $1"
        "   AND f.sha256 = gone.sha256)",
        tx.tenant_id, before, customers_before, drafted_before,
    )  # fmt: skip
    return [row["sha256"] for row in rows]
