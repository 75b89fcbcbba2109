"""Dated settings: a declared key, a default, and values that hold from a moment on.

A room declares its settings as constants; whoever reads one names the moment, so that a figure
of last month is computed with the threshold of last month.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class BadValue(ValueError):
    """A value that the setting cannot take."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One declared setting: `parse` turns JSON into the value or raises BadValue."""

    key: str
    default: T
    parse: Callable[[Any], T]
    meaning: str


_DECLARED: dict[str, Setting[Any]] = {}


def declare(key: str, *, default: T, parse: Callable[[Any], T], meaning: str) -> Setting[T]:
    """Declare a setting named `room.what`; each key is declared once."""
    if key in _DECLARED:
        raise ValueError(f"declared twice: {key}")
    setting = Setting(key=key, default=default, parse=parse, meaning=meaning)
    _DECLARED[key] = setting
    return setting


def declared(key: str) -> Setting[Any] | None:
    """Return the setting of a key, or None when no room has declared it."""
    return _DECLARED.get(key)


def all_declared() -> list[Setting[Any]]:
    """Return every declared setting, by key."""
    return [_DECLARED[key] for key in sorted(_DECLARED)]


def whole_number(*, least: int, most: int) -> Callable[[Any], int]:
    """Return a parser of whole numbers within bounds."""

    def parse(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadValue(f"a whole number from {least} to {most}")
        return value

    return parse


def one_of(*choices: str) -> Callable[[Any], str]:
    """Return a parser of a text out of a few."""

    def parse(value: Any) -> str:
        if value not in choices:
            raise BadValue("one of " + ", ".join(choices))
        return str(value)

    return parse


def yes_or_no(value: Any) -> bool:
    """Parse a true or a false."""
    if not isinstance(value, bool):
        raise BadValue("true or false")
    return value
