"""Swaps and leave: judged at once with the reason, done as a new version, undone exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import operators_by_ids
from ascolto.workforce import events, store_requests, store_rosters
from ascolto.workforce.actions.rosters import publish_day
from ascolto.workforce.asking import ShiftRequest, kept, read
from ascolto.workforce.errors import (
    BadPlan,
    BreaksTheLaw,
    RosterChanged,
    UnknownRequest,
)
from ascolto.workforce.exchanging import (
    AROUND,
    Why,
    hindrances,
    put_back,
    swapped,
    uncovered,
    without,
)
from ascolto.workforce.rosters import Shift
from ascolto.workforce.ruling import Rule
from ascolto.workforce.today import on_duty

MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Needed:
    """The people that the queues somebody may take from need in each half hour of a day."""

    queue_ids: tuple[str, ...]
    crew: frozenset[str]
    people: dict[datetime, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A colleague with whom a day can be swapped within every rule, and what they work."""

    operator_id: str
    name: str
    shifts: tuple[Shift, ...]


async def swap_candidates(tx: Tx, who: str, day: date) -> list[Candidate]:
    """Return the colleagues who take from the same queues and may swap a day, by their names."""
    mine = await _own_day(tx, who, day)
    alike = await _alike(tx, who)
    others: dict[str, list[Shift]] = {}
    for one in await store_rosters.in_force(tx, first_day=day, last_day=day):
        if one.operator_id in alike and one.starts_at > tx.now:
            others.setdefault(one.operator_id, []).append(one)
    told = [(one.starts_at, one.ends_at) for one in mine]
    asked = [
        other for other, own in others.items() if [(o.starts_at, o.ends_at) for o in own] != told
    ][:MOST_CANDIDATES]
    around = await _around(tx, (who, *asked), day)
    agreeing = await store_requests.agreeing(tx)
    known = await operators_by_ids(tx, asked)
    found = []
    for other in asked:
        theirs = [one for one in around if one.operator_id in (who, other)]
        after = swapped(theirs, a=who, b=other, day=day)
        if hindrances(after, people=(who, other), day=day, agreeing=agreeing):
            continue
        operator = known.get(other)
        if operator is not None and operator.archived_at is None:
            found.append(Candidate(other, operator.display_name, tuple(others[other])))
    return sorted(found, key=lambda one: (one.name, one.operator_id))


async def ask_swap(tx: Tx, who: str, other: str, *, day: date, note: str) -> ShiftRequest:
    """Ask somebody to swap a day: refused at once with the reason, or it waits for their word."""
    await _own_day(tx, who, day)
    why = await _swap_hindrances(tx, who, other, day)
    shifts = await store_requests.shifts_of_people(tx, (who, other), first_day=day, last_day=day)
    return await _ask(
        tx, "swap", who, other, day=day, note=note, why=why, waits=not why, shifts=shifts
    )


async def ask_leave(
    tx: Tx, who: str, *, day: date, note: str, needed: Needed | None
) -> ShiftRequest:
    """Ask for a day off: granted or refused at once by what is needed; a planner decides else."""
    await store_rosters.lock_publishing(tx)
    mine = await _own_day(tx, who, day)
    if needed is None:
        why = [
            Why(Rule("nobody has said yet how many the day takes: a planner decides", "unknown"))
        ]
        return await _ask(
            tx, "leave", who, None, day=day, note=note, why=why, waits=True, shifts=mine
        )
    shifts = await store_rosters.in_force(tx, first_day=day, last_day=day)
    why = _uncovered(shifts, mine, needed)
    request = await _ask(tx, "leave", who, None, day=day, note=note, why=why, waits=not why)
    return request if why else await _do(tx, request, shifts)


def _uncovered(shifts: Sequence[Shift], mine: Sequence[Shift], needed: Needed) -> list[Why]:
    there, gone = {}, {}
    for at in needed.people:
        # Everybody who may take from any of the queues counts once, wherever they are put.
        there[at] = on_duty(shifts, queue_id=None, crew=needed.crew, starts_at=at).mean
        gone[at] = on_duty(mine, queue_id=None, crew=needed.crew, starts_at=at).mean
    return uncovered(there, needed.people, gone=gone)


