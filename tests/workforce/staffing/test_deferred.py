"""Work that may wait: done in time, in the valleys, in business hours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing.deferred import place_deferred

LIVE = np.array([2.0, 5, 9, 9, 6, 3, 2, 2])


def test_mail_fills_the_valleys_of_the_live_work() -> None:
    placed = place_deferred([[4.0, 4, 2, 0, 0, 0, 0, 0]], [4], live=LIVE)
    assert placed.late.sum() == pytest.approx(0, abs=1e-6)
    assert placed.people.sum() == pytest.approx(10)
    # The second interval's work has 2.5 + 0 + 0 + 1.5 of room under 7.5: not one bit less does.
    assert placed.level == pytest.approx(7.5)
    assert placed.people[[2, 3]].tolist() == [0, 0]


def test_the_window_is_counted_in_open_intervals_only() -> None:
    closed_at_night = np.array([True] * 4 + [False] * 6 + [True] * 4)
    work = np.zeros((1, 14))
    work[0, 3] = 2.0  # the last interval of the day, due within two open ones
    work[0, 6] = 1.0  # in the night: counts from the morning
    placed = place_deferred(work, [2], live=np.zeros(14), open_=closed_at_night)
    assert placed.people[~closed_at_night].sum() == 0
    assert placed.people[[3, 10, 11]].sum() == pytest.approx(3)
    assert placed.level == pytest.approx(1.0)


def test_with_too_few_people_it_says_what_is_late() -> None:
    placed = place_deferred([[6.0, 0, 0, 0]], [2], live=np.zeros(4), capacity=[2, 2, 2, 2])
    assert placed.people.tolist() == [2, 2, 2, 0]
    assert placed.late.tolist() == [0, 2, 0, 0]
    assert placed.backlog.tolist() == [4, 2, 0, 0]


def test_urgent_work_goes_first() -> None:
    work = [[3.0, 0, 0, 0], [1.0, 0, 0, 0]]
    placed = place_deferred(work, [4, 1], live=np.zeros(4), capacity=[1, 1, 1, 1])
    assert placed.late.sum() == pytest.approx(0)


@settings(max_examples=50)
@given(
    st.lists(st.floats(0, 10), min_size=6, max_size=20),
    st.integers(1, 8),
    st.integers(0, 100),
)
def test_all_work_is_done_once_and_no_lower_level_would_do(
    amounts: list[float], window: int, seed: int
) -> None:
    live = np.random.default_rng(seed).uniform(0, 5, len(amounts))
    placed = place_deferred([amounts], [window], live=live)
    assert placed.people.sum() == pytest.approx(sum(amounts), abs=1e-6)
    assert placed.late.sum() == pytest.approx(0, abs=1e-5)
    busy = placed.people > 1e-9
    assert (live + placed.people)[busy].max(initial=0) <= placed.level + 1e-6
    if sum(amounts) > 0.1:
        lower = np.full(live.size, placed.level - 0.01)
        assert place_deferred([amounts], [window], live=live, capacity=lower).late.sum() > 0


def test_what_cannot_be_placed_is_refused() -> None:
    with pytest.raises(BadFigure, match="never open"):
        place_deferred([[1.0]], [1], live=[0.0], open_=[False])
    with pytest.raises(BadFigure):
        place_deferred([[-1.0]], [1], live=[0.0])
    with pytest.raises(BadFigure):
        place_deferred([[1.0, 2.0]], [1], live=[0.0])
