"""Identifiers: UUID version 7, so that rows made together lie together in an index."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random

_RANDOM_BITS = 74
_VERSION = 0x7
_VARIANT = 0b10
# The first id of a millisecond leaves the highest bit clear, so that the steps have room.
_FRESH_MASK = (1 << _RANDOM_BITS - 1) - 1
_STEP_MASK = (1 << 40) - 1
_CANONICAL = re.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Sequence:
    """UUIDv7s that rise in the order they were made, also within a millisecond.

    RFC 9562 §5.7 (48 bits of milliseconds, 74 of entropy) and §6.2, method 2: inside one
    millisecond, or when the clock steps back, the entropy of the last id grows by a random step.
    """

    def __init__(self) -> None:
        """Begin with nothing made."""
        self._lock = threading.Lock()
        self._last = 0

    def next(self, milliseconds: int, noise: bytes) -> str:
        """Return the id of a moment in milliseconds since 1970, after every earlier one."""
        step = int.from_bytes(noise, "big")
        fresh = milliseconds << _RANDOM_BITS | step & _FRESH_MASK
        with self._lock:
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1 + (step & _STEP_MASK)
            self._last = fresh
        return _text_of(fresh >> _RANDOM_BITS, fresh)


@dataclass(frozen=True, slots=True)
class Source:
    """Where ids come from: a clock, a source of chance, and the order they are made in."""

    milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    noise: Callable[[], bytes] = lambda: os.urandom(10)
    sequence: Sequence = field(default_factory=Sequence)

    @classmethod
    def seeded(cls, seed: int, *, milliseconds: int = 1_772_500_000_000) -> "Source":
        """Return a source that gives the same ids each time, all of one moment."""
        chance = Random(seed)  # noqa: S311 - made to be foretold, for tests and simulations
        return cls(milliseconds=lambda: milliseconds, noise=lambda: chance.randbytes(10))

    def next(self) -> str:
        """Return the next id."""
        return self.sequence.next(self.milliseconds(), self.noise())


_SYSTEM = Source()
_source: ContextVar[Source] = ContextVar("source of ids", default=_SYSTEM)


def new_id() -> str:
    """Return a fresh UUIDv7 as text; those of one source rise in the order they are made."""
    return _source.get().next()


@contextmanager
def ids_from(source: Source) -> Iterator[None]:
    """Let the ids made in here, and in tasks begun in here, come from a source."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def _text_of(milliseconds: int, entropy: int) -> str:
    """Write the UUIDv7 of a moment in milliseconds since 1970 and up to 74 bits of entropy."""
    entropy &= (1 << _RANDOM_BITS) - 1
    high, low = entropy >> 62, entropy & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= _VERSION << 76 | high << 64 | _VARIANT << 62 | low
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: str) -> bool:
    """Tell whether a text is a UUID in canonical form."""
    return _CANONICAL.fullmatch(text) is not None
