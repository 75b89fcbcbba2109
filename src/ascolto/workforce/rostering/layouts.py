"""Where pauses and the meal of a shift may lie, so that no stretch at the screen is too long.

A split day is laid out as one shift with a long gap in it; each of its parts has its own pauses.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations_with_replacement, pairwise

from ascolto.workforce.rostering.legal import Rules

PAUSE, MEAL, GAP = 0, 1, 2
# The first and last stretch are at least so long: a pause is not put at either end of a shift.
SHORTEST_STRETCH_MINUTES = 60
MOST_LAYOUTS = 60
# A split day has layouts of both parts for each way to cut it: so few of a part are looked at.
MOST_LAYOUTS_OF_PART = 4


@dataclass(frozen=True, slots=True)
class Break:
    """A pause, a meal or the gap of a split day, in intervals from its start."""

    offset: int
    length: int
    kind: int


Layout = tuple[Break, ...]


@lru_cache(maxsize=256)
def layouts_of(
    *, paid_minutes: int, meal_minutes: int, interval_minutes: int, rules: Rules
) -> tuple[Layout, ...]:
    """Return every layout with the fewest pauses that the rules allow; the meal is in the middle.

    Pauses count as work, so they lie within the paid time; a meal comes on top, and only in shifts
    longer than the rules' six hours.
    """
    work = paid_minutes // interval_minutes
    meal = meal_minutes // interval_minutes if paid_minutes > rules.break_beyond_minutes else 0
    longest = max(1, rules.screen_stretch_minutes // interval_minutes)
    pause = -(-rules.screen_pause_minutes // interval_minutes)
    pauses = 0
    while (pauses + (1 if meal else 0) + 1) * longest < work - pauses * pause:
        pauses += 1
    stretches = pauses + (1 if meal else 0) + 1
    screen = work - pauses * pause
    shortest = min(SHORTEST_STRETCH_MINUTES // interval_minutes, screen // stretches)
    while True:
        splits = _splits(screen, stretches, shortest, longest)
        if len(splits) <= MOST_LAYOUTS or shortest >= screen // stretches:
            break
        shortest += 1
    middle = (stretches - 1) // 2
    kinds = [(PAUSE, pause)] * (stretches - 1)
    if meal:
        kinds[middle] = (MEAL, meal)
    return tuple(_placed(split, kinds) for split in splits[:MOST_LAYOUTS])


def split_layouts_of(
    *,
    paid_minutes: int,
    gap_minutes: int,
    cuts: tuple[int, ...],
    interval_minutes: int,
    rules: Rules,
) -> tuple[Layout, ...]:
    """Return layouts of a day in two parts, the first as long as any of the `cuts` in minutes.

    No part is longer than the rules' six hours, so none has a meal.
    """

    def of_part(minutes: int) -> tuple[Layout, ...]:
        found = layouts_of(
            paid_minutes=minutes, meal_minutes=0, interval_minutes=interval_minutes, rules=rules
        )
        return found[:: -(-len(found) // MOST_LAYOUTS_OF_PART)]

    gap = gap_minutes // interval_minutes
    return tuple(
        (*first, Break(at, gap, GAP), *_later(second, at + gap))
        for cut in cuts
        for at in (cut // interval_minutes,)
        for first in of_part(cut)
        for second in of_part(paid_minutes - cut)
    )


def _later(layout: Layout, by: int) -> Iterator[Break]:
    return (replace(one, offset=one.offset + by) for one in layout)


def _splits(total: int, parts: int, shortest: int, longest: int) -> list[tuple[int, ...]]:
    """Return every way to split a total into parts within bounds."""
    spare = parts * longest - total
    found = []
    for cuts in combinations_with_replacement(range(spare + 1), parts - 1):
        marks = (0, *cuts, spare)
        split = tuple(longest - (b - a) for a, b in pairwise(marks))
        if min(split) >= shortest:
            found.append(split)
    return found


def _placed(split: tuple[int, ...], kinds: list[tuple[int, int]]) -> Layout:
    at, found = 0, []
    for stretch, (kind, length) in zip(split, kinds, strict=False):
        at += stretch
        found.append(Break(at, length, kind))
        at += length
    return tuple(found)
