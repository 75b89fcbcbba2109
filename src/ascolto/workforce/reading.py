"""What routes read for whoever asks, also before it is worked out with no transaction open."""

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import Request

from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import services_of
from ascolto.workforce import store
from ascolto.workforce.actions.forecasts import find_forecast
from ascolto.workforce.errors import BadPlan, NoShifts, NotMade
from ascolto.workforce.model import KeptForecast, KeptInterval
from ascolto.workforce.past import stream_of


def reading(request: Request, principal: Principal) -> Any:
    """Open a transaction of somebody's own."""
    return services_of(request).db.transaction(
        principal.tenant_id, actor=principal.actor(), clients=principal.clients
    )


def own_operator(principal: Principal) -> str:
    """Return the operator that somebody is; raise NoShifts when they are none."""
    if principal.operator_id is None:
        raise NoShifts("You answer no customers, so there are no shifts of yours.")
    return principal.operator_id


async def bounds_of(
    tx: Tx, forecast: KeptForecast, day: date | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a local day and of the next one; of no day, none."""
    if day is None:
        return None, None
    stream = await stream_of(tx, queue_id=forecast.queue_id, channel=forecast.channel)
    if day.year >= date.max.year:
        raise BadPlan("no_day", "No such day.", day=day.isoformat())
    return stream.midnight(day), stream.midnight(day + timedelta(days=1))


async def day_told(tx: Tx, forecast_id: str, day: date) -> tuple[KeptForecast, list[KeptInterval]]:
    """Return a forecast and what it says of a day.

    Raises UnknownForecast, NotMade while it is not there yet, BadPlan for a day it leaves out.
    """
    forecast = await find_forecast(tx, forecast_id)
    if forecast.state != "made":
        raise NotMade("The forecast has not been made.", state=forecast.state)
    since, until = await bounds_of(tx, forecast, day)
    intervals = await store.intervals_of(tx, forecast.id, since=since, until=until)
    if not intervals:
        raise BadPlan(
            "forecast_day", "The forecast does not speak of this day.", day=day.isoformat()
        )
    return forecast, intervals
