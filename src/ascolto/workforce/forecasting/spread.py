"""How far a forecast may be off, learnt from how far it was off: split-conformal quantiles.

Errors are taken on the square-root scale, where they are nearly alike; their variance is fitted as
a + b times the forecast (a: chance, 1/4 for Poisson; b: the day was another one than expected), and
the quantiles of the errors so standardised are taken as they were, not as a normal law has them.
Calm and restless weeks alternate: an error is told in how far days had lately been off by then, and
what is expected to come is as calm or restless as the last days were (locally weighted conformal
prediction, Lei and others 2018).
Days that the calendar marks (holidays, the days beside them, events) err more: an ordinary day's
spread is learnt from ordinary days, a marked one's from all.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from ascolto.workforce.forecasting.choosing import spoken
from ascolto.workforce.forecasting.history import Flags, Floats
from ascolto.workforce.forecasting.lead import root
from ascolto.workforce.forecasting.panel import Panel
from ascolto.workforce.forecasting.rolling import BANDS, Mix, Rolled, band_of, heard

# With fewer answers than this the spread is assumed, not measured.
_FEWEST_ORIGINS = 6
# Older errors are of another time of the year: they fade.
_MOST_ORIGINS = 60
_HALF_LIFE_ORIGINS = 15.0
# A day whose errors are so many times the usual day's is one that nobody could foresee (a holiday
# that no calendar marks, a fault): it says nothing of how far usual days are off.
_ODD = 4.0
# The last days tell how restless these weeks are, beside so many days as restless as all are.
_PACE_HALF_LIFE_DAYS = 7.0
_PACE_PRIOR_DAYS = 5.0
_MOST_PACE = 3.0
_STEPS = 400
ASSUMED_CV = 0.15
"""How far a day may be another one than expected, before anything has been measured."""
_POISSON = 0.25


@dataclass(frozen=True, slots=True)
class Spread:
    """The spread of one band: variance on the root scale, and the standardised errors in order."""

    chance: float
    day: float
    errors: Floats
    measured: bool

    def quantile(self, mean: Floats, level: float) -> Floats:
        """Return the quantile of what will come where so much is expected."""
        deviation = np.sqrt(self.chance + self.day * mean)
        step = float(np.quantile(self.errors, level, method="weibull"))
        roots = np.maximum(root(mean) + step * deviation, 0.0)
        return np.where(mean > 0, np.maximum(roots**2 - 0.25, 0.0), 0.0)

    def rate_cv(self, mean: Floats) -> Floats:
        """Return how far the rate itself may be off, relative to it: without the calls' chance."""
        extra = 4.0 * (self.chance - _POISSON) / np.maximum(mean, 1e-9) + 4.0 * self.day
        return np.sqrt(np.clip(extra, 0.0, 4.0))


@dataclass(frozen=True, slots=True)
class Spreads:
    """The spreads of the bands, of ordinary days and of those that the calendar marks."""

    ordinary: tuple[Spread, ...]
    marked: tuple[Spread, ...]

    def of(self, band: int, *, marked: bool) -> Spread:
        """Return the spread that a day has."""
        return (self.marked if marked else self.ordinary)[band]


def marked_days(panel: Panel) -> Flags:
    """Tell which days the calendar marks beyond their place in the month."""
    marks = ("holiday", "event", "day before", "day after", "two days after")
    columns = [name.startswith(marks) for name in panel.features.names]
    return np.asarray(panel.features.values[:, columns].any(axis=1))


def _assumed() -> Spread:
    normal = [NormalDist().inv_cdf(share) for share in np.linspace(0.005, 0.995, 199).tolist()]
    return Spread(_POISSON, ASSUMED_CV**2 / 4.0, np.array(normal), measured=False)


def spreads(rolled: Rolled | None, before: int, mixes: tuple[Mix, ...]) -> Spreads:
    """Return the spreads, from errors that were known before a row.

    A band of which too little is known takes the one before it; the first, an assumed one.
    """
    if rolled is None or not (rolled.origins < before).any():
        assumed = (_assumed(),) * len(BANDS)
        return Spreads(assumed, assumed)
    actual, said = rolled.actual(), spoken(rolled, mixes)
    oldest = rolled.origins[rolled.origins < before][-_MOST_ORIGINS:][0]
    judged = heard(rolled, before) & ~np.isnan(actual).any(axis=2)
    judged &= (rolled.origins >= oldest)[:, None]
    rows = rolled.origins[:, None] + np.arange(rolled.horizon)
    rows = np.minimum(rows, rolled.panel.past - 1)
    use = rolled.panel.hours[rolled.panel.weekdays[rows]] & (rolled.times() == 1)
    ordinary = judged & ~marked_days(rolled.panel)[rows]
    errors = root(actual) - root(said)
    off = np.where(use, errors**2, 0.0).sum(axis=2) / np.maximum(use.sum(axis=2), 1)
    usual = float(np.median(off[ordinary])) if ordinary.any() else np.inf
    odd = off > _ODD**2 * usual
    paces = _paces(rolled, before, off[:, 0], known=judged[:, 0])
    errors /= paces[:-1, None, None]
    return Spreads(
        _paced(_by_band(said, errors, judged=ordinary & ~odd, use=use), float(paces[-1])),
        _paced(_by_band(said, errors, judged=judged, use=use), float(paces[-1])),
    )


