"""Addresses, message ids and dates of header lines, as loosely as they are written."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from ascolto.channels.email.headers import words

MOST_ADDRESSES = 2_000
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\()|<([^<>]*)>?|([,;:])|([^"(<,;:]+|.)', re.DOTALL)
_COMMENT_EDGE = re.compile(r"\\.|[()]", re.DOTALL)
_PLAIN = re.compile(r"[^\s<>,;:\"()]{1,200}@[^\s<>,;:\"()]{1,250}")
_ID = re.compile(r"<([^<>]{1,998})>")
_EITHER_ID = re.compile(
    r"<([^<>]{1,998})>|(?<![^\s,;>])([^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,250})"
)
# Dates of programs that write the months of their own language.
_MONTHS = {
    own: month
    for month, names in {
        "Jan": "gen gennaio ene janv januar",
        "Feb": "febbraio févr fév fev februar",
        "Mar": "marzo mär märz mrz mars mrt",
        "Apr": "aprile avr abr avril",
        "May": "mag maggio mai maj mei mayo",
        "Jun": "giu giugno juin juni",
        "Jul": "lug luglio juil juli",
        "Aug": "ago agosto août aout",
        "Sep": "set sett settembre sept",
        "Oct": "ott ottobre okt out octubre oktober",
        "Dec": "dic dicembre dez déc des dezember",
    }.items()
    for own in names.split()
}
_MONTH = re.compile(rf"(?<=\d)[ .-]({'|'.join(_MONTHS)})[.]?[ -](?=\d)", re.IGNORECASE)
# "GMT+01:00", "+01:00", "UTC+1" for "+0100"; "10:00 PM" for "22:00".
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC?|Z)|(?<=\s))([+-])(\d{1,2})(?::?(\d\d))?(?=\s|$)")
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d\d(?::\d\d)?)\s?([AP])\.?M\b\.?", re.IGNORECASE)
_SLASHES = re.compile(r"^(\d{4})/(\d\d)/(\d\d)(?= \d)")
_WEEKDAY = re.compile(r"^[^\W\d]{2,12}\.?,?\s+(?=\d{1,2}[ .-]+[^\W\d]{3})")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
# Zones in hours east, beside those of RFC 5322.
_ZONES = {"CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "BST": 1, "WEST": 1}
_ZONES |= {"EET": 2, "EEST": 3, "MSK": 3}
# What programs with a fault write where an id should stand: it would tie strangers together.
_NO_IDS = {"undefined", "null", "(null)", "none", "nil", "false", "unknown", "nan", "0", "@", "-"}
_BARE_ID = re.compile(r"[^\s<>,;\"()]{1,500}@[^\s<>,;\"()]{1,250}")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody's name, maybe empty, and address; an address may be empty too ("<>")."""

    name: str
    address: str


def addresses(value: str) -> tuple[Address, ...]:
    """Return the addresses of a header line: groups opened, comments kept as names."""
    out: list[Address] = []
    name: list[str] = []
    comment, angle, at = "", None, 0
    value = re.sub(r"\s+", " ", value)
    while at < len(value) and len(out) < MOST_ADDRESSES:
        found = _TOKEN.match(value, at)
        if found is None:
            break
        at = found.end()
        if found[1] is not None:
            name.append(re.sub(r"\\(.)", r"\1", found[1]))
        elif found[2]:
            said, at = _comment(value, at)
            comment = comment or said
        elif found[3] is not None:
            angle = found[3].strip()
        elif found[4] == ":" and angle is None:
            name, comment = [], ""  # a group's name says nothing about its members
        elif found[4] in (",", ";"):
            _take(out, name, comment, angle)
            name, comment, angle = [], "", None
        elif found[5]:
            name.append(found[5])
    _take(out, name, comment, angle)
    return tuple(_with_split_names(out))


