"""One morning of the queue "bills", written by hand; the arithmetic is in test_worked_day.py.

Monday 2 March 2026, Rome. Written as (time, kind, work item, conversation, more).
"""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.kit.outbox import StoredEvent

ROME = ZoneInfo("Europe/Rome")
CLIENT = "0198c000-0000-7000-8000-00000000000c"
TENANT = "0198c000-0000-7000-8000-00000000000a"

# Which channel each work item came by; text channels are the ones where silence can happen.
CHANNEL = {"w1": "webchat", "w2": "webchat", "w4": "webchat", "w8": "webchat"}

LINES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    # Presence: Anna is available 08:55-09:30 and 10:00-10:30.
    ("08:55:00", "routing.presence_changed", "", "", {"operator_id": "anna", "state": "available"}),
    ("09:30:00", "routing.presence_changed", "", "", {"operator_id": "anna", "state": "break"}),
    ("10:00:00", "routing.presence_changed", "", "", {"operator_id": "anna", "state": "available"}),
    ("10:30:00", "routing.presence_changed", "", "", {"operator_id": "anna", "state": "offline"}),
    # w1, answered after 10 s; Anna has it for 660 s, 300 of them together with w2.
    ("09:00:00", "conversations.arrived", "", "c1", {"channel": "webchat"}),
    ("09:00:00", "conversations.message_in", "", "c1", {}),
    ("09:00:00", "routing.human_requested", "w1", "c1", {"queue_id": "bills"}),
    ("09:00:02", "conversations.message_out", "", "c1", {"author_kind": "assistant"}),
    ("09:00:10", "routing.answered", "w1", "c1", {"operator_id": "anna"}),
    ("09:00:40", "conversations.message_out", "", "c1", {"operator_id": "anna"}),
    ("09:03:00", "conversations.message_in", "", "c1", {}),
    ("09:03:20", "conversations.message_out", "", "c1", {"operator_id": "anna"}),
    ("09:04:00", "conversations.message_in", "", "c1", {}),
    ("09:04:30", "conversations.message_in", "", "c1", {}),
    ("09:05:00", "conversations.message_out", "", "c1", {"operator_id": "anna"}),
    ("09:10:10", "routing.wrap_started", "w1", "c1", {"operator_id": "anna"}),
    ("09:10:10", "conversations.closed", "", "c1", {"outcome": "resolved"}),
    ("09:11:10", "routing.wrap_ended", "w1", "c1", {"operator_id": "anna"}),
    # c1 comes back an hour later and is closed again.
    ("10:10:00", "conversations.reopened", "", "c1", {}),
    ("10:10:00", "conversations.message_in", "", "c1", {}),
    ("10:12:00", "conversations.message_out", "", "c1", {"operator_id": "anna"}),
    ("10:15:00", "conversations.closed", "", "c1", {"outcome": "resolved"}),
    # w2, answered after 30 s, 300 s in Anna's hands.
    ("09:02:00", "conversations.message_in", "", "c2", {}),
    ("09:02:00", "routing.human_requested", "w2", "c2", {"queue_id": "bills"}),
    ("09:02:30", "routing.answered", "w2", "c2", {"operator_id": "anna"}),
    ("09:03:00", "conversations.message_out", "", "c2", {"operator_id": "anna"}),
    ("09:07:00", "routing.wrap_started", "w2", "c2", {"operator_id": "anna"}),
    ("09:07:00", "conversations.closed", "", "c2", {"outcome": "resolved"}),
    ("09:07:30", "routing.wrap_ended", "w2", "c2", {"operator_id": "anna"}),
    # w3, w4, w5: gone after 4, 15 and 60 s.
    ("09:05:00", "routing.human_requested", "w3", "c3", {"queue_id": "bills"}),
    ("09:05:04", "routing.abandoned", "w3", "c3", {}),
    ("09:06:00", "routing.human_requested", "w4", "c4", {"queue_id": "bills"}),
    ("09:06:15", "routing.cancelled", "w4", "c4", {"reason": "abandoned"}),
    ("09:07:00", "routing.human_requested", "w5", "c5", {"queue_id": "bills"}),
    ("09:08:00", "routing.abandoned", "w5", "c5", {}),
    # w6, answered after 20 s by Bruno (120 s), handed to "contracts", Carla after 30 s (330 s).
    ("09:10:00", "routing.human_requested", "w6", "c6", {"queue_id": "bills"}),
    ("09:10:20", "routing.answered", "w6", "c6", {"operator_id": "bruno"}),
    ("09:12:20", "routing.transferred", "w6", "c6", {"queue_id": "contracts"}),
    ("09:12:50", "routing.answered", "w6", "c6", {"operator_id": "carla"}),
    ("09:17:50", "routing.wrap_started", "w6", "c6", {"operator_id": "carla"}),
    ("09:18:20", "routing.wrap_ended", "w6", "c6", {"operator_id": "carla"}),
    # w7 takes a call-back and is called: 210 s of Bruno.
    ("09:20:00", "routing.human_requested", "w7", "c7", {"queue_id": "bills"}),
    ("09:20:40", "channels.callback_accepted", "w7", "c7", {}),
    ("09:30:00", "channels.callback_connected", "w7", "c7", {}),
    ("09:30:00", "routing.answered", "w7", "c7", {"operator_id": "bruno"}),
    ("09:33:00", "routing.wrap_started", "w7", "c7", {"operator_id": "bruno"}),
    ("09:33:30", "routing.wrap_ended", "w7", "c7", {"operator_id": "bruno"}),
    # w8: answered after 15 s, but the customer had gone without a word.
    ("09:40:00", "conversations.message_in", "", "c8", {}),
    ("09:40:00", "routing.human_requested", "w8", "c8", {"queue_id": "bills"}),
    ("09:40:15", "routing.answered", "w8", "c8", {"operator_id": "bruno"}),
    ("09:40:30", "conversations.message_out", "", "c8", {"operator_id": "bruno"}),
    ("09:45:30", "conversations.closed", "", "c8", {"outcome": "no_reply"}),
    ("09:45:30", "routing.wrap_ended", "w8", "c8", {"operator_id": "bruno"}),
    # w9 overflows to "contracts" after 30 s and is answered after 45 s in all; 150 s of Carla.
    ("09:50:00", "routing.human_requested", "w9", "c9", {"queue_id": "bills"}),
    ("09:50:30", "routing.overflowed", "w9", "c9", {"queue_id": "contracts"}),
    ("09:50:45", "routing.answered", "w9", "c9", {"operator_id": "carla"}),
    ("09:52:45", "routing.wrap_started", "w9", "c9", {"operator_id": "carla"}),
    ("09:53:15", "routing.wrap_ended", "w9", "c9", {"operator_id": "carla"}),
    # w10: Dario drops out after 60 s, the work returns to the queue, Anna finishes it in 150 s.
    ("10:00:00", "routing.human_requested", "w10", "c10", {"queue_id": "bills"}),
    ("10:00:05", "routing.answered", "w10", "c10", {"operator_id": "dario"}),
    ("10:01:05", "routing.requeued", "w10", "c10", {}),
    ("10:01:20", "routing.answered", "w10", "c10", {"operator_id": "anna"}),
    ("10:03:20", "routing.wrap_started", "w10", "c10", {"operator_id": "anna"}),
    ("10:03:50", "routing.wrap_ended", "w10", "c10", {"operator_id": "anna"}),
    # w11 was taken out of the queue as a double of another: neither answered nor abandoned.
    ("10:05:00", "routing.human_requested", "w11", "c11", {"queue_id": "bills"}),
    ("10:05:40", "routing.cancelled", "w11", "c11", {"reason": "merged"}),
]


def at(clock: str) -> datetime:
    """The time of that morning."""
    return datetime.fromisoformat(f"2026-03-02T{clock}").replace(tzinfo=ROME)


def events() -> list[StoredEvent]:
    """The morning as the log keeps it, in the order of time."""
    stored = []
    for number, (clock, kind, work, conversation, more) in enumerate(LINES, start=1):
        body = {"channel": CHANNEL.get(work, "voice")} if work else {}
        body |= {"work_item_id": work} if work else {}
        body |= {"conversation_id": conversation} if conversation else {}
        stored.append(
            StoredEvent(
                TENANT, number, number, at(clock), kind, 1, CLIENT, "{}", json.dumps(body | more)
            )
        )
    return sorted(stored, key=lambda event: (event.at, event.id))
