"""A mailbox of a client, mail servers of others, and people who write to it."""

import asyncio
import contextlib
import email
import smtplib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import Message as Mail
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from ascolto import conversations
from ascolto.channels import store_mail, store_mail_out, store_mail_threads
from ascolto.channels.actions.configuring import change_channel, create_channel, known
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.intake import Intake
from ascolto.channels.mailroom.listener import open_door
from ascolto.channels.mailroom.sending import Post
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_threads import MailThread
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.settings import Settings
from ascolto.kit.subscribers import read_batch
from support.talk import Desk

OURS = "aiuto@luce.example"
IN_STATES = ("received", "taken", "noted", "copy", "own", "quarantined", "dismissed")
OUT_STATES = (
    *("queued", "sending", "accepted", "uncertain", "bounced", "delivered"),
    *("failed", "recalled"),
)


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Sink:
    """Somebody else's mail server; it answers as a test wants and keeps what it took."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    # How long it takes to answer once it has the words.
    delay_s: float = 0
    # Until this is set it answers no recipient.
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    holds: bool = False
    # What it says of recipients, one answer for each time one is named.
    recipient_answers: dict[str, list[str]] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, unless told otherwise."""
        del server, session, options
        if self.holds:
            await self.let_go.wait()
        answers = self.recipient_answers.get(address, [])
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, unless told otherwise."""
        del server, session
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250") or answer == "hang":
            self.taken.append(envelope)
            await asyncio.sleep(self.delay_s)
        if answer == "hang":
            await asyncio.sleep(3_600)
        return answer

    @property
    def mails(self) -> list[Mail]:
        """Return the mails that were taken."""
        return [email.message_from_bytes(bytes(one.original_content or b"")) for one in self.taken]


@contextlib.asynccontextmanager
async def running_sink() -> AsyncIterator[Sink]:
    """Run a mail server on a free port."""
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, loop=asyncio.get_running_loop()), "127.0.0.1", 0
    )
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()


def a_mail(
    text: str = "Buongiorno, la bolletta è doppia.",
    *,
    sender: str = "Carla Rossi <carla@posta.example>",
    to: str = OURS,
    subject: str = "Bolletta doppia",
    mail_id: str | None = "uno@posta.example",
    **headers: str,
) -> bytes:
    """Return a plain mail."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    if mail_id:
        lines.append(f"Message-ID: <{mail_id}>")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    return ("\r\n".join(lines) + "\r\n\r\n" + text + "\r\n").encode()


def a_report(of: str, *groups: tuple[str, str, str]) -> bytes:
    """Return a delivery report on a mail: recipients, what became of them, and their status."""
    said = "".join(
        f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        for who, action, status in groups
    )
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: " + OURS + "\r\nSubject: Delivery report\r\n"
        f"Message-ID: <r{len(said)}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nReport.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"{said}--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{of}>\r\n\r\n--x--\r\n"
    ).encode()


