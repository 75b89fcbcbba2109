"""What a demo's planner begins with: it follows the living day, obeys contracts, and comes once."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from ascolto.demo import ahead
from ascolto.demo.ahead import plan
from ascolto.demo.history import Curve, drawn
from ascolto.demo.load import load
from ascolto.demo.organisation import read_organisation
from ascolto.demo.planning import planned_queues
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.people import list_operators
from ascolto.routing import list_queues
from ascolto.simulator.scenario import load_scenario
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store_runs
from ascolto.workforce.actions.forecasts import ask_forecast, publish_forecast
from ascolto.workforce.actions.looking import latest_run
from ascolto.workforce.actions.rosters import begin_roster, find_roster
from ascolto.workforce.agreements import in_force_on
from ascolto.workforce.jobs import keep_made
from ascolto.workforce.model import TableRow
from ascolto.workforce.rostering.instance import Terms, wrong_terms
from ascolto.workforce.store_agreements import list_agreements, list_contracts
from ascolto.workforce.views_agreements import STEP_MINUTES
from ascolto.workforce.views_runs import NeededBand

ROME = ZoneInfo("Europe/Rome")
LIVING = {"aurelia": "living_day", "ponente": "living_day_ponente"}
MANY = 101
SILENT: dict[str, Any] = {
    "timezone": "Europe/Rome",
    "history_from": "2026-01-01",
    "history_until": "2026-01-31",
    "measured": False,
    "lesson": {},
    "notes": [],
    "days": [],
    "intervals": [],
}
TABLES = [
    "workforce.imported_volume",
    "workforce.contract",
    "workforce.agreement",
    "workforce.wishes",
    "workforce.office",
    "kit.event",
]


def curve(slug: str = "aurelia") -> Curve:
    sheet = read_organisation(slug).planning
    return Curve(seed="prova", volume=400.0, aht_s=200.0, sheet=sheet, events=())


@pytest.mark.parametrize("slug", list(LIVING))
def test_what_came_follows_the_day_that_plays_beside_the_demo(slug: str) -> None:
    planning, living = read_organisation(slug).planning, load_scenario(LIVING[slug])
    assert planning["volume"] == living.volume
    assert tuple(planning["shares"]) == living.shape.shares
    keys = {row["queue"]: row["public_key"] for row in read_organisation(slug).channels}
    shares = {keys[key]: share for key, share in planning["queues"].items()}
    for queue in living.attended:
        assert shares[queue.key] == queue.share


@pytest.mark.parametrize("slug", list(LIVING))
def test_what_is_told_by_hand_is_of_planned_queues_and_others_go_by_their_forecast(
    slug: str,
) -> None:
    planning = read_organisation(slug).planning
    assert set(planning["by_hand"]) < set(planning["queues"])
    for bands in planning["by_hand"].values():
        for band in bands:
            NeededBand.model_validate(band)


def test_the_same_seed_and_day_draw_the_same_weeks_and_another_seed_draws_others() -> None:
    today = date(2026, 11, 29)
    once = drawn(curve(), today=today, zone=ROME)
    assert drawn(curve(), today=today, zone=ROME) == once
    assert drawn(replace(curve(), seed="altra"), today=today, zone=ROME) != once


def test_every_half_hour_is_told_once_also_where_clocks_change() -> None:
    rows = drawn(curve(), today=date(2026, 11, 29), zone=ROME)
    moments = [row.starts_at.timestamp() for row in rows]
    assert all(after - before == 1800 for before, after in pairwise(moments))
    days = Counter(row.starts_at.date() for row in rows)
    assert days[date(2026, 10, 25)] == 50
    assert len(days) == 70


def test_an_event_lifts_its_own_hours_and_no_others() -> None:
    today = date(2026, 11, 29)
    fault = {"in_days": [-18], "factor": 6, "from_hour": 9, "hours": 3}
    plain = drawn(curve(), today=today, zone=ROME)
    lifted = drawn(replace(curve(), events=(fault,)), today=today, zone=ROME)

    def of(rows: list[TableRow], day: date, hours: range) -> float:
        return sum(
            row.offered
            for row in rows
            if row.starts_at.date() == day and row.starts_at.hour in hours
        )

    day = date(2026, 11, 11)
    assert of(lifted, day, range(9, 12)) > 4 * of(plain, day, range(9, 12))
    assert of(lifted, day, range(9)) == of(plain, day, range(9))


async def test_everybody_of_the_demo_has_a_contract_that_can_be_worked_and_it_comes_once(
    urls: PostgresUrls, database: Database
) -> None:
    tenants = await loaded(database)
    said: list[str] = []
    await plan(urls.app_dsn, tenants, ahead=False, say=said.append)
    assert len(said) == len(LIVING)
    before = [await counts(database, tenant_id) for tenant_id in tenants.values()]
    for tenant_id in tenants.values():
        async with database.transaction(tenant_id, actor=SYSTEM) as tx:
            operators = {one.id for one in await list_operators(tx)}
            held = in_force_on(await list_agreements(tx, until=tx.now.date()), tx.now.date())
            assert set(held) == operators
            for contract in await list_contracts(tx):
                terms = Terms.model_validate(contract.terms)
                assert not wrong_terms(terms, step=STEP_MINUTES)
    await plan(urls.app_dsn, tenants, ahead=False, say=said.append)
    assert len(said) == len(LIVING), "what is there is left alone"
    assert [await counts(database, tenant_id) for tenant_id in tenants.values()] == before


async def loaded(database: Database) -> dict[str, str]:
    """Load the demo; return its organisations' ids by their short names."""
    await load(database)
    tenants = {}
    async with database.connection() as connection:
        for slug in LIVING:
            tenant = await tenancy_store.tenant_by_slug(connection, slug)
            assert tenant is not None
            tenants[slug] = tenant.id
    return tenants


