"""How many people a forecast takes, checked by simulating the days that may come."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import kernels
from ascolto.workforce.staffing.requirement import (
    Promise,
    carried,
    chat_aht_s,
    expected,
    required_chat,
    required_uncertain,
    risk,
    risk_in_words,
    service_level_of_day,
    with_shrinkage,
)
from ascolto.workforce.staffing.uncertain_rates import gamma_nodes, gamma_tail, share_above

PROMISE = Promise(service_level=0.8, target_s=20, aht_s=240, patience_s=180)


@pytest.mark.parametrize(
    ("load", "needs"), [(50.0, (52, 52, 54, 57)), (200.0, (194, 196, 203, 221))]
)
def test_what_is_not_known_takes_people(load: float, needs: tuple[int, ...]) -> None:
    found = required_uncertain(load, PROMISE, rate_cv=[0.0, 0.05, 0.1, 0.2])
    assert tuple(found.operators.tolist()) == needs


def test_staffing_for_the_mean_day_breaks_the_promise_as_measured() -> None:
    assert expected(50, 52, PROMISE, rate_cv=0.1).service_level == pytest.approx(0.767, abs=5e-4)
    assert expected(200, 194, PROMISE, rate_cv=0.1).service_level == pytest.approx(0.698, abs=5e-4)
    assert risk(50, 52, PROMISE, rate_cv=0.1, below=0.7) == pytest.approx(0.27, abs=0.005)
    assert risk(200, 194, PROMISE, rate_cv=0.1, below=0.7) == pytest.approx(0.37, abs=0.005)


@pytest.mark.parametrize("cv", [0.0, 0.05, 0.1, 0.2])
@pytest.mark.parametrize("load", [20.0, 50.0, 200.0])
def test_the_mean_service_level_of_simulated_days_is_within_a_point_of_the_promise(
    load: float, cv: float
) -> None:
    found = required_uncertain(load, PROMISE, rate_cv=cv)
    chance = np.random.default_rng(7)
    days = 20_000
    rates = load * (chance.gamma(1 / cv**2, cv**2, days) if cv else np.ones(days))
    # So many people on a share of the days and one fewer on the others: the fraction, in people.
    people = found.operators - (chance.random(days) > found.fractional - found.operators + 1)
    levels = kernels.impatient_each(
        rates, people.astype(np.int64), np.full(days, 0.75), np.full(days, 20 / 240)
    )[:, 2]
    assert float(rates @ levels / rates.sum()) == pytest.approx(0.8, abs=0.01)


def test_a_day_of_intervals_keeps_the_promise_within_a_point() -> None:
    loads = [12.0 + 30.0 * math.sin(math.pi * step / 28) for step in range(1, 28)]
    cvs = [0.08] * len(loads)
    found = required_uncertain(loads, PROMISE, rate_cv=cvs)
    exact = carried(found.fractional).tolist()
    assert service_level_of_day(loads, exact, PROMISE, rate_cv=cvs) == pytest.approx(0.8, abs=0.01)
    safe = found.operators.tolist()
    assert service_level_of_day(loads, safe, PROMISE, rate_cv=cvs) >= 0.8
    assert sum(exact) <= sum(safe)


def test_the_risk_is_told_in_plain_words() -> None:
    said = risk_in_words(50, 52, PROMISE, rate_cv=0.1, below=0.7)
    assert said == (
        "With 52 people, 27% risk of less than 70% answered in time; 6 more bring it under 5%."
    )
    assert risk(50, 58, PROMISE, rate_cv=0.1, below=0.7) <= 0.05
    assert risk(50, 57, PROMISE, rate_cv=0.1, below=0.7) > 0.05


@settings(max_examples=40)
@given(st.floats(0.02, 0.9), st.sampled_from([0, 1]))
def test_the_nodes_of_a_rate_have_its_mean_and_spread(cv: float, by_calls: int) -> None:
    factors, weights = gamma_nodes(cv, by_calls=bool(by_calls))
    assert weights.sum() == pytest.approx(1.0, rel=1e-9)
    mean = float(weights @ factors)
    assert mean == pytest.approx(1.0 + cv**2 * by_calls, rel=1e-9)
    variance = float(weights @ (factors - mean) ** 2)
    assert variance == pytest.approx(cv**2 * (1.0 + cv**2 * by_calls), rel=1e-7)


def test_the_tail_of_a_gamma_law_is_that_of_a_sum_of_waits() -> None:
    # With a whole shape it is the chance of fewer than so many Poisson events.
    for shape, at in ((1, 0.5), (4, 3.0), (4, 9.0), (100, 95.0), (100, 130.0)):
        poisson = sum(math.exp(k * math.log(at) - at - math.lgamma(k + 1)) for k in range(shape))
        assert gamma_tail(shape, at) == pytest.approx(poisson, rel=1e-10)
    assert share_above(0.99, 0.0) == 1.0
    assert share_above(1.01, 0.0) == 0.0


@settings(max_examples=30)
@given(st.floats(1.0, 150.0), st.floats(0.0, 0.25))
def test_less_certainty_and_more_load_never_take_fewer_people(load: float, cv: float) -> None:
    need = int(required_uncertain(load, PROMISE, rate_cv=cv).operators)
    assert int(required_uncertain(load * 1.1, PROMISE, rate_cv=cv).operators) >= need
    got = expected(load, need, PROMISE, rate_cv=round(cv, 4))
    assert got.service_level >= 0.8
    if need > 1:
        assert expected(load, need - 1, PROMISE, rate_cv=round(cv, 4)).service_level < 0.8


def test_limits_on_occupancy_and_abandons_hold_over_the_distribution() -> None:
    tight = Promise(service_level=0.5, target_s=60, aht_s=240, patience_s=180, max_occupancy=0.85)
    need = int(required_uncertain(100, tight, rate_cv=0.1).operators)
    assert expected(100, need, tight, rate_cv=0.1).occupancy <= 0.85
    assert expected(100, need - 1, tight, rate_cv=0.1).occupancy > 0.85
    patient = Promise(service_level=0.5, target_s=60, aht_s=240, patience_s=180, max_abandoned=0.02)
    need = int(required_uncertain(100, patient, rate_cv=0.1).operators)
    assert expected(100, need, patient, rate_cv=0.1).abandoned <= 0.02


def test_chats_share_an_operator_and_slow_each_other() -> None:
    assert chat_aht_s(300, concurrency=3, slowdown=0.2) == pytest.approx(420)
    alone = required_chat(100 / 1800, PROMISE, concurrency=1, slowdown=0.2)
    three = required_chat(100 / 1800, PROMISE, concurrency=3, slowdown=0.2)
    nothing_gained = required_chat(100 / 1800, PROMISE, concurrency=3, slowdown=1.0)
    assert three < alone
    # Chats that halt each other are answered sooner, but get no work out of an operator.
    assert three < nothing_gained <= alone
    assert alone == int(required_uncertain(100 / 1800 * 240, PROMISE).operators)


def test_shrinkage_divides_and_says_where_people_are() -> None:
    shrunk = with_shrinkage([70, 14], {"leave": 0.15, "training": 0.05, "breaks": 0.1})
    np.testing.assert_allclose(shrunk.paid, [100, 20])
    np.testing.assert_allclose(shrunk.away["leave"], [15, 3])
    np.testing.assert_allclose(shrunk.paid - sum(shrunk.away.values()), [70, 14])
    with pytest.raises(BadFigure, match="nobody is left"):
        with_shrinkage([1], {"leave": 0.6, "training": 0.4})


@pytest.mark.parametrize("wrong", [{"service_level": 80}, {"patience_s": 0}, {"target_s": -1}])
def test_a_promise_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadFigure):
        Promise(**{"service_level": 0.8, "target_s": 20, "aht_s": 240, "patience_s": 180, **wrong})
