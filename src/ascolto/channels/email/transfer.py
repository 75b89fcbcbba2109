"""Content-Transfer-Encoding undone, damage included: base64, quoted-printable, uuencode."""

import binascii
import re
from collections.abc import Iterator

from ascolto.channels.email.source import Source
from ascolto.channels.email.uuencode import decoded

CHUNK = 1 << 18
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_ALPHABET)))
_BLANK = b" \t\r\n"
_PADDING = re.compile(rb"={1,3}")
_INNER_BLANK = re.compile(rb"\S[ \t]+\S")
# Words called base64 decode to anything at all; base64 of words to hardly more than these.
_PRINTED = bytes((9, 10, 13, *range(32, 127)))
_LEAST_READ = 12
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")
_UU_LINE = re.compile(rb"begin(?:-base64)? [0-7]{3,4} [^\n]*\n")


def encoding_of(value: str) -> str:
    """Return "base64", "quoted-printable", "x-uuencode" or "" from a header's value."""
    word = value.partition(";")[0].partition("(")[0].strip().strip("\"'").lower()
    if word in ("base64", "base-64", "b"):
        return "base64"
    if word in ("quoted-printable", "quotedprintable", "quoted_printable", "q"):
        return "quoted-printable"
    return "x-uuencode" if word in ("x-uuencode", "uuencode", "x-uue", "uue") else ""


def is_base64(sample: bytes) -> bool:
    """Tell whether bytes called base64 can be it: nearly nothing else, no words with blanks."""
    # Below the padding a list may have put its footer.
    head = sample[:4096].partition(b"=")[0]
    solid = head.translate(None, _BLANK)
    if not solid:
        return True
    strange = len(solid.translate(None, _ALPHABET + b"=-_"))
    inner_blanks = len(_INNER_BLANK.findall(head))
    return (strange * 20 <= len(solid) and inner_blanks * 20 <= len(solid)) or _reads(head)


def _reads(head: bytes) -> bool:
    """Tell whether bytes with much between them are words all the same once that is left out."""
    said = _quads(head)
    odd = len(said.translate(None, _PRINTED))
    return len(said) >= _LEAST_READ and odd * 50 <= len(said)


def decode(raw: bytes, encoding: str) -> tuple[bytes, bool]:
    """Return the content and whether it was sound; what is no such encoding stays as it is."""
    if encoding == "base64":
        return _base64(raw)
    if encoding == "quoted-printable":
        return _quoted_printable(raw), True
    if encoding == "x-uuencode":
        return _uuencode(raw)
    return raw, True


def _base64(raw: bytes) -> tuple[bytes, bool]:
    if not is_base64(raw):
        return raw, False
    first = _PADDING.search(raw)
    if first is None:
        return _quads(raw), True
    rest = raw[first.end() :]
    if rest.translate(None, _ALPHABET + b"=" + _BLANK) or _INNER_BLANK.search(rest):
        # Somebody's footer below the padding, as lists add it.
        return _quads(raw[: first.start()]) + b"\n" + rest, False
    # Maybe more base64, glued together by the sender.
    return b"".join(map(_quads, _PADDING.split(raw))), True


def _quads(raw: bytes) -> bytes:
    solid = raw.translate(None, _NOT_BASE64)
    # A lone last letter carries no byte.
    solid = solid[: len(solid) - (len(solid) % 4 == 1)]
    return binascii.a2b_base64(solid + b"=" * (-len(solid) % 4))


def _quoted_printable(raw: bytes) -> bytes:
    # Blanks that came to a line's end on the way are none of it (RFC 2045 §6.7, rule 3).
    return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", raw))


def _uuencode(raw: bytes) -> tuple[bytes, bool]:
    begin = _UU_LINE.search(raw)
    if begin is None:
        return raw, False
    content, at = decoded(raw, begin.end() - 1, len(raw), most=len(raw))
    return content, raw[at:].split(None, 1)[:1] == [b"end"]


def stream(source: Source, start: int, end: int, encoding: str) -> Iterator[bytes]:
    """Yield the decoded content in pieces, so that an attachment never stands in memory whole."""
    if encoding == "base64" and is_base64(source[start : min(end, start + 4096)]):
        yield from _stream_base64(source, start, end)
    elif encoding == "quoted-printable":
        yield from _stream_quoted(source, start, end)
    elif encoding == "x-uuencode":
        # From a time when files were small; decoded at once.
        yield decode(source[start:end], encoding)[0]
    else:
        for at in range(start, end, CHUNK):
            yield source[at : min(end, at + CHUNK)]


def _stream_quoted(source: Source, start: int, end: int) -> Iterator[bytes]:
    at = start
    while at < end:
        upto = min(end, at + CHUNK)
        if upto < end:
            # Between two lines; within one that has no end, not within what stands for a byte.
            line_end = source.rfind(b"\n", at, upto) + 1
            mark = source.rfind(b"=", upto - 2, upto)
            upto = line_end or (mark if mark > at else upto)
        yield _quoted_printable(source[at:upto])
        at = upto


def _stream_base64(source: Source, start: int, end: int) -> Iterator[bytes]:
    rest = b""
    for at in range(start, end, CHUNK):
        *ended, open_one = _PADDING.split(source[at : min(end, at + CHUNK)])
        for piece in ended:
            yield _quads(rest + piece)
            rest = b""
        solid = rest + open_one.translate(None, _NOT_BASE64)
        whole = len(solid) & ~3
        yield binascii.a2b_base64(solid[:whole])
        rest = solid[whole:]
    yield _quads(rest)