@dataclass
class Mailroom:
    """One mailbox with its door and what works behind it, step by step."""

    desk: Desk
    channel: Channel
    sink: Sink
    data: Path
    port: int
    intake: Intake
    post: Post

    async def deliver(
        self, raw: bytes, *, sender: str = "carla@posta.example", to: str = OURS
    ) -> None:
        """Let a mail server hand over a mail by SMTP; "<>" is nobody, as in reports."""

        def hand_over() -> None:
            with smtplib.SMTP("127.0.0.1", self.port) as client:
                client.sendmail(sender.strip("<>"), [to], raw)

        await asyncio.to_thread(hand_over)

    async def arrive(self, raw: bytes, **more: str) -> Incoming:
        """Let a mail come and be taken in; return what became of it."""
        await self.deliver(raw, **more)
        await self.intake.round()
        return (await self.incoming())[0]

    async def incoming(self, *states: str) -> list[Incoming]:
        """Return the mails that came, newest first."""
        async with self.desk.as_system() as tx:
            return await store_mail.list_mails(
                tx, states=states or IN_STATES, before=None, limit=1_000
            )

    async def out(self, *states: str) -> list[OutMail]:
        """Return the mails of ours, newest first."""
        async with self.desk.as_system() as tx:
            return await store_mail_out.list_out(
                tx, states=states or OUT_STATES, before=None, limit=1_000
            )

    async def change(self, **settings: Any) -> None:
        """Change the mailbox's settings."""
        async with self.desk.as_system() as tx:
            now = await known(tx, self.channel.id)
            self.channel = await change_channel(
                tx, now.id, v=now.v, changes={"settings": {**now.settings, **settings}}
            )

    async def close(self, conversation_id: str) -> None:
        """Let an operator end a conversation."""
        now = await self.desk.read(conversation_id)
        if now.state.value == "waiting":
            now = await self.desk.accepted(conversation_id)
        async with self.desk.as_operator(self.desk.anna) as tx:
            await conversations.close(
                tx, conversation_id=now.id, operator_id=self.desk.anna,
                outcome=conversations.Outcome.RESOLVED,
            )  # fmt: skip

    async def hear(self) -> None:
        """Let the subscriber hear everything that was said."""
        async with self.desk.database.connection() as connection:
            events = await read_batch(connection, (0, 0), outgoing.HEARD, limit=10_000)
        for event in events:
            async with self.desk.as_system() as tx:
                await outgoing.hear(tx, event)

    async def answer(self, conversation_id: str, text: str = "La correggiamo subito.") -> OutMail:
        """Let an operator take the conversation if need be and answer; nothing is sent yet."""
        if (await self.desk.read(conversation_id)).state.value == "waiting":
            await self.desk.accepted(conversation_id)
        await self.desk.replied(conversation_id, text)
        await self.hear()
        return (await self.out())[0]

    async def answer_and_send(self, conversation_id: str, text: str = "Fatto.") -> Mail:
        """Let an operator answer, send it, and return what the customer gets."""
        await self.answer(conversation_id, text)
        await self.post.round()
        return self.sink.mails[-1]


@contextlib.asynccontextmanager
async def open_mailroom(desk: Desk, *, data: Path, **settings: Any) -> AsyncIterator[Mailroom]:
    """Give the client a mailbox and let its door stand open."""
    async with running_sink() as sink:
        queue = await desk.queue_for("email")
        async with desk.as_system() as tx:
            channel = await create_channel(
                tx,
                client_id=desk.client_id,
                kind="email",
                name="Posta",
                queue_id=queue.id,
                settings={
                    "address": OURS,
                    "name": "Luce",
                    "undo_s": 0,
                    "smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"},
                    **settings,
                },
            )
        set_up = Settings(data=data)
        door = await open_door(desk.database, host="127.0.0.1", port=0)
        try:
            yield Mailroom(
                desk=desk,
                channel=channel,
                sink=sink,
                data=data,
                port=door.sockets[0].getsockname()[1],
                intake=Intake(desk.database, set_up),
                post=Post(desk.database, set_up),
            )
        finally:
            door.close()


async def put_recalled(tx: Tx, channel: Channel) -> None:
    """Write a mail of ours that was taken back."""
    thread = MailThread(
        id=new_id(),
        client_id=channel.client_id,
        channel_id=channel.id,
        conversation_id=new_id(),
        number=1,
        subject="",
        customer="carla@posta.example",
        reply_to="",
        parties=[],
        last_mail_at=tx.now,
    )
    await store_mail_threads.put_thread(tx, thread)
    out = OutMail(
        id=new_id(),
        client_id=channel.client_id,
        channel_id=channel.id,
        conversation_id=thread.conversation_id,
        message_id=new_id(),
        thread_id=thread.id,
        mail_id=f"{new_id()}@prova.example",
        kind="answer",
        automatic=False,
        recipient=thread.customer,
        subject="",
        state="recalled",
        attempts=0,
        next_try_at=tx.now,
        data_began_at=None,
        last_code=None,
        last_error=None,
        created_at=tx.now,
        accepted_at=None,
        settled_at=None,
    )
    assert await store_mail_out.add(tx, out)
