"""Statements on conversations and their messages."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from ascolto.conversations.model import (
    AttachmentRef,
    Author,
    AuthorKind,
    Conversation,
    Message,
    MessageKind,
    State,
)
from ascolto.kit.db import Record, Tx
from ascolto.tenancy import OpeningHours

_FIELDS = tuple(f.name for f in fields(Conversation))
_MESSAGE_FIELDS = (
    "id", "client_id", "conversation_id", "seq", "kind", "author_kind", "author_id",
    "author_name", "text", "at", "nonce", "delivery", "meta", "origin_id",
)  # fmt: skip
COLUMNS = ", ".join(_FIELDS)
_MESSAGE = ", ".join(_MESSAGE_FIELDS)
_INSERT = (
    f"INSERT INTO conversations.conversation (tenant_id, search, {COLUMNS})"
    f" VALUES ({', '.join(f'${n}' for n in range(1, len(_FIELDS) + 3))})"
)
_TAKE_IN = (
    "SELECT t.verdict, t.attached,"
    + ", ".join(f"(t.c).{name} AS c_{name}" for name in _FIELDS)
    + ","
    + ", ".join(f"(t.m).{name} AS m_{name}" for name in _MESSAGE_FIELDS)
    + " FROM conversations.take_in($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9) AS t"
)
_HOLD = (
    "SELECT h.known, "
    + ", ".join(f"(h.c).{name} AS c_{name}" for name in _FIELDS)
    + " FROM conversations.hold($1, $2, $3) AS h"
)
_WITH_FILES = f"""
SELECT {", ".join("m." + name for name in _MESSAGE_FIELDS)}, (
    SELECT jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'size', a.size,
             'type', a.type) ORDER BY a.id)
      FROM conversations.attachment a
     WHERE a.tenant_id = m.tenant_id AND a.message_id = m.id) AS attached
  FROM conversations.message m
"""
# How far ahead a calendar's openings are kept for `take_in`, and how little may be left of them.
_AHEAD = timedelta(days=120)
_LEAST = timedelta(days=90)


def conversation_of(row: Record, prefix: str = "") -> Conversation:
    """Read a conversation from a row whose columns carry a prefix."""
    values = {name: row[prefix + name] for name in _FIELDS}
    values["state"] = State(values["state"])
    values["tags"] = tuple(values["tags"])
    return Conversation(**values)


def _message_of(row: Record, prefix: str = "") -> Message:
    values = {name: row[prefix + name] for name in _MESSAGE_FIELDS}
    author = Author(
        AuthorKind(values.pop("author_kind")), values.pop("author_id"), values.pop("author_name")
    )
    values["kind"] = MessageKind(values["kind"])
    refs = tuple(AttachmentRef(**ref) for ref in row["attached"] or ())
    return Message(**values, author=author, attachments=refs)


async def next_number(tx: Tx) -> int:
    """Return the organisation's next case number; one that is not used is left out."""
    number: int = await tx.fetchval("SELECT conversations.next_number()", apart=True)
    return number


async def next_numbers(tx: Tx, count: int) -> list[int]:
    """Return so many of the organisation's next case numbers at once."""
    rows = await tx.fetch(
        "SELECT conversations.next_number() AS number FROM generate_series(1, $1)", count
    )
    return [row["number"] for row in rows]


def insert(
    tx: Tx, conversation: Conversation, *, search: str, lines: Sequence[Message] = ()
) -> None:
    """Write a new conversation with the first lines of its thread."""
    values = [_value(conversation, name) for name in _FIELDS]
    tx.put(_INSERT, tx.tenant_id, search, *values)
    if lines:
        args = [value for line in lines for value in _line_values(line)]
        tx.put(_insert_lines(len(lines), first=2), tx.tenant_id, *args)


def _value(conversation: Conversation, name: str) -> Any:
    value = getattr(conversation, name)
    if isinstance(value, State):
        return value.value
    return list(value) if isinstance(value, tuple) else value


