"""What the house itself says to a customer: a line of ours, and no answer of anybody's."""

import hashlib
from typing import Any

from ascolto.conversations import events
from ascolto.conversations.held import SYSTEM_AUTHOR, Held
from ascolto.conversations.model import AuthorKind, Message, MessageKind

# Who writes and reads at once is there to be told something while they wait; a letter is not.
TOLD_CHANNELS = frozenset({"webchat", "messaging"})


def digest_of(text: str) -> str:
    """Return a short mark of what a queue says, to tell whether it still says it."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def queue_nonce(text: str, *, work_item_id: str) -> str:
    """Return under what a queue's words are said once to whoever waits, on coming or later."""
    return f"queue-{work_item_id}-{digest_of(text)}"


async def say(
    held: Held, text: str, *, nonce: str | None = None, meta: dict[str, Any] | None = None
) -> Message:
    """Add a line of ours that leaves the list's preview to what people wrote."""
    shown = (held.now.preview, held.now.last_from)
    message = await held.add(
        MessageKind.MESSAGE, author=SYSTEM_AUTHOR, text=text, nonce=nonce, meta=meta
    )
    held.change(preview=shown[0], last_from=shown[1])
    held.tx.emit(
        events.MessageOut(
            **held.ids(),
            message_id=message.id,
            seq=message.seq,
            length=len(text),
            files=0,
            author_kind=AuthorKind.SYSTEM.value,
        )
    )
    return message
