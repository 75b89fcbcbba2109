"""A provider of access for a while: where one signs in, its tokens, and its word on them."""

import asyncio
import base64
import contextlib
import hashlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

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
    # What people who signed in carry back, each good for once, and what was said when they came.
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    # What it says of an access that is to end, and what it was told of.
    revocation: tuple[int, object] = (200, {})
    ended: list[dict[str, str]] = field(default_factory=list)
    # What happens elsewhere while it makes up its mind.
    meanwhile: Callable[[], Awaitable[None]] | None = None

    @property
    def token_url(self) -> str:
        """Return where tokens are given out."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def authorize_url(self) -> str:
        """Return where people sign in."""
        return f"http://127.0.0.1:{self.port}/authorize?prompt=consent"

    @property
    def revoke_url(self) -> str:
        """Return where an access is ended."""
        return f"http://127.0.0.1:{self.port}/revoke"

    @property
    def introspection_url(self) -> str:
        """Return where a mail server asks whose a token is."""
        return f"http://127.0.0.1:{self.port}/introspect"

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, object]:
        """Answer a request as RFC 6749, RFC 7009 and RFC 7662 say."""
        if path.startswith("/introspect"):
            token = headers.get("authorization", "").removeprefix("Bearer ")
            return (200, {"active": True, "user": self.user}) if token in self.good else (401, {})
        if path.startswith("/authorize"):
            return self._signed_in(_fields(urlsplit(path).query))
        said = _fields(body.decode())
        if path.startswith("/revoke"):
            self.ended.append(said)
            return self.revocation
        self.asked.append(said)
        fits = self._fits(said) if "code" in said else said.get("refresh_token") == self.renewal
        if self.refuses or not fits:
            return 400, {"error": self.refuses or "invalid_grant"}
        token = f"gettone-{len(self.asked)}"
        self.good.add(token)
        given: dict[str, object] = {"access_token": token, "expires_in": self.life_s}
        if self.rotates:
            self.renewal = given["refresh_token"] = f"rinnovo-{len(self.asked)}"
        elif "code" in said:
            given["refresh_token"] = self.renewal
        return 200, given

    def _signed_in(self, asked: dict[str, str]) -> tuple[int, object]:
        """Send somebody back who has said yes (RFC 6749 §4.1.2)."""
        code = f"codice-{len(self.codes)}"
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return 302, f"{asked['redirect_uri']}?{back}"

    def _fits(self, said: dict[str, str]) -> bool:
        """Tell whether a code was given out for what is said, once (RFC 7636 §4.6)."""
        asked = self.codes.get(said["code"], {})
        self.codes[said["code"]] = {}
        digest = hashlib.sha256(said["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = all(asked.get(name) == said[name] for name in ("client_id", "redirect_uri"))
        return same and (asked.get("code_challenge"), asked.get("code_challenge_method")) == (
            challenge,
            "S256",
        )


def _fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


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
            if provider.meanwhile is not None:
                await provider.meanwhile()
            status, said = provider.answer(head[0].split()[1], headers, body)
            raw = orjson.dumps(said)
            to = f"Location: {said}\r\n" if status == 302 else ""
            writer.write(
                f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                f"{to}Content-Length: {len(raw)}\r\n\r\n".encode()
                + raw
            )
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(session, "127.0.0.1", 0) as server:
        provider.port = server.sockets[0].getsockname()[1]
        yield provider


@contextlib.contextmanager
def provider_beside() -> Iterator[Provider]:
    """Run a provider beside a test that has no loop of its own."""
    loop, ready, running = asyncio.new_event_loop(), threading.Event(), list[Provider]()
    over = asyncio.Event()

    async def serve() -> None:
        async with running_provider() as provider:
            running.append(provider)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        ready.wait()
        yield running[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
