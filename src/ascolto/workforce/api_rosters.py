"""Routes on rosters for who plans, and on their own shifts for who works."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request

from ascolto import routing
from ascolto.identity import secrets
from ascolto.identity.guard import Call, permit
from ascolto.kit.clock import midnight
from ascolto.kit.http import Cursor, Limit, Page, decode_id, page_of, services_of, takes
from ascolto.tenancy import store as tenancy_store
from ascolto.workforce import store_rosters, store_runs
from ascolto.workforce.actions import editing, relocating, rosters, standing_in
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.examining import broken_rules
from ascolto.workforce.reading import own_operator
from ascolto.workforce.views_rosters import (
    AwayOnDayView,
    DifferenceView,
    FeedView,
    OpenSpanView,
    OwnShiftsView,
    OwnShiftView,
    PersonDayBody,
    PersonDayView,
    PublishRosterBody,
    RelocatedView,
    RemoteBody,
    RequiredDayView,
    RosterBody,
    RosterDayView,
    RosterDetailView,
    RosterView,
    ShiftsBody,
    ShiftView,
    StandInsView,
    StandInView,
    ViolationView,
)

# Everybody's shifts of a month.
SHIFTS_LIMIT = 6_000_000

router = APIRouter(tags=["workforce"])

Planner = Annotated[Call, permit("workforce.roster")]
Own = Annotated[Call, permit("workforce.own_shifts")]
LONGEST_OWN = 93
FAR = date(2900, 1, 1)


@router.get("/workforce/rosters", summary="Versions of the roster")
async def list_rosters(
    call: Planner,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RosterView]:
    """Return the versions, the latest first."""
    rosters.require_whole(call.tx)
    found = await store_rosters.list_rosters(call.tx, before=decode_id(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=RosterView.of, place=lambda one: (one.id,))


@router.post("/workforce/rosters", status_code=201, summary="Begin a version of the roster")
async def begin_roster(body: RosterBody, call: Planner) -> RosterView:
    """Begin a draft for some days; it opens with what is in force on them."""
    if body.last_day > FAR:
        raise BadPlan("no_day", "No such day.", day=body.last_day.isoformat())
    begun = await rosters.begin_roster(
        call.tx, first_day=body.first_day, last_day=body.last_day, reason=body.reason
    )
    return RosterView.of(begun)


@router.post("/workforce/rosters/remote", status_code=201, summary="Everybody at home")
async def send_home(body: RemoteBody, call: Planner) -> RelocatedView:
    """Begin a draft in which everybody who has agreed to it works at home on some days.

    With `site_lost` the shifts of those who have not are taken out and given to who can work at
    home, is free that day and may. Nothing is published, and nobody asked before it is.
    """
    if body.last_day > FAR:
        raise BadPlan("no_day", "No such day.", day=body.last_day.isoformat())
    done = await relocating.send_home(
        call.tx,
        first_day=body.first_day,
        last_day=body.last_day,
        reason=body.reason,
        site_lost=body.site_lost,
    )
    return RelocatedView(
        roster=RosterView.of(done.roster),
        moved=done.moved,
        at_home=done.at_home,
        cannot=list(done.cannot),
    )


@router.get("/workforce/rosters/{roster_id}", summary="One version of the roster")
async def show_roster(roster_id: UUID, call: Planner) -> RosterDetailView:
    """Return a version with all its shifts."""
    roster = await rosters.find_roster(call.tx, str(roster_id))
    shifts = await store_rosters.shifts_of(call.tx, roster.id)
    return RosterDetailView(
        roster=RosterView.of(roster), shifts=[ShiftView.of(one) for one in shifts]
    )


@router.put(
    "/workforce/rosters/{roster_id}/shifts",
    summary="Fill a draft of the roster",
    openapi_extra=takes(SHIFTS_LIMIT),
)
async def fill_roster(roster_id: UUID, body: ShiftsBody, call: Planner) -> RosterView:
    """Write all shifts of a draft, or none when one of them cannot be."""
    shifts = [one.shift() for one in body.shifts]
    return RosterView.of(await rosters.fill_roster(call.tx, str(roster_id), shifts, v=body.v))


@router.get("/workforce/rosters/{roster_id}/difference", summary="What a version changes")
async def compare_roster(roster_id: UUID, call: Planner) -> DifferenceView:
    """Return what a version changes in what is in force, and what it breaks."""
    roster = await rosters.find_roster(call.tx, str(roster_id))
    return DifferenceView.of(roster, *await rosters.compare_roster(call.tx, roster))


@router.get("/workforce/rosters/{roster_id}/stand-ins", summary="Who stands in for a lost site")
async def list_stand_ins(roster_id: UUID, call: Planner) -> StandInsView:
    """Return who stands in where a site is lost, what they said, and what stays open by now."""
    roster = await rosters.find_roster(call.tx, str(roster_id))
    found, open_ = await standing_in.stand_ins(call.tx, roster)
    return StandInsView(
        asked=[StandInView.of(one) for one in found],
        left_open=[OpenSpanView(**asdict(one)) for one in open_],
    )


@router.get("/workforce/rosters/{roster_id}/violations", summary="What a roster breaks")
async def list_violations(roster_id: UUID, call: Planner) -> list[ViolationView]:
    """Return what a version breaks in law and agreements, day by day, with the articles."""
    roster = await rosters.find_roster(call.tx, str(roster_id))
    shifts = await store_rosters.shifts_of(call.tx, roster.id)
    return [ViolationView.of(one) for one in await broken_rules(call.tx, roster, shifts)]


@router.post("/workforce/rosters/{roster_id}/publish", summary="Publish a version of the roster")
async def publish_roster(roster_id: UUID, body: PublishRosterBody, call: Planner) -> DifferenceView:
    """Publish the draft that was looked at; return what it has changed.

    Where it is of a lost site, whom it gives work on a free day is asked, and works with a yes.
    """
    return DifferenceView.of(*await standing_in.publish(call.tx, str(roster_id), v=body.v))


@router.delete("/workforce/rosters/{roster_id}", status_code=204, summary="Throw a draft away")
async def drop_roster(roster_id: UUID, call: Planner) -> None:
    """Throw away a version that is not published."""
    await rosters.drop_roster(call.tx, str(roster_id))


@router.get("/workforce/rosters/{roster_id}/days/{day}", summary="One day of a roster")
async def show_day(roster_id: UUID, day: date, call: Planner) -> RosterDayView:
    """Return all shifts of a day of a version, and how many people it takes."""
    roster = await rosters.find_roster(call.tx, str(roster_id))
    if day > FAR:
        raise BadPlan("no_day", "No such day.", day=day.isoformat())
    zone = ZoneInfo((await tenancy_store.get_tenant(call.tx)).timezone)
    shifts = await store_rosters.shifts_of(call.tx, roster.id, day=day)
    required = await store_runs.required_on(call.tx, day, roster_id=roster.id)
    today = call.tx.now.astimezone(zone).date()
    away = await routing.away(call.tx) if day == today else []
    return RosterDayView(
        roster=RosterView.of(roster),
        day=day,
        timezone=zone.key,
        begins_at=midnight(day, zone),
        ends_at=midnight(day + timedelta(days=1), zone),
        shifts=[ShiftView.of(one) for one in shifts],
        required=[
            RequiredDayView(queue_id=one.queue_id, minutes=one.minutes, people=list(one.people))
            for one in required
        ],
        away=[AwayOnDayView(**asdict(one)) for one in away],
    )


@router.get(
    "/workforce/rosters/{roster_id}/people/{operator_id}/days/{day}",
    summary="One person's day in a roster",
)
async def show_person_day(
    roster_id: UUID, operator_id: UUID, day: date, call: Planner
) -> PersonDayView:
    """Return a person's shifts of a day, what they break, and why they are so."""
    if day > FAR:
        raise BadPlan("no_day", "No such day.", day=day.isoformat())
    return PersonDayView.of(
        await editing.show_day(call.tx, str(roster_id), operator_id=str(operator_id), day=day)
    )


