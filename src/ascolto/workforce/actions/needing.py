"""What the queues that somebody takes from need on a day, asked of the process that calculates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.workforce import store, store_history, store_intraday
from ascolto.workforce.actions.requests import Needed
from ascolto.workforce.past import stream_of
from ascolto.workforce.today import Expected, by_half_hour

_AHT_OVER = timedelta(days=28)
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class NeedQuestion:
    """A question for each of somebody's queues, and who may take from any of them.

    None is asked unless a published forecast speaks of every queue: what nobody has forecast is not
    nothing.
    """

    queues: dict[str, tuple[Sequence[Expected], dict[str, Any]]]
    crew: frozenset[str]

    def needed(self, answers: dict[str, dict[str, Any]]) -> Needed | None:
        """Add the answers up: people are pooled over the queues they may take from."""
        if not self.queues:
            return None
        people: dict[Any, float] = {}
        for queue_id, (expected, _) in self.queues.items():
            for one, found in zip(expected, answers[queue_id]["intervals"], strict=True):
                people[one.starts_at] = people.get(one.starts_at, 0.0) + found["operators"]
        return Needed(tuple(self.queues), self.crew, people)


async def need_question(tx: Tx, who: str, day: date) -> NeedQuestion:
    """Return what to ask of the calculating process about a day of somebody's queues."""
    queues, crew = {}, set[str]()
    for queue_id, people in (await routing.standing_crews(tx)).items():
        if who not in people:
            continue
        crew |= set(people)
        if (found := await _of_queue(tx, queue_id, day)) is None:
            return NeedQuestion({}, frozenset())
        queues[queue_id] = found
    return NeedQuestion(queues, frozenset(crew))


async def _of_queue(
    tx: Tx, queue_id: str, day: date
) -> tuple[Sequence[Expected], dict[str, Any]] | None:
    stream = await stream_of(tx, queue_id=queue_id)
    queue = await routing.get_queue(tx, queue_id)
    since, until = stream.midnight(day), stream.midnight(day + timedelta(days=1))
    forecast_id = await store_intraday.speaks_for(
        tx, queue_id=queue_id, channel=stream.channel, since=since, until=until
    )
    aht_s = await store_history.mean_handling_s(
        tx, queue_id=queue_id, channel=stream.channel, since=tx.now - _AHT_OVER
    )
    if forecast_id is None or queue is None or not aht_s:
        return None
    forecast = await store.get_forecast(tx, forecast_id)
    intervals = await store.intervals_of(tx, forecast_id, since=since, until=until)
    expected = by_half_hour(
        # By the clock on the wall: the half hours that are too few are told to people.
        [
            Expected(
                one.starts_at.astimezone(stream.zone), one.mean, one.low, one.high, one.rate_cv
            )
            for one in intervals
        ],
        minutes=forecast.minutes if forecast else 30,
    )
    question = {
        "minutes": 30, "model": "a", "service_level": min(queue.target_share, 0.99),
        "target_s": queue.target_s, "aht_s": aht_s, "patience_s": PATIENCE_S,
        "max_occupancy": 1.0, "concurrency": 1, "slowdown": 0.0, "shrinkage": {},
        "intervals": [{"mean": one.mean, "rate_cv": one.rate_cv} for one in expected],
    }  # fmt: skip
    return expected, question
