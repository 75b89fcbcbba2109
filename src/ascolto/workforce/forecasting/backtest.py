"""What every model would have been worth on a queue's last days, an origin a day."""

from dataclasses import dataclass

import numpy as np

from ascolto.workforce.errors import BadFigure, TooLittle
from ascolto.workforce.forecasting.accuracy import poisson_floor, score, weekly_naive_error
from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.choosing import alone, choose, spoken
from ascolto.workforce.forecasting.history import Floats, History, Whole
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.rolling import (
    BANDS,
    NAMES,
    Mix,
    Rolled,
    band_of,
    origins_of,
    roll,
)
from ascolto.workforce.forecasting.spread import marked_days, spreads

CHOSEN = "chosen"
# Before the first origin that counts, so many have been judged: who is chosen, and how wide.
WARM_UP = 30
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A model's errors over the days 1 to `horizon_days` ahead; errors are shares."""

    model: str
    horizon_days: int
    wape: float
    day_total_wape: float
    bias: float
    mase: float
    coverage90: float
    """Share of intervals inside the central 90 % interval."""
    relative_width90: float
    seconds_per_fit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The worth of every model at every horizon, and how it was found."""

    origins: int
    scored_days: int
    mean_per_interval: float
    poisson_floor: float
    worth: tuple[Worth, ...]
    chosen: dict[str, dict[str, float]]
    """For each band of days ahead, each model's weight, the mean of the origins."""

    def of(self, model: str, horizon_days: int) -> Worth:
        """Return one model's worth at one horizon."""
        return next(
            each for each in self.worth if (each.model, each.horizon_days) == (model, horizon_days)
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """What one model said at the origins that count: O by H by S, with its 90 % interval."""

    mean: Floats
    low: Floats
    high: Floats
    seconds: float


def backtest(
    history: History,
    *,
    calendar: Calendar | None = None,
    origins: int = 30,
    horizons: tuple[int, ...] = (1, 5),
) -> Backtest:
    """Refit every model at each of the last days and judge what it says of the days after.

    A horizon of 5 judges the days 1 to 5 ahead together. Each origin knows only what was before
    it, also for choosing the model and the width. Days that are absent are not judged.
    """
    if origins < 1 or not horizons or min(horizons) < 1:
        raise BadFigure("at least one origin, and horizons of at least one day")
    panel = panel_of(history, calendar or Calendar())
    starts = origins_of(panel, most=origins + WARM_UP)
    if not starts:
        raise TooLittle("too little history: an origin needs ten known days before it")
    # Nothing can be judged beyond the days that came after the first origin.
    rolled = roll(panel, starts, min(max(horizons), panel.past - starts[0]))
    first = max(len(starts) - origins, 0)
    judged = [place for place in range(first, len(starts)) if place > 0 or len(starts) == 1]
    chosen = [choose(rolled, int(rolled.origins[place])) for place in judged]
    said = {name: _said(rolled, judged, [alone(name)] * len(judged)) for name in NAMES}
    said[CHOSEN] = _said(rolled, judged, chosen)
    actual, times = rolled.actual()[judged], rolled.times()[judged]
    scale = weekly_naive_error(history.until(panel.days[starts[judged[0]]]))
    worth = [
        _worth(name, horizon, said[name], actual, times, scale)
        for horizon in horizons
        for name in (CHOSEN, *NAMES)
    ]
    known = actual[:, 0][~np.isnan(actual[:, 0]).any(axis=1)]
    bands = band_of(rolled.horizon)
    return Backtest(
        origins=len(judged),
        scored_days=known.shape[0],
        mean_per_interval=float(known.mean()) if known.size else float("nan"),
        poisson_floor=poisson_floor(known),
        worth=tuple(worth),
        chosen={_band_name(band): _mean([each[band] for each in chosen]) for band in set(bands)},
    )


def _band_name(band: int) -> str:
    first = 1 if band == 0 else BANDS[band - 1] + 1
    return f"day {first}" if first == BANDS[band] else f"days {first} to {BANDS[band]}"


def _mean(mixes: list[Mix]) -> dict[str, float]:
    means = {name: sum(mix.get(name, 0.0) for mix in mixes) / len(mixes) for name in NAMES}
    return {name: share for name, share in means.items() if share > 0}


def _said(rolled: Rolled, judged: list[int], mixes: list[tuple[Mix, ...]]) -> _Said:
    bands = band_of(rolled.horizon)
    marked = marked_days(rolled.panel)
    means, lows, highs, seconds = [], [], [], []
    for place, chosen in zip(judged, mixes, strict=True):
        origin = int(rolled.origins[place])
        spread = spreads(rolled, origin, chosen)
        mean = spoken(rolled, chosen)[place]
        rows = np.minimum(origin + np.arange(rolled.horizon), rolled.panel.past - 1)
        each = [
            spread.of(band, marked=bool(marked[row]))
            for band, row in zip(bands.tolist(), rows.tolist(), strict=True)
        ]
        means.append(mean)
        lows.append([one.quantile(row, _LOW) for one, row in zip(each, mean, strict=True)])
        highs.append([one.quantile(row, _HIGH) for one, row in zip(each, mean, strict=True)])
        seconds.append(sum(rolled.seconds[name] for name in _fitted(chosen, bands)))
    return _Said(np.array(means), np.array(lows), np.array(highs), float(np.mean(seconds)))


def _fitted(mixes: tuple[Mix, ...], bands: Whole) -> set[str]:
    return {name for band in bands.tolist() for name in mixes[band]}


def _worth(
    name: str, horizon: int, said: _Said, actual: Floats, times: Whole, scale: float
) -> Worth:
    came = actual[:, :horizon].reshape(-1, actual.shape[2])
    known = ~np.isnan(came).any(axis=1)
    mean, low, high = (
        each[:, :horizon].reshape(came.shape)[known] for each in (said.mean, said.low, said.high)
    )
    came, happened = came[known], times[:, :horizon].reshape(came.shape)[known]
    found = score(mean, came, happened)
    open_ = happened > 0
    inside = ((low <= came) & (came <= high))[open_]
    return Worth(
        model=name,
        horizon_days=horizon,
        wape=found.wape,
        day_total_wape=found.day_total_wape,
        bias=found.bias,
        mase=float(np.abs(mean - came)[open_].mean()) / scale if scale > 0 else float("nan"),
        coverage90=float(inside.mean()) if inside.size else float("nan"),
        relative_width90=float((high - low)[open_].mean() / max(came[open_].mean(), 1e-9)),
        seconds_per_fit=said.seconds,
    )
