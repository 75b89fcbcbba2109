"""Where a cluster lies, and how it is made: folders, passwords, initdb, settings."""

import os
import re
import secrets
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ascolto.kit.postgres.account import Account, account_for
from ascolto.kit.postgres.binaries import copy_installation, installation
from ascolto.kit.postgres.failures import PostgresStartError
from ascolto.kit.postgres.urls import ADMIN_ROLE, ROLES
from ascolto.kit.ticker import ticking

SYSTEM_HOME = Path("/var/lib/ascolto")
DEFAULT_PORT = 5432
_POINTER = "postgres-is-in"
_LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes on Linux and 103 on macOS
# PostgreSQL reads a comma or a quote in a socket folder's name as more than one folder.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")
_FIRST_BUILTIN_LOCALE = 17

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that its account can reach, with the programs that run it."""

    directory: Path
    socket_dir: Path
    account: Account
    programs: Path

    @property
    def exists(self) -> bool:
        """Tell whether initdb has completed here."""
        return (self.directory / "PG_VERSION").is_file()


def home_of(data_dir: Path) -> Path:
    """Return the folder that holds a data folder's cluster: itself, or where its note points."""
    pointer = data_dir / _POINTER
    if pointer.is_file():
        return Path(pointer.read_text(encoding="utf-8").strip())
    return data_dir


def socket_dir_of(home: Path, *, port: int) -> Path:
    """Return the folder of the server's socket: in the home when its path is short and plain."""
    folder = home / "run"
    short = len(os.fsencode(folder / f".s.PGSQL.{port}")) <= _LONGEST_SOCKET_PATH
    if short and _PLAIN_PATH.fullmatch(str(folder)):
        return folder
    # A fixed place, not $TMPDIR: `ascolto backup` in another shell has to find it too.
    return Path("/tmp") / f"ascolto-{sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108 - owner and mode are verified


def prepare(data_dir: Path, *, port: int, say: Say, major: int | None = None) -> Cluster:
    """Make a data folder's places ready for the account that will run PostgreSQL.

    `major` is for a new database; one that is there stays with the version that made it.
    """
    account = account_for(home_of(data_dir) / "postgres")
    home = _reachable_home(data_dir, account=account, say=say)
    directory = home / "postgres"
    socket_dir = socket_dir_of(home, port=port)
    _private_folder(socket_dir, account=account)
    version = directory / "PG_VERSION"
    major = int(version.read_text(encoding="utf-8")) if version.is_file() else major
    programs = _reachable_programs(installation(major), account=account, say=say)
    return Cluster(
        directory=directory, socket_dir=socket_dir, account=account, programs=programs / "bin"
    )


def _reachable_home(data_dir: Path, *, account: Account, say: Say) -> Path:
    home = home_of(data_dir)
    _let_in(home, account=account)
    if account.can("-x", home):
        return home
    if (home / "postgres").exists():
        message = (
            f"The database in {home} belongs to the user {account.name}, who cannot reach it any "
            "more: give that user passage (x) through the folders above it."
        )
        raise PostgresStartError(message)
    home = SYSTEM_HOME / secrets.token_hex(8)
    SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    home.mkdir(mode=0o700)
    _let_in(home, account=account)
    if not account.can("-x", home):
        message = f"The user {account.name} can reach neither {data_dir} nor {home}."
        raise PostgresStartError(message)
    (data_dir / _POINTER).write_text(f"{home}\n", encoding="utf-8")
    say(
        f"PostgreSQL runs as the user {account.name}, who cannot enter {data_dir}; "
        f"the database goes to {home} instead."
    )
    return home


def _let_in(home: Path, *, account: Account) -> None:
    """Give the account passage through Ascolto's own folder, and through no other."""
    if account.switch and home.stat().st_uid == os.geteuid():
        os.chown(home, -1, account.gid)
        home.chmod(stat.S_IMODE(home.stat().st_mode) | stat.S_IXGRP)


def _private_folder(path: Path, *, account: Account) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        account.give(path)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        message = f"{path} is not a folder of the user {account.name}: remove it and start again."
        raise PostgresStartError(message)
    path.chmod(0o700)


