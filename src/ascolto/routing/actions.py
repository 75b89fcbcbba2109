"""What can be done with work and presence: each verb one guarded statement, then what it tells."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.kit.outbox import Event
from ascolto.routing import events, live, roster, store, store_presence
from ascolto.routing.engine.fitness import BREAK_FORGOTTEN_S
from ascolto.routing.errors import NotYours, OfferGone, QueueUnknown, WorkUnknown, WrongState
from ascolto.routing.model import PlannedBreak, Presence, PresenceState, WorkItem, WorkState


def _about(item: WorkItem, **more: Any) -> dict[str, Any]:
    return {
        "client_id": item.client_id,
        "work_item_id": item.id,
        "queue_id": item.queue_id,
        "channel": item.channel,
        "conversation_id": item.ref,
        **more,
    }


def _seconds(later: datetime, earlier: datetime | None) -> float:
    return 0.0 if earlier is None else round(max(0.0, (later - earlier).total_seconds()), 3)


async def enqueue(
    tx: Tx,
    *,
    client_id: str,
    queue_id: str,
    channel: str,
    ref: str,
    card: dict[str, Any],
    language: str | None = None,
    needs: Sequence[tuple[str, int]] = (),
    preferred_operator: str | None = None,
    preferred_for_s: float | None = None,
    due_at: datetime | None = None,
    priority: int | None = None,
    eu_only: bool = False,
    enqueued_at: datetime | None = None,
    barred: Sequence[str] = (),
    cause: str = "first",
) -> WorkItem:
    """Let a piece of work wait for a person; `enqueued_at` keeps an earlier place in the queue.

    Operators who are `barred` are never offered it, however long nobody else takes it.
    Raises QueueUnknown when the client has no such queue in use.
    """
    until = None
    if preferred_operator is not None and preferred_for_s is not None:
        until = tx.now + timedelta(seconds=preferred_for_s)
    item = await store.insert_work(
        tx,
        {
            "id": new_id(),
            "client_id": client_id,
            "queue_id": queue_id,
            "channel": channel,
            "ref": ref,
            "card": card,
            "priority": priority,
            "due_at": due_at,
            "needs": [[code, level] for code, level in needs],
            "language": language,
            "eu_only": eu_only,
            "preferred_operator": preferred_operator,
            "preferred_until": until,
            "enqueued_at": enqueued_at or tx.now,
            "barred": list(barred),
        },
    )
    if item is None:
        raise QueueUnknown("There is no such queue for this client.", queue_id=queue_id)
    tx.emit(
        events.HumanRequested(
            **_about(item),
            estimated_wait_s=item.estimated_wait_s,
            cause=cause,
            asked=item.as_asked(),
        )
    )
    return item


async def accept(tx: Tx, *, work_item_id: str, operator_id: str) -> WorkItem:
    """Take an offer; raises OfferGone when it is no longer open to this operator."""
    taken = await store.take_offer(tx, work_item_id=work_item_id, operator_id=operator_id)
    if taken is None:
        return await _already_taken(tx, work_item_id, operator_id)
    item, country = taken
    waited = _seconds(tx.now, item.enqueued_at)
    tx.emit(
        events.Answered(**_about(item, operator_id=operator_id), waited_s=waited, country=country),
        live.offer_withdrawn(item, operator_id, "accepted"),
    )
    return item


async def _already_taken(tx: Tx, work_item_id: str, operator_id: str) -> WorkItem:
    """Answer a second press of the same button like the first; refuse everybody else."""
    item = await _known(tx, work_item_id)
    if item.operator_id == operator_id and item.state in (WorkState.ACTIVE, WorkState.WRAPUP):
        return item
    raise OfferGone("The offer is no longer open.", state=item.state)


async def decline(tx: Tx, *, work_item_id: str, operator_id: str, reason: str) -> WorkItem:
    """Give an offer back; it goes to somebody else, from the head of its rank."""
    item = await store.give_back_offer(tx, work_item_id=work_item_id, operator_id=operator_id)
    if item is None:
        await _known(tx, work_item_id)
        raise OfferGone("The offer is no longer open.")
    tx.emit(
        events.OfferDeclined(**_about(item, operator_id=operator_id), reason=reason),
        live.offer_withdrawn(item, operator_id, "declined"),
    )
    return item


async def start_wrap_up(tx: Tx, *, work_item_id: str, operator_id: str) -> WorkItem:
    """End the contact and begin its paperwork; capacity stays taken."""
    item = await store.begin_wrap_up(tx, work_item_id=work_item_id, operator_id=operator_id)
    if item is None:
        raise await _refusal(tx, work_item_id, operator_id)
    handled = _seconds(tx.now, item.answered_at)
    tx.emit(events.WrapStarted(**_about(item, operator_id=operator_id), handled_s=handled))
    return item


async def finish(
    tx: Tx, *, work_item_id: str, operator_id: str, outcome: str | None = None
) -> WorkItem:
    """End the work, its paperwork included; the operator has room again."""
    ended = await store.end_work(
        tx, work_item_id=work_item_id, operator_id=operator_id, outcome=outcome
    )
    if ended is None:
        raise await _refusal(tx, work_item_id, operator_id)
    item, wrap_up_at = ended
    about = _about(item, operator_id=operator_id)
    if wrap_up_at is None:
        handled = _seconds(tx.now, item.answered_at)
        tx.emit(events.WrapStarted(**about, handled_s=handled))
    wrap_s = _seconds(tx.now, wrap_up_at)
    tx.emit(events.WrapEnded(**about, wrap_s=wrap_s, outcome=outcome))
    return item


async def requeue(
    tx: Tx,
    *,
    work_item_id: str,
    queue_id: str | None = None,
    to_head: bool = False,
    exclude_operator: str | None = None,
    preferred_operator: str | None = None,
    preferred_for_s: float = 120.0,
    eu_only: bool = False,
    note: str | None = None,
) -> WorkItem:
    """Let live work wait again, in its queue or another, perhaps for one operator first.

    `eu_only` binds it to who is in the EU from now on; work so bound stays so. It keeps the
    moment it began to wait, so nobody loses their place. Raises QueueUnknown, WorkUnknown or
    WrongState.
    """
    back = await store.put_back(
        tx,
        work_item_id=work_item_id,
        queue_id=queue_id,
        to_head=to_head,
        excluded=[exclude_operator] if exclude_operator else [],
        preferred_operator=preferred_operator,
        preferred_until=tx.now + timedelta(seconds=preferred_for_s) if preferred_operator else None,
        eu_only=eu_only,
    )
    if back is None:
        item = await _known(tx, work_item_id)
        if item.state in (WorkState.DONE, WorkState.CANCELLED):
            raise WrongState("The work is over.", state=item.state)
        raise QueueUnknown("There is no such queue.", queue_id=queue_id)
    item, was, from_queue, held_by = back
    about = _about(item, operator_id=held_by, state=was)
    event: Event
    # Back to whoever had it, in the queue it was in: nobody handed it on.
    handed_on = preferred_operator is not None and preferred_operator != held_by
    if from_queue != item.queue_id or handed_on:
        event = events.Transferred(
            **about, from_queue_id=from_queue, to_operator_id=preferred_operator
        )
    else:
        event = events.Requeued(**about, reason=note)
    frames = [live.offer_withdrawn(item, held_by, "requeued")] if was == "offered" else []
    tx.emit(event, *frames)
    return item


async def cancel(
    tx: Tx, *, work_item_id: str, reason: str, silent: bool = False
) -> WorkItem | None:
    """End work that nobody needs; None when it was over already.

    `reason` is "abandoned" when who waited has left (`silent` when without a sign), else why.
    """
    ended = await store.cancel_work(tx, work_item_id=work_item_id)
    if ended is None:
        await _known(tx, work_item_id)
        return None
    item, was, held_by = ended
    about = _about(item, operator_id=held_by)
    if reason == "abandoned" and was in ("waiting", "offered"):
        waited = _seconds(tx.now, item.enqueued_at)
        tx.emit(events.Abandoned(**about, waited_s=waited, silent=silent))
    else:
        if was == "active":
            tx.emit(events.WrapStarted(**about, handled_s=_seconds(tx.now, item.answered_at)))
        tx.emit(events.Cancelled(**about, reason=reason))
    if was == "offered" and held_by is not None:
        tx.show(live.offer_withdrawn(item, held_by, reason))
    return item


async def set_presence(
    tx: Tx,
    *,
    operator_id: str,
    state: str,
    place: str | None = None,
    country: str | None = None,
    reason: str | None = None,
) -> Presence:
    """Set an operator's state, and the place and country of the session.

    A session that tells no country is where the operator's record says, and nowhere else. The
    leader takes back open offers of whoever leaves, without a penalty.
    """
    only_from = ("available", "busy") if reason == "line_lost" else None
    changed = await store_presence.set_presence(
        tx,
        operator_id=operator_id,
        state=PresenceState(state),
        place=place,
        country=country,
        record_country=await roster.country_of(tx, operator_id) if country is None else None,
        reason=reason,
        only_from=only_from,
    )
    if changed is None:
        known = await store_presence.get_presence(tx, operator_id)
        if known is None:
            raise WrongState("This operator has not signed in to the queue.")
        return known
    presence, was = changed
    tell_presence(tx, presence, was)
    return presence


def tell_presence(tx: Tx, presence: Presence, was: str | None) -> None:
    """Say that an operator is in another state."""
    tx.emit(
        events.PresenceChanged(
            operator_id=presence.operator_id,
            state=presence.state,
            was=was,
            place=presence.place,
            country=presence.country,
            country_told=presence.country_told,
            reason=presence.reason,
            break_due_at=presence.break_due_at.isoformat() if presence.break_due_at else None,
        ),
        live.presence_changed(presence),
    )


async def set_break_due(tx: Tx, *, operator_id: str, due_at: datetime | None) -> Presence | None:
    """Note when an operator's next break is due, so that no long work is offered before it."""
    presence = await store_presence.set_break_due(tx, operator_id=operator_id, due_at=due_at)
    if presence is not None:
        tell_presence(tx, presence, presence.state)
    return presence


async def plan_breaks(tx: Tx, planned: Mapping[str, Collection[PlannedBreak]]) -> int:
    """Let the breaks of the day's roster be due for who is at work; return for how many it changed.

    Whoever has set their own is left alone.
    """
    changed = 0
    await store_presence.hold_breaks(tx)
    patience = timedelta(seconds=BREAK_FORGOTTEN_S)
    for known in await store_presence.breaks_due(tx):
        own = planned.get(known.operator_id, ())
        due_at = known.after(own, at=tx.now, patience=patience)
        if due_at != known.due_at:
            presence = await store_presence.plan_break(tx, known, due_at=due_at)
            if presence is not None:
                tell_presence(tx, presence, presence.state)
                changed += 1
    return changed


async def _known(tx: Tx, work_item_id: str) -> WorkItem:
    item = await store.get_work(tx, work_item_id)
    if item is None:
        raise WorkUnknown("There is no such piece of work.")
    return item


async def _refusal(tx: Tx, work_item_id: str, operator_id: str) -> NotYours | WrongState:
    item = await _known(tx, work_item_id)
    if item.operator_id != operator_id:
        return NotYours("The work is with somebody else.")
    return WrongState("The work's state does not allow this.", state=item.state)
