"""Backup and restore, drilled on real servers through the command line's own entry."""

import asyncio
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import pytest

from ascolto.cli import main
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.outbox import Event, StoredEvent
from ascolto.kit.postgres import EmbeddedPostgres, restoring, temporary_postgres
from ascolto.kit.relay import Relay
from support.commands import up

TENANT = new_id()


@dataclass(frozen=True, kw_only=True)
class Told(Event):
    """Something was told."""

    kind: ClassVar[str] = "test.told"
    words: str


async def tell(database: Database, words: str) -> None:
    async with database.transaction(TENANT, actor=SYSTEM) as tx:
        tx.emit(Told(words=words))


async def told(database: Database) -> list[str]:
    async with database.transaction(TENANT, actor=SYSTEM) as tx:
        rows = await tx.fetch("SELECT body FROM kit.event ORDER BY id")
    return [row["body"]["words"] for row in rows]


@pytest.fixture
async def installation(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A running installation with 120 facts, a stored file and a key."""
    server = EmbeddedPostgres(folder / "first", durable=False)
    urls = server.start()
    await migrate(urls.owner_dsn)
    database = await Database.open(urls.app_dsn, size=2)
    for n in range(120):
        await tell(database, f"fact {n}")
    await database.close()
    (folder / "first" / "secret.key").write_bytes(b"k" * 32)
    (folder / "first" / "attachments" / "ab").mkdir(parents=True)
    (folder / "first" / "attachments" / "ab" / "photo").write_bytes(os.urandom(100_000))
    yield server
    server.stop()


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


async def contents(data: Path) -> list[str]:
    with EmbeddedPostgres(data, durable=False) as server:
        database = await Database.open(server.urls().app_dsn, size=2)
        try:
            return await told(database)
        finally:
            await database.close()


async def test_a_backup_of_a_running_installation_comes_back_whole_elsewhere(
    folder: Path, installation: EmbeddedPostgres
) -> None:
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    assert installation.is_running()
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert run("restore", archive, "--data", folder / "second") == 0
    first, second = folder / "first", folder / "second"
    assert await contents(second) == [f"fact {n}" for n in range(120)]
    for name in ("secret.key", "attachments/ab/photo"):
        assert (second / name).read_bytes() == (first / name).read_bytes()
    with up(second) as server:  # and what came back can be served
        server.wait_until_up()
        assert "migration" not in server.said()
    assert await contents(second) == [f"fact {n}" for n in range(120)]


async def test_what_happens_after_a_restore_is_heard(
    folder: Path, installation: EmbeddedPostgres
) -> None:
    # Far more transactions than the new server will have had: their numbers must not hide events.
    installation.query(
        "DO $$ BEGIN FOR n IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$",
        database="ascolto",
    )
    database = await Database.open(installation.urls().app_dsn, size=2)
    await tell(database, "last before the backup")
    await database.close()
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    assert run("restore", archive, "--data", folder / "second") == 0
    with EmbeddedPostgres(folder / "second", durable=False) as server:
        database = await Database.open(server.urls().app_dsn, size=4)
        relay = Relay(database)
        heard: list[str] = []
        arrived = asyncio.Event()

        def hear(event: StoredEvent) -> None:
            heard.append(event.body["words"])
            arrived.set()

        relay.add_event_listener(hear)
        await relay.start()
        await tell(database, "first after the restore")
        await asyncio.wait_for(arrived.wait(), 30)
        await relay.stop()
        await database.close()
    assert heard == ["first after the restore"]


async def test_an_installation_with_data_is_only_replaced_when_forced(
    folder: Path, installation: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    database = await Database.open(installation.urls().app_dsn, size=2)
    await tell(database, "after the backup")
    await database.close()
    assert run("restore", archive, "--data", folder / "first", "--force") == 1
    assert "already uses" in capsys.readouterr().out
    installation.stop()
    assert run("restore", archive, "--data", folder / "first") == 1
    assert "holds data already" in capsys.readouterr().out
    assert (await contents(folder / "first"))[-1] == "after the backup"
    assert run("restore", archive, "--data", folder / "first", "--force") == 0
    assert (await contents(folder / "first"))[-1] == "fact 119"


class Killed(BaseException):
    """The process is gone."""


def lay_out_anew(data: Path, *, old: str, new: str) -> None:
    """Let some files be held and others lie ready to come in their place."""
    for folder, name in ((data, old), (data.parent / "unpacked", new)):
        shutil.rmtree(folder / "attachments", ignore_errors=True)
        (folder / "attachments").mkdir(parents=True)
        (folder / "attachments" / name).touch()
        (folder / "secret.key").write_text(name)
    restoring.lay_out(data, data.parent / "unpacked")


def files(data: Path) -> tuple[list[str], str]:
    names = [one.name for one in (data / "attachments").iterdir()]
    return names, (data / "secret.key").read_text()


def kill_at(last: int, step: Callable[..., Any], done: list[int]) -> Callable[..., Any]:
    """Let the process die once so many steps are done."""

    def stepped(*args: Any) -> Any:
        if len(done) == last:
            raise Killed
        done.append(last)
        return step(*args)

    return stepped


async def test_a_restore_killed_between_its_database_and_its_files_ends_at_the_next_start(
    installation: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = installation.data_dir
    lay_out_anew(data, old="old", new="new")
    restoring.finish_restore(installation)  # killed earlier: the database is the old one
    assert files(data) == (["old"], "old")
    assert not (data / ".restoring").exists()
    for last in range(5):
        lay_out_anew(data, old="old", new="new")
        installation.create_database(restoring.REPLACED_DATABASE)
        done: list[int] = []
        with monkeypatch.context() as patched:
            for owner, name in ((Path, "rename"), (shutil, "rmtree")):
                patched.setattr(owner, name, kill_at(last, getattr(owner, name), done))
            drop = EmbeddedPostgres.drop_database
            patched.setattr(EmbeddedPostgres, "drop_database", kill_at(last, drop, done))
            with pytest.raises(Killed):
                restoring.finish_restore(installation)
        restoring.finish_restore(installation)
        assert files(data) == (["new"], "new"), f"killed after {last} steps"
        assert not (data / ".restoring").exists()
        assert not installation.query(
            "SELECT 1 FROM pg_database WHERE datname = 'ascolto_replaced'"
        )


async def test_a_damaged_archive_replaces_nothing(
    folder: Path, installation: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    installation.stop()
    whole = archive.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    for damaged in (bytes(flipped), whole[: len(whole) // 2], b"", b"not a tar at all" * 100):
        archive.write_bytes(damaged)
        assert run("restore", archive, "--data", folder / "first", "--force") == 1
        assert "Nothing was restored" in capsys.readouterr().out
    assert len(await contents(folder / "first")) == 120


async def test_a_backup_of_a_newer_ascolto_is_left_to_it(
    folder: Path, installation: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, newer = folder / "backup.tar", folder / "newer.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    with tarfile.open(archive) as source, tarfile.open(newer, "w") as target:
        for member in source:
            content = source.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == "manifest.json":
                data = json.dumps(json.loads(data) | {"schema": 9999, "ascolto": "99.0"}).encode()
                member.size = len(data)
            target.addfile(member, io.BytesIO(data))
    assert run("restore", newer, "--data", folder / "second") == 1
    assert "made by a newer Ascolto (99.0, schema 9999" in capsys.readouterr().out
    assert not (folder / "second" / "postgres").exists()


async def test_a_full_disk_leaves_no_half_backup_and_no_half_restore(
    folder: Path,
    installation: EmbeddedPostgres,
    small_disk: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "first" / "attachments" / "ab" / "film").write_bytes(os.urandom(8_000_000))
    place = small_disk("4m")
    assert run("backup", place / "backup.tar", "--data", folder / "first") == 1
    assert "No space left on device" in capsys.readouterr().out
    assert list(place.iterdir()) == []
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    assert run("restore", archive, "--data", place / "second") == 1
    assert "No space left on device" in capsys.readouterr().out
    assert not (place / "second" / "attachments").exists()
    assert run("restore", archive, "--data", folder / "second") == 0
    assert len(await contents(folder / "second")) == 120


def test_an_archive_cannot_write_outside_its_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = folder / "hostile.tar"
    for name, kind in (
        ("../escaped", tarfile.REGTYPE),
        ("/tmp/ascolto-escaped", tarfile.REGTYPE),
        ("link", tarfile.SYMTYPE),
    ):
        with tarfile.open(archive, "w") as tar:
            member = tarfile.TarInfo(name)
            member.type = kind
            member.linkname = "/etc"
            member.size = 4 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"evil"))
        assert run("restore", archive, "--data", folder / "second") == 1
        assert "Nothing was restored" in capsys.readouterr().out
    assert not (folder / "escaped").exists()
    assert not Path("/tmp/ascolto-escaped").exists()


async def test_a_backup_moves_to_a_server_of_ones_own_with_another_owner(
    folder: Path, installation: EmbeddedPostgres, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = folder / "backup.tar"
    assert run("backup", archive, "--data", folder / "first") == 0
    installation.stop()
    with temporary_postgres() as other:
        other.query("CREATE ROLE house LOGIN CREATEROLE PASSWORD 'house'")
        other.query("CREATE DATABASE contact_centre OWNER house")
        other.query(
            "REASSIGN OWNED BY ascolto_app TO ascolto_admin; DROP OWNED BY ascolto_app; "
            "DROP ROLE ascolto_app; DROP DATABASE ascolto; DROP ROLE ascolto_owner;"
        )
        place = other.urls().admin_dsn.partition("?")[2]
        url = f"postgresql://house:house@/contact_centre?{place}"
        there = ("--data", folder / "third", "--database-url", url)
        assert run("restore", archive, *there) == 0, capsys.readouterr().out
        database = await Database.open(url, size=2)
        await tell(database, "at the new house")
        assert (await told(database))[-2:] == ["fact 119", "at the new house"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.connection() as connection:
                await connection.execute("DELETE FROM kit.event")
        await database.close()
        assert await migrate(url) == 0
        assert run("restore", archive, *there, "--force") == 1
        assert "only the embedded database" in capsys.readouterr().out


def test_a_backup_never_overwrites_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = folder / "backup.tar"
    archive.write_text("something dear")
    assert run("backup", archive, "--data", folder / "first") == 1
    assert archive.read_text() == "something dear"
    assert "there already" in capsys.readouterr().out
