"""Reads a history from CSV and names every row that is not what it should be.

Nothing is guessed: what is refused is told with its row (the heading is row 1), what is accepted
with a condition is told as a note. A file has `interval_start` and `calls`; times are local.
"""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ascolto.workforce.errors import BadFile
from ascolto.workforce.forecasting.arranging import arrange
from ascolto.workforce.forecasting.history import DAY_MINUTES, History
from ascolto.workforce.forecasting.rows import Fault, Faults, Row

START, CALLS = "interval_start", "calls"
_MOST_CALLS = 10_000_000  # in an interval: beyond, squares and sums are no figures any more
_YEARS = range(1970, 2200)
# 1.234 is a thousand to some and a little more than one to others.
_THOUSANDS = re.compile(r"[+]?[1-9]\d{0,2}\.\d{3}")
_FEW_ROWS = 4  # of a day: with no more, equal steps are chance


def read_history(
    path: Path,
    *,
    interval_minutes: int | None = None,
    timezone: str | None = None,
    separator: str = ",",
    gaps: str = "refuse",
) -> History:
    """Read a history; raise BadFile naming the rows that are wrong.

    A longer interval than the file's adds its intervals up. With `gaps` "unknown", a day with a
    hole is a day of which nothing is known, and a note says so.
    """
    try:
        raw = path.read_bytes()
    except OSError as failure:
        raise BadFile(str(path), [f"cannot be read: {failure.strerror}"]) from None
    table = read_table(raw, name=path, timezone=timezone, separator=separator)
    return arrange(
        table.rows,
        faults=Faults(path),
        step=table.step,
        wanted=interval_minutes or table.step,
        timezone=timezone,
        gaps=gaps,
        notes=table.notes,
    )


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table by the clock on the wall, one grid apart."""

    rows: list[Row]
    step: int
    """Minutes from one row to the next."""
    notes: list[str]
    text: str


def read_table(
    raw: bytes,
    *,
    name: Path,
    timezone: str | None,
    separator: str = ",",
    columns: Mapping[str, str] | None = None,
) -> Table:
    """Read the bytes of a table; raise BadFile naming the rows that are wrong.

    `columns` says what a table calls `interval_start` and `calls` where it has words of its own.
    """
    faults = Faults(name)
    notes: list[str] = []
    if timezone is not None:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadFile(str(name), [f"there is no time zone {timezone}"]) from None
    text = _text(raw, name, notes)
    ours = {theirs: our for our, theirs in (columns or {}).items()}
    rows = _rows(text, faults, separator, notes, ours)
    faults.stop()
    rows = _local(rows, timezone, faults, notes)
    faults.stop()
    step = _interval(rows, faults)
    faults.stop()
    return Table(rows, step, notes, text)


def _text(raw: bytes, path: Path, notes: list[str]) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(
            str(path), [Fault("the file is in UTF-16; save it as UTF-8", "not_utf8", row=1)]
        )
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        notes.append(Fault("a byte order mark before the heading, left out", "byte_order", row=1))
    try:
        text = raw.decode()
    except UnicodeDecodeError as failure:
        row = raw[: failure.start].count(b"\n") + 1
        raise BadFile(str(path), [Fault("not UTF-8", "not_utf8", row=row)]) from None
    if "\r\n" in text:
        notes.append(Fault("rows end with carriage returns (CRLF), read as line ends", "crlf"))
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise BadFile(str(path), [Fault("a zero byte", "zero_byte", row=row)])
    return text


def _rows(
    text: str, faults: Faults, separator: str, notes: list[str], ours: Mapping[str, str]
) -> list[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[Row] = []
    try:
        heading = [ours.get(name.strip(), name.strip()) for name in next(lines, [])]
        if not heading:
            faults.add(1, "the file is empty", "empty")
            return []
        _check_heading(heading, faults, separator, notes)
        faults.stop()
        start, calls = heading.index(START), heading.index(CALLS)
        thousands: list[tuple[int, str]] = []
        fractions = 0
        for cells in lines:
            if cells:
                if len(cells) > calls and "." in cells[calls]:
                    fractions += 1
                    if _THOUSANDS.fullmatch(cells[calls].strip()):
                        thousands.append((lines.line_num, cells[calls].strip()))
                row = _row(lines.line_num, cells, len(heading), faults, (start, calls))
                found += [row] if row else []
        if len(thousands) == fractions:  # no other fraction says what a point is here
            for number, told in thousands:
                faults.add(number, f"a thousand or a fraction: {told!r}", "no_number", value=told)
    except csv.Error as failure:
        faults.add(lines.line_num, f"not CSV: {failure}", "not_csv")
    if not found and not faults.found:
        faults.add(2, "there is a heading and no history", "empty")
    return found


def _check_heading(heading: list[str], faults: Faults, separator: str, notes: list[str]) -> None:
    for name in (START, CALLS):
        if heading.count(name) > 1:
            faults.add(
                1,
                f"the column {name} is there {heading.count(name)} times",
                "column_twice",
                column=name,
            )
        if name in heading:
            continue
        others = [each for each in ";\t," if each != separator and each in separator.join(heading)]
        if others:
            shown = {"\t": "tabs", ";": "semicolons", ",": "commas"}[others[0]]
            faults.add(
                1, f"columns are parted by {shown}: give --separator if that is meant", "separator"
            )
            return
        faults.add(
            1,
            f"there is no column {name}, only {', '.join(heading)}",
            "no_column",
            column=name,
            columns=", ".join(heading),
        )
    others = [name for name in heading if name not in {START, CALLS}]
    if others:
        notes.append(Fault(f"columns not used: {', '.join(others)}", "not_used"))


def _row(
    number: int, cells: list[str], columns: int, faults: Faults, places: tuple[int, int]
) -> Row | None:
    if len(cells) != columns:
        faults.add(
            number,
            f"{len(cells)} cells under {columns} columns",
            "cells",
            n=len(cells),
            columns=columns,
        )
        return None
    start, calls = (cells[place].strip() for place in places)
    try:
        at = datetime.fromisoformat(start)
    except ValueError:
        faults.add(
            number, f"not a date and time as 2026-03-02 07:30: {start!r}", "no_time", value=start
        )
        return None
    if len(start) <= 10 or at.year not in _YEARS:
        what = "a date without a time" if len(start) <= 10 else "not a year of calls"
        faults.add(number, f"{what}: {start!r}", "no_time", value=start)
        return None
    if at.second or at.microsecond:
        faults.add(
            number,
            f"an interval begins on a whole minute, not at {start!r}",
            "whole_minute",
            value=start,
        )
        return None
    try:
        count = float(calls) if calls.isascii() and "_" not in calls else math.nan
    except ValueError:
        count = math.nan
    if not math.isfinite(count):
        faults.add(number, f"not a number: {calls!r}", "no_number", value=calls)
    elif count > _MOST_CALLS:
        faults.add(
            number, f"more calls than one interval can have: {calls}", "no_number", value=calls
        )
    elif count < 0:
        faults.add(number, f"a negative number of calls: {calls}", "no_number", value=calls)
    else:
        return Row(number, at, count)
    return None


def _local(rows: list[Row], timezone: str | None, faults: Faults, notes: list[str]) -> list[Row]:
    """Return the rows by the clock on the wall; the second of a repeated hour has fold 1."""
    aware = [row for row in rows if row.at.tzinfo is not None]
    if aware and len(aware) < len(rows):
        odd = aware[0] if len(aware) * 2 < len(rows) else next(r for r in rows if not r.at.tzinfo)
        faults.add(odd.number, "some times have an offset and some have none", "offsets")
        return rows
    if aware and timezone is None:
        offset = aware[0].at.strftime("%z")
        faults.add(
            aware[0].number,
            f"times have an offset ({offset}): give --timezone, whose clock is on the wall",
        )
        return rows
    if timezone is None:
        return rows
    zone = ZoneInfo(timezone)
    if aware:
        return [Row(row.number, row.at.astimezone(zone), row.calls) for row in rows]
    return _folded(rows, zone, faults, notes)


def _folded(rows: list[Row], zone: ZoneInfo, faults: Faults, notes: list[str]) -> list[Row]:
    seen: set[datetime] = set()
    found, never = [], 0
    for row in rows:
        at = row.at.replace(tzinfo=zone)
        first, second = at.utcoffset(), at.replace(fold=1).utcoffset()
        if first is not None and second is not None and first < second:
            # The clock jumped over this time.
            if row.calls:
                faults.add(
                    row.number,
                    f"{row.at} did not happen in {zone.key}",
                    "never",
                    at=row.at,
                    zone=zone.key,
                )
            never += 1
            continue
        if row.at in seen and first != second:
            at = at.replace(fold=1)
        seen.add(row.at)
        found.append(Row(row.number, at, row.calls))
    if never:
        text = f"{never} intervals that the clock jumped over, told as 0 and left out"
        notes.append(Fault(text, "jumped", n=never))
    return found


def _key(row: Row) -> tuple[datetime, int]:
    return row.at.replace(tzinfo=None, fold=0), row.at.fold


def _interval(rows: list[Row], faults: Faults) -> int:
    """Return the length of an interval in minutes, and name what does not fit in."""
    seen: dict[tuple[datetime, int], int] = {}
    for row in rows:
        if (key := _key(row)) in seen:
            hint = "" if row.at.tzinfo else " (if the clocks went back then, give --timezone)"
            faults.add(
                row.number,
                f"the interval of row {seen[key]} again: {key[0]}{hint}",
                "twice",
                other=seen[key],
                at=key[0],
            )
        seen.setdefault(key, row.number)
    for before, after in pairwise(rows):
        # In the repeated hour, clocks run twice over the same times.
        if _key(after)[0] < _key(before)[0] and not after.at.fold:
            faults.add(
                after.number,
                f"earlier than row {before.number}: rows are not in order",
                "order",
                other=before.number,
            )
    apart = Counter(
        after.minute - before.minute
        for before, after in pairwise(rows)
        if after.at.date() == before.at.date() and after.minute > before.minute
    )
    if not apart:
        faults.add(
            rows[0].number,
            "no two intervals of one day: their length cannot be told",
            "one_interval",
        )
        return DAY_MINUTES
    step = apart.most_common(1)[0][0]
    if DAY_MINUTES % step:
        faults.add(
            rows[0].number, f"intervals of {step} minutes do not fit a day", "step", minutes=step
        )
        return step
    if (turn := _other_length(rows, step)) is not None:
        row, was, now = turn
        faults.add(row.number, f"intervals of {now} minutes from here, of {was} before")
        return step
    for row in rows:
        if (row.minute - rows[0].minute) % step:
            faults.add(
                row.number,
                f"{_key(row)[0]} is not on the grid of {step} minutes of row 2",
                "grid",
                at=_key(row)[0],
                minutes=step,
            )
    return step


def _other_length(rows: list[Row], step: int) -> tuple[Row, int, int] | None:
    """Return where intervals change their length, what it was and what it is; None if they don't.

    One day of another length may be one with holes; two with one and the same length are not.
    """
    found: list[tuple[Row, int]] = []
    for _, day in groupby(rows, key=lambda row: row.at.date()):
        of = list(day)
        apart = {after.minute - before.minute for before, after in pairwise(of)}
        if len(of) > _FEW_ROWS and len(apart) == 1:
            found.append((of[0], apart.pop()))
    often = Counter(length for _, length in found)
    days = [day for day in found if day[1] == step or often[day[1]] > 1]
    turns = ((row, was, now) for (_, was), (row, now) in pairwise(days) if was != now)
    return next(turns, None)


def minutes_of(text: str) -> int:
    """Read a length such as 30min, 15m, 1h or 30; raise ValueError for anything else."""
    number = text.strip().lower()
    for unit, minutes in (("minutes", 1), ("min", 1), ("m", 1), ("hour", 60), ("h", 60), ("", 1)):
        if number.endswith(unit) and number.removesuffix(unit).strip().isdigit():
            found = int(number.removesuffix(unit)) * minutes
            if 0 < found <= DAY_MINUTES and not DAY_MINUTES % found:
                return found
            break
    raise ValueError(f"not a length that fits a day: {text}")
