"""Bodies and answers of the routes on the day itself."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from ascolto.workforce.actions.arrivals import Arrivals, QueueArrivals
from ascolto.workforce.actions.offers import OwnStep
from ascolto.workforce.asking import read
from ascolto.workforce.laying_out import DayLines, Line
from ascolto.workforce.levers import Lever, Pulled, paid_hours
from ascolto.workforce.reaching import TOLD, Step
from ascolto.workforce.views import Body, Reason
from ascolto.workforce.views_rosters import OwnShiftView

LeverKind = Literal[
    "time_off",
    "extra_hours",
    "break_move",
    "skill_move",
    "overflow",
    "callback",
    "channel_shift",
]
_NOBODY_MOVES = TOLD | {"overflow"}


class ArrivalsView(BaseModel):
    """How much came between two moments, and what was published for them, if anything was."""

    came: int
    expected: float | None

    @classmethod
    def of(cls, found: Arrivals) -> "ArrivalsView":
        """Show what came beside what was expected."""
        return cls(came=found.came, expected=found.expected)


class QueueArrivalsView(BaseModel):
    """One queue's last half hour and its day so far; null is told where nothing is published."""

    queue_id: str
    client_id: str
    half_hour: ArrivalsView
    today: ArrivalsView


class ArrivalsNowView(BaseModel):
    """What came to the queues in scope just now and today, up to a whole minute."""

    since: datetime
    until: datetime
    queues: list[QueueArrivalsView]

    @classmethod
    def of(
        cls, since: datetime, until: datetime, queues: Sequence[QueueArrivals]
    ) -> "ArrivalsNowView":
        """Show the queues in order of their names."""
        return cls(
            since=since,
            until=until,
            queues=[
                QueueArrivalsView(
                    queue_id=one.queue.id,
                    client_id=one.queue.client_id,
                    half_hour=ArrivalsView.of(one.half_hour),
                    today=ArrivalsView.of(one.today),
                )
                for one in queues
            ],
        )


class LeverBody(Body):
    """One thing that can be done about the rest of a day.

    `people` go, come or move; `callback` and `channel_shift` have a `share` of those who would wait
    instead, and a `message` to them once they are pulled. A break moves to `to_at`; people come
    from `other_queue_id`, which is also whose people help where a queue overflows.
    """

    kind: LeverKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    people: Annotated[int, Field(ge=0, le=500)] = 0
    other_queue_id: UUID | None = None
    to_at: AwareDatetime | None = None
    share: Annotated[float, Field(ge=0, le=0.9)] = 0.0
    message: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""

    @model_validator(mode="after")
    def _is_whole(self) -> "LeverBody":
        if self.until_at <= self.from_at:
            raise ValueError("until_at is after from_at")
        if (self.kind in {"skill_move", "overflow"}) != (self.other_queue_id is not None):
            raise ValueError("other_queue_id goes with skill_move and overflow, and only there")
        if (self.kind == "break_move") != (self.to_at is not None):
            raise ValueError("to_at goes with break_move, and only there")
        if (self.kind in _NOBODY_MOVES) != (self.people == 0):
            raise ValueError("people go with what moves people, and only there")
        if (self.kind in TOLD) != (self.share > 0) or (self.message and self.kind not in TOLD):
            raise ValueError("share and message go with callback and channel_shift, and only there")
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
            message=self.message,
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

    @model_validator(mode="after")
    def _a_word_is_said(self) -> "PullBody":
        if self.lever.kind in TOLD and not self.lever.message:
            raise ValueError("say what those who wait are told")
        return self


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


class ReachedView(BaseModel):
    """How far a lever reached: what begins later, what is done; of offers how many, never whose.

    `failed` says by codes why what should have begun did not, each reason once.
    """

    due: int
    asked: int
    done: int
    failed: list[str]

    @classmethod
    def of(cls, steps: Sequence[Step]) -> "ReachedView":
        """Count; who declined is not told apart from who has not answered."""
        states = Counter(one.state for one in steps)
        return cls(
            due=states["due"],
            asked=states["offered"] + states["declined"],
            done=states["done"],
            failed=sorted({one.why for one in steps if one.state == "failed"}),
        )


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
    message: str
    reason: str
    effect: TriedView
    pulled_at: datetime
    pulled_by: str
    undone_at: datetime | None
    reached: ReachedView

    @classmethod
    def of(cls, one: Pulled, steps: Sequence[Step]) -> "LeverView":
        """Show what was done, and how far it reached."""
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
            message=lever.message,
            reason=one.reason,
            effect=TriedView.model_validate(one.effect),
            pulled_at=one.pulled_at,
            pulled_by=one.pulled_by,
            undone_at=one.undone_at,
            reached=ReachedView.of(steps),
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
    def of(cls, one: Line, *, required: int | None, smallest: int) -> "HalfHourView":
        """Show half an hour; of a crew that is another but for a few no people are counted."""
        few = one.nested or 0 < one.people < smallest
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


class AwayView(BaseModel):
    """Who takes from the queue on other days and is lent elsewhere, and until when."""

    name: str
    until: datetime


class IntradayView(BaseModel):
    """A queue's day by half hours, how its busyness is judged, and what was done about it.

    `way` says how the rest is expected anew: as planned, by the day's level so far, or as past days
    taught; it names what counts most, by how near each was on the `judged` last days at this time.
    """

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
    way: Literal["plan", "level", "learnt"]
    judged: int
    smallest_group: int
    told_share_most: float
    half_hours: list[HalfHourView]
    levers: list[LeverView]
    away: list[AwayView]

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
            way=day.way,
            judged=day.judged,
            smallest_group=read.smallest_group,
            told_share_most=read.told_share_most,
            half_hours=[
                HalfHourView.of(one, required=needed, smallest=read.smallest_group)
                for one, needed in zip(day.lines, people, strict=True)
            ],
            levers=[
                LeverView.of(one, read.steps.get(one.id, ()))
                for one in read.levers
                if one.queue_id == read.queue.id
            ],
            away=[AwayView(name=name, until=until) for name, until in read.away],
        )


class AnswerOfferBody(Body):
    """Whether one takes what is offered."""

    agrees: bool


class OwnStepView(BaseModel):
    """What a lever means for one's own day: an offer while `open`, else what became of it.

    `was` and `becomes` are one's own shifts; a queue is named where one helps in another.
    """

    id: str
    kind: str
    state: str
    open: bool
    from_at: datetime
    until_at: datetime
    queue_id: str
    reason: str
    by: str
    was: list[OwnShiftView]
    becomes: list[OwnShiftView]

    @classmethod
    def of(cls, one: OwnStep) -> "OwnStepView":
        """Show somebody what is offered to them or has changed."""
        return cls(
            id=one.step.id,
            kind=one.lever.lever.kind,
            state=one.step.state,
            open=one.open,
            from_at=one.step.begins_at,
            until_at=one.step.until_at,
            queue_id=one.lever.queue_id,
            reason=one.lever.reason,
            by=one.lever.pulled_by,
            was=[OwnShiftView.of(read(told)) for told in one.step.before],
            becomes=[OwnShiftView.of(read(told)) for told in one.step.after],
        )


class OwnStepsView(BaseModel):
    """What is offered to somebody now, and what of their day was changed."""

    steps: list[OwnStepView]
