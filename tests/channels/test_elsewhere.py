"""Closed hours, a call instead, another device: what a chat does beside chatting."""

import json
import re
from datetime import UTC, datetime

from ascolto import conversations
from ascolto.channels.actions.calling import queue_due
from ascolto.channels.jobs import apologise
from ascolto.kit.db import SYSTEM
from ascolto.kit.outbox import StoredEvent
from support.chat import Chat, Customer

NIGHT = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)


async def test_whoever_writes_at_night_hears_when_somebody_will_answer(chat: Chat) -> None:
    chat.desk.clock.at = NIGHT
    config = (await chat.http.get(f"/public/v1/chat/{chat.channel.public_key}/config")).json()
    assert (config["open"], config["opens_at"]) == (False, "2026-03-04T08:00:00Z")
    assert "domani alle 09:00" in config["hours"]
    customer = await chat.start("Manca la luce")
    said = customer.started["messages"]
    assert [item["author"]["kind"] for item in said] == ["customer", "system"]
    assert "domani alle 09:00" in said[1]["text"]
    stands = await chat.desk.read(customer.id)
    assert stands.state.value == "waiting"
    assert stands.due_at == datetime(2026, 3, 4, 8, 2, tzinfo=UTC)


async def test_whoever_comes_back_at_night_is_told_once_each_night(chat: Chat) -> None:
    customer = await chat.start("Di giorno")
    await customer.write("Ancora di giorno")
    for day, texts in ((3, 4), (4, 6)):
        chat.desk.clock.at = NIGHT.replace(day=day)
        for n in range(2):
            await customer.write(f"Di notte {day} {n}")
        items = (await customer.get("/messages")).json()["items"]
        said = [item for item in items if item["author"]["kind"] == "system"]
        assert len(said) == day - 2
        assert len(items) - len(said) == texts


async def test_words_come_in_the_customers_language(chat: Chat) -> None:
    chat.desk.clock.at = NIGHT
    customer = await chat.start("No light", language="en-GB")
    assert "tomorrow at 09:00" in customer.started["messages"][1]["text"]
    key = chat.channel.public_key
    config = (await chat.http.get(f"/public/v1/chat/{key}/config?language=de")).json()
    assert config["language"] == "en"


async def test_a_call_takes_the_place_of_the_chat(chat: Chat) -> None:
    customer = await chat.start()
    answer = await customer.post("/callback", {"phone": "+39 333 123 4567"})
    assert (answer.status_code, answer.json()["words"]) == (201, "appena possibile")
    assert (await chat.desk.read(customer.id)).outcome == "forwarded"
    async with chat.desk.as_system() as tx:
        rows = await tx.fetch("SELECT channel, state FROM routing.work_item ORDER BY id")
    assert [tuple(row) for row in rows] == [("webchat", "cancelled"), ("callback", "waiting")]
    shown = (await customer.get("")).json()
    assert shown["callback"]["phone"] == "+39 333 123 4567"
    again = await customer.post("/callback", {"phone": "+39 333 123 4567"})
    assert again.status_code == 201
    other = await customer.post("/callback", {"phone": "+39 333 765 4321"})
    assert (other.status_code, other.json()["code"]) == (409, "channels.already_asked")


async def test_a_call_for_later_waits_for_its_moment_and_for_opening_hours(chat: Chat) -> None:
    customer = await chat.start()
    answer = await customer.post(
        "/callback", {"phone": "3331234567", "when": "2026-03-03T21:30:00Z"}
    )
    assert answer.json()["words"] == "domani alle 09:00"
    for hour, joined in ((7, 0), (8, 1), (9, 0)):
        chat.desk.clock.at = datetime(2026, 3, 4, hour, 0, tzinfo=UTC)
        async with chat.desk.as_system() as tx:
            assert await queue_due(tx) == joined


