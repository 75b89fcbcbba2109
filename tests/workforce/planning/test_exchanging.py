"""Swaps and leave on any roster: rules with their article, and undone exactly."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.asking import kept, read
from ascolto.workforce.exchanging import (
    Why,
    against,
    put_back,
    swapped,
    unagreed,
    uncovered,
    without,
)
from ascolto.workforce.rosters import Shift

MONDAY = date(2026, 3, 9)
PEOPLE = ("anna", "bruno", "carla")
BREAK = ({"kind": "queue", "minutes": 180}, {"kind": "meal", "minutes": 30})


def shift(who: str, day: int, hour: int, hours: int = 6) -> Shift:
    on = MONDAY + timedelta(days=day)
    starts = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    rest = ({"kind": "queue", "minutes": hours * 60 - 210},) if hours > 6 else ()
    parts = (*BREAK, *rest) if hours > 6 else ()
    return Shift(who, on, starts, starts + timedelta(hours=hours), "home", parts)


@st.composite
def rosters(draw: st.DrawFn) -> list[Shift]:
    found = [
        shift(who, day, draw(st.integers(5, 15)), draw(st.integers(4, 8)))
        for who in PEOPLE
        for day in range(5)
        if draw(st.booleans())
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.operator_id))


@settings(max_examples=80)
@given(rosters(), st.integers(0, 4), st.sampled_from(["swap", "leave"]))
def test_a_swap_or_a_leave_undone_is_the_roster_before(
    roster: list[Shift], day: int, kind: str
) -> None:
    on = MONDAY + timedelta(days=day)
    if kind == "leave":
        after, people = without(roster, who="anna", day=on), {"anna"}
    else:
        after, people = swapped(roster, a="anna", b="bruno", day=on), {"anna", "bruno"}
    then = [one for one in roster if one.operator_id in people and one.day == on]
    now = [one for one in after if one.operator_id in people and one.day == on]
    # Through what a request keeps of them, as text.
    then, now = [read(kept(one)) for one in then], [read(kept(one)) for one in now]
    if not then:
        return
    assert put_back(after, now=now, then=then) == roster
    untouched = [one for one in roster if one.day != on or one.operator_id not in people]
    assert [one for one in after if one.day != on or one.operator_id not in people] == untouched
    if now:
        moved = [one for one in after if one not in now]
        assert put_back(moved, now=now, then=then) is None, "it was changed again since"


@settings(max_examples=80)
@given(rosters(), st.integers(0, 4))
def test_a_swap_that_is_allowed_leaves_everybody_their_rest(roster: list[Shift], day: int) -> None:
    on = MONDAY + timedelta(days=day)
    after = swapped(roster, a="anna", b="bruno", day=on)
    if against(after, people=("anna", "bruno"), day=on):
        return
    for who in ("anna", "bruno"):
        own = sorted((one for one in after if one.operator_id == who), key=lambda one: one.day)
        for one, other in pairwise(own):
            if on in (one.day, other.day):
                assert other.starts_at - one.ends_at >= timedelta(hours=11)


def test_a_swap_that_takes_the_rest_is_refused_with_whose_day_and_which_article() -> None:
    roster = [shift("anna", 0, 7), shift("bruno", 0, 16), shift("anna", 1, 6)]
    (why,) = against(
        swapped(roster, a="anna", b="bruno", day=MONDAY), people=("anna", "bruno"), day=MONDAY
    )
    assert (why.operator_id, why.day) == ("anna", MONDAY + timedelta(days=1))
    assert (why.rule, why.article) == (
        "less than 11 hours after the shift before",
        "D.Lgs. 66/2003 art. 7",
    )


def test_a_seventh_day_and_a_49th_hour_are_refused() -> None:
    six = [shift("anna", day, 8, 8) for day in range(6)]
    whole = [*six, shift("bruno", 6, 8, 8)]
    sunday = MONDAY + timedelta(days=6)
    found = against(swapped(whole, a="anna", b="bruno", day=sunday), people=("anna",), day=sunday)
    assert [one.article for one in found] == ["D.Lgs. 66/2003 art. 9", "D.Lgs. 66/2003 art. 4"]


def eight_paid(who: str, day: int) -> Shift:
    """Return eight hours of work and half an hour for a meal."""
    one = shift(who, day, 8, 8)
    return replace(
        one,
        ends_at=one.ends_at + timedelta(minutes=30),
        parts=(*one.parts, {"kind": "queue", "minutes": 30}),
    )


def test_a_meal_is_no_part_of_the_48_hours_of_a_week() -> None:
    six = [eight_paid("anna", day) for day in range(5)] + [eight_paid("bruno", 5)]
    saturday = MONDAY + timedelta(days=5)
    after = swapped(six, a="anna", b="bruno", day=saturday)
    assert against(after, people=("anna", "bruno"), day=saturday) == []
    longer = replace(after[5], ends_at=after[5].ends_at + timedelta(minutes=15))
    (why,) = against([*after[:5], longer], people=("anna",), day=saturday)
    assert (why.rule, why.article) == (
        "48.25 hours in the week, 48 at most",
        "D.Lgs. 66/2003 art. 4",
    )


def test_a_swap_that_takes_the_weekly_rest_is_refused_as_a_draft_would_be() -> None:
    wednesday = MONDAY + timedelta(days=2)
    roster = [shift("anna", 0, 16), shift("anna", 2, 14), shift("bruno", 2, 7)]
    assert against(roster, people=("anna", "bruno"), day=wednesday) == []
    (why,) = against(
        swapped(roster, a="anna", b="bruno", day=wednesday),
        people=("anna", "bruno"),
        day=wednesday,
    )
    assert (why.operator_id, why.day) == ("anna", wednesday)
    assert (why.rule, why.article) == (
        "less than 35 hours around a day off",
        "D.Lgs. 66/2003 art. 9",
    )
    # What lies elsewhere is not this change's doing.
    assert (
        against(
            swapped(roster, a="anna", b="bruno", day=MONDAY + timedelta(days=4)),
            people=("anna", "bruno"),
            day=MONDAY + timedelta(days=4),
        )
        == []
    )


def test_a_day_off_is_refused_by_the_half_hours_in_which_too_few_would_be_left() -> None:
    nine = datetime(2026, 3, 9, 9, tzinfo=UTC)
    ten = nine + timedelta(hours=1)
    found = uncovered({nine: 5.0, ten: 6.0}, {nine: 5.0, ten: 5.0}, gone={nine: 1.0, ten: 1.0})
    assert found == [Why("09:00: 4 would be left, it takes 5")]


def test_short_and_split_shifts_are_for_who_agrees_to_them() -> None:
    split = [shift("anna", 0, 7, 4), shift("anna", 0, 15, 4), shift("bruno", 0, 9, 2)]
    none = frozenset[str]()
    found = unagreed(split, short=none, split=none)
    assert [(one.operator_id, one.rule) for one in found] == [
        ("anna", "a split shift that was not agreed to"),
        ("bruno", "a shift under 3 hours that was not agreed to"),
    ]
    assert unagreed(split, short=frozenset({"bruno"}), split=frozenset({"anna"})) == []


def test_a_parted_day_of_more_than_thirteen_hours_is_no_swap() -> None:
    parted = [shift("bruno", 0, 6, 4), shift("bruno", 0, 17, 3)]
    day = swapped([shift("anna", 0, 9), *parted], a="anna", b="bruno", day=MONDAY)
    (why,) = against(day, people=("anna", "bruno"), day=MONDAY)
    assert (why.operator_id, why.article) == ("anna", "D.Lgs. 66/2003 art. 7")
    assert why.rule == "14 hours from the first shift to the last, 13 are the most"
    shorter = swapped([shift("anna", 0, 9), shift("bruno", 0, 7, 4), parted[1]], a="anna",
                      b="bruno", day=MONDAY)  # fmt: skip
    assert against(shorter, people=("anna", "bruno"), day=MONDAY) == []
