"""What is told of waiting: the queue's wait over HTTP, and the wait of one's own place."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from ascolto import routing
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.routing import engine, store_queues
from support.office import Office, ok, open_office, refused
from support.queues import a_queue, a_work_item


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path) as office:
        yield office


def a_measured_day() -> tuple[engine.Engine, float]:
    """One person takes a piece every minute; five wait at the end."""
    model, at = engine.Engine(), 0.0
    model.handle(
        engine.QueueConfigured(at, engine.QueuePolicy("q", "acme", "voice", offer_timeout_s=9e9))
    )
    person = engine.Operator("anna", frozenset({"acme"}), {}, channels={"voice": 1})
    model.handle(engine.OperatorConfigured(at, person))
    model.handle(engine.PresenceChanged(at, "anna", "available"))
    for number in range(20):
        at = 60.0 * number
        item = engine.WorkItem(f"w{number}", "acme", "q", "voice", at)
        model.handle(engine.ItemEnqueued(at, item))
    for number in range(15):
        at = 1200.0 + 60 * number
        model.handle(engine.OfferAccepted(at, f"w{number}", "anna"))
        model.handle(engine.WorkEnded(at, f"w{number}", "anna"))
    return model, at


async def seen(
    database: Database, tenant: str, queue: routing.Queue, *, wrapup: int = 0, told: bool = True
) -> engine.Engine:
    """Keep what a leader would have seen of such a day."""
    model, _ = a_measured_day()
    estimate = model.estimate_wait("q")
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        row = {
            "queue_id": queue.id, "client_id": queue.client_id, "waiting": 4, "oldest_at": tx.now,
            "offered": 1, "active": 0, "wrapup": wrapup, "available": 0, "told": told,
            "wait_s": estimate.seconds, "wait_low_s": estimate.low, "wait_high_s": estimate.high,
            "promises": 3, "error_s": 12.5, "pace": model.pace("q"),
        }  # fmt: skip
        await store_queues.write_now(tx, [row])
    return model


async def test_the_wait_of_a_new_arrival_is_told_with_its_range_and_its_measured_error(
    office: Office,
) -> None:
    other = await a_queue(
        office.desk.database,
        office.desk.tenant,
        client_id=office.desk.client_id,
        name="Altra",
        channel="voice",
    )
    async with office.desk.as_system() as tx:
        # Nobody leads a queue that is not in use: what was seen last stays.
        await tx.execute(
            "UPDATE routing.queue SET archived_at = $1 WHERE id = $2", tx.now, other.id
        )
    await seen(office.desk.database, office.desk.tenant, other)
    async with office.signed_in() as browser:
        refused(await browser.get(f"/queues/{other.id}/wait"), 404, "routing.queue_unknown")
        async with office.desk.as_system() as tx:
            await tx.execute("UPDATE routing.queue SET archived_at = NULL WHERE id = $1", other.id)
        told = ok(await browser.get(f"/queues/{other.id}/wait"))
    assert told["low_s"] < told["wait_s"] < told["high_s"]
    assert (told["waiting"], told["measured"], told["error_s"]) == (4, 3, 12.5)


async def test_a_wrap_up_that_may_not_be_told_is_not_even_written_down(
    database: Database, tenant: str
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    await seen(database, tenant, queue, wrapup=2, told=False)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        assert await tx.fetchval("SELECT wrapup FROM routing.queue_now") is None
        (row,) = await routing.read_now(tx)
    assert not row["told"]
    await seen(database, tenant, queue, wrapup=2, told=True)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        (row,) = await routing.read_now(tx)
    assert (row["told"], row["wrapup"]) == (True, 2)


async def test_one_waits_for_who_comes_before_and_not_for_who_comes_after(
    database: Database, tenant: str
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    model = await seen(database, tenant, queue)
    items = [await a_work_item(database, tenant, queue=queue) for _ in range(4)]
    urgent = await a_work_item(database, tenant, queue=queue, priority=2)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        waits = [await routing.wait_of(tx, item.id) for item in (urgent, *items)]
    assert [wait.ahead for wait in waits if wait is not None] == [0, 1, 2, 3, 4]
    told = [wait.seconds for wait in waits if wait is not None and wait.seconds is not None]
    assert told == sorted(told)
    assert len(told) == 5
    expected = model.estimate_wait("q", position=4).seconds
    assert told[4] == pytest.approx(expected, rel=0.01)


async def test_work_from_another_queue_that_is_older_stands_before_who_is_here(
    database: Database, tenant: str
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    await seen(database, tenant, queue)
    first = await a_work_item(database, tenant, queue=queue)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        since = tx.now - timedelta(minutes=15)
    moved = await a_work_item(database, tenant, queue=queue, enqueued_at=since)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        before, after = await routing.wait_of(tx, moved.id), await routing.wait_of(tx, first.id)
    assert before is not None
    assert after is not None
    assert (before.ahead, after.ahead) == (0, 1)


async def test_work_that_no_longer_waits_has_no_wait(database: Database, tenant: str) -> None:
    item = await a_work_item(database, tenant)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await routing.cancel(tx, work_item_id=item.id, reason="abandoned")
        assert await routing.wait_of(tx, item.id) is None
        assert await routing.wait_of(tx, new_id()) is None


async def test_what_nobody_has_seen_of_late_is_not_promised(
    database: Database, tenant: str
) -> None:
    item = await a_work_item(database, tenant)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        wait = await routing.wait_of(tx, item.id)
    assert wait is not None
    assert (wait.ahead, wait.seconds, wait.at) == (0, None, None)
    assert item.estimated_wait_s is None


async def test_what_a_new_arrival_is_promised_is_kept_with_it_and_told(
    database: Database, tenant: str
) -> None:
    queue = await a_queue(database, tenant, channel="voice")
    model = await seen(database, tenant, queue)
    item = await a_work_item(database, tenant, queue=queue)
    assert item.estimated_wait_s == pytest.approx(model.estimate_wait("q").seconds)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        told = await tx.fetchval(
            "SELECT (body->>'estimated_wait_s')::float FROM kit.event"
            " WHERE kind = 'routing.human_requested'"
        )
    assert told == pytest.approx(item.estimated_wait_s)


async def test_a_break_set_over_http_is_shown_and_cleared_when_it_is_taken(
    office: Office,
) -> None:
    async with office.signed_in() as browser:
        ok(await browser.put("/presence", json={"state": "available"}))
        due = "2026-03-03T10:00:00+00:00"
        shown = ok(await browser.put("/presence/break", json={"due_at": due}))
        assert shown["break_due_at"].startswith("2026-03-03T10:00")
        taken = ok(await browser.put("/presence", json={"state": "break"}))
    assert taken["break_due_at"] is None
