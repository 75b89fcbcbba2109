"""What an operator does with a conversation: take it, hand it on, write it up, close it."""

from datetime import UTC, datetime
from typing import Any

from ascolto import routing
from ascolto.conversations import (
    clocks,
    errors,
    events,
    live,
    queueing,
    store,
    store_aside,
    store_config,
)
from ascolto.conversations.actions import consulting, telling
from ascolto.conversations.colleagues import require_colleague
from ascolto.conversations.held import SYSTEM_AUTHOR, Held, acting, checked_text, hold, hold_for
from ascolto.conversations.model import (
    OWN_OUTCOMES,
    Author,
    Conversation,
    MessageKind,
    Outcome,
    State,
    Verb,
)
from ascolto.kit.db import Tx


async def accept(tx: Tx, *, work_item_id: str, operator_id: str) -> Conversation:
    """Take an offered conversation, or the question that a colleague asks beside one.

    Accepting twice is accepting once.
    """
    conversation = await store.lock_by_work_item(tx, work_item_id)
    if conversation is None:
        about = await consulting.take(tx, work_item_id=work_item_id, operator_id=operator_id)
        if about is not None:
            return about
        raise errors.UnknownConversation("No conversation waits here.", work_item_id=work_item_id)
    if conversation.state is State.ACTIVE and conversation.operator_id == operator_id:
        return conversation
    await routing.accept(tx, work_item_id=work_item_id, operator_id=operator_id)
    held = Held.of(tx, conversation)
    await take(held, operator_id=operator_id, operator_name=tx.actor.name)
    await telling.tell_country(held, operator_id=operator_id)
    return await held.save()


async def take(held: Held, *, operator_id: str, operator_name: str) -> None:
    """Make an operator the owner of a waiting conversation."""
    held.move(Verb.ACCEPT)
    held.change(operator_id=operator_id, operator_name=operator_name)
    author = acting(held.tx, operator_id)
    await held.note_event("accepted", author=author)


async def transfer(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str | None,
    queue_id: str | None = None,
    to_operator_id: str | None = None,
    note: str = "",
    supervise: bool = False,
) -> Conversation:
    """Hand a conversation to another queue or to a colleague, with a note that stays inside."""
    if (queue_id is None) == (to_operator_id is None):
        raise errors.NoQueue("Name a queue or an operator to transfer to, and only one of them.")
    if to_operator_id is not None and to_operator_id == operator_id:
        raise errors.NoQueue("You have it already.")
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    if to_operator_id is not None:
        await require_colleague(tx, to_operator_id, client_id=held.now.client_id)
    author = acting(tx, operator_id)
    await forget_wrap_up(held)
    if note.strip():
        await held.add(MessageKind.NOTE, author=author, text=checked_text(note))
    await queueing.give_back(
        held,
        queue_id=queue_id,
        exclude_operator=held.now.operator_id,
        preferred_operator=to_operator_id,
        note=note.strip() or None,
    )
    await held.note_event(
        "transferred",
        author=author,
        queue_id=queue_id,
        to_operator_id=to_operator_id,
        from_queue_id=held.before.queue_id,
    )
    return await held.save(reason="transferred")


async def requeue(
    tx: Tx, *, conversation_id: str, operator_id: str | None, supervise: bool = False
) -> Conversation:
    """Give a conversation back to the head of its queue, for somebody else."""
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    await forget_wrap_up(held)
    await queueing.give_back(held, to_head=True, exclude_operator=held.now.operator_id)
    await held.note_event("requeued", author=acting(tx, operator_id))
    return await held.save(reason="requeued")


async def wrap_up(
    tx: Tx, *, conversation_id: str, operator_id: str | None, supervise: bool = False
) -> Conversation:
    """End the talk and begin to write it up."""
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    await wrap_up_held(held)
    return await held.save()


async def wrap_up_held(held: Held) -> None:
    """Begin the wrap-up of a held conversation, for its owner."""
    held.move(Verb.WRAP_UP)
    c = held.now
    if c.work_item_id is not None and c.operator_id is not None:
        await routing.start_wrap_up(held.tx, work_item_id=c.work_item_id, operator_id=c.operator_id)


