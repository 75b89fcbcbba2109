"""Bodies and answers of the routes on rosters and one's own shifts."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from ascolto.workforce.actions.editing import PersonDay, Wanted
from ascolto.workforce.actions.standing_in import StandIn
from ascolto.workforce.examining import violation_told
from ascolto.workforce.rosters import Difference, Roster, Shift, Violation
from ascolto.workforce.views import Body, Reason

Kind = Literal["queue", "deferred", "pause", "meal", "training", "meeting", "other"]
Place = Literal["home", "site"]


class PartBody(Body):
    """One activity of a shift; `queue_id` goes with work in a queue."""

    kind: Kind
    minutes: Annotated[int, Field(ge=1, le=780)]
    queue_id: UUID | None = None


class ShiftBody(Body):
    """One person's work of one day; the parts, when told, fill it from the start to the end."""

    operator_id: UUID
    day: date
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Place = "site"
    parts: Annotated[tuple[PartBody, ...], Field(max_length=60)] = ()

    def shift(self) -> Shift:
        """Return the shift that is meant."""
        return Shift(
            operator_id=str(self.operator_id),
            day=self.day,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            place=self.place,
            parts=tuple(part.model_dump(mode="json", exclude_none=True) for part in self.parts),
        )


class RosterBody(Body):
    """A new version for some days, and why."""

    first_day: date
    last_day: date
    reason: Reason


class ShiftsBody(Body):
    """All shifts of a draft that is still at version `v`."""

    v: Annotated[int, Field(ge=1, le=2**31 - 1)]
    shifts: Annotated[list[ShiftBody], Field(max_length=50_000)]


class PublishRosterBody(Body):
    """The version of the draft that was looked at."""

    v: Annotated[int, Field(ge=1, le=2**31 - 1)]


class PartView(BaseModel):
    """One activity of a shift."""

    kind: str
    minutes: int
    queue_id: str | None = None


class OwnShiftView(BaseModel):
    """One of one's own shifts."""

    day: date
    starts_at: datetime
    ends_at: datetime
    place: str
    parts: list[PartView]

    @classmethod
    def of(cls, shift: Shift) -> "OwnShiftView":
        """Show a shift to whom it is of."""
        return cls(
            day=shift.day,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            place=shift.place,
            parts=[PartView.model_validate(part) for part in shift.parts],
        )


class ShiftView(OwnShiftView):
    """One person's shift."""

    operator_id: str

    @classmethod
    def of(cls, shift: Shift) -> "ShiftView":
        """Show a shift to who plans."""
        own = OwnShiftView.of(shift)
        return cls(operator_id=shift.operator_id, **dict(own))


class RosterView(BaseModel):
    """A version of the roster without its shifts."""

    id: str
    first_day: date
    last_day: date
    reason: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    v: int
    site_lost: bool

    @classmethod
    def of(cls, roster: Roster) -> "RosterView":
        """Show a version."""
        return cls(**{name: getattr(roster, name) for name in cls.model_fields})


class RemoteBody(RosterBody):
    """Days on which everybody works at home, and whether the site can be used at all."""

    site_lost: bool = False


class OpenSpanView(BaseModel):
    """So many people fewer in a queue than before, from when until when; None is any queue."""

    queue_id: str | None
    from_at: datetime
    until_at: datetime
    people: float


class RelocatedView(BaseModel):
    """A draft with everybody at home, and who has not agreed to work there."""

    roster: RosterView
    moved: int
    at_home: int
    cannot: list[str]


class StandInView(BaseModel):
    """A shift on a day that was free: to be asked for at publishing, or what its person said.

    `refused` tells of a rule that stands against it: `why` says which, by its code. What is still
    `waiting` at `until_at` becomes `unanswered`, and the next in line is asked.
    """

    shift: ShiftView
    state: Literal[
        "to_ask", "waiting", "done", "declined", "refused", "withdrawn", "undone", "unanswered"
    ]
    why: list[str]
    until_at: datetime | None

    @classmethod
    def of(cls, one: StandIn) -> "StandInView":
        """Show who stands in."""
        why = one.request.why if one.request else []
        return cls.model_validate(
            {
                "shift": ShiftView.of(one.shift),
                "state": one.state,
                "why": [told.get("code", "") for told in why],
                "until_at": one.request.until_at if one.request else None,
            }
        )


class StandInsView(BaseModel):
    """Who stands in where a site is lost; `left_open` is what is missing as it holds now.

    It is told against what was there before and, where that is known, what it takes.
    """

    asked: list[StandInView]
    left_open: list[OpenSpanView]


class RosterDetailView(BaseModel):
    """A version with its shifts."""

    roster: RosterView
    shifts: list[ShiftView]


class ChangedShiftView(BaseModel):
    """A shift as it is in force and as it will be."""

    was: ShiftView
    becomes: ShiftView


