"""A day's figures: what was planned, what came and what is expected, half hour by half hour. Pure.

What levers change in them is counted here too: whoever moves by one counts where they are sent.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from ascolto import routing
from ascolto.insight.half_hours import HalfHour, ReadDay, fold_half_hours
from ascolto.workforce.levers import Half, Pulled, part_within
from ascolto.workforce.past import Stream
from ascolto.workforce.reaching import Step
from ascolto.workforce.rosters import Shift
from ascolto.workforce.today import (
    HALF_HOUR,
    Expected,
    Rest,
    on_duty,
    rest_of_day,
    tells_apart,
)

PATIENCE_S = 300.0
# Fewer than this tell little of how long the work takes today.
_ENOUGH_HANDLED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRead:
    """All that a queue's day is made of, read in one transaction and worked out after it."""

    stream: Stream
    queue: routing.Queue
    day: date
    now: datetime
    since: datetime
    until: datetime
    forecast_id: str | None
    expected: Sequence[Expected]
    lesson: dict[str, Any] | None
    """What past days teach of the rest of a day, None where nothing was learnt."""
    crews: Mapping[str, frozenset[str]]
    """Who takes from each queue, whoever is moved by a lever counted where they come from."""
    shifts: Sequence[Shift]
    levers: Sequence[Pulled]
    steps: Mapping[str, Sequence[Step]]
    """What each lever does, by its id."""
    leaving: frozenset[str]
    """Which levers take their people from the queue they come from: not all can be left."""
    actual: ReadDay
    usual_aht_s: float | None
    away: Sequence[tuple[str, datetime]]
    """Who takes from the queue on other days and is lent elsewhere, by name, and until when."""
    told_share_most: float
    """Which share of those who wait can at most be told to write or to be called back."""

    @property
    def crew(self) -> frozenset[str]:
        """Return who takes from the queue."""
        return self.crews[self.queue.id]

    @property
    def smallest_group(self) -> int:
        """Return how many people a figure on people must be of."""
        return self.actual.smallest_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Half an hour: as it was planned, as it came, and as it is expected now."""

    starts_at: datetime
    planned: Expected | None
    came: HalfHour | None
    over: bool
    anew: float | None
    on_duty: float
    people: int
    """How few persons figures tell of, before levers or with them: how many moved is known."""
    nested: bool
    """Another queue's crew is this one but for a few: figures on both would tell of those."""


@dataclass(frozen=True, slots=True)
class DayLines:
    """A queue's day, and how its busyness is judged."""

    read: DayRead
    rest: Rest
    lines: tuple[Line, ...]
    aht_s: float | None
    way: Literal["plan", "level", "learnt"] = "level"
    """How the rest is expected anew: as planned, by the day's level, or as past days taught."""
    judged: int = 0

    def ahead(self) -> list[Half]:
        """Return the half hours that have not begun."""
        return [
            Half(one.starts_at, one.anew or 0.0, one.on_duty)
            for one in self.lines
            if one.starts_at >= self.read.now
        ]


async def lay_out(read: DayRead) -> DayLines:
    """Work a day out, beside the loop that answers others."""
    return await asyncio.to_thread(_lay_out, read)


def _lay_out(read: DayRead) -> DayLines:
    crews = _crews_by_half_hour(read)
    folded = fold_half_hours(read.actual, crew=lambda at: crews[at][read.queue.id])
    came = {one.starts_at: one for one in folded}
    planned = {one.starts_at: one for one in read.expected}
    duty = {
        at: on_duty(read.shifts, queue_id=read.queue.id, crew=read.crew, starts_at=at)
        for at in _half_hours(read.since, read.until)
    }
    rest = _rest(read, came)
    lines = []
    for at, there in duty.items():
        plan, one = planned.get(at), came.get(at)
        # Hours in which nothing is planned, nothing came and nobody works are not of this queue.
        if plan is None and there.people == 0 and (one is None or one.offered == 0):
            continue
        lines.append(
            Line(
                starts_at=at,
                planned=plan,
                came=one,
                over=at + HALF_HOUR <= read.now,
                anew=plan.mean * rest.factor if plan and at + HALF_HOUR > read.now else None,
                on_duty=there.mean + _by_levers(read, at),
                people=_fewest(read, there.people, at),
                nested=_nested(read, crews[at]),
            )
        )
    return DayLines(read, rest, tuple(lines), _aht_s(read, came.values()))


def _half_hours(since: datetime, until: datetime) -> list[datetime]:
    # Moments and not clock times: a day on which the clocks change has its real half hours.
    count = round((until.timestamp() - since.timestamp()) / HALF_HOUR.total_seconds())
    zone, start = since.tzinfo, since.timestamp()
    return [datetime.fromtimestamp(start + 1800 * n, zone) for n in range(count)]


def _rest(read: DayRead, came: dict[datetime, HalfHour]) -> Rest:
    over = [one for one in read.expected if one.starts_at + HALF_HOUR <= read.now]
    total = sum(one.mean for one in read.expected)
    cv = sum(one.mean * one.rate_cv for one in read.expected) / total if total > 0 else 0.2
    return rest_of_day(
        expected=sum(one.mean for one in over),
        came=sum(came[one.starts_at].offered for one in over if one.starts_at in came),
        cv=cv,
    )


