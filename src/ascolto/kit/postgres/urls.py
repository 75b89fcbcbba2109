"""The three roles of the embedded server and the addresses they connect with."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ADMIN_ROLE = "ascolto_admin"
"""Superuser, used by the supervisor, backup and restore only."""

OWNER_ROLE = "ascolto_owner"
"""Owns databases and schemas and runs migrations; cannot bypass row-level security."""

APP_ROLE = "ascolto_app"
"""What the application connects as; owns nothing and cannot bypass row-level security."""

ROLES = (ADMIN_ROLE, OWNER_ROLE, APP_ROLE)


@dataclass(frozen=True, slots=True)
class PostgresUrls:
    """Connection addresses of one database, one per role; passwords never show in a repr."""

    owner_dsn: str = field(repr=False)
    app_dsn: str = field(repr=False)
    admin_dsn: str = field(repr=False)


def dsn(*, role: str, password: str, database: str, socket_dir: Path, port: int) -> str:
    """Write a connection address that asyncpg and libpq both read."""
    host = quote(str(socket_dir), safe="/")
    secret = quote(password, safe="")
    return f"postgresql://{role}:{secret}@/{quote(database, safe='')}?host={host}&port={port}"
