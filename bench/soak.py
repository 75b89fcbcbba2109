"""`make soak`: the fault tests with many more kills, then the soak day played against a server.

SOAK_KILLS (60) says how often to kill, SOAK_MINUTES (10) how long to play.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import RunningServer

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run both parts; return 0 when both held."""
    kills = os.environ.get("SOAK_KILLS", "60")
    faults = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/faults", "-q", "-s"],
        cwd=ROOT, env={**os.environ, "ASCOLTO_KILLS": kills}, check=False,
    ).returncode  # fmt: skip
    return faults or play(float(os.environ.get("SOAK_MINUTES", "10")))


def play(minutes: float) -> int:
    """Play the soak scenario against a fresh server; 0 when the ledger balances."""
    with temporary_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder:
        urls = postgres.urls()
        asyncio.run(migrate(urls.owner_dsn))
        server = RunningServer(urls, data=Path(folder), demo=True)
        server.start()
        try:
            command = [sys.executable, "-m", "ascolto.cli", "simulate", "--scenario", "soak"]
            command += ["--url", server.url, "--minutes", str(minutes)]
            return subprocess.run(command, check=False).returncode
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
