"""The live hub of one process: which sockets follow which topics, and what each still has to send.

A socket's queue is bounded: one that cannot keep up is told to take a fresh snapshot instead of
holding everybody's memory. Frames are encoded once, whatever the audience.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from ascolto.kit.outbox import StoredFrame
from ascolto.kit.relay import Relay

QUEUE_LIMIT = 2_000
# Whoever looks says so again and again; a node that dies leaves nobody looking for ever.
VIEWING_S = 60.0


class Listener:
    """One that the hub hands frames to: its tenant, its clients and its topics."""

    __slots__ = ("clients", "tenant_id", "topics")

    def __init__(self, *, tenant_id: str, clients: frozenset[str] | None) -> None:
        """Follow nothing yet."""
        self.tenant_id = tenant_id
        self.clients = clients
        self.topics: set[str] = set()

    def offer(self, item: "Encoded") -> None:
        """Take an item; whoever cannot must not make the others wait."""
        raise NotImplementedError

    def lose(self) -> None:
        """Go without what comes, until told to take a fresh snapshot."""
        raise NotImplementedError

    def may_see(self, client_id: str | None) -> bool:
        """Tell whether frames of a client may reach this listener."""
        return client_id is None or self.clients is None or client_id in self.clients


class Follower(Listener):
    """A listener with a queue, for whoever takes from it in a task of its own."""

    __slots__ = ("lost", "queue", "wake")

    def __init__(self, *, tenant_id: str, clients: frozenset[str] | None) -> None:
        """Follow nothing yet."""
        super().__init__(tenant_id=tenant_id, clients=clients)
        self.queue: deque[Encoded] = deque()
        self.wake = asyncio.Event()
        self.lost = False

    def offer(self, item: "Encoded") -> None:
        """Queue an item, or mark the follower as lost when it lags too far behind."""
        if self.lost:
            return
        if len(self.queue) >= QUEUE_LIMIT:
            self.queue.clear()
            self.lost = True
        else:
            self.queue.append(item)
        self.wake.set()

    def lose(self) -> None:
        """Mark the follower as lost."""
        self.lost = True
        self.wake.set()


class Encoded:
    """A frame ready for the wire but for the number of the connection it leaves on."""

    __slots__ = ("frame", "place", "tail")

    def __init__(self, frame: StoredFrame) -> None:
        """Encode a frame once."""
        self.frame = frame
        self.place = (frame.xid, frame.id)
        kind = orjson.dumps(frame.kind).decode()
        self.tail = f',"c":"{frame.cursor}","k":{kind},"b":{frame.body_json}}}'.encode()


class LiveHub:
    """Hands every frame of the stream to the followers of its topic."""

    def __init__(self, relay: Relay) -> None:
        """Listen on a relay."""
        self._relay = relay
        self._followers: dict[tuple[str, str], set[Listener]] = {}
        self._all: set[Listener] = set()
        self._viewing: dict[tuple[str, str], dict[str, tuple[float, dict[str, Any]]]] = {}
        relay.add_frame_listener(self._deliver)
        relay.add_ephemeral_listener(self._deliver_ephemeral)

    def __len__(self) -> int:
        """Return how many followers there are."""
        return len(self._all)

    @property
    def place(self) -> tuple[int, int]:
        """Return how far the stream has been delivered."""
        return self._relay.position

    def join(self, follower: Listener) -> None:
        """Take in a follower."""
        self._all.add(follower)

    def leave(self, follower: Listener) -> None:
        """Let a follower go."""
        self.unfollow(follower, list(follower.topics))
        self._all.discard(follower)

    def follow(self, follower: Listener, topics: Iterable[str]) -> None:
        """Add topics to a follower; whether it may is decided before."""
        for topic in topics:
            follower.topics.add(topic)
            self._followers.setdefault((follower.tenant_id, topic), set()).add(follower)

    def unfollow(self, follower: Listener, topics: Iterable[str]) -> None:
        """Take topics from a follower."""
        for topic in topics:
            follower.topics.discard(topic)
            key = (follower.tenant_id, topic)
            if group := self._followers.get(key):
                group.discard(follower)
                if not group:
                    del self._followers[key]

    def audience(self, tenant_id: str, topic: str) -> int:
        """Return how many followers of this process hear a topic."""
        return len(self._followers.get((tenant_id, topic), ()))

    def resync_all(self, *, when: Callable[[Listener], bool]) -> None:
        """Tell the followers that match to take a fresh snapshot."""
        for follower in self._all:
            if when(follower):
                follower.lose()

    def _deliver(self, frame: StoredFrame) -> None:
        group = self._followers.get((frame.tenant_id, frame.topic))
        if not group:
            return
        encoded = Encoded(frame)
        for follower in group:
            if follower.may_see(frame.client_id):
                follower.offer(encoded)

    async def whisper(
        self, tenant_id: str, topic: str, kind: str, body: dict[str, Any], client_id: str | None
    ) -> None:
        """Send what needs no memory (typing, viewing) to all nodes' followers of a topic."""
        payload = orjson.dumps([tenant_id, topic, kind, client_id, body]).decode()
        await self._relay.send_ephemeral(payload)

    def viewers(self, tenant_id: str, topic: str) -> list[dict[str, Any]]:
        """Return who looks at what a topic is about, on any node, as they last said."""
        oldest = time.monotonic() - VIEWING_S
        known = self._viewing.get((tenant_id, topic), {})
        return [body for at, body in known.values() if at > oldest]

    def _note_viewing(self, tenant_id: str, topic: str, body: dict[str, Any]) -> None:
        known = self._viewing.setdefault((tenant_id, topic), {})
        who = str(body.get("account_id"))
        if body.get("on"):
            known[who] = (time.monotonic(), body)
        else:
            known.pop(who, None)
        oldest = time.monotonic() - VIEWING_S
        for gone in [key for key, (at, _) in known.items() if at <= oldest]:
            del known[gone]
        if not known:
            del self._viewing[tenant_id, topic]

    def _deliver_ephemeral(self, payload: str) -> None:
        tenant_id, topic, kind, client_id, body = orjson.loads(payload)
        if kind == "viewing":
            self._note_viewing(tenant_id, topic, body)
        xid, number = self._relay.position
        self._deliver(
            StoredFrame(
                tenant_id=tenant_id,
                id=number,
                xid=xid,
                topic=topic,
                kind=kind,
                client_id=client_id,
                body_json=orjson.dumps(body).decode(),
            )
        )
