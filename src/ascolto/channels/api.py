"""Routes of channels for those who have an account or a program's token."""

import asyncio
import contextlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import ValidationError
from starlette.responses import Response

from ascolto import conversations
from ascolto.channels import store, store_external
from ascolto.channels.actions import configuring, handing_in, vouching
from ascolto.channels.api_consents import consents_router
from ascolto.channels.api_mail import mail_router
from ascolto.channels.api_mail_access import mail_access_router
from ascolto.channels.api_mail_desk import desk_mail_router
from ascolto.channels.api_quarantine import quarantine_router
from ascolto.channels.api_webhooks import webhooks_router
from ascolto.channels.errors import BadChannel, WrongKind
from ascolto.channels.model import Channel
from ascolto.channels.views import (
    ChannelChange,
    ChannelView,
    FileView,
    Foreign,
    InboundBody,
    NewChannel,
    NewTicket,
    OutgoingPage,
    OutgoingView,
    ReportBody,
    SenderBody,
    SetAsideView,
    TakenView,
    ThreadBody,
    TicketView,
)
from ascolto.conversations import store as thread_store
from ascolto.conversations.files import checked_file
from ascolto.conversations.serving import file_response
from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.kit.db import Tx
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    Services,
    decode_place,
    page_of,
    services_of,
)
from ascolto.kit.live import Follower

router = APIRouter(tags=["channels"])
router.include_router(webhooks_router)
router.include_router(mail_router)
router.include_router(desk_mail_router)
router.include_router(mail_access_router)
router.include_router(quarantine_router)
router.include_router(consents_router)


Reader = Annotated[Call, permit("channels.read")]
Configurator = Annotated[Call, permit("channels.configure")]
Carrier = Annotated[Call, permit("channels.deliver")]
Fetcher = Annotated[Principal, recognise("channels.deliver")]


@router.get("/channels", summary="Channels by name")
async def list_channels(
    call: Reader, request: Request, cursor: Cursor = None, limit: Limit = 100
) -> Page[ChannelView]:
    """Return a page of the channels in scope."""
    found = await store.list_channels(call.tx, after=decode_place(cursor), limit=limit + 1)
    return page_of(
        found,
        limit=limit,
        show=lambda channel: _view(channel, request),
        place=lambda channel: (channel.name, channel.id),
    )


@router.post("/channels", status_code=201, summary="Add a channel")
async def create_channel(body: NewChannel, call: Configurator, request: Request) -> ChannelView:
    """Add a channel to a client, with a random public key."""
    channel = await configuring.create_channel(
        call.tx,
        client_id=str(body.client_id),
        kind=body.kind,
        name=body.name,
        queue_id=str(body.queue_id),
        settings=body.settings,
    )
    return _view(channel, request)


@router.get("/channels/{channel_id}", summary="One channel")
async def show_channel(channel_id: UUID, call: Reader, request: Request) -> ChannelView:
    """Return a channel in scope."""
    return _view(await configuring.known(call.tx, str(channel_id)), request)


@router.patch("/channels/{channel_id}", summary="Change a channel")
async def change_channel(
    channel_id: UUID, body: ChannelChange, call: Configurator, request: Request
) -> ChannelView:
    """Change a channel's fields; absent ones stay, settings are replaced whole.

    A mailbox that is given another server or another provider forgets the secrets that were for the
    old one: `GET /mailboxes/{id}` shows which it has.
    """
    channel = await configuring.change_channel(
        call.tx, str(channel_id), v=body.v, changes=body.changes()
    )
    return _view(channel, request)


@router.delete("/channels/{channel_id}", status_code=204, summary="Close a channel")
async def archive_channel(channel_id: UUID, call: Configurator) -> None:
    """Close a channel for good; its conversations stay."""
    await configuring.archive_channel(call.tx, str(channel_id))


def _view(channel: Channel, request: Request) -> ChannelView:
    return ChannelView.of(channel, public_url=services_of(request).settings.public_url)


@router.post("/channels/{channel_id}/tickets", status_code=201, summary="Vouch for a customer")
async def issue_ticket(channel_id: UUID, body: NewTicket, call: Carrier) -> TicketView:
    """Return a ticket with which a page starts one chat as a customer known to the client."""
    channel = await configuring.known(call.tx, str(channel_id))
    issued = await vouching.issue_ticket(
        call.tx, channel, kind=body.kind, value=body.value, name=body.name
    )
    return TicketView(ticket=issued.secret, expires_at=issued.expires_at)


@router.post("/channels/{channel_id}/inbound", status_code=201, summary="Hand in a message")
async def hand_in(
    channel_id: UUID, body: InboundBody, call: Carrier, response: Response
) -> TakenView | SetAsideView:
    """Take in what a customer wrote elsewhere, once for each external_id.

    What cannot be taken in is kept for a person to look at, and answered with 202.
    """
    channel = await configuring.known(call.tx, str(channel_id))
    message = await handing_in.hand_in(call.tx, channel, body.value())
    if isinstance(message, handing_in.SetAside):
        response.status_code = 202
        return SetAsideView(quarantine_id=message.quarantine_id)
    whose, known = await handing_in.customer_of(call.tx, message)
    return TakenView(
        conversation_id=message.conversation_id,
        message_id=message.id,
        seq=message.seq,
        customer_id=whose,
        customer_known=known,
    )


