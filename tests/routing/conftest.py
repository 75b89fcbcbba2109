"""The whole application behind a door, for every test of this room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, open_office


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """Give an organisation behind the real application."""
    async with open_office(urls, database, data=tmp_path) as office:
        yield office
