"""A stand-in for a virus scanner."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

BAD = b"ESEMPIO-INFETTO"
MOST = 200_000


@contextlib.asynccontextmanager
async def clamd(port: int = 0, *, seen: list[bytes] | None = None) -> AsyncIterator[int]:
    """Run a stand-in that speaks as clamd does (its manual, INSTREAM), with its limit of size."""

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        data = b""
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            data += await reader.readexactly(size)
            if len(data) > MOST:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                await writer.drain()
                writer.close()
                return
        if seen is not None:
            seen.append(data)
        writer.write(b"stream: Prova-1 FOUND\0" if BAD in data else b"stream: OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(session, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
