"""What may be taken back for a moment: a reply before it leaves, a conversation handed on."""

import asyncio
from datetime import timedelta

import pytest

from ascolto import conversations, routing
from ascolto.conversations import State, errors, jobs
from ascolto.conversations.actions import undoing
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import change_setting
from support.office import Office, ok, refused
from support.talk import Desk


async def held(desk: Desk, conversation_id: str, text: str = "Salve!", nonce: str = "n1") -> object:
    async with desk.as_operator(desk.anna) as tx:
        return await undoing.hold_reply(
            tx, conversation_id=conversation_id, operator_id=desk.anna, text=text, nonce=nonce
        )


async def taken_back(desk: Desk, conversation_id: str, nonce: str = "n1") -> None:
    async with desk.as_operator(desk.anna) as tx:
        await undoing.take_reply_back(
            tx, conversation_id=conversation_id, operator_id=desk.anna, nonce=nonce
        )


async def said(desk: Desk, conversation_id: str) -> list[str]:
    lines = await desk.thread(conversation_id)
    return [m.text for m in lines if m.kind == "message" and m.author.kind == "operator"]


async def test_a_held_reply_leaves_at_its_time_though_nobody_asks_for_it(desk: Desk) -> None:
    talk = await desk.talking()
    await held(desk, talk.id, "Uno", "n1")
    await held(desk, talk.id, "Due", "n2")
    assert await jobs.send_held(desk.database) == 0
    assert await said(desk, talk.id) == []
    desk.clock.at += timedelta(seconds=3)
    sent = await asyncio.gather(*(jobs.send_held(desk.database) for _ in range(3)))
    assert sum(sent) == 1
    assert await said(desk, talk.id) == ["Uno", "Due"]
    row = await desk.read(talk.id)
    assert (row.last_from, row.waiting_since, row.unread) == ("operator", None, 0)
    last = (await desk.thread(talk.id))[-1]
    assert (last.author.id, last.author.name, last.nonce) == (desk.anna, "Anna", "n2")
    assert (await desk.events()).count("message_out") == 2


async def test_what_is_taken_back_in_time_never_leaves(desk: Desk) -> None:
    talk = await desk.talking()
    await held(desk, talk.id)
    await taken_back(desk, talk.id)
    await taken_back(desk, talk.id)  # the answer to the first was lost on the way
    desk.clock.at += timedelta(seconds=60)
    assert await jobs.send_held(desk.database) == 0
    assert await said(desk, talk.id) == []


async def test_what_has_left_is_not_taken_back(desk: Desk) -> None:
    talk = await desk.talking()
    await held(desk, talk.id)
    desk.clock.at += timedelta(seconds=3)
    await jobs.send_held(desk.database)
    with pytest.raises(errors.LeftAlready):
        await taken_back(desk, talk.id)
    assert await said(desk, talk.id) == ["Salve!"]


async def test_a_colleague_takes_back_nobody_elses_reply(desk: Desk) -> None:
    talk = await desk.talking()
    await held(desk, talk.id)
    async with desk.as_operator(desk.bruno) as tx:
        await undoing.take_reply_back(
            tx, conversation_id=talk.id, operator_id=desk.bruno, nonce="n1"
        )
    desk.clock.at += timedelta(seconds=3)
    assert await jobs.send_held(desk.database) == 1


async def test_the_same_nonce_again_is_the_same_reply_before_and_after_it_left(
    desk: Desk,
) -> None:
    talk = await desk.talking()
    first = await held(desk, talk.id)
    assert await held(desk, talk.id) == first
    with pytest.raises(errors.NonceClash):
        await held(desk, talk.id, "Altro")
    desk.clock.at += timedelta(seconds=3)
    await jobs.send_held(desk.database)
    message = await held(desk, talk.id)
    assert isinstance(message, conversations.Message)
    assert await said(desk, talk.id) == ["Salve!"]


async def test_what_the_customer_wrote_while_a_reply_was_held_stays_unread(desk: Desk) -> None:
    talk = await desk.talking()
    await held(desk, talk.id)
    await desk.wrote(talk.id, "E un'altra cosa")
    desk.clock.at += timedelta(seconds=3)
    await jobs.send_held(desk.database)
    assert (await desk.read(talk.id)).unread > 0


