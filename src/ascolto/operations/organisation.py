"""`ascolto organisation`: bring in an organisation with its first administrator."""

import argparse
import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

import asyncpg

from ascolto.identity.actions.change_accounts import create_account
from ascolto.identity.passwords import hash_password
from ascolto.identity.permissions import Role
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id
from ascolto.kit.migrate import MigrationChangedError, migrate
from ascolto.kit.postgres import PostgresError
from ascolto.kit.suited import UnsuitedDatabaseError, require_suited
from ascolto.kit.words import LANGUAGES
from ascolto.operations.target import reached
from ascolto.tenancy.actions import create_tenant


def main(args: argparse.Namespace) -> int:
    """Create the organisation and print how its administrator signs in."""
    password = secrets.token_urlsafe(15)
    if args.locale not in LANGUAGES:
        print(f"Nothing was made: the languages are {', '.join(LANGUAGES)}.")
        return 1
    try:
        found(args, password=password, say=print)
    except Refusal as refusal:
        print(f"Nothing was made: {refusal.detail or refusal.code}")
        return 1
    except asyncpg.CheckViolationError:
        print("Nothing was made: a short name has up to 63 of a-z, 0-9 and hyphens.")
        return 1
    except (PostgresError, MigrationChangedError, UnsuitedDatabaseError, OSError) as error:
        print(f"Nothing was made: {error}")
        return 1
    print(f"{args.name} is there. Sign in at /desk/ to the organisation {args.slug}:")
    print(f"  {args.admin}")
    print(f"  {password}   (shown this once: change it after signing in)")
    return 0


def found(args: argparse.Namespace, *, password: str, say: Callable[[str], None]) -> None:
    """Make the organisation in the named or the embedded database, migrating it first if new."""
    data: Path = args.data.absolute()
    url: str | None = args.database_url
    with reached(data, database_url=url, alone=False, say=say) as database:
        app_dsn = url or (database.embedded.urls().app_dsn if database.embedded else "")
        if url:
            asyncio.run(require_suited(owner_dsn=database.owner_dsn, app_dsn=app_dsn))
        asyncio.run(_found(args, database.owner_dsn, app_dsn, password=password))


async def _found(args: argparse.Namespace, owner_dsn: str, app_dsn: str, *, password: str) -> None:
    await migrate(owner_dsn)
    db = await Database.open(app_dsn, size=1)
    try:
        password_hash = await hash_password(password)
        async with db.transaction(new_id(), actor=SYSTEM) as tx:
            await create_tenant(
                tx, slug=args.slug, name=args.name, locale=args.locale, timezone=args.timezone
            )
            await create_account(
                tx,
                email=args.admin,
                name=args.admin.partition("@")[0],
                roles=[Role.ADMIN.value],
                locale=args.locale,
                password_hash=password_hash,
            )
    finally:
        await db.close()
