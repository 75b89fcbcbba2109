"""The customer's event stream: what was missed, then what comes, for as long as the line holds.

Server-sent events. Each carries the cursor of its place in the stream as id; `Last-Event-ID`
resumes after it. With none, or one that is too old, the present state and every message after
`after_seq` come first: a page that applies messages by id never needs to fetch anything else.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send

from ascolto import conversations
from ascolto.channels import store
from ascolto.channels.actions.visiting import first_own_seq, standing
from ascolto.channels.errors import TooFast
from ascolto.channels.model import Pass
from ascolto.channels.webchat.door import admitted
from ascolto.channels.webchat.shown import frame_shown, message_shown, state_shown
from ascolto.channels.webchat.state import scene_for
from ascolto.channels.webchat.views import WaitView
from ascolto.conversations import Conversation, State
from ascolto.identity.secrets import Presented
from ascolto.kit.db import SYSTEM, Database, Tx
from ascolto.kit.live import Encoded, Follower, LiveHub
from ascolto.kit.outbox import StoredFrame
from ascolto.kit.stream import frames_after, stream_cursor
from ascolto.kit.tasks import end

HEARTBEAT_S = 15.0
# A reader that takes nothing for so long is let go; it comes back with its last id.
STALLED_S = 20.0
QUEUE_LIMIT = 500
REPLAY_LIMIT = 500
# As many pages as somebody may have open on one conversation.
LINES_LIMIT = 20
# What a page takes for granted as long as nobody tells it of a wait.
_UNKNOWN: dict[str, Any] = {"seconds": None, "words": ""}


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a stream starts with."""

    holder: Pass
    conversation_id: str
    full_names: bool
    chunks: list[str]
    state: State
    more: bool = False

    @property
    def elsewhere(self) -> bool:
        """Tell whether the customer's conversation goes on in another."""
        return self.holder.conversation_id != self.conversation_id


class ShortFollower(Follower):
    """A follower whose queue is short: there are many customers, each with little to hear."""

    __slots__ = ()

    def offer(self, item: Encoded) -> None:
        """Queue an item unless the reader is far behind."""
        if len(self.queue) >= QUEUE_LIMIT:
            self.queue.clear()
            self.lost = True
            self.wake.set()
        else:
            super().offer(item)


class CustomerStream:
    """One customer's line, from its beginning to its end."""

    def __init__(self, db: Database, hub: LiveHub, *, shown: Presented) -> None:
        """Prepare a line for whoever shows this pass."""
        self._db = db
        self._hub = hub
        self._shown = shown
        self._follower = ShortFollower(tenant_id=shown.tenant_id, clients=None)
        self._told = _UNKNOWN

    async def begin(self, *, after: str | None, after_seq: int) -> Beginning:
        """Follow first, then read what was missed, so that nothing falls between."""
        async with self._db.transaction(self._shown.tenant_id, actor=SYSTEM) as tx:
            holder = await admitted(tx, self._shown)
            now = await standing(tx, holder.conversation_id)
            self._follower.clients = tx.clients
            self._hub.join(self._follower)
            topics = sorted({f"customer:{holder.conversation_id}", f"customer:{now.id}"})
            if self._hub.audience(tx.tenant_id, topics[0]) >= LINES_LIMIT:
                raise TooFast("Too many lines to one conversation.", retry_after_s=30)
            self._hub.follow(self._follower, topics)
            place = self._hub.place
            channel = await store.get_channel(tx, holder.channel_id)
            full_names = channel is not None and channel.webchat().full_operator_names
            missed = await frames_after(tx, cursor=after, topics=topics) if after else None
            if missed is not None:
                # Beyond that place the hub brings them itself, in their final order.
                known = [frame for frame in missed if (frame.xid, frame.id) <= place]
                shown = [_event(frame, full_names=full_names) for frame in known]
                chunks = [chunk for chunk in shown if chunk]
                return Beginning(holder, now.id, full_names, chunks, now.state)
            return await _from_the_thread(
                tx, holder, now, after_seq=after_seq, full_names=full_names
            )

    async def _wait(self, beginning: Beginning, state: State) -> str:
        """Return what to tell of the wait of one in line, when it is another than before."""
        if state is not State.WAITING:
            return ""
        async with self._db.transaction(self._shown.tenant_id, actor=SYSTEM) as tx:
            holder = await admitted(tx, self._shown)
            now = await standing(tx, beginning.holder.conversation_id)
            channel = await store.get_channel(tx, holder.channel_id)
            if channel is None or now.state is not State.WAITING:
                return ""
            scene = await scene_for(tx, channel, now)
        wait = WaitView.of(scene).model_dump()
        if wait == self._told:
            return ""
        self._told = wait
        return _chunk("wait", wait, None)

    async def chunks(self, beginning: Beginning) -> AsyncIterator[str]:
        """Yield the stream, heartbeats included, until this side ends it."""
        yield "retry: 1000\n\n" + "".join(beginning.chunks)
        if beginning.more:
            return
        follower, state = self._follower, beginning.state
        if wait := await self._wait(beginning, state):
            yield wait
        while not follower.lost:
            try:
                await asyncio.wait_for(follower.wake.wait(), timeout=HEARTBEAT_S)
            except TimeoutError:
                yield await self._wait(beginning, state) or ":\n\n"
                continue
            follower.wake.clear()
            text, now, over = await self._heard(beginning, state)
            if now is not state and not over:
                self._told = _UNKNOWN
                text += await self._wait(beginning, now)
            state = now
            if text:
                yield text
            if over:
                return

    async def _heard(self, beginning: Beginning, state: State) -> tuple[str, State, bool]:
        """Return what to tell of what came, the state after it, and whether the line ends here.

        It ends where the conversation goes on elsewhere: the page comes back and finds it.
        """
        queue, text = self._follower.queue, ""
        if beginning.elsewhere and await self._moved_on(beginning):
            return "", state, True  # nothing more of a customer who is another by now
        while queue:
            frame = queue.popleft().frame
            text += _event(frame, full_names=beginning.full_names)
            if frame.kind == "conversation.state":
                state = State(frame.body["state"])
                if state is State.CLOSED and await self._moved_on(beginning):
                    return text, state, True
        return text, state, False

    async def _moved_on(self, beginning: Beginning) -> bool:
        async with self._db.transaction(self._shown.tenant_id, actor=SYSTEM) as tx:
            now = await standing(tx, beginning.holder.conversation_id)
        return now.id != beginning.conversation_id

    def end(self) -> None:
        """Leave the hub."""
        self._hub.leave(self._follower)


