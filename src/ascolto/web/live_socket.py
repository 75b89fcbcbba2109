"""The desk's socket: hello, resume by cursor, then frames in order until the line drops.

client  {"t":"hello","after":cursor|null,"topics":[…]} · sub · unsub · typing · viewing · pong
server  welcome · f (a frame) · denied (topics) · resync (take a fresh snapshot) · ping · refused

It closes with 4400 for what is not in this protocol, 4401 for want of a session, 4403 for another
site's page, 4408 for silence, 1013 while the database is away and 1011 for a fault of ours; the
server beneath it closes with 1007 what is no UTF-8 and with 1009 what is too long.
"""

import asyncio
import contextlib
from typing import Any

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ascolto import conversations
from ascolto.identity.guard import principal_of_socket
from ascolto.identity.model import Principal
from ascolto.kit.db import Actor
from ascolto.kit.errors import Refusal, Unauthenticated
from ascolto.kit.http import Services, services_of
from ascolto.kit.ids import is_id, new_id
from ascolto.kit.live import Encoded, Follower
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.stream import frames_after
from ascolto.kit.tasks import end
from ascolto.tenancy import store as tenancy_store
from ascolto.web.lines import Lines
from ascolto.web.problems import DATABASE_LOST

WELCOME_S = 60.0
PING_S = 20.0
SILENCE_S = 45.0
HELLO_S = 10.0
MAX_MESSAGE = 16_384
MAX_TOPICS = 50
WATCHED_PREFIX = {"conversation": "conversations.read", "client": "conversations.read_all"}

BAD_MESSAGE, NO_SESSION, WRONG_PAGE, SILENT = 4400, 4401, 4403, 4408
OUR_FAULT, TRY_LATER = 1011, 1013

log = structlog.get_logger(__name__)


class EndedError(Exception):
    """The line is to end: the refusal's code, and the closing code."""

    def __init__(self, code: str, *, close: int = BAD_MESSAGE) -> None:
        """Remember why."""
        super().__init__(code)
        self.code = code
        self.close = close


async def live(socket: WebSocket) -> None:
    """Serve one desk until it leaves."""
    try:
        try:
            principal = await principal_of_socket(socket)
        finally:  # a browser learns a closing code only from a line that was open
            await socket.accept()
        await _serve(socket, principal)
    except WebSocketDisconnect:
        pass
    except Refusal as refusal:
        close = NO_SESSION if isinstance(refusal, Unauthenticated) else WRONG_PAGE
        await _end(socket, close, refusal.code)
    except EndedError as ended:
        await _end(socket, ended.close, ended.code)
    except DATABASE_LOST:
        await _end(socket, TRY_LATER)
    except Exception:
        log.exception("live.failed")
        await _end(socket, OUR_FAULT)
    else:
        await _end(socket, 1000)


async def _serve(socket: WebSocket, principal: Principal) -> None:
    services = services_of(socket)
    follower = Follower(tenant_id=principal.tenant_id, clients=principal.clients)
    session = LiveSession(socket, services, principal, follower)
    lines: Lines = socket.app.state.lines
    services.live.join(follower)
    try:
        if principal.operator_id:
            await lines.opened(principal.tenant_id, principal.operator_id)
        await session.run()
    finally:
        services.live.leave(follower)
        await session.stop_viewing()
        if principal.operator_id:
            await lines.closed(principal.tenant_id, principal.operator_id)


