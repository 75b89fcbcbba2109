"""The one door to the database, when there is nobody behind it."""

import asyncpg
import pytest

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import PostgresUrls, temporary_postgres

LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


async def test_a_server_that_went_and_took_its_socket_along_is_told_as_a_lost_connection() -> None:
    with temporary_postgres() as server:
        urls = server.urls()
        await migrate(urls.owner_dsn)
        database = await Database.open(urls.app_dsn)
        server.stop()
        try:
            for _ in range(4):  # those that were open, then new ones
                with pytest.raises(LOST):
                    async with database.transaction(new_id(), actor=SYSTEM) as tx:
                        await tx.fetchval("SELECT 1")
                with pytest.raises(LOST):
                    async with database.connection() as line:
                        await line.fetchval("SELECT 1")
        finally:
            await database.close()


@pytest.mark.parametrize("table", ["kit.event", "privacy.view_log"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"],
)
async def test_what_happened_can_be_neither_changed_nor_taken_out_by_the_server(
    database: Database, tenant: str, table: str, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await tx.execute(statement.format(table))


async def test_text_that_the_database_makes_of_a_moment_is_utc_whatever_the_server_s_own_zone(
    urls: PostgresUrls,
) -> None:
    admin = await asyncpg.connect(urls.admin_dsn)
    name = await admin.fetchval("SELECT current_database()")
    await admin.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Kathmandu'")
    assert await _zone_of(urls.admin_dsn) == "Asia/Kathmandu"
    await admin.close()
    db = await Database.open(urls.app_dsn, size=2)
    line = await db.dedicated()
    asked = "SELECT to_jsonb('2026-11-29 12:00+01'::timestamptz)"
    try:
        async with db.connection() as connection:
            assert await connection.fetchval(asked) == "2026-11-29T11:00:00+00:00"
        assert await line.fetchval(asked) == "2026-11-29T11:00:00+00:00"
    finally:
        await line.close()
        await db.close()


async def _zone_of(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SHOW timezone"))
    finally:
        await connection.close()
