"""A newcomer's first minutes: a fresh clone, `make run`, Ctrl-C, and `make run` again.

The clone is of what is committed here. The first start fetches and builds everything, through
whatever cache the machine's package clients have; the second finds all made.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from report import Figure, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import free_port

ROOT = Path(__file__).resolve().parents[1]
FIRST_AT_MOST_S = 600.0
SECOND_AT_MOST_S = 6.0
ENDS_WITHIN_S = 30.0


def main() -> int:
    """Measure and publish."""
    folder = Path(tempfile.mkdtemp(prefix="ascolto-new-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        clone = folder / "ascolto"
        subprocess.run([_program("git"), "clone", "-q", str(ROOT), str(clone)], check=True)
        first, left_first = started(clone)
        second, left_second = started(clone)
    finally:
        shutil.rmtree(folder)
    figures = [
        Figure(name="fresh clone, make run to health", measured=first, unit="s"),
        Figure(
            name="second make run to health", measured=second, unit="s", at_most=SECOND_AT_MOST_S
        ),
        Figure(
            name="processes left by Ctrl-C",
            measured=float(left_first + left_second),
            unit="",
            at_most=0.0,
        ),
    ]
    return 0 if publish("start", figures) else 1


def started(clone: Path) -> tuple[float, int]:
    """Run `make run` until it answers, then Ctrl-C; return seconds and processes left behind."""
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "VIRTUAL_ENV"}}
    output = clone / "run.log"
    begun = time.monotonic()
    with output.open("wb") as said:
        process = subprocess.Popen(
            [_program("make"), "run"], cwd=clone, env=kept | {"ASCOLTO_PORT": str(port)},
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    try:
        while not _healthy(port):
            if process.poll() is not None or time.monotonic() - begun > FIRST_AT_MOST_S:
                raise RuntimeError(output.read_text("utf-8", "replace")[-4000:])
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        time.sleep(5.0)  # let the living day begin, so that it has to be ended too
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all of the group
        process.wait(ENDS_WITHIN_S)
        _, alive = psutil.wait_procs(children, timeout=ENDS_WITHIN_S)
        return seconds, len([p for p in alive if p.status() != psutil.STATUS_ZOMBIE])
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise RuntimeError(f"There is no {name} here.")
    return found


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/v1/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
