"""What may be taken back for a moment: a reply before it leaves, a conversation handed on."""

from collections.abc import Sequence
from datetime import timedelta

from ascolto.conversations import errors, going_out, queueing, store_going_out
from ascolto.conversations.actions.replying import (
    reply,
    require_free,
    require_mail,
    require_owner,
    require_unchanged,
    sent_before,
)
from ascolto.conversations.actions.working import UNDO_S
from ascolto.conversations.held import Held, acting, checked_text, hold
from ascolto.conversations.model import AuthorKind, Conversation, Envelope, Message, State
from ascolto.conversations.store_going_out import GoingOut
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import setting
from ascolto.tenancy.settings import declare, whole_number

# Whoever chats waits for each word, so a moment; elsewhere nobody counts the seconds.
CHAT_UNDO = declare(
    "conversations.chat_undo_s",
    default=3,
    parse=whole_number(least=0, most=60),
    meaning="Seconds for which an operator may take back a reply in a live chat; 0 = it leaves"
    " at once",
)
OTHER_UNDO = declare(
    "conversations.reply_undo_s",
    default=8,
    parse=whole_number(least=0, most=60),
    meaning="Seconds for which an operator may take back a reply on a channel that is neither"
    " live chat nor mail, whose mailbox has a setting of its own; 0 = it leaves at once",
)


async def hold_reply(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str,
    text: str,
    nonce: str,
    attachments: Sequence[str] = (),
    expected_seq: int | None = None,
    supervise: bool = False,
    envelope: Envelope | None = None,
) -> GoingOut | Message:
    """Keep a reply for as long as its writer may take it back; it then leaves by itself.

    The same nonce again returns what became of it: the reply that waits, or the message.
    """
    files = list(dict.fromkeys(attachments))
    checked_text(text, files=len(files))
    held = await hold(tx, conversation_id, side=AuthorKind.OPERATOR, nonce=nonce)
    known = await sent_before(held, text=text) or await _waiting(held, text=text, nonce=nonce)
    if known is not None:
        return known
    seconds = await _undo_s(held)
    if not seconds:
        return await reply(
            tx,
            conversation_id=conversation_id,
            operator_id=operator_id,
            text=text,
            nonce=nonce,
            attachments=files,
            expected_seq=expected_seq,
            supervise=supervise,
            envelope=envelope,
        )
    require_mail(held, envelope)
    require_owner(held, operator_id=operator_id, supervise=supervise)
    if expected_seq is not None:
        await require_unchanged(held, operator_id=operator_id, expected_seq=expected_seq)
    await require_free(held, files)
    kept = GoingOut(
        id=new_id(),
        client_id=held.now.client_id,
        conversation_id=conversation_id,
        operator_id=operator_id,
        operator_name=tx.actor.name,
        text=text,
        nonce=nonce,
        files=files,
        seen_seq=held.now.last_customer_seq,
        leaves_at=tx.now + timedelta(seconds=seconds),
    )
    await store_going_out.add(tx, kept)
    return kept


async def _waiting(held: Held, *, text: str, nonce: str) -> GoingOut | None:
    kept = await store_going_out.get(held.tx, conversation_id=held.now.id, nonce=nonce)
    if kept is not None and kept.text != text:
        raise errors.NonceClash("This nonce was used for another text.", nonce=nonce)
    return kept


async def _undo_s(held: Held) -> int:
    c = held.now
    if c.channel == "email" or c.state is State.WAITING:
        return 0  # a mailbox holds its mails itself; what waits for somebody has no owner to ask
    which = CHAT_UNDO if c.channel == "webchat" else OTHER_UNDO
    return await setting(held.tx, which, client_id=c.client_id)


async def take_reply_back(tx: Tx, *, conversation_id: str, operator_id: str, nonce: str) -> None:
    """Take a reply back that has not left yet; twice is once. Raises LeftAlready."""
    await hold(tx, conversation_id)
    gone = await store_going_out.drop(
        tx, conversation_id=conversation_id, nonce=nonce, operator_id=operator_id
    )
    if not gone and await store_going_out.was_sent(
        tx, conversation_id=conversation_id, nonce=nonce
    ):
        raise errors.LeftAlready("The reply has left already.", nonce=nonce)


async def release_due(tx: Tx, *, conversation_id: str) -> bool:
    """Send what nobody took back in time; False when another node did."""
    held = await hold(tx, conversation_id)
    if not await going_out.let_out(held, until=tx.now):
        return False
    await held.save()
    return True


async def take_back(tx: Tx, *, conversation_id: str, operator_id: str) -> Conversation:
    """Let a conversation that one has just handed on come back: one is asked first.

    Refused once somebody has it, or when too long ago.
    """
    held = await hold(tx, conversation_id)
    c = held.now
    if c.operator_id is not None:
        raise errors.NotYours(
            "Somebody has it already.",
            operator_id=c.operator_id,
            operator_name=c.operator_name,
            state=c.state.value,
        )
    handed = await store_going_out.last_handed_on(tx, conversation_id=conversation_id)
    late = handed is None or (tx.now - handed.at).total_seconds() > UNDO_S
    if c.state is not State.WAITING or handed is None or late or handed.author_id != operator_id:
        raise errors.NotNow("There is nothing to take back here.", state=c.state.value)
    await queueing.give_back(
        held, queue_id=handed.from_queue_id, to_head=True, preferred_operator=operator_id
    )
    await held.note_event("taken_back", author=acting(tx, operator_id))
    return await held.save(reason="requeued")
