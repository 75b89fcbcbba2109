"""Use cases of forecasts: ask, change by hand, publish, throw away."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.workforce import events, store
from ascolto.workforce.errors import (
    AlreadyPublished,
    BadPlan,
    NotMade,
    TooManyAsked,
    UnknownEdit,
    UnknownForecast,
)
from ascolto.workforce.model import Asked, HandEdit, KeptForecast, KeptInterval, edited
from ascolto.workforce.past import stream_of

MOST_ASKED = 50
MOST_EDITS = 200


async def ask_forecast(
    tx: Tx,
    *,
    queue_id: str,
    channel: str | None,
    horizon_days: int,
    minutes: int,
    model: str,
    country: str,
    reason: str,
) -> KeptForecast:
    """Ask for a forecast of a queue; a process of its own makes it within seconds."""
    stream = await stream_of(tx, queue_id=queue_id, channel=channel)
    if await store.count_asked(tx) >= MOST_ASKED:
        raise TooManyAsked("Many forecasts are still to be made.", retry_after_s=10)
    asked = Asked(
        queue_id=stream.queue_id,
        client_id=stream.client_id,
        channel=stream.channel,
        horizon_days=horizon_days,
        minutes=minutes,
        model=model,
        country=country,
        reason=reason,
    )
    forecast = await store.insert_forecast(tx, new_id(), asked)
    tx.emit(events.ForecastAsked(**about(forecast), reason=reason))
    return forecast


async def find_forecast(tx: Tx, forecast_id: str, *, hold: bool = False) -> KeptForecast:
    """Return a forecast in scope or raise UnknownForecast."""
    forecast = await store.get_forecast(tx, forecast_id, hold=hold)
    if forecast is None:
        raise UnknownForecast("There is no such forecast.", forecast_id=forecast_id)
    return forecast


async def edit_forecast(
    tx: Tx,
    forecast_id: str,
    *,
    from_at: datetime,
    until_at: datetime,
    factor: float | None,
    calls: float | None,
    reason: str,
) -> HandEdit:
    """Change a draft by hand, with a reason; what was made stays beside it."""
    forecast = await _draft(tx, forecast_id)
    known = await store.edits_of(tx, forecast_id)
    if len(known) >= MOST_EDITS:
        raise BadPlan(
            "changes", "Too many changes by hand: ask for a new forecast.", most=MOST_EDITS
        )
    intervals = await store.intervals_of(tx, forecast_id)
    if not any(from_at <= one.starts_at < until_at for one in intervals):
        raise BadPlan("forecast_stretch", "The forecast has no interval in this stretch of time.")
    edit = HandEdit(
        id=new_id(),
        from_at=from_at,
        until_at=until_at,
        factor=factor,
        calls=calls,
        reason=reason,
        edited_at=tx.now,
        edited_by=tx.actor.name,
    )
    done = await _apply(tx, forecast, intervals, [*known, edit])
    tx.emit(
        events.ForecastEdited(**about(forecast), edit_id=edit.id, change="changed", reason=reason)
    )
    return done[-1]


async def undo_edit(tx: Tx, forecast_id: str, edit_id: str) -> None:
    """Take a change by hand back; the others are made anew from what the model said."""
    forecast = await _draft(tx, forecast_id)
    known = await store.edits_of(tx, forecast_id)
    gone = next((one for one in known if one.id == edit_id), None)
    if gone is None:
        raise UnknownEdit("The forecast has no such change.", edit_id=edit_id)
    intervals = await store.intervals_of(tx, forecast_id)
    await _apply(tx, forecast, intervals, [one for one in known if one.id != edit_id])
    tx.emit(
        events.ForecastEdited(
            **about(forecast), edit_id=edit_id, change="taken_back", reason=gone.reason
        )
    )


async def publish_forecast(tx: Tx, forecast_id: str) -> KeptForecast:
    """Let the organisation go by a forecast; from now on it stays as it is and is judged."""
    await _draft(tx, forecast_id)
    published = await store.set_published(tx, forecast_id)
    if published is None:
        raise AlreadyPublished("The forecast is published already.")
    tx.emit(events.ForecastPublished(**about(published)))
    return published


async def drop_forecast(tx: Tx, forecast_id: str) -> None:
    """Throw a draft away, also one that is still to be made."""
    forecast = await find_forecast(tx, forecast_id, hold=True)
    if not await store.delete_draft(tx, forecast_id):
        raise AlreadyPublished("What was published stays in the ledger.")
    tx.emit(events.ForecastDropped(**about(forecast)))


def about(forecast: KeptForecast) -> dict[str, Any]:
    """Return what every event of a forecast says."""
    return {
        "client_id": forecast.client_id,
        "forecast_id": forecast.id,
        "queue_id": forecast.queue_id,
        "channel": forecast.channel,
    }


async def _draft(tx: Tx, forecast_id: str) -> KeptForecast:
    forecast = await find_forecast(tx, forecast_id, hold=True)
    if forecast.state != "made":
        raise NotMade("The forecast has not been made.", state=forecast.state)
    if forecast.published_at is not None:
        raise AlreadyPublished("What is published stays as it is: ask for a new forecast.")
    return forecast


async def _apply(
    tx: Tx, forecast: KeptForecast, intervals: list[KeptInterval], edits: list[HandEdit]
) -> list[HandEdit]:
    now, done = edited(intervals, edits)
    moved = [new for old, new in zip(intervals, now, strict=True) if new != old]
    await store.set_intervals(tx, forecast.id, moved)
    await store.put_edits(tx, forecast, done)
    return [replace(one) for one in done]
