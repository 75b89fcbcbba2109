"""The embedded server, tried with the real binaries."""

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil
import pytest

from ascolto.kit.postgres import (
    EmbeddedPostgres,
    PostgresError,
    PostgresInUseError,
    PostgresUrls,
    binary,
)
from ascolto.kit.postgres.cluster import socket_dir_of
from ascolto.kit.postgres.postmaster import living_postmaster, recorded_pid


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    embedded = EmbeddedPostgres(folder)  # durable: what it must survive is a subject here
    embedded.start()
    yield embedded
    embedded.stop()
    rmtree(folder)


def ask(server: EmbeddedPostgres, sql: str) -> str:
    return server.query(sql, database="ascolto")


def pid_of(server: EmbeddedPostgres) -> int:
    pid = recorded_pid(server.data_dir / "postgres")
    assert pid is not None
    return pid


def until_it_answers(server: EmbeddedPostgres, *, not_pid: int) -> None:
    while True:
        found = living_postmaster(server.data_dir / "postgres")
        if found is not None and found.pid != not_pid:
            try:
                ask(server, "SELECT 1")
            except PostgresError:
                pass
            else:
                return
        time.sleep(0.05)


def test_what_was_committed_is_there_after_a_stop_and_a_start(server: EmbeddedPostgres) -> None:
    ask(server, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('ciao')")
    server.stop()
    assert not server.is_running()
    server.start()
    assert server.is_running()
    assert ask(server, "SELECT word FROM kept") == "ciao"


def test_a_second_stop_does_no_harm(server: EmbeddedPostgres) -> None:
    server.stop()
    server.stop()
    server.start()


def test_a_killed_postmaster_is_started_again_with_everything_committed(
    server: EmbeddedPostgres,
) -> None:
    ask(server, "CREATE TABLE survived (n int); INSERT INTO survived VALUES (7)")
    killed = pid_of(server)
    os.kill(killed, signal.SIGKILL)
    until_it_answers(server, not_pid=killed)
    assert ask(server, "SELECT n FROM survived") == "7"


def test_lock_files_whose_pid_now_is_another_program_are_overcome(
    server: EmbeddedPostgres,
) -> None:
    server.stop()
    cluster = server.data_dir / "postgres"
    # Of the server's own account: a stranger of another one would be ignored by PostgreSQL itself.
    owner = cluster.stat().st_uid if os.geteuid() == 0 else None
    with subprocess.Popen(
        ["/bin/sh", "-c", "read _"], stdin=subprocess.PIPE, user=owner
    ) as stranger:
        lines = [str(stranger.pid), str(cluster), str(int(time.time())), "5432", "", "", "0 0", ""]
        (cluster / "postmaster.pid").write_text("\n".join(lines))
        (server.data_dir / "run" / ".s.PGSQL.5432.lock").write_text("\n".join(lines))
        server.start()
        assert ask(server, "SELECT 1") == "1"
        assert stranger.poll() is None
        stranger.kill()


def test_a_pid_file_naming_a_zombie_is_overcome(server: EmbeddedPostgres) -> None:
    server.stop()
    pid_file = server.data_dir / "postgres" / "postmaster.pid"
    zombie = subprocess.Popen(["/bin/sh", "-c", ":"])
    while psutil.Process(zombie.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    pid_file.write_text(f"{zombie.pid}\n{server.data_dir / 'postgres'}\n1\n5432\n\n\n0 0\n")
    assert not server.is_running()
    server.start()
    assert ask(server, "SELECT 1") == "1"
    zombie.wait()


def test_a_second_supervisor_of_the_same_folder_is_refused(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.data_dir)
    with pytest.raises(PostgresInUseError, match=f"process {os.getpid()}"):
        second.start()
    second.stop()
    assert ask(server, "SELECT 1") == "1"
    assert second.is_running()
    assert second.urls() == server.urls()


PARENT = """
import sys, time
from pathlib import Path
from ascolto.kit.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
try:
    server.start()
    print("up", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    pass
finally:
    server.stop()
"""


def parent_process(folder: Path) -> subprocess.Popen[str]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    while parent.stdout.readline() != "up\n":
        assert parent.poll() is None
    return parent


def test_a_server_whose_parent_was_killed_does_not_stop_the_next_start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    for _ in range(2):  # the second round finds what the first kill left
        with parent_process(folder) as parent:
            parent.kill()
    with EmbeddedPostgres(folder, durable=False) as server:
        assert ask(server, "SELECT 1") == "1"
    rmtree(folder)


def test_an_orphan_without_its_death_watch_is_restarted(server: EmbeddedPostgres) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    with parent_process(folder) as parent:
        for child in psutil.Process(parent.pid).children():
            if "death-watch" in " ".join(child.cmdline()):
                child.kill()
        parent.kill()
    told: list[str] = []
    embedded = EmbeddedPostgres(folder, durable=False)
    assert embedded.is_running()
    embedded.start(say=told.append)
    assert "left over from a crash" in told[0]
    embedded.stop()
    rmtree(folder)


def test_the_server_ends_with_a_killed_parent() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    with parent_process(folder) as parent:
        found = living_postmaster(folder / "postgres")
        assert found is not None
        parent.kill()
    psutil.wait_procs([found])
    rmtree(folder)


def test_ctrl_c_stops_parent_and_server_in_order() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    with parent_process(folder) as parent:
        found = living_postmaster(folder / "postgres")
        assert found is not None
        os.killpg(parent.pid, signal.SIGINT)
    assert parent.returncode == 0
    assert not found.is_running()
    assert not (folder / "postgres" / "postmaster.pid").exists()
    rmtree(folder)


def test_a_data_folder_may_have_any_name() -> None:
    outer = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    outer.chmod(0o711)
    with EmbeddedPostgres(outer / "dati, 'città' \"uno\" %20 $HOME", durable=False) as server:
        assert ask(server, "SELECT 1") == "1"
    rmtree(outer)


def test_a_data_folder_that_cannot_be_made_is_told_in_words() -> None:
    with pytest.raises(PostgresError, match="cannot be used"):
        EmbeddedPostgres(Path("/dev/null/data")).start()


def test_nobody_but_us_enters_the_socket_and_secret_folders(server: EmbeddedPostgres) -> None:
    run = Path(parse_qs(urlsplit(server.urls().app_dsn).query)["host"][0])
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data_dir / "secrets").stat().st_mode) == 0o700
    for file in (server.data_dir / "secrets").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_long_data_folder_gets_a_short_private_socket_folder(server: EmbeddedPostgres) -> None:
    outer = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    outer.chmod(0o711)
    with EmbeddedPostgres(outer / ("x" * 120), durable=False) as embedded:
        run = Path(parse_qs(urlsplit(embedded.urls().app_dsn).query)["host"][0])
        assert len(str(run)) < 60
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert ask(embedded, "SELECT 1") == "1"
    assert not run.exists()
    rmtree(outer)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else's")