@router.put(
    "/workforce/rosters/{roster_id}/people/{operator_id}/days/{day}",
    summary="Change one person's day in a draft",
)
async def change_person_day(
    roster_id: UUID, operator_id: UUID, day: date, body: PersonDayBody, call: Planner
) -> PersonDayView:
    """Write a person's shifts of a day into a draft; what they break is said with the article."""
    wanted = [one.wanted(operator_id=str(operator_id), day=day) for one in body.shifts]
    return PersonDayView.of(
        await editing.change_day(
            call.tx,
            str(roster_id),
            operator_id=str(operator_id),
            day=day,
            wanted=wanted,
            v=body.v,
        )
    )


@router.get("/me/shifts", summary="One's own shifts")
async def show_own_shifts(
    call: Own,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> OwnShiftsView:
    """Return one's own shifts as published, four weeks from today unless told otherwise."""
    operator_id = own_operator(call.principal)
    tenant = await tenancy_store.get_tenant(call.tx)
    today = call.tx.now.astimezone(ZoneInfo(tenant.timezone)).date()
    first = since or today - timedelta(days=1)  # last night's shift may still be going on
    if first > FAR or (until or first) > FAR:
        raise BadPlan("no_day", "No such day.")
    last = until or first + timedelta(days=28)
    if not 0 <= (last - first).days < LONGEST_OWN:
        raise BadPlan("three_months", "Ask for three months at most.", most_days=LONGEST_OWN)
    shifts = await store_rosters.in_force(
        call.tx, first_day=first, last_day=last, operator_id=operator_id
    )
    if since is None:
        shifts = [one for one in shifts if one.ends_at > call.tx.now or one.day >= today]
    feed = await store_rosters.feed_of(call.tx, operator_id=operator_id)
    return OwnShiftsView(
        timezone=tenant.timezone,
        shifts=[OwnShiftView.of(one) for one in shifts],
        feed_since=feed["created_at"] if feed else None,
    )


@router.post("/me/shifts/feed", summary="An address for one's own calendar")
async def open_feed(call: Own, request: Request) -> FeedView:
    """Give one's calendar program an address; one that was given before leads nowhere."""
    secret, fingerprint = secrets.issue(call.tx.tenant_id)
    await store_rosters.put_feed(
        call.tx, operator_id=own_operator(call.principal), secret_hash=fingerprint
    )
    public_url = services_of(request).settings.public_url.rstrip("/")
    return FeedView(url=f"{public_url}/shifts/{secret}.ics")


@router.delete("/me/shifts/feed", status_code=204, summary="Take the calendar's address back")
async def close_feed(call: Own) -> None:
    """Let the address of one's calendar lead nowhere from now on."""
    await store_rosters.delete_feed(call.tx, operator_id=own_operator(call.principal))
