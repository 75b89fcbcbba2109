"""What this room does by itself: it publishes what waits, when its moment has come."""

from collections.abc import Sequence

import asyncpg
import structlog
from pydantic import ValidationError

from ascolto.configuration import actions, store
from ascolto.configuration.errors import NoLongerAllowed
from ascolto.configuration.verbs import Verbs
from ascolto.identity.guard import principal_of_account
from ascolto.identity.model import Principal
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services
from ascolto.kit.jobs import AWAY, Job, every

PUBLISH_EVERY_S = 5.0
_BATCH = 50

# What a publication itself is to blame for. The database's objections to what it was given are
# among AWAY too, but they do not pass.
_NO = (Refusal, ValidationError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError)

log = structlog.get_logger(__name__)


async def publish_due(db: Database, verbs: Verbs) -> int:
    """Make every publication whose moment has come, each by itself; return how many were made."""
    async with db.connection() as connection:
        tenants = await store.tenants_due(connection, moment=db.clock.now())
    made = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store.due(tx, limit=_BATCH)
        for publication_id in due:
            made += await _publish(db, tenant_id, publication_id, verbs)
    return made


async def _publish(db: Database, tenant_id: str, publication_id: str, verbs: Verbs) -> bool:
    """Make one publication or say why not; whatever comes of it, the next one's turn comes."""
    try:
        return await _make(db, tenant_id, publication_id, verbs)
    except AWAY as error:
        log.warning(
            "configuration.postponed", publication_id=publication_id, error=type(error).__name__
        )
    except Exception:
        # Not even the refusal could be written: the others must not wait for whoever mends it.
        log.exception("configuration.stuck", publication_id=publication_id)
    return False


async def _make(db: Database, tenant_id: str, publication_id: str, verbs: Verbs) -> bool:
    try:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            found = await store.get_publication(tx, publication_id, skip_locked=True)
            if found is None or found.state != "scheduled":
                return False  # another node has it
            principal = await _publisher(tx, found.by_account)
            await actions.publish(tx, found, principal, verbs)
        return True
    except _NO as refusal:
        log.warning("configuration.refused", publication_id=publication_id, why=str(refusal))
        why: Exception = refusal
    except AWAY:
        raise
    except Exception as error:
        # Nobody foresaw it: it would fail at every turn, and nobody would hear of it.
        log.exception("configuration.failed", publication_id=publication_id)
        why = error
    async with db.transaction(tenant_id, actor=SYSTEM) as tx:
        await actions.refuse(tx, publication_id, why)
    return False


async def _publisher(tx: Tx, account_id: str) -> Principal:
    principal = await principal_of_account(tx, account_id)
    if principal is None:
        raise NoLongerAllowed("Whoever asked has no account any more.")
    if not principal.may("configuration.publish"):
        raise NoLongerAllowed(
            "Whoever asked may no longer publish.", permission="configuration.publish"
        )
    return principal


def background(verbs: Verbs) -> Sequence[tuple[str, Job]]:
    """Return the endless task that publishes, by these verbs."""

    async def turn(services: Services) -> int:
        return await publish_due(services.db, verbs)

    return (every(PUBLISH_EVERY_S, "configuration", "published", turn),)
