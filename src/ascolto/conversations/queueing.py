"""The one place where conversations meet the queue: asking for a person, giving back, letting go.

A conversation has at most one live work item. It is taken with the conversation held, so the
order of locks is always conversation first, work item second.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from ascolto import customers, routing
from ascolto.conversations import errors, saying, store_lists
from ascolto.conversations.going_out import let_out
from ascolto.conversations.held import Held
from ascolto.conversations.hours import follow_queue
from ascolto.conversations.model import HELD, Conversation, State, Verb
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

# How long a returning customer waits for the operator they know before anybody may answer.
PREFERRED_FOR_S = 60.0
# Whom a customer talked with longer ago is nobody they would ask for.
KNOWN_WITHIN = timedelta(days=90)
KNOWN_OPERATOR = declare(
    "conversations.known_operator_s",
    default=0,
    parse=whole_number(least=0, most=600),
    meaning="Seconds for which a new conversation of a verified customer waits for the operator "
    "they talked with last, before anybody may answer; 0 = not at all",
)


def promised_call(c: Conversation) -> dict[str, Any] | None:
    """Return what was promised, when it was a call."""
    return c.promise if c.promise and c.promise.get("phone") else None


def _due_at(c: Conversation) -> datetime | None:
    """Return by when work is due: a promised call at its moment, if nothing is owed before."""
    call = promised_call(c)
    owed = [c.due_at, datetime.fromisoformat(call["until"]) if call else None]
    return min((at for at in owed if at is not None), default=None)


def card_of(c: Conversation) -> dict[str, Any]:
    """Return what an offer shows of a conversation."""
    call = promised_call(c)
    return {
        **({"call_at": call["until"]} if call else {}),
        "customer_name": c.customer_name,
        "subject": c.subject,
        "preview": c.preview,
        "language": c.language,
        "conversation_number": c.number,
    }


async def join(
    held: Held,
    *,
    cause: str = "first",
    preferred_operator: str | None = None,
    enqueued_at: datetime | None = None,
) -> bool:
    """Ask for a person: put an open conversation into its queue; False when there is none.

    A queue may have been taken out of use while the conversation slept or was closed: then another
    of the client's queues for the channel takes it in.
    """
    for_s = PREFERRED_FOR_S
    if preferred_operator is None:
        preferred_operator, for_s = await _known_operator(held)
    async for queue_id in _queues_for(held):
        item = await _enqueued(
            held,
            queue_id=queue_id,
            cause=cause,
            preferred_operator=preferred_operator,
            preferred_for_s=for_s,
            enqueued_at=enqueued_at,
        )
        if item is None:
            continue
        held.move(Verb.QUEUE)
        moved = item.queue_id != held.before.queue_id
        held.change(
            work_item_id=item.id, queue_id=item.queue_id, operator_id=None, operator_name=""
        )
        if moved:
            await follow_queue(held)
        if cause == "first":
            await _tell_why_it_waits(held, item)
        return True
    return False


async def _tell_why_it_waits(held: Held, item: routing.WorkItem) -> None:
    """Say what the queue has to say to whoever joins it, an outage for example."""
    if held.now.channel not in saying.TOLD_CHANNELS:
        return
    queue = await routing.get_queue(held.tx, item.queue_id)
    if queue is not None and queue.message:
        nonce = saying.queue_nonce(queue.message, work_item_id=item.id)
        await saying.say(held, queue.message, nonce=nonce, meta={"what": "queue"})


async def _known_operator(held: Held) -> tuple[str | None, float]:
    """Return whom a verified customer talked with last, and for how long only they are asked.

    Nobody while the setting is off, and for a customer whom we do not know.
    """
    c = held.now
    if not c.customer_verified or c.last_operator_id is not None:
        return None, 0.0
    for_s = await setting(held.tx, KNOWN_OPERATOR, client_id=c.client_id)
    if not for_s:
        return None, 0.0
    family = await customers.family_ids(held.tx, c.customer_id)
    since = held.tx.now - KNOWN_WITHIN
    return await store_lists.last_operator_of(held.tx, family, since=since), float(for_s)


async def _queues_for(held: Held) -> AsyncIterator[str]:
    c = held.now
    if c.queue_id is None:
        return
    yield c.queue_id
    for queue in await routing.list_queues(held.tx):
        fits = queue.client_id == c.client_id and queue.channel == c.channel
        if fits and queue.id != c.queue_id:
            yield queue.id


async def _enqueued(
    held: Held,
    *,
    queue_id: str,
    cause: str,
    preferred_operator: str | None,
    preferred_for_s: float,
    enqueued_at: datetime | None,
) -> routing.WorkItem | None:
    c = held.now
    try:
        return await routing.enqueue(
            held.tx,
            client_id=c.client_id,
            queue_id=queue_id,
            channel=c.channel,
            ref=c.id,
            card=card_of(c),
            language=c.language,
            preferred_operator=preferred_operator,
            preferred_for_s=preferred_for_s if preferred_operator else None,
            due_at=_due_at(c),
            cause=cause,
            eu_only=c.eu_only,
            enqueued_at=enqueued_at,
        )
    except routing.QueueUnknown:
        return None


async def give_back(
    held: Held,
    *,
    queue_id: str | None = None,
    to_head: bool = False,
    exclude_operator: str | None = None,
    preferred_operator: str | None = None,
    note: str | None = None,
) -> None:
    """Put a conversation back into a queue, its own or another."""
    if held.before.state in HELD:
        await let_out(held)  # what was written here leaves before the conversation does
    c = held.now
    held.move(Verb.REQUEUE)
    item = await routing.requeue(
        held.tx,
        work_item_id=_item(c),
        queue_id=queue_id,
        to_head=to_head,
        exclude_operator=exclude_operator,
        preferred_operator=preferred_operator,
        eu_only=c.eu_only,
        note=note,
    )
    held.change(
        work_item_id=item.id,
        queue_id=item.queue_id,
        last_operator_id=c.operator_id or c.last_operator_id,
        operator_id=None,
        operator_name="",
    )
    if item.queue_id != c.queue_id:
        await follow_queue(held)


async def let_go(
    held: Held, *, outcome: str, cancelled: str = "closed", silent: bool = False
) -> None:
    """End the work on a conversation: finished when an operator had it, else taken back."""
    if held.before.state in HELD:
        await let_out(held)  # what was written here leaves before the conversation does
    c = held.before
    if c.work_item_id is None:
        return
    if c.state is State.WAITING:
        await routing.cancel(held.tx, work_item_id=c.work_item_id, reason=cancelled, silent=silent)
    elif c.state in {State.ACTIVE, State.WRAPUP} and c.operator_id is not None:
        await routing.finish(
            held.tx, work_item_id=c.work_item_id, operator_id=c.operator_id, outcome=outcome
        )
    held.change(work_item_id=None, last_operator_id=c.operator_id or c.last_operator_id)


def _item(c: Conversation) -> str:
    if c.work_item_id is None:
        raise errors.NotNow("Nobody is being asked for here.", state=c.state.value)
    return c.work_item_id
