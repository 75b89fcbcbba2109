"""What an examiner of rosters asks of split days; it shares nothing with the search.

Two parts of work in a day are the person's to agree to, with the gap, the number of a week and the
span that their contract tells. Who has not agreed is told by the rest between two shifts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from ascolto.workforce.ruling import Rule

AGREED = "D.Lgs. 81/2015 art. 5"
DAILY_REST = "D.Lgs. 66/2003 art. 7"
LONGEST_DAY = 13 * 60
SHORTEST_PAUSE = 15
DEFAULTS = {
    "gap_minutes": [120, 240],
    "part_minutes": 120,
    "days_per_week": 2,
    "span_minutes": 720,
}
Fault = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as the roster tells it."""

    day: date
    start: datetime
    end: datetime
    parts: list[tuple[int, str]]
    place: str | None

    @property
    def paid(self) -> int:
        """Return the paid minutes: all but meals."""
        return sum(minutes for minutes, what in self.parts if what != "meal")


def worked(person: dict[str, Any], shifts: list[Shift]) -> list[list[Shift]]:
    """Return what counts as one shift: a day of who agrees to split days, else each by itself."""
    if not person.get("split"):
        return [[shift] for shift in shifts]
    return [list(own) for _, own in groupby(shifts, key=lambda one: one.day)]


def unbroken(own: list[Shift]) -> list[Shift]:
    """Return the parts of a day, those with less than a pause between them as the one they are."""
    found = own[:1]
    for shift in own[1:]:
        last, gap = found[-1], _minutes(found[-1].end, shift.start)
        if 0 <= gap < SHORTEST_PAUSE:
            between = [(gap, "meal")] if gap else []
            parts = [*last.parts, *between, *shift.parts]
            found[-1] = replace(last, end=shift.end, parts=parts)
        else:
            found.append(shift)
    return found


def split_priced(person: dict[str, Any], contract: dict[str, Any]) -> bool:
    """Tell whether split days of somebody have a price: agreed to, and told by the contract."""
    return bool(person.get("split")) and contract.get("split") is not None


def split_faults(
    person: dict[str, Any], contract: dict[str, Any], shifts: list[Shift]
) -> list[Fault]:
    """Return what the split days of somebody who agrees to them break."""
    if not person.get("split"):
        return []
    terms = None if contract.get("split") is None else {**DEFAULTS, **contract["split"]}
    split = [own for own in worked(person, shifts) if len(own) > 1]
    found = [fault for own in split for fault in _day(own, terms)]
    if terms is None:
        return found
    most = terms["days_per_week"]
    for monday, week in groupby(split, key=lambda own: _monday(own[0].day)):
        count = len(list(week))
        if count > most:
            text = f"{count} split days in a week, {most} are agreed"
            found.append((monday, AGREED, Rule(text, "split_week", n=count, most=most)))
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(own: list[Shift], terms: dict[str, Any] | None) -> Iterator[Fault]:
    day = own[0].day
    span = _minutes(own[0].start, own[-1].end)
    if span > LONGEST_DAY:
        told = f"{span / 60:g}"
        text = f"{told} hours from the first shift to the last, 13 are the most"
        yield day, DAILY_REST, Rule(text, "span", n=told)
    gaps = [_minutes(one.end, other.start) for one, other in pairwise(own)]
    if min(gaps) < 0:
        text = "two shifts on one day without a day's rest between"
        yield day, DAILY_REST, Rule(text, "two_a_day")
    if terms is None:
        return
    if terms["span_minutes"] < span <= LONGEST_DAY:
        told, most = f"{span / 60:g}", f"{terms['span_minutes'] / 60:g}"
        text = f"{told} hours from beginning to end of a split day, {most} are agreed"
        yield day, AGREED, Rule(text, "split_span", n=told, most=most)
    if len(own) > 2:
        text = f"{len(own)} parts of work in a day, two are agreed"
        yield day, AGREED, Rule(text, "split_parts", n=len(own))
    least, longest = terms["gap_minutes"]
    for gap in gaps:
        if not least <= gap <= longest:
            text = f"{gap} minutes between the parts of a day, {least} to {longest} are agreed"
            yield day, AGREED, Rule(text, "split_gap", n=gap, least=least, most=longest)
    shortest = min(one.paid for one in own)
    if shortest < terms["part_minutes"]:
        least = terms["part_minutes"]
        text = f"a part of {shortest} minutes of a split day, {least} are the least"
        yield day, AGREED, Rule(text, "split_part", n=shortest, least=least)


def _minutes(since: datetime, until: datetime) -> int:
    return round((until - since).total_seconds() / 60)
