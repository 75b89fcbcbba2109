"""Routes of mail at the desk: whom an answer reaches, a message as its mail, passing it on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from ascolto import conversations
from ascolto.channels import errors
from ascolto.channels.mailroom.forwarding import Forward, forward, raw_of_message
from ascolto.channels.mailroom.whole import mail_of_message, page_of_message, recipients_of
from ascolto.channels.views_mail_desk import ForwardBody, MessageMailView, RecipientsView
from ascolto.conversations import Message
from ascolto.conversations.errors import NotAnOperator
from ascolto.conversations.views import MessageView
from ascolto.identity.guard import Call, permit
from ascolto.kit.db import Tx

desk_mail_router = APIRouter(tags=["mail"])

Reader = Annotated[Call, permit("conversations.read")]
Writer = Annotated[Call, permit("conversations.reply")]


@desk_mail_router.get(
    "/mail/conversations/{conversation_id}/recipients", summary="Whom an answer reaches"
)
async def show_recipients(conversation_id: UUID, call: Reader) -> RecipientsView:
    """Return to whom an answer goes, and who else had the customer's last mail."""
    return await recipients_of(call.tx, str(conversation_id))


@desk_mail_router.get("/mail/messages/{message_id}", summary="A message as the mail it was")
async def show_mail(
    message_id: UUID, call: Reader, *, remote_images: bool = False
) -> MessageMailView:
    """Return the mail of a message: everything it quotes, its cleaned HTML, and its source."""
    message = await _known(call.tx, message_id)
    return await mail_of_message(call.tx, message, remote_images=remote_images)


@desk_mail_router.get(
    "/mail/messages/{message_id}/source",
    summary="The mail of a message byte for byte",
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {}}}},
)
async def download_mail(message_id: UUID, call: Reader) -> Response:
    """Return the mail of a message as a download."""
    message = await _known(call.tx, message_id)
    raw = await raw_of_message(call.tx, message)
    if raw is None:
        raise errors.UnknownMail("This message has no mail.", message_id=message.id)
    headers = {
        "content-disposition": f'attachment; filename="{message.id}.eml"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(raw, media_type="message/rfc822", headers=headers)


@desk_mail_router.get(
    "/mail/messages/{message_id}/html",
    summary="The look of a mail, for a frame that may do nothing",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}},
)
async def show_html(message_id: UUID, call: Reader, *, remote_images: bool = False) -> Response:
    """Return a mail's cleaned HTML with its own pictures; those from afar only when asked for."""
    message = await _known(call.tx, message_id)
    page = await page_of_message(call.tx, message, remote_images=remote_images)
    pictures = "data: https: http:" if remote_images else "data:"
    policy = (
        f"sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src {pictures};"
        " frame-ancestors 'self'"
    )
    return Response(page, media_type="text/html", headers={"content-security-policy": policy})


@desk_mail_router.post("/mail/messages/{message_id}/forward", summary="Pass a mail on")
async def pass_on(message_id: UUID, body: ForwardBody, call: Writer) -> MessageView:
    """Pass a message on by mail to others, with its files or whole; the same nonce is once.

    The customer hears nothing of it; a note in the thread says to whom it went.
    """
    operator_id = call.principal.operator_id
    if operator_id is None:
        raise NotAnOperator("Your account answers no customers.")
    wanted = Forward(
        envelope=body.envelope.given(),
        comment=body.text,
        files=[str(one) for one in body.attachment_ids],
        whole=body.whole,
        added=[str(one) for one in body.added_ids],
    )
    note = await forward(
        call.tx,
        str(message_id),
        wanted,
        operator_id=operator_id,
        nonce=body.nonce,
        supervise=call.principal.may("conversations.supervise"),
    )
    return MessageView.of(note)


async def _known(tx: Tx, message_id: UUID) -> Message:
    message = await conversations.get_message(tx, str(message_id))
    if message is None:
        raise errors.UnknownMail("There is no such message.", message_id=str(message_id))
    return message
