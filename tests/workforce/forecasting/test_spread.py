"""How wide a band is: as wide as the last days ask for, and days that nobody marked say little."""

from datetime import date, timedelta

import numpy as np

from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.forecast import forecast
from ascolto.workforce.forecasting.history import Floats, History, history_of
from workforce.forecasting.made_history import MINUTES, START, made_history, rate

DAYS = 140
CALM_DAYS = 14


def restless(*, last_calm: bool) -> History:
    """Return days whose size swings, but for the last ones where these are to be calm."""
    chance = np.random.default_rng(5)
    counts: dict[date, Floats] = {}
    for number in range(DAYS):
        day = START + timedelta(number)
        swing = float(np.exp(0.25 * chance.standard_normal()))
        calm = last_calm and number >= DAYS - CALM_DAYS
        mean = rate(day, number) * (1.0 if calm else swing)
        if day.weekday() < 5:
            counts[day] = chance.poisson(mean).astype(float)
    return history_of(counts, minutes=MINUTES, interval_minutes=30)


def width(history: History) -> float:
    made = forecast(history, horizon_days=5, levels=(0.05, 0.95))
    return float((made.quantiles[0.95] - made.quantiles[0.05]).sum() / made.mean.sum())


def test_after_two_calm_weeks_the_band_is_narrower_than_after_restless_ones() -> None:
    assert width(restless(last_calm=True)) < 0.75 * width(restless(last_calm=False))


def test_a_week_of_holidays_that_no_calendar_marks_hardly_moves_the_weeks_after() -> None:
    week = {START + timedelta(DAYS - 14 + n): 0.3 for n in range(5)}
    usual = forecast(made_history(DAYS), calendar=Calendar(), horizon_days=5)
    after = forecast(made_history(DAYS, special=week), calendar=Calendar(), horizon_days=5)
    # The mean of four same weekdays, one of them a holiday, would be 17 % too low.
    assert after.mean.sum() > 0.93 * usual.mean.sum()
