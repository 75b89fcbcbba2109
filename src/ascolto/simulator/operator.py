"""A virtual operator: signs in, follows the live socket, takes offers, replies, wraps up, rests."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidMessage, WebSocketException

from ascolto.simulator.handling import Interruption, Talk, draw_interruptions, draw_talk
from ascolto.simulator.words import Voice
from ascolto.simulator.world import LineLost, World

SHIFT_S = 12 * 3_600.0
CUSTOMER_SILENCE_S = 240.0
BROKEN = (OSError, WebSocketException, InvalidHandshake, InvalidMessage, TimeoutError)


@dataclass
class Served:
    """One conversation in the operator's hands."""

    conversation_id: str
    work_item_id: str
    state: str = "active"
    last_from: str | None = "customer"
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Operator:
    """One person at a desk."""

    world: World
    email: str
    random: Random
    voice: Voice
    aht_s: float
    cookies: dict[str, str] = field(default_factory=dict)
    operator_id: str = ""
    socket: ClientConnection | None = None
    cursor: str | None = None
    resting: bool = False
    served: dict[str, Served] = field(default_factory=dict)
    taking: set[str] = field(default_factory=set)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Sign in and work until the run ends."""
        if not await self._sign_in():
            return
        line = self.world.spawn("operator line", self._stay_on_line())
        pauses = self.world.spawn("operator pauses", self._take_pauses())
        await self.world.stop.wait()
        for task in (line, pauses):
            task.cancel()
        await asyncio.gather(line, pauses, return_exceptions=True)

    async def _sign_in(self) -> bool:
        answer = await self.world.call(
            "POST",
            "/api/v1/session",
            body={
                "tenant": self.world.scenario.tenant,
                "email": self.email,
                "password": self.world.scenario.password,
            },
        )
        if answer.status_code >= 400:
            self.world.refused(answer, "sign in")
            return False
        self.cookies = dict(answer.cookies)
        self.operator_id = answer.json().get("operator_id") or ""
        self.world.http.cookies.clear()  # each virtual person carries his own
        self.world.report.operators += 1
        return True

    async def _api(self, method: str, path: str, body: Any = None) -> Any:
        return await self.world.call(method, "/api/v1" + path, body=body, cookies=self.cookies)

    async def _presence(self, state: str, reason: str | None = None) -> None:
        body = {"state": state} | ({"reason": reason} if reason else {})
        answer = await self._api("PUT", "/presence", body)
        if answer.status_code >= 400:
            self.world.refused(answer, f"presence {state}")

    async def _stay_on_line(self) -> None:
        """Keep the socket open: snapshot, hello, frames; again after every break of the line."""
        pause = 0.05
        while True:
            with contextlib.suppress(*BROKEN, LineLost):
                await self._desk()
                async with self._connect() as socket:
                    self.socket = socket
                    pause = 0.05
                    await self._follow(socket)
            self.socket = None
            self.ready.clear()
            self.world.report.reconnects += 1
            await asyncio.sleep(pause * (0.5 + self.random.random()))
            pause = min(pause * 2, 1.0)

    def _connect(self) -> connect:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        url = self.world.url.replace("http", "ws", 1) + "/live"
        return connect(
            url, additional_headers={"Cookie": cookie}, open_timeout=10, close_timeout=1,
            ping_interval=None, compression=None, max_size=2**22,
        )  # fmt: skip

    async def _desk(self) -> None:
        """Take the snapshot and everything in it that is ours to do."""
        answer = await self._api("GET", "/desk")
        if answer.status_code >= 400:
            self.world.refused(answer, "desk")
            await self.world.live(1.0)
            raise LineLost("no desk")
        desk = answer.json()
        self.cursor = desk["cursor"]
        for row in desk["conversations"]:
            self._row(row)
        for offer in desk["offers"]:
            self._offered(offer)
        state = (desk.get("presence") or {}).get("state")
        if state != "available" and not self.resting:
            await self._presence("available")

    async def _follow(self, socket: ClientConnection) -> None:
        await socket.send(orjson.dumps({"t": "hello", "after": self.cursor, "topics": []}).decode())
        expected = 1
        async for text in socket:
            message = orjson.loads(text)
            kind = message.get("t")
            if kind == "f":
                if message["n"] != expected:
                    self.world.report.errors["a hole in the frames"] += 1
                    return
                expected += 1
                self.cursor = message["c"]
                self._frame(message["k"], message["b"])
            elif kind == "welcome":
                self.ready.set()
                if not message["resumed"]:
                    return
            elif kind == "ping":
                await socket.send('{"t":"pong"}')
            elif kind == "resync":
                return
            elif kind == "refused":
                self.world.report.errors[f"socket refused: {message.get('code')}"] += 1
                return

    def _frame(self, kind: str, body: dict[str, Any]) -> None:
        if kind == "offer.made":
            self._offered(body)
        elif kind == "conversation.changed":
            self._row(body)
        elif kind == "conversation.removed":
            if served := self.served.pop(body["id"], None):
                served.state = "removed"
                served.changed.set()
        elif kind == "presence.changed" and self._sent_away(body):
            # Missed an offer or lost the line: says he is back, as a person would.
            self.world.spawn("operator returns", self._return())

    def _sent_away(self, presence: dict[str, Any]) -> bool:
        mine = presence.get("operator_id") == self.operator_id
        return mine and presence.get("state") == "away" and not self.resting

    async def _return(self) -> None:
        await self.world.live(5.0)
        if not self.resting and not self.world.over:
            await self._presence("available")

    def _offered(self, offer: dict[str, Any]) -> None:
        work_item_id = offer["work_item_id"]
        if work_item_id not in self.taking and not self.world.over:
            self.taking.add(work_item_id)
            self.world.report.offers += 1
            self.world.spawn("operator takes", self._take(offer))

    async def _take(self, offer: dict[str, Any]) -> None:
        work_item_id = offer["work_item_id"]
        talk = draw_talk(self.world.scenario.handling, aht_s=self.aht_s, random=self.random)
        try:
            if talk.misses:
                return
            await self.world.live(talk.reaction_s)
            answer = await self._api("POST", f"/work/{work_item_id}/accept")
            if answer.status_code >= 400:
                self.world.report.offers_gone += 1
                return
            self.world.report.offers_taken += 1
            self._row(answer.json())
        except LineLost:
            self.world.report.errors["operator lost the line"] += 1
        finally:
            self.taking.discard(work_item_id)

    def _row(self, row: dict[str, Any]) -> None:
        """Take in a conversation's row; a new active one of ours is served from now on."""
        known = self.served.get(row["id"])
        mine = row.get("operator_id") == self.operator_id
        if known is None:
            if mine and row["state"] in {"active", "wrapup"}:
                served = Served(row["id"], row["work_item_id"], row["state"], row.get("last_from"))
                self.served[row["id"]] = served
                self.world.spawn("operator serves", self._serve(served))
            return
        known.state = row["state"] if mine else "removed"
        known.last_from = row.get("last_from")
        known.changed.set()

    async def _serve(self, served: Served) -> None:
        talk = draw_talk(self.world.scenario.handling, aht_s=self.aht_s, random=self.random)
        try:
            outcome = await self._talk_through(served, talk)
            if served.state in {"active", "wrapup"}:
                await self._finish(served, talk, outcome)
        except LineLost:
            self.world.report.errors["operator lost the line"] += 1
        finally:
            self.served.pop(served.conversation_id, None)

    async def _talk_through(self, served: Served, talk: Talk) -> str:
        """Reply turn by turn; return how it ended."""
        for turn, pause in enumerate(talk.replies_s):
            if turn and not await self._customer_writes(served):
                return "no_reply"
            await self.world.live(pause)
            if served.state != "active":
                return "resolved"
            last = turn == len(talk.replies_s) - 1
            if not await self._reply(served, self.voice.reply(turn=turn, last=last)):
                return "unresolved"
        return "resolved" if talk.resolved else "unresolved"

    async def _customer_writes(self, served: Served) -> bool:
        deadline = time.monotonic() + CUSTOMER_SILENCE_S / self.world.speed
        while served.last_from != "customer" and served.state == "active":
            left = deadline - time.monotonic()
            if left <= 0 or self.world.over:
                return False
            served.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(served.changed.wait(), timeout=min(left, 1.0))
        return served.last_from == "customer"

    async def _reply(self, served: Served, text: str) -> bool:
        nonce = str(uuid4())
        self.world.report.sent += 1
        answer = await self._api(
            "POST",
            f"/conversations/{served.conversation_id}/messages",
            {"text": text, "nonce": nonce, "attachment_ids": []},
        )
        if answer.status_code >= 400:
            self.world.refused(answer, "reply")
            return False
        self.world.report.accepted += 1
        if self.world.keep_books:
            entry = self.world.books.write(
                served.conversation_id, author=self.operator_id, nonce=nonce, text=text
            )
            entry.accepted = True
        served.last_from = "operator"
        return True

    async def _finish(self, served: Served, talk: Talk, outcome: str) -> None:
        if served.state == "active":
            await self._api("POST", f"/conversations/{served.conversation_id}/wrap-up")
        await self.world.live(talk.wrap_up_s)
        answer = await self._api(
            "POST", f"/conversations/{served.conversation_id}/close", {"outcome": outcome}
        )
        if answer.status_code < 400:
            self.world.report.closed += 1
        elif served.state in {"active", "wrapup"}:
            self.world.refused(answer, "close")

    async def _take_pauses(self) -> None:
        """Rest when the shift says so, and now and then lose the line."""
        handling = self.world.scenario.handling
        passed = 0.0
        for pause in draw_interruptions(handling, length_s=SHIFT_S, random=self.random):
            await self.world.live(pause.at_s - passed)
            if self.world.over:
                return
            with contextlib.suppress(LineLost):
                await self._interrupt(pause)
            passed = pause.at_s + pause.lasts_s

    async def _interrupt(self, pause: Interruption) -> None:
        if pause.kind == "drop_out":
            if self.socket is not None:
                await self.socket.close()
            return
        self.resting = True
        await self._presence("break")
        await self.world.live(pause.lasts_s)
        self.resting = False
        if not self.world.over:
            await self._presence("available")

    async def go_home(self) -> None:
        """Say that the shift is over."""
        self.resting = True
        if self.cookies:
            with contextlib.suppress(LineLost):
                await self._presence("offline")


def new_operator(world: World, email: str, *, aht_s: float) -> Operator:
    """Invent the habits of the person behind an account."""
    random = world.chance()
    return Operator(world=world, email=email, random=random, voice=Voice(random), aht_s=aht_s)
