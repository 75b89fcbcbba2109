"""Time an operator really gave: concurrent work shares each moment equally, so sums stay true."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from ascolto.insight.model import Episode, PresenceSpan

Interval = tuple[float, float]


def shares(intervals: Sequence[Interval]) -> list[float]:
    """Return each interval's seconds, every moment divided among the intervals open in it."""
    edges = sorted({edge for interval in intervals for edge in interval})
    got = [0.0] * len(intervals)
    starts: dict[float, list[int]] = defaultdict(list)
    ends: dict[float, list[int]] = defaultdict(list)
    for index, (start, end) in enumerate(intervals):
        if end > start:
            starts[start].append(index)
            ends[end].append(index)
    active: set[int] = set()
    for left, right in pairwise(edges):
        active.difference_update(ends[left])
        active.update(starts[left])
        for index in active:
            got[index] += (right - left) / len(active)
    return got


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time as disjoint intervals in order."""
    merged: list[Interval] = []
    for start, end in sorted(i for i in intervals if i[1] > i[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def length(intervals: Iterable[Interval]) -> float:
    """Return the total seconds of disjoint intervals."""
    return sum(end - start for start, end in intervals)


def minus(intervals: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """Return what is left of disjoint `intervals` outside disjoint `taken`."""
    left: list[Interval] = []
    for start, end in intervals:
        at = start
        for busy_start, busy_end in taken:
            if busy_end <= at or busy_start >= end:
                continue
            if busy_start > at:
                left.append((at, busy_start))
            at = max(at, busy_end)
        if at < end:
            left.append((at, end))
    return left


def engaged_seconds(episodes: Iterable[Episode], *, until: datetime) -> dict[str, float]:
    """Return engaged seconds per work item over all its operators; open stints count to `until`."""
    by_operator: dict[str, list[tuple[str, Interval]]] = defaultdict(list)
    for episode in episodes:
        for stint in episode.stints:
            span = (stint.answered_at.timestamp(), (stint.over_at or until).timestamp())
            by_operator[stint.operator_id].append((episode.work_item_id, span))
    engaged: dict[str, float] = defaultdict(float)
    for work in by_operator.values():
        for (work_item_id, _), seconds in zip(work, shares([s for _, s in work]), strict=True):
            engaged[work_item_id] += seconds
    return dict(engaged)


def handling_and_ready(
    episodes: Iterable[Episode],
    spans: Iterable[PresenceSpan],
    *,
    since: datetime,
    until: datetime,
) -> dict[str, tuple[float, float]]:
    """Return per operator the seconds with work in hand, and those available with none."""
    low, high = since.timestamp(), until.timestamp()
    held: dict[str, list[Interval]] = defaultdict(list)
    free: dict[str, list[Interval]] = defaultdict(list)
    for episode in episodes:
        for stint in episode.stints:
            end = (stint.over_at or until).timestamp()
            held[stint.operator_id].append(
                (max(stint.answered_at.timestamp(), low), min(end, high))
            )
    for span in spans:
        if span.state == "available":
            start, end = span.since.timestamp(), span.until.timestamp()
            free[span.operator_id].append((max(start, low), min(end, high)))
    result: dict[str, tuple[float, float]] = {}
    for operator_id in sorted(held.keys() | free.keys()):
        handling = union(held[operator_id])
        ready = minus(union(free[operator_id]), handling)
        result[operator_id] = (length(handling), length(ready))
    return result
