"""The whole way: a mail in a real Dovecot, the desk over HTTP, and back to the customer."""

import asyncio
import email
from collections.abc import AsyncIterator, Iterator
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto.channels import store, store_mail_in
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.dovecot import PASSWORD, Dovecot, running_dovecot
from support.office import Office, ok, open_office, refused
from support.post import OURS, Sink, a_mail, running_sink


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with running_dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path) as opened:
        await opened.hire("config@prova.example", "configurator")
        await opened.hire("capo@prova.example", "team_leader")
        yield opened


async def set_up(office: Office, browser: httpx.AsyncClient, **settings: Any) -> str:
    """Add a mailbox as a configurator does, over HTTP."""
    body = {
        "client_id": office.desk.client_id,
        "kind": "email",
        "name": "Posta",
        "queue_id": (await office.desk.queue_for("email")).id,
        "settings": {"address": OURS, "name": "Luce", "undo_s": 0, **settings},
    }
    channel: dict[str, Any] = ok(await browser.post("/channels", json=body))
    return str(channel["id"])


async def until(look: Any) -> Any:
    """Look again until there is something."""
    async with asyncio.timeout(40):
        while not (found := await look()):
            await asyncio.sleep(0.1)
    return found


async def test_a_customers_mail_is_answered_at_the_desk_and_read_in_their_program(
    office: Office, dovecot: Dovecot
) -> None:
    async with running_sink() as sink, office.signed_in("config@prova.example") as config:
        channel_id = await set_up(
            office,
            config,
            imap=dovecot.settings,
            smtp={"host": "127.0.0.1", "port": sink.port, "security": "none"},
        )
        secrets = await config.put(f"/mailboxes/{channel_id}/secrets", json={"imap": PASSWORD})
        assert ok(secrets)["has_imap_secret"]
        assert PASSWORD not in secrets.text
        await asyncio.to_thread(dovecot.append, a_mail())
        async with office.signed_in() as anna:

            async def arrived() -> Any:
                return ok(await anna.get("/conversations?view=waiting"))["items"]

            office_desk = office.desk
            (row,) = await until(arrived)
            assert (row["channel"], row["subject"]) == ("email", "Bolletta doppia")
            await office_desk.accepted(row["id"])
            said = {"text": "La correggiamo subito.", "nonce": "risposta-1"}
            ok(await anna.post(f"/conversations/{row['id']}/messages", json=said))
            answer = await read_by_customer(sink, dovecot)
            assert answer["In-Reply-To"] == "<uno@posta.example>"
            back = a_mail(
                "Grazie!",
                mail_id="due@posta.example",
                subject=f"R: {answer['Subject']}",
                to=str(answer["Reply-To"]),
                In_Reply_To=str(answer["Message-ID"]),
                References=f"{answer['References']} {answer['Message-ID']}",
            )
            await asyncio.to_thread(dovecot.append, back)

            async def thanked() -> Any:
                messages = ok(await anna.get(f"/conversations/{row['id']}/messages"))["items"]
                return [m for m in messages if m["text"] == "Grazie!"]

            assert len(await until(thanked)) == 1
        async with office.signed_in("capo@prova.example") as leader:
            compared = ok(await leader.post(f"/mailboxes/{channel_id}/reconciliation"))
            assert compared["fetched"]
        mailbox = ok(await config.get(f"/mailboxes/{channel_id}"))
        assert mailbox["ledger"] | {"by_state": {}} == {
            "received": 2, "handled": 2, "waiting": 0, "quarantined": 0, "balanced": True,
            "by_state": {},
        }  # fmt: skip


async def read_by_customer(sink: Sink, dovecot: Dovecot) -> Mail:
    """Let the customer's server put what it took into their mailbox, and read it there."""

    async def sent() -> list[Mail]:
        return sink.mails

    await until(sent)
    raw = bytes(sink.taken[0].original_content or b"")

    def read() -> Mail:
        with dovecot.client("carla") as client:
            client.append("INBOX", "", "", raw)
            client.select("INBOX")
            _, found = client.fetch("1", "(RFC822)")
            part = found[0]
            assert isinstance(part, tuple)
            return email.message_from_bytes(part[1])

    return await asyncio.to_thread(read)


async def test_what_was_set_aside_is_listed_read_replayed_and_put_away(office: Office) -> None:
    async with office.signed_in("config@prova.example") as config:
        channel_id = await set_up(office, config)
        refused(await config.get("/mail/inbound"), 403, "identity.not_permitted")
    await hand_over(office, channel_id, b"\r\nniente\r\n")
    async with office.signed_in("capo@prova.example") as leader:

        async def quarantined() -> Any:
            return ok(await leader.get("/mail/inbound"))["items"]

        (mail,) = await until(quarantined)
        assert mail["reason"] == "not_a_mail"
        whole = ok(await leader.get(f"/mail/inbound/{mail['id']}"))
        assert "niente" in whole["text"]
        source = await leader.get(f"/mail/inbound/{mail['id']}/source")
        assert source.content == b"\r\nniente\r\n"
        ok(await leader.post(f"/mail/inbound/{mail['id']}/replay"))
        await until(quarantined)
        put_away = ok(await leader.post(f"/mail/inbound/{mail['id']}/dismissal"))
        assert put_away["state"] == "dismissed"
        refused(await leader.post(f"/mail/inbound/{mail['id']}/dismissal"), 409, "channels.not_now")


async def test_an_operator_takes_their_own_answer_back_while_it_is_held(office: Office) -> None:
    async with office.signed_in("config@prova.example") as config:
        channel_id = await set_up(office, config, undo_s=60)
    await hand_over(office, channel_id, a_mail())
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:

        async def arrived() -> Any:
            return ok(await anna.get("/conversations?view=waiting"))["items"]

        (row,) = await until(arrived)
        await office.desk.accepted(row["id"])
        plan = {"file": ("piano.txt", b"Il piano.")}
        file = ok(await anna.post(f"/conversations/{row['id']}/attachments", files=plan))
        said = {"text": "Un momento", "nonce": "risposta-1", "attachment_ids": [file["id"]]}
        message = ok(await anna.post(f"/conversations/{row['id']}/messages", json=said))
        where = f"/mail/messages/{message['id']}/recall"

        async def taken_back() -> Any:
            answer = await anna.post(where)
            return answer.json() if answer.status_code == 200 else None

        refused(await bruno.post(where), 404, "channels.unknown_mail")
        back = await until(taken_back)
        assert back["state"] == "recalled"
        # Its files are there once more: what hung on it stays on it, as the thread tells.
        (again,) = back["files"]
        assert again == file | {"id": again["id"]}
        assert again["id"] != file["id"]
        said = {"text": "Ecco", "nonce": "risposta-2", "attachment_ids": [again["id"]]}
        sent = ok(await anna.post(f"/conversations/{row['id']}/messages", json=said))
        assert sent["attachments"] == [again]
        lines = ok(await anna.get(f"/conversations/{row['id']}/messages"))["items"]
        assert [one["attachments"] for one in lines if one["attachments"]] == [[file], [again]]


async def hand_over(office: Office, channel_id: str, raw: bytes) -> None:
    """Store a mail as the listener does."""

    async with office.desk.as_system() as tx:
        channel = await store.get_channel(tx, channel_id)
        assert channel is not None
        mail = NewMail(id=new_id(), raw=raw, sha256=digest(raw))
        await store_mail_in.add_mails(tx, channel, source="smtp", mails=[mail])
