"""An open socket lives by the rights it was opened with, and gets as much as it reads."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ascolto.identity.actions.change_accounts import change_account, get_account
from ascolto.kit.db import SYSTEM
from ascolto.kit.outbox import Frame
from ascolto.kit.settings import Settings
from ascolto.people.actions import set_clients
from ascolto.tenancy.actions import create_client
from ascolto.web import desk as desk_module
from ascolto.web import live_socket, pulse
from ascolto.web.listen import server_config
from support.office import Office, ok
from support.running import free_port

A_MINUTE = live_socket.WELCOME_S
QUICK_S = 0.05
HEAVY = "x" * 20_000


class Line:
    """One desk's socket, greeted."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, **message: Any) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def hear(self) -> dict[str, Any] | None:
        """Return what comes next; None when the server hangs up."""
        try:
            said: dict[str, Any] = orjson.loads(
                await asyncio.wait_for(self.connection.recv(), timeout=20)
            )
        except ConnectionClosed:
            return None
        return said


@pytest.fixture
async def url(office: Office, tmp_path: Path) -> AsyncIterator[str]:
    """Put the office's application behind the server it is made for."""
    settings = Settings(data=tmp_path, port=free_port())
    config = server_config(settings, office.app)
    config.lifespan = "off"  # the office has begun it already
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"ws://127.0.0.1:{settings.port}/live"
    server.should_exit = True
    await task


@contextlib.asynccontextmanager
async def opened(
    url: str, browser: httpx.AsyncClient, *, topics: list[str] | None = None, **more: Any
) -> AsyncIterator[Line]:
    """Open the desk's socket with the cookie of a browser that is signed in."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    async with connect(
        url, additional_headers={"Cookie": cookies}, compression=None, max_size=None, **more
    ) as connection:
        line = Line(connection)
        await line.say(t="hello", after=None, topics=topics or [])
        welcome = await line.hear()
        assert welcome is not None
        assert welcome["t"] == "welcome"
        yield line


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "WELCOME_S", QUICK_S)
    monkeypatch.setattr(pulse, "BEAT_S", QUICK_S)


async def test_a_desk_given_another_client_is_told_to_begin_anew(office: Office, url: str) -> None:
    async with office.desk.as_system() as tx:
        gas = await create_client(tx, name="Gas", color="#332211")
        await tx.execute("UPDATE identity.account SET client_scope = NULL")
    async with office.signed_in() as anna, opened(url, anna) as line:
        async with office.desk.as_system() as tx:
            await set_clients(tx, office.desk.anna, [gas.id])
        assert await line.hear() == {"t": "resync", "reason": "rights"}
        assert await line.hear() is None


async def test_a_desk_whose_role_was_changed_is_told_to_begin_anew(
    office: Office, url: str
) -> None:
    async with office.signed_in() as anna, opened(url, anna) as line:
        async with office.desk.as_system() as tx:
            await tx.execute("UPDATE identity.account SET roles = '{operator,team_leader}'")
        assert await line.hear() == {"t": "resync", "reason": "rights"}
        assert await line.hear() is None


async def test_what_is_changed_of_somebody_is_seen_long_before_the_minute_is_over(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_socket, "WELCOME_S", A_MINUTE)
    monkeypatch.setattr(pulse, "BEAT_S", A_MINUTE)
    async with office.signed_in() as anna:
        account_id = ok(await anna.get("/session"))["account"]["id"]
        async with opened(url, anna) as line:
            async with office.desk.as_system() as tx:
                before = await get_account(tx, account_id)
                roles = {"roles": ["operator", "team_leader"]}
                await change_account(tx, account_id, v=before.v, changes=roles)
            assert await line.hear() == {"t": "resync", "reason": "rights"}
            assert await line.hear() is None
        async with opened(url, anna) as line:
            async with office.desk.as_system() as tx:
                await change_account(tx, account_id, v=before.v + 1, changes={"disabled": True})
            assert await line.hear() == {"t": "refused", "code": "identity.not_signed_in"}
            assert await line.hear() is None


async def test_a_desk_whose_rights_are_as_before_stays(office: Office, url: str) -> None:
    async with office.signed_in() as anna, opened(url, anna) as line:
        async with office.desk.as_system() as tx:
            await tx.execute("UPDATE identity.account SET name = 'Anna Bianchi'")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.connection.recv(), timeout=10 * QUICK_S)


async def test_a_fault_at_one_desk_ends_its_line_and_not_the_pulse_of_the_others(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_socket, "PING_S", QUICK_S)
    beat = live_socket.LiveSession.beat
    seen: list[live_socket.LiveSession] = []

    def faulty(session: live_socket.LiveSession, now: float) -> None:
        if session not in seen:
            seen.append(session)
        if len(seen) == 2 and session is seen[0]:
            raise RuntimeError("this desk's fault")
        beat(session, now)

    monkeypatch.setattr(live_socket.LiveSession, "beat", faulty)
    async with office.signed_in() as anna, opened(url, anna) as one:
        assert await one.hear() == {"t": "ping"}
        async with opened(url, anna) as other:
            while (heard := await one.hear()) is not None:
                assert heard == {"t": "ping"}
            assert one.connection.close_code == 1011
            for _ in range(20):
                assert await other.hear() == {"t": "ping"}


async def test_a_desk_that_reads_nothing_is_told_to_look_anew_and_the_others_get_everything(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "QUEUE_LIMIT", 20)
    await office.hire("capo@prova.example", "team_leader")
    topic, many = f"client:{office.desk.client_id}", 600
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    narrow.setblocking(False)
    host, _, port = url.removeprefix("ws://").removesuffix("/live").partition(":")
    await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
    async with (
        office.signed_in("capo@prova.example") as leader,
        opened(url, leader, topics=[topic]) as quick,
        opened(url, leader, topics=[topic], sock=narrow, max_queue=1) as slow,
    ):
        read: list[int] = []
        for start in range(0, many, 10):
            async with office.services.db.transaction(office.desk.tenant, actor=SYSTEM) as tx:
                for number in range(start, start + 10):
                    tx.show(Frame(topic, "tick", {"number": number, "heavy": HEAVY}))
            while len(read) < start + 10:
                read += _numbers([await quick.hear()])
        assert read == list(range(many))
        heard = [await slow.hear()]
        while heard[-1] != {"t": "resync", "reason": "behind"}:
            heard.append(await slow.hear())
        before = _numbers(heard)
        assert before == list(range(len(before)))
        assert 0 < len(before) < many
        async with office.services.db.transaction(office.desk.tenant, actor=SYSTEM) as tx:
            tx.show(Frame(topic, "tick", {"number": many, "heavy": ""}))
        assert _numbers([await slow.hear()]) == [many]


async def test_nothing_is_said_after_the_end_and_nothing_of_a_desk_stays(
    office: Office, url: str
) -> None:
    async with office.signed_in() as anna, opened(url, anna) as line:
        assert len(office.services.live) == 1
        await line.say(t="no such thing")
        assert await line.hear() == {"t": "refused", "code": "unknown_message"}
        assert await line.hear() is None
        assert len(office.services.live) == 0
    async with office.signed_in() as anna, opened(url, anna) as line:
        line.connection.transport.abort()
        async with asyncio.timeout(60):
            while len(office.services.live):
                await asyncio.sleep(0.02)


def _numbers(heard: list[dict[str, Any] | None]) -> list[int]:
    return [said["b"]["number"] for said in heard if said is not None and said["t"] == "f"]
