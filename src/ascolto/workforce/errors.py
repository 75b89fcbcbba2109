"""Refusals of the workforce room.

WorkforceError
├── BadFigure     a number that cannot be: a negative load, a share above 1
├── BadFile       a file that cannot be read as what it should be, with its row
└── TooLittle     not enough history for what was asked
"""


class WorkforceError(ValueError):
    """The question cannot be answered as it was put."""


class BadFigure(WorkforceError):
    """A number that cannot be."""


class BadFile(WorkforceError):
    """A file that is not what it should be; `faults` names every row that is wrong."""

    def __init__(self, path: str, faults: list[str]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults[:5]))
        self.path = path
        self.faults = faults


class TooLittle(WorkforceError):
    """Not enough history for what was asked."""
