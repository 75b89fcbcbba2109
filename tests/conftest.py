"""What every test may ask for."""

import pytest

from support.servers import database, pg, template, tenant, urls

__all__ = ["anyio_backend", "database", "pg", "template", "tenant", "urls"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
