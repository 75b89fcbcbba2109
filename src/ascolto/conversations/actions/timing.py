"""What time does to conversations; each looks again with the conversation held.

Every node may try at once: whoever comes second finds nothing left to do.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto import routing
from ascolto.conversations import events, live, queueing, store, store_due
from ascolto.conversations.actions.working import close_held, wake
from ascolto.conversations.held import SYSTEM_AUTHOR, Held
from ascolto.conversations.model import Conversation, Outcome, State
from ascolto.kit.db import Tx
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

WRAP_UP_LIMIT = declare(
    "conversations.wrap_up_limit_s",
    default=900,
    parse=whole_number(least=0, most=86_400),
    meaning="Seconds after which a conversation in wrap-up is closed by itself; 0 = never",
)


# A wait may be long through no fault of the customer's, so each organisation says what it takes
# for a sign that nobody is there any more.
SILENT_IN_QUEUE = declare(
    "conversations.silent_in_queue_s",
    default=0,
    parse=whole_number(least=0, most=86_400),
    meaning=(
        "Seconds without a word from a customer whom nobody has answered yet, after which they"
        " count as gone without a sign and wait no longer; 0 = never"
    ),
)


async def wake_due(tx: Tx, *, conversation_id: str) -> bool:
    """Bring back a conversation whose time has come; False when it moved meanwhile."""
    conversation = await store.get(tx, conversation_id, lock=True)
    if conversation is None or conversation.state is not State.SNOOZED:
        return False
    if conversation.snoozed_until is None or conversation.snoozed_until > tx.now:
        return False
    await wake(Held.of(tx, conversation), by="time")
    return True


async def tell_overdue(tx: Tx) -> int:
    """Tell, once, which replies and resolutions did not come by the promised moment."""
    missed = await store_due.note_missed(tx)
    if not missed:
        return 0
    ids = {one.conversation_id for one in missed}
    known = {c.id: c for c in await store.get_many(tx, sorted(ids))}
    for one in missed:
        conversation = known[one.conversation_id]
        tx.emit(
            events.TargetMissed(
                **events.ids_of(conversation), target=one.kind, due_at=one.due_at.isoformat()
            ),
            *live.overdue(conversation, kind=one.kind, due_at=one.due_at),
        )
    return len(missed)


async def free_left(tx: Tx, *, conversation_id: str, gone: Collection[str]) -> bool:
    """Offer a talk whose operator is gone to somebody else; False when it moved meanwhile."""
    conversation = await store.get(tx, conversation_id, lock=True)
    if conversation is None or conversation.state is not State.ACTIVE:
        return False
    if conversation.operator_id not in gone:
        return False
    held = Held.of(tx, conversation)
    await queueing.give_back(held, to_head=True, exclude_operator=conversation.operator_id)
    await held.note_event("requeued", author=SYSTEM_AUTHOR)
    await held.save(reason="requeued")
    return True


async def overlong_wrap_ups(tx: Tx) -> dict[str, datetime]:
    """Return the conversations whose wrap-up lasts longer than allowed, with when it began."""
    limits: dict[str, int] = {}
    found = {}
    for ref, client_id, since in await routing.wrap_ups_since(tx, tx.now):
        if client_id not in limits:
            limits[client_id] = await setting(tx, WRAP_UP_LIMIT, client_id=client_id)
        if _over(since, limits[client_id], tx.now):
            found[ref] = since
    return found


@dataclass(frozen=True, slots=True)
class WrapUpClock:
    """Since when a contact is written up, how long its queue reckons with, and when it ends."""

    began_at: datetime
    expected_s: float
    ends_at: datetime | None


async def wrap_up_clock(tx: Tx, conversation: Conversation) -> WrapUpClock | None:
    """Return the clock of a wrap-up; None when there is none now."""
    item, queue_id = conversation.work_item_id, conversation.queue_id
    if conversation.state is not State.WRAPUP or item is None or queue_id is None:
        return None
    began_at, queue = await routing.wrap_up_began(tx, item), await routing.get_queue(tx, queue_id)
    if began_at is None or queue is None:
        return None
    limit_s = await setting(tx, WRAP_UP_LIMIT, client_id=conversation.client_id)
    ends_at = began_at + timedelta(seconds=limit_s) if limit_s else None
    return WrapUpClock(began_at, queue.wrap_up_s, ends_at)


def _over(since: datetime, limit_s: int, now: datetime) -> bool:
    return limit_s > 0 and now - since > timedelta(seconds=limit_s)


async def silent_in_queue(tx: Tx, *, channels: Sequence[str], limit: int) -> list[str]:
    """Return whose customers have been quiet in the queue for longer than their client allows."""
    found: list[str] = []
    for client_id in await store_due.clients_waiting(tx, channels=channels):
        allowed = await setting(tx, SILENT_IN_QUEUE, client_id=client_id)
        if allowed > 0:
            until = tx.now - timedelta(seconds=allowed)
            found += await store_due.quiet_in_queue(
                tx, client_id=client_id, channels=channels, until=until, limit=limit
            )
    return found


async def leave_silently(tx: Tx, *, conversation_id: str) -> bool:
    """Take a customer who has gone without a sign out of the queue; False when they are there."""
    conversation = await store.get(tx, conversation_id, lock=True)
    if conversation is None or conversation.state is not State.WAITING:
        return False
    allowed = await setting(tx, SILENT_IN_QUEUE, client_id=conversation.client_id)
    last = conversation.last_message_at or conversation.opened_at
    answered = conversation.first_replied_at is not None
    if answered or not allowed or tx.now - last < timedelta(seconds=allowed):
        return False
    held = Held.of(tx, conversation)
    await close_held(held, outcome=Outcome.ABANDONED, cancelled="abandoned", silent=True)
    await held.save()
    return True


async def end_wrap_up(tx: Tx, *, conversation_id: str, since: datetime) -> bool:
    """Close what nobody wrote up in time; its operator may still say later how it ended.

    When the customer has written meanwhile somebody must answer, so it goes back to its queue.
    """
    conversation = await store.get(tx, conversation_id, lock=True)
    if conversation is None or conversation.state is not State.WRAPUP:
        return False
    held = Held.of(tx, conversation)
    at = conversation.last_message_at
    if conversation.last_from == "customer" and at is not None and at > since:
        await queueing.give_back(held, to_head=True, preferred_operator=conversation.operator_id)
        await held.note_event("requeued", author=SYSTEM_AUTHOR)
        await held.save(reason="requeued")
    else:
        await close_held(held, outcome=Outcome.UNCLASSIFIED)
        await held.save()
    return True
