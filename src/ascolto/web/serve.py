"""`ascolto up`: database, schema, demo if asked, server; Ctrl-C stops what was started."""

import argparse
import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from ascolto.kit.migrate import MigrationChangedError, migrate
from ascolto.kit.postgres import EmbeddedPostgres, PostgresError
from ascolto.kit.postgres.restoring import finish_restore
from ascolto.kit.settings import Settings, settings_from
from ascolto.kit.suited import UnsuitedDatabaseError, require_suited

DEMO_MAIL = 25


class CannotStartError(Exception):
    """Something outside keeps the server from starting; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is: as the owner, who migrates, and as the bounded role, which serves."""

    owner_dsn: str
    app_dsn: str


def main(args: argparse.Namespace) -> int:
    """Run the server until it is told to stop; return the process's exit status."""
    started = time.monotonic()
    _let_signals_interrupt()
    try:
        settings = _settings(args)
        with contextlib.closing(_bound_socket(settings)) as door:
            _say("Starting Ascolto …")
            _run(settings, args.database_url, door=door, started=started)
    except (CannotStartError, PostgresError, MigrationChangedError, UnsuitedDatabaseError) as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _run(settings: Settings, url: str | None, *, door: socket.socket, started: float) -> None:
    if url:
        asyncio.run(require_suited(owner_dsn=_owner_url(url), app_dsn=url))
    with ThreadPoolExecutor(max_workers=1) as aside:
        # The application takes a second or two to import: meanwhile the database starts.
        importing = aside.submit(import_module, "ascolto.web.listen")
        with database(settings, url) as addresses:
            asyncio.run(_prepare(settings, addresses))
            importing.result()
            from ascolto.web.listen import serve  # noqa: PLC0415 - see above

            serve(
                settings,
                dsn=addresses.app_dsn,
                door=door,
                stopping=_stopping(),
                started=started,
                say=_say,
            )


def _let_signals_interrupt() -> None:
    """Let each polite end run our `finally` blocks, so that nothing started is left behind."""
    for number in _stopping():
        signal.signal(number, signal.default_int_handler)


def _stopping() -> list[signal.Signals]:
    """Return what ends us politely: Ctrl-C, a service's stop, a terminal that closes."""
    outlives_terminal = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN  # started by nohup
    return [signal.SIGINT, signal.SIGTERM, *([] if outlives_terminal else [signal.SIGHUP])]


def _settings(args: argparse.Namespace) -> Settings:
    settings = replace(
        settings_from(
            {**os.environ, "ASCOLTO_PORT": str(args.port), "ASCOLTO_HOST": args.host},
            data=args.data,
        ),
        data=Path(args.data).resolve(),
        demo=bool(args.demo),
    )
    if settings.demo and settings.mail_port is None:
        # Beside the port of the desk, so that two demos on one machine do not meet.
        settings = replace(settings, mail_port=settings.port + DEMO_MAIL)
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.data / ".writable").touch()
        (settings.data / ".writable").unlink()
    except OSError as error:
        raise CannotStartError(
            f"The data folder {settings.data} cannot be used: {error.strerror}."
            " Name another with --data or ASCOLTO_DATA."
        ) from error
    return settings


def _bound_socket(settings: Settings) -> socket.socket:
    """Take the port before anything slow happens; nobody is let in before we listen on it."""
    where = f"ort {settings.port} on {settings.host}"
    if not 0 < settings.port < 65_536:
        raise CannotStartError(f"Cannot listen on p{where}: ports go from 1 to 65535.")
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, _, _, address = found[0]
        with contextlib.ExitStack() as unless_bound:
            door = unless_bound.enter_context(socket.socket(family, kind))
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
            unless_bound.pop_all()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStartError(
                f"P{where} is taken. Is Ascolto running already? Choose another with --port."
            ) from error
        raise CannotStartError(f"Cannot listen on p{where}: {error}.") from error
    return door


@contextlib.contextmanager
def database(settings: Settings, url: str | None) -> Iterator[Addresses]:
    """Give the database's addresses: the one that was named, or the embedded one, started here."""
    if url:
        yield Addresses(owner_dsn=_owner_url(url), app_dsn=url)
        return
    server = EmbeddedPostgres(settings.data)
    urls = server.start(say=_say)
    try:
        finish_restore(server)  # of a restore that was killed
        yield Addresses(owner_dsn=urls.owner_dsn, app_dsn=urls.app_dsn)
    finally:
        server.stop()


def _owner_url(url: str) -> str:
    return os.environ.get("DATABASE_OWNER_URL", url)


async def _prepare(settings: Settings, addresses: Addresses) -> None:
    await migrate(addresses.owner_dsn, say=_say)
    if settings.demo:
        from ascolto.demo.load import ensure  # noqa: PLC0415 - the door knows the demo only if asked

        await ensure(addresses.app_dsn, settings=settings, say=_say)


def _say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # the terminal has gone; the work goes on
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
