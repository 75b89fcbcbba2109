"""What-ifs side by side: the numbers are the requirement's own, and the risk is what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.staffing.comparing import Day, WhatIf, in_blocks, side_by_side
from ascolto.workforce.staffing.requirement import Promise, required_uncertain

MEANS = np.array([0.0, 6.0, 12.0, 31.0, 44.0, 30.0, 9.0, 0.0])
CVS = np.full(MEANS.size, 0.12)


def promise(**more: float) -> Promise:
    told = {"service_level": 0.8, "target_s": 20.0, "aht_s": 300.0, "patience_s": 300.0}
    return Promise(**{**told, **more})


def what(**more: object) -> WhatIf:
    return WhatIf(**{"promise": promise(), "shrinkage": {"away": 0.3}, **more})  # type: ignore[arg-type] # told by name


def day(**more: object) -> Day:
    return Day(MEANS, CVS, what(**more), minutes=30)


def test_without_a_change_it_is_the_requirement_itself() -> None:
    loads = MEANS / 1800 * 300
    same = required_uncertain(loads, promise(), rate_cv=CVS).operators
    assert (day().operators == same).all()
    assert day().paid_hours(same) == sum(np.ceil(np.round(same / 0.7, 6))) / 2


def test_a_tenth_more_is_a_tenth_more_in_every_interval() -> None:
    grown = Day(MEANS * 1.1, CVS, what(), minutes=30)
    assert (day(growth=0.1).operators == grown.operators).all()


def test_the_risk_is_the_share_of_days_on_which_too_few_are_answered_in_time() -> None:
    one = day()
    people = one.operators - 1
    risk = one.risk(people, below=0.7)
    draws = np.random.default_rng(1).gamma(1 / one.cv**2, one.cv**2, 4_000)
    bad = np.mean([one.level(people, float(factor)) < 0.7 for factor in draws])
    assert risk.chance == pytest.approx(float(bad), abs=0.02)
    assert 0.05 < risk.chance < 0.95, "a risk that could be anything"


def test_more_people_make_it_safe_and_one_fewer_would_not() -> None:
    one = day()
    few = np.maximum(one.operators - 2, 1)
    safe = one.made_safe(few, risk=one.risk(few, below=0.75), accepted=0.05)
    assert one.risk(safe, below=0.75).chance <= 0.05
    fewer = np.maximum(safe - (one.loads > 0), 0)
    assert one.risk(fewer, below=0.75).chance > 0.05


def test_the_first_ones_people_are_judged_in_the_others_day() -> None:
    base, storm = side_by_side(MEANS, CVS, [what(), what(growth=0.5)], minutes=30, slack=0.1)
    assert base["held_risk"] == base["risk"]
    assert storm["held_risk"] > storm["risk"]
    assert storm["held_service_level"] < base["service_level"]
    assert storm["paid_hours"] > base["paid_hours"]


def test_a_day_without_work_takes_nobody_and_risks_nothing() -> None:
    (one,) = side_by_side(np.zeros(4), np.zeros(4), [what()], minutes=30, slack=0.1)
    assert (one["paid_hours"], one["risk"], one["service_level"]) == (0.0, 0.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_people_who_stay_longer_are_never_fewer_and_change_only_between_blocks(
    people: list[int], block: int
) -> None:
    needed = np.array(people, np.int64)
    stay = in_blocks(needed, block)
    assert (stay >= needed).all()
    assert all(len(set(stay[n : n + block])) == 1 for n in range(0, len(people), block))
    assert stay.max() == needed.max()
