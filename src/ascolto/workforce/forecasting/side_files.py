"""Reads the two small files beside a history: own events, and edits with their reasons."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from ascolto.workforce.errors import BadFile
from ascolto.workforce.forecasting.calendars import Event
from ascolto.workforce.forecasting.edits import Edit
from ascolto.workforce.forecasting.rows import Faults


def read_events(path: Path) -> list[Event]:
    """Read events: the columns date and name, and kind where several names have one effect."""
    faults = Faults(path)
    found = []
    for number, cells in _lines(path, faults, needed=("date", "name"), known=("kind",)):
        try:
            day = date.fromisoformat(cells["date"])
        except ValueError:
            faults.add(number, f"not a date as 2026-03-02: {cells['date']!r}")
            continue
        if not cells["name"]:
            faults.add(number, "an event without a name")
            continue
        found.append(Event(day, cells.get("kind") or cells["name"], cells["name"]))
    faults.stop()
    return found


def read_edits(path: Path) -> list[Edit]:
    """Read edits: the columns from, until, reason, and calls or factor."""
    faults = Faults(path)
    found = []
    needed, known = ("from", "until", "reason"), ("calls", "factor")
    for number, cells in _lines(path, faults, needed=needed, known=known):
        try:
            begins, ends = (datetime.fromisoformat(cells[name]) for name in ("from", "until"))
            calls, factor = (float(cells[name]) if cells.get(name) else None for name in known)
        except ValueError as failure:
            faults.add(number, str(failure))
            continue
        if begins.tzinfo is not None or ends.tzinfo is not None:
            faults.add(number, "times of edits are local and have no offset")
            continue
        if not cells["reason"]:
            faults.add(number, "an edit without a reason")
            continue
        edit = Edit(begins=begins, ends=ends, reason=cells["reason"], calls=calls, factor=factor)
        found.append(edit)
    faults.stop()
    return found


def _lines(
    path: Path, faults: Faults, *, needed: tuple[str, ...], known: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise BadFile(str(path), [f"cannot be read: {failure}"]) from None
    lines = csv.reader(text.splitlines())
    heading = [name.strip() for name in next(lines, [])]
    missing = [name for name in needed if name not in heading]
    strange = [name for name in heading if name not in {*needed, *known}]
    if missing or strange or len(set(heading)) < len(heading):
        wanted = f"{', '.join(needed)} and perhaps {' or '.join(known)}"
        faults.add(1, f"the columns are {', '.join(heading) or 'none'}; they must be {wanted}")
        faults.stop()
    for cells in lines:
        if not cells:
            continue
        if len(cells) != len(heading):
            faults.add(lines.line_num, f"{len(cells)} cells under {len(heading)} columns")
            continue
        stripped = (cell.strip() for cell in cells)
        yield lines.line_num, dict(zip(heading, stripped, strict=True))
