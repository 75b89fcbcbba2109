"""Promising a customer a call: the conversation sleeps until then, and comes back to be kept."""

from datetime import datetime

from ascolto.conversations.actions.working import forget_wrap_up, snooze_held
from ascolto.conversations.held import acting, checked_text, hold_for
from ascolto.conversations.live import at_text
from ascolto.conversations.model import Conversation
from ascolto.kit.db import Tx


async def promise_call(
    tx: Tx,
    *,
    conversation_id: str,
    at: datetime,
    phone: str,
    text: str,
    operator_id: str | None,
    to_operator_id: str | None = None,
    supervise: bool = False,
) -> Conversation:
    """Promise a call at a moment to a number, and say what it is about.

    At its moment the conversation is offered with its promise: to `to_operator_id` first, or at
    once to whoever is free in its queue. Promising again moves the call.
    """
    held = await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    about = checked_text(text, files=1).strip()
    await snooze_held(held, until=at)
    until = at_text(held.now.snoozed_until)
    promise = {"text": about, "until": until, "phone": phone, "operator_id": to_operator_id}
    held.change(promise=promise)
    if to_operator_id is None:
        await forget_wrap_up(held)  # whoever calls may be another: `text` says what to know
    await held.note_event(
        "call_promised", author=acting(tx, operator_id), until=until, phone=phone, about=about
    )
    return await held.save()
