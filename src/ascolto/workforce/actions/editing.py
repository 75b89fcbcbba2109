"""Use cases of a draft's days: change one person's day, say what it breaks and what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from ascolto.kit.db import Tx
from ascolto.people import get_operator
from ascolto.people.errors import UnknownOperator
from ascolto.tenancy import get_tenant
from ascolto.workforce import events, store_agreements, store_rosters, store_runs
from ascolto.workforce.actions.rosters import draft_at, find_roster
from ascolto.workforce.agreements import Agreement, Contract, in_force_on
from ascolto.workforce.breaks import MEAL_MINUTES, STEP, laid_out
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.examining import broken_rules
from ascolto.workforce.person_day import Facts, facts_of
from ascolto.workforce.rosters import (
    WRONG_SHIFT,
    Roster,
    Shift,
    Violation,
    overlapping,
    wrong_shift,
)
from ascolto.workforce.stage import whole_weeks

MOST_A_DAY = 4
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A shift as it is wanted; without parts its breaks are laid, on a queue or the usual one."""

    shift: Shift
    queue_id: str | None = None
    lay_breaks: bool = False


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's day in a version: shifts, what they break, and what they are for."""

    roster: Roster
    shifts: list[Shift]
    violations: list[Violation]
    facts: Facts


async def change_day(
    tx: Tx, roster_id: str, *, operator_id: str, day: date, wanted: Sequence[Wanted], v: int
) -> PersonDay:
    """Write one person's day of a draft that is still at version `v`, and judge it.

    What breaks a rule is written all the same and said; only publishing refuses it.
    """
    operator = await get_operator(tx, operator_id)
    if operator is None or operator.archived_at is not None:
        raise UnknownOperator("There is no such operator.", operator_id=operator_id)
    roster = await draft_at(tx, roster_id, v=v)
    if len(wanted) > MOST_A_DAY:
        raise BadPlan("many_shifts", "So many shifts are not a day.", most=MOST_A_DAY)
    if not roster.first_day <= day <= roster.last_day:
        raise BadPlan("not_on_roster", "It is not a day of the roster.", day=day.isoformat())
    meal = await _meal_minutes(tx, operator_id, day)
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    shifts = sorted((_laid(one, meal) for one in wanted), key=lambda one: one.starts_at)
    for shift in shifts:
        if (why := wrong_shift(shift, roster, zone)) is not None:
            raise BadPlan(why, WRONG_SHIFT[why], starts_at=shift.starts_at.isoformat())
    own = await store_rosters.shifts_of(tx, roster_id, operator_id=operator_id)
    before = [one for one in own if one.day == day]
    if overlapping([*(one for one in own if one.day != day), *shifts]) is not None:
        raise BadPlan("twice", "Nobody works two shifts at once.", operator_id=operator_id)
    await store_rosters.put_day(tx, roster_id, operator_id=operator_id, day=day, shifts=shifts)
    tx.emit(
        events.RosterEdited(
            roster_id=roster_id,
            operator_id=operator_id,
            day=day.isoformat(),
            before=_spans(before),
            after=_spans(shifts),
        )
    )
    return await show_day(tx, roster_id, operator_id=operator_id, day=day)


async def show_day(tx: Tx, roster_id: str, *, operator_id: str, day: date) -> PersonDay:
    """Return one person's day in a version: what it breaks in these weeks, and what it is for."""
    roster = await find_roster(tx, roster_id)
    if await get_operator(tx, operator_id) is None:
        raise UnknownOperator("There is no such operator.", operator_id=operator_id)
    own = await store_rosters.shifts_of(tx, roster_id, operator_id=operator_id)
    monday, sunday = whole_weeks(day, day)
    around = await store_rosters.in_force(
        tx, first_day=monday - _ONE_DAY, last_day=sunday + _ONE_DAY, operator_id=operator_id
    )
    beside = [one for one in around if not roster.first_day <= one.day <= roster.last_day]
    agreement, contract = await _agreed(tx, operator_id, day)
    facts = facts_of(
        [*own, *beside],
        day=day,
        zone=ZoneInfo((await get_tenant(tx)).timezone),
        agreement=agreement,
        contract=contract,
        everybody=await store_rosters.shifts_of(tx, roster_id, day=day),
        required=await store_runs.required_on(tx, day, roster_id=roster_id),
    )
    broken = await broken_rules(tx, roster, own, operator_id=operator_id)
    return PersonDay(roster, [one for one in own if one.day == day], broken, facts)


def _laid(wanted: Wanted, meal_minutes: int) -> Shift:
    shift = wanted.shift
    if not wanted.lay_breaks:
        return shift
    minutes = round((shift.ends_at - shift.starts_at).total_seconds() / 60)
    if minutes < STEP or minutes % STEP or minutes > 13 * 60:
        raise BadPlan(
            "breaks", "Breaks are laid into shifts of quarters of an hour, 13 hours at most."
        )
    parts = laid_out(minutes, queue_id=wanted.queue_id, meal_minutes=meal_minutes)
    return replace(shift, parts=tuple(parts))


async def _meal_minutes(tx: Tx, operator_id: str, day: date) -> int:
    _, contract = await _agreed(tx, operator_id, day)
    return int(contract.terms.get("meal_minutes", MEAL_MINUTES)) if contract else MEAL_MINUTES


async def _agreed(tx: Tx, operator_id: str, day: date) -> tuple[Agreement | None, Contract | None]:
    found = await store_agreements.list_agreements(tx, until=day, operator_id=operator_id)
    holds = in_force_on(found, day).get(operator_id)
    if holds is None or holds.contract_id is None:
        return holds, None
    return holds, await store_agreements.get_contract(tx, holds.contract_id)


def _spans(shifts: Sequence[Shift]) -> list[list[str]]:
    return [
        [at.astimezone(UTC).isoformat(timespec="minutes") for at in (one.starts_at, one.ends_at)]
        for one in shifts
    ]
