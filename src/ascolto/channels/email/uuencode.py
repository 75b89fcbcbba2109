"""Files written into a text between "begin" and "end" (uuencode, POSIX), and the words around."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ascolto.channels.email.source import Source

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
        content, at = _decoded(source, begin.end(), end)
        ends = _END.match(source, at, end)
        if content and ends is not None:
            at = ends.end()
            yield Block(begin.start(), at, begin[1].strip(), content)


def _decoded(source: Source, at: int, end: int) -> tuple[bytes, int]:
    """Return what lines of data say, and where they stop."""
    out = []
    while (line := _LINE.match(source, at, end)) is not None:
        data = line[1].rstrip(b" ")
        # How many bytes it says; blanks at its end may have been lost, and some add a letter as a
        # check.
        count = (data[0] - 32) & 63 if data else 0
        if len(data) > (count + 2) // 3 * 4 + 2:
            break
        at = line.end()
        letters = (count * 4 + 2) // 3  # what pads them may be anything
        out.append(binascii.a2b_uu(data[: letters + 1].ljust(letters + 1)) if count else b"")
    return b"".join(out), at


def around(source: Source, start: int, end: int, found: list[Block]) -> bytes:
    """Return the words between the files of a text."""
    edges = [start, *(edge for one in found for edge in (one.start, one.end)), end]
    return b"".join(source[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))
