"""A customer writes, is answered, and loses nothing on the way."""

import asyncio

import pytest

from ascolto import conversations, routing
from ascolto.channels.webchat.stream import QUEUE_LIMIT, CustomerStream
from ascolto.identity import secrets
from ascolto.kit.live import Follower
from support.chat import Chat


async def test_a_customer_writes_and_reads_the_answer(chat: Chat) -> None:
    customer = await chat.start("La bolletta è doppia", name="Carla Rossi")
    assert customer.started["state"] == "waiting"
    async with customer.stream() as line:
        assert (await line.next("conversation.state"))["state"] == "waiting"
        assert (await line.next("message.added"))["text"] == "La bolletta è doppia"
        await chat.desk.accepted(customer.id)
        assert (await line.next("conversation.state"))["operator_name"] == "Anna"
        await chat.desk.replied(customer.id, "Buongiorno Carla")
        answer = await line.next("message.added")
    assert (answer["text"], answer["author"]) == (
        "Buongiorno Carla",
        {"kind": "operator", "name": "Anna"},
    )
    sent = await customer.write("Grazie")
    listed = (await customer.get("/messages")).json()
    assert [item["text"] for item in listed["items"]][-2:] == ["Buongiorno Carla", "Grazie"]
    assert listed["items"][-1]["id"] == sent["id"]


async def test_a_message_sent_twice_is_one_message(chat: Chat) -> None:
    customer = await chat.start()
    first = await customer.write("Ci siete?", nonce="stesso-nonce")
    again = await customer.write("Ci siete?", nonce="stesso-nonce")
    assert again["id"] == first["id"]
    other = await customer.post("/messages", {"text": "Altro", "nonce": "stesso-nonce"})
    assert (other.status_code, other.json()["code"]) == (409, "conversations.nonce_clash")


async def test_a_start_sent_twice_is_one_conversation(chat: Chat) -> None:
    body = {"text": "Aiuto", "nonce": "0123456789abcdef"}
    first, again = await chat.post_start(body), await chat.post_start(body)
    assert first.json()["conversation_id"] == again.json()["conversation_id"]
    assert first.json()["token"] != again.json()["token"]
    other = await chat.post_start({**body, "text": "Altro"})
    assert (other.status_code, other.json()["code"]) == (409, "channels.start_clash")
    chat.desk.clock.at = chat.desk.clock.at.replace(hour=15)
    late = await chat.post_start(body)
    assert late.status_code == 409


async def test_a_stream_that_was_cut_goes_on_where_it_stopped(chat: Chat) -> None:
    customer = await chat.start()
    await chat.desk.accepted(customer.id)
    async with customer.stream() as line:
        await line.next("message.added")
        await chat.desk.replied(customer.id, "Uno")
        assert (await line.next("message.added"))["text"] == "Uno"
        place = line.last_id
    for text in ("Due", "Tre"):
        await chat.desk.replied(customer.id, text)
    async with customer.stream(last_id=place) as line:
        assert (await line.next("message.added"))["text"] == "Due"
        assert (await line.next("message.added"))["text"] == "Tre"
        await chat.desk.replied(customer.id, "Quattro")
        assert (await line.next("message.added"))["text"] == "Quattro"


async def test_a_stream_with_a_lost_place_begins_after_the_last_message_seen(chat: Chat) -> None:
    customer = await chat.start("Prima")
    await customer.write("Seconda")
    async with customer.stream(last_id="12345678901-7", after_seq=1) as line:
        assert (await line.next())["state"] == "waiting"
        assert (await line.next())["text"] == "Seconda"


async def test_a_customer_never_sees_notes_or_surnames(chat: Chat) -> None:
    customer = await chat.start()
    await chat.desk.accepted(customer.id)
    async with customer.stream() as line:
        await line.next("message.added")
        async with chat.desk.as_operator(chat.desk.anna) as tx:
            await conversations.add_note(
                tx,
                conversation_id=customer.id,
                operator_id=chat.desk.anna,
                text="Cliente difficile",
                nonce=None,
            )
        await chat.desk.replied(customer.id, "Eccomi")
        assert (await line.next("message.added"))["text"] == "Eccomi"
    texts = [item["text"] for item in (await customer.get("/messages")).json()["items"]]
    assert texts == ["Buongiorno", "Eccomi"]


