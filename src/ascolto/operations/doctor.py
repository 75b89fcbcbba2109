"""`ascolto doctor`: examines the machine and the installation and says what is wrong, in words."""

import argparse
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ascolto.kit.postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres, PostgresError, binary
from ascolto.operations.target import ask, reached

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 160_000
LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One examined thing; `good` None means it could not be told."""

    subject: str
    good: bool | None
    words: str


def main(args: argparse.Namespace) -> int:
    """Print every finding; the exit status is 1 when something is wrong."""
    findings = list(examine(args.data.absolute(), port=args.port, database_url=args.database_url))
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark = {True: "ok     ", False: "WRONG  ", None: "unknown"}[finding.good]
        print(f"{mark}  {finding.subject:<{width}}  {finding.words}")
    return int(any(finding.good is False for finding in findings))


def examine(data_dir: Path, *, port: int, database_url: str | None) -> Iterator[Finding]:
    """Examine everything that a start needs; nothing is changed."""
    yield _python()
    yield from _data_folder(data_dir)
    if database_url is None:
        yield from _binaries()
        yield from _embedded(data_dir)
    else:
        yield from _tried("database", lambda: _roles(data_dir, database_url))
    yield _port(port)
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


def _embedded(data_dir: Path) -> Iterator[Finding]:
    if not EmbeddedPostgres(data_dir).is_running():
        yield Finding("database", good=None, words="embedded, not running: `ascolto up` starts it")
        return
    yield from _tried("database", lambda: _roles(data_dir, None))


def _roles(data_dir: Path, database_url: str | None) -> Iterator[Finding]:
    with reached(data_dir, database_url=database_url, alone=False, say=print) as database:
        number = int(ask(database.admin_dsn, "SHOW server_version_num"))
        name = ask(database.admin_dsn, "SHOW server_version")
        words = f"PostgreSQL {name} answers"
        if number < OLDEST_POSTGRES:
            words += ": Ascolto needs 16 or newer"
        yield Finding("database", good=number >= OLDEST_POSTGRES, words=words)
        for role in (OWNER_ROLE, APP_ROLE):
            flags = ask(
                database.admin_dsn,
                f"SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = '{role}'",  # noqa: S608 - our own constants
            )
            yield _role(role, flags)


def _role(role: str, bypasses: str) -> Finding:
    subject = f"role {role}"
    if bypasses == "f":
        return Finding(subject, good=True, words="cannot get round row-level security")
    if bypasses == "t":
        return Finding(subject, good=False, words="can get round row-level security: take it away")
    return Finding(subject, good=None, words="not there (a server of your own may name another)")


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            words = f"{port}: {error.strerror} (does Ascolto run already? else set ASCOLTO_PORT)"
            return Finding("port", good=None, words=words)
    return Finding("port", good=True, words=f"{port} is free")


def _screens() -> Finding:
    static = Path(__file__).resolve().parents[1] / "web" / "static"
    if (static / "desk").is_dir():
        return Finding("desk", good=True, words=f"built, in {static}")
    return Finding("desk", good=False, words="not built: `make build` in a checkout")


def _tried(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except PostgresError as error:
        yield Finding(subject, good=False, words=str(error))
