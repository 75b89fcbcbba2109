"""An external program hands in what a customer wrote, and reports what became of an answer."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from ascolto import conversations, customers
from ascolto.channels import errors, store_external
from ascolto.channels.actions.visiting import standing
from ascolto.channels.model import Channel
from ascolto.channels.store_external import Thread
from ascolto.channels.webchat.texts import language_of
from ascolto.conversations import Conversation, Message, State, store_files
from ascolto.conversations import store as thread_store
from ascolto.conversations.errors import UnknownAttachment
from ascolto.conversations.model import Attachment
from ascolto.customers import ClaimedIdentity
from ascolto.kit.db import Tx


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


async def hand_in(tx: Tx, channel: Channel, inbound: Inbound) -> Message:
    """Take in a customer's message once; a thread closed long ago begins a new conversation."""
    _require_external(channel)
    before = await store_external.claim(
        tx,
        channel_id=channel.id,
        client_id=channel.client_id,
        external_id=inbound.external_id,
        fingerprint=inbound.fingerprint(),
    )
    if before is not None:
        return await _known(tx, before, inbound)
    conversation = await _conversation(
        tx, channel, inbound.thread, inbound.sender, inbound.language
    )
    digest = hashlib.sha256(inbound.external_id.encode()).hexdigest()
    message = await conversations.receive(
        tx,
        conversation_id=conversation.id,
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
    return message


async def _known(tx: Tx, before: store_external.HandedIn, inbound: Inbound) -> Message:
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
    conversation = await _conversation(tx, channel, thread, sender, None)
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
) -> Conversation:
    """Return the conversation that a thread is now, beginning one when there is none."""
    thread = await store_external.hold_thread(tx, channel_id=channel.id, thread=name)
    if thread is not None:
        now = await standing(tx, thread.conversation_id)
        patience = timedelta(days=channel.external().new_after_days)
        if now.closed_at is None or now.state is not State.CLOSED:
            return now
        if now.closed_at > tx.now - patience:
            return now
    return await _begin(tx, channel, name, sender, language)


async def _begin(
    tx: Tx, channel: Channel, thread: str, sender: Sender, language: str | None
) -> Conversation:
    spoken = language_of(language or channel.external().language)
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
