"""Anonymous shifts over a demand: proven cheapest, as by trying everything on small days."""

from itertools import product

import numpy as np
import pytest

from ascolto.workforce.rostering.covering import ShiftType, UncoveredError, cover


def test_a_small_day_is_covered_as_cheaply_as_by_trying_everything() -> None:
    types = [ShiftType(0, 4), ShiftType(2, 4), ShiftType(0, 5, 2), ShiftType(1, 5, 3)]
    chance = np.random.default_rng(4)
    matrix = np.array([one.covers(6) for one in types]).T
    for _ in range(10):
        due = chance.integers(0, 4, 6).astype(float)
        found = cover(due[None], types)
        every = (
            int((matrix @ np.array(counts)).sum())
            for counts in product(range(7), repeat=len(types))
            if (matrix @ np.array(counts) >= due).all()
        )
        assert found.cost == min(every)
        assert found.proven


def test_demand_that_no_shift_reaches_is_refused() -> None:
    with pytest.raises(UncoveredError, match="day 0"):
        cover(np.ones((1, 6)), [ShiftType(0, 4)])
