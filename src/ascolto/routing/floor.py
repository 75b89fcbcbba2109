"""The floor, once a second: each queue and group as the leader sees it, whatever the traffic.

Its cost depends on the number of queues and groups, not on the number of events or operators'
desks: that is what lets a floor of ten thousand people be watched.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ascolto.kit.db import Tx
from ascolto.kit.outbox import Frame
from ascolto.routing import store_queues
from ascolto.routing.engine import Engine, QueueCounts
from ascolto.routing.model import Queue
from ascolto.routing.roster import SMALLEST_GROUP, Group

SILENT_TURNS = 5


class FloorFeed:
    """What was last told of the floor, so that nothing is told twice for nothing."""

    def __init__(self) -> None:
        """Start having told nothing."""
        self._last: dict[str, tuple[Any, int]] = {}

    def rows(
        self, engine: Engine, queues: Mapping[str, Queue], *, smallest: Mapping[str, int]
    ) -> list[dict[str, Any]]:
        """Return each queue's figures, and whether what its people do may be told."""
        found = []
        every = [counts for counts in engine.snapshot_counts() if counts.queue_id in queues]
        told = _told(engine, queues, every, smallest)
        for counts in every:
            queue = queues[counts.queue_id]
            estimate = engine.estimate_wait(counts.queue_id)
            promises, error, _ = engine.estimate_error(counts.queue_id)
            oldest = counts.oldest_enqueued_at
            found.append(
                {
                    "queue_id": counts.queue_id,
                    "client_id": queue.client_id,
                    "waiting": counts.waiting,
                    "oldest_at": datetime.fromtimestamp(oldest, UTC) if oldest else None,
                    "offered": counts.offered,
                    "active": counts.active,
                    "wrapup": counts.wrapup,
                    "available": counts.available,
                    "told": counts.queue_id in told,
                    "wait_s": estimate.seconds,
                    "wait_low_s": estimate.low,
                    "wait_high_s": estimate.high,
                    "promises": promises,
                    "error_s": error,
                    "pace": engine.pace(counts.queue_id),
                }
            )
        return found

    async def publish(
        self, tx: Tx, rows: Sequence[dict[str, Any]], groups: Sequence[Group]
    ) -> None:
        """Keep the figures for whoever asks, and send them to whoever watches."""
        changed = False
        for client_id in sorted({row["client_id"] for row in rows}):
            body = _body(client_id, rows, groups)
            last, silent = self._last.get(client_id, (None, 0))
            if body == last and silent < SILENT_TURNS:
                self._last[client_id] = (last, silent + 1)
                continue
            self._last[client_id] = (body, 0)
            changed = True
            frame = {"at": tx.now.isoformat(), **body}
            tx.show(Frame("floor", "floor.tick", frame, client_id=client_id))
        if changed:
            await store_queues.write_now(tx, rows)


def _body(
    client_id: str, rows: Sequence[dict[str, Any]], groups: Sequence[Group]
) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "queues": [queue_body(row) for row in rows if row["client_id"] == client_id],
        "groups": [
            {
                "group": group.group,
                "client_id": client_id,
                "n": group.n,
                "present": group.present,
                "available": group.available,
                "busy": group.busy,
                "break": group.on_break,
            }
            for group in groups
            if group.client_id == client_id
        ],
    }


def _told(
    engine: Engine,
    queues: Mapping[str, Queue],
    every: Iterable[QueueCounts],
    smallest: Mapping[str, int],
) -> set[str]:
    crews = {counts.queue_id: engine.crew_here(counts.queue_id) for counts in every}
    # That nobody is there is no secret, unless somebody who has left is still in wrap-up.
    empty = {one.queue_id for one in every if not crews[one.queue_id] and not one.wrapup}
    few = {name: smallest.get(queues[name].client_id, SMALLEST_GROUP) for name in crews}
    wholes = map(engine.people_here, {queue.client_id for queue in queues.values()})
    return empty | told_of({name: (crews[name], few[name]) for name in crews}, wholes=wholes)


def told_of(crews: Mapping[str, tuple[int, int]], *, wholes: Iterable[int]) -> set[str]:
    """Return the queues of which it may be told how many people are free or in wrap-up.

    `crews` gives for each queue who of its crew is at work, a bit a person, and the smallest group
    to be told of; `wholes` who is at work for each client. A queue is left out when its crew is
    too small, and when it is all but a few of a crew that is told: the difference would tell of
    those few.
    """
    shown = {whole for whole in wholes if whole.bit_count() >= SMALLEST_GROUP}
    told: set[str] = set()
    for queue_id, (crew, least) in sorted(
        crews.items(), key=lambda entry: (-entry[1][0].bit_count(), entry[0])
    ):
        few = max(least, SMALLEST_GROUP)
        if crew.bit_count() < few:
            continue
        if any(not crew & ~more and 0 < (more & ~crew).bit_count() < few for more in shown):
            continue
        shown.add(crew)
        told.add(queue_id)
    return told


def queue_body(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a queue's figures in their wire shape; moments stay still, so equal is unchanged."""
    oldest = row["oldest_at"]
    told = row["told"]
    return {
        "queue_id": row["queue_id"],
        "waiting": row["waiting"],
        "oldest_at": oldest.isoformat() if oldest else None,
        "offered": row["offered"],
        "active": row["active"],
        "wrapup": row["wrapup"] if told else None,
        "available": row["available"] if told else None,
        "wait_s": row["wait_s"],
        "wait_low_s": row["wait_low_s"],
        "wait_high_s": row["wait_high_s"],
    }
