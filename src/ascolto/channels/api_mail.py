"""Routes of mail: mailboxes, what came, what was set aside, what went out and what is uncertain."""

from dataclasses import asdict
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from ascolto import conversations
from ascolto.channels import errors, store, store_mail, store_mail_out, store_mail_raw
from ascolto.channels.actions import configuring
from ascolto.channels.mailroom import handling, outgoing
from ascolto.channels.mailroom.mailboxes import mailbox_of, set_secrets
from ascolto.channels.mailroom.whole import whole_mail
from ascolto.channels.model import Channel
from ascolto.channels.views import FileView
from ascolto.channels.views_mail import (
    IncomingView,
    MailboxView,
    OutMailView,
    RecalledMailView,
    SecretsBody,
    WholeMailView,
)
from ascolto.identity.guard import Call, permit
from ascolto.kit.db import Tx
from ascolto.kit.http import Cursor, Limit, Page, decode_id, decode_place, page_of, services_of
from ascolto.kit.secretbox import server_box

mail_router = APIRouter(tags=["mail"])

Reader = Annotated[Call, permit("channels.read")]
Configurator = Annotated[Call, permit("channels.configure")]
Handler = Annotated[Call, permit("channels.handle_mail")]
Writer = Annotated[Call, permit("conversations.reply")]
InState = Literal["received", "taken", "noted", "copy", "own", "quarantined", "dismissed"]
OutState = Literal[
    "queued", "sending", "accepted", "uncertain", "bounced", "delivered", "failed", "recalled"
]


@mail_router.get("/mailboxes", summary="Mailboxes and how they stand")
async def list_mailboxes(
    call: Reader, cursor: Cursor = None, limit: Limit = 100
) -> Page[MailboxView]:
    """Return the mailboxes in scope: read up to when, what is wrong, whether the books balance."""
    found = await store.list_channels(
        call.tx, kind="email", after=decode_place(cursor), limit=limit + 1
    )
    views = {one.id: await shown(call.tx, one) for one in found[:limit]}
    return page_of(
        found, limit=limit, show=lambda one: views[one.id], place=lambda one: (one.name, one.id)
    )


@mail_router.get("/mailboxes/{channel_id}", summary="One mailbox")
async def show_mailbox(channel_id: UUID, call: Reader) -> MailboxView:
    """Return how a mailbox stands."""
    return await shown(call.tx, await mailbox_in_scope(call.tx, channel_id))


@mail_router.put("/mailboxes/{channel_id}/secrets", summary="Passwords and the signing key")
async def put_secrets(
    channel_id: UUID, body: SecretsBody, call: Configurator, request: Request
) -> MailboxView:
    """Seal and keep the secrets that are named; no answer ever shows them."""
    channel = await mailbox_in_scope(call.tx, channel_id)
    box = server_box(services_of(request).settings.data)
    await set_secrets(call.tx, channel, secrets=body.given(), box=box)
    return await shown(call.tx, channel)


@mail_router.post(
    "/mailboxes/{channel_id}/reconciliation", status_code=202, summary="Compare with the server"
)
async def reconcile(channel_id: UUID, call: Handler, request: Request) -> MailboxView:
    """Ask for the server's mails to be laid beside ours; the mailbox shows the result."""
    channel = await mailbox_in_scope(call.tx, channel_id)
    if channel.email().imap is None:
        raise errors.WrongKind("No server is asked for this mailbox's mail.", kind=channel.kind)
    await mailbox_of(call.tx, channel, box=server_box(services_of(request).settings.data))
    await store_mail.ask_reconciliation(call.tx, channel_id=channel.id)
    return await shown(call.tx, channel)


async def mailbox_in_scope(tx: Tx, channel_id: UUID) -> Channel:
    """Return a mailbox in scope, or refuse."""
    channel = await configuring.known(tx, str(channel_id))
    if channel.kind != "email":
        raise errors.WrongKind("This channel is no mailbox.", kind=channel.kind)
    return channel


