"""Bring in what came before the log began, from a table: judged row by row, then all or nothing."""

import asyncio
import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ascolto.kit.db import Tx
from ascolto.workforce import events, store_history
from ascolto.workforce.errors import BadFile
from ascolto.workforce.forecasting.rows import Faults
from ascolto.workforce.model import GRIDS
from ascolto.workforce.past import Stream, log_from_of, stream_of
from ascolto.workforce.store_history import TableRow

_EXTRA = ("handled", "abandoned", "aht_s")
_NAME = Path("table")


@dataclass(slots=True)
class Imported:
    """What a table says, or what is wrong with it; `written` only when it was not a trial."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    minutes: int = 0
    written: bool = False


async def import_history(
    tx: Tx,
    *,
    queue_id: str,
    channel: str | None,
    text: str,
    separator: str,
    columns: Mapping[str, str],
    dry_run: bool,
) -> Imported:
    """Judge a table and, unless it is a trial or a row is wrong, write it in place of another.

    Days of which the log tells something are left out, and a note says so.
    """
    stream = await stream_of(tx, queue_id=queue_id, channel=channel)
    found = await asyncio.to_thread(
        read_imported, text, timezone=stream.zone.key, separator=separator, columns=columns
    )
    if found.faults:
        return found
    await _leave_out(tx, stream, found)
    if dry_run or not found.rows:
        return found
    first, last = found.rows[0].starts_at, found.rows[-1].starts_at
    await store_history.replace_imported(
        tx,
        found.rows,
        client_id=stream.client_id,
        queue_id=stream.queue_id,
        channel=stream.channel,
        minutes=found.minutes,
        until=last + timedelta(minutes=found.minutes),
    )
    tx.emit(
        events.HistoryImported(
            client_id=stream.client_id,
            queue_id=stream.queue_id,
            channel=stream.channel,
            rows=len(found.rows),
            first=first.isoformat(),
            last=last.isoformat(),
        )
    )
    found.written = True
    return found


def read_imported(
    text: str, *, timezone: str, separator: str, columns: Mapping[str, str]
) -> Imported:
    """Read a table of history by the rules of the command line; what is wrong names its row.

    Beside `interval_start` and `calls` it may have `handled`, `abandoned` and `aht_s`.
    """
    # Here and not above: this loads the arrays, which only an import needs.
    from ascolto.workforce.forecasting.arranging import arrange  # noqa: PLC0415 - see above
    from ascolto.workforce.forecasting.reading import read_table  # noqa: PLC0415 - see above

    faults = Faults(_NAME)
    try:
        table = read_table(
            text.encode(), name=_NAME, timezone=timezone, separator=separator, columns=columns
        )
        if table.step > max(GRIDS) or max(GRIDS) % table.step:
            faults.add(2, f"intervals of {table.step} minutes: an hour at most, and parts of one")
            faults.stop()
        notes = [note for note in table.notes if not note.startswith("columns not used")]
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
    return Imported(notes=notes, rows=rows, minutes=table.step)


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
        faults.add(row, f"not a number of 0 or more: {cell.strip()!r}")
        return None
    return number


async def _leave_out(tx: Tx, stream: Stream, found: Imported) -> None:
    log_from = await log_from_of(tx, stream)
    kept = [row for row in found.rows if row.starts_at < log_from]
    if left := len(found.rows) - len(kept):
        day = log_from.date().isoformat()
        found.notes.append(f"{left} rows from {day} on, which the log tells: left out")
    found.rows = kept
