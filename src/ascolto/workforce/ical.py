"""Shifts as a calendar that any calendar program reads (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime

from ascolto.kit import words
from ascolto.workforce.rosters import Shift

_LONGEST_LINE = 75


def calendar_of(shifts: Iterable[Shift], *, tenant_id: str, now: datetime, language: str) -> str:
    """Return the calendar of one person's shifts, in UTC."""

    def say(name: str) -> str:
        return words.say(f"shift.{name}", language=language)

    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Ascolto//Shifts//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(say('name'))}",
        # How often programs that ask should look again.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for shift in shifts:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{shift.day.isoformat()}.{_number(shift)}.{shift.operator_id}@{tenant_id}",
            f"DTSTAMP:{_moment(now)}",
            f"DTSTART:{_moment(shift.starts_at)}",
            f"DTEND:{_moment(shift.ends_at)}",
            f"SUMMARY:{_text(say('shift') + ' ' + say(shift.place))}",
            "TRANSP:OPAQUE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _number(shift: Shift) -> str:
    return f"{shift.starts_at.astimezone(UTC):%H%M}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape what has a meaning in a calendar's text (RFC 5545 §3.3.11)."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> str:
    """Fold a line at 75 octets, never within a character (RFC 5545 §3.1)."""
    parts: list[str] = []
    part = ""
    for letter in line:
        room = _LONGEST_LINE - (1 if parts else 0)
        if len((part + letter).encode()) > room:
            parts.append(part)
            part = ""
        part += letter
    return "\r\n ".join([*parts, part])
