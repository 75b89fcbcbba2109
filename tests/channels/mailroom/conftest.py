"""A mailroom for every test of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from support.post import Mailroom, open_mailroom
from support.servers import new_tenant
from support.talk import HandClock, set_up_desk


@pytest.fixture
async def mailroom(database: Database, tenant: str, tmp_path: Path) -> AsyncIterator[Mailroom]:
    """Give a client's mailbox and the server its answers go to."""
    desk = await set_up_desk(database, tenant, HandClock())
    async with open_mailroom(desk, data=tmp_path) as room:
        yield room


@pytest.fixture
async def elsewhere(
    database: Database, mailroom: Mailroom, tmp_path: Path
) -> AsyncIterator[Mailroom]:
    """Give another organisation a mailbox on the same server."""
    other = await new_tenant(database)
    desk = await set_up_desk(database, other, mailroom.desk.clock)
    async with open_mailroom(desk, data=tmp_path, address="aiuto@altri.example") as room:
        yield room
