"""An external program hands in what a customer wrote, and reports what became of an answer."""

import contextlib
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from ascolto import conversations, customers
from ascolto.channels import errors, store_external
from ascolto.channels.actions.visiting import standing
from ascolto.channels.model import Channel, WebchatSettings
from ascolto.channels.store_external import Thread
from ascolto.channels.webchat.state import closed_answer
from ascolto.channels.webchat.texts import Words
from ascolto.conversations import Conversation, Message, State, store_files
from ascolto.conversations import store as thread_store
from ascolto.conversations.errors import NonceClash, UnknownAttachment
from ascolto.conversations.model import TEXT_LIMIT, Attachment
from ascolto.customers import ClaimedIdentity
from ascolto.kit.db import Tx
from ascolto.kit.words import nearest


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, as the program knows them; `verified` says that it has proof."""

    kind: str
    value: str
    name: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it is handed in."""

    thread: str
    external_id: str
    sender: Sender
    text: str
    language: str | None = None
    attachments: tuple[str, ...] = ()

    def fingerprint(self) -> bytes:
        """Return what tells two messages under one id apart."""
        return hashlib.sha256(orjson.dumps([self.thread, self.text, self.attachments])).digest()


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that could not be taken in and is kept for a person to look at."""

    quarantine_id: str


async def hand_in(tx: Tx, channel: Channel, inbound: Inbound) -> Message | SetAside:
    """Take in a customer's message once; a thread closed long ago begins a new conversation.

    What cannot be taken in is set aside with the reason: the customer has written it, and the
    program that carries it may know nobody to give it back to.
    """
    if channel.kind != "external":
        raise errors.WrongKind("Nothing is handed in at this channel.", kind=channel.kind)
    before = await store_external.claim(
        tx,
        channel_id=channel.id,
        client_id=channel.client_id,
        external_id=inbound.external_id,
        fingerprint=inbound.fingerprint(),
    )
    if before is not None:
        return await _known(tx, before, inbound)
    hindrance = await _hindrance(tx, channel, inbound) or await _stranger(tx, channel, inbound)
    if hindrance is not None:
        return await _set_aside(tx, channel, inbound, reason=hindrance)
    conversation, entered_id = await _conversation(
        tx, channel, inbound.thread, inbound.sender, inbound.language
    )
    digest = hashlib.sha256(inbound.external_id.encode()).hexdigest()
    message = await conversations.receive(
        tx,
        conversation_id=entered_id or conversation.id,
        text=inbound.text,
        nonce=f"x-{digest[:48]}",
        attachments=inbound.attachments,
    )
    await store_external.settle(
        tx,
        channel_id=channel.id,
        external_id=inbound.external_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )
    await _answer_closed(tx, channel, message.conversation_id)
    return message


async def customer_of(tx: Tx, message: Message) -> tuple[str, bool]:
    """Return who wrote a message, and whether they were known before its conversation began."""
    conversation = await standing(tx, message.conversation_id)
    customer = await customers.standing_for(tx, conversation.customer_id)
    known = customer is not None and customer.created_at < conversation.opened_at
    return conversation.customer_id, known


async def _hindrance(tx: Tx, channel: Channel, inbound: Inbound) -> str | None:
    """Return why a message cannot be taken in; None when it can."""
    if not channel.active:
        return "channel_off"
    if len(inbound.text) > TEXT_LIMIT:
        return "too_long"
    if not inbound.text.strip() and not inbound.attachments:
        return "empty"
    for file_id in set(inbound.attachments):
        file = await store_files.get_attachment(tx, file_id)
        if file is None or file.message_id is not None or file.uploader_kind != "customer":
            return "files_missing"
    return None


async def _stranger(tx: Tx, channel: Channel, inbound: Inbound) -> str | None:
    """Return why a message does not belong in its thread: its sender is proved to be another."""
    if not inbound.sender.verified:
        return None
    now, _ = await _going_on(tx, channel, inbound.thread)
    identity = _identity(channel, inbound.sender)
    if now is None or not await customers.is_of_another(
        tx, customer_id=now.customer_id, identity=identity
    ):
        return None
    return "other_sender"


async def _set_aside(tx: Tx, channel: Channel, inbound: Inbound, *, reason: str) -> SetAside:
    sender = inbound.sender
    quarantine_id = await conversations.set_aside(
        tx,
        client_id=channel.client_id,
        channel=channel.label,
        reason=reason,
        content={
            "channel_id": channel.id,
            "thread": inbound.thread,
            "external_id": inbound.external_id,
            "from": {"kind": sender.kind, "value": sender.value, "name": sender.name},
            "text": inbound.text,
            "attachment_ids": list(inbound.attachments),
        },
    )
    await store_external.settle_aside(
        tx,
        channel_id=channel.id,
        external_id=inbound.external_id,
        quarantine_id=quarantine_id,
    )
    return SetAside(quarantine_id)


async def _answer_closed(tx: Tx, channel: Channel, conversation_id: str) -> None:
    """Tell somebody who writes while nobody is there when they will be answered, once a night."""
    if not channel.external().answer_closed:
        return
    now = await standing(tx, conversation_id)
    calendar = await conversations.calendar_of_queue(
        tx, queue_id=now.queue_id, client_id=now.client_id
    )
    if now.state is not State.WAITING or calendar is None or calendar.hours.is_open(tx.now):
        return
    words = Words.of(WebchatSettings(), language=now.language, client_name="")
    text, nonce = closed_answer(words, calendar.hours, tx.now, name="taken_closed")
    with contextlib.suppress(NonceClash):
        await conversations.say(tx, conversation_id=now.id, text=text, nonce=nonce)


async def _known(tx: Tx, before: store_external.HandedIn, inbound: Inbound) -> Message | SetAside:
    if before.fingerprint == inbound.fingerprint() and before.quarantine_id is not None:
        return SetAside(before.quarantine_id)
    if before.fingerprint != inbound.fingerprint() or before.message_id is None:
        raise errors.StartClash("This external_id was used for another message.")
    message = await thread_store.get_message(tx, before.message_id)
    if message is None:
        raise errors.StartClash("The message of this external_id is no longer there.")
    return message


async def keep_file(
    tx: Tx, channel: Channel, *, thread: str, sender: Sender, name: str, data: bytes, folder: Path
) -> Attachment:
    """Keep a file for a message that is about to be handed in; a new thread begins with it."""
    _require_external(channel)
    conversation, _ = await _conversation(tx, channel, thread, sender, None)
    return await conversations.keep_attachment(
        tx,
        folder=folder,
        conversation_id=conversation.id,
        name=name,
        data=data,
        uploader_kind="customer",
    )


def _require_external(channel: Channel) -> None:
    if channel.kind != "external" or not channel.active:
        raise errors.WrongKind("Nothing is handed in at this channel.", kind=channel.kind)


async def _conversation(
    tx: Tx, channel: Channel, name: str, sender: Sender, language: str | None
) -> tuple[Conversation, str | None]:
    """Return the conversation that a thread is now, beginning one when there is none.

    With it the one that the thread was first, where that goes on in another now.
    """
    now, origin_id = await _going_on(tx, channel, name)
    if now is None:
        return await _begin(tx, channel, name, sender, language), None
    return now, origin_id


async def _going_on(tx: Tx, channel: Channel, name: str) -> tuple[Conversation | None, str | None]:
    """Return the conversation that a thread is now, None when the next message begins one."""
    thread = await store_external.hold_thread(tx, channel_id=channel.id, thread=name)
    now = await _stands(tx, thread) if thread else None
    if thread is None or now is None:
        return None, None
    patience = timedelta(days=channel.external().new_after_days)
    if now.closed_at is None or now.state is not State.CLOSED:
        return now, thread.origin_id
    return (now, thread.origin_id) if now.closed_at > tx.now - patience else (None, None)


async def _stands(tx: Tx, thread: Thread) -> Conversation | None:
    """Return the conversation that a thread is, None when that is another customer's by now.

    Until the thread is moved back, its customer's words would else reach whoever they were taken
    for.
    """
    now = await standing(tx, thread.origin_id or thread.conversation_id)
    if now.customer_id == thread.customer_id:
        return now
    one, other = [
        await customers.standing_for(tx, who) for who in (now.customer_id, thread.customer_id)
    ]
    return now if one is None or other is None or one.id == other.id else None


async def _begin(
    tx: Tx, channel: Channel, thread: str, sender: Sender, language: str | None
) -> Conversation:
    spoken = nearest(language or channel.external().language)
    customer = await customers.identify(
        tx,
        client_id=channel.client_id,
        identities=[_identity(channel, sender)],
        name=sender.name,
        language=spoken,
    )
    conversation = await conversations.open_conversation(
        tx,
        client_id=channel.client_id,
        channel=channel.label,
        channel_id=channel.id,
        customer_id=customer.id,
        known=customer,
        queue_id=channel.queue_id,
        language=spoken,
        meta={"thread": thread, "channel": channel.name},
    )
    await store_external.put_thread(
        tx,
        Thread(
            channel_id=channel.id,
            thread=thread,
            client_id=channel.client_id,
            conversation_id=conversation.id,
            customer_id=customer.id,
        ),
    )
    return conversation


def _identity(channel: Channel, sender: Sender) -> ClaimedIdentity:
    # The same number in two other systems is not the same person.
    value = f"{channel.id}:{sender.value}" if sender.kind == "external" else sender.value
    return ClaimedIdentity(sender.kind, value, verified=sender.verified)


async def report(tx: Tx, channel: Channel, *, message_id: str, delivery: str) -> None:
    """Note what became of an answer that the program carried."""
    message = await thread_store.get_message(tx, message_id)
    conversation = await conversations.get(tx, message.conversation_id) if message else None
    if conversation is None or conversation.channel_id != channel.id:
        raise errors.UnknownDelivery("No such message of this channel.", message_id=message_id)
    await conversations.mark_delivered(tx, message_id=message_id, delivery=delivery)


async def ask_for_eu(tx: Tx, channel: Channel, *, thread: str) -> None:
    """Pass on that a thread's customer wants somebody in the Union (art. 24-bis DL 83/2012)."""
    known = await store_external.get_thread(tx, channel_id=channel.id, thread=thread)
    if known is None:
        raise errors.UnknownThread("No such thread of this channel.")
    now = await _stands(tx, known)
    if now is not None:
        await conversations.ask_for_eu(tx, conversation_id=now.id)


