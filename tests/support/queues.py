"""Queues and work for tests of routing and of what stands on it."""

from typing import Any

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id


async def a_queue(
    database: Database, tenant: str, *, client_id: str | None = None, **values: Any
) -> routing.Queue:
    """Add a chat queue."""
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        return await routing.create_queue(
            tx,
            values={
                "client_id": client_id or new_id(),
                "name": "Fatture",
                "channel": "webchat",
                **values,
            },
        )


async def a_work_item(
    database: Database, tenant: str, *, queue: routing.Queue | None = None, **values: Any
) -> routing.WorkItem:
    """Let one piece of work wait."""
    queue = queue or await a_queue(database, tenant)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        return await routing.enqueue(
            tx,
            client_id=queue.client_id,
            queue_id=queue.id,
            channel=queue.channel,
            ref=new_id(),
            card={"subject": "Doppia fattura"},
            **values,
        )
