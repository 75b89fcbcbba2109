"""Queues made, changed and taken out of use; a policy that makes no sense is refused."""

from typing import Any

import asyncpg

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.routing import events, store_queues
from ascolto.routing.errors import (
    BadQueue,
    NameTaken,
    QueueChanged,
    QueueUnknown,
    WrongState,
)
from ascolto.routing.model import Queue
from ascolto.tenancy import store as tenancy_store

MAX_RINGS = 6


def check_policy(values: dict[str, Any]) -> None:
    """Refuse rings that are out of order or have levels nobody can hold, and half an overflow."""
    rings = values.get("rings")
    if rings is not None:
        _check_rings(rings)
    after, target = values.get("overflow_after_s"), values.get("overflow_queue_id")
    if (after is None) != (target is None):
        raise BadQueue("An overflow needs both a queue and a time.", field="overflow_queue_id")


def _check_rings(rings: list[dict[str, Any]]) -> None:
    if not rings or len(rings) > MAX_RINGS:
        raise BadQueue(f"A queue has 1 to {MAX_RINGS} rings.", field="rings")
    times = [ring["after_s"] for ring in rings]
    if times[0] != 0 or times != sorted(set(times)):
        raise BadQueue("Rings open at 0 seconds and then later and later.", field="rings")
    for ring in rings:
        for code, level in ring["needs"]:
            if not code or not 1 <= level <= 10:
                raise BadQueue("A skill needs a code and a level from 1 to 10.", field="rings")


async def create_queue(tx: Tx, *, values: dict[str, Any]) -> Queue:
    """Add a queue to a client; raises BadQueue when rules name what is not the client's."""
    check_policy(values)
    if await tenancy_store.get_client(tx, values["client_id"]) is None:
        raise BadQueue("There is no such client.", field="client_id")
    await _check_named(tx, values, client_id=values["client_id"])
    try:
        queue = await store_queues.insert_queue(tx, new_id(), values)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken("The client has a queue of this name.", field="name") from error
    await store_queues.keep_target(tx, queue)
    _tell(tx, queue, values)
    return queue


async def change_queue(
    tx: Tx, *, queue_id: str, values: dict[str, Any], v: int | None = None, quiet: bool = False
) -> Queue:
    """Change a queue's rules, with `v` only if still at that version; routing follows at once.

    `quiet` puts back what was said before: whoever waits is not told it as news.
    """
    known = await store_queues.get_queue(tx, queue_id)
    if known is None:
        raise QueueUnknown("There is no such queue.")
    if values.get("overflow_queue_id") == queue_id:
        raise BadQueue("A queue cannot overflow into itself.", field="overflow_queue_id")
    merged = {
        "overflow_after_s": known.overflow_after_s,
        "overflow_queue_id": known.overflow_queue_id,
        **values,
    }
    check_policy(merged)
    await _check_named(tx, values, client_id=known.client_id)
    try:
        queue = await store_queues.update_queue(tx, queue_id, values, v=v)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken("The client has a queue of this name.", field="name") from error
    if queue is None:
        raise QueueChanged("Somebody changed this queue meanwhile.", v=known.v)
    if (queue.target_s, queue.target_share) != (known.target_s, known.target_share):
        await store_queues.keep_target(tx, queue)
    _tell(tx, queue, values, quiet=quiet)
    return queue


async def archive_queue(tx: Tx, *, queue_id: str) -> Queue:
    """Take a queue out of use; refused while work is in it."""
    queue = await store_queues.archive_queue(tx, queue_id)
    if queue is None:
        if await store_queues.get_queue(tx, queue_id) is None:
            raise QueueUnknown("There is no such queue.")
        raise WrongState("Work is still in this queue: move or finish it first.")
    _tell(tx, queue, {"archived": True})
    return queue


async def revive_queue(tx: Tx, queue_id: str) -> Queue:
    """Take an archived queue into use again, with the rules it had."""
    try:
        queue = await store_queues.revive_queue(tx, queue_id)
    except asyncpg.UniqueViolationError as error:
        raise NameTaken("The client has a queue of this name.", field="name") from error
    if queue is None:
        raise QueueUnknown("There is no such queue.")
    _tell(tx, queue, {"archived": False})
    return queue


async def _check_named(tx: Tx, values: dict[str, Any], *, client_id: str) -> None:
    target = values.get("overflow_queue_id")
    if target is not None:
        into = await store_queues.get_queue(tx, target)
        if into is None or into.client_id != client_id:
            raise BadQueue("The client has no such queue.", field="overflow_queue_id")
    calendar = values.get("calendar_id")
    if calendar is not None and await tenancy_store.get_calendar(tx, calendar) is None:
        raise BadQueue("There are no such opening hours.", field="calendar_id")


def _tell(tx: Tx, queue: Queue, values: dict[str, Any], *, quiet: bool = False) -> None:
    changed = {key: value for key, value in values.items() if key != "client_id"}
    tx.emit(
        events.QueueChanged(
            client_id=queue.client_id, queue_id=queue.id, v=queue.v, changed=changed, quiet=quiet
        )
    )
