"""Statements on conversations that were joined and part again."""

from collections.abc import Sequence
from datetime import datetime

from ascolto.conversations.model import Conversation
from ascolto.kit.db import Tx

_SAID_BY_CUSTOMER = "m.kind = 'message' AND m.author_kind = 'customer'"
_ANSWERS = "a.kind = 'message' AND a.author_kind = 'operator'"


async def joined_across(tx: Tx, one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Return the conversations joined from some customers to others, the inmost first.

    In that order whoever writes to one of them holds it and what it goes on in, too.
    """
    rows = await tx.fetch(
        """
        WITH RECURSIVE way AS (
          SELECT s.id AS source, t.merged_into AS next, 1 AS step
            FROM conversations.conversation s
            JOIN conversations.conversation t ON t.tenant_id = s.tenant_id AND t.id = s.merged_into
           WHERE s.tenant_id = $1 AND NOT s.one_person
             AND ((s.customer_id = ANY($2::uuid[]) AND t.customer_id = ANY($3::uuid[]))
               OR (s.customer_id = ANY($3::uuid[]) AND t.customer_id = ANY($2::uuid[])))
          UNION ALL
          SELECT w.source, c.merged_into, w.step + 1
            FROM way w JOIN conversations.conversation c ON c.tenant_id = $1 AND c.id = w.next
        )
        SELECT source FROM way GROUP BY source ORDER BY max(step) DESC, source
        """,
        tx.tenant_id, list(one), list(other),
    )  # fmt: skip
    return [row["source"] for row in rows]


async def joined_into(tx: Tx, conversation_id: str) -> list[str]:
    """Return a conversation and all that go on in it."""
    rows = await tx.fetch(
        """
        WITH RECURSIVE inside AS (
          SELECT $2::uuid AS id
          UNION ALL
          SELECT c.id FROM conversations.conversation c JOIN inside i ON c.merged_into = i.id
           WHERE c.tenant_id = $1
        )
        SELECT id FROM inside
        """,
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def unread_of(tx: Tx, held: Conversation, origins: Sequence[str]) -> int:
    """Return how many of a thread's unread messages were written in some conversations."""
    count: int = await tx.fetchval(
        "SELECT count(*) FROM (SELECT m.origin_id FROM conversations.message m"
        f" WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND {_SAID_BY_CUSTOMER}"
        " ORDER BY m.seq DESC LIMIT $3) AS unread WHERE origin_id = ANY($4::uuid[])",
        tx.tenant_id, held.id, held.unread, list(origins),
    )  # fmt: skip
    return count


async def unanswered_since(
    tx: Tx, conversation_id: str, origins: Sequence[str] | None = None
) -> datetime | None:
    """Return when a customer wrote first after the last answer, in some conversations or in any."""
    since: datetime | None = await tx.fetchval(
        "SELECT min(m.at) FROM conversations.message m"
        f" WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND {_SAID_BY_CUSTOMER}"
        " AND ($3::uuid[] IS NULL OR m.origin_id = ANY($3))"
        " AND m.seq > (SELECT COALESCE(max(a.seq), 0) FROM conversations.message a"
        f"   WHERE a.tenant_id = $1 AND a.conversation_id = $2 AND {_ANSWERS})",
        tx.tenant_id, conversation_id, None if origins is None else list(origins),
    )  # fmt: skip
    return since


async def move_back(
    tx: Tx, *, source: Conversation, target: Conversation, origins: Sequence[str], name: str
) -> list[int]:
    """Move what was written in some conversations back to the first of them; return its numbers.

    They keep their numbers: pages and desks ask for what comes after the last they know. What was
    signed while the customers were one is signed with the `name` of whose it is.
    """
    rows = await tx.fetch(
        "UPDATE conversations.message m SET conversation_id = $3,"
        " origin_id = NULLIF(m.origin_id, $3),"
        " author_name = CASE WHEN m.author_kind = 'customer' AND m.author_name = $5"
        "   THEN $6 ELSE m.author_name END,"
        " nonce = CASE WHEN EXISTS ("
        "   SELECT 1 FROM conversations.message o WHERE o.tenant_id = $1"
        "   AND o.conversation_id = $3 AND o.author_kind = m.author_kind AND o.nonce = m.nonce)"
        "   THEN NULL ELSE m.nonce END"
        " WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.origin_id = ANY($4::uuid[])"
        " RETURNING m.id, m.seq",
        tx.tenant_id, target.id, source.id, list(origins), target.customer_name, name,
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    for beside in ("attachment", "mention"):
        await tx.execute(
            f"UPDATE conversations.{beside} SET conversation_id = $2"
            " WHERE tenant_id = $1 AND message_id = ANY($3::uuid[])",
            tx.tenant_id, source.id, ids,
        )  # fmt: skip
    return sorted(row["seq"] for row in rows)


async def shift(tx: Tx, *, conversation_id: str, by: int) -> None:
    """Give the lines of a thread numbers that are so much higher."""
    await tx.execute(
        "UPDATE conversations.message SET seq = seq + $3"
        " WHERE tenant_id = $1 AND conversation_id = $2",
        tx.tenant_id, conversation_id, by,
    )  # fmt: skip


async def counted(tx: Tx, conversation_id: str) -> tuple[int, int]:
    """Return how many messages of the customer a thread holds, and the number of the last."""
    row = await tx.fetchrow(
        "SELECT count(*) AS received, COALESCE(max(m.seq), 0) AS last"
        f" FROM conversations.message m WHERE m.tenant_id = $1 AND m.conversation_id = $2"
        f" AND {_SAID_BY_CUSTOMER}",
        tx.tenant_id, conversation_id,
    )  # fmt: skip
    return (row["received"], row["last"]) if row else (0, 0)
