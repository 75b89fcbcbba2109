"""Operators and a customer at once, against a plain model: whatever happens at the same moment
must end as if it had happened one after the other, in some order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from ascolto import conversations
from ascolto.conversations import State
from ascolto.kit.db import Database
from ascolto.kit.errors import Refusal
from ascolto.kit.ids import new_id
from ascolto.kit.postgres import PostgresUrls
from support.servers import new_tenant
from support.talk import Desk, HandClock, set_up_desk

HELD = {"active", "wrapup"}


@dataclass(frozen=True)
class Step:
    """Something that somebody tries; `work` is the work they saw when they decided."""

    verb: str
    who: str = ""
    nonce: str = ""
    text: str = ""
    work: int = 0


@dataclass(frozen=True)
class Model:
    """The rules said a second time, without a database."""

    state: str = "open"
    owner: str | None = None
    offered: str | None = None
    work: int = 0
    said: tuple[tuple[str, str, str], ...] = ()  # (side, nonce, text)

    def after(self, step: Step) -> "tuple[Model, bool]":
        """Return how it stands after a step, and whether the step is taken."""
        handler = getattr(self, f"_{step.verb}")
        found: Model | None = handler(step)
        return (self, False) if found is None else (found, True)

    def _known(self, side: str, step: Step) -> "Model | bool | None":
        for known_side, nonce, text in self.said:
            if (known_side, nonce) == (side, step.nonce):
                return self if text == step.text else None
        return False

    def _spoken(self, side: str, step: Step) -> "Model":
        return replace(self, said=(*self.said, (side, step.nonce, step.text)))

    def _queued(self) -> "Model":
        return replace(self, state="waiting", owner=None, offered=None, work=self.work + 1)

    def _owns(self, step: Step, *states: str) -> bool:
        return self.owner == step.who and self.state in states

    def _write(self, step: Step) -> "Model | None":
        known = self._known("customer", step)
        if not isinstance(known, bool):
            return known
        spoken = self._spoken("customer", step)
        return spoken._queued() if self.state in {"open", "snoozed", "closed"} else spoken

    def _leave(self, _: Step) -> "Model | None":
        if self.state in {"wrapup", "closed"}:
            return self
        if self.state == "active":
            return replace(self, state="wrapup")
        return replace(self, state="closed", offered=None)

    def _accept(self, step: Step) -> "Model | None":
        if step.work != self.work:
            return None
        if self._owns(step, "active"):
            return self
        if self.state == "waiting" and self.offered == step.who:
            return replace(self, state="active", owner=step.who, offered=None)
        return None

    def _reply(self, step: Step) -> "Model | None":
        known = self._known("operator", step)
        if not isinstance(known, bool):
            return known
        return self._spoken("operator", step) if self._owns(step, *HELD) else None

    def _hand_on(self, step: Step) -> "Model | None":
        if not self._owns(step, *HELD):
            return None
        return replace(self, state="waiting", owner=None, offered=None)

    _transfer = _requeue = _hand_on

    def _wrap_up(self, step: Step) -> "Model | None":
        return replace(self, state="wrapup") if self._owns(step, "active") else None

    def _close(self, step: Step) -> "Model | None":
        if not self._owns(step, *HELD, "snoozed"):
            return None
        return replace(self, state="closed")

    def _snooze(self, step: Step) -> "Model | None":
        return replace(self, state="snoozed") if self._owns(step, *HELD, "snoozed") else None

    def _wake(self, step: Step) -> "Model | None":
        return self._queued() if self._owns(step, "snoozed") else None

    def _reopen(self, _: Step) -> "Model | None":
        return self._queued() if self.state == "closed" else None


VERBS = ("accept", "reply", "transfer", "requeue", "wrap_up", "close", "snooze", "wake", "reopen")
# Mostly whoever the conversation is with: what a stranger tries is mostly refused.
STEPS = st.builds(
    Step,
    verb=st.sampled_from([*VERBS, *VERBS, "write", "write", "write", "leave"]),
    who=st.sampled_from(["owner", "owner", "owner", "other"]),
    nonce=st.sampled_from("abcdef"),
    text=st.sampled_from(["salve", "salve", "ecco"]),
)


class Trial:
    """One conversation, tried by everybody."""

    def __init__(self, runner: asyncio.Runner, desk: Desk) -> None:
        self.runner = runner
        self.desk = desk
        self.model = Model()
        self.id = runner.run(desk.opened()).id
        self.at_once([Step("write", nonce="a", text="salve")])

    def offer(self, who: str) -> None:
        """Offer it as the router would."""
        if self.model.state == "waiting" and self.model.offered is None:
            self.runner.run(self.desk.offered(self.id, self._operator(who)))
            self.model = replace(self.model, offered=who)

    def at_once(self, steps: Sequence[Step]) -> None:
        """Try some steps at the same moment; some order of them must explain what came out."""
        seen = self.runner.run(self.desk.read(self.id)).work_item_id
        tried = [replace(s, work=self.model.work, who=self._who(s.who)) for s in steps]
        taken = self.runner.run(self._try_all(tried, seen))
        stands = self.runner.run(self._stands())
        possible = []
        for order in permutations(range(len(tried))):
            model, answers = self.model, [False] * len(tried)
            for n in order:
                model, answers[n] = model.after(tried[n])
            if answers == taken and stands == (model.state, model.owner, model.said):
                possible.append(model)
        note(f"{tried} -> {taken}: {stands}")
        assert possible, (self.model, tried, taken, stands)
        self.model = possible[0]
        self.runner.run(self._work_agrees())

    def _who(self, role: str) -> str:
        if role in {"anna", "bruno"}:
            return role
        owner = self.model.owner or self.model.offered or "anna"
        return owner if role == "owner" else {"anna": "bruno", "bruno": "anna"}[owner]

    async def _try_all(self, steps: Sequence[Step], seen: str | None) -> list[bool]:
        return list(await asyncio.gather(*(self._try(step, seen) for step in steps)))

    async def _try(self, step: Step, seen: str | None) -> bool:
        try:
            await self._do(step, seen)
        except Refusal:
            return False
        return True

    async def _do(self, step: Step, seen: str | None) -> None:
        if step.verb == "write":
            await self.desk.wrote(self.id, step.text, nonce=step.nonce)
            return
        if step.verb == "leave":
            async with self.desk.as_system() as tx:
                await conversations.leave(tx, conversation_id=self.id)
            return
        who = self._operator(step.who)
        async with self.desk.as_operator(who) as tx:
            if step.verb == "accept":
                await conversations.accept(tx, work_item_id=seen or new_id(), operator_id=who)
                return
            extra: dict[str, dict[str, Any]] = {
                "reply": {"text": step.text, "nonce": step.nonce},
                "transfer": {
                    "to_operator_id": self._operator("bruno" if step.who == "anna" else "anna")
                },
                "close": {"outcome": "resolved"},
                "snooze": {"until": self.desk.clock.at + timedelta(hours=1)},
            }
            more = extra.get(step.verb, {})
            verb = "wake_now" if step.verb == "wake" else step.verb
            await getattr(conversations, verb)(tx, conversation_id=self.id, operator_id=who, **more)

    async def _stands(self) -> tuple[str, str | None, tuple[tuple[str, str, str], ...]]:
        row = await self.desk.read(self.id)
        thread = await self.desk.thread(self.id)
        assert [line.seq for line in thread] == list(range(1, len(thread) + 1))
        said = tuple(
            (line.author.kind.value, line.nonce or "", line.text)
            for line in thread
            if line.kind == "message"
        )
        return row.state.value, self._name(row.operator_id), said

    def _operator(self, name: str) -> str:
        return self.desk.anna if name == "anna" else self.desk.bruno

    def _name(self, operator_id: str | None) -> str | None:
        return {self.desk.anna: "anna", self.desk.bruno: "bruno"}.get(operator_id or "")

    async def _work_agrees(self) -> None:
        row = await self.desk.read(self.id)
        states = await self.desk.work_state(self.id)
        live = [state for state in states if state not in {"done", "cancelled"}]
        wanted = {
            State.WAITING: ["offered" if self.model.offered else "waiting"],
            State.ACTIVE: ["active"],
            State.WRAPUP: ["wrapup"],
        }
        assert live == wanted.get(row.state, [])
        assert (row.work_item_id is not None) == bool(live)


def test_whatever_happens_at_once_ends_as_if_one_after_the_other(urls: PostgresUrls) -> None:
    with asyncio.Runner() as runner:
        db = runner.run(Database.open(urls.app_dsn, size=6))
        desk = runner.run(set_up_desk(db, runner.run(new_tenant(db)), HandClock()))

        @settings(max_examples=25, deadline=None, database=None, derandomize=True)
        @given(rounds=st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=12, max_size=16))
        def everybody_tries(rounds: list[list[Step]]) -> None:
            trial = Trial(runner, desk)
            for number, steps in enumerate(rounds):
                trial.offer("anna" if number % 2 else "bruno")
                if number % 3:
                    trial.at_once([Step("accept", who="owner")])
                trial.at_once(steps)

        try:
            everybody_tries()
        finally:
            runner.run(db.close())