def test_a_socket_folder_prepared_by_somebody_else_is_refused() -> None:
    outer = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    outer.chmod(0o711)
    server = EmbeddedPostgres(outer / ("x" * 120), durable=False)
    trap = socket_dir_of(server.data_dir, port=5432)
    trap.mkdir()
    os.chown(trap, 65534, 65534)
    with pytest.raises(PostgresError, match="is not a folder of the user"):
        server.start()
    trap.rmdir()
    rmtree(outer)


async def test_a_loopback_port_is_opened_only_on_demand_and_asks_for_the_password() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with EmbeddedPostgres(folder, tcp_port=port, durable=False) as server:
        login = server.urls().app_dsn.partition("@")[0]
        connection = await asyncpg.connect(f"{login}@127.0.0.1:{port}/ascolto", ssl=False)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://ascolto_app:x@127.0.0.1:{port}/ascolto", ssl=False)
    with EmbeddedPostgres(folder, durable=False), pytest.raises(OSError, match=r"refused|failed"):
        await asyncpg.connect(f"{login}@127.0.0.1:{port}/ascolto", ssl=False)
    rmtree(folder)


async def test_no_role_logs_in_without_its_password(server: EmbeddedPostgres) -> None:
    for dsn in (server.urls().owner_dsn, server.urls().app_dsn, server.urls().admin_dsn):
        role = dsn.removeprefix("postgresql://").partition(":")[0]
        database = dsn.partition("@/")[2]
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://{role}:guess@/{database}")


