"""Large mails go to the database and back in pieces, and come out as they came."""

import asyncio
import random
import smtplib

import pytest

from ascolto import conversations
from ascolto.channels import store_mail_raw
from ascolto.channels.mailroom.listener import open_door
from ascolto.channels.store_mail_raw import PIECE
from support.post import OURS, Mailroom, a_mail

FOLDED = 900


def a_large_mail(size: int, *, mail_id: str = "grande@posta.example") -> bytes:
    """Return a mail of about so many bytes, with lines that begin with dots."""
    noise = random.Random(5).randbytes(size // 2).hex()
    lines = [noise[at : at + FOLDED] for at in range(0, len(noise), FOLDED)]
    return a_mail("\r\n".join(["..", ".x", *lines]), mail_id=mail_id)


async def stored(room: Mailroom, mail_id: str) -> bytes | None:
    async with room.desk.as_system() as tx:
        return await store_mail_raw.raw_of(tx, mail_id)


async def test_a_mail_of_several_pieces_comes_back_byte_for_byte(mailroom: Mailroom) -> None:
    raw = a_large_mail(2 * PIECE + 12_345)
    mail = await mailroom.arrive(raw)
    assert (mail.state, mail.size) == ("taken", len(raw))
    assert await stored(mailroom, mail.id) == raw


async def test_the_same_large_mail_again_is_a_copy_without_bytes_of_its_own(
    mailroom: Mailroom,
) -> None:
    raw = a_large_mail(PIECE + 1)
    await mailroom.deliver(raw)
    await mailroom.deliver(raw)
    copy, first = await mailroom.incoming()
    assert (copy.state, copy.copy_of) == ("copy", first.id)
    async with mailroom.desk.as_system() as tx:
        held = await tx.fetch(
            "SELECT octet_length(raw) AS size FROM channels.mail_in WHERE tenant_id = $1"
            " ORDER BY id",
            tx.tenant_id,
        )
    assert [row["size"] for row in held] == [len(raw), None]
    assert await stored(mailroom, copy.id) == raw


async def test_a_large_attachment_is_taken_out_when_its_turn_comes(mailroom: Mailroom) -> None:
    text = "Allegata la misura.\r\n" * 90_000
    raw = (
        b"From: Carla <carla@posta.example>\r\nSubject: Misure\r\nMessage-ID: <m@posta.example>\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nEcco.\r\n"
        b"--b\r\nContent-Type: text/plain; name=misure.txt\r\n"
        b"Content-Disposition: attachment\r\n\r\n" + text.encode() + b"\r\n--b--\r\n"
    )
    mail = await mailroom.arrive(raw)
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(mail.message_id))
    assert message is not None
    assert [(one.name, one.size) for one in message.attachments] == [("misure.txt", len(text))]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (b"x" * 5_000 + b"\r\n", 500),
        (b"riga\r\n" * 200_000, 552),
    ],
)
async def test_what_is_too_long_or_too_much_is_refused_and_the_next_mail_is_taken(
    mailroom: Mailroom, words: bytes, answer: int
) -> None:
    door = await open_door(mailroom.desk.database, host="127.0.0.1", port=0, largest=1_000_000)
    port = door.sockets[0].getsockname()[1]

    def hand_over() -> int:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            client.mail("carla@posta.example")
            client.rcpt(OURS)
            client.docmd("DATA")
            client.send(b"From: a@b.example\r\n\r\n" + words + b".\r\n")
            refused = client.getreply()[0]
            client.sendmail("carla@posta.example", [OURS], a_mail())
            return refused

    assert await asyncio.to_thread(hand_over) == answer
    door.close()
    assert [mail.size for mail in await mailroom.incoming()] == [len(a_mail())]
