"""From the event log's words to the engine's: pure, so that a day can be replayed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ascolto.kit.outbox import StoredEvent
from ascolto.routing import engine
from ascolto.routing.model import needs_of


def to_engine(event: StoredEvent) -> tuple[engine.Event, ...]:
    """Return what the engine should hear of a stored event, in turn; nothing when it is not for it.

    New work is for `asked`; of moved work the leader reads the row, which has all it needs.
    """
    read = _READERS.get(event.kind)
    if read is not None:
        return (read(event.at.timestamp(), event.body),)
    if event.kind == "routing.presence_changed":
        return presence(event.at.timestamp(), event.body)
    return ()


def asked(event: StoredEvent) -> tuple[engine.WorkItem, int] | None:
    """Return new work and its row's version; None if the event does not say all about it."""
    wish = event.body.get("asked")
    if event.client_id is None or not wish:
        return None
    item = engine.WorkItem(
        id=event.body["work_item_id"],
        client_id=event.client_id,
        queue_id=event.body["queue_id"],
        channel=event.body["channel"],
        enqueued_at=wish["enqueued_at"],
        priority=wish["priority"],
        due_at=wish["due_at"],
        needs=needs_of(wish["needs"]),
        language=wish["language"],
        preferred_operator=wish["preferred_operator"],
        preferred_until=wish["preferred_until"],
        eu_only=wish["eu_only"],
        # Work that was asked for before anybody could be barred names nobody.
        barred=frozenset(wish.get("barred", ())),
    )
    return item, wish["v"]


def presence(at: float, body: dict[str, Any]) -> tuple[engine.Event, ...]:
    """Return a person's state and their next break.

    The break comes first for who may be offered work, so that no long work slips in before it,
    and last for who goes: a break that has begun must not free them for work they leave behind.
    """
    operator_id, state, due = body["operator_id"], body["state"], body.get("break_due_at")
    country = body.get("country") if body.get("country_told", True) else None
    changed = engine.PresenceChanged(at, operator_id, state, country)
    due_at = datetime.fromisoformat(due).timestamp() if due else None
    planned = engine.BreakDue(at, operator_id, due_at)
    return (planned, changed) if state in ("available", "busy") else (changed, planned)


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
}

READS_ROW = frozenset(
    {"routing.human_requested", "routing.requeued", "routing.transferred", "routing.overflowed"}
)
"""Events after which the leader reads the work's row again."""

ENDS = frozenset({"routing.wrap_ended", "routing.abandoned", "routing.cancelled"})
"""Events after which the work is over."""

RELOADS = frozenset(
    {
        "routing.queue_changed",
        "tenancy.setting_changed",
        "tenancy.calendar_changed",
        "tenancy.client_changed",
    }
)
"""Events after which the leader reads the queues, their hours and the organisation's rules again.
"""


def about(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that every event of a piece of work carries, from its row."""
    return {
        "client_id": row["client_id"],
        "work_item_id": row["id"],
        "queue_id": row["queue_id"],
        "channel": row["channel"],
        "conversation_id": row["ref"],
    }
