"""Every change of the configuration is a version: who, why, what, and the way back."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from ascolto.configuration.model import KINDS
from ascolto.kit.db import SYSTEM
from ascolto.kit.migrate import all_migrations
from ascolto.kit.postgres import PostgresUrls
from ascolto.people import actions as people
from ascolto.tenancy.actions import create_client
from ascolto.tenancy.store import list_settings
from support.office import Office, ok, refused

CHIARA = "chiara@prova.example"


async def versions(browser: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await browser.get("/configuration/versions", params=asked))[
        "items"
    ]
    return found


async def test_a_change_is_a_version_with_who_when_why_and_what_differs(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        url = f"/queues/{office.desk.queue.id}"
        why = {"Ascolto-Why": quote("Più tempo: è l'estate")}
        ok(await browser.patch(url, json={"target_s": 90, "priority": 2}, headers=why))
        last = (await versions(browser))[0]
    assert (last["by_name"], last["by_kind"]) == ("Chiara", "account")
    assert last["why"] == "Più tempo: è l'estate"
    assert last["at"] == office.desk.clock.now().isoformat().replace("+00:00", "Z")
    (change,) = last["changes"]
    assert (change["kind"], change["change"]) == ("queue", "changed")
    assert change["name"] == office.desk.queue.name
    before = office.desk.queue
    assert change["fields"] == [
        {"name": "priority", "before": before.priority, "after": 2},
        {"name": "target_s", "before": before.target_s, "after": 90.0},
    ]


async def test_a_change_that_changes_nothing_is_no_version(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        before = await versions(browser)
        same = {"target_s": office.desk.queue.target_s}
        ok(await browser.patch(f"/queues/{office.desk.queue.id}", json=same))
        assert await versions(browser) == before


async def test_what_is_refused_leaves_no_version(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        before = await versions(browser)
        url = f"/queues/{office.desk.queue.id}"
        answer = await browser.patch(url, json={"overflow_after_s": 60})
        refused(answer, 422, "routing.bad_queue")
        assert await versions(browser) == before


async def test_changes_of_one_transaction_are_one_version_and_one_diff_for_each_thing(
    office: Office,
) -> None:
    async with office.desk.as_system() as tx:
        who = await people.get_operator(tx, office.desk.anna)
        await people.change_operator(tx, who.id, v=who.v, changes={"budget": 50})
        await people.change_operator(tx, who.id, v=who.v + 1, changes={"budget": 80})
        await people.set_clients(tx, who.id, ())
        await people.set_clients(tx, who.id, who.clients)
        await people.set_skills(tx, office.desk.bruno, {})
    async with office.signed_in(CHIARA) as browser:
        last = (await versions(browser))[0]
    assert last["by_kind"] == "system"
    told = {change["thing"]: [f["name"] for f in change["fields"]] for change in last["changes"]}
    assert told[office.desk.anna] == ["budget"]


REPLY = {"key": "ciao", "title": "Saluto", "text": "Buongiorno", "language": "it"}
WEEK = {"weekly": {"mon": [["09:00", "18:00"]]}}
SETTING = "/settings/conversations.silent_in_queue_s"
LEDGER = ("0038_configuration", "0044_settings_put_back")
LISTS = ("/queues", "/channels", "/canned", "/reasons", "/skills", "/teams")


async def one_of_each(office: Office, browser: httpx.AsyncClient) -> dict[str, str]:
    """Add one thing of each kind, and give Anna skill and team; return the ids by path."""
    client = {"client_id": office.desk.client_id}
    queue = {**client, "name": "Guasti", "channel": "webchat"}
    made = {"/queues": ok(await browser.post("/queues", json=queue))["id"]}
    channel = {**client, "kind": "webchat", "name": "Sito", "queue_id": made["/queues"]}
    for path, body in (
        ("/calendars", {"name": "Feriali", "hours": WEEK}),
        ("/skills", {"code": "gas", "name": "Gas"}),
        ("/teams", {"name": "Rosa"}),
        ("/channels", channel),
        ("/canned", REPLY),
        ("/reasons", {"name": "Guasto", "position": 1}),
    ):
        made[path] = ok(await browser.post(path, json=body))["id"]
    anna = ok(await browser.get(f"/operators/{office.desk.anna}"))
    url = f"/operators/{anna['id']}"
    anna = ok(await browser.patch(url, json={"v": anna["v"], "team_id": made["/teams"]}))
    ok(await browser.put(f"{url}/skills", json={"skills": {"gas": {"level": 7}}, "v": anna["v"]}))
    ok(await browser.put(SETTING, json={"value": 900}))
    return made


async def go_wrong(office: Office, browser: httpx.AsyncClient, made: dict[str, str]) -> None:
    """Change and take away nearly all of it, and add what nobody wanted."""
    url = {path: f"{path}/{one}" for path, one in made.items()}
    ok(await browser.delete(url["/channels"]))
    ok(await browser.patch(url["/queues"], json={"priority": 5, "target_s": 5}))
    ok(await browser.delete(url["/queues"]))
    ok(await browser.put(url["/canned"], json={**REPLY, "text": "Boh", "v": 1}))
    ok(await browser.delete(url["/canned"]))
    ok(await browser.put(url["/reasons"], json={"name": "Rotto", "position": 3}))
    ok(await browser.delete(url["/reasons"]))
    anna = f"/operators/{office.desk.anna}"
    v = ok(await browser.get(anna))["v"]
    v = ok(await browser.put(f"{anna}/skills", json={"skills": {}, "v": v}))["v"]
    ok(await browser.patch(anna, json={"v": v, "team_id": None, "budget": 10}))
    for path in ("/skills", "/teams", "/calendars"):
        ok(await browser.delete(url[path]))
    office.desk.clock.at = office.desk.clock.at.replace(minute=30)
    ok(await browser.put(SETTING, json={"value": 60}))
    ok(await browser.post("/clients", json={"name": "Sbaglio", "color": "#112233"}))


async def as_it_is(office: Office, browser: httpx.AsyncClient) -> dict[str, Any]:
    """Return what the lists hold, without the counts that rise with each change."""
    found: dict[str, Any] = {}
    for path in (*LISTS, "/calendars", f"/operators/{office.desk.anna}"):
        rows = ok(await browser.get(path))
        rows = rows.get("items", [rows]) if isinstance(rows, dict) else rows
        found[path] = [{k: v for k, v in row.items() if k != "v"} for row in rows]
    found["clients"] = [each["name"] for each in ok(await browser.get("/clients"))["items"]]
    return found


async def test_every_kind_of_thing_is_put_back_to_a_version(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        made = await one_of_each(office, browser)
        good = (await versions(browser))[0]["id"]
        kept = await as_it_is(office, browser)
        await go_wrong(office, browser, made)
        assert await as_it_is(office, browser) != kept
        url = f"/configuration/versions/{good}/restore"
        looked = ok(await browser.post(url, json={"dry_run": True}))
        assert {change["kind"] for change in looked["changes"]} == set(KINDS)
        office.desk.clock.at = office.desk.clock.at.replace(minute=40)
        assert ok(await browser.post(url, json={"why": "Era meglio prima"})) == looked
        assert await as_it_is(office, browser) == kept
        last = (await versions(browser))[0]
        assert (last["restores"], last["why"]) == (good, "Era meglio prima")
        assert ok(await browser.post(url, json={"dry_run": True}))["changes"] == []


async def test_one_thing_is_put_back_and_the_rest_stays(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        url = f"/queues/{office.desk.queue.id}"
        good = (await versions(browser))[0]["id"]
        ok(await browser.patch(url, json={"priority": 5}))
        ok(await browser.post("/teams", json={"name": "Rosa"}))
        back = {"why": "no", "kind": "queue", "thing": office.desk.queue.id}
        ok(await browser.post(f"/configuration/versions/{good}/restore", json=back))
        assert ok(await browser.get(url))["priority"] == office.desk.queue.priority
        assert [team["name"] for team in ok(await browser.get("/teams"))["items"]] == ["Rosa"]
        again = await browser.post(f"/configuration/versions/{good}/restore", json=back)
        refused(again, 409, "configuration.nothing_to_restore")


async def test_queues_that_overflow_into_each_other_are_both_put_back(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        urls = []
        for name in ("Guasti", "Contratti"):
            new = {"client_id": office.desk.client_id, "name": name, "channel": "webchat"}
            urls.append(f"/queues/{ok(await browser.post('/queues', json=new))['id']}")
        over = [{"overflow_queue_id": u.rpartition("/")[2], "overflow_after_s": 60} for u in urls]
        ok(await browser.patch(urls[0], json=over[1]))
        ok(await browser.patch(urls[1], json=over[0]))
        good = (await versions(browser))[0]["id"]
        kept = await as_it_is(office, browser)
        for url in urls:
            ok(await browser.delete(url))
        ok(await browser.post(f"/configuration/versions/{good}/restore", json={"why": "x"}))
        assert await as_it_is(office, browser) == kept


async def test_a_client_and_its_opening_hours_come_back_and_go_again(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        before = (await versions(browser))[0]["id"]
        none = await as_it_is(office, browser)
        hours = ok(await browser.post("/calendars", json={"name": "Feriali", "hours": WEEK}))["id"]
        client = ok(await browser.post("/clients", json={"name": "Gas", "color": "#112233"}))
        url = f"/clients/{client['id']}"
        ok(await browser.patch(url, json={"v": client["v"], "default_calendar_id": hours}))
        good = (await versions(browser))[0]["id"]
        kept = await as_it_is(office, browser)
        v = ok(await browser.get(url))["v"]
        ok(await browser.patch(url, json={"v": v, "default_calendar_id": None}))
        ok(await browser.delete(f"/calendars/{hours}"))
        for number, wanted in ((good, kept), (before, none), (good, kept)):
            back = f"/configuration/versions/{number}/restore"
            ok(await browser.post(back, json={"why": "x"}))
            assert await as_it_is(office, browser) == wanted
        assert ok(await browser.get(url))["default_calendar_id"] == hours


async def test_what_cannot_be_put_back_puts_nothing_back_and_says_why(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        good = (await versions(browser))[0]["id"]
        new = {"client_id": office.desk.client_id, "name": "Nuova", "channel": "webchat"}
        queue = ok(await browser.post("/queues", json=new))
        ok(await browser.patch(f"/queues/{office.desk.queue.id}", json={"priority": 5}))
        await office.desk.opened(queue_id=queue["id"])
        conversation = await office.desk.opened(queue_id=queue["id"])
        await office.desk.wrote(conversation.id)
        answer = await browser.post(f"/configuration/versions/{good}/restore", json={"why": "x"})
        told = refused(answer, 409, "configuration.cannot_restore")
        assert (told["name"], told["because"]) == ("Nuova", "routing.wrong_state")
        assert ok(await browser.get(f"/queues/{office.desk.queue.id}"))["priority"] == 5


async def test_who_sees_one_client_sees_its_versions_alone_and_goes_nowhere_back(
    office: Office,
) -> None:
    async with office.desk.as_system() as tx:
        other = await create_client(tx, name="Altro", color="#223344")
    await office.hire("dario@prova.example", "configurator", clients=[other.id])
    async with office.signed_in(CHIARA) as browser:
        ok(await browser.patch(f"/queues/{office.desk.queue.id}", json={"priority": 3}))
        ok(await browser.post("/teams", json={"name": "Rosa"}))
        number = (await versions(browser))[0]["id"]
    async with office.signed_in("dario@prova.example") as browser:
        seen = await versions(browser)
        assert {c["client_id"] for version in seen for c in version["changes"]} == {other.id}
        refused(
            await browser.get(f"/configuration/versions/{number}"),
            404,
            "configuration.unknown_version",
        )
        back = await browser.post(f"/configuration/versions/{seen[0]['id']}/restore", json={})
        refused(back, 403, "configuration.outside_scope")


async def test_the_ledger_cannot_be_written_by_the_server_itself(office: Office) -> None:
    for verb in (
        "UPDATE configuration.version SET why = 'x'",
        "DELETE FROM configuration.change",
        "INSERT INTO configuration.version (tenant_id, id, at) VALUES (NULL, 9, now())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with office.desk.database.transaction(office.desk.tenant, actor=SYSTEM) as tx:
                await tx.execute(verb)


async def test_two_who_change_one_person_at_once_lose_nothing_of_each_other(
    office: Office,
) -> None:
    anna = office.desk.anna
    async with office.desk.as_system() as one, office.desk.as_system() as two:
        await one.execute("UPDATE people.operator SET budget = 33 WHERE id = $1", anna)
        # The row of another table: one after the other, nothing could be lost.
        ends = "UPDATE people.operator_client SET valid_to = now() WHERE operator_id = $1"
        await two.execute(ends, anna)
    async with office.signed_in(CHIARA) as browser:
        newest, older = (await versions(browser, kind="operator", thing=anna))[:2]
    first = {field["name"]: field for change in older["changes"] for field in change["fields"]}
    second = {field["name"]: field for change in newest["changes"] for field in change["fields"]}
    assert sorted([*first, *second]) == ["budget", "clients"]


async def test_what_was_there_before_the_ledger_is_its_first_version(
    office: Office, urls: PostgresUrls
) -> None:
    ours = [one for one in all_migrations() if one.name in LEDGER]
    assert [one.name for one in ours] == list(LEDGER)
    soon = (office.desk.clock.now() + timedelta(hours=1)).isoformat()
    async with office.signed_in(CHIARA) as browser:
        ok(await browser.put(SETTING, json={"value": 900}))
        ok(await browser.put(SETTING, json={"value": 60, "valid_from": soon}))
    owner = await asyncpg.connect(urls.owner_dsn)
    try:
        await owner.execute("DROP SCHEMA configuration CASCADE")
        await owner.execute("ALTER TABLE tenancy.setting DROP COLUMN inherits")
        for one in ours:
            await owner.execute(one.sql)
    finally:
        await owner.close()
    async with office.signed_in(CHIARA) as browser:
        (first,) = await versions(browser)
        assert (first["id"], first["by_kind"]) == (1, "system")
        assert {change["change"] for change in first["changes"]} == {"added"}
        assert office.desk.queue.id in {change["thing"] for change in first["changes"]}
        ok(await browser.patch(f"/queues/{office.desk.queue.id}", json={"priority": 1}))
        back = {"kind": "queue", "thing": office.desk.queue.id}
        ok(await browser.post("/configuration/versions/1/restore", json=back))
        assert ok(await browser.get(f"/queues/{office.desk.queue.id}"))["priority"] == 0
        ok(await browser.put(SETTING, json={"value": 30, "valid_from": soon}))
        ok(await browser.post("/configuration/versions/1/restore", json={"kind": "setting"}))
        async with office.desk.as_system() as tx:
            values = await list_settings(tx, keys=[SETTING.rpartition("/")[2]])
        assert [value.value for value in values] == [60, 900]
