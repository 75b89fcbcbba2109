"""Statements on what customers have said about mails that nobody asked for."""

from collections.abc import Sequence
from typing import Any

from ascolto.customers.model import BY_HAND, Consent, Purpose, Source
from ascolto.kit.db import Record, Tx
from ascolto.kit.ids import new_id

_CONSENT = "id, purpose, given, at, source, text_version, words, note, by"


def _consent(row: Record) -> Consent:
    values: dict[str, Any] = dict(row)
    values["purpose"] = Purpose(values["purpose"])
    values["source"] = Source(values["source"])
    by = values.pop("by")
    values["by_name"] = by["name"] if by else None
    return Consent(**values)


async def hold_address(tx: Tx, *, client_id: str, kind: str, key: str) -> None:
    """Let nobody else say anything for an address until the end of the transaction."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 53))", f"{client_id} {kind} {key}"
    )


async def add_consent(
    tx: Tx, *, client_id: str, kind: str, key: str, purpose: Purpose, given: bool, source: Source,
    text_version: str, words: str, note: str,
) -> None:  # fmt: skip
    """Write down what was said, and by whom it is written down unless they said it themselves."""
    await tx.execute(
        "INSERT INTO customers.consent (tenant_id, id, client_id, kind, key, purpose, given, at,"
        " source, text_version, words, note, by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        tx.tenant_id, new_id(), client_id, kind, key, purpose.value, given, tx.now, source.value,
        text_version, words, note, tx.actor.as_json() if source in BY_HAND else None,
    )  # fmt: skip


async def holders(tx: Tx, *, client_id: str, kind: str, key: str) -> list[str]:
    """Return who has an address at a client, proved or only named: the newest fifty."""
    rows = await tx.fetch(
        "SELECT customer_id FROM customers.identity WHERE tenant_id = $1 AND client_id = $2"
        "  AND kind = $3 AND key = $4 UNION SELECT customer_id FROM customers.claim"
        "  WHERE tenant_id = $1 AND client_id = $2 AND kind = $3 AND key = $4"
        " ORDER BY customer_id DESC LIMIT 50",
        tx.tenant_id, client_id, kind, key,
    )  # fmt: skip
    return [row["customer_id"] for row in rows]


async def last_consents(
    tx: Tx, *, client_id: str, kind: str, keys: Sequence[str]
) -> dict[str, dict[Purpose, Consent]]:  # fmt: skip
    """Return the last word of each address on each purpose of which it has said any, by key."""
    rows = await tx.fetch(
        f"SELECT DISTINCT ON (key, purpose) key, {_CONSENT} FROM customers.consent"
        " WHERE tenant_id = $1 AND client_id = $2 AND kind = $3 AND key = ANY($4::text[])"
        " ORDER BY key, purpose, id DESC",
        tx.tenant_id, client_id, kind, list(keys),
    )  # fmt: skip
    found: dict[str, dict[Purpose, Consent]] = {key: {} for key in keys}
    for row in rows:
        one = _consent({name: value for name, value in row.items() if name != "key"})
        found[row["key"]][one.purpose] = one
    return found


async def consents_of_customers(
    tx: Tx, customer_ids: list[str], *, before: str | None, limit: int
) -> list[tuple[Consent, str, bool]]:
    """Return what was said for addresses of customers, newest first, with each's and its proof.

    An address that a customer has only named counts as well: most who write by mail prove nothing,
    and whoever reads this is about to send there.
    """
    rows = await tx.fetch(
        "WITH said AS (SELECT client_id, kind, key, value, true AS verified FROM customers.identity"
        "  WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])"
        "  UNION ALL SELECT client_id, kind, key, value, false FROM customers.claim"
        "  WHERE tenant_id = $1 AND customer_id = ANY($2::uuid[])),"
        " once AS (SELECT DISTINCT ON (client_id, kind, key) * FROM said"
        "  ORDER BY client_id, kind, key, verified DESC, value)"
        f" SELECT {', '.join('c.' + one for one in _CONSENT.split(', '))},"
        "  a.value AS address, a.verified FROM once a JOIN customers.consent c"
        "  ON c.tenant_id = $1 AND c.client_id = a.client_id AND c.kind = a.kind AND c.key = a.key"
        " WHERE $3::uuid IS NULL OR c.id < $3 ORDER BY c.id DESC LIMIT $4",
        tx.tenant_id, customer_ids, before, limit,
    )  # fmt: skip
    return [
        (
            _consent({k: v for k, v in row.items() if k not in {"address", "verified"}}),
            row["address"],
            row["verified"],
        )
        for row in rows
    ]