def _by_levers(read: DayRead, at: datetime) -> float:
    """Return how many more, or fewer, are there because people came over from another queue.

    Whatever changes a person's day is in the shifts already, as far as they agreed.
    """
    return sum(
        part * len(moved) * ((into == read.queue.id) - (out_of == read.queue.id))
        for into, out_of, moved, part in _moves(read, at)
    )


def _moves(read: DayRead, at: datetime) -> list[tuple[str, str | None, set[str], float]]:
    """Return who goes over to which queue, and leaves which, for what part of a half hour."""
    found = []
    for one in read.levers:
        lever, part = one.lever, part_within(at, since=one.lever.from_at, until=one.lever.until_at)
        if lever.kind == "skill_move" and one.undone_at is None and part > 0:
            moved = people_of(read.steps.get(one.id, ()), "due", "done")
            out_of = lever.other_queue_id if one.id in read.leaving else None
            found.append((one.queue_id, out_of, moved, part))
    return found


def _crews_by_half_hour(read: DayRead) -> dict[datetime, Mapping[str, frozenset[str]]]:
    """Return who takes from each queue with the levers that run in a half hour."""
    found: dict[datetime, Mapping[str, frozenset[str]]] = {}
    for at in _half_hours(read.since, read.until):
        crews = dict(read.crews)
        for into, out_of, moved, _ in _moves(read, at):
            crews[into] = crews.get(into, frozenset()) | moved
            if out_of is not None:
                crews[out_of] = crews.get(out_of, frozenset()) - moved
        found[at] = crews
    return found


def _fewest(read: DayRead, people: int, at: datetime) -> int:
    with_levers = people + sum(
        len(moved) * ((into == read.queue.id) - (out_of == read.queue.id))
        for into, out_of, moved, _ in _moves(read, at)
    )
    return min((number for number in (people, with_levers) if number > 0), default=0)


def _nested(read: DayRead, crews: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether a crew, before levers or with them, is another's but for a few."""
    return any(
        tells_apart(
            told[read.queue.id],
            [crew for key, crew in told.items() if key != read.queue.id],
            smallest=read.smallest_group,
        )
        for told in (read.crews, crews)
    )


def _aht_s(read: DayRead, came: Any) -> float | None:
    told = [one for one in came if one.aht_s is not None]
    handled = sum(one.handled for one in told)
    if handled >= _ENOUGH_HANDLED:
        return float(sum(one.aht_s * one.handled for one in told) / handled)
    return read.usual_aht_s


def requirement_question(lines: DayLines) -> dict[str, Any] | None:
    """Return what the calculating process is asked: the people each half hour takes now."""
    if not lines.aht_s or not lines.lines:
        return None
    queue = lines.read.queue
    return {
        "minutes": 30,
        "model": "a",
        "service_level": min(max(lines.read.actual.target, 0.01), 0.99),
        "target_s": queue.target_s,
        "aht_s": lines.aht_s,
        "patience_s": PATIENCE_S,
        "max_occupancy": 1.0,
        "concurrency": 1,
        "slowdown": 0.0,
        "shrinkage": {},
        "intervals": [
            {"mean": _mean(one), "rate_cv": lines.rest.cv if one.anew is not None else 0.0}
            for one in lines.lines
        ],
    }


def _mean(line: Line) -> float:
    if line.anew is not None:
        return line.anew
    if line.came is not None:
        return float(line.came.offered)
    return line.planned.mean if line.planned else 0.0


def rest_question(lines: DayLines) -> dict[str, Any] | None:
    """Return what the calculating process is asked of the rest of today; None with no lesson."""
    read = lines.read
    if read.lesson is None or not read.since <= read.now < read.until:
        return None
    columns: list[int] = read.lesson["minutes"]
    by_minute = {_minute_of(one.starts_at): one for one in lines.lines}
    if len(by_minute) != len(lines.lines):
        return None  # clocks change today: an hour is there twice
    found = [by_minute.get(minute) for minute in columns]
    now = _minute_of(read.now.astimezone(read.stream.zone))
    seen = sum(minute + 30 <= now for minute in columns)
    return {
        "lesson": read.lesson,
        "expected": [one.planned.mean if one and one.planned else 0.0 for one in found],
        "actual": [one.came.offered if one and one.came else 0 for one in found[:seen]],
    }


def with_rest(lines: DayLines, answer: dict[str, Any]) -> DayLines:
    """Return a day with its rest as the way that was best on past days expects it."""
    columns: list[int] = lines.read.lesson["minutes"] if lines.read.lesson else []
    means = answer["means"]
    told = dict(zip(columns[len(columns) - len(means) :], means, strict=True))
    anew = tuple(
        replace(one, anew=told.get(_minute_of(one.starts_at), one.anew)) if one.anew else one
        for one in lines.lines
    )
    rest = [(one.anew, one.planned.mean) for one in anew if one.anew is not None and one.planned]
    planned = sum(mean for _, mean in rest)
    factor = sum(mean for mean, _ in rest) / planned if planned > 0 else 1.0
    return replace(
        lines,
        lines=anew,
        rest=replace(lines.rest, factor=factor),
        way=answer["way"],
        judged=answer["judged"],
    )


def _minute_of(at: datetime) -> int:
    return at.hour * 60 + at.minute


def people_of(steps: Sequence[Step], *states: str) -> set[str]:
    """Return whose steps of a lever are in some states."""
    return {one.operator_id for one in steps if one.operator_id and one.state in states}
