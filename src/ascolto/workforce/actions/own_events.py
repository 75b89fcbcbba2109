"""What the organisation knows of its own days: a bill run, news of prices, a fault."""

from datetime import date

from ascolto.kit.db import Tx
from ascolto.kit.ids import new_id
from ascolto.tenancy.actions import get_client
from ascolto.workforce import events, store_days
from ascolto.workforce.errors import AlreadyNoted, BadPlan, OutsideScope, UnknownEvent
from ascolto.workforce.model import OwnEvent

FIRST, LAST = date(2000, 1, 1), date(2900, 1, 1)


async def note_event(tx: Tx, *, day: date, kind: str, name: str, client_id: str | None) -> OwnEvent:
    """Write down what is known of a day; forecasts asked for from now on know it too."""
    if not FIRST <= day <= LAST:
        raise BadPlan("no_day", "No such day.", day=day.isoformat())
    if client_id is None:
        _require_whole(tx)
    else:
        await get_client(tx, client_id)
    event = OwnEvent(
        id=new_id(),
        client_id=client_id,
        day=day,
        kind=kind,
        name=name,
        noted_at=tx.now,
        noted_by=tx.actor.name,
    )
    if not await store_days.insert_event(tx, event):
        raise AlreadyNoted("The day has an event of this kind already.", day=day.isoformat())
    tx.emit(_said(event, "noted"))
    return event


async def forget_event(tx: Tx, event_id: str) -> None:
    """Take back what was believed of a day; forecasts that were made stay as they are."""
    event = await store_days.get_event(tx, event_id)
    if event is None:
        raise UnknownEvent("There is no such event.", event_id=event_id)
    if event.client_id is None:
        _require_whole(tx)
    await store_days.delete_event(tx, event_id)
    tx.emit(_said(event, "forgotten"))


def _require_whole(tx: Tx) -> None:
    if tx.clients is not None:
        raise OutsideScope("Only somebody who sees every client speaks for all of them.")


def _said(event: OwnEvent, change: str) -> events.OwnEventNoted:
    return events.OwnEventNoted(
        client_id=event.client_id,
        own_event_id=event.id,
        day=event.day.isoformat(),
        own_event=event.kind,
        change=change,
    )
