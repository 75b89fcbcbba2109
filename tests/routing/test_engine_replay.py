"""The same day again: byte for byte, whatever the hash seed, and after a rebuild."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ascolto.kit.outbox import StoredEvent
from ascolto.routing import engine as e
from ascolto.routing.engine import journal
from ascolto.routing.replay import compare
from support.random_day import RandomDay

HERE = Path(__file__).parent.parent


def a_day(seed: int, events: int = 300) -> list[e.Event]:
    day, engine = RandomDay(seed, people=8), e.Engine()
    told = list(day.opening())
    for event in told:
        engine.handle(event)
    for _ in range(events):
        told.append(day.next(engine.items()))
        engine.handle(told[-1])
    return told


@pytest.mark.parametrize("seed", range(5))
def test_every_event_and_decision_survives_being_written_down(seed: int) -> None:
    engine = e.Engine()
    for event in a_day(seed):
        assert journal.from_json(journal.as_json(event)) == event
        for decision in engine.handle(event):
            again = journal.from_json(journal.as_json(decision))
            assert (type(again), again) == (type(decision), decision)


@pytest.mark.parametrize("seed", range(5))
def test_a_day_lived_again_goes_the_same_way(seed: int) -> None:
    lines = list(journal.kept(e.Engine(), a_day(seed)))
    assert list(journal.replayed(lines)) == []


def test_a_day_under_other_rules_shows_where_it_goes_another_way() -> None:
    policy = e.QueuePolicy("q", "acme", "email", offer_timeout_s=20)
    person = e.Operator("anna", frozenset({"acme"}), {}, channels={"email": 1})
    events: list[e.Event] = [
        e.QueueConfigured(0.0, policy),
        e.OperatorConfigured(0.0, person),
        e.PresenceChanged(0.0, "anna", "available"),
        e.ItemEnqueued(1.0, e.WorkItem("one", "acme", "q", "email", 1.0)),
        e.Tick(30.0),
    ]
    lines = list(journal.kept(e.Engine(), events))
    changed = list(journal.replayed(lines, under={"q": replace(policy, offer_timeout_s=60)}))
    assert [difference.number for difference in changed] == [4, 5]
    assert changed[1].now == ()


def test_no_decision_depends_on_the_order_of_a_set() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, 'tests/routing')\n"
        "from test_engine_replay import a_day\n"
        "from ascolto.routing import engine as e\n"
        "from ascolto.routing.engine import journal\n"
        "for seed in range(4):\n"
        "    text = chr(10).join(journal.kept(e.Engine(), a_day(seed)))\n"
        "    print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    found = set()
    for hash_seed in ("0", "1", "31337"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"src{os.pathsep}tests"}
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=HERE.parent,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("seed", range(8))
def test_an_engine_rebuilt_from_what_is_known_stands_where_the_first_stood(seed: int) -> None:
    day, first = RandomDay(seed, people=8), e.Engine()
    told: list[e.Event] = list(day.opening())
    for event in told:
        first.handle(event)
    # Whose room is held back for exclusive work is not kept: a new leader chooses anew.
    while len(told) < 200 or first._crew.kept_mask:
        told.append(day.next(first.items()))
        first.handle(told[-1])
    second = rebuilt(first, told)
    assert second.items() == first.items()
    assert sorted(second.people(), key=lambda p: p[0].id) == sorted(
        first.people(), key=lambda p: p[0].id
    )
    assert second.snapshot_counts() == first.snapshot_counts()


def rebuilt(first: e.Engine, told: list[e.Event]) -> e.Engine:
    """What a new leader does: rules, people, work under way, waiting work."""
    second = e.Engine()
    for event in told:
        if isinstance(event, e.QueueConfigured):
            policy = replace(event.policy, overflow_queue_id=None)  # where it came from is not kept
            second.handle(e.QueueConfigured(0.0, policy))
        elif isinstance(event, e.ChannelConfigured):
            second.handle(replace(event, at=0.0))
    for person in first._crew.people.values():
        second.handle(e.OperatorConfigured(0.0, person.config))
        second.handle(e.BreakDue(0.0, person.config.id, person.break_due_at))
        second.handle(
            e.PresenceChanged(
                person.idle_since, person.config.id, person.state, person.told_country
            )
        )
    pieces = sorted(first._pieces.values(), key=lambda p: (p.state == "waiting", p.sequence))
    for piece in pieces:
        item = replace(
            piece.item, excluded=piece.excluded - piece.item.barred, to_head=piece.to_head
        )
        if piece.holder is None and piece.state == "waiting":
            item = replace(item, preferred_operator=None)
        if piece.state == "waiting":
            decided = second.handle(e.ItemEnqueued(first.now, item))
        else:
            decided = second.handle(
                e.ItemRestored(
                    first.now, item, piece.state, piece.operator_id or "", piece.expires_at
                )
            )
        assert not [d for d in decided if isinstance(d, e.Offer)]
    return second


def test_a_stored_day_can_be_compared_with_what_the_rules_say_now() -> None:
    def stored(number: int, kind: str, **body: object) -> StoredEvent:
        at = datetime.fromtimestamp(1000 + number, UTC)
        return StoredEvent(
            "t", number, number, at, f"routing.{kind}", 1, "acme", "{}", json.dumps(body)
        )

    day = [
        stored(1, "presence_changed", operator_id="anna", state="available"),
        stored(2, "human_requested", work_item_id="one", queue_id="q"),
        stored(3, "offered", work_item_id="one", operator_id="anna"),
        stored(4, "answered", work_item_id="one", operator_id="anna"),
        stored(5, "presence_changed", operator_id="bruno", state="available"),
        stored(6, "transferred", work_item_id="one", queue_id="q2"),
        stored(7, "offered", work_item_id="one", operator_id="bruno"),
    ]
    rules: list[e.Event] = [
        e.QueueConfigured(0.0, e.QueuePolicy("q", "acme", "email")),
        e.QueueConfigured(0.0, e.QueuePolicy("q2", "acme", "email")),
    ]
    for name in ("anna", "bruno"):
        person = e.Operator(name, frozenset({"acme"}), {}, channels={"email": 1})
        rules.append(e.OperatorConfigured(0.0, person))
    items = {"one": e.WorkItem("one", "acme", "q", "email", 1002.0)}
    (offered,) = compare(day, items, rules=rules)
    assert offered.was == ("anna", "bruno")
    assert offered.now[0] == "anna"
