"""A client with customers, operators and a queue, for tests of conversations."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ascolto import conversations, customers, routing
from ascolto.conversations import Conversation, Message
from ascolto.kit.clock import Clock
from ascolto.kit.db import SYSTEM, Actor, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy import OpeningHours
from ascolto.tenancy.actions import (
    change_client,
    change_setting,
    create_calendar,
    create_client,
)


class HandClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.at


@dataclass
class Desk:
    """An organisation with one client, one queue and two operators."""

    database: Database
    tenant: str
    client_id: str
    queue: routing.Queue
    anna: str
    bruno: str
    clock: HandClock

    async def queue_for(self, channel: str) -> routing.Queue:
        """Make a queue of the client for another channel."""
        async with self.as_system() as tx:
            values = {"client_id": self.client_id, "name": f"Coda {channel}", "channel": channel}
            return await routing.create_queue(tx, values=values)

    def as_operator(self, operator_id: str) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction as an operator's account."""
        name = "Anna" if operator_id == self.anna else "Bruno"
        return self.database.transaction(self.tenant, actor=Actor("account", new_id(), name))

    def as_system(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction as the system."""
        return self.database.transaction(self.tenant, actor=SYSTEM)

    async def opened(self, *, name: str = "Carla Rossi", **values: Any) -> Conversation:
        """Open a conversation, with a new customer unless one is given."""
        async with self.as_system() as tx:
            if "customer_id" not in values:
                customer = await customers.identify(tx, client_id=self.client_id, name=name)
                values["customer_id"] = customer.id
            return await conversations.open_conversation(
                tx,
                client_id=self.client_id,
                channel="webchat",
                **{"queue_id": self.queue.id, **values},
            )

    async def merged_customers(self, talk: Conversation, *, into: Conversation) -> None:
        """Let the customer of a conversation be stood for by that of another."""
        async with self.as_system() as tx:
            await customers.merge(tx, customer_id=talk.customer_id, into=into.customer_id)

    async def wrote(self, conversation_id: str, text: str = "Buongiorno", **values: Any) -> Message:
        """Let the customer write."""
        async with self.as_system() as tx:
            return await conversations.receive(
                tx,
                conversation_id=conversation_id,
                text=text,
                **{"nonce": new_id(), **values},
            )

    async def offered(self, conversation_id: str, operator_id: str) -> str:
        """Offer a waiting conversation to an operator, as the dispatcher would."""
        async with self.as_system() as tx:
            work_item_id = await tx.fetchval(
                "UPDATE routing.work_item SET state = 'offered', operator_id = $2,"
                " offer_expires_at = now() + interval '20 s'"
                " WHERE ref = $1 AND state = 'waiting' RETURNING id",
                conversation_id,
                operator_id,
            )
        assert work_item_id is not None
        return str(work_item_id)

    async def accepted(self, conversation_id: str, operator_id: str | None = None) -> Conversation:
        """Offer a waiting conversation to an operator and let them accept."""
        operator_id = operator_id or self.anna
        work_item_id = await self.offered(conversation_id, operator_id)
        async with self.as_operator(operator_id) as tx:
            return await conversations.accept(
                tx, work_item_id=work_item_id, operator_id=operator_id
            )

    async def talking(self, operator_id: str | None = None, **values: Any) -> Conversation:
        """Open a conversation, let the customer write and an operator accept."""
        conversation = await self.opened(**values)
        await self.wrote(conversation.id)
        return await self.accepted(conversation.id, operator_id)

    async def replied(self, conversation_id: str, text: str = "Salve!", **values: Any) -> Message:
        """Let Anna answer."""
        async with self.as_operator(self.anna) as tx:
            return await conversations.reply(
                tx,
                conversation_id=conversation_id,
                text=text,
                **{"operator_id": self.anna, "nonce": new_id(), **values},
            )

    async def read(self, conversation_id: str) -> Conversation:
        """Read a conversation as it stands."""
        async with self.as_system() as tx:
            conversation = await conversations.get(tx, conversation_id)
        assert conversation is not None
        return conversation

    async def thread(self, conversation_id: str) -> list[Message]:
        """Read all messages of a conversation."""
        async with self.as_system() as tx:
            return await conversations.list_messages(
                tx, conversation_id=conversation_id, after_seq=0, before_seq=None, limit=10_000
            )

    async def events(self, prefix: str = "conversations.") -> list[str]:
        """Return the kinds of what was told, without their room."""
        async with self.as_system() as tx:
            rows = await tx.fetch(
                "SELECT kind FROM kit.event WHERE kind LIKE $1 || '%' ORDER BY id", prefix
            )
        return [row["kind"].removeprefix(prefix) for row in rows]

    async def work_state(self, conversation_id: str) -> list[str]:
        """Return the states of all work items of a conversation, oldest first."""
        async with self.as_system() as tx:
            rows = await tx.fetch(
                "SELECT state FROM routing.work_item WHERE ref = $1 ORDER BY id", conversation_id
            )
        return [row["state"] for row in rows]


async def tell_countries(tx: Tx, when: str, *, client_id: str) -> None:
    """Set when customers are told the country of who answers."""
    await change_setting(tx, "conversations.tell_country", when, actor=SYSTEM, client_id=client_id)


OFFICE_HOURS = OpeningHours("Europe/Rome", dict.fromkeys(range(5), ((9 * 60, 18 * 60),)))


async def set_up_desk(database: Database, tenant: str, clock: HandClock) -> Desk:
    """Make a client with office hours, a queue and two operators."""
    database.clock = clock
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        client = await create_client(tx, name="Luce", color="#112233")
        calendar = await create_calendar(
            tx, name="Ufficio", hours=OFFICE_HOURS, client_id=client.id
        )
        await change_client(tx, client.id, v=client.v, changes={"default_calendar_id": calendar.id})
        # Its operators are in Italy: what a thread holds here is what people said.
        await tell_countries(tx, "outside_it", client_id=client.id)
        queue = await routing.create_queue(
            tx, values={"client_id": client.id, "name": "Fatture", "channel": "webchat"}
        )
        people = [
            await create_operator(
                tx, NewOperator(display_name=name, clients=frozenset({client.id}))
            )
            for name in ("Anna", "Bruno")
        ]
    return Desk(database, tenant, client.id, queue, people[0].id, people[1].id, clock)
