"""Codes at the door: right, in time, and once."""

from datetime import UTC, datetime

import httpx
import pyotp

from ascolto.identity import totp
from ascolto.kit.clock import FixedClock
from ascolto.kit.db import SYSTEM
from support.doors import PASSWORD, Door

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B


async def enrol(browser: httpx.AsyncClient, clock: FixedClock) -> tuple[pyotp.TOTP, list[str]]:
    started = await browser.post("/totp", json={"password": PASSWORD})
    generator = pyotp.TOTP(started.json()["secret"])
    confirmed = await browser.post("/totp/confirm", json={"code": generator.at(clock.now())})
    assert confirmed.status_code == 200, confirmed.text
    clock.advance(60)
    return generator, confirmed.json()["recovery_codes"]


def test_the_codes_are_those_of_the_rfc() -> None:
    at = datetime.fromtimestamp(1111111109, UTC)
    assert totp.matching_step(SECRET, "081804", at=at, after_step=0) == 1111111109 // 30
    assert totp.matching_step(SECRET, "081 804", at=at, after_step=0) is not None
    assert totp.matching_step(SECRET, "081805", at=at, after_step=0) is None
    assert totp.matching_step(SECRET, "٠٨١٨٠٤", at=at, after_step=0) is None


async def test_once_on_the_password_alone_opens_nothing(door: Door, clock: FixedClock) -> None:
    await door.add_account()
    async with door.signed_in() as browser, door.browser() as other:
        generator, _ = await enrol(browser, clock)
        without = await door.sign_in(other)
        assert without.status_code == 401
        assert without.json()["code"] == "identity.totp_required"
        assert "set-cookie" not in without.headers
        wrong = await door.sign_in(other, totp="000000")
        assert wrong.json()["code"] == "identity.wrong_credentials"
        right = await door.sign_in(other, totp=generator.at(clock.now()))
        assert right.status_code == 200


async def test_everybody_can_see_whether_they_use_codes(door: Door, clock: FixedClock) -> None:
    await door.add_account()
    async with door.signed_in() as browser, door.browser() as other:
        assert (await browser.get("/totp")).json() == {"on": False, "recovery_left": 0}
        _, recovery = await enrol(browser, clock)
        assert (await browser.get("/totp")).json() == {"on": True, "recovery_left": 10}
        await door.sign_in(other, totp=recovery[0])
        assert (await browser.get("/totp")).json() == {"on": True, "recovery_left": 9}


async def test_a_code_overheard_cannot_be_used_again(door: Door, clock: FixedClock) -> None:
    await door.add_account()
    async with door.signed_in() as browser, door.browser() as thief:
        generator, _ = await enrol(browser, clock)
        code = generator.at(clock.now())
        assert (await door.sign_in(browser, totp=code)).status_code == 200
        assert (await door.sign_in(thief, totp=code)).status_code == 401
        clock.advance(30)
        assert (await door.sign_in(browser, totp=generator.at(clock.now()))).status_code == 200


async def test_the_code_that_confirmed_the_app_does_not_open_the_door(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        started = await browser.post("/totp", json={"password": PASSWORD})
        code = pyotp.TOTP(started.json()["secret"]).at(clock.now())
        await browser.post("/totp/confirm", json={"code": code})
        assert (await door.sign_in(browser, totp=code)).status_code == 401


async def test_a_recovery_code_opens_once(door: Door, clock: FixedClock) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        _, codes = await enrol(browser, clock)
        assert len(set(codes)) == totp.RECOVERY_CODES
        spoken = codes[0].lower().replace("-", " ")
        assert (await door.sign_in(browser, totp=spoken)).status_code == 200
        assert (await door.sign_in(browser, totp=codes[0])).status_code == 401
        assert (await door.sign_in(browser, totp=codes[1])).status_code == 200
    assert [e["left"] for e in await door.events("identity.recovery_code_used")] == [9, 8]


async def test_whoever_knows_the_password_cannot_guess_codes_at_leisure(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    async with door.signed_in() as browser, door.browser() as thief:
        await enrol(browser, clock)
        answers = []
        for n in range(8):
            await door.sign_in(thief)  # takes back its own count, and no more
            answers.append((await door.sign_in(thief, totp=f"00000{n}")).status_code)
    assert answers[-1] == 429


async def test_a_session_left_open_cannot_turn_codes_on_or_off_without_the_password(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        refused = await browser.post("/totp", json={"password": "sbagliata!"})
        assert refused.json()["code"] == "identity.wrong_password"
        await enrol(browser, clock)
        body = {"password": "sbagliata!"}
        assert (await browser.request("DELETE", "/totp", json=body)).status_code == 422
        body = {"password": PASSWORD}
        assert (await browser.request("DELETE", "/totp", json=body)).status_code == 204
        assert (await door.sign_in(browser)).status_code == 200


async def test_the_secret_lies_sealed_and_opens_only_in_its_place(
    door: Door, clock: FixedClock
) -> None:
    anna = await door.add_account()
    bruno = await door.add_account(email="bruno@prova.example")
    async with door.signed_in() as browser:
        generator, _ = await enrol(browser, clock)
        async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
            stored = await tx.fetchval(
                "SELECT totp_secret FROM identity.account WHERE id = $1", anna.id
            )
            # Copied to another account's row, the seal does not hold.
            await tx.execute(
                "UPDATE identity.account SET totp_secret = $1 WHERE id = $2", stored, bruno.id
            )
        assert generator.secret not in stored
        answer = await door.sign_in(
            browser, email="bruno@prova.example", totp=generator.at(clock.now())
        )
        assert answer.status_code == 503


async def test_a_second_enrolment_waits_for_the_first_to_be_ended(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        await enrol(browser, clock)
        answer = await browser.post("/totp", json={"password": PASSWORD})
        assert answer.json()["code"] == "identity.totp_already_on"


async def test_an_administrator_lets_in_who_lost_the_phone_and_they_are_told(
    door: Door, clock: FixedClock
) -> None:
    anna = await door.add_account()
    chief = await door.add_account("admin", email="capo@prova.example")
    async with door.signed_in() as browser, door.signed_in("capo@prova.example") as admin:
        await enrol(browser, clock)
        await enrol(admin, clock)
        refused = await browser.delete(f"/accounts/{anna.id}/totp")
        assert refused.json()["code"] == "identity.not_permitted"
        own = await admin.delete(f"/accounts/{chief.id}/totp")
        assert own.json()["code"] == "identity.own_codes"
        for _ in range(2):  # twice is once
            assert (await admin.delete(f"/accounts/{anna.id}/totp")).status_code == 204
        assert (await admin.get(f"/accounts/{anna.id}")).json()["has_totp"] is False
        assert (await browser.get("/session")).status_code == 401
        assert (await door.sign_in(browser)).status_code == 200
    async with door.db.transaction(door.tenant_id, actor=SYSTEM) as tx:
        told = await tx.fetch("SELECT recipient FROM kit.outgoing_mail")
        said = await tx.fetch(
            "SELECT actor->>'id' AS by FROM kit.event"
            " WHERE kind = 'identity.totp_changed' AND body->>'on' = 'false'"
        )
    assert [row["recipient"] for row in told] == ["anna@prova.example"]
    assert [row["by"] for row in said] == [chief.id]
