"""What operators do: accept, answer, note, hand on, put aside, write up, close, reopen, merge."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ascolto import conversations, routing
from ascolto.conversations import Conversation, MessageKind, State, errors, jobs, store_aside
from ascolto.conversations.errors import NotNow, NotYours, ThreadChanged
from ascolto.kit.ids import new_id
from support.talk import Desk


async def closed(desk: Desk, conversation_id: str, **values: Any) -> Conversation:
    async with desk.as_operator(desk.anna) as tx:
        return await conversations.close(
            tx,
            conversation_id=conversation_id,
            **{"outcome": "resolved", "operator_id": desk.anna, **values},
        )


async def test_accepting_makes_the_operator_the_owner_once(desk: Desk) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id)
    work_item_id = await desk.offered(opened.id, desk.anna)

    async def accept(operator_id: str) -> Conversation:
        async with desk.as_operator(operator_id) as tx:
            return await conversations.accept(
                tx, work_item_id=work_item_id, operator_id=operator_id
            )

    first, second = await asyncio.gather(accept(desk.anna), accept(desk.anna))
    assert first.state is second.state is State.ACTIVE
    row = await desk.read(opened.id)
    assert (row.operator_id, row.operator_name) == (desk.anna, "Anna")
    assert [m.meta.get("what") for m in await desk.thread(opened.id)] == [None, "accepted"]
    with pytest.raises(routing.OfferGone):
        await accept(desk.bruno)


async def test_a_reply_is_sent_once_and_stops_the_clock(desk: Desk) -> None:
    talk = await desk.talking()
    first = await desk.replied(talk.id, "Salve", nonce="r1")
    again = await desk.replied(talk.id, "Salve", nonce="r1")
    assert again == first
    with pytest.raises(errors.NonceClash):
        await desk.replied(talk.id, "Altro", nonce="r1")
    row = await desk.read(talk.id)
    assert (row.unread, row.waiting_since, row.due_at) == (0, None, None)
    assert row.first_replied_at is not None
    assert row.last_from == "operator"


async def test_a_second_reply_over_a_new_message_comes_back_with_what_changed(desk: Desk) -> None:
    talk = await desk.talking()
    seen = talk.last_seq
    await desk.wrote(talk.id, "Aspetti!")
    with pytest.raises(ThreadChanged) as refusal:
        await desk.replied(talk.id, "Ecco fatto", expected_seq=seen)
    assert [m["text"] for m in refusal.value.fields["messages"]] == ["Aspetti!"]
    sent = await desk.replied(talk.id, "Ecco fatto", expected_seq=refusal.value.fields["last_seq"])
    await desk.replied(talk.id, "E ancora", expected_seq=refusal.value.fields["last_seq"])
    assert sent.seq == seen + 2  # one's own message and events are no reason to refuse


async def test_only_the_owner_replies_unless_a_supervisor_steps_in(desk: Desk) -> None:
    talk = await desk.talking()
    with pytest.raises(NotYours) as refusal:
        async with desk.as_operator(desk.bruno) as tx:
            await conversations.reply(
                tx, conversation_id=talk.id, operator_id=desk.bruno, text="Ciao", nonce="n"
            )
    assert refusal.value.fields["operator_id"] == desk.anna
    async with desk.as_operator(desk.bruno) as tx:
        message = await conversations.reply(
            tx,
            conversation_id=talk.id,
            operator_id=desk.bruno,
            text="Ciao",
            nonce="n",
            supervise=True,
        )
    assert message.author.name == "Bruno"


async def test_nobody_answers_what_nobody_accepted(desk: Desk) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id)
    with pytest.raises(NotNow):
        await desk.replied(opened.id)


async def test_a_note_stays_inside_and_tells_whom_it_names(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        note = await conversations.add_note(
            tx,
            conversation_id=talk.id,
            operator_id=desk.anna,
            text="Guardi lei @Bruno",
            nonce="n1",
            mentions=[desk.bruno, new_id()],
        )
    assert note.kind is MessageKind.NOTE
    async with desk.as_system() as tx:
        named = await store_aside.mentions_of(tx, operator_id=desk.bruno, before=None, limit=10)
        frames = await tx.fetch("SELECT topic FROM kit.frame WHERE body->>'kind' = 'note'")
    assert [(m.text, m.number, m.by) for m in named] == [("Guardi lei @Bruno", 1, "Anna")]
    assert [frame["topic"] for frame in frames] == [f"conversation:{talk.id}"]
    assert (await desk.read(talk.id)).preview == "Buongiorno"


async def test_a_transfer_to_a_queue_carries_its_note_and_leaves_the_desk(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_system() as tx:
        other = await routing.create_queue(
            tx, values={"client_id": desk.client_id, "name": "Tecnici", "channel": "webchat"}
        )
    async with desk.as_operator(desk.anna) as tx:
        moved = await conversations.transfer(
            tx,
            conversation_id=talk.id,
            operator_id=desk.anna,
            queue_id=other.id,
            note="Serve un tecnico",
        )
    assert (moved.state, moved.queue_id, moved.operator_id) == (State.WAITING, other.id, None)
    assert moved.last_operator_id == desk.anna
    kinds = [(m.kind.value, m.text or m.meta.get("what")) for m in await desk.thread(talk.id)]
    assert kinds[-2:] == [("note", "Serve un tecnico"), ("event", "transferred")]
    async with desk.as_system() as tx:
        removed = await tx.fetch("SELECT topic, body FROM kit.frame WHERE kind LIKE '%removed'")
    assert [(r["topic"], r["body"]["reason"]) for r in removed] == [
        (f"operator:{desk.anna}", "transferred")
    ]
    assert (await desk.accepted(talk.id, desk.bruno)).operator_id == desk.bruno


async def test_a_transfer_to_a_colleague_asks_that_colleague_first(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, to_operator_id=desk.bruno
        )
    async with desk.as_system() as tx:
        item = await tx.fetchrow("SELECT preferred_operator, excluded FROM routing.work_item")
    assert item is not None
    assert (item["preferred_operator"], item["excluded"]) == (desk.bruno, [desk.anna])
    with pytest.raises(errors.UnknownColleague):
        async with desk.as_system() as tx:
            await conversations.transfer(
                tx,
                conversation_id=talk.id,
                operator_id=None,
                to_operator_id=new_id(),
                supervise=True,
            )


async def test_giving_back_goes_to_the_head_and_to_somebody_else(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.requeue(tx, conversation_id=talk.id, operator_id=desk.anna)
    async with desk.as_system() as tx:
        item = await tx.fetchrow("SELECT state, to_head, excluded FROM routing.work_item")
    assert item is not None
    assert (item["state"], item["to_head"], item["excluded"]) == ("waiting", True, [desk.anna])


async def test_wrap_up_then_close_frees_the_operator_and_keeps_why(desk: Desk) -> None:
    talk = await desk.talking()
    await desk.replied(talk.id)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.wrap_up(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert await desk.work_state(talk.id) == ["wrapup"]
    row = await closed(desk, talk.id, note="Tutto a posto", promise={"until": "2026-03-10"})
    assert (row.state, row.outcome, row.close_note) == (State.CLOSED, "resolved", "Tutto a posto")
    assert (row.work_item_id, row.operator_id, row.last_operator_id) == (
        None,
        desk.anna,
        desk.anna,
    )
    assert await desk.work_state(talk.id) == ["done"]
    kinds = await desk.events("routing.")
    assert kinds[-2:] == ["wrap_started", "wrap_ended"]
    with pytest.raises(NotNow):
        await closed(desk, talk.id)


async def test_closing_is_refused_when_the_customer_wrote_meanwhile(desk: Desk) -> None:
    talk = await desk.talking()
    await desk.wrote(talk.id, "Un'altra cosa")
    with pytest.raises(ThreadChanged):
        await closed(desk, talk.id, expected_seq=talk.last_seq)
    assert await desk.work_state(talk.id) == ["active"]


async def test_putting_aside_frees_the_operator_and_comes_back_to_them(desk: Desk) -> None:
    talk = await desk.talking()
    until = desk.clock.at + timedelta(hours=2)
    async with desk.as_operator(desk.anna) as tx:
        row = await conversations.snooze(
            tx, conversation_id=talk.id, until=until, operator_id=desk.anna
        )
    assert (row.state, row.operator_id, row.due_at) == (State.SNOOZED, desk.anna, None)
    assert await desk.work_state(talk.id) == ["done"]
    async with desk.as_operator(desk.anna) as tx:
        row = await conversations.wake_now(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert (row.state, row.operator_id, row.snoozed_until) == (State.WAITING, None, None)
    async with desk.as_system() as tx:
        preferred = await tx.fetchval(
            "SELECT preferred_operator FROM routing.work_item WHERE state = 'waiting'"
        )
    assert preferred == desk.anna


async def test_what_was_put_aside_may_be_put_aside_until_another_moment(desk: Desk) -> None:
    talk = await desk.talking()
    tomorrow = desk.clock.at + timedelta(days=1)
    left = []
    for until in (desk.clock.at + timedelta(hours=2), tomorrow):
        async with desk.as_operator(desk.anna) as tx:
            row = await conversations.snooze(
                tx, conversation_id=talk.id, until=until, operator_id=desk.anna
            )
        left.append(row.resolution_left_s)
        desk.clock.at += timedelta(minutes=30)
    assert (row.state, row.snoozed_until, row.due_at) == (State.SNOOZED, tomorrow, None)
    # No promise ran on while it slept.
    assert left[0] == left[1]
    desk.clock.at = tomorrow - timedelta(minutes=1)
    assert await jobs.wake_due(desk.database) == 0
    desk.clock.at = tomorrow
    assert await jobs.wake_due(desk.database) == 1
    assert (await desk.read(talk.id)).state is State.WAITING
    assert await desk.work_state(talk.id) == ["done", "waiting"]


async def test_a_message_wakes_what_was_put_aside(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.snooze(
            tx,
            conversation_id=talk.id,
            until=desk.clock.at + timedelta(days=1),
            operator_id=desk.anna,
        )
    await desk.wrote(talk.id, "Ho trovato il documento")
    row = await desk.read(talk.id)
    assert (row.state, row.snoozed_until) == (State.WAITING, None)
    assert await desk.work_state(talk.id) == ["done", "waiting"]


@pytest.mark.parametrize("days", [-1, 0, 400])
async def test_nothing_sleeps_into_the_past_or_for_ever(desk: Desk, days: int) -> None:
    talk = await desk.talking()
    with pytest.raises(errors.BadMoment):
        async with desk.as_operator(desk.anna) as tx:
            await conversations.snooze(
                tx,
                conversation_id=talk.id,
                until=desk.clock.at + timedelta(days=days),
                operator_id=desk.anna,
            )


async def test_reopening_offers_it_to_whoever_reopens_it(desk: Desk) -> None:
    talk = await desk.talking()
    await desk.replied(talk.id)
    await closed(desk, talk.id)
    async with desk.as_operator(desk.bruno) as tx:
        row = await conversations.reopen(tx, conversation_id=talk.id, operator_id=desk.bruno)
    assert (row.state, row.outcome, row.closed_at) == (State.WAITING, None, None)
    async with desk.as_system() as tx:
        preferred = await tx.fetchval(
            "SELECT preferred_operator FROM routing.work_item WHERE state = 'waiting'"
        )
    assert preferred == desk.bruno


async def test_merging_moves_the_thread_and_later_messages_follow(desk: Desk) -> None:
    old = await desk.talking()
    await desk.replied(old.id, "Prima risposta")
    new = await desk.opened(customer_id=old.customer_id)
    await desk.wrote(new.id, "Seconda pratica", nonce="same")
    await desk.wrote(old.id, "Uno", nonce="same")
    async with desk.as_operator(desk.anna) as tx:
        row = await conversations.merge(
            tx, conversation_id=new.id, into=old.id, operator_id=desk.anna
        )
    source = await desk.read(new.id)
    assert (source.state, source.merged_into, source.outcome) == (State.CLOSED, old.id, "merged")
    assert await desk.work_state(new.id) == ["cancelled"]
    thread = await desk.thread(old.id)
    assert [m.seq for m in thread] == list(range(1, len(thread) + 1))
    assert row.last_seq == len(thread)
    moved = [m for m in thread if m.origin_id == new.id]
    assert [m.text for m in moved if m.kind is MessageKind.MESSAGE] == ["Seconda pratica"]
    late = await desk.wrote(new.id, "Scrivo ancora di là")
    assert late.conversation_id == old.id
    assert late.seq == len(thread) + 1
    row = await desk.read(old.id)
    assert row.received == 4
    with pytest.raises(errors.BadMerge):
        async with desk.as_operator(desk.anna) as tx:
            await conversations.merge(
                tx, conversation_id=new.id, into=old.id, operator_id=desk.anna
            )


async def test_two_opposite_merges_at_once_end_in_one_thread(desk: Desk) -> None:
    one = await desk.talking()
    two = await desk.talking(customer_id=one.customer_id)

    async def merge(source: str, target: str) -> bool:
        try:
            async with desk.as_operator(desk.anna) as tx:
                await conversations.merge(
                    tx, conversation_id=source, into=target, operator_id=desk.anna
                )
        except (errors.BadMerge, NotNow):
            return False
        return True

    done = await asyncio.gather(merge(one.id, two.id), merge(two.id, one.id))
    assert sorted(done) == [False, True]


async def test_what_the_machine_says_does_not_stop_the_first_reply_clock(desk: Desk) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id)
    async with desk.as_system() as tx:
        await conversations.say(tx, conversation_id=opened.id, text="Le rispondiamo alle 9.")
    row = await desk.read(opened.id)
    assert row.first_replied_at is None
    assert row.due_kind == "first_response"


async def test_delivery_is_noted_once_and_never_taken_back(desk: Desk) -> None:
    talk = await desk.talking()
    message = await desk.replied(talk.id)
    for delivery in ("delivered", "failed", "delivered"):
        async with desk.as_system() as tx:
            await conversations.mark_delivered(tx, message_id=message.id, delivery=delivery)
    assert (await desk.thread(talk.id))[-1].delivery == "delivered"
    assert (await desk.events()).count("delivery_changed") == 1
