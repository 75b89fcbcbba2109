"""Webhooks made, changed, given a new secret, removed, tried out and replayed."""

from dataclasses import replace
from typing import Any

from ascolto.channels import errors, events, store_webhooks
from ascolto.channels.webhooks.deliver import place_of_secret
from ascolto.channels.webhooks.model import (
    FORMER_FOR,
    KINDS,
    PING,
    Delivery,
    Webhook,
    fresh_secret,
)
from ascolto.channels.webhooks.reach import checked_url
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.secretbox import SecretBox
from ascolto.tenancy import actions as tenancy
from ascolto.tenancy.errors import OutsideScope


async def create_webhook(
    tx: Tx,
    *,
    name: str,
    url: str,
    kinds: list[str],
    client_id: str | None,
    box: SecretBox,
    allow_private: bool,
) -> tuple[Webhook, str]:
    """Add a webhook and return it with its secret, which is shown this once."""
    _require_scope(tx, client_id)
    if client_id is not None:
        await tenancy.get_client(tx, client_id)
    secret, webhook_id = fresh_secret(), new_id()
    webhook = Webhook(
        id=webhook_id,
        client_id=client_id,
        name=name.strip(),
        url=checked_url(url, allow_private=allow_private),
        kinds=checked_kinds(kinds),
        secret=box.seal(secret, place=place_of_secret(webhook_id)),
        former_secret=None,
        former_until=None,
        active=True,
        failures=0,
        disabled_at=None,
        created_at=tx.now,
        v=1,
    )
    await store_webhooks.insert_webhook(tx, webhook)
    tx.emit(_changed(webhook, "created"))
    return webhook, secret


def checked_kinds(kinds: list[str]) -> tuple[str, ...]:
    """Return the kinds of event in a settled order, or refuse one that does not exist."""
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown or not kinds:
        raise errors.BadChannel("There is no such kind of event.", unknown=unknown, known=[*KINDS])
    return tuple(sorted(set(kinds)))


def _require_scope(tx: Tx, client_id: str | None) -> None:
    """Refuse a webhook on all clients to whoever may see only some."""
    if client_id is None and tx.clients is not None:
        raise OutsideScope("Only somebody who sees every client may do this.")


async def known(tx: Tx, webhook_id: str) -> Webhook:
    """Return a webhook in scope or refuse."""
    webhook = await store_webhooks.get_webhook(tx, webhook_id)
    if webhook is None:
        raise errors.UnknownWebhook("There is no such webhook.", webhook_id=webhook_id)
    return webhook


async def change_webhook(
    tx: Tx, webhook_id: str, *, v: int, changes: dict[str, Any], allow_private: bool
) -> Webhook:
    """Change some fields of a webhook that is still at version `v`; switching on forgives all."""
    webhook = await known(tx, webhook_id)
    _require_scope(tx, webhook.client_id)
    if "url" in changes:
        checked_url(changes["url"], allow_private=allow_private)
    if "kinds" in changes:
        changes["kinds"] = checked_kinds(changes["kinds"])
    if changes.get("active"):
        changes |= {"failures": 0, "disabled_at": None}
    saved = await _saved(tx, replace(webhook, v=v, **changes), "updated")
    if saved.active != webhook.active:
        at = tx.now if saved.active else store_webhooks.LAID_ASIDE
        await store_webhooks.set_due(tx, webhook_id=webhook_id, at=at)
    return saved


async def rotate_secret(tx: Tx, webhook_id: str, *, box: SecretBox) -> tuple[Webhook, str]:
    """Give a webhook a new secret; for a day both sign, so that the receiver can change over."""
    webhook = await known(tx, webhook_id)
    _require_scope(tx, webhook.client_id)
    secret = fresh_secret()
    fresh = replace(
        webhook,
        secret=box.seal(secret, place=place_of_secret(webhook.id)),
        former_secret=webhook.secret,
        former_until=tx.now + FORMER_FOR,
    )
    return await _saved(tx, fresh, "secret"), secret


async def _saved(tx: Tx, wanted: Webhook, change: str) -> Webhook:
    saved = await store_webhooks.update_webhook(tx, wanted)
    if saved is None:
        raise errors.WebhookChanged("Somebody changed this webhook meanwhile.")
    tx.emit(_changed(saved, change))
    return saved


async def delete_webhook(tx: Tx, webhook_id: str) -> None:
    """Remove a webhook with what was on its way to it."""
    webhook = await known(tx, webhook_id)
    _require_scope(tx, webhook.client_id)
    await store_webhooks.delete_webhook(tx, webhook_id)
    tx.emit(_changed(webhook, "deleted"))


async def ping(tx: Tx, webhook_id: str) -> Delivery:
    """Send a webhook something harmless, to see whether it hears."""
    webhook = await _listening(tx, webhook_id)
    delivery_id = new_id()
    delivery = Delivery(
        id=delivery_id,
        webhook_id=webhook.id,
        client_id=webhook.client_id,
        # No event stands behind it: a number that no event has.
        event_id=-int(tx.now.timestamp() * 1_000_000),
        kind=PING,
        about=delivery_id,
        body={"type": PING, "timestamp": tx.now.isoformat(), "data": {"webhook_id": webhook.id}},
        state="pending",
        attempts=0,
        next_try_at=tx.now,
        last_status=None,
        last_error=None,
        created_at=tx.now,
        sent_at=None,
    )
    await store_webhooks.add_deliveries(tx, [delivery])
    return delivery


async def _listening(tx: Tx, webhook_id: str) -> Webhook:
    webhook = await known(tx, webhook_id)
    if not webhook.active:
        raise errors.WebhookOff("Switch the webhook on first.", webhook_id=webhook_id)
    return webhook


async def replay(tx: Tx, webhook_id: str, delivery_id: str) -> Delivery:
    """Let a delivery go out once more under its own id, so that a receiver can tell."""
    await _listening(tx, webhook_id)
    delivery = await store_webhooks.replay(tx, webhook_id=webhook_id, delivery_id=delivery_id)
    if delivery is None:
        raise errors.UnknownDelivery("There is no such delivery.", delivery_id=delivery_id)
    return delivery


def _changed(webhook: Webhook, change: str) -> events.WebhookChanged:
    return events.WebhookChanged(client_id=webhook.client_id, webhook_id=webhook.id, change=change)
