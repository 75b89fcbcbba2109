"""A stored mail shown whole: nothing of it is changed, and nothing in it runs."""

import asyncio

from ascolto.channels import errors, store_mail
from ascolto.channels.email.html_clean import clean
from ascolto.channels.email.mail import NotAMail, read_mail
from ascolto.channels.email.replies import split
from ascolto.channels.mailroom.reading import storable
from ascolto.channels.store_mail import Incoming
from ascolto.channels.views_mail import IncomingView, WholeMailView
from ascolto.kit.db import Tx


async def whole_mail(tx: Tx, mail_id: str, *, remote_images: bool) -> WholeMailView:
    """Return a mail as it can be read; of what is no mail the bytes as text."""
    mail = await store_mail.get_mail(tx, mail_id)
    raw = await store_mail.raw_of(tx, mail_id)
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
