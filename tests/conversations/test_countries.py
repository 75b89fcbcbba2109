"""A customer is told from which country they are answered, and may ask for the Union instead."""

import asyncio
from typing import Any

import pytest

from ascolto import conversations, routing
from ascolto.conversations import State, countries, jobs
from ascolto.conversations.errors import NotNow
from ascolto.kit.subscribers import read_batch
from ascolto.people.actions import change_operator, get_operator
from support.office import Office
from support.queues import an_operator
from support.talk import Desk, tell_countries


async def settles(desk: Desk, operator_id: str, *, country: str) -> None:
    """Let an operator's own record say where they live."""
    async with desk.as_system() as tx:
        operator = await get_operator(tx, operator_id)
        await change_operator(tx, operator_id, v=operator.v, changes={"country": country})


async def works_from(desk: Desk, operator_id: str, country: str) -> None:
    """Let an operator's session say where they are."""
    async with desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=operator_id, state="available", country=country)


async def tells(desk: Desk, when: str) -> None:
    async with desk.as_system() as tx:
        await tell_countries(tx, when, client_id=desk.client_id)


async def told(desk: Desk, conversation_id: str) -> list[str]:
    """Return the countries a customer was told of, in order."""
    thread = await desk.thread(conversation_id)
    return [m.meta["country"] for m in thread if m.meta.get("what") == "country" and m.public]


async def asked(desk: Desk, conversation_id: str) -> conversations.Conversation:
    async with desk.as_system() as tx:
        return await conversations.ask_for_eu(tx, conversation_id=conversation_id)


async def work_of(desk: Desk, conversation_id: str) -> dict[str, Any]:
    async with desk.as_system() as tx:
        row = await tx.fetchrow(
            "SELECT id, state, eu_only, enqueued_at FROM routing.work_item"
            " WHERE ref = $1 AND ended_at IS NULL",
            conversation_id,
        )
    assert row is not None
    return dict(row)


async def hears_of_presence(desk: Desk) -> None:
    """Handle every change of a presence that the room hears of, from the first."""
    (subscriber,) = [one for one in jobs.SUBSCRIBERS if one.handler is jobs.follow_presence]
    async with desk.database.connection() as line:
        heard = await read_batch(line, (0, 0), subscriber.kinds, limit=1_000)
    for event in heard:
        if event.tenant_id == desk.tenant:
            async with desk.as_system() as tx:
                await subscriber.handler(tx, event)


async def test_who_accepts_in_albania_is_told_of_before_the_first_reply(desk: Desk) -> None:
    await works_from(desk, desk.anna, "AL")
    talk = await desk.talking()
    await desk.replied(talk.id)
    notice, reply = [m for m in await desk.thread(talk.id) if m.public][1:]
    assert "Albania" in notice.text
    assert "Unione europea" in notice.text
    assert (notice.author.kind, reply.author.kind) == ("system", "operator")
    assert (await desk.events()).count("country_told") == 1


async def test_the_session_says_more_than_the_record(desk: Desk) -> None:
    await settles(desk, desk.anna, country="RO")
    await works_from(desk, desk.anna, "TN")
    assert await told(desk, (await desk.talking()).id) == ["TN"]


async def test_without_a_session_the_record_counts(desk: Desk) -> None:
    await settles(desk, desk.anna, country="RO")
    talk = await desk.talking()
    assert await told(desk, talk.id) == ["RO"]
    text = (await desk.thread(talk.id))[-1].text
    assert "Romania" in text
    assert "Unione" not in text  # there is nothing to offer to whom the Union answers


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("always", ["IT", "RO", "AL"]),
        ("outside_it", ["RO", "AL"]),
        ("outside_eu", ["AL"]),
        ("never", []),
    ],
)
async def test_the_setting_says_when(desk: Desk, when: str, expected: list[str]) -> None:
    await tells(desk, when)
    heard = []
    for country in ("IT", "RO", "AL"):
        await works_from(desk, desk.anna, country)
        heard += await told(desk, (await desk.talking()).id)
    assert heard == expected


def test_the_law_is_what_holds_unless_somebody_says_otherwise() -> None:
    assert countries.TELL_COUNTRY.default == "always"


async def test_the_same_country_is_told_once_and_another_one_again(desk: Desk) -> None:
    await tells(desk, "always")
    talk = await desk.talking(desk.anna)
    for operator_id in (desk.bruno, desk.anna):
        async with desk.as_operator(operator_id) as tx:
            await conversations.requeue(
                tx, conversation_id=talk.id, operator_id=None, supervise=True
            )
        await desk.accepted(talk.id, operator_id)
    assert await told(desk, talk.id) == ["IT"]
    await works_from(desk, desk.bruno, "AL")
    async with desk.as_operator(desk.anna) as tx:
        await conversations.requeue(tx, conversation_id=talk.id, operator_id=desk.anna)
    await desk.accepted(talk.id, desk.bruno)
    assert await told(desk, talk.id) == ["IT", "AL"]


