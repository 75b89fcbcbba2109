"""Who carries how much of what nobody likes: weekends, nights, wishes refused, by person."""

from typing import Any

import numpy as np

from ascolto.workforce.rostering.moves import CHOSEN
from ascolto.workforce.rostering.problem import CONTRACT, NONE, Problem, Whole
from ascolto.workforce.rostering.roster import asked_days
from ascolto.workforce.rostering.splitting import splits_open

NIGHT_FROM, NIGHT_TO = 22, 6


def burdens(problem: Problem, weeks: Whole, p: int) -> dict[str, int]:
    """Return one person's shifts, weekend days, nights, days off refused and starts not wished.

    Where any days may be split, theirs that are too.
    """
    person = problem.instance.people[p]
    c = int(problem.arrays.people[p, CONTRACT])
    asked = asked_days(problem, person.days_off)
    found = dict.fromkeys(
        ("shifts", "weekend", "nights", "days_off_refused", "start_not_wished"), 0
    )
    opened = splits_open(problem.instance)
    if opened:
        found["split_days"] = 0
    for d in np.flatnonzero(weeks[CHOSEN, p] != NONE):
        k = int(weeks[CHOSEN, p, d])
        option = problem.options[c][d][k]
        last = problem.axis.moment(option.end - 1)
        begin = problem.axis.moment(option.start)
        cost = float(problem.arrays.static[p, d, k])
        cost -= problem.instance.weights.day_off * (int(d) in asked)
        cost -= 0.0 if option.usual else problem.instance.weights.elastic
        cost -= problem.instance.weights.split if option.cuts else 0.0
        found["shifts"] += 1
        found["weekend"] += int(d) % 7 >= 5
        found["nights"] += begin.hour >= NIGHT_FROM or last.hour < NIGHT_TO or last < begin
        found["days_off_refused"] += int(d) in asked
        found["start_not_wished"] += cost > 1e-9
        if opened:
            found["split_days"] += len(option.cuts) > 0
    return found


def fairness(problem: Problem, weeks: Whole) -> dict[str, Any]:
    """Return how each burden is spread: mean, most, and Jain's index (1: all alike).

    Jain, Chiu and Hawe 1984: the square of the mean over the mean of squares.
    """
    people = range(len(problem.instance.people))
    each = [burdens(problem, weeks, p) for p in people]
    found: dict[str, Any] = {}
    names = ["weekend", "nights", "days_off_refused", "start_not_wished"]
    for name in (*names, *({"split_days"} & each[0].keys())):
        values = np.array([one[name] for one in each], float)
        squares = float((values * values).mean())
        found[name] = {
            "mean": round(float(values.mean()), 4),
            "most": int(values.max()),
            "jain": round(float(values.mean()) ** 2 / squares, 4) if squares else 1.0,
        }
    return found
