"""Configurators add and change channels of their clients, and nobody else's."""

from typing import Any

import httpx
import pytest

from ascolto import routing
from ascolto.kit.ids import new_id
from support.chat import Chat
from support.servers import new_tenant


async def other_client(chat: Chat) -> tuple[str, str]:
    """Add a second client with a queue and a configurator for it alone."""
    client = await chat.door.add_client("Acqua")
    async with chat.desk.as_system() as tx:
        queue = await routing.create_queue(
            tx, values={"client_id": client.id, "name": "Guasti", "channel": "webchat"}
        )
    await chat.door.add_account("configurator", email="acqua@prova.example", clients=[client.id])
    return client.id, queue.id


def new_chat(client_id: str, queue_id: str, **more: Any) -> dict[str, Any]:
    body = {"client_id": client_id, "kind": "webchat", "name": "Sito", "queue_id": queue_id}
    return {**body, **more}


async def test_a_channel_is_added_changed_and_closed(chat: Chat) -> None:
    await chat.door.add_account("configurator", email="config@prova.example")
    async with chat.door.signed_in("config@prova.example") as browser:
        body = new_chat(chat.desk.client_id, chat.desk.queue.id)
        made = (await browser.post("/channels", json=body)).json()
        assert made["settings"]["survey"] is True
        settings = {"brand_name": "Luce", "sites": ["https://*.luce.example"], "survey": False}
        change = {"v": 1, "settings": settings}
        changed = await browser.patch(f"/channels/{made['id']}", json=change)
        assert changed.json()["settings"]["survey"] is False
        stale = await browser.patch(f"/channels/{made['id']}", json=change)
        assert (stale.status_code, stale.json()["code"]) == (409, "channels.channel_changed")
        config = await chat.http.get(f"/public/v1/chat/{made['public_key']}/config")
        assert config.json()["brand"]["name"] == "Luce"
        assert (await browser.delete(f"/channels/{made['id']}")).status_code == 204
        assert (await browser.get(f"/channels/{made['id']}")).status_code == 404
    gone = await chat.http.get(f"/public/v1/chat/{made['public_key']}/config")
    assert gone.status_code == 404


@pytest.mark.parametrize(
    "settings",
    [
        {"sites": ["https://a.example; script-src *"]},
        {"sites": ["*"]},
        {"sites": ["https://a.example/path"]},
        {"sites": ["https://a.example 'unsafe-inline'"]},
        {"color": "red"},
        {"color": "#0a0a0a;}"},
        {"logo_url": "javascript:alert(1)"},
        {"unknown": 1},
        {"texts": {"xx": {"title": "?"}}},
        {"texts": {"it": {"title": "a\x00b"}}},
        {"long_wait_s": -1},
    ],
)
async def test_settings_that_make_no_sense_are_refused(
    chat: Chat, settings: dict[str, Any]
) -> None:
    await chat.door.add_account("configurator", email="config@prova.example")
    async with chat.door.signed_in("config@prova.example") as browser:
        body = new_chat(chat.desk.client_id, chat.desk.queue.id, settings=settings)
        answer = await browser.post("/channels", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "channels.bad_channel")


async def test_whoever_works_for_one_client_sees_no_other(chat: Chat) -> None:
    client_id, queue_id = await other_client(chat)
    async with chat.door.signed_in("acqua@prova.example") as browser:
        mine = await browser.post("/channels", json=new_chat(client_id, queue_id))
        assert mine.status_code == 201
        listed = (await browser.get("/channels")).json()["items"]
        assert [channel["id"] for channel in listed] == [mine.json()["id"]]
        foreign = f"/channels/{chat.channel.id}"
        for answer in (
            await browser.get(foreign),
            await browser.patch(foreign, json={"v": 1, "name": "Preso"}),
            await browser.delete(foreign),
            await browser.post(
                f"{foreign}/tickets", json={"kind": "email", "value": "a@b.example"}
            ),
            await browser.get(f"{foreign}/outbound"),
        ):
            assert answer.status_code == 404
        for body in (
            new_chat(chat.desk.client_id, chat.desk.queue.id),
            new_chat(client_id, chat.desk.queue.id),
            new_chat(new_id(), queue_id),
        ):
            assert (await browser.post("/channels", json=body)).status_code in (404, 422)


async def test_a_webhook_on_all_clients_is_not_for_whoever_sees_one(chat: Chat) -> None:
    client_id, _ = await other_client(chat)
    await chat.door.add_account("configurator", email="config@prova.example")
    body = {"name": "W", "url": "https://a.example/x", "kinds": ["conversations.arrived"]}
    async with chat.door.signed_in("config@prova.example") as browser:
        wide = (await browser.post("/webhooks", json=body)).json()["webhook"]
    async with chat.door.signed_in("acqua@prova.example") as browser:
        own = await browser.post("/webhooks", json={**body, "client_id": client_id})
        assert own.status_code == 201
        path = f"/webhooks/{wide['id']}"
        answers: list[httpx.Response] = [
            await browser.post("/webhooks", json=body),
            await browser.patch(path, json={"v": 1, "url": "https://evil.example/x"}),
            await browser.post(f"{path}/secret"),
            await browser.delete(path),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
        foreign = {**body, "client_id": chat.desk.client_id}
        assert (await browser.post("/webhooks", json=foreign)).status_code == 404


async def test_an_operator_configures_nothing(chat: Chat) -> None:
    await chat.door.add_account("operator", email="anna@prova.example")
    async with chat.door.signed_in("anna@prova.example") as browser:
        assert (await browser.get("/channels")).status_code == 200
        body = new_chat(chat.desk.client_id, chat.desk.queue.id)
        assert (await browser.post("/channels", json=body)).status_code == 403
        assert (await browser.get("/webhooks")).status_code == 403


async def test_another_organisation_finds_none_of_it(chat: Chat) -> None:
    tenant = await new_tenant(chat.desk.database)
    mine = (chat.door.tenant_id, chat.door.slug)
    chat.door.tenant_id, chat.door.slug = tenant, f"org-{tenant[-12:]}"
    await chat.door.add_account("admin", email="altra@prova.example")
    async with chat.door.signed_in("altra@prova.example") as browser:
        assert (await browser.get("/channels")).json()["items"] == []
        assert (await browser.get(f"/channels/{chat.channel.id}")).status_code == 404
    chat.door.tenant_id, chat.door.slug = mine


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwiYiJd", "bnVsbA", "%00", "W251bGwsbnVsbF0"])
async def test_damaged_cursors_are_refused(chat: Chat, cursor: str) -> None:
    await chat.door.add_account("configurator", email="config@prova.example")
    async with chat.door.signed_in("config@prova.example") as browser:
        answer = await browser.get(f"/channels?cursor={cursor}")
    assert answer.status_code == 422
