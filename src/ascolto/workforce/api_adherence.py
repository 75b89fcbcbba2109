"""Routes on adherence: groups by default, one person by agreement alone, oneself always."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from ascolto.identity.guard import Call, permit, recognise
from ascolto.identity.model import Principal
from ascolto.insight.ask import scope_of
from ascolto.insight.person import look_at
from ascolto.insight.presence import presence_events, signed_in
from ascolto.kit.clock import midnight
from ascolto.kit.db import Tx
from ascolto.people.actions import get_operator
from ascolto.privacy import MonitoredField
from ascolto.routing import teams_of
from ascolto.tenancy import get_tenant
from ascolto.workforce import store_rosters
from ascolto.workforce.adherence import (
    Adherence,
    GroupAdherence,
    HalfHours,
    by_group,
    by_half_hours,
    by_person,
)
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.reading import own_operator, reading
from ascolto.workforce.rosters import Shift

router = APIRouter(tags=["workforce"])

Asker = Annotated[Principal, recognise("workforce.read")]
People = Annotated[Call, permit("insight.floor_people")]
Own = Annotated[Call, permit("workforce.own_shifts")]
BACK = 31
_ONE_DAY = timedelta(days=1)


class AdherenceView(BaseModel):
    """How many hours of work were rostered until now, and in what share of them one was there."""

    rostered_hours: float
    share: float | None

    @classmethod
    def of(cls, one: Adherence) -> "AdherenceView":
        """Show how much of what was rostered was kept."""
        return cls(rostered_hours=round(one.rostered_s / 3600, 2), share=one.share)


class GroupAdherenceView(AdherenceView):
    """A group of people; those too few for a group of their own are together as `others`."""

    group: str
    people: int

    @classmethod
    def of_group(cls, one: GroupAdherence) -> "GroupAdherenceView":
        """Show a group's day, in whole percent: a closer share tells of single people."""
        share = one.adherence.share
        return cls(
            group=one.group,
            people=one.people,
            rostered_hours=round(one.adherence.rostered_s / 3600, 2),
            share=None if share is None else round(share, 2),
        )


class DayAdherenceView(BaseModel):
    """A day's groups; nobody alone."""

    day: date
    smallest_group: int
    groups: list[GroupAdherenceView]


class PersonAdherenceView(AdherenceView):
    """One person's day, by agreement or one's own."""

    operator_id: str
    day: date


@dataclass(frozen=True, slots=True)
class _Read:
    day: date
    since: datetime
    until: datetime
    shifts: Sequence[Shift]
    events: list[Any]

    def people(self) -> dict[str, Adherence]:
        spans = signed_in(self.events, since=self.since, until=self.until)
        return by_person(self.shifts, spans, until=self.until)

    def half_hours(self) -> dict[str, HalfHours]:
        spans = signed_in(self.events, since=self.since, until=self.until)
        return by_half_hours(self.shifts, spans, until=self.until)


@router.get("/workforce/adherence", summary="How rosters were kept, in groups")
async def show_adherence(
    principal: Asker, request: Request, day: date | None = None
) -> DayAdherenceView:
    """Return a past day's adherence by teams of at least five, yesterday's unless told otherwise.

    Single people are not shown, and no day that still goes on: whoever looked twice would see who
    left in between.
    """
    async with reading(request, principal) as tx:
        today, zone = await _today(tx)
        day = day or today - _ONE_DAY
        if day >= today:
            raise BadPlan(
                "days_over", "Groups are shown of days that are over.", day=day.isoformat()
            )
        read = await _read(tx, day, today=today, zone=zone, until=midnight(today, zone))
        teams = await teams_of(tx)
        smallest = (await scope_of(tx, at=tx.now)).smallest_group
    people = await asyncio.to_thread(read.half_hours)
    # Whoever sees some clients sees those who work for them, and nobody else.
    seen = {who: one for who, one in people.items() if who in teams}
    return DayAdherenceView(
        day=read.day,
        smallest_group=smallest,
        groups=[
            GroupAdherenceView.of_group(one) for one in by_group(seen, teams, smallest=smallest)
        ],
    )


@router.get("/workforce/adherence/{operator_id}", summary="One person's adherence, by agreement")
async def show_person_adherence(
    operator_id: UUID,
    call: People,
    why: Annotated[str, Query(min_length=1, max_length=500)],
    day: date | None = None,
) -> PersonAdherenceView:
    """Return one person's day where an agreement in force names adherence; the look is logged.

    Without one this is refused. Oneself one sees always, and nobody is told.
    """
    operator = await get_operator(call.tx, str(operator_id))
    wanted = {MonitoredField.ADHERENCE}
    await look_at(call.tx, call.principal, operator.id, wanted=wanted, where="workforce", why=why)
    return await _person(call.tx, operator.id, day)


@router.get("/me/adherence", summary="One's own adherence")
async def show_own_adherence(call: Own, day: date | None = None) -> PersonAdherenceView:
    """Return one's own day, today unless told otherwise; nobody else can ask for it here."""
    return await _person(call.tx, own_operator(call.principal), day)


async def _person(tx: Tx, operator_id: str, day: date | None) -> PersonAdherenceView:
    today, zone = await _today(tx)
    read = await _read(tx, day or today, today=today, zone=zone, operator_id=operator_id)
    one = read.people().get(operator_id, Adherence(0.0, 0.0))
    return PersonAdherenceView(operator_id=operator_id, day=read.day, **dict(AdherenceView.of(one)))


async def _today(tx: Tx) -> tuple[date, ZoneInfo]:
    """Return the organisation's present day and its zone."""
    zone = ZoneInfo((await get_tenant(tx)).timezone)
    return tx.now.astimezone(zone).date(), zone


async def _read(
    tx: Tx,
    day: date,
    *,
    today: date,
    zone: ZoneInfo,
    operator_id: str | None = None,
    until: datetime | None = None,
) -> _Read:
    if not 0 <= (today - day).days <= BACK:
        raise BadPlan("last_month", "The last month is shown.", day=day.isoformat())
    shifts = await store_rosters.in_force(tx, first_day=day, last_day=day, operator_id=operator_id)
    since = midnight(day, zone)
    # A night's shift ends on the next day.
    until = min(since + timedelta(days=2), until or tx.now)
    events = await presence_events(tx, since=since, until=until, operator_id=operator_id)
    return _Read(day, since, until, shifts, events)
