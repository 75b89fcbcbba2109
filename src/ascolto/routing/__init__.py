"""One queue for every kind of work: who waits, who is present, who is offered what.

Owns queues, work items, presence, offers and decisions (schema `routing`). Never knows what a
conversation is: work is opaque but for a reference and a card to show with the offer.

`wait_of(tx, work_item_id)` tells a customer's own place and wait, on any node; `read_now` what a
new arrival would wait. `routing.answered` carries the operator's country at that moment;
`enqueue(eu_only=True)` and `requeue(eu_only=True)` bind work to who is in the EU, for good.
"""

from ascolto.routing.actions import (
    accept,
    cancel,
    decline,
    enqueue,
    finish,
    plan_breaks,
    requeue,
    set_break_due,
    set_presence,
    start_wrap_up,
)
from ascolto.routing.dispatcher import Dispatcher
from ascolto.routing.engine import EU_COUNTRIES
from ascolto.routing.errors import (
    BadQueue,
    NotYours,
    OfferGone,
    QueueUnknown,
    WorkUnknown,
    WrongState,
)
from ascolto.routing.interventions import Wish, can_be_left, expire_interventions, intervene
from ascolto.routing.interventions import undo as undo_intervention
from ascolto.routing.live import offer_body
from ascolto.routing.model import Presence, PresenceState, Queue, WorkItem, WorkState
from ascolto.routing.openings import of_queue as calendar_of_queue
from ascolto.routing.queues import archive_queue, change_queue, create_queue
from ascolto.routing.roster import crew_of, crews, teams_of
from ascolto.routing.standing import Away, away, standing_crews, standing_operators
from ascolto.routing.store import (
    get_work,
    last_decision,
    offers_of,
    work_by_ids,
    wrap_up_began,
    wrap_ups_since,
)
from ascolto.routing.store_presence import get_presence, gone_operators, present_for
from ascolto.routing.store_queues import get_queue, list_queues, read_now
from ascolto.routing.waits import Wait, wait_of

__all__ = [
    "EU_COUNTRIES",
    "Away",
    "BadQueue",
    "Dispatcher",
    "NotYours",
    "OfferGone",
    "Presence",
    "PresenceState",
    "Queue",
    "QueueUnknown",
    "Wait",
    "Wish",
    "WorkItem",
    "WorkState",
    "WorkUnknown",
    "WrongState",
    "accept",
    "archive_queue",
    "away",
    "calendar_of_queue",
    "can_be_left",
    "cancel",
    "change_queue",
    "create_queue",
    "crew_of",
    "crews",
    "decline",
    "enqueue",
    "expire_interventions",
    "finish",
    "get_presence",
    "get_queue",
    "get_work",
    "gone_operators",
    "intervene",
    "last_decision",
    "list_queues",
    "offer_body",
    "offers_of",
    "plan_breaks",
    "present_for",
    "read_now",
    "requeue",
    "set_break_due",
    "set_presence",
    "standing_crews",
    "standing_operators",
    "start_wrap_up",
    "teams_of",
    "undo_intervention",
    "wait_of",
    "work_by_ids",
    "wrap_up_began",
    "wrap_ups_since",
]
