"""What a roster is made from: the days, the demand, contracts, people with their wishes.

Wall-clock times are HH:MM of the place; 24:00 and later is the next day. Lengths are real minutes,
so a night on which the clocks change still lasts as long as it is paid.
"""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from ascolto.workforce.documents import Unreadable, text_of
from ascolto.workforce.errors import WorkforceError
from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.legal import Rules

_CLOCK = re.compile(r"([0-4]?\d):([0-5]\d)")
LATEST_MINUTE = 48 * 60
SPLIT_DAY = 15.0
"""What a split day costs unless an instance tells: nearly as much as a day off refused."""
MOST_GAP_INTERVALS = 48
"""Breaks of a day are kept as bits of one number, and those of a gap are among them."""


class InstanceError(WorkforceError):
    """An instance that no roster can be made from; each line says where and why."""


def minute_of(clock: str) -> int:
    """Return the minutes from midnight of HH:MM; 24:00 and later is the next day."""
    found = _CLOCK.fullmatch(clock)
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minute <= LATEST_MINUTE:
        raise ValueError(f"{clock!r} is no time from 00:00 to 48:00")
    return minute


def _checked_clock(clock: str) -> str:
    minute_of(clock)
    return clock


Clock: TypeAlias = Annotated[str, AfterValidator(_checked_clock)]
Name: TypeAlias = Annotated[str, Field(min_length=1)]
Amount: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Weekday: TypeAlias = Annotated[int, Field(ge=1, le=7)]
Gap: TypeAlias = Annotated[int, Field(ge=30, le=480)]
LONGEST_SPAN = Rules().day_span_minutes
EVERY_DAY: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Queue(_Part):
    """What people work on; work off the screen is the change of activity that a pause may be."""

    id: Name
    off_screen: bool = False


class Band(_Part):
    """Within which times shifts lie, on which weekdays (1 is Monday) they begin."""

    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    weekdays: tuple[Weekday, ...] = EVERY_DAY

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if minute_of(self.begin) >= minute_of(self.end):
            raise ValueError(
                f"{self.begin} is not before {self.end} (the next day's 06:00 is 30:00)"
            )
        return self


class SplitDays(_Part):
    """How a day may be split into two parts of work, with unpaid time between, by consent only.

    `gap_minutes` [least, most] lie between the parts, each `part_minutes` or longer; the day is
    `span_minutes` at most from beginning to end (11 hours of rest in 24: D.Lgs. 66/2003 art. 7).
    """

    gap_minutes: tuple[Gap, Gap] = (120, 240)
    part_minutes: Annotated[int, Field(ge=60, le=360)] = 120
    days_per_week: Annotated[int, Field(ge=1, le=6)] = 2
    span_minutes: Annotated[int, Field(ge=120, le=LONGEST_SPAN)] = 720

    @model_validator(mode="after")
    def _least_before_most(self) -> Self:
        if self.gap_minutes[0] > self.gap_minutes[1]:
            raise ValueError("gap_minutes: the least is more than the most")
        return self


class Terms(_Part):
    """How long shifts are, how many in a week, within which bands.

    `shift_minutes` are paid; a meal is added where they are more than six hours.
    """

    shift_minutes: tuple[Annotated[int, Field(ge=60, le=720)], ...] = Field(min_length=1)
    shifts_per_week: Annotated[int, Field(ge=1, le=7)] | None = None
    weekly_minutes: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = None
    meal_minutes: Annotated[int, Field(ge=0, le=120)] = 30
    bands: tuple[Band, ...] = Field(min_length=1)
    elastic_bands: tuple[Band, ...] = ()
    start_every_minutes: Annotated[int, Field(ge=5, le=240)] = 15
    split: SplitDays | None = None

    @model_validator(mode="after")
    def _one_measure_of_the_week(self) -> Self:
        if (self.shifts_per_week is None) == (self.weekly_minutes is None):
            raise ValueError("tell either shifts_per_week or weekly_minutes")
        if self.weekly_minutes is not None and self.weekly_minutes[0] > self.weekly_minutes[1]:
            raise ValueError("weekly_minutes: the least is more than the most")
        return self


