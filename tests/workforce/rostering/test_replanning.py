"""Swaps, leave and sick calls: answered with the reason, undone exactly."""

import numpy as np
import pytest

from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.moves import CHOSEN
from ascolto.workforce.rostering.problem import NONE, problem_of
from ascolto.workforce.rostering.replanning import (
    Plan,
    explain_day,
    faults,
    replan,
    swap,
    who_could_come,
)
from ascolto.workforce.rostering.search import search_again


@pytest.fixture
def plan() -> Plan:
    problem = problem_of(generate(people=60))
    found = search_again(problem, planned=8, seed=2)
    return Plan(problem, found.weeks, found.cover)


def test_swaps_are_made_only_within_the_rules_and_undone_exactly(plan: Plan) -> None:
    weeks, cover = plan.weeks.copy(), [array.copy() for array in plan.cover]
    cost, made, refused = plan.cost, 0, set()
    for a in range(20):
        for b in range(a + 1, 20):
            answer = swap(plan, a, b, (2, 3))
            if answer.done:
                made += 1
                assert not [*faults(plan.problem, a, plan.weeks[CHOSEN, a])]
                assert not [*faults(plan.problem, b, plan.weeks[CHOSEN, b])]
                assert plan.cost == pytest.approx(cost + answer.cost_change)
                assert answer.before is not None
                plan.undo(answer.before)
            else:
                refused |= {reason.article for reason in answer.reasons}
            assert (plan.weeks == weeks).all()
            assert all((now == then).all() for now, then in zip(plan.cover, cover, strict=True))
    assert made > 0
    assert "contract" in refused
    assert plan.cost == cost


def test_who_calls_in_sick_is_away_and_the_days_before_stay(plan: Plan) -> None:
    p = next(n for n in range(60) if (plan.weeks[CHOSEN, n, 3:5] != NONE).all())
    before = plan.weeks[CHOSEN, p].copy()
    answer = replan(plan, p, away=(3, 4), since=3)
    assert (plan.weeks[CHOSEN, p, 3:5] == NONE).all()
    assert (plan.weeks[CHOSEN, p, :3] == before[:3]).all()
    assert "2026-03-05" in answer.reasons[0].text
    broken = {reason.article for reason in faults(plan.problem, p, plan.weeks[CHOSEN, p])}
    assert broken <= {"contract"}


def test_who_could_come_in_breaks_no_rule_but_the_week_they_agreed(plan: Plan) -> None:
    found, refused = who_could_come(plan, 5, at_most=60)
    assert found
    assert refused["at work"] == int((plan.weeks[CHOSEN, :, 5] != NONE).sum())
    assert len(found) + sum(refused.values()) == 60
    names = {person.id: p for p, person in enumerate(plan.problem.instance.people)}
    for one in found:
        p = names[one.person]
        chosen = plan.weeks[CHOSEN, p].copy()
        options = plan.problem.options[int(plan.problem.arrays.people[p, 0])][5]
        chosen[5] = next(
            k
            for k, option in enumerate(options)
            if plan.problem.axis.moment(option.start).isoformat() == one.start
        )
        assert {reason.article for reason in faults(plan.problem, p, chosen)} <= {"contract"}


def test_a_day_is_explained_without_changing_anything(plan: Plan) -> None:
    weeks = plan.weeks.copy()
    said = [explain_day(plan, p, d) for p in range(5) for d in range(14)]
    assert all(said)
    assert (plan.weeks == weeks).all()


def test_a_better_plan_for_one_person_is_never_a_worse_one(plan: Plan) -> None:
    for p in np.random.default_rng(1).permutation(60)[:10]:
        assert replan(plan, int(p)).cost_change <= 1e-9
