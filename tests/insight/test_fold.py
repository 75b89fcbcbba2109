"""Chunks, order and doubles of the log change nothing in what is folded from it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ascolto.insight.engaged import length, minus, shares, union
from ascolto.insight.fold import Ledger
from ascolto.kit.outbox import StoredEvent
from insight.worked_day import CLIENT, TENANT, events

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
KINDS = [
    "routing.human_requested",
    "routing.answered",
    "routing.wrap_started",
    "routing.wrap_ended",
    "routing.abandoned",
    "routing.cancelled",
    "routing.transferred",
    "routing.requeued",
    "routing.overflowed",
    "conversations.message_in",
    "conversations.message_out",
    "conversations.closed",
    "conversations.reopened",
    "routing.presence_changed",
]


@st.composite
def any_log(draw: st.DrawFn) -> list[StoredEvent]:
    """A log that need not make sense: the fold must take whatever a crash or a bug left."""
    steps = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2)), max_size=40))
    return [
        StoredEvent(
            TENANT,
            number,
            number,
            START + timedelta(seconds=7 * number),
            kind,
            1,
            CLIENT,
            "{}",
            json.dumps(
                {
                    "work_item_id": f"w{which}",
                    "conversation_id": f"c{which}",
                    "operator_id": f"o{number % 2}",
                    "queue_id": f"q{number % 3}",
                    "state": "available",
                    "channel": "webchat",
                }
            ),
        )
        for number, (kind, which) in enumerate(steps)
    ]


def read(ledger: Ledger) -> tuple[object, ...]:
    until = START + timedelta(days=1)
    return ledger.episodes(), ledger.conversations(), ledger.spans(until=until)


@given(any_log(), st.lists(st.integers(0, 40), max_size=4))
def test_folding_in_chunks_is_folding_at_once(log: list[StoredEvent], cuts: list[int]) -> None:
    at_once = Ledger().add(log)
    in_chunks = Ledger()
    edges = [0, *sorted(cuts), len(log)]
    for low, high in pairwise(edges):
        in_chunks.add(log[low:high])
    assert read(in_chunks) == read(at_once)


@given(any_log(), st.randoms(use_true_random=False))
def test_order_and_double_delivery_change_nothing(log: list[StoredEvent], random: Random) -> None:
    shuffled = [*log, *log[: len(log) // 2]]
    random.shuffle(shuffled)
    assert read(Ledger().add(shuffled)) == read(Ledger().add(log))


def test_the_worked_morning_read_backwards_is_the_same_morning() -> None:
    assert read(Ledger().add(reversed(events()))) == read(Ledger().add(events()))


@given(any_log())
def test_a_request_is_answered_or_abandoned_or_neither_but_never_both(
    log: list[StoredEvent],
) -> None:
    for episode in Ledger().add(log).episodes():
        assert not (episode.answered_at and episode.abandoned_at)
        for stint in episode.stints:
            assert stint.over_at is None or stint.over_at >= stint.answered_at
        for earlier, later in pairwise(episode.stints):
            assert earlier.over_at is not None
            assert earlier.over_at <= later.answered_at


spans = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(
        lambda pair: (float(min(pair)), float(max(pair)))
    ),
    max_size=12,
)


@given(spans)
def test_shared_time_adds_up_to_the_time_that_passed(
    intervals: list[tuple[float, float]],
) -> None:
    shared = shares(intervals)
    assert abs(sum(shared) - length(union(intervals))) < 1e-6
    for seconds, (start, end) in zip(shared, intervals, strict=True):
        assert seconds <= end - start + 1e-9


@given(spans, spans)
def test_what_is_taken_and_what_is_left_make_the_whole(
    whole: list[tuple[float, float]], taken: list[tuple[float, float]]
) -> None:
    one, other = union(whole), union(taken)
    left = minus(one, other)
    both = length(one) + length(other) - length(union([*one, *other]))
    assert abs(length(left) - (length(one) - both)) < 1e-6
