"""Everybody at home on some days: a draft in seconds, for a planner to look at and to publish.

Work at home rests on an individual agreement (L. 81/2017 art. 18-19): who has none is not sent
home by a press. Where the site is lost they cannot work at all, and their shifts are taken out; a
draft that shows the hole is begun, and whoever plans fills it or tells them.
"""

from dataclasses import dataclass, replace
from datetime import date

from ascolto.kit.db import Tx
from ascolto.workforce import store_agreements, store_rosters
from ascolto.workforce.actions.rosters import begin_roster, find_roster
from ascolto.workforce.agreements import in_force_on
from ascolto.workforce.rosters import Roster, Shift


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
    roster = await begin_roster(tx, first_day=first_day, last_day=last_day, reason=reason)
    agreements = await store_agreements.list_agreements(tx, until=last_day)
    shifts = await store_rosters.shifts_of(tx, roster.id)
    held = {day: in_force_on(agreements, day) for day in {one.day for one in shifts}}
    kept: list[Shift] = []
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
            kept += [] if site_lost else [shift]
    await store_rosters.put_shifts(tx, roster.id, kept)
    return Relocated(await find_roster(tx, roster.id), moved, at_home, tuple(sorted(cannot)))
