"""Why this operator, and why not another: over HTTP, with every answer a rule could give."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ascolto import routing
from ascolto.kit.db import Database
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from ascolto.tenancy import OpeningHours
from ascolto.tenancy.actions import change_setting, create_calendar
from support.office import Office, ok, open_office, refused

LEADER, DPO = "luca@prova.example", "dpo@prova.example"


@pytest.fixture
async def office(urls: PostgresUrls, database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(urls, database, data=tmp_path) as office:
        await office.hire(LEADER, "team_leader")
        yield office


async def presence(office: Office, operator_id: str, state: str, **values: Any) -> None:
    async with office.desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=operator_id, state=state, **values)


async def against(office: Office, work_item_id: str, operator_id: str) -> list[str]:
    async with office.signed_in(LEADER) as browser:
        found = ok(
            await browser.get(f"/work/{work_item_id}/why", params={"operator_id": operator_id})
        )
    reasons: list[str] = found["against"]
    return reasons


async def agreed(office: Office, *fields: str) -> None:
    """Conclude an agreement by which others may see these fields of a person."""
    await office.hire(DPO, "privacy")
    async with office.desk.as_system() as tx:
        now = tx.now.isoformat()
    told = {"title": "Accordo", "reference": "1", "fields": [*fields], "valid_from": now}
    pdf = {"document": ("a.pdf", b"%PDF-1.7 firmato", "application/pdf")}
    async with office.signed_in(DPO) as browser:
        ok(await browser.post("/privacy/monitoring", data=told, files=pdf))


async def some_work(office: Office, **values: Any) -> str:
    """Let work wait that nobody takes meanwhile: it asks for a language nobody speaks."""
    async with office.desk.as_system() as tx:
        item = await routing.enqueue(
            tx,
            client_id=office.desk.client_id,
            queue_id=office.desk.queue.id,
            channel="webchat",
            ref=new_id(),
            card={},
            language="sw",
            **values,
        )
    return item.id


async def test_each_rule_that_keeps_an_operator_from_work_is_named(office: Office) -> None:
    await agreed(office, "state")
    item = await some_work(office, eu_only=True, needs=[("bills", 3)])
    await presence(office, office.desk.anna, "away", country="AL")
    assert sorted(await against(office, item, office.desk.anna)) == [
        "language",
        "outside_eu",
        "presence_away",
        "skill",
    ]


@pytest.mark.parametrize("state", ["busy", "away", "break", "offline"])
async def test_without_an_agreement_what_a_person_is_doing_is_told_to_themselves_alone(
    office: Office, state: str
) -> None:
    item = await some_work(office)
    await presence(office, office.desk.anna, state)
    assert sorted(await against(office, item, office.desk.anna)) == ["language", "not_now"]
    async with office.signed_in() as browser:
        own = await browser.get(f"/work/{item}/why", params={"operator_id": office.desk.anna})
    assert sorted(ok(own)["against"]) == ["language", f"presence_{state}"]


async def test_a_break_that_is_due_is_named_and_one_long_past_is_not(office: Office) -> None:
    await agreed(office, "breaks")
    item = await some_work(office)
    await presence(office, office.desk.anna, "available")
    for minutes, named in ((2, True), (-60, False)):
        async with office.desk.as_system() as tx:
            due = tx.now + timedelta(minutes=minutes)
            await routing.set_break_due(tx, operator_id=office.desk.anna, due_at=due)
        assert ("break_due" in await against(office, item, office.desk.anna)) == named


async def test_the_costs_of_channels_are_the_organisations_own(office: Office) -> None:
    await agreed(office, "active_work")
    item = await some_work(office)
    await presence(office, office.desk.anna, "available")
    assert "no_capacity" not in await against(office, item, office.desk.anna)
    async with office.desk.as_system() as tx:
        value = {"webchat": {"cost": 1000, "interrupts": []}}
        await change_setting(tx, "routing.channels", value, actor=tx.actor)
    assert "no_capacity" in await against(office, item, office.desk.anna)


async def test_who_is_offered_work_is_told_with_the_figures_of_the_choice(office: Office) -> None:
    async with office.desk.as_system() as tx:
        item = await routing.enqueue(
            tx,
            client_id=office.desk.client_id,
            queue_id=office.desk.queue.id,
            channel="webchat",
            ref=new_id(),
            card={},
        )
        why = {"ring": 0, "candidates": 2, "load": 0}
        await tx.execute(
            "UPDATE routing.work_item SET state = 'offered', operator_id = $3,"
            " offer_expires_at = $4 WHERE tenant_id = $1 AND id = $2",
            office.desk.tenant,
            item.id,
            office.desk.anna,
            tx.now + timedelta(hours=1),
        )
        await tx.execute(
            "INSERT INTO routing.decision"
            " (tenant_id, work_item_id, client_id, operator_id, at, epoch, why)"
            " VALUES ($1, $2, $3, $4, $5, 1, $6)",
            office.desk.tenant,
            item.id,
            office.desk.client_id,
            office.desk.anna,
            tx.now,
            why,
        )
    async with office.signed_in() as browser:
        found = ok(await browser.get(f"/work/{item.id}/why"))
    assert (found["operator_id"], found["why"]["candidates"]) == (office.desk.anna, 2)
    assert found["against"] is None
    assert "already_offered" in await against(office, item.id, office.desk.bruno)


async def test_waiting_work_tells_when_it_goes_on_elsewhere_in_opening_hours(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        into = await routing.create_queue(
            tx, values={"client_id": desk.client_id, "name": "Tutti", "channel": "webchat"}
        )
        closed = await create_calendar(
            tx, name="Mai", hours=OpeningHours("Europe/Rome", {}), client_id=desk.client_id
        )
        values = {"overflow_queue_id": into.id, "overflow_after_s": 600.0}
        await routing.change_queue(tx, queue_id=desk.queue.id, values=values)
        an_hour_ago = tx.now - timedelta(hours=1)
    item = await some_work(office, enqueued_at=an_hour_ago)
    for calendar_id, waited_s in ((None, 3600), (closed.id, 0)):
        async with desk.as_system() as tx:
            await routing.change_queue(
                tx, queue_id=desk.queue.id, values={"calendar_id": calendar_id}
            )
        async with office.signed_in(LEADER) as browser:
            told = ok(await browser.get(f"/work/{item}/why"))["overflow"]
        assert (told["queue_id"], told["after_s"]) == (into.id, 600)
        assert told["waited_s"] == pytest.approx(waited_s, abs=60)


async def test_asking_about_somebody_else_is_for_who_supervises_and_is_written_down(
    office: Office,
) -> None:
    item = await some_work(office)
    async with office.signed_in() as browser:
        own = await browser.get(f"/work/{item}/why", params={"operator_id": office.desk.anna})
        assert "language" in ok(own)["against"]
        other = await browser.get(f"/work/{item}/why", params={"operator_id": office.desk.bruno})
        refused(other, 403, "routing.may_not_explain")
        refused(await browser.get(f"/work/{new_id()}/why"), 404, "routing.work_unknown")
    await against(office, item, office.desk.bruno)
    async with office.desk.as_system() as tx:
        views = await tx.fetchval(
            "SELECT count(*) FROM privacy.view_log WHERE subject_id = $1::uuid",
            office.desk.bruno,
        )
    assert views == 1
