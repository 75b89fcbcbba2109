"""Clients, calendars and dated settings, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from ascolto.privacy import MINIMUM_GROUP
from ascolto.tenancy import actions, declare, store
from ascolto.tenancy.settings import BadValue, one_of, yes_or_no
from support.doors import Door

WEEK: dict[str, Any] = {"weekly": {"mon": [["09:00", "18:00"]]}}


async def test_a_client_is_added_changed_and_put_away(door: Door) -> None:
    await door.add_account("configurator")
    async with door.signed_in() as browser:
        body = {"name": "Telco", "color": "#0A7C66", "sector": "telecom", "reach": {"site": "x.it"}}
        client = (await browser.post("/clients", json=body)).json()
        assert client["color"] == "#0a7c66"
        assert client["reach"] == {"site": "x.it"}
        url = f"/clients/{client['id']}"
        changed = await browser.patch(url, json={"v": 1, "legal_name": "Telco S.p.A."})
        assert changed.json()["legal_name"] == "Telco S.p.A."
        assert changed.json()["name"] == "Telco"
        late = await browser.patch(url, json={"v": 1, "name": "Telecom"})
        assert late.json()["code"] == "tenancy.client_changed"
        assert (await browser.delete(url)).status_code == 204
        assert (await browser.get("/clients")).json()["items"] == []
        archived = (await browser.get("/clients", params={"archived": True})).json()["items"]
        assert [item["name"] for item in archived] == ["Telco"]
    assert [e["change"] for e in await door.events("tenancy.client_changed")] == [
        "created",
        "updated",
        "archived",
    ]


async def test_two_clients_do_not_share_a_name(door: Door) -> None:
    await door.add_account("configurator")
    await door.add_client("Telco")
    async with door.signed_in() as browser:
        answer = await browser.post("/clients", json={"name": "TELCO"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "tenancy.name_taken"


async def test_whoever_configures_one_client_sees_and_changes_only_it(door: Door) -> None:
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    await door.add_account("configurator", clients=[telco.id])
    async with door.signed_in() as browser:
        listed = (await browser.get("/clients")).json()["items"]
        assert [item["name"] for item in listed] == ["Telco"]
        for method, body in (("GET", None), ("PATCH", {"v": 1, "name": "x"})):
            answer = await browser.request(method, f"/clients/{bank.id}", json=body)
            assert answer.json()["code"] == "tenancy.unknown_client"
        answer = await browser.post("/clients", json={"name": "Terzo"})
        assert answer.json()["code"] == "tenancy.outside_scope"
        shared = await browser.post("/calendars", json={"name": "Tutti", "hours": WEEK})
        assert shared.json()["code"] == "tenancy.outside_scope"
        body = {"name": "Sue", "hours": WEEK, "client_id": bank.id}
        foreign = await browser.post("/calendars", json=body)
        assert foreign.json()["code"] == "tenancy.unknown_client"


async def test_a_calendar_tells_whether_it_is_open_and_until_when(door: Door) -> None:
    await door.add_account("configurator")
    async with door.signed_in() as browser:
        body = {"name": "Ufficio", "hours": WEEK | {"exceptions": {"2026-06-08": []}}}
        calendar = (await browser.post("/calendars", json=body)).json()
        url = f"/calendars/{calendar['id']}/opening"
        now = (await browser.get(url)).json()
        assert now["open"] is True
        assert now["closes_at"] == "2026-06-01T16:00:00Z"
        later = (await browser.get(url, params={"at": "2026-06-01T18:00:00+02:00"})).json()
        assert later["open"] is False
        assert later["opens_at"] == "2026-06-15T07:00:00Z"
        far = await browser.get(url, params={"at": "9999-12-31T23:59:59-12:00"})
        assert far.json()["code"] == "tenancy.bad_moment"


@pytest.mark.parametrize(
    "hours",
    [
        {"weekly": {"mon": [["18:00", "09:00"]]}},
        {"weekly": {"lun": [["09:00", "18:00"]]}},
        {"weekly": {}, "timezone": "Europe/Atlantide"},
        {"weekly": {}, "patron": "02-31"},
        {"weekly": {}, "exceptions": {"2026-02-31": []}},
    ],
)
async def test_hours_that_make_no_calendar_are_refused(door: Door, hours: dict[str, Any]) -> None:
    await door.add_account("configurator")
    async with door.signed_in() as browser:
        answer = await browser.post("/calendars", json={"name": "x", "hours": hours})
    assert answer.status_code == 422
    assert answer.json()["code"] == "tenancy.bad_hours"


async def test_a_weekday_that_is_none_is_named(door: Door) -> None:
    await door.add_account("configurator")
    hours = {"timezone": "Europe/Rome", "weekly": {"lun": [["09:00", "18:00"]]}}
    async with door.signed_in() as browser:
        answer = await browser.post("/calendars", json={"name": "x", "hours": hours})
    assert answer.json()["detail"].startswith("no such weekday: 'lun'; they are mon, tue, wed")


async def test_a_calendar_in_use_is_not_deleted(door: Door) -> None:
    await door.add_account("configurator")
    client = await door.add_client("Telco")
    async with door.signed_in() as browser:
        calendar = (await browser.post("/calendars", json={"name": "x", "hours": WEEK})).json()
        url = f"/calendars/{calendar['id']}"
        link = {"v": 1, "default_calendar_id": calendar["id"]}
        assert (await browser.patch(f"/clients/{client.id}", json=link)).status_code == 200
        assert (await browser.delete(url)).json()["code"] == "tenancy.calendar_in_use"
        async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
            found = await store.calendar_of_client(tx, client.id)
            assert found is not None
            assert found.id == calendar["id"]
        unlink = {"v": 2, "default_calendar_id": None}
        await browser.patch(f"/clients/{client.id}", json=unlink)
        assert (await browser.delete(url)).status_code == 204


async def test_a_client_does_not_open_by_another_clients_calendar(door: Door) -> None:
    await door.add_account("configurator")
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    async with door.signed_in() as browser:
        body = {"name": "x", "hours": WEEK, "client_id": telco.id}
        calendar = (await browser.post("/calendars", json=body)).json()
        link = {"v": 1, "default_calendar_id": calendar["id"]}
        answer = await browser.patch(f"/clients/{bank.id}", json=link)
    assert answer.json()["code"] == "tenancy.unknown_calendar"


async def test_two_people_do_not_overwrite_each_others_hours(door: Door) -> None:
    await door.add_account("configurator")
    async with door.signed_in() as browser:
        calendar = (await browser.post("/calendars", json={"name": "x", "hours": WEEK})).json()
        url, change = f"/calendars/{calendar['id']}", {"v": 1, "name": "y", "hours": WEEK}
        assert (await browser.put(url, json=change)).json()["v"] == 2
        assert (await browser.put(url, json=change)).json()["code"] == "tenancy.calendar_changed"


async def test_a_setting_holds_from_its_date_and_the_past_keeps_its_value(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account("configurator")
    tomorrow = clock.now() + timedelta(days=1)
    async with door.signed_in() as browser:
        url = f"/settings/{MINIMUM_GROUP.key}"
        body = {"value": 8, "valid_from": tomorrow.isoformat()}
        assert (await browser.put(url, json=body)).status_code == 200
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        assert await actions.setting(tx, MINIMUM_GROUP) == 5
        assert await actions.setting(tx, MINIMUM_GROUP, at=tomorrow) == 8
        assert await actions.setting(tx, MINIMUM_GROUP, at=tomorrow - timedelta(seconds=1)) == 5


async def test_a_clients_own_value_goes_before_the_organisations(door: Door) -> None:
    await door.add_account("configurator")
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    async with door.signed_in() as browser:
        url = f"/settings/{MINIMUM_GROUP.key}"
        await browser.put(url, json={"value": 6})
        await browser.put(url, json={"value": 9, "client_id": telco.id})
        (listed,) = [
            each
            for each in (await browser.get("/settings")).json()["items"]
            if each["key"] == MINIMUM_GROUP.key
        ]
        assert [value["value"] for value in listed["values"]] == [6, 9]
        assert listed["values"][0]["set_by"] == "Anna"
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        assert await actions.setting(tx, MINIMUM_GROUP, client_id=telco.id) == 9
        assert await actions.setting(tx, MINIMUM_GROUP, client_id=bank.id) == 6


async def test_a_setting_refuses_what_it_cannot_mean(door: Door, clock: FixedClock) -> None:
    await door.add_account("configurator")
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    async with door.signed_in() as browser:
        for key, body, code in (
            (MINIMUM_GROUP.key, {"value": 3}, "tenancy.bad_setting_value"),
            (MINIMUM_GROUP.key, {"value": True}, "tenancy.bad_setting_value"),
            (MINIMUM_GROUP.key, {"value": None}, "tenancy.bad_setting_value"),
            (
                MINIMUM_GROUP.key,
                {"value": 6, "valid_from": yesterday},
                "tenancy.setting_in_the_past",
            ),
            ("made.up", {"value": 1}, "tenancy.unknown_setting"),
        ):
            answer = await browser.put(f"/settings/{key}", json=body)
            assert answer.json()["code"] == code


def test_a_setting_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        declare(MINIMUM_GROUP.key, default=1, parse=int, meaning="")


def test_the_parsers_take_what_they_say() -> None:
    assert one_of("a", "b")("a") == "a"
    assert yes_or_no(True) is True
    with pytest.raises(BadValue):
        one_of("a", "b")("c")
    with pytest.raises(BadValue):
        yes_or_no(1)
