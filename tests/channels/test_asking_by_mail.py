"""Who is asked by mail how it went: at the right address, in the right half hour, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from ascolto import conversations, customers
from ascolto.channels import jobs
from ascolto.channels.actions import preferring
from ascolto.channels.actions.preferring import Reachable
from ascolto.channels.forms import inviting
from ascolto.customers import Purpose, Source
from ascolto.kit.db import Database, Tx
from ascolto.kit.http import Services
from ascolto.kit.live import LiveHub
from ascolto.kit.mail import queue_mail
from ascolto.kit.relay import Relay
from ascolto.kit.settings import Settings
from support.asking import SECURE, Place, open_place
from support.servers import new_tenant

CARLA = "carla@posta.example"


@pytest.fixture
async def place(database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    async with open_place(database, data=tmp_path) as one:
        yield one


async def until_waiting(database: Database, count: int) -> None:
    """Wait until so many transactions wait for somebody else's word on an address."""
    async with asyncio.timeout(60), database.connection() as connection:
        while count != await connection.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database"
            " = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ):
            await asyncio.sleep(0.01)


async def say(tx: Tx, place: Place, *, purpose: Purpose) -> None:
    """Let Carla say no to mails of a purpose."""
    desk = place.chat.desk
    who = Reachable(desk.tenant, desk.client_id, purpose, CARLA)
    await preferring.say(
        tx, who, purpose=purpose, given=False, source=Source.ONE_CLICK, words="Basta."
    )


async def test_a_no_that_is_being_written_is_waited_for(place: Place) -> None:
    await place.closed()
    place.mailroom.desk.clock.at += inviting.AFTER
    async with place.chat.desk.as_system() as tx:
        await say(tx, place, purpose=Purpose.SURVEY)
        deciding = asyncio.create_task(place.decide())
        await until_waiting(place.chat.desk.database, 1)
    assert await deciding == 1
    assert await place.left_out() == ["withdrawn"]


async def test_a_no_that_comes_while_the_question_is_written_takes_it_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.closed()
    place.mailroom.desk.clock.at += inviting.AFTER
    writing, clicked = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx, **mail: Any) -> str:
        writing.set()
        await clicked.wait()
        return await queue_mail(tx, **mail)

    monkeypatch.setattr(inviting, "queue_mail", slow)
    deciding = asyncio.create_task(place.decide())
    await writing.wait()
    clicking = asyncio.create_task(place.chat.http.post(f"/unsubscribe/{place.link()}"))
    await until_waiting(place.chat.desk.database, 1)
    clicked.set()
    assert await deciding == 1
    assert (await clicking).status_code == 200
    await place.sender.round()
    assert place.sink.taken == []


async def test_two_nodes_ask_an_address_once(place: Place) -> None:
    for number in (1, 2):
        await place.closed(number)
    place.mailroom.desk.clock.at += inviting.AFTER
    async with place.chat.desk.as_system() as tx:
        await say(tx, place, purpose=Purpose.NOTICE)
        nodes = [asyncio.create_task(place.decide()) for _ in range(2)]
        await until_waiting(place.chat.desk.database, 2)
    assert sum(await asyncio.gather(*nodes)) == 2
    await place.sender.round()
    assert len(place.sink.taken) == 1
    assert await place.left_out() == ["lately"]


@pytest.mark.parametrize("fault", [ValueError(), asyncpg.DataError()])
async def test_a_question_that_cannot_be_decided_stops_none_behind_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    await place.closed(1)
    await place.closed(2, sender="bruno@posta.example")
    may = customers.may_send_unasked

    async def failing(tx: Tx, *, client_id: str, email: str, purpose: Purpose) -> bool:
        if email == CARLA:
            raise fault
        return await may(tx, client_id=client_id, email=email, purpose=purpose)

    monkeypatch.setattr(customers, "may_send_unasked", failing)
    assert [mail["To"] for mail in await place.asked()] == ["bruno@posta.example"]
    assert await place.decide() == 0
    monkeypatch.undo()
    later = await place.asked()
    assert [mail["To"] for mail in later] == ["bruno@posta.example", CARLA]


@pytest.mark.parametrize("sender", ["carla@localhost", "=?utf-8?q?a=0ab?=@posta.example"])
async def test_nobody_is_asked_at_what_is_no_address(place: Place, sender: str) -> None:
    await place.closed(1)
    async with place.chat.desk.as_system() as tx:
        await tx.execute(
            "UPDATE channels.mail_thread SET customer = $2, reply_to = '' WHERE tenant_id = $1",
            tx.tenant_id, sender,
        )  # fmt: skip
    assert await place.asked() == []
    assert await place.left_out() == ["no_address"]


async def test_the_question_goes_where_the_answers_went(place: Place) -> None:
    ufficio = "ufficio@posta.example"
    await place.closed(1, Reply_To=ufficio)
    [mail] = await place.asked()
    assert mail["To"] == ufficio
    way = str(mail["List-Unsubscribe"]).strip("<>").removeprefix(SECURE)
    assert (await place.chat.http.post(way)).status_code == 200
    await place.closed(2, Reply_To=ufficio)
    assert len(await place.asked(after=inviting.REST + inviting.AFTER)) == 1
    assert await place.left_out() == ["withdrawn"]


async def test_the_half_hour_begins_anew_when_the_conversation_went_on(place: Place) -> None:
    conversation_id = await place.closed()
    place.mailroom.desk.clock.at += inviting.AFTER - timedelta(minutes=1)
    async with place.chat.desk.as_system() as tx:
        await conversations.receive(
            tx, conversation_id=conversation_id, text="Ancora una cosa", nonce="n" * 16
        )
    await place.mailroom.close(conversation_id)
    await place.hear()
    assert await place.asked(after=inviting.AFTER - timedelta(seconds=1)) == []
    await place.hear()  # what was said once may be heard twice
    assert await place.left_out() == []
    assert len(await place.asked(after=timedelta(seconds=1))) == 1


@pytest.mark.parametrize("how", ["switched off", "archived"])
async def test_a_mailbox_that_asks_no_more_asks_nobody_who_was_to_be_asked(
    place: Place, how: str
) -> None:
    await place.closed()
    if how == "archived":
        async with place.chat.desk.as_system() as tx:
            await tx.execute(
                "UPDATE channels.channel SET archived_at = $2 WHERE tenant_id = $1 AND id = $3",
                tx.tenant_id, tx.now, place.mailroom.channel.id,
            )  # fmt: skip
    else:
        await place.mailroom.change(survey=False)
    assert await place.asked() == []
    assert await place.left_out() == ["off"]


async def test_what_fails_for_one_organisation_keeps_no_other_from_asking(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = place.chat.desk.database
    await place.closed()
    others = [await new_tenant(database) for _ in range(2)]
    place.mailroom.desk.clock.at += inviting.AFTER
    invite, tried = inviting.invite_due, []

    async def failing(db: Database, tenant_id: str, **more: Any) -> int:
        tried.append(tenant_id)
        if tenant_id in others:
            raise ValueError
        return await invite(db, tenant_id, **more)

    monkeypatch.setattr(inviting, "invite_due", failing)
    relay = Relay(database)
    services = Services(
        db=database, relay=relay, live=LiveHub(relay), clock=place.mailroom.desk.clock,
        settings=Settings(data=place.mailroom.data, public_url=SECURE),
    )  # fmt: skip
    assert await jobs.ask_how_it_went(services) == 1
    assert set(tried) == {*others, place.chat.desk.tenant}
