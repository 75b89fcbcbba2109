"""The database that a command works on: the one named by DATABASE_URL, or the embedded one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from ascolto.kit.postgres import EmbeddedPostgres, PostgresError, binary
from ascolto.kit.postgres.cluster import Say, quiet_environment
from ascolto.kit.postgres.restoring import finish_restore
from ascolto.kit.ticker import ticking

_KNOWS_TRANSACTION_TIMEOUT = 170_000
_TRANSACTION_TIMEOUT = b"SET transaction_timeout = 0;\n"


@dataclass(frozen=True, slots=True)
class Target:
    """A reachable database; `embedded` is our own server, or None for an external one."""

    owner_dsn: str = field(repr=False)
    admin_dsn: str = field(repr=False)
    embedded: EmbeddedPostgres | None


@contextmanager
def reached(data_dir: Path, *, database_url: str | None, alone: bool, say: Say) -> Iterator[Target]:
    """Reach the database, starting the embedded server for the block if it does not run.

    `alone` demands that nobody else uses the embedded server: then it is always started here,
    which is refused while another Ascolto has it.
    """
    if database_url:
        # Row-level security binds the owner too: a whole dump needs a role that may see all.
        owner = os.environ.get("DATABASE_OWNER_URL", database_url)
        yield Target(owner, os.environ.get("DATABASE_ADMIN_URL", owner), embedded=None)
        return
    server = EmbeddedPostgres(data_dir)
    if not alone and server.is_running():
        urls = server.urls()
        yield Target(urls.owner_dsn, urls.admin_dsn, embedded=server)
        return
    urls = server.start(say=say)
    try:
        finish_restore(server)
        yield Target(urls.owner_dsn, urls.admin_dsn, embedded=server)
    finally:
        server.stop()


def run_client(
    name: str,
    dsn: str,
    *arguments: str,
    script: str | None = None,
    say: Say = lambda _: None,
    what: str = "",
) -> str:
    """Run one of PostgreSQL's client programs on a database and return what it printed.

    What takes longer than two seconds says `what` again and again until it is done.
    The password goes through the environment: arguments are seen by every user of the machine.
    """
    address, secret = _without_password(dsn)
    with ticking(say, what or name):
        done = subprocess.run(
            [str(binary(name)), "--dbname", address, *arguments],
            input=script,
            check=False,
            capture_output=True,
            text=True,
            env=quiet_environment() | secret,
        )
    if done.returncode:
        raise PostgresError(f"{name}: {done.stderr.strip()}")
    return done.stdout.strip()


def restore_dump(dsn: str, dump: Path, *arguments: str, say: Say) -> None:
    """Load a dump into an empty database, whole or not at all.

    pg_restore sets what only PostgreSQL 17 and newer know; for an older server its script goes
    through psql without that line.
    """
    what = "Loading the database"
    if int(ask(dsn, "SHOW server_version_num")) >= _KNOWS_TRANSACTION_TIMEOUT:
        whole = ("--exit-on-error", "--single-transaction")
        run_client("pg_restore", dsn, *whole, *arguments, str(dump), say=say, what=what)
        return
    address, secret = _without_password(dsn)
    with (
        ticking(say, what),
        tempfile.TemporaryFile() as words,
        subprocess.Popen(
            [str(binary("pg_restore")), "--file=-", *arguments, str(dump)],
            stdout=subprocess.PIPE, stderr=words, env=quiet_environment(),
        ) as reading,
        subprocess.Popen(
            [
                *(str(binary("psql")), "-Xq", "-v", "ON_ERROR_STOP=1", "--single-transaction"),
                *("--dbname", address, "--file=-"),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=words,
            env=quiet_environment() | secret,
        ) as loading,
    ):  # fmt: skip
        complete = _pass_on(reading, loading)
        if loading.wait() or reading.wait() or not complete:
            words.seek(0)
            raise PostgresError(f"pg_restore: {words.read().decode(errors='replace').strip()}")


def _pass_on(reading: subprocess.Popen[bytes], loading: subprocess.Popen[bytes]) -> bool:
    """Copy a script but for the one line; tell whether it was taken to the end.

    A reader that failed must not look like an end to psql, which would commit the half.
    """
    source, sink = reading.stdout, loading.stdin
    if source is None or sink is None:
        raise PostgresError("pg_restore: its output cannot be read")
    try:
        for line in source:
            if line == _TRANSACTION_TIMEOUT:
                break
            sink.write(line)
        shutil.copyfileobj(source, sink, 1 << 20)
        if reading.wait():
            loading.kill()
            return False
        sink.close()
    except BrokenPipeError:
        reading.kill()
        return False
    return True


def ask(dsn: str, sql: str, **variables: str) -> str:
    """Run a psql script, where :'x' and :"x" are quoted variables; return its unaligned output."""
    given = [f"--variable={name}={value}" for name, value in variables.items()]
    return run_client("psql", dsn, "-XAtq", "-v", "ON_ERROR_STOP=1", *given, script=sql)


def _without_password(dsn: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(dsn)
    login, at, place = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    address = urlunsplit(parts._replace(netloc=f"{user}{at}{place}"))
    if not parts.netloc.strip("@:"):  # urlunsplit drops the slashes of an empty host
        address = dsn
    return address, {"PGPASSWORD": unquote(password)} if colon else {}
