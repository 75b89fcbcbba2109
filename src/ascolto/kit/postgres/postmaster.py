"""Tells whether a cluster's server process lives, and ends it.

A pid in `postmaster.pid` proves nothing: it may be a zombie that nobody reaps (a container without
init) or have been given to another program. A living server is a process that is no zombie and
whose working folder is the cluster.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from ascolto.kit.postgres.failures import PostgresError

FAST = signal.SIGINT
IMMEDIATE = signal.SIGQUIT
_STEPS = ((FAST, 60.0), (IMMEDIATE, 15.0), (signal.SIGKILL, 15.0))

Say = Callable[[str], None]


def recorded_pid(cluster: Path) -> int | None:
    """Read the pid that the cluster's pid file names, if there is one."""
    try:
        return abs(int((cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))
    except (FileNotFoundError, ValueError):
        return None


def _lives_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == cluster.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
        return False


def living_postmaster(cluster: Path) -> psutil.Process | None:
    """Return the cluster's living server process, or None."""
    pid = recorded_pid(cluster)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None
    return process if _lives_in(process, cluster) else None


def end_leftover_backends(cluster: Path) -> int:
    """End server processes whose postmaster is gone; they block the shared memory of the next."""
    ended = 0
    for process in psutil.process_iter(["name"]):
        if "postgres" in (process.info["name"] or "") and _lives_in(process, cluster):
            with suppress(psutil.NoSuchProcess):
                process.send_signal(IMMEDIATE)
                ended += 1
    return ended


def disown_stale_locks(cluster: Path, *, socket_dir: Path, us: int) -> None:
    """Make lock files whose pid is a zombie or another program's harmless, keeping the interlock.

    PostgreSQL ignores a recorded pid that is its own parent's, and still checks the shared memory
    key in the same file, so naming ourselves is safer than deleting the file. The socket's lock
    file guards nothing more, and goes.
    """
    path = cluster / "postmaster.pid"
    with suppress(FileNotFoundError):
        lines = path.read_text(encoding="utf-8").split("\n")
        lines[0] = str(us)
        path.write_text("\n".join(lines), encoding="utf-8")
    for lock in socket_dir.glob(".s.PGSQL.*.lock"):
        lock.unlink()


def end(process: psutil.Process, *, reaped: Callable[[], bool], say: Say) -> None:
    """Stop a server: fast shutdown first, then immediate, then kill."""
    for sign, patience_s in _STEPS:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(sign)
        begun = time.monotonic()
        told = 2.0
        while time.monotonic() - begun < patience_s:
            if reaped() or _gone(process):
                return
            time.sleep(0.02)
            if time.monotonic() - begun > told:
                say(f"Stopping PostgreSQL … {time.monotonic() - begun:.0f} s")
                told += 5.0
    message = f"PostgreSQL (process {process.pid}) could not be stopped."
    raise PostgresError(message)


def _gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
