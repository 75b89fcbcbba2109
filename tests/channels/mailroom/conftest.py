"""A mailroom for every test of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from support.post import Mailroom, open_mailroom
from support.talk import HandClock, set_up_desk


@pytest.fixture
async def mailroom(database: Database, tenant: str, tmp_path: Path) -> AsyncIterator[Mailroom]:
    """Give a client's mailbox and the server its answers go to."""
    desk = await set_up_desk(database, tenant, HandClock())
    async with open_mailroom(desk, data=tmp_path) as room:
        yield room
