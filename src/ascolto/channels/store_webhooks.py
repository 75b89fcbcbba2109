"""Statements on webhooks and what is on its way to them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg

from ascolto.channels.webhooks.model import Delivery, Webhook
from ascolto.kit.db import Record, Tx

_WEBHOOK = (
    "id, client_id, name, url, kinds, secret, former_secret, former_until, active, failures,"
    " disabled_at, created_at, v"
)
# Deliveries to a webhook that is off are due at no time, so that nobody looks at them.
LAID_ASIDE = datetime(9000, 1, 1, tzinfo=UTC)
_DELIVERY = (
    "id, webhook_id, client_id, event_id, kind, about, body, state, attempts, next_try_at,"
    " last_status, last_error, created_at, sent_at"
)


def _webhook(row: Record) -> Webhook:
    return Webhook(**{**dict(row), "kinds": tuple(row["kinds"])})


async def list_webhooks(
    tx: Tx, *, after: tuple[str, str] | None = None, limit: int | None = None
) -> list[Webhook]:
    """Return the webhooks in scope by name, from a place on."""
    name, webhook_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_WEBHOOK} FROM channels.webhook WHERE tenant_id = $1"
        " AND ($2::uuid IS NULL OR (lower(name), id) > (lower($3), $2))"
        " ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id, webhook_id, name, limit,
    )  # fmt: skip
    return [_webhook(row) for row in rows]


async def get_webhook(tx: Tx, webhook_id: str) -> Webhook | None:
    """Return a webhook in scope."""
    row = await tx.fetchrow(
        f"SELECT {_WEBHOOK} FROM channels.webhook WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, webhook_id,
    )  # fmt: skip
    return _webhook(row) if row else None


async def insert_webhook(tx: Tx, webhook: Webhook) -> None:
    """Write a new webhook."""
    await tx.execute(
        "INSERT INTO channels.webhook (tenant_id, id, client_id, name, url, kinds, secret,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.tenant_id, webhook.id, webhook.client_id, webhook.name, webhook.url,
        list(webhook.kinds), webhook.secret, webhook.created_at,
    )  # fmt: skip


async def update_webhook(tx: Tx, webhook: Webhook) -> Webhook | None:
    """Save a webhook if it is still at version `webhook.v`; return it at its new version."""
    row = await tx.fetchrow(
        "UPDATE channels.webhook SET name = $4, url = $5, kinds = $6, secret = $7,"
        " former_secret = $8, former_until = $9, active = $10, failures = $11, disabled_at = $12,"
        f" v = v + 1 WHERE tenant_id = $1 AND id = $2 AND v = $3 RETURNING {_WEBHOOK}",
        tx.tenant_id, webhook.id, webhook.v, webhook.name, webhook.url, list(webhook.kinds),
        webhook.secret, webhook.former_secret, webhook.former_until, webhook.active,
        webhook.failures, webhook.disabled_at,
    )  # fmt: skip
    return _webhook(row) if row else None


async def delete_webhook(tx: Tx, webhook_id: str) -> None:
    """Remove a webhook and what was on its way to it."""
    await tx.execute(
        "DELETE FROM channels.webhook WHERE tenant_id = $1 AND id = $2", tx.tenant_id, webhook_id
    )


async def add_deliveries(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    """Write deliveries that are not there yet."""
    await tx.executemany(
        "INSERT INTO channels.delivery (tenant_id, id, webhook_id, client_id, event_id, kind,"
        " about, body, next_try_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (tenant_id, webhook_id, event_id) DO NOTHING",
        [
            (
                tx.tenant_id, one.id, one.webhook_id, one.client_id, one.event_id, one.kind,
                one.about, one.body, one.next_try_at, one.created_at,
            )
            for one in deliveries
        ],
    )  # fmt: skip


async def tenants_with_deliveries(connection: asyncpg.Connection, until: datetime) -> list[str]:
    """Return the organisations with something to deliver by a moment."""
    rows = await connection.fetch(
        "SELECT id FROM channels.tenants_with_deliveries($1) AS t(id)", until
    )
    return [row["id"] for row in rows]


async def lease_due(tx: Tx, *, lease: timedelta, limit: int) -> list[Delivery]:
    """Take deliveries that are due; of those about one thing only the first."""
    rows = await tx.fetch(
        f"""
        UPDATE channels.delivery SET attempts = attempts + 1, next_try_at = $3
         WHERE (tenant_id, id) IN (
           SELECT d.tenant_id, d.id FROM channels.delivery d
             JOIN channels.webhook w ON w.tenant_id = d.tenant_id AND w.id = d.webhook_id
            WHERE d.tenant_id = $1 AND d.state = 'pending' AND d.next_try_at <= $2 AND w.active
              AND NOT EXISTS (SELECT 1 FROM channels.delivery e
                               WHERE e.tenant_id = d.tenant_id AND e.webhook_id = d.webhook_id
                                 AND e.about = d.about AND e.state = 'pending'
                                 AND e.event_id < d.event_id)
            ORDER BY d.next_try_at, d.event_id LIMIT $4 FOR UPDATE OF d SKIP LOCKED)
        RETURNING {_DELIVERY}
        """,
        tx.tenant_id, tx.now, tx.now + lease, limit,
    )  # fmt: skip
    return [Delivery(**row) for row in rows]


async def record_sent(tx: Tx, delivery: Delivery, *, status: int) -> None:
    """Note that a delivery was heard; its webhook works."""
    await tx.execute(
        "UPDATE channels.delivery SET state = 'sent', sent_at = $3, last_status = $4,"
        " last_error = NULL WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, delivery.id, tx.now, status,
    )  # fmt: skip
    await tx.execute(
        "UPDATE channels.webhook SET failures = 0, failing_since = NULL"
        " WHERE tenant_id = $1 AND id = $2 AND failures > 0",
        tx.tenant_id, delivery.webhook_id,
    )  # fmt: skip


async def record_failed(
    tx: Tx, delivery: Delivery, *, status: int | None, error: str, again_at: datetime | None
) -> tuple[int, datetime]:
    """Note that a delivery was not heard; return how often its webhook has failed, since when."""
    await tx.execute(
        "UPDATE channels.delivery SET state = $3, next_try_at = COALESCE($4, next_try_at),"
        " last_status = $5, last_error = $6 WHERE tenant_id = $1 AND id = $2",
        tx.tenant_id, delivery.id, "failed" if again_at is None else "pending", again_at, status,
        error[:500],
    )  # fmt: skip
    row = await tx.fetchrow(
        "UPDATE channels.webhook SET failures = failures + 1,"
        " failing_since = CASE WHEN failures = 0 THEN $3 ELSE COALESCE(failing_since, $3) END"
        " WHERE tenant_id = $1 AND id = $2 RETURNING failures, failing_since",
        tx.tenant_id, delivery.webhook_id, tx.now,
    )  # fmt: skip
    return (row["failures"], row["failing_since"]) if row else (0, tx.now)


async def disable_webhook(tx: Tx, webhook_id: str) -> bool:
    """Switch a webhook off and lay its deliveries aside; False when it is off already."""
    switched = await tx.execute(
        "UPDATE channels.webhook SET active = false, disabled_at = $3, v = v + 1"
        " WHERE tenant_id = $1 AND id = $2 AND active",
        tx.tenant_id, webhook_id, tx.now,
    ) == 1  # fmt: skip
    if switched:
        await set_due(tx, webhook_id=webhook_id, at=LAID_ASIDE)
    return switched


async def set_due(tx: Tx, *, webhook_id: str, at: datetime) -> None:
    """Let all that is on its way to a webhook be due at a moment."""
    await tx.execute(
        "UPDATE channels.delivery SET next_try_at = $3"
        " WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'pending'",
        tx.tenant_id, webhook_id, at,
    )  # fmt: skip


async def list_deliveries(
    tx: Tx, *, webhook_id: str, state: str | None, before: str | None, limit: int
) -> list[Delivery]:
    """Return deliveries of a webhook, newest first."""
    rows = await tx.fetch(
        f"SELECT {_DELIVERY} FROM channels.delivery WHERE tenant_id = $1 AND webhook_id = $2"
        " AND ($3::text IS NULL OR state = $3) AND ($4::uuid IS NULL OR id < $4)"
        " ORDER BY id DESC LIMIT $5",
        tx.tenant_id, webhook_id, state, before, limit,
    )  # fmt: skip
    return [Delivery(**row) for row in rows]


async def replay(tx: Tx, *, webhook_id: str, delivery_id: str) -> Delivery | None:
    """Let a delivery go out once more, from its first attempt on."""
    row = await tx.fetchrow(
        "UPDATE channels.delivery SET state = 'pending', attempts = 0, next_try_at = $4"
        f" WHERE tenant_id = $1 AND webhook_id = $2 AND id = $3 RETURNING {_DELIVERY}",
        tx.tenant_id, webhook_id, delivery_id, tx.now,
    )  # fmt: skip
    return Delivery(**row) if row else None


async def forget_deliveries(tx: Tx, *, before: datetime, aside_before: datetime) -> int:
    """Delete deliveries heard or given up before a moment, or laid aside before another."""
    return await tx.execute(
        "DELETE FROM channels.delivery WHERE tenant_id = $1"
        " AND ((state <> 'pending' AND created_at < $2)"
        " OR (state = 'pending' AND next_try_at = $3 AND created_at < $4))",
        tx.tenant_id, before, LAID_ASIDE, aside_before,
    )  # fmt: skip


async def take_up_again(tx: Tx) -> int:
    """Let what was laid aside be due where its webhook is on: one of the two came too late."""
    return await tx.execute(
        "UPDATE channels.delivery d SET next_try_at = $2 FROM channels.webhook w"
        " WHERE d.tenant_id = $1 AND w.tenant_id = $1 AND w.id = d.webhook_id AND w.active"
        " AND d.state = 'pending' AND d.next_try_at = $3",
        tx.tenant_id, tx.now, LAID_ASIDE,
    )  # fmt: skip
