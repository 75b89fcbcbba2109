"""The lines of a history file and what is wrong with them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ascolto.workforce.errors import BadFile

_MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: what it says and where it stands."""

    number: int
    at: datetime
    calls: float

    @property
    def minute(self) -> int:
        """Return the minute since midnight by the clock on the wall."""
        return self.at.hour * 60 + self.at.minute


class Faults:
    """What is wrong so far; stops the reading when it is asked to or when there is too much."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[str] = []

    def add(self, row: int, what: str) -> None:
        """Note what is wrong in a row."""
        self.found.append(f"row {row}: {what}")
        if len(self.found) >= _MOST_FAULTS:
            self.found.append(f"and perhaps more: reading ended after {_MOST_FAULTS}")
            self.stop()

    def stop(self) -> None:
        """Refuse the file if anything is wrong with it."""
        if self.found:
            raise BadFile(str(self.path), self.found)
