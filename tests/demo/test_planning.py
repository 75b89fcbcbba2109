"""What a demo's planner begins with: it follows the living day, obeys contracts, and comes once."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ascolto.demo.ahead import plan
from ascolto.demo.history import Curve, drawn
from ascolto.demo.load import load
from ascolto.demo.organisation import read_organisation
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.people import list_operators
from ascolto.simulator.scenario import load_scenario
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce.agreements import in_force_on
from ascolto.workforce.model import TableRow
from ascolto.workforce.rostering.instance import Terms, wrong_terms
from ascolto.workforce.store_agreements import list_agreements, list_contracts
from ascolto.workforce.views_agreements import STEP_MINUTES

ROME = ZoneInfo("Europe/Rome")
LIVING = {"aurelia": "living_day", "ponente": "living_day_ponente"}
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
    await load(database)
    tenants = {}
    async with database.connection() as connection:
        for slug in LIVING:
            tenant = await tenancy_store.tenant_by_slug(connection, slug)
            assert tenant is not None
            tenants[slug] = tenant.id
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


async def counts(database: Database, tenant_id: str) -> list[int]:
    async with database.transaction(tenant_id, actor=SYSTEM) as tx:
        sql = "SELECT count(*) FROM {}"
        return [await tx.fetchval(sql.format(table)) for table in TABLES]
