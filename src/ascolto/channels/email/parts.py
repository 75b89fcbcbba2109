"""The parts of a mail as ranges of its bytes: nothing is copied or decoded until it is asked for.

Which parts are the text, and which hang on it, follows RFC 8621 (4.1.4).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ascolto.channels.email import headers, transfer
from ascolto.channels.email.boundaries import Delimiter, Level, next_delimiter
from ascolto.channels.email.headers import Fields
from ascolto.channels.email.source import Source, with_line_feeds

DEEPEST = 40
MOST_PARTS = 2_000
_SHOWN_MEDIA = ("image/", "audio/", "video/")
_MESSAGES = ("message/rfc822", "message/global", "message/news")
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s][^\r\n]{0,200}?)[ \t]*\r*\n")


@dataclass(slots=True)
class Part:
    """One part: its header fields, the range of its body, and the parts inside it."""

    source: Source
    fields: Fields
    start: int
    end: int
    type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    name: str | None = None
    children: list["Part"] = field(default_factory=list)
    problem: str | None = None

    def raw(self, name: str) -> bytes | None:
        """Return a field's first value as it stands; of what describes the body, the last.

        Where two describe it, the one before it is of a part whose boundary line was lost, and
        read by that nothing of the text would be found.
        """
        fields = reversed(self.fields) if name.startswith("content-") else self.fields
        return next((value for found, value in fields if found == name), None)

    def header(self, name: str) -> str:
        """Return a field's first value as people read it, empty when there is none."""
        raw = self.raw(name)
        return "" if raw is None else headers.text(raw)

    def all(self, name: str) -> list[str]:
        """Return all values of a field, each as one line with encoded words left as they are."""
        return [headers.unfold(value) for found, value in self.fields if found == name]

    @property
    def encoding(self) -> str:
        """Return the transfer encoding, "" for none."""
        raw = self.raw("content-transfer-encoding")
        return "" if raw is None else transfer.encoding_of(headers.unfold(raw))

    @property
    def is_multipart(self) -> bool:
        """Tell whether the body is made of other parts."""
        return self.type.startswith("multipart/") and bool(self.children)

    @property
    def is_message(self) -> bool:
        """Tell whether the body is a whole mail."""
        return self.type in _MESSAGES and bool(self.children)

    @property
    def is_unopened(self) -> bool:
        """Tell whether it is called a multipart and holds no boundary line: it can only be text."""
        return self.type.startswith("multipart/") and not self.children

    @property
    def cid(self) -> str | None:
        """Return the id by which an HTML text shows this part."""
        said = self.header("content-id").strip().strip("<>").strip()
        return said or None

    def content(self, most: int | None = None) -> bytes:
        """Return the decoded body, or what the first so many of its bytes say."""
        end = self.end if most is None else min(self.end, self.start + most)
        return transfer.decode(self.source[self.start : end], self.encoding)[0]

    def stream(self) -> Iterator[bytes]:
        """Yield the decoded body in pieces of bounded size."""
        return transfer.stream(self.source, self.start, self.end, self.encoding)

    def walk(self) -> Iterator["Part"]:
        """Yield this part and all inside it, those of mails inside it too."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def read(source: Source) -> Part:
    """Return the mail as a tree of parts; works on any bytes."""
    source = with_line_feeds(source)
    start = 0
    # Blank lines before the first header come from careless gateways.
    while source[start : start + 1] in (b"\n", b"\r", b" ", b"\t") and start < 200:
        start += 1
    return _Reader(source).entity(start, [], depth=0, default="text/plain")[0]


class _Reader:
    """Reads the tree in one pass, and counts parts so that no mail can ask for too many."""

    def __init__(self, source: Source, parts_so_far: int = 0) -> None:
        self.source = source
        self.end = len(source)
        self.parts = parts_so_far

    def entity(
        self, start: int, levels: list[Level], *, depth: int, default: str
    ) -> tuple[Part, Delimiter | None]:
        """Return the part that begins at a place, and the boundary line that ended it."""
        self.parts += 1
        fields, body = headers.read_block(self.source, start, self.end)
        part = Part(self.source, fields, body, self.end)
        _describe(part, default)
        kind = part.type
        if kind.startswith("multipart/") or kind in _MESSAGES:
            if depth >= DEEPEST or self.parts >= MOST_PARTS:
                part.problem = "too deep" if depth >= DEEPEST else "too many parts"
            elif kind in _MESSAGES:
                return self._message(part, levels, depth)
            else:
                return self._multipart(part, levels, depth)
        return part, self._end_at_next(part, levels)

    def _end_at_next(self, part: Part, levels: list[Level]) -> Delimiter | None:
        found = next_delimiter(levels, part.start) if levels else None
        if found is not None:
            part.end = self._before_line_end(found.at, part.start)
        return found

    def _multipart(
        self, part: Part, levels: list[Level], depth: int
    ) -> tuple[Part, Delimiter | None]:
        level, first = self._first(part, levels)
        if level is None or first is None:
            part.problem = "no boundary"
            return part, self._end_at_next(part, levels)
        inside = [*levels, level]
        inner = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        found: Delimiter | None = first
        while found is not None and found.level is level and not found.closing:
            if self.parts >= MOST_PARTS:
                part.problem = "too many parts"
                break
            if found.after >= self.end:
                found = None
                break
            child, found = self.entity(found.after, inside, depth=depth + 1, default=inner)
            part.children.append(child)
        if found is not None and found.level is level:
            # What stands below the closing line (the epilogue) is no part.
            found = next_delimiter(levels, found.after) if levels else None
        part.end = self.end if found is None else self._before_line_end(found.at, part.start)
        return part, found

    def _first(self, part: Part, levels: list[Level]) -> tuple[Level | None, Delimiter | None]:
        """Return the multipart's level and first boundary line: as announced, or as seen."""
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8")
        for loose in (False, True):
            level = Level(self.source, boundary, self.end, loose=loose)
            if boundary:
                found = next_delimiter([*levels, level], part.start)
                if found is not None and found.level is level:
                    return level, found
        guessed = self._guess(part)
        if guessed is None:
            return None, None
        part.problem = "boundary guessed"
        level = Level(self.source, guessed, self.end)
        return level, level.next(part.start)

    def _guess(self, part: Part) -> bytes | None:
        """Return the boundary that the body itself shows: a line that comes again, closed."""
        head = self.source[part.start : part.start + 8192]
        for found in _GUESSED_BOUNDARY.finditer(head):
            closing = b"--" + found[1] + b"--"
            if self.source.find(closing, part.start + found.end()) >= 0:
                return found[1]
        return None

    def _before_line_end(self, at: int, least: int) -> int:
        """Return where a part ends: the line break before a boundary belongs to the boundary."""
        if at > least and self.source[at - 1 : at] == b"\n":
            at -= 1
        while at > least and self.source[at - 1 : at] == b"\r":
            at -= 1
        return max(at, least)

    def _message(
        self, part: Part, levels: list[Level], depth: int
    ) -> tuple[Part, Delimiter | None]:
        if part.encoding:
            found = self._end_at_next(part, levels)
            inner = _Reader(with_line_feeds(part.content()), self.parts)
            mail, _ = inner.entity(0, [], depth=depth + 1, default="text/plain")
            self.parts = inner.parts
        else:
            start = part.start
            while self.source[start : start + 1] in (b"\n", b"\r"):
                start += 1
            mail, found = self.entity(start, levels, depth=depth + 1, default="text/plain")
            part.end = max(part.start, mail.end)
        if mail.fields:
            part.children = [mail]
        else:
            part.problem = "no mail inside"
        return part, found


