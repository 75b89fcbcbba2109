"""`ascolto up`: database, schema, demo if asked, server; Ctrl-C stops what was started."""

import argparse
import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import uvicorn
import uvloop

from ascolto.kit.log import configure_logging
from ascolto.kit.migrate import MigrationChangedError, migrate
from ascolto.kit.postgres import EmbeddedPostgres, PostgresError
from ascolto.kit.settings import Settings, settings_from
from ascolto.web.app import build_app

SLOW_S = 2.0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is: as the owner, who migrates, and as the bounded role, which serves."""

    owner_dsn: str
    app_dsn: str


def main(args: argparse.Namespace) -> int:
    """Run the server until it is told to stop; return the process's exit status."""
    configure_logging()
    settings = replace(
        settings_from(
            {**os.environ, "ASCOLTO_PORT": str(args.port), "ASCOLTO_HOST": args.host},
            data=args.data,
        ),
        data=Path(args.data).resolve(),
        demo=bool(args.demo),
    )
    if not _port_is_free(settings):
        _say(
            f"Port {settings.port} on {settings.host} is taken. Is Ascolto running already?"
            " Choose another with --port."
        )
        return 1
    started = time.monotonic()
    try:
        with database(settings, args.database_url) as addresses:
            asyncio.run(_prepare(settings, addresses))
            _serve(settings, addresses, started)
    except (PostgresError, MigrationChangedError) as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        pass
    return 0


@contextlib.contextmanager
def database(settings: Settings, url: str | None) -> Iterator[Addresses]:
    """Give the database's addresses: the one that was named, or the embedded one, started here."""
    if url:
        yield Addresses(owner_dsn=os.environ.get("DATABASE_OWNER_URL", url), app_dsn=url)
        return
    server = EmbeddedPostgres(settings.data)
    urls = server.start(say=_say)
    try:
        yield Addresses(owner_dsn=urls.owner_dsn, app_dsn=urls.app_dsn)
    finally:
        server.stop()


async def _prepare(settings: Settings, addresses: Addresses) -> None:
    await migrate(addresses.owner_dsn, say=_say)
    if settings.demo:
        from ascolto.demo.load import ensure  # noqa: PLC0415 - the door knows the demo only if asked

        await ensure(addresses.app_dsn, settings=settings, say=_say)


def _serve(settings: Settings, addresses: Addresses, started: float) -> None:
    server = uvicorn.Server(uvicorn_config(settings, dsn=addresses.app_dsn))
    announce = _announcement(settings, started)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve_and_announce(server, announce, settings))


async def _serve_and_announce(
    server: uvicorn.Server, announce: Callable[[], None], settings: Settings
) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    day = None
    if server.started:
        announce()
        if settings.demo:
            day = await _start_living_day(settings)
    try:
        await serving
    finally:
        if day is not None and day.returncode is None:
            day.terminate()
            await day.wait()


async def _start_living_day(settings: Settings) -> asyncio.subprocess.Process | None:
    if os.environ.get("ASCOLTO_QUIET_DEMO") == "1":
        return None
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ascolto.cli",
        "simulate",
        "--scenario",
        "living_day",
        "--url",
        f"http://{settings.host}:{settings.port}",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


def _announcement(settings: Settings, started: float) -> Callable[[], None]:
    def announce() -> None:
        url = settings.public_url
        _say(f"Ascolto is up ({time.monotonic() - started:.1f} s).")
        _say(f"  Desk            {url}/desk/")
        if settings.demo:
            from ascolto.demo.load import accounts_text  # noqa: PLC0415 - as above

            _say(accounts_text(url))
        _say("Ctrl-C stops everything.")

    return announce


def _port_is_free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return False
    return True


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def uvicorn_config(settings: Settings, *, dsn: str) -> uvicorn.Config:
    """Return the server's configuration: sockets without compression, which costs memory."""
    return uvicorn.Config(
        build_app(settings, dsn=dsn),
        host=settings.host,
        port=settings.port,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=65_536,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        backlog=4_096,
    )
