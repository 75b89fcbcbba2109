"""Two customers were taken for one and part again: what each wrote is read by neither other."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from ascolto import conversations, customers
from ascolto.channels import store_external
from ascolto.channels.webhooks.fan_out import fan_out_batch
from ascolto.conversations import Message, State
from ascolto.conversations.jobs import follow_parting
from ascolto.kit.subscribers import read_batch
from channels.test_external import a_program
from support.chat import Chat, Customer
from support.talk import Desk

SECRET = "Segreto per Vera"


async def joined(desk: Desk, source: str, target: str) -> None:
    """Take the customers of two conversations for one, and then their conversations."""
    one, other = await desk.read(source), await desk.read(target)
    if one.customer_id != other.customer_id:
        await desk.merged_customers(one, into=other)
    async with desk.as_system() as tx:
        await conversations.merge(
            tx, conversation_id=source, into=target, operator_id=None, supervise=True
        )


async def unmerged(desk: Desk, conversation_id: str) -> None:
    whose = (await desk.read(conversation_id)).customer_id
    async with desk.as_system() as tx:
        await customers.unmerge(tx, customer_id=whose)


async def heard(desk: Desk) -> None:
    """Let the room hear that customers parted, twice."""
    async with desk.database.connection() as connection:
        events = await read_batch(connection, (0, 0), ("customers.unmerged",), limit=500)
    for event in [*events, *events]:
        if event.tenant_id == desk.tenant:
            async with desk.as_system() as tx:
                await follow_parting(tx, event)


def plain(thread: list[Message], *, but: tuple[str, ...] = ("parted",)) -> list[tuple[Any, ...]]:
    """Return what tells the lines of a thread apart, without their numbers."""
    return [
        (m.id, m.kind, m.author, m.text, m.at, m.origin_id, m.meta)
        for m in thread
        if m.meta.get("what") not in but
    ]


async def texts(customer: Customer) -> list[str]:
    answer = await customer.get("/messages")
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["items"]]


@dataclass
class Pair:
    """Vera is answered in her chat; Ugo's chat was joined to it."""

    chat: Chat
    vera: Customer
    ugo: Customer

    @property
    def desk(self) -> Desk:
        """Return the desk behind the chat."""
        return self.chat.desk


@pytest.fixture
async def pair(chat: Chat) -> Pair:
    """Give two chats of two people that are about to be joined."""
    vera = await chat.start("Sono Vera", name="Vera")
    await chat.desk.accepted(vera.id)
    await chat.desk.replied(vera.id, "Buongiorno Vera")
    ugo = await chat.start("Sono Ugo", name="Ugo")
    await chat.desk.accepted(ugo.id)
    await chat.desk.replied(ugo.id, "Buongiorno Ugo")
    return Pair(chat, vera, ugo)


@pytest.mark.parametrize("in_time", [True, False], ids=["heard", "not yet heard"])
async def test_who_parts_neither_reads_nor_reaches_the_other(pair: Pair, *, in_time: bool) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    before = {c.id: await desk.thread(c.id) for c in (vera, ugo)}
    await joined(desk, ugo.id, vera.id)
    await ugo.write("Ancora Ugo")
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo", "Ancora Ugo"]
    seen = (await ugo.get("")).json()["last_seq"]
    await unmerged(desk, ugo.id)
    if in_time:
        await heard(desk)
    await desk.replied(vera.id, SECRET)
    written = await ugo.write("Dove sono?")
    assert written["seq"] > seen
    await heard(desk)
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo", "Ancora Ugo", "Dove sono?"]
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera", SECRET]
    own, hers = await desk.read(ugo.id), await desk.read(vera.id)
    assert (own.merged_into, own.state, own.preview) == (None, State.WAITING, "Dove sono?")
    assert own.received == 3
    assert (hers.received, hers.preview, hers.last_from) == (1, SECRET, "operator")
    thread = plain(await desk.thread(ugo.id))
    assert thread[: len(before[ugo.id])] == plain(before[ugo.id])
    late = [m for m in await desk.thread(ugo.id) if m.text in {"Ancora Ugo", "Dove sono?"}]
    assert {m.author.id for m in late} == {own.customer_id}
    assert {m.author.name for m in late} == {"Ugo"}
    assert plain(await desk.thread(vera.id))[: len(before[vera.id])] == plain(before[vera.id])


