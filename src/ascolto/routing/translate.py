"""From the event log's words to the engine's: pure, so that a day can be replayed."""

from collections.abc import Callable
from typing import Any

from ascolto.kit.outbox import StoredEvent
from ascolto.routing import engine


def to_engine(event: StoredEvent) -> engine.Event | None:
    """Return what the engine should hear of a stored event; None when it is not for it.

    New and moved work is not translated here: the leader reads its row, which has all it needs.
    """
    read = _READERS.get(event.kind)
    return None if read is None else read(event.at.timestamp(), event.body)


_READERS: dict[str, Callable[[float, dict[str, Any]], engine.Event]] = {
    "routing.answered": lambda at, b: engine.OfferAccepted(at, b["work_item_id"], b["operator_id"]),
    "routing.offer_declined": lambda at, b: engine.OfferDeclined(
        at, b["work_item_id"], b["operator_id"], b["reason"]
    ),
    "routing.wrap_started": lambda at, b: engine.WrapUpStarted(
        at, b["work_item_id"], b["operator_id"]
    ),
    "routing.wrap_ended": lambda at, b: engine.WorkEnded(at, b["work_item_id"], b["operator_id"]),
    "routing.abandoned": lambda at, b: engine.ItemCancelled(at, b["work_item_id"]),
    "routing.cancelled": lambda at, b: engine.ItemCancelled(at, b["work_item_id"]),
    "routing.presence_changed": lambda at, b: engine.PresenceChanged(
        at, b["operator_id"], b["state"], b.get("country")
    ),
}

READS_ROW = frozenset(
    {"routing.human_requested", "routing.requeued", "routing.transferred", "routing.overflowed"}
)
"""Events after which the leader reads the work's row again."""

ENDS = frozenset({"routing.wrap_ended", "routing.abandoned", "routing.cancelled"})
"""Events after which the work is over."""

RELOADS = frozenset({"routing.queue_changed"})
"""Events after which the leader reads the queues again."""


def about(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that every event of a piece of work carries, from its row."""
    return {
        "client_id": row["client_id"],
        "work_item_id": row["id"],
        "queue_id": row["queue_id"],
        "channel": row["channel"],
        "conversation_id": row["ref"],
    }
