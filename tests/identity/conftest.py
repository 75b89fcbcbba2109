"""The door of one organisation, at a moment that only moves when told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ascolto.kit.clock import FixedClock
from ascolto.kit.db import Database
from support.doors import Door, open_door


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 6, 1, 8, tzinfo=UTC))


@pytest.fixture
async def door(database: Database, clock: FixedClock, tmp_path: Path) -> Door:
    return await open_door(database, data=tmp_path, clock=clock)
