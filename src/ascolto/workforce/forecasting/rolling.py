"""Rolling origins: what each model would have said on past days, from what was known then."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ascolto.workforce.forecasting.history import Flags, Floats, Whole
from ascolto.workforce.forecasting.lead import lead
from ascolto.workforce.forecasting.panel import Model, Panel
from ascolto.workforce.forecasting.rivals import (
    day_lags,
    profile_and_level,
    same_weekday_mean,
    seasonal_naive,
    shapes_and_lags,
)

LEAD, SHAPES, MEAN = "lead", "shapes_and_lags", "same_weekday_mean"
MODELS: Mapping[str, Model] = {
    LEAD: lead,
    SHAPES: shapes_and_lags,
    "day_lags": day_lags,
    "profile_and_level": profile_and_level,
    MEAN: same_weekday_mean,
    "seasonal_naive": seasonal_naive,
}
NAMES = tuple(MODELS)

Mix: TypeAlias = Mapping[str, float]
"""Models that speak together, each with its weight; the weights make 1."""

BANDS = (1, 7, 14, 28)
"""Horizons that are judged together end here, in open days ahead; the last has no end."""

FEWEST_DAYS = 10
"""An origin has at least so many known days before it."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """What every model said: for each name an array of origins by days ahead by intervals.

    NaN where the day was beyond the panel's past.
    """

    panel: Panel
    origins: Whole
    said: Mapping[str, Floats]
    seconds: Mapping[str, float]
    """Mean processor seconds that one origin took."""

    @property
    def horizon(self) -> int:
        """Return how many days ahead was looked."""
        return int(next(iter(self.said.values())).shape[1])

    def actual(self) -> Floats:
        """Return what came, in the shape of what was said; NaN where nobody knows."""
        rows = self.origins[:, None] + np.arange(self.horizon)
        inside = rows < self.panel.past
        found = self.panel.counts[np.minimum(rows, self.panel.past - 1)]
        return np.where(inside[:, :, None], found, np.nan)

    def times(self) -> Whole:
        """Return how often each interval happened, in the shape of what was said."""
        rows = self.origins[:, None] + np.arange(self.horizon)
        return np.asarray(self.panel.times[np.minimum(rows, self.panel.past - 1)])


def roll(
    panel: Panel, origins: Sequence[int], horizon: int, *, models: Mapping[str, Model] = MODELS
) -> Rolled:
    """Ask every model at every origin for the days after it, no further than the panel's past."""
    columns = panel.counts.shape[1]
    said = {name: np.full((len(origins), horizon, columns), np.nan) for name in models}
    seconds = {}
    for name, model in models.items():
        began = time.process_time()
        for place, origin in enumerate(origins):
            ahead = min(horizon, panel.past - origin)
            said[name][place, :ahead] = model(panel, origin, ahead)
        seconds[name] = (time.process_time() - began) / max(len(origins), 1)
    return Rolled(panel, np.asarray(origins, np.int64), said, seconds)


def say(mix: Mix, panel: Panel, origin: int, horizon: int) -> Floats:
    """Return what models say together of the days from an origin on."""
    said = [share * MODELS[name](panel, origin, horizon) for name, share in mix.items()]
    return np.asarray(np.sum(said, axis=0))


def origins_of(panel: Panel, *, most: int, step: int = 1) -> list[int]:
    """Return up to so many last origins, the newest last, each with enough known days before it."""
    known = panel.known[: panel.past].astype(np.int64)
    known_before: Whole = np.cumsum(known) - known
    last = panel.past - 1
    found = [origin for origin in range(last, 0, -step) if known_before[origin] >= FEWEST_DAYS]
    return sorted(found[:most])


def band_of(horizon: int) -> Whole:
    """Return the band of each day ahead, from the first."""
    return np.searchsorted(np.array(BANDS[:-1]), np.arange(1, horizon + 1))


def heard(rolled: Rolled, before: int) -> Flags:
    """Tell which answers could be judged before a row: origins by days ahead."""
    rows = rolled.origins[:, None] + np.arange(rolled.horizon)
    return rows < before
