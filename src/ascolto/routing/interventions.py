"""What a team leader does on the floor against an alert: until tonight, with a why and a way back.

A skill goes to a person, a queue's overflow opens, or those who wait in a queue are told
something. Whoever goes over to a queue may leave another for that time: a skill that it asks for
is set aside. What stood there before is kept and put back at the end, unless somebody has changed
it meanwhile: their choice is newer.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from ascolto.kit.clock import midnight
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id
from ascolto.people import Operator
from ascolto.people.actions import get_operator, put_skills
from ascolto.routing import events, queues, store_queues
from ascolto.routing import store_interventions as store
from ascolto.routing.errors import (
    AlreadyDone,
    BadIntervention,
    InterventionUnknown,
    QueueUnknown,
)
from ascolto.routing.model import Queue
from ascolto.routing.standing import due_back, told_skills, with_skills
from ascolto.routing.store_interventions import Intervention
from ascolto.tenancy import get_tenant

LONGEST = timedelta(hours=24)
# At once, as far as a queue can say it: an overflow after 0 seconds is no wait at all.
AT_ONCE_S = 1.0
_BATCH = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants done in a queue, and the alert they answer."""

    kind: str
    queue_id: str
    why: str
    by_account: str
    by_name: str
    operator_id: str | None = None
    leaving_queue_id: str | None = None
    """Where a skill goes to a person: the queue whose work they are not offered meanwhile."""
    overflow_queue_id: str | None = None
    overflow_after_s: float = AT_ONCE_S
    message: str = ""
    until: datetime | None = None
    alert: dict[str, Any] = field(default_factory=dict)


async def intervene(tx: Tx, wish: Wish) -> Intervention:
    """Do what is wished, write down what stood before, and tell the log who and why."""
    queue = await store_queues.get_queue(tx, wish.queue_id)
    if queue is None:
        raise QueueUnknown("There is no such queue.")
    until = (await _until(tx, wish.until)).astimezone(UTC)
    operator = None if wish.operator_id is None else await get_operator(tx, wish.operator_id)
    before, after = _planned(wish, queue, operator, tx.now, until)
    if operator is not None and wish.leaving_queue_id is not None:
        left = await store_queues.get_queue(tx, wish.leaving_queue_id)
        if left is not None:
            held = operator.levels(tx.now) | {code: level for code, (level, _) in after.items()}
            aside = _aside(left, queue, held)
            before, after = before | told_skills(operator, aside), after | aside
    done = Intervention(
        id=new_id(),
        client_id=queue.client_id,
        kind=wish.kind,
        queue_id=queue.id,
        operator_id=None if operator is None else operator.id,
        before=before,
        after=after,
        alert=wish.alert,
        why=wish.why,
        by_account=wish.by_account,
        by_name=wish.by_name,
        begun_at=tx.now,
        until=until,
    )
    try:
        await store.insert(tx, done)
    except asyncpg.UniqueViolationError as taken:
        raise AlreadyDone("This is being done already: end that first.") from taken
    await _put(tx, done, after, operator)
    tx.emit(
        events.Intervened(
            client_id=done.client_id,
            intervention_id=done.id,
            what=done.kind,
            queue_id=done.queue_id,
            operator_id=done.operator_id,
            before=before,
            after=after,
            alert=done.alert,
            why=done.why,
            until=until.isoformat(),
        )
    )
    return done


async def undo(tx: Tx, *, intervention_id: str, by: str) -> Intervention:
    """End an intervention and put back what stood there; what has ended stays as it is."""
    ended = await _end(tx, intervention_id, how="undone", by=by)
    if ended is not None:
        return ended
    known = await store.get(tx, intervention_id)
    if known is None:
        raise InterventionUnknown("There is no such intervention.")
    return known


async def expire(tx: Tx, intervention_id: str) -> bool:
    """End an intervention whose time is over; False when somebody was quicker."""
    return await _end(tx, intervention_id, how="expired", by=None) is not None


async def expire_interventions(db: Database) -> int:
    """End every intervention whose time is over, each by itself; return how many."""
    async with db.connection() as connection:
        tenants = await store.tenants_due(connection, moment=db.clock.now())
    ended = 0
    for tenant_id in tenants:
        async with db.transaction(tenant_id, actor=SYSTEM) as tx:
            due = await store.due(tx, limit=_BATCH)
        for one in due:
            try:
                async with db.transaction(tenant_id, actor=SYSTEM) as tx:
                    ended += await expire(tx, one)
            except Refusal as refusal:  # what it named is gone: the rest must not wait for it
                log.warning("routing.not_restored", intervention_id=one, code=refusal.code)
    return ended


async def of_today(tx: Tx, *, after: store.Place | None = None, limit: int) -> list[Intervention]:
    """Return what runs and what was begun today, the newest first, from a place on."""
    return await store.list_since(tx, await _midnight(tx), after=after, limit=limit)


