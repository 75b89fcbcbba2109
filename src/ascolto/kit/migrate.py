"""Migrations: numbered SQL files, each applied once, in one transaction, under one lock."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import asyncpg

from ascolto.kit.db import SPEAKS
from ascolto.kit.ticker import ticking

LOCK = 7_241_001  # any number, the same on every node

_LEDGER = """
CREATE TABLE IF NOT EXISTS public.ascolto_migration (
  number int PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)
"""


_BOUND = """
SELECT NOT rolsuper AND pg_has_role(current_user, 'ascolto_app', 'USAGE')
FROM pg_roles WHERE rolname = current_user
"""


class MigrationChangedError(Exception):
    """A migration that this database has applied reads differently now."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name and its text."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Return the fingerprint kept beside the number."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def all_migrations() -> list[Migration]:
    """Return the migrations shipped with the package, in order."""
    found = [
        Migration(int(entry.name[:4]), entry.name.removesuffix(".sql"), entry.read_text("utf-8"))
        for entry in resources.files("ascolto.migrations").iterdir()
        if entry.name.endswith(".sql") and entry.name[:4].isdigit()
    ]
    return sorted(found, key=lambda migration: migration.number)


async def migrate(owner_dsn: str, *, say: Callable[[str], None] = lambda _: None) -> int:
    """Bring a database to the present schema as its owner; return how many files were applied.

    Raises MigrationChangedError when an applied file was edited. A crash in the middle of a file
    leaves it unapplied, to be applied whole at the next start.
    """
    connection = await asyncpg.connect(owner_dsn, server_settings=SPEAKS)
    try:
        with ticking(say, "Waiting for another start to migrate the database"):
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await _ensure_app_role(connection)
        await connection.execute(_LEDGER)
        known = {
            row["number"]: row["sha256"]
            for row in await connection.fetch("SELECT number, sha256 FROM public.ascolto_migration")
        }
        applied = 0
        for migration in all_migrations():
            if migration.number in known:
                _check(migration, known[migration.number])
                continue
            say(f"migration {migration.name}")
            with ticking(say, f"migration {migration.name}"):
                await _apply(connection, migration)
            applied += 1
        return applied
    finally:
        await connection.close()


def _check(migration: Migration, sha256: str) -> None:
    if migration.sha256 != sha256:
        raise MigrationChangedError(
            f"{migration.name} was edited after this database applied it: add a new file instead,"
            " or start from an empty data folder"
        )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO public.ascolto_migration (number, name, sha256) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.sha256,
        )


async def _ensure_app_role(connection: asyncpg.Connection) -> None:
    """Make the bounded role where the server does not have it yet, and let us step down to it.

    To step down and no more: an owner who has its rights always would be bound by its walls always,
    and read nothing where the owner reads for all organisations.
    """
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'ascolto_app'"):
        await connection.execute("CREATE ROLE ascolto_app NOLOGIN NOSUPERUSER NOBYPASSRLS")
    elif not await connection.fetchval(_BOUND):
        return
    await connection.execute("GRANT ascolto_app TO CURRENT_USER WITH INHERIT FALSE, SET TRUE")
