"""Routes of insight: the metric dictionary, its figures, and one's own results."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request

from ascolto.identity.guard import Call, permit
from ascolto.insight import api_screens, store
from ascolto.insight.ask import Period, Scope, ask, contract_levels, period_of, scope_of
from ascolto.insight.errors import NotAnOperator, UnknownMetric
from ascolto.insight.floor import (
    books_of,
    by_client,
    fold_groups,
    people_shown,
    queues_now,
)
from ascolto.insight.fold import FOLDED_KINDS
from ascolto.insight.formulas import FORMULAS, formula
from ascolto.insight.measure import (
    BACKLOG_METRICS,
    OPERATOR_METRICS,
    THREAD_METRICS,
    Answer,
)
from ascolto.insight.model import Tally
from ascolto.insight.own import DAY_MINUTES, results_by_day
from ascolto.insight.person import SHOWN_FIELDS, fields_of, look_at
from ascolto.insight.tally import bucket
from ascolto.insight.views import (
    CountingView,
    DayResultView,
    FigureView,
    FloorGroupView,
    FloorPeopleView,
    FloorQueueView,
    FloorView,
    FormulaView,
    GroupView,
    MetricView,
    PersonView,
    ResultsView,
    met,
)
from ascolto.kit.http import services_of
from ascolto.people.actions import get_operator
from ascolto.tenancy import store as tenancy_store

router = APIRouter(tags=["insight"])
router.include_router(api_screens.router)

LONGEST_OWN = 31
SERVICE_LEVEL_METRIC = "service_level"
# Of these no wait is in time or late by a contract.
UNCOUNTED = THREAD_METRICS | OPERATOR_METRICS | BACKLOG_METRICS

Metrics = Annotated[Call, permit("insight.metrics")]
Own = Annotated[Call, permit("insight.own_results")]
Floor = Annotated[Call, permit("insight.floor")]
FloorPeople = Annotated[Call, permit("insight.floor_people")]
GroupBy = Literal["none", "client", "queue", "channel", "half_hour", "hour", "day"]
Since = Annotated[datetime, Query(alias="from")]
Until = Annotated[datetime, Query(alias="to")]


@router.get("/metrics/formulas", summary="The metric dictionary")
async def list_formulas(call: Metrics) -> list[FormulaView]:  # noqa: ARG001 - asks who asks
    """Return every formula with its versions."""
    return [FormulaView.of(each) for _, each in sorted(FORMULAS.items())]


@router.get("/metrics", summary="A figure over a period")
async def show_metric(
    call: Metrics,
    metric: Annotated[str, Query(max_length=64)],
    since: Since,
    until: Until,
    group_by: GroupBy = "none",
    version: Annotated[int | None, Query(ge=1, le=1_000)] = None,
    threshold_s: Annotated[float | None, Query(ge=0, le=86_400)] = None,
) -> MetricView:
    """Return a metric from counts, as a whole and by group; `service_level` obeys the contracts.

    A figure on people is of whole half hours: its period is rounded down, and shown as rounded.
    """
    period = await period_of(call.tx, since=since, until=until, group_by=group_by)
    scope = await scope_of(call.tx, at=until)
    if metric == SERVICE_LEVEL_METRIC:
        levels = await contract_levels(call.tx, period, scope)
        return _contract_view(period, scope, levels)
    chosen = formula(metric, version)
    if chosen is None:
        raise UnknownMetric("The dictionary has no such metric.", metric=metric, version=version)
    if chosen.of_people:
        period = period.on_half_hours()
    answer = await ask(call.tx, chosen, period, scope, threshold_s=threshold_s)
    counted = scope.queues.values() if chosen.id not in UNCOUNTED else ()
    used = scope.used(period, counted, threshold_s=threshold_s)
    return MetricView(
        metric=metric,
        formula=FormulaView.of(chosen),
        since=period.since,
        until=period.until,
        group_by=group_by,
        counting=CountingView.of(used),
        total=FigureView.of(answer.total),
        groups=[
            GroupView(
                key=key,
                name=scope.name(group_by, key),
                figure=FigureView.of(figure),
            )
            for key, figure in answer.groups.items()
        ],
    )


def _contract_view(period: Period, scope: Scope, levels: dict[str, Answer]) -> MetricView:
    """Show each client by its own formula: figures of different formulas have no total."""
    groups: list[GroupView] = []
    for client_id, answer in levels.items():
        groups.extend(_groups_of_client(period, scope, client_id, answer))
    only = next(iter(levels)) if len(levels) == 1 else None
    return MetricView(
        metric=SERVICE_LEVEL_METRIC,
        formula=FormulaView.of(scope.terms[only].formula) if only else None,
        since=period.since,
        until=period.until,
        group_by=period.group_by,
        total=FigureView.of(levels[only].total) if only else None,
        groups=groups,
    )


def _groups_of_client(
    period: Period, scope: Scope, client_id: str, answer: Answer
) -> list[GroupView]:
    by_client = period.group_by in {"none", "client"}
    figures = {client_id: answer.total} if by_client else answer.groups
    terms = scope.terms[client_id]
    of_client = [queue for queue in scope.queues.values() if queue.client_id == client_id]
    groups = []
    for key, figure in figures.items():
        queues = [scope.queues[key]] if key in scope.queues else of_client
        shares = {terms.target_of(queue.share_at(period.until)) for queue in queues}
        target = shares.pop() if len(shares) == 1 else terms.target
        group_by = "client" if by_client else period.group_by
        groups.append(
            GroupView(
                key=key,
                name=scope.name(group_by, key),
                client_id=client_id,
                formula=f"{terms.formula_id}@{terms.version}",
                counting=CountingView.of(scope.used(period, queues)),
                figure=FigureView.of(figure),
                target=target,
                met=met(terms.formula, target, figure),
            )
        )
    return groups


@router.get("/my/results", summary="My own results")
async def show_own_results(
    call: Own, days: Annotated[int, Query(ge=1, le=LONGEST_OWN)] = 7
) -> ResultsView:
    """Return one's own last days, today included; nobody else can ask for them."""
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise NotAnOperator("You answer no customers, so there are no results of yours.")
    zone = ZoneInfo((await tenancy_store.get_tenant(call.tx)).timezone)
    now = call.tx.now
    today = bucket(now, zone=zone, minutes=DAY_MINUTES)
    since = today - timedelta(days=days - 1)
    events = await store.events_of_operator(
        call.tx, operator_id=operator_id, since=since, until=now, kinds=FOLDED_KINDS
    )
    found = results_by_day(events, operator_id, since=since, until=now, zone=zone)
    name = today.date().isoformat()
    return ResultsView(
        operator_id=operator_id,
        today=DayResultView.of(name, found.get(name, Tally())),
        days=[DayResultView.of(day, tally) for day, tally in found.items()],
        total=DayResultView.of("total", Tally.total(found.values())),
    )


