"""The lines of a history file and what is wrong with them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from ascolto.workforce.errors import BadFile

_MOST_FAULTS = 50


class Fault(str):
    """What is wrong or worth a note: English for a terminal, a code with fields for other words."""

    __slots__ = ("code", "fields", "row", "what")
    row: int | None
    what: str
    code: str
    fields: dict[str, str]

    def __new__(
        cls, what: str, code: str = "", *, row: int | None = None, **fields: object
    ) -> Self:
        """Make one; `row` is that of the file, the heading being row 1."""
        made = super().__new__(cls, what if row is None else f"row {row}: {what}")
        made.row, made.what, made.code = row, what, code
        made.fields = {name: str(value) for name, value in fields.items()}
        return made


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
        self.found: list[Fault] = []

    def add(self, row: int, what: str, code: str = "", **fields: object) -> None:
        """Note what is wrong in a row; `code` is for who says it in other words."""
        self.found.append(Fault(what, code, row=row, **fields))
        if len(self.found) >= _MOST_FAULTS:
            more = f"and perhaps more: reading ended after {_MOST_FAULTS}"
            self.found.append(Fault(more, "more", n=_MOST_FAULTS))
            self.stop()

    def stop(self) -> None:
        """Refuse the file if anything is wrong with it."""
        if self.found:
            raise BadFile(str(self.path), self.found)
