"""Statements on the views that people keep under a name."""

from dataclasses import dataclass

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page's filters under a name."""

    id: str
    page: str
    name: str
    query: str


async def views_of(
    tx: Tx, *, account_id: str, after: tuple[str, str] | None, limit: int
) -> list[SavedView]:
    """Return a person's views by page and name, from a place on."""
    page, name = after or (None, None)
    rows = await tx.fetch(
        "SELECT id, page, name, query FROM conversations.saved_view"
        " WHERE tenant_id = $1 AND account_id = $2"
        " AND ($3::text IS NULL OR (page, lower(name)) > ($3, lower($4)))"
        " ORDER BY page, lower(name) LIMIT $5",
        tx.tenant_id, account_id, page, name, limit,
    )  # fmt: skip
    return [SavedView(**row) for row in rows]


async def keep_view(
    tx: Tx, *, account_id: str, page: str, name: str, query: str, most: int
) -> SavedView | None:
    """Keep a view under its name, in place of one so named; None when there are too many."""
    row = await tx.fetchrow(
        """
        INSERT INTO conversations.saved_view AS v
          (tenant_id, id, account_id, page, name, query, changed_at)
        SELECT $1, $2, $3, $4, $5, $6, $7
         WHERE EXISTS (SELECT 1 FROM conversations.saved_view WHERE tenant_id = $1
                          AND account_id = $3 AND page = $4 AND lower(name) = lower($5))
            OR (SELECT count(*) FROM conversations.saved_view
                 WHERE tenant_id = $1 AND account_id = $3) < $8
        ON CONFLICT (tenant_id, account_id, page, lower(name))
          DO UPDATE SET name = $5, query = $6, changed_at = $7
        RETURNING id, page, name, query
        """,
        tx.tenant_id, new_id(), account_id, page, name, query, tx.now, most,
    )  # fmt: skip
    return SavedView(**row) if row else None


async def drop_view(tx: Tx, *, account_id: str, view_id: str) -> bool:
    """Forget a view; False when it is not this person's."""
    return await tx.execute(
        "DELETE FROM conversations.saved_view"
        " WHERE tenant_id = $1 AND account_id = $2 AND id = $3",
        tx.tenant_id, account_id, view_id,
    ) == 1  # fmt: skip
