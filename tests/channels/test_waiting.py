"""Standing in line: how long it takes in words, where one goes on waiting, a call instead."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ascolto import conversations, routing
from ascolto.channels.actions.calling import settle_ended
from ascolto.channels.jobs import apologise
from ascolto.channels.model import WebchatSettings
from ascolto.channels.webchat import state, stream
from ascolto.channels.webchat.texts import Words
from ascolto.conversations.jobs import follow_overflow
from ascolto.insight.fold import Ledger
from ascolto.kit.db import SYSTEM
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import StoredEvent
from ascolto.routing.store_queues import write_now
from ascolto.tenancy import OpeningHours
from ascolto.tenancy.actions import create_calendar
from support.chat import Chat, Customer

NIGHT = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look be a fresh one, as if seconds had passed."""
    monkeypatch.setattr(state, "_waits", state._Remembered(0.0))


async def the_leader_sees(chat: Chat, *, waiting: int, wait_s: float | None, **more: Any) -> None:
    """Write what a leader would have seen of a queue where nobody leaves before their turn."""
    pace = None
    if wait_s is not None:
        pace = {"served": 100.0, "busy_s": 100.0 * wait_s / (waiting + 1)}
    seen = dict.fromkeys(("offered", "active", "wrapup", "available", "promises"), 0)
    async with chat.desk.as_system() as tx:
        await write_now(
            tx,
            [
                {
                    "queue_id": chat.desk.queue.id,
                    "client_id": chat.desk.client_id,
                    "oldest_at": None,
                    "wait_low_s": None,
                    "wait_high_s": None,
                    "error_s": 0.0,
                    "pace": pace,
                    "told": False,
                    **seen,
                    "waiting": waiting,
                    "wait_s": wait_s,
                    **more,
                }
            ],
        )


async def wait_of(customer: Customer) -> dict[str, Any]:
    body: dict[str, Any] = (await customer.get("")).json()["wait"]
    return body


@pytest.mark.parametrize(
    ("seconds", "new", "in_line"),
    [
        (None, "", ""),
        (0, "meno di un minuto", "tocca a lei"),
        (60, "meno di un minuto", "tocca a lei"),
        (61, "circa 2 minuti", "circa 2 minuti"),
        (200, "circa 5 minuti", "circa 5 minuti"),
        (1_200, "circa 20 minuti", "circa 20 minuti"),
        (1_201, "mezz'ora", "mezz'ora"),
        (4_500, "circa un'ora", "circa un'ora"),
        (4_501, "più di un'ora", "più di un'ora"),
    ],
)
def test_a_wait_is_told_in_words_that_promise_no_precision(
    seconds: float | None, new: str, in_line: str
) -> None:
    words = Words.of(WebchatSettings(), language="it", client_name="Luce")
    for text, expected in (
        (words.wait(seconds), new),
        (words.wait(seconds, in_line=True), in_line),
    ):
        assert expected in text
        assert bool(text) == bool(expected)


async def test_whoever_stands_in_line_is_told_their_own_wait(chat: Chat) -> None:
    people = [await chat.start(f"Sono la numero {n}") for n in range(4)]
    await the_leader_sees(chat, waiting=4, wait_s=1_500)
    assert [(await wait_of(one))["seconds"] for one in people] == [300, 600, 900, 1_200]
    await chat.desk.accepted(people[0].id)
    await the_leader_sees(chat, waiting=3, wait_s=1_200)
    assert [(await wait_of(one))["seconds"] for one in people[1:]] == [300, 600, 900]
    assert (await customer_config(chat))["wait"][
        "words"
    ] == "Di solito rispondiamo in circa 20 minuti."
    assert (await wait_of(people[1]))["words"] == "Le rispondiamo fra circa 5 minuti."


async def customer_config(chat: Chat) -> dict[str, Any]:
    answer = await chat.http.get(f"/public/v1/chat/{chat.channel.public_key}/config")
    body: dict[str, Any] = answer.json()
    return body


