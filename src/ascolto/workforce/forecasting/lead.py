"""The leading model, in closed form: a day's size times its weekday's profile, plus two habits.

Counts are taken by their square root, which gives a Poisson count one spread whatever its size.
1. A profile for each weekday, drawn towards the profile of all days.
2. The logarithm of a day's size is a Gaussian process whose parts add up: mean, weekday, what the
   calendar says (a ridge), a level that drifts and one that returns within weeks, and an
   after-effect that fades from day to day.
   One linear system gives the best forecast of the sum and of each part, which explains the day.
   A day far from what the others say of it (a fault, a strike, a holiday that no calendar marks)
   counts for less, there and in the profiles and shapes; how far is asked anew once the others'
   own odd days count for less, or a week of holidays would discredit the days beside it instead.
3. What is left of each day by interval has two common shapes; their weights follow the calendar
   and their own recent mean.
After Weinberg, Brown and Stroud 2007 and Shen and Huang 2008, who model the same.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ascolto.workforce.forecasting.calendars import MONTH_MARK
from ascolto.workforce.forecasting.history import Flags, Floats, Whole
from ascolto.workforce.forecasting.panel import Panel

_MOST_DAYS = 365
"""Older days are left out, a hundred at a time: a year has each holiday once."""
_STEP = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """How far each part may go, in robust standard deviations of a day's size."""

    mean: float = 3.0
    weekday: float = 3.0
    calendar: float = 2.5
    month: float = 1.5
    drift: float = 0.02
    season: float = 0.45
    season_days: float = 20.0
    after: float = 0.3
    after_fades: float = 0.6
    noise: float = 0.3
    far: float = 3.0
    usual: float = 2.0
    profile_half_life_days: float = 120.0
    profile_days: float = 1.0
    shapes: int = 2
    shape_calendar: float = 0.55
    shape_half_life_days: float = 40.0
    shape_prior_days: float = 20.0


BELIEF = Belief()
_REWEIGHTINGS = 4
_FLOOR = 0.02  # of a day's log size: less is measured only where there is too little to measure


@dataclass(frozen=True, slots=True)
class Fit:
    """What was learnt of a queue; arrays over the days used (n), intervals (S), features (F)."""

    belief: Belief
    panel: Panel
    origin: int
    rows: Whole
    mean: float
    scale: float
    weights: Floats
    profiles: Floats
    shapes: Floats
    shape_slopes: Floats
    shape_level: Floats
    far: Flags


def root(counts: Floats) -> Floats:
    """Return the square root that steadies a count's spread."""
    return np.asarray(np.sqrt(np.maximum(counts, 0.0) + 0.25))


