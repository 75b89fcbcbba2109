"""What every test may ask for."""

import pytest
from hypothesis import HealthCheck, settings

from support.servers import database, pg, template, tenant, urls

__all__ = ["anyio_backend", "database", "pg", "template", "tenant", "urls"]

# A machine that is busy with something else proves nothing about the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
