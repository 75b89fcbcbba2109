"""Statements on consults: what is asked beside a conversation, and what is answered."""

from collections.abc import Sequence
from dataclasses import fields

from ascolto.conversations.model import AttachmentRef, Consult, ConsultMessage, ConsultState
from ascolto.kit.db import Record, Tx

_OF_CONVERSATION = (
    "c.number, c.channel, c.customer_id, c.customer_name, c.subject AS about, c.language,"
    " c.operator_id AS owner_id, c.eu_only"
)
# Columns of the conversation and not of the consult.
_NOT_OWN = frozenset(
    ("number", "channel", "customer_id", "customer_name", "about", "language", "owner_id")
) | {"eu_only"}
_OWN = ", ".join(f"k.{field.name}" for field in fields(Consult) if field.name not in _NOT_OWN)
_CONSULT = (
    f"SELECT {_OWN}, {_OF_CONVERSATION} FROM conversations.consult k"
    " JOIN conversations.conversation c"
    "   ON c.tenant_id = k.tenant_id AND c.id = k.conversation_id"
    " WHERE k.tenant_id = $1"
)
_MESSAGE = "id, consult_id, seq, side, author_id, author_name, text, at, nonce"
# More than anybody has open at once; a desk shows the newest of them.
ON_DESK = 200


def _consult(row: Record) -> Consult:
    return Consult(**{**dict(row), "state": ConsultState(row["state"])})


_ATTACHED = (
    ", (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'size', f.size,"
    " 'type', f.type) ORDER BY f.id) FROM conversations.consult_file f"
    " WHERE f.tenant_id = m.tenant_id AND f.message_id = m.id) AS attached"
)


def _message(row: Record) -> ConsultMessage:
    values = dict(row)
    refs = tuple(AttachmentRef(**ref) for ref in values.pop("attached") or ())
    return ConsultMessage(**values, attachments=refs)


async def add_consult(tx: Tx, consult: Consult) -> None:
    """Write a consult down for the first time; its first message follows."""
    await tx.execute(
        "INSERT INTO conversations.consult (tenant_id, id, client_id, conversation_id, subject,"
        " state, asked_by, asked_by_name, queue_id, work_item_id, operator_id, operator_name,"
        " nonce, last_at, asked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        tx.tenant_id, consult.id, consult.client_id, consult.conversation_id, consult.subject,
        consult.state.value, consult.asked_by, consult.asked_by_name, consult.queue_id,
        consult.work_item_id, consult.operator_id, consult.operator_name, consult.nonce,
        consult.asked_at,
    )  # fmt: skip


async def get_consult(tx: Tx, consult_id: str, *, lock: bool = False) -> Consult | None:
    """Return a consult, held against other writers where asked."""
    if lock:
        # By itself: held together with its conversation, one that a merge has just moved to
        # another would be found nowhere.
        await tx.execute(
            "SELECT 1 FROM conversations.consult WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
            tx.tenant_id, consult_id,
        )  # fmt: skip
    row = await tx.fetchrow(f"{_CONSULT} AND k.id = $2", tx.tenant_id, consult_id)
    return _consult(row) if row else None


async def lock_by_work_item(tx: Tx, work_item_id: str) -> Consult | None:
    """Hold the consult that a piece of work is for; None when it is for none."""
    consult_id = await tx.fetchval(
        "SELECT id FROM conversations.consult WHERE tenant_id = $1 AND work_item_id = $2"
        " FOR UPDATE",
        tx.tenant_id, work_item_id,
    )  # fmt: skip
    return await get_consult(tx, consult_id) if consult_id else None


async def asked_before(tx: Tx, *, asked_by: str, nonce: str) -> Consult | None:
    """Return the consult that an operator's nonce was used for."""
    row = await tx.fetchrow(
        f"{_CONSULT} AND k.asked_by = $2 AND k.nonce = $3", tx.tenant_id, asked_by, nonce
    )
    return _consult(row) if row else None


async def save_consult(tx: Tx, consult: Consult) -> int:
    """Write what may change of a consult; return its new version."""
    v: int = await tx.fetchval(
        "UPDATE conversations.consult SET state = $3, queue_id = $4, work_item_id = $5,"
        " operator_id = $6, operator_name = $7, last_seq = $8, last_side = $9, last_text = $10,"
        " last_at = $11, answered_at = $12, closed_at = $13, overdue_at = $14, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 RETURNING v",
        tx.tenant_id, consult.id, consult.state.value, consult.queue_id, consult.work_item_id,
        consult.operator_id, consult.operator_name, consult.last_seq, consult.last_side,
        consult.last_text, consult.last_at, consult.answered_at, consult.closed_at,
        consult.overdue_at,
    )  # fmt: skip
    return v


async def add_message(tx: Tx, message: ConsultMessage, *, client_id: str) -> None:
    """Write a line of a consult that is held."""
    await tx.execute(
        "INSERT INTO conversations.consult_message (tenant_id, client_id, " + _MESSAGE + ")"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.tenant_id, client_id, message.id, message.consult_id, message.seq, message.side,
        message.author_id, message.author_name, message.text, message.at, message.nonce,
    )  # fmt: skip


