"""What came to a queue until now: kept days, the days not kept yet, and tables brought in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto import routing
from ascolto.conversations.hours import calendar_of_queue
from ascolto.insight.volumes import (
    Volume,
    fold_volumes,
    interval_of,
    volume_events,
)
from ascolto.kit.clock import midnight
from ascolto.kit.db import Tx
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store_history
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.model import GRIDS, Came

LONGEST = timedelta(days=366)
# Days are kept once everybody who came in them was answered; should that ever lag behind, a
# request does not fold weeks of the log.
_LIVE_DAYS = 4
_EVER = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Stream:
    """One queue's one channel, with the organisation's clock."""

    queue_id: str
    client_id: str
    channel: str
    zone: ZoneInfo

    def midnight(self, day: date) -> datetime:
        """Return the first moment of a local day."""
        return midnight(day, self.zone)

    def today(self, now: datetime) -> date:
        """Return the local day of a moment."""
        return now.astimezone(self.zone).date()


async def stream_of(tx: Tx, *, queue_id: str, channel: str | None = None) -> Stream:
    """Return a queue in scope as a stream of work; without a channel the queue's own."""
    queue = await routing.get_queue(tx, queue_id)
    if queue is None:
        raise routing.QueueUnknown("There is no such queue.")
    zone = ZoneInfo((await tenancy_store.get_tenant(tx)).timezone)
    return Stream(queue.id, queue.client_id, channel or queue.channel, zone)


@dataclass(frozen=True, slots=True)
class ReadCame:
    """What was read of a period: what is kept of it, and the events of the days that are not."""

    stream: Stream
    minutes: int
    kept: list[Came]
    since: datetime
    until: datetime
    events: list[Any]


async def read_came(
    tx: Tx, stream: Stream, *, since: datetime, until: datetime, minutes: int
) -> ReadCame:
    """Read what came between two moments; `fold_came` works it out, with no transaction open."""
    if since.tzinfo is None or until.tzinfo is None or not timedelta() < until - since <= LONGEST:
        raise BadPlan("period", "A period has zoned moments, at least one and at most a year.")
    kept = await store_history.came_between(
        tx,
        queue_id=stream.queue_id,
        channel=stream.channel,
        since=since,
        until=until,
        log_from=await log_from_of(tx, stream),
        minutes=minutes,
    )
    begin, end = await _live_between(tx, stream, since=since, until=until)
    events = await volume_events(tx, since=begin, until=end) if begin < end else []
    return ReadCame(stream, minutes, kept, begin, end, events)


def fold_came(read: ReadCame) -> list[Came]:
    """Return what came in each interval; those in which nothing came are left out."""
    found = {one.starts_at: one for one in read.kept}
    live = fold_volumes(read.events, since=read.since, until=read.until, minutes=GRIDS[0])
    for one in _mine(read.stream, live):
        at = interval_of(one.starts_at, minutes=read.minutes)
        found[at] = _joined(found.get(at), one, at)
    return [found[at] for at in sorted(found)]


def _joined(known: Came | None, one: Volume, at: datetime) -> Came:
    if known is None or known.source != "log":
        return Came(at, one.offered, one.handled, one.abandoned, one.handling_s, "log")
    return Came(
        at,
        known.offered + one.offered,
        (known.handled or 0) + one.handled,
        (known.abandoned or 0) + one.abandoned,
        (known.handling_s or 0) + one.handling_s,
        "log",
    )


async def log_from_of(tx: Tx, stream: Stream) -> datetime:
    """Return the midnight from which the log speaks for a queue; before it tables do."""
    begins = await store_history.log_begins(tx, queue_id=stream.queue_id, channel=stream.channel)
    return stream.midnight(stream.today(begins or tx.now))


async def _live_between(
    tx: Tx, stream: Stream, *, since: datetime, until: datetime
) -> tuple[datetime, datetime]:
    """Return the part of a period whose days are not kept yet; it may be empty."""
    today = stream.today(tx.now)
    oldest = today - timedelta(days=_LIVE_DAYS)
    kept = await store_history.last_kept_day(tx)
    following = kept + timedelta(days=1) if kept else oldest
    return max(since, stream.midnight(max(following, oldest))), min(until, tx.now)


def _mine(stream: Stream, found: list[Volume]) -> list[Volume]:
    mine = (stream.queue_id, stream.channel)
    return [one for one in found if (one.queue_id, one.channel) == mine]


@dataclass(frozen=True, slots=True)
class ReadPast:
    """All that came until the last midnight, as it was read: days not kept yet as their events."""

    stream: Stream
    minutes: int
    today: date
    log_from: datetime
    counts: store_history.Counts
    since: datetime
    until: datetime
    events: list[Any]
    hours: dict[str, Any] | None


async def read_past(tx: Tx, stream: Stream, *, minutes: int) -> ReadPast:
    """Read all that came until the last midnight; `fold_past` works it out, after the transaction.

    Raises BadPlan while days that are over are still to be kept.
    """
    today = stream.today(tx.now)
    until = stream.midnight(today)
    kept = await store_history.last_kept_day(tx)
    if kept is not None and kept < today - timedelta(days=_LIVE_DAYS + 1):
        # Days that nobody has read yet would count as days on which nobody came.
        raise BadPlan(
            "counting", "What came is still being worked out: ask again.", kept=kept.isoformat()
        )
    begin, end = await _live_between(tx, stream, since=_EVER, until=until)
    log_from = await log_from_of(tx, stream)
    calendar = await calendar_of_queue(tx, queue_id=stream.queue_id, client_id=stream.client_id)
    return ReadPast(
        stream=stream,
        minutes=minutes,
        today=today,
        log_from=log_from,
        counts=await store_history.counts_between(
            tx,
            queue_id=stream.queue_id,
            channel=stream.channel,
            since=_EVER,
            until=until,
            log_from=log_from,
        ),
        since=begin,
        until=end,
        events=await volume_events(tx, since=begin, until=end) if begin < end else [],
        hours=calendar.hours.document() if calendar else None,
    )


def fold_past(read: ReadPast) -> dict[str, Any]:
    """Return all that came until the last midnight, as the calculating process takes it."""
    folded = fold_volumes(read.events, since=read.since, until=read.until, minutes=GRIDS[0])
    live = _mine(read.stream, folded)
    log_from = read.log_from
    if live:  # what the log says of a day stands in place of a table, also before it is kept
        first = min(one.starts_at for one in live)
        log_from = min(log_from, read.stream.midnight(read.stream.today(first)))
    speaks_from = log_from.timestamp()
    columns = zip(read.counts.at, read.counts.offered, read.counts.imported, strict=True)
    told = [(at, offered) for at, offered, table in columns if not table or at < speaks_from]
    return {
        "at": [*(at for at, _ in told), *(one.starts_at.timestamp() for one in live)],
        "offered": [*(offered for _, offered in told), *(float(one.offered) for one in live)],
        "longest": read.counts.longest,
        "log_from": log_from.date().isoformat(),
        "until": read.today.isoformat(),
        "timezone": read.stream.zone.key,
        "minutes": read.minutes,
        "hours": read.hours,
    }
