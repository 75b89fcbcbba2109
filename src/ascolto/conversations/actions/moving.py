"""A conversation follows its work where routing has moved it by itself."""

from ascolto import routing
from ascolto.conversations.held import SYSTEM_AUTHOR, hold
from ascolto.conversations.hours import follow_queue
from ascolto.conversations.model import Conversation
from ascolto.kit.db import Tx


async def follow_work(tx: Tx, *, conversation_id: str) -> Conversation:
    """Let a conversation be in the queue that its work waits in now; twice is once."""
    held = await hold(tx, conversation_id)
    c = held.now
    item = await routing.get_work(tx, c.work_item_id) if c.work_item_id else None
    if item is None or item.queue_id == c.queue_id:
        return c
    held.change(queue_id=item.queue_id)
    await follow_queue(held)
    await held.note_event("transferred", author=SYSTEM_AUTHOR, queue_id=item.queue_id)
    return await held.save()
