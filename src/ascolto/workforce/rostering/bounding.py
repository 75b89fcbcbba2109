"""How cheap a roster can be at all: a bound from below, by prices instead of people's agreement.

Lagrange: pay everybody a price for each interval they cover on a queue and let them choose their
weeks alone, split days as any others; what is missing or too much is bought and sold at the same
prices. For prices between minus the weight of excess and the weight of missing no roster is cheaper
than what comes out. The prices are moved by subgradient. The gap that stays is mostly that people
are whole.
"""

import time

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.rostering.kernel import best_weeks, shift_values
from ascolto.workforce.rostering.problem import (
    CONTRACT,
    END,
    EXCESS,
    INTERVALS,
    MISSING,
    NONE,
    OFF_SKILLS,
    SKILLS,
    START,
    Arrays,
    Floats,
    Problem,
    Whole,
)


@compiled
def everybody_alone(arrays: Arrays, worth: Floats, favourite: Whole, cover: Floats) -> float:
    """Return what everybody's best weeks save at given prices, and add whom they cover.

    `worth` (s, t) is the best price of a set's queues, `favourite` (s, t) which queue that is.
    """
    shape = arrays.static.shape[1:]
    values, layouts = np.empty(shape), np.zeros(shape, np.int64)
    chosen = np.zeros(shape[0], np.int64)
    total = 0.0
    for p in range(arrays.people.shape[0]):
        c, own = arrays.people[p, CONTRACT], arrays.people[p, SKILLS]
        off, shifts = arrays.people[p, OFF_SKILLS], arrays.shifts[arrays.people[p, CONTRACT]]
        pause = np.zeros(worth.shape[1])
        if off >= 0:
            for t in range(pause.shape[0]):
                pause[t] = max(worth[off, t], 0.0)
        shift_values(
            worth[own],
            pause,
            shifts,
            arrays.options[c],
            arrays.kinds,
            arrays.slots,
            arrays.static[p],
            values,
            layouts,
        )
        total += best_weeks(
            values, shifts, arrays.weeks[p], arrays.people[p], arrays.limits, chosen
        )
        for d in range(shape[0]):
            if chosen[d] == NONE:
                continue
            m, row, begin = 0, layouts[d, chosen[d]], shifts[START, d, chosen[d]]
            for t in range(begin, min(shifts[END, d, chosen[d]], arrays.limits[INTERVALS])):
                s = own
                if m < arrays.slots.shape[1] and arrays.slots[row, m] >> 1 == t - begin:
                    s = NONE
                    if arrays.slots[row, m] & 1 == 0 and pause[t] > 0.0:
                        s = off
                    m += 1
                if s >= 0:
                    cover[t, favourite[s, t]] += 1.0
    return total


def bound(problem: Problem, *, seconds: float, cost: float) -> float:
    """Return a cost that no roster can be below, the best found in so many seconds (at least 0).

    Seconds are of this thread's work: a busy machine takes longer and the bound stays as near.
    `cost` is of a known roster: it sets how far prices move (Polyak's step).
    """
    arrays = problem.arrays
    intervals = int(arrays.limits[INTERVALS])
    demand = arrays.demand[:intervals]
    missing, excess = float(arrays.weights[MISSING]), float(arrays.weights[EXCESS])
    open_to = (arrays.masks[:, None] >> np.arange(demand.shape[1])) & 1 == 1
    # Everybody works their contract anyhow, so only differences between prices move people.
    prices = np.where(demand > 0, (missing - excess) / 2, -excess)
    # Compiled before the clock runs.
    blank = np.zeros((len(arrays.masks), len(arrays.demand)))
    one = arrays._replace(people=arrays.people[:1], static=arrays.static[:1])
    everybody_alone(one, blank, blank.astype(np.int64), np.zeros_like(arrays.demand))
    best, stride, since, direction = 0.0, 0.5, 0, np.zeros_like(demand)
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        choice = np.where(open_to[:, None, :], prices[None], -np.inf)
        worth = np.zeros((len(arrays.masks), len(arrays.demand)))
        favourite = np.zeros(worth.shape, np.int64)
        worth[:, :intervals] = choice.max(axis=2)
        favourite[:, :intervals] = choice.argmax(axis=2)
        cover = np.zeros_like(arrays.demand)
        saved = everybody_alone(arrays, worth, favourite, cover)
        found = float((prices * demand).sum()) - saved
        lack = demand - cover[:intervals]
        # The weight of a person-interval too many or missing also bounds what can be gained.
        since += 1
        if found > best:
            best, since = found, 0
        if since >= 8:
            stride, since = stride * 0.7, 0
        direction = 0.6 * direction + lack
        size = float((direction * direction).sum())
        if size == 0:
            break
        step = stride * max(cost - found, 1.0) / size
        prices = np.clip(prices + step * direction, -excess, missing)
    return best