async def _end(tx: Tx, intervention_id: str, *, how: str, by: str | None) -> Intervention | None:
    ended = await store.end(tx, intervention_id, how=how, by=by)
    if ended is None:
        return None
    restored = await _restore(tx, ended)
    tx.emit(
        events.InterventionEnded(
            client_id=ended.client_id,
            intervention_id=ended.id,
            what=ended.kind,
            queue_id=ended.queue_id,
            operator_id=ended.operator_id,
            how=how,
            restored=restored,
        )
    )
    return ended


async def _restore(tx: Tx, ended: Intervention) -> bool:
    """Put back what stood before, if what was put there still stands."""
    if ended.operator_id is not None:
        return await _skills_back(tx, ended, await get_operator(tx, ended.operator_id))
    queue = await store_queues.get_queue(tx, ended.queue_id)
    if queue is None:  # out of use meanwhile: nothing to put back
        return False
    now = {name: getattr(queue, name) for name in ended.after}
    if now != ended.after:
        return False
    before = ended.before
    into = before.get("overflow_queue_id")
    if into is not None and await store_queues.get_queue(tx, into) is None:  # out of use meanwhile
        before = {"overflow_queue_id": None, "overflow_after_s": None}
    await _put(tx, ended, before, None, quiet=True)
    return True


async def _skills_back(tx: Tx, ended: Intervention, who: Operator) -> bool:
    """Put each skill back that stands as it was left; one that was changed since stays."""
    back = due_back(ended, who)
    if back:
        await _put(tx, ended, back, who, quiet=True)
    return len(back) == len(ended.after)


async def _put(
    tx: Tx,
    done: Intervention,
    values: dict[str, Any],
    who: Operator | None,
    *,
    quiet: bool = False,
) -> None:
    if who is None:
        await queues.change_queue(tx, queue_id=done.queue_id, values=values, quiet=quiet)
        return
    # A skill that was taken out of use meanwhile is nobody's any more.
    await put_skills(tx, who.id, with_skills(who, values))


def _planned(
    wish: Wish, queue: Queue, who: Operator | None, now: datetime, until: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what stands and what shall stand, or refuse what makes no sense."""
    if (wish.kind == "skill") != (who is not None):
        raise BadIntervention("A skill goes to a person, and nothing else.", field="operator_id")
    if who is not None:
        return _planned_skills(queue, who, now, until)
    if wish.kind == "message":
        if not wish.message:
            raise BadIntervention("Say what those who wait are told.", field="message")
        return {"message": queue.message}, {"message": wish.message}
    if wish.overflow_queue_id is None:
        raise BadIntervention("Name the queue that helps.", field="overflow_queue_id")
    after = {
        "overflow_queue_id": wish.overflow_queue_id,
        "overflow_after_s": wish.overflow_after_s,
    }
    return {name: getattr(queue, name) for name in after}, after


def _planned_skills(
    queue: Queue, who: Operator, now: datetime, until: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what the queue's first ring needs and the person has not, at the level it needs."""
    if queue.client_id not in who.clients:
        raise BadIntervention("This person does not work for the client.", field="operator_id")
    held = who.levels(now)
    needs = [(code, level) for code, level in queue.rings[0]["needs"] if held.get(code, 0) < level]
    if not needs:
        raise BadIntervention("This person has what the queue needs.", field="operator_id")
    after = {code: [level, until.isoformat()] for code, level in needs}
    return told_skills(who, after), after


def can_be_left(left: Queue, into: Queue) -> bool:
    """Tell whether who goes over to a queue can be taken from another: by what only that one asks.

    A queue that asks for nothing, or in some ring for nothing else than the other, is everybody's.
    """
    kept = {code for code, _ in into.rings[0]["needs"]}
    closed = [any(code not in kept for code, _ in ring["needs"]) for ring in left.rings]
    return bool(closed) and all(closed)


def _aside(left: Queue, into: Queue, held: dict[str, int]) -> dict[str, None]:
    """Return which skills are set aside so that no ring of a queue fits; none where one must.

    `held` are the levels with what is given: that alone may open another ring of the queue left.
    """
    if not can_be_left(left, into):
        return {}
    kept = {code for code, _ in into.rings[0]["needs"]}
    aside: dict[str, None] = {}
    for ring in left.rings:
        needs = ring["needs"]
        if all(code not in aside and held.get(code, 0) >= level for code, level in needs):
            aside[next(code for code, _ in needs if code not in kept)] = None
    return aside


async def _until(tx: Tx, wished: datetime | None) -> datetime:
    if wished is None:
        return await _midnight(tx, days=1)
    if not tx.now < wished <= tx.now + LONGEST:
        raise BadIntervention("It ends within a day.", field="until")
    return wished


async def _midnight(tx: Tx, *, days: int = 0) -> datetime:
    """Return when today began where the organisation is, or when it ends."""
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    today = tx.now.astimezone(zone).date() + timedelta(days=days)
    return midnight(today, zone)
