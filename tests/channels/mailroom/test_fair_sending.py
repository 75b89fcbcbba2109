"""One slow mail holds up nobody: neither others of its organisation nor those of another."""

import asyncio

from ascolto.channels.mailroom.sending import LEASE, Post
from ascolto.kit.settings import Settings
from support.post import Mailroom, a_mail


async def queued(room: Mailroom, name: str) -> None:
    """Let a mail be answered, which is then to be sent."""
    address = room.channel.email().address
    mail = a_mail(mail_id=f"{name}@posta.example", subject=name, sender=f"{name}@posta.example")
    taken = await room.arrive(mail, to=address, sender=f"{name}@posta.example")
    await room.answer(str(taken.conversation_id))


async def comes_to(count: int, room: Mailroom) -> None:
    """Wait until so many mails of somebody have been taken by their server."""
    async with asyncio.timeout(60):
        while len(room.sink.taken) < count:
            await asyncio.sleep(0.02)


async def test_a_slow_mail_holds_up_no_other_organisation(
    mailroom: Mailroom, elsewhere: Mailroom
) -> None:
    mailroom.sink.holds = True
    await queued(mailroom, "lenta")
    await queued(elsewhere, "svelta")
    post = Post(mailroom.desk.database, Settings(data=mailroom.data))
    assert await post.begin() == 2
    await comes_to(1, elsewhere)
    await queued(elsewhere, "seconda")
    assert await post.begin() == 1
    await comes_to(2, elsewhere)
    assert mailroom.sink.taken == []
    mailroom.sink.let_go.set()
    await post.round()
    assert len(mailroom.sink.taken) == 1


async def test_where_the_server_is_full_everybody_still_has_one_mail_under_way(
    mailroom: Mailroom, elsewhere: Mailroom
) -> None:
    mailroom.sink.holds = True
    post = Post(mailroom.desk.database, Settings(data=mailroom.data), most_at_once=1)
    for name in ("a", "b", "c"):
        await queued(mailroom, name)
    assert await post.begin() == 2  # one as everybody, and the one there is room for
    await queued(elsewhere, "d")
    await queued(elsewhere, "e")
    assert await post.begin() == 1
    await comes_to(1, elsewhere)
    mailroom.sink.let_go.set()
    for _ in range(3):
        await post.round()
    assert [len(room.sink.taken) for room in (mailroom, elsewhere)] == [3, 2]


async def test_what_is_under_way_when_the_server_stops_is_sent_by_the_next(
    mailroom: Mailroom,
) -> None:
    mailroom.sink.holds = True
    await queued(mailroom, "a")
    post = Post(mailroom.desk.database, Settings(data=mailroom.data))
    await post.begin()
    await asyncio.sleep(0.2)
    await post.stop()
    assert [one.state for one in await mailroom.out()] == ["sending"]
    mailroom.sink.let_go.set()
    mailroom.desk.clock.at += 2 * LEASE
    await mailroom.post.round()
    await mailroom.post.round()
    assert [one.state for one in await mailroom.out()] == ["accepted"]
    assert len(mailroom.sink.taken) == 1
