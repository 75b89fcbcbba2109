"""Bodies and answers of the workforce room's routes."""

from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ascolto.workforce.model import (
    Came,
    DayScore,
    HandEdit,
    KeptForecast,
    KeptInterval,
    mean_share,
)
from ascolto.workforce.tables import Imported
from ascolto.workforce.views_notes import FailedByView, NoteView

Channel = Annotated[str, StringConstraints(pattern="^[a-z][a-z_]{1,30}$")]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Share = Annotated[float, Field(gt=0, lt=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Volume = Annotated[float, Field(ge=0, le=1e9)]
ModelName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,40}$")]


class Minutes(IntEnum):
    """How long an interval is."""

    QUARTER = 15
    HALF = 30
    HOUR = 60


class Body(BaseModel):
    """A request body: an unknown field is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class CameView(BaseModel):
    """What one interval brought; null where a table did not tell."""

    starts_at: datetime
    offered: float
    handled: float | None
    abandoned: float | None
    aht_s: float | None
    source: str

    @classmethod
    def of(cls, one: Came) -> "CameView":
        """Show what came."""
        return cls(
            starts_at=one.starts_at,
            offered=one.offered,
            handled=one.handled,
            abandoned=one.abandoned,
            aht_s=one.aht_s,
            source=one.source,
        )


class HistoryView(BaseModel):
    """What came to a queue, in intervals; those in which nothing came are left out."""

    queue_id: str
    channel: str
    timezone: str
    minutes: int
    intervals: list[CameView]


class ImportHistoryBody(Body):
    """A table (CSV) of what came before, to be tried or written.

    `columns` says what the table calls `interval_start`, `calls`, `handled`, `abandoned`, `aht_s`.
    """

    queue_id: UUID
    channel: Channel | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=5_000_000)]
    separator: Literal[",", ";", "\t"] = ","
    columns: dict[
        Literal["interval_start", "calls", "handled", "abandoned", "aht_s"],
        Annotated[str, StringConstraints(min_length=1, max_length=100)],
    ] = {}
    dry_run: bool


class RowFaultView(BaseModel):
    """What is said of one row (the heading is row 1); null where it is the table as a whole.

    `what` is English; `code`, where there is one, says the same with `fields` for other words.
    """

    row: int | None
    what: str
    code: str = ""
    fields: dict[str, str] = {}


class ImportHistoryReport(BaseModel):
    """What a table says and what became of it."""

    written: bool
    rows: int
    minutes: int
    calls: float
    first: datetime | None
    last: datetime | None
    faults: list[RowFaultView]
    notes: list[RowFaultView]

    @classmethod
    def of(cls, found: Imported) -> "ImportHistoryReport":
        """Show what a table says."""
        return cls(
            written=found.written,
            rows=len(found.rows),
            minutes=found.minutes,
            calls=sum(row.offered for row in found.rows),
            first=found.rows[0].starts_at if found.rows else None,
            last=found.rows[-1].starts_at if found.rows else None,
            faults=[
                _fault(fault, *coded)
                for fault, coded in zip(found.faults, found.codes, strict=True)
            ],
            notes=[
                RowFaultView(row=one.row, what=one.what, code=one.code, fields=one.fields)
                for one in found.notes
            ],
        )


def _fault(text: str, code: str, fields: dict[str, str]) -> RowFaultView:
    before, colon, what = text.partition(": ")
    number = before.removeprefix("row ")
    if colon and before.startswith("row ") and number.isdigit():
        return RowFaultView(row=int(number), what=what, code=code, fields=fields)
    return RowFaultView(row=None, what=text, code=code, fields=fields)


class AskForecastBody(Body):
    """A forecast of the next open days of a queue, and why it is asked for."""

    queue_id: UUID
    channel: Channel | None = None
    horizon_days: Annotated[int, Field(ge=1, le=92)] = 28
    minutes: Minutes = Minutes.HALF
    model: ModelName = "chosen"
    country: Literal["IT", "US", "IL", "none"] = "IT"
    reason: Reason


class DayView(BaseModel):
    """A forecast day: who spoke for it, and why it is not a usual one."""

    day: date
    calls: float
    model: str
    usual: float | None
    because: dict[str, float]
    events: list[str] = []


class ForecastView(BaseModel):
    """A forecast without its intervals."""

    id: str
    client_id: str
    queue_id: str
    channel: str
    state: Literal["asked", "made", "failed"]
    reason: str
    horizon_days: int
    minutes: int
    model: str
    country: str
    asked_at: datetime
    asked_by: str
    made_at: datetime | None
    timezone: str | None
    history_from: date | None
    history_until: date | None
    measured: bool | None
    days: list[DayView]
    notes: list[NoteView]
    failure: str | None
    failed_by: FailedByView | None
    published_at: datetime | None
    published_by: str | None
    v: int

    @classmethod
    def of(cls, forecast: KeptForecast) -> "ForecastView":
        """Show a forecast."""
        shown: dict[str, Any] = {
            name: getattr(forecast, name)
            for name in cls.model_fields
            if name not in {"days", "notes"}
        }
        days = [DayView.model_validate(day) for day in forecast.days]
        return cls(**shown, days=days, notes=[NoteView.of(one) for one in forecast.notes])


class IntervalView(BaseModel):
    """One interval: what holds now, and the mean that the model said."""

    starts_at: datetime
    mean: float
    low: float
    median: float
    high: float
    made_mean: float
    rate_cv: float

    @classmethod
    def of(cls, one: KeptInterval) -> "IntervalView":
        """Show an interval."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class EditView(BaseModel):
    """A change by hand, with what it did."""

    id: str
    from_at: datetime
    until_at: datetime
    factor: float | None
    calls: float | None
    reason: str
    edited_at: datetime
    edited_by: str
    before_calls: float
    after_calls: float

    @classmethod
    def of(cls, edit: HandEdit) -> "EditView":
        """Show a change by hand."""
        return cls(**{name: getattr(edit, name) for name in cls.model_fields})


class ForecastDetailView(BaseModel):
    """A forecast with its intervals and all that was changed by hand."""

    forecast: ForecastView
    intervals: list[IntervalView]
    edits: list[EditView]


class EditBody(Body):
    """A change by hand: a factor on every interval, or what comes in all of them together."""

    from_at: AwareDatetime
    until_at: AwareDatetime
    factor: Annotated[float, Field(ge=0, le=100)] | None = None
    calls: Volume | None = None
    reason: Reason

    @model_validator(mode="after")
    def _one_effect(self) -> "EditBody":
        if (self.factor is None) == (self.calls is None):
            raise ValueError("either `factor` or `calls`")
        if self.until_at <= self.from_at:
            raise ValueError("`until_at` is later than `from_at`")
        return self


class ServicePromiseBody(Body):
    """What to promise; what is not told is the queue's own promise and its past.

    `model` is Erlang A ("a", over the forecast's distribution) or Erlang C ("c", nobody gives up).
    `shrinkage` names the shares of paid time that activities take.
    """

    model: Literal["a", "c"] = "a"
    service_level: Share | None = None
    target_s: Annotated[float, Field(ge=0, le=86_400)] | None = None
    aht_s: Seconds | None = None
    patience_s: Seconds = 300.0
    max_occupancy: Annotated[float, Field(gt=0, le=1)] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=20)] = 1
    slowdown: Annotated[float, Field(ge=0, le=1)] = 0.0
    shrinkage: dict[
        Annotated[str, StringConstraints(min_length=1, max_length=60)],
        Annotated[float, Field(ge=0, lt=1)],
    ] = {}

    @model_validator(mode="after")
    def _somebody_is_left(self) -> Self:
        if sum(self.shrinkage.values()) >= 0.95:
            raise ValueError("activities may take less than 95 % of paid time together")
        return self


