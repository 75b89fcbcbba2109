"""Identifiers: UUID version 7, so that rows made together lie together in an index."""

import os
import time
from uuid import UUID

_RANDOM_BITS = 74
_VERSION = 0x7
_VARIANT = 0b10


def new_id() -> str:
    """Return a fresh UUIDv7 as text (RFC 9562 §5.7: 48 bits of milliseconds, 74 random bits)."""
    return make_id(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big"))


def make_id(milliseconds: int, entropy: int) -> str:
    """Build the UUIDv7 of a moment in milliseconds since 1970 and up to 74 bits of entropy."""
    entropy &= (1 << _RANDOM_BITS) - 1
    high, low = entropy >> 62, entropy & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= _VERSION << 76 | high << 64 | _VARIANT << 62 | low
    return str(UUID(int=value))


def is_id(text: str) -> bool:
    """Tell whether a text is a UUID in canonical form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
