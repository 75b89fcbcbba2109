"""Statements on what stands beside a customer: notes of colleagues, and who speaks for whom."""

from collections.abc import Sequence

from ascolto.customers.model import Link, LinkRole, Note
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


async def insert_note(tx: Tx, *, customer_id: str, client_id: str, text: str) -> Note:
    """Keep a note on a customer."""
    note = Note(id=new_id(), text=text, at=tx.now, by_name=tx.actor.name)
    await tx.execute(
        "INSERT INTO customers.note (tenant_id, id, client_id, customer_id, text, at, by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant_id, note.id, client_id, customer_id, text, tx.now, tx.actor.as_json(),
    )  # fmt: skip
    return note


async def notes_of(
    tx: Tx, customer_ids: Sequence[str], *, before: str | None, limit: int
) -> list[Note]:
    """Return the notes on a customer's family, newest first."""
    rows = await tx.fetch(
        "SELECT id, text, at, by->>'name' AS by_name FROM customers.note"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND ($3::uuid IS NULL OR id < $3)"
        " ORDER BY id DESC LIMIT $4",
        tx.tenant_id, list(customer_ids), before, limit,
    )  # fmt: skip
    return [Note(**row) for row in rows]


async def delete_note(tx: Tx, note_id: str, *, customer_ids: Sequence[str]) -> bool:
    """Take a note on a customer's family away."""
    return await tx.execute(
        "DELETE FROM customers.note"
        " WHERE tenant_id = $1 AND id = $2 AND customer_id = ANY($3::uuid[])",
        tx.tenant_id, note_id, list(customer_ids),
    ) == 1  # fmt: skip


async def put_link(
    tx: Tx, *, client_id: str, customer_id: str, acting_id: str, role: LinkRole
) -> None:
    """Write down as what somebody speaks for a customer; said again, the last word holds."""
    await tx.execute(
        "INSERT INTO customers.link"
        " (tenant_id, id, client_id, customer_id, acting_id, role, at, by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (tenant_id, customer_id, acting_id) DO UPDATE"
        " SET role = excluded.role, at = excluded.at, by = excluded.by",
        tx.tenant_id, new_id(), client_id, customer_id, acting_id, role.value, tx.now,
        tx.actor.as_json(),
    )  # fmt: skip


async def links_of(tx: Tx, customer_ids: Sequence[str]) -> list[Link]:
    """Return who speaks for a customer's family, and for whom they speak, latest first."""
    rows = await tx.fetch(
        "SELECT l.id, l.role, l.at, l.by->>'name' AS by_name, other.id AS other_id,"
        " other.name AS other_name, l.customer_id = ANY($2::uuid[]) AS acts_for_them"
        " FROM customers.link l JOIN customers.customer other"
        "   ON other.tenant_id = l.tenant_id AND other.id ="
        "     CASE WHEN l.customer_id = ANY($2::uuid[]) THEN l.acting_id ELSE l.customer_id END"
        " WHERE l.tenant_id = $1"
        " AND (l.customer_id = ANY($2::uuid[])) <> (l.acting_id = ANY($2::uuid[]))"
        " ORDER BY l.at DESC, l.id DESC LIMIT 50",
        tx.tenant_id, list(customer_ids),
    )  # fmt: skip
    return [Link(**{**row, "role": LinkRole(row["role"])}) for row in rows]


async def delete_link(tx: Tx, link_id: str, *, customer_ids: Sequence[str]) -> bool:
    """Take away that two customers are linked, from either's side."""
    return await tx.execute(
        "DELETE FROM customers.link WHERE tenant_id = $1 AND id = $2"
        " AND (customer_id = ANY($3::uuid[]) OR acting_id = ANY($3::uuid[]))",
        tx.tenant_id, link_id, list(customer_ids),
    ) == 1  # fmt: skip