async def test_a_country_changed_while_talking_is_told_once_in_each_conversation(
    desk: Desk,
) -> None:
    await works_from(desk, desk.anna, "IT")
    talks = [await desk.talking(), await desk.talking()]
    await desk.talking(desk.bruno)
    for country in ("AL", "AL", "IT"):
        await works_from(desk, desk.anna, country)
        await hears_of_presence(desk)
    assert [await told(desk, talk.id) for talk in talks] == [["AL"], ["AL"]]
    assert [(await desk.read(talk.id)).country_told for talk in talks] == [None, None]


async def test_the_list_still_shows_what_the_customer_wrote(desk: Desk) -> None:
    await works_from(desk, desk.anna, "AL")
    talk = await desk.opened()
    await desk.wrote(talk.id, "La bolletta è doppia")
    accepted = await desk.accepted(talk.id)
    assert (accepted.preview, accepted.last_from) == ("La bolletta è doppia", "customer")


async def test_who_asks_for_the_union_keeps_their_place_and_waits_for_it_alone(desk: Desk) -> None:
    await works_from(desk, desk.anna, "AL")
    talk = await desk.talking()
    before = await work_of(desk, talk.id)
    desk.clock.at = desk.clock.at.replace(minute=20)
    waiting = await asked(desk, talk.id)
    after = await work_of(desk, talk.id)
    assert (waiting.state, waiting.operator_id, waiting.eu_only) == (State.WAITING, None, True)
    assert (after["state"], after["eu_only"]) == ("waiting", True)
    assert after["enqueued_at"] == before["enqueued_at"]
    assert (await asked(desk, talk.id)).v == waiting.v  # twice is once
    assert (await desk.events()).count("eu_requested") == 1


async def test_the_wish_holds_when_the_conversation_waits_anew(desk: Desk) -> None:
    await works_from(desk, desk.anna, "AL")
    talk = await desk.talking()
    await asked(desk, talk.id)
    async with desk.as_system() as tx:
        await conversations.leave(tx, conversation_id=talk.id)
    await desk.wrote(talk.id, "Ancora io")
    assert (await work_of(desk, talk.id))["eu_only"] is True


async def test_who_is_answered_from_the_union_stays_where_they_are(desk: Desk) -> None:
    talk = await desk.talking()
    asked_for = await asked(desk, talk.id)
    assert (asked_for.state, asked_for.operator_id) == (State.ACTIVE, desk.anna)


async def test_a_conversation_that_is_over_waits_for_nobody(desk: Desk) -> None:
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
    with pytest.raises(NotNow):
        await asked(desk, talk.id)


def test_every_country_of_the_union_has_its_name() -> None:
    for language in ("it", "en"):
        for country in routing.EU_COUNTRIES:
            text = countries.said("country", language=language, country=country)
            assert f" {country}." not in text


async def offered_to(desk: Desk, conversation_id: str) -> str:
    """Wait until the dispatcher has offered a conversation, and return to whom."""
    async with asyncio.timeout(20):
        while True:
            async with desk.as_system() as tx:
                operator_id = await tx.fetchval(
                    "SELECT operator_id FROM routing.work_item"
                    " WHERE ref = $1 AND state = 'offered'",
                    conversation_id,
                )
            if operator_id is not None:
                return str(operator_id)
            await asyncio.sleep(0.02)


async def test_only_somebody_in_the_union_is_offered_who_asked_for_it(office: Office) -> None:
    desk = office.desk
    await works_from(desk, desk.anna, "AL")
    talk = await desk.opened()
    await desk.wrote(talk.id)
    assert await offered_to(desk, talk.id) == desk.anna
    item = (await work_of(desk, talk.id))["id"]
    async with desk.as_operator(desk.anna) as tx:
        await conversations.accept(tx, work_item_id=item, operator_id=desk.anna)
    assert await told(desk, talk.id) == ["AL"]
    abroad = await an_operator(
        desk.database, desk.tenant, client_id=desk.client_id, country="TN", display_name="Dina"
    )
    await works_from(desk, abroad, "TN")
    await asked(desk, talk.id)
    # Dina is free and would be first; another customer shows that she is being offered work.
    other = await desk.opened()
    await desk.wrote(other.id)
    assert await offered_to(desk, other.id) in {abroad, desk.anna}
    assert (await work_of(desk, talk.id))["state"] == "waiting"
    await works_from(desk, desk.bruno, "IT")
    assert await offered_to(desk, talk.id) == desk.bruno
