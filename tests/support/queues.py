"""Queues and work for tests of routing and of what stands on it."""

from typing import Any

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy import store as tenancy_store
from ascolto.tenancy.actions import create_client


async def a_queue(
    database: Database, tenant: str, *, client_id: str | None = None, **values: Any
) -> routing.Queue:
    """Add a chat queue, and its client when it has none yet."""
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        client_id = client_id or new_id()
        if await tenancy_store.get_client(tx, client_id) is None:
            await create_client(tx, name="Acme", color="#0b6e75", client_id=client_id)
        return await routing.create_queue(
            tx,
            values={
                "client_id": client_id,
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


async def an_operator(
    database: Database, tenant: str, *, client_id: str, state: str = "available", **values: Any
) -> str:
    """Add an operator of a client, in a state, and return their id."""
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        person = await create_operator(
            tx,
            NewOperator(
                display_name=values.pop("display_name", "Anna"),
                clients=frozenset({client_id}),
                **values,
            ),
        )
        await routing.set_presence(tx, operator_id=person.id, state=state)
    return person.id