def _reachable_programs(source: Path, *, account: Account, say: Say) -> Path:
    catalogue = source / "share" / "postgresql" / "postgres.bki"
    if account.can("-x", source / "bin" / "postgres") and account.can("-r", catalogue):
        return source
    # Named by what it holds: checkouts share one copy, and an upgraded wheel is copied anew.
    mark = sha256((source / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    into = SYSTEM_HOME / f"postgresql-{mark}"
    if not into.exists():
        say(f"The user {account.name} cannot reach PostgreSQL's programs; copying them to {into}.")
        SYSTEM_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
    return copy_installation(source, into)


def passwords(data_dir: Path, *, create: bool) -> dict[str, str]:
    """Read the roles' passwords from their 0600 files, writing those that are missing if asked."""
    folder = data_dir / "secrets"
    found: dict[str, str] = {}
    if create:
        folder.mkdir(mode=0o700, exist_ok=True)
    for role in ROLES:
        path = folder / role
        if create and not path.exists():
            partial = path.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            partial.rename(path)
        try:
            found[role] = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            message = f"The database's password file {path} is missing; put it back from a backup."
            raise PostgresStartError(message) from None
    return found


def initialise(cluster: Cluster, *, admin_password: str, durable: bool, say: Say) -> None:
    """Run initdb beside the final place and move it there once complete."""
    partial = cluster.directory.with_name("postgres.partial")
    if partial.exists():  # a start that was killed half-way
        shutil.rmtree(partial)
    partial.mkdir(mode=0o700)
    cluster.account.give(partial)
    password_file = cluster.socket_dir / "initdb-password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(admin_password, encoding="utf-8")
    cluster.account.give(password_file)
    try:
        with ticking(say, "Making the database"):
            made = subprocess.run(
                [
                    str(cluster.programs / "initdb"),
                    *("--pgdata", str(partial), "--username", ADMIN_ROLE),
                    *("--auth", "scram-sha-256", "--pwfile", str(password_file)),
                    *("--encoding", "UTF8", *_locale(cluster.programs)),
                    *(() if durable else ("--no-sync",)),
                ],
                check=False,
                capture_output=True,
                text=True,
                cwd=cluster.socket_dir,
                env=quiet_environment(),
                **cluster.account.spawn_as(),
            )
    finally:
        password_file.unlink()
    if made.returncode:
        message = f"PostgreSQL's database could not be made:\n{made.stderr.strip()}"
        raise PostgresStartError(message)
    with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists 'ascolto.conf'\n")
    partial.rename(cluster.directory)


def _locale(programs: Path) -> tuple[str, ...]:
    catalogue = programs.parent / "share" / "postgresql" / "postgres.bki"
    with catalogue.open(encoding="utf-8") as lines:
        major = int(lines.readline().split()[-1])
    if major < _FIRST_BUILTIN_LOCALE:
        return ("--locale", "C.UTF-8")
    return ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C")


def quiet_environment() -> dict[str, str]:
    """Return our environment without what would steer PostgreSQL's programs."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def configure(cluster: Cluster, *, port: int, tcp: bool, durable: bool) -> None:
    """Write the server's settings; they take effect at its next start."""
    settings = {
        "listen_addresses": "127.0.0.1" if tcp else "",
        "port": str(port),
        "unix_socket_directories": str(cluster.socket_dir),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_filename": "postgresql-%a.log",  # seven files, each written over after a week
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "%m [%p] ",
        # People's data stays out of the log: no row values, no statements, no parameters.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    lines = ["# Written by Ascolto at each start. Your own settings: ALTER SYSTEM SET ..."]
    for name, value in settings.items():
        quoted = value.replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    path = cluster.directory / "ascolto.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    cluster.account.give(path)
    access = cluster.directory / "pg_hba.conf"
    rules = ["# Written by Ascolto at each start.", "local all all scram-sha-256"]
    if tcp:
        rules.append("host all all 127.0.0.1/32 scram-sha-256")
    access.write_text("\n".join(rules) + "\n", encoding="utf-8")
