"""Routes by which a person gives a mailbox access at its provider, and sees to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from ascolto.channels import store_mail
from ascolto.channels.api_mail import mailbox_in_scope, shown
from ascolto.channels.mailroom.access import Access
from ascolto.channels.mailroom.granting import WAY_BACK, sign_in_url, take_access
from ascolto.channels.mailroom.mailboxes import mailbox_of
from ascolto.channels.views_mail import (
    GrantBody,
    GrantedView,
    MailboxView,
    SignInView,
    TakenBackView,
    WayBackView,
)
from ascolto.identity import Principal
from ascolto.identity.guard import Call, permit, recognise
from ascolto.kit.http import services_of
from ascolto.kit.secretbox import server_box

mail_access_router = APIRouter(tags=["mail"])

Configurator = Annotated[Call, permit("channels.configure")]
Person = Annotated[Principal, recognise("channels.configure")]


@mail_access_router.post("/mailboxes/{channel_id}/sign-in", summary="Sign in at the provider")
async def begin_sign_in(channel_id: UUID, call: Configurator, request: Request) -> SignInView:
    """Return where to sign in; whoever does so comes back to the desk with what gives access."""
    channel = await mailbox_in_scope(call.tx, channel_id)
    settings = services_of(request).settings
    box = server_box(settings.data)
    await mailbox_of(call.tx, channel, box=box)
    url = sign_in_url(
        channel, call.principal, box=box, public_url=settings.public_url, now=call.tx.now
    )
    return SignInView(url=url, redirect_uri=settings.public_url + WAY_BACK)


@mail_access_router.get(
    "/mail/way-back",
    summary="Where providers send people back to",
    dependencies=[permit("channels.configure")],
)
async def way_back(request: Request) -> WayBackView:
    """Return the address that a provider has to know before one can sign in there for a mailbox."""
    return WayBackView(redirect_uri=services_of(request).settings.public_url + WAY_BACK)


@mail_access_router.post("/mailboxes/access", summary="Bring back what gives access")
async def bring_back(body: GrantBody, person: Person, request: Request) -> GrantedView:
    """Exchange the provider's code for an access that is renewed from then on."""
    services = services_of(request)
    settings = services.settings
    box = server_box(settings.data)
    access = Access(services.db, box=box, allow_private=settings.allow_private_webhooks)
    channel_id = await take_access(
        services.db, person, code=body.code, state=body.state, access=access, box=box,
        public_url=settings.public_url,
    )  # fmt: skip
    return GrantedView(channel_id=channel_id)


@mail_access_router.post(
    "/mailboxes/{channel_id}/renewal", status_code=202, summary="Renew the access"
)
async def renew(channel_id: UUID, call: Configurator) -> MailboxView:
    """Let the access be asked for anew at the next turn, as after a refusal that was mended."""
    channel = await mailbox_in_scope(call.tx, channel_id)
    await store_mail.renew_access(call.tx, channel_id=channel.id)
    return await shown(call.tx, channel)


@mail_access_router.delete("/mailboxes/{channel_id}/access", summary="Take the access back")
async def take_back(channel_id: UUID, person: Person, request: Request) -> TakenBackView:
    """Forget what renews the access, and tell the provider that it is over, where it names how."""
    services = services_of(request)
    settings = services.settings
    access = Access(
        services.db, box=server_box(settings.data), allow_private=settings.allow_private_webhooks
    )
    provider, why = await access.end(person, str(channel_id))
    async with services.db.transaction(
        person.tenant_id, actor=person.actor(), clients=person.clients
    ) as tx:
        mailbox = await shown(tx, await mailbox_in_scope(tx, channel_id))
    return TakenBackView(mailbox=mailbox, provider=provider, why=why)
