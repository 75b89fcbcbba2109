"""SMTP and LMTP as the library speaks them, but for the words of a mail: in one piece of memory.

The library keeps each line as an object until the end and joins them then, which takes three
times the mail; and of a line without an end it keeps all that ever comes.
"""

import asyncio
import io

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import MISSING, SMTP, syntax

_TOO_LONG = "500 Line too long (see RFC5321 4.5.3.1.6)"
_TOO_MUCH = "552 Error: Too much mail data"


class Speaking(SMTP):
    """Takes the words of a mail line by line (RFC 5321, 4.5.2) and hands them over whole."""

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the library's name
        """Take a mail's words and ask the door what to answer."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        words = await self._words()
        if isinstance(words, str):
            self._done_with()
            await self.push(words)
            return
        self.envelope.content = self.envelope.original_content = words
        del words  # the envelope alone has them: when it goes, they go
        status = await self._call_handler_hook("DATA")
        self._done_with()
        await self.push("250 OK" if status is MISSING else status)

    def _done_with(self) -> None:
        self._set_post_data_state()  # type: ignore[no-untyped-call]  # the library has no types for it

    async def _words(self) -> bytes | str:
        """Return what comes before the lone dot, or the answer that refuses it."""
        whole, refused = io.BytesIO(), ""
        count, begins = 0, True  # whether a line begins here, or goes on
        while True:
            line, ended = await self._piece()
            if begins and line == b".\r\n":
                return refused or whole.getvalue()
            count += len(line)
            if not ended and not refused:
                refused = _TOO_LONG
            if self.data_size_limit and count > self.data_size_limit and not refused:
                refused = _TOO_MUCH
            if refused:
                whole = io.BytesIO()  # it is read to its end, and nothing of it is kept
            else:
                whole.write(line[1:] if begins and line.startswith(b".") else line)
            begins = ended

    async def _piece(self) -> tuple[bytes, bool]:
        """Return a line, or so much of one as is longer than a line may be."""
        try:
            return await self._reader.readuntil(b"\r\n"), True
        except asyncio.LimitOverrunError as long:
            return await self._reader.read(long.consumed), False
        except asyncio.CancelledError:
            self._writer.close()  # the line broke in the midst of a mail
            raise


class EachAnswered(Speaking, LMTP):
    """LMTP (RFC 2033): after the words there is one answer for each recipient, whatever happens."""

    _owed = 0

    async def push(self, status: str | bytes) -> None:
        """Send a line; what refuses a whole mail is said once for each of its recipients."""
        said = status if isinstance(status, str) else status.decode("ascii", "replace")
        if said.startswith("354"):
            self._owed = len(self.envelope.rcpt_tos) if self.envelope else 1
        elif self._owed:
            owed, self._owed = self._owed, 0
            if "\r\n" not in said:
                said = "\r\n".join([said] * owed)
        await super().push(said)
