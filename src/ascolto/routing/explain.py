"""Why this operator, and why not another: the last choice as kept, the rules as they stand now.

The rules are asked of a small engine built from rows, so any node answers, leader or not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ascolto.kit.db import Tx
from ascolto.privacy import MonitoredField
from ascolto.routing import engine, openings, roster, rules, store, store_presence, store_queues
from ascolto.routing.errors import OperatorUnknown, WorkUnknown
from ascolto.routing.model import Queue, WorkItem

NOT_NOW = "not_now"
# The field of a person that a rule would give away: the router may use it, people may not see it.
_TELLS: dict[str, str] = {
    "presence_busy": MonitoredField.STATE,
    "presence_away": MonitoredField.STATE,
    "presence_offline": MonitoredField.STATE,
    "presence_break": MonitoredField.BREAKS,
    "break_due": MonitoredField.BREAKS,
    "no_capacity": MonitoredField.ACTIVE_WORK,
    "missed_before": MonitoredField.MISSED_OFFERS,
}


@dataclass(frozen=True, slots=True)
class Overflow:
    """Where waiting work goes on after how long, and how long it has waited: in opening hours."""

    queue_id: str
    after_s: float
    waited_s: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """The last choice made for a piece of work, and what speaks against one operator now."""

    work_item_id: str
    operator_id: str | None
    decided_at: datetime | None
    why: dict[str, Any] | None
    against: list[str] | None
    overflow: Overflow | None


async def explain(
    tx: Tx, *, work_item_id: str, operator_id: str | None, seen: frozenset[str] | None = None
) -> Explanation:
    """Return why work went where it went; with an operator, every rule that keeps them from it.

    `seen` are the fields of a person that may be shown, None for all: what the rest would tell
    is said as `not_now`. Raises WorkUnknown or OperatorUnknown.
    """
    item = await store.get_work(tx, work_item_id)
    if item is None:
        raise WorkUnknown("There is no such piece of work.")
    last = await store.last_decision(tx, work_item_id) or {}
    against = None if operator_id is None else await _against(tx, item, operator_id)
    return Explanation(
        work_item_id=item.id,
        operator_id=last.get("operator_id"),
        decided_at=last.get("at"),
        why=last.get("why"),
        against=against if against is None or seen is None else without_state(against, seen),
        overflow=await _overflow(tx, item),
    )


def without_state(against: list[str], seen: frozenset[str]) -> list[str]:
    """Return the rules with those that tell what a person is doing folded into one (R17)."""
    folded = (code if _TELLS.get(code) in (None, *seen) else NOT_NOW for code in against)
    return list(dict.fromkeys(folded))


async def _overflow(tx: Tx, item: WorkItem) -> Overflow | None:
    queue = await store_queues.get_queue(tx, item.queue_id)
    if queue is None or item.state != "waiting":
        return None
    into, after_s = queue.overflow_queue_id, queue.overflow_after_s
    if into is None or after_s is None:
        return None
    calendar = await openings.of_queue(tx, queue)
    waited_s = (
        (tx.now - item.enqueued_at).total_seconds()
        if calendar is None
        else calendar.hours.business_seconds(item.enqueued_at, tx.now)
    )
    return Overflow(into, after_s, round(waited_s, 3))


async def _against(tx: Tx, item: WorkItem, operator_id: str) -> list[str]:
    operator = await roster.operator(tx, operator_id)
    queue = await store_queues.get_queue(tx, item.queue_id)
    if operator is None:
        raise OperatorUnknown("There is no such operator.")
    if queue is None:
        return ["queue_archived"]
    at = tx.now.timestamp()
    model = await _with_hands_full(tx, operator, queue, but=item.id)
    presence = await store_presence.get_presence(tx, operator_id)
    if presence is not None:
        due = presence.break_due_at
        model.handle(engine.BreakDue(at, operator_id, due.timestamp() if due else None))
        # Busy, so that the model judges and offers nothing.
        model.handle(engine.PresenceChanged(at, operator_id, "busy", presence.told_country))
    if item.state in ("offered", "active", "wrapup") and item.operator_id is not None:
        model.handle(engine.ItemRestored(at, item.for_engine(), item.state, item.operator_id, None))
    else:
        model.handle(engine.ItemEnqueued(at, item.for_engine()))
    against = model.why_not(item.id, operator_id)
    if item.state != "waiting" and item.operator_id != operator_id:
        against.append(f"already_{item.state}")
    if presence is None:
        return against
    against = [code for code in against if not code.startswith("presence_")]
    if presence.state != "available":
        against.append(f"presence_{presence.state}")
    return against


async def _with_hands_full(
    tx: Tx, operator: engine.Operator, queue: Queue, *, but: str
) -> engine.Engine:
    """Return an engine that knows the rules, a queue, and an operator with what they hold."""
    at = tx.now.timestamp()
    model = engine.Engine()
    for cost in await rules.read_costs(tx):
        model.handle(engine.ChannelConfigured(at, cost))
    held = [other for other in await store.work_of(tx, operator.id) if other.id != but]
    for queue_id in sorted({queue.id, *(other.queue_id for other in held)}):
        known = queue if queue_id == queue.id else await store_queues.get_queue(tx, queue_id)
        if known is not None:
            model.handle(engine.QueueConfigured(at, known.policy()))
    model.handle(engine.OperatorConfigured(at, operator))
    for other in held:
        model.handle(engine.ItemRestored(at, other.for_engine(), other.state, operator.id, None))
    return model
