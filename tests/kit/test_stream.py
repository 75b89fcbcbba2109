"""The ground floor against a real PostgreSQL: walls, order, resume, subscribers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import ClassVar

import asyncpg
import pytest

from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.live import QUEUE_LIMIT, Follower, LiveHub
from ascolto.kit.outbox import Event, Frame, StoredEvent
from ascolto.kit.relay import Relay
from ascolto.kit.stream import frames_after, prune_frames, stream_cursor
from ascolto.kit.subscribers import Subscriber, Subscribers

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, kw_only=True)
class Counted(Event):
    """Something happened for the n-th time."""

    kind: ClassVar[str] = "test.counted"
    n: int


@pytest.fixture
async def relay(database: Database) -> AsyncIterator[Relay]:
    relay = Relay(database)
    await relay.start()
    yield relay
    await relay.stop()


async def say(database: Database, tenant: str, n: int, *, client_id: str | None = None) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        frame = Frame("topic", "counted", {"n": n}, client_id=client_id)
        tx.emit(Counted(n=n, client_id=client_id), frame)


async def until(condition: str, check: Callable[[], bool]) -> None:
    """Wait until a condition function holds."""
    for _ in range(500):
        if check():
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"never came true: {condition}")


async def test_a_statement_without_a_tenant_fails_instead_of_returning(database: Database) -> None:
    async with database.transaction(new_id(), actor=SYSTEM) as tx:
        tx.emit(Counted(n=1))
    async with database.connection() as connection:
        with pytest.raises(asyncpg.PostgresError):
            await connection.fetch("SELECT * FROM kit.event")


async def test_the_role_that_serves_is_bound_by_row_level_security(database: Database) -> None:
    async with database.connection() as connection:
        row = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
    assert row is not None
    assert (row["rolsuper"], row["rolbypassrls"]) == (False, False)


async def test_one_tenant_never_reads_anothers_rows(database: Database) -> None:
    mine, other = new_id(), new_id()
    await say(database, other, 1)
    async with database.transaction(mine, actor=SYSTEM) as tx:
        assert await tx.fetchval("SELECT count(*) FROM kit.event") == 0


async def test_one_tenant_cannot_write_for_another(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(new_id(), actor=SYSTEM) as tx:
            await tx.execute(
                "INSERT INTO kit.event (tenant_id, at, kind, version, actor, body)"
                " VALUES ($1, now(), 'x', 1, '{}'::jsonb, '{}'::jsonb)",
                new_id(),
            )


async def test_rows_of_a_client_out_of_scope_are_not_there(database: Database) -> None:
    tenant, seen, unseen = new_id(), new_id(), new_id()
    for client in (seen, unseen, None):
        await say(database, tenant, 1, client_id=client)
    async with database.transaction(tenant, actor=SYSTEM, clients=[seen]) as tx:
        rows = await tx.fetch("SELECT client_id FROM kit.event")
    assert {row["client_id"] for row in rows} == {seen, None}


async def test_an_empty_scope_sees_only_what_belongs_to_no_client(database: Database) -> None:
    tenant = new_id()
    await say(database, tenant, 1, client_id=new_id())
    async with database.transaction(tenant, actor=SYSTEM, clients=[]) as tx:
        assert await tx.fetchval("SELECT count(*) FROM kit.event") == 0


async def test_a_failed_transaction_leaves_neither_rows_nor_events(
    database: Database, relay: Relay
) -> None:
    tenant = new_id()
    heard: list[StoredEvent] = []
    relay.add_event_listener(heard.append)

    async def fail() -> None:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            tx.emit(Counted(n=1))
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await fail()
    await say(database, tenant, 2)
    await until("second event heard", lambda: len(heard) == 1)
    assert heard[0].body == {"n": 2}


async def test_every_event_is_heard_once_and_in_order_however_commits_interleave(
    database: Database, relay: Relay
) -> None:
    tenant = new_id()
    heard: list[tuple[int, int]] = []
    relay.add_event_listener(lambda event: heard.append((event.xid, event.id)))

    async def slowly(n: int) -> None:
        async with database.transaction(tenant, actor=SYSTEM) as tx:
            await tx.execute("SELECT pg_current_xact_id()")
            await asyncio.sleep((n % 7) / 200)
            tx.emit(Counted(n=n))

    await asyncio.gather(*(slowly(n) for n in range(200)))
    await until("all heard", lambda: len(heard) >= 200)
    assert len(set(heard)) == len(heard) == 200
    assert heard == sorted(heard)


async def rows_read(tx: Tx) -> int:
    """Count the rows of the log that this transaction has looked at so far."""
    return int(
        await tx.fetchval(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))"
            " FROM pg_stat_xact_user_tables WHERE schemaname = 'kit'"
        )
    )


async def test_the_end_of_a_long_log_is_read_without_the_rest_of_it(
    database: Database, tenant: str
) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        for n in range(2_000):
            tx.emit(Counted(n=n), Frame("topic", "counted", {"n": n}))
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        place = await tx.fetchval("SELECT kit.stream_horizon()")
    await say(database, tenant, 1)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        new = await tx.fetch("SELECT * FROM kit.read_stream($1, 0, 100)", place)
        assert sorted(row["source"] for row in new) == ["event", "frame"]
        assert await rows_read(tx) <= 10
        new = await tx.fetch("SELECT * FROM kit.read_events($1, 0, $2, 100)", place, [Counted.kind])
        assert len(new) == 1
        assert await rows_read(tx) <= 15


async def test_a_subscriber_steps_over_what_it_does_not_want(
    database: Database, relay: Relay, tenant: str
) -> None:
    async def nothing(_tx: Tx, _event: StoredEvent) -> None:
        raise AssertionError

    for n in range(3):
        await say(database, tenant, n)
    async with database.connection() as connection:
        end = await connection.fetchval("SELECT kit.stream_horizon()")
        await connection.execute("INSERT INTO kit.subscriber (name, xid, id) VALUES ('rare', 0, 0)")
    subscribers = Subscribers(database, relay, [Subscriber("rare", ("test.rare",), nothing)])
    await subscribers.start()
    async with asyncio.timeout(60), database.connection() as connection:
        while await connection.fetchval("SELECT xid FROM kit.subscriber WHERE name = 'rare'") < end:
            await asyncio.sleep(0.02)
    await subscribers.stop()


async def test_a_second_node_hears_what_the_first_one_commits(
    database: Database, relay: Relay
) -> None:
    elsewhere = await Database.open(database.dsn, size=2)
    try:
        heard: list[StoredEvent] = []
        relay.add_event_listener(heard.append)
        other_relay = Relay(elsewhere)
        await other_relay.start()
        await say(elsewhere, new_id(), 7)
        await until("heard across", lambda: len(heard) == 1)
        await other_relay.stop()
    finally:
        await elsewhere.close()


async def test_a_snapshot_and_the_frames_after_its_cursor_miss_nothing(database: Database) -> None:
    tenant = new_id()
    await say(database, tenant, 1)
    async with database.transaction(tenant, actor=SYSTEM, isolation="repeatable read") as tx:
        cursor = await stream_cursor(tx)
    for n in (2, 3):
        await say(database, tenant, n)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        frames = await frames_after(tx, cursor=cursor, topics=["topic"])
        assert frames is not None
        assert [frame.body["n"] for frame in frames][-2:] == [2, 3]
        later = await frames_after(tx, cursor=frames[-1].cursor, topics=["topic"])
        assert later == []


@pytest.mark.parametrize("cursor", ["", "x", "1", "-", "99999999999-1", "1-1-1", "9" * 40 + "-1"])
async def test_a_cursor_that_is_not_ours_asks_for_a_fresh_snapshot(
    database: Database, tenant: str, cursor: str
) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await frames_after(tx, cursor=cursor, topics=["topic"]) is None


async def test_a_cursor_older_than_what_is_kept_asks_for_a_fresh_snapshot(
    database: Database,
) -> None:
    tenant = new_id()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        cursor = await stream_cursor(tx)
    await say(database, tenant, 1)
    assert await prune_frames(database, keep_s=0) == 1
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await frames_after(tx, cursor=cursor, topics=["topic"]) is None


async def test_a_follower_hears_its_topics_and_its_clients_only(
    database: Database, relay: Relay
) -> None:
    tenant, mine, other = new_id(), new_id(), new_id()
    hub = LiveHub(relay)
    follower = Follower(tenant_id=tenant, clients=frozenset([mine]))
    hub.join(follower)
    hub.follow(follower, ["topic"])
    await say(database, tenant, 1, client_id=other)
    await say(database, new_id(), 2, client_id=mine)
    await say(database, tenant, 3, client_id=mine)
    await until("third frame", lambda: len(follower.queue) == 1)
    assert follower.queue[0].frame.body == {"n": 3}


async def test_a_follower_that_cannot_keep_up_is_told_to_start_afresh(relay: Relay) -> None:
    hub = LiveHub(relay)
    tenant = new_id()
    follower = Follower(tenant_id=tenant, clients=None)
    hub.join(follower)
    hub.follow(follower, ["topic"])
    for _ in range(QUEUE_LIMIT + 1):
        hub._deliver_ephemeral(f'["{tenant}", "topic", "k", null, {{}}]')
    assert follower.lost
    assert not follower.queue


async def test_what_passes_unstored_reaches_the_followers_of_its_topic(relay: Relay) -> None:
    hub = LiveHub(relay)
    tenant = new_id()
    follower = Follower(tenant_id=tenant, clients=None)
    hub.join(follower)
    hub.follow(follower, ["conversation:1"])
    await hub.whisper(tenant, "conversation:1", "typing", {"name": "Anna"}, None)
    await until("typing seen", lambda: len(follower.queue) == 1)


async def test_a_subscriber_does_its_work_once_for_each_event_even_when_it_fails_at_first(
    database: Database, relay: Relay
) -> None:
    tenant = new_id()
    done: list[int] = []
    refusals = {3: 1}

    async def work(_: Tx, event: StoredEvent) -> None:
        n = event.body["n"]
        if refusals.get(n):
            refusals[n] -= 1
            raise ValueError("not yet")
        done.append(n)

    subscribers = Subscribers(database, relay, [Subscriber("worker", ("test.counted",), work)])
    await say(database, tenant, 0)
    await subscribers.start()
    await until("cursor made", lambda: database.transactions > 0)
    await asyncio.sleep(0.1)
    for n in range(1, 6):
        await say(database, tenant, n)
    await until("all done", lambda: len(done) >= 5)
    await subscribers.stop()
    assert done == [1, 2, 3, 4, 5]


async def test_an_event_that_a_subscriber_cannot_take_is_put_aside_and_the_rest_goes_on(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ascolto.kit.subscribers._ATTEMPTS", 1)
    tenant = new_id()
    done: list[int] = []

    async def work(_: Tx, event: StoredEvent) -> None:
        if event.body["n"] == 1:
            raise ValueError("poison")
        done.append(event.body["n"])

    subscribers = Subscribers(database, relay, [Subscriber("picky", ("test.counted",), work)])
    await subscribers.start()
    await asyncio.sleep(0.1)
    for n in (1, 2):
        await say(database, tenant, n)
    await until("second done", lambda: done == [2])
    await subscribers.stop()
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        row = await tx.fetchrow("SELECT subscriber, error FROM kit.subscriber_failure")
    assert row is not None
    assert row["subscriber"] == "picky"
    assert "poison" in row["error"]


async def test_a_cancelled_request_gives_its_connection_back_clean(database: Database) -> None:
    async def forever() -> None:
        async with database.transaction(new_id(), actor=SYSTEM) as tx:
            await tx.execute("SELECT pg_sleep(30)")

    tasks = [asyncio.create_task(forever()) for _ in range(10)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with database.transaction(new_id(), actor=SYSTEM) as tx:
        assert await tx.fetchval("SELECT 1") == 1
