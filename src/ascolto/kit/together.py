"""Several writes as one statement: one way to the database and back instead of many."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_PLACE = re.compile(r"\$(\d+)")
_TEXTS = 500  # the ways in which writes come together are few


def one_statement(writes: Sequence[tuple[str, Sequence[Any]]]) -> tuple[str, list[Any]]:
    """Return one statement that makes all writes, and its arguments.

    None of the writes sees another's rows; foreign keys between these are checked when all stand.
    """
    args = [value for _, values in writes for value in values]
    return _text(tuple((sql, len(values)) for sql, values in writes)), args


@lru_cache(maxsize=_TEXTS)
def _text(writes: tuple[tuple[str, int], ...]) -> str:
    parts: list[str] = []
    before = 0
    for sql, arguments in writes:
        parts.append(_moved(sql, by=before))
        before += arguments
    *first, last = parts
    if not first:
        return last
    named = ", ".join(f"put{number} AS ({part})" for number, part in enumerate(first))
    return f"WITH {named} {last}"


def _moved(sql: str, *, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", sql)
