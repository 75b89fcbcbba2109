"""The desk's socket: hello, resume by cursor, then frames in order until the line drops."""

import contextlib
import math
from collections import deque
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ascolto import conversations
from ascolto.identity.guard import Shown, principal_of_shown, shown_by_socket
from ascolto.identity.model import Principal
from ascolto.kit.db import Actor
from ascolto.kit.errors import Refusal
from ascolto.kit.http import Services, services_of
from ascolto.kit.ids import is_id, new_id
from ascolto.kit.live import Encoded
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.stream import frames_after
from ascolto.tenancy import store as tenancy_store
from ascolto.web.desk import Desk
from ascolto.web.line import Line, line_of, loop_time
from ascolto.web.lines import Lines
from ascolto.web.live_protocol import (
    MAX_PING,
    MAX_TOPICS,
    SILENT,
    EndedError,
    keys_of,
    read_message,
    read_topics,
    verdict,
)
from ascolto.web.problems import DATABASE_LOST
from ascolto.web.pulse import pulse_of

WELCOME_S = 60.0
PING_S = 20.0
SILENCE_S = 45.0
HELLO_S = 10.0
WATCHED_PREFIX = {"conversation": "conversations.read", "client": "conversations.read_all"}


async def live(socket: WebSocket) -> None:
    """Let one desk in, and hand its line over to a session."""
    try:
        try:
            shown = shown_by_socket(socket)
            heard = pulse_of(services_of(socket)).heard
            principal = await principal_of_shown(services_of(socket).db, shown)
        finally:  # a browser learns a closing code only from a line that was open
            await socket.accept()
        await _begin(socket, shown, principal, heard=heard)
    except WebSocketDisconnect:
        pass
    except Exception as error:  # noqa: BLE001 - each has its closing code
        await _end(socket, *verdict(error))


async def _begin(socket: WebSocket, shown: Shown, principal: Principal, *, heard: int) -> None:
    lines: Lines = socket.app.state.lines
    if principal.operator_id:
        try:
            await lines.opened(principal.tenant_id, principal.operator_id)
        except BaseException:
            await lines.closed(principal.tenant_id, principal.operator_id)
            raise
    session = LiveSession(line_of(socket), services_of(socket), shown, principal, lines)
    session.begin()
    if pulse_of(services_of(socket)).heard != heard:  # it may have been about whom we let in
        session.welcome_at = -math.inf


async def _end(socket: WebSocket, close: int, code: str | None) -> None:
    """Say why, if there is a word for it, and hang up."""
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # the other side has gone
            if code is not None:
                await socket.send_text(orjson.dumps({"t": "refused", "code": code}).decode())
            await socket.close(close)


