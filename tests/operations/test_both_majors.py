"""Every PostgreSQL of the wheel carries a conversation, its backup and its restore."""

import contextlib
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto.cli import main
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import EmbeddedPostgres, PostgresError
from ascolto.kit.postgres.binaries import installations
from ascolto.operations import archive
from ascolto.operations.target import restore_dump
from support.commands import up
from support.demo import sign_in
from support.desk import Writer

ANNA = "operatrice@aurelia.example"


def made_by(data: Path, *, major: int) -> None:
    """Make an empty database of one version."""
    with EmbeddedPostgres(data, durable=False, major=major) as server:
        assert server.query("SHOW server_version").startswith(f"{major}.")


def accepted(desk: httpx.Client) -> dict[str, Any]:
    """Wait for an offer and take it."""
    deadline = time.monotonic() + 60
    while not (offers := desk.get("/api/v1/desk").json()["offers"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    row: dict[str, Any] = desk.post(f"/api/v1/work/{offers[0]['work_item_id']}/accept").json()
    return row


@pytest.mark.parametrize("major", sorted(installations()))
def test_a_conversation_is_offered_answered_backed_up_and_found_again(
    folder: Path, major: int, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, tar = folder / "first", folder / "second", folder / "backup.tar"
    made_by(first, major=major)
    with up(first, "--demo", ASCOLTO_QUIET_DEMO="1") as server:
        server.wait_until_up()
        url = f"http://127.0.0.1:{server.port}"
        customer = Writer(url, "Elsa")
        with (
            customer.http,
            contextlib.closing(sign_in(url, tenant="aurelia", email=ANNA)) as desk,
        ):
            customer.begin("La bolletta è doppia")
            assert desk.put("/api/v1/presence", json={"state": "available"}).is_success
            row = accepted(desk)
            answer = desk.post(
                f"/api/v1/conversations/{row['id']}/messages",
                json={"text": "Guardo subito", "nonce": new_id(), "attachment_ids": []},
            )
            assert answer.is_success, answer.text
            assert customer.answers() == ["Guardo subito"]
        assert main(["backup", str(tar), "--data", str(first)]) == 0
    made_by(second, major=major)
    restored = main(["restore", str(tar), "--data", str(second), "--force"])
    assert restored == 0, capsys.readouterr().out
    with up(second, "--demo", ASCOLTO_QUIET_DEMO="1") as server:
        server.wait_until_up()
        customer.url = f"http://127.0.0.1:{server.port}"
        with httpx.Client(timeout=20) as http:
            customer.http = http
            assert customer.answers() == ["Guardo subito"]
            customer.say("E adesso?")


def test_a_dump_cut_short_leaves_an_older_server_as_it_was(folder: Path) -> None:
    """The way past pg_restore, too, loads all or nothing."""
    oldest = min(installations())
    made_by(folder / "first", major=oldest)
    with up(folder / "first", "--demo", ASCOLTO_QUIET_DEMO="1") as server:
        server.wait_until_up()
        assert main(["backup", str(folder / "backup.tar"), "--data", str(folder / "first")]) == 0
    made_by(folder / "second", major=oldest)
    with EmbeddedPostgres(folder / "second", durable=False) as other:
        # Something of the dump is there already: the script fails half-way.
        other.query("CREATE SCHEMA kit; CREATE TABLE kit.own (x int)", database="ascolto")
        urls = other.urls()
        unpacked = folder / "unpacked"
        archive.extract(folder / "backup.tar", unpacked)
        with pytest.raises(PostgresError, match="already exists"):
            restore_dump(urls.admin_dsn, unpacked / archive.DUMP, "--no-owner", say=print)
        whole = (unpacked / archive.DUMP).read_bytes()
        (unpacked / archive.DUMP).write_bytes(whole[: len(whole) * 3 // 4])
        other.query("DROP SCHEMA kit CASCADE", database="ascolto")
        with pytest.raises(PostgresError, match="pg_restore"):
            restore_dump(urls.admin_dsn, unpacked / archive.DUMP, "--no-owner", say=print)
        assert (
            other.query(
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'kit'", database="ascolto"
            )
            == "0"
        )
