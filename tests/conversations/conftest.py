"""A desk for every test of this room, and the whole application for those of its routes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from ascolto.kit.postgres import PostgresUrls
from support.office import Office, open_office
from support.talk import Desk, HandClock, set_up_desk


@pytest.fixture
async def desk(database: Database, tenant: str) -> Desk:
    """Give an organisation with a client, a queue and two operators."""
    return await set_up_desk(database, tenant, HandClock())


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """Give an organisation behind the real application."""
    async with open_office(urls, database, data=tmp_path) as office:
        yield office
