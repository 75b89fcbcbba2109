"""A forecast of days to come: near what is true, honest about what cannot be known."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.errors import BadFigure, TooLittle
from ascolto.workforce.forecasting.backtest import backtest
from ascolto.workforce.forecasting.calendars import Calendar, Event, calendar_for
from ascolto.workforce.forecasting.edits import Edit
from ascolto.workforce.forecasting.forecast import forecast
from ascolto.workforce.forecasting.history import history_of
from ascolto.workforce.forecasting.lead import fit
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.rolling import MODELS, NAMES
from workforce.forecasting.made_history import MINUTES, START, made_history, rate

HALF_YEAR = 182


def test_the_mean_is_near_the_true_rate_and_quantiles_are_in_order() -> None:
    made = forecast(made_history(HALF_YEAR), horizon_days=5, levels=(0.05, 0.5, 0.95))
    true = np.array([rate(day, (day - START).days) for day in made.days])
    assert np.abs(made.mean - true).sum() / true.sum() < 0.03
    assert (made.quantiles[0.05] <= made.quantiles[0.5]).all()
    assert (made.quantiles[0.5] <= made.quantiles[0.95]).all()
    assert made.measured
    assert [day.weekday() for day in made.days] == [0, 1, 2, 3, 4]


def test_counts_of_poisson_days_fall_within_the_interval_as_often_as_promised() -> None:
    inside, total = 0, 0
    for seed in range(4):
        made = forecast(made_history(HALF_YEAR, seed=seed), horizon_days=5, levels=(0.05, 0.95))
        chance = np.random.default_rng(seed + 100)
        for row, day in enumerate(made.days):
            came = chance.poisson(rate(day, (day - START).days), (40, MINUTES.size))
            good = (made.quantiles[0.05][row] <= came) & (came <= made.quantiles[0.95][row])
            inside, total = inside + int(good.sum()), total + good.size
    assert 0.86 <= inside / total <= 0.97


@pytest.mark.parametrize("model", [*NAMES, "chosen"])
def test_the_forecast_of_a_shifted_history_is_the_shifted_forecast(model: str) -> None:
    here = made_history(HALF_YEAR)
    weeks = timedelta(weeks=52)
    counts = {day + weeks: row for day, row in zip(here.days, here.counts, strict=True)}
    later = history_of(counts, minutes=MINUTES, interval_minutes=30)
    # Without marks of the month a week is a week, whenever it is.
    plain = Calendar(month_marks=False)
    first = forecast(here, calendar=plain, horizon_days=7, model=model)
    second = forecast(later, calendar=plain, horizon_days=7, model=model)
    assert [day + weeks for day in first.days] == list(second.days)
    np.testing.assert_allclose(first.mean, second.mean, rtol=1e-9)
    for level, values in first.quantiles.items():
        np.testing.assert_allclose(values, second.quantiles[level], rtol=1e-9)


@settings(max_examples=4)
@given(st.floats(2.0, 8.0))
def test_a_history_so_many_times_larger_has_a_forecast_so_many_times_larger(times: float) -> None:
    small = made_history(90, size=400.0, noise=False)
    large = history_of(
        {day: row * times for day, row in zip(small.days, small.counts, strict=True)},
        minutes=MINUTES,
        interval_minutes=30,
    )
    for model in ("lead", "same_weekday_mean", "profile_and_level"):
        first = forecast(small, horizon_days=5, model=model).mean
        second = forecast(large, horizon_days=5, model=model).mean
        np.testing.assert_allclose(second, first * times, rtol=0.03, atol=0.5 * times)


def test_an_event_seen_before_is_expected_again_and_explained() -> None:
    runs = [START + timedelta(days=number) for number in (15, 44, 72, 100, 129, 157)]
    coming = START + timedelta(days=HALF_YEAR + 1)
    history = made_history(HALF_YEAR, special=dict.fromkeys(runs, 1.5))
    events = tuple(Event(day, "bill run") for day in [*runs, coming])
    with_it = forecast(history, calendar=Calendar(events=events), horizon_days=5)
    without = forecast(history, calendar=Calendar(events=events[:-1]), horizon_days=5)
    row = with_it.days.index(coming)
    ratio = with_it.mean[row].sum() / without.mean[row].sum()
    assert ratio == pytest.approx(1.5, abs=0.12)
    assert with_it.why[row].factors["event bill run"] == pytest.approx(1.5, abs=0.12)


def test_the_reasons_of_a_day_multiply_to_its_volume() -> None:
    made = forecast(made_history(HALF_YEAR), horizon_days=10, model="lead")
    for reason in made.why:
        product = reason.usual * float(np.prod(list(reason.factors.values())))
        assert product == pytest.approx(reason.total, rel=1e-9)
        assert reason.factors["rest"] == pytest.approx(1.0, abs=0.05)
    monday = next(reason for reason in made.why if reason.day.weekday() == 0)
    assert monday.factors["Monday"] > 1.15


def test_a_day_of_fault_does_not_move_the_days_after() -> None:
    fault = START + timedelta(days=HALF_YEAR - 5)
    clean = forecast(made_history(HALF_YEAR), horizon_days=5, model="lead").mean
    history = made_history(HALF_YEAR, special={fault: 4.0})
    moved = forecast(history, horizon_days=5, model="lead").mean
    assert moved.sum() / clean.sum() == pytest.approx(1.0, abs=0.05)


def test_a_week_of_holidays_discredits_itself_and_not_the_days_beside_it() -> None:
    week = {START + timedelta(days=number): 0.2 for number in range(84, 89)}
    panel = panel_of(made_history(140, special=week), Calendar(month_marks=False))
    fitted = fit(panel, panel.past)
    assert fitted is not None
    far = {panel.days[row] for row in fitted.rows[fitted.far]}
    near = {day for day in panel.days if abs((day - min(week)).days - 2) <= 9}
    assert far & near == set(week)


def test_a_holiday_at_the_turn_of_a_month_is_not_expected_of_the_next_turn() -> None:
    special = {date(2025, 4, 30): 0.4, date(2025, 5, 1): 0.1, date(2025, 5, 2): 0.4}
    history = made_history((date(2025, 6, 27) - START).days, special=special, seed=2)
    made = forecast(history, calendar=Calendar(), horizon_days=6, model="lead")
    true = [rate(day, (day - START).days).sum() for day in made.days]
    assert made.mean.sum(axis=1) == pytest.approx(true, rel=0.1)


def test_a_holiday_that_was_always_closed_stays_closed() -> None:
    calendar = calendar_for("IT", first=date(2025, 1, 1), last=date(2025, 12, 31))
    history = made_history(172)
    open_days = {
        day: row
        for day, row in zip(history.days, history.counts, strict=True)
        if day not in calendar.holidays
    }
    # Until the end of May: the second of June is to come.
    cut = {day: row for day, row in open_days.items() if day < date(2025, 5, 31)}
    shut = history_of(cut, minutes=MINUTES, interval_minutes=30)
    made = forecast(shut, calendar=calendar, horizon_days=5)
    assert made.days[0] == date(2025, 6, 2)
    assert made.mean[0].sum() == 0
    assert made.quantiles[0.9][0].sum() == 0
    assert any("2025-06-02" in note and "closed" in note for note in made.notes)
    assert made.mean[1].sum() > 0


def test_three_weeks_one_week_and_one_day_say_what_they_cannot_know() -> None:
    said = {days: forecast(made_history(days), horizon_days=5) for days in (21, 7, 1)}
    for days, made in said.items():
        assert np.isfinite(made.mean).all(), days
        assert made.mean.sum() > 0, days
        assert any("less than a year" in note for note in made.notes), days
    assert not said[7].measured
    assert any("half believed" in note for note in said[7].notes)
    assert any("spread is assumed" in note for note in said[7].notes)
    assert any("effects of the month" in note for note in said[21].notes)
    # One Monday: only Mondays are known to be open.
    assert {day.weekday() for day in said[1].days} == {0}
    true = np.array([rate(day, 21) for day in said[21].days])
    assert np.abs(said[21].mean - true).sum() / true.sum() < 0.08


def test_nothing_is_forecast_from_nothing() -> None:
    with pytest.raises(TooLittle):
        history_of({}, minutes=MINUTES, interval_minutes=30)


def test_a_queue_that_never_closes_and_one_without_calls_are_forecast() -> None:
    minutes = np.arange(0, 1440, 30)
    night = np.where(minutes < 360, 0.3, 10.0)
    chance = np.random.default_rng(3)
    days = [START + timedelta(number) for number in range(90)]
    always = history_of(
        {day: chance.poisson(night).astype(float) for day in days},
        minutes=minutes,
        interval_minutes=30,
    )
    made = forecast(always, horizon_days=14, levels=(0.05, 0.95))
    assert made.mean.shape == (14, 48)
    assert 0.1 < made.mean[:, :12].mean() < 0.6
    assert 9.0 < made.mean[:, 12:].mean() < 11.0
    silent = history_of({day: np.zeros(48) for day in days}, minutes=minutes, interval_minutes=30)
    nothing = forecast(silent, horizon_days=3)
    assert (nothing.mean == 0).all()
    assert (nothing.quantiles[0.9] == 0).all()


@pytest.mark.parametrize("calls", [1.0, 3.0, 5.0, 10.0, 1e6])
@pytest.mark.parametrize("days", [28, 35, 42, 60, 84])
def test_days_that_are_all_alike_are_forecast_to_go_on(calls: float, days: int) -> None:
    minutes = np.arange(480, 1080, 30)
    told = {START + timedelta(n): np.full(minutes.size, calls) for n in range(days)}
    history = history_of(told, minutes=minutes, interval_minutes=30)
    made = forecast(history, horizon_days=2)
    assert made.mean == pytest.approx(np.full((2, minutes.size), calls), rel=0.05)
    found = backtest(history, origins=5, horizons=(1,))
    assert found.of("chosen", 1).wape < 0.05


def test_an_edit_changes_what_it_says_and_keeps_what_it_replaced() -> None:
    history = made_history(HALF_YEAR)
    plain = forecast(history, horizon_days=5)
    first = datetime.combine(plain.days[0], datetime.min.time())
    edits = [
        Edit(begins=first, ends=first + timedelta(1), reason="price news", factor=1.2),
        Edit(
            begins=first + timedelta(days=1, hours=9),
            ends=first + timedelta(days=1, hours=10),
            reason="a campaign",
            calls=500,
        ),
    ]
    made = forecast(history, horizon_days=5, edits=edits)
    assert made.mean[0].sum() == pytest.approx(1.2 * plain.mean[0].sum())
    assert made.quantiles[0.9][0].sum() == pytest.approx(1.2 * plain.quantiles[0.9][0].sum())
    assert made.mean[1, 2:4].sum() == pytest.approx(500)
    np.testing.assert_allclose(made.mean[2:], plain.mean[2:])
    assert made.edits[0].before == pytest.approx(plain.mean[0].sum())
    assert made.edits[1].after == pytest.approx(500)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "no reason"),
        ({"factor": None}, "either calls or a factor"),
        ({"factor": -1.0}, "0 or more"),
        ({"ends": datetime(2020, 1, 1)}, "ends before"),
        ({"begins": datetime(2020, 1, 1), "ends": datetime(2020, 1, 2)}, "no forecast interval"),
    ],
)
def test_an_edit_that_cannot_be_is_refused(wrong: dict[str, object], said: str) -> None:
    given = {"begins": datetime(2025, 7, 7), "ends": datetime(2025, 7, 8)}
    edit = Edit(**{**given, "reason": "price news", "factor": 1.2, **wrong})  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(BadFigure, match=said):
        forecast(made_history(HALF_YEAR), horizon_days=3, edits=[edit])


def test_an_origin_knows_nothing_of_what_came_later() -> None:
    history = made_history(HALF_YEAR)
    panel = panel_of(history, Calendar())
    changed = history.counts.copy()
    changed[100:] *= 7.0
    other = history_of(
        dict(zip(history.days, changed, strict=True)), minutes=MINUTES, interval_minutes=30
    )
    later = panel_of(other, Calendar())
    for model in NAMES:
        np.testing.assert_allclose(MODELS[model](panel, 100, 5), MODELS[model](later, 100, 5))


@pytest.mark.parametrize(
    "wrong", [{"horizon_days": 0}, {"horizon_days": 10**7}, {"levels": (1.0,)}, {"model": "oracle"}]
)
def test_a_question_that_cannot_be_answered_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadFigure):
        forecast(made_history(30), **wrong)  # type: ignore[arg-type]  # wrong on purpose
