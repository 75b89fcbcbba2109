"""Statements on what lies beside a thread: drafts, read marks, mentions, tags, surveys."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ascolto.conversations.model import Conversation, Draft, Message
from ascolto.conversations.store_files import refs_of
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


async def put_draft(tx: Tx, draft: Draft, *, client_id: str) -> Draft | None:
    """Write a draft over revision `draft.rev` (0: none yet); None when another is stored."""
    rev = await tx.fetchval(
        """
        INSERT INTO conversations.draft AS d
          (tenant_id, conversation_id, operator_id, kind, client_id, text, rev, updated_at, lines,
           about, files, other, closing)
        SELECT $1, $2, $3, $4, $5, $6, 1, $8, $9::jsonb, $10::jsonb, $11::uuid[], $12, $13::jsonb
         WHERE $7 = 0 OR EXISTS (
           SELECT 1 FROM conversations.draft WHERE tenant_id = $1 AND conversation_id = $2
              AND operator_id = $3 AND kind = $4)
        ON CONFLICT (tenant_id, conversation_id, operator_id, kind)
          DO UPDATE SET text = $6, rev = d.rev + 1, updated_at = $8, lines = $9,
            about = excluded.about, files = excluded.files, other = excluded.other,
            closing = excluded.closing
          WHERE d.rev = $7
        RETURNING rev
        """,
        tx.tenant_id, draft.conversation_id, draft.operator_id, draft.kind, client_id, draft.text,
        draft.rev, tx.now, draft.lines, draft.about, [one.id for one in draft.files],
        draft.other, draft.closing,
    )  # fmt: skip
    if rev is None:
        return None
    return replace(draft, rev=rev)


async def get_draft(tx: Tx, *, conversation_id: str, operator_id: str, kind: str) -> Draft | None:
    """Return an operator's draft of one kind."""
    rows = await drafts_of(tx, conversation_ids=[conversation_id], operator_id=operator_id)
    return next((draft for draft in rows if draft.kind == kind), None)


async def drafts_of(tx: Tx, *, conversation_ids: Sequence[str], operator_id: str) -> list[Draft]:
    """Return an operator's drafts in some conversations, the newest first."""
    rows = await tx.fetch(
        "SELECT conversation_id, operator_id, kind, text, rev, lines, about, files, other, closing"
        " FROM conversations.draft"
        " WHERE tenant_id = $1 AND conversation_id = ANY($2::uuid[]) AND operator_id = $3"
        " ORDER BY updated_at DESC",
        tx.tenant_id, list(conversation_ids), operator_id,
    )  # fmt: skip
    named = sorted({one for row in rows for one in row["files"]})
    known = {one.id: one for one in await refs_of(tx, named)} if named else {}
    return [
        Draft(**{**row, "files": tuple(known[one] for one in row["files"] if one in known)})
        for row in rows
    ]


async def empty_wrap_ups(
    tx: Tx, *, conversation_id: str | None = None, begun_before: datetime | None = None
) -> list[tuple[str, Draft]]:
    """Empty what was being written up of a conversation, or what nobody will go on with.

    That is of conversations ended or with somebody else, and what nobody has gone on with since
    `begun_before`. The emptied drafts come with their clients.
    """
    rows = await tx.fetch(
        """
        UPDATE conversations.draft d
           SET text = '', closing = NULL, other = NULL, rev = d.rev + 1
          FROM conversations.conversation c
         WHERE d.tenant_id = $1 AND d.kind = 'wrapup'
           AND (d.text <> '' OR d.closing IS NOT NULL OR d.other IS NOT NULL)
           AND c.tenant_id = d.tenant_id AND c.id = d.conversation_id
           AND CASE WHEN $2::uuid IS NOT NULL THEN d.conversation_id = $2
                    ELSE d.updated_at < $3 OR NOT coalesce(c.operator_id = d.operator_id, false)
                      OR (c.state = 'closed' AND c.outcome <> 'unclassified') END
        RETURNING d.conversation_id, d.operator_id, d.kind, d.text, d.rev, d.client_id
        """,
        tx.tenant_id, conversation_id, begun_before,
    )  # fmt: skip
    emptied = [dict(row) for row in rows]
    return [(row.pop("client_id"), Draft(**row)) for row in emptied]


async def move_aside(tx: Tx, *, source: Conversation, target: Conversation) -> None:
    """Move drafts, mentions and consults to another thread; two drafts of one become one text."""
    await tx.execute(
        "INSERT INTO conversations.draft AS d (tenant_id, conversation_id, operator_id, kind,"
        " client_id, text, rev, updated_at, lines, about, files, other, closing)"
        " SELECT tenant_id, $3, operator_id, kind, client_id, text, 1, $4, lines, about, files,"
        " other, closing"
        " FROM conversations.draft WHERE tenant_id = $1 AND conversation_id = $2"
        " AND (text <> '' OR lines IS NOT NULL OR files <> '{}' OR other IS NOT NULL"
        " OR closing IS NOT NULL)"
        " ON CONFLICT (tenant_id, conversation_id, operator_id, kind) DO UPDATE"
        " SET text = concat_ws(E'\\n\\n', NULLIF(d.text, ''), NULLIF(excluded.text, '')),"
        " rev = d.rev + 1, lines = coalesce(d.lines, excluded.lines),"
        " about = coalesce(d.about, excluded.about), files = d.files || excluded.files,"
        " other = coalesce(d.other, excluded.other),"
        " closing = coalesce(d.closing, excluded.closing)",
        tx.tenant_id, source.id, target.id, tx.now,
    )  # fmt: skip
    await tx.execute(
        "DELETE FROM conversations.draft WHERE tenant_id = $1 AND conversation_id = $2",
        tx.tenant_id, source.id,
    )  # fmt: skip
    for beside in ("mention", "consult"):
        await tx.execute(
            f"UPDATE conversations.{beside} SET conversation_id = $3"
            " WHERE tenant_id = $1 AND conversation_id = $2",
            tx.tenant_id, source.id, target.id,
        )  # fmt: skip


