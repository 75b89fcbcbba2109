"""A disk that is full takes no mail and loses none: whoever has it is not told that we have it.

The table of incoming mails lies on a disk of its own, small and real (a tmpfs); the rest of the
database goes on. Needs root to mount it.
"""

import base64
import os
import random
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from ascolto.channels import store_mail
from ascolto.channels.email.settings import Imap
from ascolto.channels.mailroom import fetching
from ascolto.channels.mailroom.fetching import Fetcher
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.secretbox import server_box
from support.dovecot import PASSWORD, Dovecot, running_dovecot
from support.post import Mailroom, a_mail, open_mailroom
from support.talk import HandClock, set_up_desk

SMALL = "3m"
LARGE = "64m"
MAILS = 12


class SmallDisk:
    """A mounted folder of a size that can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def size(self, size: str, *, again: bool) -> bool:
        """Mount it, or give it another size; tell whether that was let."""
        options = f"{'remount,' if again else ''}size={size}"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def give_to_owner_of(self, place: str) -> None:
        """Let whoever owns a place write here."""
        owner = Path(place).stat()
        os.chown(self.folder, owner.st_uid, owner.st_gid)
        self.folder.chmod(0o700)


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with running_dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


@pytest.fixture
def mounted() -> Iterator[SmallDisk]:
    """Mount a small disk."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk takes root")
    # Where the database's own user may look too, which a test's folder is not.
    folder = Path(tempfile.mkdtemp(prefix="ascolto-small-"))
    small = SmallDisk(folder)
    if not small.size(SMALL, again=False):
        folder.rmdir()
        pytest.skip("this machine lets nobody mount a tmpfs")
    yield small
    subprocess.run(["umount", "--lazy", str(folder)], check=False)
    folder.rmdir()


@pytest.fixture
async def disk(
    mounted: SmallDisk, urls: PostgresUrls, database: Database
) -> AsyncIterator[SmallDisk]:
    """Put the incoming mails on it; afterwards back, for the database to be dropped."""
    del database
    admin = await asyncpg.connect(urls.admin_dsn)
    space = f"small_{new_id().replace('-', '')}"
    mounted.give_to_owner_of(await admin.fetchval("SHOW data_directory"))
    await admin.execute(f"CREATE TABLESPACE {space} LOCATION '{mounted.folder}'")
    await admin.execute(f"ALTER TABLE channels.mail_in SET TABLESPACE {space}")
    yield mounted
    await admin.execute("ALTER TABLE channels.mail_in SET TABLESPACE pg_default")
    await admin.execute(f"DROP TABLESPACE {space}")
    await admin.close()


@pytest.fixture
async def mailroom(
    disk: SmallDisk, database: Database, tenant: str, tmp_path: Path
) -> AsyncIterator[Mailroom]:
    del disk
    desk = await set_up_desk(database, tenant, HandClock())
    async with open_mailroom(desk, data=tmp_path) as room:
        yield room


def heavy(number: int) -> bytes:
    """Return a mail of about 600 kB that nothing makes smaller."""
    noise = random.Random(number).randbytes(450_000)
    return a_mail(
        base64.encodebytes(noise).decode().replace("\n", "\r\n"), mail_id=f"{number}@p.example"
    )


async def test_a_sender_is_told_to_come_again_and_nothing_that_was_acknowledged_is_missing(
    mailroom: Mailroom, disk: SmallDisk
) -> None:
    acknowledged, put_off, codes = [], [], set()
    for number in range(MAILS):
        try:
            await mailroom.deliver(heavy(number))
            acknowledged.append(number)
        except smtplib.SMTPDataError as later:
            codes.add(later.smtp_code)
            put_off.append(number)
    assert codes == {451}
    assert acknowledged
    assert len(await mailroom.incoming()) == len(acknowledged)
    assert disk.size(LARGE, again=True)
    for number in put_off:
        await mailroom.deliver(heavy(number))
    while await mailroom.intake.round():
        pass
    taken = await mailroom.incoming("taken")
    assert sorted(str(one.mail_id) for one in taken) == sorted(
        f"{number}@p.example" for number in range(MAILS)
    )


async def test_the_cursor_stays_before_what_could_not_be_stored(
    mailroom: Mailroom, disk: SmallDisk, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "BATCH_BYTES", 1)  # one mail in each transaction
    await mailroom.change(imap=dovecot.settings)
    box = server_box(mailroom.data)
    async with mailroom.desk.as_system() as tx:
        await set_secrets(tx, mailroom.channel, secrets={"imap": PASSWORD}, box=box)
    post = fetching.Post(
        mailroom.desk.tenant, mailroom.channel, Imap.model_validate(dovecot.settings), "x"
    )
    fetcher = Fetcher(mailroom.desk.database, post, box=box, node="eins")
    dovecot.append(*(heavy(number) for number in range(MAILS)))
    with pytest.raises(asyncpg.DiskFullError):
        await fetcher.once()
    stored = await mailroom.incoming()
    async with mailroom.desk.as_system() as tx:
        mailbox = await store_mail.get_mailbox(tx, mailroom.channel.id)
    assert mailbox is not None
    assert 0 < len(stored) < MAILS
    assert mailbox.last_uid == max(one.uid or 0 for one in stored)
    assert disk.size(LARGE, again=True)
    assert await fetcher.once() == MAILS - len(stored)
    assert sorted(one.uid or 0 for one in await mailroom.incoming()) == list(range(1, MAILS + 1))
