"""Runs every stage of `make test`, tells how each went, and ends whatever a stage left running.

A failed stage does not hide the next one; the exit status is 1 when any failed.
"""

import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from progress import say

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("lint", "types", "imports", "browser", "mailserver", "web", "unit")
# Every process of a run carries it in its environment, also when its parent has died.
MARK = "ASCOLTO_TEST_RUN"
INTERRUPTED = 130


@dataclass(frozen=True)
class Outcome:
    """How one stage went."""

    stage: str
    status: int
    seconds: float
    left: int

    def line(self) -> str:
        """Return the stage's line of the summary."""
        word = "ok" if self.good else f"FAILED ({self.status})"
        left = f", {self.left} processes left behind" if self.left else ""
        return f"{self.stage:<8} {word} in {self.seconds:.0f} s{left}"

    @property
    def good(self) -> bool:
        """Tell whether the stage passed and cleaned up after itself."""
        return self.status == 0 and self.left == 0


def run(stage: str) -> Outcome:
    """Run one stage by make, then end what it left behind."""
    say(f"== {stage}")
    mark = secrets.token_hex(8)
    begun = time.monotonic()
    try:
        status = subprocess.run(
            ["make", stage],  # noqa: S607 - it called us, so it is on the path
            check=False,
            cwd=ROOT,
            env=os.environ | {MARK: mark},
        ).returncode
    except KeyboardInterrupt:
        end_marked(mark)
        raise
    outcome = Outcome(stage, status, time.monotonic() - begun, left=end_marked(mark))
    say(f"== {outcome.line()}")
    return outcome


def end_marked(mark: str) -> int:
    """End every process of a run and return how many there were."""
    # A database takes a moment to follow the process that it was started by.
    _, left = psutil.wait_procs(marked(mark), timeout=10)
    for process in left:
        process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=10)
    for process in stubborn:
        process.kill()
    return len(left)


def marked(mark: str) -> list[psutil.Process]:
    """Return the living processes that carry a mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def main() -> int:
    """Run all stages and print the table."""
    try:
        outcomes = [run(stage) for stage in STAGES]
    except KeyboardInterrupt:
        return INTERRUPTED
    total = sum(outcome.seconds for outcome in outcomes)
    say(f"\n== all stages, {total / 60:.1f} min")
    for outcome in outcomes:
        say(f"   {outcome.line()}")
    return int(not all(outcome.good for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
