"""Answer one question of the metric dictionary over a period, grouped as asked. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from ascolto.insight.engaged import engaged_seconds, handling_and_ready
from ascolto.insight.errors import CannotGroup
from ascolto.insight.fold import PRESENCE, THREAD_KINDS, WORK_KINDS, Ledger
from ascolto.insight.formulas import SMALLEST_GROUP, Formula, emptied, too_few, withhold
from ascolto.insight.model import (
    Counting,
    DatedCounting,
    Episode,
    Figure,
    LoggedEvent,
    Tally,
    Thread,
)
from ascolto.insight.tally import (
    BusinessSeconds,
    bucket,
    count_backlog,
    count_episode,
    count_thread,
)

ALL = "all"
GROUPS = ("none", "client", "queue", "channel", "half_hour", "hour", "day")
_MINUTES = {"half_hour": 30, "hour": 60, "day": 1440}
THREAD_METRICS = frozenset({"frt", "nrt", "ttr", "ttr_business", "reopen", "csat"})
OPERATOR_METRICS = frozenset({"occupancy"})
BACKLOG_METRICS = frozenset({"backlog_age"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a formula, a period, a grouping, and the target wait of each queue."""

    formula: Formula
    since: datetime
    until: datetime
    group_by: str
    zone: ZoneInfo
    counting: Counting = field(default_factory=Counting)
    counting_of: Mapping[str, DatedCounting] = field(default_factory=dict)
    business_of: Mapping[str, BusinessSeconds] = field(default_factory=dict)
    smallest_group: int = SMALLEST_GROUP

    def counted_at(self, queue_id: str, moment: datetime) -> Counting:
        """Return the target wait of a queue at a moment, with what its contract counts."""
        dated = self.counting_of.get(queue_id)
        return dated.at(moment) if dated else self.counting

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of event that the formula is made of."""
        if self.formula.id in OPERATOR_METRICS:
            return WORK_KINDS | {PRESENCE}
        if self.formula.id in THREAD_METRICS:
            return THREAD_KINDS
        return WORK_KINDS | THREAD_KINDS if self.formula.id == "silent_abandon" else WORK_KINDS


@dataclass(frozen=True, slots=True)
class Answer:
    """The figure of the whole period and of each group, from counts."""

    total: Figure
    groups: dict[str, Figure]


def measure(question: Question, events: Iterable[LoggedEvent]) -> Answer:
    """Fold the events and work the figures out."""
    ledger = Ledger().add(events)
    if question.formula.id in OPERATOR_METRICS:
        tallies = _of_operators(question, ledger)
    elif question.formula.id in THREAD_METRICS:
        tallies = _of_threads(question, ledger)
    else:
        tallies = _of_episodes(question, ledger)
    total = Tally.total(tallies.values())
    groups = {} if question.group_by == "none" else tallies
    hidden: set[str] = set()
    if question.formula.of_people:
        hidden = too_few(groups, smallest=question.smallest_group)
    figures = {key: question.formula.of(tally) for key, tally in sorted(groups.items())}
    return Answer(
        total=_figure(question, total),
        groups={key: emptied(one) if key in hidden else one for key, one in figures.items()},
    )


class Standing(Protocol):
    """What is open: of which client, queue and channel, since when, and owed by when."""

    @property
    def client_id(self) -> str:
        """For which client."""

    @property
    def queue_id(self) -> str:
        """In which queue, or nothing."""

    @property
    def channel(self) -> str:
        """By which way it came in."""

    @property
    def opened_at(self) -> datetime:
        """Since when it is open."""

    @property
    def due_at(self) -> datetime | None:
        """By when something is owed."""


def measure_backlog(
    chosen: Formula, found: Iterable[Standing], *, at: datetime, group_by: str
) -> Answer:
    """Work out the age of what is open at a moment; it belongs to no interval."""
    if group_by in _MINUTES:
        raise CannotGroup("What is open at a moment belongs to no interval.")
    keys: dict[str, Callable[[Standing], str]] = {
        "client": lambda one: one.client_id,
        "queue": lambda one: one.queue_id,
        "channel": lambda one: one.channel,
    }
    by_key: dict[str, list[tuple[datetime, datetime | None]]] = {}
    key_of = keys.get(group_by)
    for one in found:
        by_key.setdefault(key_of(one) if key_of else ALL, []).append((one.opened_at, one.due_at))
    tallies = {key: count_backlog(ages, at=at) for key, ages in by_key.items()}
    groups = {} if group_by == "none" else tallies
    return Answer(
        total=chosen.of(Tally.total(tallies.values())),
        groups={key: chosen.of(tally) for key, tally in sorted(groups.items())},
    )


def _figure(question: Question, tally: Tally) -> Figure:
    figure = question.formula.of(tally)
    return withhold(question.formula, tally, figure, smallest=question.smallest_group)


def _of_episodes(question: Question, ledger: Ledger) -> dict[str, Tally]:
    # Handling time is shared over all of an operator's work, also that asked for before.
    episodes = ledger.episodes()
    engaged = engaged_seconds(episodes, until=question.until)
    found: dict[str, list[Tally]] = {}
    for episode in episodes:
        if question.since <= episode.requested_at < question.until:
            counting = question.counted_at(episode.queue_id, episode.requested_at)
            seconds = engaged.get(episode.work_item_id, 0.0)
            counted = count_episode(episode, counting, engaged_s=seconds)
            found.setdefault(_key(question, episode, episode.requested_at), []).append(counted)
    return {key: Tally.total(tallies) for key, tallies in found.items()}


def _of_threads(question: Question, ledger: Ledger) -> dict[str, Tally]:
    found: dict[str, list[Tally]] = {}
    for thread in ledger.conversations():
        if question.since <= thread.opened_at < question.until:
            counted = count_thread(thread, business=question.business_of.get(thread.client_id))
            counted = replace(counted, operators=thread.operators)
            found.setdefault(_key(question, thread, thread.opened_at), []).append(counted)
    return {key: Tally.total(tallies) for key, tallies in found.items()}


def _key(question: Question, record: Episode | Thread, at: datetime) -> str:
    if question.group_by in _MINUTES:
        return _interval(question, at)
    keys: dict[str, Callable[[], str]] = {
        "client": lambda: record.client_id,
        "queue": lambda: record.queue_id,
        "channel": lambda: record.channel,
    }
    chosen = keys.get(question.group_by)
    return chosen() if chosen else ALL


def _interval(question: Question, at: datetime) -> str:
    minutes = _MINUTES[question.group_by]
    return bucket(at, zone=question.zone, minutes=minutes).isoformat()


def _of_operators(question: Question, ledger: Ledger) -> dict[str, Tally]:
    """Pool handling and ready time, in the whole period or day by day."""
    if question.group_by not in {"none", "day", "hour", "half_hour"}:
        raise CannotGroup("Time at disposal belongs to no single queue or client.")
    episodes, spans = ledger.episodes(), ledger.spans(until=question.until)
    found: dict[str, Tally] = {}
    for since, until in _stretches(question):
        times = handling_and_ready(episodes, spans, since=since, until=until)
        key = ALL if question.group_by == "none" else _interval(question, since)
        found[key] = Tally(
            handling_s=sum(handling for handling, _ in times.values()),
            ready_s=sum(ready for _, ready in times.values()),
            operators=tuple(who for who, (handling, ready) in times.items() if handling + ready),
        )
    return found


def _stretches(question: Question) -> list[tuple[datetime, datetime]]:
    """Cut the period at the edges of the local intervals."""
    if question.group_by == "none":
        return [(question.since, question.until)]
    minutes = _MINUTES[question.group_by]
    edges = [question.since]
    while edges[-1] < question.until:
        start = bucket(edges[-1], zone=question.zone, minutes=minutes)
        # Aware arithmetic in one zone moves the wall clock: midnight follows midnight.
        following = start + timedelta(minutes=minutes)
        edges.append(min(following, question.until))
    return list(pairwise(edges))
