"""Of a queue it is told what its people do only where that tells of no few of them."""

from hypothesis import given
from hypothesis import strategies as st

from ascolto.routing.floor import queue_body, told_of

crew_masks = st.integers(0, 2**9 - 1)


def test_a_crew_of_four_is_not_told_of_and_one_of_five_is() -> None:
    everyone = 0b1111111111
    crews = {"four": (0b1111, 5), "five": (0b11111, 5), "six, seven asked": (0b111111, 7)}
    assert told_of(crews, wholes=[everyone]) == {"five"}


def test_all_but_a_few_of_those_told_of_are_not_told_of() -> None:
    everyone = 0b111111
    assert told_of({"all": (everyone, 5), "but one": (0b11111, 5)}, wholes=[everyone]) == {"all"}


@given(st.lists(crew_masks, max_size=6), crew_masks)
def test_no_difference_of_what_is_told_is_of_fewer_than_five(crews: list[int], whole: int) -> None:
    named = {str(number): (crew, 5) for number, crew in enumerate(crews)}
    told = [named[name][0] for name in told_of(named, wholes=[whole])]
    assert all(crew.bit_count() >= 5 for crew in told)
    more = [*told, whole] if whole.bit_count() >= 5 else told
    for crew in told:
        within = [(other & ~crew).bit_count() for other in more if not crew & ~other]
        assert all(few == 0 or few >= 5 for few in within)


def test_what_is_not_told_is_not_on_the_wire() -> None:
    row = {"queue_id": "q", "waiting": 1, "oldest_at": None, "offered": 0, "active": 1}
    row |= {"wait_s": None, "wait_low_s": None, "wait_high_s": None}
    shown = queue_body({**row, "wrapup": 1, "available": 2, "told": False})
    assert (shown["wrapup"], shown["available"], shown["active"]) == (None, None, 1)
