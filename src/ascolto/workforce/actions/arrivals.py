"""What has come to each queue just now and today, beside what was published for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto import routing
from ascolto.insight.today import Today
from ascolto.insight.volumes import interval_of
from ascolto.kit.db import Tx
from ascolto.workforce import store_intraday
from ascolto.workforce.today import HALF_HOUR, expected_between

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How much came between two moments; `expected` is None where nothing was published."""

    came: int
    expected: float | None


@dataclass(frozen=True, slots=True)
class QueueArrivals:
    """One queue's last half hour and its day so far."""

    queue: routing.Queue
    half_hour: Arrivals
    today: Arrivals


async def arrivals_now(tx: Tx, today: Today) -> tuple[datetime, datetime, list[QueueArrivals]]:
    """Return from when and until when the last half hour is, and each queue in scope.

    It ends with the last whole minute and never reaches into yesterday.
    """
    queues = await routing.list_queues(tx)
    until = interval_of(tx.now, minutes=1)
    since = max(today.since, until - HALF_HOUR)
    told = await store_intraday.published_days(
        tx, {one.id: one.channel for one in queues}, since=today.since, until=today.since + _DAY
    )

    def between(queue_id: str, begin: datetime) -> Arrivals:
        day = told.get(queue_id)
        expected = None
        if day is not None:
            expected = expected_between(
                day.intervals, minutes=day.minutes, since=begin, until=until
            )
        return Arrivals(today.came(queue_id, since=begin, until=until), expected)

    return (
        since,
        until,
        [
            QueueArrivals(one, between(one.id, since), between(one.id, today.since))
            for one in queues
        ],
    )
