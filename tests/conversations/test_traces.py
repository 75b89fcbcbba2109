"""Golden traces: what a desk sees while work goes on, recorded from the server as it really acts.

Each file of `contracts/traces` says how a desk stood, the frames it then got, and how it stands.
The desk's own tests replay them. Record anew after a change that is meant:

    ASCOLTO_RECORD=1 pytest tests/conversations/test_traces.py
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from ascolto import conversations, customers, routing
from ascolto.channels.actions.preferring import Reachable, say
from ascolto.conversations import jobs
from ascolto.customers import Purpose, Source
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from support.folding import Held, kinds
from support.office import Office, ok

TRACES = Path(__file__).parents[2] / "contracts" / "traces"
RECORD = os.environ.get("ASCOLTO_RECORD") == "1"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PATIENCE_S = 15.0


@dataclass
class Recorder:
    """Anna's desk, with the threads that she has open."""

    office: Office
    anna: httpx.AsyncClient
    threads: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)

    async def state(self) -> dict[str, Any]:
        """Return what a desk that is loaded just now shows."""
        shown = ok(await self.anna.get("/desk"))
        state = {
            "desk": {k: v for k, v in shown.items() if k not in {"cursor", "now"}},
            "threads": {one: await self._thread(one) for one in self.threads},
            "drafts": await self._drafts(),
            "mentions": ok(await self.anna.get("/mentions"))["items"],
        }
        if self.customers:
            state["consents"] = {one: await self._consents(one) for one in self.customers}
        return state

    async def _drafts(self) -> dict[str, dict[str, Any]]:
        found = [ok(await self.anna.get(f"/conversations/{one}"))["drafts"] for one in self.threads]
        return {f"{d['conversation_id']}/{d['kind']}": d for drafts in found for d in drafts}

    async def _consents(self, customer_id: str) -> list[dict[str, Any]]:
        shown = ok(await self.anna.get(f"/customers/{customer_id}/mail-consents"))
        items: list[dict[str, Any]] = shown["standing"]
        return items

    async def _thread(self, conversation_id: str) -> list[dict[str, Any]]:
        path = f"/conversations/{conversation_id}/messages?after_seq=0&limit=200"
        items: list[dict[str, Any]] = ok(await self.anna.get(path))["items"]
        return items

    async def place(self) -> int:
        """Return the number of the last frame there is."""
        async with self.office.desk.as_system() as tx:
            number: int = await tx.fetchval("SELECT coalesce(max(id), 0) FROM kit.frame")
        return number

    async def heard(self, after: int) -> list[dict[str, Any]]:
        """Return what came to the desk after a frame."""
        topics = [f"operator:{self.office.desk.anna}", *(f"conversation:{t}" for t in self.threads)]
        found = await self.office.frames(*topics, after=after)
        return [{"k": frame["kind"], "b": frame["body"]} for frame in found]

    async def until(self, after: int, *kinds: str, count: int = 1) -> None:
        """Wait until frames of these kinds have come, each so often."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heard = [frame["k"] for frame in await self.heard(after)]
                if all(heard.count(kind) >= count for kind in kinds):
                    return
                await asyncio.sleep(0.02)

    async def record(
        self, name: str, about: str, act: Callable[[int], Awaitable[object]]
    ) -> dict[str, Any]:
        """Let something happen and compare what was seen of it with what was written down."""
        before = await self.state()
        place = await self.place()
        await act(place)
        after = await self.state()
        trace = _named(
            {
                "about": about,
                "before": before,
                "frames": await self.heard(place),
                "after": after,
            }
        )
        path = TRACES / f"{name}.json"
        if RECORD:
            path.write_bytes(orjson.dumps(trace, option=orjson.OPT_INDENT_2) + b"\n")
        assert trace == orjson.loads(path.read_bytes())
        folds_into_a_fresh_load(trace)
        return trace


def folds_into_a_fresh_load(trace: dict[str, Any]) -> None:
    """Compare what a desk holds after the frames, once and come twice, with what it would load."""
    if "floor" in trace["before"]:
        return
    for frames in (trace["frames"], [one for one in trace["frames"] for _ in range(2)]):
        held, fresh = Held.of(trace["before"]), Held.of(trace["after"])
        held.hear(frames)
        holes = held.holes()
        assert held.shown(but=holes) == fresh.shown(but=holes)


def _named(trace: dict[str, Any]) -> dict[str, Any]:
    """Give every id a name that is the same in every recording."""
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"id-{len(names) + 1:02}")

    named: dict[str, Any] = orjson.loads(_ID.sub(name, orjson.dumps(trace).decode()))
    return named


@pytest.fixture
async def recorder(office: Office) -> Any:
    """Sit Anna down at her desk; offers stay for ten seconds."""
    async with office.desk.as_system() as tx:
        await routing.change_queue(
            tx, queue_id=office.desk.queue.id, values={"offer_timeout_s": 10.0}
        )
    async with office.signed_in() as anna:
        yield Recorder(office, anna)


async def available(recorder: Recorder, state: str = "available") -> None:
    ok(await recorder.anna.put("/presence", json={"state": state, "place": "home"}))


async def arrived(recorder: Recorder, place: int) -> str:
    """Let a customer write and wait for the offer; return the work's id."""
    opened = await recorder.office.desk.opened(subject="Bolletta doppia")
    await recorder.office.desk.wrote(opened.id, "Buongiorno, ho due bollette")
    await recorder.until(place, "offer.made")
    offers = ok(await recorder.anna.get("/desk"))["offers"]
    return str(offers[0]["work_item_id"])


