"""Calendar parts (RFC 5545): what an invitation says, in a few fields."""

import re
from dataclasses import dataclass

_FOLDED = re.compile(r"\n[ \t]")
_LINE = re.compile(r"^([A-Za-z-]{1,40})((?:;[^:\n]{0,500})?):(.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([nN,;\\])")
_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar part asks or tells; times as the part writes them."""

    method: str
    summary: str
    starts: str
    ends: str
    place: str
    organiser: str
    uid: str


def read_invitation(text: str) -> Invitation | None:
    """Return the first event of a calendar part, None when there is none."""
    unfolded = _FOLDED.sub("", text[:_LONGEST].replace("\r\n", "\n"))
    if "BEGIN:VCALENDAR" not in unfolded.upper():
        return None
    before, _, event = unfolded.partition("BEGIN:VEVENT")
    said = {line[1].upper(): line[3].strip() for line in _LINE.finditer(before)}
    inside = event.partition("END:VEVENT")[0]
    for line in _LINE.finditer(inside):
        said.setdefault(line[1].upper(), line[3].strip())

    def plain(name: str) -> str:
        return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], said.get(name, ""))

    return Invitation(
        method=plain("METHOD").upper(),
        summary=plain("SUMMARY"),
        starts=plain("DTSTART"),
        ends=plain("DTEND"),
        place=plain("LOCATION"),
        organiser=plain("ORGANIZER").removeprefix("mailto:").removeprefix("MAILTO:"),
        uid=plain("UID"),
    )
