"""Putting one person's weeks into the roster, taking them out, and doing it better: compiled.

`weeks` (3, p, d) says who works when: CHOSEN option, LAYOUT of its breaks (both -1 when off), and
PAUSES, bits of the pause intervals in which other work is done off the screen. The gap of a split
day is like a long meal: nobody works in it.
"""

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.rostering.coverage import Cover, change, cheapest, cover_cost
from ascolto.workforce.rostering.kernel import best_weeks, shift_values
from ascolto.workforce.rostering.problem import (
    CONTRACT,
    END,
    INTERVALS,
    LEAST,
    NONE,
    OFF_SKILLS,
    SHORT,
    SKILLS,
    START,
    UNITS,
    Arrays,
    Floats,
    Whole,
)

CHOSEN, LAYOUT, PAUSES = 0, 1, 2


def nobody(arrays: Arrays) -> Whole:
    """Return weeks in which nobody works."""
    weeks = np.full((3, *arrays.static.shape[:2]), NONE, np.int64)
    weeks[PAUSES] = 0
    return weeks


@compiled
def count_in(arrays: Arrays, cover: Cover, weeks: Whole, p: int, by: int) -> None:
    """Let a person's weeks count in the cover (by = 1), or count no longer (by = -1)."""
    slots, worth = arrays.slots, cover.worth
    own, off = arrays.people[p, SKILLS], arrays.people[p, OFF_SKILLS]
    shifts = arrays.shifts[arrays.people[p, CONTRACT]]
    for d in range(weeks.shape[2]):
        k, row = weeks[CHOSEN, p, d], weeks[LAYOUT, p, d]
        if k < 0:
            continue
        if by > 0:
            weeks[PAUSES, p, d] = 0
        m, begin = 0, shifts[START, d, k]
        for t in range(begin, min(shifts[END, d, k], arrays.limits[INTERVALS])):
            s = own
            if m < slots.shape[1] and slots[row, m] >> 1 == t - begin:
                s = -1
                if off >= 0 and slots[row, m] & 1 == 0:
                    if by > 0 and worth[off, t] > 0.0:
                        weeks[PAUSES, p, d] |= 1 << m
                    if weeks[PAUSES, p, d] >> m & 1:
                        s = off
                m += 1
            if s >= 0:
                change(arrays, cover, t, s, by)


@compiled
def at_screen(arrays: Arrays, weeks: Whole, p: int, found: Whole) -> None:
    """Write 1 for each interval (t,) that a person's weeks have them at the screen, else 0."""
    found[:] = 0
    slots, shifts = arrays.slots, arrays.shifts[arrays.people[p, CONTRACT]]
    for d in range(weeks.shape[2]):
        k, row = weeks[CHOSEN, p, d], weeks[LAYOUT, p, d]
        if k < 0:
            continue
        begin, end = shifts[START, d, k], min(shifts[END, d, k], arrays.limits[INTERVALS])
        found[begin:end] = 1
        for m in range(slots.shape[1]):
            if slots[row, m] >= 0:
                found[begin + (slots[row, m] >> 1)] = 0


@compiled
def respond(  # noqa: C901 — one loop over local arrays: handing them on costs more
    arrays: Arrays,
    cover: Cover,
    weeks: Whole,
    p: int,
    values: Floats,
    blur: float,
    chance: np.random.Generator,
) -> None:
    """Give a person their best weeks, given everybody else's; only what differs is counted anew.

    With `blur` above zero what each shift saves is misjudged by about so much.
    """
    c, s, off = arrays.people[p, CONTRACT], arrays.people[p, SKILLS], arrays.people[p, OFF_SKILLS]
    static = arrays.static[p]
    layouts = np.zeros(static.shape, np.int64)
    before, after = np.empty((2, cover.worth.shape[1]), np.int64)
    if off >= 0:  # pauses in which other work is done depend on the moment: out, and in again
        count_in(arrays, cover, weeks, p, -1)
        weeks[CHOSEN, p] = NONE
    at_screen(arrays, weeks, p, before)
    own, pause = cover.worth[s].copy(), np.zeros(cover.worth.shape[1])
    for t in range(own.shape[0]):
        if before[t] == 1:
            own[t] = -cheapest(arrays, cover, t, s, -1)[2]
        if off >= 0:
            pause[t] = max(cover.worth[off, t], 0.0)
    shift_values(
        own,
        pause,
        arrays.shifts[c],
        arrays.options[c],
        arrays.kinds,
        arrays.slots,
        static,
        values,
        layouts,
    )
    if blur > 0.0:
        for d in range(values.shape[0]):
            for k in range(arrays.options[c, d]):
                values[d, k] += blur * chance.standard_normal()
    best_weeks(
        values,
        arrays.shifts[c],
        arrays.weeks[p],
        arrays.people[p],
        arrays.limits,
        weeks[CHOSEN, p],
    )
    for d in range(weeks.shape[2]):
        k = weeks[CHOSEN, p, d]
        weeks[LAYOUT, p, d] = layouts[d, k] if k >= 0 else NONE
    if off >= 0:
        count_in(arrays, cover, weeks, p, 1)
        return
    at_screen(arrays, weeks, p, after)
    for t in range(own.shape[0]):
        if after[t] != before[t]:
            change(arrays, cover, t, s, after[t] - before[t])


