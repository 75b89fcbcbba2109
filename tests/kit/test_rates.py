"""Token buckets: never more than the burst and the rate allow, and never stuck."""

from hypothesis import given
from hypothesis import strategies as st

from ascolto.kit.rates import KEYS_KEPT, Buckets, Rate

RATE = Rate(burst=5, per_second=2)


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@given(st.lists(st.floats(0, 3), min_size=1, max_size=100))
def test_no_more_is_given_than_the_burst_and_what_time_refills(pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(now=clock)
    given = 0
    for pause in pauses:
        clock.at += pause
        given += buckets.spend("one", RATE) == 0
    assert given <= RATE.burst + RATE.per_second * clock.at + 1e-6


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_whoever_waits_as_told_gets_the_next_one(pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(now=clock)
    for pause in pauses:
        clock.at += pause
        wait = buckets.spend("one", RATE)
        if wait:
            clock.at += wait + 1e-9
            assert buckets.spend("one", RATE) == 0


def test_the_memory_has_a_bound_and_the_busy_ones_stay() -> None:
    clock = Clock()
    buckets = Buckets(now=clock)
    for _ in range(5):
        buckets.spend("busy", RATE)
    for number in range(KEYS_KEPT + 100):
        buckets.spend(number, RATE)
        if number % 1000 == 0:
            buckets.spend("busy", RATE)
    assert buckets.knows("busy")
    assert not buckets.knows(1)
    assert buckets.spend("busy", RATE) > 0
