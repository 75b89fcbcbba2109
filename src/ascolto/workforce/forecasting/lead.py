"""The leading model, in closed form: a day's size times its weekday's profile, plus two habits.

Counts are taken by their square root, which gives a Poisson count one spread whatever its size.
1. A profile for each weekday, drawn towards the profile of all days.
2. The logarithm of a day's size is a Gaussian process whose parts add up: mean, weekday, what the
   calendar says (a ridge), a level that drifts, and an after-effect that fades from day to day.
   One linear system gives the best forecast of the sum and of each part, which explains the day.
   A day far from what the others say of it (a fault, a strike) counts for less.
3. What is left of each day by interval has a few common shapes; their weights are forecast in the
   same way. After Weinberg, Brown and Stroud 2007 and Shen and Huang 2008, who model the same.
"""

from dataclasses import dataclass

import numpy as np

from ascolto.workforce.forecasting.history import Flags, Floats, Whole
from ascolto.workforce.forecasting.panel import Panel

MOST_DAYS = 370
"""Older days are left to the calendar: a year has each holiday once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """How far each part may go, in robust standard deviations of a day's size."""

    mean: float = 3.0
    weekday: float = 3.0
    calendar: float = 2.5
    level: float = 0.04
    after: float = 0.3
    after_fades: float = 0.6
    noise: float = 0.3
    far: float = 4.0
    profile_half_life_days: float = 120.0
    profile_days: float = 1.0
    shapes: int = 2
    shape_calendar: float = 0.7
    shape_after: float = 0.5
    shape_fades: float = 0.3
    shape_level: float = 0.3
    shape_noise: float = 1.3
    shape_half_life_days: float = 60.0


BELIEF = Belief()
_FLOOR = 0.02  # of a day's log size: less is measured only where there is too little to measure


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt of a queue; arrays over the days used (n), intervals (S), features (F)."""

    belief: Belief
    panel: Panel
    rows: Whole
    mean: float
    scale: float
    weights: Floats
    profiles: Floats
    shapes: Floats
    shape_weights: Floats
    far: Flags


def root(counts: Floats) -> Floats:
    """Return the square root that steadies a count's spread."""
    return np.asarray(np.sqrt(np.maximum(counts, 0.0) + 0.25))


def fit(panel: Panel, origin: int, *, belief: Belief = BELIEF) -> Fit | None:
    """Learn from the rows before `origin`; None where no day is known."""
    rows = np.flatnonzero(panel.known[:origin])[-MOST_DAYS:]
    if rows.size == 0 or not panel.counts[rows].any():
        return None
    open_ = panel.hours[panel.weekdays[rows]]
    roots = np.where(open_, root(panel.counts[rows]), 0.0)
    age = rows[-1] - rows
    profiles = _profiles(roots, panel.weekdays[rows], age, belief)
    mine = profiles[panel.weekdays[rows]]
    size = (roots * mine).sum(axis=1) / (mine * mine).sum(axis=1)
    left = roots - size[:, None] * mine
    log_size = np.log(np.maximum(size, 0.05))
    mean = float(np.median(log_size))
    scale = _scale(log_size, panel.weekdays[rows])
    weights, far = _solve(panel, rows, (log_size - mean) / scale, belief)
    recent = np.sqrt(0.5 ** (age / belief.shape_half_life_days))
    shapes = np.linalg.svd(left * recent[:, None], full_matrices=False)[2][: belief.shapes]
    scores = left @ shapes.T
    spread = scores.std(axis=0) + 1e-9
    kernel = _shape_kernel(panel, rows, rows, belief)
    kernel[np.diag_indices(rows.size)] += belief.shape_noise**2
    shape_weights = np.linalg.solve(kernel, scores / spread) * spread
    return Fit(belief, panel, rows, mean, scale, weights, profiles, shapes, shape_weights, far)