async def forget_wrap_up(held: Held) -> None:
    """Empty what was being written up of a conversation whose wrap-up ends here, on each device."""
    if held.before.state not in {State.WRAPUP, State.CLOSED}:
        return
    for client_id, draft in await store_aside.empty_wrap_ups(
        held.tx, conversation_id=held.before.id
    ):
        held.tx.show(live.draft_changed(draft, client_id=client_id))


async def close(
    tx: Tx,
    *,
    conversation_id: str,
    outcome: str,
    reason1: str | None = None,
    reason2: str | None = None,
    note: str = "",
    promise: dict[str, Any] | None = None,
    operator_id: str | None = None,
    expected_seq: int | None = None,
    supervise: bool = False,
) -> Conversation:
    """Close a conversation with how it ended and why it began.

    With `expected_seq`, a customer's message that came meanwhile refuses it.
    """
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    if expected_seq is not None and held.now.last_customer_seq > expected_seq:
        raise errors.ThreadChanged("The customer wrote meanwhile.", last_seq=held.now.last_seq)
    await check_reasons(tx, client_id=held.now.client_id, reason1=reason1, reason2=reason2)
    if note.strip():
        checked_text(note)
    told = Outcome(outcome)
    if told in OWN_OUTCOMES:
        raise errors.BadOutcome("Only the product itself says this.", outcome=outcome)
    if held.now.state is State.CLOSED and held.now.outcome == Outcome.UNCLASSIFIED.value:
        return await _classify(
            held, outcome=told, reason1=reason1, reason2=reason2, note=note, promise=promise
        )
    await close_held(
        held,
        outcome=told,
        reason1=reason1,
        reason2=reason2,
        note=note.strip(),
        promise=promise,
        author=acting(tx, operator_id),
    )
    return await held.save()


async def _classify(
    held: Held,
    *,
    outcome: Outcome,
    reason1: str | None,
    reason2: str | None,
    note: str,
    promise: dict[str, Any] | None,
) -> Conversation:
    """Write down how it ended, after the time for it had run out."""
    await forget_wrap_up(held)
    held.change(
        outcome=outcome.value,
        reason1=reason1,
        reason2=reason2,
        close_note=note.strip(),
        promise=promise,
    )
    held.tx.emit(
        events.Classified(
            **held.ids(),
            outcome=outcome.value,
            reason1=reason1,
            reason2=reason2,
            promised_until=(promise or {}).get("until"),
        )
    )
    return await held.save()


async def check_reasons(
    tx: Tx, *, client_id: str, reason1: str | None, reason2: str | None
) -> None:
    """Refuse reasons that are unknown, of another client, or not one under the other."""
    wanted = [reason for reason in (reason1, reason2) if reason is not None]
    if not wanted:
        return
    known = {reason.id: reason for reason in await store_config.get_reasons(tx, wanted)}
    for reason_id in wanted:
        if reason_id not in known or known[reason_id].client_id not in {None, client_id}:
            raise errors.UnknownReason("No such reason.", reason_id=reason_id)
    if reason1 is None or known[reason1].parent_id is not None:
        raise errors.BadReasons("The first reason is one of the first level.")
    if reason2 is not None and known[reason2].parent_id != reason1:
        raise errors.BadReasons("The second reason does not lie under the first.")


async def close_held(
    held: Held,
    *,
    outcome: Outcome,
    reason1: str | None = None,
    reason2: str | None = None,
    note: str = "",
    promise: dict[str, Any] | None = None,
    cancelled: str = "closed",
    silent: bool = False,
    author: Author = SYSTEM_AUTHOR,
) -> None:
    """Close a held conversation and let its work go."""
    worked = held.ids()
    held.move(Verb.CLOSE)
    if outcome not in OWN_OUTCOMES:
        await forget_wrap_up(held)  # else it can still be written up, here or where it goes on
    await queueing.let_go(held, outcome=outcome.value, cancelled=cancelled, silent=silent)
    held.now = clocks.paused(held.now, await held.hours(), held.tx.now)
    held.change(
        closed_at=held.tx.now,
        snoozed_until=None,
        outcome=outcome.value,
        reason1=reason1,
        reason2=reason2,
        close_note=note,
        promise=promise,
        unread=0,
    )
    await held.note_event("closed", author=author, outcome=outcome.value)
    held.tx.emit(
        events.Closed(
            **worked,
            outcome=outcome.value,
            reason1=reason1,
            reason2=reason2,
            promised_until=(promise or {}).get("until"),
        )
    )


