"""Writes that ride together, and configuration that is remembered for as long as it holds."""

import asyncio
from datetime import timedelta

import pytest

from ascolto.kit import relay as relays
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import Frame
from ascolto.kit.relay import Relay
from ascolto.kit.together import one_statement
from ascolto.tenancy import store as tenancy
from ascolto.tenancy.actions import change_client, create_client, create_tenant

PUT = "INSERT INTO kit.subscriber_failure (tenant_id, id, subscriber, at, error)"


def put_failure(tx: Tx, number: int) -> None:
    tx.put(f"{PUT} VALUES ($1, $2, 'one', $3, $4)", tx.tenant_id, number, tx.now, f"e{number}")


async def failures(tx: Tx) -> list[str]:
    rows = await tx.fetch("SELECT error FROM kit.subscriber_failure ORDER BY id")
    return [row["error"] for row in rows]


def test_places_of_arguments_move_behind_those_of_the_writes_before() -> None:
    sql, args = one_statement([("INSERT a $1 $2", [1, 2]), ("INSERT b $2 $1", [3, 4])])
    assert sql == "WITH put0 AS (INSERT a $1 $2) INSERT b $4 $3"
    assert args == [1, 2, 3, 4]


async def test_what_was_put_is_there_for_the_next_statement(database: Database) -> None:
    async with database.transaction(new_id(), actor=SYSTEM) as tx:
        put_failure(tx, 1)
        put_failure(tx, 2)
        assert await failures(tx) == ["e1", "e2"]
        assert tx.statements == 3, "the beginning, both rows at once, the look"


async def test_what_was_put_is_written_with_what_is_said_and_gone_when_it_fails(
    database: Database,
) -> None:
    tenant = new_id()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        put_failure(tx, 1)
        assert await tx.fetchval("SELECT 1", apart=True) == 1
        put_failure(tx, 2)
        tx.show(Frame("topic", "kind", {}))
    assert tx.statements == 3, "the beginning, the question apart, all rows at once"

    async def fail() -> None:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            put_failure(tx, 3)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await fail()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await failures(tx) == ["e1", "e2"]
        assert await tx.fetchval("SELECT count(*) FROM kit.frame") == 1


async def _stamped(tx: Tx) -> Tx:
    tx.stamp = await tx.fetchval("SELECT kit.configuration_stamp()")
    return tx


async def _organisation(database: Database) -> tuple[str, str]:
    tenant = new_id()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await create_tenant(tx, slug=f"t-{tenant[-12:]}", name="Prova")
        client = await create_client(tx, name="Aurelia", color="#112233")
    return tenant, client.id


async def test_configuration_is_read_once_until_any_of_it_changes(database: Database) -> None:
    tenant, client_id = await _organisation(database)
    for _ in range(2):
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await _stamped(tx)
            asked = tx.statements
            client = await tenancy.get_client(tx, client_id)
            assert client is not None
    assert tx.statements == asked, "it was remembered"
    assert client is not None
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await change_client(tx, client_id, v=client.v, changes={"name": "Aurelia 2"})
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        found = await tenancy.get_client(await _stamped(tx), client_id)
    assert found is not None
    assert found.name == "Aurelia 2"


async def test_a_change_that_was_taken_back_is_remembered_by_nobody(database: Database) -> None:
    tenant, client_id = await _organisation(database)

    async def change_in_vain() -> None:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await change_client(tx, client_id, v=1, changes={"name": "Never"})
            found = await tenancy.get_client(await _stamped(tx), client_id)
            assert found is not None
            assert found.name == "Never"
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await change_in_vain()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await change_client(tx, client_id, v=1, changes={"name": "Kept"})
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        found = await tenancy.get_client(await _stamped(tx), client_id)
    assert found is not None
    assert found.name == "Kept"


async def test_what_one_scope_remembers_another_does_not_see(database: Database) -> None:
    tenant, client_id = await _organisation(database)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await tenancy.get_client(await _stamped(tx), client_id) is not None
    async with database.transaction(tenant, actor=SYSTEM, clients=[new_id()]) as tx:
        assert await tenancy.get_client(await _stamped(tx), client_id) is None


async def test_a_setting_of_a_later_day_holds_from_that_day_though_it_was_remembered(
    database: Database,
) -> None:
    tenant, _ = await _organisation(database)
    key = "conversations.known_operator_s"
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        tomorrow = tx.now + timedelta(days=1)
        await tx.execute(
            "INSERT INTO tenancy.setting (tenant_id, id, key, valid_from, value, set_by, set_at)"
            " VALUES ($1, $2, $3, $4, '60'::jsonb, '{}'::jsonb, $5)",
            tenant, new_id(), key, tomorrow, tx.now,
        )  # fmt: skip
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await _stamped(tx)
        for at, value in ((tx.now, None), (tomorrow, 60)):
            found = await tenancy.setting_in_force(tx, key, at=at, client_id=None)
            assert (found.value if found else None) == value


async def test_a_lone_node_rings_for_nobody_and_for_others_once_they_have_rung(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "_POLL_S", 600.0)
    rung: list[str] = []
    ear = await database.dedicated()
    await ear.add_listener(relays.CHANNEL, lambda *args: rung.append(args[-1]))
    relay = Relay(database)
    heard: list[int] = []
    relay.add_frame_listener(lambda frame: heard.append(frame.body["n"]))
    await relay.start()
    try:

        async def say(number: int) -> None:
            async with database.transaction(new_id(), actor=SYSTEM) as tx:
                tx.show(Frame("topic", "kind", {"n": number}))
            async with asyncio.timeout(60):
                while number not in heard:
                    await asyncio.sleep(0.005)
            await asyncio.sleep(0.05)  # a ring would come right after

        await say(1)  # the first turn rings in any case: somebody may be there
        first = len(rung)
        await say(2)
        assert len(rung) == first <= 1
        await ear.execute(f"NOTIFY {relays.CHANNEL}, 'another'")
        await asyncio.sleep(0.1)
        rung.clear()
        await say(3)
        assert relay.node_id in rung
    finally:
        await relay.stop()
        await ear.close()


async def test_what_a_failed_transaction_wrote_while_it_loaded_is_loaded_again(
    database: Database,
) -> None:
    tenant, _ = await _organisation(database)
    loads = 0

    async def load() -> int:
        nonlocal loads
        loads += 1
        return loads

    async def look(*, fail: bool) -> None:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await _stamped(tx)
            assert await tx.known(("kept",), load) == await tx.known(("kept",), load)
            if fail:
                raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await look(fail=True)
    await look(fail=False)
    await look(fail=False)
    assert loads == 2
