"""What routing does by itself beside its dispatcher: it ends what was done until a moment."""

from collections.abc import Sequence

import structlog

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import Job, every
from ascolto.routing import interventions, store_interventions

EXPIRE_EVERY_S = 20.0
_BATCH = 100

log = structlog.get_logger(__name__)


async def expire_interventions(db: Database) -> int:
    """End every intervention whose time is over, each by itself; return how many."""
    async with db.connection() as connection:
        tenants = await store_interventions.tenants_due(connection, moment=db.clock.now())
    ended = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store_interventions.due(tx, limit=_BATCH)
        for one in due:
            try:
                async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                    ended += await interventions.expire(tx, one)
            except Refusal as refusal:  # what it named is gone: the rest must not wait for it
                log.warning("routing.not_restored", intervention_id=one, code=refusal.code)
    return ended


async def _expire(services: Services) -> int:
    return await expire_interventions(services.db)


BACKGROUND: Sequence[tuple[str, Job]] = (
    every(EXPIRE_EVERY_S, "routing", "interventions ended", _expire),
)
