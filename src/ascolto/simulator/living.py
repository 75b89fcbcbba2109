"""The gentle day behind the demo: a simulator in a process of its own, at low priority."""

import os
import subprocess
import sys
from pathlib import Path

GENTLE = 10


def start_living_day(
    url: str, *, log: Path | None = None, scenario: str = "living", speed: float = 1.0
) -> subprocess.Popen[bytes]:
    """Start virtual customers and operators against a running server; terminate it to end them.

    The accounts of the people who try the demo are left alone, and so is the queue behind the
    demo page, in which two invented customers always wait for them.
    """
    command = [
        sys.executable, "-m", "ascolto.cli", "simulate", "--living",
        "--scenario", scenario, "--speed", str(speed), "--url", url,
    ]  # fmt: skip
    if log is None:
        return _start(command, subprocess.DEVNULL)
    with log.open("ab") as out:
        return _start(command, out.fileno())


def _start(command: list[str], out: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        preexec_fn=_be_gentle,  # noqa: PLW1509 - no thread of ours holds a lock over the fork
    )


def _be_gentle() -> None:
    os.nice(GENTLE)
