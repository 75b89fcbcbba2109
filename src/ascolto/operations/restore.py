"""`ascolto restore`: a backup becomes the database and the files of this installation."""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ascolto.kit.migrate import all_migrations
from ascolto.kit.postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres, PostgresError
from ascolto.kit.postgres.cluster import Say
from ascolto.kit.postgres.restoring import REPLACED_DATABASE, finish_restore, lay_out
from ascolto.kit.postgres.supervisor import DATABASE
from ascolto.operations import archive
from ascolto.operations.backup import ATTACHMENTS, SECRET_KEY
from ascolto.operations.target import ask, reached, restore_dump

_SIDE_DATABASE = "ascolto_restoring"
_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""
_MAKE_ROLE = r"""
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') AS missing \gset
\if :missing
  CREATE ROLE :"role" NOLOGIN NOSUPERUSER NOBYPASSRLS;
  SELECT :'role';
\endif
"""
_HAND_OVER = r"""
SELECT format('ALTER POLICY %I ON %s TO %I', polname, polrelid::regclass, :'owner')
  FROM pg_policy WHERE :'role'::regrole = ANY (polroles)
\gexec
"""


class NotEmptyError(Exception):
    """The installation holds data that a restore would replace."""


def main(args: argparse.Namespace) -> int:
    """Restore a backup and say what came back."""
    try:
        manifest = restore(
            args.data.absolute(),
            args.archive,
            database_url=args.database_url,
            force=args.force,
            say=print,
        )
    except (PostgresError, archive.ArchiveError, NotEmptyError, OSError) as error:
        print(f"Nothing was restored: {error}")
        return 1
    print(
        f"Restored the backup of {manifest['made_at']} (Ascolto {manifest['ascolto']}): "
        f"the database and {len(manifest['files']) - 1} files."
    )
    return 0


def restore(
    data_dir: Path, source: Path, *, database_url: str | None, force: bool, say: Say
) -> dict[str, Any]:
    """Restore a backup into an empty installation, or with `force` in place of what is there.

    What is there is replaced only after the archive has proved whole and its database restored.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as folder:
        unpacked = Path(folder)
        manifest = archive.extract(source, unpacked)
        _require_known_schema(manifest)
        dump = unpacked / archive.DUMP
        with reached(data_dir, database_url=database_url, alone=True, say=say) as database:
            occupied = ask(database.admin_dsn, _TABLES) != "0" or any(
                (data_dir / ATTACHMENTS).glob("*")
            )
            if occupied and not force:
                raise NotEmptyError(
                    "this installation holds data already. Use another data folder or an empty "
                    "database, or --force to replace it."
                )
            if database.embedded is not None:
                _replace_embedded(database.embedded, unpacked, roles=manifest["roles"], say=say)
            elif occupied:
                raise NotEmptyError("--force replaces only the embedded database; empty yours.")
            else:
                _load(database.owner_dsn, dump, owner=None, roles=manifest["roles"], say=say)
                _place_files(data_dir, unpacked)
    return manifest


def _require_known_schema(manifest: dict[str, Any]) -> None:
    newest = all_migrations()[-1].number
    if manifest["schema"] > newest:
        raise archive.ArchiveError(
            f"it was made by a newer Ascolto ({manifest['ascolto']}, schema {manifest['schema']};"
            f" this one knows {newest}). Restore it with that version."
        )


def _replace_embedded(
    server: EmbeddedPostgres, unpacked: Path, *, roles: list[str], say: Say
) -> None:
    """Put the archive's database and then its files in place of what is there.

    A kill before the names change leaves all as it was; after it, the next start finishes.
    """
    server.drop_database(_SIDE_DATABASE)  # of a restore that was killed
    server.drop_database(REPLACED_DATABASE)
    urls = server.create_database(_SIDE_DATABASE)
    try:
        _load(urls.admin_dsn, unpacked / archive.DUMP, owner=OWNER_ROLE, roles=roles, say=say)
    except PostgresError:
        server.drop_database(_SIDE_DATABASE)
        raise
    lay_out(server.data_dir, unpacked)
    server.query(
        f"BEGIN; ALTER DATABASE {DATABASE} RENAME TO {REPLACED_DATABASE};"
        f"ALTER DATABASE {_SIDE_DATABASE} RENAME TO {DATABASE}; COMMIT;"
    )
    finish_restore(server)


def _load(dsn: str, dump: Path, *, owner: str | None, roles: list[str], say: Say) -> None:
    """Load a dump into an empty database, as its owner or, for the superuser, as `owner`."""
    new_owner = owner or ask(dsn, "SELECT current_user")
    former = [role for role in roles if role not in {APP_ROLE, new_owner}]
    made = [role for role in (APP_ROLE, *former) if ask(dsn, _MAKE_ROLE, role=role)]
    if APP_ROLE in made:
        ask(dsn, f"GRANT {APP_ROLE} TO CURRENT_USER")
    restore_dump(dsn, dump, "--no-owner", *(("--role", owner) if owner else ()), say=say)
    for role in former:  # who owned the data where it came from owns nothing here
        ask(dsn, _HAND_OVER, role=role, owner=new_owner)
        if role in made:
            ask(dsn, 'DROP ROLE :"role"', role=role)
    ask(dsn, "SELECT kit.adopt_stream()")


def _place_files(data_dir: Path, unpacked: Path) -> None:
    """Put the archive's files where there were none, one rename each."""
    key = unpacked / SECRET_KEY
    if key.is_file():
        key.chmod(0o600)
        key.replace(data_dir / SECRET_KEY)
    if (unpacked / ATTACHMENTS).is_dir():
        shutil.rmtree(data_dir / ATTACHMENTS, ignore_errors=True)  # empty, or it was refused
        (unpacked / ATTACHMENTS).rename(data_dir / ATTACHMENTS)
