"""Wire shapes of figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from ascolto.insight.floor import QueueNow, by_place, oldest_wait_s
from ascolto.insight.formulas import Formula
from ascolto.insight.model import Counting, Figure, Tally


class FormulaView(BaseModel):
    """One entry of the metric dictionary."""

    id: str
    version: int
    unit: str
    statement: str
    rising: bool
    of_people: bool

    @classmethod
    def of(cls, formula: Formula) -> "FormulaView":
        """Show a formula."""
        return cls(
            id=formula.id,
            version=formula.version,
            unit=formula.unit,
            statement=formula.statement,
            rising=formula.rising,
            of_people=formula.of_people,
        )


class FigureView(BaseModel):
    """A figure with the counts it was computed from; withheld when it would point at people."""

    value: float | None
    numerator: float
    denominator: float
    detail: dict[str, float]
    withheld: bool

    @classmethod
    def of(cls, figure: Figure) -> "FigureView":
        """Show a figure."""
        return cls(
            value=figure.value,
            numerator=figure.numerator,
            denominator=figure.denominator,
            detail=dict(figure.detail),
            withheld=figure.withheld,
        )


class CountingView(BaseModel):
    """What was counted as in time, as short, and whether transfers count again."""

    threshold_s: float | None = Field(description="null when several were in force")
    thresholds_s: list[float] = Field(description="every wait that counted as in time")
    short_s: float
    internal_transfers: bool
    causes: list[str]

    @classmethod
    def of(cls, used: Sequence[Counting]) -> "CountingView | None":
        """Show what was counted; None when nothing could be."""
        if not used:
            return None
        waits = sorted({counting.threshold_s for counting in used})
        return cls(
            threshold_s=waits[0] if len(waits) == 1 else None,
            thresholds_s=waits,
            short_s=used[-1].short_s,
            internal_transfers=used[-1].internal_transfers,
            causes=sorted(used[-1].causes),
        )


class GroupView(BaseModel):
    """The figure of one group: a queue, a client, a channel or an interval."""

    key: str
    name: str
    figure: FigureView
    client_id: str | None = None
    formula: str | None = None
    counting: CountingView | None = None
    target: float | None = None
    met: bool | None = None


class MetricView(BaseModel):
    """One answered question of the metric dictionary."""

    metric: str
    formula: FormulaView | None = Field(description="null when each client has its own")
    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    group_by: str
    counting: CountingView | None = Field(
        default=None, description="what was counted; null where each group says so, or nothing is"
    )
    total: FigureView | None = Field(description="null when clients are measured differently")
    groups: list[GroupView]


class DayResultView(BaseModel):
    """One day of one's own work."""

    day: str
    handled: int
    aht_s: float | None
    frt_s: float | None
    transferred: int
    closed: int
    occupancy: float | None
    handling_s: float
    available_s: float
    csat: float | None

    @classmethod
    def of(cls, day: str, tally: Tally) -> "DayResultView":
        """Show a day's own counts."""
        time = tally.handling_s + tally.ready_s
        return cls(
            day=day,
            handled=tally.handled,
            aht_s=_mean(tally.engaged_s, tally.handled),
            frt_s=_mean(sum(tally.first_replies_s), len(tally.first_replies_s)),
            transferred=tally.transferred,
            closed=tally.closed,
            occupancy=round(tally.handling_s / time, 4) if time else None,
            handling_s=round(tally.handling_s, 1),
            available_s=round(tally.ready_s, 1),
            csat=_mean(sum(tally.scores), len(tally.scores)),
        )


def _mean(total: float, count: int) -> float | None:
    return round(total / count, 2) if count else None


class ResultsView(BaseModel):
    """One's own results, which only oneself sees."""

    operator_id: str
    today: DayResultView
    days: list[DayResultView]
    total: DayResultView


class FloorQueueView(BaseModel):
    """One queue now, with its service level of today by its client's formula."""

    queue_id: str
    name: str
    client_id: str
    waiting: int
    oldest_wait_s: float | None
    offered: int
    active: int
    wrapup: int | None = Field(description="null when fewer than five of its people are here")
    available: int | None = Field(description="null when fewer than five of its people are here")
    wait_s: float | None
    sl_today: float | None
    sl_formula: str
    answered_today: int
    abandoned_today: int
    target: float
    target_s: float

    @classmethod
    def of(cls, queue: QueueNow, tally: Tally, now: datetime) -> "FloorQueueView":
        """Show a queue."""
        seen = queue.now
        told = seen.get("told", False)
        return cls(
            queue_id=queue.queue_id,
            name=queue.name,
            client_id=queue.client_id,
            waiting=seen.get("waiting", 0),
            oldest_wait_s=oldest_wait_s(seen, now),
            offered=seen.get("offered", 0),
            active=seen.get("active", 0),
            wrapup=seen["wrapup"] if told else None,
            available=seen["available"] if told else None,
            wait_s=seen.get("wait_s"),
            sl_today=queue.level.value,
            sl_formula=f"{queue.level.formula}@{queue.level.version}",
            answered_today=tally.answered,
            abandoned_today=tally.abandoned,
            target=queue.target,
            target_s=queue.target_s,
        )


class FloorPeopleView(BaseModel):
    """How many of at least five people are here, doing what, and where from."""

    n: int
    present: int
    available: int
    busy: int
    on_break: int = Field(serialization_alias="break")
    home: int | None = Field(description="null when a part would be of fewer than five people")
    site: int | None = Field(description="null when a part would be of fewer than five people")

    @classmethod
    def counts(cls, row: Mapping[str, Any], *, smallest: int) -> dict[str, int | None]:
        """Return the fields of a row of people."""
        home, site = by_place(row, smallest=smallest)
        return {
            "n": row["n"],
            "present": row["present"],
            "available": row["available"],
            "busy": row["present"] - row["available"],
            "on_break": row["on_break"],
            "home": home,
            "site": site,
        }


class FloorGroupView(FloorPeopleView):
    """The people of one team for one client; of teams too small to be shown, together."""

    group: str
    client_id: str


class PersonView(BaseModel):
    """Of one operator what may be seen: a field that is not agreed is not there."""

    operator_id: str
    name: str
    at: datetime
    fields: dict[str, str | float | None]


class FloorView(BaseModel):
    """The floor at one moment; `people` counts those who work for several clients once."""

    at: datetime
    queues: list[FloorQueueView]
    groups: list[FloorGroupView]
    people: FloorPeopleView | None = Field(description="null when no group may be shown")


def met(formula: Formula, target: float | None, figure: Figure) -> bool | None:
    """Tell whether a figure reaches what was promised; None without a figure or a promise."""
    if figure.value is None or target is None:
        return None
    return figure.value >= target if formula.rising else figure.value <= target
