"""The day itself: what was planned beside what came, and what can be done about the rest."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ascolto import routing
from ascolto.insight.ask import scope_of
from ascolto.insight.half_hours import read_day
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import operators_by_ids
from ascolto.tenancy.actions import setting
from ascolto.workforce import events, store, store_history, store_intraday, store_rosters
from ascolto.workforce.actions import pulling
from ascolto.workforce.errors import BadPlan, UnknownLever
from ascolto.workforce.laying_out import DayRead, people_of
from ascolto.workforce.levers import MOST_TOLD, Lever, Pulled
from ascolto.workforce.past import stream_of
from ascolto.workforce.reaching import Step
from ascolto.workforce.today import (
    Expected,
    by_half_hour,
)

_AHT_OVER = timedelta(days=28)


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
        away=await _away(tx, queue) if day == today else (),
        told_share_most=await setting(tx, MOST_TOLD, client_id=queue.client_id) / 100,
    )


async def _away(tx: Tx, queue: routing.Queue) -> list[tuple[str, datetime]]:
    gone = {
        one.operator_id: one.until for one in await routing.away(tx) if one.queue_id == queue.id
    }
    people = await operators_by_ids(tx, gone) if gone else {}
    return sorted((one.display_name, gone[who]) for who, one in people.items())


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
            moved = people_of(steps.get(one.id, ()), "done")
            found.setdefault(one.queue_id, set()).difference_update(moved)
            found.setdefault(one.lever.other_queue_id or "", set()).update(moved)
    return {key: frozenset(crew) for key, crew in found.items()}


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