async def test_an_arrival_is_offered_and_accepted(recorder: Recorder) -> None:
    await available(recorder)

    async def act(place: int) -> None:
        work = await arrived(recorder, place)
        ok(await recorder.anna.post(f"/work/{work}/accept"))

    trace = await recorder.record(
        "arrival-offer-accept", "A customer arrives; the offer is made and accepted.", act
    )
    assert [f["k"] for f in trace["frames"]] == [
        "offer.made",
        "offer.withdrawn",
        "conversation.changed",
    ]


async def test_an_offer_that_nobody_takes_is_withdrawn(recorder: Recorder) -> None:
    await available(recorder)

    async def act(place: int) -> None:
        await arrived(recorder, place)
        recorder.office.desk.clock.at += timedelta(seconds=11)
        await recorder.until(place, "offer.withdrawn", "presence.changed")

    trace = await recorder.record(
        "offer-expiry", "An offer is not taken in time; its operator is set away.", act
    )
    assert trace["after"]["desk"]["offers"] == []
    assert trace["after"]["desk"]["presence"]["state"] == "away"


async def test_a_customer_writes_into_an_open_thread(recorder: Recorder) -> None:
    talk = await recorder.office.desk.talking()
    recorder.threads = [talk.id]

    async def act(place: int) -> None:
        for text in ("Un'altra cosa", "Anzi due"):
            await recorder.office.desk.wrote(talk.id, text)

    trace = await recorder.record(
        "message-in", "The customer writes twice to a conversation that is open on the desk.", act
    )
    # The row comes for the owner and for the thread: whoever follows both gets it twice.
    told = ["message.added", "conversation.changed", "conversation.changed"]
    assert [f["k"] for f in trace["frames"]] == told * 2


async def test_an_operator_answers(recorder: Recorder) -> None:
    talk = await recorder.office.desk.talking()
    recorder.threads = [talk.id]
    body = {"text": "Controllo subito", "nonce": "nonce-1", "attachment_ids": []}

    async def act(place: int) -> None:
        for _ in range(2):  # a browser that lost the answer sends again
            ok(await recorder.anna.post(f"/conversations/{talk.id}/messages", json=body))

    trace = await recorder.record(
        "reply", "A reply is sent twice with one nonce and comes once.", act
    )
    assert [f["k"] for f in trace["frames"]].count("message.added") == 1


