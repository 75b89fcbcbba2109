"""A conversation begins, and asks for a person."""

from datetime import datetime
from typing import Any

from ascolto import customers
from ascolto.conversations import clocks, errors, events, hours, live, queueing, store
from ascolto.conversations.held import Held, checked_nonce, checked_text, hold
from ascolto.conversations.model import (
    Author,
    AuthorKind,
    Conversation,
    Message,
    MessageKind,
    State,
)
from ascolto.customers import Customer
from ascolto.customers.model import normalise
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import setting


async def open_conversation(
    tx: Tx,
    *,
    client_id: str,
    channel: str,
    customer_id: str,
    known: Customer | None = None,
    conversation_id: str | None = None,
    channel_id: str | None = None,
    queue_id: str | None = None,
    subject: str = "",
    language: str = "it",
    meta: dict[str, Any] | None = None,
    number: int | None = None,
) -> Conversation:
    """Begin a conversation with a customer; its first message, or `ask_for_person`, queues it.

    `known` is the customer, standing for those merged into it, if this transaction has read it;
    `number` one that was drawn for it (`next_numbers`), else it draws its own.
    """
    fresh = await _fresh(
        tx,
        client_id=client_id,
        channel=channel,
        customer_id=customer_id,
        known=known,
        conversation_id=conversation_id,
        channel_id=channel_id,
        queue_id=queue_id,
        subject=subject,
        language=language,
        meta=meta,
        number=number,
    )
    store.insert(tx, fresh, search=search_of(fresh))
    tx.emit(_arrived(fresh), *live.stood(fresh))
    return fresh


async def next_numbers(tx: Tx, count: int) -> list[int]:
    """Return numbers, rising, for conversations that begin in this transaction."""
    return await store.next_numbers(tx, count)


async def begin_with_words(
    tx: Tx,
    *,
    text: str,
    nonce: str | None,
    customer: Customer,
    said: dict[str, Any] | None = None,
    **opening: Any,
) -> tuple[Conversation, Message]:
    """Begin a conversation with its first message, which asks for a person.

    The same as `open_conversation` and `receive`, with the row written once, as it stands in the
    end: nobody else can know of it, so nothing needs to be held. `opening` as there, `said` goes
    with the message.
    """
    checked_text(text)
    fresh = await _fresh(tx, customer_id=customer.id, known=customer, **opening)
    tx.emit(_arrived(fresh))
    held = Held.of(tx, fresh)
    author = Author(AuthorKind.CUSTOMER, fresh.customer_id, fresh.customer_name)
    message = await held.add(
        MessageKind.MESSAGE, author=author, text=text, nonce=checked_nonce(nonce), meta=said
    )
    held.change(last_customer_seq=message.seq, received=1, unread=1)
    tx.emit(
        events.MessageIn(
            **held.ids(), message_id=message.id, seq=message.seq, length=len(text), files=0
        )
    )
    await queueing.join(held)
    store.insert(tx, held.now, search=search_of(held.now), lines=held.unwritten)
    for line in held.lines:
        tx.show(*live.message_added(line))
    tx.show(*live.stood(held.now))
    return held.now, message


def _arrived(c: Conversation) -> events.Arrived:
    return events.Arrived(**events.ids_of(c), language=c.language)


async def _fresh(
    tx: Tx,
    *,
    client_id: str,
    channel: str,
    customer_id: str,
    known: Customer | None,
    conversation_id: str | None = None,
    channel_id: str | None = None,
    queue_id: str | None = None,
    subject: str = "",
    language: str = "it",
    meta: dict[str, Any] | None = None,
    number: int | None = None,
) -> Conversation:
    """Return a conversation that begins now, numbered and with its clocks running, unwritten."""
    customer = known or await customers.standing_for(tx, customer_id)
    if customer is None or customer.client_id != client_id:
        raise errors.UnknownConversation("No such customer.", customer_id=customer_id)
    document = await setting(tx, clocks.TARGETS, client_id=client_id)
    targets = clocks.targets_of(document, channel)
    calendar = (
        await hours.calendar_of_queue(tx, queue_id=queue_id, client_id=client_id)
        if targets.business_hours
        else None
    )
    if calendar is not None:
        await hours.keep_openings(tx, calendar)
    fresh = Conversation(
        id=conversation_id or new_id(),
        client_id=client_id,
        number=await store.next_number(tx) if number is None else number,
        channel=channel,
        channel_id=channel_id,
        customer_id=customer.id,
        customer_name=customer.name,
        customer_verified=customer.verified,
        state=State.OPEN,
        queue_id=queue_id,
        work_item_id=None,
        operator_id=None,
        operator_name="",
        last_operator_id=None,
        subject=subject.strip()[:300],
        preview="",
        language=language,
        tags=(),
        meta=meta or {},
        unread=0,
        received=0,
        last_seq=0,
        last_customer_seq=0,
        last_message_at=None,
        last_from=None,
        opened_at=tx.now,
        closed_at=None,
        snoozed_until=None,
        outcome=None,
        reason1=None,
        reason2=None,
        close_note="",
        promise=None,
        merged_into=None,
        one_person=False,
        first_s=targets.first_s,
        next_s=targets.next_s,
        resolution_s=targets.resolution_s,
        business_hours=calendar is not None,
        calendar_id=calendar.id if calendar else None,
        waiting_since=None,
        first_replied_at=None,
        reply_due_at=None,
        resolution_due_at=None,
        resolution_left_s=None,
        due_at=None,
        due_kind=None,
        country_told=None,
        eu_only=False,
        v=1,
    )
    return clocks.started(fresh, calendar.hours if calendar else None)


def search_of(c: Conversation) -> str:
    """Return what a search of a conversation looks at."""
    return f" {c.number} {normalise(c.subject)} {normalise(c.customer_name)}"


async def ask_for_person(
    tx: Tx,
    *,
    conversation_id: str,
    queue_id: str | None = None,
    enqueued_at: datetime | None = None,
) -> Conversation:
    """Put an open conversation into a queue; one that is queued or held already stays as it is.

    `enqueued_at` keeps an earlier place in the queue.
    """
    held = await hold(tx, conversation_id)
    if held.now.state is not State.OPEN:
        return held.now
    if queue_id is not None:
        held.change(queue_id=queue_id)
    if not await queueing.join(held, enqueued_at=enqueued_at):
        raise errors.NoQueue("This conversation has no queue to wait in.")
    return await held.save()


async def customer_changed(tx: Tx, *, customer: Customer, family: list[str]) -> None:
    """Show a customer's present name on every conversation of theirs."""
    for conversation in await store.of_customers(tx, family):
        name, verified = customer.name, customer.verified
        if (conversation.customer_name, conversation.customer_verified) == (name, verified):
            continue
        held = Held.of(tx, conversation)
        held.change(customer_name=name, customer_verified=verified)
        await store.set_search(tx, conversation_id=conversation.id, search=search_of(held.now))
        await held.save()
