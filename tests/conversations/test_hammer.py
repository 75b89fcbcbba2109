"""One conversation under everybody at once: nothing lost, nothing twice, nothing out of order."""

import asyncio
import random
from collections import Counter

import pytest

from ascolto import conversations
from ascolto.conversations import MessageKind, State, errors
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id
from support.talk import Desk

SENDERS = 20
LINES = 6


async def test_twenty_senders_with_every_message_sent_thrice_lose_and_double_nothing(
    desk: Desk,
) -> None:
    """Each sends its lines in order and again at random, as browsers do that lost the answer."""
    talk = await desk.talking()
    order = random.Random(7)

    async def send(who: int, line: int) -> None:
        nonce, text = f"s{who}-{line}", f"riga {line} di {who}"
        if who % 2:
            await desk.wrote(talk.id, text, nonce=nonce)
        else:
            await desk.replied(talk.id, text, nonce=nonce)

    async def sender(who: int) -> None:
        for line in range(LINES):
            again = [line, order.randrange(line + 1)]
            await asyncio.gather(*(send(who, n) for n in [line, *again]))

    await asyncio.gather(*(sender(who) for who in range(SENDERS)))
    thread = [m for m in await desk.thread(talk.id) if m.kind is MessageKind.MESSAGE]
    spoken = [m.nonce for m in thread if m.nonce and m.nonce.startswith("s")]
    assert Counter(spoken) == {f"s{w}-{n}": 1 for w in range(SENDERS) for n in range(LINES)}
    for who in range(SENDERS):
        own = [nonce for nonce in spoken if nonce and nonce.startswith(f"s{who}-")]
        assert own == [f"s{who}-{line}" for line in range(LINES)]


async def test_numbers_have_no_holes_and_frames_come_in_their_order(desk: Desk) -> None:
    talk = await desk.talking()
    await asyncio.gather(
        *(desk.wrote(talk.id, f"{n}") for n in range(15)),
        *(desk.replied(talk.id, f"{n}") for n in range(15)),
    )
    thread = await desk.thread(talk.id)
    row = await desk.read(talk.id)
    assert [m.seq for m in thread] == list(range(1, len(thread) + 1))
    assert row.last_seq == len(thread)
    assert row.last_message_at == max(m.at for m in thread)
    async with desk.as_system() as tx:
        told = await tx.fetch(
            "SELECT (body->>'seq')::int AS seq FROM kit.frame"
            " WHERE topic = $1 AND kind = 'message.added' ORDER BY xid, id",
            f"conversation:{talk.id}",
        )
        versions = await tx.fetch(
            "SELECT (body->>'v')::int AS v FROM kit.frame"
            " WHERE topic = $1 AND kind = 'conversation.changed' ORDER BY xid, id",
            f"operator:{desk.anna}",
        )
    seen = [frame["seq"] for frame in told]
    assert seen == sorted(seen)
    assert set(seen) == {m.seq for m in thread}
    assert len(seen) == len(set(seen))
    stood = [frame["v"] for frame in versions]
    assert stood == sorted(set(stood))
    assert stood[-1] == row.v


async def test_work_moving_under_a_flood_of_messages_keeps_one_owner_and_one_live_work(
    desk: Desk,
) -> None:
    """The customer keeps writing while operators close, hand back, accept and reopen."""
    talk = await desk.talking()
    done = asyncio.Event()
    sent = 0

    async def customer() -> None:
        nonlocal sent
        for n in range(40):
            await desk.wrote(talk.id, f"m{n}", nonce=f"m{n}")
            sent += 1
        done.set()

    async def operator(operator_id: str, seed: int) -> None:
        chance = random.Random(seed)
        while not done.is_set():
            await _one_step(desk, talk.id, operator_id, chance)

    await asyncio.gather(
        customer(), operator(desk.anna, 1), operator(desk.bruno, 2), operator(desk.bruno, 3)
    )
    thread = await desk.thread(talk.id)
    assert [m.seq for m in thread] == list(range(1, len(thread) + 1))
    assert [m.nonce for m in thread if m.nonce and m.nonce[0] == "m"] == [
        f"m{n}" for n in range(40)
    ]
    row = await desk.read(talk.id)
    states = await desk.work_state(talk.id)
    live = [state for state in states if state not in {"done", "cancelled"}]
    assert len(live) == (0 if row.state is State.CLOSED else 1)


