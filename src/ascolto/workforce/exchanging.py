"""Swaps and leave on shifts as they hold: what they change, and why they cannot be. Pure.

The rules are those of `rostering.legal`, on kept shifts: an answer looks at the days around one
day of one or two people, whatever the number of people in the roster.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from ascolto.workforce.hours import RULES, short_days_off, span_of_day, week_hours
from ascolto.workforce.rostering.legal import DAILY_REST, WEEKLY_HOURS, WEEKLY_REST
from ascolto.workforce.rosters import LONGEST_SHIFT, Shift, overlapping, violations
from ascolto.workforce.ruling import Rule, coded

AROUND = timedelta(days=7)
"""So many days on either side tell whether a day may be changed."""
SHORT_SHIFT = timedelta(hours=3)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Why:
    """Why something cannot be: whose day, in what way, by which article or none."""

    rule: str
    article: str = ""
    operator_id: str = ""
    day: date | None = None

    def told(self) -> dict[str, Any]:
        """Return it as it is kept."""
        code, fields = coded(self.rule)
        day = self.day.isoformat() if self.day else None
        return {
            "rule": self.rule, "code": code, "fields": fields, "article": self.article,
            "operator_id": self.operator_id, "day": day,
        }  # fmt: skip


def swapped(shifts: Iterable[Shift], *, a: str, b: str, day: date) -> list[Shift]:
    """Let two people exchange what they work on a day; everybody else's shifts stay."""
    takes = {a: b, b: a}
    return [
        replace(one, operator_id=takes[one.operator_id])
        if one.day == day and one.operator_id in takes
        else one
        for one in shifts
    ]


def without(shifts: Iterable[Shift], *, who: str, day: date) -> list[Shift]:
    """Take one person's shifts of a day out."""
    return [one for one in shifts if (one.operator_id, one.day) != (who, day)]


def put_back(
    shifts: Iterable[Shift], *, now: Sequence[Shift], then: Sequence[Shift]
) -> list[Shift] | None:
    """Put shifts back as they were; None when what was changed has been changed again since."""
    shifts = list(shifts)
    people = {(one.operator_id, one.day) for one in (*now, *then)}
    theirs = [one for one in shifts if (one.operator_id, one.day) in people]
    if _sorted(theirs) != _sorted(now):
        return None
    others = [one for one in shifts if (one.operator_id, one.day) not in people]
    return _sorted([*others, *then])


def _sorted(shifts: Iterable[Shift]) -> list[Shift]:
    return sorted(shifts, key=lambda one: (one.starts_at, one.operator_id))


def against(shifts: Sequence[Shift], *, people: Iterable[str], day: date) -> list[Why]:
    """Return every rule that a change of a day breaks for some people, with its article.

    `shifts` are theirs of the days around, changed. What was broken elsewhere is not this
    change's doing: only days next to it and its week are told.
    """
    found: list[Why] = []
    for who in sorted(people):
        own = [one for one in shifts if one.operator_id == who]
        if overlapping(own) is not None:
            found.append(Why(Rule("two shifts at once", "at_once"), "", who, day))
        found += [
            Why(one.rule, one.article, who, one.day)
            for one in violations(own)
            if abs((one.day - day).days) <= 1
        ]
        found += [
            Why(
                Rule("less than 35 hours around a day off", "day_off_short"),
                WEEKLY_REST,
                who,
                other.day,
            )
            for one, other, _ in short_days_off(_sorted(own))
            if day in (one.day, other.day)
        ]
        if (span := span_of_day(own, day)) > LONGEST_SHIFT:
            told = f"{span / _HOUR:g}"
            rule = Rule(
                f"{told} hours from the first shift to the last, 13 are the most", "span", n=told
            )
            found.append(Why(rule, DAILY_REST, who, day))
        if (run := _run(own, day)) > RULES.consecutive_days:
            rule = Rule(f"{run} days of work in a row", "row", n=run)
            found.append(Why(rule, WEEKLY_REST, who, day))
        hours = week_hours(own, day - timedelta(days=day.weekday()))
        if hours > RULES.weekly_minutes / 60:
            rule = Rule(f"{hours:g} hours in the week, 48 at most", "week", n=f"{hours:g}")
            found.append(Why(rule, WEEKLY_HOURS, who, day))
    return found


def _run(own: Sequence[Shift], day: date) -> int:
    days = {one.day for one in own}
    if day not in days:
        return 0
    first = last = day
    while first - timedelta(days=1) in days:
        first -= timedelta(days=1)
    while last + timedelta(days=1) in days:
        last += timedelta(days=1)
    return (last - first).days + 1


def uncovered(
    there: Mapping[datetime, float],
    needed: Mapping[datetime, float],
    *,
    gone: Mapping[datetime, float],
) -> list[Why]:
    """Return the half hours of a queue in which fewer would be left than it takes."""
    found = []
    for at, part in sorted(gone.items()):
        left, due = there.get(at, 0.0) - part, needed.get(at, 0.0)
        if part > 0 and left < due:
            # In figures, never in names: whoever asks learns nothing of a colleague.
            rule = Rule(
                f"{at:%H:%M}: {left:g} would be left, it takes {due:g}",
                "uncovered",
                at=f"{at:%H:%M}",
                left=f"{left:g}",
                due=f"{due:g}",
            )
            found.append(Why(rule))
    return found


def unagreed(shifts: Iterable[Shift], *, short: frozenset[str], split: frozenset[str]) -> list[Why]:
    """Return the short and parted shifts of people who have not said that they agree to such."""
    days: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for one in shifts:
        days[one.operator_id, one.day].append(one)
    found = []
    for (who, day), own in sorted(days.items()):
        if len(own) > 1 and who not in split:
            found.append(Why(Rule("a split shift that was not agreed to", "split"), "", who, day))
        elif who not in short and any(one.ends_at - one.starts_at < SHORT_SHIFT for one in own):
            rule = Rule("a shift under 3 hours that was not agreed to", "short")
            found.append(Why(rule, "", who, day))
    return found


def hindrances(
    shifts: Sequence[Shift],
    *,
    people: Sequence[str],
    day: date,
    agreeing: tuple[frozenset[str], frozenset[str]],
) -> list[Why]:
    """Return every rule a changed day breaks, with what its people have not agreed to."""
    short, split = agreeing
    theirs = [one for one in shifts if one.day == day and one.operator_id in people]
    return [
        *against(shifts, people=people, day=day),
        *unagreed(theirs, short=short, split=split),
    ]
