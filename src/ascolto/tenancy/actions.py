"""Use cases of the organisation's room."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from ascolto.kit.db import Actor, Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy import errors, events, settings, store
from ascolto.tenancy.hours import HoursError, OpeningHours
from ascolto.tenancy.model import Ahead, Calendar, Client, SettingValue, Tenant

T = TypeVar("T")


async def create_tenant(
    tx: Tx, *, slug: str, name: str, locale: str = "it", timezone: str = "Europe/Rome"
) -> Tenant:
    """Bring in an organisation; the transaction is opened for its future id."""
    tenant = Tenant(id=tx.tenant_id, slug=slug, name=name, locale=locale, timezone=timezone)
    try:
        await store.insert_tenant(tx, tenant)
    except asyncpg.UniqueViolationError as taken:
        raise errors.SlugTaken(f"There already is an organisation {slug}.", slug=slug) from taken
    tx.emit(events.TenantCreated(slug=slug))
    return tenant


async def create_client(
    tx: Tx,
    *,
    name: str,
    color: str,
    legal_name: str = "",
    sector: str = "other",
    contact: dict[str, Any] | None = None,
    client_id: str | None = None,
) -> Client:
    """Add a client; only whoever sees every client may."""
    _require_full_scope(tx)
    client = Client(
        id=client_id or new_id(),
        name=name,
        legal_name=legal_name,
        sector=sector,
        color=color,
        contact=contact or {},
        default_calendar_id=None,
        v=1,
        archived_at=None,
    )
    try:
        await store.insert_client(tx, client)
    except asyncpg.UniqueViolationError as taken:
        raise errors.NameTaken(f"There already is a client {name}.", name=name) from taken
    tx.emit(events.ClientChanged(client_id=client.id, change="created"))
    return client


async def get_client(tx: Tx, client_id: str) -> Client:
    """Return a client in scope or refuse."""
    client = await store.get_client(tx, client_id)
    if client is None:
        raise errors.UnknownClient("There is no such client.", client_id=client_id)
    return client


async def change_client(tx: Tx, client_id: str, *, v: int, changes: dict[str, Any]) -> Client:
    """Change some fields of a client that is still at version `v`."""
    client = await get_client(tx, client_id)
    if (calendar_id := changes.get("default_calendar_id")) is not None:
        calendar = await get_calendar(tx, calendar_id)
        if calendar.client_id not in (None, client_id):
            raise errors.UnknownCalendar("That calendar is another client's.")
    try:
        saved = await store.update_client(tx, replace(client, v=v, **changes))
    except asyncpg.UniqueViolationError as taken:
        raise errors.NameTaken("Another client has this name.") from taken
    if saved is None:
        raise errors.ClientChanged("Somebody changed this client meanwhile.", v=client.v)
    tx.emit(events.ClientChanged(client_id=client_id, change="updated"))
    return saved


async def archive_client(tx: Tx, client_id: str) -> None:
    """Put a client away; what was done for it stays."""
    _require_full_scope(tx)
    client = await get_client(tx, client_id)
    if client.archived_at is None:
        await store.update_client(tx, replace(client, archived_at=tx.now))
        tx.emit(events.ClientChanged(client_id=client_id, change="archived"))


async def create_calendar(
    tx: Tx,
    *,
    name: str,
    hours: dict[str, Any] | OpeningHours,
    client_id: str | None = None,
    calendar_id: str | None = None,
) -> Calendar:
    """Add a calendar, of one client or (by whoever sees all) shared."""
    if client_id is None:
        _require_full_scope(tx)
    else:
        await get_client(tx, client_id)
    calendar = Calendar(
        id=calendar_id or new_id(), client_id=client_id, name=name, hours=read_hours(hours), v=1
    )
    await store.insert_calendar(tx, calendar)
    tx.emit(_calendar_event(calendar, "created"))
    return calendar


async def get_calendar(tx: Tx, calendar_id: str) -> Calendar:
    """Return a calendar in scope or refuse."""
    calendar = await store.get_calendar(tx, calendar_id)
    if calendar is None:
        raise errors.UnknownCalendar("There is no such calendar.", calendar_id=calendar_id)
    return calendar


async def find_calendar(tx: Tx, calendar_id: str) -> Calendar | None:
    """Return a calendar in scope, None when it was deleted."""
    return await store.get_calendar(tx, calendar_id)


async def change_calendar(
    tx: Tx, calendar_id: str, *, v: int, name: str, hours: dict[str, Any]
) -> Calendar:
    """Rewrite a calendar that is still at version `v`."""
    calendar = await _calendar_to_change(tx, calendar_id)
    wanted = replace(calendar, v=v, name=name, hours=read_hours(hours))
    saved = await store.update_calendar(tx, wanted)
    if saved is None:
        raise errors.CalendarChanged("Somebody changed this calendar meanwhile.", v=calendar.v)
    tx.emit(_calendar_event(saved, "updated"))
    return saved


async def delete_calendar(tx: Tx, calendar_id: str) -> None:
    """Delete a calendar that no client uses."""
    calendar = await _calendar_to_change(tx, calendar_id)
    try:
        await store.delete_calendar(tx, calendar_id)
    except asyncpg.ForeignKeyViolationError as used:
        raise errors.CalendarInUse("A client still uses this calendar.") from used
    tx.emit(_calendar_event(calendar, "deleted"))


async def _calendar_to_change(tx: Tx, calendar_id: str) -> Calendar:
    calendar = await get_calendar(tx, calendar_id)
    if calendar.client_id is None:
        _require_full_scope(tx)
    return calendar


def _calendar_event(calendar: Calendar, change: str) -> events.CalendarChanged:
    return events.CalendarChanged(
        client_id=calendar.client_id, calendar_id=calendar.id, change=change
    )


def read_hours(hours: dict[str, Any] | OpeningHours) -> OpeningHours:
    """Read opening hours from their JSON shape or refuse with what is wrong."""
    if isinstance(hours, OpeningHours):
        return hours
    try:
        return OpeningHours.from_document(hours)
    except HoursError as wrong:
        raise errors.BadHours(str(wrong)) from wrong


def within_reach(at: datetime) -> datetime:
    """Refuse a moment so far away that no calendar is meant for it."""
    if not 1971 <= at.year <= 2200:
        raise errors.BadMoment("Ask about a year from 1971 to 2200.")
    return at


async def setting(
    tx: Tx,
    wanted: settings.Setting[T],
    *,
    at: datetime | None = None,
    client_id: str | None = None,
) -> T:
    """Return the value of a setting at a moment (now by default)."""
    found = await store.setting_in_force(tx, wanted.key, at=at or tx.now, client_id=client_id)
    return wanted.default if found is None else wanted.parse(found.value)


async def change_setting(
    tx: Tx,
    key: str,
    value: Any,
    *,
    actor: Actor,
    valid_from: datetime | None = None,
    client_id: str | None = None,
) -> SettingValue:
    """Give a setting a value from now or a later moment on."""
    known = await _setting_to_change(tx, key, client_id=client_id)
    if valid_from is not None and valid_from < tx.now:
        raise errors.SettingInThePast("A setting changes from now on, not in the past.")
    _require_taken(known, value)
    entry = SettingValue(key, client_id, valid_from or tx.now, value, actor.as_json(), tx.now)
    await store.put_setting(tx, new_id(), entry)
    tx.emit(
        events.SettingChanged(
            client_id=client_id, key=key, valid_from=entry.valid_from.isoformat(), value=value
        )
    )
    return entry


async def replan_setting(
    tx: Tx, key: str, ahead: Sequence[Ahead], *, actor: Actor, client_id: str | None = None
) -> None:
    """Let a setting take these values and no others from now on; the past keeps what held.

    What was planned and is not among them never comes.
    """
    known = await _setting_to_change(tx, key, client_id=client_id)
    await store.forget_planned(tx, key, client_id=client_id)
    all_own = [v for v in await store.list_settings(tx, keys=[key]) if v.client_id == client_id]
    held = all_own[0] if all_own else None
    for each in ahead:
        if not each.inherits:
            _require_taken(known, each.value)
        if each.valid_from is None and _is_so(held, each):
            continue
        begins = max(each.valid_from or tx.now, tx.now)
        by = actor.as_json()
        entry = SettingValue(key, client_id, begins, each.value, by, tx.now, each.inherits)
        await store.put_setting(tx, new_id(), entry)
    holds = await store.setting_in_force(tx, key, at=tx.now, client_id=client_id)
    tx.emit(
        events.SettingChanged(
            client_id=client_id,
            key=key,
            valid_from=tx.now.isoformat(),
            value=known.default if holds is None else holds.value,
        )
    )


def _is_so(held: SettingValue | None, wanted: Ahead) -> bool:
    if held is None or held.inherits:
        return wanted.inherits
    return not wanted.inherits and held.value == wanted.value


async def _setting_to_change(tx: Tx, key: str, *, client_id: str | None) -> settings.Setting[Any]:
    known = settings.declared(key)
    if known is None:
        raise errors.UnknownSetting("There is no such setting.", key=key)
    if client_id is None:
        _require_full_scope(tx)
    else:
        await get_client(tx, client_id)
    return known


def _require_taken(known: settings.Setting[Any], value: Any) -> None:
    try:
        known.parse(value)
    except settings.BadValue as wrong:
        raise errors.BadSettingValue(f"{known.key} takes {wrong}.", key=known.key) from wrong


def _require_full_scope(tx: Tx) -> None:
    if tx.clients is not None:
        raise errors.OutsideScope("Only somebody who sees every client may do this.")