async def move_files(
    tx: Tx, message: ConsultMessage, *, client_id: str, conversation_id: str, files: Sequence[str]
) -> tuple[AttachmentRef, ...]:
    """Take files that an operator uploaded and sent nowhere to a line; what is not theirs stays."""
    rows = await tx.fetch(
        "WITH moved AS (DELETE FROM conversations.attachment a WHERE tenant_id = $1"
        "  AND conversation_id = $3 AND id = ANY($6::uuid[]) AND message_id IS NULL"
        "  AND uploader_kind = 'operator' AND NOT EXISTS (SELECT 1 FROM conversations.going_out g"
        "   WHERE g.tenant_id = $1 AND g.conversation_id = $3 AND a.id = ANY(g.files))"
        "  RETURNING *)"
        " INSERT INTO conversations.consult_file (tenant_id, id, client_id, consult_id, message_id,"
        "  name, size, type, sha256, created_at)"
        " SELECT tenant_id, id, $2, $4, $5, name, size, type, sha256, created_at FROM moved"
        " RETURNING id, name, size, type",
        tx.tenant_id, client_id, conversation_id, message.consult_id, message.id, list(files),
    )  # fmt: skip
    return tuple(sorted((AttachmentRef(**row) for row in rows), key=lambda ref: ref.id))


async def get_file(tx: Tx, *, consult_id: str, file_id: str) -> tuple[AttachmentRef, str] | None:
    """Return a file of a consult and the fingerprint that its content lies under."""
    row = await tx.fetchrow(
        "SELECT id, name, size, type, sha256 FROM conversations.consult_file"
        " WHERE tenant_id = $1 AND consult_id = $2 AND id = $3",
        tx.tenant_id, consult_id, file_id,
    )  # fmt: skip
    if row is None:
        return None
    return AttachmentRef(row["id"], row["name"], row["size"], row["type"]), row["sha256"]


async def written_before(
    tx: Tx, *, consult_id: str, author_id: str, nonce: str
) -> ConsultMessage | None:
    """Return the line that somebody's nonce was used for."""
    row = await tx.fetchrow(
        f"SELECT {_MESSAGE}{_ATTACHED} FROM conversations.consult_message m WHERE tenant_id = $1"
        " AND consult_id = $2 AND author_id = $3 AND nonce = $4",
        tx.tenant_id, consult_id, author_id, nonce,
    )  # fmt: skip
    return _message(row) if row else None


async def messages_of(
    tx: Tx, *, consult_id: str, before: int | None, limit: int
) -> list[ConsultMessage]:
    """Return the lines of a consult, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_MESSAGE}{_ATTACHED} FROM conversations.consult_message m WHERE tenant_id = $1"
        " AND consult_id = $2 AND ($3::int IS NULL OR seq < $3) ORDER BY seq DESC LIMIT $4",
        tx.tenant_id, consult_id, before, limit,
    )  # fmt: skip
    return [_message(row) for row in rows]


async def consults_of(
    tx: Tx, *, conversation_id: str, before: str | None, limit: int
) -> list[Consult]:
    """Return the consults of a conversation, the newest first."""
    rows = await tx.fetch(
        f"{_CONSULT} AND k.conversation_id = $2 AND ($3::uuid IS NULL OR k.id < $3)"
        " ORDER BY k.id DESC LIMIT $4",
        tx.tenant_id, conversation_id, before, limit,
    )  # fmt: skip
    return [_consult(row) for row in rows]


async def consults_with(
    tx: Tx, *, operator_id: str, closed: bool, before: str | None, limit: int
) -> list[Consult]:
    """Return the consults that somebody asked, answers or owns the conversation of; newest first.

    Those that go on, or those that are over.
    """
    # Each way of being a party has its index; one condition for all would walk the whole history.
    page = (
        f" AND k.state {'=' if closed else '<>'} 'closed' AND ($3::uuid IS NULL OR k.id < $3)"
        " ORDER BY k.id DESC LIMIT $4"
    )
    of = "SELECT k.id FROM conversations.consult k"
    rows = await tx.fetch(
        f"WITH mine AS (({of} WHERE k.tenant_id = $1 AND k.asked_by = $2{page})"
        f" UNION ({of} WHERE k.tenant_id = $1 AND k.operator_id = $2{page})"
        f" UNION ({of} JOIN conversations.conversation c"
        "   ON c.tenant_id = k.tenant_id AND c.id = k.conversation_id"
        f"  WHERE k.tenant_id = $1 AND c.operator_id = $2{page}))"
        f" {_CONSULT} AND k.id IN (SELECT id FROM mine) ORDER BY k.id DESC LIMIT $4",
        tx.tenant_id, operator_id, before, limit,
    )  # fmt: skip
    return [_consult(row) for row in rows]


async def on_desk(tx: Tx, *, operator_id: str) -> list[Consult]:
    """Return what goes on with an operator: asked by them, by whom they took over from, or owed."""
    return await consults_with(
        tx, operator_id=operator_id, closed=False, before=None, limit=ON_DESK
    )


async def renew_of(tx: Tx, *, conversation_id: str) -> list[Consult]:
    """Give what goes on beside a conversation a new version, for the conversation has changed."""
    rows = await tx.fetch(
        "UPDATE conversations.consult SET v = v + 1 WHERE tenant_id = $1 AND conversation_id = $2"
        " AND state <> 'closed' RETURNING id",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    found = [await get_consult(tx, row["id"]) for row in rows]
    return sorted((one for one in found if one is not None), key=lambda one: one.id)


async def taken_by_any(tx: Tx, operator_ids: Sequence[str]) -> list[str]:
    """Return the questions that some operators took from a queue and have not answered."""
    rows = await tx.fetch(
        "SELECT id FROM conversations.consult WHERE tenant_id = $1 AND state = 'open'"
        " AND work_item_id IS NOT NULL AND operator_id = ANY($2::uuid[]) ORDER BY id LIMIT 500",
        tx.tenant_id, list(operator_ids),
    )  # fmt: skip
    return [row["id"] for row in rows]
