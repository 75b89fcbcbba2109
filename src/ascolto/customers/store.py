"""Every statement on the schema `customers`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto.customers.model import Customer, Identity, search_text
from ascolto.kit.db import Record, Tx
from ascolto.kit.ids import new_id

_PERSONAL = "('email', 'phone', 'external', 'tax_code')"

# Proof counts for the whole family of a customer and those merged into it.
_VERIFIED = f"""
  EXISTS (
    WITH RECURSIVE family AS (
      SELECT c.tenant_id, c.id
      UNION ALL
      SELECT m.tenant_id, m.id FROM customers.customer m JOIN family f
        ON m.tenant_id = f.tenant_id AND m.merged_into = f.id
    )
    SELECT 1 FROM customers.identity i JOIN family f
      ON i.tenant_id = f.tenant_id AND i.customer_id = f.id
     WHERE i.kind IN {_PERSONAL}
  ) AS verified
"""

_CUSTOMER = (
    "c.id, c.client_id, c.name, c.language, c.preferences, c.merged_into, c.v, c.created_at,"
    + _VERIFIED
)

_ROOT = """
WITH RECURSIVE way AS (
  SELECT c.id, c.merged_into, 0 AS step FROM customers.customer c
   WHERE c.tenant_id = $1 AND c.id = ({start})
  UNION ALL
  SELECT c.id, c.merged_into, w.step + 1 FROM customers.customer c
    JOIN way w ON c.id = w.merged_into
   WHERE c.tenant_id = $1
)
SELECT {columns} FROM customers.customer c
 WHERE c.tenant_id = $1 AND c.id = (SELECT id FROM way ORDER BY step DESC LIMIT 1)