class Contract(Terms):
    """Terms under a name."""

    id: Name


def span_minutes(terms: Terms, paid_minutes: int) -> int:
    """Return how long somebody is there: paid time, and the meal of a long shift."""
    return paid_minutes + (terms.meal_minutes if paid_minutes > 360 else 0)


class Window(_Part):
    """From when to when a shift should begin, or lie."""

    begin: Clock = Field(alias="from")
    end: Clock = Field(alias="to")


class Before(_Part):
    """What somebody worked just before: days in a row, and when the last shift ended."""

    consecutive_days: Annotated[int, Field(ge=0, le=31)] = 0
    last_end: datetime

    @model_validator(mode="after")
    def _has_a_zone(self) -> Self:
        if self.last_end.tzinfo is None:
            raise ValueError("last_end needs an offset, such as 2026-03-01T21:00+01:00")
        return self


class Places(_Part):
    """How many of a week's shifts are in the office, the weekdays of the team, what is liked."""

    days_per_week: tuple[Annotated[int, Field(ge=0, le=7)], Annotated[int, Field(ge=0, le=7)]]
    team_weekdays: tuple[Weekday, ...] = ()
    prefers: Literal["office", "remote"] | None = None


class Person(_Part):
    """Somebody: contract, what they can do, what they ask for, when they are away."""

    id: Name
    contract: Name
    skills: tuple[Name, ...] = Field(min_length=1)
    preferred_start: Window | None = None
    preferred_hours: Window | None = None
    days_off: tuple[date, ...] = ()
    leave: tuple[date, ...] = ()
    before: Before | None = None
    elastic: bool = False
    split: bool = False
    office: Places | None = None


class Weights(_Part):
    """What each shortcoming costs: people-intervals, shifts, days.

    The price of split days is written only where it is another than the usual.
    """

    missing: Amount = 10.0
    excess: Amount = 1.0
    preference: Amount = 8.0
    day_off: Amount = 20.0
    elastic: Amount = 30.0
    split: Annotated[Amount, Field(exclude_if=lambda told: told == SPLIT_DAY)] = SPLIT_DAY
    office_day: Amount = 5.0


class Office(_Part):
    """How many can sit there at once."""

    seats: Annotated[int, Field(ge=0)]


class Instance(_Part):
    """One stretch of whole weeks to make a roster for."""

    start: date
    days: Annotated[int, Field(ge=7, le=56, multiple_of=7)]
    timezone: Name = "Europe/Rome"
    interval_minutes: Annotated[int, Field(ge=5, le=60)] = 15
    queues: tuple[Queue, ...] = Field(min_length=1, max_length=30)
    demand: dict[Name, tuple[Amount, ...]]
    contracts: tuple[Contract, ...] = Field(min_length=1)
    people: tuple[Person, ...] = Field(min_length=1)
    weights: Weights = Weights()
    office: Office | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = [*_calendar(self), *_names(self)]
        if not wrong:
            wrong = [*_demand(self), *_contracts(self)]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def axis_of(instance: Instance) -> Axis:
    """Return the axis of an instance."""
    return Axis(
        start=instance.start,
        days=instance.days,
        zone=instance.timezone,
        minutes=instance.interval_minutes,
    )


