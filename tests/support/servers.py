"""Real parts for tests: one PostgreSQL for the run, a fresh migrated database for each test."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls, temporary_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def pg() -> Iterator[EmbeddedPostgres]:
    """Run one embedded server for the whole session of this test process."""
    with temporary_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def template(pg: EmbeddedPostgres) -> str:
    """Migrate one database that each test's own is copied from."""
    name = "template_ascolto"
    urls = pg.create_database(name)
    asyncio.run(migrate(urls.owner_dsn))
    return name


@pytest.fixture
def urls(pg: EmbeddedPostgres, template: str) -> Iterator[PostgresUrls]:
    """Make a fresh migrated database and drop it after the test."""
    name = f"t{os.getpid()}_{next(_numbers)}"
    yield pg.create_database(name, template=template)
    pg.drop_database(name)


@pytest.fixture
async def database(urls: PostgresUrls) -> AsyncIterator[Database]:
    """Open the fresh database as the bounded role."""
    db = await Database.open(urls.app_dsn, size=10)
    yield db
    await db.close()


async def new_tenant(database: Database, *, slug: str | None = None) -> str:
    """Add an organisation and return its id."""
    tenant_id = new_id()
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        await tx.execute(
            "INSERT INTO tenancy.tenant (id, slug, name, created_at) VALUES ($1, $2, $3, $4)",
            tenant_id,
            slug or f"org-{tenant_id[-12:]}",
            "Prova S.p.A.",
            tx.now,
        )
    return tenant_id


@pytest.fixture
async def tenant(database: Database) -> str:
    """Give a fresh organisation's id."""
    return await new_tenant(database)
