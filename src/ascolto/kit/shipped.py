"""Which of the files that we ship a caller means, whatever they write."""

from pathlib import Path


def shipped_file(root: Path, name: str) -> Path | None:
    """Return the file of a folder that a caller names; None where there is none, or none can be."""
    try:
        wanted = (root / name).resolve()
        there = wanted.is_relative_to(root.resolve()) and wanted.is_file()
    except (OSError, ValueError):  # a name too long, or one with a NUL in it
        return None
    return wanted if there else None
