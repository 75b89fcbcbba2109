"""The route that lays what-ifs side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from ascolto.identity.guard import recognise
from ascolto.identity.model import Principal
from ascolto.kit.http import services_of
from ascolto.workforce.reading import day_told, reading
from ascolto.workforce.requiring import promise_question
from ascolto.workforce.views_scenarios import SLACK, CompareBody, ComparisonView, ScenarioView

router = APIRouter(tags=["workforce"])

# The numbers are worked out elsewhere, with no transaction open.
Asker = Annotated[Principal, recognise("workforce.read")]


@router.post("/workforce/forecasts/{forecast_id}/scenarios", summary="What-ifs side by side")
async def compare(
    forecast_id: UUID, body: CompareBody, principal: Asker, request: Request
) -> ComparisonView:
    """Return the people a day takes in each scenario, the paid hours and the risk of a bad day."""
    async with reading(request, principal) as tx:
        forecast, intervals = await day_told(tx, str(forecast_id), body.day)
        scenarios = [
            {
                **await promise_question(tx, forecast, one.wish()),
                "growth": one.growth,
                "block": max(1, one.stay_minutes // forecast.minutes),
            }
            for one in body.scenarios
        ]
    answer = await services_of(request).calculator.ask(
        "compare",
        {
            "minutes": forecast.minutes,
            "slack": SLACK,
            "intervals": [{"mean": one.mean, "rate_cv": one.rate_cv} for one in intervals],
            "scenarios": scenarios,
        },
    )
    return ComparisonView(
        forecast_id=forecast.id,
        day=body.day,
        scenarios=[
            ScenarioView(
                service_level_target=asked["service_level"],
                target_s=asked["target_s"],
                aht_s=asked["aht_s"],
                **found,
            )
            for asked, found in zip(scenarios, answer["scenarios"], strict=True)
        ],
    )
