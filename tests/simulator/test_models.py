"""The simulator's chance obeys the scenario sheet, and the same seed plays the same day."""

from collections import Counter
from itertools import pairwise
from random import Random
from statistics import fmean, pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto import cli
from ascolto.simulator.arrivals import (
    DayShape,
    Surge,
    day_factors,
    day_of_arrivals,
    lognormal,
    poisson,
)
from ascolto.simulator.handling import (
    Handling,
    draw_attendance,
    draw_interruptions,
    draw_talk,
)
from ascolto.simulator.patience import Patience, draw_temper
from ascolto.simulator.scenario import load_scenario, names
from ascolto.simulator.words import Voice

AURELIA = DayShape(8, (6.5, 11.5, 12.5, 11.8, 9.0, 6.5, 7.5, 9.5, 9.2, 7.5, 5.0, 3.5))
seeds = st.integers(0, 2**32)


def arrivals_of(seed: int, volume: float = 1250, surges: tuple[Surge, ...] = ()) -> list[str]:
    drawn = day_of_arrivals(
        AURELIA.per_minute(volume),
        [("bills", 60), ("faults", 40)],
        start_minute=0,
        minutes=1440,
        factor=1.0,
        random=Random(seed),
        surges=surges,
    )
    assert drawn == sorted(drawn, key=lambda arrival: arrival.at_s)
    return [arrival.queue for arrival in drawn]


def test_a_day_shape_gives_the_whole_volume_and_nothing_at_night() -> None:
    rates = AURELIA.per_minute(1250)
    assert sum(rates) == pytest.approx(1250)
    assert sum(rates[: 8 * 60]) == 0
    assert sum(rates[20 * 60 :]) == 0


@given(seeds)
@settings(max_examples=20)
def test_a_monday_has_about_1250_arrivals(seed: int) -> None:
    # Poisson: five standard deviations either side of 1,250.
    assert abs(len(arrivals_of(seed)) - 1250) < 5 * 1250**0.5


def test_poisson_counts_have_the_mean_and_the_variance_of_the_law() -> None:
    random = Random(7)
    draws = [poisson(3.5, random) for _ in range(20_000)]
    assert fmean(draws) == pytest.approx(3.5, abs=0.06)
    assert pstdev(draws) ** 2 == pytest.approx(3.5, abs=0.15)
    assert poisson(2_000, random) == pytest.approx(2_000, abs=250)


def test_a_storm_multiplies_one_queue_while_it_lasts() -> None:
    calm, storm = arrivals_of(5), arrivals_of(5, surges=(Surge("faults", 6.0, 540, 180),))
    assert storm.count("faults") > 2 * calm.count("faults")
    assert abs(storm.count("bills") - calm.count("bills")) < 5 * (2 * 750) ** 0.5


def test_day_factors_have_mean_one_ten_per_cent_spread_and_a_memory_of_one_day() -> None:
    factors = day_factors(20_000, cv=0.1, correlation=0.3, random=Random(11))
    assert fmean(factors) == pytest.approx(1.0, abs=0.005)
    assert pstdev(factors) == pytest.approx(0.1, abs=0.005)
    pairs = pairwise(factors)
    covariance = fmean((a - 1) * (b - 1) for a, b in pairs)
    assert covariance / pstdev(factors) ** 2 == pytest.approx(0.3, abs=0.03)


def test_handling_times_have_the_queues_mean_and_the_trades_spread() -> None:
    random = Random(3)
    drawn = [lognormal(380, 0.9, random) for _ in range(40_000)]
    assert fmean(drawn) == pytest.approx(380, rel=0.02)
    assert pstdev(drawn) / fmean(drawn) == pytest.approx(0.9, rel=0.06)


def test_patience_is_exponential_with_a_few_instant_leavers() -> None:
    random = Random(2)
    tempers = [draw_temper(Patience(mean_s=600), random) for _ in range(40_000)]
    instant = sum(t.waits_s < 5 for t in tempers) / len(tempers)
    # 8 % by nature and those of the rest whose exponential patience ends within five seconds.
    assert instant == pytest.approx(0.08 + 0.92 * (1 - 2.718281828 ** (-5 / 600)), abs=0.006)
    patient = [t.waits_s for t in tempers if t.waits_s >= 5]
    assert fmean(patient) == pytest.approx(605, rel=0.02)
    assert sum(t.leaves_silently for t in tempers) / len(tempers) == pytest.approx(0.5, abs=0.01)