def _describe(part: Part, default: str) -> None:
    part.type = default
    raw = part.raw("content-type")
    if raw is not None:
        said, part.parameters = headers.value_and_parameters(raw)
        # One word ("text", as old mailers wrote) or none says no type.
        part.type = said if "/" in said else default
    disposition = part.raw("content-disposition")
    named: dict[str, str] = {}
    if disposition is not None:
        part.disposition, named = headers.value_and_parameters(disposition)
    name = named.get("filename") or part.parameters.get("name") or named.get("name")
    part.name = name.strip() or None if name else None


@dataclass(slots=True)
class Bodies:
    """Which parts are the text, which the HTML, and which hang on the mail."""

    text: list[Part]
    html: list[Part]
    attachments: list[Part]


def bodies(root: Part) -> Bodies:
    """Choose the parts to read (RFC 8621, 4.1.4); a mail inside counts as one attachment."""
    found = Bodies([], [], [])
    _choose([root], "mixed", found, _Wanted())
    return found


@dataclass(slots=True)
class _Wanted:
    """Which bodies the parts of one multipart still add to."""

    text: bool = True
    html: bool = True
    in_alternative: bool = False


def _choose(parts: list[Part], kind: str, found: Bodies, wanted: _Wanted) -> None:
    texts, htmls = len(found.text), len(found.html)
    for number, part in enumerate(parts):
        if part.is_multipart:
            inner = part.type.partition("/")[2]
            alternative = wanted.in_alternative or inner == "alternative"
            _choose(part.children, inner, found, _Wanted(wanted.text, wanted.html, alternative))
        elif not _is_shown(part, kind, first=number == 0) or part.type.startswith(_SHOWN_MEDIA):
            found.attachments.append(part)
        elif kind == "alternative":
            (found.html if part.type == "text/html" else found.text).append(part)
        else:
            _add(part, found, wanted)
    if kind == "alternative" and wanted.text and wanted.html:
        # One form only was sent: it serves for both.
        if texts == len(found.text) and htmls != len(found.html):
            found.text.extend(found.html[htmls:])
        elif htmls == len(found.html) and texts != len(found.text):
            found.html.extend(found.text[texts:])


def _add(part: Part, found: Bodies, wanted: _Wanted) -> None:
    if wanted.in_alternative:
        is_html = part.type == "text/html"
        wanted.html, wanted.text = wanted.html and is_html, wanted.text and not is_html
    if wanted.text:
        found.text.append(part)
    if wanted.html:
        found.html.append(part)


def _is_shown(part: Part, kind: str, *, first: bool) -> bool:
    if part.disposition == "attachment":
        return False
    is_text = part.type in ("text/plain", "text/html")
    media = part.type.startswith(_SHOWN_MEDIA)
    return (is_text or media) and (first or (kind != "related" and (media or part.name is None)))
