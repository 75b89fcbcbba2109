"""What the chat says by itself: the same in every language, and plain enough for everybody."""

import re
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from ascolto.channels.forms.words import page_texts
from ascolto.channels.webchat.texts import house_texts

LETTER = r"[^\W_]"
# Not a sentence for customers: the operator's own note, names of days, one-word labels.
INNER = {"callback_note", "callback_subject", "days"}


def gulpease(text: str) -> float:
    """Return 89 − letters a word × 10 + sentences a word × 300 (Lucisano and Piemontese 1988)."""
    words = re.findall(rf"{LETTER}+", text)
    letters = sum(map(len, words))
    sentences = max(1, len(re.findall(r"[.?!…](?:\s|$)", text)))
    return 89 + (300 * sentences - 10 * letters) / len(words)


def notices() -> dict[str, dict[str, str]]:
    raw = files("ascolto.conversations").joinpath("notices.toml").read_text("utf-8")
    return tomllib.loads(raw)


BOTH: dict[str, dict[str, Any]] = {
    language: {
        **house_texts()[language],
        **notices()[language],
        **{f"page.{name}": text for name, text in page_texts()[language].items()},
    }
    for language in ("it", "en")
}
SENTENCES = {
    name: text
    for name, text in BOTH["it"].items()
    if name not in INNER and (name.startswith("page.") or re.search(r"[.?!]$", text.strip()))
}


def test_both_languages_say_the_same_things_with_the_same_places_in_them() -> None:
    assert BOTH["it"].keys() == BOTH["en"].keys()
    for name, text in BOTH["it"].items():
        places = [set(re.findall(r"\{\w+\}", one)) for one in (text, BOTH["en"][name])]
        assert places[0] == places[1], name


def test_the_measure_is_that_of_its_authors() -> None:
    plain = "Ci scriva qui. Le risponde una persona."
    bureaucratic = (
        "In riferimento alla comunicazione precedentemente pervenuta si rappresenta che la "
        "documentazione richiesta risulta attualmente indisponibile."
    )
    assert gulpease(plain) > 90
    assert gulpease(bureaucratic) < 40


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_each_text_is_readable_with_a_middle_school_diploma(name: str) -> None:
    text = SENTENCES[name]
    assert gulpease(text) >= 60, round(gulpease(text))
    for sentence in re.split(r"(?<=[.?!:])\s", text):
        assert len(sentence.split()) <= 20, sentence
