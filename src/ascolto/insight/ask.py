"""Questions of the metric dictionary, asked of the log within a transaction."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.insight import store
from ascolto.insight.errors import BadPeriod, CannotGroup, PeriodTooBusy
from ascolto.insight.formulas import Formula
from ascolto.insight.measure import OPERATOR_METRICS, Answer, Question, measure
from ascolto.insight.model import Counting
from ascolto.insight.terms import SERVICE_LEVEL, Terms
from ascolto.kit.db import Tx
from ascolto.routing import Queue, list_queues
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


@dataclass(frozen=True, slots=True)
class Scope:
    """The clients and queues whoever asks may see, and what each client has agreed."""

    client_names: dict[str, str]
    queues: dict[str, Queue]
    terms: dict[str, Terms]

    def counting(self) -> dict[str, Counting]:
        """Return each queue's target wait with its client's idea of a short abandon."""
        return {key: self.terms_of(queue).counting for key, queue in self.queues.items()}

    def terms_of(self, queue: Queue) -> Terms:
        """Return a queue's own promise, measured by its client's formula."""
        agreed = self.terms[queue.client_id]
        counting = replace(agreed.counting, threshold_s=queue.target_s)
        return replace(agreed, counting=counting, target=queue.target_share)

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
    queues = {queue.id: queue for queue in await list_queues(tx) if queue.client_id in clients}
    return Scope(clients, queues, terms)


async def ask(
    tx: Tx, chosen: Formula, period: Period, scope: Scope, *, threshold_s: float | None = None
) -> Answer:
    """Work out one formula over a period."""
    if chosen.id in OPERATOR_METRICS and tx.clients is not None:
        raise CannotGroup("Time at disposal belongs to no single client.")
    fixed = None if threshold_s is None else Counting(threshold_s=threshold_s)
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
        counting=fixed or Counting(),
        counting_of={} if fixed else scope.counting(),
        business_of=business,
    )
    return await asyncio.to_thread(measure, question, await _events(tx, question))


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
            counting=terms.counting,
            counting_of=scope.counting(),
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
