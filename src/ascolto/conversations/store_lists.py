"""Statements that fill lists: conversations by view, on a desk, of a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.conversations.model import Conversation
from ascolto.conversations.store import COLUMNS, conversation_of
from ascolto.customers.model import normalise
from ascolto.kit.db import Tx

# How long what was closed stays on the desk of who closed it.
RECENT_S = 3600.0
DESK_LIMIT = 300

_VIEWS = {
    "mine": "c.operator_id = $2 AND c.state <> 'closed'",
    "waiting": "c.state IN ('open', 'waiting')",
    "snoozed": "c.state = 'snoozed'",
    "closed": "c.state = 'closed'",
    "all": "true",
}
_SORTS = {
    "new": ("c.opened_at", "DESC", "<"),
    "old": ("c.opened_at", "ASC", ">"),
    "due": ("coalesce(c.due_at, 'infinity'::timestamptz)", "ASC", ">"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of conversations should hold."""

    view: str = "mine"
    sort: str = "new"
    operator_id: str | None = None
    own_only: bool = False
    client_id: str | None = None
    queue_id: str | None = None
    words: str | None = None
    limit: int = 50


async def list_conversations(
    tx: Tx, wanted: Wanted, *, after: tuple[str, str] | None
) -> list[tuple[Conversation, str]]:
    """Return conversations of a view in order, each with the sort key that a cursor holds."""
    key, direction, beyond = _SORTS[wanted.sort]
    args: list[Any] = [tx.tenant_id, wanted.operator_id]
    conditions = ["c.tenant_id = $1", "c.merged_into IS NULL", _VIEWS[wanted.view]]
    # Named whatever the view, so that the statement always knows its type.
    conditions.append("($2::uuid IS NULL OR true)")
    if wanted.sort == "due" and wanted.view == "all":
        # Nothing is due of what is closed, and a list of years is not sorted for each look.
        conditions.append("c.state <> 'closed'")
    if wanted.own_only:
        conditions.append("(c.operator_id = $2 OR c.last_operator_id = $2)")

    def given(value: Any) -> str:
        args.append(value)
        return f"${len(args)}"

    if wanted.client_id is not None:
        conditions.append(f"c.client_id = {given(wanted.client_id)}::uuid")
    if wanted.queue_id is not None:
        conditions.append(f"c.queue_id = {given(wanted.queue_id)}::uuid")
    words = normalise(wanted.words or "").split()[:8]
    conditions += [f"strpos(c.search, {given(word)}) > 0" for word in words]
    if after is not None:
        moment = given(after[0])
        place = given(after[1])
        conditions.append(f"({key}, c.id) {beyond} ({moment}::text::timestamptz, {place}::uuid)")
    columns = ", ".join(f"c.{name}" for name in COLUMNS.split(", "))
    rows = await tx.fetch(
        f"SELECT {columns}, ({key})::text AS sort_key FROM conversations.conversation c"
        f" WHERE {' AND '.join(conditions)}"
        f" ORDER BY {key} {direction}, c.id {direction} LIMIT {given(wanted.limit)}",
        *args,
    )
    return [(conversation_of(row), row["sort_key"]) for row in rows]


async def on_desk(tx: Tx, *, operator_id: str) -> list[Conversation]:
    """Return what lies on an operator's desk: theirs, and what they have just closed."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations.conversation"
        " WHERE tenant_id = $1 AND operator_id = $2"
        " AND (state <> 'closed' OR closed_at > $3::timestamptz - make_interval(secs => $4))"
        " ORDER BY (state = 'closed'), opened_at LIMIT $5",
        tx.tenant_id, operator_id, tx.now, RECENT_S, DESK_LIMIT,
    )  # fmt: skip
    return [conversation_of(row) for row in rows]


async def of_family(
    tx: Tx, customer_ids: Sequence[str], *, before: tuple[datetime, str] | None, limit: int
) -> list[Conversation]:
    """Return the conversations of a customer and of whoever was merged into them, newest first."""
    at, conversation_id = before or (None, None)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM conversations.conversation"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])"
        " AND ($3::timestamptz IS NULL OR (opened_at, id) < ($3, $4::uuid))"
        " ORDER BY opened_at DESC, id DESC LIMIT $5",
        tx.tenant_id, list(customer_ids), at, conversation_id, limit,
    )  # fmt: skip
    return [conversation_of(row) for row in rows]


async def last_operator_of(tx: Tx, customer_ids: Sequence[str], *, since: datetime) -> str | None:
    """Return who talked last with a customer or whoever was merged into them."""
    operator_id: str | None = await tx.fetchval(
        "SELECT coalesce(operator_id, last_operator_id) FROM conversations.conversation"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND opened_at > $3"
        " AND coalesce(operator_id, last_operator_id) IS NOT NULL"
        " ORDER BY opened_at DESC LIMIT 1",
        tx.tenant_id, list(customer_ids), since,
    )  # fmt: skip
    return operator_id


async def clients_of(tx: Tx, conversation_ids: Sequence[str]) -> dict[str, str]:
    """Return the client of each conversation that this transaction may see."""
    rows = await tx.fetch(
        "SELECT id, client_id FROM conversations.conversation"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[])",
        tx.tenant_id, list(conversation_ids),
    )  # fmt: skip
    return {row["id"]: row["client_id"] for row in rows}


async def waiting_in(
    tx: Tx, *, queue_id: str, after: str | None, limit: int
) -> list[tuple[str, str]]:
    """Return (id, work item's id) of what waits in a queue, as it is held, from an id on."""
    rows = await tx.fetch(
        "SELECT id, work_item_id FROM conversations.conversation"
        " WHERE tenant_id = $1 AND queue_id = $2 AND state = 'waiting'"
        " AND work_item_id IS NOT NULL AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4",
        tx.tenant_id, queue_id, after, limit,
    )  # fmt: skip
    return [(row["id"], row["work_item_id"]) for row in rows]
