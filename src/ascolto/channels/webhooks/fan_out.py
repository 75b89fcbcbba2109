"""From the log of events to what is on its way: many events at once, each exactly once.

Runs on every node over one shared place in the log. Two nodes at the same events write the same
rows, of which the database keeps one; the place moves only after they are written.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import asyncpg
import structlog

from ascolto import conversations
from ascolto.channels import store_external, store_webhooks
from ascolto.channels.store_external import Outgoing
from ascolto.channels.webhooks.model import AWAITED_FOR, KINDS, Delivery, Webhook
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.http import Services
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import Frame, StoredEvent
from ascolto.kit.subscribers import Rests, move_place, place_of, read_batch

NAME = "channels.fan_out"
BATCH = 500
POLL_S = 1.0
# Events that come close together are written together: a busy hour costs ten commits a second.
GATHER_S = 0.1
_HEARD = frozenset(KINDS)

log = structlog.get_logger(__name__)


async def fan_out(services: Services) -> None:
    """Follow the log for ever."""
    bell = asyncio.Event()

    def ring(event: StoredEvent) -> None:
        if event.kind in _HEARD:
            bell.set()

    services.relay.add_event_listener(ring)
    rests = Rests()
    while True:
        bell.clear()
        try:
            while await fan_out_batch(services.db, resting=rests.due(NAME)):
                pass
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("fan_out.waits", error=type(error).__name__)
            await asyncio.sleep(POLL_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), timeout=POLL_S)
        await asyncio.sleep(GATHER_S)


async def fan_out_batch(db: Database, *, resting: bool = False) -> bool:
    """Write what follows from the next events; tell whether there may be more.

    When there are none and it is `resting`, the place moves on over what nobody is told of.
    """
    async with db.connection() as connection:
        place = await place_of(connection, NAME)
        horizon = await connection.fetchval("SELECT kit.stream_horizon()") if resting else 0
        events = await read_batch(connection, place, KINDS, limit=BATCH)
        if not events and horizon > place[0]:
            await move_place(connection, NAME, place, (horizon, 0))
    if not events:
        return False
    by_tenant = sorted(events, key=lambda event: event.tenant_id)  # stable: order within stays
    for tenant_id, group in groupby(by_tenant, key=lambda event: event.tenant_id):
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            await _write(tx, list(group))
    async with db.connection() as connection:
        await move_place(connection, NAME, place, (events[-1].xid, events[-1].id))
    return len(events) == BATCH


async def _write(tx: Tx, events: Sequence[StoredEvent]) -> None:
    await _carry_out(tx, events)
    webhooks = [hook for hook in await store_webhooks.list_webhooks(tx) if is_told(hook, tx.now)]
    if webhooks:
        # What colleagues ask each other beside a conversation is no news of its customer.
        work = {str(e.body["work_item_id"]) for e in events if e.kind.startswith("routing.")}
        inside = await conversations.work_inside(tx, work)
        events = [event for event in events if event.body.get("work_item_id") not in inside]
    deliveries = [
        _delivery(tx, hook, event) for event in events for hook in webhooks if wants(hook, event)
    ]
    if deliveries:
        await store_webhooks.add_deliveries(tx, deliveries)


def is_told(hook: Webhook, now: datetime) -> bool:
    """Tell whether what happens is written down for a webhook.

    For one that we switched off ourselves it waits for the day when somebody has mended it.
    """
    return hook.active or (hook.disabled_at is not None and now - hook.disabled_at < AWAITED_FOR)


def wants(hook: Webhook, event: StoredEvent) -> bool:
    """Tell whether a webhook is to hear of an event."""
    return event.kind in hook.kinds and hook.client_id in (None, event.client_id)


def _delivery(tx: Tx, hook: Webhook, event: StoredEvent) -> Delivery:
    return Delivery(
        id=new_id(),
        webhook_id=hook.id,
        client_id=event.client_id,
        event_id=event.id,
        kind=event.kind,
        about=str(event.body.get("conversation_id", event.id)),
        body={
            "type": event.kind,
            "timestamp": event.at.isoformat(),
            "data": {"client_id": event.client_id, **event.body},
        },
        state="pending",
        attempts=0,
        next_try_at=tx.now if hook.active else store_webhooks.LAID_ASIDE,
        last_status=None,
        last_error=None,
        created_at=tx.now,
        sent_at=None,
    )


async def _carry_out(tx: Tx, events: Sequence[StoredEvent]) -> None:
    """Put answers of external channels where their programs fetch them."""
    for event in events:
        if event.kind == "conversations.merged":
            await store_external.move_threads(
                tx, conversation_id=event.body["conversation_id"], into=event.body["into"]
            )
        if event.kind == "conversations.parted":
            await store_external.part_threads(
                tx,
                conversation_id=event.body["conversation_id"],
                out_of=event.body["out_of"],
                parts=event.body["parts"],
                customer_id=event.body["customer_id"],
            )
    said = [event for event in events if event.kind == "conversations.message_out"]
    if not said:
        return
    ids = {str(event.body["conversation_id"]) for event in said}
    found = await store_external.threads_of(tx, sorted(ids))
    threads = {thread.conversation_id: thread for thread in found}
    rows = []
    for event in said:
        thread = threads.get(event.body["conversation_id"])
        if thread is not None:
            outgoing = Outgoing(
                place=0,  # given by the database
                event_id=event.id,
                thread=thread.thread,
                conversation_id=thread.conversation_id,
                message_id=event.body["message_id"],
                at=event.at,
            )
            rows.append((thread, outgoing))
    if rows:
        await store_external.add_outgoing(tx, rows)
        for channel_id in {thread.channel_id for thread, _ in rows}:
            tx.show(Frame(f"outbound:{channel_id}", "outbound.added", {}))
