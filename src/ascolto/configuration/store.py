"""Statements on versions of the configuration and on publications."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from ascolto.configuration.model import Change, Publication, Version
from ascolto.kit.db import Record, Tx

# Of a version in a list; an import of a thousand people is looked at by itself.
MOST_SHOWN = 20

_VERSION = "id, at, actor, why, publication_id, restores"
_CHANGE = "kind, thing, client_id, name, before, after"
_PUBLICATION = (
    "id, due_at, why, requests, ground, by_account, by_name, created_at, state, decided_at, refusal"
)


async def sign(tx: Tx, *, publication_id: str | None = None, restores: int | None = None) -> None:
    """Name the publication or the version that the rest of a transaction puts into force."""
    await tx.execute(
        "SELECT set_config('ascolto.publication', $1, true),"
        " set_config('ascolto.restores', $2, true)",
        publication_id or "", "" if restores is None else str(restores),
    )  # fmt: skip


async def list_versions(
    tx: Tx, *, before: int | None, limit: int, kind: str | None = None, thing: str | None = None
) -> list[Version]:
    """Return versions with something in scope, the newest first, with their changes."""
    rows = await tx.fetch(
        f"SELECT {_VERSION} FROM configuration.version v"
        " WHERE v.tenant_id = $1 AND ($2::int IS NULL OR v.id < $2) AND EXISTS ("
        "  SELECT 1 FROM configuration.change c WHERE c.tenant_id = $1 AND c.version = v.id"
        "   AND ($3::text IS NULL OR c.kind = $3) AND ($4::text IS NULL OR c.thing = $4)"
        "   AND ($6 OR c.client_id IS NOT NULL))"
        " ORDER BY v.id DESC LIMIT $5",
        tx.tenant_id, before, kind, thing, limit, tx.clients is None,
    )  # fmt: skip
    changes = await _changes_of(tx, [row["id"] for row in rows], most=MOST_SHOWN)
    return [_version(row, changes) for row in rows]


async def get_version(tx: Tx, number: int) -> Version | None:
    """Return a version with its changes in scope."""
    row = await tx.fetchrow(
        f"SELECT {_VERSION} FROM configuration.version WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, number,
    )  # fmt: skip
    if row is None:
        return None
    return _version(row, await _changes_of(tx, [number], most=None))


async def _changes_of(
    tx: Tx, versions: Sequence[int], *, most: int | None
) -> dict[int, tuple[int, list[Change]]]:
    """Return how many things each version changed, and the first of them.

    People and what all clients share are only for who sees every client.
    """
    rows = await tx.fetch(
        "SELECT * FROM (SELECT *, count(*) OVER w AS things,"
        "  row_number() OVER (w ORDER BY kind, name, thing) AS place"
        "  FROM configuration.change"
        "  WHERE tenant_id = $1 AND version = ANY($2::int[]) AND ($3 OR client_id IS NOT NULL)"
        "  WINDOW w AS (PARTITION BY version)) x"
        " WHERE $4::int IS NULL OR place <= $4 ORDER BY version, place",
        tx.tenant_id, list(versions), tx.clients is None, most,
    )  # fmt: skip
    found: dict[int, tuple[int, list[Change]]] = {}
    for row in rows:
        found.setdefault(row["version"], (row["things"], []))[1].append(_change(row))
    return found


def _version(row: Record, changes: dict[int, tuple[int, list[Change]]]) -> Version:
    things, shown = changes.get(row["id"], (0, []))
    return Version(**row, things=things, changes=shown)


async def changes_since(
    tx: Tx, version: int, *, kind: str | None = None, thing: str | None = None
) -> list[Change]:
    """Return every change after a version, of all or of one thing, the first one first."""
    rows = await tx.fetch(
        f"SELECT {_CHANGE} FROM configuration.change WHERE tenant_id = $1 AND version > $2"
        " AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR thing = $4)"
        " ORDER BY version, kind, thing",
        tx.tenant_id, version, kind, thing,
    )  # fmt: skip
    return [_change(row) for row in rows]


def _change(row: Record) -> Change:
    return Change(
        row["kind"], row["thing"], row["client_id"], row["name"], row["before"], row["after"]
    )


async def last_version_of(tx: Tx, kind: str, thing: str) -> int:
    """Return the number of the last version in which a thing changed, 0 when in none."""
    found: int | None = await tx.fetchval(
        "SELECT max(version) FROM configuration.change"
        " WHERE tenant_id = $1 AND kind = $2 AND thing = $3",
        tx.tenant_id, kind, thing,
    )  # fmt: skip
    return found or 0


async def insert_publication(tx: Tx, publication: Publication) -> None:
    """Write a publication that waits."""
    await tx.execute(
        "INSERT INTO configuration.publication (tenant_id, id, due_at, why, requests, ground,"
        " by_account, by_name, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant_id, publication.id, publication.due_at, publication.why, publication.requests,
        publication.ground, publication.by_account, publication.by_name, publication.created_at,
    )  # fmt: skip


async def list_publications(
    tx: Tx, *, account_id: str | None, before: str | None, limit: int
) -> list[Publication]:
    """Return publications, the last asked for first; of one account only when it is named."""
    rows = await tx.fetch(
        f"SELECT {_PUBLICATION} FROM configuration.publication"
        " WHERE tenant_id = $1 AND ($2::uuid IS NULL OR by_account = $2)"
        " AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tx.tenant_id, account_id, before, limit,
    )  # fmt: skip
    return [Publication(**row) for row in rows]


async def get_publication(
    tx: Tx, publication_id: str, *, skip_locked: bool = False
) -> Publication | None:
    """Return a publication and hold it until the transaction ends."""
    row = await tx.fetchrow(
        f"SELECT {_PUBLICATION} FROM configuration.publication"
        f" WHERE tenant_id = $1 AND id = $2 FOR UPDATE {'SKIP LOCKED' if skip_locked else ''}",
        tx.tenant_id, publication_id,
    )  # fmt: skip
    return Publication(**row) if row else None


async def decide(
    tx: Tx, publication_id: str, *, state: str, refusal: dict[str, object] | None = None
) -> bool:
    """Say what became of a publication that waits."""
    return await tx.execute(
        "UPDATE configuration.publication SET state = $3, decided_at = $4, refusal = $5"
        " WHERE tenant_id = $1 AND id = $2 AND state = 'scheduled'",
        tx.tenant_id, publication_id, state, tx.now, refusal,
    ) == 1  # fmt: skip


async def tenants_due(connection: asyncpg.Connection, *, moment: datetime) -> list[str]:
    """Return the organisations with a publication whose moment has come."""
    rows = await connection.fetch("SELECT tenant_id FROM configuration.tenants_due($1)", moment)
    return [row["tenant_id"] for row in rows]


async def due(tx: Tx, *, limit: int) -> list[str]:
    """Return the publications whose moment has come, the earliest first."""
    rows = await tx.fetch(
        "SELECT id FROM configuration.publication"
        " WHERE tenant_id = $1 AND state = 'scheduled' AND due_at <= $2"
        " ORDER BY due_at, id LIMIT $3",
        tx.tenant_id, tx.now, limit,
    )  # fmt: skip
    return [row["id"] for row in rows]
