"""An instance as the arrays that the compiled search reads.

Letters: p people, c contracts, d days, k options (a start and a length, sorted by end within their
day), t intervals, q queues, s sets of skills, l layouts, w weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import gcd
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.instance import (
    Band,
    Contract,
    Instance,
    Person,
    axis_of,
    minute_of,
    span_minutes,
)
from ascolto.workforce.rostering.layouts import PAUSE, Layout, layouts_of, split_layouts_of
from ascolto.workforce.rostering.legal import Rules
from ascolto.workforce.rostering.splitting import opens_split, split_days, splits_of

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]

FORBIDDEN = 1e9
"""What an option costs that somebody must not work."""
SHORT = 2000.0
"""What a unit of the week's contract costs that somebody is not given."""
TAIL_HOURS = 48
NONE = -1

Rows: TypeAlias = dict[tuple[int, ...], tuple[int, int, int]]
"""By paid and meal minutes, or those of a split day: row of its kind, first layout, how many."""

START, END, UNITS, KIND, AFTER_REST, AFTER_WEEK_REST, SPLIT = range(7)
CONTRACT, SKILLS, OFF_SKILLS, RUN_BEFORE, END_BEFORE, SPLITS = range(6)
LEAST, MOST = 0, 1
MISSING, EXCESS = 0, 1
INTERVALS, CONSECUTIVE, WEEK_REST = range(3)


class Arrays(NamedTuple):
    """What never changes while a roster is searched: few arrays, for each costs compiling time.

    `shifts` (c, 7, d, k): START and END intervals, UNITS of the week's measure, KIND (row of
    `kinds`), AFTER_REST and AFTER_WEEK_REST: how many options of the day before, and of two days
    before, end early enough; SPLIT: 1 for a split day. `options` (c, d): how many there are.
    `kinds` (kind, 2): first layout and how many; `slots` (l, m): intervals without screen work, as
    twice the offset, plus one in a meal or the gap of a split day; then -1.
    `static` (p, d, k): costs of wishes; `weeks` (p, w, 2): LEAST and MOST units.
    `people` (p, 6): row of the CONTRACT, SKILLS set, OFF_SKILLS set for pauses (-1: none),
    RUN_BEFORE days in a row, END_BEFORE interval, the most SPLITS of a week.
    `masks` (s,): queues of a set as bits; `demand` (t, q), t longer than the horizon, for nights
    that end after it; `weights` (2,): MISSING and EXCESS per person-interval;
    `limits` (3,): INTERVALS of the horizon, CONSECUTIVE days, WEEK_REST in intervals.
    """

    shifts: Whole
    options: Whole
    kinds: Whole
    slots: Whole
    static: Floats
    weeks: Whole
    people: Whole
    masks: Whole
    demand: Floats
    weights: Floats
    limits: Whole


@dataclass(frozen=True, slots=True)
class Option:
    """One shift that a contract allows on a day, in intervals; `usual` are the agreed bands.

    `cuts` are the minutes that the first part of a split day may last; of others there are none.
    """

    start: int
    end: int
    paid_minutes: int
    usual: bool
    cuts: tuple[int, ...] = ()

    def gap_minutes(self, step: int) -> int:
        """Return how long the time between the parts of a split day is."""
        return (self.end - self.start) * step - self.paid_minutes


@dataclass(frozen=True, slots=True)
class Problem:
    """An instance with its arrays, and the way back from rows to names."""

    instance: Instance
    axis: Axis
    rules: Rules
    options: list[list[list[Option]]]
    layouts: list[Layout]
    arrays: Arrays


def problem_of(instance: Instance, *, rules: Rules | None = None) -> Problem:
    """Return an instance as arrays."""
    rules = rules or Rules()
    axis = axis_of(instance)
    options = [
        [
            _options(contract, day, axis, split=opens_split(instance, contract))
            for day in range(instance.days)
        ]
        for contract in instance.contracts
    ]
    layouts: list[Layout] = []
    rows: Rows = {}
    for contract in instance.contracts:
        for paid in contract.shift_minutes:
            key = (paid, contract.meal_minutes)
            if key not in rows:
                found = layouts_of(
                    paid_minutes=paid,
                    meal_minutes=contract.meal_minutes,
                    interval_minutes=instance.interval_minutes,
                    rules=rules,
                )
                rows[key] = (len(rows), len(layouts), len(found))
                layouts += found
    _lay_out_split(options, instance.interval_minutes, rules, layouts, rows)
    arrays = _arrays(instance, axis, rules, options, layouts, rows)
    return Problem(instance, axis, rules, options, layouts, arrays)


def _lay_out_split(
    options: list[list[list[Option]]], step: int, rules: Rules, layouts: list[Layout], rows: Rows
) -> None:
    """Add the layouts of split days: one row for each length, gap and choice of cuts."""
    for option in (one for of in options for day in of for one in day if one.cuts):
        key = (option.paid_minutes, option.gap_minutes(step), *option.cuts)
        if key not in rows:
            found = split_layouts_of(
                paid_minutes=key[0],
                gap_minutes=key[1],
                cuts=option.cuts,
                interval_minutes=step,
                rules=rules,
            )
            rows[key] = (len(rows), len(layouts), len(found))
            layouts += found


