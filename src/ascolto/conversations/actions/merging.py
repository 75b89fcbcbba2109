"""Two conversations of one customer become one."""

from ascolto import customers
from ascolto.conversations import clocks, errors, events, store, store_aside
from ascolto.conversations.actions.working import close_held
from ascolto.conversations.held import Held, acting, hold
from ascolto.conversations.model import Conversation, Outcome, State
from ascolto.kit.db import Tx


async def merge(
    tx: Tx,
    *,
    conversation_id: str,
    into: str,
    operator_id: str | None,
    supervise: bool = False,
    one_person: bool = False,
) -> Conversation:
    """Move the thread of a conversation behind that of another, which goes on for both.

    What the customer sends to the one that ended reaches the other, and each of them reads the
    whole thread: so both must be of one customer, or of customers merged before, unless the caller
    knows that they are of `one_person` and answered at one address. Cannot be undone, unless the
    two customers part again (`parting`).
    """
    if conversation_id == into:
        raise errors.BadMerge("A conversation cannot be merged into itself.")
    first, second = sorted((conversation_id, into))
    held = {first: await hold(tx, first), second: await hold(tx, second)}
    source, target = held[conversation_id], held[into]
    _require_mergeable(source.now, target.now, operator_id=operator_id, supervise=supervise)
    if not one_person:
        await _require_one_customer(tx, source.now, target.now)
    source.change(one_person=one_person)
    await _end(source, target)
    count = await _move(source, target)
    await target.note_event(
        "merged", author=acting(tx, operator_id), number=source.now.number, messages=count
    )
    tx.emit(events.Merged(**source.ids(), into=target.now.id, messages=count))
    await source.save(reason="merged")
    merged = await target.save()
    await target.show_consults(former=source.before.operator_id)
    return merged


def _require_mergeable(
    source: Conversation, target: Conversation, *, operator_id: str | None, supervise: bool
) -> None:
    if source.client_id != target.client_id or source.channel != target.channel:
        raise errors.BadMerge("Only conversations of one client on one channel become one.")
    for one in (source, target):
        if one.merged_into is not None:
            raise errors.BadMerge("One of them goes on elsewhere.", merged_into=one.merged_into)
    if target.state in {State.CLOSED, State.SNOOZED}:
        raise errors.NotNow(
            "The conversation to merge into does not go on now.", state=target.state.value
        )
    owners = {source.operator_id, target.operator_id}
    if not supervise and operator_id not in owners:
        raise errors.NotYours("Neither conversation is yours.", operator_id=target.operator_id)
    taken = {o for o in (source.operator_id, target.operator_id) if o is not None}
    if source.state is not State.CLOSED and not supervise and taken - {operator_id}:
        raise errors.NotYours("A colleague has one of them.", operator_id=target.operator_id)


async def _require_one_customer(tx: Tx, source: Conversation, target: Conversation) -> None:
    """Refuse two customers, and two of whom nothing is known: either would read the other."""
    one, other = [await customers.standing_for(tx, c.customer_id) for c in (source, target)]
    if one is None or other is None or one.id != other.id:
        raise errors.BadMerge("They are of two customers: merge the customers first.")


async def _end(source: Held, target: Held) -> None:
    """Close the source; what the customer waits for there, they wait for in the target."""
    wanted = [at for at in (source.now.waiting_since, target.now.waiting_since) if at]
    due = [at for at in (source.now.reply_due_at, target.now.reply_due_at) if at]
    if source.now.state is not State.CLOSED:
        await close_held(source, outcome=Outcome.MERGED, cancelled="merged")
    source.change(merged_into=target.now.id)
    if wanted:
        target.change(waiting_since=min(wanted), reply_due_at=min(due) if due else None)
        target.now = clocks.due(target.now)


async def _move(source: Held, target: Held) -> int:
    """Move what lies beside the thread, and the thread itself."""
    # The closing line of the source is moved too: it is in the thread when the rows are counted.
    await source.write_lines()
    count = await store.move_messages(source.tx, source=source.now, target=target.now)
    await store_aside.move_aside(source.tx, source=source.now, target=target.now)
    s, t = source.now, target.now
    newer = s if (s.last_message_at or s.opened_at) > (t.last_message_at or t.opened_at) else t
    target.change(
        last_customer_seq=(
            t.last_seq + s.last_customer_seq if s.last_customer_seq else t.last_customer_seq
        ),
        last_seq=t.last_seq + s.last_seq,
        received=t.received + s.received,
        unread=t.unread + source.before.unread,
        last_message_at=newer.last_message_at,
        last_from=newer.last_from,
        preview=newer.preview,
        tags=tuple(dict.fromkeys((*t.tags, *s.tags))),
    )
    source.lines.clear()
    source.change(last_seq=0, last_customer_seq=0, received=0)
    return count
