"""The rest of a day by three ways, each by how near it was on past days at the same time of day.

As planned; by the day's level alone (`today.rest_of_day`, its uncertainty measured on past days);
and as learnt (`intraday.reforecast`). Each past day is told by the days before it alone. Who was
best on twenty days is often best by chance, and the ways err differently: so none is picked.
"""

from dataclasses import dataclass

import numpy as np

from ascolto.workforce.forecasting.history import Floats
from ascolto.workforce.forecasting.intraday import reforecast
from ascolto.workforce.today import rest_of_day

PLAN, LEVEL, LEARNT = "plan", "level", "learnt"
WAYS = (PLAN, LEVEL, LEARNT)
LEARNING_DAYS = 40
JUDGED_DAYS = 20
FEWEST_JUDGED = 8
"""With fewer days to judge by, nothing moves: the plan speaks."""
# A way's weight falls with its error to this power: one off by a tenth more has a seventh as much.
_SHARPNESS = 20.0


@dataclass(frozen=True, slots=True)
class RestOfDay:
    """The day with what came and what is expected of the rest, and the way that says most of it."""

    mean: Floats
    way: str
    weights: dict[str, float]
    """Each way's share in what is said; together 1."""
    judged: int
    """Past days that the ways were judged by."""
    wape: dict[str, float]
    """Each way's error of the rest on those days, as a share of what came."""


def rest_by_best(
    expected: Floats,
    actual: Floats,
    *,
    past_expected: Floats,
    past_actual: Floats,
    interval_minutes: int,
) -> RestOfDay:
    """Forecast the rest of a day by ways that count as they did on the last days at this time.

    `expected` has a count for each interval of the day, `actual` those that have come; past days
    are rows, the oldest first, as expected a day ahead and as they came (NaN: nobody knows).
    """
    seen = actual.size
    days = [n for n in range(len(past_actual)) if not np.isnan(past_actual[n]).any()]
    off = dict.fromkeys(WAYS, 0.0)
    volume, judged = 0.0, 0
    for n in days[-JUDGED_DAYS:] if 0 < seen < expected.size else []:
        before = slice(max(n - LEARNING_DAYS, 0), n)
        if n - before.start < FEWEST_JUDGED:
            continue
        said = _said(
            past_expected[n],
            past_actual[n, :seen],
            past_expected[before],
            past_actual[before],
            interval_minutes,
        )
        came = past_actual[n, seen:]
        for way, mean in said.items():
            off[way] += float(np.abs(mean[seen:] - came).sum())
        volume, judged = volume + float(came.sum()), judged + 1
    weights = _weights(off) if judged >= FEWEST_JUDGED else {PLAN: 1.0}
    way = max(weights, key=lambda one: weights[one])
    recent = slice(-LEARNING_DAYS, None)
    today = _said(expected, actual, past_expected[recent], past_actual[recent], interval_minutes)
    wape = {name: off[name] / volume for name in WAYS} if volume > 0 else {}
    mean = np.sum([share * today[one] for one, share in weights.items()], axis=0)
    return RestOfDay(mean, way, weights, judged, wape)


def _weights(off: dict[str, float]) -> dict[str, float]:
    least = min(off.values()) + 1e-9
    worth = {way: (least / (error + 1e-9)) ** _SHARPNESS for way, error in off.items()}
    return {way: one / sum(worth.values()) for way, one in worth.items()}


def _said(
    expected: Floats, actual: Floats, past_expected: Floats, past_actual: Floats, minutes: int
) -> dict[str, Floats]:
    seen = actual.size
    plan = np.concatenate([actual, expected[seen:]])
    factor = rest_of_day(
        expected=float(expected[:seen].sum()),
        came=float(actual.sum()),
        cv=_busyness_cv(past_expected, past_actual),
    ).factor
    learnt = reforecast(
        expected,
        actual,
        past_expected=past_expected,
        past_actual=past_actual,
        interval_minutes=minutes,
    ).mean
    return {
        PLAN: plan,
        LEVEL: np.concatenate([actual, expected[seen:] * factor]),
        LEARNT: learnt,
    }


def _busyness_cv(past_expected: Floats, past_actual: Floats) -> float:
    """Return how much days' sizes vary about what was expected, beyond what counts do by chance."""
    known = ~np.isnan(past_actual).any(axis=1) & (past_expected.sum(axis=1) > 0)
    if not known.any():
        return 0.0
    said, came = past_expected[known].sum(axis=1), past_actual[known].sum(axis=1)
    return float(np.sqrt(max((((came - said) / said) ** 2).mean() - (1.0 / said).mean(), 0.0)))