def _options(contract: Contract, day: int, axis: Axis, *, split: bool) -> list[Option]:
    """Return the shifts a contract allows on a day, sorted by end; usual bands come first."""
    found: dict[tuple[int, int], Option] = {}
    grid: set[int] = set()
    for bands, usual in ((contract.bands, True), (contract.elastic_bands, False)):
        for band in bands:
            if day % 7 + 1 not in band.weekdays:
                continue
            for paid in contract.shift_minutes:
                span = span_minutes(contract, paid)
                for start in _starts(band, day, span, contract.start_every_minutes, axis):
                    end = start + span // axis.minutes
                    found.setdefault((start, end), Option(start, end, paid, usual))
            if split and contract.split is not None:
                least, step = contract.split.part_minutes, contract.start_every_minutes
                grid.update(_starts(band, day, least, step, axis))
    parted = []
    if contract.split is not None:
        parted = [
            Option(start, end, paid, usual, cuts)
            for start, end, paid, cuts, usual in split_days(
                contract, contract.split, day, axis, sorted(grid)
            )
        ]
    return sorted([*found.values(), *parted], key=lambda option: (option.end, option.start))


def _starts(band: Band, day: int, span: int, step: int, axis: Axis) -> Iterator[int]:
    first, last = minute_of(band.begin), minute_of(band.end)
    closes = axis.at(day, last)
    for minute in range(first, last, step):
        start = axis.at(day, minute)
        if start is None or minute >= 1440:
            continue
        # A band that closes in the hour that never comes is as long as it says.
        left = (last - minute) // axis.minutes if closes is None else closes - start
        if span // axis.minutes <= left:
            yield start