async def reopen(tx: Tx, *, conversation_id: str, operator_id: str | None) -> Conversation:
    """Let a closed conversation go on: it is offered to whoever reopens it, then to anybody."""
    held = await hold(tx, conversation_id)
    if held.now.merged_into is not None:
        raise errors.NotNow("It goes on in another conversation.", merged_into=held.now.merged_into)
    cause = "undo" if _just_closed(held, operator_id) else "reopened"
    reopen_held(held, by="operator" if operator_id else "system")
    await held.note_event("reopened", author=acting(tx, operator_id))
    held.now = clocks.resumed(held.now, await held.hours(), tx.now)
    preferred = operator_id or held.now.last_operator_id
    if not await queueing.join(held, cause=cause, preferred_operator=preferred):
        raise errors.NoQueue("This conversation has no queue to wait in.")
    return await held.save(reason="requeued")


def _just_closed(held: Held, operator_id: str | None) -> bool:
    """Tell whether an operator takes back having closed it a moment ago."""
    c = held.now
    if c.closed_at is None or operator_id is None or c.last_operator_id != operator_id:
        return False
    return (held.tx.now - c.closed_at).total_seconds() <= UNDO_S


def reopen_held(held: Held, *, by: str) -> None:
    """Take back what closing wrote."""
    held.move(Verb.REOPEN)
    held.change(
        closed_at=None,
        outcome=None,
        reason1=None,
        reason2=None,
        close_note="",
        promise=None,
        country_told=None,
        last_operator_id=held.now.operator_id or held.now.last_operator_id,
        operator_id=None,
        operator_name="",
    )
    held.tx.emit(events.Reopened(**held.ids(), by=by))


async def snooze(
    tx: Tx,
    *,
    conversation_id: str,
    until: datetime,
    operator_id: str | None,
    supervise: bool = False,
) -> Conversation:
    """Put a conversation aside until a moment; it stays its operator's and counts as no work."""
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    until = await snooze_held(held, until=until)
    await held.note_event("snoozed", author=acting(tx, operator_id), until=until.isoformat())
    return await held.save()


async def snooze_held(held: Held, *, until: datetime) -> datetime:
    """Put a held conversation aside; return the moment, which must lie within a year."""
    until = until.astimezone(UTC)
    seconds = (until - held.tx.now).total_seconds()
    if not 0 < seconds <= SNOOZE_LIMIT_S:
        raise errors.BadMoment("A conversation sleeps until a moment within a year.")
    held.move(Verb.SNOOZE)
    await queueing.let_go(held, outcome="snoozed")
    held.now = clocks.paused(held.now, await held.hours(), held.tx.now)
    held.change(snoozed_until=until)
    held.tx.emit(events.Snoozed(**held.ids(), until=until.isoformat()))
    return until


SNOOZE_LIMIT_S = 366 * 86_400
# Longer than the desk offers to take back a close.
UNDO_S = 60.0


async def wake(held: Held, *, by: str) -> Conversation:
    """Bring a conversation back whose time has come, to its operator first."""
    held.move(Verb.WAKE)
    owner = held.now.operator_id
    held.change(snoozed_until=None, last_operator_id=owner or held.now.last_operator_id)
    held.tx.emit(events.Woken(**held.ids(), by=by))
    await held.note_event("woken", author=SYSTEM_AUTHOR)
    held.now = clocks.resumed(held.now, await held.hours(), held.tx.now)
    call = queueing.promised_call(held.now)
    first = call["operator_id"] if call else owner
    await queueing.join(held, cause="woken", preferred_operator=first)
    return await held.save(reason="requeued")


async def wake_now(
    tx: Tx, *, conversation_id: str, operator_id: str | None, supervise: bool = False
) -> Conversation:
    """Bring a conversation back before its time."""
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    return await wake(held, by="operator")
