"""What this room hears and does by itself: what time brings, and what follows from customers.

Each piece of work has its own transaction, so that one that fails holds up no other. Several nodes
may run the same job: the row that is held, or the row that is written once, lets one of them act.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import structlog

from ascolto import routing
from ascolto.conversations import store_consults, store_due, store_going_out
from ascolto.conversations.actions import consulting, moving, parting, telling, timing, undoing
from ascolto.conversations.actions.keeping import forget_unsent, forget_wrap_ups
from ascolto.conversations.actions.opening import customer_changed
from ascolto.conversations.events import QueueTold
from ascolto.conversations.files import remove_contents
from ascolto.conversations.saying import digest_of
from ascolto.customers import store as customers_store
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import Job, Turn, every
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.subscribers import Subscriber
from ascolto.tenancy import store as tenancy

# A reply held for three seconds should not take four.
SEND_EVERY_S = 0.5
WAKE_EVERY_S = 2.0
OVERDUE_EVERY_S = 5.0
FREE_EVERY_S = 15.0
WRAP_UP_EVERY_S = 20.0
SILENT_EVERY_S = 15.0
SWEEP_EVERY_S = 600.0
# A person who loses the line often comes back at once; a customer in a live chat cannot wait long.
# What is answered in hours stays with its operator until the next shift, no longer.
GONE_S = 120.0
ABSENT_S = 12 * 3_600.0
LIVE_CHANNELS = ("webchat", "messaging", "voice")
# Who writes and reads at once can leave without a word; a letter is not taken back by silence.
TYPED_CHANNELS = ("webchat", "messaging")
# A content whose row is gone may be in use again: somebody uploads the same file just now.
CONTENT_FOR_S = 3_600.0
_BATCH = 100

log = structlog.get_logger(__name__)


async def follow_customer(tx: Tx, event: StoredEvent) -> None:
    """Show a customer's present name and standing on their conversations."""
    for customer_id in {event.body["customer_id"], event.body.get("kept_id")} - {None}:
        customer = await customers_store.standing_for(tx, str(customer_id))
        if customer is not None:
            family = await customers_store.family_ids(tx, customer.id)
            await customer_changed(tx, customer=customer, family=family)


async def follow_parting(tx: Tx, event: StoredEvent) -> None:
    """Part the conversations that were joined across two customers who are not one any more."""
    customer_id, kept_id = str(event.body["customer_id"]), str(event.body["kept_id"])
    await parting.part(tx, customer_id=customer_id, other_id=kept_id)


async def follow_overflow(tx: Tx, event: StoredEvent) -> None:
    """Let a conversation, or a consult, be in the queue that its work has overflowed to."""
    await moving.follow_work(tx, conversation_id=str(event.body["conversation_id"]))
    await consulting.follow_work(tx, work_item_id=str(event.body["work_item_id"]))


async def follow_message(tx: Tx, event: StoredEvent) -> None:
    """Tell those who wait in a queue what it has to say from now on, or go on telling them."""
    queue_id, body = str(event.body["queue_id"]), event.body
    if event.kind == QueueTold.kind:
        digest, after = str(body["digest"]), str(body["after"])
        await telling.tell_waiting(tx, queue_id=queue_id, digest=digest, after=after)
    elif (message := body["changed"].get("message")) and not body.get("quiet"):
        await telling.tell_waiting(tx, queue_id=queue_id, digest=digest_of(message))


async def follow_presence(tx: Tx, event: StoredEvent) -> None:
    """Tell customers when who answers them says that they are in another country now."""
    if event.body.get("country") is not None:
        await telling.tell_move(tx, operator_id=str(event.body["operator_id"]))


SUBSCRIBERS: Sequence[Subscriber] = (
    Subscriber(
        "conversations.follow_message", ("routing.queue_changed", QueueTold.kind), follow_message
    ),
    Subscriber("conversations.follow_presence", ("routing.presence_changed",), follow_presence),
    Subscriber("conversations.follow_overflow", ("routing.overflowed",), follow_overflow),
    Subscriber(
        "conversations.follow_customer",
        ("customers.changed", "customers.merged", "customers.unmerged"),
        follow_customer,
    ),
    Subscriber("conversations.follow_parting", ("customers.unmerged",), follow_parting),
)


async def wake_due(db: Database) -> int:
    """Bring back every conversation whose time has come; return how many."""
    async with db.connection() as connection:
        tenants = await store_due.tenants_to_wake(connection, until=db.clock.now())
    woken = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store_due.to_wake(tx, limit=_BATCH)
        woken += await _each(
            db, tenant_id, due, lambda tx, one: timing.wake_due(tx, conversation_id=one)
        )
    return woken


