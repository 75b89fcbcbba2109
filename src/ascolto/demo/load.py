"""`ascolto demo`: load the demo organisations once; a second run changes nothing."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from argon2 import PasswordHasher

from ascolto.demo.days import prepare_days
from ascolto.demo.fill import fill
from ascolto.demo.mail import prepare_mail
from ascolto.demo.organisation import Organisation, read_organisation
from ascolto.demo.prepare import prepare_words
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import EmbeddedPostgres
from ascolto.kit.settings import Settings
from ascolto.kit.ticker import ticking
from ascolto.tenancy import store as tenancy_store

SLUGS = ("aurelia", "ponente")
# For the invented organisations only: their addresses end in .example, which can never exist.
PASSWORD = "ascolto-demo"  # noqa: S105 - printed at every start, guards nothing real
LOCK = 7_241_077

Say = Callable[[str], None]


def main(args: argparse.Namespace) -> int:
    """Load the demo into the named or the embedded database."""
    with _database(args.data, args.database_url) as (owner_dsn, app_dsn):
        if args.caller is not None:  # the server has loaded it and goes on
            asyncio.run(_plan(app_dsn, caller=args.caller, ahead=True))
            return 0
        asyncio.run(_migrate_and_load(owner_dsn, app_dsn))
        asyncio.run(_plan(app_dsn, caller=None, ahead=args.plan))
    _say(accounts_text(f"http://127.0.0.1:{os.environ.get('ASCOLTO_PORT', '8400')}"))
    return 0


@contextmanager
def _database(data: Path, url: str | None) -> Iterator[tuple[str, str]]:
    """Give the addresses as owner and as bounded role, starting our own server if it is down."""
    if url:
        yield os.environ.get("DATABASE_OWNER_URL", url), url
        return
    server = EmbeddedPostgres(data)
    running = server.is_running()
    urls = server.urls() if running else server.start(say=_say)
    try:
        yield urls.owner_dsn, urls.app_dsn
    finally:
        if not running:
            server.stop()


async def _migrate_and_load(owner_dsn: str, app_dsn: str) -> None:
    await migrate(owner_dsn, say=_say)
    await ensure(app_dsn, say=_say)


async def _plan(app_dsn: str, *, caller: int | None, ahead: bool) -> None:
    """Do the planner's work of the demo; beside a server, go with it."""
    # Here and not above: a server that loads the demo while its own parts are still being imported
    # by another thread must not need half of them too.
    from ascolto.demo.ahead import plan  # noqa: PLC0415 - see above

    db = await Database.open(app_dsn, size=1)
    try:
        tenants = await _known(db)
    finally:
        await db.close()
    planning = asyncio.ensure_future(plan(app_dsn, tenants, ahead=ahead, say=_say))
    while not planning.done():
        if caller is not None and os.getppid() != caller:
            os._exit(0)  # it goes on at the next start
        await asyncio.wait({planning}, timeout=1.0)
    await planning


async def ensure(app_dsn: str, *, settings: Settings | None = None, say: Say) -> list[str]:
    """Load the organisations that are not there yet and return their short names."""
    del settings  # the demo's attachments are none, so no folder is needed
    db = await Database.open(app_dsn, size=2)
    try:
        return await load(db, say=say)
    finally:
        await db.close()


async def load(db: Database, *, say: Say = lambda _: None) -> list[str]:
    """Load what is missing; each organisation comes in whole or not at all.

    Nodes that start together take turns: the second finds what the first has loaded.
    """
    async with db.connection() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        try:
            return await _load(db, say)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def _load(db: Database, say: Say) -> list[str]:
    known = await _known(db)
    for slug, tenant_id in known.items():  # a folder of an earlier version may lack them
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            await prepare_words(tx, read_organisation(slug))
            await prepare_mail(tx, read_organisation(slug))
    missing = [slug for slug in SLUGS if slug not in known]
    if not missing:
        return []
    started = time.monotonic()
    # One hash for all: the password is public, a hash of its own for each would take seconds.
    password_hash = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)
    for slug in missing:
        one = read_organisation(slug)
        what = f"Loading the demo organisation {one.name}"
        async with db.transaction(new_id(), actor=SYSTEM) as tx:
            with ticking(say, what):
                filled = await fill(tx, one, password_hash=password_hash)
                await prepare_words(tx, one)
                await prepare_mail(tx, one)
                await prepare_days(tx, one, clients=filled.clients)
    say(f"Demo organisations loaded ({time.monotonic() - started:.1f} s).")
    return missing


async def _known(db: Database) -> dict[str, str]:
    """Return the ids of the demo organisations that are there, by their short names."""
    async with db.connection() as connection:
        return {
            slug: tenant.id
            for slug in SLUGS
            if (tenant := await tenancy_store.tenant_by_slug(connection, slug)) is not None
        }


def accounts_text(url: str) -> str:
    """Return the addresses and accounts shown when the server is up."""
    lines = []
    for slug in SLUGS:
        one = read_organisation(slug)
        lines.append(f"  {one.name}: write as a customer at {url}/demo/{slug}")
        lines.extend(
            f"    {url}/demo/{channel['public_key']} shows {channel['shows']}"
            for channel in one.channels
            if "shows" in channel
        )
        lines.extend(f"    {email:<30} {what}" for email, what in _people(one))
    lines.append(f"  Everybody's password: {PASSWORD} (organisation: aurelia or ponente)")
    return "\n".join(lines)


def _people(one: Organisation) -> list[tuple[str, str]]:
    return [
        (account.email, f"{account.name}, {' and '.join(account.roles)}")
        for account in one.accounts
        if not account.simulated
    ]


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
