"""Bring in what came before the log began, from a table that was read: all of it or nothing."""

from datetime import timedelta

from ascolto.kit.db import Tx
from ascolto.workforce import events, store_history
from ascolto.workforce.forecasting.rows import Fault
from ascolto.workforce.past import Stream, log_from_of
from ascolto.workforce.tables import Imported


async def write_imported(tx: Tx, stream: Stream, found: Imported, *, dry_run: bool) -> Imported:
    """Write a table that was read, unless it is a trial or a row is wrong, in place of another.

    Days of which the log tells something are left out, and a note says so.
    """
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


async def _leave_out(tx: Tx, stream: Stream, found: Imported) -> None:
    log_from = await log_from_of(tx, stream)
    kept = [row for row in found.rows if row.starts_at < log_from]
    if left := len(found.rows) - len(kept):
        day = log_from.date().isoformat()
        text = f"{left} rows from {day} on, which the log tells: left out"
        found.notes.append(Fault(text, "in_the_log", n=left, day=day))
    found.rows = kept