async def shown(tx: Tx, channel: Channel) -> MailboxView:
    """Return how a mailbox stands."""
    mailbox = await store_mail.get_mailbox(tx, channel.id)
    return MailboxView.of(
        channel, mailbox, await store_mail.count_states(tx, channel_id=channel.id)
    )


@mail_router.get("/mail/inbound", summary="Mails that came")
async def list_inbound(
    call: Handler, state: InState = "quarantined", cursor: Cursor = None, limit: Limit = 50
) -> Page[IncomingView]:
    """Return the mails in a state, newest first; what was set aside unless told otherwise."""
    found = await store_mail.list_mails(
        call.tx, states=[state], before=decode_id(cursor), limit=limit + 1
    )
    return page_of(found, limit=limit, show=IncomingView.of, place=lambda one: (one.id,))


@mail_router.get("/mail/inbound/{inbound_id}", summary="A mail as it can be read")
async def show_inbound(
    inbound_id: UUID, call: Handler, *, remote_images: bool = False
) -> WholeMailView:
    """Return the whole of a mail; its HTML is cleaned and its pictures from afar held back."""
    return await whole_mail(call.tx, str(inbound_id), remote_images=remote_images)


@mail_router.get(
    "/mail/inbound/{inbound_id}/source",
    summary="A mail byte for byte",
    response_class=Response,
    responses={200: {"content": {"message/rfc822": {}}}},
)
async def source(inbound_id: UUID, call: Handler) -> Response:
    """Return a mail's bytes as a download."""
    raw = await store_mail_raw.raw_of(call.tx, str(inbound_id))
    if raw is None:
        raise errors.UnknownMail("There is no such mail.", mail_id=str(inbound_id))
    headers = {
        "content-disposition": f'attachment; filename="{inbound_id}.eml"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(raw, media_type="message/rfc822", headers=headers)


@mail_router.post("/mail/inbound/{inbound_id}/replay", status_code=202, summary="Read it again")
async def replay(inbound_id: UUID, call: Handler) -> IncomingView:
    """Let a mail that was set aside be read again from its bytes."""
    return IncomingView.of(await handling.replay(call.tx, str(inbound_id)))


@mail_router.post("/mail/inbound/{inbound_id}/dismissal", summary="Put it away")
async def dismiss(inbound_id: UUID, call: Handler) -> IncomingView:
    """Put a mail away that nobody can use; it is kept."""
    return IncomingView.of(await handling.dismiss(call.tx, str(inbound_id)))


@mail_router.get("/mail/outbound", summary="Mails of ours")
async def list_outbound(
    call: Handler,
    state: Annotated[list[OutState] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OutMailView]:
    """Return mails of ours, newest first, of some states or of all."""
    states = state or get_args(OutState)
    found = await store_mail_out.list_out(
        call.tx, states=states, before=decode_id(cursor), limit=limit + 1
    )
    return page_of(found, limit=limit, show=OutMailView.of, place=lambda one: (one.id,))


@mail_router.post("/mail/outbound/{outbound_id}/resend", status_code=202, summary="Send it again")
async def resend(outbound_id: UUID, call: Handler) -> OutMailView:
    """Send a mail again that failed or is uncertain, with the same id and the same bytes."""
    return OutMailView.of(await outgoing.resend(call.tx, str(outbound_id)))


@mail_router.post("/mail/messages/{message_id}/recall", summary="Take an answer back")
async def recall(message_id: UUID, call: Writer) -> RecalledMailView:
    """Take back an answer of one's own that has not left yet."""
    supervise = call.principal.may("conversations.supervise")
    mail = await outgoing.recall_message(
        call.tx,
        str(message_id),
        operator_id=None if supervise else call.principal.operator_id or "",
    )
    files = await conversations.copy_files(call.tx, message_id=mail.message_id)
    return RecalledMailView(
        **OutMailView.of(mail).model_dump(), files=[FileView(**asdict(one)) for one in files]
    )
