"""What a model sees: past and coming days on one line, and how a model is called."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from ascolto.workforce.forecasting.calendars import MONTH_MARK, Calendar, Features, features_of
from ascolto.workforce.forecasting.history import (
    Flags,
    Floats,
    History,
    Whole,
    clock_times,
    days_after,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
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

    def marks(self, rows: Whole, origin: int) -> Floats:
        """Return the features of some days as an origin knows them.

        No absence is known before it comes, and with less than nine weeks nothing of the month is
        believed of days to come: a mark seen once or twice is a week's accident.
        """
        values = self.features.values[rows]
        names = self.features.names
        if ABSENT in names and (rows > origin).any():
            values[rows > origin, names.index(ABSENT)] = 0.0
        if origin < MONTH_WEEKS * int(self.hours.any(axis=1).sum()):
            monthly = np.array([name.endswith(MONTH_MARK) for name in names], bool)
            values[np.ix_(rows >= origin, monthly)] = 0.0
        return values


MONTH_WEEKS = 9
"""Weeks of history from which on the month's effects are believed."""

ABSENT = "day after an absent day"
"""A mark for the day after one that is usually open and was not there."""

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
        features=_with_absences(features_of(days, calendar), history.known),
        past=len(history.days),
    )


def _with_absences(features: Features, known: Flags) -> Features:
    after = np.zeros(features.values.shape[0])
    after[1 : known.size + 1] = ~known[: after.size - 1]
    if not after.any():
        return features
    values = np.hstack([features.values, after[:, None]])
    return Features((*features.names, ABSENT), values)
