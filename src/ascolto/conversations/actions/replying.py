"""What is said to the customer and what is noted inside."""

from collections.abc import Sequence
from typing import Any

from ascolto.conversations import errors, events, live, store, store_aside, store_going_out
from ascolto.conversations.going_out import message_out, put
from ascolto.conversations.held import (
    Held,
    acting,
    checked_text,
    hold,
    hold_for,
)
from ascolto.conversations.model import (
    HELD,
    Author,
    AuthorKind,
    Envelope,
    Message,
    MessageKind,
    State,
)
from ascolto.kit.db import Tx
from ascolto.people import store as people

MENTIONS_LIMIT = 20


async def reply(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str,
    text: str,
    nonce: str | None,
    attachments: Sequence[str] = (),
    expected_seq: int | None = None,
    supervise: bool = False,
    envelope: Envelope | None = None,
) -> Message:
    """Answer the customer once.

    With `expected_seq`, anything others wrote after it refuses the reply and comes back with the
    refusal, so that the sender can look before sending again. An `envelope` says to whom a mail
    goes; without one it goes to whoever wrote.
    """
    files = list(dict.fromkeys(attachments))
    checked_text(text, files=len(files))
    held = await hold(tx, conversation_id, side=AuthorKind.OPERATOR, nonce=nonce)
    known = await sent_before(held, text=text)
    if known is not None:
        return known
    require_owner(held, operator_id=operator_id, supervise=supervise)
    if expected_seq is not None:
        await require_unchanged(held, operator_id=operator_id, expected_seq=expected_seq)
    require_mail(held, envelope)
    message = await put(
        held,
        author=acting(tx, operator_id),
        text=text,
        nonce=nonce,
        files=files,
        envelope=envelope,
    )
    await held.save()
    return message


def require_owner(held: Held, *, operator_id: str, supervise: bool) -> None:
    """Refuse who does not have the conversation, unless they may act in others'."""
    c = held.now
    if c.state not in HELD and not (supervise and c.state is State.WAITING):
        raise errors.NotNow("Accept the conversation before answering.", state=c.state.value)
    if c.operator_id != operator_id and not supervise:
        raise errors.NotYours(
            "Another operator has this conversation.",
            operator_id=c.operator_id,
            operator_name=c.operator_name,
            state=c.state.value,
        )


def require_mail(held: Held, envelope: Envelope | None) -> None:
    """Refuse recipients for what does not go by mail."""
    if envelope is not None and held.now.channel != "email":
        raise errors.NotByMail("Only a mail has recipients.", channel=held.now.channel)


async def require_free(held: Held, files: Sequence[str]) -> None:
    """Refuse files of another conversation, and those that a message or a held reply has."""
    if files and not await store_going_out.are_free(
        held.tx, conversation_id=held.now.id, files=files
    ):
        raise errors.BadFiles("A file is not of this conversation or was sent already.")


async def require_unchanged(held: Held, *, operator_id: str, expected_seq: int) -> None:
    """Refuse when others wrote after what the sender had seen, with what they wrote."""
    if held.now.last_seq <= expected_seq:
        return
    others = await store.written_since(
        held.tx, conversation_id=held.now.id, seq=expected_seq, not_by=operator_id
    )
    if others:
        raise errors.ThreadChanged(
            "Others wrote since you looked.",
            last_seq=held.now.last_seq,
            messages=[live.message_body(message) for message in others],
        )


async def sent_before(held: Held, *, text: str) -> Message | None:
    """Return the message that the nonce was used for before; another text is refused."""
    if held.known_id is None:
        return None
    known = await store.get_message(held.tx, held.known_id)
    if known is not None and known.text != text:
        raise errors.NonceClash("This nonce was used for another text.", nonce=known.nonce)
    return known