async def test_whoever_is_being_offered_is_almost_there(chat: Chat) -> None:
    customer = await chat.start()
    await the_leader_sees(chat, waiting=3, wait_s=900)
    await chat.desk.offered(customer.id, chat.desk.anna)
    assert (await wait_of(customer))["words"] == "Tra poco tocca a lei."


async def test_a_wait_that_nobody_knows_is_not_told(chat: Chat) -> None:
    customer = await chat.start()
    assert await wait_of(customer) == {"seconds": None, "words": ""}
    await the_leader_sees(chat, waiting=1, wait_s=900)
    chat.desk.clock.at += timedelta(minutes=5)
    assert (await wait_of(customer))["seconds"] is None


async def test_a_busy_chat_says_so_and_what_else_helps(chat: Chat) -> None:
    await the_leader_sees(chat, waiting=9, wait_s=601)
    said = (await chat.start("Aiuto")).started["messages"]
    assert "scrivono in molti" in said[1]["text"]
    assert "circa 15 minuti" in said[1]["text"]
    await the_leader_sees(chat, waiting=9, wait_s=600)
    assert len((await chat.start("Aiuto")).started["messages"]) == 1


async def test_the_wait_reaches_the_panel_and_is_told_anew_when_it_changes(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.1)
    customer = await chat.start()
    await the_leader_sees(chat, waiting=1, wait_s=900)
    async with customer.stream() as line:
        assert (await line.next("wait"))["seconds"] == 450
        await the_leader_sees(chat, waiting=1, wait_s=120)
        assert (await line.next("wait"))["words"] == "Tra poco tocca a lei."
        await chat.desk.accepted(customer.id)
        assert (await line.next("conversation.state"))["state"] == "active"
        async with chat.desk.as_operator(chat.desk.anna) as tx:
            await conversations.requeue(tx, conversation_id=customer.id, operator_id=chat.desk.anna)
        assert (await line.next())["state"] == "waiting"
        assert (await line.next("wait"))["seconds"] == 60


async def overflows(chat: Chat, customer: Customer, *, queue_id: str) -> StoredEvent:
    """Move waiting work as the dispatcher does, and return the event it tells."""
    async with chat.desk.as_system() as tx:
        item_id = await tx.fetchval(
            "UPDATE routing.work_item SET queue_id = $2 WHERE ref = $1 RETURNING id",
            customer.id,
            queue_id,
        )
    body = {"conversation_id": customer.id, "work_item_id": item_id, "queue_id": queue_id}
    return StoredEvent(
        tenant_id=chat.desk.tenant,
        id=1,
        xid=1,
        at=chat.desk.clock.at,
        kind="routing.overflowed",
        version=1,
        client_id=chat.desk.client_id,
        actor_json=json.dumps(SYSTEM.as_json()),
        body_json=json.dumps(body),
    )


async def a_queue(chat: Chat, name: str, hours: OpeningHours | None = None) -> str:
    async with chat.desk.as_system() as tx:
        values = {"client_id": chat.desk.client_id, "name": name, "channel": "webchat"}
        if hours is not None:
            calendar = await create_calendar(
                tx, name=name, hours=hours, client_id=chat.desk.client_id
            )
            values["calendar_id"] = calendar.id
        return (await routing.create_queue(tx, values=values)).id


async def test_a_conversation_is_in_the_queue_that_its_work_overflowed_to(chat: Chat) -> None:
    customer = await chat.start()
    other = await a_queue(chat, "Colleghi")
    event = await overflows(chat, customer, queue_id=other)
    for _ in range(2):
        async with chat.desk.as_system() as tx:
            await follow_overflow(tx, event)
            await apologise(tx, event)
    moved = await chat.desk.read(customer.id)
    assert (moved.queue_id, moved.state.value) == (other, "waiting")
    items = (await customer.get("/messages")).json()["items"]
    assert [item["author"]["kind"] for item in items] == ["customer", "system"]


