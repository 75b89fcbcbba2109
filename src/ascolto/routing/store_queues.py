"""SQL of queues and of what the leader last saw of them."""

from collections.abc import Sequence
from typing import Any

from ascolto.kit.db import Record, Tx
from ascolto.routing.engine import PRIORITY_WORTH_S
from ascolto.routing.model import Queue

_COLUMNS = (
    "client_id",
    "name",
    "channel",
    "priority",
    "rings",
    "offer_timeout_s",
    "target_s",
    "target_share",
    "long_work_s",
    "wrap_up_s",
    "overflow_queue_id",
    "overflow_after_s",
    "calendar_id",
    "eu_only",
    "message",
)
_ALL = ", ".join(("id", *_COLUMNS, "v"))


def queue_of(row: Record) -> Queue:
    """Build a queue from a row."""
    return Queue(**dict(row))


async def list_queues(
    tx: Tx, *, after: tuple[str, str] | None = None, limit: int | None = None
) -> list[Queue]:
    """Return the queues in use by name, from a place on."""
    name, queue_id = after or ("", None)
    rows = await tx.fetch(
        f"SELECT {_ALL} FROM routing.queue"
        " WHERE tenant_id = $1 AND archived_at IS NULL"
        " AND ($2::uuid IS NULL OR (lower(name), id) > (lower($3), $2))"
        " ORDER BY lower(name), id LIMIT $4",
        tx.tenant_id,
        queue_id,
        name,
        limit,
    )
    return [queue_of(row) for row in rows]


async def get_queue(tx: Tx, queue_id: str) -> Queue | None:
    """Return a queue in use."""

    async def load() -> Queue | None:
        row = await tx.fetchrow(
            f"SELECT {_ALL} FROM routing.queue"
            " WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL",
            tx.tenant_id,
            queue_id,
        )
        return None if row is None else queue_of(row)

    return await tx.known(("queue", queue_id), load)


async def insert_queue(tx: Tx, queue_id: str, values: dict[str, Any]) -> Queue:
    """Add a queue; columns not given take their defaults."""
    names = [name for name in _COLUMNS if name in values]
    places = ", ".join(f"${place}" for place in range(3, 3 + len(names)))
    row = await tx.fetchrow(
        f"INSERT INTO routing.queue (tenant_id, id, {', '.join(names)})"
        f" VALUES ($1, $2, {places}) RETURNING {_ALL}",
        tx.tenant_id,
        queue_id,
        *(values[name] for name in names),
    )
    assert row is not None  # noqa: S101 - an insert returns its row or raises
    return queue_of(row)


async def update_queue(
    tx: Tx, queue_id: str, values: dict[str, Any], *, v: int | None = None
) -> Queue | None:
    """Change some columns of a queue in use, if a version is given only while it is that."""
    names = [name for name in _COLUMNS if name in values]
    changes = "".join(f"{name} = ${place}, " for place, name in enumerate(names, start=4))
    row = await tx.fetchrow(
        f"UPDATE routing.queue SET {changes} v = v + 1"
        f" WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL"
        f" AND ($3::int IS NULL OR v = $3) RETURNING {_ALL}",
        tx.tenant_id,
        queue_id,
        v,
        *(values[name] for name in names),
    )
    return None if row is None else queue_of(row)


async def keep_target(tx: Tx, queue: Queue) -> None:
    """Write down what a queue promises from now on."""
    await tx.execute(
        "INSERT INTO routing.queue_target"
        " (tenant_id, queue_id, client_id, valid_from, target_s, target_share)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (tenant_id, queue_id, valid_from) DO UPDATE"
        " SET target_s = excluded.target_s, target_share = excluded.target_share",
        tx.tenant_id, queue.id, queue.client_id, tx.now, queue.target_s, queue.target_share,
    )  # fmt: skip


async def archive_queue(tx: Tx, queue_id: str) -> Queue | None:
    """Take a queue out of use unless work still waits in it."""
    row = await tx.fetchrow(
        f"""
        UPDATE routing.queue SET archived_at = $3, v = v + 1
         WHERE tenant_id = $1 AND id = $2 AND archived_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM routing.work_item w
                            WHERE w.tenant_id = $1 AND w.queue_id = $2
                              AND w.ended_at IS NULL)
        RETURNING {_ALL}
        """,
        tx.tenant_id,
        queue_id,
        tx.now,
    )
    return None if row is None else queue_of(row)


