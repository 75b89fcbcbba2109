"""People with several skills are counted once: by simulation."""

import numpy as np
import pytest

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import erlang, skill_loop
from ascolto.workforce.staffing.requirement import Promise
from ascolto.workforce.staffing.skills import Group, Skill, required_mix, simulate_mix

PROMISE = Promise(service_level=0.8, target_s=20, aht_s=180, patience_s=300)
TWO = [Skill("a", 10, PROMISE), Skill("b", 10, PROMISE)]
BOTH = [Group("both", ("a", "b"))]


def test_twice_ten_erlangs_take_twenty_three_people_with_both_skills() -> None:
    mix = required_mix(TWO, BOTH)
    assert mix.people == {"both": 23}
    for skill in mix.skills.values():
        assert skill.service_level >= 0.8
    again = simulate_mix(TWO, BOTH, {"both": 23}, seed=99)
    assert min(skill.service_level for skill in again.skills.values()) >= 0.8
    fewer = simulate_mix(TWO, BOTH, {"both": 22}, seed=99)
    assert max(skill.service_level for skill in fewer.skills.values()) < 0.8


def test_counting_everybody_in_both_skills_would_leave_a_twentieth_served() -> None:
    mix = simulate_mix(TWO, BOTH, {"both": 14})
    assert mix.skills["a"].service_level == pytest.approx(0.058, abs=0.01)
    assert mix.skills["a"].abandoned == pytest.approx(0.3, abs=0.02)


def test_people_of_one_skill_serve_as_erlang_a_says() -> None:
    skill = Skill("a", 20, PROMISE)
    mix = simulate_mix([skill], [Group("a", ("a",))], {"a": 22})
    exact = erlang.impatient(20, 22, aht_s=180, target_s=20, patience_s=300)
    found = mix.skills["a"]
    assert abs(found.service_level - exact.service_level) <= 4 * found.error
    assert found.abandoned == pytest.approx(exact.abandoned, abs=0.003)
    assert mix.occupancy == pytest.approx(exact.occupancy, abs=0.01)
    assert found.mean_wait_s == pytest.approx(exact.mean_wait_s, rel=0.08)


def test_a_few_who_can_do_both_spare_people_beside_those_who_can_do_one() -> None:
    one = [Group("a", ("a",)), Group("b", ("b",))]
    apart = required_mix(TWO, one)
    # Apart, each skill takes what Erlang A says.
    need = int(erlang.required(10, aht_s=180, target_s=20, service_level=0.8, patience_s=300))
    assert apart.people == {"a": need, "b": need}
    mixed = required_mix(TWO, [*one, Group("both", ("a", "b"), cost=1.2)])
    assert mixed.cost < apart.cost
    assert min(skill.service_level for skill in mixed.skills.values()) >= 0.8


def test_calls_wait_in_order_and_leave_when_they_have_had_enough() -> None:
    waited = skill_loop.run(
        np.array([0.0, 1.0, 2.0, 3.0]),
        np.array([0, 0, 1, 0]),
        np.array([10.0, 5.0, 5.0, 5.0]),
        np.array([99.0, 4.0, 99.0, 99.0]),
        np.array([1]),
        np.array([[True, True]]),
        np.array([[0], [0]]),
    )
    # The second gives up after 4; the third goes at 10, the fourth at 15.
    assert waited.tolist() == [0.0, -5.0, 8.0, 12.0]


def test_a_limit_on_people_and_a_skill_of_nobody_are_told() -> None:
    with pytest.raises(BadFigure, match="do not keep"):
        required_mix(TWO, [Group("both", ("a", "b"), most=20)])
    with pytest.raises(BadFigure, match="nobody has the skill b"):
        required_mix(TWO, [Group("a", ("a",))])
