"""What a lever makes of one person's day, within the rules and with no time won or lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.levers import Lever
from ascolto.workforce.reaching import after_lever
from ascolto.workforce.rosters import BREAKS, Shift

TODAY = date(2026, 3, 3)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "to", "becomes"),
    [
        # A meal of half an hour, to half an hour later: work reaches until then.
        ((90, 30, 120), at(9), (120, 30, 90)),
        ((90, 15, 105), at(8, 45), (105, 15, 90)),
        ((90, 15, 105), at(8, 35), (95, 15, 100)),
        ((105, 15, 90), at(8, 30), (90, 15, 105)),
        ((90, 15, 105), at(8, 30), None),
        ((90, 15, 105), at(10, 15), None),
    ],
)
def test_a_break_begins_at_the_very_moment_it_is_moved_to(
    minutes: tuple[int, ...], to: datetime, becomes: tuple[int, ...] | None
) -> None:
    lever = Lever(kind="break_move", from_at=at(8, 30), until_at=at(9), people=1, to_at=to)
    after = after_lever([kept(list(minutes))], lever, queue_id="q")
    found = after and tuple(part["minutes"] for one in after for part in one.parts)
    assert found == becomes


def of_work(*parts: tuple[str, int], queue_id: str | None = None) -> Shift:
    told = tuple({"kind": kind, "minutes": lasts} for kind, lasts in parts)
    if queue_id is not None:
        told = tuple({**one, "queue_id": queue_id} for one in told)
    ends = at(7) + timedelta(minutes=sum(lasts for _, lasts in parts))
    return Shift("anna", TODAY, at(7), ends, "home", told)


def test_time_off_is_of_those_who_work_in_the_queue_then() -> None:
    lever = Lever(kind="time_off", from_at=at(9), until_at=at(10), people=1)
    day = (("queue", 105), ("pause", 15), ("queue", 60))
    assert after_lever([of_work(*day)], lever, queue_id="q") is not None
    assert after_lever([of_work(*day, queue_id="q")], lever, queue_id="q") is not None
    assert after_lever([of_work(*day, queue_id="another")], lever, queue_id="q") is None
    for kind in ("training", "meeting", "deferred"):
        partly = of_work(("queue", 105), ("pause", 15), ("queue", 30), (kind, 30))
        assert after_lever([partly], lever, queue_id="q") is None


def test_a_break_changes_places_only_with_time_in_the_queue() -> None:
    lever = Lever(kind="break_move", from_at=at(8), until_at=at(8, 30), people=1, to_at=at(7, 30))
    later = replace(lever, to_at=at(8, 30))
    day = (("queue", 60), ("pause", 15), ("queue", 60))
    for one in (lever, later):
        assert after_lever([of_work(*day)], one, queue_id="q") is not None
        assert after_lever([of_work(*day, queue_id="q")], one, queue_id="q") is not None
        assert after_lever([of_work(*day, queue_id="another")], one, queue_id="q") is None
        for before, after in (("training", "queue"), ("queue", "meeting")):
            beside = of_work((before, 60), ("pause", 15), (after, 60))
            assert after_lever([beside], one, queue_id="q") is None
    taught = of_work(("queue", 60), ("pause", 15), ("queue", 10), ("training", 50))
    assert after_lever([taught], later, queue_id="q") is None, "a training stays at its hour"
    assert after_lever([taught], lever, queue_id="q") is not None


@pytest.mark.parametrize(
    ("minutes", "more", "becomes"),
    [
        # A pause after 120 at the screen would be the last of the shift: it comes first.
        ((120, 15, 105), 30, (120, 15, 105, 15, 15)),
        ((120, 15, 90), 30, (120, 15, 120)),
        ((120, 15, 110), 30, (120, 15, 110, 15, 15)),
        ((120, 15, 120), 60, (120, 15, 120, 15, 45)),
        ((120, 15, 60), 90, (120, 15, 120, 15, 15)),
        ((120, 15, 120), 150, (120, 15, 120, 15, 105, 15, 15)),
        ((120, 15, 115), 15, None),
    ],
)
def test_whoever_stays_longer_has_the_pause_that_becomes_due(
    minutes: tuple[int, ...], more: int, becomes: tuple[int, ...] | None
) -> None:
    own = kept(list(minutes))
    until = own.ends_at + timedelta(minutes=more)
    lever = Lever(kind="extra_hours", from_at=own.ends_at, until_at=until, people=1)
    after = after_lever([own], lever, queue_id="q")
    # What is added names the queue: the work beside it is another part.
    parts = [part for one in after or () for part in one.parts]
    assert (laid(parts) or None) == becomes


def laid(parts: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return how long work and breaks last, turn by turn."""
    runs = groupby(parts, lambda part: part["kind"] in BREAKS)
    return tuple(sum(part["minutes"] for part in run) for _, run in runs)


def kept(minutes: list[int]) -> Shift:
    parts = tuple(
        {"kind": "pause" if n % 2 else "queue", "minutes": length}
        for n, length in enumerate(minutes)
    )
    return Shift("anna", TODAY, at(7), at(7) + timedelta(minutes=sum(minutes)), "home", parts)


@settings(max_examples=150)
@given(
    st.sampled_from(["time_off", "extra_hours", "break_move"]),
    st.lists(st.integers(2, 8).map(lambda n: 15 * n), min_size=3, max_size=5).filter(
        lambda told: len(told) % 2 == 1
    ),
    st.integers(-6, 30),
    st.integers(1, 8),
    st.integers(0, 40),
)
def test_whatever_a_lever_makes_of_a_day_its_parts_fill_it_and_no_time_appears(
    kind: str, minutes: list[int], begins: int, length: int, to: int
) -> None:
    before = kept(minutes)
    since = at(7) + timedelta(minutes=15 * begins)
    until = since + timedelta(minutes=15 * length)
    to_at = at(7) + timedelta(minutes=15 * to) if kind == "break_move" else None
    lever = Lever(kind=kind, from_at=since, until_at=until, people=1, to_at=to_at)
    after = after_lever([before], lever, queue_id="q")
    if after is None:
        return
    for one in after:
        assert (
            sum(part["minutes"] for part in one.parts) * 60
            == (one.ends_at - one.starts_at).total_seconds()
        )
        assert one.parts[0]["kind"] not in BREAKS
        assert one.parts[-1]["kind"] not in BREAKS
        assert max(laid(list(one.parts))[::2]) <= max(*minutes[::2], 120)
    total = sum(((one.ends_at - one.starts_at) for one in after), timedelta())
    was = before.ends_at - before.starts_at
    if kind == "break_move":
        assert total == was
        rested = [sum(p["minutes"] for p in one.parts if p["kind"] in BREAKS)
                  for one in (before, *after)]  # fmt: skip
        assert rested[0] == rested[1]
    elif kind == "time_off":
        assert total <= was - (until - since)
    else:
        (one,) = after
        ends, begins_at = one.ends_at != before.ends_at, one.starts_at != before.starts_at
        assert ends != begins_at, "it grows at one end"
        assert one.ends_at == until if ends else one.starts_at == since
        assert was < total <= was + (until - since)
