"""Boundary lines of multiparts: the innermost first, an outer one where the inner was left open."""

import re
from dataclasses import dataclass

from ascolto.channels.email.source import Source

# A body full of lines that nearly are boundaries is looked through only so far.
_MOST_NEAR_MISSES = 20_000
_REST = re.compile(rb"(--)?[ \t]*(?:\r*\n|\r*\Z)")


@dataclass(frozen=True, slots=True)
class Delimiter:
    """A boundary line: where it stands, where the next part begins, whose it is."""

    at: int
    after: int
    level: "Level"
    closing: bool


class Level:
    """One open multipart, and where its boundary comes next."""

    def __init__(self, source: Source, boundary: bytes, end: int, *, loose: bool = False) -> None:
        self.source = source
        self.line = b"--" + boundary
        self.end = end
        self.loose = loose
        self._looked_from = -1
        self._next: Delimiter | None = None
        self._closes: bool | None = None

    @property
    def closes(self) -> bool:
        """Tell whether the multipart is ever closed."""
        if self._closes is None:
            self._closes = self.source.find(self.line + b"--", 0, self.end) >= 0
        return self._closes

    def next(self, start: int) -> Delimiter | None:
        """Return the next boundary line at or after a place; places are asked for in order."""
        if self._looked_from < 0 or (self._next is not None and self._next.at < start):
            self._looked_from = start
            self._next = self._find(start)
        return self._next

    def _find(self, start: int) -> Delimiter | None:
        source, size = self.source, len(self.line)
        at = source.find(self.line, start, self.end)
        for _ in range(_MOST_NEAR_MISSES):
            if at < 0:
                return None
            if at == start or source[at - 1 : at] == b"\n":
                rest = _REST.match(source[at + size : min(self.end, at + size + 200)])
                if rest or self.loose:
                    line_end = source.find(b"\n", at + size, self.end)
                    after = line_end + 1 if line_end >= 0 else self.end
                    return Delimiter(at, after, self, source[at + size : at + size + 2] == b"--")
            at = source.find(self.line, at + size, self.end)
        return None


def next_delimiter(levels: list[Level], start: int) -> Delimiter | None:
    """Return the boundary line that ends what begins at a place, None when nothing ends it.

    An outer boundary ends an inner multipart that was left open (RFC 2046, 5.1.2), but only if
    the outer one is itself closed: in a mail cut short such a line is as likely quoted text.
    """
    best: Delimiter | None = None
    for level in reversed(levels):
        if level is not levels[-1] and not level.closes:
            continue
        found = level.next(start)
        if found is not None and (best is None or found.at < best.at):
            best = found
    return best
