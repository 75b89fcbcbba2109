"""What came in each interval, by queue and channel: the past that planning looks at."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.insight import store
from ascolto.insight.engaged import engaged_seconds
from ascolto.insight.errors import PeriodTooBusy
from ascolto.insight.fold import REQUESTED, WORK_KINDS, Ledger
from ascolto.insight.model import Counting, Episode, LoggedEvent
from ascolto.insight.tally import count_work
from ascolto.kit.db import Tx

# Whoever was asked for before the end may be answered after it: that still counts.
TAIL = timedelta(days=1)
MOST_EVENTS = 500_000
# What was taken back within a moment asked for nobody's time twice.
_NOT_ASKED = frozenset({"undo"})


@dataclass(frozen=True, slots=True)
class Volume:
    """What one interval brought: times somebody was asked for, and what became of them.

    `handling_s` is the time operators gave to the `handled`, shared where they did several things.
    """

    client_id: str
    queue_id: str
    channel: str
    starts_at: datetime
    offered: int
    handled: int
    abandoned: int
    handling_s: float


async def log_begins_at(tx: Tx) -> datetime | None:
    """Return when somebody was first asked for, None where nobody ever was."""
    return await store.first_event_at(tx, kind=REQUESTED)


async def volumes_between(
    tx: Tx, *, since: datetime, until: datetime, minutes: int
) -> list[Volume]:
    """Return what came between two moments in intervals of `minutes` that divide an hour.

    Intervals in which nothing came are left out. Raises PeriodTooBusy beyond half a million events.
    """
    events = await volume_events(tx, since=since, until=until)
    return await asyncio.to_thread(fold_volumes, events, since=since, until=until, minutes=minutes)


async def volume_events(tx: Tx, *, since: datetime, until: datetime) -> list[store.Logged]:
    """Return what `fold_volumes` folds, for whoever folds it once the transaction has ended."""
    events = await store.events_between(
        tx, since=since, until=until + TAIL, kinds=WORK_KINDS, limit=MOST_EVENTS + 1
    )
    if len(events) > MOST_EVENTS:
        raise PeriodTooBusy("Too much happened in this period.", most_events=MOST_EVENTS)
    return events


def fold_volumes(
    events: Iterable[LoggedEvent], *, since: datetime, until: datetime, minutes: int
) -> list[Volume]:
    """Fold events into intervals; what was asked for outside of the period is not counted."""
    episodes = Ledger().add(events).episodes()
    # Time is shared over all of an operator's work, so it is worked out before any is left out.
    engaged = engaged_seconds(episodes, until=until + TAIL)
    found: dict[tuple[str, str, str, datetime], list[float]] = defaultdict(lambda: [0, 0, 0, 0.0])
    for episode in episodes:
        if not since <= episode.requested_at < until or not was_offered(episode):
            continue
        seconds = engaged.get(episode.work_item_id, 0.0)
        tally = count_work(episode, Counting(), engaged_s=seconds)
        starts_at = interval_of(episode.requested_at, minutes=minutes)
        row = found[episode.client_id, episode.queue_id, episode.channel, starts_at]
        row[0] += 1
        row[1] += tally.handled
        row[2] += int(episode.abandoned_at is not None)
        row[3] += tally.engaged_s
    return [
        Volume(*key, int(offered), int(handled), int(abandoned), handling_s)
        for key, (offered, handled, abandoned, handling_s) in sorted(found.items())
        if key[0] and key[1]
    ]


def was_offered(episode: Episode) -> bool:
    """Tell whether an episode asked for somebody's time: not what was taken back at once."""
    withdrawn = episode.withdrawn_at is not None and not episode.stints
    return episode.cause not in _NOT_ASKED and not withdrawn


def interval_of(at: datetime, *, minutes: int) -> datetime:
    """Return the start of the interval that holds a moment, by the clock of the moment's zone."""
    passed = timedelta(minutes=at.minute % minutes, seconds=at.second, microseconds=at.microsecond)
    return at - passed
