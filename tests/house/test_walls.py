"""Every row of an organisation stands behind its wall, and the server cannot climb it."""

import asyncpg
import pytest

from ascolto.demo.load import load
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls

# Tables without an organisation, and why they may be without.
NO_TENANT = {
    "kit.frame_pruned": "how far old frames are gone: one number for the whole database",
    "kit.subscriber": "how far each subscriber has heard, over all organisations",
    "public.ascolto_migration": "which migrations have run",
    "tenancy.tenant": "the organisation itself: its wall stands on its own id",
}
_TABLES = """
SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS walled,
       c.relforcerowsecurity AS forced,
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                AND a.attname = 'tenant_id' AND a.attnotnull AND NOT a.attisdropped) AS has_tenant,
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                AND a.attname = 'client_id' AND NOT a.attisdropped) AS has_client,
       ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
 ORDER BY 1
"""


async def _tables(urls: PostgresUrls) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(urls.owner_dsn)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(_TABLES)
    finally:
        await connection.close()
    return rows


async def test_every_table_of_an_organisation_names_it_and_is_walled(urls: PostgresUrls) -> None:
    tables = await _tables(urls)
    assert len(tables) > 30, "the catalogue was not read"
    bare = [row["name"] for row in tables if not row["has_tenant"] and row["name"] not in NO_TENANT]
    assert bare == []
    open_ = [
        row["name"]
        for row in tables
        if row["has_tenant"]
        and not (row["walled"] and row["forced"] and "tenant" in row["policies"])
    ]
    assert open_ == []


async def test_every_row_of_a_client_is_seen_only_by_that_clients_people(
    urls: PostgresUrls,
) -> None:
    # Who works for whom is scoped on the operator; a supplier's planner sees all of it.
    excused = {"people.operator_client"}
    tables = await _tables(urls)
    open_ = [
        row["name"]
        for row in tables
        if row["has_client"]
        and row["has_tenant"]
        and "client" not in row["policies"]
        and row["name"] not in excused
    ]
    assert open_ == []


async def test_the_servers_role_can_neither_bypass_walls_nor_change_them(
    urls: PostgresUrls,
) -> None:
    connection = await asyncpg.connect(urls.owner_dsn)
    try:
        role = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname = 'ascolto_app'"
        )
        owned = await connection.fetchval(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
            " WHERE r.rolname = 'ascolto_app'"
        )
        changeable = await connection.fetch(
            "SELECT table_schema || '.' || table_name AS name"
            " FROM information_schema.role_table_grants"
            " WHERE grantee = 'ascolto_app' AND privilege_type IN ('TRUNCATE', 'TRIGGER')"
        )
    finally:
        await connection.close()
    assert role is not None
    assert not any(role)
    assert owned == 0
    assert [row["name"] for row in changeable] == []


async def test_without_a_tenant_every_walled_table_refuses_to_answer(
    database: Database, urls: PostgresUrls
) -> None:
    await load(database)  # a wall is only asked when there are rows behind it
    walled = [row["name"] for row in await _tables(urls) if row["has_tenant"]]
    owner = await asyncpg.connect(urls.owner_dsn)
    try:
        filled = [
            name
            for name in walled
            if await owner.fetchval(f"SELECT EXISTS (SELECT 1 FROM {name})")  # noqa: S608
        ]
    finally:
        await owner.close()
    assert len(filled) > 10, "too little was behind the walls to try them"
    async with database.connection() as connection:
        for name in filled:
            with pytest.raises(asyncpg.PostgresError):
                await connection.fetch(f"SELECT * FROM {name} LIMIT 1")  # noqa: S608


async def test_one_organisation_sees_no_row_of_another(
    database: Database, urls: PostgresUrls, tenant: str
) -> None:
    await load(database)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        for row in await _tables(urls):
            if row["has_tenant"]:
                strange = await tx.fetchval(
                    f"SELECT count(*) FROM {row['name']} WHERE tenant_id <> $1",  # noqa: S608
                    tenant,
                )
                assert strange == 0, row["name"]
