"""A mail of ours is made ready to go: written at its first attempt, and never again after."""

import asyncio
from dataclasses import replace
from pathlib import Path

from ascolto import conversations
from ascolto.channels import store, store_mail, store_mail_out, store_mail_threads, store_mail_to
from ascolto.channels.email.settings import Smtp
from ascolto.channels.mailroom.composing import Draft, Unsendable, answer_address, composed
from ascolto.channels.mailroom.forwarding import enclosed, passed_on
from ascolto.channels.mailroom.mailboxes import mailbox_of, opened, reply_key
from ascolto.channels.mailroom.talking import Parcel
from ascolto.channels.store_mail_out import OutMail
from ascolto.conversations import Message
from ascolto.kit.db import Tx
from ascolto.kit.secretbox import server_box
from ascolto.kit.settings import Settings

MOST_LINES = 50


async def packed(tx: Tx, mail: OutMail, *, set_up: Settings) -> tuple[Parcel, bool]:
    """Return a mail with whom it still goes to and by which server, and whether by a token.

    Raises Unsendable and SealError where a person has to change something first.
    """
    channel = await store.get_channel(tx, mail.channel_id)
    if channel is None:
        raise Unsendable("the mailbox is closed")
    settings = channel.email()
    smtp = settings.smtp or _trap(set_up)
    if smtp is None:
        raise Unsendable("no server to send by is set")
    box = server_box(set_up.data)
    mailbox = await mailbox_of(tx, channel, box=box)
    key = reply_key(mailbox, box=box)
    thread = await store_mail_threads.get_thread(tx, mail.thread_id)
    if thread is None:
        raise Unsendable("its thread is no longer there")
    raw = await store_mail_out.raw_of(tx, mail.id)
    if raw is None:
        draft = await _draft(tx, mail, number=thread.number, folder=set_up.attachments)
        dkim_key = opened(mailbox, "dkim", box=box)
        written = await asyncio.to_thread(composed, draft, settings, key=key, dkim_key=dkim_key)
        raw = await store_mail_out.keep_raw(tx, mail, written)
    back = answer_address(settings, number=thread.number, key=key)
    waiting = [
        one.address
        for one in await store_mail_to.of_mail(tx, mail.id)
        if one.state not in store_mail_to.REACHED and one.state not in ("failed", "bounced")
    ]
    notify = "FAILURE,DELAY" if mail.automatic else "SUCCESS,FAILURE,DELAY"
    parcel = Parcel(
        raw,
        mail.mail_id,
        back,
        waiting,
        smtp,
        opened(mailbox, "smtp", box=box),
        None,
        notify if settings.delivery_reports else "",
    )
    return parcel, settings.oauth is not None and bool(smtp.user)


def _trap(set_up: Settings) -> Smtp | None:
    """Return our own trap in the demo, where nothing may leave the machine."""
    if not set_up.demo or set_up.mail_port is None:
        return None
    return Smtp(host="127.0.0.1", port=set_up.mail_port, security="none")


async def _draft(tx: Tx, mail: OutMail, *, number: int, folder: Path) -> Draft:
    message = await conversations.get_message(tx, mail.message_id)
    if message is None:
        raise Unsendable("its message is no longer there")
    addressees = await store_mail_to.of_mail(tx, mail.id)
    draft = Draft(
        mail_id=mail.mail_id,
        number=number,
        to=[one.address for one in addressees if one.role == "to"],
        cc=[one.address for one in addressees if one.role == "cc"],
        subject=mail.subject,
        text=message.text,
        references=(),
        answers=None,
        automatic=mail.automatic,
        at=message.at,
    )
    if mail.kind == "forward":
        return await passed_on(tx, draft, message, folder=folder)
    before = [
        one for one in await store_mail_threads.ids_of_thread(tx, mail.thread_id)
        if one != mail.mail_id
    ]  # fmt: skip
    last = await store_mail.last_of_conversation(tx, mail.conversation_id)
    answers = last.mail_id if last and last.mail_id else None
    text = "\n\n".join([message.text, *await _notices(tx, message)])
    return replace(
        draft,
        text=text,
        html=conversations.as_html(text) if message.meta.get("marked") else None,
        references=before,
        answers=answers or (before[-1] if before else None),
        files=await enclosed(tx, message, folder=folder),
    )


async def _notices(tx: Tx, message: Message) -> list[str]:
    """Return what the system has told the customer since the last answer."""
    before = await conversations.list_messages(
        tx,
        conversation_id=message.conversation_id,
        after_seq=None,
        before_seq=message.seq,
        limit=MOST_LINES,
        public_only=True,
    )
    told: list[str] = []
    for line in before:
        match line.author.kind:
            case conversations.AuthorKind.SYSTEM:
                told.append(line.text)
            case conversations.AuthorKind.CUSTOMER:
                pass
            case _:
                told.clear()
    return told
