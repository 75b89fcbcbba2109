"""Tables of what came before the log began, read and judged row by row. Pure but for the arrays.

The calculating process reads them; the server's own only hears what they say, in columns.
"""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.workforce.errors import BadFile
from ascolto.workforce.forecasting.rows import Fault, Faults
from ascolto.workforce.model import GRIDS, TableRow

_EXTRA = ("handled", "abandoned", "aht_s")
_NAME = Path("table")


@dataclass(slots=True)
class Imported:
    """What a table says, or what is wrong with it; `written` only when it was not a trial."""

    faults: list[str] = field(default_factory=list)
    codes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Of each fault, for who says it in other words; empty where it has none."""
    notes: list[Fault] = field(default_factory=list)
    """What is worth knowing of a table that is not wrong."""
    rows: list[TableRow] = field(default_factory=list)
    minutes: int = 0
    written: bool = False


def as_told(found: Imported) -> dict[str, Any]:
    """Return what was read as the calculating process tells it, in columns."""
    return {
        "faults": found.faults,
        "codes": [[getattr(one, "code", ""), getattr(one, "fields", {})] for one in found.faults],
        "notes": [[one.row, one.what, one.code, one.fields] for one in found.notes],
        "minutes": found.minutes,
        "at": [row.starts_at.timestamp() for row in found.rows],
        "columns": [[getattr(row, name) for row in found.rows] for name in ("offered", *_EXTRA)],
    }


def of_told(told: dict[str, Any], zone: ZoneInfo) -> Imported:
    """Return what the calculating process has read."""
    rows = [
        TableRow(datetime.fromtimestamp(at, zone), *cells)
        for at, *cells in zip(told["at"], *told["columns"], strict=True)
    ]
    codes = [(code, fields) for code, fields in told["codes"]]
    return Imported(
        faults=told["faults"],
        codes=codes,
        notes=[Fault(what, code, row=row, **fields) for row, what, code, fields in told["notes"]],
        rows=rows,
        minutes=told["minutes"],
    )


def read_imported(
    text: str, *, timezone: str, separator: str, columns: Mapping[str, str]
) -> Imported:
    """Read a table of history by the rules of the command line; what is wrong names its row.

    Beside `interval_start` and `calls` it may have `handled`, `abandoned` and `aht_s`.
    """
    # Here and not above: this loads the arrays, which only the calculating process has.
    from ascolto.workforce.forecasting.arranging import arrange  # noqa: PLC0415 - see above
    from ascolto.workforce.forecasting.reading import read_table  # noqa: PLC0415 - see above

    faults = Faults(_NAME)
    try:
        table = read_table(
            text.encode(), name=_NAME, timezone=timezone, separator=separator, columns=columns
        )
        if table.step > max(GRIDS) or max(GRIDS) % table.step:
            faults.add(
                2,
                f"intervals of {table.step} minutes: an hour at most, and parts of one",
                "step",
                minutes=table.step,
            )
            faults.stop()
        notes: list[str] = [*table.notes]
        arrange(
            table.rows,
            faults=faults,
            step=table.step,
            wanted=table.step,
            timezone=timezone,
            gaps="unknown",
            notes=notes,
        )
        more = _extras(table.text, separator, columns, faults)
        faults.stop()
    except BadFile as wrong:
        return Imported(faults=wrong.faults)
    rows = [
        TableRow(row.at, row.calls, *more.get(row.number, (None,) * len(_EXTRA)))
        for row in table.rows
    ]
    # A table of another program has columns of its own: the mapping says which are meant.
    told = [note for note in notes if isinstance(note, Fault) and note.code != "not_used"]
    return Imported(notes=told, rows=rows, minutes=table.step)


def _extras(
    text: str, separator: str, columns: Mapping[str, str], faults: Faults
) -> dict[int, tuple[float | None, ...]]:
    """Return what a table tells beside the volume, by row; an empty cell tells nothing."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    heading = [name.strip() for name in next(lines, [])]
    places = [_place(heading, columns.get(name, name)) for name in _EXTRA]
    if not any(place is not None for place in places):
        return {}
    found: dict[int, tuple[float | None, ...]] = {}
    for cells in lines:
        if cells:
            found[lines.line_num] = tuple(
                None if place is None else _number(cells[place], lines.line_num, faults)
                for place in places
            )
    return found


def _place(heading: list[str], name: str) -> int | None:
    return heading.index(name) if name in heading else None


def _number(cell: str, row: int, faults: Faults) -> float | None:
    if not cell.strip():
        return None
    try:
        number = float(cell) if "_" not in cell else math.nan
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number < 0:
        faults.add(
            row, f"not a number of 0 or more: {cell.strip()!r}", "no_number", value=cell.strip()
        )
        return None
    return number
