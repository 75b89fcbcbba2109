"""A desk for every test of this room."""

import pytest

from ascolto.kit.db import Database
from support.talk import Desk, HandClock, set_up_desk


@pytest.fixture
async def desk(database: Database, tenant: str) -> Desk:
    """Give an organisation with a client, a queue and two operators."""
    return await set_up_desk(database, tenant, HandClock())
