"""The whole application behind a door, with a planner, and weeks of work in its log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, open_office

PLANNER = "piano@prova.example"


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path) as office:
        await office.hire(PLANNER, "planner")
        yield office
