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
    crew: frozenset[str]
    nested: bool
    """Another queue's crew is this one but for a few: figures on both would tell of those."""
    shifts: Sequence[Shift]
    levers: Sequence[Pulled]
    steps: Mapping[str, Sequence[Step]]
    """What each lever does, by its id."""
    leaving: frozenset[str]
    """Which levers take their people from this queue: from others nobody can be taken."""
    actual: ReadDay
    usual_aht_s: float | None
    told_share_most: float
    """Which share of those who wait can at most be told to write or to be called back."""

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
        raise BadPlan("The days of a month back and ahead are shown.", day=day.isoformat())
    since, until = stream.midnight(day), stream.midnight(day + timedelta(days=1))
    forecast_id = await store_intraday.speaks_for(
        tx, queue_id=queue_id, channel=stream.channel, since=since, until=until
    )
    shifts = await store_rosters.in_force(tx, first_day=day - timedelta(days=1), last_day=day)
    scope = await scope_of(tx, at=min(until, tx.now))
    crews = {key: frozenset(crew) for key, crew in (await routing.crews(tx)).items()}
    crew = crews.pop(queue_id, None)
    if crew is None:
        crew = frozenset(await routing.crew_of(tx, queue))
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
        # Whoever moved is counted by the lever, while it runs, and not by their skills.
        crew=(crew - _moved(levers, steps, to=queue_id)) | _moved(levers, steps, out_of=queue_id),
        nested=tells_apart(crew, crews.values(), smallest=scope.smallest_group),
        shifts=[one for one in shifts if one.ends_at > since],
        levers=levers,
        steps=steps,
        leaving=await _leaving(tx, levers, queue),
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


def _moved(
    levers: Sequence[Pulled],
    steps: Mapping[str, Sequence[Step]],
    *,
    to: str | None = None,
    out_of: str | None = None,
) -> frozenset[str]:
    """Return who came over to a queue by a lever that is done, or went out of it."""
    return frozenset(
        step.operator_id
        for one in levers
        if one.lever.kind == "skill_move"
        and (one.queue_id == to or (out_of is not None and one.lever.other_queue_id == out_of))
        for step in steps.get(one.id, ())
        if step.operator_id is not None and step.state == "done"
    )


async def _leaving(tx: Tx, levers: Sequence[Pulled], queue: routing.Queue) -> frozenset[str]:
    found = set()
    for one in levers:
        if one.lever.kind == "skill_move" and one.lever.other_queue_id == queue.id:
            into = await routing.get_queue(tx, one.queue_id)
            if into is not None and routing.can_be_left(queue, into):
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
    came = {one.starts_at: one for one in fold_half_hours(read.actual, crew=read.crew)}
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
                people=there.people,
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
    change = 0.0
    for one in read.levers:
        if one.lever.kind != "skill_move" or read.queue.id not in (
            one.queue_id,
            one.lever.other_queue_id,
        ):
            continue
        if read.queue.id != one.queue_id and one.id not in read.leaving:
            continue
        moved = [step for step in read.steps.get(one.id, ()) if step.state in ("due", "done")]
        if one.undone_at is None:
            part = part_within(at, since=one.lever.from_at, until=one.lever.until_at)
            change += part * (len(moved) if read.queue.id == one.queue_id else -len(moved))
    return change


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
