"""Asking a colleague or the back office beside a conversation: who sees it, who answers."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ascolto import conversations, routing
from ascolto.conversations import errors, jobs
from ascolto.conversations.actions import consulting
from ascolto.conversations.consults import hold_consult
from ascolto.conversations.model import Consult, ConsultMessage
from ascolto.insight.fold import FOLDED_KINDS, Ledger
from ascolto.insight.model import Counting
from ascolto.insight.store import events_between
from ascolto.insight.tally import count_episode, count_work
from ascolto.kit.db import Actor
from ascolto.kit.ids import new_id
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import create_client
from support.office import Office, ok, refused
from support.talk import Desk

QUESTION = {"subject": "Conguaglio", "text": "Quando arriva il rimborso?"}


async def back_office(desk: Desk, **values: Any) -> routing.Queue:
    async with desk.as_system() as tx:
        return await routing.create_queue(
            tx,
            values={
                "client_id": desk.client_id,
                "name": "Retrosportello",
                "channel": "task",
                **values,
            },
        )


async def asked(desk: Desk, conversation_id: str, **values: Any) -> Consult:
    """Let Anna ask; Bruno unless a queue is named."""
    whom = {} if "queue_id" in values else {"ask_operator_id": desk.bruno}
    async with desk.as_operator(desk.anna) as tx:
        return await conversations.consult(
            tx,
            conversation_id=conversation_id,
            operator_id=desk.anna,
            **{**QUESTION, "nonce": new_id(), **whom, **values},
        )


async def wrote(
    desk: Desk, consult: Consult, who: str, text: str, nonce: str | None = None
) -> ConsultMessage:
    async with desk.as_operator(who) as tx:
        return await consulting.write(
            tx, consult_id=consult.id, operator_id=who, text=text, nonce=nonce or new_id()
        )


async def taken(desk: Desk, consult: Consult, who: str) -> str:
    """Offer a waiting question to an operator, as the dispatcher would, and let them take it."""
    async with desk.as_system() as tx:
        work = await tx.fetchval(
            "UPDATE routing.work_item SET state = 'offered', operator_id = $2,"
            " offer_expires_at = now() + interval '20 s'"
            " WHERE card->>'consult_id' = $1 AND state = 'waiting' RETURNING id",
            consult.id,
            who,
        )
    async with desk.as_operator(who) as tx:
        about = await conversations.accept(tx, work_item_id=str(work), operator_id=who)
    assert about.id == consult.conversation_id
    return str(work)


async def read(desk: Desk, consult: Consult) -> Consult:
    async with desk.as_system() as tx:
        return await hold_consult(tx, consult.id)


async def work_of(desk: Desk, consult: Consult) -> list[dict[str, Any]]:
    async with desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT id, state, channel, queue_id, barred, preferred_operator, language, eu_only"
            " FROM routing.work_item WHERE card->>'consult_id' = $1 ORDER BY id",
            consult.id,
        )
    return [dict(row) for row in rows]


async def test_a_colleague_is_asked_and_answers_while_the_conversation_stays(desk: Desk) -> None:
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    assert (consult.state, consult.operator_id, consult.number) == ("open", desk.bruno, talk.number)
    await wrote(desk, consult, desk.bruno, "Entro venerdì.")
    now = await read(desk, consult)
    assert (now.state, now.last_text, now.last_side) == ("answered", "Entro venerdì.", "answering")
    await wrote(desk, consult, desk.anna, "Di questa settimana?")
    assert (await read(desk, consult)).state == "open"
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close_consult(tx, consult_id=consult.id, operator_id=desk.anna)
    assert (await read(desk, consult)).state == "closed"
    with pytest.raises(errors.ConsultClosed):
        await wrote(desk, consult, desk.bruno, "Sì.")
    stays = await desk.read(talk.id)
    assert (stays.operator_id, stays.state) == (desk.anna, "active")
    assert await desk.events("conversations.consult_") == ["asked", "answered", "asked", "closed"]


async def test_the_back_office_is_asked_by_a_work_item_of_its_own(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    (work,) = await work_of(desk, consult)
    assert (work["state"], work["channel"], work["queue_id"]) == ("waiting", "task", queue.id)
    assert (work["barred"], work["language"], work["eu_only"]) == ([desk.anna], None, False)
    await taken(desk, consult, desk.bruno)
    assert (await read(desk, consult)).operator_name == "Bruno"
    await wrote(desk, consult, desk.bruno, "Lunedì.")
    (work,) = await work_of(desk, consult)
    assert work["state"] == "done"
    # Asked on: a piece of work again, for whoever knows the matter first.
    await wrote(desk, consult, desk.anna, "A che ora?")
    _, again = await work_of(desk, consult)
    assert (again["state"], again["preferred_operator"]) == ("waiting", desk.bruno)
    assert (await read(desk, consult)).operator_id is None
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close_consult(tx, consult_id=consult.id, operator_id=desk.anna)
    assert [one["state"] for one in await work_of(desk, consult)] == ["done", "cancelled"]
    assert (await desk.read(talk.id)).work_item_id == talk.work_item_id


async def test_who_took_the_question_and_no_longer_needs_to_answer_has_room_again(
    desk: Desk,
) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    await taken(desk, consult, desk.bruno)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close_consult(tx, consult_id=consult.id, operator_id=desk.anna)
        again = await conversations.close_consult(tx, consult_id=consult.id, operator_id=desk.anna)
    assert again.v == (await read(desk, consult)).v
    assert [one["state"] for one in await work_of(desk, consult)] == ["done"]


async def test_taking_and_asking_twice_is_once(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    first = await asked(desk, talk.id, queue_id=queue.id, nonce="n")
    assert (await asked(desk, talk.id, queue_id=queue.id, nonce="n")).id == first.id
    assert len(await work_of(desk, first)) == 1
    with pytest.raises(errors.NonceClash):
        await asked(desk, talk.id, queue_id=queue.id, nonce="n", text="Altro")
    work = await taken(desk, first, desk.bruno)
    async with desk.as_operator(desk.bruno) as tx:
        await conversations.accept(tx, work_item_id=work, operator_id=desk.bruno)
    one = await wrote(desk, first, desk.bruno, "Lunedì.", nonce="a")
    assert (await wrote(desk, first, desk.bruno, "Lunedì.", nonce="a")).id == one.id
    with pytest.raises(errors.NonceClash):
        await wrote(desk, first, desk.bruno, "Martedì.", nonce="a")
    assert (await read(desk, first)).last_seq == 2


async def test_what_was_asked_is_known_again_when_the_conversation_is_anothers(
    desk: Desk,
) -> None:
    talk = await desk.talking()
    first = await asked(desk, talk.id, nonce="n")
    async with desk.as_operator(desk.anna) as tx:
        await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, to_operator_id=desk.bruno
        )
    assert (await asked(desk, talk.id, nonce="n")).id == first.id
    with pytest.raises(errors.NotYours):
        await asked(desk, talk.id, nonce="m")


async def test_where_the_customer_is_answered_in_the_union_only_so_is_what_is_asked(
    desk: Desk,
) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    async with desk.as_system() as tx:
        values = NewOperator(
            display_name="Elira", clients=frozenset({desk.client_id}), country="AL"
        )
        elira = await create_operator(tx, values)
        await conversations.ask_for_eu(tx, conversation_id=talk.id)
    with pytest.raises(errors.BadConsult):
        await asked(desk, talk.id, ask_operator_id=elira.id)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    assert [work["eu_only"] for work in await work_of(desk, consult)] == [True]


async def test_two_answers_at_the_same_moment_are_both_kept_in_one_order(desk: Desk) -> None:
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    await asyncio.gather(
        *(wrote(desk, consult, desk.bruno, f"Parte {n}") for n in range(6)),
        *(wrote(desk, consult, desk.anna, f"E {n}?") for n in range(6)),
    )
    async with desk.as_system() as tx:
        rows = await tx.fetch("SELECT seq FROM conversations.consult_message ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, 14))


async def test_one_colleague_or_one_queue_for_tasks_is_asked_and_nobody_oneself(
    desk: Desk,
) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    for bad in (
        {"ask_operator_id": None},
        {"ask_operator_id": desk.bruno, "queue_id": queue.id},
        {"ask_operator_id": desk.anna},
        {"queue_id": desk.queue.id},
    ):
        with pytest.raises(errors.BadConsult):
            await asked(desk, talk.id, **bad)
    with pytest.raises(errors.NoQueue):
        await asked(desk, talk.id, queue_id=new_id())
    with pytest.raises(errors.UnknownColleague):
        await asked(desk, talk.id, ask_operator_id=new_id())


async def test_whoever_takes_the_conversation_over_asks_on_and_closes(desk: Desk) -> None:
    async with desk.as_system() as tx:
        carlo = await create_operator(
            tx, NewOperator(display_name="Carlo", clients=frozenset({desk.client_id}))
        )
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    with pytest.raises(errors.NotYours):
        await wrote(desk, consult, carlo.id, "E io?")
    async with desk.as_operator(desk.anna) as tx:
        await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, to_operator_id=carlo.id
        )
    await desk.accepted(talk.id, carlo.id)
    assert (await wrote(desk, consult, carlo.id, "E per il conguaglio?")).side == "asking"
    async with desk.as_operator(carlo.id) as tx:
        await conversations.close_consult(tx, consult_id=consult.id, operator_id=carlo.id)
    assert (await read(desk, consult)).state == "closed"


async def test_who_answers_does_not_close_what_another_asked(desk: Desk) -> None:
    consult = await asked(desk, (await desk.talking()).id)
    async with desk.as_operator(desk.bruno) as tx:
        with pytest.raises(errors.NotYours):
            await conversations.close_consult(tx, consult_id=consult.id, operator_id=desk.bruno)


async def test_what_is_asked_stays_open_when_the_conversation_is_closed(desk: Desk) -> None:
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
    await wrote(desk, consult, desk.bruno, "Trovato.")
    assert (await read(desk, consult)).state == "answered"
    with pytest.raises(errors.NotNow):
        await asked(desk, talk.id)


async def test_consults_go_with_a_conversation_that_is_merged(desk: Desk) -> None:
    one = await desk.talking()
    two = await desk.talking(customer_id=one.customer_id)
    consult = await asked(desk, one.id)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.merge(tx, conversation_id=one.id, into=two.id, operator_id=desk.anna)
    assert (await read(desk, consult)).conversation_id == two.id


async def test_the_customer_never_hears_of_it(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    async with desk.as_system() as tx:
        before = await tx.fetchval("SELECT coalesce(max(id), 0) FROM kit.frame")
    consult = await asked(desk, talk.id, queue_id=queue.id, text="Segreto uno")
    await taken(desk, consult, desk.bruno)
    await wrote(desk, consult, desk.bruno, "Segreto due")
    async with desk.as_system() as tx:
        rows = await tx.fetch("SELECT topic, body FROM kit.frame WHERE id > $1", before)
        public = await conversations.list_messages(
            tx, conversation_id=talk.id, after_seq=0, before_seq=None, limit=100, public_only=True
        )
    assert any(row["topic"] == f"operator:{desk.bruno}" for row in rows)
    assert not any(row["topic"].startswith("customer:") for row in rows)
    assert not any("Segreto" in message.text for message in public)
    # Nor does the log of what happened hold a word of it.
    async with desk.as_system() as tx:
        assert not await tx.fetchval(
            "SELECT count(*) FROM kit.event WHERE body::text LIKE '%Segreto%'"
        )


async def test_its_handling_is_work_but_no_contact_of_a_customer(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    await taken(desk, consult, desk.bruno)
    await wrote(desk, consult, desk.bruno, "Fatto.")
    # That the customer has gone without a word says nothing of the colleague's work.
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="no_reply", operator_id=desk.anna
        )
    async with desk.as_system() as tx:
        since = tx.now - timedelta(hours=1)
        until = tx.now + timedelta(hours=1)
        log = await events_between(tx, since=since, until=until, kinds=FOLDED_KINDS, limit=99)
    customers, inside = Ledger().add(log).episodes()
    counted = [count_episode(one, Counting()) for one in (customers, inside)]
    assert [(t.requested, t.answered, t.handled, t.transferred) for t in counted] == [
        (1, 1, 0, 0),
        (0, 0, 0, 0),
    ]
    assert counted[0].silent == 1
    assert (inside.channel, count_work(inside, Counting()).handled) == ("task", 1)


async def test_who_took_a_question_gives_it_back_for_others(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    for _ in range(2):
        work = await taken(desk, consult, desk.bruno)
        async with desk.as_operator(desk.bruno) as tx:
            back = await consulting.give_back(tx, consult_id=consult.id, operator_id=desk.bruno)
            with pytest.raises(errors.NotYours):
                await consulting.give_back(tx, consult_id=consult.id, operator_id=desk.bruno)
        assert (back.operator_id, back.state, back.work_item_id) == (None, "open", work)
    (waits,) = await work_of(desk, consult)
    assert (waits["state"], waits["barred"]) == ("waiting", [desk.anna])


async def test_a_question_whose_taker_is_gone_is_asked_of_others(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    consult = await asked(desk, talk.id, queue_id=queue.id)
    await taken(desk, consult, desk.bruno)
    async with desk.as_operator(desk.bruno) as tx:
        await routing.set_presence(tx, operator_id=desk.bruno, state="offline")
    desk.clock.at += timedelta(hours=13)
    await jobs.free_left(desk.database)
    assert (await read(desk, consult)).operator_id is None
    assert [one["state"] for one in await work_of(desk, consult)] == ["waiting"]


async def moved(desk: Desk, consult: Consult, who: str, **whom: Any) -> Consult:
    async with desk.as_operator(who) as tx:
        return await consulting.ask_another(tx, consult_id=consult.id, operator_id=who, **whom)


async def test_what_a_colleague_leaves_without_an_answer_is_asked_of_others(desk: Desk) -> None:
    queue = await back_office(desk)
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    assert consult.overdue_at == desk.clock.at + timedelta(minutes=15)
    desk.clock.at += timedelta(minutes=16)
    with pytest.raises(errors.NotYours):
        await moved(desk, consult, desk.bruno, queue_id=queue.id)
    for _ in range(2):  # twice is once
        now = await moved(desk, consult, desk.anna, queue_id=queue.id)
    assert (now.operator_id, now.queue_id) == (None, queue.id)
    assert now.overdue_at == desk.clock.at + timedelta(minutes=15)
    (work,) = await work_of(desk, consult)
    assert (work["state"], work["barred"]) == ("waiting", [desk.anna])
    # Whoever was asked first owes nothing any more, and says nothing there.
    with pytest.raises(errors.NotYours):
        await wrote(desk, consult, desk.bruno, "Eccomi.")
    await moved(desk, consult, desk.anna, ask_operator_id=desk.bruno)
    assert [one["state"] for one in await work_of(desk, consult)] == ["cancelled"]
    await wrote(desk, consult, desk.bruno, "Eccomi.")
    last = await read(desk, consult)
    assert (last.state, last.queue_id, last.overdue_at) == ("answered", None, None)
    with pytest.raises(errors.ConsultClosed):
        await moved(desk, consult, desk.anna, queue_id=queue.id)
    assert await desk.events("conversations.consult_") == ["asked", "moved", "moved", "answered"]


async def test_what_somebody_took_from_a_queue_is_taken_from_them_when_another_is_asked(
    desk: Desk,
) -> None:
    queue = await back_office(desk)
    talk = await desk.talking()
    consult = await asked(desk, talk.id, queue_id=queue.id)
    await taken(desk, consult, desk.bruno)
    async with desk.as_system() as tx:
        dora = await create_operator(
            tx, NewOperator(display_name="Dora", clients=frozenset({desk.client_id}))
        )
    now = await moved(desk, consult, desk.anna, ask_operator_id=dora.id)
    assert (now.operator_id, now.operator_name, now.queue_id) == (dora.id, "Dora", None)
    assert [one["state"] for one in await work_of(desk, consult)] == ["done"]


async def test_a_question_follows_its_work_into_another_queue(desk: Desk) -> None:
    talk, queue = await desk.talking(), await back_office(desk)
    other = await back_office(desk, name="Perizie")
    consult = await asked(desk, talk.id, queue_id=queue.id)
    (work,) = await work_of(desk, consult)
    async with desk.as_system() as tx:
        await routing.requeue(tx, work_item_id=work["id"], queue_id=other.id)
        await consulting.follow_work(tx, work_item_id=work["id"])
        await consulting.follow_work(tx, work_item_id=work["id"])
    assert (await read(desk, consult)).queue_id == other.id


async def test_another_clients_people_see_no_consult_and_are_not_asked(desk: Desk) -> None:
    async with desk.as_system() as tx:
        other = await create_client(tx, name="Gas", color="#445566")
        elsewhere = await create_operator(
            tx, NewOperator(display_name="Dora", clients=frozenset({other.id}))
        )
        theirs = await routing.create_queue(
            tx, values={"client_id": other.id, "name": "Loro", "channel": "task"}
        )
    talk = await desk.talking()
    consult = await asked(desk, talk.id)
    with pytest.raises(errors.UnknownColleague):
        await asked(desk, talk.id, ask_operator_id=elsewhere.id)
    with pytest.raises(errors.NoQueue):
        await asked(desk, talk.id, queue_id=theirs.id)
    dora = Actor("account", new_id(), "Dora")
    async with desk.database.transaction(desk.tenant, actor=dora, clients=[other.id]) as tx:
        with pytest.raises(errors.UnknownConsult):
            await consulting.write(
                tx, consult_id=consult.id, operator_id=elsewhere.id, text="x", nonce="n"
            )
        assert await tx.fetchval("SELECT count(*) FROM conversations.consult_message") == 0


async def test_a_file_sent_inside_is_for_both_sides_and_on_no_way_to_the_customer(
    office: Office,
) -> None:
    desk = office.desk
    talk = await desk.talking()
    picture = {"file": ("contatore.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")}
    c = f"/conversations/{talk.id}"
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        kept = ok(await anna.post(f"{c}/attachments", files=picture))
        ask = {**QUESTION, "operator_id": desk.bruno, "nonce": "n1", "attachment_ids": [kept["id"]]}
        consult = ok(await anna.post(f"{c}/consults", json=ask))
        assert ok(await anna.post(f"{c}/consults", json=ask)) == consult
        lines = ok(await bruno.get(f"/consults/{consult['id']}/messages"))["items"]
        assert [line["attachments"] for line in lines] == [[kept]]
        shown = await bruno.get(f"/consults/{consult['id']}/files/{kept['id']}")
        assert (shown.status_code, shown.content) == (200, picture["file"][1])
        assert shown.headers["content-disposition"].startswith("attachment;")
        # It is no file of the conversation any more: nothing said to the customer can carry it.
        gone = await anna.get(f"{c}/attachments/{kept['id']}")
        refused(gone, 404, "conversations.unknown_attachment")
        reply = {"text": "Ecco", "nonce": "n2", "attachment_ids": [kept["id"]]}
        refused(await anna.post(f"{c}/messages", json=reply), 422, "conversations.bad_files")
        again = {"text": "Ancora", "nonce": "n3", "attachment_ids": [kept["id"]]}
        path = f"/consults/{consult['id']}/messages"
        refused(await bruno.post(path, json=again), 422, "conversations.bad_files")
        assert len(ok(await bruno.get(path))["items"]) == 1
        # The same content, uploaded once more and sent nowhere: forgetting it leaves this one's.
        ok(await bruno.post(f"{c}/attachments", files=picture))
        desk.clock.at += timedelta(days=2)
        async with desk.as_system() as tx:
            assert await conversations.forget_unsent(tx) == []


async def test_both_sides_read_page_by_page_and_the_desk_holds_what_is_open(
    office: Office,
) -> None:
    talk = await office.desk.talking()
    url = f"/conversations/{talk.id}/consults"
    body = {**QUESTION, "operator_id": office.desk.bruno, "nonce": "n1"}
    async with office.signed_in() as anna, office.signed_in("bruno@prova.example") as bruno:
        first = ok(await anna.post(url, json=body))
        assert ok(await anna.post(url, json=body)) == first
        second = ok(await anna.post(url, json={**body, "nonce": "n2"}))
        page = ok(await anna.get(f"{url}?limit=1"))
        assert [one["id"] for one in page["items"]] == [second["id"]]
        rest = ok(await anna.get(f"{url}?limit=1&cursor={page['next_cursor']}"))
        assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([first["id"]], None)
        for desk in (anna, bruno):
            shown = ok(await desk.get("/desk"))["consults"]
            assert [one["id"] for one in shown] == [second["id"], first["id"]]
        path = f"/consults/{first['id']}"
        for n in range(3):
            ok(await bruno.post(f"{path}/messages", json={"text": f"Parte {n}", "nonce": str(n)}))
        lines = ok(await bruno.get(f"{path}/messages?limit=2"))
        assert [one["text"] for one in lines["items"]] == ["Parte 2", "Parte 1"]
        older = ok(await bruno.get(f"{path}/messages?cursor={lines['next_cursor']}"))["items"]
        assert [one["text"] for one in older] == ["Parte 0", QUESTION["text"]]
        shown = ok(await anna.get(path))
        assert (shown["state"], shown["last_text"]) == ("answered", "Parte 2")
        assert shown["conversation"]["number"] == talk.number
        ok(await anna.post(f"{path}/close"))
        assert [one["id"] for one in ok(await anna.get("/desk"))["consults"]] == [second["id"]]
        assert [one["id"] for one in ok(await anna.get("/consults"))["items"]] == [second["id"]]
        over = ok(await bruno.get("/consults?view=closed"))["items"]
        assert [one["id"] for one in over] == [first["id"]]
        answer = await bruno.post(f"{path}/messages", json={"text": "x", "nonce": "late"})
        refused(answer, 409, "conversations.consult_closed")
    told = await office.frames(f"operator:{office.desk.anna}")
    assert [f["kind"] for f in told].count("consult.changed") == 6
