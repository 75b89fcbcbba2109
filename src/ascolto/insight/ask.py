"""Questions of the metric dictionary, asked of the log within a transaction."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.insight import store
from ascolto.insight.errors import BadPeriod, CannotGroup, PeriodTooBusy
from ascolto.insight.formulas import Formula
from ascolto.insight.measure import (
    BACKLOG_METRICS,
    OPERATOR_METRICS,
    Answer,
    Question,
    measure,
    measure_backlog,
)
from ascolto.insight.model import Counting, DatedCounting
from ascolto.insight.store import KnownQueue
from ascolto.insight.terms import SERVICE_LEVEL, Terms
from ascolto.kit.db import Tx
from ascolto.privacy import MINIMUM_GROUP
from ascolto.tenancy import store as tenancy_store
from ascolto.tenancy.actions import setting

LONGEST = timedelta(days=92)
# Whoever was asked for before midnight may be answered after it: that still counts.
TAIL = timedelta(days=1)
MOST_EVENTS = 500_000


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment to another, grouped in the organisation's own time."""

    since: datetime
    until: datetime
    group_by: str
    zone: ZoneInfo

    def on_half_hours(self) -> "Period":
        """Begin and end on a half hour: two periods a minute apart differ by one conversation."""
        since, until = (
            at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
            for at in (self.since, self.until)
        )
        return replace(self, since=since, until=until)


@dataclass(frozen=True, slots=True)
class Scope:
    """The clients and queues whoever asks may see, and what each client has agreed."""

    client_names: dict[str, str]
    queues: dict[str, KnownQueue]
    terms: dict[str, Terms]
    smallest_group: int

    def counting(self) -> dict[str, DatedCounting]:
        """Return what is counted for each queue, by its client's contract."""
        return {key: self.counting_of(queue) for key, queue in self.queues.items()}

    def counting_of(self, queue: KnownQueue) -> DatedCounting:
        """Return what is counted for a queue: its contract's wait, else its own at that moment."""
        agreed = self.terms[queue.client_id]
        return DatedCounting(
            tuple((since, agreed.counting(wait_s)) for since, wait_s, _ in queue.targets)
        )

    def used(
        self,
        period: "Period",
        queues: Iterable[KnownQueue],
        *,
        threshold_s: float | None = None,
    ) -> list[Counting]:
        """Return all that some queues were counted by in a period, without repeats."""
        found = [
            counting if threshold_s is None else replace(counting, threshold_s=threshold_s)
            for queue in queues
            for counting in self.counting_of(queue).between(period.since, period.until)
        ]
        return list(dict.fromkeys(found))

    def name(self, group_by: str, key: str) -> str:
        """Return a group's name for people."""
        if group_by == "client":
            return self.client_names.get(key, key)
        if group_by == "queue" and key in self.queues:
            return self.queues[key].name
        return key


async def period_of(tx: Tx, *, since: datetime, until: datetime, group_by: str) -> Period:
    """Check a period and give it the organisation's time zone."""
    if since.tzinfo is None or until.tzinfo is None:
        raise BadPeriod("A moment names its time zone.")
    if not timedelta() < until - since <= LONGEST:
        raise BadPeriod("A period has at least a moment and at most 92 days.")
    zone = ZoneInfo((await tenancy_store.get_tenant(tx)).timezone)
    return Period(since, until, group_by, zone)


async def scope_of(tx: Tx, *, at: datetime) -> Scope:
    """Return what the asker may see, with the terms in force at a moment."""
    clients = {client.id: client.name for client in await tenancy_store.list_clients(tx)}
    terms = {key: await setting(tx, SERVICE_LEVEL, at=at, client_id=key) for key in clients}
    known = await store.list_queues(tx)
    queues = {queue.id: queue for queue in known if queue.client_id in clients}
    smallest = [await setting(tx, MINIMUM_GROUP, at=at, client_id=key) for key in clients]
    smallest.append(await setting(tx, MINIMUM_GROUP, at=at))
    return Scope(clients, queues, terms, max(smallest))


async def ask(
    tx: Tx, chosen: Formula, period: Period, scope: Scope, *, threshold_s: float | None = None
) -> Answer:
    """Work out one formula over a period."""
    if chosen.id in OPERATOR_METRICS and tx.clients is not None:
        raise CannotGroup("Time at disposal belongs to no single client.")
    if chosen.id in BACKLOG_METRICS:
        return await _backlog(tx, chosen, period)
    business = {}
    if chosen.id == "ttr_business":
        for client_id in scope.terms:
            calendar = await tenancy_store.calendar_of_client(tx, client_id)
            if calendar is not None:
                business[client_id] = calendar.hours.business_seconds
    question = Question(
        formula=chosen,
        since=period.since,
        until=period.until,
        group_by=period.group_by,
        zone=period.zone,
        counting=Counting() if threshold_s is None else Counting(threshold_s=threshold_s),
        counting_of=_with_threshold(scope.counting(), threshold_s),
        business_of=business,
        smallest_group=scope.smallest_group,
    )
    return await asyncio.to_thread(measure, question, await _events(tx, question))


def _with_threshold(
    counting_of: dict[str, DatedCounting], threshold_s: float | None
) -> dict[str, DatedCounting]:
    """Count by another wait than agreed, and by all else that was agreed."""
    if threshold_s is None:
        return counting_of
    return {
        key: DatedCounting(
            tuple((at, replace(counting, threshold_s=threshold_s)) for at, counting in dated.steps)
        )
        for key, dated in counting_of.items()
    }


async def _backlog(tx: Tx, chosen: Formula, period: Period) -> Answer:
    """Count what is open at the period's end, or now when that lies ahead."""
    at = min(period.until, tx.now)
    found = await store.open_at(tx, at=at, limit=MOST_EVENTS + 1)
    if len(found) > MOST_EVENTS:
        raise PeriodTooBusy("More is open than can be counted.", most_events=MOST_EVENTS)
    return measure_backlog(chosen, found, at=at, group_by=period.group_by)


async def contract_levels(tx: Tx, period: Period, scope: Scope) -> dict[str, Answer]:
    """Work out each client's service level by the formula its contract names."""
    found: dict[str, Answer] = {}
    for client_id, terms in scope.terms.items():
        question = Question(
            formula=terms.formula,
            since=period.since,
            until=period.until,
            group_by=period.group_by,
            zone=period.zone,
            counting=terms.counting(Counting().threshold_s),
            counting_of=scope.counting(),
            smallest_group=scope.smallest_group,
        )
        events = [e for e in await _events(tx, question) if e.client_id == client_id]
        found[client_id] = await asyncio.to_thread(measure, question, events)
    return found


async def _events(tx: Tx, question: Question) -> list[store.Logged]:
    # Presence that began the day before still holds in the morning.
    head = TAIL if question.formula.id in OPERATOR_METRICS else timedelta()
    events = await store.events_between(
        tx,
        since=question.since - head,
        until=question.until + TAIL,
        kinds=question.kinds,
        limit=MOST_EVENTS + 1,
    )
    if len(events) > MOST_EVENTS:
        raise PeriodTooBusy("Ask for a shorter period.", most_events=MOST_EVENTS)
    return events
