"""The ledger: every day of every published forecast is scored once it is over.

A day is scored once and stays as it was scored. Killed between the calculation and the writing,
nothing is written and the next turn scores it; two nodes at once write one row.
"""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Any

import structlog

from ascolto.kit.db import SYSTEM, Record
from ascolto.kit.errors import Refusal
from ascolto.kit.jobs import in_turn
from ascolto.routing import QueueUnknown
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store, store_days
from ascolto.workforce.calculator import Works
from ascolto.workforce.errors import CannotForecast
from ascolto.workforce.model import DayScore
from ascolto.workforce.past import fold_past, read_past, stream_of

SCORE_EVERY_S = 300.0
# So many forecasts in one turn: the calculating process is also asked by people.
MOST_AT_ONCE = 20

_UNSCORED = "workforce.forecast_not_scored"

log = structlog.get_logger(__name__)


async def score_days(services: Works) -> int:
    """Score the days that are over of what was published; return how many days were."""
    async with services.db.connection() as connection:
        tenants = await tenancy_store.list_tenant_ids(connection)
    score = partial(_score_tenant, services)
    return await in_turn(tenants, score, failed="workforce.days_not_scored")


async def _score_tenant(services: Works, tenant_id: str) -> int:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        due = await store_days.unscored(tx, before=tx.now.date(), limit=MOST_AT_ONCE)
    scored = 0
    for forecast in due:
        try:
            told = await _scores(services, tenant_id, forecast)
        except (CannotForecast, QueueUnknown) as refusal:
            # A queue that is gone, a history that says nothing: asked once and not for ever.
            log.warning(_UNSCORED, forecast_id=forecast["id"], why=refusal.detail)
            told = [{"day": day.isoformat(), "ledger": None} for day in forecast["days"]]
        except Refusal as refusal:
            log.warning(_UNSCORED, forecast_id=forecast["id"], why=refusal.detail)
            continue
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            scored += await store_days.put_scores(
                tx,
                forecast_id=forecast["id"],
                client_id=forecast["client_id"],
                scores=[_day_score(one, tx.now) for one in told],
            )
    return scored


async def _scores(services: Works, tenant_id: str, forecast: Record) -> list[dict[str, Any]]:
    async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
        stream = await stream_of(tx, queue_id=forecast["queue_id"], channel=forecast["channel"])
        read = await read_past(tx, stream, minutes=forecast["minutes"])
        intervals = await store.intervals_of(tx, forecast["id"])
    answer = await services.calculator.ask(
        "score",
        {
            "past": await asyncio.to_thread(fold_past, read),
            "days": [day.isoformat() for day in forecast["days"]],
            "forecast": {
                "timezone": forecast["timezone"],
                "history_until": str(forecast["history_until"]),
                "intervals": [[one.starts_at.timestamp(), one.mean] for one in intervals],
            },
        },
    )
    days: list[dict[str, Any]] = answer["days"]
    return days


def _day_score(told: dict[str, Any], now: datetime) -> DayScore:
    found = told["ledger"]
    ours = found["published"] if found else {}
    return DayScore(
        day=date.fromisoformat(told["day"]),
        volume=found["volume"] if found else 0.0,
        wape=ours.get("wape"),
        day_total_wape=ours.get("day_total_wape"),
        bias=ours.get("bias"),
        last_week_wape=found["last_week"]["wape"] if found else None,
        four_weeks_wape=found["four_weeks"]["wape"] if found else None,
        chance=found["chance"] if found else None,
        scored_at=now,
    )
