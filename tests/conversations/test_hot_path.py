"""How many statements the daily work costs, counted by the driver itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ascolto import conversations
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.servers import new_tenant
from support.talk import HandClock, set_up_desk


@pytest.fixture
async def narrow(urls: PostgresUrls) -> AsyncIterator[Database]:
    """Open a database of one connection, so that its logger hears everything."""
    db = await Database.open(urls.app_dsn, size=1)
    yield db
    await db.close()


class Heard:
    """What the driver sent, one entry for each round trip."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, record: Any) -> None:
        self.said.append(" ".join(record.query.split())[:70])


@contextmanager
def listening(connection: Any) -> Iterator[Heard]:
    heard = Heard()
    connection.add_query_logger(heard)
    try:
        yield heard
    finally:
        connection.remove_query_logger(heard)


async def test_what_the_daily_work_costs(narrow: Database) -> None:
    """BEGIN and COMMIT included; whoever asks is found by one more statement of the door."""
    desk = await set_up_desk(narrow, await new_tenant(narrow), HandClock())
    talk = await desk.talking()
    await desk.wrote(talk.id)
    await desk.replied(talk.id)  # everything has been said once: the statements are prepared
    connection = narrow._pool._holders[0]._con
    costs: dict[str, list[str]] = {}

    with listening(connection) as heard:
        await desk.wrote(talk.id, "Ancora io")
    costs["a customer's message"] = heard.said

    with listening(connection) as heard:
        await desk.replied(talk.id, "Eccomi")
    costs["a reply"] = heard.said

    with listening(connection) as heard:
        await desk.replied(talk.id, "E ancora")
    costs["a second reply"] = heard.said

    with listening(connection) as heard:
        async with desk.as_operator(desk.anna) as tx:
            await conversations.add_note(
                tx, conversation_id=talk.id, operator_id=desk.anna, text="Nota", nonce=new_id()
            )
    costs["a note"] = heard.said

    with listening(connection) as heard:
        async with desk.as_operator(desk.anna) as tx:
            await conversations.set_draft(
                tx, conversation_id=talk.id, operator_id=desk.anna, kind="reply", text="G", rev=0
            )
    costs["a draft"] = heard.said

    allowed = {
        "a customer's message": 4,
        "a reply": 6,
        "a note": 5,
        "a draft": 5,
        "a second reply": 5,
    }
    dear = {what: said for what, said in costs.items() if len(said) > allowed[what]}
    assert dear == {}
