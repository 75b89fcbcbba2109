"""How good a forecast was: beside the naive ones, and beside what chance alone leaves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.forecast import Forecast
from ascolto.workforce.forecasting.history import Floats, History, Whole, days_after
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.rivals import same_weekday_mean, seasonal_naive


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Errors as shares of the volume that came."""

    wape: float
    day_total_wape: float
    bias: float
    """Expected over what came, less 1."""
    volume: float
    days: int


def score(said: Floats, actual: Floats, times: Whole) -> Score:
    """Return the errors of days (rows) by intervals; each array D by S, `times` how often."""
    volume = float((actual * times).sum())
    off = said - actual
    share = 1.0 / volume if volume > 0 else math.nan
    return Score(
        wape=float((np.abs(off) * times).sum()) * share,
        day_total_wape=float(np.abs((off * times).sum(axis=1)).sum()) * share,
        bias=float((off * times).sum()) * share,
        volume=volume,
        days=actual.shape[0],
    )


def poisson_floor(rate: Floats) -> float:
    """Return the WAPE that remains when every rate is known and counts are Poisson.

    The mean absolute deviation of a Poisson count is 2 exp(-m) m^(k+1) / k! with k the whole part
    of m (Crow 1958).
    """
    flat = rate[rate > 0].ravel()
    if flat.size == 0:
        return math.nan
    whole = np.floor(flat)
    factorial = np.array([math.lgamma(each + 1.0) for each in whole.tolist()])
    deviation = 2.0 * np.exp((whole + 1.0) * np.log(flat) - flat - factorial)
    return float(deviation.sum() / flat.sum())


def weekly_naive_error(history: History) -> float:
    """Return the mean absolute error of "as a week ago" within a history: the scale of MASE."""
    week = max(len(set(history.weekdays.tolist())), 1)
    before, after = history.counts[:-week], history.counts[week:]
    both = history.known[:-week] & history.known[week:]
    if not both.any():
        return math.nan
    open_ = history.hours[history.weekdays[week:]][both]
    return float(np.abs(after - before)[both][open_].mean())


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a published forecast was worth, beside who knew nothing but the same past."""

    published: Score
    naive: Score
    same_weekday_mean: Score
    poisson_floor: float
    """A share of the volume, as the errors are."""


def score_published(published: Forecast, *, past: History, later: History) -> Ledger:
    """Score a forecast against what came since, on the days that are known by now.

    `past` is the history it was made from, `later` one that reaches further.
    """
    return score_days(published.days, published.mean, past=past, later=later)


def score_days(said: Sequence[date], mean: Floats, *, past: History, later: History) -> Ledger:
    """Score the volumes that were said of days (rows of `mean`) on those that are known by now.

    The columns are those of `later`. Where none of the days is known yet, there are no errors.
    """
    rows = {day: row for row, day in enumerate(later.days) if later.known[row]}
    panel = panel_of(past, Calendar(), horizon=_reach(past, said))
    coming = {day: ahead for ahead, day in enumerate(panel.days[panel.past :])}
    there = [place for place, day in enumerate(said) if day in rows and day in coming]
    came = later.counts[[rows[said[place]] for place in there]]
    times = later.times[[rows[said[place]] for place in there]]
    ahead = [coming[said[place]] for place in there]
    naive = seasonal_naive(panel, panel.past, len(coming))[ahead]
    means = same_weekday_mean(panel, panel.past, len(coming))[ahead]
    return Ledger(
        score(mean[there], came, times),
        score(naive, came, times),
        score(means, came, times),
        poisson_floor(came),
    )


def _reach(past: History, said: Sequence[date]) -> int:
    """Return how many open days lie from the end of the past to the last day that was said."""
    last = max(said)
    following = days_after(past, max((last - past.days[-1]).days, 1))
    return max(sum(1 for day in following if day <= last), 1)