async def _from_the_thread(
    tx: Tx, holder: Pass, now: Conversation, *, after_seq: int, full_names: bool
) -> Beginning:
    """Begin with the state and what was said after a number.

    A very long thread comes in several goes: no place is given, so that whoever comes back with
    the last number goes on from there.
    """
    messages = await conversations.list_messages(
        tx,
        conversation_id=now.id,
        after_seq=max(after_seq, await first_own_seq(tx, holder, now)),
        before_seq=None,
        limit=REPLAY_LIMIT,
        public_only=True,
    )
    more = len(messages) == REPLAY_LIMIT
    cursor = None if more else await stream_cursor(tx)
    state = state_shown(now, full_names=full_names)
    chunks = [_chunk("conversation.state", state, cursor)]
    chunks += [
        _chunk("message.added", message_shown(message, full_names=full_names), cursor)
        for message in messages
    ]
    return Beginning(holder, now.id, full_names, chunks, now.state, more=more)


def _event(frame: StoredFrame, *, full_names: bool) -> str:
    body = frame_shown(frame, full_names=full_names)
    if body is None:
        return ""
    return _chunk(frame.kind, body, None if frame.kind == "typing" else frame.cursor)


def _chunk(kind: str, body: dict[str, Any], cursor: str | None) -> str:
    data = orjson.dumps({"k": kind, "b": body}).decode()
    place = "" if cursor is None else f"id: {cursor}\n"
    return f"{place}data: {data}\n\n"


class EventStream(Response):
    """Sends a customer's stream and stops when either side does; a stalled reader is let go."""

    media_type = "text/event-stream"

    def __init__(self, stream: CustomerStream, beginning: Beginning) -> None:
        """Take a stream that has begun."""
        headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._stream = stream
        self._beginning = beginning

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream."""
        del scope
        speaking = asyncio.create_task(self._speak(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(speaking, leaving)
            self._stream.end()

    async def _speak(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        with contextlib.suppress(TimeoutError):
            await _send(send, start)
            async for chunk in self._stream.chunks(self._beginning):
                body = {"type": "http.response.body", "body": chunk.encode(), "more_body": True}
                await _send(send, body)
            await _send(send, {"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, message: AsgiMessage) -> None:
    await asyncio.wait_for(send(message), timeout=STALLED_S)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
