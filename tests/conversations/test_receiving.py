"""What customers send: stored once, in order, in few statements, and always to be answered."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ascolto import conversations, customers
from ascolto.conversations import State, errors
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from support.talk import Desk


async def test_the_first_message_puts_the_conversation_into_its_queue(desk: Desk) -> None:
    opened = await desk.opened(subject="Bolletta")
    message = await desk.wrote(opened.id, "La bolletta è  doppia")
    row = await desk.read(opened.id)
    assert (message.seq, row.last_seq, row.unread) == (1, 1, 1)
    assert row.state is State.WAITING
    assert row.preview == "La bolletta è doppia"
    assert row.work_item_id is not None
    assert await desk.work_state(opened.id) == ["waiting"]
    async with desk.as_system() as tx:
        card = await tx.fetchval("SELECT card FROM routing.work_item")
    assert card == {
        "customer_name": "Carla Rossi",
        "subject": "Bolletta",
        "preview": "La bolletta è doppia",
        "language": "it",
        "conversation_number": 1,
    }


async def test_a_conversation_without_words_can_ask_for_a_person(desk: Desk) -> None:
    opened = await desk.opened()
    async with desk.as_system() as tx:
        asked = await conversations.ask_for_person(tx, conversation_id=opened.id)
        again = await conversations.ask_for_person(tx, conversation_id=opened.id)
    assert asked.state is State.WAITING
    assert again.work_item_id == asked.work_item_id


async def test_the_same_nonce_is_the_same_message_and_another_text_is_refused(desk: Desk) -> None:
    opened = await desk.opened()
    first = await desk.wrote(opened.id, "Uno", nonce="n1")
    again = await desk.wrote(opened.id, "Uno", nonce="n1")
    assert again == first
    with pytest.raises(errors.NonceClash):
        await desk.wrote(opened.id, "Due", nonce="n1")
    assert [m.text for m in await desk.thread(opened.id)] == ["Uno"]
    assert (await desk.read(opened.id)).received == 1


async def test_fifty_messages_at_once_get_the_numbers_one_to_fifty(desk: Desk) -> None:
    opened = await desk.opened()
    sent = [f"n{n % 50}" for n in range(100)]  # everything is sent twice
    got = await asyncio.gather(*(desk.wrote(opened.id, f"testo {n}", nonce=n) for n in sent))
    thread = await desk.thread(opened.id)
    assert [m.seq for m in thread] == list(range(1, 51))
    assert {m.nonce for m in thread} == set(sent)
    assert {m.id for m in got} == {m.id for m in thread}
    row = await desk.read(opened.id)
    assert (row.last_seq, row.received, row.unread, row.v) == (50, 50, 50, 52)
    assert await desk.work_state(opened.id) == ["waiting"]


async def test_a_message_costs_no_more_than_five_statements(desk: Desk, database: Database) -> None:
    """BEGIN, one for whoever sends, the message, what it tells, COMMIT."""
    talk = await desk.talking()
    before = database.statements
    async with desk.as_system() as tx:
        await tx.fetchval("SELECT 'whose token this is'")
        await conversations.receive(tx, conversation_id=talk.id, text="Grazie", nonce="n")
    assert database.statements - before == 5


async def test_writing_to_a_closed_conversation_reopens_it_for_whoever_had_it(desk: Desk) -> None:
    talk = await desk.talking()
    await desk.replied(talk.id)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
    await desk.wrote(talk.id, "Ancora una cosa")
    row = await desk.read(talk.id)
    assert row.state is State.WAITING
    assert (row.closed_at, row.outcome, row.operator_id) == (None, None, None)
    assert await desk.work_state(talk.id) == ["done", "waiting"]
    async with desk.as_system() as tx:
        preferred = await tx.fetchval(
            "SELECT preferred_operator FROM routing.work_item WHERE state = 'waiting'"
        )
    assert preferred == desk.anna
    assert "reopened" in await desk.events()


async def test_twenty_messages_to_a_closed_conversation_reopen_it_once(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
    await asyncio.gather(*(desk.wrote(talk.id, f"{n}") for n in range(20)))
    assert await desk.work_state(talk.id) == ["done", "waiting"]
    assert (await desk.events()).count("reopened") == 1
    assert [m.seq for m in await desk.thread(talk.id)] == list(range(1, 25))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (" \n ", errors.EmptyMessage),
        ("a\x00b", errors.BadText),
        ("mezzo \ud83d", errors.BadText),
        ("x" * 20_001, errors.TextTooLong),
    ],
)
async def test_what_cannot_be_stored_is_refused(
    desk: Desk, text: str, refusal: type[Exception]
) -> None:
    opened = await desk.opened()
    with pytest.raises(refusal):
        await desk.wrote(opened.id, text)
    assert await desk.thread(opened.id) == []


async def test_a_conversation_that_does_not_exist_receives_nothing(desk: Desk) -> None:
    with pytest.raises(errors.UnknownConversation):
        await desk.wrote(new_id())


async def test_a_customer_who_leaves_before_an_answer_has_abandoned(desk: Desk) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id)
    async with desk.as_system() as tx:
        left = await conversations.leave(tx, conversation_id=opened.id)
    assert (left.state, left.outcome) == (State.CLOSED, "abandoned")
    assert await desk.work_state(opened.id) == ["cancelled"]
    assert "abandoned" in await desk.events("routing.")


async def test_a_customer_who_leaves_a_talk_leaves_it_to_be_written_up(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_system() as tx:
        left = await conversations.leave(tx, conversation_id=talk.id)
    assert (left.state, left.operator_id) == (State.WRAPUP, desk.anna)
    assert await desk.work_state(talk.id) == ["wrapup"]


async def test_a_survey_is_answered_once(desk: Desk) -> None:
    opened = await desk.opened()
    async with desk.as_system() as tx:
        await conversations.survey(tx, conversation_id=opened.id, score=5, text="Brava")
    with pytest.raises(errors.AlreadySurveyed):
        async with desk.as_system() as tx:
            await conversations.survey(tx, conversation_id=opened.id, score=1)


async def test_numbers_are_each_organisations_own(desk: Desk, database: Database) -> None:
    numbers = [(await desk.opened()).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    at_once = await asyncio.gather(*(desk.opened() for _ in range(8)))
    assert sorted(c.number for c in at_once) == list(range(4, 12))


async def test_no_event_holds_a_word_that_was_written(desk: Desk) -> None:
    talk = await desk.talking(subject="parolasegreta uno")
    await desk.wrote(talk.id, "parolasegreta due")
    await desk.replied(talk.id, "parolasegreta tre")
    async with desk.as_system() as tx:
        told = await tx.fetchval(
            "SELECT count(*) FROM kit.event WHERE body::text LIKE '%parolasegreta%'"
        )
    assert told == 0


async def test_words_that_waited_for_their_thread_are_no_older_than_what_went_before(
    desk: Desk,
) -> None:
    opened = await desk.opened()
    async with desk.as_system() as tx:  # begins first, and has its turn last
        desk.clock.at += timedelta(seconds=5)
        before = await desk.wrote(opened.id, "Uno")
        after = await conversations.receive(
            tx, conversation_id=opened.id, text="Due", nonce=new_id()
        )
    assert after.seq == before.seq + 1
    assert after.at >= before.at
    assert (await desk.read(opened.id)).last_message_at == after.at


@pytest.mark.parametrize("queued", [True, False])
async def test_a_conversation_begun_with_words_is_as_one_that_was_opened_and_then_written_in(
    desk: Desk, *, queued: bool
) -> None:
    queue: dict[str, Any] = {"queue_id": desk.queue.id if queued else None}
    opened = await desk.opened(**queue)
    await desk.wrote(opened.id)
    told = await desk.events()
    async with desk.as_system() as tx:
        customer = await customers.identify(tx, client_id=desk.client_id, name="Carla Rossi")
        begun, first = await conversations.begin_with_words(
            tx,
            text="Buongiorno",
            nonce=new_id(),
            customer=customer,
            client_id=desk.client_id,
            channel="webchat",
            **queue,
        )
    assert await desk.read(begun.id) == begun
    at_length = await desk.read(opened.id)
    own = {"id": "", "number": 0, "v": 0, "customer_id": "", "work_item_id": ""}
    assert begun.but(**own) == at_length.but(**own)
    assert (begun.work_item_id is None) == (at_length.work_item_id is None) == (not queued)
    assert await desk.work_state(begun.id) == await desk.work_state(opened.id)
    assert await desk.events() == told + told
    [line], [other] = await desk.thread(begun.id), await desk.thread(opened.id)
    assert line == first
    assert (line.seq, line.text, line.author.kind, line.at) == (
        *(other.seq, other.text, other.author.kind, other.at),
    )
