"""What comes from outside is shown to a virus scanner before it is kept: clamd's INSTREAM.

The scanner takes a mail or a file whole and unpacks it itself. Whatever it says but that it is
clean is a reason not to keep it; what it cannot say is said too.
"""

import asyncio
import contextlib
import re
from dataclasses import dataclass

from ascolto.kit.tasks import end

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]

PIECE = 64 << 10
TIMEOUT_S = 60.0
_FOUND = re.compile(r"^stream: (.{1,200}) FOUND$")


class ScannerAway(Exception):
    """The scanner cannot be reached; the mail has not been looked at."""


class ScannerBroke(Exception):
    """The scanner was there and gave no word of this: it fell over it, or over something else."""


class NotScannable(Exception):
    """The scanner answers that it cannot look at this mail; the text is its word."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """Where clamd listens: "host:port", or "unix:/path" of its socket."""

    address: str
    timeout_s: float = TIMEOUT_S

    async def infection(self, data: bytes) -> str | None:
        """Return the name of what the scanner found, None for a clean mail.

        Raises ScannerAway, ScannerBroke and NotScannable: none means that the mail is clean.
        """
        try:
            async with asyncio.timeout(self.timeout_s):
                line = await self._connected()
        except (OSError, TimeoutError) as away:
            raise ScannerAway(type(away).__name__) from away
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await _asked(line, data)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as broke:
            raise ScannerBroke(type(broke).__name__) from broke
        if answer == "stream: OK":
            return None
        found = _FOUND.match(answer)
        if found is None:
            raise NotScannable(answer[:200])
        return found[1]

    async def _connected(self) -> Line:
        if self.address.startswith("unix:"):
            return await asyncio.open_unix_connection(self.address.removeprefix("unix:"))
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))

    async def works(self) -> bool:
        """Tell whether the scanner looks at something that nobody can find fault with."""
        try:
            return await self.infection(b"From: nobody\r\n\r\n") is None
        except (ScannerAway, ScannerBroke, NotScannable):
            return False


async def _asked(line: Line, data: bytes) -> str:
    reader, writer = line
    # Read beside the writing: a write that fails would hide the word that came before it.
    coming = asyncio.ensure_future(reader.readuntil(b"\0"))
    try:
        # A scanner that has enough of a mail hangs up: its word is read all the same.
        with contextlib.suppress(ConnectionError):
            writer.write(b"zINSTREAM\0")
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write((0).to_bytes(4, "big"))
            await writer.drain()
        answer = await coming
    finally:
        await end(coming)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
