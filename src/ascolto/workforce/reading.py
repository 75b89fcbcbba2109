"""What routes on a day of a forecast read before it is worked out with no transaction open."""

from datetime import date, datetime, timedelta
from typing import Any

from fastapi import Request

from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import services_of
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.model import KeptForecast
from ascolto.workforce.past import stream_of


def reading(request: Request, principal: Principal) -> Any:
    """Open a transaction of somebody's own, to read in."""
    return services_of(request).db.transaction(
        principal.tenant_id, actor=principal.actor(), clients=principal.clients
    )


async def bounds_of(
    tx: Tx, forecast: KeptForecast, day: date | None
) -> tuple[datetime | None, datetime | None]:
    """Return the first moment of a local day and of the next one; of no day, none."""
    if day is None:
        return None, None
    stream = await stream_of(tx, queue_id=forecast.queue_id, channel=forecast.channel)
    if day.year >= date.max.year:
        raise BadPlan("No such day.", day=day.isoformat())
    return stream.midnight(day), stream.midnight(day + timedelta(days=1))
