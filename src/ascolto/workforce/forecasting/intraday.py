"""The rest of a day, forecast anew from what has come so far, drawn back to what was expected.

How much of the morning's surprise stays for the afternoon is learnt from past days at the same
time of the day: a ridge regression of the rest's relative error on the error so far and on the
error of the last two hours, for each two hours to come. With nothing to learn from, nothing moves.
"""

from dataclasses import dataclass

import numpy as np

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.forecasting.history import Floats
from ascolto.workforce.forecasting.lead import root

_RECENT_MINUTES = 120
_FEWEST_DAYS = 8
# The strength of the prior "nothing stays", in days like the others.
_PRIOR_DAYS = 6.0
# The share of the squared error that must go on past days, each told by the others.
_HELPS = 0.1
_MOST_KEPT = 0.8


@dataclass(frozen=True, slots=True)
class Reforecast:
    """The day with what came and what is expected, and how much of the surprise was kept."""

    mean: Floats
    seen: int
    """How many intervals had come."""
    surprise: float
    """What came so far over what was expected, less 1."""
    kept: float
    """The change of the rest over what was expected, less 1."""
    learnt_from: int
    """Past days that it was learnt from."""


def reforecast(
    expected: Floats,
    actual: Floats,
    *,
    past_expected: Floats,
    past_actual: Floats,
    interval_minutes: int,
) -> Reforecast:
    """Forecast the rest of a day anew.

    `expected` has a count for each interval of the day, `actual` those that have come (a prefix of
    the day); the past days (a row each) tell what was expected a day ahead and what came.
    """
    seen = actual.size
    if seen > expected.size or past_expected.shape != past_actual.shape:
        raise BadFigure("what came cannot be longer than the day, nor past days of two shapes")
    if (actual < 0).any() or not np.isfinite(actual).all():
        raise BadFigure("a volume must be a number of 0 or more")
    told = ~np.isnan(past_actual).any(axis=1) & ~np.isnan(past_expected).any(axis=1)
    before, came = past_expected[told], past_actual[told]
    mean = np.concatenate([actual, expected[seen:]]).astype(np.float64)
    surprise = float(actual.sum() / max(expected[:seen].sum(), 1e-9) - 1.0) if seen else 0.0
    learnt = int(told.sum())
    if 0 < seen < expected.size and learnt >= _FEWEST_DAYS and expected[seen:].any():
        block = max(_RECENT_MINUTES // interval_minutes, 1)
        for start in range(seen, expected.size, block):
            part = slice(start, min(start + block, expected.size))
            factor = 1.0 + _kept(before, came, expected, actual, part, block)
            mean[part] = expected[part] * max(factor, 0.1) ** 2
    rest = float(expected[seen:].sum())
    kept = float(mean[seen:].sum()) / rest - 1.0 if rest > 0 else 0.0
    return Reforecast(mean, seen, surprise, kept, learnt)


def _kept(
    before: Floats, came: Floats, expected: Floats, actual: Floats, part: slice, block: int
) -> float:
    """Return the relative change of a part's square roots that today's surprise foretells."""
    seen = actual.size
    recent = slice(max(seen - block, 0), seen)
    so_far = np.array([_off(before, came, slice(0, seen)), _off(before, came, recent)]).T
    later = _near(_off(before, came, part))
    so_far = np.array([_near(column) for column in so_far.T]).T
    prior = _PRIOR_DAYS * so_far.var(axis=0).mean() + 1e-12
    solve = np.linalg.inv(so_far.T @ so_far + prior * np.eye(2))
    stays = solve @ so_far.T @ later
    # What each past day would have been told by the others: does the morning foretell at all?
    leverage = np.einsum("ij,jk,ik->i", so_far, solve, so_far)
    missed = (later - so_far @ stays) / (1.0 - leverage)
    helped = 1.0 - (missed**2).sum() / max((later**2).sum(), 1e-12)
    if helped < _HELPS:
        return 0.0
    padded = np.concatenate([actual, expected[seen:]])[None]
    today = np.array([_off(expected[None], padded, each)[0] for each in (slice(0, seen), recent)])
    # Nor is more believed of today than past days have taught.
    most = np.abs(so_far).max(axis=0)
    # It shrinks: no part of a surprise turns round, and the parts together never grow.
    stays = np.maximum(stays, 0.0)
    stays *= min(1.0, _MOST_KEPT / max(float(stays.sum()), 1e-9))
    return float(stays @ np.clip(today, -most, most))


def _near(errors: Floats) -> Floats:
    """Return errors with those of odd days drawn in: one strike teaches nothing of usual days."""
    most = 3.0 * 1.4826 * np.median(np.abs(errors)) + 1e-12
    return np.asarray(np.clip(errors, -most, most))


def _off(expected: Floats, actual: Floats, part: slice) -> Floats:
    said, came = root(expected[:, part]).sum(axis=1), root(actual[:, part]).sum(axis=1)
    return np.asarray(came / said - 1.0)
