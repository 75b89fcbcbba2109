"""A wall screen's link shows the floor and clients' names, does nothing, can be taken back."""

import httpx
import pytest

from support.office import Office, ok, refused

LEADER = "gruppo@prova.example"


@pytest.fixture
async def led(office: Office) -> Office:
    """Give an organisation with somebody who looks after the floor."""
    await office.hire(LEADER, "team_leader")
    return office


def wall(office: Office, secret: str) -> httpx.AsyncClient:
    """Stand before a wall that shows a link: no cookie, only what its address ends in."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=office.app),
        base_url="http://prova/api/v1",
        headers={"authorization": f"Bearer {secret}"},
    )


async def test_a_link_reads_the_floor_and_opens_nothing_else(led: Office) -> None:
    async with led.signed_in(LEADER) as leader:
        opened = ok(await leader.post("/floor/screens", json={"name": "Parete nord"}))
    async with wall(led, opened["secret"]) as screen:
        floor = ok(await screen.get("/floor"))
        assert [queue["queue_id"] for queue in floor["queues"]] == [led.desk.queue.id]
        assert [client["id"] for client in ok(await screen.get("/clients"))["items"]] == [
            led.desk.client_id
        ]
        for path in ("/operators", "/conversations", "/desk", "/session", "/floor/screens"):
            refused(await screen.get(path), 403, "identity.not_permitted")
        person = f"/floor/operators/{led.desk.anna}?why=x"
        refused(await screen.get(person), 403, "identity.not_permitted")
        more = await screen.post("/floor/screens", json={"name": "Un altro"})
        refused(more, 403, "identity.not_permitted")


async def test_a_link_taken_back_shows_nothing_any_more_and_is_off_the_list(led: Office) -> None:
    async with led.signed_in(LEADER) as leader:
        opened = ok(await leader.post("/floor/screens", json={"name": "Parete", "days": 7}))
        listed = ok(await leader.get("/floor/screens"))["items"]
        assert [(one["name"], one["seen_at"]) for one in listed] == [("Parete", None)]
        assert "secret" not in listed[0]
        async with wall(led, opened["secret"]) as screen:
            ok(await screen.get("/floor"))
            ok(await leader.delete(f"/floor/screens/{opened['screen']['id']}"))
            refused(await screen.get("/floor"), 401, "identity.not_signed_in")
        assert ok(await leader.get("/floor/screens"))["items"] == []
        again = await leader.delete(f"/floor/screens/{opened['screen']['id']}")
        refused(again, 404, "identity.unknown_token")


async def test_a_screen_is_closed_by_who_opened_it_and_a_programs_key_is_no_screen(
    led: Office,
) -> None:
    await led.hire("altro@prova.example", "team_leader")
    await led.hire("capo@prova.example", "configurator")
    async with led.signed_in(LEADER) as leader:
        opened = ok(await leader.post("/floor/screens", json={"name": "Parete"}))
    async with led.signed_in("altro@prova.example") as other:
        assert ok(await other.get("/floor/screens"))["items"] == []
        closing = await other.delete(f"/floor/screens/{opened['screen']['id']}")
        refused(closing, 404, "identity.unknown_token")
    async with led.signed_in("capo@prova.example") as boss:
        key = {"name": "T", "scopes": ["insight.floor"], "expires_at": "2026-06-01T00:00:00Z"}
        key_id = ok(await boss.post("/tokens", json=key))["token"]["id"]
        assert ok(await boss.get("/floor/screens"))["items"] == []
        refused(await boss.delete(f"/floor/screens/{key_id}"), 404, "identity.unknown_token")
        assert len(ok(await boss.get("/tokens"))["items"]) == 1
    async with led.signed_in("anna@prova.example") as anna:
        refused(await anna.get("/floor/screens"), 403, "identity.not_permitted")