async def test_nonsense_is_no_phone_number_and_no_moment(chat: Chat) -> None:
    customer = await chat.start()
    for body, code in (
        ({"phone": "12"}, "invalid"),
        ({"phone": "(((((((("}, "channels.bad_address"),
        ({"phone": "3331234567", "when": "2020-01-01T00:00:00Z"}, "channels.bad_moment"),
        ({"phone": "3331234567", "when": "2026-03-03T12:00:00"}, "channels.bad_moment"),
    ):
        answer = await customer.post("/callback", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def mailed_token(chat: Chat) -> str:
    async with chat.desk.as_system() as tx:
        body = await tx.fetchval("SELECT body FROM kit.outgoing_mail ORDER BY id DESC LIMIT 1")
    found = re.search(r"#resume=(\S+)", body)
    assert found
    return found[1]


async def test_a_mailed_link_opens_the_conversation_once(chat: Chat) -> None:
    customer = await chat.start("Prima parte")
    sent = await customer.post("/resume-link", {"email": "carla@posta.example"})
    assert sent.status_code == 202
    token = await mailed_token(chat)
    opened = await chat.http.post("/public/v1/resume", json={"token": token})
    assert opened.json()["conversation_id"] == customer.id
    other = Customer(chat.http, opened.json())
    await other.write("Seconda parte, dal telefono")
    texts = [item["text"] for item in (await customer.get("/messages")).json()["items"]]
    assert texts == ["Prima parte", "Seconda parte, dal telefono"]
    again = await chat.http.post("/public/v1/resume", json={"token": token})
    assert (again.status_code, again.json()["code"]) == (410, "channels.link_gone")


async def test_a_link_is_good_for_half_an_hour(chat: Chat) -> None:
    customer = await chat.start()
    await customer.post("/resume-link", {"email": "carla@posta.example"})
    token = await mailed_token(chat)
    chat.desk.clock.at = chat.desk.clock.at.replace(minute=31)
    late = await chat.http.post("/public/v1/resume", json={"token": token})
    assert late.status_code == 410


async def test_links_are_not_mailed_without_end(chat: Chat) -> None:
    customer = await chat.start()
    answers = [await customer.post("/resume-link", {"email": "a@posta.example"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert answers[-1].headers["retry-after"] == "3600"


async def test_a_typed_address_joins_nobody(chat: Chat) -> None:
    first = await chat.start(email="carla@posta.example")
    second = await chat.start(email="carla@posta.example")
    one, two = await chat.desk.read(first.id), await chat.desk.read(second.id)
    assert one.customer_id != two.customer_id
    assert not two.customer_verified


async def test_a_forgotten_token_opens_nothing(chat: Chat) -> None:
    customer = await chat.start()
    response = await chat.http.delete("/public/v1/conversation/token", headers=customer.headers)
    assert response.status_code == 204
    assert (await customer.get("")).status_code == 401


async def test_overflow_is_told_once(chat: Chat) -> None:
    customer = await chat.start()
    waits = await chat.desk.read(customer.id)
    event = StoredEvent(
        tenant_id=chat.desk.tenant,
        id=1,
        xid=1,
        at=chat.desk.clock.at,
        kind="routing.overflowed",
        version=1,
        client_id=chat.desk.client_id,
        actor_json=json.dumps(SYSTEM.as_json()),
        body_json=json.dumps({"conversation_id": customer.id, "work_item_id": waits.work_item_id}),
    )
    for _ in range(2):
        async with chat.desk.as_system() as tx:
            await apologise(tx, event)
    texts = [item["text"] for item in (await customer.get("/messages")).json()["items"]]
    assert len(texts) == 2
    assert "attesa" in texts[1]


async def test_what_was_said_before_a_merge_stays_with_whom_it_was_said(chat: Chat) -> None:
    first, second = await chat.start("Segreto di prima"), await chat.start("Seconda chat")
    async with second.stream() as line:
        await line.next("message.added")
        async with chat.desk.as_system() as tx:
            merged = (await conversations.get(tx, first.id), await conversations.get(tx, second.id))
            assert merged[0]
            assert merged[1]
            await tx.execute(
                "UPDATE conversations.conversation SET customer_id = $1 WHERE id = $2",
                merged[0].customer_id,
                second.id,
            )
        async with chat.desk.as_system() as tx:
            await conversations.merge(
                tx, conversation_id=second.id, into=first.id, operator_id=None, supervise=True
            )
        assert (await line.next("conversation.state"))["state"] == "closed"
        place = line.last_id
    await chat.desk.accepted(first.id)
    await chat.desk.replied(first.id, "Rispondo a tutte e due")
    async with second.stream(last_id=place) as line:
        assert (await line.next("message.added"))["text"] == "Rispondo a tutte e due"
    texts = [item["text"] for item in (await second.get("/messages")).json()["items"]]
    assert texts == ["Seconda chat", "Rispondo a tutte e due"]


async def test_a_ticket_of_the_clients_server_brings_a_customer_back_to_their_file(
    chat: Chat,
) -> None:
    await chat.door.add_account("configurator", email="config@prova.example")
    async with chat.door.signed_in("config@prova.example") as browser:
        path = f"/channels/{chat.channel.id}/tickets"
        body = {"kind": "email", "value": "carla@posta.example", "name": "Carla Rossi"}
        tickets = [(await browser.post(path, json=body)).json()["ticket"] for _ in range(3)]
        listed = (await browser.get("/channels")).json()["items"]
    assert chat.channel.public_key in listed[0]["embed"]
    first, second = [await chat.start(ticket=ticket) for ticket in tickets[:2]]
    one, two = await chat.desk.read(first.id), await chat.desk.read(second.id)
    assert (one.customer_id, one.customer_name) == (two.customer_id, "Carla Rossi")
    assert two.customer_verified
    used = await chat.post_start({"ticket": tickets[0], "text": "x"})
    assert (used.status_code, used.json()["code"]) == (410, "channels.ticket_gone")
    twice = {"ticket": tickets[2], "text": "x", "nonce": "0123456789abcdef"}
    again = [(await chat.post_start(twice)).json()["conversation_id"] for _ in range(2)]
    assert again[0] == again[1]


async def test_a_copy_of_what_was_said_goes_to_the_customers_address(chat: Chat) -> None:
    customer = await chat.start("La bolletta è doppia")
    early = await customer.post("/transcript", {"email": "carla@posta.example"})
    assert (early.status_code, early.json()["code"]) == (409, "channels.nothing_to_send")
    await chat.desk.accepted(customer.id)
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        await conversations.add_note(
            tx,
            conversation_id=customer.id,
            operator_id=chat.desk.anna,
            text="Cliente difficile",
            nonce=None,
        )
    await chat.desk.replied(customer.id, "La correggo subito")
    wrong = await customer.post("/transcript", {"email": "carla"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "channels.bad_address")
    answers = [
        await customer.post("/transcript", {"email": "carla@posta.example"}) for _ in range(4)
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    async with chat.desk.as_system() as tx:
        mails = await tx.fetch("SELECT recipient, subject, body FROM kit.outgoing_mail")
    assert [mail["recipient"] for mail in mails] == ["carla@posta.example"] * 3
    body = mails[0]["body"]
    assert body.index("La bolletta è doppia") < body.index("La correggo subito")
    assert "03/03/2026 10:00  Lei" in body
    assert "Anna" in body
    assert "difficile" not in body
