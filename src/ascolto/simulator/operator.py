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
from ascolto.simulator.staff import Person
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
    client_id: str = ""
    queue_id: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Operator:
    """One person at a desk."""

    world: World
    person: Person
    random: Random
    voice: Voice
    late_s: float = 0.0
    cookies: dict[str, str] = field(default_factory=dict)
    operator_id: str = ""
    socket: ClientConnection | None = None
    cursor: str | None = None
    queue_clients: dict[str, str] = field(default_factory=dict)
    resting: bool = False
    served: dict[str, Served] = field(default_factory=dict)
    taking: set[str] = field(default_factory=set)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    line_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Sign in and work until the run ends."""
        await self.world.live(self.late_s)
        self.line_up.set()
        if self.world.over or not await self._sign_in():
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
                "email": self.person.email,
                "password": self.world.scenario.password,
                "place": self.person.place,
                "country": self.person.country,
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
        await self.line_up.wait()
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
            await self.line_up.wait()
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
        self.queue_clients = {queue["id"]: queue["client_id"] for queue in desk["queues"]}
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
        talk = self._talk(offer.get("queue_id"))
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
                served = Served(
                    row["id"], row["work_item_id"], row["state"], row.get("last_from"),
                    client_id=row["client_id"], queue_id=row.get("queue_id"),
                )  # fmt: skip
                self.served[row["id"]] = served
                self.world.spawn("operator serves", self._serve(served))
            return
        known.state = row["state"] if mine else "removed"
        known.last_from = row.get("last_from")
        known.changed.set()

    async def _serve(self, served: Served) -> None:
        talk = self._talk(served.queue_id)
        try:
            outcome = await self._talk_through(served, talk)
            if served.state in {"active", "wrapup"}:
                await self._finish(served, talk, outcome)
        except LineLost:
            self.world.report.errors["operator lost the line"] += 1
        finally:
            self.served.pop(served.conversation_id, None)

    def _talk(self, queue_id: str | None) -> Talk:
        """Draw how a conversation of a queue goes; of an unknown one, as the scenario's mean."""
        load = self.world.queues.get(queue_id or "")
        aht_s = load.aht_s if load else self.world.scenario.mean_aht_s
        return draw_talk(self.world.scenario.handling, aht_s=aht_s, random=self.random)

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
            if turn == 0 and talk.transfers and await self._hand_on(served):
                return "transferred"
        # Who was greeted and never wrote a word may have left without a sign.
        if len(talk.replies_s) == 1 and not await self._customer_writes(served):
            return "no_reply"
        return "resolved" if talk.resolved else "unresolved"

    async def _hand_on(self, served: Served) -> bool:
        """Hand a conversation on to another of its client's attended queues, if there is one."""
        others = [
            queue_id
            for queue_id, client_id in self.queue_clients.items()
            if client_id == served.client_id and queue_id != served.queue_id
            and (load := self.world.queues.get(queue_id)) is not None and not load.unattended
        ]  # fmt: skip
        if not others or served.state != "active":
            return False
        answer = await self._api(
            "POST",
            f"/conversations/{served.conversation_id}/transfer",
            {"queue_id": self.random.choice(sorted(others)), "note": self.voice.note()},
        )
        if answer.status_code >= 400:
            if served.state == "active":
                self.world.refused(answer, "transfer")
            return False
        self.world.report.transfers += 1
        served.state = "removed"
        return True

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
        entry = self.world.enter(
            served.conversation_id, author=self.operator_id, nonce=nonce, text=text
        )
        answer = await self._api(
            "POST",
            f"/conversations/{served.conversation_id}/messages",
            {"text": text, "nonce": nonce, "attachment_ids": []},
        )
        if answer.status_code >= 400:
            self.world.refused(answer, "reply")
            return False
        self.world.report.accepted += 1
        entry.accepted = True
        served.last_from = "operator"
        return True

    async def _finish(self, served: Served, talk: Talk, outcome: str) -> None:
        if served.state == "active":
            await self._api("POST", f"/conversations/{served.conversation_id}/wrap-up")
        await self.world.live(talk.wrap_up_s)
        body = {"outcome": outcome} | self._reason(served.client_id)
        answer = await self._api("POST", f"/conversations/{served.conversation_id}/close", body)
        if answer.status_code < 400:
            self.world.report.closed += 1
            self.world.report.no_replies += outcome == "no_reply"
            self.world.report.with_reason += "reason1" in body
        elif served.state in {"active", "wrapup"}:
            self.world.refused(answer, "close")

    def _reason(self, client_id: str) -> dict[str, str]:
        known = self.world.reasons.get(client_id)
        if not known:
            return {}
        first, second = self.random.choice(known)
        return {"reason1": first, "reason2": second}

    async def _take_pauses(self) -> None:
        """Rest when the shift says so, and now and then lose the line."""
        handling = self.world.scenario.handling
        passed = 0.0
        at_home = self.person.place == "home"
        for pause in draw_interruptions(
            handling, length_s=SHIFT_S, at_home=at_home, random=self.random
        ):
            await self.world.live(pause.at_s - passed)
            if self.world.over:
                return
            with contextlib.suppress(LineLost):
                await self._interrupt(pause)
            passed = pause.at_s + pause.lasts_s

    async def _interrupt(self, pause: Interruption) -> None:
        if pause.kind == "drop_out":
            await self._lose_line(pause.lasts_s)
            return
        self.resting = True
        await self._presence("break")
        await self.world.live(pause.lasts_s)
        self.resting = False
        if not self.world.over:
            await self._presence("available")

    async def _lose_line(self, seconds: float) -> None:
        """Be cut off at home: no socket and no request for as long as it lasts."""
        self.world.report.drop_outs += 1
        self.line_up.clear()
        try:
            if self.socket is not None:
                await self.socket.close()
            await self.world.live(seconds)
        finally:
            self.line_up.set()

    async def go_home(self) -> None:
        """Say that the shift is over."""
        self.resting = True
        self.line_up.set()
        if self.cookies:
            with contextlib.suppress(LineLost):
                await self._presence("offline")


def new_operator(world: World, person: Person, *, late_s: float = 0.0) -> Operator:
    """Invent the habits of the person behind an account, who may come late (seconds of life)."""
    random = world.chance()
    return Operator(world=world, person=person, random=random, voice=Voice(random), late_s=late_s)
