"""Histories made from a rate that is known, so that what was forecast can be compared with it."""

from datetime import date, timedelta

import numpy as np

from ascolto.workforce.forecasting.history import Floats, History, history_of

MINUTES = np.arange(8 * 60, 18 * 60, 30)
START = date(2025, 1, 6)  # a Monday


def rate(day: date, number: int, *, size: float = 100.0) -> Floats:
    """Return the rate of a day: a hump, busier on Mondays, slowly growing."""
    hump = np.exp(-(((MINUTES - 660) / 180.0) ** 2))
    weekday = (1.3, 1.0, 0.95, 0.9, 1.05, 0.5, 0.3)[day.weekday()]
    return np.asarray(size * weekday * (1.0 + 0.001 * number) * hump)


def made_history(
    days: int,
    *,
    seed: int = 1,
    size: float = 100.0,
    week: int = 5,
    noise: bool = True,
    special: dict[date, float] | None = None,
) -> History:
    """Return some days of Poisson counts (or the rates themselves) of a week's first weekdays."""
    chance = np.random.default_rng(seed)
    counts = {}
    for number in range(days):
        day = START + timedelta(number)
        if day.weekday() >= week:
            continue
        mean = rate(day, number, size=size) * (special or {}).get(day, 1.0)
        counts[day] = chance.poisson(mean).astype(float) if noise else mean
    return history_of(counts, minutes=MINUTES, interval_minutes=30)
