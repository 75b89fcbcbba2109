"""Names as a test wants them: a zone in a dictionary, and what it does not know now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ascolto.channels.email.names import Kind, NamesAway


@dataclass
class Zone:
    """Answers from a dictionary and counts; names under `away` have no answer now."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    expected: list[tuple[str, str]] = field(default_factory=list)

    def expect(self, questions: Sequence[tuple[str, Kind]]) -> None:
        """Note what was said to be asked soon."""
        self.expected += questions

    def look_up(self, name: str, kind: Kind) -> list[str]:
        """Return what a name has."""
        self.asked.append((name, kind))
        if name in self.away:
            raise NamesAway("timeout")
        return self.records.get((name, kind), [])


def zone(*lines: str, away: tuple[str, ...] = ()) -> Zone:
    """Return a zone of lines such as "example.com TXT v=spf1 -all"."""
    made = Zone(away=set(away))
    for line in lines:
        name, kind, value = line.split(" ", 2)
        made.records.setdefault((name, kind), []).append(value)
    return made
