"""The rest of a day is judged from what came; levers do to people and calls what they say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.levers import Half, Lever, abreast, paid_hours, pulled
from ascolto.workforce.reaching import moved_breaks
from ascolto.workforce.rosters import Shift
from ascolto.workforce.today import (
    HALF_HOUR,
    LEAST_CV,
    MOST_CV,
    Expected,
    by_half_hour,
    on_duty,
    rest_of_day,
    tells_apart,
)

NINE = datetime(2026, 3, 9, 9, tzinfo=UTC)
CV = st.floats(LEAST_CV, MOST_CV)
CALLS = st.floats(0, 5_000)
COUNTS = st.integers(0, 5_000)


@given(CV)
def test_a_day_of_which_nothing_was_expected_yet_goes_as_planned(cv: float) -> None:
    rest = rest_of_day(expected=0.0, came=0, cv=cv)
    assert (rest.ratio, rest.factor) == (1.0, 1.0)
    assert rest.cv == pytest.approx(cv)


@given(st.floats(0.1, 5_000), COUNTS, CV)
def test_the_rest_lies_between_what_was_planned_and_what_came(
    expected: float, came: int, cv: float
) -> None:
    rest = rest_of_day(expected=expected, came=came, cv=cv)
    low, high = sorted((1.0, came / expected))
    assert low - 1e-9 <= rest.factor <= high + 1e-9
    assert rest.cv <= cv + 1e-9, "nothing that came makes a day less sure than it was"


@given(st.floats(1, 100), st.floats(0.2, 3.0), CV, st.integers(2, 50))
def test_the_same_ratio_moves_the_rest_more_the_more_has_come(
    expected: float, ratio: float, cv: float, times: int
) -> None:
    some = rest_of_day(expected=expected, came=expected * ratio, cv=cv)
    more = rest_of_day(expected=expected * times, came=expected * ratio * times, cv=cv)
    assert abs(more.factor - ratio) <= abs(some.factor - ratio) + 1e-9
    much = rest_of_day(expected=1e9, came=1e9 * ratio, cv=cv)
    assert much.factor == pytest.approx(ratio, rel=1e-4)


@given(st.floats(1, 5_000), COUNTS)
def test_a_surer_forecast_gives_way_less(expected: float, came: int) -> None:
    sure = rest_of_day(expected=expected, came=came, cv=LEAST_CV)
    unsure = rest_of_day(expected=expected, came=came, cv=MOST_CV)
    assert abs(sure.factor - 1) <= abs(unsure.factor - 1) + 1e-9


@given(st.lists(CALLS, min_size=4, max_size=4), st.sampled_from([15, 30, 60]))
def test_a_day_by_half_hours_expects_as_much_as_by_any_other_grid(
    calls: list[float], minutes: int
) -> None:
    told = [
        Expected(NINE + n * timedelta(minutes=minutes), mean, mean / 2, mean * 2, 0.1)
        for n, mean in enumerate(calls)
    ]
    found = by_half_hour(told, minutes=minutes)
    assert sum(one.mean for one in found) == pytest.approx(sum(calls))
    assert [one.starts_at for one in found] == [NINE + n * HALF_HOUR for n in range(len(found))]
    assert len(found) == 4 * minutes // 30


def shift(who: str, *parts: tuple[str, int, str | None]) -> Shift:
    minutes = sum(length for _, length, _ in parts) or 240
    return Shift(
        operator_id=who,
        day=date(2026, 3, 9),
        starts_at=NINE,
        ends_at=NINE + timedelta(minutes=minutes),
        place="home",
        parts=tuple(
            {"kind": kind, "minutes": length, **({"queue_id": queue} if queue else {})}
            for kind, length, queue in parts
        ),
    )


def test_whoever_pauses_or_works_elsewhere_is_not_on_duty() -> None:
    shifts = [
        shift("anna", ("queue", 45, "q"), ("pause", 15, None), ("queue", 60, "other")),
        shift("bruno"),
        shift("carla", ("queue", 120, None)),
        shift("dario", ("queue", 120, "q")),
    ]
    crew = frozenset({"anna", "bruno", "carla"})

    def there(at: datetime) -> tuple[float, int]:
        found = on_duty(shifts, queue_id="q", crew=crew, starts_at=at)
        return found.mean, found.people

    assert there(NINE) == (3.0, 3), "dario may not take from this queue"
    assert there(NINE + HALF_HOUR) == (2.5, 3)
    assert there(NINE + 2 * HALF_HOUR) == (2.0, 2)
    assert there(NINE + 4 * HALF_HOUR) == (1.0, 1), "carla has gone, bruno stays until one"
    assert there(NINE - HALF_HOUR) == (0.0, 0)


def ahead(*calls: float, people: float = 10.0) -> list[Half]:
    return [Half(NINE + n * HALF_HOUR, one, people) for n, one in enumerate(calls)]


def lever(kind: str, first: int, last: int, **more: object) -> Lever:
    return Lever(
        kind=kind,
        from_at=NINE + first * HALF_HOUR,
        until_at=NINE + last * HALF_HOUR,
        **more,  # type: ignore[arg-type] # whatever a lever takes
    )


def test_each_lever_moves_the_people_it_names_where_it_says() -> None:
    halves = {"q": ahead(9, 9, 9, 9), "other": ahead(1, 1, 1, 1)}

    def people(one: Lever) -> tuple[list[float], list[float]]:
        found = pulled(halves, one, queue_id="q")
        return [h.people for h in found["q"]], [h.people for h in found["other"]]

    same = [10.0] * 4
    assert people(lever("time_off", 1, 3, people=2)) == ([10, 8, 8, 10], same)
    assert people(lever("extra_hours", 2, 4, people=3)) == ([10, 10, 13, 13], same)
    assert people(lever("skill_move", 0, 1, people=4, other_queue_id="other")) == (
        [14, 10, 10, 10],
        [6, 10, 10, 10],
    )
    moved = lever("break_move", 0, 1, people=2, to_at=NINE + 3 * HALF_HOUR)
    move = lever("skill_move", 0, 1, people=4, other_queue_id="other")
    kept = pulled(halves, move, queue_id="q", keep_both=True)
    assert kept == halves, "who cannot be taken from a queue helps as one of its people"
    assert paid_hours(lever("time_off", 1, 3, people=2)) == -2.0
    assert paid_hours(lever("extra_hours", 2, 4, people=3)) == 3.0
    assert paid_hours(moved) == 0.0


@pytest.mark.parametrize(("lasts", "half_hours"), [(15, 0.5), (30, 1.0)])
@pytest.mark.parametrize(("wanted", "moved"), [(1, 1), (2, 2), (5, 3)])
def test_a_break_that_moves_counts_for_as_long_as_it_lasts(
    lasts: int, half_hours: float, wanted: int, moved: int
) -> None:
    work = {"kind": "queue", "minutes": 60}
    parts = (work, {"kind": "pause", "minutes": lasts}, work)
    ends = NINE + timedelta(minutes=120 + lasts)
    shifts = [Shift(who, NINE.date(), NINE, ends, "site", parts) for who in "abc"]
    shifts.append(Shift("d", NINE.date(), NINE, ends, "site"))
    starts = [NINE + n * HALF_HOUR for n in range(6)]
    one = lever("break_move", 2, 3, people=wanted, to_at=NINE + HALF_HOUR)
    breaks = moved_breaks(shifts, one, queue_id="q", crew=frozenset("abcd"), starts=starts)
    halves = [Half(at, 9.0, 10.0) for at in starts]
    people = [half.people for half in pulled({"q": halves}, one, queue_id="q", breaks=breaks)["q"]]
    by = moved * half_hours
    assert people == pytest.approx([10, 10 - by, 10 + by, 10, 10, 10])


@settings(max_examples=50)
@given(st.lists(CALLS, min_size=4, max_size=12), st.floats(0.0, 0.9), st.integers(1, 3))
def test_whoever_is_called_back_is_called_back_the_same_day(
    calls: list[float], share: float, until: int
) -> None:
    before = ahead(*calls)
    after = pulled({"q": before}, lever("callback", 0, until, share=share), queue_id="q")["q"]
    assert sum(one.calls for one in after) == pytest.approx(sum(calls))
    for old, new in zip(before[:until], after[:until], strict=True):
        assert new.calls == pytest.approx(old.calls * (1 - share))


def test_queues_with_different_hours_are_laid_on_the_same_half_hours() -> None:
    early, late = ahead(3, 4, 5), ahead(6, 7)
    late = [Half(one.starts_at + 2 * HALF_HOUR, one.calls, one.people) for one in late]
    found = abreast({"early": early, "late": late, "closed": []})
    assert [one.starts_at for one in found["early"]] == [NINE + n * HALF_HOUR for n in range(4)]
    assert [one.starts_at for one in found["late"]] == [one.starts_at for one in found["early"]]
    assert [one.calls for one in found["early"]] == [3, 4, 5, 0]
    assert [one.calls for one in found["late"]] == [0, 0, 6, 7]
    assert [one.people for one in found["late"]] == [0, 0, 10, 10]
    assert [one.people for one in found["closed"]] == [0, 0, 0, 0]
    assert abreast({"closed": []}) == {"closed": []}


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_two_crews_tell_of_nobody_when_they_are_one_or_differ_by_a_group(
    crew: frozenset[int], other: frozenset[int]
) -> None:
    mine, theirs = ({str(n) for n in one} for one in (crew, other))
    apart = len(mine - theirs) + len(theirs - mine)
    assert tells_apart(mine, [theirs], smallest=5) == (apart in {1, 2, 3, 4})
    assert tells_apart(mine, [mine, theirs], smallest=5) == tells_apart(mine, [theirs], smallest=5)
    assert not tells_apart(mine, [], smallest=5)
