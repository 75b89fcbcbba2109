"""Work and presence in a real database: every verb, and what it refuses."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.relay import event_of
from ascolto.routing.translate import asked
from support.queues import a_queue, a_work_item


async def offer_by_hand(database: Database, tenant: str, item_id: str, operator: str) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await tx.execute(
            "UPDATE routing.work_item SET state = 'offered', operator_id = $3,"
            " offer_expires_at = now() + interval '20 s' WHERE tenant_id = $1 AND id = $2",
            tenant,
            item_id,
            operator,
        )


async def kinds(database: Database, tenant: str) -> list[str]:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        rows = await tx.fetch("SELECT kind FROM kit.event WHERE kind LIKE 'routing.%' ORDER BY id")
    return [row["kind"].removeprefix("routing.") for row in rows]


async def test_work_lives_from_request_to_the_end_of_its_paperwork(
    database: Database, tenant: str
) -> None:
    operator = new_id()
    item = await a_work_item(database, tenant)
    await offer_by_hand(database, tenant, item.id, operator)
    for verb in (routing.accept, routing.start_wrap_up, routing.finish):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            done: Any = await verb(tx, work_item_id=item.id, operator_id=operator)
    assert done.state is routing.WorkState.DONE
    assert await kinds(database, tenant) == [
        "queue_changed",
        "human_requested",
        "answered",
        "wrap_started",
        "wrap_ended",
    ]


async def test_the_event_of_new_work_says_all_that_the_leader_would_read_in_its_row(
    database: Database, tenant: str
) -> None:
    work: dict[str, Any] = {
        "priority": 2,
        "due_at": datetime(2026, 3, 3, 12, tzinfo=UTC),
        "needs": (("luce", 3), ("inglese", 1)),
        "language": "en",
        "eu_only": True,
        "preferred_operator": new_id(),
        "preferred_for_s": 60.0,
        "barred": (new_id(),),
    }
    item = await a_work_item(database, tenant, **work)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        rows = await tx.fetch("SELECT * FROM kit.read_stream(0, 0, 1000)")
    told = [event_of(row) for row in rows if row["source"] == "event"]
    (event,) = (e for e in told if e.tenant_id == tenant and e.kind == "routing.human_requested")
    assert asked(event) == (item.for_engine(), item.v)


async def test_only_the_operator_who_was_offered_the_work_can_take_it(
    database: Database, tenant: str
) -> None:
    item = await a_work_item(database, tenant)
    await offer_by_hand(database, tenant, item.id, new_id())
    with pytest.raises(routing.OfferGone):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await routing.accept(tx, work_item_id=item.id, operator_id=new_id())


async def test_accepting_twice_is_answered_like_the_first_time(
    database: Database, tenant: str
) -> None:
    operator = new_id()
    item = await a_work_item(database, tenant)
    await offer_by_hand(database, tenant, item.id, operator)
    for _ in range(2):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            taken = await routing.accept(tx, work_item_id=item.id, operator_id=operator)
    assert taken.operator_id == operator
    assert (await kinds(database, tenant)).count("answered") == 1


async def test_a_declined_offer_waits_again_for_others(database: Database, tenant: str) -> None:
    operator = new_id()
    item = await a_work_item(database, tenant)
    await offer_by_hand(database, tenant, item.id, operator)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        back = await routing.decline(
            tx, work_item_id=item.id, operator_id=operator, reason="not_mine"
        )
    assert back.state is routing.WorkState.WAITING
    assert back.excluded == [operator]
    assert back.enqueued_at == item.enqueued_at


async def test_who_leaves_while_waiting_has_abandoned(database: Database, tenant: str) -> None:
    item = await a_work_item(database, tenant)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await routing.cancel(tx, work_item_id=item.id, reason="abandoned", silent=True)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await routing.cancel(tx, work_item_id=item.id, reason="abandoned") is None
    assert (await kinds(database, tenant)).count("abandoned") == 1


async def test_a_transfer_keeps_the_moment_the_wait_began(database: Database, tenant: str) -> None:
    item = await a_work_item(database, tenant)
    other = await a_queue(database, tenant, client_id=item.client_id, name="Reclami")
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        moved = await routing.requeue(tx, work_item_id=item.id, queue_id=other.id)
    assert moved.queue_id == other.id
    assert moved.enqueued_at == item.enqueued_at
    assert (await kinds(database, tenant))[-1] == "transferred"


async def test_work_for_a_queue_of_another_client_is_refused(
    database: Database, tenant: str
) -> None:
    queue = await a_queue(database, tenant)
    with pytest.raises(routing.QueueUnknown):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await routing.enqueue(
                tx, client_id=new_id(), queue_id=queue.id, channel="webchat", ref=new_id(), card={}
            )


async def test_a_line_lost_sets_away_only_who_was_present(database: Database, tenant: str) -> None:
    operator = new_id()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await routing.set_presence(tx, operator_id=operator, state="available", country="AL")
        away = await routing.set_presence(
            tx, operator_id=operator, state="away", reason="line_lost"
        )
        assert (away.state, away.reason, away.country) == ("away", "line_lost", "AL")
        await routing.set_presence(tx, operator_id=operator, state="break")
        still = await routing.set_presence(
            tx, operator_id=operator, state="away", reason="line_lost"
        )
    assert still.state == "break"