class RequirementBody(ServicePromiseBody):
    """What to promise on a day."""

    day: date


class RequiredView(BaseModel):
    """The people of one interval, and what they achieve on average over what may come."""

    starts_at: datetime
    mean: float
    load: float
    operators: int
    paid: int
    service_level: float | None
    occupancy: float | None
    abandoned: float | None


class RequirementView(BaseModel):
    """The people that a day takes, with the promise they are for."""

    forecast_id: str
    day: date
    minutes: int
    model: str
    service_level: float
    target_s: float
    aht_s: float
    patience_s: float
    shrinkage: float
    paid_hours: float
    intervals: list[RequiredView]


class ErrorsView(BaseModel):
    """Errors as shares of what came."""

    wape: float | None
    day_total_wape: float | None
    bias: float | None


class DayScoreView(BaseModel):
    """How good one published day was; null where nothing came or nothing can be said."""

    day: date
    volume: float
    wape: float | None
    day_total_wape: float | None
    bias: float | None
    last_week_wape: float | None
    four_weeks_wape: float | None
    chance: float | None
    scored_at: datetime

    @classmethod
    def of(cls, one: DayScore) -> "DayScoreView":
        """Show how good a day was."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class JudgedView(BaseModel):
    """What a published forecast was worth, beside who knew nothing but the same past.

    `last_week` and `four_weeks` are the errors of the last week and of the mean of four of them;
    `chance` is the error that remains when every rate is known.
    """

    forecast: ForecastView
    days: int
    volume: float
    published: ErrorsView
    last_week: float | None
    four_weeks: float | None
    chance: float | None
    by_day: list[DayScoreView]

    @classmethod
    def of(cls, forecast: KeptForecast, scores: list[DayScore]) -> "JudgedView":
        """Show what a forecast was worth, from its days as they were scored."""
        return cls(
            forecast=ForecastView.of(forecast),
            days=sum(1 for one in scores if one.volume > 0),
            volume=sum(one.volume for one in scores),
            published=ErrorsView(
                wape=mean_share(scores, "wape"),
                day_total_wape=mean_share(scores, "day_total_wape"),
                bias=mean_share(scores, "bias"),
            ),
            last_week=mean_share(scores, "last_week_wape"),
            four_weeks=mean_share(scores, "four_weeks_wape"),
            chance=mean_share(scores, "chance"),
            by_day=[DayScoreView.of(one) for one in scores],
        )
