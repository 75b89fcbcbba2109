"""A real server in its own process, to be used, killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from ascolto.kit.postgres import PostgresUrls
from support.wire import PLAIN

# Under a second on quiet cores; a machine that is busy with something else proves nothing.
START_S = 90.0
LATER = Path(__file__).with_name("later.py")


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class RunningServer:
    """`ascolto up` as a process of its own on a given database."""

    def __init__(
        self,
        urls: PostgresUrls,
        *,
        data: Path,
        port: int | None = None,
        demo: bool = False,
        ahead_s: float | None = None,
    ) -> None:
        """Prepare; `start` runs it. With `ahead_s` its clock stands ahead of ours."""
        self.urls = urls
        self.data = data
        self.port = port or free_port()
        self.demo = demo
        self.ahead_s = ahead_s
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def now(self) -> datetime:
        """Return the moment that its clock shows."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s or 0.0)

    def stand_at(self, moment: datetime) -> None:
        """Let its clock show a moment just now, from its next start on."""
        self.ahead_s = (moment - datetime.now(UTC)).total_seconds()

    def start(self) -> None:
        """Start and wait until it answers; one that does not is ended."""
        command = [sys.executable, "-m", "ascolto.cli", "up", "--port", str(self.port)]
        command += ["--data", str(self.data)]
        if self.demo:
            command.append("--demo")
        if self.ahead_s is not None:
            command = [sys.executable, str(LATER), str(self.ahead_s)]
        env = {
            **os.environ,
            "ASCOLTO_PORT": str(self.port),
            "ASCOLTO_DATA": str(self.data),
            "DATABASE_URL": self.urls.app_dsn,
            "DATABASE_OWNER_URL": self.urls.owner_dsn,
            "ASCOLTO_QUIET_DEMO": "1",
            "ASCOLTO_ALLOW_PRIVATE_WEBHOOKS": "1",
        }
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env
            )
        try:
            self.wait_until_healthy()
        except BaseException:  # whoever asked has nothing yet to end it with
            self.kill()
            raise

    def wait_until_healthy(self) -> None:
        """Wait for the health route, or fail with what the server said."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if (
                    httpx.get(f"{self.url}/api/v1/health", timeout=2, verify=PLAIN).status_code
                    == 200
                ):
                    return
            time.sleep(0.05)
        raise AssertionError(f"the server did not come up:\n{self.log()[-4000:]}")

    def log(self) -> str:
        """Return what the server has printed so far."""
        path = self.data / "server.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C would, and return its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@contextlib.contextmanager
def running_server(urls: PostgresUrls, *, demo: bool = False) -> Iterator[RunningServer]:
    """Run a server on a database for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="ascolto-") as folder:
        server = RunningServer(urls, data=Path(folder), demo=demo)
        server.start()
        try:
            yield server
        finally:
            server.kill()


def planned_demo(urls: PostgresUrls, *more: str) -> None:
    """Load the demo with what its planners begin with; with `--plan` also what they find done."""
    env = {
        **os.environ,
        "DATABASE_URL": urls.app_dsn,
        "DATABASE_OWNER_URL": urls.owner_dsn,
    }
    subprocess.run([sys.executable, "-m", "ascolto.cli", "demo", *more], env=env, check=True)
