"""Starts, watches and stops the embedded server of one data folder."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

import psutil

from ascolto.kit.postgres import cluster as clusters
from ascolto.kit.postgres import postmaster
from ascolto.kit.postgres.binaries import binary
from ascolto.kit.postgres.failures import PostgresError, PostgresInUseError, PostgresStartError
from ascolto.kit.postgres.urls import ADMIN_ROLE, APP_ROLE, OWNER_ROLE, PostgresUrls, dsn

DATABASE = "ascolto"
_TELL_AFTER_S = 2.0
_TELL_EVERY_S = 5.0
_BACKENDS_PATIENCE_S = 60.0
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# Ends the server when our end of the pipe closes, however we died; a stop of ours kills it first.
_DEATH_WATCH = 'read _; [ "$(head -n 1 "$2")" = "$1" ] && kill -INT "$1"'


class EmbeddedPostgres:
    """The PostgreSQL of one data folder: at most one process supervises it at a time.

    The server ends with the process that started it, also when that process is killed; a server
    that dies on its own is started again until `stop`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        tcp_port: int | None = None,
        durable: bool = True,
        major: int | None = None,
    ) -> None:
        """Describe the server; nothing is touched before `start`.

        `major` is the PostgreSQL of a new database, None the newest of the wheel.
        """
        self._major = major
        self.data_dir = data_dir.absolute()
        self._tcp = tcp_port is not None
        self._port = tcp_port or clusters.DEFAULT_PORT
        self._durable = durable
        self._say: clusters.Say = print
        self._mutex = threading.RLock()
        self._stopping = threading.Event()
        self._lock: IO[str] | None = None
        self._cluster: clusters.Cluster | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._death_watch: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server for a `with` block."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server at the end of a `with` block."""
        self.stop()

    def start(self, *, say: clusters.Say = print) -> PostgresUrls:
        """Make the database if needed, start the server and return once it answers."""
        with self._mutex:
            if self._process is not None:
                return self.urls()
            self._say = say
            self._stopping = stopping = threading.Event()
            self._lock = _take_lock(self.data_dir)
            try:
                self._bring_up()
            except BaseException:
                self._take_down()
                raise
        threading.Thread(
            target=self._keep_alive, args=(stopping,), name="postgres-keep-alive", daemon=True
        ).start()
        return self.urls()

    def stop(self) -> None:
        """Stop the server that this object started; harmless when there is none."""
        self._stopping.set()
        with self._mutex:
            self._take_down()

    def is_running(self) -> bool:
        """Tell whether the server of this data folder lives, whoever started it."""
        return postmaster.living_postmaster(self._home() / "postgres") is not None

    def _bring_up(self) -> None:
        passwords = clusters.passwords(self.data_dir, create=True)
        cluster = clusters.prepare(self.data_dir, port=self._port, say=self._say, major=self._major)
        self._cluster = cluster
        if cluster.exists:
            self._end_leftover(cluster)
        else:
            self._say("Making the database (once) …")
            clusters.initialise(
                cluster, admin_password=passwords[ADMIN_ROLE], durable=self._durable, say=self._say
            )
        clusters.configure(cluster, port=self._port, tcp=self._tcp, durable=self._durable)
        self._launch(cluster)
        self._ensure_roles(passwords)
        self.create_database(DATABASE)

    def _take_down(self) -> None:
        if self._process is not None:
            process = self._process
            with suppress(psutil.NoSuchProcess):
                postmaster.end(
                    psutil.Process(process.pid),
                    reaped=lambda: process.poll() is not None,
                    say=self._say,
                )
            process.wait()
            self._process = None
        self._end_death_watch()  # last: an impatient second Ctrl-C leaves no server behind
        if self._cluster is not None:
            if self._cluster.socket_dir.parent != self._cluster.directory.parent:
                with suppress(OSError):  # the socket folder outside our home: leave /tmp clean
                    self._cluster.socket_dir.rmdir()
            self._cluster = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _end_leftover(self, cluster: clusters.Cluster) -> None:
        leftover = postmaster.living_postmaster(cluster.directory)
        if leftover is not None:
            self._say("A PostgreSQL left over from a crash still runs; restarting it.")
            postmaster.end(leftover, reaped=lambda: False, say=self._say)
        postmaster.disown_stale_locks(
            cluster.directory, socket_dir=cluster.socket_dir, us=os.getpid()
        )

    def _launch(self, cluster: clusters.Cluster) -> None:
        begun = time.monotonic()
        while True:
            self._process = _spawn(cluster, log=self._start_log())
            try:
                self._wait_until_ready(cluster, self._process)
            except _SharedMemoryInUseError:
                # Backends of a killed postmaster end by themselves, unless one hangs in a query.
                postmaster.end_leftover_backends(cluster.directory)
                if time.monotonic() - begun > _BACKENDS_PATIENCE_S:
                    raise
                time.sleep(0.2)
                continue
            self._watch_our_death(cluster, self._process)
            return

    def _wait_until_ready(
        self, cluster: clusters.Cluster, process: subprocess.Popen[bytes]
    ) -> None:
        """Wait without limit, since recovery takes what it takes, but never in silence."""
        begun = time.monotonic()
        tell_at = _TELL_AFTER_S
        socket = cluster.socket_dir / f".s.PGSQL.{self._port}"
        while not (socket.exists() and self._answers(cluster)):
            if process.poll() is not None:
                reason = self._last_words(cluster)
                failure = (
                    _SharedMemoryInUseError
                    if "shared memory block" in reason
                    else PostgresStartError
                )
                message = f"PostgreSQL ended while starting:\n{reason}"
                raise failure(message)
            if self._stopping.is_set():
                message = "PostgreSQL was told to stop while starting."
                raise PostgresStartError(message)
            time.sleep(0.03)
            waited = time.monotonic() - begun
            if waited > tell_at:
                tell_at += _TELL_EVERY_S
                words = self._last_words(cluster).rpartition("\n")[2]
                self._say(f"Waiting for PostgreSQL … {waited:.0f} s ({words})")

    def _answers(self, cluster: clusters.Cluster) -> bool:
        accepts = subprocess.run(
            [
                *(str(cluster.programs / "pg_isready"), "--quiet"),
                *("--host", str(cluster.socket_dir), "--port", str(self._port)),
            ],
            check=False,
            env=clusters.quiet_environment(),
        )
        # Once it takes connections a refused question is a real failure, not a reason to wait.
        return accepts.returncode == 0 and self.query("SELECT 1") == "1"

    def _keep_alive(self, stopping: threading.Event) -> None:
        pause_s = 0.0
        while not stopping.wait(pause_s):
            process = self._process
            if process is None:
                return
            status = process.wait()
            with self._mutex:
                if stopping.is_set() or self._cluster is None:
                    return
                self._say(f"PostgreSQL ended by itself (status {status}); starting it again.")
                try:
                    self._end_leftover(self._cluster)
                    self._launch(self._cluster)
                    pause_s = 0.0
                except PostgresError as failure:
                    self._say(str(failure))
                    pause_s = min(30.0, pause_s * 2 or 1.0)

    def _watch_our_death(self, cluster: clusters.Cluster, process: subprocess.Popen[bytes]) -> None:
        self._end_death_watch()
        self._death_watch = subprocess.Popen(
            [
                *("/bin/sh", "-c", _DEATH_WATCH, "ascolto-postgres-death-watch"),
                *(str(process.pid), str(cluster.directory / "postmaster.pid")),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def _end_death_watch(self) -> None:
        if self._death_watch is not None:
            with self._death_watch as watch:
                watch.kill()
            self._death_watch = None

    def urls(self, database: str = DATABASE) -> PostgresUrls:
        """Return the addresses of one database of this data folder."""
        passwords = clusters.passwords(self.data_dir, create=False)
        socket_dir = clusters.socket_dir_of(self._home(), port=self._port)

        def address(role: str) -> str:
            return dsn(
                role=role,
                password=passwords[role],
                database=database,
                socket_dir=socket_dir,
                port=self._port,
            )

        return PostgresUrls(
            owner_dsn=address(OWNER_ROLE),
            app_dsn=address(APP_ROLE),
            admin_dsn=address(ADMIN_ROLE),
        )

    def create_database(self, name: str, *, template: str | None = None) -> PostgresUrls:
        """Create a database for the owner role unless it is there, and return its addresses."""
        _check_name(name)
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - the name is checked above
            copied = ""
            if template is not None:
                _check_name(template)
                # Its files as they are: the other way writes every page of it to the log first.
                copied = f" TEMPLATE {template} STRATEGY FILE_COPY"
            self.query(
                f"CREATE DATABASE {name} OWNER {OWNER_ROLE}{copied};\n"
                f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;\n"
                f"GRANT CONNECT ON DATABASE {name} TO {APP_ROLE};"
            )
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending the sessions that use it."""
        _check_name(name)
        self.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def query(self, sql: str, *, database: str = "postgres") -> str:
        """Run SQL as the superuser and return psql's unaligned output."""
        passwords = clusters.passwords(self.data_dir, create=False)
        socket_dir = clusters.socket_dir_of(self._home(), port=self._port)
        asked = subprocess.run(
            [
                *(str(binary("psql")), "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", ADMIN_ROLE),
                *("-h", str(socket_dir), "-p", str(self._port), "-d", database),
            ],
            input=sql,
            check=False,
            capture_output=True,
            text=True,
            env=clusters.quiet_environment() | {"PGPASSWORD": passwords[ADMIN_ROLE]},
        )
        if asked.returncode:
            raise PostgresError(asked.stderr.strip())
        return asked.stdout.strip()

    def _ensure_roles(self, passwords: dict[str, str]) -> None:
        """Give the owner and the application exactly the rights they need, at every start."""
        script = []
        for role in (OWNER_ROLE, APP_ROLE):
            script.append(
                f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
                f"THEN CREATE ROLE {role}; END IF; END $$;"
            )
            script.append(
                f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                f"NOBYPASSRLS PASSWORD '{passwords[role]}';"
            )
        self.query("\n".join(script))

    def _home(self) -> Path:
        return clusters.home_of(self.data_dir)

    def _start_log(self) -> Path:
        return self.data_dir / "postgres-start.log"

    def _last_words(self, cluster: clusters.Cluster) -> str:
        files = [self._start_log(), *(cluster.directory / "log").glob("*.log")]
        there = sorted((path for path in files if path.is_file()), key=lambda p: p.stat().st_mtime)
        tails = [path.read_text(encoding="utf-8", errors="replace")[-2000:] for path in there]
        return "\n".join("\n".join(tails).strip().splitlines()[-8:])


class _SharedMemoryInUseError(PostgresStartError):
    """Backends of a killed server still hold its shared memory."""


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is not a database name Ascolto uses (a-z, 0-9, _)."
        raise ValueError(message)


def _take_lock(data_dir: Path) -> IO[str]:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "postgres.lock").open("a+", encoding="utf-8")
    except OSError as error:
        message = f"The data folder {data_dir} cannot be used: {error.strerror}."
        raise PostgresStartError(message) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        message = (
            f"Another Ascolto (process {holder}) already uses {data_dir}. Stop it first, "
            "or give this one its own data folder with ASCOLTO_DATA."
        )
        raise PostgresInUseError(message) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _spawn(cluster: clusters.Cluster, *, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(cluster.programs / "postgres"), "-D", str(cluster.directory)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cluster.directory,
            env=clusters.quiet_environment(),
            start_new_session=True,  # Ctrl-C is ours: the server stops after its users
            **cluster.account.spawn_as(),
        )


@contextmanager
def temporary_postgres(*, durable: bool = False) -> Iterator[EmbeddedPostgres]:
    """Run a throw-away server, by default without waiting for the disk, and remove it after."""
    # Directly in /tmp: short enough for a socket, and open to whichever account runs the server.
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-", dir="/tmp"))
    server = EmbeddedPostgres(folder, durable=durable)
    try:
        server.start(say=lambda _: None)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
