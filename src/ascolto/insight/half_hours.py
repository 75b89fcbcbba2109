"""One queue's day by half hours: what came, how it was answered, how many were signed in.

People are counted in groups of at least five: a figure on fewer is withheld, not rounded.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.insight import store
from ascolto.insight.ask import Scope
from ascolto.insight.engaged import engaged_seconds
from ascolto.insight.errors import PeriodTooBusy
from ascolto.insight.fold import PRESENCE, WORK_KINDS, Ledger
from ascolto.insight.formulas import Formula
from ascolto.insight.model import DatedCounting, Figure, LoggedEvent, Tally
from ascolto.insight.tally import bucket, count_work
from ascolto.insight.volumes import was_offered
from ascolto.kit.db import Tx

HALF_HOUR = timedelta(minutes=30)
MOST_EVENTS = 300_000
_HEAD = timedelta(days=1)
_AWAY = frozenset({"", "offline"})


@dataclass(frozen=True, slots=True)
class ReadDay:
    """What was read of a day, to be folded once its transaction has ended."""

    queue_id: str
    since: datetime
    until: datetime
    zone: ZoneInfo
    counting: DatedCounting
    formula: Formula
    target: float
    smallest_group: int
    events: tuple[LoggedEvent, ...]


@dataclass(frozen=True, slots=True)
class HalfHour:
    """Half an hour of a queue; what would tell of too few people is None and `withheld` says so."""

    starts_at: datetime
    offered: int
    handled: int
    abandoned: int
    aht_s: float | None
    level: Figure
    signed_in: float | None
    withheld: bool


async def read_day(
    tx: Tx, scope: Scope, *, queue_id: str, since: datetime, until: datetime, zone: ZoneInfo
) -> ReadDay:
    """Read what a queue's day so far is made of, and what its contract counts."""
    queue = scope.queues[queue_id]
    terms = scope.terms[queue.client_id]
    work = await store.events_between(
        tx, since=since, until=until, kinds=WORK_KINDS, limit=MOST_EVENTS + 1
    )
    # Presence that began the day before still holds in the morning.
    presence = await store.events_between(
        tx, since=since - _HEAD, until=until, kinds={PRESENCE}, limit=MOST_EVENTS + 1
    )
    if max(len(work), len(presence)) > MOST_EVENTS:
        raise PeriodTooBusy("Too much happened on this day.", most_events=MOST_EVENTS)
    return ReadDay(
        queue_id=queue_id,
        since=since,
        until=until,
        zone=zone,
        counting=scope.counting_of(queue),
        formula=terms.formula,
        target=terms.target_of(queue.share_at(until)),
        smallest_group=scope.smallest_group,
        events=(*work, *presence),
    )


Crew = Callable[[datetime], Collection[str]]
"""Says who may take from the queue in the half hour that begins at a moment."""


def fold_half_hours(day: ReadDay, *, crew: Crew) -> list[HalfHour]:
    """Return every half hour from the beginning until now, with who of a crew was signed in."""
    ledger = Ledger().add(day.events)
    tallies, offered = _tallies(day, ledger)
    present = _present(day, ledger, crew)
    found: list[HalfHour] = []
    at = day.since
    while at < day.until:
        tally = tallies.get(at, Tally())
        few = 0 < len(set(tally.operators)) < day.smallest_group
        seconds, people = present.get(at, (0.0, 0))
        hidden = 0 < people < day.smallest_group
        lasted = min(HALF_HOUR, day.until - at).total_seconds()
        timed = bool(tally.handled) and not few
        found.append(
            HalfHour(
                starts_at=at,
                offered=offered[at],
                handled=tally.handled,
                abandoned=tally.abandoned,
                aht_s=tally.engaged_s / tally.handled if timed else None,
                level=day.formula.of(tally),
                signed_in=None if hidden else seconds / lasted,
                withheld=hidden or few,
            )
        )
        at += HALF_HOUR
    return found


def _tallies(day: ReadDay, ledger: Ledger) -> tuple[dict[datetime, Tally], dict[datetime, int]]:
    """Return what each half hour came to, and how often somebody was asked for in it."""
    episodes = ledger.episodes()
    engaged = engaged_seconds(episodes, until=day.until)
    found: dict[datetime, list[Tally]] = defaultdict(list)
    offered: dict[datetime, int] = defaultdict(int)
    for episode in episodes:
        if episode.queue_id != day.queue_id or not day.since <= episode.requested_at < day.until:
            continue
        at = bucket(episode.requested_at, zone=day.zone, minutes=30)
        offered[at] += was_offered(episode)
        counting = day.counting.at(episode.requested_at)
        seconds = engaged.get(episode.work_item_id, 0.0)
        tally = count_work(episode, counting, engaged_s=seconds)
        # Whoever is still talking has not told yet how long it takes.
        if any(stint.over_at is None for stint in episode.stints):
            tally = replace(tally, handled=0, engaged_s=0.0)
        found[at].append(tally)
    return {at: Tally.total(tallies) for at, tallies in found.items()}, offered


def _present(day: ReadDay, ledger: Ledger, crew: Crew) -> dict[datetime, tuple[float, int]]:
    """Return the seconds the crew was signed in, and how many of them, in each half hour."""
    seconds: dict[datetime, float] = defaultdict(float)
    people: dict[datetime, set[str]] = defaultdict(set)
    for span in ledger.spans(until=day.until):
        if span.state in _AWAY:
            continue
        for at, lasted in _cut(max(span.since, day.since), span.until, day.zone):
            if span.operator_id in crew(at):
                seconds[at] += lasted
                people[at].add(span.operator_id)
    return {at: (seconds[at], len(people[at])) for at in seconds}


def _cut(since: datetime, until: datetime, zone: ZoneInfo) -> Iterable[tuple[datetime, float]]:
    while since < until:
        at = bucket(since, zone=zone, minutes=30)
        end = min(until, at + HALF_HOUR)
        yield at, (end - since).total_seconds()
        since = end
