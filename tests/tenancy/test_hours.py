"""Opening hours: Italian holidays, clock changes, and working time that adds up."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.tenancy.hours import (
    DAY_MINUTES,
    HORIZON_DAYS,
    HoursError,
    NeverOpens,
    OpeningHours,
)

ROME = ZoneInfo("Europe/Rome")
OFFICE = OpeningHours("Europe/Rome", dict.fromkeys(range(5), ((540, 780), (840, 1080))))
NIGHT = OpeningHours("Europe/Rome", dict.fromkeys(range(7), ((60, 240),)), italian_holidays=False)

SPRING = date(2026, 3, 29)
AUTUMN = date(2026, 10, 25)


def rome(*parts: int) -> datetime:
    """Return a wall-clock moment of Rome."""
    return datetime(*parts, tzinfo=ROME)  # type: ignore[arg-type,misc]


@st.composite
def intervals(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Draw up to three openings of a day that do not overlap."""
    marks = draw(st.lists(st.integers(0, DAY_MINUTES), max_size=6, unique=True).map(sorted))
    return tuple(zip(marks[0::2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> OpeningHours:
    """Draw any calendar, in zones whose clocks change and one whose do not."""
    return OpeningHours(
        draw(st.sampled_from(["Europe/Rome", "Europe/Lisbon", "America/New_York", "UTC"])),
        draw(st.dictionaries(st.integers(0, 6), intervals(), max_size=7)),
        draw(st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 4, 10)), intervals())),
        italian_holidays=draw(st.booleans()),
        patron=draw(st.sampled_from([None, (6, 24), (12, 7), (2, 29)])),
    )


moments = st.datetimes(
    datetime(2026, 3, 20), datetime(2026, 11, 5), timezones=st.just(UTC)
) | st.sampled_from(
    # In UTC: Python counts within one zone on the wall clock, and a repeated hour equals nothing.
    [rome(2026, 3, 29, 1, 59).astimezone(UTC), rome(2026, 10, 25, 2, 30).astimezone(UTC)]
)


@settings(deadline=None)
@given(calendars(), moments, st.integers(1, 400_000))
def test_time_that_was_added_measures_the_same(
    hours: OpeningHours, start: datetime, seconds: int
) -> None:
    try:
        end = hours.add_business_seconds(start, seconds)
    except NeverOpens:
        horizon = start + timedelta(days=HORIZON_DAYS)
        assert hours.business_seconds(start, horizon) < seconds
        return
    assert hours.business_seconds(start, end) == seconds


@settings(deadline=None)
@given(calendars(), moments, st.integers(0, 900_000), st.integers(0, 900_000))
def test_working_time_of_two_stretches_is_the_sum(
    hours: OpeningHours, start: datetime, first: int, second: int
) -> None:
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    whole = hours.business_seconds(start, end)
    parts = hours.business_seconds(start, middle) + hours.business_seconds(middle, end)
    assert whole == pytest.approx(parts)
    assert 0 <= whole <= (end - start).total_seconds()


@settings(deadline=None)
@given(calendars(), moments)
def test_a_moment_is_open_exactly_when_the_next_opening_is_now(
    hours: OpeningHours, at: datetime
) -> None:
    assert hours.is_open(at) == (hours.next_opening(at) == at)


@settings(deadline=None)
@given(calendars())
def test_a_calendar_survives_being_written_and_read(hours: OpeningHours) -> None:
    assert OpeningHours.from_document(hours.document()) == hours


@settings(deadline=None)
@given(calendars(), moments)
def test_it_stays_open_until_it_closes(hours: OpeningHours, at: datetime) -> None:
    end = hours.closes_at(at)
    if end is None:
        return
    assert hours.is_open(at)
    assert hours.is_open(end - timedelta(microseconds=1))
    assert not hours.is_open(end)


def test_a_night_in_which_the_clock_jumps_ahead_is_an_hour_shorter() -> None:
    before, after = rome(2026, 3, 29, 0, 0), rome(2026, 3, 29, 12, 0)
    assert NIGHT.business_seconds(before, after) == 2 * 3600


def test_a_night_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    before, after = rome(2026, 10, 25, 0, 0), rome(2026, 10, 25, 12, 0)
    assert NIGHT.business_seconds(before, after) == 4 * 3600


