"""The public histories, where they are at hand."""

from functools import lru_cache
from pathlib import Path

import pytest

from ascolto.workforce.forecasting.history import History
from ascolto.workforce.forecasting.reading import read_history

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "workforce"
BANK = FOLDER / "bank_calls_5min_2003.csv"
TECHNION = FOLDER / "technion_bank_1999_30min_jan_jun.csv"


@lru_cache
def public_history(path: Path, interval_minutes: int | None = None) -> History:
    """Read a public history, or skip the test with the reason."""
    if not path.is_file():
        pytest.skip(f"the public data {path.name} are not at hand beside the repository")
    return read_history(path, interval_minutes=interval_minutes)