@compiled
def sweep(
    arrays: Arrays,
    cover: Cover,
    weeks: Whole,
    order: Whole,
    blur: float,
    chance: np.random.Generator,
) -> None:
    """Let people in turn have their best weeks given everybody else's."""
    values = np.empty(arrays.static.shape[1:])
    for p in order:
        respond(arrays, cover, weeks, p, values, blur, chance)


@compiled
def wishes_cost(arrays: Arrays, weeks: Whole, p: int) -> float:
    """Return what a person's weeks cost in wishes refused and contract not given."""
    cost = 0.0
    for w in range(arrays.weeks.shape[1]):
        given = 0
        for d in range(7 * w, 7 * w + 7):
            k = weeks[CHOSEN, p, d]
            if k >= 0:
                cost += arrays.static[p, d, k]
                given += arrays.shifts[arrays.people[p, CONTRACT], UNITS, d, k]
        cost += SHORT * max(0, arrays.weeks[p, w, LEAST] - given)
    return cost


@compiled
def whole_cost(arrays: Arrays, cover: Cover, weeks: Whole) -> float:
    """Return what the roster costs."""
    cost = cover_cost(cover.load, arrays.demand, arrays.weights, arrays.limits[INTERVALS])
    for p in range(arrays.people.shape[0]):
        cost += wishes_cost(arrays, weeks, p)
    return cost


@compiled
def improve(  # noqa: C901 — one loop over local arrays: handing them on costs more
    arrays: Arrays,
    cover: Cover,
    weeks: Whole,
    tries: int,
    most_people: int,
    heat: float,
    cost: float,
    chance: np.random.Generator,
) -> float:
    """Take a few people out and give them their best weeks anew, so many times.

    What is better is kept; with `heat` above zero what is a little worse too, sometimes. Returns
    the cost.
    """
    people, intervals = arrays.people.shape[0], arrays.limits[INTERVALS]
    values = np.empty(arrays.static.shape[1:])
    size = min(most_people, people)
    some = np.empty(size, np.int64)
    old = np.empty((2, size, weeks.shape[2]), np.int64)
    for _ in range(tries):
        n = min(size, 2 + int(chance.random() * (size - 1)))
        i = 0
        while i < n:
            some[i] = int(chance.random() * people)
            i += 1
            for j in range(i - 1):
                if some[j] == some[i - 1]:
                    i -= 1
                    break
        before = cover_cost(cover.load, arrays.demand, arrays.weights, intervals)
        for i in range(n):
            before += wishes_cost(arrays, weeks, some[i])
            for d in range(weeks.shape[2]):
                old[CHOSEN, i, d] = weeks[CHOSEN, some[i], d]
                old[LAYOUT, i, d] = weeks[LAYOUT, some[i], d]
            count_in(arrays, cover, weeks, some[i], -1)
            weeks[CHOSEN, some[i]] = NONE
        for i in range(2 * n):
            respond(arrays, cover, weeks, some[i % n], values, 0.0, chance)
        after = cover_cost(cover.load, arrays.demand, arrays.weights, intervals)
        for i in range(n):
            after += wishes_cost(arrays, weeks, some[i])
        worse = after - before
        if worse <= 0.0 or (heat > 0.0 and chance.random() < np.exp(-worse / heat)):
            cost += worse
            continue
        for i in range(n):
            count_in(arrays, cover, weeks, some[i], -1)
            for d in range(weeks.shape[2]):
                weeks[CHOSEN, some[i], d] = old[CHOSEN, i, d]
                weeks[LAYOUT, some[i], d] = old[LAYOUT, i, d]
            count_in(arrays, cover, weeks, some[i], 1)
    return cost
