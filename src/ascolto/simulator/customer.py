"""A virtual customer: writes through the public chat interface, waits, talks, leaves or thanks."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import orjson

from ascolto.simulator.handling import Talk, draw_talk
from ascolto.simulator.ledger import Entry
from ascolto.simulator.patience import Temper, draw_temper
from ascolto.simulator.scenario import QueueLoad
from ascolto.simulator.words import Voice
from ascolto.simulator.world import LineLost, World

ANSWER_TIMEOUT_S = 1_800.0


@dataclass
class Customer:
    """One visit of one person to one chat."""

    world: World
    queue: QueueLoad
    random: Random
    voice: Voice
    temper: Temper
    talk: Talk
    name: str
    forever: bool = False
    conversation_id: str = ""
    token: str = ""
    since: float = 0.0
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    spoken_to: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def visit(self) -> None:
        """Come, write, and see it through."""
        if not await self._open():
            return
        stream = asyncio.create_task(self._listen())
        try:
            if await self._wait_for_answer():
                await self._converse()
        except LineLost:
            self.world.report.errors["customer lost the line"] += 1
        finally:
            stream.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stream
            if not self.world.keep_books:
                self.world.tokens.pop(self.conversation_id, None)

    async def _open(self) -> bool:
        text = self.voice.opening(self.queue.topic)
        nonce = str(uuid4())
        self.since = time.monotonic()
        self.world.report.sent += 1
        entry = self._enter(nonce, text)
        answer = await self.world.call(
            "POST",
            f"/public/v1/chat/{self.queue.key}/conversations",
            body={"name": self.name, "language": "it", "text": text, "nonce": nonce},
        )
        if answer.status_code >= 400:
            self.world.report.refused += 1
            self.world.refused(answer, "open chat")
            return False
        opened = answer.json()
        self.conversation_id, self.token = opened["conversation_id"], opened["token"]
        self.world.tokens[self.conversation_id] = self.token
        self.world.report.started += 1
        self.world.report.accepted += 1
        entry.conversation_id, entry.accepted = self.conversation_id, True
        return True

    def _enter(self, nonce: str, text: str) -> Entry:
        """Write a message into the books before it is sent, and return the entry."""
        return self.world.enter(self.conversation_id, author="customer", nonce=nonce, text=text)

    async def _wait_for_answer(self) -> bool:
        """Wait as long as the temper allows; leave with or without a word."""
        patience = None if self.forever else self.temper.waits_s / self.world.speed
        waiting = asyncio.create_task(self.answered.wait())
        stopping = asyncio.create_task(self.world.stop.wait())
        await asyncio.wait(
            {waiting, stopping}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (waiting, stopping):
            task.cancel()
        if self.answered.is_set():
            self.world.report.answered += 1
            wait = (time.monotonic() - self.since) * self.world.speed
            self.world.report.waits_s.append(wait)
            return True
        if not self.world.over:
            await self._give_up()
        return False

    async def _give_up(self) -> None:
        self.world.report.abandoned += 1
        if self.temper.leaves_silently:
            self.world.report.silent += 1
        else:
            await self.world.call("POST", "/public/v1/conversation/end", token=self.token)
        if self.temper.redials_after_s is not None and await self._come_again(
            self.temper.redials_after_s
        ):
            self.world.report.redials += 1

    async def _come_again(self, after_s: float) -> bool:
        """Visit once more after some seconds of life, if the run is still on then."""
        await self.world.live(after_s)
        if self.world.over:
            return False
        again = new_customer(self.world, self.queue, name=self.name)
        self.world.spawn("customer", again.visit())
        return True

    async def _converse(self) -> None:
        for turn, gap in enumerate(self.talk.customer_gaps_s):
            if not await self._spoken_to():
                return
            await self.world.live(gap)
            if self.closed.is_set():
                break
            last = turn == len(self.talk.customer_gaps_s) - 1
            text = self.voice.farewell(resolved=self.talk.resolved) if last else None
            if not await self._say(text or self.voice.follow_up()):
                return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closed.wait(), ANSWER_TIMEOUT_S / self.world.speed)
        if self.closed.is_set() and self.talk.score is not None:
            await self._survey()
        # Whoever was handed good-bye without an answer comes back; that may be days later.
        if self.talk.repeats_after_s is not None and not self.world.over:
            self.world.spawn("repeat", self._repeat(self.talk.repeats_after_s))

    async def _repeat(self, after_s: float) -> None:
        if await self._come_again(after_s):
            self.world.report.repeats += 1

    async def _spoken_to(self) -> bool:
        """Wait for the operator's next words; False when the conversation ends instead."""
        spoken = asyncio.create_task(self.spoken_to.wait())
        closed = asyncio.create_task(self.closed.wait())
        stopping = asyncio.create_task(self.world.stop.wait())
        await asyncio.wait(
            {spoken, closed, stopping},
            timeout=ANSWER_TIMEOUT_S / self.world.speed,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for task in (spoken, closed, stopping):
            task.cancel()
        heard = self.spoken_to.is_set()
        self.spoken_to.clear()
        return heard and not self.world.over

    async def _say(self, text: str) -> bool:
        nonce = str(uuid4())
        self.world.report.sent += 1
        entry = self._enter(nonce, text)
        answer = await self.world.call(
            "POST",
            "/public/v1/conversation/messages",
            body={"text": text, "nonce": nonce, "attachment_ids": []},
            token=self.token,
        )
        if answer.status_code >= 400:
            if not self.closed.is_set():
                self.world.refused(answer, "customer message")
            return False
        self.world.report.accepted += 1
        entry.accepted = True
        return True

    async def _survey(self) -> None:
        answer = await self.world.call(
            "POST",
            "/public/v1/conversation/survey",
            body={"score": self.talk.score},
            token=self.token,
        )
        if answer.status_code < 400:
            self.world.report.surveyed += 1
        else:
            self.world.refused(answer, "survey")

    async def _listen(self) -> None:
        """Follow the event stream, resuming where it broke."""
        cursor, pause = "", 0.1
        while True:
            try:
                async for event_id, data in self._stream(cursor):
                    cursor, pause = event_id or cursor, 0.1
                    self._hear(data)
            except (httpx.TransportError, httpx.HTTPStatusError):
                self.world.report.reconnects += 1
            await asyncio.sleep(pause * (0.5 + self.random.random()))
            pause = min(pause * 2, 2.0)

    async def _stream(self, cursor: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if cursor:
            headers["Last-Event-ID"] = cursor
        url = f"{self.world.url}/public/v1/conversation/stream"
        timeout = httpx.Timeout(10, read=60)
        async with self.world.http.stream("GET", url, headers=headers, timeout=timeout) as answer:
            answer.raise_for_status()
            event_id, lines = "", []
            async for line in answer.aiter_lines():
                if line.startswith("id:"):
                    event_id = line[3:].strip()
                elif line.startswith("data:"):
                    lines.append(line[5:].strip())
                elif not line and lines:
                    yield event_id, orjson.loads("\n".join(lines))
                    lines = []

    def _hear(self, data: dict[str, Any]) -> None:
        kind, body = data.get("k", ""), data.get("b", {})
        if kind == "message.added" and body.get("author", {}).get("kind") == "operator":
            self.answered.set()
            self.spoken_to.set()
        elif kind == "conversation.state":
            if body.get("state") in {"active", "wrapup"}:
                self.answered.set()
            elif body.get("state") == "closed":
                self.closed.set()


def new_customer(
    world: World, queue: QueueLoad, *, name: str | None = None, forever: bool = False
) -> Customer:
    """Invent a customer for a queue."""
    random = world.chance()
    voice = Voice(random)
    world.report.customers += 1
    return Customer(
        world=world,
        queue=queue,
        random=random,
        voice=voice,
        temper=draw_temper(world.scenario.patience, random),
        talk=draw_talk(world.scenario.handling, aht_s=queue.aht_s, random=random),
        name=name or voice.name(),
        forever=forever,
    )
