"""What the tests of the ground floor share."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree

import pytest

SmallDisk = Callable[[str], Path]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short folder that the database's account may pass through."""
    path = Path(tempfile.mkdtemp(prefix="ascolto-ops-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    rmtree(path)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Mount a disk of a size that soon is full, where that is allowed."""
    with ExitStack() as mounted:

        def mount(size: str) -> Path:
            place = folder / "small"
            place.mkdir()
            options = f"size={size},mode=711"
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
                check=False,
                capture_output=True,
            )
            if done.returncode:
                pytest.skip("no right to mount a small disk here: run as root to include this test")
            mounted.callback(subprocess.run, ["umount", str(place)], check=True)
            return place

        yield mount
