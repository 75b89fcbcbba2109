"""Identifiers rise in the order they are made, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ascolto.kit.ids import Sequence, Source, ids_from, is_id, new_id

MOMENTS = st.integers(0, (1 << 48) - 1)
NOISE = st.binary(min_size=10, max_size=10)


@given(st.lists(st.tuples(MOMENTS, NOISE), max_size=50))
def test_ids_rise_even_within_a_millisecond_and_when_the_clock_steps_back(
    draws: list[tuple[int, bytes]],
) -> None:
    sequence = Sequence()
    made = [sequence.next(moment, noise) for moment, noise in draws]
    assert made == sorted(set(made))


@given(MOMENTS, NOISE)
def test_an_id_is_a_uuid_of_version_7_that_tells_its_millisecond(moment: int, noise: bytes) -> None:
    made = UUID(Sequence().next(moment, noise))
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == moment


def test_ids_made_by_many_threads_are_all_different() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(), range(5000)))
    assert len(set(made)) == len(made)
    assert all(is_id(one) for one in made)


def test_a_seeded_source_gives_the_same_ids_each_time_and_only_where_it_was_asked_for() -> None:
    made = []
    for _ in range(2):
        with ids_from(Source.seeded(7)):
            made.append([new_id() for _ in range(5)])
    assert made[0] == made[1]
    assert made[0] == sorted(set(made[0]))
    with ids_from(Source.seeded(8)):
        assert new_id() not in made[0]
    assert new_id() not in made[0]