def _calendar(instance: Instance) -> list[str]:
    wrong = []
    if instance.start.weekday() != 0:
        wrong.append(f"start: {instance.start} is not a Monday")
    if 60 % instance.interval_minutes:
        wrong.append(f"interval_minutes: {instance.interval_minutes} does not divide an hour")
    try:
        ZoneInfo(instance.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        wrong.append(f"timezone: {instance.timezone} is not known")
    return wrong


def _names(instance: Instance) -> list[str]:
    wrong = []
    named = {
        "queue": [queue.id for queue in instance.queues],
        "contract": [contract.id for contract in instance.contracts],
        "person": [person.id for person in instance.people],
    }
    for what, names in named.items():
        twice = {name for name in names if names.count(name) > 1} if len(names) < 200 else set()
        if len(set(names)) < len(names):
            wrong.append(f"{what}: a name is there twice {sorted(twice)}".rstrip(" []"))
    queues, contracts = set(named["queue"]), set(named["contract"])
    for person in instance.people:
        if person.contract not in contracts:
            wrong.append(f"person {person.id}: no contract {person.contract}")
        wrong += [f"person {person.id}: no queue {s}" for s in person.skills if s not in queues]
    return wrong


def _demand(instance: Instance) -> list[str]:
    wrong = []
    intervals = axis_of(instance).day_begins[-1]
    queues = {queue.id for queue in instance.queues}
    wrong += [f"demand: no queue {name}" for name in instance.demand if name not in queues]
    wrong += [f"demand: nothing for queue {name}" for name in queues - set(instance.demand)]
    for name, values in instance.demand.items():
        if len(values) != intervals:
            told = f"demand of {name}: {len(values)} values for {intervals} intervals"
            wrong.append(f"{told} (days on which the clocks change are an hour shorter or longer)")
    return wrong


def _contracts(instance: Instance) -> list[str]:
    return [
        f"contract {contract.id}: {why}"
        for contract in instance.contracts
        for why in wrong_terms(contract, step=instance.interval_minutes)
    ]


def wrong_terms(terms: Terms, *, step: int) -> list[str]:
    """Return why nobody can work on such terms in intervals of `step` minutes; empty when fine."""
    wrong = []
    grid = (*terms.shift_minutes, terms.meal_minutes, terms.start_every_minutes)
    if any(minutes % step for minutes in grid):
        wrong.append(f"not all lengths are multiples of {step} min")
    longest = max(terms.shift_minutes)
    if longest > 360 and terms.meal_minutes < 10:
        wrong.append("beyond six hours a break of 10 min is due")
    if terms.shifts_per_week and terms.shifts_per_week * longest > 2880:
        wrong.append("more than 48 hours in a week")
    if terms.shifts_per_week == 7:
        wrong.append("a day of rest is due every week")
    if terms.weekly_minutes and terms.weekly_minutes[0] > 2880:
        wrong.append("more than 48 hours in a week")
    if terms.split is not None:
        wrong += _wrong_split(terms.split, step=step)
    return wrong


def can_split(terms: Terms) -> bool:
    """Tell whether any shift of a contract is long enough for two parts, and short enough."""
    split = terms.split
    return split is not None and any(
        2 * split.part_minutes <= paid <= split.span_minutes - split.gap_minutes[0]
        for paid in terms.shift_minutes
    )


def _wrong_split(split: SplitDays, *, step: int) -> list[str]:
    wrong = []
    if any(minutes % step for minutes in (*split.gap_minutes, split.part_minutes)):
        wrong.append(f"split: not all lengths are multiples of {step} min")
    if split.gap_minutes[1] > MOST_GAP_INTERVALS * step:
        wrong.append(f"split: a gap is {MOST_GAP_INTERVALS} intervals at most")
    return wrong


def read_instance(text: str) -> Instance:
    """Return the instance of a JSON document; InstanceError names each field that is wrong."""
    try:
        return Instance.model_validate_json(text)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in found['loc']) or 'instance'}: {found['msg']}"
            for found in error.errors()
        ]
        raise InstanceError("\n".join(lines)) from None


def load_instance(path: Path) -> Instance:
    """Return the instance of a JSON file; InstanceError names it before each fault."""
    try:
        return read_instance(text_of(path))
    except Unreadable as error:
        raise InstanceError(str(error)) from None
    except InstanceError as error:
        raise InstanceError(
            "\n".join(f"{path}: {line}" for line in str(error).split("\n"))
        ) from None
