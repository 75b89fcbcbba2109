"""Shifts that nobody can work where they were: who else can, at home, and what stays open. Pure.

Whoever comes in on a free day is asked before it is published: a draft gives no orders.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from ascolto.workforce.agreements import in_force_on
from ascolto.workforce.asking import Wishes
from ascolto.workforce.casting import Planned
from ascolto.workforce.exchanging import hindrances
from ascolto.workforce.hours import paid_time, week_hours
from ascolto.workforce.rostering.instance import EVERY_DAY, minute_of
from ascolto.workforce.rosters import Shift
from ascolto.workforce.today import HALF_HOUR

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
Place = tuple[str | None, datetime]
"""A queue, or none where a shift names none, and when a half hour begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helping:
    """Who might fill shifts: what they can, have agreed to, wish for, and work around those days.

    `around` are everybody's shifts of the days before and after, the draft's in place of what is
    in force; `terms` are contracts by id, whose bands are of the clocks of `zone`; `agreeing` who
    agrees to short and to split shifts.
    """

    people: Sequence[Planned]
    wishes: Mapping[str, Wishes]
    terms: Mapping[str, Mapping[str, Any]]
    around: Sequence[Shift]
    agreeing: tuple[frozenset[str], frozenset[str]]
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Span:
    """So many people fewer in a queue, from when until when; a half hour's part of one counts."""

    queue_id: str | None
    from_at: datetime
    until_at: datetime
    people: float


def fill(
    lost: Iterable[Shift],
    helping: Helping,
    *,
    never: Collection[tuple[str, date]] = frozenset(),
) -> list[tuple[Shift, Shift]]:
    """Return which lost shift is taken by whom: free that day, able, and within every rule.

    Of several the one who works least that week; a day that somebody wishes to be free stays so,
    and so does a week in which they have leave. `never` are people and days that are out.
    """
    own: dict[str, list[Shift]] = defaultdict(list)
    for one in helping.around:
        own[one.operator_id].append(one)
    queues = {one.operator_id: frozenset(one.queues) for one in helping.people}
    cast = {one.operator_id: one for one in helping.people}
    found = []
    for shift in sorted(lost, key=lambda one: (one.starts_at, one.operator_id)):
        monday = shift.day - timedelta(days=shift.day.weekday())
        needed = _needed(shift, queues)
        able = sorted(
            (week_hours(own[one.operator_id], monday), one.operator_id)
            for one in helping.people
            if needed <= queues[one.operator_id] and (one.operator_id, shift.day) not in never
        )
        # The rules take far longer to look at than the hours: the first who may is enough.
        who = next((who for _, who in able if _may(cast[who], shift, helping, own[who])), None)
        if who is not None:
            taken = replace(shift, operator_id=who, place="home")
            own[who].append(taken)
            found.append((shift, taken))
    return found