async def transferred(tx: Tx, talk: str, desk: Desk) -> None:
    await conversations.transfer(
        tx, conversation_id=talk, operator_id=desk.anna, to_operator_id=desk.bruno
    )


async def requeued(tx: Tx, talk: str, desk: Desk) -> None:
    await conversations.requeue(tx, conversation_id=talk, operator_id=desk.anna)


async def closed(tx: Tx, talk: str, desk: Desk) -> None:
    await conversations.close(tx, conversation_id=talk, operator_id=desk.anna, outcome="resolved")


async def snoozed(tx: Tx, talk: str, desk: Desk) -> None:
    await conversations.snooze(
        tx, conversation_id=talk, operator_id=desk.anna, until=tx.now + timedelta(hours=1)
    )


LEAVING = {"transfer": transferred, "requeue": requeued, "close": closed, "snooze": snoozed}


@pytest.mark.parametrize("way", list(LEAVING))
async def test_a_held_reply_leaves_before_the_conversation_does(desk: Desk, way: str) -> None:
    talk = await desk.talking()
    await held(desk, talk.id, "Un attimo")
    async with desk.as_operator(desk.anna) as tx:
        await LEAVING[way](tx, talk.id, desk)
    assert await said(desk, talk.id) == ["Un attimo"]
    desk.clock.at += timedelta(seconds=3)
    assert await jobs.send_held(desk.database) == 0


async def test_an_organisation_that_wants_no_moment_has_none(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_system() as tx:
        await change_setting(
            tx, "conversations.chat_undo_s", 0, actor=SYSTEM, client_id=desk.client_id
        )
    assert isinstance(await held(desk, talk.id), conversations.Message)
    assert await said(desk, talk.id) == ["Salve!"]


async def test_what_was_handed_on_comes_back_to_its_queue_and_asks_its_operator_first(
    desk: Desk,
) -> None:
    async with desk.as_system() as tx:
        other = await routing.create_queue(
            tx, values={"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        )
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, queue_id=other.id
        )
    async with desk.as_operator(desk.anna) as tx:
        back = await undoing.take_back(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert (back.state, back.queue_id) == (State.WAITING, talk.queue_id)
    async with desk.as_system() as tx:
        work = await tx.fetchrow(
            "SELECT preferred_operator, excluded FROM routing.work_item WHERE state = 'waiting'"
        )
    assert work is not None
    assert (work["preferred_operator"], work["excluded"]) == (desk.anna, [])


async def test_only_who_handed_on_takes_back_and_only_for_a_moment(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.requeue(tx, conversation_id=talk.id, operator_id=desk.anna)
    with pytest.raises(errors.NotNow):
        async with desk.as_operator(desk.bruno) as tx:
            await undoing.take_back(tx, conversation_id=talk.id, operator_id=desk.bruno)
    desk.clock.at += timedelta(minutes=2)
    with pytest.raises(errors.NotNow):
        async with desk.as_operator(desk.anna) as tx:
            await undoing.take_back(tx, conversation_id=talk.id, operator_id=desk.anna)


async def test_what_a_colleague_has_taken_meanwhile_is_theirs(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, to_operator_id=desk.bruno
        )
    await desk.accepted(talk.id, desk.bruno)
    with pytest.raises(errors.NotYours) as refusal:
        async with desk.as_operator(desk.anna) as tx:
            await undoing.take_back(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert refusal.value.fields["operator_id"] == desk.bruno


async def test_over_http_a_reply_is_held_taken_back_and_refused_in_words(office: Office) -> None:
    talk = await office.desk.talking()
    path = f"/conversations/{talk.id}/going-out"
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        kept = ok(await anna.post(path, json={"text": "Salve", "nonce": "h1"}))
        assert kept["message"] is None
        assert 0 < kept["leaves_in_s"] <= 3
        assert (await anna.delete(f"{path}/h1")).status_code == 204
        refused(
            await bruno.post(path, json={"text": "Ciao", "nonce": "h2"}),
            403,
            "conversations.not_yours",
        )
        lost = {"text": "", "nonce": "h3", "attachment_ids": [new_id()]}
        refused(await anna.post(path, json=lost), 422, "conversations.bad_files")
        ok(await anna.post(f"/conversations/{talk.id}/messages", json={"text": "A", "nonce": "m"}))
        refused(await anna.delete(f"{path}/m"), 409, "conversations.left_already")
