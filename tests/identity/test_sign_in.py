"""Coming in: the right password opens a session, everything else opens nothing."""

import asyncio

import pytest

from ascolto.identity import lockout
from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from support.doors import PASSWORD, Door


async def test_the_right_password_opens_a_session_that_says_who_one_is(door: Door) -> None:
    client = await door.add_client("Telco")
    await door.add_account("operator", "team_leader", clients=[client.id])
    async with door.signed_in() as browser:
        state = (await browser.get("/session")).json()
    assert state["account"]["name"] == "Anna"
    assert state["clients"] == [{"id": client.id, "name": "Telco", "color": "#0a7c66"}]
    assert "conversations.reply" in state["permissions"]
    assert "identity.manage_accounts" not in state["permissions"]


async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(door: Door) -> None:
    await door.add_account()
    async with door.browser() as browser:
        cookie = (await door.sign_in(browser)).headers["set-cookie"]
    assert cookie.startswith(f"ascolto={door.tenant_id}.")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(door: Door) -> None:
    await door.add_account()
    async with door.browser() as browser:
        answer = await browser.post(
            "https://desk.example/api/v1/session",
            json={"tenant": door.slug, "email": "anna@prova.example", "password": PASSWORD},
            headers={"origin": "https://desk.example"},
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-ascolto=")
        assert "; Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        again = await browser.get("https://desk.example/api/v1/session")
    assert again.status_code == 200


async def test_the_secret_is_not_in_the_database(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        secret = browser.cookies["ascolto"].partition(".")[2]
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        stored = await tx.fetchval("SELECT s::text FROM identity.session s")
    assert secret not in stored


async def test_address_case_and_spaces_do_not_matter(door: Door) -> None:
    await door.add_account(email="Anna@Prova.example")
    async with door.browser() as browser:
        assert (await door.sign_in(browser, email=" ANNA@prova.EXAMPLE ")).status_code == 200


@pytest.mark.parametrize(
    ("what", "value"),
    [("tenant", "nessuno"), ("email", "nobody@prova.example"), ("password", "un'altra frase")],
)
async def test_a_refusal_does_not_say_what_was_wrong(door: Door, what: str, value: str) -> None:
    await door.add_account()
    async with door.browser() as browser:
        answer = (
            await door.sign_in(browser, **{what: value})
            if what != "tenant"
            else (
                await browser.post(
                    "/session",
                    json={"tenant": value, "email": "anna@prova.example", "password": PASSWORD},
                )
            )
        )
    assert answer.status_code == 401
    assert answer.json()["code"] == "identity.wrong_credentials"
    assert answer.json()["fields"] == {}
    assert "set-cookie" not in answer.headers


async def test_a_disabled_account_and_one_never_accepted_stay_outside(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account(password=None, email="invitata@prova.example")
    await door.add_account()
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        await tx.execute("UPDATE identity.account SET disabled_at = now() WHERE name = 'Anna'")
    async with door.browser() as browser:
        for email in ("invitata@prova.example", "anna@prova.example"):
            assert (await door.sign_in(browser, email=email)).status_code == 401


async def test_a_password_does_not_open_another_organisation(door: Door) -> None:
    await door.add_account()
    from support.servers import new_tenant  # noqa: PLC0415 - loaded by pytest first

    await new_tenant(door.db, slug="altra")
    async with door.browser() as browser:
        answer = await browser.post(
            "/session",
            json={"tenant": "altra", "email": "anna@prova.example", "password": PASSWORD},
        )
    assert answer.status_code == 401


async def test_after_too_many_failures_even_the_right_password_must_wait(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    async with door.browser() as browser:
        for _ in range(lockout.ACCOUNT.free):
            assert (await door.sign_in(browser, password="sbagliata!")).status_code == 401
        blocked = await door.sign_in(browser)
        assert blocked.status_code == 429
        assert blocked.json()["code"] == "identity.too_many_attempts"
        assert int(blocked.headers["retry-after"]) == blocked.json()["fields"]["retry_after_s"]
        clock.advance(blocked.json()["fields"]["retry_after_s"])
        assert (await door.sign_in(browser)).status_code == 200
    assert [event["what"] for event in await door.events("identity.locked_out")] == ["account"]


async def test_the_wait_is_the_same_for_an_address_without_an_account(door: Door) -> None:
    await door.add_account()
    codes: dict[str, list[int]] = {}
    async with door.browser() as browser:
        for email in ("anna@prova.example", "nobody@prova.example"):
            codes[email] = [
                (await door.sign_in(browser, email=email, password="sbagliata!")).status_code
                for _ in range(lockout.ACCOUNT.free + 2)
            ]
    assert codes["anna@prova.example"] == codes["nobody@prova.example"]
    assert codes["anna@prova.example"][-1] == 429


async def test_many_attempts_at_once_are_no_way_around_the_wait(door: Door) -> None:
    await door.add_account()
    async with door.browser() as browser:
        answers = await asyncio.gather(
            *(door.sign_in(browser, password=f"tentativo-{n}") for n in range(20))
        )
    assert sum(answer.status_code == 401 for answer in answers) == lockout.ACCOUNT.free


async def test_coming_in_forgets_the_failures(door: Door) -> None:
    await door.add_account()
    async with door.browser() as browser:
        for _ in range(3):
            for _ in range(lockout.ACCOUNT.free - 1):
                await door.sign_in(browser, password="sbagliata!")
            assert (await door.sign_in(browser)).status_code == 200


async def test_one_network_address_that_tries_many_accounts_must_wait(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.add_account()
    few = lockout.Policy(
        3, lockout.NETWORK.forget_one_every, lockout.NETWORK.first_wait, lockout.NETWORK.first_wait
    )
    monkeypatch.setattr(lockout, "NETWORK", few)
    async with door.browser(ip="198.51.100.1") as stranger, door.browser() as colleague:
        for n in range(3):
            await door.sign_in(stranger, email=f"n{n}@prova.example")
        assert (await door.sign_in(stranger)).status_code == 429
        assert (await door.sign_in(colleague)).status_code == 200


async def test_a_page_of_another_site_cannot_sign_anybody_in_or_out(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        for origin in ("https://evil.example", "null", "http://desk.example.evil.example"):
            answer = await browser.delete("/session", headers={"origin": origin})
            assert answer.status_code == 403
            assert answer.json()["code"] == "identity.wrong_origin"
        assert (await browser.get("/session")).status_code == 200


@pytest.mark.parametrize(
    "cookie", ["", "x", "x.y", "00000000-0000-7000-8000-000000000000.", "è.è", "a" * 5000]
)
async def test_a_made_up_cookie_opens_nothing(door: Door, cookie: str) -> None:
    async with door.browser() as browser:
        answer = await browser.get("/session", headers={b"cookie": f"ascolto={cookie}".encode()})
    assert answer.status_code == 401
    assert answer.json()["code"] == "identity.not_signed_in"
