"""A customer whom we know may meet the operator they know, for a short while."""

from datetime import timedelta
from typing import Any

from ascolto import conversations, customers
from ascolto.customers import ClaimedIdentity
from ascolto.kit.db import SYSTEM
from ascolto.tenancy.actions import change_setting
from support.talk import Desk


async def waits_for(desk: Desk, seconds: int) -> None:
    async with desk.as_system() as tx:
        await change_setting(
            tx,
            "conversations.known_operator_s",
            seconds,
            actor=SYSTEM,
            client_id=desk.client_id,
        )


async def writes(desk: Desk, *, verified: bool = True) -> str:
    """Let Carla open a conversation, and return its id."""
    async with desk.as_system() as tx:
        carla = await customers.identify(
            tx,
            client_id=desk.client_id,
            identities=[ClaimedIdentity("email", "carla@posta.example", verified=verified)],
        )
        opened = await conversations.open_conversation(
            tx,
            client_id=desk.client_id,
            channel="webchat",
            customer_id=carla.id,
            queue_id=desk.queue.id,
        )
    await desk.wrote(opened.id)
    return opened.id


async def preferred(desk: Desk, conversation_id: str) -> dict[str, Any]:
    async with desk.as_system() as tx:
        row = await tx.fetchrow(
            "SELECT preferred_operator, preferred_until FROM routing.work_item WHERE ref = $1",
            conversation_id,
        )
    assert row is not None
    return dict(row)


async def test_nobody_waits_for_anybody_unless_the_client_wants_it(desk: Desk) -> None:
    await desk.accepted(await writes(desk))
    assert (await preferred(desk, await writes(desk)))["preferred_operator"] is None


async def test_a_known_customer_waits_for_whom_they_know_as_long_as_was_set(desk: Desk) -> None:
    await waits_for(desk, 30)
    await desk.accepted(await writes(desk), desk.bruno)
    assert await preferred(desk, await writes(desk)) == {
        "preferred_operator": desk.bruno,
        "preferred_until": desk.clock.at + timedelta(seconds=30),
    }


async def test_a_typed_address_makes_nobody_known(desk: Desk) -> None:
    await waits_for(desk, 30)
    await desk.accepted(await writes(desk), desk.bruno)
    stranger = await writes(desk, verified=False)
    assert (await preferred(desk, stranger))["preferred_operator"] is None


async def test_after_a_quarter_of_a_year_nobody_is_asked_for(desk: Desk) -> None:
    await waits_for(desk, 30)
    await desk.accepted(await writes(desk), desk.bruno)
    desk.clock.at += timedelta(days=91)
    assert (await preferred(desk, await writes(desk)))["preferred_operator"] is None
