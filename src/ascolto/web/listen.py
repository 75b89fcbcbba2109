"""Listens and serves until it is told to stop, with the demo's living day beside it."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Iterator
from types import FrameType

import uvicorn
import uvloop
from fastapi import FastAPI

from ascolto.channels.webchat.stream import ShortFollower
from ascolto.kit.log import configure_logging
from ascolto.kit.settings import Settings
from ascolto.kit.sweep import sweep
from ascolto.web.app import build_app
from ascolto.web.line import Line

Say = Callable[[str], None]
# Longer than proxies (nginx: 60 s) and clients keep a connection that rests: whoever means to send
# on it lets go of it first, and no request meets a connection that we are just closing.
KEEP_ALIVE_S = 75


class Server(uvicorn.Server):
    """Uvicorn's server, with our idea of signals and a child that goes first."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        app: FastAPI,
        stopping: Collection[signal.Signals],
        say: Say,
    ) -> None:
        """Prepare; nothing listens before `serve`."""
        super().__init__(config)
        self._app: FastAPI = app
        self._stopping = stopping
        self.say = say
        self.beside: list[asyncio.subprocess.Process] = []

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop gracefully at the first signal and at once at the second.

        Uvicorn's own way ends in raising the signal again, which would skip what stands behind us.
        """
        before = {number: signal.signal(number, self.handle_exit) for number in self._stopping}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that somebody wants us to stop."""
        del sig, frame
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop what is beside us first, so that it does not call a server that goes."""
        self.say("Stopping … (Ctrl-C again: at once)")
        for process in self.beside:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()  # the day's people are virtual; planning goes on another time
                await process.wait()
        self._end_streams()
        await super().shutdown(sockets)
        if self.force_exit:  # what we cut off now has nothing to tell the impatient
            logging.getLogger("uvicorn.error").disabled = True

    def _end_streams(self) -> None:
        """End the customers' streams, which never end by themselves; the pages come back."""
        services = getattr(self._app.state, "services", None)
        if services is not None:
            services.live.resync_all(when=lambda follower: isinstance(follower, ShortFollower))


def serve(
    settings: Settings,
    *,
    dsn: str,
    door: socket.socket,
    stopping: Collection[signal.Signals],
    started: float,
    say: Say,
) -> None:
    """Serve on a bound socket until one of the stopping signals comes."""
    configure_logging()
    logging.getLogger("uvicorn.error").addFilter(_is_ours)
    app = build_app(settings, dsn=dsn)
    server = Server(server_config(settings, app), app=app, stopping=stopping, say=say)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(server, settings, dsn=dsn, door=door, started=started))


async def _serve(
    server: Server, settings: Settings, *, dsn: str, door: socket.socket, started: float
) -> None:
    serving = asyncio.create_task(server.serve(sockets=[door]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    if server.started:
        sweeping = asyncio.create_task(sweep(), name="sweep")
        _announce(settings, seconds=time.monotonic() - started, say=server.say)
        if settings.demo and not server.should_exit:
            server.beside = await _start_demo(settings, dsn=dsn)
        serving.add_done_callback(lambda _: sweeping.cancel())
    await serving


async def _start_demo(settings: Settings, *, dsn: str) -> list[asyncio.subprocess.Process]:
    """Begin the demo's living day, and the work of its planners."""
    if os.environ.get("ASCOLTO_QUIET_DEMO") == "1":
        return []
    caller = ("--caller", str(os.getpid()))
    url = f"http://{settings.host}:{settings.port}"
    scenarios = ("--scenario", "living_day", "--scenario", "living_day_ponente")
    return [
        await _start_beside("simulate", *scenarios, "--url", url, *caller, dsn=dsn, heard=False),
        await _start_beside("demo", "--plan", *caller, dsn=dsn, heard=True),
    ]


async def _start_beside(*command: str, dsn: str, heard: bool) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ascolto.cli", *command),
        env={**os.environ, "DATABASE_URL": dsn},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=None if heard else asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to handle
    )


def _announce(settings: Settings, *, seconds: float, say: Say) -> None:
    url = settings.public_url
    say(f"Ascolto is up ({seconds:.1f} s).")
    say(f"  Desk            {url}/desk/")
    if settings.demo:
        from ascolto.demo.load import accounts_text  # noqa: PLC0415 - only the demo needs it
        from ascolto.demo.mail import mail_texts  # noqa: PLC0415 - as above

        say(accounts_text(url))
        for line in mail_texts(settings):
            say(line)
    say("Ctrl-C stops everything.")


def server_config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    """Return the server's configuration: sockets without compression, which costs memory."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws=Line,
        ws_ping_interval=None,  # the desk's own ping and pong tell who is there
        ws_per_message_deflate=False,
        ws_max_size=65_536,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        timeout_keep_alive=KEEP_ALIVE_S,
        backlog=4_096,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """Tell whether a record is worth an operator's eye: a stranger's broken text is not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, UnicodeDecodeError)
