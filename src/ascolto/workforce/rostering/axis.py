"""The axis of time: intervals from the first midnight on, and the wall clock beside them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Axis:
    """Turns days and wall-clock minutes of an instance into interval numbers and back."""

    def __init__(self, *, start: date, days: int, zone: str, minutes: int) -> None:
        """Lay the axis from local midnight of the first day."""
        self.start, self.days, self.minutes = start, days, minutes
        self._zone = ZoneInfo(zone)
        self._origin = datetime(start.year, start.month, start.day, tzinfo=self._zone).astimezone(
            UTC
        )
        self.day_begins = [self._number(day, 0) for day in range(days + 1)]

    def _moment(self, day: int, minute: int) -> datetime:
        wall = datetime(self.start.year, self.start.month, self.start.day) + timedelta(  # noqa: DTZ001 — the wall clock, which gets its zone below
            days=day, minutes=minute
        )
        return wall.replace(tzinfo=self._zone).astimezone(UTC)

    def _number(self, day: int, minute: int) -> int:
        return int((self._moment(day, minute) - self._origin) / timedelta(minutes=self.minutes))

    def at(self, day: int, minute: int) -> int | None:
        """Return the interval that begins at a wall-clock minute; None for one that never comes.

        The hour that comes twice is told by its first time.
        """
        moment = self._moment(day, minute)
        back = moment.astimezone(self._zone)
        if back.hour * 60 + back.minute != minute % 1440:
            return None
        return self._number(day, minute)

    def moment(self, interval: int) -> datetime:
        """Return when an interval begins, with the place's offset."""
        at = self._origin + timedelta(minutes=interval * self.minutes)
        return at.astimezone(self._zone)

    def number_of(self, moment: datetime) -> int:
        """Return the interval that a moment is in, negative before the first day."""
        return int((moment - self._origin) // timedelta(minutes=self.minutes))

    def date_of(self, day: int) -> date:
        """Return a day's date."""
        return self.start + timedelta(days=day)
