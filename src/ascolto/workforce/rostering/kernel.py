"""One person's best weeks, exactly, when everybody else's cover is given.

Dynamic programming over days. After each day somebody has worked so many units of the week and so
many days in a row and their last shift ended so early (`worked`); or they are off for one day
(`off`: the last shift still matters, for the weekly rest), or for longer (`rested`). Letters as in
`problem`; u units, r days in a row.
"""

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.rostering.problem import (
    AFTER_REST,
    AFTER_WEEK_REST,
    CONSECUTIVE,
    END,
    END_BEFORE,
    FORBIDDEN,
    KIND,
    LEAST,
    MOST,
    NONE,
    RUN_BEFORE,
    SHORT,
    START,
    UNITS,
    WEEK_REST,
    Arrays,
    Floats,
    Whole,
)

NEVER = -1e17
WORKED, OFF, RESTED = 0, 1, 2


@compiled
def shift_values(
    worth: Floats,
    pause_worth: Floats,
    shifts: Whole,
    options: Whole,
    kinds: Whole,
    slots: Whole,
    static: Floats,
    values: Floats,
    best_layout: Whole,
) -> None:
    """Work out what each shift of each day saves with its best layout.

    `worth` (t,) is what one more person like this saves; `pause_worth` (t,) what other work in a
    pause saves, at least 0. The others are one contract's and one person's rows.
    """
    sums = np.empty(worth.shape[0] + 1)
    sums[0] = 0.0
    for t in range(worth.shape[0]):
        sums[t + 1] = sums[t] + worth[t]
    for d in range(options.shape[0]):
        for k in range(shifts.shape[2]):
            if k >= options[d] or static[d, k] >= FORBIDDEN:
                values[d, k] = NEVER
                continue
            start, kind = shifts[START, d, k], shifts[KIND, d, k]
            best, chosen = -1e18, 0
            for row in range(kinds[kind, 0], kinds[kind, 0] + kinds[kind, 1]):
                lost = 0.0
                for m in range(slots.shape[1]):
                    slot = slots[row, m]
                    if slot < 0:
                        break
                    t = start + (slot >> 1)
                    lost -= worth[t]
                    if slot & 1 == 0:
                        lost += pause_worth[t]
                if lost > best:
                    best, chosen = lost, row
            values[d, k] = sums[shifts[END, d, k]] - sums[start] + best - static[d, k]
            best_layout[d, k] = chosen


@compiled
def live_day(  # noqa: C901, PLR0912 — one recursion over arrays that are told one by one
    values: Floats,
    shifts: Whole,
    d: int,
    reached: int,
    most: int,
    ended: int,
    last_worked: Floats,
    last_off: Floats,
    last_rested: Floats,
    worked: Floats,
    off: Floats,
    rested: Floats,
) -> None:
    """Work out the states after a day from those of the day before.

    `worked` (u, r, k) and `off` (u, k) are the best of options up to k, the latter of the day
    before; `rested` (u,). Before this day no more than `reached` units can be. Who is off on the
    first day still has `ended`, the earliest interval their weekly rest may be over, to wait for on
    the second.
    """
    sources, runs, widest = last_worked.shape
    sources = min(sources, reached + 1)
    for u in range(sources):
        rested[u] = max(last_rested[u], last_off[u, widest - 1])
        for r in range(1, runs):
            for k in range(widest):
                off[u, k] = max(off[u, k], last_worked[u, r, k])
    for k in range(values.shape[0]):
        value = values[k]
        if value <= NEVER:
            continue
        rest, long_rest = shifts[AFTER_REST, d, k], shifts[AFTER_WEEK_REST, d, k]
        if d == 1 and shifts[START, d, k] < ended:
            long_rest = 0
        for source in range(sources):
            u = source + shifts[UNITS, d, k]
            if u > most:
                break
            begun = last_rested[source]
            if long_rest > 0 and last_off[source, long_rest - 1] > begun:
                begun = last_off[source, long_rest - 1]
            if begun > NEVER:
                worked[u, 1, k] = value + begun
            if rest > 0:
                for r in range(2, runs):
                    if last_worked[source, r - 1, rest - 1] > NEVER:
                        worked[u, r, k] = value + last_worked[source, r - 1, rest - 1]
    for u in range(min(most, reached + shifts[UNITS, d].max()) + 1):
        for r in range(1, runs):
            for k in range(1, widest):
                worked[u, r, k] = max(worked[u, r, k], worked[u, r, k - 1])


@compiled
def settle(of: Floats, least: int, most: int, settled: Floats) -> None:
    """End a week: states (u, n) become those of no units (n,), what is short is paid for."""
    for u in range(most + 1):
        due = SHORT * max(0, least - u)
        for n in range(of.shape[1]):
            settled[n] = max(settled[n], of[u, n] - due)


@compiled
def units_before(of: Floats, n: int, least: int, most: int, settled: Floats) -> int:
    """Return with how many units a week ended that has become a settled state."""
    for u in range(most + 1):
        if of[u, n] - SHORT * max(0, least - u) == settled[n]:
            return u
    return 0