async def say(
    tx: Tx,
    *,
    conversation_id: str,
    text: str,
    nonce: str | None = None,
    author_kind: AuthorKind = AuthorKind.SYSTEM,
    name: str = "",
    meta: dict[str, Any] | None = None,
) -> Message:
    """Tell the customer something that no person wrote; the clock of the first reply goes on."""
    held = await hold(tx, conversation_id, side=author_kind, nonce=nonce)
    known = await sent_before(held, text=text)
    if known is not None:
        return known
    message = await held.add(
        MessageKind.MESSAGE,
        author=Author(author_kind, None, name),
        text=checked_text(text),
        nonce=nonce,
        meta=meta,
    )
    tx.emit(message_out(held, message, operator_id=None))
    await held.save()
    return message


async def add_note(
    tx: Tx,
    *,
    conversation_id: str,
    operator_id: str | None,
    text: str,
    nonce: str | None,
    mentions: Sequence[str] = (),
    meta: dict[str, Any] | None = None,
    files: Sequence[str] = (),
) -> Message:
    """Write a note for colleagues; whoever it names is told."""
    author = acting(tx, operator_id)
    own = list(dict.fromkeys(files))
    checked_text(text, files=len(own))
    held = await hold(tx, conversation_id, side=author.kind, nonce=nonce)
    known = await sent_before(held, text=text)
    if known is not None:
        return known
    await require_free(held, own)
    named = await _known_operators(tx, mentions)
    message = await held.add(
        MessageKind.NOTE,
        author=author,
        text=text,
        nonce=nonce,
        files=own,
        meta={**(meta or {}), "mentions": [{"id": i, "name": name} for i, name in named]},
    )
    ids = [operator for operator, _ in named if operator != operator_id]
    if ids:
        await held.write_lines()
        await store_aside.add_mentions(tx, message=message, operator_ids=ids)
    shown = [live.mentioned(message, operator_id=i, number=held.now.number) for i in ids]
    tx.emit(
        events.Noted(
            **{**held.ids(), "operator_id": operator_id},
            message_id=message.id,
            seq=message.seq,
            mentions=ids,
        ),
        *shown,
    )
    await held.save()
    return message


async def _known_operators(tx: Tx, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Return (id, name) of those that exist; the asker's clients decide whom they see."""
    named = []
    for operator_id in list(dict.fromkeys(wanted))[:MENTIONS_LIMIT]:
        operator = await people.get_operator(tx, operator_id)
        if operator is not None:
            named.append((operator.id, operator.display_name))
    return named


async def pass_on(
    tx: Tx, *, conversation_id: str, operator_id: str, text: str, nonce: str,
    meta: dict[str, Any], files: Sequence[str] = (), supervise: bool = False,
) -> Message:  # fmt: skip
    """Note inside the thread what its operator passes on to somebody who is no party of it."""
    await hold_for(tx, conversation_id, operator_id=operator_id, supervise=supervise)
    return await add_note(
        tx, conversation_id=conversation_id, operator_id=operator_id, text=text, nonce=nonce,
        meta=meta, files=files,
    )  # fmt: skip


async def mark_delivered(
    tx: Tx, *, message_id: str, delivery: str, told: dict[str, Any] | None = None
) -> None:
    """Note what a channel reports of a message: sent, delivered or failed, and in what words.

    What was delivered stays so; `told` is the channel's own account, shown on the message.
    """
    message = await store.get_message(tx, message_id)
    if message is None:
        raise errors.UnknownMessage("No such message.", message_id=message_id)
    held = await hold(tx, message.conversation_id)
    moved = await store.set_delivery(tx, message_id=message_id, delivery=delivery)
    retold = told is not None and await store.set_told(tx, message_id=message_id, told=told)
    if not moved and not retold:
        return
    changed = await store.get_message(tx, message_id)
    if changed is None:
        return
    frames = live.message_changed(changed)
    if moved:
        tx.emit(events.Delivered(**held.ids(), message_id=message_id, delivery=delivery), *frames)
    else:
        tx.show(*frames)
