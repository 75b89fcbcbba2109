"""Sending what is on its way: a few at once, each leased for a while, again and again."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import orjson
import structlog

from ascolto.channels import events, store_external, store_webhooks
from ascolto.channels.errors import BadAddress
from ascolto.channels.webhooks import reach
from ascolto.channels.webhooks.model import (
    MOST_FAILURES,
    SILENT_FOR,
    WITH_MESSAGE,
    Delivery,
    Webhook,
    next_wait,
    signed_headers,
)
from ascolto.conversations import store as thread_store
from ascolto.conversations.live import message_body
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.http import Services
from ascolto.kit.secretbox import SealError, SecretBox, server_box

EVERY_S = 0.5
# Longer than any attempt lasts: a node that died with it leaves it to the others after that.
LEASE = timedelta(seconds=20)
AT_ONCE = 8
GONE = 410

log = structlog.get_logger(__name__)


def place_of_secret(webhook_id: str) -> str:
    """Return what a webhook's secret is bound to when it is sealed."""
    return f"channels.webhook.secret/{webhook_id}"


async def deliver(services: Services) -> None:
    """Send for ever what is due."""
    courier = Courier(
        services.db,
        box=server_box(services.settings.data),
        allow_private=services.settings.allow_private_webhooks,
    )
    async with courier.http:
        while True:
            try:
                await courier.round()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("webhooks.wait", error=type(error).__name__)
            await asyncio.sleep(EVERY_S)


class Courier:
    """Sends deliveries of every organisation; several nodes may run one each."""

    def __init__(self, db: Database, *, box: SecretBox, allow_private: bool) -> None:
        """Prepare to send; `round` does it once."""
        self._db = db
        self._box = box
        self._allow_private = allow_private
        # No connection is kept: two names may lead to one address and must not share it.
        self.http = httpx.AsyncClient(
            trust_env=False,
            timeout=reach.TIMEOUT_S,
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=0),
        )

    async def round(self) -> int:
        """Send what is due once; return how many were tried."""
        now = self._db.clock.now()
        async with self._db.connection() as connection:
            tenants = await store_webhooks.tenants_with_deliveries(connection, now)
        tried = 0
        for tenant_id in tenants:
            async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
                due = await store_webhooks.lease_due(tx, lease=LEASE, limit=AT_ONCE)
                loads = [await self._load(tx, delivery) for delivery in due]
            await asyncio.gather(*(self._send(tenant_id, *load) for load in loads))
            tried += len(loads)
        return tried

    async def _load(self, tx: Tx, delivery: Delivery) -> tuple[Delivery, Webhook | None, bytes]:
        webhook = await store_webhooks.get_webhook(tx, delivery.webhook_id)
        body = dict(delivery.body)
        if delivery.kind in WITH_MESSAGE:
            body["data"] = {**body["data"], **await _words(tx, body["data"])}
        return delivery, webhook, orjson.dumps(body)

    async def _send(
        self, tenant_id: str, delivery: Delivery, hook: Webhook | None, body: bytes
    ) -> None:
        if hook is None:
            return
        status: int | None = None
        try:
            answer = await reach.post(
                self.http,
                hook.url,
                body=body,
                headers=self._headers(hook, delivery, body),
                allow_private=self._allow_private,
            )
            status, error = answer.status, answer.text
        except TimeoutError:
            error = "no answer in time"
        except (reach.UnreachableError, BadAddress, SealError) as refused:
            error = str(refused)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as broken:
            error = type(broken).__name__
        async with self._db.transaction(tenant_id, actor=SYSTEM) as tx:
            if status is not None and 200 <= status < 300:
                await store_webhooks.record_sent(tx, delivery, status=status)
            else:
                await self._failed(tx, delivery, hook, status=status, error=error)

    def _headers(self, hook: Webhook, delivery: Delivery, body: bytes) -> dict[str, str]:
        place = place_of_secret(hook.id)
        now = self._db.clock.now()
        secrets = [self._box.open(hook.secret, place=place)]
        if hook.former_secret and hook.former_until and hook.former_until > now:
            secrets.append(self._box.open(hook.former_secret, place=place))
        signed = signed_headers(
            secrets, message_id=delivery.id, timestamp=int(now.timestamp()), body=body
        )
        return {"content-type": "application/json", "user-agent": "Ascolto-Webhooks/1", **signed}

    async def _failed(
        self, tx: Tx, delivery: Delivery, hook: Webhook, *, status: int | None, error: str
    ) -> None:
        wait = next_wait(delivery.attempts, chance=random.random())  # noqa: S311 - spreads load
        again_at = None if wait is None or status == GONE else tx.now + wait
        failures, since = await store_webhooks.record_failed(
            tx, delivery, status=status, error=error, again_at=again_at
        )
        silent = failures >= MOST_FAILURES and tx.now - since >= SILENT_FOR
        if not silent and status != GONE:
            return
        if await store_webhooks.disable_webhook(tx, hook.id):
            tx.emit(events.WebhookDisabled(client_id=hook.client_id, webhook_id=hook.id))
            log.warning("webhook.disabled", webhook_id=hook.id, failures=failures)


async def _words(tx: Tx, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the log leaves out: the message, and its thread in an external channel."""
    found: dict[str, Any] = {}
    message = await thread_store.get_message(tx, data["message_id"])
    if message is not None:
        found["message"] = message_body(message)
    for thread in await store_external.threads_of(tx, [data["conversation_id"]]):
        found |= {"thread": thread.thread, "channel_id": thread.channel_id}
    return found
