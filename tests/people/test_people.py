"""Operators: what they can do, for whom, and who may see it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from ascolto.people import SkillLevel, store
from ascolto.people.model import Operator, sort_name
from support.doors import Door

PLANNER = "piano@prova.example"


@pytest.fixture
async def planner(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    await door.add_account("planner", email=PLANNER)
    async with door.signed_in(PLANNER) as browser:
        yield browser


async def add(browser: httpx.AsyncClient, name: str = "Anna Rossi", **more: Any) -> dict[str, Any]:
    answer = await browser.post("/operators", json={"display_name": name, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_new_operator_has_a_whole_budget_and_answers_in_italian_from_italy(
    planner: httpx.AsyncClient,
) -> None:
    operator = await add(planner)
    assert operator["languages"] == ["it"]
    assert operator["details"]["budget"] == 100
    assert operator["details"]["country"] == "IT"
    assert operator["details"]["capacity"]["webchat"] == 3


async def test_skills_have_levels_and_stop_counting_when_they_expire(
    door: Door, planner: httpx.AsyncClient, clock: FixedClock
) -> None:
    for code in ("bollette", "guasti"):
        await planner.post("/skills", json={"code": code, "name": code.title()})
    operator = await add(planner, skills={"bollette": {"level": 7}})
    expires = clock.now() + timedelta(days=30)
    skills = {"bollette": {"level": 8}, "guasti": {"level": 5, "expires_at": expires.isoformat()}}
    answer = await planner.put(
        f"/operators/{operator['id']}/skills", json={"skills": skills, "v": operator["v"]}
    )
    shown = answer.json()["details"]["skills"]
    assert shown["bollette"] == {"level": 8, "expires_at": None, "counts": True}
    assert shown["guasti"]["counts"] is True
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        found = await store.get_operator(tx, operator["id"])
    assert found is not None
    assert found.levels(clock.now()) == {"bollette": 8, "guasti": 5}
    assert found.levels(expires) == {"bollette": 8}
    assert found.skills["guasti"] == SkillLevel(5, expires)


async def test_setting_skills_takes_away_those_not_named(planner: httpx.AsyncClient) -> None:
    for code in ("a1", "b1"):
        await planner.post("/skills", json={"code": code, "name": code})
    operator = await add(planner, skills={"a1": {"level": 1}})
    url = f"/operators/{operator['id']}/skills"
    body = {"skills": {"b1": {"level": 10}}, "v": operator["v"]}
    after = (await planner.put(url, json=body)).json()
    assert set(after["details"]["skills"]) == {"b1"}
    none = await planner.put(url, json={"skills": {}, "v": after["v"]})
    assert set(none.json()["details"]["skills"]) == set()


async def test_skills_chosen_on_a_version_that_is_past_are_refused(
    planner: httpx.AsyncClient,
) -> None:
    await planner.post("/skills", json={"code": "a1", "name": "A"})
    operator = await add(planner)
    url = f"/operators/{operator['id']}/skills"
    first = {"skills": {"a1": {"level": 1}}, "v": operator["v"]}
    assert (await planner.put(url, json=first)).is_success
    stale = await planner.put(url, json={"skills": {}, "v": operator["v"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "people.operator_changed")
    shown = (await planner.get(f"/operators/{operator['id']}")).json()
    assert set(shown["details"]["skills"]) == {"a1"}
    # Whoever does not say what they have seen would take away what was given since.
    blind = await planner.put(url, json={"skills": {}})
    assert blind.status_code == 422


@pytest.mark.parametrize(
    ("skills", "status"),
    [({"ignota": {"level": 5}}, 404), ({"a1": {"level": 0}}, 422), ({"a1": {"level": 11}}, 422)],
)
async def test_an_unknown_skill_or_level_is_refused(
    planner: httpx.AsyncClient, skills: dict[str, Any], status: int
) -> None:
    await planner.post("/skills", json={"code": "a1", "name": "A"})
    operator = await add(planner)
    answer = await planner.put(
        f"/operators/{operator['id']}/skills", json={"skills": skills, "v": operator["v"]}
    )
    assert answer.status_code == status


async def test_nobody_has_an_archived_skill(planner: httpx.AsyncClient) -> None:
    skill = (await planner.post("/skills", json={"code": "a1", "name": "A"})).json()
    operator = await add(planner, skills={"a1": {"level": 5}})
    assert (await planner.delete(f"/skills/{skill['id']}")).status_code == 204
    shown = (await planner.get(f"/operators/{operator['id']}")).json()
    assert shown["details"]["skills"] == {}
    assert (await planner.get("/skills")).json()["items"] == []


async def test_every_change_is_told_so_that_routing_can_follow(
    door: Door, planner: httpx.AsyncClient
) -> None:
    operator = await add(planner)
    url = f"/operators/{operator['id']}"
    changed = (await planner.patch(url, json={"v": 1, "country": "AL"})).json()
    await planner.put(f"{url}/skills", json={"skills": {}, "v": changed["v"]})
    await planner.delete(f"/operators/{operator['id']}")
    events = await door.events("people.operator_changed")
    assert {event["operator_id"] for event in events} == {operator["id"]}
    assert [event["change"] for event in events] == ["created", "updated", "skills", "archived"]


async def test_an_account_becomes_an_operators_desk(door: Door, planner: httpx.AsyncClient) -> None:
    account = await door.add_account()
    operator = await add(planner, account_id=account.id)
    async with door.signed_in() as browser:
        assert (await browser.get("/session")).json()["operator_id"] == operator["id"]
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        found = await store.operator_for_account(tx, account.id)
    assert found is not None
    assert found.id == operator["id"]
    second = await planner.post(
        "/operators", json={"display_name": "Doppione", "account_id": account.id}
    )
    assert second.json()["code"] == "people.account_taken"


async def test_an_account_moves_from_one_operator_to_another(
    door: Door, planner: httpx.AsyncClient
) -> None:
    account = await door.add_account()
    first, second = await add(planner, account_id=account.id), await add(planner, "Bruno")
    url = f"/operators/{second['id']}"
    taken = await planner.patch(url, json={"v": 1, "account_id": account.id})
    assert taken.json()["code"] == "people.account_taken"
    await planner.patch(f"/operators/{first['id']}", json={"v": 1, "account_id": None})
    assert (await planner.patch(url, json={"v": 1, "account_id": account.id})).status_code == 200
    async with door.signed_in() as browser:
        assert (await browser.get("/session")).json()["operator_id"] == second["id"]


async def test_an_operator_who_left_is_nobodys_desk_and_in_no_list(
    door: Door, planner: httpx.AsyncClient
) -> None:
    account = await door.add_account()
    operator = await add(planner, account_id=account.id)
    await planner.delete(f"/operators/{operator['id']}")
    async with door.signed_in() as browser:
        assert (await browser.get("/session")).json()["operator_id"] is None
    assert (await planner.get("/operators")).json()["items"] == []
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        assert await store.list_operators(tx) == []


async def test_people_of_one_client_do_not_see_who_works_only_for_another(
    door: Door, planner: httpx.AsyncClient
) -> None:
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    both = await add(planner, "Ada", clients=[telco.id, bank.id])
    hidden = await add(planner, "Bea", clients=[bank.id])
    await add(planner, "Cora")
    await door.add_account("planner", clients=[telco.id])
    async with door.signed_in() as browser:
        listed = (await browser.get("/operators")).json()["items"]
        assert [item["display_name"] for item in listed] == ["Ada"]
        assert listed[0]["clients"] == [telco.id]
        assert (await browser.get(f"/operators/{hidden['id']}")).status_code == 404
        change = {"v": 1, "display_name": "Rubata"}
        answer = await browser.patch(f"/operators/{hidden['id']}", json=change)
        assert answer.json()["code"] == "people.unknown_operator"
        # Setting the clients in one's scope leaves the others as they are.
        url = f"/operators/{both['id']}/clients"
        await browser.put(url, json={"clients": [telco.id], "v": both["v"]})
        alone = await browser.put(url, json={"clients": [], "v": both["v"] + 1})
        assert alone.json()["code"] == "people.no_client"
        foreign = {"display_name": "Dora", "clients": [bank.id]}
        answer = await browser.post("/operators", json=foreign)
        assert answer.json()["code"] == "people.unknown_client"
        answer = await browser.post("/operators", json={"display_name": "Dora"})
        assert answer.json()["code"] == "people.no_client"
        own = {"display_name": "Dora", "clients": [telco.id]}
        assert (await browser.post("/operators", json=own)).status_code == 201
    shown = (await planner.get(f"/operators/{both['id']}")).json()
    assert sorted(shown["clients"]) == sorted([telco.id, bank.id])


async def test_a_hostile_query_finds_no_operator_of_another_client(
    door: Door, planner: httpx.AsyncClient
) -> None:
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    await add(planner, "Ada", clients=[telco.id])
    await add(planner, "Bea", clients=[bank.id])
    async with door.db.transaction(door.tenant_id, actor=SYSTEM, clients=[telco.id]) as tx:
        rows = await tx.fetch("SELECT display_name FROM people.operator WHERE true")
        assert [row["display_name"] for row in rows] == ["Ada"]
        assert await tx.execute("UPDATE people.operator SET budget = 1") == 1
        assert await tx.execute("DELETE FROM people.operator") == 1


async def test_the_clients_somebody_worked_for_stay_written_with_their_dates(
    door: Door, planner: httpx.AsyncClient, clock: FixedClock
) -> None:
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    operator = await add(planner, clients=[telco.id])
    clock.advance(3600)
    url, seen = f"/operators/{operator['id']}/clients", operator["v"]
    after = await planner.put(url, json={"clients": [bank.id], "v": seen})
    assert after.json()["clients"] == [bank.id]
    # Whoever looked before would take the bank away unseen.
    stale = await planner.put(url, json={"clients": [telco.id], "v": seen})
    assert (stale.status_code, stale.json()["code"]) == (409, "people.operator_changed")
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        rows = await tx.fetch(
            "SELECT client_id, valid_to - valid_from AS worked FROM people.operator_client"
            " ORDER BY valid_from"
        )
    assert [(row["client_id"], row["worked"]) for row in rows] == [
        (telco.id, timedelta(hours=1)),
        (bank.id, None),
    ]


async def test_colleagues_see_names_and_teams_but_no_skills_or_places(
    door: Door, planner: httpx.AsyncClient
) -> None:
    await planner.post("/skills", json={"code": "a1", "name": "A"})
    account = await door.add_account()
    telco = {"clients": [(await door.add_client("Telco")).id]}
    anna = {"account_id": account.id, "skills": {"a1": {"level": 3}}, **telco}
    own = await add(planner, "Anna", **anna)
    await add(planner, "Bruno", place="home", skills={"a1": {"level": 9}}, **telco)
    async with door.signed_in() as browser:
        query = {"skill": "a1", "q": "bruno"}
        (other,) = (await browser.get("/operators", params=query)).json()["items"]
        assert other["details"] is None
        # Asking who has a skill would tell what is not shown: the question is not heard.
        everybody = await browser.get("/operators", params={"skill": "nessuna"})
        assert len(everybody.json()["items"]) == 2
        mine = (await browser.get(f"/operators/{own['id']}")).json()
        assert mine["details"]["skills"]["a1"]["level"] == 3
        refused = await browser.put(f"/operators/{own['id']}/skills", json={"skills": {}, "v": 1})
        assert refused.status_code == 403


async def test_names_are_ordered_as_people_read_them_and_paged(planner: httpx.AsyncClient) -> None:
    for name in ("Zoe", "Èva", "eva", "Ada", "Bruno"):
        await add(planner, name)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await planner.get("/operators", params=query)).json()
        seen += [item["display_name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [sort_name(name) for name in seen] == ["ada", "bruno", "eva", "eva", "zoe"]
    found = (await planner.get("/operators", params={"q": "EVÀ"})).json()["items"]
    assert {item["display_name"] for item in found} == {"Èva", "eva"}


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwieCJd", "W10", "bnVsbA"])
async def test_a_damaged_cursor_is_refused(planner: httpx.AsyncClient, cursor: str) -> None:
    for path in ("/operators", "/teams"):
        answer = await planner.get(path, params={"cursor": cursor})
        assert answer.status_code == 422
        assert answer.json()["code"] == "bad_cursor"


async def test_a_page_of_operators_costs_one_statement_however_long(
    door: Door, planner: httpx.AsyncClient
) -> None:
    costs = []
    for _ in range(2):
        await add(planner, "Ada")
        before = door.db.statements
        await planner.get("/operators")
        costs.append(door.db.statements - before)
    assert costs == [4, 4]  # begin, who asks, the page, commit


async def test_a_team_is_named_once_and_its_operators_are_found_by_it(
    planner: httpx.AsyncClient,
) -> None:
    team = (await planner.post("/teams", json={"name": "Nord"})).json()
    again = await planner.post("/teams", json={"name": "NORD"})
    assert again.json()["code"] == "people.name_taken"
    await add(planner, "Ada", team_id=team["id"])
    await add(planner, "Bea")
    found = (await planner.get("/operators", params={"team_id": team["id"]})).json()["items"]
    assert [(item["display_name"], item["team"]) for item in found] == [("Ada", "Nord")]
    await planner.delete(f"/teams/{team['id']}")
    answer = await planner.post("/operators", json={"display_name": "Cora", "team_id": team["id"]})
    assert answer.json()["code"] == "people.unknown_team"


async def test_two_planners_do_not_overwrite_each_other(planner: httpx.AsyncClient) -> None:
    operator = await add(planner)
    url = f"/operators/{operator['id']}"
    assert (await planner.patch(url, json={"v": 1, "budget": 80})).json()["v"] == 2
    late = await planner.patch(url, json={"v": 1, "budget": 90})
    assert late.json()["code"] == "people.operator_changed"


def test_an_operator_without_skills_has_no_levels(clock: FixedClock) -> None:
    operator = Operator(
        id="x", account_id=None, display_name="x", team_id=None, team=None, skills={},
        languages=(), place="site", country="IT", capacity={}, budget=1, clients=frozenset(),
    )  # fmt: skip
    assert operator.levels(clock.now()) == {}
