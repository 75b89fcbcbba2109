"""A reply enters the thread: at once, at its time, or before the conversation leaves its owner."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ascolto.conversations import clocks, events, store_going_out
from ascolto.conversations.held import Held
from ascolto.conversations.marked import as_html
from ascolto.conversations.model import Author, AuthorKind, Envelope, Message, MessageKind


async def put(
    held: Held,
    *,
    author: Author,
    text: str,
    nonce: str | None,
    files: Sequence[str],
    seen_seq: int | None = None,
    envelope: Envelope | None = None,
) -> Message:
    """Add an operator's reply to a held thread and stop the clocks that waited for it.

    With `seen_seq`, what the customer wrote after it stays unread.
    """
    message = await held.add(
        MessageKind.MESSAGE,
        author=author,
        text=text,
        nonce=nonce,
        files=files,
        meta=_told_of(held, text, envelope),
    )
    # The hours matter only while the resolution clock runs: it stops with the first reply.
    hours = await held.hours() if held.now.resolution_due_at is not None else None
    held.now = clocks.replied(held.now, hours, held.tx.now)
    if seen_seq is None or held.now.last_customer_seq <= seen_seq:
        held.change(unread=0)
    held.tx.emit(message_out(held, message, operator_id=author.id))
    return message


def _told_of(held: Held, text: str, envelope: Envelope | None) -> dict[str, Any]:
    """Return what is kept beside a reply: to whom, and whether it goes out with its marks shown."""
    meta: dict[str, Any] = {"envelope": envelope.as_json()} if envelope else {}
    if held.now.channel == "email" and as_html(text) is not None:
        meta["marked"] = True
    return meta


def message_out(held: Held, message: Message, *, operator_id: str | None) -> events.MessageOut:
    """Return what is told of a message that was said to the customer."""
    return events.MessageOut(
        **{**held.ids(), "operator_id": operator_id},
        message_id=message.id,
        seq=message.seq,
        length=len(message.text),
        files=len(message.attachments),
        author_kind=message.author.kind.value,
    )


async def let_out(held: Held, *, until: datetime | None = None) -> int:
    """Send what waits in a held thread, up to a moment or all of it; return how many."""
    waiting = await store_going_out.take(held.tx, conversation_id=held.now.id, until=until)
    for one in waiting:
        await put(
            held,
            author=Author(AuthorKind.OPERATOR, one.operator_id, one.operator_name),
            text=one.text,
            nonce=one.nonce,
            files=one.files,
            seen_seq=one.seen_seq,
        )
    return len(waiting)
