"""A mailbox that asks how it went, and the mails that leave of themselves."""

import contextlib
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from ascolto.channels.actions.preferring import Reachable, sealed
from ascolto.channels.forms import inviting
from ascolto.customers import Purpose
from ascolto.kit.db import Database
from ascolto.kit.mail import MailSender
from ascolto.kit.secretbox import SecretBox, server_box
from ascolto.kit.subscribers import read_batch
from support.chat import Chat, running_chat
from support.post import Mailroom, Sink, a_mail, open_mailroom, running_sink
from support.talk import HandClock

SECURE = "https://aiuto.example"


@dataclass
class Place:
    """A mailbox that asks how it went, and the server of its pages."""

    chat: Chat
    mailroom: Mailroom
    sink: Sink
    sender: MailSender
    box: SecretBox

    async def closed(
        self, number: int = 1, *, sender: str = "carla@posta.example", **headers: str
    ) -> str:
        """Let somebody write, be answered, and their conversation be closed."""
        raw = a_mail(
            f"Ho una domanda, la numero {number}.",
            sender=f"Carla <{sender}>", mail_id=f"{number}@posta.example",
            **headers,
        )  # fmt: skip
        taken = await self.mailroom.arrive(raw, sender=sender)
        conversation_id = str(taken.conversation_id)
        await self.mailroom.answer(conversation_id)
        await self.mailroom.close(conversation_id)
        await self.hear()
        return conversation_id

    async def hear(self) -> None:
        """Let the plan of questions hear everything that was said."""
        desk = self.chat.desk
        async with desk.database.connection() as connection:
            events = await read_batch(connection, (0, 0), inviting.HEARD, limit=10_000)
        for event in events:
            async with desk.as_system() as tx:
                await inviting.hear(tx, event)

    async def ask(self, *, after: timedelta = inviting.AFTER) -> None:
        """Let time pass and the questions that are due be put among the mails that leave."""
        self.mailroom.desk.clock.at += after
        await self.decide()

    async def decide(self) -> int:
        """Decide what is due just now, as one node does; return how many were decided."""
        desk = self.chat.desk
        return await inviting.invite_due(
            desk.database, desk.tenant, box=self.box, public_url=SECURE
        )

    async def asked(self, *, after: timedelta = inviting.AFTER) -> list[EmailMessage]:
        """Let the questions that are due be sent; return every one that was ever sent."""
        await self.ask(after=after)
        await self.sender.round()
        raws = [bytes(one.original_content or b"") for one in self.sink.taken]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    async def left_out(self) -> list[str]:
        """Return why questions were not asked."""
        async with self.chat.desk.as_system() as tx:
            rows = await tx.fetch("SELECT why FROM channels.invitation WHERE state = 'left_out'")
        return [row["why"] for row in rows]

    async def said(self) -> list[tuple[str, bool, str, str, str]]:
        """Return every word on consents, oldest first."""
        async with self.chat.desk.as_system() as tx:
            rows = await tx.fetch(
                "SELECT purpose, given, source, text_version, words FROM customers.consent"
                " ORDER BY id"
            )
        return [tuple(row) for row in rows]

    def link(self, purpose: Purpose = Purpose.SURVEY) -> str:
        """Return what stands in a link of Carla's."""
        desk = self.chat.desk
        return sealed(
            self.box, Reachable(desk.tenant, desk.client_id, purpose, "carla@posta.example")
        )


@contextlib.asynccontextmanager
async def open_place(database: Database, *, data: Path) -> AsyncIterator[Place]:
    """Run a client's pages, its mailbox, and the mailer of the house."""
    async with (
        running_chat(database, data=data, clock=HandClock()) as chat,
        open_mailroom(chat.desk, data=data, survey=True) as mailroom,
        running_sink() as sink,
    ):

        async def tenants() -> list[str]:
            return [chat.desk.tenant]

        smtp = f"smtp://127.0.0.1:{sink.port}"
        sender = MailSender(database, tenants=tenants, smtp_url=smtp)
        yield Place(chat, mailroom, sink, sender, server_box(data))
