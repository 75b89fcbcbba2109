"""A queue's past as days by intervals, the shape that every model works on.

A day is a row of the local calendar and an interval a column, so the days on which the clocks
change have a column that did not happen, or one that happened twice; `times` says which.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ascolto.workforce.errors import BadFigure, TooLittle
from ascolto.workforce.forecasting.rows import Fault

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAY_MINUTES = 1440
_USUALLY = 0.5
_MOST_LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What came in each interval of each open day, from the first to the last without a hole.

    `counts` has a row for each of `days` and a column for each of `minutes` (minutes since
    midnight); NaN where a day that is usually open is absent. Intervals outside the hours of
    their weekday are 0 and not in `hours`.
    """

    days: tuple[date, ...]
    minutes: Whole
    interval_minutes: int
    counts: Floats
    times: Whole
    """How often each interval happened on its day: 1, or 0 and 2 where the clocks change."""
    hours: Flags
    """For each weekday (Monday first) and column: usually open."""
    timezone: str | None = None
    """Whose clocks change; None where all days are taken to be alike."""
    notes: tuple[str, ...] = ()
    """What had to be left out or could not be known, in plain words."""

    @property
    def weekdays(self) -> Whole:
        """Return the weekday of each day, Monday 0."""
        return np.array([day.weekday() for day in self.days], np.int64)

    @property
    def known(self) -> Flags:
        """Tell which days are there."""
        return np.asarray(~np.isnan(self.counts).any(axis=1))

    def until(self, day: date) -> "History":
        """Return the history as it was known before that day."""
        last = sum(1 for each in self.days if each < day)
        return History(
            days=self.days[:last],
            minutes=self.minutes,
            interval_minutes=self.interval_minutes,
            counts=self.counts[:last],
            times=self.times[:last],
            hours=self.hours,
            timezone=self.timezone,
            notes=self.notes,
        )


def history_of(
    counts_by_day: dict[date, Floats],
    *,
    minutes: Whole,
    interval_minutes: int,
    timezone: str | None = None,
    times_by_day: dict[date, Whole] | None = None,
    notes: tuple[str, ...] = (),
) -> History:
    """Arrange counts by day; NaN in a day's row is an interval that was closed or not told.

    An interval belongs to a weekday's hours when at least half of that weekday's days have it.
    Weekdays that are open less than half of the time are left out, and said so. `times_by_day`
    tells days whose intervals did not happen just once; theirs are means of what did.
    """
    if not counts_by_day:
        raise TooLittle(Fault("no history: what has never been seen cannot be forecast", "no_past"))
    told = np.array(list(counts_by_day.values()))
    if (told < 0).any() or np.isinf(told).any():
        raise BadFigure("a volume must be a number of 0 or more")
    first, last = min(counts_by_day), max(counts_by_day)
    calendar = [first + timedelta(number) for number in range((last - first).days + 1)]
    open_weekdays, said = _open_weekdays(calendar, set(counts_by_day))
    hours = _hours(counts_by_day, open_weekdays, minutes.size)
    days = [day for day in calendar if day.weekday() in open_weekdays]
    counts = np.full((len(days), minutes.size), np.nan)
    times = np.ones((len(days), minutes.size), np.int64)
    for row, day in enumerate(days):
        if day in counts_by_day:
            usual = hours[day.weekday()]
            counts[row] = np.where(usual, counts_by_day[day], 0.0)
            times[row] = (times_by_day or {}).get(day, times[row])
        else:
            times[row] = clock_times(day, minutes, timezone)
        times[row, ~hours[day.weekday()]] = 0
    outside = sum(
        int((~np.isnan(row) & ~hours[day.weekday()]).sum())
        for day, row in counts_by_day.items()
        if day.weekday() in open_weekdays
    )
    if outside:
        text = f"{outside} intervals outside the usual hours of their weekday, left out"
        said.append(Fault(text, "outside", n=outside))
    absent = [day.isoformat() for day in days if day not in counts_by_day]
    if absent:
        text = f"{_days(len(absent))} usually open and absent: {_some(absent)}"
        said.append(Fault(text, "absent", n=len(absent), days=_listed(absent)))
    return History(
        days=tuple(days),
        minutes=minutes,
        interval_minutes=interval_minutes,
        counts=counts,
        times=times,
        hours=hours,
        timezone=timezone,
        notes=(*notes, *said),
    )


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _some(days: list[str]) -> str:
    more = len(days) - _MOST_LISTED
    return _listed(days) if more <= 0 else f"{', '.join(days[:_MOST_LISTED])} and {more} more"


def _listed(days: list[str]) -> str:
    return ", ".join(days[:_MOST_LISTED]) + (" …" if len(days) > _MOST_LISTED else "")


def _open_weekdays(calendar: list[date], told: set[date]) -> tuple[set[int], list[Fault]]:
    found: set[int] = set()
    said: list[Fault] = []
    for weekday in range(7):
        possible = [day for day in calendar if day.weekday() == weekday]
        there = [day for day in possible if day in told]
        if there and len(there) >= _USUALLY * len(possible):
            found.add(weekday)
        elif there:
            days = [day.isoformat() for day in there]
            closed = f"{_days(len(there))} of a weekday that is usually closed"
            text = f"{closed}, left out: {_some(days)}"
            said.append(Fault(text, "closed", n=len(days), days=_listed(days)))
    return found, said


def _hours(counts_by_day: dict[date, Floats], weekdays: set[int], columns: int) -> Flags:
    hours = np.zeros((7, columns), bool)
    for weekday in weekdays:
        rows = [row for day, row in counts_by_day.items() if day.weekday() == weekday]
        hours[weekday] = (~np.isnan(np.array(rows))).mean(axis=0) >= _USUALLY
    return hours


def clock_times(day: date, minutes: Whole, timezone: str | None) -> Whole:
    """Return how often each interval of a day happens where the clocks follow a time zone."""
    times = np.ones(minutes.size, np.int64)
    if timezone is None:
        return times
    zone = ZoneInfo(timezone)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    following = midnight + timedelta(1)
    if midnight.utcoffset() == following.utcoffset():
        return times
    for column, minute in enumerate(minutes.tolist()):
        earlier = midnight + timedelta(minutes=minute)
        later = earlier.replace(fold=1)
        before, after = earlier.utcoffset(), later.utcoffset()
        if before is not None and after is not None and before != after:
            times[column] = 2 if before > after else 0
    return times


def days_after(history: History, number: int) -> tuple[date, ...]:
    """Return the next days on which the queue is usually open."""
    found: list[date] = []
    day = history.days[-1]
    open_weekdays = {weekday for weekday in range(7) if history.hours[weekday].any()}
    while len(found) < number:
        day += timedelta(1)
        if day.weekday() in open_weekdays:
            found.append(day)
    return tuple(found)
