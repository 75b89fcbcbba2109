"""`ascolto up` as a person or a service starts, stops, kills and misplaces it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import psutil
import pytest

from ascolto.kit.postgres import EmbeddedPostgres, PostgresUrls, temporary_postgres
from support import running
from support.commands import PATIENCE_S, up
from support.demo import sign_in
from support.desk import Writer


@pytest.fixture(scope="module")
def settled() -> Iterator[Path]:
    """A data folder that has been up once."""
    outer = Path(tempfile.mkdtemp(prefix="ascolto-up-", dir="/tmp"))
    outer.chmod(0o711)
    with up(outer / "data") as first:
        first.wait_until_up()
    yield outer / "data"
    rmtree(outer)


def names(processes: list[psutil.Process]) -> str:
    return " ".join(" ".join(process.cmdline()) for process in processes)


def all_gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=30)
    return not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_the_first_start_makes_everything_and_the_second_finds_it(folder: Path) -> None:
    with up(folder / "data", "--demo") as first:
        first.wait_until_up()
        for words in ("Making the database", "migration 0001_kit", "Demo organisations loaded"):
            assert words in first.said()
        assert "/demo/aurelia" in first.said()
        first.wait_until_said("Ctrl-C stops everything")
        deadline = time.monotonic() + PATIENCE_S
        while "living_day" not in names(first.children()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        children = first.children()
        assert "postgres" in names(children)
        first.process.send_signal(signal.SIGINT)
        assert first.process.wait(PATIENCE_S) == 0
        assert all_gone(children)
        assert "Traceback" not in first.said()
    with up(folder / "data", "--demo", ASCOLTO_QUIET_DEMO="1") as second:
        second.wait_until_up()
        for words in ("Making", "migration", "loaded"):
            assert words not in second.said()


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param([signal.SIGTERM], id="SIGTERM"),
        pytest.param([signal.SIGHUP], id="SIGHUP"),
        pytest.param([signal.SIGINT, signal.SIGINT], id="Ctrl-C twice"),
    ],
)
def test_every_polite_end_leaves_nothing_behind(
    settled: Path, signals: list[signal.Signals]
) -> None:
    with up(settled) as server:
        server.wait_until_up()
        children = server.children()
        for number in signals:
            server.process.send_signal(number)
            time.sleep(0.1)
        assert server.process.wait(PATIENCE_S) == 0, server.said()
        assert all_gone(children)
        assert "Traceback" not in server.said()
        assert not EmbeddedPostgres(settled).is_running()


def test_a_stop_while_the_database_is_being_made_leaves_a_folder_that_starts(folder: Path) -> None:
    with up(folder / "data") as server:
        server.wait_until_said("Making the database")
        children = server.children()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE_S) == 0, server.said()
        assert all_gone(children)
    with up(folder / "data") as server:
        server.wait_until_up()


def test_a_killed_server_leaves_nothing_that_stops_the_next_start(settled: Path) -> None:
    with up(settled, "--demo") as server:
        server.wait_until_up()
        deadline = time.monotonic() + PATIENCE_S
        while "living_day" not in names(server.children()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        children = server.children()
        server.process.kill()
        server.process.wait()
        with up(settled, ASCOLTO_QUIET_DEMO="1") as again:
            again.wait_until_up()
        assert all_gone(children)


def test_a_crowd_whose_caller_went_before_its_first_look_leaves() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        crowd = subprocess.Popen(
            [
                *(sys.executable, "-m", "ascolto.cli", "simulate", "--scenario", "living_day"),
                *("--url", f"http://127.0.0.1:{silent.getsockname()[1]}", "--caller", "1"),
            ],
            start_new_session=True,
        )
        try:
            assert crowd.wait(PATIENCE_S) == 0
        finally:
            crowd.kill()


def test_a_migration_killed_half_way_is_done_whole_at_the_next_start(folder: Path) -> None:
    with up(folder / "data") as server:
        server.wait_until_said("migration 0006")
        server.process.kill()
        server.process.wait()
    with up(folder / "data") as server:
        server.wait_until_up()
        assert "migration 0001" not in server.said()
        assert "migration 0011" in server.said()


def test_a_second_server_on_the_same_folder_is_told_who_has_it(settled: Path) -> None:
    with up(settled) as first:
        first.wait_until_up()
        with up(settled) as second:
            assert f"process {first.process.pid}" in second.refused()
        assert first.healthy()


def test_a_taken_port_is_told_before_anything_is_started(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with up(folder / "data", port=port) as server:
            said = server.refused()
    assert f"Port {port} on 127.0.0.1 is taken" in said
    assert "Making" not in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--host", "no.such.host.example"), "Cannot listen on port"),
        (("--port", "70000"), "Cannot listen on port 70000"),
        (("--data", "/dev/null/ascolto"), "/dev/null/ascolto cannot be used: Not a directory"),
        (("--data", "/proc/ascolto"), "/proc/ascolto cannot be used"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    folder: Path, more: tuple[str, ...], words: str
) -> None:
    with up(folder / "data", *more) as server:
        said = server.refused()
    assert words in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_told(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o500)
    with up(folder / "data") as server:
        assert "cannot be used: Permission denied" in server.refused()


def test_a_full_disk_is_told_and_starts_once_there_is_room(
    small_disk: Callable[[str], Path],
) -> None:
    place = small_disk("12m")
    with up(place / "data") as server:
        assert "No space left on device" in server.refused()
    subprocess.run(["mount", "-o", "remount,size=1g", str(place)], check=True)
    with up(place / "data") as server:
        server.wait_until_up()


ONE_LOGIN = (
    "CREATE ROLE house LOGIN CREATEROLE PASSWORD 'house';"
    "CREATE DATABASE contact_centre OWNER house;"
)
# As docs/how-to/run-in-production.md has it.
TWO_LOGINS = (
    "CREATE ROLE ascolto_app NOLOGIN NOSUPERUSER NOBYPASSRLS;"
    "CREATE ROLE house LOGIN PASSWORD 'house'; CREATE ROLE desk LOGIN PASSWORD 'desk';"
    "GRANT ascolto_app TO desk; CREATE DATABASE contact_centre OWNER house;"
)


@contextlib.contextmanager
def server_of_ones_own(setup: str) -> Iterator[tuple[EmbeddedPostgres, Callable[[str], str]]]:
    """Run a server that knows none of our roles; give it and what makes a login's address."""
    with temporary_postgres() as own:
        own.query("DROP DATABASE ascolto; DROP ROLE ascolto_app; DROP ROLE ascolto_owner;" + setup)
        place = own.urls().admin_dsn.partition("?")[2]
        yield own, lambda login: f"postgresql://{login}:{login}@/contact_centre?{place}"


