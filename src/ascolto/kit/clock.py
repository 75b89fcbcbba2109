"""The only source of time: everything that needs "now" is handed a clock."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present moment in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told: for tests, pictures and simulation."""

    def __init__(self, at: datetime) -> None:
        """Start at an aware moment."""
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment it was last set to."""
        return self._at

    def advance(self, seconds: float) -> None:
        """Move forward by seconds."""
        self._at += timedelta(seconds=seconds)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a local day."""
    return datetime.combine(day, time(), zone)
