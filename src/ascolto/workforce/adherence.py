"""How much of the work that was rostered people were signed in for, as groups. Pure.

A pause is nobody's absence: only the parts of a shift that are work count. Whoever works beyond
their shift adds nothing: the share is of what was rostered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ascolto.insight.model import PresenceSpan
from ascolto.workforce.rosters import BREAKS, Shift
from ascolto.workforce.today import HALF_HOUR

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


HalfHours = Mapping[datetime, Adherence]
"""One person's adherence by the beginnings of half hours."""


def by_person(
    shifts: Iterable[Shift], spans: Iterable[PresenceSpan], *, until: datetime
) -> dict[str, Adherence]:
    """Return each person's work that was rostered until a moment, and what they were there for."""
    found = by_half_hours(shifts, spans, until=until)
    return {who: _sum(list(halves.values())) for who, halves in found.items()}


def by_half_hours(
    shifts: Iterable[Shift], spans: Iterable[PresenceSpan], *, until: datetime
) -> dict[str, HalfHours]:
    """Return each person's work that was rostered until a moment, half hour by half hour."""
    present: dict[str, list[PresenceSpan]] = defaultdict(list)
    for span in spans:
        present[span.operator_id].append(span)
    found: dict[str, dict[datetime, Adherence]] = defaultdict(dict)
    for shift in shifts:
        mine, own = found[shift.operator_id], present[shift.operator_id]
        for begin, stop in _work(shift):
            for at, since, end in _cut(begin, min(stop, until)):
                there = sum(
                    max((min(end, one.until) - max(since, one.since)).total_seconds(), 0.0)
                    for one in own
                )
                part = Adherence((end - since).total_seconds(), there)
                mine[at] = _sum([mine[at], part]) if at in mine else part
    return {who: halves for who, halves in found.items() if halves}


def _cut(since: datetime, until: datetime) -> Iterable[tuple[datetime, datetime, datetime]]:
    """Part a stretch by half hours, each by its beginning."""
    while since < until:
        at = datetime.fromtimestamp(since.timestamp() // 1800 * 1800, UTC)
        end = min(until, at + HALF_HOUR)
        yield at, since, end
        since = end


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
    people: Mapping[str, HalfHours], teams: Mapping[str, str], *, smallest: int
) -> list[GroupAdherence]:
    """Add people up by teams; teams too small go together, and are left out if still too small.

    Only half hours in which enough of a group had work count: what one or two did alone, before
    the others came, would be told by the difference between two figures.
    """
    groups: dict[str, list[HalfHours]] = defaultdict(list)
    for who, one in people.items():
        groups[teams.get(who, "")].append(one)
    kept: list[GroupAdherence] = []
    rest: list[HalfHours] = []
    for team, members in sorted(groups.items()):
        group = _together(team, members, smallest=smallest) if team else None
        if group is not None:
            kept.append(group)
        else:
            rest += members
    others = _together(OTHERS, rest, smallest=smallest)
    return kept if others is None else [*kept, others]


def _together(group: str, members: Sequence[HalfHours], *, smallest: int) -> GroupAdherence | None:
    """Add a group up over the half hours in which enough of them had work; None without any."""
    working = Counter(at for one in members for at in one)
    enough = {at for at, count in working.items() if count >= smallest}
    if not enough:
        return None
    told = [[one[at] for at in one if at in enough] for one in members]
    return GroupAdherence(
        group, sum(map(bool, told)), _sum([part for parts in told for part in parts])
    )


def _sum(members: Sequence[Adherence]) -> Adherence:
    return Adherence(
        sum(one.rostered_s for one in members), sum(one.signed_in_s for one in members)
    )
