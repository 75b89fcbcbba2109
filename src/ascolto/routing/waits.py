"""The wait of somebody's own place in the line: for the customer to be told, on any node."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.kit.db import Tx
from ascolto.routing import engine, store_queues

FRESH = timedelta(seconds=30)
"""What a leader last saw longer ago says nothing about the wait from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How many come before, how many seconds it will take, and the range of four cases in five.

    `seconds`, `low` and `high` are None while nothing can be said; `error_s` is the mean error of
    the queue's last `measured` promises, in seconds.
    """

    work_item_id: str
    queue_id: str
    ahead: int
    seconds: float | None
    low: float | None
    high: float | None
    measured: int
    error_s: float | None
    at: datetime | None


async def wait_of(tx: Tx, work_item_id: str) -> Wait | None:
    """Return the wait from here of work that waits or is being offered; None of any other.

    Its place is counted in rows as they are now, its pace is what the leader last saw.
    """
    row = await store_queues.place_of(tx, work_item_id)
    if row is None:
        return None
    fresh = row["at"] is not None and tx.now - row["at"] <= FRESH and row["pace"] is not None
    told = engine.Estimate(None, None, None, row["ahead"])
    if fresh:
        # What is being offered already rings somewhere: only the time to pick up is left.
        free = 1 if row["state"] == "offered" else row["available"]
        told = engine.wait_at(row["pace"], ahead=row["ahead"], free=free)
    return Wait(
        work_item_id=row["work_item_id"],
        queue_id=row["queue_id"],
        ahead=row["ahead"],
        seconds=told.seconds,
        low=told.low,
        high=told.high,
        measured=row["promises"] or 0,
        error_s=row["error_s"],
        at=row["at"],
    )
