"""The public mails that tests read where they are at hand; they are not ours to keep."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "email"


def files(*folders: str) -> list[Path]:
    """Return the mails of some folders, or skip with a sentence."""
    if not FOLDER.is_dir():
        pytest.skip(f"the public mails are not at {FOLDER}")
    return sorted(
        path
        for folder in folders
        for path in (FOLDER / folder).rglob("*")
        if path.is_file() and path.suffix not in (".json", ".html") and path.name != "COPYING"
    )
