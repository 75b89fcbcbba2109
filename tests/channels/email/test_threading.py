"""Which mails belong together, and who is taken for whom."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.channels.email.reply_tokens import read_tag, read_token, reply_address, subject_tag
from ascolto.channels.email.threads import Arrival, Threads, bare_subject

ADA, EVE, US = "ada@example.org", "eve@example.net", "aiuto@aurelia.example"
KEY, OLD_KEY = b"k" * 32, b"o" * 32


def test_a_reply_token_names_its_conversation_in_any_case_and_with_an_older_key() -> None:
    address = reply_address(US, "42", key=OLD_KEY)
    assert read_token([ADA, address.upper()], keys=[KEY, OLD_KEY]) == "42"
    assert read_token([address.replace("+c42", "+c43")], keys=[KEY, OLD_KEY]) is None
    assert read_token([address], keys=[KEY]) is None
    assert len(address.partition("@")[0]) <= 64


def test_a_tag_in_the_subject_is_found() -> None:
    assert read_tag(f"R: {subject_tag('42')} Bolletta") == "42"
    assert read_tag("Bolletta #42") is None


def test_the_same_subject_alone_joins_nothing() -> None:
    threads = Threads()
    for key in ("a", "b"):
        threads.add(Arrival(key=key, message_id=key, sender=ADA, subject="Bolletta"))
    assert threads.threads() == [["a"], ["b"]]


def test_a_late_parent_heals_what_was_apart() -> None:
    threads = Threads()
    threads.add(Arrival(key="1", message_id="1", references=("p1",), sender=ADA))
    threads.add(Arrival(key="2", message_id="2", references=("p2",), sender=ADA))
    assert threads.threads() == [["1"], ["2"]]
    threads.add(Arrival(key="3", message_id="p2", references=("p1",), sender=ADA))
    assert threads.threads() == [["1", "2", "3"]]


def opened() -> Threads:
    threads = Threads()
    threads.add(Arrival(key="q", message_id="q@a", sender=ADA, subject="Bolletta", token="42"))
    threads.add(
        Arrival(key="r", message_id="r@us", sender=US, recipients=(ADA,), conversation="42")
    )
    return threads


@pytest.mark.parametrize(
    "how", [{"token": "42"}, {"references": ("q@a",)}, {"references": ("r@us",)}, {"tag": "42"}]
)
def test_a_new_sender_is_put_into_the_thread_but_gains_no_identity(how: dict[str, str]) -> None:
    threads = opened()
    placed = threads.add(Arrival(key="x", message_id="x@e", sender=EVE, **how))  # type: ignore[arg-type]  # one field of several types
    assert (placed.thread, placed.new_sender, placed.is_customer) == ("42", True, False)
    again = threads.add(Arrival(key="y", message_id="y@e", sender=EVE, token="42"))
    assert again.new_sender, "writing once makes nobody known"
    ours = threads.add(Arrival(key="z", message_id="z@a", sender=ADA.upper(), token="42"))
    assert (ours.new_sender, ours.is_customer) == (False, True)


def test_the_token_counts_before_the_references() -> None:
    threads = opened()
    threads.add(Arrival(key="o", message_id="o@a", sender=ADA, token="7"))
    placed = threads.add(
        Arrival(key="x", message_id="x@a", sender=ADA, token="7", references=("q@a",), tag="42")
    )
    assert (placed.thread, placed.by) == ("7", "token")


def test_references_count_before_the_tag() -> None:
    threads = opened()
    placed = threads.add(
        Arrival(key="x", message_id="x@a", sender=ADA, references=("q@a",), tag="7")
    )
    assert (placed.thread, placed.by) == ("42", "references")


def test_whoever_names_two_conversations_does_not_make_them_one() -> None:
    threads = opened()
    threads.add(Arrival(key="o", message_id="o@a", sender=ADA, token="7"))
    placed = threads.add(Arrival(key="x", message_id="x@e", sender=EVE, references=("o@a", "q@a")))
    assert placed.thread == "42", "the nearest mail decides"
    assert len(threads.threads()) == 2


def test_the_same_id_with_other_bytes_is_a_copy_or_a_stolen_id() -> None:
    threads = Threads()
    threads.add(Arrival(key="1", message_id="i", sender=ADA, subject="Bolletta", digest=b"1"))
    copy = threads.add(
        Arrival(key="2", message_id="i", sender=ADA, subject="[lista] Bolletta", digest=b"2")
    )
    stolen = threads.add(
        Arrival(key="3", message_id="i", sender=EVE, subject="Offerta", digest=b"3")
    )
    assert (copy.is_copy, copy.id_reused) == (True, False)
    assert (stolen.is_copy, stolen.id_reused) == (False, True)
    assert threads.threads() == [["1", "2"], ["3"]]


def test_a_bare_subject_has_no_prefixes() -> None:
    assert bare_subject("R: Re[2]: [lista] RIF: I: Bolletta  di marzo") == "bolletta di marzo"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 14), st.lists(st.integers(0, 20), max_size=3)), max_size=15),
    st.integers(),
)
def test_any_order_gives_the_same_threads(mails: list[tuple[int, list[int]]], seed: int) -> None:
    arrivals = [
        Arrival(
            key=f"k{number}",
            message_id=f"m{name}",
            references=tuple(f"m{one}" for one in references),
            sender=ADA,
            digest=bytes([number]),
        )
        for number, (name, references) in enumerate(mails)
    ]
    shuffled = random.Random(seed).sample(arrivals, len(arrivals))
    found = []
    for order in (arrivals, shuffled):
        threads = Threads()
        for one in order:
            threads.add(one)
        found.append(threads.threads())
    assert found[0] == found[1]
