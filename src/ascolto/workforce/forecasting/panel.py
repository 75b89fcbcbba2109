"""What a model sees: past and coming days on one line, and how a model is called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from ascolto.workforce.forecasting.calendars import Calendar, Features, features_of
from ascolto.workforce.forecasting.history import (
    Flags,
    Floats,
    History,
    Whole,
    clock_times,
    days_after,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Days by intervals with what is known of each day beforehand.

    Rows from `past` on are to come; their counts are NaN.
    """

    days: tuple[date, ...]
    weekdays: Whole
    counts: Floats
    times: Whole
    hours: Flags
    known: Flags
    features: Features
    past: int


Model = Callable[[Panel, int, int], Floats]
"""Forecasts the rows `origin` to `origin + horizon` of a panel from the rows before `origin`."""


def panel_of(history: History, calendar: Calendar, *, horizon: int = 0) -> Panel:
    """Lay a history and its next open days on one line."""
    days = history.days + (days_after(history, horizon) if horizon else ())
    coming = len(days) - len(history.days)
    columns = history.minutes.size
    weekdays = np.array([day.weekday() for day in days], np.int64)
    to_come = [
        clock_times(day, history.minutes, history.timezone) * history.hours[day.weekday()]
        for day in days[len(history.days) :]
    ]
    return Panel(
        days=days,
        weekdays=weekdays,
        counts=np.vstack([history.counts, np.full((coming, columns), np.nan)]),
        times=np.vstack([history.times, *to_come]),
        hours=history.hours,
        known=np.concatenate([history.known, np.zeros(coming, bool)]),
        features=features_of(days, calendar),
        past=len(history.days),
    )