async def get(tx: Tx, conversation_id: str, *, lock: bool = False) -> Conversation | None:
    """Return a conversation, held against other writers when asked."""
    if lock:
        return (await hold(tx, conversation_id))[0]
    row = await tx.fetchrow(
        f"SELECT {COLUMNS} FROM conversations.conversation WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    return conversation_of(row) if row else None


async def of_number(tx: Tx, number: int) -> Conversation | None:
    """Return the conversation of a case number."""
    row = await tx.fetchrow(
        f"SELECT {COLUMNS} FROM conversations.conversation WHERE tenant_id = $1 AND number = $2",
        tx.tenant_id, number,
    )  # fmt: skip
    return conversation_of(row) if row else None


async def hold(
    tx: Tx, conversation_id: str, *, side: str | None = None, nonce: str | None = None
) -> tuple[Conversation | None, str | None]:
    """Wait for one's turn and hold a conversation; with a nonce, tell what it was used for.

    Waiting for a row takes a transaction number first, so those who wait would be numbered in the
    order they came, not in the order they wrote: the stream would show a thread's lines swapped.
    Waiting for one's turn takes none.
    """
    row = await tx.fetchrow(_HOLD, conversation_id, side, nonce)
    if row is None or row["c_id"] is None:
        return None, None
    return conversation_of(row, "c_"), row["known"]


async def lock_by_work_item(tx: Tx, work_item_id: str) -> Conversation | None:
    """Hold the conversation of a work item, if it is still its own when one's turn has come."""
    conversation_id = await tx.fetchval(
        "SELECT id FROM conversations.conversation WHERE tenant_id = $1 AND work_item_id = $2",
        tx.tenant_id, work_item_id,
    )  # fmt: skip
    if conversation_id is None:
        return None
    conversation, _ = await hold(tx, conversation_id)
    if conversation is None or conversation.work_item_id != work_item_id:
        return None
    return conversation


async def get_many(tx: Tx, conversation_ids: Sequence[str]) -> list[Conversation]:
    """Return some conversations in the order of their ids."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations.conversation"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id",
        tx.tenant_id, list(conversation_ids),
    )  # fmt: skip
    return [conversation_of(row) for row in rows]


async def save(
    tx: Tx, before: Conversation, after: Conversation, lines: Sequence[Message] = ()
) -> Conversation:
    """Write what differs, count the version up and add lines to the thread, in one statement.

    The row must be held since `before`.
    """
    changed = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    changed = [name for name in changed if name != "v"]
    sets = "".join(f", {name} = ${n}" for n, name in enumerate(changed, 3))
    args = [tx.tenant_id, before.id, *(_value(after, name) for name in changed)]
    said = ""
    if lines:
        said = f"WITH said AS ({_insert_lines(len(lines), first=len(args) + 1)}) "
        for line in lines:
            args += _line_values(line)
    await tx.execute(
        f"{said}UPDATE conversations.conversation SET v = v + 1{sets}"
        " WHERE tenant_id = $1 AND id = $2",
        *args,
    )
    return after.but(v=before.v + 1)


def _insert_lines(count: int, *, first: int) -> str:
    size = len(_MESSAGE_FIELDS)
    rows = (", ".join(f"${first + row * size + n}" for n in range(size)) for row in range(count))
    values = ", ".join(f"($1, {row})" for row in rows)
    return f"INSERT INTO conversations.message (tenant_id, {_MESSAGE}) VALUES {values}"


def _line_values(message: Message) -> list[Any]:
    return [
        message.id, message.client_id, message.conversation_id, message.seq, message.kind.value,
        message.author.kind.value, message.author.id, message.author.name, message.text,
        message.at, message.nonce, message.delivery, message.meta, message.origin_id,
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a customer's message: stored, known, clash or files."""

    verdict: str
    conversation: Conversation
    message: Message


async def take_in(
    tx: Tx,
    *,
    conversation_id: str,
    message_id: str,
    text: str,
    nonce: str | None,
    files: Sequence[str],
    meta: dict[str, Any],
    preview: str,
    across: bool = False,
) -> TakenIn | str:
    """Store a customer's message once, in one statement, or return what hinders it.

    That is "missing" when there is no such conversation, and "across", unless it is allowed, when
    it goes on in one of another customer, who may not be the same person any more.
    """
    row = await tx.fetchrow(
        _TAKE_IN, conversation_id, message_id, text, nonce, list(files), meta, preview, tx.now,
        across,
    )  # fmt: skip
    if row is None or row["verdict"] in {"missing", "across"}:
        return "missing" if row is None else str(row["verdict"])
    return TakenIn(row["verdict"], conversation_of(row, "c_"), _message_of(row, "m_"))


async def add_lines(tx: Tx, lines: Sequence[Message]) -> None:
    """Write lines under the numbers they took while the conversation is held."""
    args = [value for line in lines for value in _line_values(line)]
    await tx.execute(_insert_lines(len(lines), first=2), tx.tenant_id, *args)


async def get_message(tx: Tx, message_id: str) -> Message | None:
    """Return a message with its files."""
    row = await tx.fetchrow(
        _WITH_FILES + " WHERE m.tenant_id = $1 AND m.id = $2", tx.tenant_id, message_id
    )
    return _message_of(row) if row else None


async def written_since(tx: Tx, *, conversation_id: str, seq: int, not_by: str) -> list[Message]:
    """Return what others than an operator said or noted after a sequence number."""
    rows = await tx.fetch(
        _WITH_FILES
        + " WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.seq > $3 AND m.kind <> 'event'"
        " AND m.author_id IS DISTINCT FROM $4 ORDER BY m.seq LIMIT 50",
        tx.tenant_id, conversation_id, seq, not_by,
    )  # fmt: skip
    return [_message_of(row) for row in rows]


async def list_messages(
    tx: Tx,
    *,
    conversation_id: str,
    after_seq: int | None,
    before_seq: int | None,
    limit: int,
    public_only: bool = False,
) -> list[Message]:
    """Return messages in order: the first after a number, or the last before one."""
    forward = after_seq is not None
    rows = await tx.fetch(
        _WITH_FILES
        + " WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.seq > $3 AND m.seq < $4"
        + (" AND m.kind = 'message'" if public_only else "")
        + f" ORDER BY m.seq {'ASC' if forward else 'DESC'} LIMIT $5",
        tx.tenant_id, conversation_id, after_seq or 0, before_seq or 2**31 - 1, limit,
    )  # fmt: skip
    messages = [_message_of(row) for row in rows]
    return messages if forward else messages[::-1]


async def attach(
    tx: Tx, *, conversation_id: str, message_id: str, files: Sequence[str], uploader_kind: str
) -> list[AttachmentRef]:
    """Hang uploaded files on a message; those of another thread or sent before are left out."""
    if not files:
        return []
    rows = await tx.fetch(
        "UPDATE conversations.attachment SET message_id = $3"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND id = ANY($4::uuid[])"
        " AND message_id IS NULL AND uploader_kind = $5 RETURNING id, name, size, type",
        tx.tenant_id, conversation_id, message_id, list(files), uploader_kind,
    )  # fmt: skip
    return sorted((AttachmentRef(**row) for row in rows), key=lambda ref: ref.id)


async def set_delivery(tx: Tx, *, message_id: str, delivery: str) -> bool:
    """Note what became of a message; False when nothing changes. Delivered stays delivered."""
    return await tx.execute(
        "UPDATE conversations.message SET delivery = $3 WHERE tenant_id = $1 AND id = $2"
        " AND delivery <> $3 AND delivery <> 'delivered'",
        tx.tenant_id, message_id, delivery,
    ) == 1  # fmt: skip


async def set_told(tx: Tx, *, message_id: str, told: dict[str, Any]) -> bool:
    """Keep a channel's account of a message; False when it is known."""
    return await tx.execute(
        "UPDATE conversations.message SET meta = meta || jsonb_build_object('told', $3::jsonb)"
        " WHERE tenant_id = $1 AND id = $2 AND meta -> 'told' IS DISTINCT FROM $3::jsonb",
        tx.tenant_id, message_id, told,
    ) == 1  # fmt: skip


async def keep_openings(tx: Tx, *, calendar_id: str, hours: OpeningHours, fingerprint: str) -> None:
    """Write a calendar's coming openings for `take_in`, unless those kept still serve."""
    covers_to = tx.now + _AHEAD
    stale = not await tx.fetchval(
        "SELECT fingerprint = $3 AND covers_to > $4 FROM conversations.openings"
        " WHERE tenant_id = $1 AND calendar_id = $2",
        tx.tenant_id, calendar_id, fingerprint, tx.now + _LEAST,
    )  # fmt: skip
    if stale:
        await tx.execute(
            "INSERT INTO conversations.openings (tenant_id, calendar_id, fingerprint, covers_to,"
            " spans) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, calendar_id)"
            " DO UPDATE SET fingerprint = $3, covers_to = $4, spans = $5",
            tx.tenant_id, calendar_id, fingerprint, covers_to,
            list(hours.spans(tx.now - timedelta(days=1), covers_to)),
        )  # fmt: skip


async def of_customers(tx: Tx, customer_ids: Sequence[str]) -> list[Conversation]:
    """Hold the open conversations of some customers, in the order of their ids."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations.conversation"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) ORDER BY id FOR UPDATE",
        tx.tenant_id, list(customer_ids),
    )  # fmt: skip
    return [conversation_of(row) for row in rows]


async def newest_of_customers(tx: Tx, customer_ids: list[str], *, limit: int) -> list[str]:
    """Return the newest conversations of some customers, whatever their state."""
    rows = await tx.fetch(
        "SELECT id FROM conversations.conversation WHERE tenant_id = $1"
        " AND customer_id = ANY($2::uuid[]) ORDER BY id DESC LIMIT $3",
        tx.tenant_id, customer_ids, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def set_search(tx: Tx, *, conversation_id: str, search: str) -> None:
    """Write what a search of a conversation looks at."""
    await tx.execute(
        "UPDATE conversations.conversation SET search = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, conversation_id, search,
    )  # fmt: skip


async def move_messages(tx: Tx, *, source: Conversation, target: Conversation) -> int:
    """Move every message behind those of another thread, each remembering where it was written."""
    await tx.execute(
        "UPDATE conversations.attachment SET conversation_id = $3"
        " WHERE tenant_id = $1 AND conversation_id = $2",
        tx.tenant_id, source.id, target.id,
    )  # fmt: skip
    # A nonce used on both sides keeps its meaning in the thread that goes on.
    return await tx.execute(
        "UPDATE conversations.message m SET conversation_id = $3, seq = m.seq + $4,"
        " origin_id = COALESCE(m.origin_id, $2), nonce = CASE WHEN EXISTS ("
        "   SELECT 1 FROM conversations.message o WHERE o.tenant_id = $1"
        "   AND o.conversation_id = $3 AND o.author_kind = m.author_kind AND o.nonce = m.nonce)"
        "   THEN NULL ELSE m.nonce END"
        " WHERE m.tenant_id = $1 AND m.conversation_id = $2",
        tx.tenant_id, source.id, target.id, target.last_seq,
    )  # fmt: skip