def _arrays(
    instance: Instance,
    axis: Axis,
    rules: Rules,
    options: list[list[list[Option]]],
    layouts: list[Layout],
    rows: Rows,
) -> Arrays:
    widest = max((len(one) for of in options for one in of), default=0)
    shape = (len(instance.contracts), 7, instance.days, max(1, widest))
    minutes = instance.interval_minutes
    count = np.array([[len(one) for one in of] for of in options], np.int64)
    shifts = np.zeros(shape, np.int64)
    for c, contract in enumerate(instance.contracts):
        unit = unit_minutes(contract)
        for d, found in enumerate(options[c]):
            n = len(found)
            shifts[c, START, d, :n] = [o.start for o in found]
            shifts[c, END, d, :n] = [o.end for o in found]
            counts_minutes = contract.weekly_minutes is not None
            shifts[c, UNITS, d, :n] = [
                o.paid_minutes // unit if counts_minutes else 1 for o in found
            ]
            shifts[c, KIND, d, :n] = [rows[_kind(o, contract, minutes)][0] for o in found]
            shifts[c, SPLIT, d, :n] = [len(o.cuts) > 0 for o in found]
        for field, back, rest in (
            (AFTER_REST, 1, rules.daily_rest_minutes),
            (AFTER_WEEK_REST, 2, rules.weekly_rest_minutes),
        ):
            shifts[c, field] = _early_enough(shifts[c], count[c], back, rest / minutes)
            # What was worked before the first day counts as one option of the day before it; the
            # rest after it is each person's own and asked for elsewhere.
            shifts[c, field, back - 1] = 1
    sets, people = _people(instance, axis)
    demand = np.zeros((axis.day_begins[-1] + TAIL_HOURS * 60 // minutes, len(instance.queues)))
    for q, queue in enumerate(instance.queues):
        demand[: axis.day_begins[-1], q] = instance.demand[queue.id]
    weights = instance.weights
    week_rest = -(-rules.weekly_rest_minutes // minutes)
    return Arrays(
        shifts=shifts,
        options=count,
        kinds=np.array([row[1:] for row in sorted(rows.values())], np.int64),
        slots=_slot_table(layouts),
        static=static_costs(instance, axis, rules, options, shape[2:]),
        weeks=_weeks(instance),
        people=people,
        masks=np.array(sets, np.int64),
        demand=demand,
        weights=np.array([weights.missing, weights.excess], float),
        limits=np.array([axis.day_begins[-1], rules.consecutive_days, week_rest], np.int64),
    )


def _kind(option: Option, contract: Contract, step: int) -> tuple[int, ...]:
    if option.cuts:
        return option.paid_minutes, option.gap_minutes(step), *option.cuts
    return option.paid_minutes, contract.meal_minutes


def unit_minutes(contract: Contract) -> int:
    """Return the minutes of one unit of a contract's week."""
    return gcd(*contract.shift_minutes)


def _slot_table(layouts: list[Layout]) -> Whole:
    most = max((sum(b.length for b in layout) for layout in layouts), default=0)
    slots = np.full((max(1, len(layouts)), max(1, most)), NONE, np.int64)
    for row, layout in enumerate(layouts):
        codes = [
            2 * (one.offset + n) + (one.kind != PAUSE) for one in layout for n in range(one.length)
        ]
        slots[row, : len(codes)] = codes
    return slots


def _people(instance: Instance, axis: Axis) -> tuple[list[int], Whole]:
    """Return each set of skills as bits, and what is known of each person."""
    queue_at = {queue.id: n for n, queue in enumerate(instance.queues)}
    contract_at = {contract.id: c for c, contract in enumerate(instance.contracts)}
    off = sum(1 << n for n, queue in enumerate(instance.queues) if queue.off_screen)
    masks = [sum(1 << queue_at[name] for name in set(p.skills)) for p in instance.people]
    sets = sorted({*masks, *(mask & off for mask in masks)} - {0})
    row = {mask: n for n, mask in enumerate(sets)}
    found = []
    for person, mask in zip(instance.people, masks, strict=True):
        run, end = 0, -9999
        if person.before is not None:
            run, end = person.before.consecutive_days, axis.number_of(person.before.last_end)
        c = contract_at[person.contract]
        splits = splits_of(instance.contracts[c], person)
        found.append((c, row[mask], row.get(mask & off, NONE), run, end, splits))
    return sets, np.array(found, np.int64)


def _weeks(instance: Instance) -> Whole:
    """Return the least and the most units of each person's weeks; leave days count as worked."""
    weeks = range(instance.days // 7)
    contracts = {contract.id: contract for contract in instance.contracts}
    return np.array(
        [
            [week_units(instance, contracts[person.contract], person, w) for w in weeks]
            for person in instance.people
        ],
        np.int64,
    )


def week_units(
    instance: Instance, contract: Contract, person: Person, week: int
) -> tuple[int, int]:
    """Return the least and the most units of a person's week, less those of leave."""
    monday = instance.start + timedelta(days=7 * week)
    leave = len({day for day in person.leave if monday <= day < monday + timedelta(days=7)})
    if contract.shifts_per_week is not None:
        due = max(0, contract.shifts_per_week - leave)
        return due, due
    low, high = contract.weekly_minutes or (0, 0)
    unit, high = unit_minutes(contract), min(high, 2880)
    # A day of leave stands for a fifth of the week.
    least = max(0, -(-(low * (5 - leave)) // (5 * unit)))
    return least, max(least, high * (5 - min(5, leave)) // (5 * unit))


def _early_enough(shifts: Whole, count: Whole, back: int, rest: float) -> Whole:
    """Return how many options of `back` days before end at least `rest` before each start."""
    found = np.zeros(shifts.shape[1:], np.int64)
    for d in range(back, shifts.shape[1]):
        latest = shifts[START, d, : count[d]] - rest
        ends = shifts[END, d - back, : count[d - back]]
        found[d, : count[d]] = np.searchsorted(ends, latest, side="right")
    return found


def static_costs(
    instance: Instance,
    axis: Axis,
    rules: Rules,
    options: list[list[list[Option]]],
    shape: tuple[int, ...],
) -> Floats:
    """Return what each option costs each person: wishes refused, what must not be."""
    weights = instance.weights
    contract_at = {contract.id: c for c, contract in enumerate(instance.contracts)}
    opens = [[axis.at(d, m) for m in range(0, LATEST, axis.minutes)] for d in range(axis.days)]
    static = np.zeros((len(instance.people), *shape))
    starts = [[np.array([o.start for o in one], float) for one in of] for of in options]
    ends = [[np.array([o.end for o in one], float) for one in of] for of in options]
    usual = [[np.array([o.usual for o in one], bool) for one in of] for of in options]
    split = [[np.array([len(o.cuts) > 0 for o in one], bool) for one in of] for of in options]
    for p, person in enumerate(instance.people):
        c = contract_at[person.contract]
        away = {(day - instance.start).days for day in person.leave}
        asked = {(day - instance.start).days for day in person.days_off}
        for d in range(axis.days):
            at = starts[c][d]
            cost = static[p, d, : len(at)]
            if d in away:
                cost += FORBIDDEN
            if d in asked:
                cost += weights.day_off
            outside = np.zeros(len(at), bool)
            for window, until in (
                (person.preferred_start, at),
                (person.preferred_hours, ends[c][d]),
            ):
                if window is not None:
                    first = opens[d][minute_of(window.begin) // axis.minutes]
                    last = opens[d][minute_of(window.end) // axis.minutes]
                    if first is not None and last is not None:
                        outside |= (at < first) | (until > last)
            cost += np.where(outside, weights.preference, 0.0)
            cost += np.where(usual[c][d], 0.0, weights.elastic if person.elastic else FORBIDDEN)
            cost += np.where(split[c][d], weights.split if person.split else FORBIDDEN, 0.0)
            if person.before is not None:
                _keep_rest(cost, at, person, axis, rules)
    return static


LATEST = 48 * 60 + 1


def _keep_rest(cost: Floats, at: Floats, person: Person, axis: Axis, rules: Rules) -> None:
    """Forbid what begins too soon after the last shift before the first day."""
    if person.before is None:
        return
    ended = axis.number_of(person.before.last_end)
    rest = rules.daily_rest_minutes if person.before.consecutive_days else rules.weekly_rest_minutes
    cost += np.where(at - ended < rest / axis.minutes, FORBIDDEN, 0.0)
