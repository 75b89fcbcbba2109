"""By whose hours clocks run and doors open: those of the queue, else those of its client."""

import hashlib

import orjson

from ascolto import routing
from ascolto.conversations import clocks, store
from ascolto.conversations.held import Held
from ascolto.kit.db import Tx
from ascolto.tenancy import Calendar, calendar_of_client
from ascolto.tenancy.actions import setting


async def calendar_of_queue(tx: Tx, *, queue_id: str | None, client_id: str) -> Calendar | None:
    """Return the calendar of a queue, else its client's; None when every hour counts."""
    queue = await routing.get_queue(tx, queue_id) if queue_id is not None else None
    if queue is not None:
        return await routing.calendar_of_queue(tx, queue)
    return await calendar_of_client(tx, client_id)


async def keep_openings(tx: Tx, calendar: Calendar) -> None:
    """Keep a calendar's coming openings for receiving, which sets clocks in one statement."""

    async def keep() -> None:
        document = orjson.dumps(calendar.hours.document(), option=orjson.OPT_SORT_KEYS)
        await store.keep_openings(
            tx,
            calendar_id=calendar.id,
            hours=calendar.hours,
            fingerprint=hashlib.sha256(document).hexdigest(),
        )

    await tx.known(("openings", calendar.id, str(tx.now.date())), keep)


async def follow_queue(held: Held) -> None:
    """Let the clocks go on by the hours of the queue that a conversation is in now.

    What was left of each promise is kept, in seconds that count: by the old hours until now, by
    the new ones from now on.
    """
    c, tx = held.now, held.tx
    targets = clocks.targets_of(await setting(tx, clocks.TARGETS, client_id=c.client_id), c.channel)
    if not targets.business_hours:
        return
    calendar = await calendar_of_queue(tx, queue_id=c.queue_id, client_id=c.client_id)
    calendar_id = calendar.id if calendar else None
    if calendar_id == c.calendar_id:
        return
    before = await held.hours()
    held.change(calendar_id=calendar_id, business_hours=calendar is not None)
    hours = calendar.hours if calendar else None
    if calendar is not None:
        await keep_openings(tx, calendar)
    held.now = clocks.due(
        held.now.but(
            reply_due_at=clocks.carried(before, hours, c.reply_due_at, now=tx.now),
            resolution_due_at=clocks.carried(before, hours, c.resolution_due_at, now=tx.now),
        )
    )
