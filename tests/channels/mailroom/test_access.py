"""Mail servers that take no passwords: tokens are renewed in time, and a refusal is shown."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from ascolto.channels import store_mail
from ascolto.channels.mailroom.access import Access, NoAccess, xoauth2
from ascolto.channels.mailroom.fetching import Fetcher
from ascolto.channels.mailroom.fetching import Post as Box
from ascolto.channels.mailroom.imap import ImapRefused
from ascolto.channels.mailroom.mailboxes import set_secrets
from ascolto.channels.mailroom.sending import Post
from ascolto.channels.mailroom.settling import MOST_ATTEMPTS
from ascolto.channels.store_mail import Mailbox
from ascolto.kit.secretbox import server_box
from ascolto.kit.settings import Settings
from support.dovecot import running_dovecot
from support.post import Mailroom, a_mail
from support.provider import Provider, running_provider


@pytest.fixture
async def provider(mailroom: Mailroom) -> AsyncIterator[Provider]:
    async with running_provider() as one:
        await mailroom.change(
            oauth={"token_url": one.token_url, "client_id": "ascolto", "scope": "mail"}
        )
        await give(mailroom, oauth=one.renewal, oauth_client="segreto")
        yield one


async def give(room: Mailroom, **secrets: str | None) -> None:
    async with room.desk.as_system() as tx:
        await set_secrets(tx, room.channel, secrets=dict(secrets), box=server_box(room.data))


async def mailbox(room: Mailroom) -> Mailbox:
    async with room.desk.as_system() as tx:
        found = await store_mail.get_mailbox(tx, room.channel.id)
    assert found is not None
    return found


def access(room: Mailroom) -> Access:
    return Access(room.desk.database, box=server_box(room.data), allow_private=True)


async def troubles(room: Mailroom) -> int:
    async with room.desk.as_system() as tx:
        return int(
            await tx.fetchval(
                "SELECT count(*) FROM kit.event WHERE kind = 'channels.mailbox_troubled'"
            )
        )


async def test_a_token_is_kept_until_shortly_before_it_ends_and_sealed(
    mailroom: Mailroom, provider: Provider
) -> None:
    door, who = access(mailroom), (mailroom.desk.tenant, mailroom.channel.id)
    assert await door.token(*who) == await access(mailroom).token(*who) == "gettone-1"
    assert provider.asked == [
        {"grant_type": "refresh_token", "refresh_token": "rinnovo-0", "client_id": "ascolto",
         "client_secret": "segreto", "scope": "mail"},
    ]  # fmt: skip
    kept = await mailbox(mailroom)
    assert "gettone" not in str(kept)
    mailroom.desk.clock.at += timedelta(seconds=provider.life_s - 60)
    assert await door.token(*who) == "gettone-2"
    await door.spoil(*who, "gettone-1")  # one of before: the one that stands is kept
    assert await door.token(*who) == "gettone-2"
    await door.spoil(*who, "gettone-2")
    assert await door.token(*who) == "gettone-3"


async def test_a_renewal_that_is_good_for_once_is_kept_for_the_next_time(
    mailroom: Mailroom, provider: Provider
) -> None:
    provider.rotates = True
    door, who = access(mailroom), (mailroom.desk.tenant, mailroom.channel.id)
    for _ in range(3):
        await door.token(*who)
        mailroom.desk.clock.at += timedelta(hours=2)
    assert [one["refresh_token"] for one in provider.asked] == [
        "rinnovo-0", "rinnovo-1", "rinnovo-2",
    ]  # fmt: skip


async def test_of_two_nodes_that_renew_at_once_the_slower_takes_what_the_other_obtained(
    mailroom: Mailroom, provider: Provider
) -> None:
    provider.rotates = True
    who = (mailroom.desk.tenant, mailroom.channel.id)
    tokens = await asyncio.gather(access(mailroom).token(*who), access(mailroom).token(*who))
    assert set(tokens) <= provider.good
    assert (await mailbox(mailroom)).oauth_trouble is None


async def test_in_one_node_one_asks_at_a_time_and_the_others_share_what_came_of_it(
    mailroom: Mailroom, provider: Provider
) -> None:
    provider.rotates = True
    who = (mailroom.desk.tenant, mailroom.channel.id)

    async def all_at_once() -> list[str | BaseException]:
        doors = [access(mailroom) for _ in range(4)]
        return await asyncio.gather(*(one.token(*who) for one in doors), return_exceptions=True)

    assert await all_at_once() == ["gettone-1"] * 4
    assert len(provider.asked) == 1
    mailroom.desk.clock.at += timedelta(hours=2)
    provider.refuses = "temporarily_unavailable"
    assert {type(one) for one in await all_at_once()} == {NoAccess}
    assert len(provider.asked) == 2
    provider.refuses = ""
    assert await all_at_once() == ["gettone-3"] * 4


async def test_a_refusal_of_what_is_set_no_more_is_no_trouble(
    mailroom: Mailroom, provider: Provider
) -> None:
    refused = await mailbox(mailroom)
    await give(mailroom, oauth="un altro")
    async with mailroom.desk.as_system() as tx:
        assert not await store_mail.set_access_trouble(tx, refused, trouble="invalid_grant")
    assert (await mailbox(mailroom)).oauth_trouble is None
    now = await mailbox(mailroom)
    async with mailroom.desk.as_system() as tx:
        assert await store_mail.set_access_trouble(tx, now, trouble="invalid_grant")
        assert not await store_mail.set_access_trouble(tx, now, trouble="invalid_grant")


async def test_a_refusal_is_told_once_shown_and_gone_when_it_is_mended(
    mailroom: Mailroom, provider: Provider
) -> None:
    provider.refuses = "invalid_grant"
    door, who = access(mailroom), (mailroom.desk.tenant, mailroom.channel.id)
    for _ in range(2):
        with pytest.raises(NoAccess, match="invalid_grant"):
            await door.token(*who)
    assert "invalid_grant" in str((await mailbox(mailroom)).oauth_trouble)
    assert await troubles(mailroom) == 1
    provider.refuses = ""
    await give(mailroom, oauth=provider.renewal)
    assert (await mailbox(mailroom)).oauth_trouble is None
    assert await door.token(*who) in provider.good


async def test_the_provider_may_not_be_in_our_own_network(
    mailroom: Mailroom, provider: Provider
) -> None:
    shut = Access(mailroom.desk.database, box=server_box(mailroom.data), allow_private=False)
    with pytest.raises(NoAccess, match="not allowed"):
        await shut.token(mailroom.desk.tenant, mailroom.channel.id)
    assert provider.asked == []


async def test_a_mailbox_on_a_real_server_is_read_by_a_token_and_a_spoilt_one_is_renewed(
    mailroom: Mailroom, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with contextlib.ExitStack() as stack:
        folder = tmp_path_factory.mktemp("dovecot")
        server = await asyncio.to_thread(
            stack.enter_context,
            running_dovecot(folder, introspection=provider.introspection_url),
        )
        await asyncio.to_thread(server.append, a_mail())
        await mailroom.change(imap=server.settings)
        await give(mailroom, oauth=provider.renewal)  # a secret is for one server alone
        imap = mailroom.channel.email().imap
        assert imap is not None
        fetcher = Fetcher(
            mailroom.desk.database, Box(mailroom.desk.tenant, mailroom.channel, imap, None),
            box=server_box(mailroom.data), node="uno", allow_private=True,
        )  # fmt: skip
        assert await fetcher.once() == 1
        provider.good.clear()  # taken back before its time
        with pytest.raises(ImapRefused):
            await fetcher.once()
        assert await fetcher.once() == 0
        assert len(provider.asked) == 2
        assert len(await mailroom.incoming()) == 1


@contextlib.asynccontextmanager
async def smtp_by_token(provider: Provider, taken: list[bytes]) -> AsyncIterator[int]:
    """Run a server that lets in who shows a token, and says why it does not."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        say("220 mx")
        inside = False
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                word = line.strip().upper()
                if word.startswith(b"EHLO"):
                    say("250-mx")
                    say("250 AUTH XOAUTH2")
                elif word.startswith(b"AUTH XOAUTH2"):
                    shown = line.split()[2]
                    inside = shown in {xoauth2("aiuto", one) for one in provider.good}
                    if not inside:
                        say("334 eyJzdGF0dXMiOiI0MDEifQ==")
                        assert await reader.readline() == b"\r\n"
                    say("235 ok" if inside else "535 5.7.8 no")
                elif word == b"DATA":
                    say("354 go")
                    taken.append(await reader.readuntil(b"\r\n.\r\n"))
                    say("250 ok")
                else:
                    say("250 ok" if inside or not word.startswith(b"MAIL") else "530 no")
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(session, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_an_answer_is_sent_by_a_token_and_waits_while_there_is_none(
    mailroom: Mailroom, provider: Provider
) -> None:
    taken: list[bytes] = []
    async with smtp_by_token(provider, taken) as port:
        arrived = await mailroom.arrive(a_mail())
        smtp = {"host": "127.0.0.1", "port": port, "security": "none", "user": "aiuto"}
        await mailroom.change(smtp=smtp)
        await give(mailroom, oauth=provider.renewal)  # a secret is for one server alone
        provider.refuses = "invalid_grant"
        await mailroom.answer(str(arrived.conversation_id))
        post = Post(
            mailroom.desk.database, Settings(data=mailroom.data, allow_private_webhooks=True)
        )
        for _ in range(MOST_ATTEMPTS + 2):
            assert await post.round() == 1
            (out,) = await mailroom.out()
            assert (out.state, out.attempts) == ("queued", 0)
            assert "invalid_grant" in str(out.last_error)
            mailroom.desk.clock.at += timedelta(minutes=15)
        provider.refuses = ""
        await post.round()
        assert [one.state for one in await mailroom.out()] == ["accepted"]
        assert len(taken) == 1
