"""How much memory a mail of 40 MB costs the server: fetched, handed over, read and taken in.

Each is measured in a process of its own, on the loop that the server runs on, after small mails
have gone the same way: the most that the process ever held (VmHWM of Linux, mapped and native
memory included) less what it held just before, against the mail's own bytes. PostgreSQL, the mail
server and whoever sends are other processes and not counted.
"""

import asyncio
import base64
import contextlib
import gc
import os
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import uvloop

from ascolto.channels import store, store_mail_in, store_mail_raw
from ascolto.channels.mailroom.fetching import Fetcher, Post
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.listener import open_door
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.channels.mailroom.reading import digest
from ascolto.channels.store_mail_in import NewMail
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres
from ascolto.kit.secretbox import server_box
from ascolto.kit.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.dovecot import PASSWORD, Dovecot, running_dovecot
from support.post import OURS, a_mail, open_mailroom
from support.servers import new_tenant
from support.talk import HandClock, set_up_desk

WAYS = ("handed over", "fetched", "taken in")
SMALL = 5
ATTACHMENTS = 4


def large_mail() -> bytes:
    """Return a mail just below the largest that is taken, with four files that are kept."""
    lines = [
        b"From: ada@posta.example", b"To: " + OURS.encode(), b"Subject: Le foto",
        b"Message-ID: <grande@posta.example>", b"Content-Type: multipart/mixed; boundary=b", b"",
        b"--b", b"", b"Ecco le foto.",
    ]  # fmt: skip
    for number in range(ATTACHMENTS):
        content = b"%PDF-1.7\n" + number.to_bytes(4, "big") + os.urandom(7_600_000)
        encoded = base64.b64encode(content)
        lines += [
            b"--b", b"Content-Type: application/pdf; name=%d.pdf" % number,
            b"Content-Transfer-Encoding: base64", b"",
        ]  # fmt: skip
        lines += [encoded[at : at + 76] for at in range(0, len(encoded), 76)]
    return b"\r\n".join([*lines, b"--b--", b""])


def memory_of(way: str) -> tuple[float, float]:
    """Return the growth for the large mail on one way, and the mail's size, in MB."""
    with contextlib.ExitStack() as stack:
        urls = stack.enter_context(temporary_postgres()).urls()
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asyncio.run(migrate(urls.owner_dsn))
        dovecot = None
        if way == "fetched":
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            dovecot = stack.enter_context(running_dovecot(folder / "dovecot"))
        return asyncio.run(_measured(way, urls.app_dsn, data, dovecot))


async def _measured(way: str, dsn: str, data: Path, dovecot: Dovecot | None) -> tuple[float, float]:
    raw, grown = large_mail(), 0.0
    database = await Database.open(dsn, size=2)
    desk = await set_up_desk(database, await new_tenant(database), HandClock())
    settings = {"imap": dovecot.settings} if dovecot else {}
    async with open_mailroom(desk, data=data, **settings) as room:
        async with desk.as_system() as tx:
            box = server_box(data)
            await set_secrets(tx, room.channel, secrets={"imap": PASSWORD}, box=box)
        with _child(way, dsn, str(data), desk.tenant, room.channel.id) as child:
            port = int(await asyncio.to_thread(_told, child))
            small = [a_mail(mail_id=f"{number}@p.example") for number in range(SMALL)]
            for mails in (small, [raw]):
                if dovecot is not None:
                    await asyncio.to_thread(dovecot.append, *mails)
                elif way == "taken in":
                    async with desk.as_system() as tx:
                        new = [NewMail(id=new_id(), raw=one, sha256=digest(one)) for one in mails]
                        await store_mail_in.add_mails(tx, room.channel, source="imap", mails=new)
                await asyncio.to_thread(_told, child, "begin")
                if way == "handed over":
                    await asyncio.to_thread(_hand_over, port, mails)
                grown = float(await asyncio.to_thread(_told, child, "end"))
        [kept] = [one for one in await room.incoming() if one.size > 1_000_000]
        async with desk.as_system() as tx:
            if kept.size != len(raw) or await store_mail_raw.raw_of(tx, kept.id) != raw:
                raise AssertionError(f"{way}: the mail is not there as it came")
        if way == "taken in" and kept.state != "taken":
            raise AssertionError(f"{way}: {kept.state}, {kept.reason}")
    await database.close()
    return grown / 1e6, len(raw) / 1e6


def _hand_over(port: int, mails: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for one in mails:
            client.sendmail("ada@posta.example", [OURS], one)


@contextlib.contextmanager
def _child(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the process that is measured."""
    with subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            child.kill()


def _told(child: subprocess.Popen[str], word: str = "") -> str:
    """Say a word to the process and return its answer."""
    assert child.stdin is not None
    assert child.stdout is not None
    if word:
        child.stdin.write(word + "\n")
        child.stdin.flush()
    line = child.stdout.readline()
    if not line:
        raise RuntimeError("the process that was measured has ended")
    return line


async def _work(way: str, dsn: str, data: str, tenant: str, channel_id: str) -> None:
    """Be the process that is measured: do the work between two words."""
    database = await Database.open(dsn, size=4)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        channel = await store.get_channel(tx, channel_id)
    assert channel is not None
    settings = Settings(data=Path(data))
    door = await open_door(database, host="127.0.0.1", port=0)
    print(door.sockets[0].getsockname()[1], flush=True)
    intake, fetcher = Intake(database, settings), None
    if way == "fetched":
        imap = channel.email().imap
        assert imap is not None
        post = Post(tenant, channel, imap, None)
        fetcher = Fetcher(database, post, box=server_box(settings.data), node="bench")
    while True:
        await asyncio.to_thread(sys.stdin.readline)
        gc.collect()
        before = _held("VmRSS")
        _forget_the_most()
        print("begun", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        if fetcher is not None:
            await fetcher.once()
        elif way == "taken in":
            await intake.round()
        print(_held("VmHWM") - before, flush=True)


def _forget_the_most() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # it is what there is now


def _held(what: str) -> int:
    """Return a figure of the kernel's about this process, in bytes."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    raise LookupError(what)


def main() -> None:
    """Measure every way, or be what is measured."""
    if len(sys.argv) > 2:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(*sys.argv[1:]))
        return
    for way in sys.argv[1:] or WAYS:
        grown, size = memory_of(way)
        print(f"{way}: {grown:.0f} MB for a mail of {size:.1f} MB, {grown / size:.2f} times")


if __name__ == "__main__":
    main()
