"""The connection under a desk's socket: uvicorn's own, without a task once the desk is let in.

The application accepts and then hands the line over: its call returns, and with it go the
request, its layers and its task. What is heard reaches an ear, what is said goes to the transport.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol, cast

from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "ascolto.line"
_SHORT, _LONG = 126, 65_536


class Ear(Protocol):
    """Who hears what a line brings; nothing here may block."""

    def heard(self, text: str | None) -> None:
        """Take a message; None stands for one that is not text."""

    def drained(self) -> None:
        """Go on saying: there is room again."""

    def gone(self) -> None:
        """Learn that the line has ended, perhaps not for the first time."""


class _Nowhere:
    """Stands for the queue and the flag of a connection that has an ear instead."""

    def put_nowait(self, _: Any) -> None:
        """Forget it."""

    def set(self) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""


_NOWHERE: Any = _Nowhere()


class Line(WebSocketsSansIOProtocol):
    """One connection, first under uvicorn's rules, then under those of its ear."""

    _ear: Ear | None = None
    _busy = False
    full = False  # more is waiting to leave than the transport wants to hold

    def hand_over(self, ear: Ear) -> None:
        """Let an ear hear all from here on; nothing may use the socket of the call any more."""
        waiting = [self.queue.get_nowait() for _ in range(self.queue.qsize())]
        self._ear = ear
        self.queue = self.writable = _NOWHERE
        del self.scope, self.request, self.response
        for event in waiting:
            if event["type"] == "websocket.receive":
                ear.heard(event.get("text"))
            else:
                ear.gone()
        self._read_or_not()

    def say(self, text: bytes) -> None:
        """Send a text, unless the line is closing: then nobody is to hear it."""
        if not (self.close_sent or self.transport.is_closing()):
            self.transport.write(framed(text))

    def hold(self, *, busy: bool) -> None:
        """Read no further while the ear is busy with what it has."""
        self._busy = busy
        self._read_or_not()

    def hang_up(self, code: int) -> None:
        """Close; who does not answer in time, or takes nothing any more, is cut off."""
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._read_or_not()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work of this line that a server which stops has to wait for."""
        task = self.loop.create_task(work)
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    def _read_or_not(self) -> None:
        """Read while what comes can be dealt with; answers pile up where nobody takes them."""
        pause = not self.close_sent and (self._busy or self.full)
        if pause is not self.read_paused and not self.transport.is_closing():
            self.read_paused = pause
            if pause:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()

    def handle_connect(self, event: Request) -> None:
        """Show the line to the application that it is about to call."""
        super().handle_connect(event)
        if not self.close_sent:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self

    async def run_asgi(self) -> None:
        """Call the application; when it has handed the line over, its return ends nothing."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        finally:
            if self._ear is None and self.close_timer is None:
                self.transport.close()

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message on."""
        if self._ear is None:
            super().send_receive_event_to_app()
            return
        data, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        if self.curr_msg_data_type != "text":
            self._ear.heard(None)
            return
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            self._ear.heard(text)

    def handle_parser_exception(self) -> None:
        """Close for what is against the rules."""
        super().handle_parser_exception()
        self._gone()

    def handle_close(self, event: Any) -> None:
        """Close because the other side does, or has answered that we do."""
        super().handle_close(event)
        self._gone()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note of the end."""
        super().connection_lost(exc)
        self._gone()

    def pause_writing(self) -> None:
        """Take note that the other side does not keep up."""
        self.full = True
        super().pause_writing()
        if self._ear is not None:
            self._read_or_not()

    def resume_writing(self) -> None:
        """Take note that there is room again."""
        self.full = False
        super().resume_writing()
        if self._ear is not None:
            self._ear.drained()
            self._read_or_not()

    def _gone(self) -> None:
        if self._ear is not None:
            self._ear.gone()


def line_of(socket: WebSocket) -> Line:
    """Return the line under a socket; our server's configuration puts it there."""
    line: Line = socket.scope["extensions"][EXTENSION]
    return line


def framed(text: bytes) -> bytes:
    """Put the header of a whole, unmasked text frame before a text (RFC 6455, 5.2)."""
    size = len(text)
    if size < _SHORT:
        return b"\x81%c%b" % (size, text)
    if size < _LONG:
        return b"\x81\x7e%b%b" % (size.to_bytes(2), text)
    return b"\x81\x7f%b%b" % (size.to_bytes(8), text)


def loop_time() -> float:
    """Return the running loop's time in seconds."""
    return asyncio.get_running_loop().time()
