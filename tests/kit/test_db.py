"""The one door to the database, when there is nobody behind it."""

import asyncpg
import pytest

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres

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
