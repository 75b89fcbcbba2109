"""Somebody else's program is a channel: hands in, fetches, reports."""

import asyncio
import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from ascolto import conversations, routing
from ascolto.channels.actions.configuring import change_channel, create_channel
from ascolto.channels.errors import BadChannel
from ascolto.channels.webhooks.fan_out import NAME, fan_out_batch
from ascolto.conversations.store_quarantine import list_quarantine
from ascolto.kit.db import SYSTEM
from ascolto.kit.subscribers import place_of
from support.chat import Chat

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "channel_by_file.py"


class Program:
    """An external program with its token and its channel."""

    def __init__(self, chat: Chat, channel_id: str, token: str) -> None:
        self.chat = chat
        self.channel_id = channel_id
        self.token = token

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.chat.http.request(
            method,
            f"/api/v1/channels/{self.channel_id}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            **more,
        )

    async def hand_in(self, text: str, external_id: str, **more: Any) -> httpx.Response:
        body = {
            "thread": "carla",
            "external_id": external_id,
            "from": {"value": "carla", "name": "Carla", "verified": True},
            "text": text,
        }
        return await self.call("POST", "/inbound", json={**body, **more})

    async def fetch(self, cursor: int = 0, wait_s: float = 0) -> dict[str, Any]:
        while await fan_out_batch(self.chat.desk.database):
            pass
        answer = await self.call("GET", f"/outbound?cursor={cursor}&wait_s={wait_s}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


def a_token(*scopes: str) -> dict[str, Any]:
    return {"name": "Lettere", "scopes": scopes, "expires_at": "2026-05-01T00:00:00Z"}


async def a_program(chat: Chat) -> Program:
    await chat.door.add_account("configurator", email="config@prova.example")
    queue = await chat.desk.queue_for("messaging")
    async with chat.desk.as_system() as tx:
        channel = await create_channel(
            tx,
            client_id=chat.desk.client_id,
            kind="external",
            name="Lettere",
            queue_id=queue.id,
        )
    async with chat.door.signed_in("config@prova.example") as browser:
        answer = await browser.post("/tokens", json=a_token("channels.deliver"))
    assert answer.status_code == 201, answer.text
    return Program(chat, channel.id, answer.json()["secret"])


async def test_a_letter_becomes_work_and_its_answer_is_carried_back(chat: Chat) -> None:
    program = await a_program(chat)
    await program.fetch()
    taken = (await program.hand_in("Buongiorno", "l-1")).json()
    stands = await chat.desk.read(taken["conversation_id"])
    assert (stands.state.value, stands.channel, stands.customer_verified) == (
        "waiting",
        "messaging",
        True,
    )
    await chat.desk.accepted(stands.id)
    await chat.desk.replied(stands.id, "Salve Carla")
    page = await program.fetch()
    (item,) = page["items"]
    assert (item["thread"], item["text"]) == ("carla", "Salve Carla")
    assert (await program.fetch(page["next_cursor"]))["items"] == []
    report = {"message_id": item["message_id"], "delivery": "delivered"}
    assert (await program.call("POST", "/deliveries", json=report)).status_code == 204
    assert (await chat.desk.thread(stands.id))[-1].delivery == "delivered"


async def test_a_program_passes_on_the_wish_for_somebody_in_the_union(chat: Chat) -> None:
    """With the one scope that the guide names: the wish is the customer's right, not a favour."""
    program = await a_program(chat)
    taken = (await program.hand_in("Buongiorno", "l-1")).json()
    for _ in range(2):
        wish = await program.call("POST", "/eu-operator", json={"thread": "carla"})
        assert wish.status_code == 204, wish.text
    async with chat.desk.as_system() as tx:
        wanted = await tx.fetchval(
            "SELECT eu_only FROM routing.work_item WHERE ref = $1", taken["conversation_id"]
        )
    assert wanted is True
    nobody = await program.call("POST", "/eu-operator", json={"thread": "nessuno"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "channels.unknown_thread")


async def test_handing_in_twice_is_one_message(chat: Chat) -> None:
    program = await a_program(chat)
    first, again = await program.hand_in("Ciao", "l-1"), await program.hand_in("Ciao", "l-1")
    assert first.json() == again.json()
    other = await program.hand_in("Altro", "l-1")
    assert other.status_code == 409
    both = await asyncio.gather(*(program.hand_in("Insieme", "l-2") for _ in range(5)))
    assert {answer.status_code for answer in both} == {201}
    thread = await chat.desk.thread(first.json()["conversation_id"])
    assert [line.text for line in thread if line.text] == ["Ciao", "Insieme"]


async def test_two_first_letters_at_once_are_one_thread(chat: Chat) -> None:
    program = await a_program(chat)
    answers = await asyncio.gather(*(program.hand_in(f"N. {n}", f"l-{n}") for n in range(6)))
    assert len({answer.json()["conversation_id"] for answer in answers}) == 1


async def test_the_line_is_held_until_there_is_an_answer(chat: Chat) -> None:
    program = await a_program(chat)
    await program.fetch()
    taken = (await program.hand_in("Buongiorno", "l-1")).json()
    await chat.desk.accepted(taken["conversation_id"])
    waiting = asyncio.create_task(program.fetch(wait_s=20))
    while not chat.door.app.state.services.live.audience(
        chat.desk.tenant, f"outbound:{program.channel_id}"
    ):
        await asyncio.sleep(0.01)
    await chat.desk.replied(taken["conversation_id"], "Eccomi")
    await fan_out_batch(chat.desk.database)
    assert (await waiting)["items"][0]["text"] == "Eccomi"


async def test_a_hand_in_tells_whose_it_is_and_whether_we_knew_them(chat: Chat) -> None:
    program = await a_program(chat)
    first = (await program.hand_in("Buongiorno", "l-1")).json()
    assert (await program.hand_in("Buongiorno", "l-1")).json() == first
    stands = await chat.desk.read(first["conversation_id"])
    assert (first["customer_id"], first["customer_known"]) == (stands.customer_id, False)
    await chat.desk.accepted(stands.id)
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=stands.id, outcome="resolved", operator_id=chat.desk.anna
        )
    chat.desk.clock.at += timedelta(days=30)
    later = (await program.hand_in("Ancora io", "l-2")).json()
    assert later["conversation_id"] != first["conversation_id"]
    assert (later["customer_id"], later["customer_known"]) == (first["customer_id"], True)


async def test_what_nobody_is_told_of_is_stepped_over_and_not_read_again(chat: Chat) -> None:
    async with chat.desk.database.connection() as line:
        await place_of(line, NAME)
    await routing_only(chat)
    async with chat.desk.database.connection() as line:
        end = await line.fetchval("SELECT kit.stream_horizon()")
        before = await place_of(line, NAME)
    await fan_out_batch(chat.desk.database)
    async with chat.desk.database.connection() as line:
        assert await place_of(line, NAME) == before < (end, 0)
    await fan_out_batch(chat.desk.database, resting=True)
    async with chat.desk.database.connection() as line:
        assert await place_of(line, NAME) >= (end, 0)


async def routing_only(chat: Chat) -> None:
    """Let something happen that no webhook can hear of."""
    for state in ("away", "available", "away"):
        async with chat.desk.as_system() as tx:
            await routing.set_presence(tx, operator_id=chat.desk.anna, state=state)


async def test_a_token_without_the_scope_hands_in_nothing(chat: Chat) -> None:
    program = await a_program(chat)
    program.token = program.token[:-4] + "AAAA"
    assert (await program.hand_in("Ciao", "l-1")).status_code == 401
    async with chat.door.signed_in("config@prova.example") as browser:
        made = await browser.post("/tokens", json=a_token("channels.read"))
    program.token = made.json()["secret"]
    assert (await program.hand_in("Ciao", "l-1")).status_code == 403


async def test_a_picture_comes_with_a_letter_and_one_goes_with_the_answer(chat: Chat) -> None:
    program = await a_program(chat)
    await program.fetch()
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
    form = {"thread": "carla", "from": '{"value": "carla", "name": "Carla", "verified": true}'}
    kept = await program.call(
        "POST", "/attachments", data=form, files={"file": ("foto.png", png, "image/png")}
    )
    assert kept.status_code == 201, kept.text
    taken = await program.hand_in("", "l-1", attachment_ids=[kept.json()["id"]])
    assert taken.status_code == 201, taken.text
    conversation_id = taken.json()["conversation_id"]
    line = next(line for line in await chat.desk.thread(conversation_id) if line.attachments)
    assert line.attachments[0].name == "foto.png"
    await chat.desk.accepted(conversation_id)
    folder = chat.door.app.state.services.settings.attachments
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        file = await conversations.keep_attachment(
            tx,
            folder=folder,
            conversation_id=conversation_id,
            name="bolletta.pdf",
            data=b"%PDF-1.7 bolletta",
            uploader_kind="operator",
        )
    unsent = await program.call("GET", f"/attachments/{file.id}")
    assert unsent.status_code == 404
    await chat.desk.replied(conversation_id, "Ecco", attachments=[file.id])
    (item,) = (await program.fetch())["items"]
    fetched = await program.call("GET", f"/attachments/{item['attachments'][0]['id']}")
    assert fetched.content == b"%PDF-1.7 bolletta"


async def test_a_file_without_a_sender_begins_nothing(chat: Chat) -> None:
    program = await a_program(chat)
    for sender in ("", "{", '{"value": ""}', "null"):
        answer = await program.call(
            "POST",
            "/attachments",
            data={"thread": "carla", "from": sender},
            files={"file": ("a.txt", b"ciao", "text/plain")},
        )
        assert answer.status_code == 422
    async with chat.desk.as_system() as tx:
        assert await tx.fetchval("SELECT count(*) FROM conversations.conversation") == 0


def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("channel_by_file", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


async def test_the_example_in_the_docs_works_and_stays_short(chat: Chat, tmp_path: Path) -> None:
    assert len(EXAMPLE.read_text("utf-8").splitlines()) < 120
    program = await a_program(chat)
    await program.fetch()
    module = example()
    ascolto = module.Ascolto(chat.url, program.token, program.channel_id)
    letters, answers = tmp_path / "letters", tmp_path / "answers"
    letters.mkdir()
    answers.mkdir()
    (letters / "carla.1.txt").write_text("La bolletta è doppia", "utf-8")
    taking = asyncio.create_task(asyncio.to_thread(module.work, ascolto, letters, answers))
    while not (rows := await waiting_work(chat)):
        await asyncio.sleep(0.01)
    await chat.desk.accepted(rows[0])
    await chat.desk.replied(rows[0], "La correggiamo oggi")
    await fan_out_batch(chat.desk.database)
    await taking
    (answer,) = answers.glob("carla.*.txt")
    assert answer.read_text("utf-8") == "Anna: La correggiamo oggi\n"
    assert not list(letters.glob("*.txt"))
    assert (await chat.desk.thread(rows[0]))[-1].delivery == "delivered"


async def waiting_work(chat: Chat) -> list[str]:
    async with chat.desk.database.transaction(chat.desk.tenant, actor=SYSTEM) as tx:
        rows = await tx.fetch("SELECT ref FROM routing.work_item WHERE state = 'waiting'")
    return [row["ref"] for row in rows]


async def test_what_cannot_be_taken_in_is_kept_with_its_reason_once(chat: Chat) -> None:
    program = await a_program(chat)
    missing = "01a00000-0000-7000-8000-000000000000"
    letters: list[tuple[str, dict[str, Any], str]] = [
        ("x" * 20_001, {}, "too_long"),
        ("  ", {}, "empty"),
        ("Ecco il file", {"attachment_ids": [missing]}, "files_missing"),
    ]
    for n, (text, more, _) in enumerate(letters):
        first = await program.hand_in(text, f"q-{n}", **more)
        again = await program.hand_in(text, f"q-{n}", **more)
        assert (first.status_code, again.status_code) == (202, 202)
        assert first.json() == again.json()
    async with chat.desk.as_system() as tx:
        kept = await list_quarantine(tx, limit=10)
        assert await tx.fetchval("SELECT count(*) FROM conversations.conversation") == 0
    assert [one.reason for one in kept] == [reason for _, _, reason in letters]
    assert kept[0].content["text"] == letters[0][0]
    assert kept[0].content["from"]["value"] == "carla"
    assert (await program.hand_in("Altro", "q-0")).status_code == 409


async def test_a_second_sender_in_a_thread_is_not_written_to_the_firsts_file(chat: Chat) -> None:
    program = await a_program(chat)
    known = {"kind": "phone", "value": "+39 333 1234567", "verified": True}
    (first,) = [(await program.hand_in("Sono io", "t-1", **{"from": known})).json()]
    stranger = {"kind": "phone", "value": "+39 333 7654321", "verified": True}
    aside = [await program.hand_in("Sono un'altra", "t-2", **{"from": stranger}) for _ in range(2)]
    assert [one.status_code for one in aside] == [202, 202]
    own = {"thread": "altra", "from": stranger}
    other = (await program.hand_in("Sono un'altra", "t-3", **own)).json()
    assert other["customer_id"] != first["customer_id"]
    back = await program.hand_in("Di nuovo nel primo", "t-4", **{"from": stranger})
    assert back.status_code == 202
    claimed = await program.hand_in("Forse io", "t-5", **{"from": {**stranger, "verified": False}})
    again = await program.hand_in("Ancora io", "t-6", **{"from": known})
    assert [one.json()["customer_id"] for one in (claimed, again)] == [first["customer_id"]] * 2
    async with chat.desk.as_system() as tx:
        kept = await list_quarantine(tx, limit=10)
    assert [one.reason for one in kept] == ["other_sender", "other_sender"]


async def test_work_by_messages_needs_a_queue_for_messages(chat: Chat) -> None:
    program = await a_program(chat)
    wrong = {"queue_id": chat.desk.queue.id}
    with pytest.raises(BadChannel) as refused:
        async with chat.desk.as_system() as tx:
            await change_channel(tx, program.channel_id, v=1, changes=wrong)
    assert (refused.value.fields["queue_channel"], refused.value.fields["needed"]) == (
        "webchat",
        "messaging",
    )


async def test_a_channel_that_is_off_still_loses_nothing(chat: Chat) -> None:
    program = await a_program(chat)
    async with chat.desk.as_system() as tx:
        await change_channel(tx, program.channel_id, v=1, changes={"active": False})
    assert (await program.hand_in("C'è nessuno?", "off-1")).status_code == 202
    async with chat.desk.as_system() as tx:
        (kept,) = await list_quarantine(tx, limit=10)
    assert (kept.reason, kept.content["text"]) == ("channel_off", "C'è nessuno?")


async def test_whoever_writes_a_letter_at_night_hears_when_somebody_will_answer(
    chat: Chat,
) -> None:
    program = await a_program(chat)
    await program.fetch()
    chat.desk.clock.at = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)
    taken = (await program.hand_in("Manca la luce", "n-1")).json()
    await program.hand_in("Ancora buio", "n-2")
    page = await program.fetch()
    (item,) = page["items"]
    assert item["conversation_id"] == taken["conversation_id"]
    assert "domani alle 09:00" in item["text"]
    assert "pagina" not in item["text"]
