"""How many mails a second one worker stores and takes in, from bytes to a conversation's message.

The mail of median size among the public ones, many times, each under an id of its own and from one
of many senders: each becomes a message, most in conversations that begin with it.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from ascolto.channels import store_mail_in
from ascolto.channels.email.kinds import Kind, understand
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres
from ascolto.kit.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.post import Mailroom, open_mailroom
from support.servers import new_tenant
from support.talk import HandClock, set_up_desk

BATCH = 20
SENDERS = 200


@dataclass(frozen=True, slots=True)
class Ingest:
    """What one worker did: how many mails, in how long, with how much of it its own work."""

    mails: int
    size: int
    wall_s: float
    cpu_s: float


def median_mail(paths: list[Path]) -> bytes:
    """Return the mail of median size of those that people wrote."""
    found = []
    for path in paths:
        raw = path.read_bytes()
        try:
            if understand(read_mail(raw)).kind is Kind.MESSAGE:
                found.append(raw)
        except NotAMail:
            continue
    found.sort(key=len)
    return found[len(found) // 2]


def measure(raw: bytes, *, mails: int) -> Ingest:
    """Store so many of a mail and take them in, on a database of its own."""
    with temporary_postgres(durable=True) as postgres, tempfile.TemporaryDirectory() as folder:
        urls = postgres.urls()
        asyncio.run(migrate(urls.owner_dsn))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the server's is
            return runner.run(_measured(urls.app_dsn, Path(folder), raw, mails))


async def _measured(dsn: str, data: Path, raw: bytes, mails: int) -> Ingest:
    database = await Database.open(dsn, size=4)
    desk = await set_up_desk(database, await new_tenant(database), HandClock())
    async with open_mailroom(desk, data=data) as room:
        await _through(room, data, _several(raw, "warm", 40))
        wall, cpu = time.perf_counter(), time.process_time()
        await _through(room, data, _several(raw, "x", mails))
        done = Ingest(mails, len(raw), time.perf_counter() - wall, time.process_time() - cpu)
        taken = await room.incoming("taken")
        if len(taken) < min(1_000, mails + 40):
            raise AssertionError(f"only {len(taken)} of {mails} mails were taken in")
    await database.close()
    return done


def _several(raw: bytes, series: str, count: int) -> list[bytes]:
    """Return a mail so many times, each under its own id, from one of many senders."""
    head, end, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    dropped = (b"message-id:", b"from:", b"references:", b"in-reply-to:")
    lines: list[bytes] = []
    for line in head.split(b"\n"):
        folded = line[:1] in (b" ", b"\t")
        if folded and lines and lines[-1] == b"":
            continue
        lines.append(b"" if line.lower().startswith(dropped) else line)
    kept = b"\n".join(line for line in lines if line)
    return [
        b"Message-ID: <%s-%d@bench.example>\nFrom: Ada <ada%d@bench.example>\n%s%s%s"
        % (series.encode(), number, number % SENDERS, kept, end, body)
        for number in range(count)
    ]


async def _through(room: Mailroom, data: Path, mails: list[bytes]) -> None:
    """Store mails as fetching does, and take them in as the server does."""
    for start in range(0, len(mails), BATCH):
        async with room.desk.as_system() as tx:
            batch = [
                NewMail(id=new_id(), raw=raw, sha256=digest(raw))
                for raw in mails[start : start + BATCH]
            ]
            await store_mail_in.add_mails(tx, room.channel, source="imap", mails=batch)
    intake = Intake(room.desk.database, Settings(data=data))
    while await intake.round():
        pass
