"""One stretch of time with several queues and groups of people, event by event, compiled.

An arrival goes to the first group in its queue's order that has somebody free, else it waits.
Who becomes free takes the longest waiting of all queues their group serves. Whoever has waited
longer than their patience has left. People above a period's number finish what they have in hand
and go. Times are seconds from the beginning; random numbers come from the generator given.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ascolto.workforce.compiling import compiled

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

EXPONENTIAL, LOGNORMAL, CONSTANT = 0, 1, 2
OFFERED, ANSWERED, IN_TARGET, LEFT, LEFT_EARLY, WAITED_S, LEFT_WAITED_S, NEVER = range(8)
COUNTS = 8
BUSY_S, STAFFED_S = 0, 1


class Week(NamedTuple):
    """A scenario as arrays: q queues, g groups, p periods.

    `rates` (q, p) arrivals a second, `totals` (p,) of all queues, `shares` (q, p) how much of it
    the queues up to this one have; `means` (q, p) seconds; `spreads` (q,) sigma of the logarithm;
    `kinds` (q,); `patience` (q, p) mean seconds, infinite where nobody leaves; `targets` (q,);
    `people` (g, p + 1); `asked` (q, g) groups in order, then -1; `serves` (g, q) alike.
    """

    period_s: float
    rates: Floats
    totals: Floats
    shares: Floats
    means: Floats
    spreads: Floats
    kinds: Whole
    patience: Floats
    targets: Floats
    people: Whole
    asked: Whole
    serves: Whole
    warm_up_s: float
    busy_until_s: float


@compiled
def push(ends: Floats, groups: Whole, size: int, end: float, group: int) -> None:
    """Put the end of a service on the heap of `size`."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if ends[above] <= end:
            break
        ends[at] = ends[above]
        groups[at] = groups[above]
        at = above
    ends[at] = end
    groups[at] = group


@compiled
def pop(ends: Floats, groups: Whole, size: int) -> None:
    """Take the first end off the heap of `size`."""
    last = size - 1
    end, group = ends[last], groups[last]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        if below + 1 < last and ends[below + 1] < ends[below]:
            below += 1
        if ends[below] >= end:
            break
        ends[at] = ends[below]
        groups[at] = groups[below]
        at = below
    ends[at] = end
    groups[at] = group


@compiled
def service_s(chance: np.random.Generator, kind: int, mean: float, spread: float) -> float:
    """Draw how long a service takes."""
    if kind == EXPONENTIAL:
        return mean * chance.standard_exponential()
    if kind == LOGNORMAL:
        return float(mean * np.exp(spread * chance.standard_normal() - 0.5 * spread * spread))
    return mean


@compiled
def leave(
    counts: Floats, came: float, until: float, target: float, warm_up: float, length: float
) -> None:
    """Count in (p, COUNTS) who left a queue, or who would wait for ever."""
    if came < warm_up:
        return
    period = min(int(came / length), counts.shape[0] - 1)
    if until == np.inf:
        counts[period, NEVER] += 1
        return
    counts[period, LEFT] += 1
    counts[period, LEFT_WAITED_S] += until - came
    if until - came < target:
        counts[period, LEFT_EARLY] += 1


@compiled
def pick_queue(shares: Floats, period: int, chance: np.random.Generator) -> int:
    """Draw in which queue an arrival is."""
    last = shares.shape[0] - 1
    if last == 0:
        return 0
    pick = chance.random()
    q = 0
    while q < last and pick >= shares[q, period]:
        q += 1
    return q


@compiled
def overlap(begin: float, end: float, warm_up: float, until: float) -> float:
    """Return how much of a stretch occupancy is measured over."""
    return max(0.0, min(end, until) - max(begin, warm_up))


