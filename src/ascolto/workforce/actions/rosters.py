"""Use cases of rosters: begin a version, fill it, see what it changes, publish it."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.people import get_operator
from ascolto.tenancy import get_tenant
from ascolto.workforce import events, store_rosters
from ascolto.workforce.errors import (
    AlreadyPublished,
    BadPlan,
    BreaksTheLaw,
    OutsideScope,
    RosterChanged,
    UnknownRoster,
)
from ascolto.workforce.examining import binding, broken_rules
from ascolto.workforce.rosters import (
    WRONG_SHIFT,
    Difference,
    Roster,
    Shift,
    Violation,
    difference,
    overlapping,
    wrong_shift,
)

LONGEST_DAYS = 63
PersonDay = tuple[str, date]


async def begin_roster(
    tx: Tx, *, first_day: date, last_day: date, reason: str, site_lost: bool = False
) -> Roster:
    """Begin a version for some days; it opens with what is in force on them."""
    require_whole(tx)
    if not 0 <= (last_day - first_day).days < LONGEST_DAYS:
        raise BadPlan("nine_weeks", "A roster has at least a day and at most nine weeks.")
    # Whoever publishes at this moment is either seen here or later than this.
    await store_rosters.lock_publishing(tx)
    roster = await store_rosters.insert_roster(
        tx,
        new_id(),
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        created_at=await store_rosters.reading_moment(tx),
        site_lost=site_lost,
    )
    now = await store_rosters.in_force(tx, first_day=first_day, last_day=last_day)
    await store_rosters.put_shifts(tx, roster.id, now)
    return await find_roster(tx, roster.id)


async def find_roster(tx: Tx, roster_id: str, *, hold: bool = False) -> Roster:
    """Return a version or raise UnknownRoster."""
    require_whole(tx)
    roster = await store_rosters.get_roster(tx, roster_id, hold=hold)
    if roster is None:
        raise UnknownRoster("There is no such roster.", roster_id=roster_id)
    return roster


async def fill_roster(tx: Tx, roster_id: str, shifts: Sequence[Shift], *, v: int) -> Roster:
    """Write all shifts of a draft that is still at version `v`, or none."""
    await draft_at(tx, roster_id, v=v)
    roster = await find_roster(tx, roster_id)
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    for shift in shifts:
        if (why := wrong_shift(shift, roster, zone)) is not None:
            raise BadPlan(
                why,
                WRONG_SHIFT[why],
                operator_id=shift.operator_id,
                starts_at=shift.starts_at.isoformat(),
            )
    if (twice := overlapping(shifts)) is not None:
        raise BadPlan(
            "twice",
            "Nobody works two shifts at once.",
            operator_id=twice.operator_id,
            starts_at=twice.starts_at.isoformat(),
        )
    for operator_id in sorted({shift.operator_id for shift in shifts}):
        operator = await get_operator(tx, operator_id)
        if operator is None or operator.archived_at is not None:
            raise BadPlan("away", "There is no such operator.", operator_id=operator_id)
    await store_rosters.put_shifts(tx, roster_id, shifts)
    return await find_roster(tx, roster_id)


async def compare_roster(tx: Tx, roster: Roster) -> tuple[Difference, list[Violation]]:
    """Return what a version changes in what is in force, and what it breaks.

    The days beside it count for rests and weeks.
    """
    inside = await store_rosters.in_force(tx, first_day=roster.first_day, last_day=roster.last_day)
    shifts = await store_rosters.shifts_of(tx, roster.id)
    return difference(inside, shifts), await broken_rules(tx, roster, shifts)


async def publish_roster(
    tx: Tx, roster_id: str, *, v: int, without: frozenset[PersonDay] = frozenset()
) -> tuple[Roster, Difference, list[Violation]]:
    """Publish a draft: from now on it holds on its days. What the law forbids is refused.

    People's days that it is `without` are judged with it and do not hold yet.
    """
    await store_rosters.lock_publishing(tx)
    roster = await draft_at(tx, roster_id, v=v)
    if await store_rosters.published_since(tx, roster):
        # What was compared before it was decided is no longer what holds.
        raise RosterChanged("Somebody published these days meanwhile: begin anew.", v=roster.v)
    changes, broken = await compare_roster(tx, roster)
    forbidden = [one for one in broken if binding(one)]
    if forbidden:
        first = forbidden[0]
        raise BreaksTheLaw(
            f"{first.rule} ({first.article})",
            operator_id=first.operator_id,
            day=first.day.isoformat(),
            article=first.article,
            violations=len(forbidden),
        )
    if without:
        shifts = await store_rosters.shifts_of(tx, roster_id)
        hold = [one for one in shifts if (one.operator_id, one.day) not in without]
        await store_rosters.put_shifts(tx, roster_id, hold)
        changes.added = [o for o in changes.added if (o.operator_id, o.day) not in without]
    published = await store_rosters.set_published(tx, roster_id)
    if published is None:
        raise AlreadyPublished("The roster is published already.")
    tx.emit(
        events.RosterPublished(
            roster_id=roster.id,
            first_day=roster.first_day.isoformat(),
            last_day=roster.last_day.isoformat(),
            added=len(changes.added),
            removed=len(changes.removed),
            changed=len(changes.changed),
        )
    )
    return published, changes, broken


async def publish_day(tx: Tx, shifts: Sequence[Shift], *, day: date, reason: str) -> str:
    """Publish a day anew: a change is a version like any other, and the history has it.

    Publishing has to be locked, and the change judged: nothing is looked at here.
    """
    roster = await store_rosters.insert_roster(
        tx, new_id(), first_day=day, last_day=day, reason=reason
    )
    await store_rosters.put_shifts(tx, roster.id, shifts)
    await store_rosters.set_published(tx, roster.id)
    return roster.id


async def drop_roster(tx: Tx, roster_id: str) -> None:
    """Throw a draft away."""
    await find_roster(tx, roster_id, hold=True)
    if not await store_rosters.delete_draft(tx, roster_id):
        raise AlreadyPublished("What people were told stays in the history.")


def require_whole(tx: Tx) -> None:
    """Refuse who sees some clients only: people work for several, and a roster is of all."""
    if tx.clients is not None:
        raise OutsideScope("Only somebody who sees every client plans who works when.")


async def draft_at(tx: Tx, roster_id: str, *, v: int) -> Roster:
    """Return a draft that is still at version `v`, held until the transaction ends."""
    roster = await find_roster(tx, roster_id, hold=True)
    if roster.published_at is not None:
        raise AlreadyPublished("What is published stays as it is: begin a new version.")
    if roster.v != v:
        raise RosterChanged("Somebody changed this roster meanwhile.", v=roster.v)
    return roster
