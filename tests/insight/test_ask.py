"""The worked morning, asked of a real database."""

import pytest

from ascolto.insight import store
from ascolto.insight.ask import Period, ask, contract_levels, scope_of
from ascolto.insight.fold import FOLDED_KINDS
from ascolto.insight.formulas import formula
from ascolto.insight.own import results_by_day
from ascolto.insight.terms import SERVICE_LEVEL, read_terms
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy import actions as tenancy
from insight.worked_day import CLIENT, ROME, at, events

DAY = Period(at("00:00:00"), at("23:59:59"), "none", ROME)


async def write_morning(tx: Tx) -> None:
    await tenancy.create_client(tx, name="Aurelia", color="#0b6e75", client_id=CLIENT)
    terms = read_terms({"formula": "sl_credit", "threshold_s": 20, "target": 0.6})
    await tenancy.change_setting(
        tx, SERVICE_LEVEL.key, terms.document(), actor=SYSTEM, client_id=CLIENT
    )
    for event in events():
        client_id = None if event.kind == "routing.presence_changed" else event.client_id
        await tx.execute(
            "INSERT INTO kit.event (tenant_id, at, kind, version, client_id, actor, body)"
            " VALUES ($1, $2, $3, 1, $4, '{}', $5)",
            tx.tenant_id, event.at, event.kind, client_id, event.body,
        )  # fmt: skip


async def test_the_log_gives_the_figures_worked_out_by_hand(
    database: Database, tenant: str
) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await write_morning(tx)
        scope = await scope_of(tx, at=tx.now)
        strict, occupancy = formula("sl_strict"), formula("occupancy")
        assert strict is not None
        assert occupancy is not None
        assert (await ask(tx, strict, DAY, scope, threshold_s=20)).total.value == 4 / 9
        # Four people worked that morning: how busy they were is told to none but themselves.
        assert (await ask(tx, occupancy, DAY, scope)).total.withheld


async def test_a_client_is_measured_by_the_formula_of_its_contract(
    database: Database, tenant: str
) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await write_morning(tx)
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        levels = await contract_levels(tx, DAY, await scope_of(tx, at=tx.now))
        assert levels[CLIENT].total.formula == "sl_credit"
        assert levels[CLIENT].total.value == 6 / 9


async def test_people_of_another_client_find_nothing_of_this_one(
    database: Database, tenant: str
) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await write_morning(tx)
    async with database.transaction(tenant, actor=SYSTEM, clients=[new_id()]) as tx:
        scope = await scope_of(tx, at=tx.now)
        strict = formula("sl_strict")
        assert strict is not None
        assert scope.client_names == {}
        assert (await ask(tx, strict, DAY, scope)).total.value is None


async def test_an_operator_finds_her_own_morning(database: Database, tenant: str) -> None:
    async with database.transaction(tenant, actor=SYSTEM) as tx:
        await write_morning(tx)
        found = await store.events_of_operator(
            tx, operator_id="anna", since=DAY.since, until=DAY.until, kinds=FOLDED_KINDS
        )
    days = results_by_day(found, "anna", since=DAY.since, until=at("11:00:00"), zone=ROME)
    (own,) = days.values()
    # w1 510 s, w2 150 s, and her part of w10, 150 s.
    assert own.handled == 3
    assert own.engaged_s == pytest.approx(810)
    assert (own.handling_s, own.ready_s) == (810, 3600 + 300 - 810)
