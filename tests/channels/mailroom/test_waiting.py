"""What is no mail's fault costs it nothing, and those who stand behind it neither."""

import errno
import hashlib
import os
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import pytest

from ascolto.channels import store_mail_in
from ascolto.channels.mailroom.handling import replay
from ascolto.channels.mailroom.intake import MOST_ATTEMPTS
from ascolto.channels.store_mail import Incoming
from ascolto.conversations.files import place_of
from ascolto.kit.db import Tx
from support.post import Mailroom, a_mail

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def with_a_file(to: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "carla@posta.example", to, "Foto"
    mail.set_content("Ecco la foto")
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="contatore.png")
    return mail.as_bytes()


def shut(room: Mailroom) -> Path:
    """Let no file of an organisation be stored: where its folder would be stands a file."""
    folder = room.data / "attachments"
    folder.mkdir(exist_ok=True)
    place = folder / room.desk.tenant
    place.write_bytes(b"")
    return place


async def test_a_mail_waits_for_a_disk_as_long_as_it_takes_and_those_behind_it_do_not(
    mailroom: Mailroom, elsewhere: Mailroom
) -> None:
    place = shut(mailroom)
    address = elsewhere.channel.email().address
    await mailroom.deliver(with_a_file(mailroom.channel.email().address))
    for number in range(MOST_ATTEMPTS + 2):
        await elsewhere.deliver(a_mail(mail_id=f"{number}@x.example", to=address), to=address)
        await mailroom.intake.round()
        assert len(await elsewhere.incoming("taken")) == number + 1
        (mail,) = await mailroom.incoming()
        assert (mail.state, mail.attempts) == ("received", 0)
        assert str(mail.reason).startswith("waits: ")
        mailroom.desk.clock.at += timedelta(minutes=1)
    place.unlink()
    await mailroom.intake.round()
    (mail,) = await mailroom.incoming()
    assert mail.state == "taken"


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
async def test_a_mail_waits_for_a_disk_that_has_room_for_smaller_ones_only(
    mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    write = os.fsync

    def nearly_full(file: int) -> None:
        if os.fstat(file).st_size >= len(PICTURE):
            raise OSError(fault, os.strerror(fault))
        write(file)

    await mailroom.deliver(with_a_file(mailroom.channel.email().address))
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", nearly_full)
        for _ in range(MOST_ATTEMPTS + 1):
            await mailroom.intake.round()
            (mail,) = await mailroom.incoming()
            assert (mail.state, mail.attempts) == ("received", 0)
            assert str(mail.reason).startswith("waits: ")
            mailroom.desk.clock.at += timedelta(minutes=1)
    await mailroom.intake.round()
    assert [one.state for one in await mailroom.incoming()] == ["taken"]


async def test_a_mail_for_which_alone_there_is_no_room_is_set_aside_with_its_reason(
    mailroom: Mailroom,
) -> None:
    address = mailroom.channel.email().address
    place = place_of(
        mailroom.data / "attachments", tenant_id=mailroom.desk.tenant,
        sha256=hashlib.sha256(PICTURE).hexdigest(),
    )  # fmt: skip
    place.parent.parent.mkdir(parents=True)
    place.parent.write_bytes(b"")  # where the folder of this one file would be
    await mailroom.deliver(with_a_file(address))
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (mail,) = await mailroom.incoming()
        assert (mail.state, mail.attempts) == ("received", attempt - 1)
        await mailroom.intake.round()
        mailroom.desk.clock.at += timedelta(hours=1)
    (mail,) = await mailroom.incoming()
    assert (mail.state, mail.reason) == ("quarantined", "NotADirectoryError")
    place.parent.unlink()
    async with mailroom.desk.as_system() as tx:
        await replay(tx, mail.id)
    await mailroom.intake.round()
    assert [one.state for one in await mailroom.incoming()] == ["taken"]


@pytest.mark.parametrize("which", [0, 1])
async def test_what_fails_for_one_organisation_stops_none_behind_it(
    mailroom: Mailroom, elsewhere: Mailroom, monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    rooms = (mailroom, elsewhere)
    broken, whole = rooms[which], rooms[1 - which]
    take = store_mail_in.take_unread

    async def failing(tx: Tx, *, limit: int, again: timedelta) -> list[Incoming]:
        if tx.tenant_id == broken.desk.tenant:
            raise asyncpg.DiskFullError("no space left")
        return await take(tx, limit=limit, again=again)

    monkeypatch.setattr(store_mail_in, "take_unread", failing)
    for room in rooms:
        address = room.channel.email().address
        await room.deliver(a_mail(to=address), to=address)
    assert await mailroom.intake.round() == 1
    assert [one.state for one in await whole.incoming()] == ["taken"]
    assert [(one.state, one.attempts) for one in await broken.incoming()] == [("received", 0)]
