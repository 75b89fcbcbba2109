"""A server of ours killed at any moment loses no mail and sends none twice.

Real parts: a Dovecot that the mail is fetched from, an SMTP server that the answers go to, a
process of ours that is killed with no warning. `ASCOLTO_KILLS` makes it longer.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ascolto import conversations
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.secretbox import server_box
from support.dovecot import PASSWORD, Dovecot, running_dovecot
from support.post import Mailroom, a_mail, open_mailroom
from support.talk import HandClock, set_up_desk

KILLS = int(os.environ.get("ASCOLTO_KILLS", "10"))
PER_KILL = 3
# Half a minute for each kill is what a machine takes that is busy with something else.
pytestmark = pytest.mark.timeout(480 + 40 * KILLS)


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with running_dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


class Worker:
    """The process that is killed."""

    def __init__(self, room: Mailroom, dsn: str) -> None:
        self._arguments = (dsn, str(room.data), room.desk.tenant, room.channel.id)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        support = Path(__file__).parents[1] / "support" / "mail_worker.py"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, str(support), *self._arguments
        )

    async def kill(self) -> None:
        assert self._process is not None
        assert self._process.returncode is None, "it ended by itself"
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


async def answer_all(room: Mailroom, answered: set[str]) -> None:
    """Let operators answer whatever waits, once each."""
    for mail in await room.incoming("taken"):
        conversation_id = str(mail.conversation_id)
        if conversation_id in answered:
            continue
        answered.add(conversation_id)
        async with room.desk.as_system() as tx:
            await conversations.say(
                tx, conversation_id=conversation_id, text=f"Risposta {mail.mail_id}",
                nonce=new_id(), author_kind=conversations.AuthorKind.OPERATOR,
            )  # fmt: skip


async def settled(room: Mailroom, *, mails: int, answered: set[str]) -> bool:
    await answer_all(room, answered)
    waiting = [one for one in await room.out() if one.state in ("queued", "sending")]
    taken = await room.incoming("taken")
    return len(taken) == mails and len(await room.out()) == mails and not waiting


async def standing(room: Mailroom) -> str:
    """Say how everything stands, for who must find out why it does not settle."""
    came = Counter((one.state, one.reason, one.attempts) for one in await room.incoming())
    went = Counter((one.state, one.last_error, one.attempts) for one in await room.out())
    return f"in: {dict(came)}, out: {dict(went)}"


async def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_sent_twice(
    urls: PostgresUrls, database: Database, tenant: str, dovecot: Dovecot, tmp_path: Path
) -> None:
    chance = random.Random(20)
    desk = await set_up_desk(database, tenant, HandClock())
    async with open_mailroom(desk, data=tmp_path, imap=dovecot.settings) as room:
        room.sink.delay_s = 0.05
        async with desk.as_system() as tx:
            await set_secrets(
                tx, room.channel, secrets={"imap": PASSWORD}, box=server_box(tmp_path)
            )
        worker, answered, count = Worker(room, urls.app_dsn), set[str](), 0
        for kill in range(KILLS):
            mails = [
                a_mail(
                    f"Mail {count + n}", mail_id=f"{count + n}@p.example", subject=f"N {count + n}"
                )
                for n in range(PER_KILL)
            ]
            count += PER_KILL
            stored, sent = len(await room.incoming()), len(room.sink.taken)
            await worker.start()
            await asyncio.to_thread(dovecot.append, *mails)
            # Past its start: what is to be hit is its work, once while it reads and once while
            # it sends.
            async with asyncio.timeout(300):  # for a machine that is busy with something else
                while (
                    len(await room.incoming()) <= stored
                    if kill % 2
                    else len(room.sink.taken) <= sent
                ):
                    await answer_all(room, answered)
                    await asyncio.sleep(0.01)
            await asyncio.sleep(chance.uniform(0, 0.1 if kill % 2 else 0.4))
            await worker.kill()
        await worker.start()
        try:
            async with asyncio.timeout(600):
                while not await settled(room, mails=count, answered=answered):
                    await asyncio.sleep(0.1)
        except TimeoutError as never:
            raise AssertionError(await standing(room)) from never
        await worker.kill()
        await judge(room, count)


async def judge(room: Mailroom, count: int) -> None:
    """Nothing lost, nothing twice, and what is uncertain says so."""
    incoming = await room.incoming()
    assert sorted(int(str(one.mail_id).partition("@")[0]) for one in incoming) == [*range(count)]
    assert len({one.message_id for one in incoming}) == count
    arrived = Counter(str(mail["Message-ID"]).strip("<>") for mail in room.sink.mails)
    assert [one for one, times in arrived.items() if times > 1] == []
    states = Counter(one.state for one in await room.out())
    open_still = [one for one in await room.out() if one.state == "uncertain"]
    reached = sum(arrived[one.mail_id] for one in open_still)
    sys.stdout.write(
        f"{KILLS} kills, {count} mails, out: {dict(states)}, uncertain and there: {reached}\n"
    )
    for one in await room.out():
        assert one.state in ("accepted", "uncertain"), (one.state, one.last_error)
        if one.state == "accepted":
            assert arrived[one.mail_id] == 1
