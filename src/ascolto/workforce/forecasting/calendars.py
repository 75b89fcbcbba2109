"""What a calendar says of a day: its place in the month, holidays near it, the queue's own events.

Each feature is one column with a name that an explanation can show. Nothing here has seen a volume.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays as public_holidays
import numpy as np

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.forecasting.history import Floats

MONTH_MARK = "of the month"
"""What the names of all marks of the month end with."""

COUNTRIES = ("IT", "US", "IL")
# The library also lists the day of national unity, which has not been a day off since 1977.
_NOT_DAYS_OFF = {"National Unity Day"}
FIRST_DAYS, LAST_DAYS = 5, 4
_MID_MONTH = 15


@dataclass(frozen=True, slots=True)
class Event:
    """Something of the organisation's own on a day: a bill run, news of prices, a fault."""

    day: date
    kind: str
    """Days of one kind are taken to have one effect."""
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """The days off of a country and the events of an organisation."""

    holidays: Mapping[date, str] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset({5, 6})
    events: tuple[Event, ...] = ()
    month_marks: bool = True
    """Whether a day's place in the month is looked at."""


@lru_cache(maxsize=64)
def _days_off(country: str, year: int) -> tuple[dict[date, str], frozenset[int]]:
    listed = public_holidays.country_holidays(country, years=year, language="en_US")
    named = {day: name for day, name in listed.items() if name not in _NOT_DAYS_OFF}
    return named, frozenset(listed.weekend)


def calendar_for(
    country: str, *, first: date, last: date, events: Sequence[Event] = ()
) -> Calendar:
    """Return the calendar of a country ("none": no holidays) over the years that matter."""
    if country == "none":
        return Calendar(events=tuple(events))
    if country not in COUNTRIES:
        raise BadFigure(f"holidays are known for {', '.join(COUNTRIES)} and none, not {country}")
    named: dict[date, str] = {}
    weekend: frozenset[int] = frozenset({5, 6})
    for year in range(first.year - 1, last.year + 2):
        found, weekend = _days_off(country, year)
        named |= found
    return Calendar(named, weekend, tuple(events))


@dataclass(frozen=True, slots=True)
class Features:
    """A row for each day, a column for each name."""

    names: tuple[str, ...]
    values: Floats


def features_of(days: Sequence[date], calendar: Calendar) -> Features:
    """Return what the calendar says of each day (days in order, a row each)."""
    columns: dict[str, Floats] = {}

    def mark(name: str, row: int) -> None:
        columns.setdefault(name, np.zeros(len(days)))[row] = 1.0

    events: dict[date, set[str]] = {}
    for event in calendar.events:
        events.setdefault(event.day, set()).add(f"event {event.kind}")
        events.setdefault(event.day + timedelta(1), set()).add(f"day after {event.kind}")
    for row, day in enumerate(days):
        for name in _month_marks(day, calendar) if calendar.month_marks else ():
            mark(name, row)
        previous = days[row - 1] if row else day - timedelta(1)
        following = days[row + 1] if row + 1 < len(days) else _next_open(day, days)
        for name in _holiday_marks(day, previous, following, calendar.holidays):
            mark(name, row)
        for name in events.get(day, ()):
            mark(name, row)
    names = tuple(sorted(columns))
    values = np.array([columns[name] for name in names]).T if names else np.zeros((len(days), 0))
    return Features(names, values)


def _next_open(day: date, days: Sequence[date]) -> date:
    weekdays = {each.weekday() for each in days[-60:]} or set(range(7))
    day += timedelta(1)
    while day.weekday() not in weekdays:
        day += timedelta(1)
    return day


@lru_cache(maxsize=4096)
def _working_days(first: date, end: date, weekend: frozenset[int], off: frozenset[date]) -> int:
    span = (first + timedelta(number) for number in range((end - first).days))
    return sum(1 for day in span if day.weekday() not in weekend and day not in off)


def _month_marks(day: date, calendar: Calendar) -> list[str]:
    begins = day.replace(day=1)
    next_month = (begins + timedelta(32)).replace(day=1)
    off = frozenset(each for each in calendar.holidays if begins <= each < next_month)
    gone = _working_days(begins, day, calendar.weekend, off)
    left = _working_days(day + timedelta(1), next_month, calendar.weekend, off)
    marks = []
    if gone < FIRST_DAYS:
        marks.append(f"working day {gone + 1} of the month")
    if gone < 3:
        marks.append("beginning of the month")
    if left < LAST_DAYS:
        place = f"working day {left + 1} from the end" if left else "last working day"
        marks.append(f"{place} of the month")
    if left < 2:
        marks.append("end of the month")
    if abs(day.day - _MID_MONTH) <= 1:
        marks.append("middle of the month")
    elif _MID_MONTH + 1 < day.day <= _MID_MONTH + 3:
        marks.append("after the middle of the month")
    return marks


def _holiday_marks(
    day: date, previous: date, following: date, holidays: Mapping[date, str]
) -> list[str]:
    marks = []
    if day in holidays:
        marks += ["holiday", f"holiday {holidays[day]}"]
        return marks
    between = range(1, (day - previous).days + 1)
    if any(day - timedelta(number) in holidays for number in between):
        marks.append("day after a holiday")
    between = range(1, (following - day).days + 1)
    if any(day + timedelta(number) in holidays for number in between):
        marks.append("day before a holiday")
    if day - timedelta(2) in holidays:
        marks.append("two days after a holiday")
    return marks
