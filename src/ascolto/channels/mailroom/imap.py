"""The few words of IMAP (RFC 3501, IDLE of RFC 2177) that fetching takes, on the event loop.

A client of our own because it is small: it never changes a mailbox (EXAMINE, BODY.PEEK), knows
only UIDs, and stops at once when its task is cancelled, which a library in a thread does not.
"""

import asyncio
import contextlib
import io
import re
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ascolto.channels.email.settings import Imap
from ascolto.channels.mailroom.access import xoauth2

LARGEST = 40 << 20
# Of a larger mail so much is kept; the rest stays on its server.
BEGINNING = 1 << 16
_LINE_LIMIT = 1 << 20
_READ = 1 << 18
_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")
_FETCHED = re.compile(rb"^\* \d+ FETCH ", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d+)\]", re.IGNORECASE)
_ARRIVED = re.compile(rb"^\* \d+ (?:EXISTS|RECENT)", re.IGNORECASE)


class ImapError(Exception):
    """The server said no, or something that is no IMAP; the text is fit to be shown."""


class ImapRefused(ImapError):
    """The server does not let us in."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the server numbers it just now."""

    uidvalidity: int
    uidnext: int


class ImapClient:
    """One connection to one folder, for reading alone."""

    def __init__(
        self, server: Imap, *, password: str, token: str | None = None, timeout_s: float = 30.0
    ) -> None:
        """Prepare; `async with` connects and signs in, by a token where there is one."""
        self._server = server
        self._password = password
        self._token = token
        self._timeout_s = timeout_s
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter
        self._count = 0
        self.capabilities: frozenset[bytes] = frozenset()

    async def __aenter__(self) -> Self:
        """Connect, secure the line and sign in."""
        server, context = self._server, ssl.create_default_context()
        async with asyncio.timeout(self._timeout_s):
            self._reader, self._writer = await asyncio.open_connection(
                server.host,
                server.port,
                ssl=context if server.security == "tls" else None,
                limit=_LINE_LIMIT,
            )
        try:
            await self._greeted()
            if server.security == "starttls":
                await self._command(b"STARTTLS")
                await self._writer.start_tls(context, server_hostname=server.host)
            await self._sign_in()
            lines = await self._command(b"CAPABILITY")
            said = [line for line in lines if line.upper().startswith(b"* CAPABILITY ")]
            self.capabilities = frozenset(b" ".join(said).upper().split())
        except BaseException:
            self._writer.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye if there is time for it."""
        if error is None:
            with contextlib.suppress(ImapError, OSError, TimeoutError):
                await self._command(b"LOGOUT")
        self._writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await self._writer.wait_closed()

    async def _sign_in(self) -> None:
        user = self._server.user
        if self._token is not None:
            await self._show_token(xoauth2(user, self._token))
            return
        try:
            await self._command(b"LOGIN %s %s" % (_quoted(user), _quoted(self._password)))
        except ImapError as no:
            raise ImapRefused(str(no)) from no

    async def _show_token(self, shown: bytes) -> None:
        """Sign in by XOAUTH2: a server that refuses says why first, and waits for a line."""
        tag = await self._send(b"AUTHENTICATE XOAUTH2")
        line = await self._line()
        while line.startswith((b"+", b"*")):
            if line.startswith(b"+"):
                self._writer.write(shown + b"\r\n")
                await self._writer.drain()
                shown = b""
            line = await self._line()
        if not line.startswith(tag + b" ") or not line[len(tag) + 1 :].upper().startswith(b"OK"):
            said = line.partition(b" ")[2].decode("ascii", "replace").strip()
            raise ImapRefused(f"the server says {said[:200]}")

    async def _greeted(self) -> None:
        if not (await self._line()).startswith(b"* OK"):
            raise ImapError("the server does not greet us")

    async def examine(self, folder: str) -> Folder:
        """Open a folder without the right to change it."""
        lines = await self._command(b"EXAMINE " + _quoted(folder))
        found = {m[1].upper(): int(m[2]) for line in lines for m in _CODE.finditer(line)}
        if b"UIDVALIDITY" not in found:
            raise ImapError("the folder has no lasting numbers")
        return Folder(found[b"UIDVALIDITY"], found.get(b"UIDNEXT", 1))

    async def uids_from(self, first: int) -> list[int]:
        """Return the numbers of all mails from a number on, rising."""
        lines = await self._command(b"UID SEARCH UID %d:*" % first)
        found = {
            int(word)
            for line in lines
            if line.upper().startswith(b"* SEARCH")
            for word in line.split()[2:]
            if word.isdigit()
        }
        # "5:*" names the last mail even when its number is smaller.
        return sorted(uid for uid in found if uid >= first)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return how many bytes some mails have."""
        named = b",".join(b"%d" % uid for uid in uids)
        lines = await self._command(b"UID FETCH " + named + b" (UID RFC822.SIZE)")
        found = [(_UID.search(line), _SIZE.search(line)) for line in lines]
        return {int(uid[1]): int(size[1]) for uid, size in found if uid and size}

    async def fetch(self, uid: int, *, first: int | None = None) -> bytes | None:
        """Return a mail's bytes, or the first of them, unread as before; None when it is gone."""
        part = b"" if first is None else b"<0.%d>" % first
        tag = await self._send(b"UID FETCH %d (UID BODY.PEEK[]%s)" % (uid, part))
        raw = None
        async for line, literals in self._answers(tag):
            named = _UID.search(line)
            if _FETCHED.match(line) and named and int(named[1]) == uid and literals:
                raw = literals[0]
        return raw

    async def idle(self, seconds: float) -> bool:
        """Wait until the server says that something came; False when the time was up first."""
        tag = await self._send(b"IDLE")
        if not (await self._line()).startswith(b"+"):
            raise ImapError("the server does not wait with us")
        arrived = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not arrived:
                    line = await self._reader.readline()
                    if not line:
                        raise ImapError("the server hung up")
                    arrived = bool(_ARRIVED.match(line))
        self._writer.write(b"DONE\r\n")
        async for _ in self._answers(tag):
            pass
        return arrived

    async def _command(self, words: bytes) -> list[bytes]:
        tag = await self._send(words)
        return [line async for line, _ in self._answers(tag)]

    async def _send(self, words: bytes) -> bytes:
        self._count += 1
        tag = b"a%d" % self._count
        self._writer.write(tag + b" " + words + b"\r\n")
        await self._writer.drain()
        return tag

    async def _answers(self, tag: bytes) -> AsyncIterator[tuple[bytes, list[bytes]]]:
        """Yield what the server says, literals apart, up to its last word on a command."""
        while True:
            line, literals = await self._line(), []
            while literal := _LITERAL.search(line):
                literals.append(await self._literal(int(literal[1])))
                line = line[: literal.start()] + b" " + await self._line()
            if line.startswith(tag + b" "):
                if not line[len(tag) + 1 :].upper().startswith(b"OK"):
                    said = line[len(tag) + 1 :].decode("ascii", "replace").strip()
                    raise ImapError(f"the server says {said[:200]}")
                yield line, literals
                return
            yield line, literals

    async def _line(self) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                line = await self._reader.readline()
        except ValueError as too_long:
            raise ImapError("the server sends no end of line") from too_long
        if not line:
            raise ImapError("the server hung up")
        return line

    async def _literal(self, size: int) -> bytes:
        if size > LARGEST + BEGINNING:
            raise ImapError(f"the server sends {size} bytes at once")
        # As it comes: whole in the reader's buffer first, it would be there twice.
        whole = io.BytesIO()
        async with asyncio.timeout(self._timeout_s + size / 100_000):
            while left := size - whole.tell():
                piece = await self._reader.read(min(left, _READ))
                if not piece:
                    raise ImapError("the server hung up")
                whole.write(piece)
        return whole.getvalue()


def _quoted(text: str) -> bytes:
    """Return a text as a quoted string; UTF-8 where it goes beyond ASCII."""
    if any(ord(c) < 32 for c in text):
        raise ImapError("a name or password holds a control character")
    return b'"' + text.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
