"""Sockets that only look on: each counts what it hears, at as little cost as a reader can have."""

import asyncio
import base64
import os
import time
from typing import cast
from urllib.parse import urlsplit

import orjson

TICK, PING, WELCOME = b'"bench.tick"', b'{"t":"ping"}', b'{"t":"welcome"'


class Onlooker(asyncio.Protocol):
    """One desk's socket from the handshake on; notes when each tick stood at it."""

    def __init__(self, ticks: list[float], *, handshake: bytes, hello: bytes) -> None:
        """Prepare to say hello once the server has accepted."""
        self.ticks = ticks
        self.opening = handshake
        self.hello = hello
        self.welcomed = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a socket."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are of no common class
        self.transport.write(self.opening)

    def data_received(self, data: bytes) -> None:
        """Count ticks; each leaves the server in one write and comes in one piece."""
        if TICK in data:
            self.ticks += [time.perf_counter()] * data.count(TICK)
            return
        assert self.transport is not None
        if PING in data:
            self.transport.write(masked({"t": "pong"}))
        elif data.startswith(b"HTTP/1.1 101"):
            self.transport.write(self.hello)
        elif WELCOME in data:
            self.welcomed.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits for the welcome that there is none."""
        if not self.welcomed.done():
            self.welcomed.set_exception(exc or ConnectionError("closed before the welcome"))


def masked(message: object) -> bytes:
    """Return a client's text frame of less than 64 KB, masked with nothing but zeros."""
    text = orjson.dumps(message)
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
    return b"\x81" + length + bytes(4) + text


async def look_on(url: str, *, cookie: str, topic: str, ticks: list[float]) -> Onlooker:
    """Open a socket that follows a topic, and return it once it is welcome."""
    place = urlsplit(url)
    handshake = (
        f"GET /live HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
        f"Cookie: ascolto={cookie}\r\n\r\n"
    ).encode()
    hello = masked({"t": "hello", "after": None, "topics": [topic]})
    _, onlooker = await asyncio.get_running_loop().create_connection(
        lambda: Onlooker(ticks, handshake=handshake, hello=hello), place.hostname, place.port
    )
    await onlooker.welcomed
    return onlooker
