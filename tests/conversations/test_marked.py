"""Marks in a written answer become HTML, and nothing else does."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.channels.email.html_clean import clean
from ascolto.conversations import as_html

CASES = json.loads((Path(__file__).parents[1] / "support" / "marks.json").read_text())
SIGNS = st.sampled_from(
    ["**", "_", "[", "](", ")", "> ", "- ", "1. ", "7. ", "\n", "<b>", "https://a.it/"]
)
TEXTS = st.lists(st.one_of(SIGNS, st.text(max_size=8)), max_size=40).map("".join)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_marks_are_shown_as_the_desk_shows_them(text: str, expected: str | None) -> None:
    assert as_html(text) == expected


@given(TEXTS)
def test_whatever_is_written_gives_only_tags_of_marks_and_the_cleaner_has_nothing_to_take_away(
    text: str,
) -> None:
    made = as_html(text)
    if made is None:
        return
    tags = set(re.findall(r"<[^>]*>", re.sub(r' (?:href="[^"<>]*"|start="\d+")', "", made)))
    names = {"p", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br"}
    assert tags <= {f"<{name}>" for name in names} | {f"</{name}>" for name in names}
    kept = r'<\w+(?: start="\d+")?'
    assert re.findall(kept, clean(made).html) == re.findall(kept, made)


def test_quotes_within_quotes_end_somewhere() -> None:
    made = as_html(">" * 20_000)
    assert made is None or made.count("<blockquote>") < 10


@given(st.text(alphabet="abc \n,.", max_size=60))
def test_words_without_marks_stay_a_text(text: str) -> None:
    assert as_html(text) is None
