"""What stands before several nodes in real life: passes each connection to a node that is up."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _connect(
    ports: Sequence[int],
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    for port in random.sample(list(ports), len(ports)):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", port)
    return None


@contextlib.asynccontextmanager
async def balancer(ports: Sequence[int]) -> AsyncIterator[str]:
    """Give the one address of several nodes; a connection ends when its node does."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        node = await _connect(ports)
        if node is None:
            writer.close()
            return
        await asyncio.gather(_pipe(reader, node[1]), _pipe(node[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
