"""What flexibility is worth, worked out in the process that makes rosters: question and answer."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson

from ascolto.workforce.rostering.coverage import Cover
from ascolto.workforce.rostering.instance import read_instance
from ascolto.workforce.rostering.problem import Problem
from ascolto.workforce.rostering.search import Stand
from ascolto.workforce.rostering.worth import WHERE_ALONE, Measure, weigh
from ascolto.workforce.staffing.requirement import expected, promise_of, with_shrinkage

TELL_EVERY_S = 0.5


def weigh_question(
    question: Mapping[str, Any], *, tell: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Return the roster as told and each rule beside it, saying how far the searches are."""
    seconds, told = float(question["seconds"]), -TELL_EVERY_S

    def hear(rule: str, at: int, of: int, stand: Stand) -> None:
        nonlocal told
        gone = at * seconds + min(stand.seconds, seconds)
        if gone - told >= TELL_EVERY_S:
            told = gone
            so_far = {"seconds": round(gone, 1), "of": of * seconds, "rule": rule}
            tell({"phase": "weighing", **so_far})

    found = weigh(
        read_instance(orjson.dumps(question["instance"]).decode()),
        seconds=seconds,
        seed=int(question["seed"]),
        measure=measure_of(question["service"]) if question["service"] else None,
        at_home=frozenset(question["at_home"]),
        tell=hear,
    )
    return {
        "told": asdict(found.told),
        "chance_hours": found.chance_hours,
        "rules": [
            {
                "rule": one.rule,
                "without": asdict(one.without_it),
                "hours_gained": one.hours_gained,
                # Where a shift is worked changes no hour: those figures are exact.
                "by_chance": None
                if one.rule in WHERE_ALONE
                else abs(one.hours_gained) <= found.chance_hours
                and abs(one.without_it.paid - found.told.paid) <= found.chance_paid,
            }
            for one in found.rules
        ],
    }


def measure_of(service: Mapping[str, Any]) -> Measure:
    """Return what tells the share of calls answered in time, by Erlang A over what may come.

    Of each queue: what it promises, the intervals of its forecast by the roster's numbers, and how
    many are there besides.
    """
    # Rosters of the same weeks mostly have as many at work: each number is worked out once.
    known: Known = {}

    def measure(problem: Problem, cover: Cover) -> float | None:
        answered = calls = 0.0
        for q, queue in enumerate(problem.instance.queues):
            if queue.id in service:
                one = service[queue.id]
                beside = np.asarray(one["beside"])
                people = cover.load[: beside.size, q] + beside
                means, levels = _levels(
                    one,
                    people,
                    minutes=problem.instance.interval_minutes,
                    known=known.setdefault(queue.id, {}),
                )
                answered, calls = answered + float(means @ levels), calls + float(means.sum())
        return answered / calls if calls > 0 else None

    return measure


Known = dict[str, dict[tuple[float, float, int], float]]
"""Of each queue the share answered in time by load, how unsure it is, and people at work."""


def _levels(
    one: Mapping[str, Any],
    people: Any,
    *,
    minutes: int,
    known: dict[tuple[float, float, int], float],
) -> tuple[Any, Any]:
    promise = promise_of(one["promise"])
    means, cvs = np.asarray(one["means"]), np.asarray(one["cvs"])
    steps = max(one["promise"]["minutes"] // minutes, 1)
    there = np.array([people[at : at + steps].mean() for at in one["at"]])
    paid_for_one = float(with_shrinkage(1.0, one["promise"]["shrinkage"]).paid)
    places = there / paid_for_one * one["promise"]["concurrency"]
    loads = means / (60.0 * one["promise"]["minutes"]) * promise.aht_s
    levels = np.zeros(loads.size)

    def level(load: float, cv: float, at_work: int) -> float:
        key = (load, cv, at_work)
        if key not in known:
            found = expected(load, at_work, promise, rate_cv=cv).service_level if at_work else 0.0
            known[key] = found
        return known[key]

    for n, (load, cv) in enumerate(zip(loads.tolist(), cvs.tolist(), strict=True)):
        few = int(places[n] + 1e-9)
        by_few, by_more = level(load, cv, few), level(load, cv, few + 1)
        # Half a person more, on average over an interval, is half way from one to the next.
        levels[n] = by_few + max(float(places[n]) - few, 0.0) * (by_more - by_few)
    return means, levels
