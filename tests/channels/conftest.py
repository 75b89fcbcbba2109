"""A running chat for every test of this room."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ascolto.kit.db import Database
from support.chat import Chat, running_chat
from support.talk import HandClock


@pytest.fixture
async def chat(database: Database, tmp_path: Path) -> AsyncIterator[Chat]:
    """Give a server with one chat of a client that is open now."""
    async with running_chat(database, data=tmp_path, clock=HandClock()) as running:
        yield running
