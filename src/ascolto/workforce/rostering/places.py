"""Office or home: which shifts are worked in the office, so that seats are enough at every moment.

Seats are a limit, the least number of office days a wish. They go round by what is agreed: first
everybody's least number of days, then team days, and what is left to who likes the office, up to
the most days that are agreed. Those with the fewest shifts to choose from come first. Who does not
like it has no more than is agreed.
"""

import numpy as np

from ascolto.workforce.rostering.moves import CHOSEN
from ascolto.workforce.rostering.problem import CONTRACT, NONE, Problem, Whole


def places_of(problem: Problem, weeks: Whole) -> set[tuple[int, int]]:
    """Return the shifts (p, d) worked in the office."""
    seats = problem.instance.office.seats if problem.instance.office else None
    taken = np.zeros(problem.arrays.demand.shape[0], np.int64)
    found: set[tuple[int, int]] = set()
    for week in range(problem.instance.days // 7):
        _seat_week(problem, weeks, week, seats, taken, found)
    return found


def _seat_week(
    problem: Problem,
    weeks: Whole,
    week: int,
    seats: int | None,
    taken: Whole,
    found: set[tuple[int, int]],
) -> None:
    wanted = []
    for p, person in enumerate(problem.instance.people):
        if person.office is None:
            continue
        days = [d for d in range(7 * week, 7 * week + 7) if weeks[CHOSEN, p, d] != NONE]
        team = [d for d in days if d % 7 + 1 in person.office.team_weekdays]
        others = [d for d in days if d not in team]
        least, most = person.office.days_per_week
        agreed = max(least, min(len(team), most))
        liked = most if person.office.prefers == "office" else agreed
        wanted.append((len(days) - least, p, [*team, *others], (least, agreed, liked)))
    wanted.sort()
    for turn in range(3):
        for _, p, days, counts in wanted:
            _seat(problem, weeks, p, days, counts[turn], seats, taken, found)


def _seat(
    problem: Problem,
    weeks: Whole,
    p: int,
    days: list[int],
    count: int,
    seats: int | None,
    taken: Whole,
    found: set[tuple[int, int]],
) -> None:
    """Give somebody so many of these days in the office, those they have among them."""
    here = sum((p, d) in found for d in days)
    for d in days:
        if here >= count:
            break
        shift = _span(problem, weeks, p, d)
        if (p, d) not in found and (seats is None or taken[shift].max() < seats):
            taken[shift] += 1
            found.add((p, d))
            here += 1


def _span(problem: Problem, weeks: Whole, p: int, d: int) -> slice:
    contract = int(problem.arrays.people[p, CONTRACT])
    option = problem.options[contract][d][int(weeks[CHOSEN, p, d])]
    return slice(option.start, option.end)