async def answer_swap(tx: Tx, who: str, request_id: str, *, agrees: bool) -> ShiftRequest:
    """Say yes or no to a swap; with a yes the rules are looked at once more, and it is done."""
    await store_rosters.lock_publishing(tx)
    request = await waiting(tx, request_id)
    if request.other_id != who:
        raise UnknownRequest("Nothing of the kind is asked of you.", request_id=request_id)
    if not agrees:
        return await _answered(tx, request, "declined")
    return await _swap(tx, request)


async def withdraw(tx: Tx, who: str, request_id: str) -> ShiftRequest:
    """Take back what one asked for, as long as nobody has answered."""
    request = await waiting(tx, request_id)
    if request.operator_id != who or request.kind == "stand_in":
        raise UnknownRequest("You have not asked for it.", request_id=request_id)
    return await _answered(tx, request, "withdrawn")


async def decide(tx: Tx, request_id: str, *, grants: bool, why: str) -> ShiftRequest:
    """Let a planner grant or refuse a leave that waits; what has begun is not granted any more."""
    await store_rosters.lock_publishing(tx)
    request = await waiting(tx, request_id)
    if request.kind != "leave":
        raise BadPlan("swap_other", "It is answered by whom it is asked of.")
    if not grants:
        return await _answered(tx, request, "refused", [Why(why)])
    shifts = await store_rosters.in_force(tx, first_day=request.day, last_day=request.day)
    theirs = [one for one in shifts if one.operator_id == request.operator_id]
    if not theirs:
        raise RosterChanged("They do not work on this day any more.", request_id=request_id)
    still_ahead(tx, theirs)
    return await _do(tx, request, shifts)


def still_ahead(tx: Tx, shifts: Sequence[Shift]) -> None:
    """Refuse to change what people have worked, or are at: the history is of what was."""
    for one in shifts:
        if one.starts_at <= tx.now:
            raise BadPlan("day_over", "This day has begun, or is over.", day=one.day.isoformat())


async def undo(tx: Tx, request_id: str) -> ShiftRequest:
    """Put everything back as it was before a swap or a leave, if nobody has changed it since."""
    await store_rosters.lock_publishing(tx)
    request = await store_requests.get_request(tx, request_id, hold=True)
    if request is None or request.state != "done":
        raise UnknownRequest("There is nothing of the kind to undo.", request_id=request_id)
    shifts = await store_rosters.in_force(tx, first_day=request.day, last_day=request.day)
    then = [read(one) for one in request.before]
    still_ahead(tx, [*then, *(read(one) for one in request.after)])
    back = put_back(shifts, now=[read(one) for one in request.after], then=then)
    if back is None:
        raise RosterChanged("These shifts were changed again meanwhile.", request_id=request_id)
    around = await _around(tx, request.people, request.day)
    beside = [one for one in around if one.day != request.day]
    if broken := hindrances(
        [*beside, *then],
        people=request.people,
        day=request.day,
        agreeing=await store_requests.agreeing(tx),
    ):
        raise BreaksTheLaw(broken[0].rule, article=broken[0].article)
    roster_id = await _publish(tx, request, back, "undone")
    return await _answered(
        tx,
        request,
        "undone",
        before=request.before,
        after=request.after,
        # A stand-in stays with the version that it was asked for.
        roster_id=request.roster_id if request.kind == "stand_in" else roster_id,
    )


async def _swap(tx: Tx, request: ShiftRequest) -> ShiftRequest:
    who, other = request.operator_id, str(request.other_id)
    now = await store_requests.shifts_of_people(
        tx, request.people, first_day=request.day, last_day=request.day
    )
    if now != [read(one) for one in request.before]:
        # Whoever agrees has seen two shifts, and agrees to these.
        raise RosterChanged("These shifts were changed after you were asked.")
    if why := await _swap_hindrances(tx, who, other, request.day):
        return await _answered(tx, request, "refused", why)
    shifts = await store_rosters.in_force(tx, first_day=request.day, last_day=request.day)
    return await _do(tx, request, shifts)


async def _do(tx: Tx, request: ShiftRequest, shifts: Sequence[Shift]) -> ShiftRequest:
    day = request.day
    if request.other_id is None:
        after = without(shifts, who=request.operator_id, day=day)
    else:
        after = swapped(shifts, a=request.operator_id, b=request.other_id, day=day)
    roster_id = await _publish(tx, request, after, "done")
    return await _answered(
        tx,
        request,
        "done",
        before=_theirs(request, shifts),
        after=_theirs(request, after),
        roster_id=roster_id,
    )


