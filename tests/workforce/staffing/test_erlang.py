"""Erlang's formulas against published figures, exact arithmetic and each other."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc, gammaln

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import erlang, kernels

LOADS = st.floats(0.05, 300.0)
SHARES = st.floats(0.05, 0.99)
FEW = settings(max_examples=60)


@pytest.mark.parametrize(
    ("lines", "loads"),
    [
        (5, (0.7621, 1.3608, 1.6571, 2.2185)),
        (10, (3.0920, 4.4612, 5.0840, 6.2157)),
        (20, (9.4115, 12.0306, 13.1815, 15.2493)),
        (50, (32.5119, 37.9014, 40.2551, 44.5331)),
        (100, (75.2420, 84.0642, 87.9720, 95.2404)),
    ],
)
def test_the_classic_table_of_lines_and_loads(lines: int, loads: tuple[float, ...]) -> None:
    for share, load in zip((0.001, 0.01, 0.02, 0.05), loads, strict=True):
        found = erlang.max_load_blocking(lines, max_blocked=share)
        assert found == pytest.approx(load, abs=5.1e-5)
        assert erlang.blocked(found, lines) == pytest.approx(share, rel=1e-9)
        assert erlang.required_blocking(found, max_blocked=share) == lines


def test_fifteen_lines_at_one_percent_carry_the_load_of_the_manual() -> None:
    assert erlang.max_load_blocking(15, max_blocked=0.01) == pytest.approx(8.10804, abs=5e-6)


def test_large_groups_block_and_wait_as_published() -> None:
    assert erlang.blocked(123, 132) == pytest.approx(0.03124282, abs=5e-9)
    assert erlang.wait_probability(123, 132) == pytest.approx(0.32111618, abs=5e-9)
    assert erlang.wait_probability(12345, 12421) == pytest.approx(0.38122502, abs=5.1e-9)
    assert erlang.wait_probability(20, 25) == pytest.approx(0.209103, abs=5e-7)


def test_the_worked_example_of_360_calls() -> None:
    got = erlang.patient(48, 55, aht_s=240, target_s=15)
    assert got.wait_probability == pytest.approx(0.2387009, abs=5e-8)
    assert got.mean_wait_s == pytest.approx(8.18403, abs=5e-6)
    assert got.service_level == pytest.approx(0.8458831, abs=5e-8)


def test_a_hundred_calls_in_half_an_hour() -> None:
    got = erlang.patient(10, 14, aht_s=180, target_s=20)
    assert got.wait_probability == pytest.approx(0.1741319336, abs=5e-11)
    assert got.mean_wait_s == pytest.approx(7.836, abs=5e-4)
    assert got.service_level == pytest.approx(0.8883500192, abs=5e-11)
    for operators, level in ((11, 0.389614), (12, 0.640158), (13, 0.795595)):
        found = erlang.patient(10, operators, aht_s=180, target_s=20).service_level
        assert found == pytest.approx(level, abs=5e-7)


def test_thirty_five_long_calls_and_the_need_for_twenty_five() -> None:
    level = erlang.patient(35 * 752 / 900, 37, aht_s=752, target_s=20).service_level
    assert level == pytest.approx(0.9042163, abs=5e-8)
    need = erlang.required(25 * 752 / 900, aht_s=752, target_s=20, service_level=0.9)
    assert need == 28


def test_the_same_centre_with_and_without_patience() -> None:
    endless = erlang.patient(48, 50, aht_s=60, target_s=20)
    assert endless.mean_wait_s == pytest.approx(20.834, abs=5e-4)
    assert endless.waiting == pytest.approx(16.67, abs=5e-3)
    assert endless.occupancy == pytest.approx(0.96)
    p90 = erlang.wait_percentile_s(48, 50, share=0.9, aht_s=60)
    assert p90 == pytest.approx(58.14, abs=5e-3)
    ended = erlang.impatient(48, 50, aht_s=60, target_s=20, patience_s=120)
    assert ended.abandoned == pytest.approx(0.0309122, abs=5.1e-8)
    assert ended.mean_wait_s == pytest.approx(3.7095, abs=5e-5)
    assert ended.occupancy == pytest.approx(0.930324, abs=5e-7)


def test_a_hundred_calls_with_five_minutes_of_patience() -> None:
    got = erlang.impatient(10, 14, aht_s=180, target_s=20, patience_s=300)
    assert got.wait_probability == pytest.approx(0.145260114, abs=5e-10)
    assert got.abandoned == pytest.approx(0.013983744, abs=5e-10)
    assert got.mean_wait_s / 60 == pytest.approx(0.069918721, abs=5e-10)
    # Six digits are published; what follows from the share that gives up holds to the last one.
    assert got.occupancy == pytest.approx(0.704297, abs=5e-7)
    assert got.occupancy == pytest.approx(10 * (1 - got.abandoned) / 14, rel=1e-12)
    assert got.service_level == pytest.approx(0.916792092, abs=5e-10)
    for operators, level, gives_up in ((12, 0.77227931, 0.04271111), (10, 0.51681017, 0.109438)):
        got = erlang.impatient(10, operators, aht_s=180, target_s=20, patience_s=300)
        assert got.service_level == pytest.approx(level, abs=5.1e-9)
        assert got.abandoned == pytest.approx(gives_up, abs=5.1e-9)


@pytest.mark.parametrize(
    ("load", "operators", "aht", "patience", "target", "level"),
    [(600, 560, 3, 5, 5, 0.933074), (300, 270, 2, 2, 8, 0.899111)],
)
def test_large_queues_with_long_targets_do_not_vanish(
    load: float, operators: int, aht: float, patience: float, target: float, level: float
) -> None:
    got = erlang.impatient(
        load, operators, aht_s=aht * 60, target_s=target * 60, patience_s=patience * 60
    )
    assert got.service_level == pytest.approx(level, abs=5e-7)


def test_staffing_of_the_plain_cases_is_as_published() -> None:
    asked = {"aht_s": 240, "target_s": 20, "service_level": 0.8}
    assert list(erlang.required([50, 200], **asked)) == [56, 209]
    assert list(erlang.required([50, 200], **asked, patience_s=180)) == [52, 194]


def exact_blocking(load: Fraction, operators: int) -> Fraction:
    term, total = Fraction(1), Fraction(1)
    for busy in range(1, operators + 1):
        term *= load / busy
        total += term
    return term / total


@FEW
@given(st.fractions(Fraction(1, 20), 60, max_denominator=50), st.integers(1, 90))
def test_blocking_and_waiting_agree_with_exact_fractions(load: Fraction, operators: int) -> None:
    exact = exact_blocking(load, operators)
    assert erlang.blocked(float(load), operators) == pytest.approx(float(exact), rel=1e-12)
    if operators > load:
        waits = exact / (1 - load / operators * (1 - exact))
        found = erlang.wait_probability(float(load), operators)
        assert found == pytest.approx(float(waits), rel=1e-9)


def chain(load: float, operators: int, patience_aht: float) -> tuple[float, float]:
    """Return waiting and giving up from the birth and death chain itself, in 400 states more."""
    logs = [0.0]
    for state in range(1, operators + 400):
        leaving = min(state, operators) + max(state - operators, 0) / patience_aht
        logs.append(logs[-1] + math.log(load / leaving))
    weights = np.exp(np.array(logs) - max(logs))
    weights /= weights.sum()
    queue = np.maximum(np.arange(weights.size) - operators, 0)
    gives_up = float((weights * queue).sum() / patience_aht / load)
    return float(weights[operators:].sum()), gives_up


@FEW
@given(st.floats(0.2, 80.0), st.integers(1, 100), st.floats(0.1, 3.0))
def test_impatient_queues_agree_with_their_chain(
    load: float, operators: int, patience: float
) -> None:
    waits, gives_up = chain(load, operators, patience)
    found = kernels.impatient(load, operators, patience, 0.0)
    assert found[0] == pytest.approx(waits, rel=1e-9, abs=1e-14)
    assert found[1] == pytest.approx(gives_up, rel=1e-8, abs=1e-14)


@FEW
@given(st.floats(0.5, 60.0), st.integers(1, 80), st.floats(0.2, 3.0), st.floats(0.0, 2.0))
def test_answers_within_the_target_agree_with_a_quadrature(
    load: float, operators: int, patience: float, target: float
) -> None:
    # The density of the wait offered, by the trapezoid rule on a fine grid.
    grid = np.linspace(0.0, 60.0 * patience, 400_001)
    log_density = load * patience * -np.expm1(-grid / patience) - operators * grid
    density = np.exp(log_density - log_density.max())
    total = np.trapezoid(density, grid) * load
    idle = kernels.inverse_blocking(load, operators - 1) * math.exp(-log_density.max())
    late = grid >= target
    answered_late = np.trapezoid((density * np.exp(-grid / patience))[late], grid[late]) * load
    expected = (
        1.0 - kernels.impatient(load, operators, patience, 0.0)[1] - answered_late / (idle + total)
    )
    assert kernels.impatient(load, operators, patience, target)[2] == pytest.approx(
        expected, abs=1e-3
    )


@FEW
@given(st.floats(70.0, 3000.0), st.floats(0.1, 1.2), st.floats(0.03, 20.0), st.floats(0.0, 3.0))
def test_overloaded_queues_agree_with_the_gamma_laws_they_are(
    load: float, share: float, patience: float, target: float
) -> None:
    operators = max(int(load * share), 1)
    shape, x = operators * patience, load * patience
    y = x * math.exp(-target / patience)
    mass = math.exp(shape * math.log(x) - x - gammaln(shape + 1.0))
    inverse = kernels.inverse_blocking(load, operators - 1)
    total = (inverse * mass if mass > 0.0 else 0.0) + load / operators * gammainc(shape, x)
    found = kernels.impatient(load, operators, patience, target)
    waits, gives_up, level, longer = found
    answered_late = gammainc(shape + 1.0, y) / total
    assert waits == pytest.approx(load / operators * gammainc(shape, x) / total, abs=1e-9)
    assert longer == pytest.approx(y / shape * gammainc(shape, y) / total, abs=1e-9)
    assert gives_up == pytest.approx(
        (load / operators * gammainc(shape, x) - gammainc(shape + 1.0, x)) / total, abs=1e-9
    )
    assert level == pytest.approx(max(1.0 - gives_up - answered_late, 0.0), abs=1e-9)


@pytest.mark.parametrize("patience", [0.1, 15.0, 4000.0])
def test_at_the_most_load_that_may_be_asked_who_finds_nobody_free_gives_up(patience: float) -> None:
    found = erlang.impatient(1e5, 60_000, aht_s=240, target_s=1.0, patience_s=240 * patience)
    # With so many, what leaves unserved is what comes beyond what can be served.
    assert found.abandoned == pytest.approx(0.4, abs=1e-9)
    assert found.occupancy == pytest.approx(1.0, abs=1e-9)
    assert 0.0 <= found.service_level <= 0.6


@FEW
@given(LOADS, st.integers(1, 320), st.floats(0.05, 4.0), st.floats(0.0, 1.0))
def test_more_people_less_load_and_less_patience_serve_better(
    load: float, operators: int, patience: float, target: float
) -> None:
    def level(load: float, operators: int, patience: float = patience) -> float:
        return kernels.impatient(load, operators, patience, target)[2]

    assert level(load, operators + 1) >= level(load, operators) - 1e-12
    assert level(load * 1.05, operators) <= level(load, operators) + 1e-12
    given_up = kernels.impatient(load, operators, patience, target)[1]
    assert kernels.impatient(load, operators, patience * 1.3, target)[1] <= given_up + 1e-12
    assert erlang.wait_probability(load, operators + 1) <= erlang.wait_probability(load, operators)
    assert erlang.blocked(load, operators + 1) <= erlang.blocked(load, operators)


@FEW
@given(LOADS, SHARES, st.floats(0.0, 0.5))
def test_the_fewest_operators_are_enough_and_one_less_is_not(
    load: float, share: float, target: float
) -> None:
    asked = {"aht_s": 1.0, "target_s": target}
    need = int(erlang.required(load, **asked, service_level=share))
    assert erlang.patient(load, need, **asked).service_level >= share - 1e-12
    assert erlang.patient(load, need - 1, **asked).service_level < share
    need = int(erlang.required(load, **asked, service_level=share, patience_s=2.0))
    assert erlang.impatient(load, need, **asked, patience_s=2.0).service_level >= share
    if need > 1:
        fewer = erlang.impatient(load, need - 1, **asked, patience_s=2.0)
        assert fewer.service_level < share


@FEW
@given(st.lists(LOADS, min_size=1, max_size=40), SHARES)
def test_the_arrays_of_a_machine_without_compiler_say_the_same(
    loads: list[float], share: float
) -> None:
    sizes = np.array([0.0, *loads])
    targets, levels = np.full(sizes.size, 0.08), np.full(sizes.size, share)
    np.testing.assert_array_equal(
        erlang.required_waiting_arrays(sizes, targets, levels, 0.9),
        [kernels.required_waiting(size, 0.08, share, 0.9) for size in sizes],
    )


def test_the_cap_on_occupancy_holds_where_the_service_level_would_ask_for_less() -> None:
    asked = {"aht_s": 240, "target_s": 20, "service_level": 0.8, "max_occupancy": 0.85}
    need = int(erlang.required(500, **asked))
    assert 500 / need <= 0.85 < 500 / (need - 1)
    need = int(erlang.required(500, **asked, patience_s=180))
    got = erlang.impatient(500, need, aht_s=240, target_s=20, patience_s=180)
    fewer = erlang.impatient(500, need - 1, aht_s=240, target_s=20, patience_s=180)
    assert got.occupancy <= 0.85 < fewer.occupancy


def test_the_wait_that_nine_in_ten_do_not_exceed_is_exceeded_by_one_in_ten() -> None:
    p90 = erlang.wait_percentile_s(48, 47, share=0.9, aht_s=60, patience_s=120)
    got = erlang.impatient(48, 47, aht_s=60, target_s=p90, patience_s=120)
    assert got.waited_longer == pytest.approx(0.1, abs=1e-12)


def test_the_greatest_load_meets_the_service_level_just_so() -> None:
    asked = {"aht_s": 240.0, "target_s": 20.0}
    load = erlang.max_load(56, **asked, service_level=0.8)
    assert erlang.patient(load, 56, **asked).service_level == pytest.approx(0.8, abs=1e-9)
    load = erlang.max_load(52, **asked, service_level=0.8, patience_s=180.0)
    level = erlang.impatient(load, 52, **asked, patience_s=180.0).service_level
    assert level == pytest.approx(0.8, abs=1e-9)


def test_an_empty_queue_needs_nobody_and_nobody_serves_no_one() -> None:
    assert int(erlang.required(0, aht_s=1, target_s=1)) == 0
    none = erlang.impatient(5, 0, aht_s=60, target_s=10, patience_s=60)
    assert (none.service_level, none.abandoned) == (0.0, 1.0)
    assert erlang.patient(5, 5, aht_s=60, target_s=10).mean_wait_s == math.inf


@pytest.mark.parametrize(
    "wrong",
    [
        {"load": -1},
        {"load": math.nan},
        {"aht_s": 0},
        {"target_s": -1},
        {"service_level": 1.0},
        {"patience_s": 0},
        {"max_occupancy": 0.0},
        {"max_abandoned": 0.05},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    asked = {"load": 5.0, "aht_s": 60.0, "target_s": 20.0, **wrong}
    with pytest.raises(BadFigure):
        erlang.required(asked.pop("load"), **asked)
