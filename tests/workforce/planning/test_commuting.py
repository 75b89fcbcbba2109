"""What a plan takes of ways to work: by the organisation's means, and never of a person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.tenancy.settings import BadValue
from ascolto.workforce.commuting import COMMUTE, USUAL, Commute, footprint
from ascolto.workforce.rosters import Shift, most_at_once

DAY = date(2026, 3, 9)
NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)


def shift(who: str, hour: int, lasts: int, place: str = "site") -> Shift:
    starts = NINE + timedelta(hours=hour)
    return Shift(who, DAY, starts, starts + timedelta(hours=lasts), place)


def test_two_shifts_of_a_day_are_one_way_and_a_seat_is_free_as_its_shift_ends() -> None:
    shifts = [shift("a", 0, 2), shift("a", 4, 2), shift("b", 2, 4), shift("c", 0, 8, "home")]
    found = footprint(shifts)
    assert (found.people, found.days, found.trips) == (3, 3, 2)
    assert (found.seats, found.most) == (2, 3)


def test_the_usual_factors_are_those_of_their_source() -> None:
    usual = Commute(**USUAL)
    # ENEA: a year of 3,500 km takes 150 hours and 600 kg of CO2, all by car.
    year = 3_500 / usual.km_a_day
    assert usual.minutes(year) == pytest.approx(150 * 60)
    driving = Commute(**{**USUAL, "by_car_percent": 100})
    assert driving.kg_co2(year) == pytest.approx(600, rel=0.01)
    assert usual.kg_co2(year) == pytest.approx(0.69 * 600, rel=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"km_a_day": -1},
        {"by_car_percent": 101},
        {"minutes_a_day": True},
        {"source": " "},
        {"g_co2_per_car_km": "171"},
        {"who": "Anna"},
    ],
)
def test_factors_without_a_source_or_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        COMMUTE.parse({**USUAL, **wrong})


@given(st.lists(st.tuples(st.integers(0, 48), st.integers(1, 12)), max_size=12))
def test_the_most_at_once_is_the_most_at_any_quarter(spans: list[tuple[int, int]]) -> None:
    quarter = timedelta(minutes=15)
    told = [(NINE + a * quarter, NINE + (a + n) * quarter) for a, n in spans]
    each = [sum(a <= t < a + n for a, n in spans) for t in range(61)]
    assert most_at_once(told) == max(each)