class ViolationView(BaseModel):
    """What breaks a rule, with the article; a binding one stands against publishing.

    Where nobody is named it is of all together, such as more people than seats. `rule` is English;
    `code`, where there is one, says the same with `fields` for other words.
    """

    operator_id: str | None
    day: date
    rule: str
    code: str
    fields: dict[str, str]
    article: str
    binding: bool

    @classmethod
    def of(cls, one: Violation) -> "ViolationView":
        """Show what is broken."""
        return cls.model_validate(violation_told(one))


class DifferenceView(BaseModel):
    """What a version changes in what is in force on its days, and what it breaks."""

    roster: RosterView
    added: list[ShiftView]
    removed: list[ShiftView]
    changed: list[ChangedShiftView]
    unchanged: int
    violations: list[ViolationView]

    @classmethod
    def of(cls, roster: Roster, found: Difference, broken: list[Violation]) -> "DifferenceView":
        """Show what a version changes."""
        return cls(
            roster=RosterView.of(roster),
            added=[ShiftView.of(one) for one in found.added],
            removed=[ShiftView.of(one) for one in found.removed],
            changed=[
                ChangedShiftView(was=ShiftView.of(was), becomes=ShiftView.of(becomes))
                for was, becomes in found.changed
            ],
            unchanged=found.unchanged,
            violations=[ViolationView.of(one) for one in broken],
        )


class WantedShiftBody(Body):
    """A shift as it is wanted; without `parts` the breaks are laid by the rules, on `queue_id`."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Place = "site"
    parts: Annotated[tuple[PartBody, ...], Field(max_length=60)] | None = None
    queue_id: UUID | None = None

    def wanted(self, *, operator_id: str, day: date) -> Wanted:
        """Return what is meant."""
        told = self.parts or ()
        shift = Shift(
            operator_id=operator_id,
            day=day,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            place=self.place,
            parts=tuple(part.model_dump(mode="json", exclude_none=True) for part in told),
        )
        queue_id = str(self.queue_id) if self.queue_id else None
        return Wanted(shift=shift, queue_id=queue_id, lay_breaks=self.parts is None)


class PersonDayBody(Body):
    """One person's shifts of a day, in a draft that is still at version `v`."""

    v: Annotated[int, Field(ge=1, le=2**31 - 1)]
    shifts: Annotated[tuple[WantedShiftBody, ...], Field(max_length=10)]


class FactsView(BaseModel):
    """What a person's day is judged by.

    `needed` are the intervals at work in which one person less would be too few, `spare` those in
    which there is one more than it takes, of `at_work` altogether. `gaps_minutes` lie between the
    parts of a split day; `agreed_split_days` are the most of a week, None where none are agreed.
    """

    contract: str | None
    paid_minutes: int
    week_minutes: int
    week_shifts: int
    agreed_minutes: tuple[int, int] | None
    agreed_shifts: int | None
    rest_before_h: float | None
    rest_after_h: float | None
    days_in_a_row: int
    office_days: int
    agreed_office: tuple[int, int] | None
    at_work: int
    needed: int
    spare: int
    gaps_minutes: tuple[int, ...]
    week_split_days: int
    agreed_split_days: int | None


class PersonDayView(BaseModel):
    """One person's day in a version: shifts, what they break in these weeks, why they are so."""

    v: int
    shifts: list[ShiftView]
    violations: list[ViolationView]
    facts: FactsView

    @classmethod
    def of(cls, found: PersonDay) -> "PersonDayView":
        """Show a person's day."""
        return cls(
            v=found.roster.v,
            shifts=[ShiftView.of(one) for one in found.shifts],
            violations=[ViolationView.of(one) for one in found.violations],
            facts=FactsView(
                **{name: getattr(found.facts, name) for name in FactsView.model_fields}
            ),
        )


class RequiredDayView(BaseModel):
    """People a queue takes in each interval of a day, from its first moment on."""

    queue_id: str
    minutes: int
    people: list[float]


class AwayOnDayView(BaseModel):
    """Who is away from a queue that they take from, and until when: their skills are lent."""

    operator_id: str
    queue_id: str
    until: datetime


class RosterDayView(BaseModel):
    """One day of a version: all shifts, what it takes and, of today, who is lent elsewhere."""

    roster: RosterView
    day: date
    timezone: str
    begins_at: datetime
    ends_at: datetime
    shifts: list[ShiftView]
    required: list[RequiredDayView]
    away: list[AwayOnDayView]


class OwnShiftsView(BaseModel):
    """One's own shifts, and since when a calendar may read them."""

    timezone: str
    shifts: list[OwnShiftView]
    feed_since: datetime | None


class FeedView(BaseModel):
    """The address for one's own calendar program; it is shown this once."""

    url: str
