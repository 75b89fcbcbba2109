"""What this room hears and does by itself: wakes what slept, frees what was left."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import structlog

from ascolto import routing
from ascolto.conversations import store, store_lists
from ascolto.conversations.actions.opening import customer_changed
from ascolto.conversations.actions.working import requeue, wake
from ascolto.conversations.held import Held
from ascolto.customers import store as customers_store
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.outbox import StoredEvent
from ascolto.kit.subscribers import Subscriber
from ascolto.tenancy import store as tenancy

WAKE_EVERY_S = 2.0
FREE_EVERY_S = 15.0
# A person who loses the line often comes back at once; a customer in a live chat cannot wait long.
GONE_S = 120.0
LIVE_CHANNELS = ("webchat", "messaging")
_BATCH = 100
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

log = structlog.get_logger(__name__)


async def follow_customer(tx: Tx, event: StoredEvent) -> None:
    """Show a customer's present name and standing on their conversations."""
    for customer_id in {event.body["customer_id"], event.body.get("kept_id")} - {None}:
        customer = await customers_store.standing_for(tx, str(customer_id))
        if customer is not None:
            family = await customers_store.family_ids(tx, customer.id)
            await customer_changed(tx, customer=customer, family=family)


SUBSCRIBERS: Sequence[Subscriber] = (
    Subscriber(
        "conversations.follow_customer",
        ("customers.changed", "customers.merged", "customers.unmerged"),
        follow_customer,
    ),
)


async def wake_due(db: Database) -> int:
    """Bring back every conversation whose time has come; return how many."""
    async with db.connection() as connection:
        tenants = await store_lists.tenants_to_wake(connection, until=db.clock.now())
    woken = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            for conversation in await store.snoozed_until(tx, limit=_BATCH):
                await wake(Held.of(tx, conversation), by="time")
                woken += 1
    return woken


async def free_left(db: Database, *, gone_s: float = GONE_S) -> int:
    """Give live chats whose operator is gone to somebody else; return how many."""
    freed = 0
    for tenant_id in await _tenants(db):
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            gone = await routing.gone_operators(tx, longer_than_s=gone_s)
            left = await store_lists.held_by_any(tx, gone, channels=LIVE_CHANNELS) if gone else []
        for conversation_id in left:
            freed += await _free(db, tenant_id, conversation_id)
    return freed


async def _free(db: Database, tenant_id: str, conversation_id: str) -> int:
    try:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            await requeue(tx, conversation_id=conversation_id, operator_id=None, supervise=True)
    except Refusal:
        return 0  # it moved meanwhile
    return 1


async def _tenants(db: Database) -> list[str]:
    async with db.connection() as connection:
        return await tenancy.list_tenant_ids(connection)


def _every(
    seconds: float, what: str, turn: Callable[[Services], Awaitable[int]]
) -> tuple[str, Callable[[Services], Awaitable[None]]]:
    async def run(services: Services) -> None:
        while True:
            try:
                if count := await turn(services):
                    log.info("conversations.job", did=what, count=count)
            except AWAY as error:
                log.warning("conversations.job_postponed", what=what, error=type(error).__name__)
            except Refusal as error:
                log.warning("conversations.job_refused", what=what, code=error.code)
            await asyncio.sleep(seconds)

    return what, run


async def _wake(services: Services) -> int:
    return await wake_due(services.db)


async def _free_left(services: Services) -> int:
    return await free_left(services.db)


BACKGROUND: Sequence[tuple[str, Callable[[Services], Awaitable[None]]]] = (
    _every(WAKE_EVERY_S, "woken", _wake),
    _every(FREE_EVERY_S, "freed", _free_left),
)
