"""The answer: who works when on what, as plain moments and parts, and what it costs.

A shift is told by its start and a row of parts, each so many minutes on a queue, of pause, or of
meal; a split day is two shifts. Everything else (cover, cost, fairness) can be worked out from that
and the instance.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ascolto.workforce.rostering.coverage import Cover
from ascolto.workforce.rostering.moves import CHOSEN, LAYOUT, PAUSES
from ascolto.workforce.rostering.places import places_of
from ascolto.workforce.rostering.problem import (
    CONTRACT,
    INTERVALS,
    NONE,
    OFF_SKILLS,
    SKILLS,
    Problem,
    Whole,
)
from ascolto.workforce.rostering.splitting import splits_open

PAUSE, MEAL, GAP = "pause", "meal", "gap"
Part = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Slot:
    """One interval of somebody's day: at work with a set of skills, or not (-1), and why."""

    t: int
    skills: int
    word: str


def slots_of(problem: Problem, weeks: Whole, p: int, d: int) -> list[Slot]:
    """Return a shift interval by interval, beyond the horizon too; empty for a day off."""
    arrays, k = problem.arrays, int(weeks[CHOSEN, p, d])
    if k == NONE:
        return []
    person = arrays.people[p]
    option = problem.options[int(person[CONTRACT])][d][k]
    row, bits = arrays.slots[weeks[LAYOUT, p, d]], int(weeks[PAUSES, p, d])
    unpaid = GAP if option.cuts else MEAL
    broken = {int(code) >> 1: (m, bool(code & 1)) for m, code in enumerate(row) if code >= 0}
    found = []
    for t in range(option.start, option.end):
        m, is_unpaid = broken.get(t - option.start, (NONE, False))
        if m == NONE:
            found.append(Slot(t, int(person[SKILLS]), ""))
        elif is_unpaid or not bits >> m & 1:
            found.append(Slot(t, NONE, unpaid if is_unpaid else PAUSE))
        else:
            found.append(Slot(t, int(person[OFF_SKILLS]), ""))
    return found


def _at_work(problem: Problem, weeks: Whole) -> dict[int, dict[int, list[int]]]:
    """Return who is at work in each interval, by the set of skills they are there with."""
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    people, days = weeks.shape[1:]
    for p in range(people):
        for d in range(days):
            for slot in slots_of(problem, weeks, p, d):
                if slot.skills >= 0:
                    found[slot.t][slot.skills].append(p)
    return found


def queues_of(problem: Problem, weeks: Whole, cover: Cover) -> dict[tuple[int, int], int]:
    """Return on which queue each person (p, t) works; they stay where they were if they can."""
    at_work = _at_work(problem, weeks)
    found: dict[tuple[int, int], int] = {}
    masks = [int(mask) for mask in problem.arrays.masks]
    for t in sorted(at_work):
        for s, here in at_work[t].items():
            if t >= problem.arrays.limits[INTERVALS]:
                # After the horizon nothing is asked for: they go on with what they were at.
                first = (masks[s] & -masks[s]).bit_length() - 1
                for p in here:
                    found[p, t] = found.get((p, t - 1), first)
                continue
            free = cover.spread[t, s].tolist()
            moved = []
            for p in here:
                q = found.get((p, t - 1), NONE)
                if q >= 0 and free[q] > 0:
                    free[q] -= 1
                    found[p, t] = q
                else:
                    moved.append(p)
            rest = [q for q, n in enumerate(free) for _ in range(n)]
            found.update({(p, t): q for p, q in zip(moved, rest, strict=True)})
    return found


def shifts_json(
    problem: Problem, weeks: Whole, queues: dict[tuple[int, int], int], p: int, d: int
) -> list[dict[str, Any]]:
    """Return a day's shift as it is written; of a split day the two."""
    slots = slots_of(problem, weeks, p, d)
    parts = [[one for one in slots if one.word != GAP]]
    for n, slot in enumerate(slots):
        if slot.word == GAP:
            parts = [slots[:n], [one for one in slots[n:] if one.word != GAP]]
            break
    return [_shift_json(problem, part, queues, p, d) for part in parts]


