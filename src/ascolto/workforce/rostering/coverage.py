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
        refresh(arrays, cover, at)
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
def reprice(arrays: Arrays, cover: Cover, t: int) -> None:
    """Work out anew what one more of each set is worth, who can pass on whom being known."""
    masks, reach, gain = arrays.masks, cover.reach, cover.gain
    for s in range(masks.shape[0]):
        open_to, best = 0, -1e18
        for q in range(gain.shape[1]):
            if masks[s] >> q & 1:
                open_to |= reach[t, q]
        for q in range(gain.shape[1]):
            if open_to >> q & 1 and gain[t, q] > best:
                best = gain[t, q]
        cover.worth[s, t] = best


@compiled
def refresh(arrays: Arrays, cover: Cover, t: int) -> None:
    """Work out anew what one more of each set is worth in an interval, and who can pass on whom."""
    masks, reach, queues = arrays.masks, cover.reach, cover.load.shape[1]
    for q in range(queues):
        reach[t, q] = 1 << q
        cover.gain[t, q] = saving(cover.load[t, q], arrays.demand[t, q], arrays.weights)
        for s in range(masks.shape[0]):
            if cover.spread[t, s, q] > 0:
                reach[t, q] |= masks[s]
    for via in range(queues):
        for q in range(queues):
            if reach[t, q] >> via & 1:
                reach[t, q] |= reach[t, via]
    reprice(arrays, cover, t)


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
def cheapest(arrays: Arrays, cover: Cover, t: int, s: int, by: int) -> tuple[int, int, float]:
    """Return where one person of a set comes (by = 1) or goes (by = -1) at least cost.

    That is the queue whose cover changes, the one they themselves work on, and what it saves.
    """
    load, reach, queues = cover.load, cover.reach, cover.load.shape[1]
    at, open_to = 0, 0
    for q in range(queues):
        if arrays.masks[s] >> q & 1 and (by > 0 or cover.spread[t, s, q] > 0):
            at |= 1 << q
            open_to |= reach[t, q]
    best, most = 0, -1e18
    for q in range(queues):
        if by > 0 and open_to >> q & 1:
            found = cover.gain[t, q]
        elif by < 0 and reach[t, q] & at and load[t, q] > 0:
            found = -saving(load[t, q] - 1, arrays.demand[t, q], arrays.weights)
        else:
            continue
        # A queue of one's own is taken rather than one that somebody is moved to.
        if found > most or (found == most and at >> q & 1 > at >> best & 1):
            best, most = q, found
    own = best
    if at >> best & 1 == 0:
        for q in range(queues):
            way = reach[t, q] >> best if by > 0 else reach[t, best] >> q
            if at >> q & way & 1:
                own = q
    return best, own, most


@compiled
def change(arrays: Arrays, cover: Cover, t: int, s: int, by: int) -> None:
    """Let one of a set come to an interval (by = 1) or go (by = -1), where that costs least."""
    spread, load = cover.spread, cover.load
    best, own, _ = cheapest(arrays, cover, t, s, by)
    if own != best:
        if by > 0:
            pass_on(spread[t], arrays.masks, own, best)
        else:
            pass_on(spread[t], arrays.masks, best, own)
    spread[t, s, own] += by
    load[t, best] += by
    if own != best or spread[t, s, own] == max(by, 0):
        refresh(arrays, cover, t)
        return
    # The same queues have people of the same sets as before: who can pass on whom stays.
    now = saving(load[t, best], arrays.demand[t, best], arrays.weights)
    if now != cover.gain[t, best]:
        cover.gain[t, best] = now
        reprice(arrays, cover, t)


@compiled
def cover_cost(load: Whole, demand: Floats, weights: Floats, intervals: int) -> float:
    """Return what is missing and too much, at their weights."""
    cost = 0.0
    for t in range(intervals):
        for q in range(load.shape[1]):
            lack = demand[t, q] - load[t, q]
            cost += weights[MISSING] * lack if lack > 0 else -weights[EXCESS] * lack
    return cost
