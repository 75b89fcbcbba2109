"""Rosters and simulations: cost within a time, changes answered, weeks lived, beside simple rivals.

Instances are invented by `ascolto workforce instance` (seed 0). The rivals are what a planner can
do with the same code and less of it: greedy (everybody once, in turn, given who came before) and
one pass of best responses over that; shifts are covered by pyworkforce and by OR-tools' CP-SAT too,
where the extra `bench` is installed. Every roster is examined by the checker. Times are
of the processor, for a machine is rarely one's own; only the routing engine is held to the wall.
"""

import json
import time
from typing import Any

import numpy as np

from ascolto.workforce.rostering.bounding import bound
from ascolto.workforce.rostering.checking import examine
from ascolto.workforce.rostering.covering import ShiftType, cover
from ascolto.workforce.rostering.generating import PROFILE, WEEKDAYS, generate
from ascolto.workforce.rostering.problem import Problem, problem_of
from ascolto.workforce.rostering.replanning import Plan, replan, swap, who_could_come
from ascolto.workforce.rostering.roster import roster_json
from ascolto.workforce.rostering.search import Found, compile_for, search, search_again
from ascolto.workforce.simulating.production import live_through
from ascolto.workforce.simulating.replications import simulate
from ascolto.workforce.simulating.scenario import Scenario, read_scenario
from outside import covered, covered_by_cp_sat
from report import Figure, publish

ROSTERS = (
    (50, 30, 5.0, 4100.0),
    (50, 30, 30.0, 3600.0),
    (200, 15, 1.0, 7350.0),
    (1000, 15, 5.0, 22900.0),
)


def violations(problem: Problem, found: Found) -> int:
    """Return how many rules the checker finds broken."""
    told = json.loads(problem.instance.model_dump_json(by_alias=True, exclude_none=True))
    return len(examine(told, roster_json(problem, found.weeks, found.cover)).violations)


def rosters() -> tuple[list[Figure], Plan]:
    """Measure each size within its time, and return the largest roster as a plan."""
    figures, broken, plan = [], 0, None
    for people, step, seconds, bar in ROSTERS:
        problem = problem_of(generate(people=people, start_every_minutes=step))
        compile_for(problem)
        greedy = search_again(problem, planned=1, sweeps=1)
        once = search_again(problem, planned=2, sweeps=2)
        found = search(problem, seconds=seconds, clock=time.process_time)
        broken += violations(problem, found)
        least = bound(problem, seconds=2.0, cost=found.cost)
        name = f"{people} people, {step}-min starts"
        figures += [
            Figure(
                name=f"{name}, {seconds:g} s: cost",
                measured=found.cost,
                unit="",
                at_most=bar,
            ),
            Figure(name=f"{name}: greedy", measured=greedy.cost, unit=""),
            Figure(name=f"{name}: one pass of best responses", measured=once.cost, unit=""),
            Figure(name=f"{name}: no roster costs less than", measured=least, unit=""),
        ]
        plan = Plan(problem, found.weeks, found.cover)
    assert plan is not None
    figures.append(Figure(name="violations, all rosters", measured=broken, unit=""))
    assert broken == 0
    return figures, plan


