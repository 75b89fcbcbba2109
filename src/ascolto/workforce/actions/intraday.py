"""The day itself: what was planned beside what came, and what can be done about the rest."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from ascolto import routing
from ascolto.insight.ask import scope_of
from ascolto.insight.half_hours import HalfHour, ReadDay, fold_half_hours, read_day
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import setting
from ascolto.workforce import events, store, store_history, store_intraday, store_rosters
from ascolto.workforce.actions import pulling
from ascolto.workforce.errors import BadPlan, UnknownLever
from ascolto.workforce.levers import MOST_TOLD, Half, Lever, Pulled, part_within
from ascolto.workforce.past import Stream, stream_of
from ascolto.workforce.reaching import Step
from ascolto.workforce.rosters import Shift
from ascolto.workforce.today import (
    HALF_HOUR,
    Expected,
    Rest,
    by_half_hour,
    on_duty,
    rest_of_day,
    tells_apart,
)

PATIENCE_S = 300.0
# Fewer than this tell little of how long the work takes today.
_ENOUGH_HANDLED = 20
_AHT_OVER = timedelta(days=28)


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


async def read_intraday(tx: Tx, queue_id: str, day: date | None = None) -> DayRead:
    """Read a queue's day, today unless told otherwise."""
    stream = await stream_of(tx, queue_id=queue_id)
    queue = await routing.get_queue(tx, queue_id)
    if queue is None:
        raise routing.QueueUnknown("There is no such queue.")
    today = stream.today(tx.now)
    day = day or today
    if abs((day - today).days) > 31:
        raise BadPlan(
            "month_around", "The days of a month back and ahead are shown.", day=day.isoformat()
        )
    since, until = stream.midnight(day), stream.midnight(day + timedelta(days=1))
    forecast_id = await store_intraday.speaks_for(
        tx, queue_id=queue_id, channel=stream.channel, since=since, until=until
    )
    shifts = await store_rosters.in_force(tx, first_day=day - timedelta(days=1), last_day=day)
    scope = await scope_of(tx, at=min(until, tx.now))
    levers = await store_intraday.levers_between(tx, since=since, until=until)
    steps = await store_intraday.steps_of(tx, [one.id for one in levers])
    return DayRead(
        stream=stream,
        queue=queue,
        day=day,
        now=tx.now,
        since=since,
        until=until,
        forecast_id=forecast_id,
        expected=await _expected(tx, forecast_id, since, until),
        lesson=await store.lesson_of(tx, forecast_id) if forecast_id else None,
        crews=await _crews(tx, queue, levers, steps, today=day == today),
        shifts=[one for one in shifts if one.ends_at > since],
        levers=levers,
        steps=steps,
        leaving=await _leaving(tx, levers),
        actual=await read_day(
            tx,
            scope,
            queue_id=queue_id,
            since=since,
            until=max(min(until, tx.now), since),
            zone=stream.zone,
        ),
        usual_aht_s=await store_history.mean_handling_s(
            tx, queue_id=queue_id, channel=stream.channel, since=tx.now - _AHT_OVER
        ),
        told_share_most=await setting(tx, MOST_TOLD, client_id=queue.client_id) / 100,
    )


async def _crews(
    tx: Tx,
    queue: routing.Queue,
    levers: Sequence[Pulled],
    steps: Mapping[str, Sequence[Step]],
    *,
    today: bool,
) -> dict[str, frozenset[str]]:
    """Return who takes from each queue; of other days than today by the skills that stand."""
    held = await routing.crews(tx) if today else await routing.standing_crews(tx)
    if queue.id not in held:
        held[queue.id] = await routing.crew_of(tx, queue)
    found = {key: set(crew) for key, crew in held.items()}
    # Whoever moved is counted by the lever, while it runs, and not by their skills.
    for one in levers:
        if one.lever.kind == "skill_move":
            moved = _people_of(steps.get(one.id, ()), "done")
            found.setdefault(one.queue_id, set()).difference_update(moved)
            found.setdefault(one.lever.other_queue_id or "", set()).update(moved)
    return {key: frozenset(crew) for key, crew in found.items()}


def _people_of(steps: Sequence[Step], *states: str) -> set[str]:
    return {one.operator_id for one in steps if one.operator_id and one.state in states}


async def _leaving(tx: Tx, levers: Sequence[Pulled]) -> frozenset[str]:
    found = set()
    for one in levers:
        if one.lever.kind == "skill_move" and one.lever.other_queue_id is not None:
            left = await routing.get_queue(tx, one.lever.other_queue_id)
            into = await routing.get_queue(tx, one.queue_id)
            if left is not None and into is not None and routing.can_be_left(left, into):
                found.add(one.id)
    return frozenset(found)


async def _expected(
    tx: Tx, forecast_id: str | None, since: datetime, until: datetime
) -> list[Expected]:
    if forecast_id is None:
        return []
    forecast = await store.get_forecast(tx, forecast_id)
    intervals = await store.intervals_of(tx, forecast_id, since=since, until=until)
    found = [Expected(one.starts_at, one.mean, one.low, one.high, one.rate_cv) for one in intervals]
    return by_half_hour(found, minutes=forecast.minutes if forecast else 30)


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
            moved = _people_of(read.steps.get(one.id, ()), "due", "done")
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


async def pull(
    tx: Tx, lever: Lever, *, queue_id: str, reason: str, effect: dict[str, Any]
) -> tuple[Pulled, list[Step]]:
    """Do it: offers go to people, breaks move, routing is told; what it was said to bring stays."""
    stream = await stream_of(tx, queue_id=queue_id)
    done = await store_intraday.insert_lever(
        tx,
        new_id(),
        lever,
        client_id=stream.client_id,
        queue_id=queue_id,
        reason=reason,
        effect=effect,
    )
    tx.emit(_event(done, "pulled", reason))
    return done, await pulling.reach(tx, done, stream)


async def undo(tx: Tx, lever_id: str) -> tuple[Pulled, list[Step]]:
    """Take it back: what was offered is closed, what runs ends, breaks go back where they were."""
    undone = await store_intraday.set_undone(tx, lever_id)
    if undone is None:
        raise UnknownLever("There is nothing like it to take back.", lever_id=lever_id)
    steps = (await store_intraday.steps_of(tx, [lever_id])).get(lever_id, [])
    await pulling.take_back(tx, undone, steps)
    tx.emit(_event(undone, "undone", undone.reason))
    return undone, (await store_intraday.steps_of(tx, [lever_id])).get(lever_id, [])


def _event(one: Pulled, change: str, reason: str) -> events.LeverPulled:
    return events.LeverPulled(
        client_id=one.client_id,
        lever_id=one.id,
        queue_id=one.queue_id,
        lever=one.lever.kind,
        change=change,
        reason=reason,
    )
