"""Who covers what: people at work counted by set of skills, spread over queues at least cost.

In each interval the people of a set may serve any of the set's queues. The spread is kept optimal
as people come and go: a cost that is convex in each queue's cover makes the cheapest chain of moves
enough (successive shortest paths). Letters as in `problem`.
"""

from typing import NamedTuple

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.rostering.problem import EXCESS, INTERVALS, MISSING, Arrays, Floats, Whole


class Cover(NamedTuple):
    """What moves as people come and go.

    `spread` (t, s, q) people of a set on a queue, `load` (t, q) of all sets; `worth` (s, t) what
    one more of a set would save, `gain` (t, q) one more on a queue; `reach` (t, q) the queues one
    may pass people on to, as bits.
    """

    spread: Whole
    load: Whole
    worth: Floats
    reach: Whole
    gain: Floats


def empty_cover(arrays: Arrays) -> Cover:
    """Return the cover with nobody at work."""
    t, q = arrays.demand.shape
    s = len(arrays.masks)
    cover = Cover(
        np.zeros((t, s, q), np.int64),
        np.zeros((t, q), np.int64),
        np.zeros((s, t)),
        np.zeros((t, q), np.int64),
        np.zeros((t, q)),
    )
    for at in range(arrays.limits[INTERVALS]):
        refresh(
            cover.spread[at],
            cover.load[at],
            cover.worth,
            cover.reach[at],
            cover.gain[at],
            arrays.masks,
            arrays.demand[at],
            arrays.weights,
            at,
        )
    return cover


@compiled
def saving(load: int, demand: float, weights: Floats) -> float:
    """Return what one more person on a queue saves; negative where they would be too many."""
    lack = demand - load
    if lack >= 1.0:
        return float(weights[MISSING])
    if lack <= 0.0:
        return float(-weights[EXCESS])
    return float(weights[MISSING] * lack - weights[EXCESS] * (1.0 - lack))


@compiled
def refresh(  # noqa: C901, PLR0912 — one look at one interval, half a million times a second
    spread: Whole,
    load: Whole,
    worth: Floats,
    reach: Whole,
    gain: Floats,
    masks: Whole,
    demand: Floats,
    weights: Floats,
    t: int,
) -> None:
    """Work out anew what one more of each set is worth in an interval, and who can pass on whom.

    All but `worth` are one interval's rows.
    """
    queues = load.shape[0]
    for q in range(queues):
        reach[q] = 1 << q
        gain[q] = saving(load[q], demand[q], weights)
    for s in range(masks.shape[0]):
        for q in range(queues):
            if spread[s, q] > 0:
                reach[q] |= masks[s]
    for via in range(queues):
        if reach[via] != 1 << via:
            for q in range(queues):
                if reach[q] >> via & 1:
                    reach[q] |= reach[via]
    for s in range(masks.shape[0]):
        open_to = 0
        for q in range(queues):
            if masks[s] >> q & 1:
                open_to |= reach[q]
        best = -1e18
        for q in range(queues):
            if open_to >> q & 1 and gain[q] > best:
                best = gain[q]
        worth[s, t] = best


@compiled
def pass_on(spread: Whole, masks: Whole, begin: int, goal: int) -> None:
    """Move one person from queue to queue along a shortest chain: begin has one less, goal more."""
    queues = spread.shape[1]
    # For each queue reached: from which, by whose skills, and the order they were reached in.
    came = np.full((3, queues), -1, np.int64)
    came[2, 0] = came[0, begin] = begin
    size, at = 1, 0
    while at < size and came[0, goal] < 0:
        q = came[2, at]
        at += 1
        for s in range(masks.shape[0]):
            if spread[s, q] > 0:
                for to in range(queues):
                    if masks[s] >> to & 1 and came[0, to] < 0:
                        came[0, to], came[1, to], came[2, size] = q, s, to
                        size += 1
    q = goal
    while q != begin:
        spread[came[1, q], came[0, q]] -= 1
        spread[came[1, q], q] += 1
        q = came[0, q]


@compiled
def change(
    spread: Whole,
    load: Whole,
    reach: Whole,
    gain: Floats,
    masks: Whole,
    demand: Floats,
    weights: Floats,
    s: int,
    by: int,
) -> None:
    """Let one person of a set come to an interval (by = 1) or go (by = -1), where that costs least.

    All but `masks` and `weights` are one interval's rows.
    """
    queues = load.shape[0]
    best, own, most = -1, -1, -1e18
    for at in range(queues):
        if (masks[s] >> at & 1) == 0 or (by < 0 and spread[s, at] == 0):
            continue
        for q in range(queues):
            if by > 0:
                if (reach[at] >> q & 1) == 0:
                    continue
                found = gain[q]
            else:
                if (reach[q] >> at & 1) == 0 or load[q] == 0:
                    continue
                found = -saving(load[q] - 1, demand[q], weights)
            # A queue of one's own is taken rather than one that somebody is moved to.
            if found > most or (found == most and q == at and own != best):
                best, own, most = q, at, found
    if own != best:
        if by > 0:
            pass_on(spread, masks, own, best)
        else:
            pass_on(spread, masks, best, own)
    spread[s, own] += by
    load[best] += by


@compiled
def cover_cost(load: Whole, demand: Floats, weights: Floats, intervals: int) -> float:
    """Return what is missing and too much, at their weights."""
    cost = 0.0
    for t in range(intervals):
        for q in range(load.shape[1]):
            lack = demand[t, q] - load[t, q]
            cost += weights[MISSING] * lack if lack > 0 else -weights[EXCESS] * lack
    return cost
