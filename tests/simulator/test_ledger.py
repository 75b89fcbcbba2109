"""The simulator's books find every way in which a message can go wrong."""

from hypothesis import given
from hypothesis import strategies as st

from ascolto.simulator.ledger import Books, Stored, audit


def two_authors() -> Books:
    books = Books()
    for number in range(4):
        author = "customer" if number % 2 == 0 else "operator"
        entry = books.write("c", author=author, nonce=f"n{number}", text=f"text {number}")
        entry.accepted = True
    return books


def as_stored(books: Books) -> list[Stored]:
    return [
        Stored(seq=number, nonce=entry.nonce, text=entry.text)
        for number, entry in enumerate(books.entries, start=1)
    ]


def test_a_faithful_store_is_clean() -> None:
    books = two_authors()
    found = audit(books.of("c"), as_stored(books))
    assert found.clean
    assert (found.accepted, found.stored) == (4, 4)


def test_a_lost_message_is_missed() -> None:
    books = two_authors()
    assert audit(books.of("c"), as_stored(books)[:-1]).missing == 1


def test_a_message_stored_twice_is_doubled() -> None:
    books = two_authors()
    again = Stored(seq=9, nonce="n1", text="text 1")
    assert audit(books.of("c"), [*as_stored(books), again]).doubled == 1


def test_a_changed_text_is_altered() -> None:
    books = two_authors()
    rows = as_stored(books)
    rows[2] = Stored(seq=3, nonce="n2", text="text 2 text 2")
    assert audit(books.of("c"), rows).altered == 1


def test_an_authors_later_message_before_his_earlier_one_is_out_of_order() -> None:
    books = two_authors()
    rows = [Stored(seq=5 - row.seq, nonce=row.nonce, text=row.text) for row in as_stored(books)]
    assert audit(books.of("c"), rows).out_of_order == 2


def test_two_messages_under_one_number_are_out_of_order() -> None:
    books = two_authors()
    rows = as_stored(books)
    rows[1] = Stored(seq=1, nonce="n1", text="text 1")
    assert audit(books.of("c"), rows).out_of_order == 1


def test_a_message_that_was_refused_need_not_be_there() -> None:
    books = two_authors()
    books.write("c", author="customer", nonce="refused", text="too long")
    assert audit(books.of("c"), as_stored(books)).clean


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_what_is_missing_and_what_is_stored_make_the_accepted(
    order: list[int], lost: set[int]
) -> None:
    books = Books()
    for number in range(6):
        books.write("c", author="one", nonce=str(number), text="x").accepted = True
    rows = [Stored(seq=s, nonce=str(n), text="x") for s, n in enumerate(order) if n not in lost]
    found = audit(books.of("c"), rows)
    assert found.missing + found.stored == found.accepted == 6
    assert found.missing == len(lost)
