"""Runs a command and says, every few seconds, that it still works."""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_FIRST_S = 2.0
_EVERY_S = 5.0


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def run(
    command: Sequence[str],
    *,
    doing: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a command with its output shown only on failure; exit with its words if it fails."""
    finished = threading.Event()
    begun = time.monotonic()

    def tell() -> None:
        pause = _FIRST_S
        while not finished.wait(pause):
            say(f"  {doing} … {time.monotonic() - begun:.0f} s")
            pause = _EVERY_S

    threading.Thread(target=tell, daemon=True).start()
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    finally:
        finished.set()
    if done.returncode:
        say(done.stdout)
        say(f"FAILED: {doing} ({' '.join(command)})")
        sys.exit(1)
    say(f"  {doing}: done in {time.monotonic() - begun:.1f} s")
