"""The same day, told in six ways: the choice of formula is what a penalty hangs on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.insight.formulas import FORMULAS, formula, quantile, too_few, withhold
from ascolto.insight.model import Tally

# 1,000 answered, 60 abandoned, 860 answered within 20 s, 20 abandoned within 20 s, 10 within 5 s.
ONE_DAY = Tally(
    requested=1060,
    answered=1000,
    answered_in_time=860,
    abandoned=60,
    abandoned_in_time=20,
    abandoned_short=10,
)


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("sl_credit", 83.0),
        ("sl_answered", 86.0),
        ("sl_strict", 81.1),
        ("sl_excl_thr", 82.7),
        ("sl_excl_short", 81.9),
        ("arera_ls", 94.3),
    ],
)
def test_one_day_has_six_service_levels(name: str, percent: float) -> None:
    chosen = formula(name, 1)
    assert chosen is not None
    value = chosen.of(ONE_DAY).value
    assert value is not None
    assert round(value * 100, 1) == percent


def test_a_day_without_requests_has_no_percentage() -> None:
    for chosen in FORMULAS.values():
        assert chosen.of(Tally()).value is None


def test_a_satisfaction_share_is_hidden_below_thirty_answers() -> None:
    chosen = formula("csat")
    assert chosen is not None
    few = chosen.of(Tally(closed=100, scores=(5,) * 29))
    assert (few.value, few.numerator, few.denominator) == (None, 0, 29)
    assert "low" not in few.detail
    shown = chosen.of(Tally(closed=100, scores=(5,) * 24 + (3,) * 6))
    assert shown.value == pytest.approx(0.8)
    assert shown.detail["response_rate"] == pytest.approx(0.3)
    # Wilson's interval of 24 out of 30, as tables have it.
    assert shown.detail["low"] == pytest.approx(0.6269, abs=1e-4)
    assert shown.detail["high"] == pytest.approx(0.9049, abs=1e-4)


def test_an_unknown_formula_or_version_is_not_silently_another() -> None:
    assert formula("sl_strict", 99) is None
    assert formula("service_level") is None


counts = st.integers(min_value=0, max_value=500)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    waits = draw(st.lists(st.floats(min_value=0, max_value=600), max_size=20))
    lost = draw(st.lists(st.floats(min_value=0, max_value=600), max_size=20))
    return Tally(
        requested=len(waits) + len(lost),
        answered=len(waits),
        answered_in_time=sum(wait <= 20 for wait in waits),
        abandoned=len(lost),
        abandoned_in_time=sum(wait <= 20 for wait in lost),
        abandoned_short=sum(wait < 5 for wait in lost),
        answered_waits=tuple(waits),
        lost_waits=tuple(lost),
    )


@given(tallies())
def test_every_share_of_requests_lies_between_nothing_and_all(tally: Tally) -> None:
    for chosen in FORMULAS.values():
        value = chosen.of(tally).value
        if chosen.unit == "share" and value is not None:
            assert 0 <= value <= 1


@given(tallies())
def test_leaving_early_abandons_out_never_lowers_the_service_level(tally: Tally) -> None:
    def value(name: str) -> float:
        chosen = formula(name)
        assert chosen is not None
        figure = chosen.of(tally).value
        return 0.0 if figure is None else figure

    assert value("sl_strict") <= value("sl_excl_short") <= value("sl_excl_thr")
    assert value("sl_strict") <= value("sl_credit")


@given(st.lists(tallies(), min_size=1, max_size=6))
def test_a_total_is_computed_from_counts_and_not_from_percentages(parts: list[Tally]) -> None:
    total = Tally.total(parts)
    strict = formula("sl_strict")
    assert strict is not None
    assert strict.of(total).numerator == sum(part.answered_in_time for part in parts)
    assert strict.of(total).denominator == sum(part.offered for part in parts)
    step_by_step = Tally()
    for part in parts:
        step_by_step = step_by_step + part
    assert step_by_step == total


@given(st.lists(st.floats(min_value=0, max_value=1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_has_its_share_at_or_below_it(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_how_people_work_is_not_told_of_fewer_than_five() -> None:
    aht, waiting = formula("aht"), formula("asa")
    assert aht is not None
    assert waiting is not None
    four = Tally(handled=8, engaged_s=800, operators=("a", "b", "c", "d") * 2, answered=8)
    five = four + Tally(handled=1, engaged_s=100, operators=("e",))
    assert withhold(aht, four, aht.of(four)).withheld
    assert withhold(aht, four, aht.of(four)).value is None
    assert withhold(aht, five, aht.of(five)).value == pytest.approx(100)
    assert not withhold(waiting, four, waiting.of(four)).withheld


def test_what_the_total_would_tell_of_the_withheld_is_withheld_too() -> None:
    def of(people: str) -> Tally:
        return Tally(operators=tuple(people))

    assert too_few({"big": of("abcdefg"), "mid": of("hijkl"), "one": of("m")}) == {"one", "mid"}
    assert too_few({"big": of("abcdefg"), "two": of("mn"), "three": of("opq")}) == {"two", "three"}
    assert too_few({"big": of("abcdefg"), "mid": of("hijkl")}) == set()
    assert too_few({"one": of("m")}) == {"one"}
    assert too_few({"big": of("abcdefg"), "idle": of("")}) == {"idle"}
