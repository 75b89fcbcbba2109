"""Use cases of what flexibility is worth: question, what came out, and a plan's commuting."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.insight.ask import scope_of
from ascolto.kit.clock import midnight
from ascolto.kit.db import Tx
from ascolto.tenancy import get_tenant
from ascolto.tenancy.actions import setting
from ascolto.workforce import store_agreements, store_rosters, store_runs
from ascolto.workforce.actions import making
from ascolto.workforce.actions.making import Gathered
from ascolto.workforce.casting import STEP, seats_between, there_beside
from ascolto.workforce.commuting import COMMUTE, Footprint, footprint
from ascolto.workforce.rosters import Roster
from ascolto.workforce.ruling import note_told

# The roster as told, twice for what chance does, and each rule that changes when people work.
MOST_SEARCHES = 7


@dataclass(frozen=True, slots=True)
class Ways:
    """What a plan takes of ways and seats; of too few people nothing is told."""

    footprint: Footprint | None
    commute: dict[str, Any]
    seats: int | None
    smallest_group: int


def question(gathered: Gathered) -> dict[str, Any]:
    """Return the question for the process that weighs, once all demand is known."""
    asked = making.question(gathered)
    axis = gathered.stage.axis()
    beside = there_beside(gathered.questions, making.there(gathered), axis)
    agreed = {one["id"] for one in asked["instance"]["people"] if "office" in one}
    service = {}
    for queue_id, (promise, starts) in gathered.questions.items():
        within = [
            (axis.number_of(at), one)
            for at, one in zip(starts, promise["intervals"], strict=True)
            if 0 <= axis.number_of(at) <= axis.day_begins[-1] - max(promise["minutes"] // STEP, 1)
        ]
        service[queue_id] = {
            "promise": {name: value for name, value in promise.items() if name != "intervals"},
            "at": [at for at, _ in within],
            "means": [one["mean"] for _, one in within],
            "cvs": [one["rate_cv"] for _, one in within],
            # Who is not planned anew is there all the same, also where they are more than it takes.
            "beside": beside[queue_id],
        }
    return {
        **asked,
        "weigh": True,
        "searches": MOST_SEARCHES,
        "service": service,
        "at_home": [
            one.operator_id
            for one in gathered.cast
            if one.place == "home" and one.operator_id not in agreed
        ],
    }


async def keep(tx: Tx, gathered: Gathered, answer: dict[str, Any]) -> bool:
    """Write what came out, with the factors of these days; False when it was cancelled meanwhile.

    Of fewer people than a group nothing is told of where they are.
    """
    run = gathered.run
    if not await making.still_asked(tx, run):
        return False
    first = midnight(run.first_day, ZoneInfo(gathered.stage.timezone))
    smallest = (await scope_of(tx, at=tx.now)).smallest_group
    result = {
        **answer,
        "people": len(gathered.cast),
        "withheld": len(gathered.cast) < smallest,
        "smallest_group": smallest,
        "commute": await setting(tx, COMMUTE, at=first),
        "seats": gathered.stage.seats,
        "notes": [note_told(one) for one in gathered.notes],
    }
    await store_runs.set_made(tx, run, result=result)
    return True


async def ways_of(tx: Tx, roster: Roster) -> Ways:
    """Return what a plan takes of ways and seats, by the factors of its first day."""
    first = midnight(roster.first_day, ZoneInfo((await get_tenant(tx)).timezone))
    found = footprint(await store_rosters.shifts_of(tx, roster.id))
    smallest = (await scope_of(tx, at=tx.now)).smallest_group
    return Ways(
        footprint=found if found.people >= smallest else None,
        commute=await setting(tx, COMMUTE, at=first),
        seats=seats_between(
            await store_agreements.list_seats(tx), first=roster.first_day, last=roster.last_day
        ),
        smallest_group=smallest,
    )
