"""Sessions end: by wish, by disuse, by age, by revocation."""

from ascolto.identity.model import SESSION_IDLE, SESSION_LIFE
from ascolto.kit.clock import FixedClock
from support.doors import Door


async def test_signing_out_ends_the_session(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        cookie = browser.cookies["ascolto"]
        assert (await browser.delete("/session")).status_code == 204
        assert "ascolto" not in browser.cookies
        answer = await browser.get("/session", headers={"cookie": f"ascolto={cookie}"})
        assert answer.status_code == 401


async def test_one_sees_where_one_is_signed_in_and_ends_one_of_them(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as office, door.signed_in() as home:
        sessions = (await office.get("/sessions")).json()["items"]
        assert [s["ip"] for s in sessions] == ["192.0.2.7", "192.0.2.7"]
        assert {s["user_agent"] for s in sessions} == {"Prova/1.0"}
        (other,) = [s for s in sessions if not s["current"]]
        assert (await office.delete(f"/sessions/{other['id']}")).status_code == 204
        assert (await home.get("/session")).status_code == 401
        assert (await office.get("/session")).status_code == 200
    (revoked,) = await door.events("identity.session_revoked")
    assert revoked["session_id"] == other["id"]


async def test_one_ends_all_the_others_at_once(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as here, door.signed_in() as there, door.signed_in() as elsewhere:
        assert (await here.delete("/sessions")).json() == {"ended": 2}
        assert (await here.get("/session")).status_code == 200
        assert (await there.get("/session")).status_code == 401
        assert (await elsewhere.get("/session")).status_code == 401


async def test_nobody_ends_somebody_elses_session(door: Door) -> None:
    await door.add_account()
    await door.add_account(email="bruno@prova.example")
    async with door.signed_in() as anna, door.signed_in("bruno@prova.example") as bruno:
        (session,) = (await anna.get("/sessions")).json()["items"]
        answer = await bruno.delete(f"/sessions/{session['id']}")
        assert answer.json()["code"] == "identity.unknown_session"
        assert (await anna.get("/session")).status_code == 200


async def test_a_session_left_alone_ends(door: Door, clock: FixedClock) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        clock.advance(SESSION_IDLE.total_seconds() - 60)
        assert (await browser.get("/session")).status_code == 200
        clock.advance(SESSION_IDLE.total_seconds() - 60)
        assert (await browser.get("/session")).status_code == 200
        clock.advance(SESSION_IDLE.total_seconds() + 1)
        assert (await browser.get("/session")).status_code == 401


async def test_a_session_ends_after_a_week_however_much_it_is_used(
    door: Door, clock: FixedClock
) -> None:
    await door.add_account()
    step = SESSION_IDLE.total_seconds() / 2
    async with door.signed_in() as browser:
        for _ in range(int(SESSION_LIFE.total_seconds() / step) - 1):
            clock.advance(step)
            assert (await browser.get("/session")).status_code == 200
        clock.advance(step)
        assert (await browser.get("/session")).status_code == 401


async def test_a_request_costs_one_statement_to_know_who_asks(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        await browser.get("/sessions")
        before = door.db.statements
        await browser.get("/sessions")
        # Begin with its settings, who asks, the list itself, commit.
        assert door.db.statements - before == 4


async def test_an_administrator_signs_somebody_out_everywhere(door: Door) -> None:
    anna = await door.add_account()
    await door.add_account("admin", email="capo@prova.example")
    async with door.signed_in() as browser, door.signed_in("capo@prova.example") as admin:
        answer = await admin.delete(f"/accounts/{anna.id}/sessions")
        assert answer.json() == {"ended": 1}
        assert (await browser.get("/session")).status_code == 401