async def send_held(db: Database) -> int:
    """Send every reply that nobody took back in time; return in how many conversations."""
    async with db.connection() as connection:
        tenants = await store_going_out.tenants_going_out(connection, until=db.clock.now())
    sent = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store_going_out.due(tx, limit=_BATCH)
        sent += await _each(
            db, tenant_id, due, lambda tx, one: undoing.release_due(tx, conversation_id=one)
        )
    return sent


async def tell_overdue(db: Database) -> int:
    """Tell of every promise that ran out; return how many were told."""
    async with db.connection() as connection:
        tenants = await store_due.tenants_overdue(connection, until=db.clock.now())
    told = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            told += await timing.tell_overdue(tx)
    return told


async def free_left(db: Database, *, gone_s: float = GONE_S, absent_s: float = ABSENT_S) -> int:
    """Give what an operator who is gone was talking in to somebody else; return how many.

    Live talks after minutes, everything else after half a day.
    """
    freed = 0
    for tenant_id in await _tenants(db):
        for away_s, channels in ((gone_s, LIVE_CHANNELS), (absent_s, None)):
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                gone = await routing.gone_operators(tx, longer_than_s=away_s)
                left = await store_due.held_by_any(tx, gone, channels=channels) if gone else []
            freed += await _each(db, tenant_id, left, partial(_free, gone=frozenset(gone)))
        # What was asked beside a talk is answered in hours, as a mail is.
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            gone = await routing.gone_operators(tx, longer_than_s=absent_s)
            left = await store_consults.taken_by_any(tx, gone) if gone else []
        freed += await _each(db, tenant_id, left, partial(_free_consult, gone=frozenset(gone)))
    return freed


async def _free(tx: Tx, conversation_id: str, *, gone: frozenset[str]) -> bool:
    return await timing.free_left(tx, conversation_id=conversation_id, gone=gone)


async def _free_consult(tx: Tx, consult_id: str, *, gone: frozenset[str]) -> bool:
    return await consulting.free(tx, consult_id=consult_id, gone=gone)


async def end_wrap_ups(db: Database) -> int:
    """Close what was not written up in time, so that its operator has room; return how many."""
    ended = 0
    for tenant_id in await _tenants(db):
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            late = await timing.overlong_wrap_ups(tx)
        ended += await _each(db, tenant_id, list(late), partial(_end_wrap_up, late=late))
    return ended


async def _end_wrap_up(tx: Tx, conversation_id: str, *, late: dict[str, datetime]) -> bool:
    return await timing.end_wrap_up(
        tx, conversation_id=conversation_id, since=late[conversation_id]
    )


async def end_silent(db: Database) -> int:
    """Take out of the queue who has left without a sign; return how many."""
    ended = 0
    for tenant_id in await _tenants(db):
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            quiet = await timing.silent_in_queue(tx, channels=TYPED_CHANNELS, limit=_BATCH)
        ended += await _each(
            db, tenant_id, quiet, lambda tx, one: timing.leave_silently(tx, conversation_id=one)
        )
    return ended


async def sweep_files(services: Services) -> int:
    """Forget uploads that were never sent, rows first, and wrap-ups left; return how many went."""
    swept = 0
    for tenant_id in await _tenants(services.db):
        async with services.db.transaction(tenant_id, actor=SYSTEM) as tx:
            contents = await forget_unsent(tx)
            await forget_wrap_ups(tx)
        await asyncio.to_thread(
            remove_contents,
            services.settings.attachments,
            tenant_id=tenant_id,
            contents=contents,
            older_s=CONTENT_FOR_S,
        )
        swept += len(contents)
    return swept


async def _each(
    db: Database,
    tenant_id: str,
    conversation_ids: Sequence[str],
    do: Callable[[Tx, str], Awaitable[bool]],
) -> int:
    done = 0
    for one in conversation_ids:
        try:
            async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                done += await do(tx, one)
        except Refusal as refusal:
            log.warning("conversations.job_refused", conversation_id=one, code=refusal.code)
    return done


async def _tenants(db: Database) -> list[str]:
    async with db.connection() as connection:
        return await tenancy.list_tenant_ids(connection)


def _on_db(turn: Callable[[Database], Awaitable[int]]) -> Turn:
    async def run(services: Services) -> int:
        return await turn(services.db)

    return run


BACKGROUND: Sequence[tuple[str, Job]] = (
    every(SEND_EVERY_S, "conversations", "held replies sent", _on_db(send_held)),
    every(WAKE_EVERY_S, "conversations", "woken", _on_db(wake_due)),
    every(OVERDUE_EVERY_S, "conversations", "overdue told", _on_db(tell_overdue)),
    every(FREE_EVERY_S, "conversations", "freed", _on_db(free_left)),
    every(WRAP_UP_EVERY_S, "conversations", "wrap-ups ended", _on_db(end_wrap_ups)),
    every(SILENT_EVERY_S, "conversations", "silent ended", _on_db(end_silent)),
    every(SWEEP_EVERY_S, "conversations", "files swept", sweep_files),
)
