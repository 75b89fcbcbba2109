"""Let a demo organisation know what it knows of its own days: bill runs, prices, a fault."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from ascolto.demo.organisation import Organisation
from ascolto.kit.db import Tx
from ascolto.workforce.actions.own_events import note_event


async def prepare_days(tx: Tx, one: Organisation, *, clients: dict[str, str]) -> None:
    """Note each event so many days from today, for a client or for all of them."""
    today = tx.now.astimezone(ZoneInfo(one.timezone)).date()
    for row in one.own_events:
        for days in row["in_days"]:
            await note_event(
                tx,
                day=today + timedelta(days=days),
                kind=row["kind"],
                name=row["name"],
                client_id=clients[row["client"]] if "client" in row else None,
            )
