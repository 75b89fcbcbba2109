"""Reading the stream by cursor: where a snapshot stands, and what came after a cursor."""

from collections.abc import Sequence

from ascolto.kit.db import Database, Tx
from ascolto.kit.outbox import StoredFrame, parse_cursor
from ascolto.kit.relay import frame_of

RESUME_LIMIT = 5_000


async def stream_cursor(tx: Tx) -> str:
    """Return the cursor after which every frame not yet in this snapshot will come.

    Some frames at the border may also be in the snapshot already: whoever applies them must not
    mind seeing them twice.
    """
    if tx.horizon is None:
        tx.horizon = await tx.fetchval("SELECT kit.stream_horizon()")
    return f"{tx.horizon}-0"


async def frames_after(
    tx: Tx, *, cursor: str, topics: Sequence[str], limit: int = RESUME_LIMIT
) -> list[StoredFrame] | None:
    """Return the frames of some topics after a cursor, or None when a fresh snapshot is needed.

    None means: the cursor is unreadable, older than what is kept, from another life of the
    database, or more than `limit` frames behind.
    """
    place = parse_cursor(cursor)
    if place is None:
        return None
    rows = await tx.fetch(
        """
        SELECT f.* FROM kit.frame_window() AS w
          CROSS JOIN LATERAL (
            SELECT tenant_id, id, xid::text::bigint AS xid, topic, kind, client_id,
                   body::text AS body
              FROM kit.frame
             WHERE topic = ANY($3::text[])
               AND (xid, id) > ($1::bigint::text::xid8, $2::bigint)
             ORDER BY xid, id LIMIT $4 + 1
          ) AS f
         WHERE $1::bigint > w.pruned_to AND $1::bigint <= w.next_xid
        """,
        place[0],
        place[1],
        list(topics),
        limit,
    )
    if len(rows) > limit:
        return None
    if not rows and not await _within_window(tx, place[0]):
        return None
    return [frame_of(row) for row in rows]


async def _within_window(tx: Tx, xid: int) -> bool:
    return bool(
        await tx.fetchval(
            "SELECT $1::bigint > pruned_to AND $1::bigint <= next_xid FROM kit.frame_window()", xid
        )
    )


async def prune_frames(db: Database, *, keep_s: float = 900.0) -> int:
    """Delete frames older than `keep_s` seconds; screens further behind take a fresh snapshot."""
    async with db.connection() as connection:
        count: int = await connection.fetchval(
            "SELECT kit.prune_frames(make_interval(secs => $1))", keep_s
        )
    return count