def fit(panel: Panel, origin: int, *, belief: Belief = BELIEF) -> Fit | None:
    """Learn from the rows before `origin`; None where nothing ever came."""
    before = int(panel.known[:origin].sum())
    skipped = max(0, (before - _MOST_DAYS) // _STEP * _STEP)
    rows, inverse_root = _factored(panel, skipped, belief)
    used = before - skipped
    rows, inverse_root = rows[:used], inverse_root[:used, :used]
    if used == 0 or not panel.counts[rows].any():
        return None
    weekdays = panel.weekdays[rows]
    roots = np.where(panel.hours[weekdays], root(panel.counts[rows]), 0.0)
    age = rows[-1] - rows
    trust = np.ones(used)
    # Once as if every day was a usual one, which tells which are not; then with what that tells.
    for _ in range(2):
        profiles = _profiles(roots, weekdays, age, trust, belief)
        mine = profiles[weekdays]
        size = (roots * mine).sum(axis=1) / (mine * mine).sum(axis=1)
        log_size = np.log(np.maximum(size, 0.05))
        mean = float(np.median(log_size))
        scale = _scale(log_size, weekdays)
        weights, far, trust = _solve(inverse_root, (log_size - mean) / scale, belief)
    left = roots - size[:, None] * mine
    shapes, slopes, level = _shapes(left, panel.features.values[rows], age, trust, belief)
    return Fit(
        belief, panel, origin, rows, mean, scale, weights, profiles, shapes, slopes, level, far
    )


def _profiles(roots: Floats, weekdays: Whole, age: Whole, trust: Floats, belief: Belief) -> Floats:
    size = np.sqrt((roots * roots).mean(axis=1))
    weight = np.where(size > 0, trust * 0.5 ** (age / belief.profile_half_life_days), 0.0)
    shapes = roots / np.where(size > 0, size, 1.0)[:, None]
    seen = shapes > 0
    common = weight @ shapes / np.maximum(weight @ seen, 1e-9)
    profiles = np.empty((7, roots.shape[1]))
    for weekday in range(7):
        mine = weekdays == weekday
        drawn = belief.profile_days
        if mine.any():
            total = weight[mine] @ shapes[mine] + drawn * common
            open_ = seen[mine].any(axis=0)
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


def beliefs_of_marks(panel: Panel, belief: Belief) -> Floats:
    """Return how far each mark of the calendar may move a day.

    Of the many marks of the month each is on a day or two of it: in half a year one meets a holiday
    or a fault by chance.
    """
    names = panel.features.names
    return np.array(
        [belief.month if name.endswith(MONTH_MARK) else belief.calendar for name in names]
    )


def kernels_of(
    panel: Panel, coming: Whole, rows: Whole, belief: Belief, *, origin: int
) -> dict[str, Floats]:
    """Return each part's covariance between two sets of days (H by n), by the part's name."""
    apart = np.abs(coming[:, None] - rows[None, :])
    since = np.minimum(coming[:, None], rows[None, :]) - rows[0] + 1.0
    same = panel.weekdays[coming][:, None] == panel.weekdays[rows][None, :]
    believed = beliefs_of_marks(panel, belief) ** 2
    marks = (panel.marks(coming, origin) * believed) @ panel.marks(rows, origin).T
    distances = np.arange(int(apart.max()) + 1)
    fading = belief.after**2 * belief.after_fades**distances
    season = belief.season**2 * np.exp(-distances / belief.season_days)
    return {
        "mean": np.full(apart.shape, belief.mean**2),
        "weekday": belief.weekday**2 * same,
        "calendar": marks,
        "level": 5.0 * belief.drift**2 * since + season[apart],
        "after": fading[apart],
    }


@lru_cache(maxsize=4)
def _factored(panel: Panel, skipped: int, belief: Belief) -> tuple[Whole, Floats]:
    """Return the known rows after the skipped ones and the inverse root of their covariance.

    It does not depend on what came, and the root of the first days is a corner of the root of all:
    so every origin of a panel shares one.
    """
    rows = np.flatnonzero(panel.known)[skipped : skipped + _MOST_DAYS + _STEP]
    if rows.size == 0:
        return rows, np.zeros((0, 0))
    parts = kernels_of(panel, rows, rows, belief, origin=panel.past)
    kernel = np.asarray(sum(parts.values()))
    kernel[np.diag_indices(rows.size)] += belief.noise**2
    return rows, _inverse_lower(np.linalg.cholesky(kernel))


def _inverse_lower(lower: Floats) -> Floats:
    """Return the inverse of a lower triangular matrix, by halves."""
    size = lower.shape[0]
    if size <= 48:
        return np.asarray(np.linalg.inv(lower))
    half = size // 2
    inverse = np.zeros_like(lower)
    inverse[:half, :half] = _inverse_lower(lower[:half, :half])
    inverse[half:, half:] = _inverse_lower(lower[half:, half:])
    corner = lower[half:, :half] @ inverse[:half, :half]
    inverse[half:, :half] = -inverse[half:, half:] @ corner
    return inverse


def _solve(inverse_root: Floats, sizes: Floats, belief: Belief) -> tuple[Floats, Flags, Floats]:
    """Return the weight of each day in a forecast, which days are far off, and each one's trust.

    Of a day that is off by more than `far` deviations of what the others say of it, the rest
    becomes noise of its own. What they say changes with that, so it is asked anew a few times:
    reweighting, as for Student's t (Lange, Little and Taylor 1989). A day's trust is 1 within what
    is usual and falls with the square of how far it is beyond.
    """
    first = inverse_root.T @ (inverse_root @ sizes)
    alone = (inverse_root * inverse_root).sum(axis=0)
    weights, own, noise = first, alone, np.zeros(sizes.size)
    # Of the inverse covariance, the columns of days that were far off by then.
    precision, there = np.empty(inverse_root.shape), np.zeros(sizes.size, bool)
    for again in range(_REWEIGHTINGS + 1):
        # What the others say of a day is off by weights / own and has the variance 1 / own, the
        # day's own noise included.
        variance = np.maximum(1.0 / own - noise, 1e-9)
        off = np.abs(weights / own) / np.sqrt(variance)
        far = off > belief.far
        if again == _REWEIGHTINGS or not far.any():
            break
        noise = np.where(far, variance * ((off / belief.far) ** 2 - 1.0), 0.0)
        # Woodbury's identity for the few days concerned.
        precision[:, far & ~there] = inverse_root.T @ inverse_root[:, far & ~there]
        there |= far
        columns = precision[:, far]
        taken = columns @ np.linalg.inv(np.diag(1.0 / noise[far]) + columns[far])
        weights = first - taken @ first[far]
        own = alone - (taken * columns).sum(axis=1)
    return weights, far, trust_of(off / belief.usual)


def trust_of(off: Floats) -> Floats:
    """Return how far a day is believed that is so many times as far off as is usual: at most 1."""
    return np.asarray(1.0 / np.maximum(off, 1.0) ** 2)


def _shapes(
    left: Floats, marks: Floats, age: Whole, trust: Floats, belief: Belief
) -> tuple[Floats, Floats, Floats]:
    """Return the common shapes of what is left, their slopes on the calendar and recent level."""
    recent = trust * 0.5 ** (age / belief.shape_half_life_days)
    weighted = left * np.sqrt(trust * 0.5 ** (age / 60.0))[:, None]
    shapes = np.linalg.eigh(weighted.T @ weighted)[1][:, ::-1][:, : belief.shapes].T
    scores = left @ shapes.T
    trusted = marks * trust[:, None]
    ridge = trusted.T @ marks + np.eye(marks.shape[1]) / belief.shape_calendar**2
    slopes = np.linalg.solve(ridge, trusted.T @ scores)
    rest = scores - marks @ slopes
    level = recent @ rest / (recent.sum() + belief.shape_prior_days)
    return shapes, slopes, level


def predict(fitted: Fit, horizon: int) -> Floats:
    """Return the expected counts of the days from the origin on (horizon by S)."""
    panel, belief, origin = fitted.panel, fitted.belief, fitted.origin
    coming = np.arange(origin, origin + horizon)
    parts = kernels_of(panel, coming, fitted.rows, belief, origin=origin)
    log_size = fitted.mean + fitted.scale * (sum(parts.values()) @ fitted.weights)
    weekdays = panel.weekdays[coming]
    roots = np.exp(log_size)[:, None] * fitted.profiles[weekdays]
    scores = panel.marks(coming, origin) @ fitted.shape_slopes + fitted.shape_level
    roots = np.maximum(roots + scores @ fitted.shapes, 0.0)
    return np.where(panel.hours[weekdays], np.maximum(roots**2 - 0.25, 0.0), 0.0)


def lead(panel: Panel, origin: int, horizon: int) -> Floats:
    """Forecast with everything the calendar says; nothing where nothing ever came."""
    fitted = fit(panel, origin)
    if fitted is None:
        return np.zeros((horizon, panel.counts.shape[1]))
    return predict(fitted, horizon)
