"""What customers are told by itself is plain enough for everybody."""

import re

import pytest

from ascolto.kit.words import words_of

LETTER = r"[^\W_]"
# Not a sentence for customers: the operator's own note, names of days, one-word labels.
INNER = {"chat.callback_note", "chat.callback_subject", "chat.days"}


def gulpease(text: str) -> float:
    """Return 89 − letters a word × 10 + sentences a word × 300 (Lucisano and Piemontese 1988)."""
    words = re.findall(rf"{LETTER}+", text)
    letters = sum(map(len, words))
    sentences = max(1, len(re.findall(r"[.?!…](?:\s|$)", text)))
    return 89 + (300 * sentences - 10 * letters) / len(words)


SENTENCES = {
    name: text
    for name, text in words_of("it").items()
    if name.startswith("page.")
    or (name.startswith(("chat.", "notice.")) and name not in INNER and text.strip()[-1] in ".?!")
}


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
