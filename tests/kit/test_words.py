"""Catalogues of words: how they are read, and what stands in for what they lack."""

import re

import pytest

from ascolto.kit import words
from ascolto.kit.words import LANGUAGES, read_po, words_of


def test_a_catalogue_gives_its_messages_over_lines_and_with_escapes() -> None:
    source = (
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\n'
        '# To whoever waits.\nmsgid "a"\nmsgstr ""\n"Une ligne,\\n"\n"« deux » et \\"trois\\"."\n'
        "\n\n"
        'msgid "b"\nmsgstr "é"\n'
    )
    assert read_po(source) == {"a": 'Une ligne,\n« deux » et "trois".', "b": "é"}


def test_what_is_empty_or_not_sure_is_not_there() -> None:
    assert read_po('msgid "a"\nmsgstr ""\n\n#, fuzzy\nmsgid "b"\nmsgstr "peut-être"\n') == {}


def test_what_is_no_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="not a line"):
        read_po("title = 'Chat'")


def test_italian_and_english_lack_nothing_and_have_the_same_places() -> None:
    italian, english = words_of("it"), words_of("en")
    assert italian.keys() == english.keys()
    assert len(italian) > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_no_other_places_and_messages_than_the_english(language: str) -> None:
    english = words_of("en")
    for name, text in words_of(language).items():
        places = [set(re.findall(r"\{\w+\}", one)) for one in (text, english[name])]
        assert places[0] == places[1], name


def test_a_language_without_a_catalogue_is_spoken_to_in_english() -> None:
    assert words.say("page.send", language="xx") == words_of("en")["page.send"]
    assert words.say("page.send", language="it-CH") == words_of("it")["page.send"]
    assert [words.nearest(one) for one in ("", "EN_us", "it-CH", "xx")] == ["it", "en", "it", "en"]


def test_only_a_language_written_from_right_to_left_says_so() -> None:
    assert [words.direction(one) for one in ("it", "ar")] == [None, "rtl"]


def test_a_value_that_looks_like_a_place_is_left_as_it_was_said() -> None:
    assert words.filled("{name}: {text}", {"name": "{text}", "text": "x"}) == "{text}: x"
    assert words.filled("{other}", {"name": "x"}) == "{other}"