@pytest.mark.parametrize("in_time", [True, False], ids=["heard", "not yet heard"])
async def test_whose_chat_took_the_other_in_parts_as_well(pair: Pair, *, in_time: bool) -> None:
    """Ugo leaves Vera, whose chat had been joined to his."""
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    async with desk.as_system() as tx:
        await customers.merge(
            tx,
            customer_id=(await desk.read(ugo.id)).customer_id,
            into=(await desk.read(vera.id)).customer_id,
        )
        await conversations.merge(
            tx, conversation_id=vera.id, into=ugo.id, operator_id=None, supervise=True
        )
    await vera.write("Ancora Vera")
    await unmerged(desk, ugo.id)
    if in_time:
        await heard(desk)
    await desk.replied(ugo.id, "Segreto per Ugo")
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera", "Ancora Vera"]
    await heard(desk)
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo", "Segreto per Ugo"]


async def test_words_that_nobody_answered_wait_for_a_person_again(pair: Pair) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    await joined(desk, ugo.id, vera.id)
    await ugo.write("Nessuno mi risponde?")
    joint = await desk.read(vera.id)
    assert (joint.unread, joint.waiting_since is not None) == (1, True)
    await unmerged(desk, ugo.id)
    await heard(desk)
    own, hers = await desk.read(ugo.id), await desk.read(vera.id)
    assert (own.state, own.unread, own.merged_into) == (State.WAITING, 1, None)
    assert own.waiting_since == desk.clock.at
    assert (hers.state, hers.unread, hers.waiting_since) == (State.ACTIVE, 0, None)


async def test_what_was_answered_stays_closed_and_a_closed_chat_lets_go(pair: Pair) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    await joined(desk, ugo.id, vera.id)
    await ugo.write("Un'altra cosa")
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=vera.id, outcome="resolved", operator_id=desk.anna
        )
    await unmerged(desk, ugo.id)
    await heard(desk)
    own, hers = await desk.read(ugo.id), await desk.read(vera.id)
    assert (own.state, hers.state, own.merged_into) == (State.CLOSED, State.CLOSED, None)
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo", "Un'altra cosa"]
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera"]


async def test_of_three_that_were_joined_each_gets_its_own_back(pair: Pair) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    again = await pair.chat.start("Di nuovo Ugo", name="Ugo")
    async with desk.as_system() as tx:
        await tx.execute(
            "UPDATE conversations.conversation SET customer_id = $1 WHERE id = $2",
            (await desk.read(ugo.id)).customer_id, again.id,
        )  # fmt: skip
    before = {c.id: await desk.thread(c.id) for c in (vera, ugo, again)}
    await joined(desk, again.id, ugo.id)
    await joined(desk, ugo.id, vera.id)
    await again.write("Terza")
    await unmerged(desk, ugo.id)
    await heard(desk)
    # The two of one customer were joined rightly: they stay one.
    assert (await desk.read(again.id)).merged_into == ugo.id
    assert (await desk.read(ugo.id)).merged_into is None
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera"]
    assert await texts(again) == ["Di nuovo Ugo", "Terza"]
    kept = [m.id for m in await desk.thread(ugo.id)]
    assert {m.id for m in (*before[ugo.id], *before[again.id])} <= set(kept)
    assert not {m.id for m in before[vera.id]} & set(kept)


async def test_a_chain_through_another_customer_parts_at_both_links(pair: Pair) -> None:
    """Ugo's chat went on in Vera's, and that in a second one of Ugo's."""
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    last = await pair.chat.start("Ugo ultima", name="Ugo")
    await desk.accepted(last.id)
    async with desk.as_system() as tx:
        await tx.execute(
            "UPDATE conversations.conversation SET customer_id = $1 WHERE id = $2",
            (await desk.read(ugo.id)).customer_id, last.id,
        )  # fmt: skip
    await joined(desk, ugo.id, vera.id)
    async with desk.as_system() as tx:
        await conversations.merge(
            tx, conversation_id=vera.id, into=last.id, operator_id=None, supervise=True
        )
    await unmerged(desk, ugo.id)
    await heard(desk)
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo"]
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera"]
    assert await texts(last) == ["Ugo ultima"]


async def test_what_was_rightly_one_and_what_is_one_again_is_left_alone(pair: Pair) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    await joined(desk, ugo.id, vera.id)
    await unmerged(desk, ugo.id)
    one, other = await desk.read(ugo.id), await desk.read(vera.id)
    await desk.merged_customers(one, into=other)  # they were one person, after all
    await heard(desk)
    assert (await desk.read(ugo.id)).merged_into == vera.id
    assert await texts(ugo) == ["Sono Ugo", "Buongiorno Ugo"]
    assert "parted" not in await desk.events()


