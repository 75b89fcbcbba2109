"""Settings that are put back: what held then, what was planned then, and no value of one's own."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx

from ascolto.kit.postgres import PostgresUrls
from ascolto.tenancy import actions as tenancy
from ascolto.tenancy import settings, store
from support.office import Office, ok, refused

CHIARA = "chiara@prova.example"
KEY = "conversations.silent_in_queue_s"


async def given(
    office: Office,
    browser: httpx.AsyncClient,
    value: int,
    *,
    in_h: float | None = None,
    client_id: str | None = None,
) -> int:
    """Give the setting a value from now or from some hours on; return the version's number."""
    body: dict[str, Any] = {"value": value, "client_id": client_id}
    if in_h is not None:
        body["valid_from"] = (office.desk.clock.now() + timedelta(hours=in_h)).isoformat()
    ok(await browser.put(f"/settings/{KEY}", json=body))
    return await newest(browser)


async def newest(browser: httpx.AsyncClient) -> int:
    number: int = ok(await browser.get("/configuration/versions"))["items"][0]["id"]
    return number


async def gone_back(browser: httpx.AsyncClient, number: int) -> dict[str, Any]:
    url = f"/configuration/versions/{number}/restore"
    told: dict[str, Any] = ok(await browser.post(url, json={"why": "Meglio prima"}))
    left = ok(await browser.post(url, json={"dry_run": True}))
    assert left["changes"] == []
    return told


async def holds(office: Office, *, in_h: float = 0, client_id: str | None = None) -> Any:
    """Return what the setting is so many hours from now."""
    known = settings.declared(KEY)
    assert known is not None
    async with office.desk.as_system() as tx:
        at = tx.now + timedelta(hours=in_h)
        return await tenancy.setting(tx, known, at=at, client_id=client_id)


def hours_pass(office: Office, hours: float) -> None:
    office.desk.clock.at += timedelta(hours=hours)


async def test_what_was_planned_since_never_comes_once_one_has_gone_back(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        good = await given(office, browser, 900)
        planned = await given(office, browser, 60, in_h=5)
        hours_pass(office, 1)
        await gone_back(browser, good)
        assert [await holds(office, in_h=h) for h in (-1, 0, 5)] == [900, 900, 900]
        await gone_back(browser, planned)
        assert [await holds(office, in_h=h) for h in (0, 3.9, 4)] == [900, 900, 60]


async def test_what_came_by_itself_since_is_taken_back_too(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        good = await given(office, browser, 900)
        await given(office, browser, 60, in_h=1)
        hours_pass(office, 2)
        assert await holds(office) == 60
        await gone_back(browser, good)
        assert [await holds(office, in_h=h) for h in (-1.5, -0.5, 0)] == [900, 60, 900]


async def test_a_value_that_was_planned_holds_from_its_moment_not_at_once(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        await given(office, browser, 900)
        good = await given(office, browser, 600, in_h=5)
        hours_pass(office, 1)
        await given(office, browser, 60)
        await given(office, browser, 30, in_h=4)
        hours_pass(office, 1)
        await gone_back(browser, good)
        assert [await holds(office, in_h=h) for h in (-1, 0, 2.9, 3)] == [60, 900, 900, 600]


async def test_a_value_whose_planned_moment_has_passed_holds_from_now(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        await given(office, browser, 900)
        good = await given(office, browser, 600, in_h=2)
        hours_pass(office, 1)
        await given(office, browser, 60)
        await given(office, browser, 30, in_h=1)
        hours_pass(office, 3)
        await gone_back(browser, good)
        assert [await holds(office, in_h=h) for h in (-3, -2, 0)] == [60, 30, 600]


async def test_a_client_that_had_no_value_of_its_own_has_its_organisations_again(
    office: Office,
) -> None:
    client_id = office.desk.client_id
    async with office.signed_in(CHIARA) as browser:
        good = await given(office, browser, 900)
        own = await given(office, browser, 60, client_id=client_id)
        hours_pass(office, 1)
        told = await gone_back(browser, good)
        assert [change["change"] for change in told["changes"]] == ["removed"]
        assert [await holds(office, in_h=h, client_id=client_id) for h in (-1, 0)] == [60, 900]
        hours_pass(office, 1)
        await given(office, browser, 700)
        assert await holds(office, client_id=client_id) == 700
        page = ok(await browser.get("/settings", params={"limit": 100}))["items"]
        values = next(one["values"] for one in page if one["key"] == KEY)
        mine = [(v["value"], v["inherits"]) for v in values if v["client_id"] == client_id]
        assert mine == [(None, True), (60, False)]
        await gone_back(browser, own)
        assert await holds(office, client_id=client_id) == 60
        assert await holds(office) == 900


async def test_a_client_is_left_with_its_organisations_value_until_what_it_had_planned(
    office: Office,
) -> None:
    client_id = office.desk.client_id
    async with office.signed_in(CHIARA) as browser:
        await given(office, browser, 900)
        good = await given(office, browser, 300, in_h=5, client_id=client_id)
        hours_pass(office, 1)
        await given(office, browser, 60, client_id=client_id)
        hours_pass(office, 1)
        await gone_back(browser, good)
        found = [await holds(office, in_h=h, client_id=client_id) for h in (-1, 0, 2.9, 3)]
        assert found == [60, 900, 900, 300]


async def test_an_organisation_that_had_no_value_has_the_default_again(office: Office) -> None:
    default = await holds(office)
    async with office.signed_in(CHIARA) as browser:
        good = await newest(browser)
        await given(office, browser, default + 60)
        hours_pass(office, 1)
        await gone_back(browser, good)
        assert await holds(office) == default
        async with office.desk.as_system() as tx:
            assert await store.setting_in_force(tx, KEY, at=tx.now, client_id=None) is None


async def test_a_value_of_which_no_moment_is_written_is_not_put_back_by_guess(
    office: Office, urls: PostgresUrls
) -> None:
    async with office.signed_in(CHIARA) as browser:
        good = await given(office, browser, 900)
        hours_pass(office, 1)
        await given(office, browser, 60)
        owner = await asyncpg.connect(urls.owner_dsn)
        try:
            await owner.execute("UPDATE configuration.change SET before = before - 'valid_from'")
        finally:
            await owner.close()
        back = await browser.post(f"/configuration/versions/{good}/restore", json={"why": "x"})
        told = refused(back, 409, "configuration.cannot_restore")
        assert (told["name"], told["because"]) == (KEY, "configuration.moment_unknown")
        assert await holds(office) == 60
