"""A provider that gives out access for a while: its token endpoint, and the word on a token."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import orjson


@dataclass
class Provider:
    """Renews what it handed out last, counts, and refuses when told to."""

    port: int = 0
    user: str = "aiuto"
    renewal: str = "rinnovo-0"
    # Whether each renewal is good for once, as some providers do.
    rotates: bool = False
    refuses: str = ""
    life_s: int = 3_600
    asked: list[dict[str, str]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)

    @property
    def token_url(self) -> str:
        """Return where tokens are given out."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection_url(self) -> str:
        """Return where a mail server asks whose a token is."""
        return f"http://127.0.0.1:{self.port}/introspect"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, object]:
        """Answer a request as RFC 6749 and RFC 7662 say."""
        if path.startswith("/introspect"):
            token = headers.get("authorization", "").removeprefix("Bearer ")
            return (200, {"active": True, "user": self.user}) if token in self.good else (401, {})
        said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(said)
        if self.refuses or said.get("refresh_token") != self.renewal:
            return 400, {"error": self.refuses or "invalid_grant"}
        token = f"gettone-{len(self.asked)}"
        self.good.add(token)
        given: dict[str, object] = {"access_token": token, "expires_in": self.life_s}
        if self.rotates:
            self.renewal = given["refresh_token"] = f"rinnovo-{len(self.asked)}"
        return 200, given


@contextlib.asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if ":" in line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            status, said = provider.answer(head[0].split()[1], headers, body)
            raw = orjson.dumps(said)
            writer.write(
                f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                f"Content-Length: {len(raw)}\r\n\r\n".encode()
                + raw
            )
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(session, "127.0.0.1", 0) as server:
        provider.port = server.sockets[0].getsockname()[1]
        yield provider