def _with_split_names(found: list[Address]) -> Iterator[Address]:
    """Join what a comma without quotes took apart: "Rossi, Mario <mario@rossi.example>"."""
    before = ""
    for number, one in enumerate(found):
        following = found[number + 1 : number + 2]
        torn = one.address if not one.name else one.name if not one.address else ""
        if torn and "@" not in torn and following and following[0].name and not before:
            before = torn
            continue
        named = f"{before}, {one.name}" if before and one.name and "@" in one.address else one.name
        if before and named == one.name:
            yield Address("", before)
        yield Address(named, one.address)
        before = ""


def _comment(value: str, at: int) -> tuple[str, int]:
    depth, begin = 1, at
    for edge in _COMMENT_EDGE.finditer(value, at):
        depth += {"(": 1, ")": -1}.get(edge[0], 0)
        if depth == 0:
            return value[begin : edge.start()].strip(), edge.end()
    return value[begin:].strip(), len(value)


def _take(out: list[Address], name: list[str], comment: str, angle: str | None) -> None:
    said = words("".join(name)).strip().strip("'")
    if angle is not None:
        out.append(Address(said or words(comment), _solid(angle)))
        return
    plain = _PLAIN.search("".join(name))
    if plain:
        out.append(Address(words(comment), plain[0].strip(".")))
    elif said:
        # Local names ("root", "MAILER-DAEMON") are addresses; several words are a name.
        out.append(Address(said, "") if " " in said else Address(words(comment), said))


def _solid(angle: str) -> str:
    # A source route ("@relay:user@host") only told the way.
    if angle.startswith("@") and ":" in angle:
        angle = angle.partition(":")[2]
    return words(re.sub(r"\s+", "", angle).removeprefix("mailto:"))


def message_ids(value: str, *, bare: bool = False) -> tuple[str, ...]:
    """Return the ids of Message-ID, References or In-Reply-To, without brackets, in their order.

    With `bare`, ids without brackets count beside those with them, too.
    """
    value = words(value)
    value = html.unescape(value) if "&lt;" in value else value
    said = [one or other for one, other in _EITHER_ID.findall(value)] if bare else []
    said = said or _ID.findall(value)
    if not said and all("@" in one for one in value.split()):
        said = _BARE_ID.findall(value)  # amid words it would be somebody's address
    ids = (re.sub(r"\s+", "", one) for one in said)
    return tuple(dict.fromkeys(one for one in ids if one and one.lower() not in _NO_IDS))


def only_ids(ids: Iterable[str], people: Iterable[str]) -> tuple[str, ...]:
    """Leave out what is a person's address: "message from Ada <ada@example.org>" names no mail."""
    known = {address.lower() for address in people}
    return tuple(one for one in ids if one.lower() not in known)


def moment(value: str) -> datetime | None:
    """Return when a mail says it was written, with its zone, None when that cannot be read."""
    value = _SLASHES.sub(r"\1-\2-\3", re.sub(r"\([^()]*\)", " ", value[:200]).strip())
    try:
        if _ISO.match(value):
            said = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", value))
            return said if said.tzinfo else said.replace(tzinfo=UTC)
        value = _MONTH.sub(lambda month: f" {_MONTHS[month[1].lower()]} ", _WEEKDAY.sub("", value))
        value = _HALF_DAY.sub(_whole_day, _OFFSET.sub(_offset, value))
        fields = parsedate_tz(value)
        if fields is None:
            return None
        named = (_ZONES.get(word.upper(), 0) for word in value.split())
        offset_s = fields[9] or next(filter(None, named), 0) * 3600
        zone = timezone(timedelta(seconds=offset_s)) if offset_s else UTC
        return datetime(*fields[:6], tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _offset(found: re.Match[str]) -> str:
    return f" {found[1]}{int(found[2]):02}{found[3] or '00'}"


def _whole_day(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour:02}{found[2]}" if int(found[1]) <= 12 else f"{found[1]}{found[2]}"