def _theirs(request: ShiftRequest, shifts: Sequence[Shift]) -> list[dict[str, Any]]:
    return [kept(one) for one in shifts if one.operator_id in request.people]


async def _publish(tx: Tx, request: ShiftRequest, shifts: Sequence[Shift], change: str) -> str:
    roster_id = await publish_day(tx, shifts, day=request.day, reason=f"{request.kind} {change}")
    tx.emit(
        events.ShiftsChanged(
            request_id=request.id, roster_id=roster_id, request=request.kind, change=change,
            day=request.day.isoformat(), operators=sorted(request.people),
        )
    )  # fmt: skip
    return roster_id


async def _swap_hindrances(tx: Tx, who: str, other: str, day: date) -> list[Why]:
    around = await _around(tx, (who, other), day)
    today = [one for one in around if one.day == day]
    if other == who or not any(one.operator_id == other for one in today):
        raise BadPlan("other_off", "Whom you ask does not work on this day.", day=day.isoformat())
    if any(one.starts_at <= tx.now for one in today):
        return [Why(Rule("one of the shifts has begun", "begun"), "", "", day)]
    if other not in await _alike(tx, who):
        return [Why(Rule("you do not take from the same queues", "queues"), "", other, day)]
    return hindrances(
        swapped(around, a=who, b=other, day=day),
        people=(who, other),
        day=day,
        agreeing=await store_requests.agreeing(tx),
    )


async def _ask(
    tx: Tx,
    kind: str,
    who: str,
    other: str | None,
    *,
    day: date,
    note: str,
    why: Sequence[Why],
    waits: bool,
    shifts: Sequence[Shift] = (),
) -> ShiftRequest:
    """Write a request down; one that waits for a word keeps the shifts it speaks of."""
    after = swapped(shifts, a=who, b=other, day=day) if other is not None else ()
    request = ShiftRequest(
        id=new_id(),
        kind=kind,
        operator_id=who,
        other_id=other,
        day=day,
        note=note,
        state="waiting" if waits else "refused",
        why=[one.told() for one in why],
        before=[kept(one) for one in shifts] if waits else [],
        after=[kept(one) for one in after] if waits else [],
        asked_at=tx.now,
        answered_at=None if waits else tx.now,
        # By the rules and no person.
        answered_by=None if waits else "",
    )
    if not await store_requests.insert_request(tx, request):
        raise BadPlan(
            "asked_already", "You have asked something of this day already.", day=day.isoformat()
        )
    return request


async def _answered(
    tx: Tx, request: ShiftRequest, state: str, why: Sequence[Why] = (), **more: Any
) -> ShiftRequest:
    told = [one.told() for one in why]
    return await store_requests.answer(tx, request.id, state=state, why=told, **more)


async def waiting(tx: Tx, request_id: str) -> ShiftRequest:
    """Return a request that waits for an answer, held, or raise UnknownRequest."""
    request = await store_requests.get_request(tx, request_id, hold=True)
    if request is None or request.state != "waiting":
        raise UnknownRequest("Nothing of the kind waits for an answer.", request_id=request_id)
    return request


async def _own_day(tx: Tx, who: str, day: date) -> list[Shift]:
    mine = await store_rosters.in_force(tx, first_day=day, last_day=day, operator_id=who)
    if not mine:
        raise BadPlan("you_off", "You do not work on this day.", day=day.isoformat())
    if mine[0].starts_at <= tx.now:
        raise BadPlan("begun", "This shift has begun.", day=day.isoformat())
    return mine


async def _around(tx: Tx, people: Sequence[str], day: date) -> list[Shift]:
    return await store_requests.shifts_of_people(
        tx, people, first_day=day - AROUND, last_day=day + AROUND
    )


async def _alike(tx: Tx, who: str) -> set[str]:
    """Return who takes from exactly the queues that somebody takes from: a swap covers the same."""
    queues: dict[str, set[str]] = {}
    for queue_id, crew in (await routing.standing_crews(tx)).items():
        for one in crew:
            queues.setdefault(one, set()).add(queue_id)
    mine = queues.get(who, set())
    return {other for other, theirs in queues.items() if theirs == mine and other != who}
