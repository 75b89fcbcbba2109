"""Every statement on the schema `tenancy`."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import orjson

from ascolto.kit.db import Tx
from ascolto.tenancy.hours import OpeningHours
from ascolto.tenancy.model import Calendar, Client, SettingValue, Tenant

_CLIENT = "id, name, legal_name, sector, color, contact, default_calendar_id, v, archived_at"
_CALENDAR = "id, client_id, name, hours, v"
_SETTING = "key, client_id, valid_from, value, set_by, set_at, inherits"


async def tenant_by_slug(connection: asyncpg.Connection, slug: str) -> Tenant | None:
    """Find an organisation by its short name, before anybody has come in."""
    row = await connection.fetchrow("SELECT * FROM tenancy.tenant_by_slug($1)", slug)
    return Tenant(**row) if row else None


async def list_tenant_ids(connection: asyncpg.Connection) -> list[str]:
    """Return the ids of all organisations of this server."""
    rows = await connection.fetch("SELECT id FROM tenancy.list_tenant_ids() AS t(id)")
    return [row["id"] for row in rows]


async def get_tenant(tx: Tx) -> Tenant:
    """Return the organisation of the transaction."""
    row = await tx.fetchrow(
        "SELECT id, slug, name, locale, timezone FROM tenancy.tenant WHERE id = $1", tx.tenant_id
    )
    if row is None:
        raise LookupError(f"the transaction's tenant does not exist: {tx.tenant_id}")
    return Tenant(**row)


async def insert_tenant(tx: Tx, tenant: Tenant) -> None:
    """Write a new organisation."""
    await tx.execute(
        "INSERT INTO tenancy.tenant (id, slug, name, locale, timezone, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tenant.id, tenant.slug, tenant.name, tenant.locale, tenant.timezone, tx.now,
    )  # fmt: skip


async def list_clients(
    tx: Tx,
    *,
    archived: bool = False,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> list[Client]:
    """Return the clients in scope by name, from a place on; with the archived ones when asked."""
    name, client_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_CLIENT} FROM tenancy.client"
        " WHERE tenant_id = $1 AND ($2 OR archived_at IS NULL)"
        " AND ($3::uuid IS NULL OR (lower(name), id) > (lower($4), $3))"
        " ORDER BY lower(name), id LIMIT $5",
        tx.tenant_id, archived, client_id, name, limit,
    )  # fmt: skip
    return [Client(**row) for row in rows]


async def get_client(tx: Tx, client_id: str) -> Client | None:
    """Return a client in scope."""

    async def load() -> Client | None:
        row = await tx.fetchrow(
            f"SELECT {_CLIENT} FROM tenancy.client WHERE tenant_id = $1 AND id = $2",
            tx.tenant_id, client_id,
        )  # fmt: skip
        return Client(**row) if row else None

    return await tx.known(("client", client_id), load)


async def known_clients(tx: Tx, client_ids: Sequence[str]) -> set[str]:
    """Return which of the ids are clients in scope and not archived."""
    rows = await tx.fetch(
        "SELECT id FROM tenancy.client"
        " WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND archived_at IS NULL",
        tx.tenant_id, list(client_ids),
    )  # fmt: skip
    return {row["id"] for row in rows}


async def insert_client(tx: Tx, client: Client) -> None:
    """Write a new client."""
    await tx.execute(
        "INSERT INTO tenancy.client (tenant_id, id, name, legal_name, sector, color, contact,"
        " default_calendar_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant_id, client.id, client.name, client.legal_name, client.sector, client.color,
        client.contact, client.default_calendar_id, tx.now,
    )  # fmt: skip


async def update_client(tx: Tx, client: Client) -> Client | None:
    """Save a client if it is still at version `client.v`; return it at its new version."""
    row = await tx.fetchrow(
        "UPDATE tenancy.client SET name = $4, legal_name = $5, sector = $6, color = $7,"
        " contact = $8, default_calendar_id = $9, archived_at = $10, v = v + 1"
        f" WHERE tenant_id = $1 AND id = $2 AND v = $3 RETURNING {_CLIENT}",
        tx.tenant_id, client.id, client.v, client.name, client.legal_name, client.sector,
        client.color, client.contact, client.default_calendar_id, client.archived_at,
    )  # fmt: skip
    return Client(**row) if row else None


@lru_cache(maxsize=1024)
def _hours(document: bytes) -> OpeningHours:
    """Read opening hours once: the days they have worked out are worth keeping."""
    return OpeningHours.from_document(orjson.loads(document))


def _calendar(row: asyncpg.Record) -> Calendar:
    return Calendar(
        id=row["id"],
        client_id=row["client_id"],
        name=row["name"],
        hours=_hours(orjson.dumps(row["hours"])),
        v=row["v"],
    )


async def list_calendars(
    tx: Tx, *, after: tuple[str, str] | None = None, limit: int | None = None
) -> list[Calendar]:
    """Return the calendars in scope by name, from a place on."""
    name, calendar_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_CALENDAR} FROM tenancy.calendar WHERE tenant_id = $1"
        " AND ($2::uuid IS NULL OR (lower(name), id) > (lower($3), $2))"
        " ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id, calendar_id, name, limit,
    )  # fmt: skip
    return [_calendar(row) for row in rows]


async def get_calendar(tx: Tx, calendar_id: str) -> Calendar | None:
    """Return a calendar in scope."""

    async def load() -> Calendar | None:
        row = await tx.fetchrow(
            f"SELECT {_CALENDAR} FROM tenancy.calendar WHERE tenant_id = $1 AND id = $2",
            tx.tenant_id, calendar_id,
        )  # fmt: skip
        return _calendar(row) if row else None

    return await tx.known(("calendar", calendar_id), load)


async def calendar_of_client(tx: Tx, client_id: str) -> Calendar | None:
    """Return the calendar that a client opens and closes by, if it has one."""

    async def load() -> Calendar | None:
        row = await tx.fetchrow(
            "SELECT a.id, a.client_id, a.name, a.hours, a.v FROM tenancy.client c"
            " JOIN tenancy.calendar a"
            " ON a.tenant_id = c.tenant_id AND a.id = c.default_calendar_id"
            " WHERE c.tenant_id = $1 AND c.id = $2",
            tx.tenant_id, client_id,
        )  # fmt: skip
        return _calendar(row) if row else None

    return await tx.known(("calendar of", client_id), load)


async def insert_calendar(tx: Tx, calendar: Calendar) -> None:
    """Write a new calendar."""
    await tx.execute(
        "INSERT INTO tenancy.calendar (tenant_id, id, client_id, name, hours, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tx.tenant_id, calendar.id, calendar.client_id, calendar.name, calendar.hours.document(),
        tx.now,
    )  # fmt: skip


async def update_calendar(tx: Tx, calendar: Calendar) -> Calendar | None:
    """Save a calendar if it is still at version `calendar.v`; return it at its new version."""
    row = await tx.fetchrow(
        "UPDATE tenancy.calendar SET name = $4, hours = $5, updated_at = $6, v = v + 1"
        f" WHERE tenant_id = $1 AND id = $2 AND v = $3 RETURNING {_CALENDAR}",
        tx.tenant_id, calendar.id, calendar.v, calendar.name, calendar.hours.document(), tx.now,
    )  # fmt: skip
    return _calendar(row) if row else None


async def delete_calendar(tx: Tx, calendar_id: str) -> int:
    """Delete a calendar."""
    return await tx.execute(
        "DELETE FROM tenancy.calendar WHERE tenant_id = $1 AND id = $2", tx.tenant_id, calendar_id
    )


async def setting_in_force(
    tx: Tx, key: str, *, at: datetime, client_id: str | None
) -> SettingValue | None:
    """Return the value that holds at a moment: the client's own before the organisation's."""

    async def load() -> list[SettingValue]:
        rows = await tx.fetch(
            f"SELECT {_SETTING} FROM tenancy.setting"
            " WHERE tenant_id = $1 AND key = $2 AND (client_id IS NULL OR client_id = $3::uuid)"
            " ORDER BY client_id NULLS LAST, valid_from DESC",
            tx.tenant_id, key, client_id,
        )  # fmt: skip
        return [SettingValue(**row) for row in rows]

    values = await tx.known(("setting", key, client_id or ""), load)
    for whose in (client_id, None) if client_id else (None,):
        own = (value for value in values if value.client_id == whose and value.valid_from <= at)
        held = next(own, None)
        if held is not None and not held.inherits:
            return held
    return None


async def list_settings(tx: Tx, *, keys: Sequence[str] | None = None) -> list[SettingValue]:
    """Return every stored value in scope, or those of some keys, newest first within a key."""
    rows = await tx.fetch(
        f"SELECT {_SETTING} FROM tenancy.setting"
        " WHERE tenant_id = $1 AND ($2::text[] IS NULL OR key = ANY($2))"
        " ORDER BY key, client_id NULLS FIRST, valid_from DESC",
        tx.tenant_id, None if keys is None else list(keys),
    )  # fmt: skip
    return [SettingValue(**row) for row in rows]


async def put_setting(tx: Tx, setting_id: str, value: SettingValue) -> None:
    """Write a value from a moment on, replacing one that begins at that very moment."""
    args: tuple[Any, ...] = (
        tx.tenant_id, setting_id, value.client_id, value.key, value.valid_from, value.value,
        value.set_by, value.set_at, value.inherits,
    )  # fmt: skip
    await tx.execute(
        "INSERT INTO tenancy.setting"
        " (tenant_id, id, client_id, key, valid_from, value, set_by, set_at, inherits)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (tenant_id, key, client_id, valid_from)"
        " DO UPDATE SET value = excluded.value, set_by = excluded.set_by,"
        " set_at = excluded.set_at, inherits = excluded.inherits",
        *args,
    )


async def forget_planned(tx: Tx, key: str, *, client_id: str | None) -> None:
    """Delete what one's own setting was to take later: it never held."""
    await tx.execute(
        "DELETE FROM tenancy.setting WHERE tenant_id = $1 AND key = $2"
        " AND client_id IS NOT DISTINCT FROM $3::uuid AND valid_from > $4",
        tx.tenant_id, key, client_id, tx.now,
    )  # fmt: skip
