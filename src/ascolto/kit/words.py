"""The words the server says itself: one PO catalogue for each language, in `ascolto/words`.

The languages are the catalogues that lie there (docs/how-to/add-a-language.md).
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

_DEFAULT = "it"
_STAND_IN = "en"
_NAME = re.compile(r"[a-z]{2}\.po")
_PLACE = re.compile(r"\{(\w+)\}")
# Languages written from right to left (CLDR).
_LEFTWARDS = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def read_po(source: str) -> dict[str, str]:
    """Return the messages of a PO catalogue by id, without empty and fuzzy ones."""
    messages: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", source):
        entry, field = {"msgid": "", "msgstr": ""}, ""
        lines = [line.strip() for line in block.splitlines()]
        for line in lines:
            if not line or line.startswith("#"):
                continue
            word, _, rest = line.partition(" ")
            field, quoted = (word, rest) if word in entry else (field, line)
            if not field or not quoted.startswith('"'):
                raise ValueError(f"not a line of a PO catalogue: {line}")
            entry[field] += json.loads(quoted)
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if entry["msgid"] and entry["msgstr"] and not fuzzy:
            messages[entry["msgid"]] = entry["msgstr"]
    return messages


def _catalogues() -> dict[str, Traversable]:
    found = files("ascolto").joinpath("words").iterdir()
    return {one.name[:2]: one for one in found if _NAME.fullmatch(one.name)}


# Italian first: it is the language of whoever asks for none.
LANGUAGES = tuple(sorted(_catalogues(), key=lambda language: (language != _DEFAULT, language)))


@lru_cache(maxsize=64)
def words_of(language: str) -> Mapping[str, str]:
    """Return a language's own messages by id; none for a language without a catalogue."""
    catalogue = _catalogues().get(language)
    return read_po(catalogue.read_text("utf-8")) if catalogue else {}


def find(name: str, /, *, language: str) -> str | None:
    """Return a message in a language, else in English, if there is one; `fr-CA` is `fr`."""
    own = words_of(language.lower().replace("_", "-").partition("-")[0])
    return own.get(name) or words_of(_STAND_IN).get(name)


def say(name: str, /, *, language: str, **values: str) -> str:
    """Return a message with its places filled; fails with KeyError where English lacks it."""
    text = find(name, language=language)
    if text is None:
        raise KeyError(name)
    return filled(text, values)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Fill the places of a text; unknown ones stay as they are."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def nearest(wanted: str) -> str:
    """Return the language of ours for a wish: its own, English for another, Italian for none."""
    short = wanted.strip().lower().replace("_", "-").partition("-")[0]
    return short if short in LANGUAGES else _STAND_IN if short else _DEFAULT


def direction(language: str) -> str | None:
    """Return `rtl` for a language written from right to left, as pages are to say."""
    return "rtl" if language in _LEFTWARDS else None


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"not one of {', '.join(LANGUAGES)}")
    return language


# A language that the server speaks. The contract tells its form alone: no catalogue changes it.
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$"), AfterValidator(_spoken)]
