"""Addresses, message ids and dates of header lines, as loosely as they are written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from ascolto.channels.email.headers import words

MOST_ADDRESSES = 2_000
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\()|<([^<>]*)>?|([,;:])|([^"(<,;:]+|.)', re.DOTALL)
_COMMENT_EDGE = re.compile(r"\\.|[()]", re.DOTALL)
_PLAIN = re.compile(r"[^\s<>,;:\"()]{1,200}@[^\s<>,;:\"()]{1,250}")
_ID = re.compile(r"<([^<>]{1,998})>")
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
    return tuple(out)


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


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids of Message-ID, References or In-Reply-To, without brackets, in their order."""
    said = _ID.findall(value) or _BARE_ID.findall(value)
    ids = (re.sub(r"\s+", "", one) for one in said)
    return tuple(dict.fromkeys(one for one in ids if one))


def only_ids(ids: Iterable[str], people: Iterable[str]) -> tuple[str, ...]:
    """Leave out what is a person's address: "message from Ada <ada@example.org>" names no mail."""
    known = {address.lower() for address in people}
    return tuple(one for one in ids if one.lower() not in known)


def moment(value: str) -> datetime | None:
    """Return when a mail says it was written, with its zone, None when that cannot be read."""
    try:
        fields = parsedate_tz(re.sub(r"\([^()]*\)", " ", value[:200]))
        if fields is None:
            return None
        offset_s = fields[9] or 0
        zone = timezone(timedelta(seconds=offset_s)) if offset_s else UTC
        return datetime(*fields[:6], tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
