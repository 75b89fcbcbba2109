"""Who speaks for a queue: the models by weight, as past answers deserve, per band of days ahead.

Models that err differently err less together (Bates and Granger 1969), and the best of the last
weeks is mostly best by chance: so none is picked, all are weighed. The weights are at least 0 and
make 1. They are those that would have erred least on the days that could be judged by then, drawn
to what is usual as if that had been seen at so many origins too.
"""

import numpy as np
from scipy.optimize import nnls

from ascolto.workforce.forecasting.history import Floats, Whole
from ascolto.workforce.forecasting.lead import root
from ascolto.workforce.forecasting.panel import MONTH_WEEKS
from ascolto.workforce.forecasting.rolling import (
    BANDS,
    LEAD,
    MEAN,
    SHAPES,
    Mix,
    Rolled,
    band_of,
    heard,
)

_FEWEST_ANSWERS = 5
_USUAL_COUNTS = 8.0
"""At so many origins the usual weights count as if they had been seen."""
_JUDGED_ORIGINS = 30
_TOO_LITTLE = 0.02  # of the weight: who has less does not speak
# The farther ahead, the less the lead's last level is worth; and so it is with little history, from
# which much is believed.
_USUAL: tuple[Mix, ...] = (
    {LEAD: 0.8, SHAPES: 0.2},
    {LEAD: 0.7, SHAPES: 0.3},
    {LEAD: 0.7, SHAPES: 0.3},
    {LEAD: 0.65, SHAPES: 0.25, MEAN: 0.1},
)
_USUAL_AT_FIRST = (_USUAL[-1],) * len(BANDS)


def alone(name: str) -> tuple[Mix, ...]:
    """Return one model as the only one that speaks, in every band."""
    return ({name: 1.0},) * len(BANDS)


def choose(rolled: Rolled, before: int) -> tuple[Mix, ...]:
    """Return the weights of the models in each band, knowing only the days before a row.

    Where a band could not be judged yet, the usual weights speak.
    """
    week = int(rolled.panel.hours.any(axis=1).sum())
    usual = _USUAL if before >= MONTH_WEEKS * week else _USUAL_AT_FIRST
    names, together = _errors_together(rolled)
    judged = heard(rolled, before) & ~np.isnan(rolled.actual()).any(axis=2)
    judged[: max(int((rolled.origins < before).sum()) - _JUDGED_ORIGINS, 0)] = False
    band = band_of(rolled.horizon)
    mixes: list[Mix] = []
    for each in range(len(BANDS)):
        mine = judged & (band == each)
        if mine.sum() < _FEWEST_ANSWERS:
            mixes.append(usual[each])
            continue
        start = np.array([usual[each].get(name, 0.0) for name in names])
        origins = int(mine.any(axis=1).sum())
        weights = _weights(together[mine].mean(axis=0), start, _USUAL_COUNTS / origins)
        mixes.append(
            {name: share for name, share in zip(names, weights.tolist(), strict=True) if share > 0}
        )
    return tuple(mixes)


def _errors_together(rolled: Rolled) -> tuple[list[str], Floats]:
    """Return the models and, per answer, the products of their errors (O by H by M by M).

    Errors are on the root scale. An odd day (a holiday that no calendar marks) counts by the size
    of its errors and not by their square.
    """
    names = list(rolled.said)
    came = root(rolled.actual())
    off = np.stack([root(said) - came for said in rolled.said.values()], axis=-1)
    off = np.nan_to_num(np.where((rolled.times() > 0)[..., None], off, 0.0))
    products = off.swapaxes(2, 3) @ off
    size = np.sqrt(np.trace(products, axis1=2, axis2=3))
    return names, products / np.maximum(size, 1e-9)[:, :, None, None]


def _weights(products: Floats, usual: Floats, counts: float) -> Floats:
    """Return the weights w on the simplex with the least w'Pw + c |w - usual|².

    c is `counts` times a model's mean squared error.
    """
    pull = max(counts * float(np.trace(products)) / usual.size, 1e-12)
    upper = np.linalg.cholesky(products + pull * np.eye(usual.size)).T
    wanted = np.linalg.solve(upper.T, pull * usual)
    # That the weights make 1 is a further equation that weighs far more than the others.
    heavy = 1e4 * float(np.abs(upper).max())
    rows = np.vstack([upper, np.full(usual.size, heavy)])
    found: Floats = nnls(rows, np.append(wanted, heavy))[0]
    found = np.where(found < _TOO_LITTLE * found.sum(), 0.0, found)
    return np.asarray(found / found.sum())


def spoken(rolled: Rolled, mixes: tuple[Mix, ...]) -> Floats:
    """Return what the models of the bands said together, in the shape of what was said."""
    band: Whole = band_of(rolled.horizon)
    found = np.zeros_like(next(iter(rolled.said.values())))
    for each, mix in enumerate(mixes):
        for name, share in mix.items():
            found[:, band == each] += share * rolled.said[name][:, band == each]
    return found
