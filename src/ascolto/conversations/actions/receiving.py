"""What comes from the customer: a message, a farewell, an answer to the survey."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ascolto.conversations import errors, events, live, queueing, store, store_aside
from ascolto.conversations.actions.parting import keep_apart
from ascolto.conversations.actions.working import close_held, reopen_held, wrap_up_held
from ascolto.conversations.held import Held, checked_nonce, checked_text, hold
from ascolto.conversations.model import (
    Author,
    AuthorKind,
    Conversation,
    Message,
    Outcome,
    State,
    Verb,
    preview_of,
)
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id


async def receive(
    tx: Tx,
    *,
    conversation_id: str,
    text: str,
    nonce: str | None,
    attachments: Sequence[str] = (),
    meta: dict[str, Any] | None = None,
) -> Message:
    """Store a customer's message once, and see to it that somebody will answer it.

    The same nonce with the same text returns the stored message; with another text it is refused.
    """
    files = list(dict.fromkeys(attachments))
    checked_text(text, files=len(files))
    take_in = partial(
        store.take_in,
        tx,
        conversation_id=conversation_id,
        message_id=new_id(),
        text=text,
        nonce=checked_nonce(nonce),
        files=files,
        meta=meta or {},
        preview=preview_of(text),
    )
    taken = await take_in()
    if taken == "across":
        await keep_apart(tx, conversation_id)
        taken = await take_in(across=True)
    if isinstance(taken, str):
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    match taken.verdict:
        case "known":
            return taken.message
        case "clash":
            raise errors.NonceClash("This nonce was used for another text.", nonce=nonce)
        case "files":
            raise errors.BadFiles("A file is not of this conversation or was sent already.")
        case _:
            return await _stored(tx, taken.conversation, taken.message)


async def _stored(tx: Tx, conversation: Conversation, message: Message) -> Message:
    tx.emit(
        events.MessageIn(
            **events.ids_of(conversation),
            message_id=message.id,
            seq=message.seq,
            length=len(message.text),
            files=len(message.attachments),
        ),
        *live.message_added(message),
    )
    if conversation.state in {State.OPEN, State.SNOOZED, State.CLOSED}:
        await _rouse(Held.of(tx, conversation))
    else:
        tx.show(*live.changed(conversation))
    return message


async def _rouse(held: Held) -> None:
    """Bring a conversation that nobody attends back to a queue, to whoever had it if possible."""
    preferred = held.now.operator_id or held.now.last_operator_id
    cause = "first" if held.now.state is State.OPEN else "returned"
    if held.now.state is State.CLOSED:
        reopen_held(held, by="customer")
        await held.note_event("reopened", author=_customer(held.now))
    elif held.now.state is State.SNOOZED:
        held.move(Verb.WAKE)
        held.change(snoozed_until=None)
        held.tx.emit(events.Woken(**held.ids(), by="customer"))
        await held.note_event("woken", author=_customer(held.now))
    await queueing.join(held, cause=cause, preferred_operator=preferred)
    await held.save(reason="requeued")


def _customer(c: Conversation) -> Author:
    return Author(AuthorKind.CUSTOMER, c.customer_id, c.customer_name)


async def leave(tx: Tx, *, conversation_id: str) -> Conversation:
    """Let the customer end it: nobody waits any longer, and an operator who has it writes it up."""
    held = await hold(tx, conversation_id)
    if held.now.merged_into is not None:
        return await leave(tx, conversation_id=held.now.merged_into)
    if held.now.state in {State.WRAPUP, State.CLOSED}:
        return held.now
    tx.emit(events.CustomerLeft(**held.ids()))
    await held.note_event("left", author=_customer(held.now))
    if held.now.state is State.ACTIVE:
        await wrap_up_held(held)
        return await held.save()
    answered = held.now.first_replied_at is not None
    await close_held(
        held,
        outcome=Outcome.RESOLVED if answered else Outcome.ABANDONED,
        cancelled="closed" if answered else "abandoned",
    )
    return await held.save()


async def survey(tx: Tx, *, conversation_id: str, score: int, text: str = "") -> None:
    """Keep the customer's answer to the closing question, once."""
    conversation = await store.get(tx, conversation_id)
    if conversation is None:
        raise errors.UnknownConversation("No such conversation.", conversation_id=conversation_id)
    if text:
        checked_text(text)
    kept = await store_aside.add_survey(tx, conversation=conversation, score=score, text=text)
    if not kept:
        raise errors.AlreadySurveyed("The survey was answered already.")
    owner = conversation.operator_id or conversation.last_operator_id
    ids = events.ids_of(replace(conversation, operator_id=owner))
    tx.emit(events.Surveyed(**ids, score=score))