def _shift_json(
    problem: Problem, slots: list[Slot], queues: dict[tuple[int, int], int], p: int, d: int
) -> dict[str, Any]:
    names = [queue.id for queue in problem.instance.queues]
    parts: list[list[Any]] = []
    for slot in slots:
        word = names[queues[p, slot.t]] if slot.skills >= 0 else slot.word
        if parts and parts[-1][1] == word:
            parts[-1][0] += problem.axis.minutes
        else:
            parts.append([problem.axis.minutes, word])
    return {
        "day": problem.axis.date_of(d).isoformat(),
        "start": problem.axis.moment(slots[0].t).isoformat(timespec="minutes"),
        "end": problem.axis.moment(slots[-1].t + 1).isoformat(timespec="minutes"),
        "parts": parts,
    }


def roster_json(problem: Problem, weeks: Whole, cover: Cover) -> dict[str, Any]:
    """Return the roster as it is written: each person's shifts, and where they work them."""
    queues = queues_of(problem, weeks, cover)
    places = places_of(problem, weeks)
    people: dict[str, list[dict[str, Any]]] = {}
    for p, person in enumerate(problem.instance.people):
        shifts = []
        for d in range(problem.instance.days):
            if weeks[CHOSEN, p, d] != NONE:
                for shift in shifts_json(problem, weeks, queues, p, d):
                    if person.office is not None:
                        shift["place"] = "office" if (p, d) in places else "remote"
                    shifts.append(shift)
        people[person.id] = shifts
    return {"start": problem.instance.start.isoformat(), "people": people}


def cost_json(problem: Problem, weeks: Whole, cover: Cover) -> dict[str, Any]:
    """Return what the roster costs, part by part; the checker works it out by itself."""
    arrays, instance = problem.arrays, problem.instance
    within = slice(0, int(arrays.limits[INTERVALS]))
    lack = arrays.demand[within] - cover.load[within]
    missing, excess = np.maximum(lack, 0.0).sum(axis=0), np.maximum(-lack, 0.0).sum(axis=0)
    required = arrays.demand[within].sum(axis=0)
    wishes = _wishes(problem, weeks)
    weights = instance.weights
    total = (
        weights.missing * missing.sum()
        + weights.excess * excess.sum()
        + weights.day_off * wishes["days_off_refused"]
        + weights.preference * wishes["starts_outside_wish"]
        + weights.elastic * wishes["elastic_shifts"]
        + weights.split * wishes.get("split_days", 0)
    )
    return {
        "total": round(float(total), 6),
        "missing": round(float(missing.sum()), 6),
        "excess": round(float(excess.sum()), 6),
        "required": round(float(required.sum()), 6),
        "queues": {
            queue.id: {"missing": float(missing[q]), "excess": float(excess[q])}
            for q, queue in enumerate(instance.queues)
        },
        **wishes,
    }


def asked_days(problem: Problem, days: tuple[date, ...]) -> set[int]:
    """Return the numbers of dates within the horizon."""
    start, length = problem.instance.start, timedelta(days=problem.instance.days)
    return {(day - start).days for day in days if start <= day < start + length}


def _wishes(problem: Problem, weeks: Whole) -> dict[str, int]:
    """Count refused wishes and, where there may be any, split days, from the shifts themselves."""
    found = {
        "days_off_asked": 0,
        "days_off_refused": 0,
        "starts_outside_wish": 0,
        "elastic_shifts": 0,
        "units_short": 0,
    }
    if splits_open(problem.instance):
        found["split_days"] = 0
    arrays = problem.arrays
    for p, person in enumerate(problem.instance.people):
        asked = asked_days(problem, person.days_off)
        worked = {int(d) for d in np.flatnonzero(weeks[CHOSEN, p] != NONE)}
        found["days_off_asked"] += len(asked)
        found["days_off_refused"] += len(asked & worked)
        c = int(arrays.people[p, CONTRACT])
        for d in worked:
            k = int(weeks[CHOSEN, p, d])
            option = problem.options[c][d][k]
            cost = float(arrays.static[p, d, k])
            cost -= problem.instance.weights.day_off * (d in asked)
            cost -= 0.0 if option.usual else problem.instance.weights.elastic
            if option.cuts:
                cost -= problem.instance.weights.split
                found["split_days"] += 1
            found["starts_outside_wish"] += cost > 1e-9
            found["elastic_shifts"] += not option.usual
        for w in range(arrays.weeks.shape[1]):
            given = sum(
                int(arrays.shifts[c, 2, d, weeks[CHOSEN, p, d]]) for d in worked if d // 7 == w
            )
            found["units_short"] += max(0, int(arrays.weeks[p, w, 0]) - given)
    return found
