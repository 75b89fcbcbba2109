"""From bytes to text, also when the charset is wrong, unknown or not said."""

import codecs
import re

# What mails call a charset, and the codec that reads most of what is sent under that name:
# supersets where one exists, as browsers do (WHATWG Encoding Standard).
_READ_AS = {
    "ascii": "us-ascii",
    "us-ascii": "us-ascii",
    "ansi_x3.4-1968": "us-ascii",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "x-ansi": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "ksc_5601": "cp949",
    "euc-kr": "cp949",
    "cseuckr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "x-euc-jp": "euc_jp",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "utf-7-imap": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf": "utf-8",
    "unicode": "utf-8",
    "koi8": "koi8-r",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-ce": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
}
# Python's codecs that no mail means, or that cost more than linear time.
_NO_CHARSET = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
_JAPANESE = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_jp_3", "iso2022_jp_2004")
_NOT_TEXT = re.compile("[\ud800-\udfff\x00]")
_SHIFT_TO_JAPANESE = re.compile(rb"\x1b\$[@B(]")
_LABEL = re.compile(r"[^\w.:+-]")


def codec_of(charset: str | None) -> str | None:
    """Return the name of the codec that reads a charset's label, None when there is none."""
    label = _LABEL.sub("", (charset or "").strip().strip("\"'").partition("*")[0]).lower()[:40]
    if not label:
        return None
    named = _READ_AS.get(label) or _READ_AS.get(label.removeprefix("x-")) or label
    try:
        found = codecs.lookup(named)
        "".encode(found.name)  # refuses codecs that are not between bytes and text
    except (LookupError, ValueError, TypeError):
        return None
    return None if found.name.replace("-", "_") in _NO_CHARSET else found.name


def decode(raw: bytes, charset: str | None = None) -> str:
    """Return text for any bytes: the declared charset if it fits, else the likeliest one."""
    codec = codec_of(charset)
    if raw[:3] == codecs.BOM_UTF8:
        raw, codec = raw[3:], "utf-8"
    if raw.isascii() and codec in (None, "ascii", "cp1252", "utf-8") and b"\x1b$" not in raw:
        return clean(raw.decode("ascii"))
    return clean(_decode(raw, codec))


def clean(text: str) -> str:
    """Replace what is no character (half surrogate pairs, NUL) by U+FFFD, so that all can store."""
    return _NOT_TEXT.sub("\ufffd", text)


def _decode(raw: bytes, codec: str | None) -> str:
    if codec is not None and codec.startswith("iso2022_jp"):
        return _first(raw, (codec, *_JAPANESE)) or raw.decode(codec, "replace")
    if codec in (None, "ascii"):
        return _guess(raw)
    if codec in ("cp1252", "latin-1", "iso8859-15"):
        # Text of Latin letters is next to never valid UTF-8 by chance.
        return _first(raw, ("utf-8", codec, "cp1252")) or raw.decode("latin-1")
    if codec == "utf-8":
        return _first(raw, ("utf-8",)) or _damaged_utf8(raw)
    return _first(raw, (codec,)) or raw.decode(codec, "replace")


def _first(raw: bytes, candidates: tuple[str, ...]) -> str | None:
    for codec in candidates:
        try:
            return raw.decode(codec)
        except ValueError:
            continue
    return None


def _guess(raw: bytes) -> str:
    if _SHIFT_TO_JAPANESE.search(raw):
        return _first(raw, _JAPANESE) or raw.decode("iso2022_jp", "replace")
    return _first(raw, ("utf-8", "cp1252")) or raw.decode("latin-1")


def _damaged_utf8(raw: bytes) -> str:
    """Read what is called UTF-8 and is not: UTF-8 with damage, or no UTF-8 at all.

    A letter of several bytes is next to never there by chance: a few of them tell, whatever the
    damage (a cut, a part of another encoding) has added.
    """
    text = raw.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = sum(character > "\x7f" for character in text[:100_000]) - damaged
    if sound * 4 >= damaged:
        return text
    return _first(raw, ("cp1252",)) or text
