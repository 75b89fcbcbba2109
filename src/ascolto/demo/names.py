"""Invented people: common Italian first and family names, paired by chance."""

import tomllib
from collections.abc import Iterator
from importlib import resources
from random import Random


def invented_names(seed: int) -> Iterator[tuple[str, str]]:
    """Yield pairs of a first and a family name, none twice, the same for the same seed."""
    path = resources.files("ascolto.demo") / "organisations" / "names.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    random = Random(seed)
    seen: set[tuple[str, str]] = set()
    while True:
        pair = (random.choice(known["first"]), random.choice(known["family"]))
        if pair not in seen:
            seen.add(pair)
            yield pair


def address(first: str, family: str, domain: str) -> str:
    """Return the mail address of an invented person at a domain that can never exist."""
    return f"{first}.{family}@{domain}".lower()
