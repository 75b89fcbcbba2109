"""What a demo's planner begins with: weeks that came, contracts, what is agreed, wishes, seats."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from ascolto import people, routing
from ascolto.demo.history import MINUTES, Curve, drawn
from ascolto.demo.organisation import FULL_TIME_HOURS, OperatorSheet, Organisation
from ascolto.kit.db import Tx
from ascolto.workforce.actions.agreeing import agree, set_seats, write_contract
from ascolto.workforce.actions.importing import write_imported
from ascolto.workforce.actions.looking import has_contracts
from ascolto.workforce.actions.wishing import wish
from ascolto.workforce.agreements import Agreement
from ascolto.workforce.asking import Wishes
from ascolto.workforce.past import stream_of
from ascolto.workforce.tables import Imported

BEGAN = timedelta(days=400)
"""Long before the first week that came: what is agreed with everybody."""
RAISED = timedelta(days=45)
"""Since when some work more hours."""
LEAST_HOURS = 20
EVERY_WHICH = 3
RARELY = 17
MORNING, EVENING = (8 * 60, 15 * 60), (12 * 60, 21 * 60)
TEAM_WEEKDAYS = (2, 3, 4)


async def prepare_planning(tx: Tx, one: Organisation) -> int:
    """Give a planner what planning begins with, unless contracts are there; return the rows."""
    if not one.planning or await has_contracts(tx):
        return 0
    today = tx.now.astimezone(ZoneInfo(one.timezone)).date()
    contracts = await _contracts(tx, one)
    await _agreements(tx, one, contracts, today=today)
    await set_seats(tx, from_day=today - BEGAN, seats=int(one.planning["seats"]))
    return await _history(tx, one, today=today)


def planned_queues(one: Organisation) -> dict[str, str]:
    """Return the names of the queues that are planned, by their keys."""
    return {row["key"]: row["name"] for row in one.queues if row["key"] in one.planning["queues"]}


async def _history(tx: Tx, one: Organisation, *, today: date) -> int:
    by_name = {queue.name: queue.id for queue in await routing.list_queues(tx)}
    names, rows = planned_queues(one), 0
    for sheet in one.queues:
        share = one.planning["queues"].get(sheet["key"])
        if share is None:
            continue
        stream = await stream_of(tx, queue_id=by_name[names[sheet["key"]]])
        told = drawn(_curve(one, sheet, share), today=today, zone=stream.zone)
        await write_imported(tx, stream, Imported(rows=told, minutes=MINUTES), dry_run=False)
        rows += len(told)
    return rows


def _curve(one: Organisation, sheet: Mapping[str, Any], share: float) -> Curve:
    return Curve(
        seed=f"{one.slug}/{sheet['key']}",
        volume=one.planning["volume"] * share / 100,
        aht_s=sheet["aht_s"] / one.planning["at_once"],
        sheet=one.planning,
        events=tuple(
            event
            for event in one.own_events
            if event.get("client", sheet["client"]) == sheet["client"]
            and event.get("queue", sheet["key"]) == sheet["key"]
        ),
    )


async def _contracts(tx: Tx, one: Organisation) -> dict[tuple[int, bool], str]:
    """Write the contracts; return their ids by hours a week and whether around the clock."""
    return {
        (row["hours"], row.get("around_the_clock", False)): (
            await write_contract(tx, name=row["name"], terms=_whole(row["terms"]))
        ).id
        for row in one.planning["contracts"]
    }


def _whole(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms with the weekdays that a band without them means: all."""
    bands = {
        key: [{"weekdays": [1, 2, 3, 4, 5, 6, 7], **band} for band in terms.get(key, ())]
        for key in ("bands", "elastic_bands")
    }
    return {"meal_minutes": 30, **terms, **bands}


async def _agreements(
    tx: Tx, one: Organisation, contracts: Mapping[tuple[int, bool], str], *, today: date
) -> None:
    ids = {operator.display_name: operator.id for operator in await people.list_operators(tx)}
    full_time = count()
    for number, account in enumerate(one.operators):
        work = account.operator
        if work is None:
            continue
        around = work.hours == FULL_TIME_HOURS and (
            work.team in one.planning["around_the_clock"]
            or next(full_time) % one.planning["one_in"] == 0
        )
        agreement = _agreement(ids[account.name], work, one.teams.index(work.team), number)
        since = replace(
            agreement, from_day=today - BEGAN, contract_id=contracts[work.hours, around]
        )
        if number % RARELY == 0 and not around and work.hours > LEAST_HOURS:
            # Fewer hours once, more of them since then.
            before = replace(since, contract_id=contracts[LEAST_HOURS, False])
            await agree(tx, before)
            since = replace(since, from_day=today - RAISED)
        await agree(tx, since)
        if number % EVERY_WHICH == 0:
            await wish(tx, since.operator_id, _wishes(work, number))


def _agreement(operator_id: str, work: OperatorSheet, team: int, number: int) -> Agreement:
    """Return what is agreed with somebody but for their contract: days at home, clauses."""
    at_home = work.place == "home"
    mixed = at_home and work.country == "IT"
    return Agreement(
        operator_id=operator_id,
        from_day=date.min,
        contract_id=None,
        elastic=work.hours < FULL_TIME_HOURS and number % 2 == 0,
        office=(0, 2) if mixed else None,
        team_weekdays=(TEAM_WEEKDAYS[team % len(TEAM_WEEKDAYS)],) if mixed and number % 2 else (),
    )


def _wishes(work: OperatorSheet, number: int) -> Wishes:
    begin, end = MORNING if number % 2 else EVENING
    return Wishes(
        from_minute=begin,
        until_minute=end,
        days_off=(6,) if number % 2 else (7,),
        place=work.place if work.country == "IT" else None,
        short_shifts=number % 4 == 0 and work.hours < FULL_TIME_HOURS,
        split_shifts=number % 6 == 0,
    )
