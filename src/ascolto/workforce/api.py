"""Routes of the workforce room: what came, forecasts, what they take, and how good they were."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of, services_of, takes
from ascolto.workforce import (
    api_adherence,
    api_agreements,
    api_days,
    api_intraday,
    api_requests,
    api_rosters,
    api_runs,
    api_scenarios,
    api_worth,
    store,
    store_days,
)
from ascolto.workforce.actions import forecasts
from ascolto.workforce.actions.importing import write_imported
from ascolto.workforce.model import KeptForecast, KeptInterval
from ascolto.workforce.past import Stream, fold_came, read_came, stream_of
from ascolto.workforce.reading import bounds_of, day_told, reading
from ascolto.workforce.requiring import promise_question
from ascolto.workforce.tables import of_told
from ascolto.workforce.views import (
    AskForecastBody,
    CameView,
    Channel,
    EditBody,
    EditView,
    ForecastDetailView,
    ForecastView,
    HistoryView,
    ImportHistoryBody,
    ImportHistoryReport,
    IntervalView,
    JudgedView,
    Minutes,
    RequiredView,
    RequirementBody,
    RequirementView,
)

# A whole table of the past: its letters, and what JSON and two-byte letters add to them.
TABLE_LIMIT = 6_000_000

router = APIRouter(tags=["workforce"])
router.include_router(api_rosters.router)
router.include_router(api_intraday.router)
router.include_router(api_days.router)
router.include_router(api_requests.router)
router.include_router(api_adherence.router)
router.include_router(api_agreements.router)
router.include_router(api_runs.router)
router.include_router(api_worth.router)
router.include_router(api_scenarios.router)

Reader = Annotated[Call, permit("workforce.read")]
Planner = Annotated[Call, permit("workforce.plan")]
# Who asks for figures that take a moment holds no transaction open meanwhile.
Asker = Annotated[Principal, recognise("workforce.read")]
Importer = Annotated[Principal, recognise("workforce.plan")]
Since = Annotated[datetime, Query(alias="from")]
Until = Annotated[datetime, Query(alias="to")]

MOST_JUDGED = 20


@router.get("/workforce/history", summary="What came to a queue")
async def show_history(
    principal: Asker,
    request: Request,
    queue_id: UUID,
    since: Since,
    until: Until,
    channel: Annotated[Channel | None, Query()] = None,
    minutes: Minutes = Minutes.HALF,
) -> HistoryView:
    """Return what came in each interval: offered, handled, abandoned and how long it took."""
    async with reading(request, principal) as tx:
        stream = await stream_of(tx, queue_id=str(queue_id), channel=channel)
        read = await read_came(tx, stream, since=since, until=until, minutes=minutes)
    found = await asyncio.to_thread(fold_came, read)
    return HistoryView(
        queue_id=stream.queue_id,
        channel=stream.channel,
        timezone=stream.zone.key,
        minutes=minutes,
        intervals=[CameView.of(one) for one in found],
    )


@router.post(
    "/workforce/history/import",
    summary="Bring in what came before",
    openapi_extra=takes(TABLE_LIMIT),
)
async def bring_in(
    body: ImportHistoryBody, principal: Importer, request: Request
) -> ImportHistoryReport:
    """Judge a table row by row and, unless it is a trial, write all of it or nothing."""
    async with reading(request, principal) as tx:
        stream = await stream_of(tx, queue_id=str(body.queue_id), channel=body.channel)
    told = await services_of(request).calculator.ask(
        "read_table",
        {
            "text": body.text,
            "timezone": stream.zone.key,
            "separator": body.separator,
            "columns": {str(ours): theirs for ours, theirs in body.columns.items()},
        },
    )
    found = of_told(told, stream.zone)
    async with reading(request, principal) as tx:
        done = await write_imported(tx, stream, found, dry_run=body.dry_run)
    return ImportHistoryReport.of(done)


@router.get("/workforce/forecasts", summary="Forecasts")
async def list_forecasts(
    call: Reader,
    queue_id: UUID | None = None,
    channel: Annotated[Channel | None, Query()] = None,
    only: Literal["published", "drafts"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ForecastView]:
    """Return the forecasts in scope, the latest first."""
    found = await store.list_forecasts(
        call.tx,
        queue_id=str(queue_id) if queue_id else None,
        channel=channel,
        published=None if only is None else only == "published",
        before=decode_id(cursor),
        limit=limit + 1,
    )
    return page_of(found, limit=limit, show=ForecastView.of, place=lambda one: (one.id,))


@router.post("/workforce/forecasts", status_code=202, summary="Ask for a forecast")
async def ask_forecast(body: AskForecastBody, call: Planner) -> ForecastView:
    """Ask for a forecast; a process of its own makes it, and its state tells when it has."""
    asked = await forecasts.ask_forecast(
        call.tx,
        queue_id=str(body.queue_id),
        channel=body.channel,
        horizon_days=body.horizon_days,
        minutes=int(body.minutes),
        model=body.model,
        country=body.country,
        reason=body.reason,
    )
    return ForecastView.of(asked)


@router.get("/workforce/forecasts/{forecast_id}", summary="One forecast")
async def show_forecast(
    forecast_id: UUID, call: Reader, day: date | None = None
) -> ForecastDetailView:
    """Return a forecast with its intervals, all or of one day, and its changes by hand."""
    forecast = await forecasts.find_forecast(call.tx, str(forecast_id))
    since, until = await bounds_of(call.tx, forecast, day)
    intervals = await store.intervals_of(call.tx, forecast.id, since=since, until=until)
    edits = await store.edits_of(call.tx, forecast.id)
    return ForecastDetailView(
        forecast=ForecastView.of(forecast),
        intervals=[IntervalView.of(one) for one in intervals],
        edits=[EditView.of(one) for one in edits],
    )


@router.delete("/workforce/forecasts/{forecast_id}", status_code=204, summary="Throw a draft away")
async def drop_forecast(forecast_id: UUID, call: Planner) -> None:
    """Throw away a forecast that is not published, also one that is still to be made."""
    await forecasts.drop_forecast(call.tx, str(forecast_id))


@router.post("/workforce/forecasts/{forecast_id}/edits", summary="Change a forecast by hand")
async def edit_forecast(forecast_id: UUID, body: EditBody, call: Planner) -> EditView:
    """Change what a draft expects in a stretch of time, with the reason."""
    edit = await forecasts.edit_forecast(
        call.tx,
        str(forecast_id),
        from_at=body.from_at,
        until_at=body.until_at,
        factor=body.factor,
        calls=body.calls,
        reason=body.reason,
    )
    return EditView.of(edit)


@router.delete(
    "/workforce/forecasts/{forecast_id}/edits/{edit_id}",
    status_code=204,
    summary="Undo a change by hand",
)
async def undo_edit(forecast_id: UUID, edit_id: UUID, call: Planner) -> None:
    """Take a change by hand back; what the others did is worked out anew."""
    await forecasts.undo_edit(call.tx, str(forecast_id), str(edit_id))


@router.post("/workforce/forecasts/{forecast_id}/publish", summary="Publish a forecast")
async def publish_forecast(forecast_id: UUID, call: Planner) -> ForecastView:
    """Let the organisation go by it; from now on it stays as it is, and is judged."""
    return ForecastView.of(await forecasts.publish_forecast(call.tx, str(forecast_id)))


@router.post("/workforce/forecasts/{forecast_id}/requirement", summary="The people a day takes")
async def require(
    forecast_id: UUID, body: RequirementBody, principal: Asker, request: Request
) -> RequirementView:
    """Return how many people each interval of a day takes to keep a promise, and how many paid."""
    async with reading(request, principal) as tx:
        forecast, intervals = await day_told(tx, str(forecast_id), body.day)
        question = await promise_question(tx, forecast, body.model_dump(exclude={"day"}))
    question["intervals"] = [{"mean": one.mean, "rate_cv": one.rate_cv} for one in intervals]
    answer = await services_of(request).calculator.ask("require", question)
    return _required(forecast, body, question, intervals, answer)


@router.get("/workforce/accuracy", summary="How good published forecasts were")
async def show_accuracy(
    call: Reader, queue_id: UUID, channel: Annotated[Channel | None, Query()] = None
) -> list[JudgedView]:
    """Return the last published forecasts of a queue as their days were scored once over.

    Beside each stand what the last week and the last four weeks would have said.
    """
    stream = await stream_of(call.tx, queue_id=str(queue_id), channel=channel)
    published = await _published(call.tx, stream)
    scores = await store_days.scores_of(call.tx, [one.id for one in published])
    return [
        JudgedView.of(one, scores[one.id])
        for one in published
        if any(score.volume > 0 for score in scores.get(one.id, []))
    ]


def _required(
    forecast: KeptForecast,
    body: RequirementBody,
    question: dict[str, Any],
    intervals: list[KeptInterval],
    answer: dict[str, Any],
) -> RequirementView:
    shown = [
        RequiredView(starts_at=one.starts_at, mean=one.mean, **found)
        for one, found in zip(intervals, answer["intervals"], strict=True)
    ]
    return RequirementView(
        forecast_id=forecast.id,
        day=body.day,
        minutes=forecast.minutes,
        model=body.model,
        service_level=question["service_level"],
        target_s=question["target_s"],
        aht_s=answer["aht_s"],
        patience_s=body.patience_s,
        shrinkage=sum(body.shrinkage.values()),
        paid_hours=sum(one.paid for one in shown) * forecast.minutes / 60,
        intervals=shown,
    )


async def _published(tx: Tx, stream: Stream) -> list[KeptForecast]:
    return await store.list_forecasts(
        tx,
        queue_id=stream.queue_id,
        channel=stream.channel,
        published=True,
        before=None,
        limit=MOST_JUDGED,
    )
