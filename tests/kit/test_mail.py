"""The house's own mails leave one by one: none keeps another back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.mail import Mail, MailSender, list_mail, queue_mail
from support.post import Sink, running_sink


@dataclass
class Outbox:
    """An organisation's mails, the mailer that empties them, and the server they go to."""

    database: Database
    tenant: str
    sender: MailSender
    sink: Sink

    async def add(self, *recipients: str, body: str = "Buongiorno.") -> None:
        """Ask for a mail to each of some addresses."""
        async with self.database.transaction(self.tenant, actor=SYSTEM) as tx:
            for one in recipients:
                await queue_mail(tx, purpose="survey", to=one, subject="Città", body=body)

    async def mails(self) -> dict[str, Mail]:
        """Return the mails as they lie, by their recipients."""
        async with self.database.transaction(self.tenant, actor=SYSTEM) as tx:
            return {one.recipient: one for one in await list_mail(tx, before=None, limit=100)}


@pytest.fixture
async def outbox(database: Database, tenant: str) -> AsyncIterator[Outbox]:
    async def tenants() -> list[str]:
        return [tenant]

    async with running_sink() as sink:
        smtp = f"smtp://127.0.0.1:{sink.port}?from=casa@luce.example"
        sender = MailSender(database, tenants=tenants, smtp_url=smtp)
        yield Outbox(database, tenant, sender, sink)


async def test_an_address_that_no_header_takes_keeps_no_other_mail_back(outbox: Outbox) -> None:
    wrong = ("a@", "a@[127.0.0.1", "=?utf-8?q?a=0ab?=@c.example")
    good = ("anna@posta.example", "bruno@posta.example")
    await outbox.add(good[0], *wrong, good[1])
    assert await outbox.sender.round() == len(good)
    assert sorted(to for one in outbox.sink.taken for to in one.rcpt_tos) == sorted(good)
    mails = await outbox.mails()
    assert [mails[one].sent_at is not None for one in good] == [True, True]
    assert {one: (mails[one].sent_at, mails[one].last_error) for one in wrong} == {
        "a@": (None, "IndexError"),
        "a@[127.0.0.1": (None, "AttributeError"),
        "=?utf-8?q?a=0ab?=@c.example": (None, "ValueError"),
    }


async def test_a_mail_needs_no_server_that_takes_eight_bits(outbox: Outbox) -> None:
    body = "Perché così?\n" + "https://aiuto.example/" + "x" * 900 + "\n"
    await outbox.add("anna@posta.example", body=body)
    assert await outbox.sender.round() == 1
    raw = bytes(outbox.sink.taken[0].original_content or b"")
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 78
    [mail] = outbox.sink.mails
    said = mail.get_payload(decode=True)
    assert isinstance(said, bytes)
    assert said.decode().splitlines() == body.splitlines()
