"""The stage of a roster: people, what is agreed, seats, and the shifts around its days."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from ascolto import routing
from ascolto.kit.db import Tx
from ascolto.tenancy import get_tenant
from ascolto.workforce import store_agreements, store_requests, store_rosters
from ascolto.workforce.agreements import by_person
from ascolto.workforce.asking import Wishes
from ascolto.workforce.casting import LOOK_BACK, Planned, Stage, queues_open_to, seats_between


async def stage_of(tx: Tx, *, first_day: date, last_day: date) -> Stage:
    """Return the stage of whole weeks; `last_day` is a Sunday."""
    return Stage(
        first_day=first_day,
        days=(last_day - first_day).days + 1,
        timezone=(await get_tenant(tx)).timezone,
        contracts={one.id: one.terms for one in await store_agreements.list_contracts(tx)},
        seats=seats_between(await store_agreements.list_seats(tx), first=first_day, last=last_day),
        before=await store_rosters.in_force(
            tx, first_day=first_day - LOOK_BACK, last_day=first_day - timedelta(days=1)
        ),
        leave=await store_requests.granted_leave(tx, first_day=first_day, last_day=last_day),
    )


async def cast_of(
    tx: Tx,
    stage: Stage,
    *,
    queue_ids: Sequence[str] | None = None,
    team_id: str | None = None,
    operator_id: str | None = None,
) -> list[Planned]:
    """Return who can be planned: everybody, or a team, for all queues or some.

    By the skills that stand: who helps elsewhere until tonight is planned for where they belong.
    """
    queues = [
        one for one in await routing.list_queues(tx) if queue_ids is None or one.id in queue_ids
    ]
    wishes = await store_requests.wishes_of_people(tx)
    leave: dict[str, set[date]] = defaultdict(set)
    for who, day in stage.leave:
        leave[who].add(day)
    agreed = by_person(await store_agreements.list_agreements(tx, until=stage.last_day))
    return [
        Planned(
            operator_id=one.id,
            place=one.place,
            queues=tuple(queues_open_to(one, queues, at=tx.now)),
            agreements=tuple(agreed.get(one.id, ())),
            leave=frozenset(leave.get(one.id, ())),
            wishes=wishes.get(one.id, Wishes()),
        )
        for one in await routing.standing_operators(tx)
        if (team_id is None or one.team_id == team_id)
        and (operator_id is None or one.id == operator_id)
    ]


def whole_weeks(first_day: date, last_day: date) -> tuple[date, date]:
    """Return the Monday and the Sunday of the weeks that some days lie in."""
    monday = first_day - timedelta(days=first_day.weekday())
    return monday, last_day + timedelta(days=6 - last_day.weekday())