async def test_what_falls_between_is_done_wholly_or_not_at_all(pair: Pair) -> None:
    """The node dies while the room hears of it: nothing is half moved, and it is done later."""
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    await joined(desk, ugo.id, vera.id)
    before = await desk.thread(vera.id)
    await unmerged(desk, ugo.id)
    async with desk.database.connection() as connection:
        (event,) = await read_batch(connection, (0, 0), ("customers.unmerged",), limit=1)

    class DiedError(Exception):
        pass

    async def dying() -> None:
        async with desk.as_system() as tx:
            await follow_parting(tx, event)
            raise DiedError

    with pytest.raises(DiedError):
        await dying()
    assert await desk.thread(vera.id) == before
    assert (await desk.read(ugo.id)).merged_into == vera.id
    await asyncio.gather(*(ugo.write(f"Insieme {n}") for n in range(3)), heard(desk))
    assert (await texts(ugo))[:2] == ["Sono Ugo", "Buongiorno Ugo"]
    assert {f"Insieme {n}" for n in range(3)} == set((await texts(ugo))[2:])
    assert await texts(vera) == ["Sono Vera", "Buongiorno Vera"]
    assert (await desk.events()).count("parted") == 1


async def test_an_open_line_ends_before_it_tells_of_another(pair: Pair) -> None:
    desk, vera, ugo = pair.desk, pair.vera, pair.ugo
    await joined(desk, ugo.id, vera.id)
    async with ugo.stream() as line:
        assert (await line.next("message.added"))["text"] == "Sono Ugo"
        assert (await line.next("message.added"))["text"] == "Buongiorno Ugo"
        place = line.last_id
        await unmerged(desk, ugo.id)
        await desk.replied(vera.id, SECRET)
        with pytest.raises(AssertionError, match="the stream ended"):
            await line.next("message.added")
    await ugo.write("Ci siete?")
    async with ugo.stream(last_id=place) as line:
        told = [(await line.next("message.added"))["text"] for _ in range(3)]
    assert told == ["Sono Ugo", "Buongiorno Ugo", "Ci siete?"]


async def test_a_chat_that_was_begun_twice_opens_the_one_that_was_begun(chat: Chat) -> None:
    """The nonce of a start gives a pass to it, not to the chat it was joined to."""
    vera = await chat.start("Sono Vera", name="Vera")
    await chat.desk.accepted(vera.id)
    wish = {"text": "Sono Ugo", "name": "Ugo", "nonce": "0123456789abcdef"}
    ugo = Customer(chat.http, (await chat.post_start(wish)).json())
    await joined(chat.desk, ugo.id, vera.id)
    again = (await chat.post_start(wish)).json()
    assert [one["text"] for one in again["messages"]] == ["Sono Ugo"]
    await unmerged(chat.desk, ugo.id)
    assert await texts(Customer(chat.http, again)) == ["Sono Ugo"]


@pytest.mark.parametrize("in_time", [True, False], ids=["heard", "not yet heard"])
async def test_a_program_goes_on_in_its_own_thread(chat: Chat, *, in_time: bool) -> None:
    program = await a_program(chat)
    who = {"value": "ugo", "name": "Ugo", "verified": True}
    hers = (await program.hand_in("Sono Vera", "v-1")).json()["conversation_id"]
    own = {"thread": "ugo", "from": who}
    his = (await program.hand_in("Sono Ugo", "u-1", **own)).json()["conversation_id"]
    await program.fetch()
    await joined(chat.desk, his, hers)
    await program.fetch()
    assert (await program.hand_in("Ancora Ugo", "u-2", **own)).json()["conversation_id"] == hers
    await unmerged(chat.desk, his)
    if in_time:
        await heard(chat.desk)
        while await fan_out_batch(chat.desk.database):
            pass
    assert (await program.hand_in("E adesso?", "u-3", **own)).json()["conversation_id"] == his
    said = [m.text for m in await chat.desk.thread(his) if m.public]
    assert said == ["Sono Ugo", "Ancora Ugo", "E adesso?"]
    assert [m.text for m in await chat.desk.thread(hers) if m.public] == ["Sono Vera"]
    await heard(chat.desk)
    await program.fetch()
    async with chat.desk.as_system() as tx:
        known = await store_external.threads_of(tx, [his, hers])
    assert {(one.thread, one.conversation_id) for one in known} == {("ugo", his), ("carla", hers)}