async def test_nobody_is_said_to_help_while_all_are_at_home(chat: Chat) -> None:
    chat.desk.clock.at = NIGHT
    customer = await chat.start()
    before = (await customer.get("/messages")).json()["items"]
    closed = await overflows(chat, customer, queue_id=await a_queue(chat, "Colleghi"))
    async with chat.desk.as_system() as tx:
        await apologise(tx, closed)
    assert (await customer.get("/messages")).json()["items"] == before
    always = OpeningHours("Europe/Rome", dict.fromkeys(range(7), ((0, 24 * 60),)))
    there = await overflows(chat, customer, queue_id=await a_queue(chat, "Guasti", always))
    async with chat.desk.as_system() as tx:
        await apologise(tx, there)
    assert "altri colleghi" in (await customer.get("/messages")).json()["items"][-1]["text"]


async def test_a_customer_who_was_answered_meanwhile_gets_no_apology(chat: Chat) -> None:
    customer = await chat.start()
    event = await overflows(chat, customer, queue_id=await a_queue(chat, "Colleghi"))
    await chat.desk.accepted(customer.id)
    async with chat.desk.as_system() as tx:
        await apologise(tx, event)
    assert len((await customer.get("/messages")).json()["items"]) == 1


async def test_a_colleagues_question_that_overflows_is_no_news_for_its_customer(
    chat: Chat,
) -> None:
    customer = await chat.start()
    event = await overflows(chat, customer, queue_id=await a_queue(chat, "Colleghi"))
    asked = replace(
        event, body_json=json.dumps({**json.loads(event.body_json), "work_item_id": new_id()})
    )
    for one in (asked, event):
        async with chat.desk.as_system() as tx:
            await apologise(tx, one)
        said = (await customer.get("/messages")).json()["items"]
        assert len(said) == (1 if one is asked else 2)


async def episodes(chat: Chat) -> dict[str, Any]:
    """Fold the log and return each episode by its channel."""
    async with chat.desk.as_system() as tx:
        rows = await tx.fetch("SELECT id, at, kind, client_id, body FROM kit.event ORDER BY id")
    ledger = Ledger().add(
        StoredEvent(
            tenant_id=chat.desk.tenant,
            id=row["id"],
            xid=1,
            at=row["at"],
            kind=row["kind"],
            version=1,
            client_id=row["client_id"],
            actor_json="{}",
            body_json=json.dumps(row["body"]),
        )
        for row in rows
    )
    return {episode.channel: episode for episode in ledger.episodes()}


async def test_a_call_keeps_the_place_of_who_asked_for_it(chat: Chat) -> None:
    customer = await chat.start()
    began = chat.desk.clock.at
    chat.desk.clock.at += timedelta(minutes=12)
    await customer.post("/callback", {"phone": "3331234567"})
    async with chat.desk.as_system() as tx:
        since = await tx.fetchval(
            "SELECT enqueued_at FROM routing.work_item WHERE channel = 'callback'"
        )
    assert since == began


@pytest.mark.parametrize(("outcome", "connected"), [("resolved", True), ("no_reply", False)])
async def test_a_call_counts_as_accepted_and_as_connected_when_it_reached_somebody(
    chat: Chat, outcome: str, *, connected: bool
) -> None:
    customer = await chat.start()
    await customer.post("/callback", {"phone": "3331234567"})
    replaced = (await episodes(chat))["webchat"]
    assert replaced.callback_accepted_at is not None
    assert replaced.callback_connected_at is None
    async with chat.desk.as_system() as tx:
        call_id = await tx.fetchval("SELECT conversation_id FROM channels.callback")
        assert await settle_ended(tx) == 0
    await chat.desk.accepted(call_id)
    async with chat.desk.as_operator(chat.desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=call_id, outcome=outcome, operator_id=chat.desk.anna
        )
    for settled in (1, 0):
        async with chat.desk.as_system() as tx:
            assert await settle_ended(tx) == settled
    replaced = (await episodes(chat))["webchat"]
    assert (replaced.callback_connected_at is not None) is connected
