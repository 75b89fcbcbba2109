"""The rest of a day is expected by three ways, each by how near it was on the days before."""

from pathlib import Path

import numpy as np
import pytest

from ascolto.workforce.forecasting.calendars import Calendar, calendar_for
from ascolto.workforce.forecasting.history import History
from ascolto.workforce.forecasting.lead import lead
from ascolto.workforce.forecasting.panel import panel_of
from ascolto.workforce.forecasting.resting import LEARNING_DAYS, PLAN, WAYS, rest_by_best
from ascolto.workforce.forecasting.rolling import origins_of, roll
from ascolto.workforce.teaching import lesson_of, rest_of_today
from ascolto.workforce.today import rest_of_day
from workforce.forecasting.public_data import BANK, TECHNION, public_history


def calendar_of(history: History, country: str) -> Calendar:
    return calendar_for(country, first=history.days[0], last=history.days[-1])


def test_with_few_days_to_judge_by_the_plan_speaks() -> None:
    found = rest_by_best(
        np.full(20, 50.0),
        np.full(8, 90.0),
        past_expected=np.full((10, 20), 50.0),
        past_actual=np.full((10, 20), 60.0),
        interval_minutes=30,
    )
    assert (found.way, found.mean[8:].tolist()) == (PLAN, [50.0] * 12)


def test_where_mornings_always_foretold_the_day_they_are_believed() -> None:
    chance = np.random.default_rng(7)
    sizes = chance.normal(1.0, 0.15, 60)[:, None]
    found = rest_by_best(
        np.full(20, 50.0),
        np.full(8, 60.0),
        past_expected=np.full((60, 20), 50.0),
        past_actual=chance.poisson(50.0 * sizes * np.ones((60, 20))).astype(float),
        interval_minutes=30,
    )
    assert found.way != PLAN
    assert 53.0 < found.mean[8:].mean() <= 60.0
    assert set(found.wape) == set(WAYS)
    assert found.wape[found.way] == min(found.wape.values())


@pytest.mark.parametrize("whole", [0, 20])
def test_before_the_first_interval_and_after_the_last_nothing_moves(whole: int) -> None:
    expected = np.arange(20.0)
    found = rest_by_best(
        expected,
        np.full(whole, 3.0),
        past_expected=np.full((60, 20), 5.0),
        past_actual=np.full((60, 20), 9.0),
        interval_minutes=30,
    )
    assert found.mean[whole:].tolist() == expected[whole:].tolist()
    assert found.way == PLAN


@pytest.mark.parametrize(
    ("path", "country", "least_gain"), [(BANK, "US", 0.1), (TECHNION, "IL", 0.0)]
)
def test_at_noon_it_is_no_worse_than_the_plan_and_than_the_days_level_on_public_days(
    path: Path, country: str, least_gain: float
) -> None:
    history = public_history(path, 30)
    panel = panel_of(history, calendar_of(history, country))
    rolled = roll(panel, origins_of(panel, most=90), 1, models={"lead": lead})
    said, came = rolled.said["lead"][:, 0], rolled.actual()[:, 0]
    known = ~np.isnan(came).any(axis=1)
    said, came = said[known], came[known]
    seen = int((history.minutes < 12 * 60).sum())
    off = dict.fromkeys(("best", "plan", "level"), 0.0)
    for day in range(len(said) - 25, len(said)):
        before = slice(max(day - 60, 0), day)
        best = rest_by_best(
            said[day],
            came[day, :seen],
            past_expected=said[before],
            past_actual=came[before],
            interval_minutes=30,
        ).mean[seen:]
        sizes = came[before].sum(axis=1) / said[before].sum(axis=1)
        level = rest_of_day(
            expected=float(said[day, :seen].sum()),
            came=float(came[day, :seen].sum()),
            cv=float(sizes.std()),
        ).factor
        plan = said[day, seen:]
        for name, mean in (("best", best), ("plan", plan), ("level", plan * level)):
            off[name] += float(np.abs(mean - came[day, seen:]).sum())
    assert off["best"] <= off["plan"] * (1 - least_gain / 2)
    assert off["best"] <= off["level"] * (1 - least_gain)


def test_what_is_learnt_with_a_forecast_is_asked_again_during_the_day() -> None:
    history = public_history(BANK, 30)
    lesson = lesson_of(history, calendar_of(history, "US"))
    assert lesson is not None
    assert len(lesson["expected"]) == len(lesson["actual"]) > LEARNING_DAYS
    expected, actual = lesson["expected"][-1], lesson["actual"][-1][:10]
    answer = rest_of_today({"lesson": lesson, "expected": expected, "actual": actual})
    assert len(answer["means"]) == len(expected) - 10
    assert answer["judged"] == 20
