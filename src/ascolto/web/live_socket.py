"""The desk's socket: hello, resume by cursor, then frames in order until the line drops.

client  {"t":"hello","after":cursor|null,"topics":[…]} · sub · unsub · typing · viewing · pong
server  welcome · f (a frame) · resync (take a fresh snapshot) · ping · refused
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ascolto import conversations
from ascolto.identity.guard import principal_of_socket
from ascolto.identity.model import Principal
from ascolto.kit.db import Actor
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services, services_of
from ascolto.kit.ids import is_id, new_id
from ascolto.kit.live import Encoded, Follower
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.stream import frames_after
from ascolto.web.lines import Lines

WELCOME_S = 60.0
PING_S = 20.0
SILENCE_S = 45.0
HELLO_S = 10.0
MAX_MESSAGE = 16_384
MAX_TOPICS = 50
WATCHED_PREFIX = {"conversation": "conversations.read", "client": "conversations.read_all"}

log = structlog.get_logger(__name__)


class BadMessageError(Exception):
    """The client said something that is not in the protocol."""


async def live(socket: WebSocket) -> None:
    """Serve one desk until it leaves."""
    services = services_of(socket)
    try:
        principal = await principal_of_socket(socket)
    except Refusal as refusal:
        await socket.accept()
        await _say(socket, {"t": "refused", "code": refusal.code})
        await socket.close(4401)
        return
    await socket.accept()
    follower = Follower(tenant_id=principal.tenant_id, clients=principal.clients)
    session = LiveSession(socket, services, principal, follower)
    lines: Lines = socket.app.state.lines
    services.live.join(follower)
    try:
        if principal.operator_id:
            await lines.opened(principal.tenant_id, principal.operator_id)
        await session.run()
    except (WebSocketDisconnect, TimeoutError):
        pass
    except BadMessageError as error:
        await session.refuse(str(error))
    finally:
        services.live.leave(follower)
        await session.stop_viewing()
        if principal.operator_id:
            await lines.closed(principal.tenant_id, principal.operator_id)
        if socket.application_state is WebSocketState.CONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1000)


class LiveSession:
    """One desk's conversation with the server."""

    def __init__(
        self, socket: WebSocket, services: Services, principal: Principal, follower: Follower
    ) -> None:
        """Prepare; `run` serves."""
        self._socket = socket
        self._services = services
        self._principal = principal
        self._follower = follower
        self._id = new_id()
        self._count = 0
        self._viewing: str | None = None
        self._clients: dict[str, str] = {}

    async def run(self) -> None:
        """Greet, resume, then send and hear until one side stops."""
        hello = await asyncio.wait_for(self._hear(), timeout=HELLO_S)
        if hello.get("t") != "hello":
            raise BadMessageError("hello_expected")
        topics = self._own_topics() + await self._allowed(hello.get("topics"))
        self._services.live.follow(self._follower, topics)
        await self._greet(hello.get("after"), topics)
        tasks = [
            asyncio.create_task(part())
            for part in (self._send_all, self._hear_all, self._stay_welcome)
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _stay_welcome(self) -> None:
        """Look again and again whether the session still holds: it may be revoked elsewhere."""
        while True:
            await asyncio.sleep(WELCOME_S)
            try:
                principal = await principal_of_socket(self._socket)
            except Refusal as refusal:
                raise BadMessageError(refusal.code) from refusal
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                continue  # the database is away: that is no reason to send anybody off
            if _rights(principal) != _rights(self._principal):
                # What was let in under the former rights is on the screen: take a fresh snapshot
                # and come in anew.
                await _say(self._socket, {"t": "resync", "reason": "rights"})
                return

    async def refuse(self, code: str) -> None:
        """Say why, and hang up."""
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await _say(self._socket, {"t": "refused", "code": code})
            await self._socket.close(4400)

    async def stop_viewing(self) -> None:
        """Tell the others that this desk no longer looks at a conversation."""
        if self._viewing:
            conversation_id, self._viewing = self._viewing, None
            with contextlib.suppress(Exception):  # the line may be down on both sides
                await self._whisper("viewing", conversation_id, here=False)

    def _own_topics(self) -> list[str]:
        operator = self._principal.operator_id
        return [f"operator:{operator}"] if operator else []

    async def _allowed(self, topics: Any) -> list[str]:
        """Return the topics that the principal may follow; unknown or forbidden ones are refused.

        Frames carry their client, and the hub drops those of clients out of scope: that is the
        second wall behind this one.
        """
        if topics is None:
            return []
        if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
            raise BadMessageError("bad_topics")
        wanted = [topic for topic in topics if self._may_follow(topic)]
        asked = [t.partition(":")[2] for t in wanted if t.startswith("conversation:")]
        unknown = [key for key in asked if key not in self._clients]
        if unknown:
            async with self._services.db.transaction(
                self._principal.tenant_id, actor=self._actor(), clients=self._principal.clients
            ) as tx:
                self._clients |= await conversations.clients_of(tx, unknown)
        hidden = {f"conversation:{key}" for key in asked if key not in self._clients}
        return [topic for topic in wanted if topic not in hidden]

    def _may_follow(self, topic: Any) -> bool:
        if not isinstance(topic, str):
            raise BadMessageError("bad_topics")
        if topic == "floor":
            return "insight.floor" in self._principal.permissions
        name, _, key = topic.partition(":")
        if name == "operator":
            return key == self._principal.operator_id
        permission = WATCHED_PREFIX.get(name)
        if permission is None or not is_id(key):
            return False
        if name == "client" and not self._follower.may_see(key):
            return False
        return permission in self._principal.permissions

    async def _greet(self, after: Any, topics: list[str]) -> None:
        missed: list[StoredFrame] | None = None
        place = self._services.live.place  # all beyond it the hub brings, from now on
        if isinstance(after, str):
            async with self._services.db.transaction(
                self._principal.tenant_id, actor=self._actor(), clients=self._principal.clients
            ) as tx:
                missed = await frames_after(tx, cursor=after, topics=topics)
        await _say(
            self._socket,
            {
                "t": "welcome",
                "session": self._id,
                "cursor": f"{place[0]}-{place[1]}",
                "resumed": missed is not None,
                "now": self._services.clock.now().isoformat(),
            },
        )
        # Beyond that place the past may still have holes: a transaction with an earlier number
        # that has not committed yet. The hub waits for those, so all after it is the hub's.
        for frame in missed or ():
            if (frame.xid, frame.id) <= place:
                await self._send(Encoded(frame))

    async def _send_all(self) -> None:
        follower = self._follower
        loop = asyncio.get_running_loop()
        ping_at = loop.time() + PING_S
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(follower.wake.wait(), timeout=ping_at - loop.time())
            if loop.time() >= ping_at:
                # Also on a busy line: who only listens would be taken for dead otherwise.
                ping_at = loop.time() + PING_S
                await self._socket.send_text('{"t":"ping"}')
            follower.wake.clear()
            while follower.queue:
                await self._send(follower.queue.popleft())
            if follower.lost:
                follower.lost = False
                follower.queue.clear()
                await _say(self._socket, {"t": "resync", "reason": "behind"})

    async def _send(self, encoded: Encoded) -> None:
        self._count += 1
        await self._socket.send_text(f'{{"t":"f","n":{self._count}{encoded.tail}')

    async def _hear(self) -> dict[str, Any]:
        text = await self._socket.receive_text()
        if len(text) > MAX_MESSAGE:
            raise BadMessageError("message_too_large")
        try:
            message = orjson.loads(text)
        except ValueError as error:
            raise BadMessageError("not_json") from error
        if not isinstance(message, dict):
            raise BadMessageError("not_an_object")
        return message

    async def _hear_all(self) -> None:
        while True:
            message = await asyncio.wait_for(self._hear(), timeout=SILENCE_S)
            kind = message.get("t")
            if kind == "sub":
                self._services.live.follow(
                    self._follower, await self._allowed(message.get("topics"))
                )
                if len(self._follower.topics) > 2 * MAX_TOPICS:
                    raise BadMessageError("too_many_topics")
            elif kind == "unsub":
                gone = [t for t in message.get("topics") or [] if isinstance(t, str)]
                self._services.live.unfollow(
                    self._follower, [t for t in gone if t not in self._own_topics()]
                )
            elif kind in ("typing", "viewing"):
                await self._presence_in(kind, message.get("conversation_id"))
            elif kind not in ("pong", "ping"):
                raise BadMessageError("unknown_message")

    async def _presence_in(self, kind: str, conversation_id: Any) -> None:
        if conversation_id is None:
            await self.stop_viewing()
            return
        if not isinstance(conversation_id, str):
            raise BadMessageError("bad_conversation")
        topic = f"conversation:{conversation_id}"
        if topic not in self._follower.topics:
            return  # only who follows a conversation may be seen in it
        if kind == "viewing" and self._viewing != conversation_id:
            await self.stop_viewing()
            self._viewing = conversation_id
        await self._whisper(kind, conversation_id, here=True)
        if kind == "typing":
            await self._tell_customer(conversation_id)

    async def _tell_customer(self, conversation_id: str) -> None:
        """Show the customer that somebody is writing to them; the chat shortens the name."""
        who = self._principal
        await self._services.live.whisper(
            who.tenant_id, f"customer:{conversation_id}", "typing", {"name": who.name}, None
        )

    async def _whisper(self, kind: str, conversation_id: str, *, here: bool) -> None:
        who = self._principal
        body = {
            "conversation_id": conversation_id,
            "operator_id": who.operator_id,
            "account_id": who.account_id,
            "name": who.name,
            "on": here,
        }
        await self._services.live.whisper(
            who.tenant_id,
            f"conversation:{conversation_id}",
            kind,
            body,
            self._clients.get(conversation_id),
        )

    def _actor(self) -> Actor:
        return Actor(kind=self._principal.kind, id=self._principal.account_id)


def _rights(who: Principal) -> tuple[Any, ...]:
    """Return what decides which frames somebody may follow."""
    return who.permissions, who.clients, who.operator_id


async def _say(socket: WebSocket, message: dict[str, Any]) -> None:
    await socket.send_text(orjson.dumps(message).decode())
