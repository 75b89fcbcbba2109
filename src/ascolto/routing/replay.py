"""A stored day told to an engine again: what was offered to whom, and what would be now.

What it promises: the same log, rows and rules give the same answer, every time, and on a day of
one leader and unchanged rules the answer is the log's own offers but for races. What it cannot
promise is that every offer agrees, because the log is not all that the leader heard:

- the leader decided a little later than the log's moments, in batches; two events that came within
  that time may be decided the other way round;
- an offer that the database refused (the work had moved) is in no log;
- a new leader starts without what the old one had in memory: who missed what and has come back,
  whose room was held back for exclusive work;
- what work asks for is read from its row as it is at the end, and queues, people and settings are
  those that the caller brings: a change in the middle of the day is not in it.

For exact replays keep a journal (`engine.journal`), which holds what the engine itself heard.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ascolto.kit.outbox import StoredEvent
from ascolto.routing import engine
from ascolto.routing.translate import READS_ROW, to_engine


@dataclass(frozen=True, slots=True)
class Offered:
    """One piece of work, and who was offered it in turn, then and now."""

    work_item_id: str
    was: tuple[str, ...]
    now: tuple[str, ...]


def heard(
    stored: Iterable[StoredEvent], items: Mapping[str, engine.WorkItem]
) -> Iterator[engine.Event]:
    """Return what an engine hears of a stored day, in order; work without a row is left out."""
    for event in stored:
        at = event.at.timestamp()
        if event.kind in READS_ROW:
            item = items.get(event.body["work_item_id"])
            if item is not None:
                if event.kind != "routing.human_requested":
                    yield engine.ItemCancelled(at, item.id)
                yield engine.ItemEnqueued(at, replace(item, queue_id=event.body["queue_id"]))
        else:
            yield from to_engine(event)


def compare(
    stored: Iterable[StoredEvent],
    items: Mapping[str, engine.WorkItem],
    *,
    rules: Iterable[engine.Event],
) -> list[Offered]:
    """Live a stored day again under rules (queues and people) and set the offers side by side."""
    again = engine.Engine()
    for rule in rules:
        again.handle(rule)
    was: dict[str, list[str]] = {}
    now: dict[str, list[str]] = {}
    day = list(stored)
    for event in day:
        if event.kind == "routing.offered":
            was.setdefault(event.body["work_item_id"], []).append(event.body["operator_id"])
    for told in _on_time(again, heard(day, items)):
        for decision in again.handle(told):
            if isinstance(decision, engine.Offer):
                now.setdefault(decision.item_id, []).append(decision.operator_id)
    return [
        Offered(item_id, tuple(was.get(item_id, ())), tuple(now.get(item_id, ())))
        for item_id in sorted(was.keys() | now.keys())
    ]


def _on_time(again: engine.Engine, told: Iterable[engine.Event]) -> Iterator[engine.Event]:
    """Let time pass between what happens, so that offers expire and rings open when they did."""
    for event in told:
        while (timer := again.next_timer()) is not None and timer < event.at:
            yield engine.Tick(timer)
        yield event
