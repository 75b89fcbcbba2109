"""What is published at a moment: all of it or none, and only on the ground it was asked on."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from ascolto.configuration import store as configuration
from ascolto.configuration.jobs import publish_due
from ascolto.configuration.model import Publication
from ascolto.configuration.verbs import Verbs
from ascolto.identity.actions.change_accounts import create_account
from ascolto.kit.db import SYSTEM, Tx
from ascolto.kit.ids import new_id
from ascolto.people import store_catalogue
from ascolto.people.model import Team
from ascolto.web.rooms import API_ROUTERS
from support.office import Office, ok, refused
from support.servers import new_tenant

CHIARA = "chiara@prova.example"
VERBS = Verbs(API_ROUTERS)


async def later(
    office: Office, browser: httpx.AsyncClient, *requests: dict[str, Any], why: str = "Estate"
) -> dict[str, Any]:
    due = office.desk.clock.now() + timedelta(hours=2)
    body = {"due_at": due.isoformat(), "why": why, "requests": list(requests)}
    answer: dict[str, Any] = ok(await browser.post("/configuration/publications", json=body))
    return answer


def patch_queue(office: Office, **body: Any) -> dict[str, Any]:
    return {"method": "PATCH", "path": f"/queues/{office.desk.queue.id}", "body": body}


async def moment_comes(office: Office) -> int:
    office.desk.clock.at += timedelta(hours=2, minutes=1)
    return await publish_due(office.desk.database, VERBS)


async def shown(browser: httpx.AsyncClient, publication: dict[str, Any]) -> dict[str, Any]:
    all_: list[dict[str, Any]] = ok(await browser.get("/configuration/publications"))["items"]
    return next(each for each in all_ if each["id"] == publication["id"])


async def test_a_publication_waits_for_its_moment_and_is_then_a_version_of_who_asked(
    office: Office,
) -> None:
    async with office.signed_in(CHIARA) as browser:
        team = {"method": "POST", "path": "/teams", "body": {"name": "Rosa"}}
        asked = await later(office, browser, patch_queue(office, priority=4, v=1), team)
        assert await publish_due(office.desk.database, VERBS) == 0
        assert ok(await browser.get("/teams"))["items"] == []
        assert await moment_comes(office) == 1
        assert (await shown(browser, asked))["state"] == "published"
        last = ok(await browser.get("/configuration/versions"))["items"][0]
        assert (last["publication_id"], last["why"]) == (asked["id"], "Estate")
        assert last["by_name"] == "Chiara"
        assert {change["kind"] for change in last["changes"]} == {"queue", "team"}
        assert ok(await browser.get(f"/queues/{office.desk.queue.id}"))["priority"] == 4
        assert await publish_due(office.desk.database, VERBS) == 0


async def test_what_stands_on_ground_that_moved_is_refused_whole_and_says_who_moved_it(
    office: Office,
) -> None:
    await office.hire("dario@prova.example", "configurator")
    async with office.signed_in(CHIARA) as browser:
        team = {"method": "POST", "path": "/teams", "body": {"name": "Rosa"}}
        asked = await later(office, browser, team, patch_queue(office, priority=4))
        async with office.signed_in("dario@prova.example") as other:
            ok(await other.patch(f"/queues/{office.desk.queue.id}", json={"target_s": 45}))
        assert await moment_comes(office) == 0
        now = await shown(browser, asked)
        assert now["state"] == "refused"
        assert now["refusal"]["code"] == "configuration.ground_changed"
        assert now["refusal"]["fields"]["by"] == "Dario"
        assert now["refusal"]["fields"]["name"] == office.desk.queue.name
        assert ok(await browser.get("/teams"))["items"] == []


async def test_a_refusal_of_the_last_request_undoes_the_first(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        team = {"method": "POST", "path": "/teams", "body": {"name": "Rosa"}}
        asked = await later(office, browser, patch_queue(office, priority=4), team, team)
        assert await moment_comes(office) == 0
        assert (await shown(browser, asked))["refusal"]["code"] == "people.name_taken"
        assert ok(await browser.get("/teams"))["items"] == []
        assert ok(await browser.get(f"/queues/{office.desk.queue.id}"))["priority"] == 0


async def test_a_publication_is_withdrawn_once(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        asked = await later(office, browser, patch_queue(office, priority=4))
        url = f"/configuration/publications/{asked['id']}"
        ok(await browser.delete(url))
        refused(await browser.delete(url), 409, "configuration.already_decided")
        assert await moment_comes(office) == 0


async def test_who_may_no_longer_do_it_publishes_nothing(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        asked = await later(office, browser, patch_queue(office, priority=4))
        async with office.desk.as_system() as tx:
            await tx.execute(
                "UPDATE identity.account SET roles = '{analyst}' WHERE email_key = $1", CHIARA
            )
        assert await moment_comes(office) == 0
        async with office.desk.as_system() as tx:
            await tx.execute(
                "UPDATE identity.account SET roles = '{configurator}' WHERE email_key = $1", CHIARA
            )
        assert (await shown(browser, asked))["refusal"]["code"] == (
            "configuration.no_longer_allowed"
        )


async def test_who_may_still_do_it_but_no_longer_publish_publishes_nothing(office: Office) -> None:
    async with office.signed_in(CHIARA) as browser:
        team = {"method": "POST", "path": "/teams", "body": {"name": "Rosa"}}
        await later(office, browser, team)
    async with office.desk.as_system() as tx:
        await tx.execute(
            "UPDATE identity.account SET roles = '{planner}' WHERE email_key = $1", CHIARA
        )
    await office.hire("dario@prova.example", "configurator")
    async with office.signed_in("dario@prova.example") as browser:
        assert ok(await browser.post("/teams", json={"name": "Viola"}))
        assert await moment_comes(office) == 0
    async with office.signed_in("dario@prova.example") as browser:
        assert [one["name"] for one in ok(await browser.get("/teams"))["items"]] == ["Viola"]
        (asked,) = ok(await browser.get("/configuration/publications"))["items"]
    assert asked["refusal"]["code"] == "configuration.no_longer_allowed"
    assert asked["refusal"]["fields"] == {"permission": "configuration.publish"}


async def test_a_program_publishes_nothing_later_and_goes_nowhere_back(office: Office) -> None:
    token = {
        "name": "programma",
        "scopes": ["configuration.read", "people.manage"],
        "expires_at": (office.desk.clock.now() + timedelta(days=9)).isoformat(),
    }
    async with office.signed_in(CHIARA) as browser, office.door.browser() as program:
        wider = {**token, "scopes": ["configuration.publish"]}
        refused(await browser.post("/tokens", json=wider), 422, "identity.unknown_scope")
        secret = ok(await browser.post("/tokens", json=token))["secret"]
        async with office.desk.as_system() as tx:  # one that was issued when it still could be
            await tx.execute(
                "UPDATE identity.api_token SET scopes = scopes || '{configuration.publish}'"
            )
        program.headers["authorization"] = f"Bearer {secret}"
        assert ok(await program.get("/configuration/publications"))["items"] == []
        team = {"method": "POST", "path": "/teams", "body": {"name": "Rosa"}}
        due = (office.desk.clock.now() + timedelta(hours=2)).isoformat()
        body = {"due_at": due, "why": "x", "requests": [team]}
        for path in ("/configuration/publications", "/configuration/versions/1/restore"):
            assert (await program.post(path, json=body)).status_code == 403
        ok(await program.post("/teams", json={"name": "Viola"}))


def broken(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """Let whoever makes a team of this name run into an error that no room foresaw."""
    real = store_catalogue.insert_team

    async def insert(tx: Tx, team: Team) -> None:
        if team.name == name:
            raise error
        await real(tx, team)

    monkeypatch.setattr(store_catalogue, "insert_team", insert)


def new_team(name: str) -> dict[str, Any]:
    return {"method": "POST", "path": "/teams", "body": {"name": name}}


async def asked_elsewhere(office: Office) -> None:
    """Let somebody of another organisation have asked for a team as well."""
    now = office.desk.clock.now()
    tenant = await new_tenant(office.desk.database)
    async with office.desk.database.transaction(tenant, actor=SYSTEM) as tx:
        account = await create_account(
            tx,
            email="elsa@altrove.example",
            name="Elsa",
            roles=("configurator",),
            clients=None,
            password_hash="nobody signs in with it",
        )
        waiting = Publication(
            id=new_id(),
            due_at=now + timedelta(hours=2),
            why="Altrove",
            requests=[new_team("Viola")],
            ground={},
            by_account=account.id,
            by_name="Elsa",
            created_at=now,
            state="scheduled",
            decided_at=None,
            refusal=None,
        )
        await configuration.insert_publication(tx, waiting)


async def test_what_fails_unforeseen_is_refused_once_and_stops_nobody_elses(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked_elsewhere(office)
    async with office.signed_in(CHIARA) as browser:
        failing = await later(office, browser, new_team("Rotta"))
        fine = await later(office, browser, new_team("Rosa"))
        broken(monkeypatch, "Rotta", ZeroDivisionError("no such luck"))
        assert await moment_comes(office) == 2
        told = await shown(browser, failing)
        assert (told["state"], told["refusal"]["code"]) == ("refused", "internal")
        assert told["refusal"]["detail"] == "ZeroDivisionError"
        assert (await shown(browser, fine))["state"] == "published"
        assert await publish_due(office.desk.database, VERBS) == 0


@pytest.mark.parametrize("error", [ConnectionResetError(), asyncpg.DeadlockDetectedError()])
async def test_what_the_absence_of_the_database_stopped_is_made_later_and_stops_nobody_elses(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    await asked_elsewhere(office)
    async with office.signed_in(CHIARA) as browser:
        waiting = await later(office, browser, new_team("Rotta"))
        fine = await later(office, browser, new_team("Rosa"))
        with monkeypatch.context() as away:
            broken(away, "Rotta", error)
            assert await moment_comes(office) == 2
            assert (await shown(browser, waiting))["state"] == "scheduled"
            assert (await shown(browser, fine))["state"] == "published"
        assert await publish_due(office.desk.database, VERBS) == 1
        assert (await shown(browser, waiting))["state"] == "published"


async def test_what_the_database_cannot_hold_is_refused_and_not_tried_for_ever(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office.signed_in(CHIARA) as browser:
        failing = await later(office, browser, new_team("Rotta"))
        broken(monkeypatch, "Rotta", asyncpg.NumericValueOutOfRangeError("value out of range"))
        assert await moment_comes(office) == 0
        told = await shown(browser, failing)
        assert (told["state"], told["refusal"]["code"]) == ("refused", "unstorable")


async def test_only_configuration_may_wait_and_only_ahead_and_only_if_it_makes_sense(
    office: Office,
) -> None:
    async with office.signed_in(CHIARA) as browser:
        due = (office.desk.clock.now() + timedelta(hours=1)).isoformat()

        async def asked(request: dict[str, Any], **more: Any) -> httpx.Response:
            body = {"due_at": due, "why": "x", "requests": [request], **more}
            return await browser.post("/configuration/publications", json=body)

        for method, path in (
            ("POST", "/tokens"),
            ("POST", "/configuration/publications"),
            ("DELETE", "/session"),
            ("PUT", f"/mailboxes/{office.desk.queue.id}/secrets"),
            ("PATCH", "/queues/not-an-id"),
        ):
            answer = await asked({"method": method, "path": path, "body": {}})
            refused(answer, 422, "configuration.cannot_publish")
        wrong = await asked(patch_queue(office, priority=99))
        refused(wrong, 422, "configuration.cannot_publish")
        past = (office.desk.clock.now() - timedelta(hours=1)).isoformat()
        refused(
            await asked(patch_queue(office, priority=1), due_at=past),
            422,
            "configuration.bad_moment",
        )
