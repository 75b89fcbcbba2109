"""The compiled search against what it stands for: everything tried, everything counted anew."""

import json
from itertools import product

import numpy as np

from ascolto.workforce.rostering import legal, moves
from ascolto.workforce.rostering.coverage import change, empty_cover
from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.instance import read_instance
from ascolto.workforce.rostering.kernel import NEVER, best_weeks
from ascolto.workforce.rostering.problem import FORBIDDEN, NONE, SHORT, Problem, Whole, problem_of
from ascolto.workforce.rostering.replanning import faults


def test_one_persons_best_week_is_the_best_of_all_weeks_there_are() -> None:
    problem = problem_of(generate(people=1, weeks=1, start_every_minutes=240))
    arrays, chance = problem.arrays, np.random.default_rng(5)
    options = int(arrays.options[0].max())
    assert options > 1
    weeks = [np.array(one) for one in product(range(NONE, options), repeat=7)]
    legal_ones = []
    for week in weeks:
        broken = faults(problem, 0, week)
        given = int((week != NONE).sum())
        least, most = arrays.weeks[0, 0]
        if {one.article for one in broken} <= {legal.CONTRACT} and given <= most:
            legal_ones.append((week, SHORT * max(0, int(least) - given)))
    assert len(legal_ones) > 100
    chosen = np.empty(7, np.int64)
    for size in (10.0, 5000.0):  # with the greater a shift may cost more than one not given
        values = np.full(arrays.static.shape[1:], NEVER)
        values[:, :options] = chance.normal(-size / 2, size, (7, options))
        values[arrays.static[0] >= FORBIDDEN] = NEVER
        found = best_weeks(
            values, arrays.shifts[0], arrays.weeks[0], arrays.people[0], arrays.limits, chosen
        )
        best = max(
            sum(values[d, k] for d, k in enumerate(week) if k != NONE) - due
            for week, due in legal_ones
        )
        assert np.isclose(found, best)
        assert faults(problem, 0, chosen) == [] or size > SHORT


def test_what_is_counted_as_people_change_is_what_counting_all_anew_gives() -> None:
    problem = problem_of(generate(people=30, start_every_minutes=30))
    arrays, chance = problem.arrays, np.random.default_rng(1)
    cover, weeks = empty_cover(arrays), moves.nobody(arrays)
    for blur in (5.0, 2.0, 0.0):
        moves.sweep(arrays, cover, weeks, chance.permutation(30), blur, chance)
        anew = empty_cover(arrays)
        for p in range(30):
            moves.count_in(arrays, anew, weeks.copy(), p, 1)
        assert np.array_equal(cover.worth, anew.worth)
        assert moves.whole_cost(arrays, cover, weeks) == moves.whole_cost(arrays, anew, weeks)


def counted(problem: Problem, weeks: Whole) -> Whole:
    """Return how many of each set of skills are at work (t, s), pauses with other work as told."""
    arrays = problem.arrays
    found = np.zeros((arrays.demand.shape[0], len(arrays.masks)), np.int64)
    for p, d in np.argwhere(weeks[moves.CHOSEN] != NONE):
        contract, own, off = arrays.people[p, :3]
        shift = problem.options[contract][d][weeks[moves.CHOSEN, p, d]]
        found[shift.start : shift.end, own] += 1
        for m, slot in enumerate(arrays.slots[weeks[moves.LAYOUT, p, d]]):
            if slot >= 0:
                found[shift.start + (slot >> 1), own] -= 1
                if weeks[moves.PAUSES, p, d] >> m & 1:
                    found[shift.start + (slot >> 1), off] += 1
    return found


def test_other_work_in_pauses_is_counted_as_counting_all_anew_does() -> None:
    instance = generate(people=30, start_every_minutes=30)
    body = json.loads(instance.model_dump_json(by_alias=True, exclude_none=True))
    body["queues"][2]["off_screen"] = True
    for person in body["people"][:20]:
        person["skills"] = sorted({*person["skills"], "C"})
    problem = problem_of(read_instance(json.dumps(body)))
    arrays, chance = problem.arrays, np.random.default_rng(1)
    cover, weeks = empty_cover(arrays), moves.nobody(arrays)
    for blur in (5.0, 2.0, 0.0):
        moves.sweep(arrays, cover, weeks, chance.permutation(30), blur, chance)
        assert weeks[moves.PAUSES].any()
        anew, there = empty_cover(arrays), counted(problem, weeks)
        assert np.array_equal(cover.spread.sum(axis=2), there)
        for t, s in np.argwhere(there):
            for _ in range(there[t, s]):
                change(arrays, anew, t, s, 1)
        assert moves.whole_cost(arrays, cover, weeks) == moves.whole_cost(arrays, anew, weeks)


def test_nobodys_best_weeks_make_the_roster_dearer() -> None:
    problem = problem_of(generate(people=30, start_every_minutes=30))
    arrays, chance = problem.arrays, np.random.default_rng(1)
    cover, weeks = empty_cover(arrays), moves.nobody(arrays)
    moves.sweep(arrays, cover, weeks, chance.permutation(30), 5.0, chance)
    cost = moves.whole_cost(arrays, cover, weeks)
    gained = 0
    for p in range(30):
        moves.sweep(arrays, cover, weeks, np.array([p]), 0.0, chance)
        now = moves.whole_cost(arrays, cover, weeks)
        assert now <= cost
        gained += now < cost
        cost = now
    assert gained > 3
