"""A desk's frames: in order, numbered without a gap, and never more kept than it may cost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.kit.live import Encoded
from ascolto.kit.outbox import StoredFrame
from ascolto.web import desk as desk_module
from ascolto.web.desk import Desk
from ascolto.web.line import framed

LIMIT = 5


@dataclass
class Narrow:
    """A line that is full after a number of texts, until somebody takes them."""

    room: int
    said: list[dict[str, Any]] = field(default_factory=list)
    waiting: int = 0

    @property
    def full(self) -> bool:
        return self.waiting >= self.room

    def say(self, text: bytes) -> None:
        self.waiting += 1
        self.said.append(orjson.loads(text))

    def take(self) -> None:
        self.waiting = 0


def frame(number: int) -> Encoded:
    body = orjson.dumps({"number": number}).decode()
    return Encoded(StoredFrame("tenant", number, 1, "floor", "tick", None, body))


def numbers(line: Narrow) -> list[int]:
    return [said["b"]["number"] for said in line.said if said["t"] == "f"]


@pytest.fixture(autouse=True, scope="module")
def _little_is_kept() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(desk_module, "QUEUE_LIMIT", LIMIT)
    yield
    patch.undo()


def new_desk() -> Desk:
    return Desk(tenant_id="tenant", clients=None)


STEPS = st.lists(st.sampled_from(["frame", "take", "open", "lose"]), max_size=60)


@given(steps=STEPS, room=st.integers(1, 4), missed=st.integers(0, 8))
def test_whatever_the_pace_frames_come_in_order_and_a_gap_is_told_before_what_follows_it(
    steps: list[str], room: int, missed: int
) -> None:
    desk, line = new_desk(), Narrow(room)
    opened, sent = False, missed
    for step in [*steps, "open"]:
        if step == "frame":
            sent += 1
            desk.offer(frame(sent))
        elif step == "lose":
            desk.lose()
        elif step == "open" and not opened:
            opened = True
            desk.open(line, [frame(n) for n in range(1, missed + 1)])
        elif step == "take":
            line.take()
            desk.drained()
    while line.full:
        line.take()
        desk.drained()
    assert [said["n"] for said in line.said if said["t"] == "f"] == list(
        range(1, len(numbers(line)) + 1)
    )
    last = 0
    told = False
    for said in line.said:
        if said["t"] == "resync":
            told = True
            continue
        number = said["b"]["number"]
        assert number > last
        assert number == last + 1 or told, "a gap that nobody was told of"
        last, told = number, False
    assert last == sent or told, "the end is missing, and nobody was told of it"


def test_who_reads_loses_nothing_while_another_who_does_not_is_told_to_look_anew_once() -> None:
    quick, slow = new_desk(), new_desk()
    reads, stalls = Narrow(1_000), Narrow(2)
    quick.open(reads)
    slow.open(stalls)
    for number in range(1, 101):
        quick.offer(frame(number))
        slow.offer(frame(number))
    assert numbers(reads) == list(range(1, 101))
    assert numbers(stalls) == [1, 2]
    stalls.take()
    slow.drained()
    assert [said["t"] for said in stalls.said] == ["f", "f", "resync"]
    slow.offer(frame(101))
    assert numbers(stalls) == [1, 2, 101]


def test_what_was_missed_may_be_longer_than_what_is_kept_for_a_slow_desk() -> None:
    desk, line = new_desk(), Narrow(1)
    desk.open(line, [frame(n) for n in range(1, 4 * LIMIT)])
    desk.offer(frame(4 * LIMIT))
    while line.full:
        line.take()
        desk.drained()
    assert numbers(line) == list(range(1, 4 * LIMIT + 1))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 70_000])
def test_a_frame_s_header_tells_its_length(size: int) -> None:
    text = b"x" * size
    header = framed(text)[: len(framed(text)) - size]
    assert header[0] == 0x81
    if size < 126:
        assert header[1:] == bytes([size])
    elif size < 65_536:
        assert header[1:] == b"\x7e" + size.to_bytes(2)
    else:
        assert header[1:] == b"\x7f" + size.to_bytes(8)
