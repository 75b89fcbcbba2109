"""Files in the chat: sent, seen, fetched by whom they are for, and nothing a browser would run."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from ascolto import conversations
from ascolto.channels.actions.configuring import change_channel
from ascolto.kit.db import SYSTEM
from ascolto.tenancy.actions import change_setting
from support.chat import Chat, Customer
from support.scanner import BAD, clamd

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def upload(customer: Customer, name: str, data: bytes) -> httpx.Response:
    return await customer.http.post(
        "/public/v1/conversation/attachments",
        files={"file": (name, data, "image/png")},
        headers=customer.headers,
    )


async def test_a_picture_is_sent_and_fetched(chat: Chat) -> None:
    customer, stranger = await chat.start(), await chat.start()
    kept = (await upload(customer, "contatore àè.png", PNG)).json()
    assert (kept["name"], kept["type"], kept["size"]) == ("contatore àè.png", "image/png", len(PNG))
    body = {"text": "", "nonce": "n1", "attachment_ids": [kept["id"]]}
    sent = (await customer.post("/messages", body)).json()
    assert [file["id"] for file in sent["attachments"]] == [kept["id"]]
    fetched = await customer.get(f"/attachments/{kept['id']}")
    assert fetched.content == PNG
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert (await stranger.get(f"/attachments/{kept['id']}")).status_code == 404
    stolen = {"text": "", "nonce": "n2", "attachment_ids": [kept["id"]]}
    assert (await stranger.post("/messages", stolen)).status_code == 422


async def test_an_operators_picture_reaches_the_customer_but_not_that_of_a_note(chat: Chat) -> None:
    customer = await chat.start()
    await chat.desk.accepted(customer.id)
    folder = chat.door.app.state.services.settings.attachments
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        shown, hidden, unsent = [
            await conversations.keep_attachment(
                tx,
                folder=folder,
                conversation_id=customer.id,
                name=f"{n}.png",
                data=PNG + bytes([n]),
                uploader_kind="operator",
            )
            for n in range(3)
        ]
        await conversations.add_note(
            tx,
            conversation_id=customer.id,
            operator_id=chat.desk.anna,
            text="",
            nonce=None,
            files=[hidden.id],
        )
    await chat.desk.replied(customer.id, "Ecco", attachments=[shown.id])
    assert (await customer.get(f"/attachments/{shown.id}")).status_code == 200
    for kept in (hidden, unsent):
        assert (await customer.get(f"/attachments/{kept.id}")).status_code == 404
    seen = (await customer.get("/messages")).json()["items"]
    assert [file["id"] for line in seen for file in line["attachments"]] == [shown.id]


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("a.svg", b"<svg onload=alert(1)>", 422),
        ("a.png", b"<html><script>alert(1)</script>", 422),
        ("a.exe", b"MZ\x90\0\3\0", 422),
        ("a.txt", b"", 422),
        ("a.txt", b"a" * 10_000_001, 413),
        ("a.txt", b"a" * 13_000_000, 413),
    ],
)
async def test_what_is_not_taken_leaves_nothing(
    chat: Chat, name: str, data: bytes, status: int
) -> None:
    customer = await chat.start()
    answer = await upload(customer, name, data)
    assert (answer.status_code, "code" in answer.json()) == (status, True)
    async with chat.desk.as_system() as tx:
        assert await tx.fetchval("SELECT count(*) FROM conversations.attachment") == 0


async def test_a_chat_may_take_no_files(chat: Chat) -> None:
    customer = await chat.start()
    async with chat.desk.as_system() as tx:
        await change_channel(tx, chat.channel.id, v=1, changes={"settings": {"uploads": False}})
    answer = await upload(customer, "a.png", PNG)
    assert (answer.status_code, answer.json()["code"]) == (403, "channels.no_uploads")


async def test_half_a_form_is_refused(chat: Chat) -> None:
    customer = await chat.start()
    for content, kind in (
        (b"--x\r\nnothing", "multipart/form-data; boundary=x"),
        (b"hello", "multipart/form-data"),
        (b"{}", "application/json"),
    ):
        answer = await chat.http.post(
            "/public/v1/conversation/attachments",
            content=content,
            headers={**customer.headers, "content-type": kind},
        )
        assert 400 <= answer.status_code < 500
        assert answer.headers["content-type"] == "application/problem+json"


def a_bomb() -> bytes:
    """Return a small archive that calls itself a letter and unpacks to half a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 500_000_000)
    return packed.getvalue()


async def test_a_zip_bomb_is_refused_at_the_door_and_leaves_nothing(chat: Chat) -> None:
    customer = await chat.start()
    answer = await upload(customer, "lettera.docx", a_bomb())
    assert (answer.status_code, answer.json()["code"]) == (422, "conversations.bad_files")
    async with chat.desk.as_system() as tx:
        assert await tx.fetchval("SELECT count(*) FROM conversations.attachment") == 0
    folder = chat.door.app.state.services.settings.attachments
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def limits(chat: Chat, key: str, megabytes: int) -> None:
    async with chat.desk.as_system() as tx:
        await change_setting(
            tx, f"conversations.{key}", megabytes, actor=SYSTEM, client_id=chat.desk.client_id
        )


async def test_a_conversation_holds_no_more_than_it_may(chat: Chat) -> None:
    await limits(chat, "files_per_conversation_mb", 1)
    customer, other = await chat.start(), await chat.start()
    assert (await upload(customer, "a.txt", b"a" * 600_000)).status_code == 201
    answer = await upload(customer, "b.txt", b"b" * 600_000)
    assert (answer.status_code, answer.json()["code"]) == (409, "conversations.files_full")
    assert (await upload(customer, "c.txt", b"c" * 400_000)).status_code == 201
    assert (await upload(other, "b.txt", b"b" * 600_000)).status_code == 201


async def test_a_clients_day_holds_no_more_than_it_may(chat: Chat) -> None:
    await limits(chat, "files_per_day_mb", 1)
    first, second = await chat.start(), await chat.start()
    assert (await upload(first, "a.txt", b"a" * 600_000)).status_code == 201
    assert (await upload(second, "b.txt", b"b" * 600_000)).status_code == 409
    chat.desk.clock.at += timedelta(hours=24, seconds=1)
    assert (await upload(second, "b.txt", b"b" * 600_000)).status_code == 201


async def test_what_a_customer_did_not_send_is_forgotten_within_hours(chat: Chat) -> None:
    customer = await chat.start()
    await upload(customer, "a.png", PNG)
    for hours, left in ((2, 1), (4, 0)):
        chat.desk.clock.at = chat.desk.clock.at.replace(hour=9 + hours)
        async with chat.desk.as_system() as tx:
            await conversations.forget_unsent(tx)
            assert await tx.fetchval("SELECT count(*) FROM conversations.attachment") == left


async def test_a_file_is_kept_only_when_the_scanner_finds_it_clean(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, services = await chat.start(), chat.door.app.state.services
    async with clamd() as port:
        set_up = replace(services.settings, clamd=f"127.0.0.1:{port}")
        monkeypatch.setattr(services, "settings", set_up)
        assert (await upload(customer, "foto.png", PNG)).status_code == 201
        infected = await upload(customer, "foto.png", PNG + BAD)
        assert (infected.status_code, infected.json()["code"]) == (
            422, "conversations.infected_file",
        )  # fmt: skip
    away = await upload(customer, "foto.png", PNG)
    assert (away.status_code, away.json()["code"]) == (503, "conversations.scanner_unavailable")
    monkeypatch.setattr(services, "settings", replace(set_up, clamd_away_passes=True))
    assert (await upload(customer, "foto.png", PNG)).status_code == 201