def milliseconds(times: int, what: Any) -> float:
    """Return the median processor time of a call."""
    spent = []
    for n in range(times):
        begin = time.process_time()
        what(n)
        spent.append((time.process_time() - begin) * 1e3)
    return sorted(spent)[times // 2]


def changes(plan: Plan) -> list[Figure]:
    """Measure how soon a swap, a sick call and who could come in are answered."""

    def swapped(n: int) -> None:
        answer = swap(plan, n, n + 1, (2,))
        if answer.before is not None:
            plan.undo(answer.before)

    def sick(n: int) -> None:
        answer = replan(plan, n, away=(3,), since=3)
        if answer.before is not None:
            plan.undo(answer.before)

    asked = {
        "a swap": milliseconds(200, swapped),
        "a sick call": milliseconds(100, sick),
        "who could come in": milliseconds(14, lambda n: who_could_come(plan, n)),
    }
    return [
        Figure(name=f"{name}, 1,000 people, median", measured=spent, unit="ms", at_most=50)
        for name, spent in asked.items()
    ]


def week() -> Scenario:
    """Return a week of 135,000 calls in 8 queues for 12 groups, half hours."""
    shape = np.maximum(0.02, np.sin((np.arange(336) % 48 - 14) / 28 * np.pi))
    shape /= shape.sum()
    queues = [
        {
            "id": f"q{n}",
            "arrivals": (shape * 135_000 / 8).tolist(),
            "service": {"distribution": "lognormal", "mean_s": 300.0, "cv": 1.3},
            "patience_s": 300.0,
        }
        for n in range(8)
    ]
    people = np.ceil(shape * 135_000 / 1800 * 300 / 12 * 1.02).astype(int).tolist()
    groups = [
        {"id": f"g{n}", "people": people, "queues": sorted({f"q{n % 8}", f"q{(3 * n + 1) % 8}"})}
        for n in range(12)
    ]
    return read_scenario(json.dumps({"period_s": 1800, "queues": queues, "groups": groups}))


def weeks() -> list[Figure]:
    """Measure how fast a week is lived, compiled and by the routing engine."""
    told = week()
    simulate(told, runs=1)
    begin = time.process_time()
    events = simulate(told, runs=20, seed=1).events / (time.process_time() - begin)
    short = told.model_copy(
        update={
            "queues": tuple(
                q.model_copy(update={"arrivals": q.arrivals[:48]}) for q in told.queues
            ),
            "groups": tuple(g.model_copy(update={"people": g.people[:48]}) for g in told.groups),
        }
    )
    begin = time.perf_counter()
    answered = live_through(short, runs=1).events / 2 / (time.perf_counter() - begin) * 60
    return [
        Figure(name="events a second, compiled", measured=events, unit="/s", at_least=5e6),
        Figure(
            name="calls a minute through the routing engine, wall",
            measured=answered,
            unit="/min",
            at_least=100_000,
        ),
    ]


def coverings() -> list[Figure]:
    """Measure how soon anonymous shifts are proven cheapest: 7 days, 28 half hours, 98 types."""
    types = [ShiftType(s, 17, s + m) for s in range(12) for m in (6, 7, 8, 9, 10)]
    types += [ShiftType(s, 12) for s in range(17)] + [ShiftType(s, 8) for s in range(21)]
    shape = np.outer(np.array(WEEKDAYS) / max(WEEKDAYS), np.array(PROFILE) / max(PROFILE))
    figures = []
    cover(shape, types)
    for peak in (55, 275):
        demand = np.ceil(shape * peak - 1e-9)
        begin = time.process_time()
        found = cover(demand, types)
        spent = time.process_time() - begin
        assert found.proven
        name = f"covering, peak {peak}"
        shapes = {str(n): one.covers(28).tolist() for n, one in enumerate(types)}
        rival, solver = covered(demand, shapes), covered_by_cp_sat(demand, shapes)
        if rival is not None:
            figures += [
                Figure(name=f"{name}: pyworkforce (CP-SAT)", measured=rival[0], unit=""),
                Figure(name=f"{name}: pyworkforce, time", measured=rival[1], unit="s"),
            ]
        if solver is not None:
            told = "proven" if solver[2] else "not proven"
            figures += [
                Figure(name=f"{name}: CP-SAT, {told}", measured=solver[0], unit=""),
                Figure(name=f"{name}: CP-SAT, time", measured=solver[1], unit="s"),
            ]
        figures += [
            Figure(name=f"{name}: demand", measured=demand.sum(), unit=""),
            Figure(name=f"{name}: cheapest, proven", measured=found.cost, unit=""),
            Figure(name=f"{name}: time", measured=spent, unit="s", at_most=1),
        ]
    return figures


def main() -> None:
    """Measure and publish."""
    found, plan = rosters()
    publish("roster", [*found, *changes(plan), *weeks(), *coverings()])


if __name__ == "__main__":
    main()
