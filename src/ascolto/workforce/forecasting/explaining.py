"""Why a day is forecast as it is: the leading model's parts, as factors on a usual day."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ascolto.workforce.forecasting.history import Flags, Floats
from ascolto.workforce.forecasting.lead import Fit, beliefs_of_marks, fit, kernels_of
from ascolto.workforce.forecasting.panel import Panel

# A factor nearer to 1 than this explains nothing.
_WORTH_TELLING = 0.005


@dataclass(frozen=True, slots=True)
class DayReason:
    """A day's volume as a usual day's, times a factor for each reason.

    `usual` times all factors is the forecast `total`; "rest" is what the parts do not tell (the
    day's shape, another model, an edit has its own record).
    """

    day: date
    total: float
    usual: float
    factors: dict[str, float]


def reasons(panel: Panel, origin: int, mean: Floats, closed: Flags) -> tuple[DayReason, ...]:
    """Return the reasons of every forecast day; none where too little is known for the model."""
    fitted = fit(panel, origin)
    totals = (mean * panel.times[origin:]).sum(axis=1)
    if fitted is None:
        return ()
    coming = np.arange(origin, len(panel.days))
    parts = kernels_of(panel, coming, fitted.rows, fitted.belief, origin=origin)
    effect = {name: fitted.scale * (part @ fitted.weights) for name, part in parts.items()}
    by_mark = _by_mark(fitted, coming)
    # Weekdays are told against the mean of the open ones.
    week = np.array([_weekday_effect(fitted, day) for day in range(7) if panel.hours[day].any()])
    usual_log = fitted.mean + effect["mean"] + week.mean()
    profile = np.array([(row * row).sum() for row in fitted.profiles])
    found = []
    for ahead, row in enumerate(coming.tolist()):
        day = panel.days[row]
        usual = float(np.exp(2.0 * usual_log[ahead]) * profile.mean())
        if closed[ahead]:
            found.append(DayReason(day, 0.0, usual, {"closed": 0.0}))
            continue
        told = {
            day.strftime("%A"): 2.0 * (effect["weekday"][ahead] - week.mean()),
            "level": 2.0 * effect["level"][ahead],
            "last days": 2.0 * effect["after"][ahead],
            **{mark: 2.0 * float(values[ahead]) for mark, values in by_mark.items()},
        }
        factors = {
            name: float(np.exp(log)) for name, log in told.items() if abs(log) > _WORTH_TELLING
        }
        product = usual * float(np.prod(list(factors.values()) or [1.0]))
        total = float(totals[ahead])
        factors["rest"] = total / product if product > 0 else 1.0
        found.append(DayReason(day, total, usual, factors))
    return tuple(found)


def _weekday_effect(fitted: Fit, weekday: int) -> float:
    mine = fitted.panel.weekdays[fitted.rows] == weekday
    return float(fitted.scale * fitted.belief.weekday**2 * fitted.weights[mine].sum())


def _by_mark(fitted: Fit, coming: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[str, Floats]:
    """Return what each mark of the calendar adds to each coming day's logarithm."""
    panel, origin = fitted.panel, fitted.origin
    known = panel.marks(fitted.rows, origin)
    believed = beliefs_of_marks(panel, fitted.belief) ** 2
    learnt = known.T @ fitted.weights * believed * fitted.scale
    marks = panel.marks(coming, origin)
    return {
        name: marks[:, column] * learnt[column]
        for column, name in enumerate(panel.features.names)
        if marks[:, column].any()
    }
