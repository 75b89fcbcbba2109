"""Programs hear what happened: signed, in order, until they have heard it, never inside our net."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import ipaddress
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ascolto import conversations, routing
from ascolto.channels.actions.configuring import create_channel
from ascolto.channels.actions.handing_in import Inbound, Sender, hand_in
from ascolto.channels.webhooks import model, reach
from ascolto.channels.webhooks.deliver import Courier
from ascolto.channels.webhooks.fan_out import fan_out_batch
from ascolto.channels.webhooks.model import KINDS, next_wait
from ascolto.kit.db import SYSTEM
from ascolto.kit.secretbox import server_box
from support.chat import Chat


@dataclass
class Receiver:
    """A program's own little server, which keeps what it hears and answers as it is told."""

    url: str = ""
    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.heard.append((headers, body))
        writer.write(f"HTTP/1.1 {self.status} x\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield receiver


@dataclass
class Office:
    """A configurator's browser, a receiver, and a courier that goes when told."""

    chat: Chat
    browser: httpx.AsyncClient
    receiver: Receiver
    courier: Courier
    webhook: dict[str, Any] = field(default_factory=dict)
    secret: str = ""

    async def hook(self, *kinds: str) -> None:
        body = {"name": "Prova", "url": self.receiver.url, "kinds": list(kinds)}
        answer = await self.browser.post("/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        self.webhook, self.secret = answer.json()["webhook"], answer.json()["secret"]
        await fan_out_batch(self.chat.desk.database)

    async def go(self, *, later_s: float = 0) -> int:
        while await fan_out_batch(self.chat.desk.database):
            pass
        clock = self.chat.desk.clock
        clock.at = clock.at.fromtimestamp(clock.at.timestamp() + later_s, clock.at.tzinfo)
        return await self.courier.round()

    async def deliveries(self) -> list[dict[str, Any]]:
        answer = await self.browser.get(f"/webhooks/{self.webhook['id']}/deliveries")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
async def office(
    chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    services = chat.door.app.state.services
    services.settings = type(services.settings)(data=tmp_path, allow_private_webhooks=True)
    await chat.door.add_account("configurator", email="config@prova.example")
    courier = Courier(chat.desk.database, box=server_box(tmp_path), allow_private=True)
    async with (
        receiving() as receiver,
        courier.http,
        chat.door.signed_in("config@prova.example") as browser,
    ):
        yield Office(chat, browser, receiver, courier)


async def test_a_program_hears_a_signed_message(office: Office) -> None:
    await office.hook("conversations.message_in")
    customer = await office.chat.start("La bolletta è doppia")
    assert await office.go() == 1
    ((headers, body),) = office.receiver.heard
    told = json.loads(body)
    assert told["type"] == "conversations.message_in"
    assert told["data"]["conversation_id"] == customer.id
    assert told["data"]["message"]["text"] == "La bolletta è doppia"
    key = base64.b64decode(office.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert (await office.deliveries())[0]["state"] == "sent"


async def test_no_program_hears_of_what_colleagues_ask_each_other(office: Office) -> None:
    await office.hook("routing.human_requested")
    customer, desk = await office.chat.start("La bolletta è doppia"), office.chat.desk
    await desk.accepted(customer.id)
    async with desk.as_system() as tx:
        values = {"client_id": desk.client_id, "name": "Retrosportello", "channel": "task"}
        queue = await routing.create_queue(tx, values=values)
    async with desk.as_operator(desk.anna) as tx:
        await conversations.consult(
            tx, conversation_id=customer.id, operator_id=desk.anna, subject="Conguaglio",
            text="Quando?", nonce="n", queue_id=queue.id,
        )  # fmt: skip
    assert await office.go() == 1
    ((_, body),) = office.receiver.heard
    assert json.loads(body)["data"]["queue_id"] == desk.queue.id


async def test_an_external_channel_may_be_called_instead_of_fetching(office: Office) -> None:
    await office.hook("conversations.message_out")
    desk = office.chat.desk
    queue = await desk.queue_for("messaging")
    async with desk.as_system() as tx:
        channel = await create_channel(
            tx,
            client_id=desk.client_id,
            kind="external",
            name="SMS",
            queue_id=queue.id,
        )
        sender = Sender("phone", "+39 333 1234567", verified=True)
        inbound = Inbound(thread="sms-1", external_id="1", sender=sender, text="Ciao")
        message = await hand_in(tx, channel, inbound)
    assert isinstance(message, conversations.Message)
    await desk.accepted(message.conversation_id)
    await desk.replied(message.conversation_id, "Salve")
    await office.go()
    (told,) = office.receiver.bodies()
    assert (told["data"]["thread"], told["data"]["channel_id"]) == ("sms-1", channel.id)
    assert told["data"]["message"]["text"] == "Salve"


async def test_what_was_not_heard_comes_again_later_and_in_order(office: Office) -> None:
    await office.hook("conversations.message_in")
    office.receiver.status = 503
    customer = await office.chat.start("Uno")
    await customer.write("Due")
    assert await office.go() == 1  # the second waits for the first
    assert await office.go() == 0  # and nobody is pressed
    office.receiver.status = 200
    assert await office.go(later_s=7) == 1
    assert await office.go() == 1
    texts = [body["data"]["message"]["text"] for body in office.receiver.bodies()]
    assert texts == ["Uno", "Uno", "Due"]
    first, again = (headers["webhook-id"] for headers, _ in office.receiver.heard[:2])
    assert first == again
    assert office.webhook["failures"] == 0


async def test_a_heard_delivery_can_be_sent_once_more(office: Office) -> None:
    await office.hook("conversations.arrived")
    await office.chat.start()
    await office.go()
    (sent,) = await office.deliveries()
    path = f"/webhooks/{office.webhook['id']}/deliveries/{sent['id']}/replay"
    assert (await office.browser.post(path)).status_code == 202
    await office.go()
    ids = [headers["webhook-id"] for headers, _ in office.receiver.heard]
    assert ids == [sent["id"]] * 2


async def test_while_a_secret_changes_both_sign(office: Office) -> None:
    await office.hook("conversations.arrived")
    answer = await office.browser.post(f"/webhooks/{office.webhook['id']}/secret")
    fresh = answer.json()["secret"]
    assert fresh != office.secret
    await office.browser.post(f"/webhooks/{office.webhook['id']}/ping")
    await office.go()
    headers, body = office.receiver.heard[0]
    made = [
        model.signature(
            secret,
            message_id=headers["webhook-id"],
            timestamp=int(headers["webhook-timestamp"]),
            body=body,
        )
        for secret in (fresh, office.secret)
    ]
    assert headers["webhook-signature"].split(" ") == made


async def test_one_that_never_hears_is_switched_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ascolto.channels.webhooks.deliver.MOST_FAILURES", 3)
    silent_for = timedelta(hours=1.5)
    monkeypatch.setattr("ascolto.channels.webhooks.deliver.SILENT_FOR", silent_for)
    await office.hook("conversations.arrived")
    office.receiver.status = 500
    await office.chat.start()
    for _ in range(4):
        assert await office.go(later_s=1_000) == 1
    shown = (await office.browser.get(f"/webhooks/{office.webhook['id']}")).json()
    assert (shown["active"], shown["failures"]) == (True, 4)  # an outage of an hour is no end
    assert await office.go(later_s=3_600) == 1
    shown = (await office.browser.get(f"/webhooks/{office.webhook['id']}")).json()
    assert (shown["active"], shown["failures"]) == (False, 5)
    await office.chat.start("Anche questo")
    assert await office.go(later_s=3_600) == 0
    assert [one["next_try_at"] for one in await office.deliveries()] == [None, None]
    ping = await office.browser.post(f"/webhooks/{office.webhook['id']}/ping")
    assert (ping.status_code, ping.json()["code"]) == (409, "channels.webhook_off")
    body = {"v": shown["v"], "active": True}
    again = await office.browser.patch(f"/webhooks/{office.webhook['id']}", json=body)
    assert (again.json()["active"], again.json()["failures"]) == (True, 0)
    office.receiver.status = 200
    assert await office.go() == 2


async def test_two_nodes_at_the_same_events_send_each_once(office: Office) -> None:
    await office.hook("conversations.message_in")
    customer = await office.chat.start("0")
    for n in range(1, 10):
        await customer.write(str(n))
    db = office.chat.desk.database
    await asyncio.gather(*(fan_out_batch(db) for _ in range(4)))
    while await office.go():
        pass
    texts = [body["data"]["message"]["text"] for body in office.receiver.bodies()]
    assert texts == [str(n) for n in range(10)]


async def test_the_secret_is_shown_once_and_lies_sealed(office: Office) -> None:
    await office.hook("conversations.arrived")
    listed = await office.browser.get("/webhooks")
    assert office.secret not in listed.text
    async with office.chat.desk.database.transaction(office.chat.desk.tenant, actor=SYSTEM) as tx:
        stored = await tx.fetchval("SELECT secret FROM channels.webhook")
    assert office.secret.removeprefix("whsec_") not in stored


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://10.1.2.3/hook",
        "https://169.254.169.254/latest",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "https:///nothing",
        "https://example.com:0/",
        "non un indirizzo",
    ],
)
async def test_a_webhook_never_leads_into_our_own_network(chat: Chat, url: str) -> None:
    await chat.door.add_account("configurator", email="config@prova.example")
    async with chat.door.signed_in("config@prova.example") as browser:
        body = {"name": "Prova", "url": url, "kinds": ["conversations.arrived"]}
        answer = await browser.post("/webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "channels.bad_address")


async def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up() -> None:
    with pytest.raises(reach.UnreachableError):
        await reach.resolve("localhost", 443, allow_private=False)


@pytest.mark.parametrize(
    "address", ["64:ff9b::a00:1", "2002:a00:1::", "fe80::1", "fd00::1", "0.1.2.3", "224.0.0.1"]
)
def test_wrapped_and_special_addresses_are_not_public(address: str) -> None:
    assert not reach.is_public(ipaddress.ip_address(address))
    assert reach.is_public(ipaddress.ip_address("93.184.216.34"))


async def test_a_kind_that_does_not_exist_is_refused_with_those_that_do(office: Office) -> None:
    body = {"name": "x", "url": office.receiver.url, "kinds": ["conversations.nothing"]}
    answer = await office.browser.post("/webhooks", json=body)
    assert answer.status_code == 422
    assert answer.json()["fields"]["known"] == list(KINDS)


def test_attempts_spread_over_days_and_end() -> None:
    waits = [next_wait(n, chance=0.5) for n in range(1, 11)]
    assert waits[-1] is None
    total = sum(wait.total_seconds() for wait in waits if wait)
    assert 24 * 3600 < total < 72 * 3600
