"""One person's best weeks, exactly, when everybody else's cover is given.

Dynamic programming over days. After each day somebody has worked so many units of the week and so
many days in a row and their last shift ended so early (`worked`); or they are off for one day
(`off`: the last shift still matters, for the weekly rest), or for longer (`rested`). Letters as in
`problem`; u units, r days in a row. Who agrees to split days has had so many of the week's, too:
row u of a state is then that of u units and no split day, row u + top that of u units and one.
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
    SPLIT,
    SPLITS,
    START,
    UNITS,
    WEEK_REST,
    Arrays,
    Floats,
    Whole,
)

NEVER, IMPOSSIBLE = -1e17, -1e16
"""What cannot be, and below what a sum has something in it that cannot be."""
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
def live_day(  # noqa: C901 — one recursion over arrays that are told one by one
    values: Floats,
    shifts: Whole,
    d: int,
    reached: tuple[int, int, int],
    reach: tuple[int, int, int],
    split: tuple[int, int, int],
    ended: int,
    last_worked: Floats,
    last_off: Floats,
    last_rested: Floats,
    worked: Floats,
    off: Floats,
    rested: Floats,
) -> None:
    """Work out the states after a day from those of the day before.

    `worked` (u, k, r) and `off` (u, k) are the best of options up to k, the latter of the day
    before; `rested` (u,). `reached` says which states of the day before there are: the least and
    the most units, the most days in a row; `reach` which of this day: the others are not touched.
    `split`: rows of units, the most split days of the week before this day and after it.
    Who is off on the first day still has `ended`, the earliest interval their weekly rest may be
    over, to wait for on the second.
    """
    widest, (top, splits_before, splits) = values.shape[0], split
    for u in range(top * splits + reach[1] + 1):
        if not reach[0] <= u % top <= reach[1]:
            continue
        rested[u] = NEVER
        off[u] = NEVER
        if reached[0] <= u % top <= reached[1] and u // top <= splits_before:
            rested[u] = max(last_rested[u], last_off[u, widest - 1])
            for k in range(widest):
                for r in range(1, reached[2] + 1):
                    off[u, k] = max(off[u, k], last_worked[u, k, r])
        for k in range(widest):
            for r in range(1, reach[2] + 1):
                worked[u, k, r] = worked[u, k - 1, r] if k > 0 else NEVER
            value, source = values[k], u % top - shifts[UNITS, d, k]
            if value <= NEVER or source < reached[0] or source > reached[1]:
                continue
            had = u // top - shifts[SPLIT, d, k]
            if had < 0 or had > splits_before:
                continue
            source += top * had
            begun, rest = last_rested[source], shifts[AFTER_WEEK_REST, d, k]
            if rest > 0 and (d != 1 or shifts[START, d, k] >= ended):
                begun = max(begun, last_off[source, rest - 1])
            worked[u, k, 1] = max(worked[u, k, 1], value + begun)
            rest = shifts[AFTER_REST, d, k]
            if rest > 0:
                for r in range(2, min(reach[2], reached[2] + 1) + 1):
                    begun = last_worked[source, rest - 1, r - 1]
                    worked[u, k, r] = max(worked[u, k, r], value + begun)


@compiled
def settle(of: Floats, reach: tuple[int, int, int], top: int, least: int, settled: Floats) -> None:
    """End a week: states (u, n) become those of no units (n,), what is short is paid for."""
    settled[:] = NEVER
    for u in range(of.shape[0]):
        if not reach[0] <= u % top <= reach[1]:
            continue
        due = SHORT * max(0, least - u % top)
        for n in range(of.shape[1]):
            settled[n] = max(settled[n], of[u, n] - due)


@compiled
def units_before(
    of: Floats, n: int, reach: tuple[int, int, int], top: int, least: int, settled: Floats
) -> int:
    """Return in which row of units a week ended that has become a settled state."""
    for u in range(of.shape[0]):
        if not reach[0] <= u % top <= reach[1]:
            continue
        if of[u, n] - SHORT * max(0, least - u % top) == settled[n]:
            return u
    return 0


@compiled
def reach_of(
    d: int, units: Whole, largest: int, before: int, runs: int, lack: int
) -> tuple[int, int, int]:
    """Return the least and the most units and the most days in a row after a day (-1: before all).

    States from which more than `lack` units of the week would stay ungiven are left out.
    """
    run = min(runs - 1, before + d + 1)
    if d < 0:
        return 0, 0, run
    least, most = units[d // 7, LEAST], units[d // 7, MOST]
    still = largest * (6 - d % 7)
    return max(0, least - still - lack), min(most, largest * (d % 7 + 1)), run


@compiled
def best_weeks(
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
    # Weeks with a unit less than agreed are looked at only where they could be better.
    most = -SHORT
    for d in range(values.shape[0]):
        most += max(0.0, values[d].max())
    total = weeks_given(values, shifts, units, person, limits, chosen, 0)
    if total < most:
        total = weeks_given(values, shifts, units, person, limits, chosen, units.max())
    return float(total)


@compiled
def weeks_given(  # noqa: C901, PLR0912, PLR0915 — there and back over the same arrays
    values: Floats,
    shifts: Whole,
    units: Whole,
    person: Whole,
    limits: Whole,
    chosen: Whole,
    lack: int,
) -> float:
    """Return the best of the weeks that are at most so many units short, as `best_weeks` does."""
    days, widest = values.shape
    weeks, runs = units.shape[0], limits[CONSECUTIVE] + 1
    top, largest = units[:, MOST].max() + 1, shifts[UNITS].max()
    before = person[RUN_BEFORE]
    ended = person[END_BEFORE] + limits[WEEK_REST] if before > 0 else -9999
    splits = person[SPLITS]
    rows = top * (splits + 1)
    worked, off = np.empty((days, rows, widest, runs)), np.empty((days, rows, widest))
    rested = np.empty((days, rows, 1))
    # Before the first week and after each: no units yet. What was worked before is option 0.
    worked_c = np.full((weeks + 1, 1, widest, runs), NEVER)
    off_c, rested_c = np.full((weeks + 1, 1, widest), NEVER), np.full((weeks + 1, 1, 1), NEVER)
    if before > 0:
        worked_c[0, 0, :, min(before, runs - 1)] = 0.0
    else:
        rested_c[0, 0] = 0.0
    for d in range(days):
        w, least = d // 7, units[d // 7, LEAST]
        reach = reach_of(d, units, largest, before, runs, lack)
        reached = reach_of(d - 1, units, largest, before, runs, lack)
        last_worked, last_off, last_rested = worked[d - 1], off[d - 1], rested[d - 1]
        if d % 7 == 0:
            reached = 0, 0, reached[2]
            last_worked, last_off, last_rested = worked_c[w], off_c[w], rested_c[w]
        live_day(
            values[d],
            shifts,
            d,
            reached,
            reach,
            (top, min(splits, d % 7), min(splits, d % 7 + 1)),
            ended,
            last_worked,
            last_off,
            last_rested[:, 0],
            worked[d],
            off[d],
            rested[d, :, 0],
        )
        if d % 7 == 6:
            for r in range(1, reach[2] + 1):
                settle(worked[d, :, :, r], reach, top, least, worked_c[w + 1, 0, :, r])
            settle(off[d], reach, top, least, off_c[w + 1, 0])
            settle(rested[d], reach, top, least, rested_c[w + 1, 0])
    state, r, k, u = RESTED, 0, widest - 1, 0
    total = rested_c[weeks, 0, 0]
    if off_c[weeks, 0, k] > total:
        state, total = OFF, off_c[weeks, 0, k]
    for run in range(1, runs):
        if worked_c[weeks, 0, k, run] > total:
            state, r, total = WORKED, run, worked_c[weeks, 0, k, run]
    if total <= IMPOSSIBLE:
        return float(total)
    # The way back: each state's sources are looked at again.
    for d in range(days - 1, -1, -1):
        w, least = d // 7, units[d // 7, LEAST]
        reached = reach_of(d - 1, units, largest, before, runs, lack)
        last_worked, last_off, last_rested = worked[d - 1], off[d - 1], rested[d - 1]
        if d % 7 == 6:
            reach = reach_of(d, units, largest, before, runs, lack)
            if state == WORKED:
                u = units_before(worked[d, :, :, r], k, reach, top, least, worked_c[w + 1, 0, :, r])
            elif state == OFF:
                u = units_before(off[d], k, reach, top, least, off_c[w + 1, 0])
            else:
                u = units_before(rested[d], 0, reach, top, least, rested_c[w + 1, 0])
        if d % 7 == 0:
            reached = 0, 0, reached[2]
            last_worked, last_off, last_rested = worked_c[w], off_c[w], rested_c[w]
        chosen[d] = NONE
        if state == WORKED:
            while k > 0 and worked[d, u, k - 1, r] == worked[d, u, k, r]:
                k -= 1
            chosen[d] = k
            u -= shifts[UNITS, d, k] + top * shifts[SPLIT, d, k]
            if r > 1:
                r, k = r - 1, shifts[AFTER_REST, d, k] - 1
                continue
            long_rest = shifts[AFTER_WEEK_REST, d, k]
            if d == 1 and shifts[START, d, k] < ended:
                long_rest = 0
            state = RESTED
            if long_rest > 0 and last_off[u, long_rest - 1] > last_rested[u, 0]:
                state, k = OFF, long_rest - 1
        elif state == OFF:
            while k > 0 and off[d, u, k - 1] == off[d, u, k]:
                k -= 1
            state = WORKED
            for run in range(1, reached[2] + 1):
                if last_worked[u, k, run] == off[d, u, k]:
                    r = run
        elif last_off[u, widest - 1] > last_rested[u, 0]:
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
