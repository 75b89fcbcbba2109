"""Statements on what is prepared for conversations: ready replies, reasons, tags."""

from collections.abc import Sequence
from typing import NamedTuple

from ascolto.conversations.model import Canned, Reason
from ascolto.kit.db import Tx

_CANNED = "id, client_id, key, title, text, language, v"
_REASON = "id, client_id, parent_id, name, position"
_LEAST_ID = "00000000-0000-0000-0000-000000000000"
_FIRST_LEVEL_FIRST = f"coalesce(parent_id, '{_LEAST_ID}')"


async def list_canned(
    tx: Tx,
    *,
    client_id: str | None,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[Canned]:
    """Return the ready replies of a client and those of all by key, from a place on.

    Without a client it is every one in scope.
    """
    key, canned_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_CANNED} FROM conversations.canned WHERE tenant_id = $1 AND archived_at IS NULL"
        " AND ($2::uuid IS NULL OR client_id IS NULL OR client_id = $2)"
        " AND ($3::uuid IS NULL OR (lower(key), id) > (lower($4), $3))"
        " ORDER BY lower(key), id LIMIT $5",
        tx.tenant_id, client_id, canned_id, key, limit,
    )  # fmt: skip
    return [Canned(**row) for row in rows]


async def get_canned(tx: Tx, canned_id: str) -> Canned | None:
    """Return a ready reply in use."""
    row = await tx.fetchrow(
        f"SELECT {_CANNED} FROM conversations.canned"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
        tx.tenant_id, canned_id,
    )  # fmt: skip
    return Canned(**row) if row else None


async def insert_canned(tx: Tx, canned: Canned) -> bool:
    """Write a new ready reply; False when its key is taken."""
    return await tx.execute(
        "INSERT INTO conversations.canned (tenant_id, id, client_id, key, title, text, language)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        tx.tenant_id, canned.id, canned.client_id, canned.key, canned.title, canned.text,
        canned.language,
    ) == 1  # fmt: skip


async def update_canned(tx: Tx, canned: Canned) -> bool:
    """Save a ready reply if it is still at version `canned.v`."""
    return await tx.execute(
        "UPDATE conversations.canned SET key = $4, title = $5, text = $6, language = $7, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND v = $3 AND archived_at IS NULL",
        tx.tenant_id, canned.id, canned.v, canned.key, canned.title, canned.text, canned.language,
    ) == 1  # fmt: skip


async def canned_key_taken(tx: Tx, canned: Canned) -> bool:
    """Tell whether another ready reply of the same reach and language has this key."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT 1 FROM conversations.canned WHERE tenant_id = $1 AND id <> $2"
            " AND client_id IS NOT DISTINCT FROM $3 AND lower(key) = lower($4)"
            " AND language IS NOT DISTINCT FROM $5 AND archived_at IS NULL)",
            tx.tenant_id, canned.id, canned.client_id, canned.key, canned.language,
        )
    )  # fmt: skip


async def archive_canned(tx: Tx, canned_id: str) -> bool:
    """Take a ready reply out of use."""
    return await tx.execute(
        "UPDATE conversations.canned SET archived_at = $3"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
        tx.tenant_id, canned_id, tx.now,
    ) == 1  # fmt: skip


async def free_canned(tx: Tx, canned_id: str) -> bool:
    """Take a ready reply into use, if it is not, under a key that no other can have."""
    return await tx.execute(
        "UPDATE conversations.canned SET archived_at = NULL, key = id::text"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, canned_id,
    ) == 1  # fmt: skip


async def free_reason(tx: Tx, reason_id: str) -> bool:
    """Take a reason into use, if it is not, under a name that no other can have."""
    return await tx.execute(
        "UPDATE conversations.reason SET archived_at = NULL, name = id::text"
        " WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, reason_id,
    ) == 1  # fmt: skip


class ReasonPlace(NamedTuple):
    """A reason's place in the order in which reasons are shown."""

    parent_id: str | None
    position: int
    name: str
    id: str