async def _one_step(
    desk: Desk, conversation_id: str, operator_id: str, chance: random.Random
) -> None:
    """Let an operator try something; a refusal is an answer, a crash is not."""
    try:
        match chance.randrange(5):
            case 0:
                async with desk.as_system() as tx:
                    item = await tx.fetchval(
                        "UPDATE routing.work_item SET state = 'offered', operator_id = $2,"
                        " offer_expires_at = now() + interval '20 s'"
                        " WHERE ref = $1 AND state = 'waiting' RETURNING id",
                        conversation_id,
                        operator_id,
                    )
                if item is not None:
                    async with desk.as_operator(operator_id) as tx:
                        await conversations.accept(tx, work_item_id=item, operator_id=operator_id)
            case 1:
                async with desk.as_operator(operator_id) as tx:
                    await conversations.requeue(
                        tx, conversation_id=conversation_id, operator_id=operator_id
                    )
            case 2:
                async with desk.as_operator(operator_id) as tx:
                    await conversations.close(
                        tx,
                        conversation_id=conversation_id,
                        outcome="resolved",
                        operator_id=operator_id,
                    )
            case 3:
                async with desk.as_operator(operator_id) as tx:
                    await conversations.transfer(
                        tx,
                        conversation_id=conversation_id,
                        operator_id=operator_id,
                        to_operator_id=desk.anna if operator_id == desk.bruno else desk.bruno,
                    )
            case _:
                async with desk.as_operator(operator_id) as tx:
                    await conversations.reply(
                        tx,
                        conversation_id=conversation_id,
                        operator_id=operator_id,
                        text="Eccomi",
                        nonce=new_id(),
                    )
    except Refusal:
        await asyncio.sleep(0)


async def test_a_merge_under_fire_moves_every_message_once(desk: Desk) -> None:
    """What the customer sends to the one that ended reaches the other, in one sequence."""
    first = await desk.talking()
    second = await desk.talking(customer_id=first.customer_id)

    async def write(to: str, n: int) -> None:
        await desk.wrote(to, f"{to} {n}", nonce=f"{to[-4:]}-{n}")

    async def merge() -> None:
        async with desk.as_operator(desk.anna) as tx:
            await conversations.merge(
                tx, conversation_id=second.id, into=first.id, operator_id=desk.anna
            )

    await asyncio.gather(
        *(write(first.id, n) for n in range(10)),
        *(write(second.id, n) for n in range(5)),
        merge(),
        *(write(second.id, n) for n in range(10)),
    )
    thread = await desk.thread(first.id)
    assert await desk.thread(second.id) == []
    assert [m.seq for m in thread] == list(range(1, len(thread) + 1))
    told = Counter(m.text for m in thread if m.text.startswith((first.id, second.id)))
    assert told == {f"{c} {n}": 1 for c in (first.id, second.id) for n in range(10)}
    assert (await desk.read(first.id)).last_seq == len(thread)


async def test_a_nonce_used_by_both_sides_is_two_messages(desk: Desk) -> None:
    talk = await desk.talking()
    await asyncio.gather(
        desk.wrote(talk.id, "sì", nonce="uno"), desk.replied(talk.id, "sì", nonce="uno")
    )
    spoken = [m.author.kind.value for m in await desk.thread(talk.id) if m.nonce == "uno"]
    assert sorted(spoken) == ["customer", "operator"]


async def test_a_nonce_raced_by_two_texts_keeps_the_first_and_refuses_the_other(
    desk: Desk,
) -> None:
    talk = await desk.talking()
    answers = await asyncio.gather(
        *(desk.wrote(talk.id, text, nonce="uno") for text in ("A", "B") * 5),
        return_exceptions=True,
    )
    kept = [m.text for m in await desk.thread(talk.id) if m.nonce == "uno"]
    assert len(kept) == 1
    refused = [a for a in answers if isinstance(a, BaseException)]
    assert len(refused) == 5
    with pytest.raises(errors.NonceClash):
        raise refused[0]