async def test_the_application_role_cannot_get_round_row_level_security(
    server: EmbeddedPostgres,
) -> None:
    owner = await asyncpg.connect(server.urls().owner_dsn)
    await owner.execute(
        """
        CREATE TABLE fenced (tenant int);
        INSERT INTO fenced VALUES (1), (2);
        ALTER TABLE fenced ENABLE ROW LEVEL SECURITY;
        ALTER TABLE fenced FORCE ROW LEVEL SECURITY;
        CREATE POLICY own ON fenced
            USING (tenant = nullif(current_setting('app.tenant', true), '')::int);
        GRANT SELECT ON fenced TO ascolto_app;
        """
    )
    assert await owner.fetch("SELECT * FROM fenced") == []
    await owner.close()
    app = await asyncpg.connect(server.urls().app_dsn)
    assert await app.fetch("SELECT * FROM fenced") == []
    for attempt in (
        "SET row_security = off; SELECT * FROM fenced",
        "ALTER TABLE fenced DISABLE ROW LEVEL SECURITY",
        "SET ROLE ascolto_admin",
        "SET ROLE ascolto_owner",
        "ALTER ROLE ascolto_app BYPASSRLS",
        "CREATE TABLE mine (n int)",
        "CREATE DATABASE mine",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(attempt)
    await app.close()


async def test_each_database_stands_alone_and_can_be_copied_from_a_template(
    server: EmbeddedPostgres,
) -> None:
    async def words(urls: PostgresUrls) -> list[str]:
        connection = await asyncpg.connect(urls.owner_dsn)
        try:
            return [row["word"] for row in await connection.fetch("SELECT word FROM said")]
        finally:
            await connection.close()

    first = server.create_database("first")
    connection = await asyncpg.connect(first.owner_dsn)
    await connection.execute("CREATE TABLE said (word text); INSERT INTO said VALUES ('uno')")
    await connection.close()
    second = server.create_database("second", template="first")
    server.drop_database("first")
    assert await words(second) == ["uno"]
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await words(first)


def test_a_database_name_is_never_taken_as_sql(server: EmbeddedPostgres) -> None:
    with pytest.raises(ValueError, match="is not a database name"):
        server.create_database("x; DROP DATABASE ascolto")


def test_passwords_never_show_in_a_repr(server: EmbeddedPostgres) -> None:
    assert "ascolto" not in repr(server.urls())


def test_the_tools_for_backup_and_measure_are_at_hand() -> None:
    for name in ("pg_dump", "pg_restore", "pgbench", "psql"):
        assert subprocess.run([binary(name), "--version"], check=True, capture_output=True).stdout


def test_folders_above_the_data_folder_keep_their_modes() -> None:
    outer = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    outer.chmod(0o711)
    middle = outer / "middle"
    middle.mkdir(mode=0o751)
    before = {path: path.stat().st_mode for path in (Path("/tmp"), outer, middle)}
    with EmbeddedPostgres(middle / "data") as server:
        assert ask(server, "SELECT 1") == "1"
    assert {path: path.stat().st_mode for path in before} == before
    rmtree(outer)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_a_folder_the_server_account_cannot_reach_is_left_closed() -> None:
    outer = Path(tempfile.mkdtemp(prefix="ascolto-pg-"))
    outer.chmod(0o700)
    told: list[str] = []
    server = EmbeddedPostgres(outer / "data")
    server.start(say=told.append)
    assert "instead" in told[0]
    home = Path((outer / "data" / "postgres-is-in").read_text().strip())
    assert stat.S_IMODE(outer.stat().st_mode) == 0o700
    ask(server, "CREATE TABLE kept (n int)")
    server.stop()
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == "0"
    server.stop()
    rmtree(outer)
    rmtree(home)
