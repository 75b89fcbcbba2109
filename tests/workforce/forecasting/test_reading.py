"""A history file: what is wrong with it is told with its row, and nothing is guessed."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.errors import BadFile
from ascolto.workforce.forecasting.calendars import Calendar
from ascolto.workforce.forecasting.forecast import forecast
from ascolto.workforce.forecasting.reading import minutes_of, read_history
from ascolto.workforce.forecasting.rows import Fault
from ascolto.workforce.forecasting.side_files import read_edits, read_events

MONDAY = datetime(2026, 3, 2)


def lines(days: int = 3, *, step: int = 30, begins: int = 8, ends: int = 12) -> list[str]:
    found = ["interval_start,calls"]
    for day in range(days):
        for minute in range(begins * 60, ends * 60, step):
            at = MONDAY + timedelta(days=day, minutes=minute)
            found.append(f"{at},{minute % 7 + day}")
    return found


def write(folder: Path, rows: list[str] | bytes) -> Path:
    path = folder / "history.csv"
    path.write_bytes(rows if isinstance(rows, bytes) else ("\n".join(rows) + "\n").encode())
    return path


def refused(folder: Path, rows: list[str] | bytes, **how: str) -> list[str]:
    with pytest.raises(BadFile) as refusal:
        read_history(write(folder, rows), **how)  # type: ignore[arg-type]  # options as text
    return refusal.value.faults


def test_a_file_in_order_is_read_as_days_by_intervals(tmp_path: Path) -> None:
    history = read_history(write(tmp_path, lines()))
    assert history.days == (date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4))
    assert history.minutes.tolist() == list(range(480, 720, 30))
    assert history.interval_minutes == 30
    assert history.counts[1, 0] == 480 % 7 + 1
    assert history.notes == ()


def changed(number: int, line: str) -> list[str]:
    """Return a file whose row of that number (the heading is 1) is another."""
    rows = lines()
    rows[number - 1] = line
    return rows


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (changed(5, "2026-03-02 09:30:00,-1"), "row 5: a negative number of calls: -1"),
        (changed(5, "2026-03-02 09:30:00,many"), "row 5: not a number: 'many'"),
        (changed(5, "2026-03-02 09:30:00,nan"), "row 5: not a number: 'nan'"),
        (changed(5, "2026-03-02 09:30:00,inf"), "row 5: not a number: 'inf'"),
        (changed(5, "2026-03-02 09:30:00,"), "row 5: not a number: ''"),
        (changed(5, "2026-03-02 09:30:00,1_000"), "row 5: not a number: '1_000'"),
        (changed(5, "2026-03-02 09:30:00,1e308"), "row 5: more calls than one interval can have"),
        (changed(5, "2026-03-02 09:30:00,٣"), "row 5: not a number: '٣'"),
        (changed(5, "9999-12-31 09:30:00,3"), "row 5: not a year of calls"),
        (changed(5, '2026-03-02 09:30:00,"1,5"'), "row 5: not a number: '1,5'"),
        (changed(5, "2026-03-02 09:30:00"), "row 5: 1 cells under 2 columns"),
        (changed(5, "2026-03-02 09:30:00,3,4"), "row 5: 3 cells under 2 columns"),
        (changed(5, "02/03/2026 09:30,3"), "row 5: not a date and time"),
        (changed(5, "2026-03-02,3"), "row 5: a date without a time"),
        (changed(5, "2026-03-02 09:30:07,3"), "row 5: an interval begins on a whole minute"),
        (changed(5, "2026-03-02 09:00:00,3"), "row 5: the interval of row 4 again"),
        (changed(5, "2026-03-02 09:37:00,3"), "row 5: 2026-03-02 09:37:00 is not on the grid"),
        (changed(5, "2026-03-02 07:30:00,3"), "row 5: earlier than row 4"),
        (changed(5, "2026-03-02 09:30:00+01:00,3"), "row 5: some times have an offset"),
        (changed(1, "interval_start,volume"), "row 1: there is no column calls"),
        (changed(1, "calls,calls"), "row 1: the column calls is there 2 times"),
        ([row.replace(",", ";") for row in lines()], "row 1: columns are parted by semicolons"),
        (lines()[:1], "row 2: there is a heading and no history"),
        (lines()[:2], "row 2: no two intervals of one day"),
        ([row.replace(",", "+01:00,") if row[0] == "2" else row for row in lines()], "--timezone"),
        (b"", "row 1: the file is empty"),
        ("\n".join(lines()).encode("utf-16"), "row 1: the file is in UTF-16"),
        (b"interval_start,calls\n2026-03-02 08:00,\xe9\n", "row 2: not UTF-8"),
        (b"interval_start,calls\n2026-03-02 08:00,\x00\n", "row 2: a zero byte"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(
    tmp_path: Path, rows: list[str] | bytes, said: str
) -> None:
    faults = refused(tmp_path, rows)
    assert any(said in fault for fault in faults), faults


def test_a_hole_in_a_day_is_refused_or_the_day_left_out(tmp_path: Path) -> None:
    rows = lines(10)
    del rows[12]
    faults = refused(tmp_path, rows)
    assert faults[0].startswith("row 16: 1 intervals of 2026-03-03 are missing, 09:30 the first")
    history = read_history(write(tmp_path, rows), gaps="unknown")
    assert history.known.tolist() == [True, False, *[True] * 8]
    assert any("nothing of that day is used" in note for note in history.notes)


def test_all_rows_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    rows = lines()
    rows[2], rows[7], rows[9] = "2026-03-02 08:30,x", "what,3", "2026-03-03 08:00,-2"
    assert [fault.partition(":")[0] for fault in refused(tmp_path, rows)] == [
        "row 3",
        "row 8",
        "row 10",
    ]


def test_a_mark_of_byte_order_and_carriage_returns_are_read_and_told(tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + "\r\n".join(lines()).encode()
    history = read_history(write(tmp_path, raw))
    np.testing.assert_array_equal(history.counts, read_history(write(tmp_path, lines())).counts)
    assert any("byte order mark" in note for note in history.notes)
    assert any("CRLF" in note for note in history.notes)


def test_semicolons_are_read_when_they_are_meant(tmp_path: Path) -> None:
    rows = [row.replace(",", ";") for row in lines()]
    assert read_history(write(tmp_path, rows), separator=";").counts.shape == (3, 8)


def test_columns_that_are_not_used_are_told(tmp_path: Path) -> None:
    rows = [f"{row},{'queue' if number == 0 else 'q1'}" for number, row in enumerate(lines())]
    assert read_history(write(tmp_path, rows)).notes == ("columns not used: queue",)


def test_short_intervals_add_up_to_longer_ones_and_the_odd_end_is_told(tmp_path: Path) -> None:
    rows = lines(step=5)
    rows.insert(49, f"{MONDAY + timedelta(hours=12)},9")
    rows.insert(98, f"{MONDAY + timedelta(days=1, hours=12)},9")
    rows.append(f"{MONDAY + timedelta(days=2, hours=12)},9")
    path = write(tmp_path, rows)
    fine, coarse = read_history(path), read_history(path, interval_minutes=30)
    assert fine.counts.shape == (3, 49)
    np.testing.assert_allclose(coarse.counts, fine.counts[:, :48].reshape(3, 8, 6).sum(axis=2))
    assert any("from 12:00 are only partly told on 3 days" in note for note in coarse.notes)
    with pytest.raises(BadFile, match="cannot become 7"):
        read_history(path, interval_minutes=7)
    with pytest.raises(BadFile, match="intervals of 30 minutes cannot become 15"):
        read_history(write(tmp_path, lines()), interval_minutes=15)


def night(start: datetime, days: int) -> list[datetime]:
    return [start + timedelta(minutes=30 * number) for number in range(48 * days)]


def test_the_day_on_which_clocks_go_forward_has_an_hour_less(tmp_path: Path) -> None:
    # 29 March 2026, Europe/Rome: from 02:00 to 03:00.
    ats = [at for at in night(datetime(2026, 3, 27), 5) if at.isoformat()[:13] != "2026-03-29T02"]
    path = write(tmp_path, ["interval_start,calls", *(f"{at},4" for at in ats)])
    history = read_history(path, timezone="Europe/Rome")
    assert history.times[2].sum() == 46
    assert history.times[[0, 1, 3, 4]].sum() == 4 * 48
    assert history.known.all()
    with pytest.raises(BadFile, match="2026-03-29 are missing, 02:00 the first"):
        read_history(path)


def test_the_day_on_which_clocks_go_back_has_an_hour_twice(tmp_path: Path) -> None:
    ats = night(datetime(2026, 10, 23), 5)
    twice = ats.index(datetime(2026, 10, 25, 3))
    ats[twice:twice] = [datetime(2026, 10, 25, 2), datetime(2026, 10, 25, 2, 30)]
    path = write(tmp_path, ["interval_start,calls", *(f"{at},4" for at in ats)])
    history = read_history(path, timezone="Europe/Rome")
    assert history.times[2].sum() == 50
    np.testing.assert_array_equal(history.counts, 4.0)
    assert any("--timezone" in fault for fault in refused(tmp_path, path.read_bytes()))


def test_the_hour_that_comes_twice_and_is_told_once_is_noted(tmp_path: Path) -> None:
    rows = ["interval_start,calls"]
    rows += [f"2026-10-{day} {hour:02}:00,{hour}" for day in (24, 25) for hour in range(24)]
    (note,) = read_history(write(tmp_path, rows), timezone="Europe/Rome").notes
    assert note == "02:00 of 2026-10-25 comes twice and is told once: read as one of them"
    assert isinstance(note, Fault)
    assert (note.code, note.fields) == ("told_once", {"at": "02:00", "day": "2026-10-25"})


def test_a_point_that_may_part_thousands_is_refused_and_a_fraction_read(tmp_path: Path) -> None:
    rows = changed(5, "2026-03-02 09:30,1.234")
    assert refused(tmp_path, rows) == ["row 5: a thousand or a fraction: '1.234'"]
    rows[5] = "2026-03-02 10:00,2.5"
    assert read_history(write(tmp_path, rows)).counts[0, 3] == 1.234


def test_intervals_of_which_none_is_there_as_a_whole_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refusal:
        read_history(write(tmp_path, lines()), interval_minutes=1440)
    assert refusal.value.faults == ["row 2: no 1440 minutes of any day are told as a whole"]


def test_times_with_an_offset_are_read_by_the_clock_of_the_place(tmp_path: Path) -> None:
    begins = datetime.fromisoformat("2026-10-23T22:00+00:00")
    ats = [begins + timedelta(minutes=30 * number) for number in range(50 + 2 * 48)]
    path = write(tmp_path, ["interval_start,calls", *(f"{at.isoformat()},4" for at in ats)])
    history = read_history(path, timezone="Europe/Rome")
    assert [int(times.sum()) for times in history.times] == [48, 50, 48]
    assert history.days[1] == date(2026, 10, 25)


def test_a_forecast_has_the_intervals_that_the_clock_will_have(tmp_path: Path) -> None:
    ats = night(datetime(2026, 2, 23), 28)
    path = write(tmp_path, ["interval_start,calls", *(f"{at},{at.hour}" for at in ats)])
    history = read_history(path, timezone="Europe/Rome")
    made = forecast(history, calendar=Calendar(), horizon_days=10)
    starts = [at for _, _, at in made.starts()]
    sunday = [at for at in starts if at.date() == date(2026, 3, 29)]
    assert len(sunday) == 46
    assert len(starts) == 10 * 48 - 2
    apart = {after.timestamp() - before.timestamp() for before, after in pairwise(starts)}
    assert apart == {1800.0}


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_whatever_is_in_a_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "history.csv"
    path.write_bytes(b"interval_start,calls\n2026-03-02 08:00,3\n2026-03-02 08:30,3\n" + raw)
    with suppress(BadFile):
        assert read_history(path).counts.size >= 2


@pytest.mark.parametrize(("first", "then"), [(30, 15), (15, 30)])
def test_a_table_whose_intervals_change_their_length_is_refused_where_they_do(
    tmp_path: Path, first: int, then: int
) -> None:
    rows = ["interval_start,calls"]
    for day, step in ((2, first), (3, first), (4, then), (5, then), (6, then)):
        clock = [divmod(minute, 60) for minute in range(0, 1440, step)]
        rows += [f"2026-03-{day:02} {hour:02}:{minute:02},3" for hour, minute in clock]
    changes = 2 + 2 * 1440 // first
    wrong = f"row {changes}: intervals of {then} minutes from here, of {first} before"
    with pytest.raises(BadFile, match=wrong):
        read_history(write(tmp_path, rows))


@pytest.mark.parametrize(("text", "minutes"), [("30min", 30), ("1h", 60), ("15", 15), ("5 m", 5)])
def test_lengths_are_read(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["7min", "half", "0", "-30", "2 days"])
def test_lengths_that_fit_no_day_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length"):
        minutes_of(text)


def test_events_and_edits_are_read_and_their_faults_named(tmp_path: Path) -> None:
    path = write(tmp_path, ["date,name,kind", "2026-03-05,March bills,bill run"])
    assert read_events(path)[0].kind == "bill run"
    for rows, said in (
        (["date,name", "5/3/2026,x"], "row 2: not a date"),
        (["date,name", "2026-03-05,"], "row 2: an event without a name"),
        (["day,name", "2026-03-05,x"], "row 1: the columns are day, name"),
    ):
        with pytest.raises(BadFile, match=said):
            read_events(write(tmp_path, rows))
    heading = "from,until,factor,reason"
    path = write(tmp_path, [heading, "2026-03-05 08:00,2026-03-05 10:00,1.2,news"])
    assert read_edits(path)[0].factor == 1.2
    for row, said in (
        ("2026-03-05 08:00,2026-03-05 10:00,1.2,", "row 2: an edit without a reason"),
        ("2026-03-05 08:00,later,1.2,news", "row 2: Invalid isoformat"),
        ("2026-03-05 08:00,2026-03-05 10:00,x,news", "row 2: could not convert"),
    ):
        with pytest.raises(BadFile, match=said):
            read_edits(write(tmp_path, [heading, row]))
