"""The real command line in a process of its own, as a person or a service runs it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from support.running import free_port
from support.wire import PLAIN

PATIENCE_S = 90.0


class Up:
    """One `ascolto up`, with everything it has said and every process it has begun."""

    def __init__(
        self, data: Path, *more: str, port: int | None, python: str, env: dict[str, str]
    ) -> None:
        """Start it; `wait_until_up` waits."""
        self.port = port or free_port()
        self.output = Path(tempfile.mkstemp(prefix="ascolto-up-")[1])
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(python, "-m", "ascolto.cli", "up", "--data", str(data)),
                    *("--port", str(self.port), *more),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=kept | env,
                cwd="/",
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def healthy(self) -> bool:
        try:
            return httpx.get(
                f"http://127.0.0.1:{self.port}/api/v1/health", timeout=5, verify=PLAIN
            ).is_success
        except httpx.HTTPError:
            return False

    def wait_until_up(self) -> "Up":
        self.wait_until_said("Ascolto is up")
        deadline = time.monotonic() + PATIENCE_S
        while not self.healthy():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return self

    def wait_until_said(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def refused(self) -> str:
        assert self.process.wait(PATIENCE_S) == 1, self.said()
        assert "Traceback" not in self.said()
        return self.said()


@contextmanager
def up(
    data: Path, *more: str, port: int | None = None, python: str = sys.executable, **env: str
) -> Iterator[Up]:
    """Run `ascolto up` for the length of a block."""
    started = Up(data, *more, port=port, python=python, env=env)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(PATIENCE_S)
        started.output.unlink()