async def test_the_fate_of_an_answer_is_told(recorder: Recorder) -> None:
    talk = await recorder.office.desk.talking()
    recorder.threads = [talk.id]
    body = {"text": "Controllo subito", "nonce": "nonce-1", "attachment_ids": []}
    sent = ok(await recorder.anna.post(f"/conversations/{talk.id}/messages", json=body))

    async def act(place: int) -> None:
        for fate in ("delivered", "sent"):  # the second comes late, and changes nothing
            async with recorder.office.desk.as_system() as tx:
                await conversations.mark_delivered(tx, message_id=sent["id"], delivery=fate)

    trace = await recorder.record("fate", "An answer comes to its customer.", act)
    assert [f["k"] for f in trace["frames"]] == ["message.changed"]


async def asked(recorder: Recorder, conversation_id: str) -> None:
    """Let Anna ask Bruno something beside a conversation."""
    ask = {"subject": "Rimborso", "text": "Quando?", "operator_id": recorder.office.desk.bruno}
    url = f"/conversations/{conversation_id}/consults"
    ok(await recorder.anna.post(url, json={**ask, "nonce": "n"}))


async def test_a_conversation_is_handed_to_a_colleague(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking()
    recorder.threads = [talk.id]
    await asked(recorder, talk.id)

    async def act(place: int) -> None:
        order = {"operator_id": desk.bruno, "note": "Parla francese"}
        ok(await recorder.anna.post(f"/conversations/{talk.id}/transfer", json=order))

    trace = await recorder.record(
        "transfer", "A conversation is handed on with a note and leaves the desk.", act
    )
    assert trace["after"]["desk"]["conversations"] == []
    assert {"conversation.removed", "consult.changed"} <= {f["k"] for f in trace["frames"]}


async def test_a_talk_is_written_up_and_closed(recorder: Recorder) -> None:
    talk = await recorder.office.desk.talking()
    recorder.threads = [talk.id]

    async def act(place: int) -> None:
        c = f"/conversations/{talk.id}"
        ok(await recorder.anna.post(f"{c}/wrap-up"))
        ok(await recorder.anna.post(f"{c}/close", json={"outcome": "resolved", "note": "Fatto"}))

    trace = await recorder.record("wrap-up-close", "A talk is written up and closed.", act)
    assert trace["after"]["desk"]["conversations"][0]["state"] == "closed"


async def test_a_customer_writes_to_a_closed_conversation(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking()
    async with desk.as_operator(desk.anna) as tx:
        await conversations.close(
            tx, conversation_id=talk.id, outcome="resolved", operator_id=desk.anna
        )
    await available(recorder)
    recorder.threads = [talk.id]

    async def act(place: int) -> None:
        await desk.wrote(talk.id, "Non ha funzionato")
        await recorder.until(place, "offer.made")

    trace = await recorder.record(
        "reopen", "The customer writes again; whoever had the conversation is offered it.", act
    )
    assert trace["after"]["desk"]["conversations"] == []
    assert len(trace["after"]["desk"]["offers"]) == 1


async def test_two_conversations_become_one(recorder: Recorder) -> None:
    desk = recorder.office.desk
    first = await desk.talking()
    second = await desk.opened(customer_id=first.customer_id)
    await desk.wrote(second.id, "Sono sempre io")
    await desk.accepted(second.id)
    recorder.threads = [first.id]
    await asked(recorder, second.id)

    async def act(place: int) -> None:
        order = {"into": first.id}
        ok(await recorder.anna.post(f"/conversations/{second.id}/merge", json=order))

    trace = await recorder.record(
        "merge", "A second conversation of the customer is merged into the open one.", act
    )
    (consult,) = trace["after"]["desk"]["consults"]
    assert consult["conversation"]["number"] == first.number


async def test_what_was_joined_by_mistake_parts_with_its_customers(recorder: Recorder) -> None:
    desk = recorder.office.desk
    first, second = await desk.talking(), await desk.talking()
    await desk.merged_customers(second, into=first)
    ok(await recorder.anna.post(f"/conversations/{second.id}/merge", json={"into": first.id}))
    reply = {"text": "Rispondo a Lei", "nonce": "nonce-1"}
    ok(await recorder.anna.post(f"/conversations/{first.id}/messages", json=reply))
    recorder.threads = [first.id, second.id]

    async def act(place: int) -> None:
        ok(await recorder.anna.post(f"/customers/{second.customer_id}/unmerge"))
        await recorder.until(place, "conversation.changed", count=3)

    trace = await recorder.record(
        "part", "Two customers part again, and with them two conversations that were joined.", act
    )
    kept, back = (trace["after"]["threads"][one] for one in sorted(trace["after"]["threads"]))
    assert [one["meta"].get("what") for one in kept] == [None, "accepted", "merged", None, "parted"]
    assert [one["text"] for one in back if one["kind"] == "message"] == ["Buongiorno"]


async def test_a_desk_that_was_away_takes_a_fresh_snapshot(recorder: Recorder) -> None:
    """Everything at once; the replay also starts from the snapshot, with every frame come late."""
    desk = recorder.office.desk
    kept, left = await desk.talking(), await desk.talking()
    recorder.threads = [kept.id]
    await available(recorder)

    async def act(place: int) -> None:
        await desk.wrote(kept.id, "Ci siete?")
        ok(
            await recorder.anna.post(
                f"/conversations/{kept.id}/messages", json={"text": "Sì", "nonce": "nonce-2"}
            )
        )
        await desk.wrote(left.id, "Allora?")
        ok(await recorder.anna.post(f"/conversations/{left.id}/requeue"))
        ok(
            await recorder.anna.post(
                f"/conversations/{kept.id}/tags", json={"add": ["rate"], "remove": []}
            )
        )
        work = await arrived(recorder, place)
        ok(await recorder.anna.post(f"/work/{work}/decline", json={"reason": "pausa"}))
        await available(recorder, "break")

    await recorder.record(
        "resync", "Much happens while the line is down: the snapshot holds it all.", act
    )


async def test_a_note_names_a_colleague(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking(desk.bruno)

    async def act(place: int) -> None:
        async with recorder.office.signed_in("bruno@prova.example") as bruno:
            note = {"text": "La conosci?", "nonce": "nonce-1", "mentions": [desk.anna]}
            ok(await bruno.post(f"/conversations/{talk.id}/notes", json=note))

    trace = await recorder.record("mention", "A colleague's note names this operator.", act)
    assert [f["k"] for f in trace["frames"]] == ["mention.added"]


async def test_a_colleague_is_asked_and_answers(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking()
    recorder.threads = [talk.id]
    url = f"/conversations/{talk.id}/consults"
    ask = {"subject": "Rimborso", "text": "Quando arriva?", "operator_id": desk.bruno}
    over = ok(await recorder.anna.post(url, json={**ask, "nonce": "n0"}))

    async def act(place: int) -> None:
        asked = ok(await recorder.anna.post(url, json={**ask, "nonce": "n1"}))
        async with recorder.office.signed_in("bruno@prova.example") as bruno:
            answer = {"text": "Entro venerdì.", "nonce": "n2"}
            ok(await bruno.post(f"/consults/{asked['id']}/messages", json=answer))
        ok(await recorder.anna.post(f"/consults/{over['id']}/close"))

    trace = await recorder.record(
        "consult", "A colleague is asked and answers; an earlier question is closed.", act
    )
    assert [f["k"] for f in trace["frames"]].count("consult.changed") == 6


async def test_a_customer_says_elsewhere_what_they_want_to_be_sent(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking()
    known = await recorder.place()
    recorder.threads, recorder.customers = [talk.id], [str(talk.customer_id)]
    async with desk.as_system() as tx:
        await customers.prove(
            tx, customer_id=str(talk.customer_id), kind="email", value="carla@posta.example"
        )
    await recorder.until(known, "conversation.changed")

    async def act(place: int) -> None:
        for number, given in enumerate((True, False), start=1):
            async with desk.as_system() as tx:
                who = Reachable(tx.tenant_id, desk.client_id, Purpose.SURVEY, "carla@posta.example")
                said = await say(
                    tx,
                    who,
                    purpose=Purpose.SURVEY,
                    given=given,
                    source=Source.PAGE,
                    words="Posso scriverLe?",
                )
            assert said
            await recorder.until(place, "consents.changed", count=number)
            desk.clock.at += timedelta(seconds=1)

    trace = await recorder.record(
        "consents", "A customer says yes, and then no, on their own page.", act
    )
    assert [f["k"] for f in trace["frames"]] == ["consents.changed"] * 2


async def test_a_reply_is_not_sent_in_time(recorder: Recorder) -> None:
    desk = recorder.office.desk
    talk = await desk.talking()
    recorder.threads = [talk.id]

    async def act(place: int) -> None:
        desk.clock.at += timedelta(hours=7)
        await jobs.tell_overdue(desk.database)
        await recorder.until(place, "conversation.overdue")

    trace = await recorder.record("overdue", "The first reply was promised for earlier.", act)
    assert "conversation.overdue" in [f["k"] for f in trace["frames"]]


async def test_a_draft_is_written_on_another_device(recorder: Recorder) -> None:
    talk = await recorder.office.desk.talking()
    recorder.threads = [talk.id]

    async def act(place: int) -> None:
        lines = {"to": "carla@posta.example", "cc": "", "bcc": ""}
        file = {"file": ("schema.txt", b"Lo schema.", "text/plain")}
        kept = ok(await recorder.anna.post(f"/conversations/{talk.id}/attachments", files=file))
        draft = {
            "text": "Gentile signora", "kind": "reply", "rev": 0, "lines": lines,
            "file_ids": [kept["id"]],
        }  # fmt: skip
        ok(await recorder.anna.put(f"/conversations/{talk.id}/draft", json=draft))

    trace = await recorder.record("draft", "A reply is begun on another device.", act)
    assert [f["k"] for f in trace["frames"]] == ["draft.changed"]


@dataclass
class FloorRecorder(Recorder):
    """A team leader who watches the floor."""

    async def state(self) -> dict[str, Any]:
        """Return the floor as it is asked for once in a while."""
        return {"floor": ok(await self.anna.get("/floor"))}

    async def heard(self, after: int) -> list[dict[str, Any]]:
        """Return the last tick after a frame: how many there are before it is left to chance."""
        found = await self.office.frames("floor", after=after)
        return [{"k": frame["kind"], "b": frame["body"]} for frame in found[-1:]]

    async def waiting(self, count: int) -> None:
        """Wait until a look of the leader's has found so many waiting."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                (queue,) = (await self.state())["floor"]["queues"]
                # Before the leader's first look it is not known who is free.
                if queue["waiting"] == count and queue["available"] is not None:
                    return
                await asyncio.sleep(0.05)


async def test_the_floor_between_two_looks_at_it(office: Office) -> None:
    desk = office.desk
    for number in range(5):
        async with desk.as_system() as tx:
            person = await create_operator(
                tx,
                NewOperator(
                    display_name=f"Operatore {number}", clients=frozenset({desk.client_id})
                ),
            )
            await routing.set_presence(tx, operator_id=person.id, state="break", place="home")
    await office.hire("capo@prova.example", "team_leader", clients=[desk.client_id])
    async with office.signed_in("capo@prova.example") as leader:
        recorder = FloorRecorder(office, leader)
        await recorder.waiting(0)

        async def act(place: int) -> None:
            desk.clock.at += timedelta(seconds=30)
            opened = await desk.opened(subject="Bolletta doppia")
            await desk.wrote(opened.id, "Buongiorno, ho due bollette")
            await recorder.waiting(1)

        trace = await recorder.record("floor", "A customer begins to wait.", act)
    last = trace["frames"][-1]["b"]
    assert last["queues"][0]["oldest_at"] is not None
    assert [(g["group"], g["break"]) for g in last["groups"]] == [("others", 5)]
    assert trace["after"]["floor"]["people"]["home"] == 5


def test_every_kind_of_frame_that_changes_what_a_desk_holds_is_in_a_trace() -> None:
    told = {
        frame["k"]
        for path in TRACES.glob("*.json")
        for frame in orjson.loads(path.read_bytes())["frames"]
    }
    assert told - {"floor.tick"} == kinds()
