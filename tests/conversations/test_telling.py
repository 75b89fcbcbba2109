"""What a queue has to say reaches everybody who waits in it, once, however many they are."""

from collections import Counter

from ascolto import routing
from ascolto.conversations import jobs
from ascolto.conversations.actions.telling import TOLD_AT_ONCE
from ascolto.kit.db import SYSTEM
from ascolto.kit.subscribers import read_batch
from support.talk import Desk

NEWS = "C'è un guasto a nord."
MANY = 520


async def set_message(desk: Desk, message: str, *, quiet: bool = False) -> None:
    async with desk.as_system() as tx:
        values = {"message": message}
        await routing.change_queue(tx, queue_id=desk.queue.id, values=values, quiet=quiet)


async def tell(desk: Desk) -> int:
    """Handle what the subscriber hears, event by event; return in how many transactions."""
    (subscriber,) = [one for one in jobs.SUBSCRIBERS if one.handler is jobs.follow_message]
    place, handled = (0, 0), 0
    while True:
        async with desk.database.connection() as line:
            heard = await read_batch(line, place, subscriber.kinds, limit=1)
        for event in heard:
            async with desk.database.transaction(desk.tenant, actor=SYSTEM) as tx:
                await subscriber.handler(tx, event)
            place, handled = (event.xid, event.id), handled + 1
        if not heard:
            return handled


async def told(desk: Desk) -> list[tuple[str, str, str]]:
    """Return (conversation, text, transaction) of every line of ours."""
    async with desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT conversation_id, text, xmin::text AS xid FROM conversations.message"
            " WHERE author_kind = 'system' AND kind = 'message'"
        )
    return [(row["conversation_id"], row["text"], row["xid"]) for row in rows]


async def copy(desk: Desk, conversation_id: str, times: int) -> None:
    """Let as many more wait as one who waits."""
    async with desk.as_system() as tx:
        await tx.execute(
            "INSERT INTO conversations.conversation"
            " SELECT r.* FROM conversations.conversation c, generate_series(1, $2) n,"
            " LATERAL jsonb_populate_record(c, jsonb_build_object("
            "  'id', gen_random_uuid(), 'number', c.number + 1000 + n,"
            "  'work_item_id', gen_random_uuid())) r"
            " WHERE c.id = $1",
            conversation_id,
            times,
        )


async def test_everybody_of_a_long_queue_is_told_once_and_no_transaction_is_long(
    desk: Desk,
) -> None:
    talk = await desk.opened()
    await desk.wrote(talk.id)
    await copy(desk, talk.id, MANY)
    await set_message(desk, NEWS)
    assert await tell(desk) > MANY // TOLD_AT_ONCE
    lines = await told(desk)
    assert Counter(conversation_id for conversation_id, _, _ in lines).most_common(1)[0][1] == 1
    assert len(lines) == MANY + 1
    assert {text for _, text, _ in lines} == {NEWS}
    assert max(Counter(xid for _, _, xid in lines).values()) <= TOLD_AT_ONCE


async def test_who_joins_before_the_news_has_gone_round_is_not_told_twice(desk: Desk) -> None:
    before = await desk.opened()
    await desk.wrote(before.id)
    await set_message(desk, NEWS)
    joined = await desk.opened(name="Ugo Neri")
    await desk.wrote(joined.id)
    await tell(desk)
    await tell(desk)
    assert Counter(key for key, _, _ in await told(desk)) == {before.id: 1, joined.id: 1}


async def test_news_that_is_old_before_it_went_round_is_left_to_what_came_after(desk: Desk) -> None:
    talk = await desk.opened()
    await desk.wrote(talk.id)
    await set_message(desk, NEWS)
    await set_message(desk, "Benvenuti", quiet=True)
    await tell(desk)
    assert await told(desk) == []
    await set_message(desk, NEWS)
    await set_message(desk, "Risolto.")
    await tell(desk)
    assert [text for _, text, _ in await told(desk)] == ["Risolto."]
