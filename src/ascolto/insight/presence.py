"""Who was signed in when: spans of presence, for whoever sets them beside a plan."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ascolto.insight import store
from ascolto.insight.errors import PeriodTooBusy
from ascolto.insight.fold import PRESENCE, Ledger
from ascolto.insight.model import LoggedEvent, PresenceSpan
from ascolto.kit.db import Tx

MOST_EVENTS = 300_000
_HEAD = timedelta(days=1)
_GONE = frozenset({"", "offline"})


async def presence_events(
    tx: Tx, *, since: datetime, until: datetime, operator_id: str | None = None
) -> list[store.Logged]:
    """Return the changes of presence of a period and the day before it, of all or of one."""
    if operator_id is not None:
        return await store.events_of_operator(
            tx, operator_id=operator_id, since=since - _HEAD, until=until, kinds={PRESENCE}
        )
    found = await store.events_between(
        tx, since=since - _HEAD, until=until, kinds={PRESENCE}, limit=MOST_EVENTS + 1
    )
    if len(found) > MOST_EVENTS:
        raise PeriodTooBusy("Too much happened in this period.", most_events=MOST_EVENTS)
    return found


def signed_in(
    events: Iterable[LoggedEvent], *, since: datetime, until: datetime
) -> list[PresenceSpan]:
    """Return the spans in which people were signed in, cut to a period, in any state."""
    return [
        PresenceSpan(one.operator_id, one.state, max(one.since, since), min(one.until, until))
        for one in Ledger().add(events).spans(until=until)
        if one.state not in _GONE and one.until > since
    ]
