"""A scanner's word about a mail: infected is set aside, away is said, nothing is clean unseen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ascolto import conversations
from ascolto.channels.mailroom.intake import MOST_ATTEMPTS, Intake
from ascolto.kit.scanning import NotScannable, Scanner, ScannerBroke
from ascolto.kit.settings import Settings, settings_from
from support.post import Mailroom, a_mail, free_port
from support.scanner import BAD, clamd


def intake(room: Mailroom, port: int, *, passes: bool = False) -> Intake:
    settings = Settings(data=room.data, clamd=f"127.0.0.1:{port}", clamd_away_passes=passes)
    return Intake(room.desk.database, settings)


async def test_an_infected_mail_is_set_aside_under_what_was_found_and_a_clean_one_comes_in(
    mailroom: Mailroom,
) -> None:
    seen: list[bytes] = []
    async with clamd(seen=seen) as port:
        await mailroom.deliver(a_mail(BAD.decode(), mail_id="male@x"))
        await mailroom.deliver(a_mail("Salve", mail_id="bene@x"))
        await intake(mailroom, port).round()
    states = {(one.state, one.reason) for one in await mailroom.incoming()}
    assert states == {("quarantined", "infected: Prova-1"), ("taken", None)}
    (taken,) = await mailroom.incoming("taken")
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    assert message.meta["mail"]["scanned"] is True
    assert len(seen) == 2


async def test_mail_waits_for_a_scanner_that_is_away_as_long_as_it_takes(
    mailroom: Mailroom,
) -> None:
    port = free_port()
    await mailroom.deliver(a_mail())
    waiting = intake(mailroom, port)
    for _ in range(8):  # more often than a mail is tried that cannot be read
        await waiting.round()
        mailroom.desk.clock.at += timedelta(seconds=30)
    (held,) = await mailroom.incoming()
    assert (held.state, held.reason, held.attempts) == ("received", "scanner_away", 0)
    async with clamd(port):
        await waiting.round()
    assert [one.state for one in await mailroom.incoming()] == ["taken"]


async def test_where_mail_may_pass_without_the_scanner_the_message_says_so(
    mailroom: Mailroom,
) -> None:
    await mailroom.deliver(a_mail())
    await intake(mailroom, free_port(), passes=True).round()
    (taken,) = await mailroom.incoming()
    async with mailroom.desk.as_system() as tx:
        message = await conversations.get_message(tx, str(taken.message_id))
    assert message is not None
    assert message.meta["mail"]["scanned"] is False


async def test_a_mail_too_large_for_the_scanner_is_set_aside_and_not_held_for_ever(
    mailroom: Mailroom,
) -> None:
    async with clamd() as port:
        await mailroom.deliver(a_mail("\r\n".join(["riga"] * 200_000)))
        await intake(mailroom, port).round()
    (aside,) = await mailroom.incoming()
    assert aside.state == "quarantined"
    assert str(aside.reason).startswith("not_scannable: INSTREAM size limit exceeded")


async def test_the_word_of_a_scanner_that_hangs_up_while_it_is_sent_more_is_heard() -> None:
    async def fed_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.transport.abort()  # with much of the mail unread, as the real one does

    async with await asyncio.start_server(fed_up, "127.0.0.1", 0) as server:
        where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(NotScannable, match="size limit exceeded"):
            await Scanner(where, timeout_s=10).infection(bytes(60_000_000))


@contextlib.asynccontextmanager
async def fragile(*, ill: asyncio.Event) -> AsyncIterator[int]:
    """Run a scanner that falls over one mail, and over every mail while it is ill."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        data = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            data += await reader.readexactly(size)
        if BAD not in data and not ill.is_set():
            writer.write(b"stream: OK\0")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(session, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def test_a_mail_over_which_the_scanner_breaks_is_set_aside_in_the_end_and_holds_up_none(
    mailroom: Mailroom,
) -> None:
    await mailroom.deliver(a_mail(BAD.decode(), mail_id="male@x"))
    await mailroom.deliver(a_mail("Salve", mail_id="bene@x"))
    async with fragile(ill=asyncio.Event()) as port:
        for _ in range(MOST_ATTEMPTS):
            await intake(mailroom, port).round()
            mailroom.desk.clock.at += timedelta(minutes=10)
    states = {(one.state, one.reason) for one in await mailroom.incoming()}
    assert states == {("quarantined", "scanner_broke"), ("taken", None)}


async def test_a_scanner_that_breaks_over_everything_is_no_mails_fault(
    mailroom: Mailroom,
) -> None:
    ill = asyncio.Event()
    ill.set()
    await mailroom.deliver(a_mail())
    async with fragile(ill=ill) as port:
        for _ in range(3 * MOST_ATTEMPTS):
            await intake(mailroom, port).round()
            mailroom.desk.clock.at += timedelta(minutes=10)
        (held,) = await mailroom.incoming()
        assert (held.state, held.reason, held.attempts) == ("received", "scanner_broke", 1)
        ill.clear()
        await intake(mailroom, port).round()
    assert [one.state for one in await mailroom.incoming()] == ["taken"]


async def test_silence_and_nonsense_are_no_clean_mail() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\0")
        writer.write(b"stream: OKAY\0")
        await writer.drain()
        writer.close()

    for talk, refused in ((silent, ScannerBroke), (nonsense, NotScannable)):
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
            with pytest.raises(refused):
                await Scanner(where, timeout_s=0.5).infection(b"x")


def test_a_scanner_is_named_by_its_place_or_not_at_all(tmp_path: Path) -> None:
    said = {"ASCOLTO_CLAMD": "unix:/run/clamd", "ASCOLTO_CLAMD_AWAY": "pass"}
    named = settings_from(said, data=tmp_path)
    assert (named.clamd, named.clamd_away_passes) == ("unix:/run/clamd", True)
    for wrong in ({"ASCOLTO_CLAMD": "qui"}, {"ASCOLTO_CLAMD_AWAY": "forse"}):
        with pytest.raises(ValueError, match="ASCOLTO_CLAMD"):
            settings_from(wrong, data=tmp_path)
