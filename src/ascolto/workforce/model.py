"""What the workforce room keeps, as plain values, and what changes by hand do. Pure, no arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

LEVELS = (0.05, 0.5, 0.95)
"""Low, median and high: nine of ten days lie between the first and the last."""
GRIDS = (15, 30, 60)
"""Lengths of an interval in minutes; the log is kept in the shortest."""


@dataclass(frozen=True, slots=True)
class Came:
    """What one interval brought; what a table did not tell is None."""

    starts_at: datetime
    offered: float
    handled: float | None
    abandoned: float | None
    handling_s: float | None
    source: str

    @property
    def aht_s(self) -> float | None:
        """Return the mean handling time; a table that tells no `handled` means all that came."""
        handled = self.offered if self.handled is None else self.handled
        return self.handling_s / handled if self.handling_s and handled else None


@dataclass(frozen=True, slots=True)
class TableRow:
    """One interval of a table."""

    starts_at: datetime
    offered: float
    handled: float | None
    abandoned: float | None
    aht_s: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a forecast was asked to be."""

    queue_id: str
    client_id: str
    channel: str
    horizon_days: int
    minutes: int
    model: str
    country: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForecast:
    """A forecast as it is kept: asked for, made or failed, a draft or published."""

    id: str
    client_id: str
    queue_id: str
    channel: str
    state: str
    reason: str
    horizon_days: int
    minutes: int
    model: str
    country: str
    asked_at: datetime
    asked_by: str
    attempts: int
    made_at: datetime | None
    timezone: str | None
    history_from: date | None
    history_until: date | None
    measured: bool | None
    days: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    """Each with its text, code and fields; of those made before there were codes the text alone."""
    failure: str | None = None
    failed_by: dict[str, Any] | None = None
    published_at: datetime | None = None
    published_by: str | None = None
    v: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInterval:
    """One interval of a forecast: as the model said, and as it holds after changes by hand."""

    starts_at: datetime
    made_mean: float
    made_low: float
    made_median: float
    made_high: float
    mean: float
    low: float
    median: float
    high: float
    rate_cv: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvent:
    """Something the organisation knows of one of its days; without a client, of all of them."""

    id: str
    client_id: str | None
    day: date
    kind: str
    name: str
    noted_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScore:
    """How good a published day was, beside who knew nothing but the same past; shares of volume."""

    day: date
    volume: float
    wape: float | None
    day_total_wape: float | None
    bias: float | None
    last_week_wape: float | None
    four_weeks_wape: float | None
    chance: float | None
    scored_at: datetime


def mean_share(scores: Sequence[DayScore], name: str) -> float | None:
    """Return an error over several days: shares weighed by what came, never averaged bare."""
    told = [(getattr(one, name), one.volume) for one in scores]
    known = [(share, volume) for share, volume in told if share is not None and volume > 0]
    whole = sum(volume for _, volume in known)
    return sum(share * volume for share, volume in known) / whole if whole > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandEdit:
    """A change by hand from one moment until another, with its reason and what it did.

    Either `factor` on every interval, or `calls` in all of them together, spread as forecast.
    """

    id: str
    from_at: datetime
    until_at: datetime
    factor: float | None
    calls: float | None
    reason: str
    edited_at: datetime
    edited_by: str
    before_calls: float = 0.0
    after_calls: float = 0.0


def edited(
    intervals: Sequence[KeptInterval], edits: Sequence[HandEdit]
) -> tuple[list[KeptInterval], list[HandEdit]]:
    """Return what holds after all changes, from what was made, and what each of them did.

    A later change sees an earlier. The band moves with the mean; where nothing was expected there
    is no band to move. The same rule as `forecasting.edits.apply`, without arrays: a page changes
    a forecast in the server's own process, which loads none.
    """
    now = [
        replace(
            one, mean=one.made_mean, low=one.made_low, median=one.made_median, high=one.made_high
        )
        for one in intervals
    ]
    done = []
    for edit in edits:
        places = [n for n, one in enumerate(now) if edit.from_at <= one.starts_at < edit.until_at]
        before = sum(now[n].mean for n in places)
        for n in places:
            now[n] = _changed(now[n], edit, before=before, among=len(places))
        after = sum(now[n].mean for n in places)
        done.append(replace(edit, before_calls=before, after_calls=after))
    return now, done


def _changed(one: KeptInterval, edit: HandEdit, *, before: float, among: int) -> KeptInterval:
    if edit.factor is None and before <= 0:
        flat = (edit.calls or 0.0) / among
        return replace(one, mean=flat, low=flat, median=flat, high=flat)
    factor = edit.factor if edit.factor is not None else (edit.calls or 0.0) / before
    return replace(
        one,
        mean=one.mean * factor,
        low=one.low * factor,
        median=one.median * factor,
        high=one.high * factor,
    )
