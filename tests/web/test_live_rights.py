"""An open socket holds no longer than the rights it was opened with."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
import orjson
import pytest

from ascolto.people.actions import set_clients
from ascolto.tenancy.actions import create_client
from ascolto.web import live_socket
from support.office import Office

QUICK_S = 0.05


class Line:
    """One desk's socket, spoken to as a server would hand it to the application."""

    def __init__(self) -> None:
        self.inward: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.outward: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def say(self, **message: Any) -> None:
        await self.inward.put({"type": "websocket.receive", "text": orjson.dumps(message).decode()})

    async def hear(self) -> dict[str, Any] | None:
        """Return what comes next; None when the server hangs up."""
        while True:
            message = await asyncio.wait_for(self.outward.get(), timeout=20)
            if message["type"] == "websocket.close":
                return None
            if message["type"] == "websocket.send":
                said: dict[str, Any] = orjson.loads(message["text"])
                return said


@contextlib.asynccontextmanager
async def opened(office: Office, browser: httpx.AsyncClient) -> AsyncIterator[Line]:
    """Open the desk's socket with the cookie of a browser that is signed in."""
    line = Line()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"desk.example"),
            (b"origin", b"http://desk.example"),
            (b"cookie", cookies.encode()),
        ],
        "client": ("192.0.2.7", 50_000),
        "server": ("desk.example", 80),
        "subprotocols": [],
        "state": {},
    }
    await line.inward.put({"type": "websocket.connect"})
    serving = asyncio.create_task(office.app(scope, line.inward.get, line.outward.put))
    try:
        await line.say(t="hello", after=None, topics=[])
        welcome = await line.hear()
        assert welcome is not None
        assert welcome["t"] == "welcome"
        yield line
    finally:
        await line.inward.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(serving, timeout=20)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "WELCOME_S", QUICK_S)


async def test_a_desk_given_another_client_is_told_to_begin_anew(office: Office) -> None:
    async with office.desk.as_system() as tx:
        gas = await create_client(tx, name="Gas", color="#332211")
        await tx.execute("UPDATE identity.account SET client_scope = NULL")
    async with office.signed_in() as anna, opened(office, anna) as line:
        async with office.desk.as_system() as tx:
            await set_clients(tx, office.desk.anna, [gas.id])
        assert await line.hear() == {"t": "resync", "reason": "rights"}
        assert await line.hear() is None


async def test_a_desk_whose_role_was_changed_is_told_to_begin_anew(office: Office) -> None:
    async with office.signed_in() as anna, opened(office, anna) as line:
        async with office.desk.as_system() as tx:
            await tx.execute("UPDATE identity.account SET roles = '{operator,team_leader}'")
        assert await line.hear() == {"t": "resync", "reason": "rights"}
        assert await line.hear() is None


async def test_a_desk_whose_rights_are_as_before_stays(office: Office) -> None:
    async with office.signed_in() as anna, opened(office, anna) as line:
        async with office.desk.as_system() as tx:
            await tx.execute("UPDATE identity.account SET name = 'Anna Bianchi'")
        await asyncio.sleep(10 * QUICK_S)
        assert line.outward.empty()