def _profiles(roots: Floats, weekdays: Whole, age: Whole, belief: Belief) -> Floats:
    size = np.sqrt((roots * roots).mean(axis=1))
    weight = np.where(size > 0, 0.5 ** (age / belief.profile_half_life_days), 0.0)
    shapes = roots / np.where(size > 0, size, 1.0)[:, None]
    seen = shapes > 0
    common = (weight[:, None] * shapes).sum(axis=0) / np.maximum(weight @ seen, 1e-9)
    profiles = np.empty((7, roots.shape[1]))
    for weekday in range(7):
        mine = weekdays == weekday
        drawn = belief.profile_days
        if mine.any():
            open_ = seen[mine].any(axis=0)
            total = (weight[mine, None] * shapes[mine]).sum(axis=0) + drawn * common
            profiles[weekday] = np.where(open_, total / (weight[mine].sum() + drawn), 0.0)
        else:
            profiles[weekday] = common
    size_of = np.sqrt((profiles * profiles).mean(axis=1, keepdims=True))
    return np.asarray(profiles / np.maximum(size_of, 1e-9))


def _scale(log_size: Floats, weekdays: Whole) -> float:
    left = log_size.copy()
    for weekday in set(weekdays.tolist()):
        left[weekdays == weekday] -= np.median(left[weekdays == weekday])
    return max(1.4826 * float(np.median(np.abs(left - np.median(left)))), _FLOOR)


def kernels_of(panel: Panel, coming: Whole, rows: Whole, belief: Belief) -> dict[str, Floats]:
    """Return each part's covariance between two sets of days (H by n), by the part's name."""
    values = panel.features.values
    apart = np.abs(coming[:, None] - rows[None, :])
    since = np.minimum(coming[:, None], rows[None, :]) - rows[0] + 1.0
    same = panel.weekdays[coming][:, None] == panel.weekdays[rows][None, :]
    return {
        "mean": np.full(apart.shape, belief.mean**2),
        "weekday": belief.weekday**2 * same,
        "calendar": belief.calendar**2 * (values[coming] @ values[rows].T),
        "level": 5.0 * belief.level**2 * since,
        "after": belief.after**2 * belief.after_fades**apart,
    }


def _solve(panel: Panel, rows: Whole, sizes: Floats, belief: Belief) -> tuple[Floats, Flags]:
    """Return the weight of each day in a forecast, and which days were found far off."""
    kernel = np.asarray(sum(kernels_of(panel, rows, rows, belief).values()))
    noise = np.full(rows.size, belief.noise**2)
    inverse = np.linalg.inv(kernel + np.diag(noise))
    weights = inverse @ sizes
    own = np.diag(inverse)
    # What a day is beyond what all the others say of it, in standard deviations.
    beyond = weights / own
    far = np.abs(weights) > belief.far * np.sqrt(own)
    if far.any():
        noise[far] += beyond[far] ** 2
        weights = np.linalg.solve(kernel + np.diag(noise), sizes)
    return weights, far


def _shape_kernel(panel: Panel, coming: Whole, rows: Whole, belief: Belief) -> Floats:
    values = panel.features.values
    apart = np.abs(coming[:, None] - rows[None, :])
    found = belief.shape_after**2 * belief.shape_fades**apart
    found += belief.shape_level**2 * np.exp(-apart / 60.0)
    found += belief.shape_calendar**2 * (values[coming] @ values[rows].T)
    return np.asarray(found)


def predict(fitted: Fit, origin: int, horizon: int) -> Floats:
    """Return the expected counts of the days from `origin` on (horizon by S)."""
    panel, belief = fitted.panel, fitted.belief
    coming = np.arange(origin, origin + horizon)
    parts = kernels_of(panel, coming, fitted.rows, belief)
    log_size = fitted.mean + fitted.scale * (sum(parts.values()) @ fitted.weights)
    weekdays = panel.weekdays[coming]
    roots = np.exp(log_size)[:, None] * fitted.profiles[weekdays]
    kernel = _shape_kernel(panel, coming, fitted.rows, belief)
    roots = roots + kernel @ fitted.shape_weights @ fitted.shapes
    counts = np.maximum(np.maximum(roots, 0.0) ** 2 - 0.25, 0.0)
    return np.where(panel.hours[weekdays], counts, 0.0)


def lead(panel: Panel, origin: int, horizon: int) -> Floats:
    """Forecast with everything the calendar says; NaN where nothing is known."""
    fitted = fit(panel, origin)
    if fitted is None:
        return np.full((horizon, panel.counts.shape[1]), np.nan)
    return predict(fitted, origin, horizon)
