"""Opening hours: when a queue is open and how much working time lies between two moments.

Pure. A calendar is written in wall-clock minutes of a time zone and answered in UTC instants, so
the days on which the clocks change are right: a minute that the clock skips is not worked and one
that it repeats is worked twice. Exceptions win over holidays, holidays over the week.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

Interval = tuple[int, int]
"""Opening and closing minute counted from local midnight, the closing one excluded."""

Span = tuple[datetime, datetime]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
HORIZON_DAYS = 3 * 366
_ONE_DAY = timedelta(days=1)
# The library also lists the day of national unity, which has not been a day off since 1977.
_NOT_A_DAY_OFF = "National Unity Day"


class HoursError(ValueError):
    """A calendar that cannot be: an unknown zone, a bad time, hours that overlap."""


class NeverOpens(Exception):
    """The calendar does not hold so much working time within three years."""


@lru_cache(maxsize=64)
def italian_holidays(year: int) -> frozenset[date]:
    """Return the national days off of a year, Easter Monday included."""
    named = holidays.country_holidays("IT", years=year, language="en_US")
    return frozenset(day for day, name in named.items() if name != _NOT_A_DAY_OFF)


@dataclass(frozen=True)
class OpeningHours:
    """A week of opening intervals in one time zone, with its exceptions and holidays."""

    tz: str
    weekly: Mapping[int, Sequence[Interval]]
    exceptions: Mapping[date, Sequence[Interval]] = field(default_factory=dict)
    italian_holidays: bool = True
    patron: tuple[int, int] | None = None
    _days: dict[date, tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be a calendar."""
        _zone(self.tz)
        for weekday, intervals in self.weekly.items():
            if weekday not in range(7):
                raise HoursError(f"no such weekday: {weekday}")
            _check(intervals)
        for intervals in self.exceptions.values():
            _check(intervals)
        if self.patron is not None:
            _check_patron(self.patron)

    @classmethod
    def always(cls, tz: str = "Europe/Rome") -> "OpeningHours":
        """Return a calendar that never closes."""
        weekly = dict.fromkeys(range(7), ((0, DAY_MINUTES),))
        return cls(tz, weekly, italian_holidays=False)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the moment falls within opening hours."""
        day = at.astimezone(_zone(self.tz)).date()
        return any(start <= at < end for start, end in self._spans(day))

    def is_holiday(self, day: date) -> bool:
        """Tell whether a day is a national or a patron's day off for this calendar."""
        if self.patron == (day.month, day.day):
            return True
        return self.italian_holidays and day in italian_holidays(day.year)

    def next_opening(self, at: datetime) -> datetime | None:
        """Return the first open moment from `at` on (`at` itself when open), or None if never."""
        for start, _ in self.spans(at, at + HORIZON_DAYS * _ONE_DAY):
            return start
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """Return when the opening that holds `at` ends; None when closed or open without end."""
        end = at
        limit = at + HORIZON_DAYS * _ONE_DAY
        for opens, closes in self.spans(at, limit):
            if opens > end:
                break
            end = closes
        return None if end in (at, limit) else end

    def business_seconds(self, start: datetime, end: datetime) -> float:
        """Return the seconds of opening between two moments; 0 when the end is not later."""
        total = sum((e - s for s, e in self.spans(start, end)), timedelta())
        return total.total_seconds()

    def add_business_seconds(self, start: datetime, seconds: float) -> datetime:
        """Return the moment at which so many opening seconds have passed since `start`."""
        left = timedelta(seconds=seconds)
        if left <= timedelta():
            return start
        for opens, closes in self.spans(start, start + HORIZON_DAYS * _ONE_DAY):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise NeverOpens(f"{seconds} s of opening after {start.isoformat()}")

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the openings between two moments, in order, cut to them, in UTC."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return
        day = start.astimezone(_zone(self.tz)).date()
        last = end.astimezone(_zone(self.tz)).date()
        while day <= last:
            for opens, closes in self._spans(day):
                if closes > start and opens < end:
                    yield max(opens, start), min(closes, end)
            day += _ONE_DAY

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """Return the wall-clock intervals of a day after exceptions and holidays."""
        if day in self.exceptions:
            return tuple(self.exceptions[day])
        if self.is_holiday(day):
            return ()
        return tuple(self.weekly.get(day.weekday(), ()))

    def _spans(self, day: date) -> tuple[Span, ...]:
        known = self._days.get(day)
        if known is None:
            if len(self._days) > HORIZON_DAYS:
                self._days.clear()
            known = self._days[day] = self._compute(day)
        return known

    def _compute(self, day: date) -> tuple[Span, ...]:
        spans: list[Span] = []
        for opens, closes in sorted(self.intervals(day)):
            start = _instant(day, opens, self.tz, last=False)
            end = _instant(day, closes, self.tz, last=True)
            if spans and start <= spans[-1][1]:
                start, end = spans[-1][0], max(end, spans.pop()[1])
            if end > start:
                spans.append((start, end))
        return tuple(spans)

    def document(self) -> dict[str, Any]:
        """Return the JSON shape that is stored and shown."""
        return {
            "timezone": self.tz,
            "weekly": {WEEKDAYS[d]: _written(i) for d, i in sorted(self.weekly.items())},
            "exceptions": {d.isoformat(): _written(i) for d, i in sorted(self.exceptions.items())},
            "italian_holidays": self.italian_holidays,
            "patron": None if self.patron is None else f"{self.patron[0]:02}-{self.patron[1]:02}",
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "OpeningHours":
        """Read the JSON shape, or raise HoursError with what is wrong."""
        try:
            return cls(
                tz=str(document["timezone"]),
                weekly={
                    _read_weekday(name): _read(intervals)
                    for name, intervals in document["weekly"].items()
                },
                exceptions={
                    date.fromisoformat(day): _read(intervals)
                    for day, intervals in document.get("exceptions", {}).items()
                },
                italian_holidays=bool(document.get("italian_holidays", True)),
                patron=_read_patron(document.get("patron")),
            )
        except HoursError:
            raise
        except (KeyError, ValueError, TypeError, AttributeError) as wrong:
            raise HoursError(f"not a calendar: {wrong}") from wrong


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise HoursError(f"unknown time zone: {name!r}") from unknown


def _instant(day: date, minute: int, tz: str, *, last: bool) -> datetime:
    """Return the UTC instant of a wall-clock minute.

    A minute that occurs twice is its first occurrence, or its last when asked so; one that the
    clock skips is the instant of the jump.
    """
    zone = _zone(tz)
    midnight = datetime(day.year, day.month, day.day)
    wall = (midnight + timedelta(minutes=minute)).replace(tzinfo=zone, fold=int(last))
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    return _jump(wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC), zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between two at which the offset of the zone changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _check(intervals: Sequence[Interval]) -> None:
    end = -1
    for opens, closes in sorted(intervals):
        if not 0 <= opens < closes <= DAY_MINUTES:
            raise HoursError(f"an opening must begin before it ends, within a day: {opens, closes}")
        if opens < end:
            raise HoursError(f"openings overlap at minute {opens}")
        end = closes


def _check_patron(patron: tuple[int, int]) -> None:
    try:
        date(2024, *patron)  # a leap year: the 29th of February has its saint too
    except ValueError as wrong:
        raise HoursError(f"no such day: {patron}") from wrong


def _read_weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise HoursError(f"no such weekday: {name!r}; they are {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(name)


def _read(intervals: Sequence[Sequence[str]]) -> tuple[Interval, ...]:
    return tuple((_minute(opens), _minute(closes)) for opens, closes in intervals)


def _minute(text: str) -> int:
    hour, colon, minute = text.partition(":")
    if not colon or len(hour) != 2 or len(minute) != 2 or not (hour + minute).isdecimal():
        raise HoursError(f"a time is written HH:MM: {text!r}")
    if int(minute) > 59:
        raise HoursError(f"an hour has 60 minutes: {text!r}")
    return int(hour) * 60 + int(minute)


def _read_patron(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    month, _, day = text.partition("-")
    return int(month), int(day)


def _written(intervals: Sequence[Interval]) -> list[list[str]]:
    return [[f"{m // 60:02}:{m % 60:02}" for m in interval] for interval in intervals]
