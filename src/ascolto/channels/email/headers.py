"""Header lines: where they end, what they say, words in other charsets (RFC 5322, 2047, 2231)."""

import binascii
import re
from codecs import BOM_UTF8
from urllib.parse import unquote_to_bytes

from ascolto.channels.email.charsets import clean, decode
from ascolto.channels.email.source import Source

LONGEST_BLOCK = 1 << 18
LONGEST_VALUE = 20_000
_MOST_STRAY_LINES = 4
_HEADER = re.compile(rb"([!-9;-~]{1,100})[ \t]*:((?:[^\n]*)(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_BLANK_LINE = re.compile(rb"\r*\n|\r*\Z")
_KNOWN = re.compile(
    rb"(?i)(?:received|return-path|from|to|cc|bcc|subject|date|message-id|mime-version|sender"
    rb"|reply-to|in-reply-to|references|content-[a-z-]+|x-[a-z0-9-]+|dkim-signature|delivered-to"
    rb"|list-[a-z-]+|precedence|auto-submitted|authentication-results)[ \t]*:"
)
_FOLD = re.compile(r" ?[\r\n]+[ \t\r\n]*|\t+")
_WORD = re.compile(r"=\?([\w.:'+*-]{0,60})\?([bBqQ])\?((?:[^?]|\?(?!=)){0,3000})\?=")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PARAMETER = re.compile(
    r"""[;\s]\s{0,30}([\w.*%'-]{1,60})\s{0,30}=\s{0,30}(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""",
    re.DOTALL,
)
_CONTINUED = re.compile(r"^([^*]+)(?:\*(\d{1,3}))?(\*)?$")

Fields = list[tuple[str, bytes]]


def read_block(source: Source, start: int, end: int) -> tuple[Fields, int]:
    """Return a block's fields, names in small letters, and where the body begins.

    Lines that are no header do not end the block when a header follows; a boundary line does.
    """
    block = source[start : min(end, start + LONGEST_BLOCK)]
    fields: Fields = []
    # A mail saved as a text of UTF-8 may begin with the mark of one: no part of its first name.
    at = len(BOM_UTF8) if start == 0 and block.startswith(BOM_UTF8) else 0
    while at < len(block):
        found = _HEADER.match(block, at)
        if found:
            fields.append((found[1].decode("ascii").lower(), found[2]))
            at = found.end()
            continue
        blank = _BLANK_LINE.match(block, at)
        if blank:
            return fields, start + blank.end()
        line_end = block.find(b"\n", at) + 1 or len(block)
        if not _is_stray(block, at, line_end):
            return fields, start + at
        at = line_end
    return fields, start + at


def _is_stray(block: bytes, at: int, line_end: int) -> bool:
    """Tell whether a line that is no header stands among headers: mbox's "From ", lost folds."""
    if block.startswith((b"From ", b">From "), at) and at == 0:
        return True
    if block.startswith(b"--", at):
        return False
    for _ in range(_MOST_STRAY_LINES):
        if _KNOWN.match(block, line_end):
            return True
        if _BLANK_LINE.match(block, line_end):
            return False
        line_end = block.find(b"\n", line_end) + 1 or len(block)
    return False


def unfold(raw: bytes) -> str:
    """Return a header's value as one line of text, its encoded words not yet read."""
    return _FOLD.sub(" ", decode(raw[:LONGEST_VALUE])).strip()


def text(raw: bytes) -> str:
    """Return a header's value as people read it."""
    return words(unfold(raw))


def words(value: str) -> str:
    """Replace encoded words (RFC 2047) by what they say, also where they should not stand.

    Neighbours in one charset are joined as bytes: many senders split in the midst of a letter.
    """
    if "=?" not in value:
        return _CONTROL.sub("", value)
    out: list[str] = []
    waiting, charset, last = b"", "", 0
    for found in _WORD.finditer(value):
        between = value[last : found.start()]
        said = found[1].partition("*")[0].lower()
        if waiting and (between.strip() or said != charset):
            out.append(decode(waiting, charset))
            waiting = b""
        if between.strip() or last == 0:
            out.append(between)
        waiting += _word_bytes(found[2], found[3])
        charset, last = said, found.end()
    out.extend((decode(waiting, charset), value[last:]))
    return _CONTROL.sub("", clean("".join(out)))


def _word_bytes(how: str, body: str) -> bytes:
    raw = body.encode("utf-8", "replace")
    if how in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    solid = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    solid = solid[: len(solid) - (len(solid) % 4 == 1)]
    return binascii.a2b_base64(solid + b"=" * (-len(solid) % 4))


def value_and_parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """Split a structured value: "text/plain; charset=x" gives "text/plain" and its parameters.

    Continued and encoded parameters (RFC 2231) are put together; missing semicolons, missing
    quotes and encoded words inside quotes are read as they were meant.
    """
    value = unfold(raw)
    main = re.split(r"[;\s]", value, maxsplit=1)[0].strip().strip('"').lower()
    slash = re.match(r"\s*([\w.+-]+)\s*/\s*([\w.+-]+)", value)
    if slash:
        main = f"{slash[1]}/{slash[2]}".lower()
    if "=" not in value:
        return main, {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(" " + value):
        name = _CONTINUED.match(found[1].lower())
        if name is None:
            continue
        quoted = found[2] is not None
        said = re.sub(r"\\(.)", r"\1", found[2]) if quoted else found[3].strip().strip("\"'")
        pieces.setdefault(name[1], []).append((int(name[2] or 0), bool(name[3]), said))
    return main, {name: _joined(some) for name, some in pieces.items()}


def _joined(pieces: list[tuple[int, bool, str]]) -> str:
    # The encoded form is meant for those who can read it; the plain one beside it for others.
    if any(encoded for _, encoded, _ in pieces):
        first = next((p for p in pieces if p[0] == 0 and not p[1]), None)
        whole = [p for p in pieces if p is not first or not any(q[0] == 0 and q[1] for q in pieces)]
        charset, raw = "", b""
        for _, encoded, said in sorted(whole, key=lambda piece: piece[0]):
            body = said
            if encoded and not raw and said.count("'") >= 2:
                charset, _, body = said.split("'", 2)
            raw += unquote_to_bytes(body) if encoded else body.encode("utf-8")
        return _CONTROL.sub("", decode(raw, charset or None))
    numbered = {number: said for number, _, said in reversed(pieces)}
    return words("".join(numbered[number] for number in sorted(numbered)))