async def counts(database: Database, tenant_id: str) -> list[int]:
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        sql = "SELECT count(*) FROM {}"
        return [await tx.fetchval(sql.format(table)) for table in TABLES]


async def test_two_nodes_that_plan_at_the_same_time_plan_once(
    urls: PostgresUrls, database: Database
) -> None:
    tenants = await loaded(database)
    said: list[str] = []
    both = [plan(urls.app_dsn, tenants, ahead=False, say=said.append) for _ in range(2)]
    await asyncio.gather(*both)
    begun = [line for line in said if "half hours that came" in line]
    assert len(begun) == len(LIVING), "each organisation once, and nobody stumbles over the other"


async def test_what_another_process_plans_is_left_to_it(
    urls: PostgresUrls, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "LOCK_WAIT", "10ms")
    tenants = await loaded(database)
    other = await asyncpg.connect(urls.app_dsn)
    try:
        await other.execute("SELECT pg_advisory_lock($1)", ahead.LOCK)
        said: list[str] = []
        await plan(urls.app_dsn, tenants, ahead=True, say=said.append)
        assert said == ["Planning: another process does it"]
    finally:
        await other.close()


async def test_a_week_that_began_since_is_planned_and_last_weeks_roster_stays_a_draft(
    urls: PostgresUrls, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.nice", lambda _: 0)  # the tests after this one are in no less haste
    tenant_id = (await loaded(database))["aurelia"]
    one = {"aurelia": tenant_id}
    await plan(urls.app_dsn, one, ahead=False, say=lambda _: None)
    today = datetime.now(ROME).date()
    monday = today - timedelta(days=today.weekday())
    last_monday = monday - timedelta(days=7)
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        await publish_silence(tx)
        sunday = monday - timedelta(days=1)
        roster = await begin_roster(tx, first_day=last_monday, last_day=sunday, reason="Prova")
        run = await asked_for(tx, first_day=last_monday, reason=ahead.THIS_WEEK)
        await store_runs.set_made(tx, run, roster_id=roster.id, result={})
    await plan(urls.app_dsn, one, ahead=True, say=lambda _: None)
    weeks = {ahead.THIS_WEEK: monday, ahead.NEXT_WEEK: monday + timedelta(days=7)}
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        assert (await find_roster(tx, roster.id)).published_at is None
        sheet = read_organisation("aurelia")
        told = {planned_queues(sheet)[key] for key in sheet.planning["by_hand"]}
        names = {queue.id: queue.name for queue in await list_queues(tx)}
        for week, first_day in weeks.items():
            found = await latest_run(tx, reason=week, first_day=first_day)
            assert found is not None
            queues = found.wanted["queues"]
            assert {names[one["queue_id"]] for one in queues if one["by_hand"]} == told


async def publish_silence(tx: Tx) -> None:
    """Publish forecasts that say nothing of any day: no roster can be made of them, at once."""
    names = planned_queues(read_organisation("aurelia")).values()
    for queue in await list_queues(tx):
        if queue.name in names:
            asked = await ask_forecast(
                tx, queue_id=queue.id, channel=None, horizon_days=7, minutes=30, model="chosen",
                country="IT", reason="Prova",
            )  # fmt: skip
            assert await keep_made(tx, asked, SILENT)
            await publish_forecast(tx, asked.id)


async def asked_for(tx: Tx, *, first_day: date, reason: str) -> store_runs.Run:
    last_day = first_day + timedelta(days=6)
    return await store_runs.insert_run(
        tx, new_id(), first_day=first_day, last_day=last_day, reason=reason, wanted={}
    )


async def test_what_was_planned_is_known_however_much_a_planner_asked_for_since(
    database: Database, tenant: str
) -> None:
    monday = date(2026, 11, 23)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        first = await asked_for(tx, first_day=monday, reason=ahead.NEXT_WEEK)
        for _ in range(MANY):
            await asked_for(tx, first_day=monday, reason="Prova")
        found = await latest_run(tx, reason=ahead.NEXT_WEEK)
        assert found is not None
        assert found.id == first.id
        later = monday + timedelta(days=7)
        assert await latest_run(tx, reason=ahead.NEXT_WEEK, first_day=later) is None