@router.get("/floor", summary="The floor now")
async def show_floor(call: Floor, request: Request) -> FloorView:
    """Return every queue with its day so far, and people in groups of at least five."""
    scope = await scope_of(call.tx, at=call.tx.now)
    zone = ZoneInfo((await tenancy_store.get_tenant(call.tx)).timezone)
    today = await books_of(request.app.state).read(
        services_of(request).db, call.tx.tenant_id, zone=zone
    )
    now = call.tx.now
    crowds = await store.people_by_team(call.tx)
    smallest = scope.smallest_group
    groups = fold_groups(by_client(crowds), smallest=smallest)
    people = people_shown(crowds, groups)
    return FloorView(
        at=now,
        queues=[
            FloorQueueView.of(queue, today.tally(queue.queue_id), now)
            for queue in await queues_now(call.tx, scope, today)
        ],
        groups=[
            FloorGroupView(
                group=row["group"],
                client_id=row["client_id"],
                **FloorGroupView.counts(row, smallest=smallest),
            )
            for row in groups
        ],
        people=people and FloorPeopleView(**FloorPeopleView.counts(people, smallest=smallest)),
    )


@router.get("/floor/operators/{operator_id}", summary="One person, by agreement")
async def show_person(
    operator_id: UUID, call: FloorPeople, why: Annotated[str, Query(min_length=1, max_length=500)]
) -> PersonView:
    """Return of one operator what an agreement in force lets others see; the look is logged.

    Without an agreement people are seen in groups alone, and this is refused. Oneself one sees
    whole, and nobody is told.
    """
    operator = await get_operator(call.tx, str(operator_id))
    allowed = await look_at(
        call.tx, call.principal, operator.id, wanted=SHOWN_FIELDS, where="floor", why=why
    )
    zone = ZoneInfo((await tenancy_store.get_tenant(call.tx)).timezone)
    fields = await fields_of(call.tx, operator.id, allowed, zone=zone)
    return PersonView(
        operator_id=operator.id, name=operator.display_name, at=call.tx.now, fields=fields
    )
