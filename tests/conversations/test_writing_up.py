"""What is written up after a contact: kept as a draft is, timed quietly, and a call promised."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ascolto import conversations, routing
from ascolto.conversations import State, errors, jobs, store_aside
from ascolto.conversations.actions import calling_back, keeping, timing
from ascolto.conversations.model import Draft
from ascolto.kit.db import SYSTEM
from ascolto.tenancy.actions import change_setting
from support.office import Office, ok, refused
from support.talk import Desk

CLOSING: dict[str, Any] = {
    "outcome": "follow_up", "reason1": None, "reason2": None, "promise": "Rimborso", "until": None
}  # fmt: skip


async def written_up(desk: Desk) -> conversations.Conversation:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        talk = await conversations.wrap_up(tx, conversation_id=talk.id, operator_id=desk.anna)
    await noted(desk, talk.id, 0)
    return talk


async def noted(desk: Desk, conversation_id: str, rev: int) -> Draft:
    async with desk.as_operator(desk.anna) as tx:
        return await conversations.set_draft(
            tx, conversation_id=conversation_id, operator_id=desk.anna, kind="wrapup",
            text="Ha pagato due volte", rev=rev, closing=CLOSING,
        )  # fmt: skip


async def draft_of(desk: Desk, conversation_id: str) -> Draft:
    async with desk.as_operator(desk.anna) as tx:
        (draft,) = await store_aside.drafts_of(
            tx, conversation_ids=[conversation_id], operator_id=desk.anna
        )
    return draft


async def closed(desk: Desk, conversation_id: str) -> None:
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=conversation_id, outcome="resolved", operator_id=desk.anna
        )


async def left_to_time(desk: Desk, conversation_id: str) -> None:
    desk.clock.at += timedelta(seconds=901)
    assert await jobs.end_wrap_ups(desk.database) == 1
    assert (await desk.read(conversation_id)).outcome == "unclassified"


async def test_what_is_written_up_is_emptied_on_each_device_when_the_contact_is_closed(
    desk: Desk,
) -> None:
    talk = await written_up(desk)
    kept = await draft_of(desk, talk.id)
    assert (kept.text, kept.closing) == ("Ha pagato due volte", CLOSING)
    await closed(desk, talk.id)
    gone = await draft_of(desk, talk.id)
    assert (gone.text, gone.closing, gone.rev) == ("", None, 2)
    async with desk.as_system() as tx:
        told = await tx.fetchval(
            "SELECT body FROM kit.frame WHERE kind = 'draft.changed' ORDER BY id DESC LIMIT 1"
        )
    assert (told["text"], told["closing"], told["rev"]) == ("", None, 2)
    with pytest.raises(errors.NotNow):  # a device that was offline does not bring it back
        await noted(desk, talk.id, 2)


async def test_what_time_has_closed_can_still_be_written_up(desk: Desk) -> None:
    talk = await written_up(desk)
    await left_to_time(desk, talk.id)
    assert (await draft_of(desk, talk.id)).closing == CLOSING
    assert (await noted(desk, talk.id, 1)).rev == 2
    await closed(desk, talk.id)
    assert (await desk.read(talk.id)).outcome == "resolved"
    assert (await draft_of(desk, talk.id)).closing is None


async def test_handing_on_empties_it_and_a_merge_takes_it_along(desk: Desk) -> None:
    handed, merged = await written_up(desk), await written_up(desk)
    into = await desk.talking(customer_id=merged.customer_id)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.requeue(tx, conversation_id=handed.id, operator_id=desk.anna)
        await conversations.merge(
            tx, conversation_id=merged.id, into=into.id, operator_id=desk.anna
        )
    assert (await draft_of(desk, handed.id)).text == ""
    moved = await draft_of(desk, into.id)
    assert (moved.text, moved.closing) == ("Ha pagato due volte", CLOSING)


async def test_what_nobody_goes_on_with_is_emptied_in_time(desk: Desk) -> None:
    late, others = await written_up(desk), await written_up(desk)
    async with desk.as_system() as tx:
        await tx.execute(
            "UPDATE conversations.conversation SET operator_id = $2 WHERE id = $1",
            others.id, desk.bruno,
        )  # fmt: skip
        assert await keeping.forget_wrap_ups(tx) == 1
    assert (await draft_of(desk, others.id)).text == ""
    assert (await draft_of(desk, late.id)).text == "Ha pagato due volte"
    desk.clock.at += timedelta(days=31)
    async with desk.as_system() as tx:
        assert await keeping.forget_wrap_ups(tx) == 1
        assert await keeping.forget_wrap_ups(tx) == 0
    assert (await draft_of(desk, late.id)).text == ""


async def test_the_clock_counts_from_the_queues_time_to_the_limit(desk: Desk) -> None:
    talk = await written_up(desk)
    began = desk.clock.at
    desk.clock.at += timedelta(seconds=50)
    async with desk.as_operator(desk.anna) as tx:
        assert await timing.wrap_up_clock(tx, talk) == timing.WrapUpClock(
            began, desk.queue.wrap_up_s, began + timedelta(seconds=900)
        )
        await change_setting(
            tx, "conversations.wrap_up_limit_s", 0, actor=SYSTEM, client_id=desk.client_id
        )
        endless = await timing.wrap_up_clock(tx, talk)
    assert endless is not None
    assert endless.ends_at is None
    await closed(desk, talk.id)
    async with desk.as_operator(desk.anna) as tx:
        assert await timing.wrap_up_clock(tx, await desk.read(talk.id)) is None


async def promised(
    desk: Desk, conversation_id: str, *, to: str | None
) -> conversations.Conversation:
    async with desk.as_operator(desk.anna) as tx:
        return await calling_back.promise_call(
            tx, conversation_id=conversation_id, at=desk.clock.at + timedelta(hours=2),
            phone="+39 333 1234567", text="Conferma del rimborso", operator_id=desk.anna,
            to_operator_id=to,
        )  # fmt: skip


@pytest.mark.parametrize("mine", [True, False])
async def test_a_promised_call_is_offered_at_its_moment_with_all_that_is_needed(
    desk: Desk, *, mine: bool
) -> None:
    talk = await written_up(desk)
    asleep = await promised(desk, talk.id, to=desk.anna if mine else None)
    assert (asleep.state, asleep.snoozed_until) == (
        State.SNOOZED, desk.clock.at + timedelta(hours=2)
    )  # fmt: skip
    assert (await draft_of(desk, talk.id)).text == ("Ha pagato due volte" if mine else "")
    line = (await desk.thread(talk.id))[-1]
    assert (line.meta["what"], line.meta["about"], line.public) == (
        "call_promised", "Conferma del rimborso", False
    )  # fmt: skip
    assert await jobs.wake_due(desk.database) == 0
    desk.clock.at += timedelta(hours=2, seconds=1)
    assert sum(await asyncio.gather(*(jobs.wake_due(desk.database) for _ in range(3)))) == 1
    row = await desk.read(talk.id)
    assert (row.state, row.promise) == (State.WAITING, asleep.promise)
    async with desk.as_system() as tx:
        item = await routing.get_work(tx, str(row.work_item_id))
    assert item is not None
    assert item.preferred_operator == (desk.anna if mine else None)
    assert (item.due_at, item.card["call_at"]) == (
        asleep.snoozed_until,
        (row.promise or {})["until"],
    )
    assert "phone" not in item.card


async def test_a_call_is_moved_kept_through_a_customers_word_and_ends_with_the_contact(
    desk: Desk,
) -> None:
    talk = await written_up(desk)
    first = await promised(desk, talk.id, to=desk.anna)
    desk.clock.at += timedelta(minutes=10)
    moved = await promised(desk, talk.id, to=desk.anna)
    assert moved.snoozed_until == (first.snoozed_until or desk.clock.at) + timedelta(minutes=10)
    await desk.wrote(talk.id, "Anche domani va bene")
    assert (await desk.read(talk.id)).promise == moved.promise
    await desk.accepted(talk.id)
    assert (await desk.read(talk.id)).promise == moved.promise
    await closed(desk, talk.id)
    assert (await desk.read(talk.id)).promise is None


async def test_routes_of_the_wrap_up_answer_who_writes_it_up_alone(office: Office) -> None:
    desk = office.desk
    talk = await desk.talking()
    path = f"/conversations/{talk.id}"
    at = (desk.clock.at + timedelta(hours=1)).isoformat()
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        assert ok(await anna.get(f"{path}/wrap-up")) is None
        ok(await anna.post(f"{path}/wrap-up"))
        assert ok(await anna.get(f"{path}/wrap-up"))["expected_s"] == desk.queue.wrap_up_s
        assert ok(await bruno.get(f"{path}/wrap-up")) is None
        draft = {"text": "n", "kind": "wrapup", "rev": 0, "closing": CLOSING}
        assert ok(await anna.put(f"{path}/draft", json=draft))["closing"] == CLOSING
        assert ok(await bruno.get(path))["drafts"] == []
        call = {"at": at, "phone": "02 5550 1234", "text": "Esito"}
        refused(await bruno.post(f"{path}/call-back", json=call), 403, "conversations.not_yours")
        wrong = await anna.post(f"{path}/call-back", json={**call, "phone": "domani"})
        assert wrong.status_code == 422
        row = ok(await anna.post(f"{path}/call-back", json=call))
        assert (row["state"], row["promise"]["phone"]) == ("snoozed", "02 5550 1234")
        assert row["promise"]["operator_id"] == desk.anna
