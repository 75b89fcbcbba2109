"""Everybody at home on some days: a draft in seconds, for a planner to look at and to publish.

Work at home rests on an individual agreement (L. 81/2017 art. 18-19): who has none is not sent
home by a press. Where the site is lost they cannot work at all: their shifts are given to who can
work at home, is free that day and may, and what stays open is told half hour by half hour.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from ascolto.kit.db import Tx
from ascolto.workforce import store_agreements, store_requests, store_rosters
from ascolto.workforce.actions.rosters import begin_roster, find_roster
from ascolto.workforce.agreements import in_force_on
from ascolto.workforce.casting import LOOK_BACK
from ascolto.workforce.examining import broken_rules
from ascolto.workforce.filling import Helping, fill
from ascolto.workforce.rosters import Roster, Shift
from ascolto.workforce.stage import cast_of, stage_of, whole_weeks

Pairs = Sequence[tuple[Shift, Shift]]
Fault = tuple[str | None, date, str]
# The rules of contracts are looked at beforehand: what is left for the examiner is rare.
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Relocated:
    """The draft, how many shifts go home, and who cannot: they stay at the site, or are out."""

    roster: Roster
    moved: int
    at_home: int
    cannot: tuple[str, ...]


async def send_home(
    tx: Tx, *, first_day: date, last_day: date, reason: str, site_lost: bool
) -> Relocated:
    """Begin a draft in which everybody who has agreed to it works at home on some days.

    What has begun, or is over, stays as it is: the history is of what was.
    """
    roster = await begin_roster(
        tx, first_day=first_day, last_day=last_day, reason=reason, site_lost=site_lost
    )
    agreements = await store_agreements.list_agreements(tx, until=last_day)
    shifts = await store_rosters.shifts_of(tx, roster.id)
    held = {day: in_force_on(agreements, day) for day in {one.day for one in shifts}}
    kept: list[Shift] = []
    lost: list[Shift] = []
    moved = at_home = 0
    cannot: set[str] = set()
    for shift in shifts:
        agreed = held[shift.day].get(shift.operator_id)
        if shift.place == "home" or shift.starts_at <= tx.now:
            kept.append(shift)
            at_home += shift.place == "home"
        elif agreed is not None and agreed.office is not None:
            kept.append(replace(shift, place="home"))
            moved += 1
        else:
            cannot.add(shift.operator_id)
            (lost if site_lost else kept).append(shift)
    taken = await filled(tx, roster, kept, lost) if lost else []
    now = [*kept, *(one for _, one in taken)]
    await store_rosters.put_shifts(tx, roster.id, now)
    return Relocated(await find_roster(tx, roster.id), moved, at_home, tuple(sorted(cannot)))


async def filled(
    tx: Tx,
    roster: Roster,
    kept: Sequence[Shift],
    lost: Sequence[Shift],
    *,
    out: frozenset[tuple[str, date]] = frozenset(),
) -> Pairs:
    """Return who takes which lost shift; what the examiner objects to others are tried for.

    `out` are people and days that are not to be thought of.
    """
    monday, sunday = whole_weeks(roster.first_day, roster.last_day)
    stage = await stage_of(tx, first_day=monday, last_day=sunday)
    cast = await cast_of(tx, stage)
    around = await store_rosters.in_force(
        tx, first_day=monday - LOOK_BACK, last_day=sunday + LOOK_BACK
    )
    beside = [one for one in around if not roster.first_day <= one.day <= roster.last_day]
    people = [one.operator_id for one in cast]
    helping = Helping(
        people=cast,
        wishes=await store_requests.wishes_of_people(tx, people),
        terms=stage.contracts,
        around=[*beside, *kept],
        agreeing=await store_requests.agreeing(tx),
        zone=ZoneInfo(stage.timezone),
    )
    known: set[Fault] | None = None
    never = set(out)
    good: list[tuple[Shift, Shift]] = []
    for _ in range(_MOST_ROUNDS):
        # Beside the loop that answers others: of a thousand people it takes seconds.
        found = await asyncio.to_thread(fill, lost, helping, never=never)
        if not found:
            return []
        if known is None:
            known = await _faults(tx, roster, kept)
        now = [*kept, *(one for _, one in found)]
        against = {who for who, _, _ in await _faults(tx, roster, now) - known}
        good = [(was, one) for was, one in found if one.operator_id not in against]
        if len(good) == len(found):
            break
        never |= {(one.operator_id, one.day) for _, one in found if one.operator_id in against}
    return good


async def _faults(tx: Tx, roster: Roster, shifts: Sequence[Shift]) -> set[Fault]:
    # A week that was too short is so in other words with a shift more: the article tells.
    return {
        (one.operator_id, one.day, one.article) for one in await broken_rules(tx, roster, shifts)
    }