def wait_for_an_offer(url: str) -> None:
    """Sit down as an operator, write as a customer, and wait until the one is offered the other."""
    email = "operatrice@aurelia.example"
    with contextlib.closing(sign_in(url, tenant="aurelia", email=email)) as anna:
        present = {"state": "available", "place": "home", "country": "IT"}
        answer = anna.put("/api/v1/presence", json=present)
        assert answer.is_success, answer.text
        writer = Writer(url, "Elsa")
        with writer.http:
            writer.begin("C'è qualcuno?")
        deadline = time.monotonic() + PATIENCE_S
        while not anna.get("/api/v1/desk").json()["offers"]:
            assert time.monotonic() < deadline, "nobody was offered what the customer wrote"
            time.sleep(0.1)


@pytest.mark.parametrize(
    ("setup", "owner", "app"),
    [(ONE_LOGIN, "house", "house"), (TWO_LOGINS, "house", "desk")],
    ids=["one login", "two logins"],
)
def test_a_server_of_ones_own_is_used_with_the_least_rights(
    folder: Path, setup: str, owner: str, app: str
) -> None:
    with server_of_ones_own(setup) as (own, address):
        env: dict[str, Any] = {"DATABASE_URL": address(app), "DATABASE_OWNER_URL": address(owner)}
        with up(folder / "data", "--demo", **env, ASCOLTO_QUIET_DEMO="1") as server:
            server.wait_until_up()
            assert "postgres" not in names(server.children())
            wait_for_an_offer(f"http://127.0.0.1:{server.port}")
            assert "UndefinedObjectError" not in server.said()
        roles = own.query(
            "SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles"
            " WHERE rolname = 'ascolto_app'"
        )
        assert roles == "f"
        with up(folder / "data", **env) as server:  # nothing to do a second time
            server.wait_until_up()
            assert "migration" not in server.said()


def test_an_owner_whom_the_walls_bind_frees_itself_or_is_told_how(folder: Path) -> None:
    with server_of_ones_own(ONE_LOGIN) as (own, address):
        with up(folder / "data", DATABASE_URL=address("house")) as server:
            server.wait_until_up()
        bound = "SELECT pg_has_role('house', 'ascolto_app', 'USAGE')"
        assert own.query(bound) == "f"
        own.query("SET ROLE house; GRANT ascolto_app TO house WITH INHERIT TRUE")
        assert own.query(bound) == "t"
        with up(folder / "data", DATABASE_URL=address("house")) as server:
            server.wait_until_up()
        assert own.query(bound) == "f"
    with server_of_ones_own(TWO_LOGINS + "GRANT ascolto_app TO house") as (own, address):
        env: dict[str, Any] = {
            "DATABASE_URL": address("desk"),
            "DATABASE_OWNER_URL": address("house"),
        }
        with up(folder / "data", **env) as server:
            take_back = 'REVOKE INHERIT OPTION FOR ascolto_app FROM "house";'
            assert take_back in server.refused()
        own.query(take_back)
        with up(folder / "data", **env) as server:
            server.wait_until_up()


@pytest.mark.parametrize(
    ("setup", "login", "words"),
    [
        ("", "house:wrong", "password authentication failed"),
        ("CREATE DATABASE other", "house:house", "may not make schemas in the database other"),
        ("CREATE DATABASE other OWNER house", "house:house", "GRANT ascolto_app TO"),
    ],
)
def test_a_login_without_its_rights_is_told_what_to_grant(
    folder: Path, pg: EmbeddedPostgres, setup: str, login: str, words: str
) -> None:
    pg.query("CREATE ROLE house LOGIN PASSWORD 'house'")
    try:
        if setup:
            pg.query(setup)
        place = pg.urls().admin_dsn.partition("?")[2]
        with up(folder / "data", DATABASE_URL=f"postgresql://{login}@/other?{place}") as server:
            assert words in server.refused()
    finally:
        pg.query("DROP DATABASE IF EXISTS other")
        pg.query("DROP ROLE house")


def test_a_server_of_a_test_that_does_not_come_up_in_time_is_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "START_S", 0.0)
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    server = running.RunningServer(PostgresUrls(nowhere, nowhere, nowhere), data=folder)
    with pytest.raises(AssertionError, match="did not come up"):
        server.start()
    assert server.process is not None
    assert server.process.poll() == -signal.SIGKILL