def _paces(rolled: Rolled, before: int, off: Floats, *, known: Flags) -> Floats:
    """Return how far days had lately been off before each origin, and last before a row.

    In multiples of how far all days were; `off` is the mean squared error of each day, as it was
    told the day before.
    """
    at = np.append(rolled.origins, before)
    if known.sum() < _FEWEST_ORIGINS:
        return np.ones(at.size)
    each = np.minimum(off[known], _ODD**2 * np.median(off[known]))
    mean = max(float(each.mean()), 1e-12)
    age = at[:, None] - 1 - rolled.origins[known]
    weight = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / _PACE_HALF_LIFE_DAYS), 0.0)
    total = (weight * each).sum(axis=1) + _PACE_PRIOR_DAYS * mean
    lately = total / (weight.sum(axis=1) + _PACE_PRIOR_DAYS)
    return np.asarray(np.sqrt(np.clip(lately / mean, 1 / _MOST_PACE, _MOST_PACE)))


def _paced(found: tuple[Spread, ...], pace: float) -> tuple[Spread, ...]:
    """Return spreads as restless as the last days were; what is assumed stays."""
    return tuple(
        replace(one, chance=one.chance * pace**2, day=one.day * pace**2) if one.measured else one
        for one in found
    )


def _by_band(said: Floats, errors: Floats, *, judged: Flags, use: Flags) -> tuple[Spread, ...]:
    band = band_of(said.shape[1])
    last = np.flatnonzero(judged.any(axis=1)).max(initial=0)
    weight = 0.5 ** ((last - np.arange(said.shape[0])) / _HALF_LIFE_ORIGINS)
    found: list[Spread] = []
    for each in range(len(BANDS)):
        mine = judged & (band == each)
        origins = int(mine.any(axis=1).sum())
        if origins < _FEWEST_ORIGINS:
            found.append(found[-1] if found else _assumed())
        else:
            chosen = mine[:, :, None] & use
            mine_weight = np.broadcast_to(weight[:, None, None], chosen.shape)[chosen]
            there = weight[mine.any(axis=1)]
            worth = float(there.sum() ** 2 / (there**2).sum())
            found.append(_measured(said[chosen], errors[chosen], mine_weight, origins=worth))
    return tuple(_never_narrower(found))


def _measured(said: Floats, errors: Floats, weight: Floats, *, origins: float) -> Spread:
    # The intervals of a day err together, so it is days that count, and few of them say too little.
    errors = errors * (1.0 + 4.0 / origins)
    share = weight / weight.sum()
    squared = np.minimum(errors**2, np.quantile(errors**2, 0.99))
    # Least squares of the squared error on the forecast, each part not below nothing.
    # Sums and no products of vectors: a BLAS with threads spins longer than these take.
    mean = float((share * said).sum())
    centre = share * (said - mean)
    spread = max(float((centre * said).sum()), 1e-9)
    day = max(float((centre * squared).sum()) / spread, 0.0)
    chance = max(float((share * squared).sum()) - day * mean, 0.05)
    standard = errors / np.sqrt(chance + day * said)
    return Spread(chance, day, _in_order(standard, share), measured=True)


def _in_order(errors: Floats, share: Floats) -> Floats:
    """Return quantiles of errors of which each counts for its share, in even steps."""
    order = np.argsort(errors)
    middle = np.cumsum(share[order]) - share[order] / 2.0
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    return np.interp(steps, middle, errors[order])


def _never_narrower(found: list[Spread]) -> list[Spread]:
    """Return the bands so that none looks better known than one before it: that would be chance."""
    kept = found[:1]
    for before, after in pairwise(found):
        narrower = after.day < before.day and after.chance < before.chance
        kept.append(kept[-1] if narrower else after)
    return kept