@router.post("/channels/{channel_id}/attachments", status_code=201, summary="Hand in a file")
async def hand_in_file(
    channel_id: UUID,
    who: Fetcher,
    request: Request,
    file: UploadFile,
    thread: Annotated[Foreign, Form()],
    sender: Annotated[str, Form(alias="from", max_length=1_000)],
) -> FileView:
    """Keep a file of a thread; the message handed in next names it in `attachment_ids`.

    `from` is the sender as in a message, written as JSON.
    """
    try:
        writes = SenderBody.model_validate_json(sender)
    except ValidationError as wrong:
        raise BadChannel("The sender makes no sense.", field="from") from wrong
    services, data = services_of(request), await file.read()
    checked_file(file.filename or "", data)
    await conversations.require_clean(data, set_up=services.settings)  # no transaction is open
    async with services.db.transaction(who.tenant_id, actor=who.actor(), clients=who.clients) as tx:
        kept = await handing_in.keep_file(
            tx,
            await configuring.known(tx, str(channel_id)),
            thread=thread,
            sender=writes.value_of(),
            name=file.filename or "",
            data=data,
            folder=services.settings.attachments,
        )
    return FileView(id=kept.id, name=kept.name, size=kept.size, type=kept.type)


@router.post("/channels/{channel_id}/deliveries", status_code=204, summary="Report a delivery")
async def report(channel_id: UUID, body: ReportBody, call: Carrier) -> None:
    """Note that an answer reached the customer, or that it could not."""
    channel = await configuring.known(call.tx, str(channel_id))
    await handing_in.report(
        call.tx, channel, message_id=str(body.message_id), delivery=body.delivery
    )


@router.post("/channels/{channel_id}/eu-operator", status_code=204, summary="Pass a wish on")
async def ask_for_eu(channel_id: UUID, body: ThreadBody, call: Carrier) -> None:
    """Let a thread's customer wait for somebody in the Union, without losing their place."""
    channel = await configuring.known(call.tx, str(channel_id))
    await handing_in.ask_for_eu(call.tx, channel, thread=body.thread)


@router.get("/channels/{channel_id}/outbound", summary="Fetch answers to carry")
async def list_outbound(
    channel_id: UUID,
    who: Fetcher,
    request: Request,
    cursor: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    wait_s: Annotated[float, Query(ge=0, le=30)] = 0,
) -> OutgoingPage:
    """Return answers after a cursor, in order; with `wait_s`, hold the line until there is one."""
    services = services_of(request)
    follower = Follower(tenant_id=who.tenant_id, clients=who.clients)
    services.live.join(follower)
    services.live.follow(follower, [f"outbound:{channel_id}"])
    try:
        page = await _outgoing(services, who, str(channel_id), cursor, limit)
        if not page.items and wait_s:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(follower.wake.wait(), timeout=wait_s)
            page = await _outgoing(services, who, str(channel_id), cursor, limit)
        return page
    finally:
        services.live.leave(follower)


async def _outgoing(
    services: Services, who: Principal, channel_id: str, place: int, limit: int
) -> OutgoingPage:
    async with services.db.transaction(who.tenant_id, actor=who.actor(), clients=who.clients) as tx:
        channel = await configuring.known(tx, channel_id)
        if channel.kind != "external":
            raise WrongKind("Answers of this channel are not fetched.", kind=channel.kind)
        return await _page(tx, channel_id, place, limit)


async def _page(tx: Tx, channel_id: str, place: int, limit: int) -> OutgoingPage:
    rows = await store_external.list_outgoing(tx, channel_id=channel_id, after=place, limit=limit)
    items = []
    for row in rows:
        message = await thread_store.get_message(tx, row.message_id)
        if message is not None:
            body = handing_in.outgoing_body(message, thread=row.thread)
            items.append(OutgoingView(cursor=row.place, **body))
    return OutgoingPage(items=items, next_cursor=rows[-1].place if rows else place)


@router.get(
    "/channels/{channel_id}/attachments/{attachment_id}",
    summary="A file of an answer",
    response_class=Response,
)
async def download(
    channel_id: UUID, attachment_id: UUID, call: Carrier, request: Request
) -> Response:
    """Return a file that hangs on a message of the channel, to be carried with it."""
    channel = await configuring.known(call.tx, str(channel_id))
    file, path = await handing_in.file_of(
        call.tx,
        channel,
        attachment_id=str(attachment_id),
        folder=services_of(request).settings.attachments,
    )
    return file_response(file, path)
