"""How much of the work that was rostered people were signed in for, as groups. Pure.

A pause is nobody's absence: only the parts of a shift that are work count. Whoever works beyond
their shift adds nothing: the share is of what was rostered.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.insight.model import PresenceSpan
from ascolto.workforce.rosters import BREAKS, Shift

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Adherence:
    """Seconds of work that were rostered until now, and those of them signed in."""

    rostered_s: float
    signed_in_s: float

    @property
    def share(self) -> float | None:
        """Return what was signed in of what was rostered, None without any."""
        return self.signed_in_s / self.rostered_s if self.rostered_s > 0 else None


def by_person(
    shifts: Iterable[Shift], spans: Iterable[PresenceSpan], *, until: datetime
) -> dict[str, Adherence]:
    """Return each person's work that was rostered until a moment, and what they were there for."""
    present: dict[str, list[PresenceSpan]] = defaultdict(list)
    for span in spans:
        present[span.operator_id].append(span)
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for shift in shifts:
        row = found[shift.operator_id]
        for begin, stop in _work(shift):
            end = min(stop, until)
            if end <= begin:
                continue
            row[0] += (end - begin).total_seconds()
            row[1] += sum(
                max((min(end, one.until) - max(begin, one.since)).total_seconds(), 0.0)
                for one in present[shift.operator_id]
            )
    return {who: Adherence(*row) for who, row in found.items() if row[0] > 0}


def _work(shift: Shift) -> list[tuple[datetime, datetime]]:
    if not shift.parts:
        return [(shift.starts_at, shift.ends_at)]
    found, at = [], shift.starts_at
    for part in shift.parts:
        end = at + timedelta(minutes=part["minutes"])
        if part["kind"] not in BREAKS:
            found.append((at, end))
        at = end
    return found


@dataclass(frozen=True, slots=True)
class GroupAdherence:
    """A group of at least the fewest people that are shown together."""

    group: str
    people: int
    adherence: Adherence


def by_group(
    people: Mapping[str, Adherence], teams: Mapping[str, str], *, smallest: int
) -> list[GroupAdherence]:
    """Add people up by teams; teams too small go together, and are left out if still too small."""
    groups: dict[str, list[Adherence]] = defaultdict(list)
    for who, one in people.items():
        groups[teams.get(who, "")].append(one)
    kept: list[GroupAdherence] = []
    rest: list[Adherence] = []
    for team, members in sorted(groups.items()):
        if team and len(members) >= smallest:
            kept.append(GroupAdherence(team, len(members), _sum(members)))
        else:
            rest += members
    if len(rest) >= smallest:
        kept.append(GroupAdherence(OTHERS, len(rest), _sum(rest)))
    return kept


def _sum(members: Sequence[Adherence]) -> Adherence:
    return Adherence(
        sum(one.rostered_s for one in members), sum(one.signed_in_s for one in members)
    )
