"""What forecasts are worth: on the public centres, against rivals and against chance."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from ascolto.workforce.errors import BadFigure, TooLittle
from ascolto.workforce.forecasting.accuracy import poisson_floor, score, score_published
from ascolto.workforce.forecasting.backtest import Backtest, backtest
from ascolto.workforce.forecasting.calendars import Calendar, calendar_for
from ascolto.workforce.forecasting.choosing import alone, choose, spoken
from ascolto.workforce.forecasting.forecast import forecast
from ascolto.workforce.forecasting.history import History
from ascolto.workforce.forecasting.intraday import reforecast
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.rolling import NAMES, Rolled, origins_of, roll
from workforce.forecasting.made_history import START, made_history, rate
from workforce.forecasting.public_data import BANK, TECHNION, public_history


def calendar_of(history: History, country: str) -> Calendar:
    return calendar_for(country, first=history.days[0], last=history.days[-1])


@pytest.fixture(scope="module")
def bank() -> Backtest:
    history = public_history(BANK, 30)
    return backtest(history, calendar=calendar_of(history, "US"))


def test_the_bank_by_half_hours_is_forecast_as_well_as_demanded(bank: Backtest) -> None:
    assert bank.origins == 30
    assert bank.scored_days == 29
    assert bank.poisson_floor == pytest.approx(0.0232, abs=5e-5)
    for days, wape, day_total, width in ((1, 0.052, 0.036, 0.22), (5, 0.054, 0.037, 0.25)):
        chosen = bank.of("chosen", days)
        assert chosen.wape <= wape
        assert chosen.day_total_wape <= day_total
        assert 0.88 <= chosen.coverage90 <= 0.93
        assert chosen.relative_width90 <= width


def test_the_naive_models_are_worth_what_others_measured(bank: Backtest) -> None:
    assert bank.of("seasonal_naive", 1).wape == pytest.approx(0.0776, abs=5e-5)
    assert bank.of("seasonal_naive", 5).wape == pytest.approx(0.0806, abs=5e-5)
    assert bank.of("same_weekday_mean", 1).wape == pytest.approx(0.0667, abs=5e-4)


def test_the_bank_by_five_minutes_is_forecast_as_well_as_demanded() -> None:
    history = public_history(BANK)
    found = backtest(history, calendar=calendar_of(history, "US"))
    assert found.of("chosen", 1).wape <= 0.076
    assert found.of("chosen", 5).wape <= 0.077


@pytest.mark.parametrize(("country", "widest"), [("IL", 0.96), ("none", 0.98)])
def test_the_second_centre_is_forecast_no_worse_than_by_any_rival(
    country: str, widest: float
) -> None:
    history = public_history(TECHNION)
    found = backtest(history, calendar=calendar_of(history, country), horizons=(1, 5, 28))
    for days in (1, 5, 28):
        chosen = found.of("chosen", days)
        assert chosen.wape <= min(found.of(rival, days).wape for rival in NAMES)
        # A quiet June after a spring of holidays: what was odd fades out of the spread.
        assert 0.9 <= chosen.coverage90 <= widest
    mean = found.of("same_weekday_mean", 28).wape
    assert found.of("chosen", 28).wape <= 1.01 * mean


@pytest.mark.parametrize(("hour", "most"), [(10, 0.0445), (12, 0.0435)])
def test_the_rest_of_the_banks_day_is_forecast_better_as_the_day_goes(
    hour: int, most: float
) -> None:
    history = public_history(BANK, 30)
    panel = panel_of(history, calendar_of(history, "US"))
    rolled = roll(panel, origins_of(panel, most=75), 1)
    said = spoken(rolled, alone("lead"))[:, 0]
    actual = rolled.actual()[:, 0]
    seen = int((history.minutes < hour * 60).sum())
    off = volume = before = 0.0
    for place in range(len(said) - 30, len(said)):
        if np.isnan(actual[place]).any():
            continue
        past = slice(place - 40, place)
        found = reforecast(
            said[place],
            actual[place, :seen],
            past_expected=said[past],
            past_actual=actual[past],
            interval_minutes=30,
        )
        off += np.abs(found.mean[seen:] - actual[place, seen:]).sum()
        before += np.abs(said[place, seen:] - actual[place, seen:]).sum()
        volume += actual[place, seen:].sum()
    assert off / volume <= most
    assert off < before


def test_a_morning_that_foretold_nothing_moves_nothing() -> None:
    chance = np.random.default_rng(5)
    expected = np.full(20, 50.0)
    past = chance.poisson(50.0, (40, 20)).astype(float)
    found = reforecast(
        expected,
        np.full(8, 65.0),
        past_expected=np.tile(expected, (40, 1)),
        past_actual=past,
        interval_minutes=30,
    )
    assert found.surprise == pytest.approx(0.3)
    assert abs(found.kept) < 0.1


def test_a_morning_that_always_foretold_the_day_moves_most_of_it_and_never_more() -> None:
    chance = np.random.default_rng(6)
    days = chance.normal(1.0, 0.15, 40)[:, None]
    expected = np.full(20, 50.0)
    past = chance.poisson(50.0 * days * np.ones((40, 20))).astype(float)
    found = reforecast(
        expected,
        np.full(8, 60.0),
        past_expected=np.tile(expected, (40, 1)),
        past_actual=past,
        interval_minutes=30,
    )
    assert 0.08 < found.kept <= found.surprise
    np.testing.assert_array_equal(found.mean[:8], 60.0)
    few = reforecast(
        expected,
        np.full(8, 60.0),
        past_expected=np.tile(expected, (3, 1)),
        past_actual=past[:3],
        interval_minutes=30,
    )
    assert few.kept == 0.0


def test_who_was_always_right_speaks_and_the_weights_make_one() -> None:
    history = made_history(120)
    panel = panel_of(history, Calendar())
    rolled = roll(panel, origins_of(panel, most=40), 14)
    usual = choose(rolled, 85)
    assert all(sum(mix.values()) == pytest.approx(1.0) for mix in usual)
    assert all(share > 0 for mix in usual for share in mix.values())
    right = np.nan_to_num(rolled.actual())
    oracle = Rolled(panel, rolled.origins, {**rolled.said, "seasonal_naive": right}, {})
    for mix in choose(oracle, panel.past)[:3]:
        assert mix["seasonal_naive"] > 2 / 3
    # Nothing of what came later is heard.
    assert choose(oracle, int(rolled.origins[0]) + 1) == choose(rolled, int(rolled.origins[0]) + 1)


def test_a_published_forecast_is_scored_beside_the_naive_ones() -> None:
    past, later = made_history(182), made_history(189)
    published = forecast(past, horizon_days=5)
    ledger = score_published(published, past=past, later=later)
    assert ledger.published.days == 5
    assert ledger.published.wape < ledger.same_weekday_mean.wape < ledger.naive.wape
    assert ledger.poisson_floor < ledger.published.wape
    nothing = score_published(published, past=past, later=past)
    assert nothing.published.days == 0
    assert math.isnan(nothing.published.wape)


def test_chance_alone_leaves_what_poisson_counts_leave() -> None:
    rates = np.array([0.4, 3.0, 17.5, 240.0])
    counts = np.random.default_rng(1).poisson(rates, (200_000, 4))
    left = np.abs(counts - rates).mean(axis=0).sum() / rates.sum()
    assert poisson_floor(rates) == pytest.approx(left, rel=0.01)


def test_an_interval_that_happens_twice_counts_twice() -> None:
    found = score(np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]]), np.array([[2, 1]]))
    assert found.volume == 6
    assert found.wape == pytest.approx(3 / 6)
    assert found.day_total_wape == pytest.approx(1 / 6)
    assert found.bias == pytest.approx(-1 / 6)


def test_the_scale_of_errors_is_that_of_last_week() -> None:
    found = backtest(made_history(182), origins=20, horizons=(1,))
    assert found.of("seasonal_naive", 1).mase == pytest.approx(1.0, abs=0.15)
    assert found.of("chosen", 1).mase < 0.85
    assert found.of("chosen", 1).wape == pytest.approx(found.poisson_floor, rel=0.25)
    assert sum(found.chosen["day 1"].values()) == pytest.approx(1.0)


def test_too_little_to_judge_is_said() -> None:
    with pytest.raises(TooLittle):
        backtest(made_history(11))
    with pytest.raises(BadFigure):
        backtest(made_history(60), origins=0)


def test_the_made_days_begin_where_they_should() -> None:
    assert START.weekday() == 0
    assert rate(START, 0).max() > rate(START + timedelta(1), 0).max()
    assert made_history(7).days[-1] == date(2025, 1, 10)