async def put_read_mark(tx: Tx, *, conversation: Conversation, operator_id: str, seq: int) -> None:
    """Note how far an operator has read."""
    await tx.execute(
        "INSERT INTO conversations.read_mark (tenant_id, conversation_id, operator_id, client_id,"
        " seq, at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (tenant_id, conversation_id, operator_id) DO UPDATE SET seq = $5, at = $6",
        tx.tenant_id, conversation.id, operator_id, conversation.client_id, seq, tx.now,
    )  # fmt: skip


async def get_read_mark(tx: Tx, *, conversation_id: str, operator_id: str) -> int:
    """Return the last number an operator has read, 0 when none."""
    seq = await tx.fetchval(
        "SELECT seq FROM conversations.read_mark"
        " WHERE tenant_id = $1 AND conversation_id = $2 AND operator_id = $3",
        tx.tenant_id, conversation_id, operator_id,
    )  # fmt: skip
    return int(seq or 0)


async def count_unread(tx: Tx, *, conversation_id: str, seq: int) -> int:
    """Return how many messages of the customer come after a number."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM conversations.message WHERE tenant_id = $1"
        " AND conversation_id = $2 AND seq > $3 AND author_kind = 'customer' AND kind = 'message'",
        tx.tenant_id, conversation_id, seq,
    )  # fmt: skip
    return count


async def add_mentions(tx: Tx, *, message: Message, operator_ids: Sequence[str]) -> None:
    """Write down whom a note names."""
    await tx.executemany(
        "INSERT INTO conversations.mention (tenant_id, id, client_id, conversation_id, message_id,"
        " operator_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (tx.tenant_id, new_id(), message.client_id, message.conversation_id, message.id,
             operator_id, message.at)
            for operator_id in operator_ids
        ],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A note that names an operator."""

    id: str
    conversation_id: str
    number: int
    subject: str
    customer_name: str
    by: str
    text: str
    at: datetime
    seen_at: datetime | None


async def mentions_of(tx: Tx, *, operator_id: str, before: str | None, limit: int) -> list[Mention]:
    """Return the notes that name an operator, the newest first."""
    rows = await tx.fetch(
        "SELECT n.id, n.conversation_id, c.number, c.subject, c.customer_name,"
        " m.author_name AS by, m.text, n.at, n.seen_at"
        " FROM conversations.mention n"
        " JOIN conversations.message m ON m.tenant_id = n.tenant_id AND m.id = n.message_id"
        " JOIN conversations.conversation c"
        "   ON c.tenant_id = n.tenant_id AND c.id = n.conversation_id"
        " WHERE n.tenant_id = $1 AND n.operator_id = $2 AND ($3::uuid IS NULL OR n.id < $3)"
        " ORDER BY n.id DESC LIMIT $4",
        tx.tenant_id, operator_id, before, limit,
    )  # fmt: skip
    return [Mention(**row) for row in rows]


async def see_mention(tx: Tx, *, mention_id: str, operator_id: str) -> bool:
    """Note that an operator has seen a note that names them."""
    return await tx.execute(
        "UPDATE conversations.mention SET seen_at = COALESCE(seen_at, $4)"
        " WHERE tenant_id = $1 AND id = $2 AND operator_id = $3",
        tx.tenant_id, mention_id, operator_id, tx.now,
    ) == 1  # fmt: skip


async def know_tags(tx: Tx, *, client_id: str, names: Sequence[str]) -> None:
    """Make tags known to a client, in one order so that two writers never wait for each other."""
    ordered = sorted(names)
    await tx.execute(
        "INSERT INTO conversations.tag (tenant_id, id, client_id, name)"
        " SELECT $1, i, $2, n FROM unnest($3::uuid[], $4::text[]) AS t(i, n)"
        " ON CONFLICT (tenant_id, client_id, name) DO NOTHING",
        tx.tenant_id, client_id, [new_id() for _ in ordered], ordered,
    )  # fmt: skip


async def add_survey(tx: Tx, *, conversation: Conversation, score: int, text: str) -> bool:
    """Keep an answer to the closing question; False when there is one already."""
    return await tx.execute(
        "INSERT INTO conversations.survey (tenant_id, id, client_id, conversation_id, score, text,"
        " at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (tenant_id, conversation_id) DO NOTHING",
        tx.tenant_id, new_id(), conversation.client_id, conversation.id, score, text, tx.now,
    ) == 1  # fmt: skip
