"""The dispatcher on a real database: one leader, a standby behind it, and no zombie's claim."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.kit.relay import Relay
from ascolto.routing import store_leader
from ascolto.routing.commits import LeadLostError
from ascolto.routing.leadership import Leadership
from support.queues import a_queue, a_work_item, an_operator

PATIENCE_S = 10.0


@dataclass
class Node:
    """What one server process runs of routing."""

    db: Database
    relay: Relay
    dispatcher: routing.Dispatcher


@asynccontextmanager
async def a_node(urls: PostgresUrls) -> AsyncIterator[Node]:
    """Run one node's dispatcher on a database."""
    db = await Database.open(urls.app_dsn, size=6)
    relay = Relay(db)
    node = Node(db, relay, routing.Dispatcher(db, relay, node_id=relay.node_id))
    await relay.start()
    await node.dispatcher.start()
    try:
        yield node
    finally:
        await node.dispatcher.stop()
        await relay.stop()
        await db.close()


async def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.01)
    assert holds(), what


async def state_of(database: Database, tenant: str, item_id: str) -> tuple[str, str | None]:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        item = await routing.get_work(tx, item_id)
    assert item is not None
    return item.state, item.operator_id


async def until_state(
    database: Database, tenant: str, item_id: str, state: str
) -> tuple[str, str | None]:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await state_of(database, tenant, item_id)
            if found[0] == state:
                return found
            await asyncio.sleep(0.02)


async def presence_of(database: Database, tenant: str, operator_id: str) -> str:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        presence = await routing.get_presence(tx, operator_id)
    assert presence is not None
    return presence.state


async def test_waiting_work_is_offered_to_who_is_available_with_the_reason_kept(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant)
    anna = await an_operator(database, tenant, client_id=queue.client_id)
    async with a_node(urls):
        item = await a_work_item(database, tenant, queue=queue)
        assert await until_state(database, tenant, item.id, "offered") == ("offered", anna)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        offers = await routing.offers_of(tx, anna)
    assert [offered.id for offered, _ in offers] == [item.id]
    assert offers[0][1]["candidates"] == 1


async def test_who_becomes_available_gets_what_has_waited_longest(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    anna = await an_operator(database, tenant, client_id=queue.client_id, state="away")
    async with a_node(urls):
        first = await a_work_item(database, tenant, queue=queue)
        second = await a_work_item(database, tenant, queue=queue)
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await routing.set_presence(tx, operator_id=anna, state="available")
        await until_state(database, tenant, first.id, "offered")
        assert await state_of(database, tenant, second.id) == ("waiting", None)


async def test_a_missed_offer_goes_to_the_next_person_and_sets_the_first_away(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant, offer_timeout_s=3)
    anna = await an_operator(database, tenant, client_id=queue.client_id)
    async with a_node(urls):
        item = await a_work_item(database, tenant, queue=queue)
        await until_state(database, tenant, item.id, "offered")
        bruno = await an_operator(database, tenant, client_id=queue.client_id)
        async with asyncio.timeout(PATIENCE_S):
            while await state_of(database, tenant, item.id) != ("offered", bruno):
                await asyncio.sleep(0.05)
        assert await presence_of(database, tenant, anna) == "away"


async def test_of_two_nodes_one_leads_and_the_other_takes_over_when_it_stops(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant)
    await an_operator(database, tenant, client_id=queue.client_id)
    async with a_node(urls) as first:
        await until("the first leads", lambda: first.dispatcher.leading(tenant) is not None)
        async with a_node(urls) as second:
            await asyncio.sleep(0.5)
            assert second.dispatcher.leading(tenant) is None
            await first.dispatcher.stop()
            await until("the second leads", lambda: second.dispatcher.leading(tenant) is not None)
            item = await a_work_item(database, tenant, queue=queue)
            await until_state(database, tenant, item.id, "offered")


async def test_a_leader_whose_connection_is_cut_yields_and_nothing_is_offered_twice(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant)
    await an_operator(database, tenant, client_id=queue.client_id, capacity={"webchat": 40})
    async with a_node(urls) as first:
        await until("the first leads", lambda: first.dispatcher.leading(tenant) is not None)
        async with a_node(urls) as second:
            connection = await database.dedicated(application_name="test")
            pid, _ = (await store_leader.beats(connection))[tenant]
            assert await store_leader.end_session(connection, backend_pid=pid)
            await connection.close()
            item = await a_work_item(database, tenant, queue=queue)
            await until_state(database, tenant, item.id, "offered")
            await until(
                "exactly one leads",
                lambda: (
                    [bool(n.dispatcher.leading(tenant)) for n in (first, second)].count(True) == 1
                ),
            )
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        offered = await tx.fetchval("SELECT count(*) FROM kit.event WHERE kind = 'routing.offered'")
    assert offered == 1


async def test_a_leader_that_has_gone_silent_is_ended_by_the_standby(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    frozen = await database.dedicated(application_name=store_leader.APPLICATION_NAME)
    assert await store_leader.try_locks(frozen, [tenant]) == [tenant]
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await store_leader.begin_epoch(tx, node_id=tenant, backend_pid=frozen.get_server_pid())
    async with a_node(urls) as node:
        await until("the standby leads", lambda: node.dispatcher.leading(tenant) is not None)
        lead = node.dispatcher.leading(tenant)
        assert lead is not None
        assert lead.epoch == 2
    frozen.terminate()


async def test_a_zombie_leaders_claims_match_nothing(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant)
    await an_operator(database, tenant, client_id=queue.client_id)
    item = await a_work_item(database, tenant, queue=queue)
    zombie = Leadership(database, tenant_id=tenant, node_id=tenant, backend_pid=1)
    await zombie._begin()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await store_leader.begin_epoch(tx, node_id=tenant, backend_pid=2)
    zombie._commits.begin()
    await zombie._commits.wait()
    with pytest.raises(LeadLostError):
        await zombie._end_commits()
    assert await state_of(database, tenant, item.id) == ("waiting", None)


async def test_work_that_was_cancelled_before_the_commit_is_not_offered(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant)
    await an_operator(database, tenant, client_id=queue.client_id)
    item = await a_work_item(database, tenant, queue=queue)
    lead = Leadership(database, tenant_id=tenant, node_id=tenant, backend_pid=1)
    await lead._begin()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await routing.cancel(tx, work_item_id=item.id, reason="abandoned")
    lead._commits.begin()
    await lead._commits.wait()
    await lead._end_commits()
    assert await state_of(database, tenant, item.id) == ("cancelled", None)
    assert lead.engine.held_by(item.id) is None


async def test_a_new_leader_rebuilds_what_was_under_way(
    database: Database, tenant: str, urls: PostgresUrls
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    anna = await an_operator(database, tenant, client_id=queue.client_id)
    async with a_node(urls):
        item = await a_work_item(database, tenant, queue=queue)
        await until_state(database, tenant, item.id, "offered")
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await routing.accept(tx, work_item_id=item.id, operator_id=anna)
    async with a_node(urls) as node:
        await until("it leads", lambda: node.dispatcher.leading(tenant) is not None)
        second = await a_work_item(database, tenant, queue=queue)
        await asyncio.sleep(0.5)
        # Anna is on a call: the new leader knows, though it never saw her take it.
        assert await state_of(database, tenant, second.id) == ("waiting", None)
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await routing.finish(tx, work_item_id=item.id, operator_id=anna, outcome="solved")
        assert await until_state(database, tenant, second.id, "offered") == ("offered", anna)
