"""Mail fetched from a real Dovecot: each once, whatever the server's numbers do."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ascolto.channels import store_mail, store_mail_raw
from ascolto.channels.email.settings import Imap
from ascolto.channels.mailroom import fetching
from ascolto.channels.mailroom.fetching import Fetcher
from ascolto.channels.mailroom.imap import ImapClient, ImapError
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.kit.secretbox import server_box
from support.dovecot import PASSWORD, Dovecot, running_dovecot
from support.post import Mailroom, a_mail


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with running_dovecot(tmp_path_factory.mktemp("dovecot")) as server:
        yield server


async def a_fetcher(mailroom: Mailroom, dovecot: Dovecot, *, password: str = PASSWORD) -> Fetcher:
    await mailroom.change(imap=dovecot.settings)
    box = server_box(mailroom.data)
    async with mailroom.desk.as_system() as tx:
        await set_secrets(tx, mailroom.channel, secrets={"imap": password}, box=box)
        mailbox = await store_mail.get_mailbox(tx, mailroom.channel.id)
    assert mailbox is not None
    assert password not in str(mailbox)
    post = fetching.Post(
        mailroom.desk.tenant, mailroom.channel, Imap.model_validate(dovecot.settings), "x"
    )
    return Fetcher(mailroom.desk.database, post, box=box, node="eins")


async def test_mail_in_the_folder_is_fetched_once_and_left_as_it_is(
    mailroom: Mailroom, dovecot: Dovecot
) -> None:
    fetcher = await a_fetcher(mailroom, dovecot)
    mails = [a_mail(f"Numero {n}", mail_id=f"{n}@p.example") for n in range(45)]
    dovecot.append(*mails)
    assert await fetcher.once() == 45
    assert await fetcher.once() == 0
    dovecot.append(a_mail("Ancora", mail_id="z@p.example"))
    assert await fetcher.once() == 1
    while await mailroom.intake.round():
        pass
    assert [one.state for one in await mailroom.incoming()] == ["taken"] * 46
    async with mailroom.desk.as_system() as tx:
        stored = await store_mail_raw.raw_of(tx, (await mailroom.incoming())[-1].id)
    assert stored == mails[0]
    with dovecot.client() as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "SEEN")[1] == [b""]


async def test_a_folder_that_is_numbered_anew_gives_no_message_twice(
    mailroom: Mailroom, dovecot: Dovecot
) -> None:
    fetcher = await a_fetcher(mailroom, dovecot)
    dovecot.append(a_mail("Uno", mail_id="1@p.example"), a_mail("Due", mail_id="2@p.example"))
    await fetcher.once()
    async with mailroom.desk.as_system() as tx:
        before = await store_mail.get_mailbox(tx, mailroom.channel.id)
    await asyncio.sleep(1.1)  # its new numbers are the second of the day
    dovecot.number_anew()
    dovecot.append(a_mail("Tre", mail_id="3@p.example"))
    assert await fetcher.once() == 3
    async with mailroom.desk.as_system() as tx:
        after = await store_mail.get_mailbox(tx, mailroom.channel.id)
    assert before is not None
    assert after is not None
    assert before.uidvalidity != after.uidvalidity
    while await mailroom.intake.round():
        pass
    assert sorted(one.state for one in await mailroom.incoming()) == [*["copy"] * 2, *["taken"] * 3]


async def test_reconciliation_finds_what_is_missing_and_fetches_it(
    mailroom: Mailroom, dovecot: Dovecot
) -> None:
    fetcher = await a_fetcher(mailroom, dovecot)
    dovecot.append(*(a_mail(f"N. {n}", mail_id=f"{n}@p.example") for n in range(4)))
    await fetcher.once()
    async with mailroom.desk.as_system() as tx:
        await tx.execute("DELETE FROM channels.mail_in WHERE uid = 2")
    found = await fetcher.reconcile()
    assert (found["server"], found["ours"]) == (4, 4)
    assert (found["were_missing"], found["missing"]) == ([2], [])
    async with mailroom.desk.as_system() as tx:
        mailbox = await store_mail.get_mailbox(tx, mailroom.channel.id)
    assert mailbox is not None
    assert mailbox.reconciled == found


async def test_the_server_says_when_something_comes(mailroom: Mailroom, dovecot: Dovecot) -> None:
    fetcher = await a_fetcher(mailroom, dovecot)
    running = asyncio.create_task(fetcher.run())
    try:
        await asyncio.sleep(1)
        await asyncio.to_thread(dovecot.append, a_mail())
        async with asyncio.timeout(20):  # the look behind it would come only after a minute
            while not await mailroom.incoming():
                await asyncio.sleep(0.1)
    finally:
        running.cancel()


async def test_a_password_that_no_longer_works_is_shown_on_the_mailbox(
    mailroom: Mailroom, dovecot: Dovecot
) -> None:
    fetcher = await a_fetcher(mailroom, dovecot, password="sbagliata")
    running = asyncio.create_task(fetcher.run())
    try:
        async with asyncio.timeout(30):
            while True:
                async with mailroom.desk.as_system() as tx:
                    mailbox = await store_mail.get_mailbox(tx, mailroom.channel.id)
                if mailbox is not None and mailbox.trouble:
                    break
                await asyncio.sleep(0.1)
    finally:
        running.cancel()
    assert "AUTHENTICATIONFAILED" in mailbox.trouble.upper()
    assert "sbagliata" not in mailbox.trouble
    assert await mailroom.desk.events("channels.mailbox") == ["_troubled"]


async def test_two_nodes_read_a_mailbox_in_turns(mailroom: Mailroom, dovecot: Dovecot) -> None:
    first = await a_fetcher(mailroom, dovecot)
    second = Fetcher(first._db, first._post, box=first._box, node="zwei")
    dovecot.append(a_mail())
    assert await first.once() == 1
    assert await second.once() == 0
    with pytest.raises(ImapError):
        await second.reconcile()


async def test_a_server_that_hangs_up_in_the_middle_is_an_error_and_no_mail(tmp_path: Path) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK here\r\n")
        while line := await reader.readline():
            tag = line.split()[0]
            if b"FETCH" in line:
                writer.write(b"* 1 FETCH (UID 1 BODY[] {500}\r\nonly so much")
                writer.close()
                return
            writer.write(tag + b" OK done\r\n")

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    where = Imap(
        host="127.0.0.1", port=server.sockets[0].getsockname()[1], security="none", user="u"
    )
    with pytest.raises(ImapError):
        async with ImapClient(where, password="p", timeout_s=5) as client:
            await client.fetch(1)
    server.close()
