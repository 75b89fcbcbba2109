"""Who looked at whom, and what may be seen of single people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.identity import Principal, permissions_of
from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from ascolto.privacy import MonitoredField, MonitoringMode, is_visible, record_view, visible_fields
from ascolto.privacy.model import Agreement, ModeKind
from support.doors import Door

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DPO = "dpo@prova.example"


def agreement(*fields: str, start: datetime = NOON, end: datetime | None = None) -> Agreement:
    return Agreement("a", "Accordo", "12/2026", "a.pdf", "0", frozenset(fields), start, end, NOON)


def test_by_default_nothing_is_seen_of_others_and_everything_of_oneself() -> None:
    mode = MonitoringMode()
    assert mode.kind(NOON) is ModeKind.AGGREGATE
    for field in MonitoredField:
        assert not is_visible(mode, NOON, field)
        assert is_visible(mode, NOON, field, own=True)


def test_an_agreement_unlocks_its_fields_between_its_dates() -> None:
    mode = MonitoringMode((agreement("state", end=NOON + timedelta(days=1)),))
    assert visible_fields(mode, NOON - timedelta(seconds=1)) == frozenset()
    assert visible_fields(mode, NOON) == {"state"}
    assert mode.kind(NOON) is ModeKind.AGREEMENT
    assert visible_fields(mode, NOON + timedelta(days=1)) == frozenset()


def test_two_agreements_add_up_while_both_hold() -> None:
    later = NOON + timedelta(days=1)
    mode = MonitoringMode((agreement("state"), agreement("handled", start=later)))
    assert visible_fields(mode, NOON) == {"state"}
    assert visible_fields(mode, later) == {"state", "handled"}


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(list(MonitoredField)), min_size=1),
            st.integers(-5, 5),
            st.none() | st.integers(0, 5),
        ),
        max_size=4,
    ),
    st.integers(-6, 12),
)
def test_a_field_is_seen_only_if_some_agreement_in_force_lists_it(
    drawn: list[tuple[set[MonitoredField], int, int | None]], day: int
) -> None:
    at = NOON + timedelta(days=day)
    agreements = tuple(
        agreement(
            *fields,
            start=NOON + timedelta(days=start),
            end=None if length is None else NOON + timedelta(days=start + length),
        )
        for fields, start, length in drawn
    )
    for field in MonitoredField:
        listed = any(field in a.fields and a.holds(at) for a in agreements)
        assert is_visible(MonitoringMode(agreements), at, field) == listed


def leader(door: Door, account_id: str) -> Principal:
    return Principal(
        tenant_id=door.tenant_id, account_id=account_id, name="Capo", email="", roles=(),
        permissions=permissions_of(["team_leader"]), clients=None, operator_id=None,
        session_id=None, locale="it", kind="account",
    )  # fmt: skip


async def look(door: Door, viewer_id: str, kind: str, subject: str, why: str = "reclamo") -> None:
    viewer = leader(door, viewer_id)
    async with door.db.transaction(door.tenant_id, actor=viewer.actor()) as tx:
        await record_view(
            tx, viewer, subject_kind=kind, subject_id=subject, what="handle_time", why=why
        )


async def test_whoever_is_looked_at_sees_by_whom_what_and_why(door: Door) -> None:
    anna = await door.add_account()
    boss = await door.add_account("team_leader", email="capo@prova.example")
    other = await door.add_account(email="bruno@prova.example")
    await look(door, boss.id, "account", anna.id)
    await look(door, boss.id, "account", other.id)
    async with door.signed_in() as browser:
        (view,) = (await browser.get("/my/views")).json()["items"]
    assert view["viewer_name"] == "Capo"
    assert (view["what"], view["why"]) == ("handle_time", "reclamo")
    assert len(await door.events("privacy.viewed_individual")) == 2


async def test_an_operator_sees_the_looks_at_their_work_too(door: Door) -> None:
    anna = await door.add_account()
    await door.add_account("planner", email="piano@prova.example")
    async with door.signed_in("piano@prova.example") as planner:
        body = {"display_name": "Anna", "account_id": anna.id}
        operator = (await planner.post("/operators", json=body)).json()
    boss = await door.add_account("team_leader", email="capo@prova.example")
    await look(door, boss.id, "operator", operator["id"])
    async with door.signed_in() as browser:
        assert len((await browser.get("/my/views")).json()["items"]) == 1


async def test_looking_at_oneself_is_nobodys_business(door: Door) -> None:
    anna = await door.add_account()
    await look(door, anna.id, "account", anna.id)
    assert await door.events("privacy.viewed_individual") == []


async def test_the_log_of_views_cannot_be_rewritten(door: Door) -> None:
    anna, boss = await door.add_account(), await door.add_account(email="capo@prova.example")
    await look(door, boss.id, "account", anna.id)
    for statement in ("UPDATE privacy.view_log SET why = 'x'", "DELETE FROM privacy.view_log"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
                await tx.execute(statement)


async def test_the_privacy_officer_reads_every_look_page_by_page(door: Door) -> None:
    anna, boss = await door.add_account(), await door.add_account(email="capo@prova.example")
    await door.add_account("privacy", email=DPO)
    for number in range(5):
        await look(door, boss.id, "account", anna.id, why=f"motivo {number}")
    async with door.signed_in(DPO) as browser:
        first = (await browser.get("/privacy/views", params={"limit": 3})).json()
        query = {"limit": 3, "cursor": first["next_cursor"], "viewer_account_id": boss.id}
        rest = (await browser.get("/privacy/views", params=query)).json()
    reasons = [view["why"] for view in first["items"] + rest["items"]]
    assert reasons == [f"motivo {number}" for number in (4, 3, 2, 1, 0)]
    assert rest["next_cursor"] is None
    async with door.signed_in() as browser:
        assert (await browser.get("/privacy/views")).status_code == 403


def form(clock: FixedClock, **more: Any) -> dict[str, Any]:
    return {
        "title": "Accordo RSU",
        "reference": "12/2026",
        "fields": ["state", "breaks"],
        "valid_from": clock.now().isoformat(),
        **more,
    }


PDF = {"document": ('accordo ù".pdf', b"%PDF-1.7 firmato", "application/pdf")}


async def conclude(
    browser: httpx.AsyncClient, data: dict[str, Any], files: Any = None
) -> httpx.Response:
    return await browser.post("/privacy/monitoring", data=data, files=files or PDF)


async def test_an_uploaded_agreement_unlocks_fields_until_it_is_ended(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    await door.add_account("privacy", email=DPO)
    async with door.signed_in(DPO) as dpo, door.signed_in() as operator:
        before = (await operator.get("/privacy/monitoring")).json()
        assert (before["mode"], before["visible_fields"]) == ("aggregate", [])
        assert before["minimum_group"] == 5
        made = await conclude(dpo, form(clock))
        assert made.status_code == 201, made.text
        now = (await operator.get("/privacy/monitoring")).json()
        assert (now["mode"], now["visible_fields"]) == ("agreement", ["breaks", "state"])
        url = f"/privacy/monitoring/{made.json()['id']}"
        document = await operator.get(f"{url}/document")
        assert document.content == b"%PDF-1.7 firmato"
        assert document.headers["content-disposition"].startswith("attachment")
        assert (await dpo.post(f"{url}/end", json={})).status_code == 200
        after = (await operator.get("/privacy/monitoring")).json()
        assert after["visible_fields"] == []
        assert (await dpo.post(f"{url}/end", json={})).json()["code"] == "privacy.agreement_over"
    changes = await door.events("privacy.monitoring_changed")
    assert [change["change"] for change in changes] == ["concluded", "ended"]


async def test_an_agreement_that_has_not_begun_can_be_called_off(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account("privacy", email=DPO)
    begins = clock.now() + timedelta(days=7)
    async with door.signed_in(DPO) as dpo:
        made = (await conclude(dpo, form(clock, valid_from=begins.isoformat()))).json()
        await dpo.post(f"/privacy/monitoring/{made['id']}/end", json={})
        clock.advance(8 * 3600)
        clock.advance(7 * 86_400 - 8 * 3600 - 1)
    async with door.signed_in(DPO) as dpo:
        clock.advance(1)
        assert (await dpo.get("/privacy/monitoring")).json()["visible_fields"] == []


async def test_what_is_no_agreement_unlocks_nothing(door: Door, clock: FixedClock) -> None:
    await door.add_account("privacy", email=DPO)
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    html = {"document": ("a.pdf", b"<html>", "application/pdf")}
    large = {"document": ("a.pdf", b"%PDF-" + bytes(5_000_001), "application/pdf")}
    async with door.signed_in(DPO) as dpo:
        for data, files, code in (
            (form(clock), html, "privacy.not_a_document"),
            (form(clock), large, "privacy.document_too_large"),
            (form(clock, valid_from=yesterday), None, "privacy.bad_dates"),
            (form(clock, valid_to=clock.now().isoformat()), None, "privacy.bad_dates"),
        ):
            assert (await conclude(dpo, data, files)).json()["code"] == code
        assert (await conclude(dpo, form(clock, fields=["mood"]))).status_code == 422
        assert (await dpo.get("/privacy/monitoring")).json()["agreements"] == []


async def test_a_team_leader_cannot_unlock_anything(door: Door, clock: FixedClock) -> None:
    await door.add_account("team_leader", "admin", "configurator")
    async with door.signed_in() as browser:
        assert (await conclude(browser, form(clock))).status_code == 403
