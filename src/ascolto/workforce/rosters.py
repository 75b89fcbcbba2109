"""Shifts as they are kept, what is wrong with them, and what a new version changes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ascolto.workforce.ruling import Rule

REST = timedelta(hours=11)
LONGEST_SHIFT = timedelta(hours=13)
LONGEST_WITHOUT_BREAK = timedelta(hours=6)
BREAK = timedelta(minutes=10)
BREAKS = frozenset({"meal", "pause"})
WrongShift = Literal["shift.begins", "shift.day", "shift.ends", "shift.parts"]
WRONG_SHIFT: dict[WrongShift, str] = {
    "shift.begins": "This shift cannot be: it does not begin on its day.",
    "shift.day": "This shift cannot be: it is not on a day of the roster.",
    "shift.ends": "This shift cannot be: a shift ends after it begins, and within 13 hours.",
    "shift.parts": "This shift cannot be: its parts do not fill it.",
}
WORK = frozenset({"queue", "deferred", "training", "meeting", "other"})


@dataclass(frozen=True, slots=True)
class Roster:
    """One version: a draft, or published and in force for its days until a later one is."""

    id: str
    first_day: date
    last_day: date
    reason: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    v: int
    site_lost: bool = False
    """Whether it was begun because a site is lost: whom it gives work on a free day is asked."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's work of one day; `parts` are its activities in order."""

    operator_id: str
    day: date
    starts_at: datetime
    ends_at: datetime
    place: str
    parts: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Violation:
    """What a shift breaks, with the article; of everybody together where nobody is named."""

    operator_id: str | None
    day: date
    rule: str
    article: str


@dataclass(slots=True)
class Difference:
    """What a version changes in what is in force on its days."""

    added: list[Shift] = field(default_factory=list)
    removed: list[Shift] = field(default_factory=list)
    changed: list[tuple[Shift, Shift]] = field(default_factory=list)
    unchanged: int = 0


def breaks_of(shift: Shift) -> list[tuple[datetime, timedelta]]:
    """Return when the breaks of a shift begin and how long each lasts, in their order."""
    found, at = [], shift.starts_at
    for part in shift.parts:
        length = timedelta(minutes=part["minutes"])
        if part["kind"] in BREAKS:
            found.append((at, length))
        at += length
    return found


def difference(before: Iterable[Shift], after: Iterable[Shift]) -> Difference:
    """Compare two sets of shifts, person by person and day by day."""
    found = Difference()
    old, new = _by_day(before), _by_day(after)
    for key in sorted(old.keys() | new.keys()):
        was, will = old.get(key, []), new.get(key, [])
        # Of a day in parts each is compared with itself first: one that goes leaves the other.
        same = [one for one in was if one in will]
        was, will = ([one for one in side if one not in same] for side in (was, will))
        found.unchanged += len(same)
        found.changed += zip(was, will, strict=False)
        found.removed += was[len(will) :]
        found.added += will[len(was) :]
    return found


def _by_day(shifts: Iterable[Shift]) -> dict[tuple[str, date], list[Shift]]:
    found: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for shift in sorted(shifts, key=lambda one: one.starts_at):
        found[shift.operator_id, shift.day].append(shift)
    return found


def violations(shifts: Sequence[Shift]) -> list[Violation]:
    """Return what breaks D.Lgs. 66/2003: the rest between two days' shifts, and breaks.

    Shifts of one day may be parted by less: that is a split shift, which people agree to.
    """
    found: list[Violation] = []
    people: dict[str, list[Shift]] = defaultdict(list)
    for shift in sorted(shifts, key=lambda one: one.starts_at):
        people[shift.operator_id].append(shift)
    for operator_id, own in people.items():
        for one, other in pairwise(own):
            if one.day != other.day and other.starts_at - one.ends_at < REST:
                rule = Rule("less than 11 hours after the shift before", "rest_short")
                found.append(Violation(operator_id, other.day, rule, "D.Lgs. 66/2003 art. 7"))
        for row in _without_break_between(own):
            length = row[-1].ends_at - row[0].starts_at
            if length > LONGEST_WITHOUT_BREAK and not any(map(_has_break, row)):
                rule = Rule("more than 6 hours without a break of 10 minutes", "six_hours")
                found.append(Violation(operator_id, row[0].day, rule, "D.Lgs. 66/2003 art. 8"))
    return found


def _without_break_between(own: Sequence[Shift]) -> list[list[Shift]]:
    """Return shifts in rows: one that begins within a break's length of the day's other goes on."""
    rows: list[list[Shift]] = []
    for shift in own:
        last = rows[-1][-1] if rows else None
        if last and shift.day == last.day and shift.starts_at - last.ends_at < BREAK:
            rows[-1].append(shift)
        else:
            rows.append([shift])
    return rows


def _has_break(shift: Shift) -> bool:
    least = BREAK.total_seconds() / 60
    return any(part["kind"] in BREAKS and part["minutes"] >= least for part in shift.parts)


def wrong_shift(shift: Shift, roster: Roster, zone: ZoneInfo) -> WrongShift | None:
    """Return why a shift cannot be, None when it can; its day is that of the organisation."""
    length = shift.ends_at - shift.starts_at
    if shift.starts_at.astimezone(zone).date() != shift.day:
        return "shift.begins"
    if not roster.first_day <= shift.day <= roster.last_day:
        return "shift.day"
    if not timedelta() < length <= LONGEST_SHIFT:
        return "shift.ends"
    if shift.parts and sum(part["minutes"] for part in shift.parts) * 60 != length.total_seconds():
        return "shift.parts"
    return None


def overlapping(shifts: Sequence[Shift]) -> Shift | None:
    """Return the first shift that begins before the same person's former one ends."""
    ordered = sorted(shifts, key=lambda one: (one.operator_id, one.starts_at))
    for one, other in pairwise(ordered):
        if one.operator_id == other.operator_id and other.starts_at < one.ends_at:
            return other
    return None


def most_at_once(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Return the most spans that hold at one moment; one that ends as another begins frees it."""
    edges = sorted(edge for begin, end in spans for edge in ((end, -1), (begin, 1)))
    most = here = 0
    for _, change in edges:
        here += change
        most = max(most, here)
    return most
