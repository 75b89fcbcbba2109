"""What past days teach of the rest of a day, in the process that calculates."""

from typing import Any

import numpy as np

from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.history import History
from ascolto.workforce.forecasting.lead import lead
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.resting import JUDGED_DAYS, LEARNING_DAYS, rest_by_best
from ascolto.workforce.forecasting.rolling import LEAD, origins_of, roll

_HALF_HOUR = 30


def lesson_of(history: History, calendar: Calendar) -> dict[str, Any] | None:
    """Return what the lead said of each of the last days from the day before, and what came.

    None unless the history has half hours: a page shows these.
    """
    if history.interval_minutes != _HALF_HOUR:
        return None
    panel = panel_of(history, calendar)
    origins = origins_of(panel, most=LEARNING_DAYS + JUDGED_DAYS)
    if not origins:
        return None
    rolled = roll(panel, origins, 1, models={LEAD: lead})
    said, came = rolled.said[LEAD][:, 0], rolled.actual()[:, 0]
    known = ~np.isnan(said).any(axis=1) & ~np.isnan(came).any(axis=1)
    return {
        "minutes": history.minutes.tolist(),
        "expected": np.round(said[known], 3).tolist(),
        "actual": came[known].tolist(),
    }


def rest_of_today(question: dict[str, Any]) -> dict[str, Any]:
    """Return what is expected of each half hour that has not passed, and by which way."""
    lesson = question["lesson"]
    actual = np.asarray(question["actual"], np.float64)
    found = rest_by_best(
        np.asarray(question["expected"], np.float64),
        actual,
        past_expected=np.asarray(lesson["expected"], np.float64),
        past_actual=np.asarray(lesson["actual"], np.float64),
        interval_minutes=_HALF_HOUR,
    )
    return {
        "means": found.mean[actual.size :].tolist(),
        "way": found.way,
        "judged": found.judged,
    }
