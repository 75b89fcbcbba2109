"""Routes of webhooks: who hears of what, what was sent, and sending it again."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request

from ascolto.channels import store_webhooks
from ascolto.channels.actions import hooking
from ascolto.channels.views import (
    DeliveryView,
    NewWebhook,
    WebhookChange,
    WebhookView,
    WebhookWithSecret,
)
from ascolto.channels.webhooks.model import KINDS
from ascolto.identity.guard import Call, permit
from ascolto.kit.http import (
    Cursor,
    Limit,
    Page,
    decode_id,
    decode_place,
    page_of,
    services_of,
)
from ascolto.kit.secretbox import server_box

webhooks_router = APIRouter(tags=["webhooks"])

Keeper = Annotated[Call, permit("channels.manage_webhooks")]
State = Literal["pending", "sent", "failed"]


@webhooks_router.get("/webhooks/kinds", summary="What a webhook may hear")
async def list_kinds(call: Keeper) -> list[str]:  # noqa: ARG001 - the door asks who asks
    """Return every kind of event that a webhook may ask for."""
    return list(KINDS)


@webhooks_router.get("/webhooks", summary="Webhooks by name")
async def list_webhooks(
    call: Keeper, cursor: Cursor = None, limit: Limit = 100
) -> Page[WebhookView]:
    """Return a page of the webhooks in scope."""
    found = await store_webhooks.list_webhooks(call.tx, after=decode_place(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=WebhookView.of, place=lambda hook: (hook.name, hook.id))


@webhooks_router.post("/webhooks", status_code=201, summary="Add a webhook")
async def create_webhook(body: NewWebhook, call: Keeper, request: Request) -> WebhookWithSecret:
    """Add a webhook; its secret is shown in this answer and never again."""
    settings = services_of(request).settings
    webhook, secret = await hooking.create_webhook(
        call.tx,
        name=body.name,
        url=body.url,
        kinds=body.kinds,
        client_id=None if body.client_id is None else str(body.client_id),
        box=server_box(settings.data),
        allow_private=settings.allow_private_webhooks,
    )
    return WebhookWithSecret(webhook=WebhookView.of(webhook), secret=secret)


@webhooks_router.get("/webhooks/{webhook_id}", summary="One webhook")
async def show_webhook(webhook_id: UUID, call: Keeper) -> WebhookView:
    """Return a webhook in scope."""
    return WebhookView.of(await hooking.known(call.tx, str(webhook_id)))


@webhooks_router.patch("/webhooks/{webhook_id}", summary="Change a webhook")
async def change_webhook(
    webhook_id: UUID, body: WebhookChange, call: Keeper, request: Request
) -> WebhookView:
    """Change a webhook's fields; switching it on again forgives its failures."""
    webhook = await hooking.change_webhook(
        call.tx,
        str(webhook_id),
        v=body.v,
        changes=body.changes(),
        allow_private=services_of(request).settings.allow_private_webhooks,
    )
    return WebhookView.of(webhook)


@webhooks_router.delete("/webhooks/{webhook_id}", status_code=204, summary="Remove a webhook")
async def delete_webhook(webhook_id: UUID, call: Keeper) -> None:
    """Remove a webhook with what was on its way to it."""
    await hooking.delete_webhook(call.tx, str(webhook_id))


@webhooks_router.post("/webhooks/{webhook_id}/secret", summary="Change the secret")
async def rotate_secret(webhook_id: UUID, call: Keeper, request: Request) -> WebhookWithSecret:
    """Give a webhook a new secret; for 24 hours deliveries carry both signatures."""
    webhook, secret = await hooking.rotate_secret(
        call.tx, str(webhook_id), box=server_box(services_of(request).settings.data)
    )
    return WebhookWithSecret(webhook=WebhookView.of(webhook), secret=secret)


@webhooks_router.post("/webhooks/{webhook_id}/ping", status_code=202, summary="Try a webhook out")
async def ping(webhook_id: UUID, call: Keeper) -> DeliveryView:
    """Send something harmless; the delivery tells what became of it."""
    return DeliveryView.of(await hooking.ping(call.tx, str(webhook_id)))


@webhooks_router.get("/webhooks/{webhook_id}/deliveries", summary="What was sent")
async def list_deliveries(
    webhook_id: UUID,
    call: Keeper,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeliveryView]:
    """Return a webhook's deliveries, newest first."""
    await hooking.known(call.tx, str(webhook_id))
    found = await store_webhooks.list_deliveries(
        call.tx, webhook_id=str(webhook_id), state=state, before=decode_id(cursor), limit=limit + 1
    )
    return page_of(found, limit=limit, show=DeliveryView.of, place=lambda one: (one.id,))


@webhooks_router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    summary="Send once more",
)
async def replay(webhook_id: UUID, delivery_id: UUID, call: Keeper) -> DeliveryView:
    """Send a delivery once more, under its own id."""
    return DeliveryView.of(await hooking.replay(call.tx, str(webhook_id), str(delivery_id)))