async def revive_queue(tx: Tx, queue_id: str) -> Queue | None:
    """Take an archived queue into use again."""
    row = await tx.fetchrow(
        "UPDATE routing.queue SET archived_at = NULL, v = v + 1"
        f" WHERE tenant_id = $1 AND id = $2 AND archived_at IS NOT NULL RETURNING {_ALL}",
        tx.tenant_id,
        queue_id,
    )
    return None if row is None else queue_of(row)


async def write_now(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what the leader sees of each queue; a wrap-up that may not be told is kept as NULL."""
    await tx.executemany(
        """
        INSERT INTO routing.queue_now (tenant_id, queue_id, client_id, at, waiting, oldest_at,
          offered, active, wrapup, available, wait_s, wait_low_s, wait_high_s, promises, error_s,
          pace)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (tenant_id, queue_id) DO UPDATE SET
          at = excluded.at, waiting = excluded.waiting, oldest_at = excluded.oldest_at,
          offered = excluded.offered, active = excluded.active, wrapup = excluded.wrapup,
          available = excluded.available, wait_s = excluded.wait_s,
          wait_low_s = excluded.wait_low_s, wait_high_s = excluded.wait_high_s,
          promises = excluded.promises, error_s = excluded.error_s, pace = excluded.pace
        """,
        [
            (
                tx.tenant_id,
                row["queue_id"],
                row["client_id"],
                tx.now,
                row["waiting"],
                row["oldest_at"],
                row["offered"],
                row["active"],
                row["wrapup"] if row["told"] else None,
                row["available"],
                row["wait_s"],
                row["wait_low_s"],
                row["wait_high_s"],
                row["promises"],
                row["error_s"],
                row["pace"],
            )
            for row in rows
        ],
    )


async def read_now(tx: Tx, *, queue_id: str | None = None) -> list[dict[str, Any]]:
    """Return what the leader last saw, of one queue or of all; `told` as `routing.floor` says."""
    rows = await tx.fetch(
        "SELECT * FROM routing.queue_now WHERE tenant_id = $1"
        " AND ($2::uuid IS NULL OR queue_id = $2)",
        tx.tenant_id,
        queue_id,
    )
    return [{**row, "told": row["wrapup"] is not None} for row in rows]


async def place_of(tx: Tx, work_item_id: str) -> dict[str, Any] | None:
    """Return how much of its queue's work comes before a piece, beside the leader's figures.

    The order is the engine's: deadline less the worth of priority, head of rank, arrival.
    """
    row = await tx.fetchrow(
        """
        WITH mine AS (
          SELECT w.*, q.target_s, q.priority AS usual
            FROM routing.work_item w
            JOIN routing.queue q ON q.tenant_id = w.tenant_id AND q.id = w.queue_id
           WHERE w.tenant_id = $1 AND w.id = $2 AND w.state IN ('waiting', 'offered'))
        SELECT mine.id AS work_item_id, mine.queue_id, mine.state, n.at, n.available, n.pace,
               n.promises, n.error_s,
               (SELECT count(*) FROM routing.work_item o
                 WHERE o.tenant_id = $1 AND o.queue_id = mine.queue_id AND o.ended_at IS NULL
                   AND o.operator_id IS NULL AND mine.state = 'waiting'
                   AND (coalesce(o.due_at, o.enqueued_at + make_interval(secs => mine.target_s))
                          - make_interval(secs => coalesce(o.priority, mine.usual) * $3),
                        NOT o.to_head, o.enqueued_at, o.id)
                     < (coalesce(mine.due_at,
                                 mine.enqueued_at + make_interval(secs => mine.target_s))
                          - make_interval(secs => coalesce(mine.priority, mine.usual) * $3),
                        NOT mine.to_head, mine.enqueued_at, mine.id)) AS ahead
          FROM mine
          LEFT JOIN routing.queue_now n ON n.tenant_id = $1 AND n.queue_id = mine.queue_id
        """,
        tx.tenant_id,
        work_item_id,
        PRIORITY_WORTH_S,
    )
    return None if row is None else dict(row)
