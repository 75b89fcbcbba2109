"""Routes on clients, opening calendars and settings.

The organisation's room lies below identity and cannot know the door, so its routes live here.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from ascolto.identity.guard import Call, permit
from ascolto.kit.http import Cursor, Limit, Page, decode_place, decode_text, page_of
from ascolto.tenancy import actions, settings, store
from ascolto.web.tenancy_views import (
    CalendarChange,
    CalendarView,
    ClientChange,
    ClientView,
    NewCalendar,
    NewClient,
    OpeningView,
    SettingChange,
    SettingValueView,
    SettingView,
)

router = APIRouter(tags=["organisation"])

Configurator = Annotated[Call, permit("tenancy.configure")]
CalendarReader = Annotated[Call, permit("tenancy.read_calendars")]


@router.get("/clients", summary="Clients by name")
async def list_clients(
    call: Annotated[Call, permit("tenancy.read_clients")],
    archived: Annotated[bool, Query(description="with those put away")] = False,  # noqa: FBT002 - a query parameter
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ClientView]:
    """Return a page of the clients in one's scope."""
    found = await store.list_clients(
        call.tx, archived=archived, after=decode_place(cursor), limit=limit + 1
    )
    return page_of(found, limit=limit, show=ClientView.of, place=lambda one: (one.name, one.id))


@router.post("/clients", status_code=201, summary="Add a client")
async def create_client(body: NewClient, call: Configurator) -> ClientView:
    """Add a committente, with the colour of its banner."""
    client = await actions.create_client(
        call.tx,
        name=body.name,
        color=body.color,
        legal_name=body.legal_name,
        sector=body.sector,
        contact=body.reach.model_dump(exclude_none=True),
    )
    return ClientView.of(client)


@router.get("/clients/{client_id}", summary="One client")
async def show_client(
    client_id: UUID, call: Annotated[Call, permit("tenancy.read_clients")]
) -> ClientView:
    """Return a client in one's scope."""
    return ClientView.of(await actions.get_client(call.tx, str(client_id)))


@router.patch("/clients/{client_id}", summary="Change a client")
async def change_client(client_id: UUID, body: ClientChange, call: Configurator) -> ClientView:
    """Change a client's fields; absent ones stay."""
    client = await actions.change_client(call.tx, str(client_id), v=body.v, changes=body.changes())
    return ClientView.of(client)


@router.delete("/clients/{client_id}", status_code=204, summary="Put a client away")
async def archive_client(client_id: UUID, call: Configurator) -> None:
    """Archive a client; what was done for it stays."""
    await actions.archive_client(call.tx, str(client_id))


@router.get("/calendars", summary="Opening calendars")
async def list_calendars(
    call: CalendarReader, cursor: Cursor = None, limit: Limit = 100
) -> Page[CalendarView]:
    """Return a page of the calendars in one's scope, by name."""
    found = await store.list_calendars(call.tx, after=decode_place(cursor), limit=limit + 1)
    return page_of(found, limit=limit, show=CalendarView.of, place=lambda one: (one.name, one.id))


@router.post("/calendars", status_code=201, summary="Add a calendar")
async def create_calendar(body: NewCalendar, call: Configurator) -> CalendarView:
    """Add opening hours, of one client or shared by all."""
    calendar = await actions.create_calendar(
        call.tx,
        name=body.name,
        hours=body.hours.model_dump(),
        client_id=None if body.client_id is None else str(body.client_id),
    )
    return CalendarView.of(calendar)


@router.get("/calendars/{calendar_id}", summary="One calendar")
async def show_calendar(calendar_id: UUID, call: CalendarReader) -> CalendarView:
    """Return a calendar in one's scope."""
    return CalendarView.of(await actions.get_calendar(call.tx, str(calendar_id)))


@router.get("/calendars/{calendar_id}/opening", summary="Open now, and until when")
async def show_opening(
    calendar_id: UUID, call: CalendarReader, at: AwareDatetime | None = None
) -> OpeningView:
    """Tell whether a calendar is open at a moment (now by default) and when that changes."""
    hours = (await actions.get_calendar(call.tx, str(calendar_id))).hours
    moment = actions.within_reach(at or call.tx.now)
    return OpeningView(
        at=moment,
        open=hours.is_open(moment),
        opens_at=hours.next_opening(moment),
        closes_at=hours.closes_at(moment),
    )


@router.put("/calendars/{calendar_id}", summary="Rewrite a calendar")
async def change_calendar(
    calendar_id: UUID, body: CalendarChange, call: Configurator
) -> CalendarView:
    """Give a calendar another name or other hours."""
    calendar = await actions.change_calendar(
        call.tx, str(calendar_id), v=body.v, name=body.name, hours=body.hours.model_dump()
    )
    return CalendarView.of(calendar)


@router.delete("/calendars/{calendar_id}", status_code=204, summary="Delete a calendar")
async def delete_calendar(calendar_id: UUID, call: Configurator) -> None:
    """Delete a calendar that no client uses."""
    await actions.delete_calendar(call.tx, str(calendar_id))


@router.get("/settings", summary="Settings and since when they hold")
async def list_settings(
    call: Annotated[Call, permit("tenancy.read_settings")],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[SettingView]:
    """Return a page of settings by key: the default, and the values given, newest first."""
    after = decode_text(cursor)
    known = [one for one in settings.all_declared() if after is None or one.key > after]
    values = await store.list_settings(call.tx, keys=[one.key for one in known[:limit]])
    return page_of(
        known,
        limit=limit,
        show=lambda one: SettingView.of(one, values),
        place=lambda one: (one.key,),
    )


@router.put("/settings/{key}", summary="Change a setting from a moment on")
async def change_setting(key: str, body: SettingChange, call: Configurator) -> SettingValueView:
    """Give a setting a value from now or a later moment on; the past keeps the one it had."""
    value = await actions.change_setting(
        call.tx,
        key,
        body.value,
        actor=call.principal.actor(),
        valid_from=body.valid_from,
        client_id=None if body.client_id is None else str(body.client_id),
    )
    return SettingValueView.of(value)
