"""How many of which shift cover a demand at least cost, people left aside: a covering problem.

Each day is solved by itself as a mixed-integer program by HiGHS (in scipy), to proven optimality.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A shift in intervals: when it begins, how long it is, when the meal within it begins."""

    start: int
    length: int
    meal: int | None = None

    def covers(self, intervals: int) -> Whole:
        """Return 1 for each interval of a day in which somebody on this shift is at work."""
        found = np.zeros(intervals, np.int64)
        found[self.start : self.start + self.length] = 1
        if self.meal is not None:
            found[self.meal] = 0
        return found


@dataclass(frozen=True, slots=True)
class Covering:
    """How many of each type on each day (d, type), what they cost, what must cost at least."""

    counts: Whole
    cost: float
    at_least: float

    @property
    def proven(self) -> bool:
        """Tell whether nothing cheaper exists."""
        return self.at_least >= self.cost - 1e-6


class UncoveredError(ValueError):
    """A demand that no number of these shifts covers."""


def cover(demand: Floats, types: list[ShiftType]) -> Covering:
    """Return the cheapest counts whose people at work are at least `demand` (d, t) everywhere.

    A type costs the intervals in which it is at work. UncoveredError when an interval with demand
    is in no type.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 — half a second

    intervals = demand.shape[1]
    matrix = np.array([one.covers(intervals) for one in types], float).T
    prices = matrix.sum(axis=0)
    counts, cost, least = np.zeros((len(demand), len(types)), np.int64), 0.0, 0.0
    for day, due in enumerate(demand):
        if (due[matrix.sum(axis=1) == 0] > 0).any():
            raise UncoveredError(f"day {day}: demand in an interval that no shift covers")
        found = milp(
            prices,
            constraints=LinearConstraint(matrix, lb=np.ceil(due - 1e-9)),
            integrality=np.ones(len(types)),
            bounds=Bounds(0, np.inf),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            raise UncoveredError(f"day {day}: {found.message}")
        counts[day] = np.rint(found.x).astype(np.int64)
        cost += float(prices @ counts[day])
        least += float(np.ceil(found.mip_dual_bound - 1e-6))
    return Covering(counts, cost, least)
