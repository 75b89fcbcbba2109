"""Bodies and answers of the routes on what flexibility is worth, and on a plan's commuting."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from ascolto.workforce.actions.weighing import Ways
from ascolto.workforce.commuting import Commute
from ascolto.workforce.store_runs import Run
from ascolto.workforce.views_notes import FailedByView, NoteView
from ascolto.workforce.views_runs import AskRosterBody, ProgressView


class AskWorthBody(AskRosterBody):
    """Whole weeks to weigh, and for how many seconds each of up to seven rosters is looked for."""

    weeks: Annotated[int, Field(ge=1, le=4)] = 1
    seconds: Annotated[float, Field(gt=0, le=60)] = 5.0


class CommuteView(BaseModel):
    """Means of a day at the office, there and back: of the organisation and never of a person."""

    km_a_day: float
    minutes_a_day: float
    by_car_percent: float
    g_co2_per_car_km: float
    source: str


class WaysView(BaseModel):
    """Days at the office of all worked, and what they take: minutes, CO2 of the exhaust, seats."""

    days: int
    trips: int
    commute_minutes: float
    kg_co2: float
    seats: int

    @classmethod
    def of(cls, *, days: int, trips: int, seats: int, commute: dict[str, Any]) -> Self:
        """Show what so many days at the office take by some factors."""
        factors = Commute(**commute)
        return cls(
            days=days,
            trips=trips,
            commute_minutes=factors.minutes(trips),
            kg_co2=factors.kg_co2(trips),
            seats=seats,
        )


class PlanWaysView(BaseModel):
    """What a plan takes, beside everybody at the office; None where fewer than a group work.

    `seats` are how many there are, None where nothing limits them.
    """

    plan: WaysView | None
    all_there: WaysView | None
    commute: CommuteView
    seats: int | None
    smallest_group: int

    @classmethod
    def of(cls, ways: Ways) -> Self:
        """Show what a plan takes."""
        found = ways.footprint
        return cls(
            plan=found
            and WaysView.of(
                days=found.days, trips=found.trips, seats=found.seats, commute=ways.commute
            ),
            all_there=found
            and WaysView.of(
                days=found.days, trips=found.days, seats=found.most, commute=ways.commute
            ),
            commute=CommuteView(**ways.commute),
            seats=ways.seats,
            smallest_group=ways.smallest_group,
        )


class WeighedView(BaseModel):
    """One roster in person-hours: too few, too many, required, paid; and the service it gives.

    `service_level` is the share of calls answered in time by Erlang A over what may come, None
    where what it takes was told by hand.
    """

    missing: float
    excess: float
    required: float
    paid: float
    service_level: float | None
    ways: WaysView | None

    @classmethod
    def of(cls, told: dict[str, Any], result: dict[str, Any]) -> Self:
        """Show a roster that was weighed."""
        where = {name: told[name] for name in ("days", "trips", "seats")}
        return cls(
            **{name: told[name] for name in ("missing", "excess", "required", "paid")},
            service_level=told["service_level"],
            ways=None if result["withheld"] else WaysView.of(**where, commute=result["commute"]),
        )


class RuleWorthView(BaseModel):
    """One rule taken away: the roster without it, and what the rule gains.

    `by_chance` says that as much comes of looking for the same roster twice; None where the same
    hours are only worked elsewhere.
    """

    rule: str
    without: WeighedView
    hours_gained: float
    service_gained: float | None
    by_chance: bool | None


class WorthView(BaseModel):
    """What flexibility is worth in some weeks, rule by rule, each alone against the same demand."""

    told: WeighedView
    chance_hours: float
    rules: list[RuleWorthView]
    people: int
    seats: int | None
    smallest_group: int
    commute: CommuteView
    notes: list[NoteView]

    @classmethod
    def of(cls, result: dict[str, Any]) -> Self:
        """Show what came out."""
        told = WeighedView.of(result["told"], result)
        return cls(
            told=told,
            chance_hours=result["chance_hours"],
            rules=[_rule(one, told, result) for one in result["rules"]],
            commute=CommuteView(**result["commute"]),
            **{name: result[name] for name in ("people", "seats", "smallest_group")},
            notes=[NoteView.of(one) for one in result["notes"]],
        )


def _rule(one: dict[str, Any], told: WeighedView, result: dict[str, Any]) -> RuleWorthView:
    without = WeighedView.of(one["without"], result)
    gained = None
    if told.service_level is not None and without.service_level is not None:
        gained = told.service_level - without.service_level
    return RuleWorthView(
        rule=one["rule"],
        without=without,
        hours_gained=one["hours_gained"],
        service_gained=gained,
        by_chance=one["by_chance"],
    )


class WorthRunView(BaseModel):
    """What is being weighed: how far it is, or what came out."""

    id: str
    first_day: date
    last_day: date
    reason: str
    state: str
    asked_at: datetime
    asked_by: str
    progress: ProgressView
    ended_at: datetime | None
    failure: str | None
    failed_by: FailedByView | None
    found: WorthView | None

    @classmethod
    def of(cls, run: Run) -> Self:
        """Show what was asked for."""
        same = (
            *("id", "first_day", "last_day", "reason", "state", "asked_at", "asked_by"),
            *("ended_at", "failure", "failed_by"),
        )
        return cls(
            **{name: getattr(run, name) for name in same},
            progress=ProgressView.model_validate(run.progress),
            found=WorthView.of(run.result) if run.state == "made" else None,
        )
