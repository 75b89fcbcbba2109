"""winmail.dat: the files and the text that Outlook wraps in TNEF (MS-OXTNEF)."""

import struct
from dataclasses import dataclass

from ascolto.channels.email.charsets import clean, decode
from ascolto.channels.email.parts import Part

_SIGNATURE = 0x223E9F78
_ATTACHMENT_BEGINS = 0x00069002
_ATTACHMENT_TITLE = 0x00018010
_ATTACHMENT_DATA = 0x0006800F
_ATTACHMENT_PROPERTIES = 0x00069005
_CODE_PAGE = 0x00069007
_BODY = 0x0002800C
_MESSAGE_PROPERTIES = 0x00069003
_LONG_NAME, _SHORT_NAME, _MIME_TAG, _CONTENT_ID = 0x3707, 0x3704, 0x370E, 0x3712
_DATA, _PLAIN_BODY, _HTML_BODY = 0x3701, 0x1000, 0x1013
_FIXED_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4}
_FIXED_SIZES |= {0x14: 8, 0x40: 8, 0x48: 16}
_STRING_8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x0102
_MOST_PROPERTIES = 5_000
_MOST_FILES = 500


@dataclass(slots=True)
class TnefFile:
    """One file out of a winmail.dat, or the text that it holds."""

    part: Part
    name: str | None = None
    type: str = "application/octet-stream"
    cid: str | None = None
    content: bytes = b""
    is_body: bool = False


def read_tnef(raw: bytes, part: Part) -> list[TnefFile]:
    """Return what a winmail.dat holds, as far as it can be read; nothing for what is none."""
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != _SIGNATURE:
        return []
    files: list[TnefFile] = []
    code_page, body, at = "cp1252", None, 6
    while at + 9 <= len(raw) and len(files) <= _MOST_FILES:
        attribute, size = struct.unpack_from("<II", raw, at + 1)
        value = raw[at + 9 : at + 9 + size]
        at += 9 + size + 2  # a checksum of two bytes follows
        if attribute == _CODE_PAGE and len(value) >= 4:
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _ATTACHMENT_BEGINS:
            files.append(TnefFile(part))
        elif attribute == _BODY:
            body = decode(value.rstrip(b"\0"), code_page)
        elif attribute == _MESSAGE_PROPERTIES and body is None:
            said = _properties(value, code_page).get(_PLAIN_BODY)
            body = said if isinstance(said, str) else None
        elif files:
            _tell(files[-1], attribute, value, code_page)
    if body:
        text = clean(body).encode("utf-8")
        files.append(TnefFile(part, type="text/plain", content=text, is_body=True))
    return files


def _tell(file: TnefFile, attribute: int, value: bytes, code_page: str) -> None:
    if attribute == _ATTACHMENT_TITLE:
        file.name = file.name or decode(value.rstrip(b"\0"), code_page)
    elif attribute == _ATTACHMENT_DATA:
        file.content = value
    elif attribute == _ATTACHMENT_PROPERTIES:
        said = _properties(value, code_page)
        name, kind = said.get(_LONG_NAME), said.get(_MIME_TAG)
        cid, data = said.get(_CONTENT_ID), said.get(_DATA)
        if isinstance(name, str) and name:
            file.name = name
        if isinstance(kind, str) and kind:
            file.type = kind.lower()
        if isinstance(cid, str) and cid:
            file.cid = cid.strip("<>")
        if isinstance(data, bytes) and not file.content:
            file.content = data


def _properties(raw: bytes, code_page: str) -> dict[int, str | bytes]:
    """Return the text and binary ones of a list of MAPI properties; stops where it breaks."""
    out: dict[int, str | bytes] = {}
    try:
        count, at = struct.unpack_from("<I", raw)[0], 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", raw, at)
            at += 4
            if number >= 0x8000:
                at = _past_name(raw, at)
            many, kind = bool(kind & 0x1000), kind & ~0x1000
            if kind in _FIXED_SIZES:
                times = struct.unpack_from("<I", raw, at)[0] if many else 1
                at += 4 * many + _FIXED_SIZES[kind] * times
                continue
            if kind not in (_STRING_8, _UNICODE, _OBJECT, _BINARY):
                break
            times = struct.unpack_from("<I", raw, at)[0]
            at += 4
            for _ in range(min(times, _MOST_PROPERTIES)):
                size = struct.unpack_from("<I", raw, at)[0]
                out[number] = _value(kind, raw[at + 4 : at + 4 + size], code_page)
                at += 4 + (size + 3 & ~3)
    except struct.error:
        return out
    return out


def _past_name(raw: bytes, at: int) -> int:
    by_name: int = struct.unpack_from("<I", raw, at + 16)[0]
    if not by_name:
        return at + 24
    size: int = struct.unpack_from("<I", raw, at + 20)[0]
    return at + 24 + (size + 3 & ~3)


def _value(kind: int, value: bytes, code_page: str) -> str | bytes:
    if kind == _UNICODE:
        return clean(value.decode("utf-16-le", "replace")).rstrip("\ufffd")
    if kind == _STRING_8:
        return decode(value.rstrip(b"\0"), code_page)
    return value[16:] if kind == _OBJECT else value
