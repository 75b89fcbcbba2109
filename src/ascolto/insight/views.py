"""Wire shapes of figures."""

from datetime import datetime

from pydantic import BaseModel, Field

from ascolto.insight.formulas import Formula
from ascolto.insight.model import Counting, Figure, Tally
from ascolto.insight.terms import Terms


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

    threshold_s: float
    short_s: float
    internal_transfers: bool

    @classmethod
    def of(cls, counting: Counting) -> "CountingView":
        """Show what was counted."""
        return cls(
            threshold_s=counting.threshold_s,
            short_s=counting.short_s,
            internal_transfers=counting.internal_transfers,
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
    total: FigureView | None = Field(description="null when clients are measured differently")
    groups: list[GroupView]


class DayResultView(BaseModel):
    """One day of one's own work."""

    day: str
    handled: int
    engaged_s: float
    aht_s: float | None
    transferred: int
    first_reply_s: float | None
    ready_s: float
    handling_s: float

    @classmethod
    def of(cls, day: str, tally: Tally) -> "DayResultView":
        """Show a day's own counts."""
        replies = tally.first_replies_s
        return cls(
            day=day,
            handled=tally.handled,
            engaged_s=round(tally.engaged_s, 1),
            aht_s=round(tally.engaged_s / tally.handled, 1) if tally.handled else None,
            transferred=tally.transferred,
            first_reply_s=round(sum(replies) / len(replies), 1) if replies else None,
            ready_s=round(tally.ready_s, 1),
            handling_s=round(tally.handling_s, 1),
        )


class ResultsView(BaseModel):
    """One's own results, which only oneself sees."""

    operator_id: str
    days: list[DayResultView]
    total: DayResultView


def met(formula: Formula, terms: Terms, figure: Figure) -> bool | None:
    """Tell whether a figure reaches its contract's target; None without a figure."""
    if figure.value is None:
        return None
    return figure.value >= terms.target if formula.rising else figure.value <= terms.target
