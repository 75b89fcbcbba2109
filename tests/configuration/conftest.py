"""The whole application, with somebody who may configure it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, open_office


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """Give an organisation behind the real application, with Chiara who configures it."""
    async with open_office(urls, database, data=tmp_path) as office:
        await office.hire("chiara@prova.example", "configurator")
        yield office
