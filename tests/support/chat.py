"""A real server of the chat on a free port, a client with operators behind it, and customers."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn
from fastapi import APIRouter

from ascolto.channels.actions.configuring import create_channel
from ascolto.channels.api import router
from ascolto.channels.forms import pages as form_pages
from ascolto.channels.model import Channel
from ascolto.channels.webchat import pages
from ascolto.channels.webchat.public_api import public_router
from ascolto.kit.db import SYSTEM, Database
from ascolto.kit.ids import new_id
from ascolto.web import edges, problems
from support.doors import Door, open_door
from support.talk import Desk, HandClock, set_up_desk
from support.wire import PLAIN


@dataclass
class Customer:
    """One customer's page, with its token."""

    http: httpx.AsyncClient
    started: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the conversation's id."""
        return str(self.started["conversation_id"])

    @property
    def headers(self) -> dict[str, str]:
        """Return the header that shows the token."""
        return {"Authorization": f"Bearer {self.started['token']}"}

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Read something of the conversation."""
        return await self.http.get(f"/public/v1/conversation{path}", headers=self.headers, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Do something in the conversation."""
        return await self.http.post(
            f"/public/v1/conversation{path}", json=body, headers=self.headers, **more
        )

    async def write(self, text: str, nonce: str | None = None) -> dict[str, Any]:
        """Send a message."""
        answer = await self.post("/messages", {"text": text, "nonce": nonce or new_id()})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    @contextlib.asynccontextmanager
    async def stream(self, *, last_id: str = "", after_seq: int = 0) -> AsyncIterator["Line"]:
        """Follow the conversation."""
        headers = self.headers | ({"Last-Event-ID": last_id} if last_id else {})
        async with self.http.stream(
            "GET",
            f"/public/v1/conversation/stream?after_seq={after_seq}",
            headers=headers,
        ) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield Line(answer)


class Line:
    """What comes over a stream, one event at a time."""

    def __init__(self, answer: httpx.Response) -> None:
        self._lines = answer.aiter_lines()
        self.last_id = ""
        self._v = -1
        self._messages: set[str] = set()

    def _seen(self, kind: str, body: dict[str, Any]) -> bool:
        """Tell whether this was shown before, and note it.

        A line tells all that may be new since its first picture: what was committed just before
        it began may come again, and every client passes over it.
        """
        if kind == "conversation.state":
            v, before = int(body["v"]), self._v
            self._v = max(v, before)
            return v <= before
        if kind == "message.added":
            old = body["id"] in self._messages
            self._messages.add(body["id"])
            return old
        return False

    async def next(self, kind: str | None = None) -> dict[str, Any]:
        """Return the body of the next event, or of the next one of a kind."""
        async with asyncio.timeout(60):
            data = ""
            async for line in self._lines:
                if line.startswith("id:"):
                    self.last_id = line[3:].strip()
                elif line.startswith("data:"):
                    data = line[5:].strip()
                elif not line and data:
                    event = orjson.loads(data)
                    data = ""
                    body: dict[str, Any] = event["b"]
                    if not self._seen(event["k"], body) and kind in (None, event["k"]):
                        return body
        raise AssertionError("the stream ended")


@dataclass
class Chat:
    """A running chat server with one channel."""

    desk: Desk
    door: Door
    url: str
    channel: Channel
    http: httpx.AsyncClient

    async def start(self, text: str | None = "Buongiorno", **more: Any) -> Customer:
        """Let somebody begin a conversation."""
        customer = Customer(self.http)
        answer = await self.post_start({"text": text, **more})
        assert answer.status_code == 201, answer.text
        customer.started = answer.json()
        return customer

    async def post_start(self, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        """Send what begins a conversation."""
        return await self.http.post(
            f"/public/v1/chat/{key or self.channel.public_key}/conversations",
            json={"nonce": new_id(), **body},
        )


@contextlib.asynccontextmanager
async def running_chat(
    database: Database,
    *,
    data: Path,
    clock: HandClock,
    settings: dict[str, Any] | None = None,
    routers: Collection[APIRouter] = (),
) -> AsyncIterator[Chat]:
    """Serve a client's chat on a free port of this machine."""
    door = await open_door(database, data=data, clock=clock, routers=(router, *routers))
    desk = await set_up_desk(database, door.tenant_id, clock)
    async with database.transaction(door.tenant_id, actor=SYSTEM) as tx:
        channel = await create_channel(
            tx,
            client_id=desk.client_id,
            kind="webchat",
            name="Chat del sito",
            queue_id=desk.queue.id,
            settings=settings or {},
        )
    roof = APIRouter(prefix="/public/v1")
    roof.include_router(public_router)
    door.app.include_router(roof)
    door.app.router.routes.extend([*pages.routes, *form_pages.routes])
    problems.install(door.app)
    door.app.add_middleware(edges.Edges, secure=False)
    services = door.app.state.services
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(
                door.app, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
            )
        )
        await services.relay.start()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with httpx.AsyncClient(base_url=url, timeout=20, verify=PLAIN) as http:
                while not server.started:
                    await asyncio.sleep(0.01)
                yield Chat(desk, door, url, channel, http)
        finally:
            server.should_exit = True
            await serving
            await services.relay.stop()
