"""`ascolto backup`: the whole database and the stored files in one archive, while Ascolto runs."""

import argparse
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ascolto import __version__
from ascolto.kit.postgres import PostgresError
from ascolto.kit.postgres.cluster import Say
from ascolto.kit.ticker import ticking
from ascolto.operations import archive
from ascolto.operations.target import ask, reached, run_client

SECRET_KEY = "secret.key"  # noqa: S105 - the file's name
ATTACHMENTS = "attachments"
_POLICY_ROLES = """
SELECT DISTINCT r.rolname FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles) ORDER BY 1
"""

_SCHEMA = "SELECT coalesce(max(number), 0) FROM public.ascolto_migration"


def main(args: argparse.Namespace) -> int:
    """Write a backup and say where it is."""
    now = datetime.now(UTC)
    target: Path = args.to or Path(f"ascolto-{now:%Y%m%d-%H%M%S}.tar")
    try:
        files = backup(
            args.data.absolute(), target, database_url=args.database_url, now=now, say=print
        )
    except (PostgresError, OSError) as error:
        print(f"No backup was made: {error}")
        return 1
    size = target.stat().st_size / 1_000_000
    print(f"{target}: the database and {files - 1} files, {size:.1f} MB.")
    return 0


def backup(
    data_dir: Path, target: Path, *, database_url: str | None, now: datetime, say: Say
) -> int:
    """Write a backup and return how many files it holds.

    The dump is one snapshot; files are copied after it, so every file it names is there.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    with (
        reached(data_dir, database_url=database_url, alone=False, say=say) as database,
        tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".ascolto-") as room,
    ):
        dump = Path(room) / archive.DUMP
        run_client(
            "pg_dump",
            database.admin_dsn,
            *("--format=custom", "--no-owner", "--file", str(dump)),
            say=say,
            what="Dumping the database",
        )
        about = {
            "ascolto": __version__,
            "postgresql": ask(database.admin_dsn, "SHOW server_version"),
            "schema": int(ask(database.admin_dsn, _SCHEMA)),
            "roles": ask(database.admin_dsn, _POLICY_ROLES).splitlines(),
            "made_at": now.isoformat(),
        }
        with ticking(say, "Writing the archive"):
            return archive.write(target, _files(data_dir, dump), about=about)


def _files(data_dir: Path, dump: Path) -> Iterator[tuple[str, Path]]:
    yield archive.DUMP, dump
    key = data_dir / SECRET_KEY
    if key.is_file():
        yield SECRET_KEY, key
    for path in sorted((data_dir / ATTACHMENTS).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(data_dir)), path
