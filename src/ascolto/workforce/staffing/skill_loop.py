"""One interval's rates for ever: a compiled loop of calls, skills, groups and patience.

Calls wait in the order they came, whatever their skill; a free operator takes the oldest that the
group may take; a call takes a free operator of the first group in its order.
"""

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.staffing.kernels import Flags, Floats, Whole


@compiled
def _sift_up(ends: Floats, groups: Whole, place: int) -> None:
    while place > 0:
        above = (place - 1) // 2
        if ends[above] <= ends[place]:
            break
        ends[above], ends[place] = ends[place], ends[above]
        groups[above], groups[place] = groups[place], groups[above]
        place = above


@compiled
def _sift_down(ends: Floats, groups: Whole, size: int) -> None:
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and ends[below + 1] < ends[below]:
            below += 1
        if ends[place] <= ends[below]:
            break
        ends[below], ends[place] = ends[place], ends[below]
        groups[below], groups[place] = groups[place], groups[below]
        place = below


@compiled
def _oldest(
    now: float,
    may: Flags,
    head: Whole,
    following: Whole,
    arrives: Floats,
    patience: Floats,
    waited: Floats,
) -> int:
    """Return the oldest waiting call of some skills, -1 if there is none; let go who gave up."""
    oldest = -1
    for skill in range(may.size):
        if not may[skill]:
            continue
        first = head[skill]
        while first >= 0 and arrives[first] + patience[first] < now:
            waited[first] = -1.0 - patience[first]
            first = following[first]
        head[skill] = first
        if first >= 0 and (oldest < 0 or first < oldest):
            oldest = first
    return oldest


@compiled
def _first_free(asked: Whole, free: Whole) -> int:
    for group in asked:
        if group >= 0 and free[group] > 0:
            return int(group)
    return -1


@compiled
def run(
    arrives: Floats,
    skill: Whole,
    service: Floats,
    patience: Floats,
    people: Whole,
    takes: Flags,
    order: Whole,
) -> Floats:
    """Return how long each call waited: -1 less its patience where it gave up.

    Calls (n) in order of arrival; `people` of each group (G); `takes` G by K; `order` K by G, the
    groups to ask for each skill, -1 where there are no more.
    """
    calls, skills = arrives.size, takes.shape[1]
    waited = np.empty(calls)
    free, busy = people.copy(), 0
    ends, groups = np.empty(people.sum() + 1), np.empty(people.sum() + 1, np.int64)
    # Calls of one skill in order of arrival: the next of each call, and where each skill begins.
    following, head, tail = np.full(calls, -1), np.full(skills, -1), np.full(skills, -1)
    call = 0
    while call < calls or busy > 0:
        if busy > 0 and (call == calls or ends[0] <= arrives[call]):
            now, group = ends[0], groups[0]
            taken = _oldest(now, takes[group], head, following, arrives, patience, waited)
            if taken >= 0:
                head[skill[taken]] = following[taken]
                waited[taken] = now - arrives[taken]
                ends[0] = now + service[taken]
            else:
                busy -= 1
                ends[0], groups[0] = ends[busy], groups[busy]
                free[group] += 1
            _sift_down(ends, groups, busy)
            continue
        mine = skill[call]
        group = _first_free(order[mine], free)
        if group >= 0:
            free[group] -= 1
            waited[call] = 0.0
            ends[busy], groups[busy] = arrives[call] + service[call], group
            _sift_up(ends, groups, busy)
            busy += 1
        else:
            if head[mine] < 0:
                head[mine] = call
            else:
                following[tail[mine]] = call
            tail[mine] = call
        call += 1
    _oldest(np.inf, np.full(skills, True), head, following, arrives, patience, waited)
    return waited
