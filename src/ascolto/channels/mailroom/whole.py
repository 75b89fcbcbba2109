"""A stored mail shown whole: nothing of it is changed, and nothing in it runs."""

import asyncio
import base64
import re
from urllib.parse import unquote

from ascolto import conversations
from ascolto.channels import errors, store, store_mail, store_mail_raw, store_mail_threads
from ascolto.channels.email.addressing import is_own
from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.mail import Attachment, Mail, NotAMail, read_mail
from ascolto.channels.email.pec import carried_mail, read_certified
from ascolto.channels.email.replies import split
from ascolto.channels.mailroom.forwarding import raw_of_message
from ascolto.channels.mailroom.reading import MOST_SHOWN, storable
from ascolto.channels.store_mail import Incoming
from ascolto.channels.views_mail import IncomingView, WholeMailView
from ascolto.channels.views_mail_desk import MessageMailView, RecipientsView
from ascolto.conversations import Message
from ascolto.conversations.errors import NotByMail, UnknownConversation
from ascolto.kit.db import Tx

# As much of a mail's bytes as anybody reads on a screen; the download has them all.
SOURCE_SHOWN = 200_000
LARGEST_PICTURES = 8 << 20
_CID = re.compile(r'src="cid:([^"]*)"')
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


async def whole_mail(tx: Tx, mail_id: str, *, remote_images: bool) -> WholeMailView:
    """Return a mail as it can be read; of what is no mail the bytes as text."""
    mail = await store_mail.get_mail(tx, mail_id)
    raw = await store_mail_raw.raw_of(tx, mail_id)
    if mail is None or raw is None:
        raise errors.UnknownMail("There is no such mail.", mail_id=mail_id)
    return await asyncio.to_thread(_shown, mail, raw, remote_images=remote_images)


def _shown(incoming: Incoming, raw: bytes, *, remote_images: bool) -> WholeMailView:
    view = IncomingView.of(incoming)
    try:
        mail = read_mail(raw)
    except NotAMail as error:
        text = storable(raw[:20_000].decode("utf-8", "replace"))
        return WholeMailView(
            mail=view, sender="", to=[], cc=[], text=text, quoted="", signature="", html="",
            blocked_images=0, attachments=[], problems=[str(error)],
        )  # fmt: skip
    reply = split(mail.marked_text)
    html = clean(mail.html, remote_images=remote_images) if mail.html else None
    return WholeMailView(
        mail=view,
        sender=storable(mail.sender.address if mail.sender else ""),
        to=[storable(one.address) for one in mail.people("to")],
        cc=[storable(one.address) for one in mail.people("cc")],
        text=storable(reply.visible),
        quoted=storable(reply.quoted),
        signature=storable(reply.signature),
        html=storable(html.html) if html else "",
        blocked_images=html.remote_images if html else 0,
        attachments=[storable(one.name or "") for one in mail.attachments],
        problems=[storable(one) for one in mail.problems],
    )


async def mail_of_message(tx: Tx, message: Message, *, remote_images: bool) -> MessageMailView:
    """Return the mail that a message came or went as."""
    raw = await raw_of_message(tx, message)
    if raw is None:
        raise errors.UnknownMail("This message has no mail.", message_id=message.id)
    return await asyncio.to_thread(_of_message, message, raw, remote_images=remote_images)


def _of_message(message: Message, raw: bytes, *, remote_images: bool) -> MessageMailView:
    said = _said(message, raw)
    reply = split(said.marked_text)
    html = clean(said.html, remote_images=remote_images) if said.html else None
    told = message.meta.get("mail", {})
    source = raw[:SOURCE_SHOWN].decode("utf-8", "replace").replace("\r\n", "\n")
    return MessageMailView(
        message_id=message.id,
        inbound=bool(told),
        sender=storable(said.sender.address if said.sender else ""),
        to=[storable(one.address) for one in said.people("to")][:MOST_SHOWN],
        cc=[storable(one.address) for one in said.people("cc")][:MOST_SHOWN],
        subject=storable(said.subject),
        date=said.date,
        text=storable(reply.visible),
        quoted=storable(reply.quoted),
        signature=storable(reply.signature),
        html=storable(html.html) if html else "",
        blocked_images=html.remote_images if html else 0,
        attachments=[storable(one.name or "") for one in said.attachments],
        protection=list(said.protection),
        checks=dict(told.get("checks", {})),
        verified=bool(told.get("verified")),
        headers=storable(source.partition("\n\n")[0]),
        source=storable(source),
        cut=len(raw) > SOURCE_SHOWN,
        problems=[storable(one) for one in said.problems],
    )


async def page_of_message(tx: Tx, message: Message, *, remote_images: bool) -> str:
    """Return the HTML of a message's mail as a page of its own, with the pictures it brought."""
    raw = await raw_of_message(tx, message)
    if raw is None:
        raise errors.UnknownMail("This message has no mail.", message_id=message.id)
    return await asyncio.to_thread(_page, message, raw, remote_images=remote_images)


def _page(message: Message, raw: bytes, *, remote_images: bool) -> str:
    said = _said(message, raw)
    shown = clean(said.html, remote_images=remote_images).html
    pictures = {one.cid: one for one in said.attachments if one.cid}
    known: dict[str, str] = {}
    left = [LARGEST_PICTURES]

    def resolved(found: re.Match[str]) -> str:
        name = unquote(found[1])
        one = pictures.get(name)
        if one is None or left[0] <= 0:
            return ""  # no picture, then, rather than an address that only a mail program knows
        if name not in known:
            known[name] = _data_url(one)
        left[0] -= len(known[name])  # a picture shown often makes the page long each time
        return f'src="{known[name]}"' if known[name] and left[0] >= 0 else ""

    body = _CID.sub(resolved, storable(shown))
    return f'<!doctype html><meta charset="utf-8"><body>{body}</body>'


def _data_url(one: Attachment) -> str:
    """Return a picture as an address of its own; nothing for what is none, or is too large."""
    kind = one.seen_type()
    if kind not in _PICTURES:
        return ""
    data = bytearray()
    for piece in one.stream():
        data += piece
        if len(data) > LARGEST_PICTURES:
            return ""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _said(message: Message, raw: bytes) -> Mail:
    """Return the mail that was written, out of its certified envelope."""
    try:
        mail = read_mail(raw)
    except NotAMail as error:
        raise errors.UnknownMail("This message has no mail.", message_id=message.id) from error
    certified = read_certified(mail)
    return (carried_mail(mail, certified) if certified else None) or mail


async def recipients_of(tx: Tx, conversation_id: str) -> RecipientsView:
    """Return whom an answer in a conversation by mail reaches, and who else had the last mail."""
    if await conversations.get(tx, conversation_id) is None:
        raise UnknownConversation("No such conversation.", conversation_id=conversation_id)
    thread = await store_mail_threads.thread_of_conversation(tx, conversation_id)
    channel = await store.get_channel(tx, thread.channel_id) if thread else None
    if thread is None or channel is None:
        raise NotByMail("This conversation does not go by mail.")
    settings = channel.email()
    customer = thread.reply_to or thread.customer
    last = await store_mail.last_of_conversation(tx, conversation_id)
    message = (
        await conversations.get_message(tx, last.message_id) if last and last.message_id else None
    )
    told = message.meta.get("mail", {}) if message else {}
    heard = (told.get("from", ""), *told.get("to", []), *told.get("cc", []))
    others = [
        one
        for one in dict.fromkeys(heard)
        if one
        and one not in (customer, thread.customer)
        and not is_own(one, settings.own_addresses)
    ]
    return RecipientsView(sender=settings.address, customer=customer, others=others)