async def test_ending_and_the_one_question(chat: Chat) -> None:
    customer = await chat.start()
    await chat.desk.accepted(customer.id)
    await chat.desk.replied(customer.id)
    assert (await customer.post("/end")).json() == {"state": "wrapup"}
    assert (await customer.post("/survey", {"score": 5, "text": "Gentile"})).status_code == 204
    again = await customer.post("/survey", {"score": 1})
    assert (again.status_code, again.json()["code"]) == (409, "conversations.already_surveyed")


async def test_a_message_costs_five_statements_at_most(chat: Chat) -> None:
    customer = await chat.start()
    await customer.write("Eccomi")  # what is configured is known from here on
    db = chat.desk.database
    before = (db.statements, db.transactions)
    await customer.write("Ancora io")
    assert db.transactions - before[1] == 1
    assert db.statements - before[0] <= 5


async def test_each_side_sees_the_other_typing(chat: Chat) -> None:
    customer = await chat.start(name="Carla Rossi")
    live = chat.door.app.state.services.live
    desk = Follower(tenant_id=chat.desk.tenant, clients=None)
    live.join(desk)
    live.follow(desk, [f"conversation:{customer.id}"])
    assert (await customer.post("/typing")).status_code == 204
    while not (seen := [item.frame for item in desk.queue if item.frame.kind == "typing"]):
        await asyncio.sleep(0.01)
    assert seen[0].body["name"] == "Carla Rossi"
    async with customer.stream() as line:
        await line.next("message.added")
        topic = f"customer:{customer.id}"
        await live.whisper(chat.desk.tenant, topic, "typing", {"name": "Anna Neri"}, None)
        assert await line.next() == {"kind": "operator", "name": "Anna"}


async def test_a_reader_that_takes_nothing_is_let_go(chat: Chat) -> None:
    customer = await chat.start()
    services = chat.door.app.state.services
    shown = secrets.read(customer.started["token"])
    assert shown
    stream = CustomerStream(services.db, services.live, shown=shown)
    beginning = await stream.begin(after=None, after_seq=0)
    for _ in range(QUEUE_LIMIT + 1):
        await services.live.whisper(
            chat.desk.tenant, f"customer:{customer.id}", "typing", {"name": "Anna"}, None
        )
    while not stream._follower.lost:
        await asyncio.sleep(0.01)
    assert len([chunk async for chunk in stream.chunks(beginning)]) == 1
    stream.end()
    assert services.live.audience(chat.desk.tenant, f"customer:{customer.id}") == 0


async def test_a_very_long_thread_comes_in_several_goes(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ascolto.channels.webchat.stream.REPLAY_LIMIT", 3)
    customer = await chat.start("1")
    for n in range(2, 6):
        await customer.write(str(n))
    texts: list[str] = []
    seen = 0
    for go in (3, 2):
        async with customer.stream(after_seq=seen) as line:
            for _ in range(go):
                message = await line.next("message.added")
                texts.append(message["text"])
                seen = message["seq"]
            assert bool(line.last_id) == (go == 2)
    assert texts == ["1", "2", "3", "4", "5"]


async def test_one_conversation_has_so_many_lines_and_no_more(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ascolto.channels.webchat.stream.LINES_LIMIT", 1)
    customer = await chat.start()
    async with customer.stream() as line:
        await line.next("message.added")
        second = await customer.get("/stream")
        assert (second.status_code, second.headers["retry-after"]) == (429, "30")


async def test_a_customer_answered_from_outside_the_union_is_told_and_may_ask_for_it(
    chat: Chat,
) -> None:
    customer = await chat.start("La bolletta è doppia")
    async with chat.desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=chat.desk.anna, state="available", country="AL")
    async with customer.stream() as line:
        assert (await line.next("conversation.state"))["eu_offer"] is False
        await line.next("message.added")
        await chat.desk.accepted(customer.id)
        assert "Albania" in (await line.next("message.added"))["text"]
        assert (await line.next("conversation.state"))["eu_offer"] is True
        assert (await customer.get("")).json()["eu_offer"] is True
        asked = await customer.post("/eu-operator")
        assert (asked.status_code, asked.json()) == (200, {"state": "waiting"})
        assert "Unione europea" in (await line.next("message.added"))["text"]
        now = await line.next("conversation.state")
    assert (now["state"], now["eu_offer"]) == ("waiting", False)
    assert (await customer.post("/eu-operator")).status_code == 200
    await chat.desk.accepted(customer.id, chat.desk.bruno)
    assert (await customer.get("")).json()["operator_name"] == "Bruno"
