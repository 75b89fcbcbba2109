"""How many people work takes: the question for the calculating process, from a forecast."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.workforce import store_history
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.model import KeptForecast

# Handling times of the last four weeks; older ones are of other customers and other operators.
AHT_OVER = timedelta(days=28)


async def promise_question(
    tx: Tx, forecast: KeptForecast, wish: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is promised, whole: what a wish leaves out is the queue's own and its past's."""
    queue = await routing.get_queue(tx, forecast.queue_id)
    if queue is None:
        raise routing.QueueUnknown("There is no such queue.")
    aht_s = wish["aht_s"] or await store_history.mean_handling_s(
        tx,
        queue_id=forecast.queue_id,
        channel=forecast.channel,
        since=tx.now - AHT_OVER,
    )
    if not aht_s:
        raise BadPlan(
            "aht_needed",
            "Nobody knows how long the work takes: give `aht_s`.",
            field="aht_s",
            queue_id=forecast.queue_id,
        )
    return {
        **wish,
        "minutes": forecast.minutes,
        "service_level": wish["service_level"] or min(queue.target_share, 0.99),
        "target_s": queue.target_s if wish["target_s"] is None else wish["target_s"],
        "aht_s": aht_s,
    }
