"""Levers tried out by simulation, in the process that calculates: never in the server's own."""

from typing import Any

import numpy as np

from ascolto.workforce.simulating import loop
from ascolto.workforce.simulating.replications import ratio_of, simulate
from ascolto.workforce.simulating.scenario import Group, Queue, Scenario, Service

PERIOD_S = 1800.0
RUNS = 200
# Service times are long-tailed (1.36 at a bank's call centre, docs/rosters.md).
_SERVICE_CV = 1.3


def try_levers(question: dict[str, Any]) -> dict[str, Any]:
    """Return what each queue comes to as things are, and with each lever pulled.

    All are lived through with the same chance, so many times, with the day's own uncertainty.
    """
    queues = question["queues"]
    return {
        "runs": RUNS,
        "trials": [_lived(trial, queues, question["cv"]) for trial in question["trials"]],
    }


def _lived(
    trial: dict[str, Any], queues: dict[str, dict[str, Any]], cv: float
) -> dict[str, dict[str, float | None]]:
    halves = trial["queues"]
    asked = [key for key in queues if key in halves]
    scenario = Scenario(
        period_s=PERIOD_S,
        queues=tuple(
            Queue(
                id=key,
                arrivals=tuple(half["calls"] for half in halves[key]),
                service=Service(
                    distribution="lognormal", mean_s=queues[key]["aht_s"], cv=_SERVICE_CV
                ),
                patience_s=queues[key]["patience_s"],
                target_s=queues[key]["target_s"],
            )
            for key in asked
        ),
        groups=tuple(
            group
            for key in asked
            for group in _groups(
                key, _whole([half["people"] for half in halves[key]]), trial["help"]
            )
        ),
        busyness_cv=cv,
    )
    counts = simulate(scenario, runs=RUNS).counts
    return {key: _figures(counts[:, n].sum(axis=1)) for n, key in enumerate(asked)}


def _groups(key: str, people: tuple[int, ...], helping: dict[str, Any] | None) -> list[Group]:
    """Return a queue's people; while they help another queue they take its work too, as pooled.

    All of them help unless it is told how many do.
    """
    if helping is None or key != helping["by"]:
        return [Group(id=key, people=people, queues=(key,))]
    most = helping.get("people")
    both = tuple(
        (n if most is None else min(n, most)) if now else 0
        for n, now in zip(people, helping["inside"], strict=True)
    )
    own = tuple(n - help_too for n, help_too in zip(people, both, strict=True))
    return [
        Group(id=key, people=own, queues=(key,)),
        Group(id=f"{key} helping", people=both, queues=(key, helping["queue"])),
    ]


def _whole(people: list[float]) -> tuple[int, ...]:
    """Round so that the sum stays: half a person in two half hours is one in one of them."""
    edges = np.round(np.concatenate([[0.0], np.cumsum(people)])).astype(np.int64)
    return tuple(int(n) for n in np.diff(edges))


def _figures(counts: loop.Floats) -> dict[str, float | None]:
    of = [counts[:, n] for n in range(loop.COUNTS)]
    answered, left = of[loop.ANSWERED], of[loop.LEFT]
    level = ratio_of(of[loop.IN_TARGET], answered + left - of[loop.LEFT_EARLY] + of[loop.NEVER])
    told = {
        "service_level": level.mean,
        "low": level.low,
        "high": level.high,
        "abandoned_share": ratio_of(left, of[loop.OFFERED]).mean,
        "asa_s": ratio_of(of[loop.WAITED_S], answered).mean,
    }
    return {name: None if np.isnan(value) else float(value) for name, value in told.items()}
