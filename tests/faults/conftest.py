"""A folder for a database that is killed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short folder that the database's account may pass through."""
    path = Path(tempfile.mkdtemp(prefix="ascolto-storm-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    rmtree(path)