@given(seeds, st.floats(1, 2_000))
def test_a_conversation_has_a_pause_before_each_turn_of_both_sides(seed: int, aht: float) -> None:
    talk = draw_talk(Handling(), aht_s=aht, random=Random(seed))
    assert 1 <= len(talk.replies_s) <= 9
    assert len(talk.replies_s) == len(talk.customer_gaps_s)
    assert all(pause >= 0 for pause in (*talk.replies_s, *talk.customer_gaps_s))
    assert talk.score is None or 1 <= talk.score <= 5


@given(seeds)
def test_a_shift_has_its_breaks_in_order_and_at_their_distance(seed: int) -> None:
    shift = draw_interruptions(Handling(), length_s=8 * 3600, at_home=False, random=Random(seed))
    assert {i.kind for i in shift} == {"break"}, "lines drop out at home alone"
    breaks = [i for i in shift if i.kind == "break"]
    assert 3 <= len(breaks) <= 4
    for earlier, later in pairwise(breaks):
        assert later.at_s - earlier.at_s == pytest.approx(7_200 + 900)


def test_lines_drop_at_home_two_days_in_a_hundred_for_one_to_fifteen_minutes() -> None:
    random = Random(5)
    days = 20_000
    dropped = [
        i.lasts_s
        for _ in range(days)
        for i in draw_interruptions(Handling(), length_s=8 * 3600, at_home=True, random=random)
        if i.kind == "drop_out"
    ]
    assert len(dropped) / days == pytest.approx(0.02, abs=0.005)
    assert 60 <= min(dropped) < max(dropped) <= 900


def test_of_a_hundred_planned_seven_are_absent_three_late_and_now_and_then_one_does_not_come() -> (
    None
):
    random = Random(9)
    drawn = [draw_attendance(Handling(), random) for _ in range(40_000)]
    shares = {kind: n / len(drawn) for kind, n in Counter(d.kind for d in drawn).items()}
    assert shares["absent"] == pytest.approx(0.07, abs=0.005)
    assert shares["no_show"] == pytest.approx(0.015, abs=0.003)
    assert shares["late"] == pytest.approx(0.03, abs=0.004)
    late = [d.late_s for d in drawn if d.kind == "late"]
    assert 300 <= min(late) < max(late) <= 2_700
    assert not any(d.late_s for d in drawn if d.kind != "late")


def test_nine_in_a_hundred_are_handed_on_and_of_the_unresolved_four_in_ten_come_back() -> None:
    random = Random(4)
    talks = [draw_talk(Handling(), aht_s=300, random=random) for _ in range(40_000)]
    assert sum(t.transfers for t in talks) / len(talks) == pytest.approx(0.09, abs=0.006)
    unresolved = [t for t in talks if not t.resolved]
    assert len(unresolved) / len(talks) == pytest.approx(0.26, abs=0.01)
    back = [t.repeats_after_s for t in unresolved if t.repeats_after_s is not None]
    assert len(back) / len(unresolved) == pytest.approx(0.4, abs=0.02)
    assert 6 * 86_400 < max(back) <= 7 * 86_400
    assert all(t.repeats_after_s is None for t in talks if t.resolved)


@given(seeds)
@settings(max_examples=10)
def test_the_same_seed_plays_the_same_day(seed: int) -> None:
    assert arrivals_of(seed) == arrivals_of(seed)
    one = draw_talk(Handling(), aht_s=380, random=Random(seed))
    assert one == draw_talk(Handling(), aht_s=380, random=Random(seed))


def test_a_scenario_that_is_not_there_is_answered_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["simulate", "--scenario", "nonsense"]) == 1
    assert "nonsense" in (said := capsys.readouterr().err)
    assert "aurelia_day" in said


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_read_and_has_words_for_its_topics(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    voice = Voice(Random(1))
    for queue in scenario.queues:
        assert voice.opening(queue.topic)
        assert "{n}" not in voice.opening(queue.topic)
    assert sum(queue.share for queue in scenario.attended) == pytest.approx(100)
