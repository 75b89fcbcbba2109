"""Simple models beside the leading one: each is the right answer somewhere."""

import numpy as np

from ascolto.workforce.forecasting.history import Floats, Whole
from ascolto.workforce.forecasting.lead import root, trust_of
from ascolto.workforce.forecasting.panel import Panel

_PROFILE_DAYS = 42
_SHAPES = 3
# Of robust standard deviations of a day's size about its weekday's: beyond it a day says less.
_USUAL = 2.0
_LEAST_OFF = 0.02
_NOTHING = 1e-9  # calls: what is left of a square root that was squared again


def _known(panel: Panel, origin: int, most: int | None = None) -> Whole:
    rows = np.flatnonzero(panel.known[:origin])
    return rows if most is None else rows[-most:]


def same_weekday_mean(panel: Panel, origin: int, horizon: int, *, weeks: int = 4) -> Floats:
    """Return the mean of the last days of the same weekday (of all days where there is none)."""
    rows = _known(panel, origin)
    found = np.empty((horizon, panel.counts.shape[1]))
    by_weekday: dict[int, Floats] = {}
    for ahead in range(horizon):
        weekday = int(panel.weekdays[origin + ahead])
        if weekday not in by_weekday:
            mine = rows[panel.weekdays[rows] == weekday][-weeks:]
            by_weekday[weekday] = panel.counts[mine if mine.size else rows[-7:]].mean(axis=0)
        found[ahead] = by_weekday[weekday]
    return found


def seasonal_naive(panel: Panel, origin: int, horizon: int) -> Floats:
    """Return the last day of the same weekday."""
    return same_weekday_mean(panel, origin, horizon, weeks=1)


def _weekday_means(values: Floats, weekdays: Whole, weight: Floats) -> Floats:
    common = (weight[:, None] * values).sum(axis=0) / weight.sum()
    means = np.tile(common, (7, 1))
    for weekday in set(weekdays.tolist()):
        mine = weekdays == weekday
        total = (weight[mine, None] * values[mine]).sum(axis=0) + 0.5 * common
        means[weekday] = total / (weight[mine].sum() + 0.5)
    return means


def _trust(roots: Floats, weekdays: Whole) -> Floats:
    """Return how far each day is believed: one as large as its weekday's usual ones wholly."""
    off = np.log((roots * roots).sum(axis=1) + 1.0)
    for weekday in set(weekdays.tolist()):
        off[weekdays == weekday] -= np.median(off[weekdays == weekday])
    usual = max(1.4826 * float(np.median(np.abs(off))), _LEAST_OFF)
    return trust_of(np.abs(off) / (_USUAL * usual))


def shapes_and_lags(panel: Panel, origin: int, horizon: int) -> Floats:
    """Return Shen and Huang's forecast: few shapes of a day, their weights by weekday and lag.

    Days of another size than is usual for their weekday teach less, and less is left of them.
    """
    rows = _known(panel, origin, 250)
    roots = root(panel.counts[rows])
    trust = _trust(roots, panel.weekdays[rows])
    believed = np.sqrt(trust)[:, None]
    shapes = np.linalg.svd(roots * believed, full_matrices=False)[2][: _SHAPES + 1]
    scores = roots @ shapes.T
    weight = trust * 0.5 ** ((rows[-1] - rows) / 100.0)
    means = _weekday_means(scores, panel.weekdays[rows], weight)
    left = (scores - means[panel.weekdays[rows]]) * believed
    before, after = left[:-1], left[1:]
    stays = (before * after).sum(axis=0) / ((before * before).sum(axis=0) + 1e-9)
    stays = np.clip(stays, 0.0, 0.95)
    ahead = np.arange(1, horizon + 1)[:, None]
    coming = means[panel.weekdays[origin : origin + horizon]] + left[-1] * stays**ahead
    counts = np.maximum(coming @ shapes, 0.0) ** 2 - 0.25
    return np.where(counts > _NOTHING, counts, 0.0)


def profile_and_level(panel: Panel, origin: int, horizon: int) -> Floats:
    """Return a weekday's profile times a level that follows the last days."""
    rows = _known(panel, origin, _PROFILE_DAYS)
    counts, weekdays = panel.counts[rows], panel.weekdays[rows]
    profile = _weekday_means(counts, weekdays, np.ones(rows.size))
    usual = profile.sum(axis=1)
    ratio = counts.sum(axis=1) / np.maximum(usual[weekdays], 1e-9)
    weight = 0.7 ** (rows[-1] - rows)
    # Two days' worth of "as usual" keep one odd day from being the new level.
    level = ((weight * ratio).sum() + 2.0) / (weight.sum() + 2.0)
    return np.asarray(level * profile[panel.weekdays[origin : origin + horizon]])


def day_lags(panel: Panel, origin: int, horizon: int) -> Floats:
    """Return a profile times a day's total, an autoregression over one and five to seven days.

    Of the kind that ARIMA chooses on day totals, by least squares instead of by search.
    """
    rows = _known(panel, origin, 250)
    counts, weekdays = panel.counts[rows], panel.weekdays[rows]
    week = len(set(weekdays.tolist()))
    if rows.size < 4 * week:
        return profile_and_level(panel, origin, horizon)
    logs = np.log(np.maximum(counts.sum(axis=1), 0.5))
    means = _weekday_means(logs[:, None], weekdays, 0.5 ** ((rows[-1] - rows) / 60.0))[:, 0]
    left = logs - means[weekdays]
    lags = np.array([left[week - 1 : -1], left[:-week], np.full(left.size - week, 0.05)]).T
    # Days that are all alike leave nothing to weigh: no ridge of zero, which cannot be solved.
    ridge = lags.T @ lags + np.eye(3) * max(left.var() * 3.0, 1e-9)
    stays = np.linalg.solve(ridge, lags.T @ left[week:])
    line = left.tolist()
    for _ in range(horizon):
        line.append(float(stays @ [line[-1], line[-week], 0.05]))
    recent = slice(-_PROFILE_DAYS, None)
    profile = _weekday_means(counts[recent], weekdays[recent], np.ones(counts[recent].shape[0]))
    share = profile / np.maximum(profile.sum(axis=1, keepdims=True), 1e-9)
    coming = panel.weekdays[origin : origin + horizon]
    return np.asarray(np.exp(np.array(line[-horizon:]) + means[coming])[:, None] * share[coming])
