"""The end of a restore: files follow the database that was put in place, also after a kill.

What comes lies in a folder beside the data before the databases change names; the replaced
database is dropped once the files are in place. So its being there says that files are still to
follow, and a folder without it that nothing was replaced.
"""

import shutil
from pathlib import Path

from ascolto.kit.postgres.supervisor import EmbeddedPostgres

REPLACED_DATABASE = "ascolto_replaced"
_KEY, _ATTACHMENTS = "secret.key", "attachments"
_FOLDER = ".restoring"
_IS_THERE = f"SELECT 1 FROM pg_database WHERE datname = '{REPLACED_DATABASE}'"  # noqa: S608 - our own constant


def lay_out(data_dir: Path, unpacked: Path) -> None:
    """Move what comes beside the data, before the database is replaced; perhaps there is none."""
    folder = data_dir / _FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if (unpacked / _KEY).is_file():
        (unpacked / _KEY).chmod(0o600)
        (unpacked / _KEY).rename(folder / _KEY)
    (unpacked / _ATTACHMENTS).mkdir(exist_ok=True)
    (unpacked / _ATTACHMENTS).rename(folder / _ATTACHMENTS)


def finish_restore(server: EmbeddedPostgres) -> None:
    """Put a restore's files in place if its database is; do nothing where there was no restore.

    Each step may be the last before a kill: the next call goes on from there.
    """
    folder, data = server.data_dir / _FOLDER, server.data_dir
    if not folder.is_dir():
        return
    if server.query(_IS_THERE):
        if (folder / _ATTACHMENTS).is_dir():
            if (data / _ATTACHMENTS).exists():
                (data / _ATTACHMENTS).rename(folder / "replaced")
            (folder / _ATTACHMENTS).rename(data / _ATTACHMENTS)
        if (folder / _KEY).is_file():
            (folder / _KEY).rename(data / _KEY)
        server.drop_database(REPLACED_DATABASE)
    shutil.rmtree(folder)
