"""What people ask of their shifts and wish for, as plain values."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ascolto.workforce.rosters import Shift

ANSWER_WITHIN = timedelta(hours=2)
"""So long who is asked to stand in has, once they can see it, before the next in line is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRequest:
    """A swap or a leave: who asks, whom, which day, and what became of it."""

    id: str
    kind: str
    operator_id: str
    other_id: str | None
    day: date
    note: str
    state: str
    asked_at: datetime
    why: list[dict[str, Any]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)
    roster_id: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    until_at: datetime | None = None
    """Until when a stand-in waits for its answer."""

    @property
    def people(self) -> tuple[str, ...]:
        """Return whom it concerns."""
        return (self.operator_id,) if self.other_id is None else (self.operator_id, self.other_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """When somebody likes to work, and what they agree to; minutes are from midnight."""

    from_minute: int | None = None
    until_minute: int | None = None
    days_off: tuple[int, ...] = ()
    place: str | None = None
    short_shifts: bool = False
    split_shifts: bool = False
    early_offers: bool = False
    """Whether they see offers to come earlier before their shift, where nobody else does."""


def answer_until(seen_from: datetime, begins_at: datetime) -> datetime:
    """Return until when somebody can answer: others need time too, so half of what is left at most.

    It counts from when they are at work, or as they have wished: before, they cannot see it.
    """
    return seen_from + min(ANSWER_WITHIN, (begins_at - seen_from) / 2)


def kept(shift: Shift) -> dict[str, Any]:
    """Return a shift as a request keeps it."""
    return {
        "operator_id": shift.operator_id,
        "day": shift.day.isoformat(),
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "place": shift.place,
        "parts": list(shift.parts),
    }


def read(told: dict[str, Any]) -> Shift:
    """Return the shift that a request keeps."""
    return Shift(
        operator_id=told["operator_id"],
        day=date.fromisoformat(told["day"]),
        starts_at=datetime.fromisoformat(told["starts_at"]),
        ends_at=datetime.fromisoformat(told["ends_at"]),
        place=told["place"],
        parts=tuple(told["parts"]),
    )
