"""What stands before several nodes in real life: passes each connection to a node that is up."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Balancer:
    """One address for several nodes, and how many desks each port has carried so far."""

    url: str = ""
    desks: Counter[int] = field(default_factory=Counter)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _connect(
    ports: Sequence[int],
) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter] | None:
    for port in random.sample(list(ports), len(ports)):
        with contextlib.suppress(OSError):
            return (port, *await asyncio.open_connection("127.0.0.1", port))
    return None


@contextlib.asynccontextmanager
async def balancer(ports: Sequence[int]) -> AsyncIterator[Balancer]:
    """Give the one address of several nodes; a connection ends when its node does."""
    here = Balancer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        node = await _connect(ports)
        if node is None:
            writer.close()
            return
        port, answers, asks = node
        with contextlib.suppress(OSError):
            first = await reader.read(65_536)
            here.desks[port] += first.startswith(b"GET /live ")
            asks.write(first)
        await asyncio.gather(_pipe(reader, asks), _pipe(answers, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield here
    finally:
        server.close()