class LiveSession:
    """One desk's conversation with the server: no task of its own but while it has work to do."""

    __slots__ = (
        "__weakref__",
        "_clients",
        "_desk",
        "_greeted",
        "_heard_at",
        "_inbox",
        "_line",
        "_lines",
        "_over",
        "_ping_at",
        "_principal",
        "_pulse",
        "_services",
        "_shown",
        "_viewing",
        "welcome_at",
    )

    def __init__(
        self, line: Line, services: Services, shown: Shown, principal: Principal, lines: Lines
    ) -> None:
        """Prepare; `begin` serves."""
        self._line = line
        self._services = services
        self._shown = shown
        self._principal = principal
        self._lines = lines
        self._pulse = pulse_of(services)
        self._desk = Desk(tenant_id=principal.tenant_id, clients=principal.clients)
        self._inbox: deque[str | None] | None = None  # what waits behind the work in hand
        self._viewing: str | None = None
        self._clients: dict[str, str] | None = None
        self._greeted = self._over = False
        now = loop_time()
        self._heard_at = now
        self._ping_at = now + PING_S
        self.welcome_at = now + WELCOME_S

    def begin(self) -> None:
        """Hear from here on; the greeting comes with the hello."""
        self._services.live.join(self._desk)
        self._pulse.join(self)
        self._line.hand_over(self)

    def heard(self, text: str | None) -> None:
        """Take a message: one after the other, and none that is not in the protocol."""
        self._heard_at = loop_time()
        if self._over:
            return
        if self._inbox is not None:
            self._inbox.append(text)
            return
        try:
            message = read_message(text)
        except EndedError as ended:
            self._end(ended.close, ended.code)
            return
        if self._greeted and message.get("t") in ("pong", "ping"):
            self._echo(message)
            return
        self._inbox = deque()
        self._line.hold(busy=True)
        self._line.spawn(self._work(message))

    def drained(self) -> None:
        """Go on with what is kept for this desk: whoever takes what we send is alive."""
        self._heard_at = loop_time()
        if not self._over:
            self._desk.drained()

    def gone(self) -> None:
        """Leave everything that knows of this desk, once."""
        if self._over:
            return
        self._over = True
        self._services.live.leave(self._desk)
        self._pulse.leave(self)
        if self._viewing or self._principal.operator_id:
            self._line.spawn(self._take_leave())

    def beat(self, now: float) -> None:
        """Ping when it is time, also on a busy line, and end one that says nothing."""
        patience = SILENCE_S if self._greeted else HELLO_S
        if self._inbox is None and now - self._heard_at > patience:
            self._end(SILENT, "silent" if self._greeted else "hello_expected")
        elif now >= self._ping_at:
            self._ping_at = now + PING_S
            if self._greeted and not self._line.full:
                self._line.say(b'{"t":"ping"}')

    def is_of(self, tenant_id: str, who: str) -> bool:
        """Tell whether this is the line of an account or an operator of a tenant."""
        principal = self._principal
        return tenant_id == principal.tenant_id and who in {
            principal.account_id,
            principal.operator_id,
        }

    async def look_again(self) -> None:
        """Look whether the session still holds: it may be revoked elsewhere."""
        self.welcome_at = loop_time() + WELCOME_S
        try:
            principal = await principal_of_shown(self._services.db, self._shown)
        except DATABASE_LOST:
            return  # the database is away: that is no reason to send anybody off
        except Refusal as error:
            self.fail(error)
            return
        if self._greeted and _rights(principal) != _rights(self._principal):
            # What was let in under the former rights is on the screen: take a fresh snapshot
            # and come in anew.
            self._say({"t": "resync", "reason": "rights"})
            self._end(1000)

    def fail(self, error: Exception) -> None:
        """End with the closing code that an error has."""
        self._end(*verdict(error))

    def _end(self, close: int, code: str | None = None) -> None:
        """Say why, if there is a word for it, and hang up."""
        if self._over:
            return
        if code is not None:
            self._say({"t": "refused", "code": code})
        self._line.hang_up(close)
        self.gone()

    def _say(self, message: dict[str, Any]) -> None:
        self._line.say(orjson.dumps(message))

    async def _take_leave(self) -> None:
        await self._stop_viewing()
        if self._principal.operator_id:
            await self._lines.closed(self._principal.tenant_id, self._principal.operator_id)

    async def _work(self, message: dict[str, Any]) -> None:
        """Do what a message asks, then what has come behind it."""
        try:
            await self._answer(message)
            while self._inbox and not self._over:
                await self._answer(read_message(self._inbox.popleft()))
        except Exception as error:  # noqa: BLE001 - each has its closing code
            self.fail(error)
        finally:
            self._inbox = None
            self._heard_at = loop_time()  # while we were busy, nothing could be heard
            self._line.hold(busy=False)

    async def _answer(self, message: dict[str, Any]) -> None:
        kind = message.get("t")
        if not self._greeted:
            await self._hello(message)
        elif kind == "sub":
            await self._subscribe(read_topics(message.get("topics")))
        elif kind == "unsub":
            gone = read_topics(message.get("topics"), at_most=2 * MAX_TOPICS)
            own = self._own_topics()
            self._services.live.unfollow(self._desk, [t for t in gone if t not in own])
        elif kind in ("typing", "viewing"):
            await self._presence_in(kind, message.get("conversation_id"))
        elif kind in ("pong", "ping"):
            self._echo(message)
        else:
            raise EndedError("unknown_message")

    def _echo(self, message: dict[str, Any]) -> None:
        """Answer a ping that has a number, with our clock: a desk measures its line by it."""
        number = message.get("n")
        numbered = message["t"] == "ping" and type(number) is int and 0 <= number <= MAX_PING
        if numbered and not self._line.full:
            now = self._services.clock.now().isoformat()
            self._say({"t": "pong", "n": number, "now": now})

    async def _hello(self, hello: dict[str, Any]) -> None:
        """Greet and resume; from then on frames leave as they come."""
        if hello.get("t") != "hello":
            raise EndedError("hello_expected")
        after = hello.get("after")
        if not isinstance(after, str | None):
            raise EndedError("bad_cursor")
        asked = read_topics(hello.get("topics"))
        allowed = await self._allowed(asked)
        topics = self._own_topics() + allowed
        self._follow(topics)
        missed = await self._greet(after, topics)
        self._deny(asked, allowed)
        self._greeted = True
        self._desk.open(self._line, missed)

    def _follow(self, topics: list[str]) -> None:
        if not self._over:  # what has left the hub must not come back into it
            self._services.live.follow(self._desk, topics)

    async def _stop_viewing(self) -> None:
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
        known_to = self._clients or {}
        conversation_ids = keys_of(wanted, "conversation") - known_to.keys()
        client_ids = keys_of(wanted, "client")
        hidden: set[str] = set()
        if conversation_ids or client_ids:
            async with self._services.db.transaction(
                self._principal.tenant_id, actor=self._actor(), clients=self._principal.clients
            ) as tx:
                if conversation_ids:
                    known_to |= await conversations.clients_of(tx, list(conversation_ids))
                    self._clients = known_to
                if client_ids:
                    known = await tenancy_store.known_clients(tx, list(client_ids))
                    hidden |= {f"client:{key}" for key in client_ids - known}
        hidden |= {f"conversation:{key}" for key in conversation_ids - known_to.keys()}
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
        if name == "client" and not self._desk.may_see(key):
            return False
        return permission in self._principal.permissions

    def _deny(self, asked: list[str], allowed: list[str]) -> None:
        """Name the topics that are not followed: unknown ones and those of others alike."""
        denied = [topic for topic in asked if topic not in allowed]
        if denied:
            self._say({"t": "denied", "topics": denied})

    async def _greet(self, after: str | None, topics: list[str]) -> list[Encoded]:
        """Say welcome; return what was missed after a cursor."""
        missed: list[StoredFrame] | None = None
        place = self._services.live.place  # all beyond it the hub brings, from now on
        if after is not None:
            async with self._services.db.transaction(
                self._principal.tenant_id, actor=self._actor(), clients=self._principal.clients
            ) as tx:
                missed = await frames_after(tx, cursor=after, topics=topics)
        self._say(
            {
                "t": "welcome",
                "session": new_id(),
                "cursor": f"{place[0]}-{place[1]}",
                "resumed": missed is not None,
                "now": self._services.clock.now().isoformat(),
            }
        )
        # Beyond that place the past may still have holes: a transaction with an earlier number
        # that has not committed yet. The hub waits for those, so all after it is the hub's.
        return [Encoded(frame) for frame in missed or () if (frame.xid, frame.id) <= place]

    async def _subscribe(self, asked: list[str]) -> None:
        allowed = await self._allowed(asked)
        self._follow(allowed)
        if len(self._desk.topics) > 2 * MAX_TOPICS:
            raise EndedError("too_many_topics")
        if allowed:  # whoever reads what stands there from now on misses nothing in between
            self._say({"t": "followed", "topics": allowed})
        self._deny(asked, allowed)

    async def _presence_in(self, kind: str, conversation_id: Any) -> None:
        if conversation_id is None:
            await self._stop_viewing()
            return
        if not isinstance(conversation_id, str):
            raise EndedError("bad_conversation")
        topic = f"conversation:{conversation_id}"
        if topic not in self._desk.topics:
            return  # only who follows a conversation may be seen in it
        if kind == "viewing" and self._viewing != conversation_id:
            await self._stop_viewing()
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
            (self._clients or {}).get(conversation_id),
        )

    def _actor(self) -> Actor:
        return Actor(kind=self._principal.kind, id=self._principal.account_id)


def _rights(who: Principal) -> tuple[Any, ...]:
    """Return what decides which frames somebody may follow."""
    return who.permissions, who.clients, who.operator_id
