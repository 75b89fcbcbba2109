"""A line between one browser and the server that can be cut, slowed and made to lose answers.

It runs in a thread of its own beside the browser's; a fault ends by itself after its time.
"""

import asyncio
import contextlib
import random
import threading
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field


@dataclass
class Weather:
    """What the line does just now, until a moment of the machine's own clock."""

    kind: str = "fair"
    until: float = 0.0

    def is_now(self, kind: str) -> bool:
        """Tell whether a fault of a kind is on."""
        return self.kind == kind and time.monotonic() < self.until


@dataclass
class BadLine:
    """A way to a port of this machine; `cut`, `lose_answers`, `delay` and `reorder` spoil it."""

    port: int
    seed: int
    url: str = ""
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self) -> None:
        """Prepare; `open` begins to carry."""
        self._chance = random.Random(self.seed)
        self._loop = asyncio.new_event_loop()
        self._going: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self) -> "BadLine":
        """Begin to carry."""
        self._thread.start()
        assert self._ready.wait(10), "the line did not open"
        return self

    def close(self) -> None:
        """Carry no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def spoil(self, kind: str, *, for_s: float) -> None:
        """Let a fault begin; what is on its way when a line is cut does not arrive."""
        self.weather = Weather(kind, time.monotonic() + for_s)
        if kind == "cut":
            self._loop.call_soon_threadsafe(self._drop_everything)

    def mend(self) -> None:
        """End whatever fault there is."""
        self.weather = Weather()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._drop_everything()
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    def _drop_everything(self) -> None:
        for writer in list(self._going):
            writer.transport.abort()

    async def _carry(self, asks: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carried(asks, back)
        finally:
            self._tasks.discard(task)
            self._going.discard(back)
            back.transport.abort()

    async def _carried(self, asks: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.weather.is_now("cut"):
            return
        self._going.add(back)
        try:
            answers, on = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return
        self._going.add(on)
        try:
            ways: list[Awaitable[None]] = [
                self._pipe(asks, on, answering=False), self._pipe(answers, back, answering=True),
            ]  # fmt: skip
            await asyncio.gather(*ways)
        finally:
            self._going.discard(on)
            on.transport.abort()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answering: bool
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await reader.read(65_536):
                if answering and self.weather.is_now("lose_answers"):
                    break  # the server has done it, and nobody hears
                if self.weather.is_now("delay"):
                    await asyncio.sleep(0.3)
                elif self.weather.is_now("reorder"):
                    # Each connection waits by itself: what was asked later may arrive earlier.
                    await asyncio.sleep(self._chance.uniform(0, 0.6))
                writer.write(data)
                await writer.drain()
        writer.transport.abort() if answering else writer.close()
