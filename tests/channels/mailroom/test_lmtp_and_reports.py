"""LMTP answers for each recipient, and servers that offer delivery reports are asked for them."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Callable

import pytest

from ascolto import conversations
from ascolto.channels.actions.configuring import change_channel, create_channel
from ascolto.channels.mailroom.listener import open_door
from ascolto.channels.mailroom.talking import xtext
from ascolto.channels.model import Channel
from support.post import OURS, Mailroom, a_mail

OTHER = "vendite@luce.example"


@pytest.fixture
async def lmtp(mailroom: Mailroom) -> AsyncIterator[int]:
    door = await open_door(mailroom.desk.database, host="127.0.0.1", port=0, lmtp=True)
    yield door.sockets[0].getsockname()[1]
    door.close()


def hand_over(
    port: int, raw: bytes, *recipients: str, between: Callable[[], None] = lambda: None
) -> list[int]:
    """Speak LMTP and return the code for each recipient: at RCPT where it is refused there."""
    codes = []
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("carla@posta.example")
        taken = 0
        for one in recipients:
            code = client.rcpt(one)[0]
            if code == 250:
                taken += 1
            else:
                codes.append(code)
        between()
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        codes += [client.getreply()[0] for _ in range(taken)]
        assert client.noop()[0] == 250  # nobody waits for an answer that is not there
    return codes


async def other_mailbox(mailroom: Mailroom) -> Channel:
    async with mailroom.desk.as_system() as tx:
        return await create_channel(
            tx, client_id=mailroom.desk.client_id, kind="email", name="Vendite",
            queue_id=mailroom.channel.queue_id, settings={"address": OTHER},
        )  # fmt: skip


async def test_each_recipient_by_lmtp_has_an_answer_of_its_own(
    mailroom: Mailroom, lmtp: int
) -> None:
    await other_mailbox(mailroom)
    codes = await asyncio.to_thread(hand_over, lmtp, a_mail(), OURS, "nessuno@luce.example", OTHER)
    assert codes == [550, 250, 250]
    assert len(await mailroom.incoming("received")) == 2


async def test_a_mailbox_that_has_gone_is_asked_for_again_and_the_others_are_not(
    mailroom: Mailroom, lmtp: int
) -> None:
    other = await other_mailbox(mailroom)
    loop = asyncio.get_running_loop()

    async def close() -> None:
        async with mailroom.desk.as_system() as tx:
            await change_channel(tx, other.id, v=other.v, changes={"active": False})

    def between() -> None:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)

    codes = await asyncio.to_thread(hand_over, lmtp, a_mail(), OURS, OTHER, between=between)
    assert codes == [250, 451]
    assert [one.envelope_to for one in await mailroom.incoming()] == [[OURS]]


async def test_a_mail_too_large_is_refused_once_for_each_recipient(mailroom: Mailroom) -> None:
    await other_mailbox(mailroom)
    large = a_mail("\r\n".join(["riga lunga"] * 1_000))
    door = await open_door(
        mailroom.desk.database, host="127.0.0.1", port=0, lmtp=True, largest=2_000
    )
    async with door:
        port = door.sockets[0].getsockname()[1]
        assert await asyncio.to_thread(hand_over, port, large, OURS, OTHER) == [552, 552]
    assert await mailroom.incoming() == []


@contextlib.asynccontextmanager
async def reporting_server(heard: list[str], *, offers: bool) -> AsyncIterator[int]:
    """Run a mail server that offers reports, or does not, and keeps what it is told."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx\r\n")
        words = False
        while line := (await reader.readline()).decode().strip("\r\n"):
            if words:
                if line == ".":
                    words = False
                    writer.write(b"250 ok\r\n")
                continue
            heard.append(line)
            if line.upper().startswith("EHLO"):
                writer.write(b"250-mx\r\n250 DSN\r\n" if offers else b"250 mx\r\n")
            elif line.upper() == "DATA":
                words = True
                writer.write(b"354 go\r\n")
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await talk(Blanks(reader), writer)

    server = await asyncio.start_server(session, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


class Blanks(asyncio.StreamReader):
    """A reader for which an empty line is no end."""

    def __init__(self, inner: asyncio.StreamReader) -> None:
        super().__init__()
        self._inner = inner

    async def readline(self) -> bytes:
        """Return a line; an empty one as a blank."""
        line = await self._inner.readline()
        return b" \r\n" if line == b"\r\n" else line


@pytest.mark.parametrize("offers", [True, False])
async def test_reports_are_asked_for_where_they_are_offered(
    mailroom: Mailroom, *, offers: bool
) -> None:
    heard: list[str] = []
    async with reporting_server(heard, offers=offers) as port:
        await mailroom.change(smtp={"host": "127.0.0.1", "port": port, "security": "none"})
        taken = await mailroom.arrive(a_mail())
        out = await mailroom.answer(str(taken.conversation_id))
        await mailroom.post.round()
    sender = next(line for line in heard if line.upper().startswith("MAIL"))
    recipient = next(line for line in heard if line.upper().startswith("RCPT"))
    assert (f"RET=HDRS ENVID={xtext(out.mail_id)}" in sender) is offers
    asked = "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;carla@posta.example"
    assert (asked in recipient) is offers
    assert [one.state for one in await mailroom.out()] == ["accepted"]


async def test_a_report_that_returns_no_header_is_tied_by_the_id_it_was_asked_for_under(
    mailroom: Mailroom,
) -> None:
    taken = await mailroom.arrive(a_mail())
    await mailroom.answer_and_send(str(taken.conversation_id))
    (out,) = await mailroom.out()
    report = (
        "From: MAILER-DAEMON@mx.example\r\nTo: " + OURS + "\r\nSubject: Relayed\r\n"
        "Message-ID: <r@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nReport.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Original-Envelope-Id: {xtext(out.mail_id)}\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; carla@posta.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n\r\n"
        "--x--\r\n"
    ).encode()
    noted = await mailroom.arrive(report, sender="<>")
    assert noted.about_id == out.id
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, out.message_id)
    assert message is not None
    (fate,) = message.meta["told"]["recipients"]
    assert (fate["state"], message.delivery) == ("relayed", "sent")
