"""The one place where conversations meet the queue: asking for a person, giving back, letting go.

A conversation has at most one live work item. It is taken with the conversation held, so the
order of locks is always conversation first, work item second.
"""

from typing import Any

from ascolto import routing
from ascolto.conversations import errors
from ascolto.conversations.held import Held
from ascolto.conversations.model import Conversation, State, Verb

# How long a returning customer waits for the operator they know before anybody may answer.
PREFERRED_FOR_S = 60.0


def card_of(c: Conversation) -> dict[str, Any]:
    """Return what an offer shows of a conversation."""
    return {
        "customer_name": c.customer_name,
        "subject": c.subject,
        "preview": c.preview,
        "language": c.language,
        "conversation_number": c.number,
    }


async def join(held: Held, *, preferred_operator: str | None = None) -> None:
    """Ask for a person: put an open conversation into its queue."""
    c = held.now
    if c.queue_id is None:
        raise errors.NoQueue("This conversation has no queue to wait in.")
    held.move(Verb.QUEUE)
    item = await routing.enqueue(
        held.tx,
        client_id=c.client_id,
        queue_id=c.queue_id,
        channel=c.channel,
        ref=c.id,
        card=card_of(c),
        language=c.language,
        preferred_operator=preferred_operator,
        preferred_for_s=PREFERRED_FOR_S if preferred_operator else None,
        due_at=c.due_at,
    )
    held.change(work_item_id=item.id, queue_id=item.queue_id, operator_id=None, operator_name="")


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
    c = held.now
    held.move(Verb.REQUEUE)
    item = await routing.requeue(
        held.tx,
        work_item_id=_item(c),
        queue_id=queue_id,
        to_head=to_head,
        exclude_operator=exclude_operator,
        preferred_operator=preferred_operator,
        note=note,
    )
    held.change(
        work_item_id=item.id,
        queue_id=item.queue_id,
        last_operator_id=c.operator_id or c.last_operator_id,
        operator_id=None,
        operator_name="",
    )


async def let_go(held: Held, *, outcome: str, cancelled: str = "closed") -> None:
    """End the work on a conversation: finished when an operator had it, else taken back."""
    c = held.before
    if c.work_item_id is None:
        return
    if c.state is State.WAITING:
        await routing.cancel(held.tx, work_item_id=c.work_item_id, reason=cancelled)
    elif c.state in {State.ACTIVE, State.WRAPUP} and c.operator_id is not None:
        await routing.finish(
            held.tx, work_item_id=c.work_item_id, operator_id=c.operator_id, outcome=outcome
        )
    held.change(work_item_id=None, last_operator_id=c.operator_id or c.last_operator_id)


def _item(c: Conversation) -> str:
    if c.work_item_id is None:
        raise errors.NotNow("Nobody is being asked for here.", state=c.state.value)
    return c.work_item_id
