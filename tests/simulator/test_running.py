"""A short run against a real server: what the scenario sheet promises does happen."""

import asyncio
from dataclasses import replace

import pytest

from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.postgres import PostgresUrls
from ascolto.simulator.report import SimulatorReport
from ascolto.simulator.run import Plan, simulate
from ascolto.simulator.scenario import Scenario, load_scenario
from ascolto.tenancy import store as tenancy_store
from support.running import running_server


def impatient() -> Scenario:
    """The soak's day with hurried customers, forgetful operators and shaky lines."""
    soak = load_scenario("soak")
    return replace(
        soak,
        patience=replace(
            soak.patience, mean_s=12, instant_share=0.3, instant_max_s=0.4, redial_within_s=3
        ),
        handling=replace(
            soak.handling,
            turns_mean=1.2,
            transfer_share=0.2,
            first_contact_resolution=0.4,
            repeat_within_s=3,
            absence_share=0.1,
            no_show_share=0.1,
            late_share=0.2,
            late_min_s=1,
            late_max_s=3,
            drop_out_per_day=20_000,
            break_every_s=30,
            break_s=2,
        ),
    )


@pytest.fixture(scope="module")
def seed() -> int:
    return 3


async def test_a_run_has_all_the_troubles_of_a_real_day(
    urls: PostgresUrls, database: Database, seed: int
) -> None:
    with running_server(urls, demo=True) as server:
        stop = asyncio.Event()
        plan = Plan(
            scenario=impatient(), url=server.url, seed=seed, operators=59, rate_per_s=4.0,
            minutes=0.5, drain_s=20.0,
        )  # fmt: skip
        report = await simulate(plan, stop=stop)
    assert report.audit.clean, report.audit
    # Whose line dropped may still answer what was handed on meanwhile, and is told so.
    too_late = ("reply: conversations.", "close: conversations.", "transfer: conversations.")
    strange = {kind for kind in report.errors if not kind.startswith(too_late)}
    assert not strange, report.errors
    for name in ("redials", "silent", "transfers", "repeats", "no_replies", "drop_outs"):
        assert getattr(report, name) > 0, (name, report.table())
    assert report.absent > 0
    assert report.no_shows > 0
    assert report.late > 0
    assert report.operators == 59 - report.absent - report.no_shows
    assert report.closed > 20
    assert report.with_reason == report.closed
    await _see_it_stored(database, report)


async def _see_it_stored(database: Database, report: SimulatorReport) -> None:
    """What the report counts is in the database too."""
    async with database.connection() as connection:
        tenant = await tenancy_store.tenant_by_slug(connection, "aurelia")
    assert tenant is not None
    async with database.transaction(tenant.id, actor=SYSTEM) as tx:
        closed = await tx.fetch(
            "SELECT outcome, count(*) AS n, count(reason2) AS reasons"
            " FROM conversations.conversation WHERE state = 'closed' GROUP BY outcome"
        )
        countries = await tx.fetch("SELECT DISTINCT country, place FROM identity.session")
    outcomes = {row["outcome"]: row["n"] for row in closed}
    assert outcomes.get("no_reply", 0) >= report.no_replies > 0
    assert sum(row["reasons"] for row in closed) >= report.closed
    assert {"IT", "AL"} <= {row["country"] for row in countries}
    assert {"home", "site"} <= {row["place"] for row in countries}
