"""Who stands in where a site is lost: told from what a version changes, asked as it is published.

A draft gives no orders: whoever would work on a day that was free is asked, on their own page and
only while they are at work (L. 81/2017 art. 19), and works once they have said yes.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ascolto.kit.clock import midnight
from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy import get_tenant
from ascolto.workforce import events, store_requests, store_rosters, store_runs
from ascolto.workforce.actions import requests
from ascolto.workforce.actions.offers import at_work
from ascolto.workforce.actions.rosters import draft_at, publish_day, publish_roster
from ascolto.workforce.asking import ShiftRequest, answer_until, kept, read
from ascolto.workforce.errors import RosterChanged, UnknownRequest
from ascolto.workforce.exchanging import AROUND, Why, hindrances
from ascolto.workforce.filling import Place, Span, left_open, needed_by_half_hour
from ascolto.workforce.rosters import Difference, Roster, Shift, Violation, difference
from ascolto.workforce.ruling import Rule

NEVER_AT_WORK = Rule("not at work before it begins", "unseen")
ASKED_ALREADY = Rule("something else is asked of this day", "asked_already")


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody's shift on a day that was free: still to be asked for, or what they said."""

    shift: Shift
    state: str
    request: ShiftRequest | None = None


async def publish(tx: Tx, roster_id: str, *, v: int) -> tuple[Roster, Difference, list[Violation]]:
    """Publish a draft; where it is of a lost site, who stands in is asked and not yet put down."""
    await store_rosters.lock_publishing(tx)
    draft = await draft_at(tx, roster_id, v=v)
    await store_requests.withdraw_stand_ins(tx, first_day=draft.first_day, last_day=draft.last_day)
    if not draft.site_lost:
        return await publish_roster(tx, roster_id, v=v)
    # It is judged as if all said yes: what could not hold then is asked of nobody.
    wanted = _standing_in(tx, *await _sides(tx, draft))
    days = frozenset((one.operator_id, one.day) for one in wanted)
    told = await publish_roster(tx, roster_id, v=v, without=days)
    await ask(tx, told[0], wanted)
    return told


async def stand_ins(tx: Tx, roster: Roster) -> tuple[list[StandIn], list[Span]]:
    """Return who stands in for a lost site, what they said, and what stays open by now."""
    before, after = await _sides(tx, roster)
    found = [
        StandIn(shift, one.state, one)
        for one in await store_requests.stand_ins_of(tx, roster.id)
        for shift in map(read, one.after)
    ]
    if roster.published_at is None:
        found = [StandIn(shift, "to_ask") for shift in _standing_in(tx, before, after)]
    return found, await _left_open(tx, roster, before, after)


async def answer(tx: Tx, who: str, request_id: str, *, agrees: bool) -> ShiftRequest:
    """Say yes or no to what is asked of oneself: a swap, or to stand in where a site is lost."""
    known = await store_requests.get_request(tx, request_id)
    if known is None or known.kind != "stand_in":
        return await requests.answer_swap(tx, who, request_id, agrees=agrees)
    await store_rosters.lock_publishing(tx)
    request = await requests.waiting(tx, request_id)
    if request.operator_id != who or not await is_shown(tx, who):
        raise UnknownRequest("Nothing of the kind is asked of you.", request_id=request_id)
    if not agrees:
        return await _answered(tx, request, "declined")
    wanted = [read(one) for one in request.after]
    requests.still_ahead(tx, wanted)
    return await _stand_in(tx, request, wanted)


async def asked_of(tx: Tx, who: str, *, limit: int) -> list[ShiftRequest]:
    """Return what somebody asked and what is asked of them, the latest first.

    What a planner asks waits until they are at work; nobody is sent anything.
    """
    found = await store_requests.requests_of(tx, who, limit=limit)
    if not any(_waits(one) for one in found) or await is_shown(tx, who):
        return [one for one in found if not (_waits(one) and _begun(tx, one))]
    return [one for one in found if not _waits(one)]


async def is_shown(tx: Tx, who: str) -> bool:
    """Tell whether somebody sees now what a planner asks: at work, or as they have wished."""
    return await at_work(tx, who) or (await store_requests.wishes_of(tx, who)).early_offers


def _waits(one: ShiftRequest) -> bool:
    return one.kind == "stand_in" and one.state == "waiting"


def _begun(tx: Tx, one: ShiftRequest) -> bool:
    return any(read(told).starts_at <= tx.now for told in one.after)


async def _sides(tx: Tx, roster: Roster) -> tuple[list[Shift], list[Shift]]:
    """Return what held before a version, and what it makes of it: once published, what holds."""
    first, last, at = roster.first_day, roster.last_day, roster.published_at
    before = await store_rosters.in_force(tx, first_day=first, last_day=last, before=at)
    if at is None:
        return before, await store_rosters.shifts_of(tx, roster.id)
    return before, await store_rosters.in_force(tx, first_day=first, last_day=last)


