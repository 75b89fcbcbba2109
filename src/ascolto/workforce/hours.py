"""What everybody's shifts keep, whatever is agreed: rows of days, rests, weeks, long days. Pure.

D.Lgs. 66/2003 as `rostering.legal` has it; the rests and breaks of single shifts are `violations`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from ascolto.workforce.agreements import Agreement
from ascolto.workforce.rostering.legal import (
    DAILY_REST,
    LEAVE,
    WEEKLY_HOURS,
    WEEKLY_REST,
    Rules,
)
from ascolto.workforce.rosters import LONGEST_SHIFT, Roster, Shift, Violation
from ascolto.workforce.ruling import Rule

BY_AGREEMENT = "by the person's agreement only"
RULES = Rules()
_HOUR = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_WEEK_REST = timedelta(minutes=RULES.weekly_rest_minutes)


def paid_time(shift: Shift) -> timedelta:
    """Return the time of work of a shift; meals are none, pauses are."""
    meals = sum(part["minutes"] for part in shift.parts if part["kind"] == "meal")
    return shift.ends_at - shift.starts_at - timedelta(minutes=meals)


def week_hours(own: Iterable[Shift], monday: date) -> float:
    """Return one person's hours of work in a week."""
    week = (paid_time(one) for one in own if monday <= one.day < monday + _WEEK)
    return sum(week, timedelta()) / _HOUR


def span_of_day(own: Iterable[Shift], day: date) -> timedelta:
    """Return the time from one person's first shift of a day to the end of the last."""
    today = [one for one in own if one.day == day]
    if not today:
        return timedelta()
    return max(one.ends_at for one in today) - min(one.starts_at for one in today)


def short_days_off(own: Sequence[Shift]) -> list[tuple[Shift, Shift, timedelta]]:
    """Return the shifts before and after days off with less rest than is due, and that rest.

    24 hours and the daily rest together (D.Lgs. 66/2003 art. 9); `own` is in order of time.
    """
    found = []
    for one, other in pairwise(own):
        rest = other.starts_at - one.ends_at
        if other.day - one.day > _ONE_DAY and rest < _WEEK_REST:
            found.append((one, other, rest))
    return found


def beyond_hours(shifts: Sequence[Shift], roster: Roster) -> list[Violation]:
    """Return what a roster breaks of weekly rest and hours, and of the rest of a parted day.

    `shifts` are its own and those around it. What lies wholly beside its days is not its doing;
    a row of days or a rest that it has a part in is, wherever it ends.
    """
    people: dict[str, list[Shift]] = defaultdict(list)
    for one in sorted(shifts, key=lambda one: one.starts_at):
        people[one.operator_id].append(one)
    found = []
    for who, own in people.items():
        told = [*_rows(own, roster), *_rests(own, roster), *_weeks(own, roster)]
        told += _long_days(own, roster)
        found += [Violation(who, day, rule, article) for day, rule, article in told]
    return found


def _rows(own: Sequence[Shift], roster: Roster) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    row: list[date] = []
    days = sorted({one.day for one in own})
    for day, after in zip(days, [*days[1:], None], strict=True):
        row.append(day)
        if after is not None and after - day == _ONE_DAY:
            continue
        if any(roster.first_day <= one <= roster.last_day for one in row):
            found += [
                (
                    one,
                    Rule(f"{n} days of work in a row, one of seven is of rest", "row", n=n),
                    WEEKLY_REST,
                )
                for n, one in enumerate(row, 1)
                if n > RULES.consecutive_days
            ]
        row = []
    return found


def _rests(own: Sequence[Shift], roster: Roster) -> list[tuple[date, str, str]]:
    return [
        (
            other.day,
            Rule(
                f"{rest / _HOUR:.2f} hours around the day off, 24 + 11 are due",
                "day_off",
                n=f"{rest / _HOUR:.2f}",
            ),
            WEEKLY_REST,
        )
        for one, other, rest in short_days_off(own)
        if one.day <= roster.last_day and other.day >= roster.first_day
    ]


def _weeks(own: Sequence[Shift], roster: Roster) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    monday = roster.first_day - timedelta(days=roster.first_day.weekday())
    while monday <= roster.last_day:
        hours = week_hours(own, monday)
        if hours > RULES.weekly_minutes / 60:
            rule = Rule(f"{hours:g} hours in a week, 48 are the most", "week", n=f"{hours:g}")
            found.append((monday, rule, WEEKLY_HOURS))
        monday += _WEEK
    return found


def _long_days(own: Sequence[Shift], roster: Roster) -> list[tuple[date, str, str]]:
    found: list[tuple[date, str, str]] = []
    for day in sorted({one.day for one in own if roster.first_day <= one.day <= roster.last_day}):
        length = span_of_day(own, day)
        if length > LONGEST_SHIFT:
            told = f"{length / _HOUR:g}"
            rule = Rule(
                f"{told} hours from the first shift to the last, 13 are the most", "span", n=told
            )
            found.append((day, rule, DAILY_REST))
    return found


def away(
    shifts: Iterable[Shift],
    *,
    leave: frozenset[tuple[str, date]],
    agreements: Mapping[str, Sequence[Agreement]],
) -> list[Violation]:
    """Return the shifts on days of granted leave, and of people with whom no contract holds.

    `agreements` are each person's in the order of their days; who has none at all is not told.
    """
    found = []
    for who, day in sorted({(one.operator_id, one.day) for one in shifts}):
        if (who, day) in leave:
            found.append(Violation(who, day, Rule("at work on a day of leave", "leave"), LEAVE))
        holds = [one for one in agreements.get(who, ()) if one.from_day <= day][-1:]
        if holds and holds[0].contract_id is None:
            rule = Rule("no contract holds on this day", "no_contract")
            found.append(Violation(who, day, rule, BY_AGREEMENT))
    return found