def _needed(shift: Shift, queues: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the queues that a shift is worked in: where it names none, all of its person's."""
    work = [part for part in shift.parts if part["kind"] == "queue"]
    named = frozenset(str(part["queue_id"]) for part in work if part.get("queue_id"))
    whole = bool(shift.parts) and all(part.get("queue_id") for part in work)
    return named if whole else named | queues.get(shift.operator_id, frozenset())


def _may(one: Planned, shift: Shift, helping: Helping, own: Sequence[Shift]) -> bool:
    who, day = one.operator_id, shift.day
    if not one.queues or _is_away(one, day) or any(other.day == day for other in own):
        return False
    agreed = in_force_on(one.agreements, day).get(who)
    terms = helping.terms.get(agreed.contract_id or "") if agreed else None
    if agreed is None or agreed.office is None or terms is None:
        return False  # work at home is agreed one by one (L. 81/2017 art. 19)
    wishes = helping.wishes.get(who, Wishes())
    if day.isoweekday() in {*wishes.days_off, *agreed.free_weekdays}:
        return False
    fits = _of_contract(terms, shift, elastic=agreed.elastic, zone=helping.zone)
    if not (fits and _within_week(terms, shift, own)):
        return False
    taken = replace(shift, operator_id=who)
    return not hindrances([*own, taken], people=(who,), day=day, agreeing=helping.agreeing)


def _is_away(one: Planned, day: date) -> bool:
    """Tell of leave in a day's week: its hours count as worked, and nobody is asked back."""
    monday = day - timedelta(days=day.weekday())
    return any(monday <= off < monday + timedelta(days=7) for off in one.leave)


def _within_week(terms: Mapping[str, Any], shift: Shift, own: Sequence[Shift]) -> bool:
    monday = shift.day - timedelta(days=shift.day.weekday())
    week = {one.day for one in own if monday <= one.day < monday + timedelta(days=7)}
    if terms.get("shifts_per_week") is not None:
        return len(week) < int(terms["shifts_per_week"])
    most = terms["weekly_minutes"][1] / 60
    return bool(week_hours(own, monday) + paid_time(shift) / _HOUR <= most)


def _of_contract(terms: Mapping[str, Any], shift: Shift, *, elastic: bool, zone: tzinfo) -> bool:
    """Tell whether a contract has shifts as long as one, at these hours; of no parts nobody knows.

    Bands are of the clock on the wall; a night on which it changes is left to the examiner.
    """
    if not shift.parts:
        return True
    starts = shift.starts_at.astimezone(zone)
    begin = starts.hour * 60 + starts.minute
    end = begin + (shift.ends_at - shift.starts_at) / _MINUTE
    bands = [*terms["bands"], *(terms.get("elastic_bands") or () if elastic else ())]
    return paid_time(shift) / _MINUTE in terms["shift_minutes"] and any(
        shift.day.isoweekday() in band.get("weekdays", EVERY_DAY)
        and minute_of(band["from"]) <= begin
        and end <= minute_of(band["to"])
        for band in bands
    )


def left_open(
    lost: Iterable[Shift],
    taken: Iterable[Shift],
    *,
    there: Iterable[Shift],
    needed: Mapping[Place, float],
) -> list[Span]:
    """Return where fewer are there than before and, as far as that is known, than it takes."""
    before, again, now = _cover(lost), _cover(taken), _cover(there)
    open_: dict[Place, float] = {}
    for place, people in before.items():
        missing = people - again.get(place, 0.0)
        if place in needed:
            missing = min(missing, needed[place] - now.get(place, 0.0))
        if missing > 1e-9:
            open_[place] = round(missing, 2)
    return _spans(open_)


def _spans(open_: Mapping[Place, float]) -> list[Span]:
    found: list[Span] = []
    for (queue, at), people in sorted(
        open_.items(), key=lambda told: (told[0][0] or "", told[0][1])
    ):
        last = found[-1] if found else None
        if last and (last.queue_id, last.until_at, last.people) == (queue, at, people):
            found[-1] = replace(last, until_at=at + HALF_HOUR)
        else:
            found.append(Span(queue, at, at + HALF_HOUR, people))
    return found


def _cover(shifts: Iterable[Shift]) -> dict[Place, float]:
    found: dict[Place, float] = defaultdict(float)
    for shift in shifts:
        at = shift.starts_at
        whole = int((shift.ends_at - shift.starts_at) / timedelta(minutes=1))
        for part in shift.parts or ({"kind": "queue", "minutes": whole},):
            end = at + timedelta(minutes=part["minutes"])
            if part["kind"] == "queue":
                _add(found, part.get("queue_id"), at, end)
            at = end
    return found


def _add(found: dict[Place, float], queue: str | None, begin: datetime, end: datetime) -> None:
    at = begin - timedelta(minutes=begin.minute % 30)
    while at < end:
        part = min(end, at + HALF_HOUR) - max(begin, at)
        found[queue, at] += part / HALF_HOUR
        at += HALF_HOUR


def needed_by_half_hour(
    queue_id: str, people: Sequence[float], *, begins_at: datetime, minutes: int
) -> dict[Place, float]:
    """Return what a queue's day takes half hour by half hour: the mean of its intervals."""
    sums: dict[Place, list[float]] = defaultdict(list)
    for n, value in enumerate(people):
        at = begins_at + n * timedelta(minutes=minutes)
        sums[queue_id, at - timedelta(minutes=at.minute % 30)].append(value)
    return {place: sum(values) / len(values) for place, values in sums.items()}
