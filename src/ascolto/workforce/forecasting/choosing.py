"""Which model speaks for a queue: the one that did best lately, in each band of days ahead."""

from collections.abc import Mapping

import numpy as np

from ascolto.workforce.forecasting.history import Floats, Whole
from ascolto.workforce.forecasting.panel import MONTH_WEEKS
from ascolto.workforce.forecasting.rolling import BANDS, BLEND, LEAD, NAMES, Rolled, band_of, heard

# Another model must have been better by this share before it speaks instead of the usual one:
# most differences between good models are chance.
_CLEARLY = 0.05
_FEWEST_ANSWERS = 5
# Beyond a week the last level is worth less, and two models that err differently err less; so it
# is with little history, from which much is believed.
_USUAL = (LEAD, LEAD, BLEND, BLEND)
_USUAL_AT_FIRST = (BLEND,) * len(BANDS)


def errors_by_band(rolled: Rolled, before: int) -> dict[str, Floats]:
    """Return each model's summed absolute error per band over what could be judged by then.

    The entry "" holds the number of answers judged in each band, not an error.
    """
    actual, times = rolled.actual(), rolled.times()
    judged = heard(rolled, before) & ~np.isnan(actual).any(axis=2)
    band = band_of(rolled.horizon)
    found: dict[str, Floats] = {}
    for name, said in rolled.said.items():
        error = np.where(judged, (np.abs(said - actual) * times).sum(axis=2), 0.0)
        found[name] = np.array([error[:, band == each].sum() for each in range(len(BANDS))])
    found[""] = np.array([judged[:, band == each].sum() for each in range(len(BANDS))], float)
    return found


def choose(rolled: Rolled, before: int) -> tuple[str, ...]:
    """Return the model of each band, knowing only the days before a row.

    Where a band could not be judged yet, the usual model speaks.
    """
    week = int(rolled.panel.hours.any(axis=1).sum())
    usual = _USUAL if before >= MONTH_WEEKS * week else _USUAL_AT_FIRST
    errors = errors_by_band(rolled, before)
    answers = errors.pop("")
    chosen: list[str] = []
    for band in range(len(BANDS)):
        if answers[band] < _FEWEST_ANSWERS:
            chosen.append(usual[band])
            continue
        totals = {name: float(errors[name][band]) for name in NAMES if name in errors}
        chosen.append(_best(totals, usual=usual[band]))
    return tuple(chosen)


def _best(totals: Mapping[str, float], *, usual: str) -> str:
    best = min(totals, key=lambda name: totals[name])
    if usual in totals and totals[best] >= (1.0 - _CLEARLY) * totals[usual]:
        return usual
    return best


def spoken(rolled: Rolled, models: tuple[str, ...]) -> Floats:
    """Return what the models of the bands said together, in the shape of what was said."""
    band: Whole = band_of(rolled.horizon)
    parts = [rolled.said[models[each]][:, ahead] for ahead, each in enumerate(band)]
    return np.stack(parts, axis=1)