"""


def _customer(row: Record, identities: Sequence[Identity] = ()) -> Customer:
    return Customer(**row, identities=tuple(identities))


async def get_customer(tx: Tx, customer_id: str, *, lock: bool = False) -> Customer | None:
    """Return a customer as it stands, merged or not."""
    row = await tx.fetchrow(
        f"SELECT {_CUSTOMER} FROM customers.customer c WHERE c.tenant_id = $1 AND c.id = $2"
        + (" FOR UPDATE OF c" if lock else ""),
        tx.tenant_id, customer_id,
    )  # fmt: skip
    return _customer(row) if row else None


async def lock_customers(tx: Tx, customer_ids: Sequence[str]) -> dict[str, Customer]:
    """Lock some customers, always in the order of their ids, and return them by id."""
    found = {}
    for customer_id in sorted(set(customer_ids)):
        customer = await get_customer(tx, customer_id, lock=True)
        if customer is not None:
            found[customer.id] = customer
    return found


async def standing_for(tx: Tx, customer_id: str) -> Customer | None:
    """Return the customer who stands for one, following merges; itself when not merged."""
    sql = _ROOT.format(start="$2::uuid", columns=_CUSTOMER)
    row = await tx.fetchrow(sql, tx.tenant_id, customer_id)
    return _customer(row) if row else None


async def by_identity(tx: Tx, *, client_id: str, kind: str, key: str) -> Customer | None:
    """Return the customer of a verified identity, following merges."""
    start = (
        "SELECT customer_id FROM customers.identity"
        " WHERE tenant_id = $1 AND client_id = $2 AND kind = $3 AND key = $4"
    )
    row = await tx.fetchrow(
        _ROOT.format(start=start, columns=_CUSTOMER), tx.tenant_id, client_id, kind, key
    )
    return _customer(row) if row else None


async def family_ids(tx: Tx, customer_id: str) -> list[str]:
    """Return the ids of a customer and of all who were merged into it."""
    rows = await tx.fetch(
        """
        WITH RECURSIVE family AS (
          SELECT c.id FROM customers.customer c WHERE c.tenant_id = $1 AND c.id = $2
          UNION ALL
          SELECT c.id FROM customers.customer c JOIN family f ON c.merged_into = f.id
           WHERE c.tenant_id = $1
        )
        SELECT id FROM family
        """,
        tx.tenant_id, customer_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def identities_of(tx: Tx, customer_ids: Sequence[str]) -> list[Identity]:
    """Return the verified identities and the claims of some customers, the verified first."""
    rows = await tx.fetch(
        """
        SELECT id, customer_id, kind, value, verified_how, verified_at
          FROM customers.identity WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])
        UNION ALL
        SELECT id, customer_id, kind, value, NULL, NULL
          FROM customers.claim WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])
        ORDER BY verified_at NULLS LAST, id
        """,
        tx.tenant_id, list(customer_ids),
    )  # fmt: skip
    return [Identity(**row) for row in rows]


def insert_customer(
    tx: Tx, *, customer_id: str, client_id: str, name: str, language: str, search: str
) -> None:
    """Write a new customer."""
    tx.put(
        "INSERT INTO customers.customer (tenant_id, id, client_id, name, language, search,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant_id, customer_id, client_id, name, language, search, tx.now,
    )  # fmt: skip


async def delete_customer(tx: Tx, customer_id: str) -> None:
    """Take back a customer made in this transaction for an identity that another had first."""
    for table, column in (("identity", "customer_id"), ("customer", "id")):
        await tx.execute(
            f"DELETE FROM customers.{table} WHERE tenant_id = $1 AND {column} = $2",
            tx.tenant_id, customer_id,
        )  # fmt: skip


async def add_identity(
    tx: Tx, *, customer_id: str, client_id: str, kind: str, value: str, key: str, how: str
) -> bool:
    """Write a verified identity; False when a customer of the client has it already."""
    return await tx.execute(
        "INSERT INTO customers.identity (tenant_id, id, client_id, customer_id, kind, value, key,"
        " verified_how, verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (tenant_id, client_id, kind, key) DO NOTHING",
        tx.tenant_id, new_id(), client_id, customer_id, kind, value, key, how, tx.now,
    ) == 1  # fmt: skip


_CLAIMS = (
    "INSERT INTO customers.claim (tenant_id, id, client_id, customer_id, kind, value, key,"
    " claimed_at) SELECT $1, i, $3, $4, k, t, y, $8"
    " FROM unnest($2::uuid[], $5::text[], $6::text[], $7::text[]) AS c(i, k, t, y)"
    " ON CONFLICT (tenant_id, customer_id, kind, key) DO NOTHING"
)
_Claims = Sequence[tuple[str, str, str]]


async def add_claims(tx: Tx, *, customer_id: str, client_id: str, claims: _Claims) -> int:
    """Write what a customer said of itself as (kind, value, key); return how many were new."""
    return await tx.execute(_CLAIMS, *_claim_values(tx, customer_id, client_id, claims))


def put_claims(tx: Tx, *, customer_id: str, client_id: str, claims: _Claims) -> None:
    """Write what a customer who is new said of itself."""
    tx.put(_CLAIMS, *_claim_values(tx, customer_id, client_id, claims))


def _claim_values(tx: Tx, customer_id: str, client_id: str, claims: _Claims) -> list[object]:
    ids, kinds = [new_id() for _ in claims], [kind for kind, _, _ in claims]
    values, keys = [value for _, value, _ in claims], [key for _, _, key in claims]
    return [tx.tenant_id, ids, client_id, customer_id, kinds, values, keys, tx.now]


async def drop_claim(tx: Tx, *, customer_ids: Sequence[str], kind: str, key: str) -> None:
    """Forget a claim that has been proved."""
    await tx.execute(
        "DELETE FROM customers.claim"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND kind = $3 AND key = $4",
        tx.tenant_id, list(customer_ids), kind, key,
    )  # fmt: skip


async def refresh_search(tx: Tx, customer_id: str) -> None:
    """Recompute what a search of a customer looks at: its own words and those merged into it."""
    family = await family_ids(tx, customer_id)
    rows = await tx.fetch(
        "SELECT name AS text, true AS is_name FROM customers.customer"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[])"
        " UNION ALL SELECT value, false FROM customers.identity"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[]) AND kind <> 'web'"
        " UNION ALL SELECT value, false FROM customers.claim"
        " WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])",
        tx.tenant_id, family,
    )  # fmt: skip
    names = " ".join(row["text"] for row in rows if row["is_name"])
    text = search_text(names, [row["text"] for row in rows if not row["is_name"]])
    await tx.execute(
        "UPDATE customers.customer SET search = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, customer_id, text,
    )  # fmt: skip


async def update_customer(
    tx: Tx, *, customer_id: str, v: int, name: str, language: str, preferences: dict[str, Any]
) -> bool:
    """Save a customer if it is still at version `v`."""
    return await tx.execute(
        "UPDATE customers.customer SET name = $4, language = $5, preferences = $6, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND v = $3",
        tx.tenant_id, customer_id, v, name, language, preferences,
    ) == 1  # fmt: skip


async def set_name(tx: Tx, customer_id: str, name: str) -> None:
    """Give a nameless customer the name it gave."""
    await tx.execute(
        "UPDATE customers.customer SET name = $3, v = v + 1 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, customer_id, name,
    )  # fmt: skip


async def set_merged_into(tx: Tx, customer_id: str, kept_id: str | None) -> None:
    """Let a customer be stood for by another, or by itself again."""
    await tx.execute(
        "UPDATE customers.customer SET merged_into = $3 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, customer_id, kept_id,
    )  # fmt: skip


async def log_merge(tx: Tx, *, client_id: str, kept_id: str, merged_id: str) -> None:
    """Write down who merged whom."""
    await tx.execute(
        "INSERT INTO customers.merge_log (tenant_id, id, client_id, kept_id, merged_id, at, by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant_id, new_id(), client_id, kept_id, merged_id, tx.now, tx.actor.as_json(),
    )  # fmt: skip


async def log_unmerge(tx: Tx, *, merged_id: str) -> None:
    """Write down who undid a merge."""
    await tx.execute(
        "UPDATE customers.merge_log SET undone_at = $3, undone_by = $4"
        " WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL",
        tx.tenant_id, merged_id, tx.now, tx.actor.as_json(),
    )  # fmt: skip


async def merges_into(tx: Tx, kept_ids: Sequence[str]) -> list[tuple[str, str, datetime]]:
    """Return (merged id, its name, when) of the merges in force into some customers."""
    rows = await tx.fetch(
        "SELECT l.merged_id, c.name, l.at FROM customers.merge_log l"
        " JOIN customers.customer c ON c.tenant_id = l.tenant_id AND c.id = l.merged_id"
        " WHERE l.tenant_id = $1 AND l.kept_id = ANY($2::uuid[]) AND l.undone_at IS NULL"
        " ORDER BY l.at DESC",
        tx.tenant_id, list(kept_ids),
    )  # fmt: skip
    return [(row["merged_id"], row["name"], row["at"]) for row in rows]


async def search(
    tx: Tx, *, patterns: Sequence[str], client_id: str | None, before: str | None, limit: int
) -> list[Customer]:
    """Return the newest customers whose words match every pattern, those merged left out."""
    rows = await tx.fetch(
        f"SELECT {_CUSTOMER} FROM customers.customer c"
        " WHERE c.tenant_id = $1 AND c.merged_into IS NULL"
        " AND ($2::uuid IS NULL OR c.client_id = $2) AND ($3::uuid IS NULL OR c.id < $3)"
        " AND NOT EXISTS (SELECT 1 FROM unnest($4::text[]) AS p(pattern)"
        "   WHERE c.search NOT LIKE p.pattern)"
        " ORDER BY c.id DESC LIMIT $5",
        tx.tenant_id, client_id, before, list(patterns), limit,
    )  # fmt: skip
    return [_customer(row) for row in rows]
