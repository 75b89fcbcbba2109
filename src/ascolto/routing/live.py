"""What desks see of routing: offers, presence, the floor. Pure: nouns in, frames out."""

from typing import Any

from ascolto.kit.outbox import Frame
from ascolto.routing.model import Presence, WorkItem

# What an operator is told of the work itself.
_OFFERED = ("id", "ref", "client_id", "queue_id", "channel", "card")


def operator_topic(operator_id: str) -> str:
    """Return the topic that only an operator's own desks follow."""
    return f"operator:{operator_id}"


def offer_body(item: WorkItem, *, expires_at: str, why: dict[str, Any]) -> dict[str, Any]:
    """Return an offer's wire shape."""
    row = {name: getattr(item, name) for name in _OFFERED}
    return offer_of_row(row, expires_at=expires_at, why=why)


def offer_of_row(row: dict[str, Any], *, expires_at: str, why: Any) -> dict[str, Any]:
    """Return an offer's wire shape from the row of a claim; `why` may be JSON already."""
    return {
        "work_item_id": row["id"],
        "conversation_id": row["ref"],
        "expires_at": expires_at,
        "client_id": row["client_id"],
        "queue_id": row["queue_id"],
        "channel": row["channel"],
        "card": row["card"],
        "why": why,
    }


def offer_withdrawn(item: WorkItem, operator_id: str | None, reason: str) -> Frame:
    """Build the frame that takes an offer off a desk."""
    return Frame(
        operator_topic(operator_id or ""),
        "offer.withdrawn",
        {"work_item_id": item.id, "reason": reason},
        client_id=item.client_id,
    )


def presence_changed(presence: Presence) -> Frame:
    """Build the frame that tells an operator's own desks their state."""
    return Frame(operator_topic(presence.operator_id), "presence.changed", presence.as_json())