async def list_reasons(
    tx: Tx,
    *,
    client_id: str | None,
    after: ReasonPlace | None = None,
    limit: int | None = None,
) -> list[Reason]:
    """Return the reasons of a client and those of all in the order to show, from a place on.

    Without a client it is every one in scope.
    """
    parent_id, position, name, reason_id = after or (None, 0, "", None)
    rows = await tx.fetch(
        f"SELECT {_REASON} FROM conversations.reason WHERE tenant_id = $1 AND archived_at IS NULL"
        " AND ($2::uuid IS NULL OR client_id IS NULL OR client_id = $2)"
        " AND ($3::uuid IS NULL OR"
        f" ({_FIRST_LEVEL_FIRST}, position, lower(name), id)"
        f" > (coalesce($4::uuid, '{_LEAST_ID}'), $5, lower($6), $3))"
        f" ORDER BY {_FIRST_LEVEL_FIRST}, position, lower(name), id LIMIT $7",
        tx.tenant_id, client_id, reason_id, parent_id, position, name, limit,
    )  # fmt: skip
    return [Reason(**row) for row in rows]


async def get_reasons(tx: Tx, reason_ids: Sequence[str]) -> list[Reason]:
    """Return the reasons in use among some ids."""
    rows = await tx.fetch(
        f"SELECT {_REASON} FROM conversations.reason"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND archived_at IS NULL",
        tx.tenant_id, list(reason_ids),
    )  # fmt: skip
    return [Reason(**row) for row in rows]


async def insert_reason(tx: Tx, reason: Reason) -> bool:
    """Write a new reason; False when the name is taken beside it."""
    return await tx.execute(
        "INSERT INTO conversations.reason (tenant_id, id, client_id, parent_id, name, position)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        tx.tenant_id, reason.id, reason.client_id, reason.parent_id, reason.name, reason.position,
    ) == 1  # fmt: skip


async def rename_reason(tx: Tx, *, reason_id: str, name: str, position: int) -> bool:
    """Give a reason another name and place."""
    return await tx.execute(
        "UPDATE conversations.reason SET name = $3, position = $4"
        " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
        tx.tenant_id, reason_id, name, position,
    ) == 1  # fmt: skip


async def reason_name_taken(tx: Tx, reason: Reason) -> bool:
    """Tell whether a sister of a reason has its name."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT 1 FROM conversations.reason WHERE tenant_id = $1 AND id <> $2"
            " AND client_id IS NOT DISTINCT FROM $3 AND parent_id IS NOT DISTINCT FROM $4"
            " AND lower(name) = lower($5) AND archived_at IS NULL)",
            tx.tenant_id, reason.id, reason.client_id, reason.parent_id, reason.name,
        )
    )  # fmt: skip


async def archive_reason(tx: Tx, reason_id: str) -> bool:
    """Take a reason and those under it out of use."""
    return await tx.execute(
        "UPDATE conversations.reason SET archived_at = $3"
        " WHERE tenant_id = $1 AND (id = $2 OR parent_id = $2) AND archived_at IS NULL",
        tx.tenant_id, reason_id, tx.now,
    ) > 0  # fmt: skip


async def list_tags(
    tx: Tx,
    *,
    client_id: str | None,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[tuple[str, str, str]]:
    """Return (id, client id, name) of the tags known to a client, or of all, from a place on."""
    name, tag_id = after or ("", None)
    rows = await tx.fetch(
        "SELECT id, client_id, name FROM conversations.tag"
        " WHERE tenant_id = $1 AND ($2::uuid IS NULL OR client_id = $2)"
        " AND ($3::uuid IS NULL OR (name, id) > ($4, $3)) ORDER BY name, id LIMIT $5",
        tx.tenant_id, client_id, tag_id, name, limit,
    )  # fmt: skip
    return [(row["id"], row["client_id"], row["name"]) for row in rows]


async def ever_prepared(tx: Tx, client_id: str) -> bool:
    """Tell whether a client has reasons or ready replies of its own, in use or not."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT 1 FROM conversations.reason"
            " WHERE tenant_id = $1 AND client_id = $2)"
            " OR EXISTS (SELECT 1 FROM conversations.canned"
            " WHERE tenant_id = $1 AND client_id = $2)",
            tx.tenant_id, client_id,
        )
    )  # fmt: skip
