"""Bodies and answers of the routes on the day itself."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from ascolto.workforce.actions.intraday import DayLines, Line
from ascolto.workforce.levers import Lever, Pulled, paid_hours
from ascolto.workforce.views import Body, Reason

LeverKind = Literal["time_off", "extra_hours", "break_move", "skill_move", "callback"]


class LeverBody(Body):
    """One thing that can be done about the rest of a day.

    `people` go, come or move; `callback` has a `share` of the callers instead. A break moves to
    `to_at`, a skill comes from `other_queue_id`.
    """

    kind: LeverKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    people: Annotated[int, Field(ge=0, le=500)] = 0
    other_queue_id: UUID | None = None
    to_at: AwareDatetime | None = None
    share: Annotated[float, Field(ge=0, le=0.9)] = 0.0

    @model_validator(mode="after")
    def _is_whole(self) -> "LeverBody":
        if self.until_at <= self.from_at:
            raise ValueError("until_at is after from_at")
        if (self.kind == "skill_move") != (self.other_queue_id is not None):
            raise ValueError("other_queue_id goes with skill_move, and only there")
        if (self.kind == "break_move") != (self.to_at is not None):
            raise ValueError("to_at goes with break_move, and only there")
        if (self.kind == "callback") != (self.people == 0) or (self.kind == "callback") != (
            self.share > 0
        ):
            raise ValueError("callback has a share, everything else people")
        return self

    def lever(self) -> Lever:
        """Return the lever that is meant."""
        return Lever(
            kind=self.kind,
            from_at=self.from_at,
            until_at=self.until_at,
            people=self.people,
            other_queue_id=str(self.other_queue_id) if self.other_queue_id else None,
            to_at=self.to_at,
            share=self.share,
        )


class TryBody(Body):
    """Levers to be tried out on what is left of today, each for itself."""

    queue_id: UUID
    levers: Annotated[list[LeverBody], Field(min_length=1, max_length=10)]


class PullBody(Body):
    """A lever to be pulled, and why."""

    queue_id: UUID
    lever: LeverBody
    reason: Reason


class OutcomeView(BaseModel):
    """What the rest of the day comes to in a queue, over many lives of it."""

    service_level: float | None
    low: float | None
    high: float | None
    abandoned_share: float | None
    asa_s: float | None


class TrialView(BaseModel):
    """The rest of the day with a lever pulled, queue by queue."""

    paid_hours: float
    queues: dict[str, OutcomeView]

    @classmethod
    def of(cls, found: dict[str, Any], lever: Lever | None) -> "TrialView":
        """Show what a life of the day came to."""
        queues = {key: OutcomeView(**one) for key, one in found.items()}
        return cls(paid_hours=paid_hours(lever) if lever else 0.0, queues=queues)


class TriedView(BaseModel):
    """The rest of the day as things are, and with each lever by itself."""

    runs: int
    as_it_is: TrialView
    levers: list[TrialView]


class LeverView(BaseModel):
    """What was done about a day, and what it was said to bring."""

    id: str
    kind: str
    from_at: datetime
    until_at: datetime
    people: int
    other_queue_id: str | None
    to_at: datetime | None
    share: float
    reason: str
    effect: TriedView
    pulled_at: datetime
    pulled_by: str
    undone_at: datetime | None

    @classmethod
    def of(cls, one: Pulled) -> "LeverView":
        """Show what was done."""
        lever = one.lever
        return cls(
            id=one.id,
            kind=lever.kind,
            from_at=lever.from_at,
            until_at=lever.until_at,
            people=lever.people,
            other_queue_id=lever.other_queue_id,
            to_at=lever.to_at,
            share=lever.share,
            reason=one.reason,
            effect=TriedView.model_validate(one.effect),
            pulled_at=one.pulled_at,
            pulled_by=one.pulled_by,
            undone_at=one.undone_at,
        )


class HalfHourView(BaseModel):
    """Half an hour: as planned, as it came, as expected now.

    `withheld` says that a figure on people would have told of too few of them.
    """

    starts_at: datetime
    planned: float | None
    low: float | None
    high: float | None
    offered: int | None
    handled: int | None
    abandoned: int | None
    aht_s: float | None
    service_level: float | None
    expected_now: float | None
    required: int | None
    rostered: float | None
    signed_in: float | None
    withheld: bool

    @classmethod
    def of(cls, one: Line, *, required: int | None, smallest: int, nested: bool) -> "HalfHourView":
        """Show half an hour; of a crew that is another but for a few no people are counted."""
        few = nested or 0 < one.people < smallest
        came = one.came
        return cls(
            starts_at=one.starts_at,
            planned=one.planned.mean if one.planned else None,
            low=one.planned.low if one.planned else None,
            high=one.planned.high if one.planned else None,
            offered=came.offered if came else None,
            handled=came.handled if came else None,
            abandoned=came.abandoned if came else None,
            aht_s=came.aht_s if came else None,
            service_level=came.level.value if came else None,
            expected_now=one.anew,
            required=required,
            rostered=None if few else one.on_duty,
            # Of four who are rostered, who is signed in tells of persons too.
            signed_in=came.signed_in if came and not few else None,
            withheld=few or (came is not None and came.withheld),
        )


class IntradayView(BaseModel):
    """A queue's day by half hours, how its busyness is judged, and what was done about it."""

    queue_id: str
    day: date
    timezone: str
    at: datetime
    forecast_id: str | None
    target: float
    target_s: float
    aht_s: float | None
    ratio: float
    factor: float
    smallest_group: int
    half_hours: list[HalfHourView]
    levers: list[LeverView]

    @classmethod
    def of(cls, day: DayLines, required: list[int] | None) -> "IntradayView":
        """Show a queue's day."""
        read = day.read
        people: list[int | None] = [*required] if required else [None] * len(day.lines)
        return cls(
            queue_id=read.queue.id,
            day=read.day,
            timezone=read.stream.zone.key,
            at=read.now,
            forecast_id=read.forecast_id,
            target=read.actual.target,
            target_s=read.queue.target_s,
            aht_s=day.aht_s,
            ratio=day.rest.ratio,
            factor=day.rest.factor,
            smallest_group=read.smallest_group,
            half_hours=[
                HalfHourView.of(
                    one, required=needed, smallest=read.smallest_group, nested=read.nested
                )
                for one, needed in zip(day.lines, people, strict=True)
            ],
            levers=[LeverView.of(one) for one in read.levers if one.queue_id == read.queue.id],
        )
