"""Accounts and keys: nobody gives away more than they have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from ascolto.kit.http import encode_cursor
from support.doors import Door

ADMIN = "capo@prova.example"


@asynccontextmanager
async def admin(door: Door, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    await door.add_account("admin", email=ADMIN, **more)
    async with door.signed_in(ADMIN) as browser:
        yield browser


def new(email: str = "bea@prova.example", **more: Any) -> dict[str, Any]:
    return {"email": email, "name": "Bea", "roles": ["operator"], **more}


async def test_an_address_has_one_account_however_it_is_written(door: Door) -> None:
    async with admin(door) as browser:
        assert (await browser.post("/accounts", json=new())).status_code == 201
        again = await browser.post("/accounts", json=new("BEA@PROVA.EXAMPLE"))
    assert again.status_code == 409
    assert again.json()["code"] == "identity.email_taken"


@pytest.mark.parametrize("email", ["bea", "bea@", "a b@c.example", "b\r\nBcc: x@y.example@z"])
async def test_what_is_no_address_gets_no_account(door: Door, email: str) -> None:
    async with admin(door) as browser:
        answer = await browser.post("/accounts", json=new(email))
    assert answer.status_code == 422
    assert answer.json()["code"] == "identity.bad_email"


async def test_an_account_speaks_a_language_of_a_catalogue_and_the_table_knows_no_names(
    door: Door,
) -> None:
    async with admin(door) as browser:
        made = (await browser.post("/accounts", json=new(locale="en"))).json()
        url = f"/accounts/{made['id']}"
        for locale in ("fr", "english", ""):
            answer = await browser.patch(url, json={"v": 1, "locale": locale})
            assert answer.status_code == 422, locale
    order = "UPDATE identity.account SET locale = $2 WHERE tenant_id = $1"
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        await tx.execute(order, tx.tenant_id, "fr")
    with pytest.raises(asyncpg.CheckViolationError):
        async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
            await tx.execute(order, tx.tenant_id, "FRA")


async def test_accounts_come_in_pages_without_a_hole_or_a_repeat(door: Door) -> None:
    async with admin(door) as browser:
        for n in range(5):
            await door.add_account(email=f"n{n}@prova.example")
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await browser.get("/accounts", params=query)).json()
            seen += [item["email"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
    assert seen == [ADMIN, *(f"n{n}@prova.example" for n in range(5))]


async def test_a_role_taken_away_counts_from_the_next_request(door: Door) -> None:
    leader = await door.add_account("team_leader", "admin")
    async with admin(door) as boss, door.signed_in() as browser:
        assert (await browser.get("/accounts")).status_code == 200
        answer = await boss.patch(f"/accounts/{leader.id}", json={"v": 1, "roles": ["operator"]})
        assert answer.json()["v"] == 2
        refused = await browser.get("/accounts")
    assert refused.status_code == 403
    assert refused.json()["fields"] == {"permission": "identity.manage_accounts"}


async def test_disabling_an_account_ends_its_sessions(door: Door) -> None:
    anna = await door.add_account()
    async with admin(door) as boss, door.signed_in() as browser:
        await boss.patch(f"/accounts/{anna.id}", json={"v": 1, "disabled": True})
        assert (await browser.get("/session")).status_code == 401
        await boss.patch(f"/accounts/{anna.id}", json={"v": 2, "disabled": False})
        assert (await browser.get("/session")).status_code == 401
        assert (await door.sign_in(browser)).status_code == 200


async def test_two_administrators_do_not_overwrite_each_other(door: Door) -> None:
    anna = await door.add_account()
    async with admin(door) as boss:
        url = f"/accounts/{anna.id}"
        assert (await boss.patch(url, json={"v": 1, "name": "Anna Rossi"})).status_code == 200
        late = await boss.patch(url, json={"v": 1, "name": "Anna Bianchi"})
    assert late.status_code == 409
    assert late.json()["code"] == "identity.account_changed"


async def test_the_last_administrator_stays(door: Door) -> None:
    async with admin(door) as boss:
        own = (await boss.get("/session")).json()["account"]["id"]
        changes: list[dict[str, Any]] = [
            {"roles": ["operator"]},
            {"disabled": True},
            {"clients": []},
        ]
        for change in changes:
            answer = await boss.patch(f"/accounts/{own}", json={"v": 1, **change})
            assert answer.json()["code"] == "identity.last_admin"


async def test_an_administrator_of_one_client_sees_and_makes_only_its_accounts(
    door: Door,
) -> None:
    telco, bank = await door.add_client("Telco"), await door.add_client("Banca")
    outside = await door.add_account(email="banca@prova.example", clients=[bank.id])
    await door.add_account(email="tutti@prova.example")
    await door.add_account(email="telco@prova.example", clients=[telco.id])
    async with admin(door, clients=[telco.id]) as boss:
        listed = (await boss.get("/accounts")).json()["items"]
        assert [item["email"] for item in listed] == [ADMIN, "telco@prova.example"]
        assert (await boss.get(f"/accounts/{outside.id}")).status_code == 404
        everything = await boss.post("/accounts", json=new(clients=None))
        assert everything.json()["code"] == "identity.scope_exceeded"
        other = await boss.post("/accounts", json=new(clients=[bank.id]))
        assert other.json()["code"] == "identity.unknown_scope_client"
        assert (await boss.post("/accounts", json=new(clients=[telco.id]))).status_code == 201
        # A waiting letter can open any account.
        assert (await boss.get("/outgoing-mail")).status_code == 403


async def issue(browser: httpx.AsyncClient, clock: FixedClock, **more: Any) -> httpx.Response:
    body = {
        "name": "posta in arrivo",
        "scopes": ["channels.deliver"],
        "expires_at": (clock.now() + timedelta(days=30)).isoformat(),
    }
    return await browser.post("/tokens", json=body | more)


async def test_a_token_opens_what_its_scopes_say_and_nothing_else(
    door: Door, clock: FixedClock
) -> None:
    async with admin(door) as boss, door.browser() as program:
        issued = (await issue(boss, clock, scopes=["tenancy.read_clients"])).json()
        program.headers["authorization"] = f"Bearer {issued['secret']}"
        assert issued["secret"].startswith("ascolto_")
        assert (await program.get("/accounts")).status_code == 403
        assert (await program.get("/session")).status_code == 403
        assert "secret" not in (await boss.get("/tokens")).text


async def test_a_revoked_or_old_token_opens_nothing(door: Door, clock: FixedClock) -> None:
    async with admin(door) as boss, door.browser() as program:
        for end in ("revoked", "old"):
            issued = (await issue(boss, clock)).json()
            program.headers["authorization"] = f"Bearer {issued['secret']}"
            assert (await program.get("/accounts")).status_code == 403
            if end == "revoked":
                await boss.delete(f"/tokens/{issued['token']['id']}")
            else:
                clock.advance(30 * 86_400)
            assert (await program.get("/accounts")).status_code == 401


async def test_a_token_is_never_wider_than_its_owner(door: Door, clock: FixedClock) -> None:
    planner = await door.add_account("configurator")
    async with admin(door) as boss, door.signed_in() as browser, door.browser() as program:
        for scope in ("conversations.reply", "identity.manage_tokens", "made.up"):
            refused = await issue(browser, clock, scopes=[scope])
            assert refused.json()["code"] == "identity.unknown_scope"
            assert refused.json()["fields"] == {"refused": [scope]}
        issued = (await issue(browser, clock)).json()
        program.headers["authorization"] = f"Bearer {issued['secret']}"
        await boss.patch(f"/accounts/{planner.id}", json={"v": 1, "roles": ["knowledge"]})
        assert (await program.get("/accounts")).status_code == 403
        await boss.patch(f"/accounts/{planner.id}", json={"v": 2, "disabled": True})
        assert (await program.get("/accounts")).status_code == 401


async def test_a_token_expires_within_a_year(door: Door, clock: FixedClock) -> None:
    async with admin(door) as boss:
        for days in (-1, 400):
            late = (clock.now() + timedelta(days=days)).isoformat()
            answer = await issue(boss, clock, expires_at=late)
            assert answer.json()["code"] == "identity.bad_expiry"
        naive = await issue(boss, clock, expires_at="2026-07-01T00:00:00")
        assert naive.status_code == 422


async def test_a_token_does_not_need_an_origin_but_a_made_up_one_opens_nothing(
    door: Door, clock: FixedClock
) -> None:
    async with admin(door) as boss, door.browser() as program:
        secret = (await issue(boss, clock)).json()["secret"]
        program.headers["origin"] = "https://elsewhere.example"
        program.headers["authorization"] = f"Bearer {secret}"
        assert (await program.post("/tokens", json={})).status_code in (403, 422)
        program.headers["authorization"] = f"Bearer {secret[:-1]}"
        assert (await program.get("/accounts")).status_code == 401


async def test_the_waiting_letters_are_read_by_administrators_and_that_is_logged(
    door: Door,
) -> None:
    async with admin(door) as boss:
        await boss.post("/accounts", json=new())
        (row,) = (await boss.get("/outgoing-mail")).json()["items"]
        assert row["to"] == "bea@prova.example"
        assert "body" not in row
        letter = (await boss.get(f"/outgoing-mail/{row['id']}")).json()
        assert "/desk/password#" in letter["body"]
    assert await door.events("identity.mail_read") == [{"mail_id": row["id"]}]


async def test_no_event_holds_an_address_or_a_secret(door: Door) -> None:
    async with admin(door) as boss:
        await boss.post("/accounts", json=new())
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        bodies = await tx.fetchval("SELECT string_agg(body::text, ' ') FROM kit.event")
    assert "@" not in bodies


async def test_the_people_of_a_client_name_their_client_when_made_and_when_changed(
    door: Door,
) -> None:
    telco = await door.add_client("Telco")
    theirs: dict[str, Any] = {"roles": ["client"]}
    nobody: tuple[list[str] | None, ...] = (None, [])
    async with admin(door) as boss:
        for clients in nobody:
            refused = await boss.post("/accounts", json=new(**theirs, clients=clients))
            assert (refused.status_code, refused.json()["code"]) == (422, "identity.client_unnamed")
        made = await boss.post("/accounts", json=new(**theirs, clients=[telco.id]))
        assert made.status_code == 201
        url, v = f"/accounts/{made.json()['id']}", made.json()["v"]
        for clients in nobody:
            wider = await boss.patch(url, json={"v": v, "clients": clients})
            assert wider.json()["code"] == "identity.client_unnamed"
        wide = (await boss.post("/accounts", json=new("tutti@prova.example"))).json()
        turned = await boss.patch(f"/accounts/{wide['id']}", json={"v": wide["v"], **theirs})
        assert turned.json()["code"] == "identity.client_unnamed"
        both = {**theirs, "clients": [telco.id]}
        turned = await boss.patch(f"/accounts/{wide['id']}", json={"v": wide["v"], **both})
        assert turned.status_code == 200


async def test_the_database_itself_knows_no_people_of_a_client_who_see_every_client(
    door: Door,
) -> None:
    anna = await door.add_account()
    with pytest.raises(asyncpg.CheckViolationError):
        async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
            await tx.execute(
                "UPDATE identity.account SET roles = '{client}' WHERE id = $1", anna.id
            )


@pytest.mark.parametrize("path", ["/tokens", "/outgoing-mail"])
async def test_a_cursor_that_is_no_place_in_the_list_is_refused(door: Door, path: str) -> None:
    async with admin(door) as browser:
        for words in ("no id", 7, None):
            answer = await browser.get(path, params={"cursor": encode_cursor(words)})
            assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