def test_an_opening_inside_the_skipped_hour_does_not_happen() -> None:
    hours = OpeningHours("Europe/Rome", {6: ((130, 170),)}, italian_holidays=False)
    assert hours.business_seconds(rome(2026, 3, 29, 0), rome(2026, 3, 30, 0)) == 0
    assert hours.business_seconds(rome(2026, 3, 22, 0), rome(2026, 3, 23, 0)) == 2400


def test_an_opening_that_begins_in_the_skipped_hour_begins_at_the_jump() -> None:
    hours = OpeningHours("Europe/Rome", {6: ((150, 240),)}, italian_holidays=False)
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert hours.next_opening(rome(2026, 3, 29, 0)) == jump
    assert hours.business_seconds(jump, rome(2026, 3, 30, 0)) == 3600


def test_the_office_reopens_on_monday_morning() -> None:
    friday_evening = rome(2026, 6, 5, 19)
    assert OFFICE.next_opening(friday_evening) == rome(2026, 6, 8, 9)
    assert OFFICE.add_business_seconds(friday_evening, 4 * 3600 + 60) == rome(2026, 6, 8, 14, 1)


def test_a_deadline_counts_wall_hours_across_the_clock_change() -> None:
    assert OFFICE.add_business_seconds(rome(2026, 3, 27, 17), 2 * 3600) == rome(2026, 3, 30, 10)


def test_italian_holidays_are_closed() -> None:
    for day in (
        date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 6), date(2026, 4, 25), date(2026, 5, 1),
        date(2026, 6, 2), date(2026, 8, 15), date(2026, 12, 8), date(2026, 12, 25),
        date(2026, 12, 26), date(2026, 10, 4), date(2026, 11, 1),
    ):  # fmt: skip
        assert OFFICE.is_holiday(day), day


def test_the_day_of_national_unity_is_a_working_day() -> None:
    assert not OFFICE.is_holiday(date(2025, 11, 2))
    assert not OFFICE.is_holiday(date(2025, 11, 4))


def test_the_patron_of_turin_closes_turin() -> None:
    turin = OpeningHours("Europe/Rome", OFFICE.weekly, patron=(6, 24))
    assert not turin.is_open(rome(2026, 6, 24, 10))
    assert OFFICE.is_open(rome(2026, 6, 24, 10))


def test_an_exception_opens_a_holiday_and_closes_a_working_day() -> None:
    hours = OpeningHours(
        "Europe/Rome",
        OFFICE.weekly,
        {date(2026, 12, 8): ((600, 720),), date(2026, 12, 24): ()},
    )
    assert hours.is_open(rome(2026, 12, 8, 11))
    assert not hours.is_open(rome(2026, 12, 24, 11))


def test_hours_around_the_clock_have_no_closing() -> None:
    assert OpeningHours.always().closes_at(rome(2026, 3, 29, 1)) is None
    assert OpeningHours.always().is_open(rome(2026, 12, 25, 3))


def test_an_empty_week_never_opens() -> None:
    hours = OpeningHours("Europe/Rome", {})
    assert hours.next_opening(rome(2026, 6, 1)) is None
    with pytest.raises(NeverOpens):
        hours.add_business_seconds(rome(2026, 6, 1), 1)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"timezone": "Europe/Atlantide", "weekly": {}},
        {"timezone": "../../etc/passwd", "weekly": {}},
        {"timezone": "Europe/Rome", "weekly": {"lunedì": []}},
        {"timezone": "Europe/Rome", "weekly": {"mon": [["18:00", "09:00"]]}},
        {"timezone": "Europe/Rome", "weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        {"timezone": "Europe/Rome", "weekly": {"mon": [["9", "12:00"]]}},
        {"timezone": "Europe/Rome", "weekly": {"mon": [["09:75", "12:00"]]}},
        {"timezone": "Europe/Rome", "weekly": {"mon": [["09:00", "24:30"]]}},
        {"timezone": "Europe/Rome", "weekly": {}, "exceptions": {"2026-02-30": []}},
        {"timezone": "Europe/Rome", "weekly": {}, "patron": "13-01"},
        {"timezone": "Europe/Rome", "weekly": "always"},
    ],
)
def test_what_is_not_a_calendar_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(HoursError):
        OpeningHours.from_document(document)


def test_no_working_time_lies_between_a_moment_and_an_earlier_one_of_the_same_opening() -> None:
    noon = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert OpeningHours.always().business_seconds(noon, noon - timedelta(seconds=1)) == 0
