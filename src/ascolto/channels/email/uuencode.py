"""Files written into a text between "begin" and "end" (uuencode, POSIX), and the words around."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ascolto.channels.email.source import Source

# A file longer than this is none that anybody may send us, and stays in the words.
LARGEST = 10_000_000
# So many blanks at the end of a line may have been lost on the way.
_LOST = 4
_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,500})\r?$", re.MULTILINE)
_LINE = re.compile(rb"\n([ -`]{0,100})\r?$", re.MULTILINE)
_END = re.compile(rb"\nend[ \t]*\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Block:
    """A file in a text: from where to where it stands there, its name, its bytes."""

    start: int
    end: int
    name: bytes
    content: bytes


def blocks(source: Source, start: int, end: int) -> Iterator[Block]:
    """Yield the files that are whole; what only looks like one stays words."""
    at = start
    while (begin := _BEGIN.search(source, at, end)) is not None:
        content, at = decoded(source, begin.end(), end, most=LARGEST)
        ends = _END.match(source, at, end)
        if content and ends is not None:
            at = ends.end()
            yield Block(begin.start(), at, begin[1].strip(), content)


def decoded(source: Source, at: int, end: int, *, most: int) -> tuple[bytes, int]:
    """Return what lines of data say, at most so many bytes, and where they stop.

    They stop at the first that says nothing, or before one that is none.
    """
    out = bytearray()
    while (line := _LINE.match(source, at, end)) is not None:
        data = line[1] or b" "
        count = (data[0] - 32) & 63
        letters = (count * 4 + 2) // 3  # what pads them may be anything, and some add a check
        short = len(data) - 1 < letters - _LOST
        if short or len(data.rstrip(b" ")) > (count + 2) // 3 * 4 + 2 or len(out) + count > most:
            break
        at = line.end()
        if not count:
            break
        out += binascii.a2b_uu(data[: letters + 1].ljust(letters + 1))
    return bytes(out), at


def around(source: Source, start: int, end: int, found: list[Block]) -> bytes:
    """Return the words between the files of a text."""
    edges = [start, *(edge for one in found for edge in (one.start, one.end)), end]
    return b"".join(source[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