async def _end(socket: WebSocket, close: int, code: str | None = None) -> None:
    """Say why, if there is a word for it, and hang up."""
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the other side has gone
            if code is not None:
                await _say(socket, {"t": "refused", "code": code})
            await socket.close(close)


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
        hello = await self._hear(within_s=HELLO_S, or_else="hello_expected")
        if hello.get("t") != "hello":
            raise EndedError("hello_expected")
        after = hello.get("after")
        if not isinstance(after, str | None):
            raise EndedError("bad_cursor")
        asked = _topics(hello.get("topics"))
        allowed = await self._allowed(asked)
        topics = self._own_topics() + allowed
        self._services.live.follow(self._follower, topics)
        await self._greet(after, topics)
        await self._deny(asked, allowed)
        tasks = [
            asyncio.create_task(part())
            for part in (self._send_all, self._hear_all, self._stay_welcome)
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*tasks)
        for task in done:
            task.result()

    async def _stay_welcome(self) -> None:
        """Look again and again whether the session still holds: it may be revoked elsewhere."""
        while True:
            await asyncio.sleep(WELCOME_S)
            try:
                principal = await principal_of_socket(self._socket)
            except DATABASE_LOST:
                continue  # the database is away: that is no reason to send anybody off
            if _rights(principal) != _rights(self._principal):
                # What was let in under the former rights is on the screen: take a fresh snapshot
                # and come in anew.
                await _say(self._socket, {"t": "resync", "reason": "rights"})
                return

    async def stop_viewing(self) -> None:
        """Tell the others that this desk no longer looks at a conversation."""
        if self._viewing:
            conversation_id, self._viewing = self._viewing, None
            with contextlib.suppress(Exception):  # the line may be down on both sides
                await self._whisper("viewing", conversation_id, here=False)

    def _own_topics(self) -> list[str]:
        operator = self._principal.operator_id
        return [f"operator:{operator}"] if operator else []

    async def _allowed(self, topics: list[str]) -> list[str]:
        """Return the topics that the principal may follow.

        Frames carry their client, and the hub drops those of clients out of scope: that is the
        second wall behind this one.
        """
        wanted = [topic for topic in topics if self._may_follow(topic)]
        conversation_ids = _keys(wanted, "conversation") - self._clients.keys()
        client_ids = _keys(wanted, "client")
        hidden: set[str] = set()
        if conversation_ids or client_ids:
            async with self._services.db.transaction(
                self._principal.tenant_id, actor=self._actor(), clients=self._principal.clients
            ) as tx:
                if conversation_ids:
                    self._clients |= await conversations.clients_of(tx, list(conversation_ids))
                if client_ids:
                    known = await tenancy_store.known_clients(tx, list(client_ids))
                    hidden |= {f"client:{key}" for key in client_ids - known}
        hidden |= {f"conversation:{key}" for key in conversation_ids - self._clients.keys()}
        return [topic for topic in wanted if topic not in hidden]

    def _may_follow(self, topic: str) -> bool:
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

    async def _deny(self, asked: list[str], allowed: list[str]) -> None:
        """Name the topics that are not followed: unknown ones and those of others alike."""
        denied = [topic for topic in asked if topic not in allowed]
        if denied:
            await _say(self._socket, {"t": "denied", "topics": denied})

    async def _greet(self, after: str | None, topics: list[str]) -> None:
        missed: list[StoredFrame] | None = None
        place = self._services.live.place  # all beyond it the hub brings, from now on
        if after is not None:
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

    async def _hear(self, *, within_s: float, or_else: str) -> dict[str, Any]:
        """Return the next message; what is not in the protocol, and silence, end the line."""
        try:
            event = await asyncio.wait_for(self._socket.receive(), timeout=within_s)
        except TimeoutError as error:
            raise EndedError(or_else, close=SILENT) from error
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code") or 1005)
        text = event.get("text")
        if text is None:
            raise EndedError("not_text")
        if len(text) > MAX_MESSAGE:
            raise EndedError("message_too_large")
        try:
            message = orjson.loads(text)
        except ValueError as error:
            raise EndedError("not_json") from error
        if not isinstance(message, dict):
            raise EndedError("not_an_object")
        return message

    async def _hear_all(self) -> None:
        while True:
            message = await self._hear(within_s=SILENCE_S, or_else="silent")
            kind = message.get("t")
            if kind == "sub":
                await self._subscribe(_topics(message.get("topics")))
            elif kind == "unsub":
                gone = _topics(message.get("topics"), at_most=2 * MAX_TOPICS)
                own = self._own_topics()
                self._services.live.unfollow(self._follower, [t for t in gone if t not in own])
            elif kind in ("typing", "viewing"):
                await self._presence_in(kind, message.get("conversation_id"))
            elif kind not in ("pong", "ping"):
                raise EndedError("unknown_message")

    async def _subscribe(self, asked: list[str]) -> None:
        allowed = await self._allowed(asked)
        self._services.live.follow(self._follower, allowed)
        if len(self._follower.topics) > 2 * MAX_TOPICS:
            raise EndedError("too_many_topics")
        await self._deny(asked, allowed)

    async def _presence_in(self, kind: str, conversation_id: Any) -> None:
        if conversation_id is None:
            await self.stop_viewing()
            return
        if not isinstance(conversation_id, str):
            raise EndedError("bad_conversation")
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


def _topics(value: Any, *, at_most: int = MAX_TOPICS) -> list[str]:
    """Read a list of topics; None is none."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > at_most:
        raise EndedError("bad_topics")
    if not all(isinstance(topic, str) for topic in value):
        raise EndedError("bad_topics")
    return value


def _keys(topics: list[str], name: str) -> set[str]:
    """Return what the topics of one kind are about."""
    pairs = (topic.partition(":") for topic in topics)
    return {key for kind, _, key in pairs if kind == name}
