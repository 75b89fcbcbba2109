"""`ascolto doctor`: examines the machine and the installation and says what is wrong, in words."""

import argparse
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

from ascolto.kit.postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres, PostgresError, binary
from ascolto.kit.suited import OLDEST_VERSION
from ascolto.operations.target import ask, reached
from ascolto.operations.vitals import Finding, vitals

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1_000_000_000


def main(args: argparse.Namespace) -> int:
    """Print every finding; the exit status is 1 when something is wrong."""
    findings = list(examine(args.data.absolute(), port=args.port, database_url=args.database_url))
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark = {True: "ok     ", False: "WRONG  ", None: "unknown"}[finding.good]
        mark = "warning" if finding.warns else mark
        print(f"{mark}  {finding.subject:<{width}}  {finding.words}")
    return int(any(finding.good is False for finding in findings))


def examine(data_dir: Path, *, port: int, database_url: str | None) -> Iterator[Finding]:
    """Examine everything that a start needs; nothing is changed."""
    yield _python()
    yield from _data_folder(data_dir)
    running = _answers(port)
    if database_url is None:
        yield from _binaries()
        yield from _embedded(data_dir, running=running)
    else:
        yield from _tried("database", lambda: _database(data_dir, database_url, running=running))
    yield _port(port, running=running)
    yield _screens()


def _python() -> Finding:
    version = sys.version.split()[0]
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return Finding("python", good=True, words=f"{version} in {sys.prefix}")
    return Finding("python", good=False, words=f"{version}: Ascolto needs 3.11 or newer")


def _data_folder(data_dir: Path) -> Iterator[Finding]:
    there = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding("data folder", good=False, words=f"we may not write in {there}")
        return
    words = str(data_dir) if there == data_dir else f"{data_dir} (made at the first start)"
    yield Finding("data folder", good=True, words=words)
    free = shutil.disk_usage(there).free
    yield Finding(
        "disk", good=free >= LEAST_FREE_BYTES, words=f"{free / 1e9:.1f} GB free on {there}"
    )


def _binaries() -> Iterator[Finding]:
    def look() -> Iterator[Finding]:
        for name in ("postgres", "initdb", "psql", "pg_dump", "pg_restore"):
            path = binary(name)
        yield Finding("postgresql", good=True, words=f"programs in {path.parent}")

    yield from _tried("postgresql", look)


def _embedded(data_dir: Path, *, running: bool) -> Iterator[Finding]:
    if not EmbeddedPostgres(data_dir).is_running():
        yield Finding("database", good=None, words="embedded, not running: `ascolto up` starts it")
        return
    yield from _tried("database", lambda: _database(data_dir, None, running=running))


def _database(data_dir: Path, database_url: str | None, *, running: bool) -> Iterator[Finding]:
    with reached(data_dir, database_url=database_url, alone=False, say=print) as database:
        number = int(ask(database.admin_dsn, "SHOW server_version_num"))
        name = ask(database.admin_dsn, "SHOW server_version")
        words = f"PostgreSQL {name} answers"
        if number < OLDEST_VERSION:
            words += ": Ascolto needs 16 or newer"
        yield Finding("database", good=number >= OLDEST_VERSION, words=words)
        for role in (OWNER_ROLE, APP_ROLE):
            flags = ask(
                database.admin_dsn,
                f"SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = '{role}'",  # noqa: S608 - our own constants
            )
            yield _role(role, flags)
        yield from vitals(
            database.admin_dsn,
            kinds=_heard_kinds,
            smtp_url=os.environ.get("ASCOLTO_SMTP_URL") or None,
            running=running,
        )


def _heard_kinds() -> dict[str, tuple[str, ...]]:
    from ascolto.web.rooms import SUBSCRIBERS  # noqa: PLC0415 - a second's import, for this alone

    return {one.name: one.kinds for one in SUBSCRIBERS}


def _role(role: str, bypasses: str) -> Finding:
    subject = f"role {role}"
    if bypasses == "f":
        return Finding(subject, good=True, words="cannot get round row-level security")
    if bypasses == "t":
        return Finding(subject, good=False, words="can get round row-level security: take it away")
    return Finding(subject, good=None, words="not there (a server of your own may name another)")


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _port(port: int, *, running: bool) -> Finding:
    if running:
        return Finding("server", good=True, words=f"answers on port {port}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            words = f"port {port}: {error.strerror}, and no healthy Ascolto answers there"
            return Finding("server", good=None, words=words)
    return Finding("server", good=None, words=f"not running; port {port} is free")


def _screens() -> Finding:
    static = Path(__file__).resolve().parents[1] / "web" / "static"
    missing = [name for name in ("desk", "widget") if not (static / name).is_dir()]
    if missing:
        words = f"{' and '.join(missing)} not built: `make build` in a checkout"
        return Finding("screens", good=False, words=words)
    return Finding("screens", good=True, words=f"built, in {static}")


def _tried(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except PostgresError as error:
        yield Finding(subject, good=False, words=str(error))
