"""When queues are open, as the engine is told: openings worked out for some weeks around now."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from ascolto.kit.db import Tx
from ascolto.routing import engine
from ascolto.routing.model import Queue
from ascolto.tenancy import (
    Calendar,
    calendar_of_client,
    find_calendar,
    list_calendars,
    list_clients,
)

BEHIND = timedelta(days=62)
AHEAD = timedelta(days=31)
"""Work may wait for seven days of opening before it overflows: at eight hours a day, five days a
week, that is over four weeks. What is further ahead comes into sight as days go by."""


async def of_queues(tx: Tx, queues: Iterable[Queue]) -> dict[str, engine.Openings]:
    """Return the openings of queues that overflow: their own hours, else their client's.

    A queue that is always open has none. All of one day get the same answer, so that telling it
    again changes nothing.
    """
    queues = [queue for queue in queues if queue.overflow_queue_id is not None]
    if not queues:
        return {}
    calendars = {calendar.id: calendar for calendar in await list_calendars(tx)}
    clients = await list_clients(tx, archived=True)
    usual = {client.id: client.default_calendar_id for client in clients}
    of_queue = {
        queue.id: calendars.get(queue.calendar_id or usual.get(queue.client_id) or "")
        for queue in queues
    }
    used = {calendar.id: calendar for calendar in of_queue.values() if calendar is not None}
    worked_out = {key: around(calendar, tx.now) for key, calendar in used.items()}
    return {
        queue_id: worked_out[calendar.id]
        for queue_id, calendar in of_queue.items()
        if calendar is not None
    }


async def of_queue(tx: Tx, queue: Queue) -> Calendar | None:
    """Return the hours that a queue is open by: its own, else its client's; None for always."""
    if queue.calendar_id is not None:
        return await find_calendar(tx, queue.calendar_id)
    return await calendar_of_client(tx, queue.client_id)


def around(calendar: Calendar, now: datetime) -> engine.Openings:
    """Return a calendar's openings of the weeks around a day, in seconds since 1970."""
    day = datetime.combine(now.date(), time(), now.tzinfo)
    spans = calendar.hours.spans(day - BEHIND, day + AHEAD)
    return tuple((opens.timestamp(), closes.timestamp()) for opens, closes in spans)


def renewed_at(now: datetime) -> datetime:
    """Return when openings are to be worked out again."""
    return datetime.combine(now.date(), time(), now.tzinfo) + timedelta(days=1)
