"""Many weeks of one scenario, each with its own chance, and the intervals their means lie in."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from ascolto.workforce.simulating import loop
from ascolto.workforce.simulating.loop import Floats, Week
from ascolto.workforce.simulating.scenario import Queue, Scenario

KINDS = {"exponential": loop.EXPONENTIAL, "lognormal": loop.LOGNORMAL, "constant": loop.CONSTANT}
Progress = Callable[[int, int], bool]
"""Hears how many runs of how many are done; what it returns says whether to go on."""


@dataclass(frozen=True, slots=True)
class Runs:
    """What every run came to: counts (run, q, p, COUNTS), used (run, g, 2), events in all."""

    scenario: Scenario
    counts: Floats
    used: Floats
    events: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over runs and the interval it lies in with the given confidence."""

    mean: float
    low: float
    high: float

    def as_json(self) -> dict[str, float | None]:
        """Return the figure as it is written; what cannot be told is null."""
        found = {"mean": self.mean, "low": self.low, "high": self.high}
        return {key: None if math.isnan(value) else value for key, value in found.items()}


def _by_period(told: float | tuple[float, ...] | None, periods: int) -> list[float]:
    if told is None:
        return [math.inf] * periods
    return list(told) if isinstance(told, tuple) else [told] * periods


def _spread(queue: Queue) -> float:
    cv = queue.service.cv
    return 0.0 if cv is None else math.sqrt(math.log1p(cv * cv))


def week_of(scenario: Scenario) -> Week:
    """Return a scenario as the arrays that the compiled loop reads."""
    queue_at = {queue.id: n for n, queue in enumerate(scenario.queues)}
    group_at = {group.id: n for n, group in enumerate(scenario.groups)}
    asked = np.full((len(queue_at), len(group_at)), -1, np.int64)
    serves = np.full((len(group_at), len(queue_at)), -1, np.int64)
    for queue_id, q in queue_at.items():
        order = scenario.asked(queue_id)
        asked[q, : len(order)] = [group_at[name] for name in order]
    for group in scenario.groups:
        served = [queue_at[name] for name in group.queues]
        serves[group_at[group.id], : len(served)] = served
    periods = scenario.periods
    people = [[*g.people, *g.people[-1:]][: periods + 1] for g in scenario.groups]
    rates = np.array([q.arrivals for q in scenario.queues], float) / scenario.period_s
    totals = rates.sum(axis=0)
    last = scenario.horizon_s if scenario.occupancy_until == "last_arrival" else math.inf
    return Week(
        period_s=float(scenario.period_s),
        rates=rates,
        totals=totals,
        shares=np.cumsum(rates, axis=0) / np.where(totals > 0, totals, 1.0),
        means=np.array([_by_period(q.service.mean_s, periods) for q in scenario.queues]),
        spreads=np.array([_spread(q) for q in scenario.queues]),
        kinds=np.array([KINDS[q.service.distribution] for q in scenario.queues], np.int64),
        patience=np.array([_by_period(q.patience_s, periods) for q in scenario.queues]),
        targets=np.array([float(q.target_s) for q in scenario.queues]),
        people=np.array(people, np.int64),
        asked=asked,
        serves=serves,
        warm_up_s=float(scenario.warm_up_s),
        busy_until_s=last,
    )


def simulate(
    scenario: Scenario, *, runs: int, seed: int = 0, progress: Progress | None = None
) -> Runs:
    """Live through a scenario so many times; the same seed gives the same runs.

    Stops early, with the runs done so far, when `progress` says so.
    """
    week, chance = week_of(scenario), np.random.default_rng(seed)
    counts, used, events = [], [], 0
    for run in range(runs):
        busyness = 1.0
        if scenario.busyness_cv:
            shape = scenario.busyness_cv**-2
            busyness = float(chance.gamma(shape, 1.0 / shape))
        counted, spent, happened = loop.live(week, busyness, chance)
        counts.append(counted)
        used.append(spent)
        events += int(happened)
        if progress is not None and not progress(run + 1, runs):
            break
    return Runs(scenario, np.array(counts), np.array(used), events)


def student(confidence: float, freedom: int) -> float:
    """Return Student's quantile for a two-sided interval.

    By expansion in the degrees of freedom (Abramowitz and Stegun 26.7.5): right to 0.3 % from four.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom ** (n + 1) for n, term in enumerate(terms))


def mean_of(values: Floats, *, confidence: float = 0.95) -> Figure:
    """Return a mean over runs with its interval."""
    return ratio_of(values, np.ones(len(values)), confidence=confidence)


def ratio_of(over: Floats, under: Floats, *, confidence: float = 0.95) -> Figure:
    """Return the ratio of two means over runs, its interval by the delta method."""
    runs, whole = len(over), float(under.mean()) if len(under) else 0.0
    if not whole:
        return Figure(math.nan, math.nan, math.nan)
    ratio = float(over.mean()) / whole
    if runs < 2:
        return Figure(ratio, math.nan, math.nan)
    spread = float(np.std(over - ratio * under, ddof=1)) / whole / math.sqrt(runs)
    half = student(confidence, runs - 1) * spread
    return Figure(ratio, ratio - half, ratio + half)


def _figures(counts: Floats) -> dict[str, Any]:
    """Return the figures of counts (run, COUNTS); each share says of what in docs/rosters.md."""
    of = [counts[:, n] for n in range(loop.COUNTS)]
    answered, left = of[loop.ANSWERED], of[loop.LEFT]
    late = left - of[loop.LEFT_EARLY]
    found = {
        "offered": mean_of(of[loop.OFFERED]),
        "answered": mean_of(answered),
        "abandoned": mean_of(left),
        "never_answered": mean_of(of[loop.NEVER]),
        "answered_in_target": mean_of(of[loop.IN_TARGET]),
        "service_level": ratio_of(of[loop.IN_TARGET], answered + late + of[loop.NEVER]),
        "service_level_of_answered": ratio_of(of[loop.IN_TARGET], answered),
        "service_level_of_offered": ratio_of(of[loop.IN_TARGET], of[loop.OFFERED]),
        "abandoned_share": ratio_of(left, of[loop.OFFERED]),
        "asa_s": ratio_of(of[loop.WAITED_S], answered),
        "mean_wait_s": ratio_of(of[loop.WAITED_S] + of[loop.LEFT_WAITED_S], of[loop.OFFERED]),
    }
    return {name: figure.as_json() for name, figure in found.items()}


def report(runs: Runs, *, by_period: bool = False) -> dict[str, Any]:
    """Return what the runs came to, queue by queue, group by group and in all, for JSON."""
    counts, queues = runs.counts, runs.scenario.queues
    found: dict[str, Any] = {
        "runs": len(counts),
        "confidence": 0.95,
        "total": _figures(counts.sum(axis=(1, 2))),
        "queues": {q.id: _figures(counts[:, n].sum(axis=1)) for n, q in enumerate(queues)},
        "groups": {
            g.id: {
                "occupancy": ratio_of(
                    runs.used[:, n, loop.BUSY_S], runs.used[:, n, loop.STAFFED_S]
                ).as_json()
            }
            for n, g in enumerate(runs.scenario.groups)
        },
    }
    if by_period:
        found["periods"] = {
            q.id: [_figures(counts[:, n, p]) for p in range(runs.scenario.periods)]
            for n, q in enumerate(queues)
        }
    return found