@compiled
def live(week: Week, busyness: float, chance: np.random.Generator) -> tuple[Floats, Floats, int]:  # noqa: C901, PLR0912, PLR0915 — one loop over local arrays: to hand them to functions costs more than the work
    """Live through the time once; `busyness` multiplies every arrival rate.

    Returns counts (q, p, COUNTS) by period of arrival, from the warm-up on; (g, 2) seconds busy and
    staffed within the time that occupancy is measured over; and how many events there were.
    """
    rates, means, spreads, kinds = week.rates, week.means, week.spreads, week.kinds
    patience, targets, people = week.patience, week.targets, week.people
    asked, serves, shares, totals = week.asked, week.serves, week.shares, week.totals
    warm_up, measured, length = week.warm_up_s, week.busy_until_s, week.period_s
    queues, periods = rates.shape
    groups = people.shape[0]
    counts, used = np.zeros((queues, periods, COUNTS)), np.zeros((groups, 2))
    # Services in hand: a heap of when they end, and in whose hands.
    size = 1
    for g in range(groups):
        size += people[g].max()
    ends, whose = np.empty(size), np.empty(size, np.int64)
    busy, capacity = np.zeros(groups, np.int64), people[:, 0].copy()
    beyond_since = np.zeros(groups)
    # Who waits, in each queue from head to before tail; room for more than chance will bring.
    expected = 0.0
    for q in range(queues):
        expected = max(expected, busyness * length * rates[q].sum())
    room = int(expected + 12.0 * np.sqrt(expected) + 100.0)
    came, until = np.empty((queues, room)), np.empty((queues, room))
    spans = np.empty((queues, room))
    head, tail = np.zeros(queues, np.int64), np.zeros(queues, np.int64)
    in_hand = events = period = 0
    change, at, arrival = length, 0.0, np.inf
    if totals[0] > 0:
        arrival = chance.standard_exponential() / (busyness * totals[0])
    while True:
        end = ends[0] if in_hand > 0 else np.inf
        if arrival < end and arrival <= change:
            at = arrival
            events += 1
            q = pick_queue(shares, period, chance)
            span = service_s(chance, kinds[q], means[q, period], spreads[q])
            if at >= warm_up:
                counts[q, period, OFFERED] += 1
            taker = -1
            for place in range(groups):
                g = asked[q, place]
                if g < 0:
                    break
                if busy[g] < capacity[g]:
                    taker = g
                    break
            if taker >= 0:
                busy[taker] += 1
                push(ends, whose, in_hand, at + span, taker)
                in_hand += 1
                used[taker, BUSY_S] += overlap(at, at + span, warm_up, measured)
                if at >= warm_up:
                    counts[q, period, ANSWERED] += 1
                    if targets[q] > 0:
                        counts[q, period, IN_TARGET] += 1
            else:
                last = tail[q]
                if last == room:
                    raise ValueError("more arrivals than chance allows")
                came[q, last] = at
                spans[q, last] = span
                until[q, last] = np.inf
                if patience[q, period] < np.inf:
                    until[q, last] = at + patience[q, period] * chance.standard_exponential()
                tail[q] = last + 1
            arrival = at + chance.standard_exponential() / (busyness * totals[period])
            continue
        if end <= change:
            if end == np.inf:
                break
            at = end
            freed = whose[0]
            pop(ends, whose, in_hand)
            in_hand -= 1
            if busy[freed] > capacity[freed]:
                beyond = overlap(beyond_since[freed], at, warm_up, measured)
                used[freed, STAFFED_S] += (busy[freed] - capacity[freed]) * beyond
                beyond_since[freed] = at
            busy[freed] -= 1
            first, last = freed, freed + 1
        else:
            at = change
            period += 1
            for g in range(groups):
                used[g, STAFFED_S] += capacity[g] * overlap(at - length, at, warm_up, measured)
                if busy[g] > capacity[g]:
                    beyond = overlap(beyond_since[g], at, warm_up, measured)
                    used[g, STAFFED_S] += (busy[g] - capacity[g]) * beyond
                beyond_since[g] = at
                capacity[g] = people[g, period]
            change = arrival = np.inf
            if period < periods:
                change = at + length
                if totals[period] > 0:
                    arrival = at + chance.standard_exponential() / (busyness * totals[period])
            first, last = 0, groups
        events += 1
        # Who is free takes who has waited longest; who has given up meanwhile is counted.
        for g in range(first, last):
            while busy[g] < capacity[g]:
                best, oldest = -1, np.inf
                for place in range(queues):
                    q = serves[g, place]
                    if q < 0:
                        break
                    while head[q] < tail[q] and until[q, head[q]] <= at:
                        events += 1
                        leave(
                            counts[q],
                            came[q, head[q]],
                            until[q, head[q]],
                            targets[q],
                            warm_up,
                            length,
                        )
                        head[q] += 1
                    if head[q] == tail[q]:
                        head[q] = tail[q] = 0
                    elif came[q, head[q]] < oldest:
                        best, oldest = q, came[q, head[q]]
                if best < 0:
                    break
                span = spans[best, head[best]]
                head[best] += 1
                busy[g] += 1
                push(ends, whose, in_hand, at + span, g)
                in_hand += 1
                used[g, BUSY_S] += overlap(at, at + span, warm_up, measured)
                if oldest >= warm_up:
                    when = min(int(oldest / length), periods - 1)
                    counts[best, when, ANSWERED] += 1
                    counts[best, when, WAITED_S] += at - oldest
                    if at - oldest < targets[best]:
                        counts[best, when, IN_TARGET] += 1
    for q in range(queues):
        for place in range(head[q], tail[q]):
            events += 1
            leave(counts[q], came[q, place], until[q, place], targets[q], warm_up, length)
    for g in range(groups):
        used[g, STAFFED_S] += capacity[g] * overlap(length * periods, at, warm_up, measured)
    return counts, used, events
