"""Bodies and answers of the route that lays what-ifs side by side."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from ascolto.workforce.views import Body, ServicePromiseBody

SLACK = 0.1
"""A bad day answers so much less than the promised share in time."""


class WhatIfBody(ServicePromiseBody):
    """One scenario: what is promised, how much more or less comes, how long people stay at least.

    `growth` 0.1 is a tenth more than forecast. With `stay_minutes` people come and go only so
    often: whoever is needed in a part of it is there for all of it.
    """

    growth: Annotated[float, Field(ge=-0.9, le=9)] = 0.0
    stay_minutes: Annotated[int, Field(ge=15, le=720)] = 30

    def wish(self) -> dict[str, Any]:
        """Return what is promised, for the question."""
        return self.model_dump(exclude={"growth", "stay_minutes"})


class CompareBody(Body):
    """Two to four scenarios of a day of a forecast; the others are seen beside the first."""

    day: date
    scenarios: Annotated[tuple[WhatIfBody, ...], Field(min_length=1, max_length=4)]

    @model_validator(mode="after")
    def _people_take_one_at_a_time(self) -> Self:
        if any(one.concurrency > 1 or one.model != "a" for one in self.scenarios):
            raise ValueError("scenarios are of Erlang A with one conversation at a time")
        return self


class ScenarioView(BaseModel):
    """A scenario's day: what it takes, and what may go wrong.

    `risk` is how likely fewer than `below` are answered in time with its own people; `held_…` is
    said of the first scenario's people in this one's day. `safe_paid_hours` brings the risk to one
    in twenty.
    """

    service_level_target: float
    target_s: float
    aht_s: float
    load_hours: float
    most_operators: int
    operator_hours: float
    paid_hours: float
    service_level: float
    below: float
    risk: float
    safe_paid_hours: float
    held_service_level: float
    held_risk: float


class ComparisonView(BaseModel):
    """Scenarios of a day, side by side in the order in which they were told."""

    forecast_id: str
    day: date
    scenarios: list[ScenarioView]
