"""What everybody's shifts keep, whatever is agreed, across the edges of a version."""

from datetime import UTC, date, datetime, timedelta

from ascolto.workforce.agreements import Agreement
from ascolto.workforce.hours import away, beyond_hours
from ascolto.workforce.rosters import Roster, Shift

MONDAY = date(2026, 3, 9)


def shift(day: int, hour: int = 8, hours: float = 6) -> Shift:
    on = MONDAY + timedelta(days=day)
    starts = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return Shift("anna", on, starts, starts + timedelta(hours=hours), "home")


def week(first: int = 0, last: int = 6) -> Roster:
    begun = datetime(2026, 3, 1, tzinfo=UTC)
    monday, sunday = MONDAY + timedelta(days=first), MONDAY + timedelta(days=last)
    return Roster("r", monday, sunday, "Settimana", begun, "", None, None, 1)


def told(shifts: list[Shift], roster: Roster) -> list[tuple[int, str]]:
    found = beyond_hours(shifts, roster)
    return [((one.day - MONDAY).days, one.article.removeprefix("D.Lgs. 66/2003 ")) for one in found]


def test_a_row_of_days_that_goes_on_after_the_last_sunday_is_the_rosters_doing() -> None:
    twelve = [shift(day, hours=4) for day in range(1, 13)]
    assert told(twelve, week()) == [(day, "art. 9") for day in range(7, 13)]
    assert told([one for one in twelve if one.day.isoweekday() != 7], week()) == []
    assert told(twelve, week(14, 20)) == [], "a row beside its days is not its doing"
    assert told(twelve, week(3, 3)) == [(day, "art. 9") for day in range(7, 13)]


def test_a_day_off_that_a_version_makes_too_short_is_told_where_it_ends() -> None:
    around = [shift(-1, 20, 4), shift(1, 6)]
    assert told(around, week(0, 0)) == [(1, "art. 9")]
    assert told(around, week(2, 6)) == []
    assert told([shift(-1, 8), shift(1, 6)], week(0, 0)) == []


def test_the_hours_of_a_week_are_those_of_work_and_not_of_meals() -> None:
    six = [shift(day, hours=8) for day in range(6)]
    assert told(six, week()) == []
    assert told([*six[:5], shift(5, hours=8.5)], week()) == [(0, "art. 4")]
    parts = ({"kind": "queue", "minutes": 240}, {"kind": "meal", "minutes": 30},
             {"kind": "queue", "minutes": 240})  # fmt: skip
    meals = [Shift("anna", one.day, one.starts_at, one.ends_at + timedelta(minutes=30), "home",
                   parts) for one in six]  # fmt: skip
    assert told(meals, week()) == []


def test_a_parted_day_is_thirteen_hours_from_its_first_shift_to_its_last_at_most() -> None:
    assert told([shift(0, 6, 4), shift(0, 15, 4)], week()) == []
    assert told([shift(0, 6, 4), shift(0, 15, 4.25)], week()) == [(0, "art. 7")]
    assert told([shift(0, 6, 4), shift(0, 15, 5)], week(1)) == []


def test_work_on_a_day_of_leave_or_without_a_contract_is_told_even_without_parts() -> None:
    left = Agreement(operator_id="anna", from_day=MONDAY + timedelta(days=2), contract_id=None)
    held = Agreement(operator_id="anna", from_day=date(2026, 1, 1), contract_id="c")
    leave = frozenset({("anna", MONDAY)})
    found = away([shift(0), shift(1), shift(2)], leave=leave, agreements={"anna": [held, left]})
    assert [(one.day, one.rule) for one in found] == [
        (MONDAY, "at work on a day of leave"),
        (MONDAY + timedelta(days=2), "no contract holds on this day"),
    ]
    assert away([shift(2)], leave=leave, agreements={}) == []
