"""A stored mail becomes a message, or says something about one of ours, or is set aside."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ascolto import conversations, customers
from ascolto.channels import store_mail_in, store_mail_out, store_mail_threads
from ascolto.channels.actions.visiting import standing
from ascolto.channels.email.threads import bare_subject
from ascolto.channels.mailroom.placing import Place, joinable, place_of
from ascolto.channels.mailroom.reading import Letter
from ascolto.channels.mailroom.reporting import has_come, take_report
from ascolto.channels.model import Channel
from ascolto.channels.store_mail import Incoming, Read
from ascolto.channels.store_mail_out import OutMail
from ascolto.channels.store_mail_threads import MailThread
from ascolto.conversations import Conversation, Message, State
from ascolto.conversations.errors import (
    BadFiles,
    BadMerge,
    DiskUnavailable,
    FilesFull,
    FileTooLarge,
    NotNow,
)
from ascolto.customers import ClaimedIdentity
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.words import LANGUAGES, say

MOST_PARTIES = 100
# So many files that stayed in a mail are named on its message.
MOST_LEFT_OUT = 50


class Unplaceable(Exception):
    """A mail that cannot become a message; the text is the reason."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored already under the ids of some mails and of those they answer.

    `leading` grows as they are taken in: the ids by which one is found to belong to another.
    `numbers` are for the conversations that begin with them.
    """

    ours: Mapping[str, OutMail]
    copies: Mapping[str, Sequence[Incoming]]
    leading: set[str]
    numbers: list[int]

    def named_by(self, letter: Letter, channel: Channel) -> list[OutMail]:
        """Return the mails of ours that a mail is or answers, not those before them."""
        found = map(self.ours.get, (letter.mail_id or "", *letter.refs[:1]))
        return [one for one in found if one is not None and one.channel_id == channel.id]


async def known_of(tx: Tx, channel: Channel, letters: Sequence[Letter]) -> Known:
    """Look for what is stored under the ids of mails; call it while the channel is held."""
    ids = [one.mail_id for one in letters if one.mail_id]
    refs = {*ids, *(ref for one in letters for ref in one.refs)}
    leading = await store_mail_threads.leading(tx, channel_id=channel.id, refs=sorted(refs))
    fresh = sum(
        one.is_message and leading.isdisjoint((*one.refs, one.mail_id or "")) for one in letters
    )
    return Known(
        await store_mail_out.of_mail_ids(tx, sorted(refs)),
        await store_mail_in.copies_of_ids(tx, channel_id=channel.id, mail_ids=ids),
        leading,
        await conversations.next_numbers(tx, fresh) if fresh else [],
    )


async def take_in(
    tx: Tx, channel: Channel, incoming: Incoming, letter: Letter, *, known: Known, key: bytes,
    folder: Path,
) -> Read:  # fmt: skip
    """Take a mail in, once; the caller holds its row and the channel."""
    for named in known.named_by(letter, channel):
        await has_come(tx, named)
    addresses = (*letter.recipients, *(one.lower() for one in incoming.envelope_to))
    base = Read(
        state="taken",
        kind=letter.found.kind.value,
        mail_id=letter.mail_id,
        sender=letter.sender,
        subject=letter.subject,
        no_auto_reply=letter.no_auto_reply,
    )
    if letter.mail_id and (ours := known.ours.get(letter.mail_id)):
        # Our own mail came round: a copy to ourselves, or a loop.
        return replace(base, state="own", about_id=ours.id, conversation_id=ours.conversation_id)
    if not letter.is_message:
        return await take_report(tx, channel, incoming, letter, addresses=addresses, key=key)
    own_id = letter.mail_id
    for other in known.copies.get(letter.mail_id or "", ()):
        if other.sender != letter.sender and bare_subject(other.subject) != bare_subject(
            letter.subject
        ):
            own_id = None  # another mail altogether under a stolen id
        elif await _says_the_same(tx, other, letter):
            return replace(
                base, state="copy", reason="same_message",
                conversation_id=other.conversation_id, message_id=other.message_id,
            )  # fmt: skip
    if "@" not in letter.sender:
        raise Unplaceable("no_sender")
    place = await place_of(
        tx, channel, letter, addresses=addresses, key=key, own_id=own_id, leading=known.leading
    )
    refs = [*([own_id] if own_id else []), *letter.refs]
    known.leading.update(refs)
    if place.thread is None and not letter.files:
        message = await _begun(tx, channel, incoming, letter, refs=refs, numbers=known.numbers)
        return replace(base, conversation_id=message.conversation_id, message_id=message.id)
    thread, conversation, entered_id = await _conversation(
        tx, channel, letter, place, numbers=known.numbers
    )
    old = place.thread is not None and place.thread.id == thread.id
    stranger = old and letter.sender not in thread.parties
    message = await _receive(
        tx, incoming, letter, conversation, entered_id=entered_id, folder=folder, by=place.by,
        stranger=stranger,
    )  # fmt: skip
    thread = _after(thread, letter, message, stranger=stranger, at=tx.now)
    await store_mail_threads.put_thread(tx, thread, refs=refs)
    if place.by == "references":
        await _join(tx, thread, place.also, message.conversation_id)
    return replace(
        base, conversation_id=message.conversation_id, message_id=message.id,
        reason="new_sender" if stranger else None,
    )  # fmt: skip


async def _says_the_same(tx: Tx, known: Incoming, letter: Letter) -> bool:
    message = await conversations.get_message(tx, known.message_id) if known.message_id else None
    if message is None or known.sender != letter.sender:
        return False
    return message.text in {_text(letter, language) for language in LANGUAGES}


def _text(letter: Letter, language: str) -> str:
    if letter.text:
        return letter.text + ("\n[…]" if letter.cut else "")
    return letter.subject or say("mailroom.no_text", language=language)


async def _conversation(
    tx: Tx, channel: Channel, letter: Letter, place: Place, *, numbers: list[int]
) -> tuple[MailThread, Conversation, str]:
    """Return the conversation that a mail's thread is now, beginning one when there is none.

    With it the id of the one that the thread began with, which may go on in that.
    """
    if place.thread is not None:
        entered_id = place.thread.conversation_id
        now = await standing(tx, entered_id)
        if now.number != place.thread.number:
            first = await conversations.of_number(tx, place.thread.number)
            if first is not None:
                entered_id, now = first.id, await standing(tx, first.id)
        patience = timedelta(days=channel.email().new_after_days)
        if (
            now.closed_at is None
            or now.state is not State.CLOSED
            or now.closed_at > tx.now - patience
        ):
            return replace(place.thread, conversation_id=now.id), now, entered_id
    conversation = await _begin(tx, channel, letter, numbers=numbers)
    known = place.thread
    if known is not None and letter.sender in known.parties:
        known = replace(known, conversation_id=conversation.id, number=conversation.number)
        return known, conversation, conversation.id
    new = _new_thread(channel, letter, conversation, at=tx.now)
    return new, conversation, conversation.id


def _new_thread(
    channel: Channel, letter: Letter, conversation: Conversation, *, at: datetime
) -> MailThread:
    return MailThread(
        id=new_id(),
        client_id=channel.client_id,
        channel_id=channel.id,
        conversation_id=conversation.id,
        number=conversation.number,
        subject=letter.subject,
        customer=letter.sender,
        reply_to=letter.reply_to,
        parties=[letter.sender],
        last_mail_at=at,
    )


async def _begun(
    tx: Tx, channel: Channel, incoming: Incoming, letter: Letter, *, refs: Sequence[str],
    numbers: list[int],
) -> Message:  # fmt: skip
    """Begin a conversation and its thread with a mail that nothing hangs on, in few statements."""
    customer, opening = await _opening(tx, channel, letter, numbers)
    conversation, message = await conversations.begin_with_words(
        tx, text=_text(letter, opening["language"]), nonce=f"mail-{incoming.id}",
        customer=customer, **opening,
        said=_said(incoming, letter, by="new", stranger=False, left_out=[]),
    )  # fmt: skip
    thread = _new_thread(channel, letter, conversation, at=tx.now)
    thread = _after(thread, letter, message, stranger=False, at=tx.now)
    store_mail_threads.put_new_thread(tx, thread, refs=refs)
    await tx.write_put()
    return message


async def _begin(tx: Tx, channel: Channel, letter: Letter, *, numbers: list[int]) -> Conversation:
    customer, opening = await _opening(tx, channel, letter, numbers)
    return await conversations.open_conversation(
        tx, customer_id=customer.id, known=customer, **opening
    )


async def _opening(
    tx: Tx, channel: Channel, letter: Letter, numbers: list[int]
) -> tuple[customers.Customer, dict[str, Any]]:
    """Return who writes, and how a conversation begins with them; it takes the first number."""
    settings = channel.email()
    identity = ClaimedIdentity("email", letter.sender[:320], verified=letter.verified)
    customer = await customers.identify(
        tx,
        client_id=channel.client_id,
        identities=[identity],
        name=letter.sender_name or letter.sender,
        language=settings.language,
    )
    return customer, {
        "client_id": channel.client_id,
        "channel": channel.label,
        "channel_id": channel.id,
        "queue_id": channel.queue_id,
        "subject": letter.subject,
        "language": settings.language,
        "meta": {"address": letter.sender, "mailbox": settings.address, "channel": channel.name},
        "number": numbers.pop(0) if numbers else None,
    }


async def _receive(
    tx: Tx, incoming: Incoming, letter: Letter, conversation: Conversation, *, entered_id: str,
    folder: Path, by: str, stranger: bool,
) -> Message:  # fmt: skip
    files, left_out = await _files(tx, conversation, letter, folder=folder)
    meta = _said(incoming, letter, by=by, stranger=stranger, left_out=left_out)
    nonce = f"mail-{incoming.id}"
    language = conversation.language
    message = await conversations.receive(
        tx, conversation_id=entered_id, text=_text(letter, language), nonce=nonce,
        attachments=files, meta=meta,
    )  # fmt: skip
    notes = []
    if stranger:
        notes.append(say("mailroom.stranger", language=language, sender=letter.sender))
    if left_out:
        notes.append(say("mailroom.left_out", language=language, names=", ".join(left_out)[:2_000]))
    if notes:
        await conversations.add_note(
            tx, conversation_id=message.conversation_id, operator_id=None,
            text="\n".join(notes), nonce=f"{nonce}-note",
        )  # fmt: skip
    return message


def _said(
    incoming: Incoming, letter: Letter, *, by: str, stranger: bool, left_out: Sequence[str]
) -> dict[str, Any]:
    """Return what a message by mail keeps of its mail."""
    return {
        "mail": {
            "id": incoming.id,
            "from": letter.sender,
            "name": letter.sender_name,
            "subject": letter.subject,
            "to": list(letter.to),
            "cc": list(letter.cc),
            "by": by,
            "new_sender": stranger,
            "verified": letter.verified,
            "checks": letter.checks,
            "folded": letter.folded or letter.cut,
            "left_out": list(left_out[:MOST_LEFT_OUT]),
            **({} if letter.scanned is None else {"scanned": letter.scanned}),
        }
    }


async def _files(
    tx: Tx, conversation: Conversation, letter: Letter, *, folder: Path
) -> tuple[list[str], list[str]]:
    """Keep what may be kept; the rest stays in the mail and is named."""
    kept, left_out = [], []
    for file in letter.files:
        data = await asyncio.to_thread(file.content) if file.held else file.data
        if data is None:
            left_out.append(file.name)
            continue
        try:
            stored = await conversations.keep_attachment(
                tx, folder=folder, conversation_id=conversation.id, name=file.name,
                data=data, uploader_kind="customer",
            )  # fmt: skip
        except (BadFiles, FileTooLarge, FilesFull):
            left_out.append(file.name)
        except DiskUnavailable as full:
            # With its number, which says whether the disk is full or the name is odd.
            number = getattr(full.__cause__, "errno", None)
            raise OSError(number, "the disk takes no files") from full
        else:
            kept.append(stored.id)
    return kept, left_out


def _after(
    thread: MailThread, letter: Letter, message: Message, *, stranger: bool, at: Any
) -> MailThread:
    thread = replace(thread, conversation_id=message.conversation_id, last_mail_at=at)
    if stranger:
        return thread
    parties = dict.fromkeys((*thread.parties, letter.sender, *letter.recipients))
    known = replace(thread, parties=list(parties)[:MOST_PARTIES])
    if letter.sender == thread.customer or not thread.customer:
        return replace(known, customer=letter.sender, reply_to=letter.reply_to)
    return known


async def _join(
    tx: Tx, thread: MailThread, also: tuple[MailThread, ...], conversation_id: str
) -> None:
    """Let threads that a late mail ties together be one, unless we lead more than one of them.

    One answer goes to one address: threads of one sender, proved or not, are of one person.
    """
    loose = await joinable(tx, also)
    for one in loose:
        other = await standing(tx, one.conversation_id)
        if other.id != conversation_id:
            try:
                await conversations.merge(
                    tx, conversation_id=other.id, into=conversation_id, operator_id=None,
                    supervise=True, one_person=one.customer == thread.customer != "",
                )  # fmt: skip
            except (BadMerge, NotNow):
                continue  # they stay two, and each is answered
            await store_mail_threads.move_conversation(
                tx, conversation_id=other.id, into=conversation_id
            )
        await store_mail_threads.join(tx, thread_id=one.id, into=thread.id)