def _standing_in(tx: Tx, before: Sequence[Shift], after: Sequence[Shift]) -> list[Shift]:
    """Return the shifts to come that a version adds on days on which their people were free."""
    busy = {(one.operator_id, one.day) for one in before}
    return [
        one
        for one in difference(before, after).added
        if (one.operator_id, one.day) not in busy and one.starts_at > tx.now
    ]


async def ask(tx: Tx, roster: Roster, wanted: Sequence[Shift]) -> list[ShiftRequest]:
    """Ask people to stand in; who cannot be asked has a request that is refused with the rule."""
    found: list[ShiftRequest] = []
    days: dict[tuple[str, object], list[Shift]] = defaultdict(list)
    for one in wanted:
        days[one.operator_id, one.day].append(one)
    for own in days.values():
        who, day = own[0].operator_id, own[0].day
        begins = min(one.starts_at for one in own)
        # Who is not at work before it begins would have to be sought out at home.
        seen_from = await _seen_from(tx, who, begins)
        asked = seen_from is not None
        request = ShiftRequest(
            id=new_id(),
            kind="stand_in",
            operator_id=who,
            other_id=None,
            day=day,
            note=roster.reason,
            state="waiting" if asked else "refused",
            why=[] if asked else [Why(NEVER_AT_WORK).told()],
            after=[kept(one) for one in own],
            roster_id=roster.id,
            asked_at=tx.now,
            answered_at=None if asked else tx.now,
            answered_by=None if asked else "",
            until_at=answer_until(seen_from, begins) if seen_from else None,
        )
        found.append(request)
        if not await store_requests.insert_request(tx, request):
            # Their leave or swap of that day waits: whoever else is sought must see it.
            never = replace(
                request,
                state="refused",
                why=[Why(ASKED_ALREADY).told()],
                answered_at=tx.now,
                answered_by="",
                until_at=None,
            )
            await store_requests.insert_request(tx, never)
            found[-1] = never
    return found


async def _seen_from(tx: Tx, who: str, begins: datetime) -> datetime | None:
    """Return from when somebody sees what is asked of them; None where not before it begins."""
    if (await store_requests.wishes_of(tx, who)).early_offers:
        return tx.now
    near = await store_rosters.in_force(
        tx,
        first_day=tx.now.date() - timedelta(days=1),
        last_day=begins.date(),
        operator_id=who,
    )
    at_work_from = (
        max(one.starts_at, tx.now)
        for one in near
        if one.ends_at > tx.now and one.starts_at < begins
    )
    return min(at_work_from, default=None)


async def _stand_in(tx: Tx, request: ShiftRequest, wanted: Sequence[Shift]) -> ShiftRequest:
    who, day = request.operator_id, request.day
    around = await store_requests.shifts_of_people(
        tx, (who,), first_day=day - AROUND, last_day=day + AROUND
    )
    if any(one.day == day for one in around):
        raise RosterChanged("Your day was changed after you were asked.")
    agreeing = await store_requests.agreeing(tx)
    if why := hindrances([*around, *wanted], people=(who,), day=day, agreeing=agreeing):
        return await _answered(tx, request, "refused", why)
    shifts = await store_rosters.in_force(tx, first_day=day, last_day=day)
    anew = await publish_day(tx, [*shifts, *wanted], day=day, reason=request.note)
    tx.emit(
        events.ShiftsChanged(
            request_id=request.id, roster_id=anew, request=request.kind, change="done",
            day=day.isoformat(), operators=[who],
        )
    )  # fmt: skip
    return await _answered(tx, request, "done")


async def _answered(
    tx: Tx, request: ShiftRequest, state: str, why: Sequence[Why] = ()
) -> ShiftRequest:
    """Write an answer down; what it was asked for stays beside it."""
    return await store_requests.answer(
        tx,
        request.id,
        state=state,
        why=[one.told() for one in why],
        before=request.before,
        after=request.after,
        roster_id=request.roster_id,
    )


async def _left_open(
    tx: Tx, roster: Roster, before: Sequence[Shift], after: Sequence[Shift]
) -> list[Span]:
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    needed: dict[Place, float] = {}
    for n in range((roster.last_day - roster.first_day).days + 1):
        day = roster.first_day + timedelta(days=n)
        begins = midnight(day, zone).astimezone(UTC)
        for one in await store_runs.required_on(tx, day, roster_id=roster.id):
            needed |= needed_by_half_hour(
                one.queue_id, one.people, begins_at=begins, minutes=one.minutes
            )
    changes = difference(before, after)
    lost = [*changes.removed, *(was for was, _ in changes.changed)]
    taken = [*changes.added, *(becomes for _, becomes in changes.changed)]
    return left_open(lost, taken, there=after, needed=needed)
