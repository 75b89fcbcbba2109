"""What a program that plans looks at before it does anything: what is there already."""

from datetime import date

from ascolto.kit.db import Tx
from ascolto.workforce import store, store_agreements, store_runs
from ascolto.workforce.store_runs import Run

__all__ = ["Run", "has_contracts", "is_forecast", "latest_run"]


async def has_contracts(tx: Tx) -> bool:
    """Tell whether any contract is written."""
    return bool(await store_agreements.list_contracts(tx, limit=1))


async def is_forecast(tx: Tx, queue_id: str) -> bool:
    """Tell whether a forecast of a queue was ever published."""
    return bool(
        await store.list_forecasts(
            tx, queue_id=queue_id, channel=None, published=True, before=None, limit=1
        )
    )


async def latest_run(tx: Tx, *, reason: str, first_day: date | None = None) -> Run | None:
    """Return the latest roster that was asked for with a reason, of any weeks or from a day on."""
    return await store_runs.latest_run(tx, reason=reason, first_day=first_day)
