"""What time brings: woken, told, freed, written off; once, however many nodes look."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from ascolto import conversations, routing
from ascolto.conversations import State, jobs
from ascolto.conversations.errors import BadOutcome, NotNow
from ascolto.conversations.files import place_of
from ascolto.kit.db import SYSTEM
from ascolto.kit.http import Services
from ascolto.kit.live import LiveHub
from ascolto.kit.relay import Relay
from ascolto.kit.settings import Settings
from ascolto.tenancy.actions import change_setting
from support.talk import Desk


async def asleep(desk: Desk) -> conversations.Conversation:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        return await conversations.snooze(
            tx,
            conversation_id=talk.id,
            until=desk.clock.at + timedelta(hours=1),
            operator_id=desk.anna,
        )


async def frames(desk: Desk, kind: str) -> list[str]:
    async with desk.as_system() as tx:
        rows = await tx.fetch("SELECT topic FROM kit.frame WHERE kind = $1 ORDER BY id", kind)
    return [row["topic"] for row in rows]


async def test_what_slept_wakes_once_for_its_operator_though_three_nodes_look(desk: Desk) -> None:
    put_aside = [await asleep(desk) for _ in range(3)]
    assert await jobs.wake_due(desk.database) == 0
    desk.clock.at += timedelta(hours=1, seconds=1)
    woken = await asyncio.gather(*(jobs.wake_due(desk.database) for _ in range(3)))
    assert sum(woken) == 3
    for one in put_aside:
        assert (await desk.read(one.id)).state is State.WAITING
        assert await desk.work_state(one.id) == ["done", "waiting"]
    async with desk.as_system() as tx:
        preferred = await tx.fetch(
            "SELECT DISTINCT preferred_operator FROM routing.work_item WHERE state = 'waiting'"
        )
    assert [row["preferred_operator"] for row in preferred] == [desk.anna]
    assert (await desk.events()).count("woken") == 3


async def test_what_slept_through_the_end_of_its_queue_wakes_in_another(desk: Desk) -> None:
    talk = await asleep(desk)
    async with desk.as_system() as tx:
        other = await routing.create_queue(
            tx, values={"client_id": desk.client_id, "name": "Resto", "channel": "webchat"}
        )
        await routing.archive_queue(tx, queue_id=desk.queue.id)
    desk.clock.at += timedelta(hours=2)
    assert await jobs.wake_due(desk.database) == 1
    row = await desk.read(talk.id)
    assert (row.state, row.queue_id) == (State.WAITING, other.id)


async def test_a_customer_is_heard_though_no_queue_is_left(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
        await routing.archive_queue(tx, queue_id=desk.queue.id)
    message = await desk.wrote(talk.id, "Ci siete ancora?")
    assert message.text == "Ci siete ancora?"
    assert (await desk.read(talk.id)).state is State.OPEN


async def test_a_promise_that_ran_out_is_told_once_by_whichever_node_saw_it(desk: Desk) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id)
    assert await jobs.tell_overdue(desk.database) == 0
    desk.clock.at += timedelta(seconds=121)
    told = await asyncio.gather(*(jobs.tell_overdue(desk.database) for _ in range(4)))
    assert sum(told) == 1
    assert await jobs.tell_overdue(desk.database) == 0
    assert (await desk.events()).count("target_missed") == 1
    assert await frames(desk, "conversation.overdue") == [
        f"conversation:{opened.id}",
        f"client:{desk.client_id}",
    ]
    await desk.accepted(opened.id)
    await desk.replied(opened.id)
    await desk.wrote(opened.id, "E poi?")
    desk.clock.at += timedelta(seconds=181)
    assert await jobs.tell_overdue(desk.database) == 1
    async with desk.as_system() as tx:
        kinds = await tx.fetch(
            "SELECT body->>'target' AS target FROM kit.event"
            " WHERE kind = 'conversations.target_missed' ORDER BY id"
        )
    assert [row["target"] for row in kinds] == ["first_response", "next_response"]
    assert f"operator:{desk.anna}" in await frames(desk, "conversation.overdue")


async def test_nothing_is_owed_while_it_sleeps_or_is_closed(desk: Desk) -> None:
    await asleep(desk)
    closed = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=closed.id, outcome="resolved", operator_id=desk.anna
        )
    desk.clock.at += timedelta(days=30)
    assert await jobs.tell_overdue(desk.database) == 0


async def test_the_talks_of_who_is_gone_go_to_others_once_and_come_first(desk: Desk) -> None:
    talk, kept = await desk.talking(), await desk.talking(desk.bruno)
    async with desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=desk.anna, state="offline")
        await routing.set_presence(tx, operator_id=desk.bruno, state="break")
    assert await jobs.free_left(desk.database) == 0
    desk.clock.at += timedelta(seconds=121)
    freed = await asyncio.gather(*(jobs.free_left(desk.database) for _ in range(3)))
    assert sum(freed) == 1
    assert (await desk.read(talk.id)).state is State.WAITING
    assert (await desk.read(kept.id)).operator_id == desk.bruno
    async with desk.as_system() as tx:
        item = await tx.fetchrow(
            "SELECT to_head, excluded FROM routing.work_item WHERE ref = $1", talk.id
        )
    assert item is not None
    assert (item["to_head"], item["excluded"]) == (True, [desk.anna])
    assert (await desk.events("routing.")).count("requeued") == 1


async def test_what_is_answered_in_hours_stays_with_its_operator_until_the_next_shift(
    desk: Desk,
) -> None:
    talk = await desk.talking()
    async with desk.as_system() as tx:
        await tx.execute("UPDATE conversations.conversation SET channel = 'email'")
        await routing.set_presence(tx, operator_id=desk.anna, state="offline")
    desk.clock.at += timedelta(hours=11)
    assert await jobs.free_left(desk.database) == 0
    desk.clock.at += timedelta(hours=2)
    assert await jobs.free_left(desk.database) == 1
    assert (await desk.read(talk.id)).state is State.WAITING


async def in_wrap_up(desk: Desk) -> str:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.wrap_up(tx, conversation_id=talk.id, operator_id=desk.anna)
    return talk.id


async def test_what_is_not_written_up_in_time_is_closed_and_can_still_be_told(desk: Desk) -> None:
    late = await in_wrap_up(desk)
    desk.clock.at += timedelta(seconds=899)
    assert await jobs.end_wrap_ups(desk.database) == 0
    desk.clock.at += timedelta(seconds=2)
    ended = await asyncio.gather(*(jobs.end_wrap_ups(desk.database) for _ in range(3)))
    assert sum(ended) == 1
    row = await desk.read(late)
    assert (row.state, row.outcome, row.operator_id) == (State.CLOSED, "unclassified", desk.anna)
    assert await desk.work_state(late) == ["done"]
    async with desk.as_operator(desk.anna) as tx:
        told = await conversations.close(
            tx, conversation_id=late, outcome="follow_up", note="Richiamo", operator_id=desk.anna
        )
    assert (told.state, told.outcome, told.close_note) == (State.CLOSED, "follow_up", "Richiamo")
    assert [kind for kind in await desk.events() if kind in {"closed", "classified"}] == [
        "closed",
        "classified",
    ]
    with pytest.raises(NotNow):
        async with desk.as_operator(desk.anna) as tx:
            await conversations.close(
                tx, conversation_id=late, outcome="resolved", operator_id=desk.anna
            )


async def test_a_customer_who_writes_into_a_wrap_up_is_not_closed_away(desk: Desk) -> None:
    late = await in_wrap_up(desk)
    desk.clock.at += timedelta(seconds=60)
    await desk.wrote(late, "Ancora una domanda")
    desk.clock.at += timedelta(seconds=900)
    assert await jobs.end_wrap_ups(desk.database) == 1
    assert (await desk.read(late)).state is State.WAITING
    async with desk.as_system() as tx:
        item = await tx.fetchrow(
            "SELECT state, preferred_operator FROM routing.work_item WHERE ref = $1", late
        )
    assert item is not None
    assert (item["state"], item["preferred_operator"]) == ("waiting", desk.anna)
    # Back to whoever had it: handed on to nobody, so no transfer in the figures.
    assert "requeued" in await desk.events("routing.")
    assert "transferred" not in await desk.events("routing.")


async def test_a_client_may_leave_its_wrap_ups_without_a_limit(desk: Desk) -> None:
    late = await in_wrap_up(desk)
    async with desk.as_system() as tx:
        await change_setting(
            tx, "conversations.wrap_up_limit_s", 0, actor=SYSTEM, client_id=desk.client_id
        )
    desk.clock.at += timedelta(days=1)
    assert await jobs.end_wrap_ups(desk.database) == 0
    assert (await desk.read(late)).state is State.WRAPUP


async def test_no_operator_says_what_only_the_product_says(desk: Desk) -> None:
    talk = await desk.talking()
    for outcome in ("unclassified", "merged"):
        with pytest.raises(BadOutcome):
            async with desk.as_operator(desk.anna) as tx:
                await conversations.close(
                    tx, conversation_id=talk.id, outcome=outcome, operator_id=desk.anna
                )


async def test_uploads_that_were_never_sent_are_forgotten_after_a_day(
    desk: Desk, tmp_path: Path
) -> None:
    talk = await desk.talking()
    settings = Settings(data=tmp_path)
    async with desk.as_operator(desk.anna) as tx:
        kept = await conversations.keep_attachment(
            tx,
            folder=settings.attachments,
            conversation_id=talk.id,
            name="nota.txt",
            data=b"mai spedita",
            uploader_kind="operator",
        )
    relay = Relay(desk.database)
    services = Services(
        db=desk.database, relay=relay, live=LiveHub(relay), settings=settings, clock=desk.clock
    )
    assert await jobs.sweep_files(services) == 0
    desk.clock.at += timedelta(days=1, seconds=1)
    assert await jobs.sweep_files(services) == 1
    async with desk.as_system() as tx:
        assert await tx.fetchval("SELECT count(*) FROM conversations.attachment") == 0
    # The content itself stays for an hour: somebody may be uploading the same file.
    assert place_of(settings.attachments, tenant_id=desk.tenant, sha256=kept.sha256).exists()


async def test_who_leaves_the_queue_without_a_word_waits_no_longer_where_that_was_agreed(
    desk: Desk,
) -> None:
    gone = await desk.opened()
    await desk.wrote(gone.id)
    there = await desk.opened()
    await desk.wrote(there.id)
    answered = await desk.talking()
    await desk.replied(answered.id)
    desk.clock.at += timedelta(hours=2)
    assert await jobs.end_silent(desk.database) == 0, "nobody is sent off unless it was agreed"
    async with desk.as_system() as tx:
        await change_setting(
            tx, "conversations.silent_in_queue_s", 600, actor=SYSTEM, client_id=desk.client_id
        )
    await desk.wrote(there.id, "Ci siete?")
    ended = await asyncio.gather(*(jobs.end_silent(desk.database) for _ in range(3)))
    assert sum(ended) == 1
    row = await desk.read(gone.id)
    assert (row.state, row.outcome) == (State.CLOSED, "abandoned")
    assert await desk.work_state(gone.id) == ["cancelled"]
    async with desk.as_system() as tx:
        body = await tx.fetchval("SELECT body FROM kit.event WHERE kind = 'routing.abandoned'")
    assert (body["silent"], body["waited_s"]) == (True, 7200)
    assert (await desk.read(there.id)).state is State.WAITING
    assert (await desk.read(answered.id)).state is State.ACTIVE
    # Whoever comes back after all is heard.
    await desk.wrote(gone.id, "Sono tornata")
    assert (await desk.read(gone.id)).state is State.WAITING
