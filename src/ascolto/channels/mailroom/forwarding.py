"""A mail is passed on to somebody who is no party of it: with its words, its files, or whole."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from ascolto import conversations
from ascolto.channels import errors, store, store_mail_out, store_mail_raw, store_mail_threads
from ascolto.channels.email.mail import Mail, NotAMail, read_mail
from ascolto.channels.mailroom import outgoing
from ascolto.channels.mailroom.composing import Draft, Enclosure, Unsendable, forward_subject
from ascolto.channels.mailroom.reading import storable
from ascolto.conversations import Envelope, Message
from ascolto.conversations.errors import NonceClash, NotByMail
from ascolto.kit.db import Tx
from ascolto.kit.words import say

LONGEST = 200_000
_SHOWN = ("from", "to", "cc", "date", "subject")


@dataclass(frozen=True, slots=True)
class Forward:
    """What is passed on: which of its files go along, and whether the mail itself does, whole.

    `added` are files of the operator's own, kept for this conversation and sent with nothing yet.
    """

    envelope: Envelope
    comment: str
    files: Sequence[str]
    whole: bool
    added: Sequence[str] = ()


async def forward(
    tx: Tx, message_id: str, wanted: Forward, *, operator_id: str, nonce: str, supervise: bool
) -> Message:
    """Pass a message of a conversation by mail on, once; a note says to whom it went.

    Refused for what the conversation's operator has not, for files of other messages, and where
    nothing goes by mail. Raises UnknownMail, NotByMail, BadForward.
    """
    original = await conversations.get_message(tx, message_id)
    if original is None or not original.public:
        raise errors.UnknownMail("There is no such message.", message_id=message_id)
    thread = await store_mail_threads.thread_of_conversation(tx, original.conversation_id)
    channel = await store.get_channel(tx, thread.channel_id) if thread else None
    if thread is None or channel is None:
        raise NotByMail("This conversation does not go by mail.")
    if not set(wanted.files) <= {one.id for one in original.attachments}:
        raise errors.BadForward("A file does not hang on this message.")
    addressees = outgoing.named(channel, wanted.envelope.as_json())
    if not any(one.role == "to" for one in addressees):
        raise errors.BadForward("A mail goes to somebody else than ourselves.")
    conversation = await conversations.get(tx, original.conversation_id)
    language = conversation.language if conversation else "it"
    comment = wanted.comment.strip()
    note = await conversations.pass_on(
        tx,
        conversation_id=original.conversation_id,
        operator_id=operator_id,
        text=comment
        or say("mailroom.forwarded", language=language, to=", ".join(wanted.envelope.to)),
        nonce=nonce,
        meta={
            "envelope": wanted.envelope.as_json(),
            "forward": {
                "of": original.id,
                "comment": bool(comment),
                "files": list(wanted.files),
                "names": [one.name for one in original.attachments if one.id in wanted.files],
                "whole": wanted.whole,
            },
        },
        files=list(dict.fromkeys(wanted.added)),
        supervise=supervise,
    )
    _require_same(note, wanted)
    await outgoing.queue_mail(
        tx,
        channel,
        thread,
        message_id=note.id,
        subject=forward_subject(
            str(original.meta.get("mail", {}).get("subject") or thread.subject),
            number=thread.number,
            settings=channel.email(),
        ),
        addressees=addressees,
        due=note.at + timedelta(seconds=channel.email().undo_s),
        kind="forward",
    )
    return note


def _require_same(note: Message, wanted: Forward) -> None:
    """Refuse a nonce that went with other recipients or files: those have it, not these."""
    told = note.meta.get("forward", {})
    added = {one.id for one in note.attachments}
    sent = (note.meta.get("envelope"), told.get("files"), told.get("whole"), added)
    if sent != (wanted.envelope.as_json(), list(wanted.files), wanted.whole, set(wanted.added)):
        raise NonceClash("This was passed on already, in another way.")


async def passed_on(tx: Tx, draft: Draft, note: Message, *, folder: Path) -> Draft:
    """Return a forward's words: the comment, then the mail as it was; its files go along."""
    wanted = note.meta.get("forward", {})
    original = await conversations.get_message(tx, str(wanted.get("of", "")))
    if original is None:
        raise Unsendable("the message to be passed on is no longer there")
    raw = await raw_of_message(tx, original)
    conversation = await conversations.get(tx, note.conversation_id)
    language = conversation.language if conversation else "it"
    files = await enclosed(tx, original, folder=folder, only=wanted.get("files", []))
    files += await enclosed(tx, note, folder=folder)
    if wanted.get("whole") and raw is not None:
        files.append(Enclosure("original.eml", "message/rfc822", raw))
    words = await asyncio.to_thread(_words, raw, original, language)
    comment = f"{note.text.strip()}\n\n" if wanted.get("comment") else ""
    return replace(draft, text=comment + words, files=files)


async def raw_of_message(tx: Tx, message: Message) -> bytes | None:
    """Return the bytes of the mail that a message came or went as; None when there is none."""
    incoming = message.meta.get("mail", {}).get("id")
    if incoming:
        return await store_mail_raw.raw_of(tx, str(incoming))
    out = await store_mail_out.of_message(tx, message.id)
    return await store_mail_out.raw_of(tx, out.id) if out else None


async def enclosed(
    tx: Tx, message: Message, *, folder: Path, only: Sequence[str] | None = None
) -> list[Enclosure]:
    """Return the files of a message as they go along with a mail."""
    files = []
    for ref in message.attachments:
        if only is not None and ref.id not in only:
            continue
        file, path = await conversations.find_attachment(
            tx, folder=folder, conversation_id=message.conversation_id, attachment_id=ref.id
        )
        data = await asyncio.to_thread(path.read_bytes)
        files.append(Enclosure(file.name, file.type, data))
    return files


def _words(raw: bytes | None, original: Message, language: str) -> str:
    mail = _readable(raw)
    lines = [say("mailroom.forward_line", language=language)]
    if mail is not None:
        said = ((name, mail.root.header(name)) for name in _SHOWN)
        lines += [
            f"{say(f'mailroom.forward_{name}', language=language)}:"
            f" {' '.join(storable(value).split())}"
            for name, value in said
            if value
        ]
    text = storable(mail.text) if mail is not None else original.text
    return "\n".join(lines) + f"\n\n{(text.strip() or original.text)[:LONGEST]}"


def _readable(raw: bytes | None) -> Mail | None:
    try:
        return read_mail(raw) if raw else None
    except NotAMail:
        return None
