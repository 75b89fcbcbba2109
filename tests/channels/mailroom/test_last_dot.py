"""A server has a mail once it has seen the dot that ends it: until then a mail can be kept back."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import uvloop

from ascolto.channels.email.settings import Smtp
from ascolto.channels.mailroom.talking import TAKEN_OVER, Ending, Parcel, Patience, hand_over
from support.post import running_sink

WORDS = b"Subject: uno\r\n\r\n.punto\r\n..\nfine\n."
ON_THE_WIRE = b"Subject: uno\r\n\r\n..punto\r\n...\r\nfine\r\n..\r\n"
LARGE = b"Subject: due\r\n\r\n" + b"x" * 70 + b"\r\n" * 100 + (b"y" * 998 + b"\r\n") * 4_000


@dataclass
class Server:
    """A mail server that says what a test wants while the words come, and after the dot."""

    port: int = 0
    # After so many bytes it says `amid` and hangs up.
    patience: int | None = None
    amid: bytes = b""
    # What it says after the dot; empty for hanging up without a word.
    answer: bytes = b"250 OK\r\n"
    to_data: bytes = b"354 go on\r\n"
    # It reads no word before this is set.
    reads: asyncio.Event | None = None
    heard: bytearray = field(default_factory=bytearray)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one line."""
        writer.write(b"220 here\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while not (line := await reader.readline()).startswith(b"DATA"):
                writer.write(b"250 yes\r\n")
                assert line
            writer.write(self.to_data)
            if self.reads is not None:
                await self.reads.wait()
            await self._words(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.gone.set()

    async def _words(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 16):
            self.heard += piece
            if self.patience is not None and len(self.heard) > self.patience:
                writer.write(self.amid)
                await writer.drain()
                return
            if self.ended:
                writer.write(self.answer)
                await writer.drain()
                return

    @property
    def ended(self) -> bool:
        """Tell whether the dot has come."""
        return self.heard.endswith(b"\r\n.\r\n")


@contextlib.asynccontextmanager
async def running(server: Server) -> AsyncIterator[Server]:
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    for one in listening.sockets:  # what it has not read is on the wire or with us
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
        await server.gone.wait()
    finally:
        listening.close()


async def handed_over(
    port: int,
    raw: bytes = WORDS,
    *,
    ours: bool = True,
    data_s: float = 20,
    whole_s: float = 60,
    until: Callable[[], Awaitable[None]] | None = None,
) -> tuple[Ending, list[str]]:
    """Hand a mail over; return how it ended and for whom it was begun."""
    begun: list[str] = []

    async def begin(taken: list[str]) -> bool:
        begun.extend(taken)
        if until is not None:
            await until()
        return ours

    smtp = Smtp(host="127.0.0.1", port=port, security="none")
    parcel = Parcel(
        raw, "1@luce.example", "a@luce.example", ["c@posta.example"], smtp, "", None, ""
    )
    patience = Patience(word_s=20, data_s=data_s, answer_s=20, whole_s=whole_s)
    ending = await hand_over(parcel, patience=patience, begin=begin)
    return ending, begun


async def test_all_words_are_said_before_the_row_says_so_and_the_dot_after() -> None:
    async with running(Server()) as server:
        ending, begun = await handed_over(server.port, ours=False)
        await server.gone.wait()
    assert (ending.state, ending.error, begun) == ("queued", TAKEN_OVER, ["c@posta.example"])
    assert bytes(server.heard) == ON_THE_WIRE


async def test_with_the_dot_it_is_taken_as_it_was_written() -> None:
    async with running(Server()) as server:
        ending, _ = await handed_over(server.port)
    assert (ending.state, ending.code) == ("accepted", 250)
    assert bytes(server.heard) == ON_THE_WIRE + b".\r\n"
    async with running_sink() as sink:
        ending, _ = await handed_over(sink.port, LARGE)
    assert ending.state == "accepted"
    assert bytes(sink.taken[0].original_content or b"") == LARGE


def test_it_is_the_same_on_the_loop_that_the_server_runs_on() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test_with_the_dot_it_is_taken_as_it_was_written())
        runner.run(test_all_words_are_said_before_the_row_says_so_and_the_dot_after())


@pytest.mark.parametrize(
    ("amid", "state", "code"),
    [(b"", "queued", None), (b"552 too much\r\n", "failed", 552), (b"451 no\r\n", "queued", 451)],
)  # fmt: skip
async def test_a_line_that_breaks_amid_the_words_leaves_nothing_uncertain(
    amid: bytes, state: str, code: int | None
) -> None:
    async with running(Server(patience=100_000, amid=amid)) as server:
        ending, begun = await handed_over(server.port, LARGE)
    assert (ending.state, ending.code, begun) == (state, code, [])


@pytest.mark.parametrize("answer", [b"", b"what?\r\n", b"354 go on\r\n"])
async def test_without_a_proper_word_after_the_dot_nobody_knows(answer: bytes) -> None:
    async with running(Server(answer=answer)) as server:
        ending, begun = await handed_over(server.port)
    assert (ending.state, begun) == ("uncertain", ["c@posta.example"])
    assert ending.fates["c@posta.example"][0] == "uncertain"


@pytest.mark.parametrize(
    ("to_data", "state"),
    [(b"554 no\r\n", "failed"), (b"451 later\r\n", "queued"), (b"250 what?\r\n", "queued")],
)
async def test_a_server_that_wants_no_words_hears_none(to_data: bytes, state: str) -> None:
    async with running(Server(to_data=to_data)) as server:
        ending, begun = await handed_over(server.port)
    assert (ending.state, begun, bytes(server.heard)) == (state, [], b"")


async def test_a_line_that_breaks_between_the_words_and_the_dot_leaves_everybody_waiting() -> None:
    async def hung_up() -> None:
        def listens() -> bool:
            said = (getattr(one.get_coro(), "__name__", "") for one in asyncio.all_tasks())
            return "read_response" in said

        while listens():
            await asyncio.sleep(0)

    async with running(Server(patience=len(ON_THE_WIRE) - 1)) as server:
        ending, begun = await handed_over(server.port, until=hung_up)
    assert (ending.state, begun) == ("queued", ["c@posta.example"])
    assert ending.fates["c@posta.example"][0] == "waiting"


@pytest.mark.parametrize(("data_s", "whole_s"), [(0.3, 60), (20, 0.5)])
async def test_a_server_that_stops_reading_has_no_mail(data_s: float, whole_s: float) -> None:
    async with running(Server(reads=asyncio.Event())) as server:
        ending, begun = await handed_over(server.port, LARGE * 3, data_s=data_s, whole_s=whole_s)
        assert server.reads is not None
        server.reads.set()
    assert (ending.state, ending.error, begun) == ("queued", "TimeoutError", [])
    assert not server.ended