async def file_of(
    tx: Tx, channel: Channel, *, attachment_id: str, folder: Path
) -> tuple[Attachment, Path]:
    """Return a file that hangs on a message of a channel's conversation."""
    file = await store_files.get_attachment(tx, attachment_id)
    conversation = await conversations.get(tx, file.conversation_id) if file else None
    message_id = file.message_id if file else None
    message = await thread_store.get_message(tx, message_id) if message_id else None
    ours = conversation is not None and conversation.channel_id == channel.id
    if file is None or not ours or message is None or not message.public:
        raise UnknownAttachment("No such file.", attachment_id=attachment_id)
    return await conversations.find_attachment(
        tx, folder=folder, conversation_id=file.conversation_id, attachment_id=file.id
    )


def outgoing_body(message: Message, *, thread: str) -> dict[str, Any]:
    """Return an answer as the program that carries it needs it."""
    return {
        "thread": thread,
        "conversation_id": message.conversation_id,
        "message_id": message.id,
        "seq": message.seq,
        "text": message.text,
        "attachments": [
            {"id": ref.id, "name": ref.name, "size": ref.size, "type": ref.type}
            for ref in message.attachments
        ],
        "author": {"kind": message.author.kind.value, "name": message.author.name},
        "at": message.at.isoformat(),
    }