@compiled
def best_weeks(  # noqa: C901, PLR0912, PLR0915 — there and back over the same arrays
    values: Floats,
    shifts: Whole,
    units: Whole,
    person: Whole,
    limits: Whole,
    chosen: Whole,
) -> float:
    """Return the most that weeks of legal shifts save, and write each day's option (-1: off).

    `values` (d, k) is what a shift saves; `units` (w, 2), `person`, `limits` as in Arrays.
    """
    days, widest = values.shape
    weeks, runs = units.shape[0], limits[CONSECUTIVE] + 1
    top, largest = units[:, MOST].max() + 1, shifts[UNITS].max()
    ended = person[END_BEFORE] + limits[WEEK_REST] if person[RUN_BEFORE] > 0 else -9999
    worked = np.full((days, top, runs, widest), NEVER)
    off = np.full((days, top, widest), NEVER)
    rested = np.full((days, top), NEVER)
    # Before the first week and after each: no units yet. What was worked before is option 0.
    worked_c = np.full((weeks + 1, 1, runs, widest), NEVER)
    off_c = np.full((weeks + 1, 1, widest), NEVER)
    rested_c = np.full((weeks + 1, 1), NEVER)
    if person[RUN_BEFORE] > 0:
        worked_c[0, 0, min(person[RUN_BEFORE], runs - 1)] = 0.0
    else:
        rested_c[0, 0] = 0.0
    for d in range(days):
        w = d // 7
        least, most = units[w, LEAST], units[w, MOST]
        reached = min(most, d % 7 * largest)
        if d % 7 == 0:
            live_day(
                values[d],
                shifts,
                d,
                0,
                most,
                ended,
                worked_c[w],
                off_c[w],
                rested_c[w],
                worked[d],
                off[d],
                rested[d],
            )
        else:
            live_day(
                values[d],
                shifts,
                d,
                reached,
                most,
                ended,
                worked[d - 1],
                off[d - 1],
                rested[d - 1],
                worked[d],
                off[d],
                rested[d],
            )
        if d % 7 == 6:
            for r in range(1, runs):
                settle(worked[d, :, r], least, most, worked_c[w + 1, 0, r])
            settle(off[d], least, most, off_c[w + 1, 0])
            settle(rested[d].reshape(top, 1), least, most, rested_c[w + 1])
    state, r, k, u = RESTED, 0, widest - 1, 0
    total = rested_c[weeks, 0]
    if off_c[weeks, 0, k] > total:
        state, total = OFF, off_c[weeks, 0, k]
    for run in range(1, runs):
        if worked_c[weeks, 0, run, k] > total:
            state, r, total = WORKED, run, worked_c[weeks, 0, run, k]
    # The way back: each state's sources are looked at again.
    for d in range(days - 1, -1, -1):
        w = d // 7
        least, most = units[w, LEAST], units[w, MOST]
        if d % 7 == 6:
            if state == WORKED:
                u = units_before(worked[d, :, r], k, least, most, worked_c[w + 1, 0, r])
            elif state == OFF:
                u = units_before(off[d], k, least, most, off_c[w + 1, 0])
            else:
                u = units_before(rested[d].reshape(top, 1), 0, least, most, rested_c[w + 1])
        if d % 7 == 0:
            last_worked, last_off, last_rested = worked_c[w], off_c[w], rested_c[w]
        else:
            last_worked, last_off, last_rested = worked[d - 1], off[d - 1], rested[d - 1]
        chosen[d] = NONE
        if state == WORKED:
            while k > 0 and worked[d, u, r, k - 1] == worked[d, u, r, k]:
                k -= 1
            chosen[d] = k
            u -= shifts[UNITS, d, k]
            if r > 1:
                r, k = r - 1, shifts[AFTER_REST, d, k] - 1
                continue
            long_rest = shifts[AFTER_WEEK_REST, d, k]
            if d == 1 and shifts[START, d, k] < ended:
                long_rest = 0
            state = RESTED
            if long_rest > 0 and last_off[u, long_rest - 1] > last_rested[u]:
                state, k = OFF, long_rest - 1
        elif state == OFF:
            while k > 0 and off[d, u, k - 1] == off[d, u, k]:
                k -= 1
            state = WORKED
            for run in range(1, runs):
                if last_worked[u, run, k] == off[d, u, k]:
                    r = run
        elif last_off[u, widest - 1] > last_rested[u]:
            state, k = OFF, widest - 1
    return float(total)


def plan(
    arrays: Arrays, p: int, worth: Floats, *, static: Floats | None = None
) -> tuple[float, Whole, Whole]:
    """Return what a person's best weeks save, and each day's option and layout (-1: off).

    `worth` (s, t) is what one more of each set of skills saves; `static` (d, k) replaces the costs
    of their wishes, to fix or forbid days.
    """
    c, own, off = arrays.people[p, :3]
    wishes = arrays.static[p] if static is None else static
    values, layouts = np.empty(wishes.shape), np.zeros(wishes.shape, np.int64)
    chosen = np.full(wishes.shape[0], NONE, np.int64)
    pause = np.maximum(worth[off], 0.0) if off >= 0 else np.zeros_like(worth[own])
    shift_values(
        worth[own],
        pause,
        arrays.shifts[c],
        arrays.options[c],
        arrays.kinds,
        arrays.slots,
        wishes,
        values,
        layouts,
    )
    total = best_weeks(
        values,
        arrays.shifts[c],
        arrays.weeks[p],
        arrays.people[p],
        arrays.limits,
        chosen,
    )
    rows = np.where(chosen >= 0, layouts[np.arange(len(chosen)), np.maximum(chosen, 0)], NONE)
    return total, chosen, rows
