"""One operator as an agreement lets others see them: nothing else is even looked up."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from ascolto.identity.model import Principal
from ascolto.insight import store
from ascolto.insight.errors import NotAgreed
from ascolto.insight.fold import FOLDED_KINDS
from ascolto.insight.model import Tally
from ascolto.insight.own import DAY_MINUTES, results_by_day
from ascolto.insight.tally import bucket
from ascolto.kit.db import Tx
from ascolto.privacy import MonitoredField, is_visible, monitoring_mode, record_view

Shown = str | float | None

_NOW = frozenset(
    {
        MonitoredField.STATE,
        MonitoredField.STATE_SINCE,
        MonitoredField.BREAKS,
        MonitoredField.ACTIVE_WORK,
    }
)
_TODAY = frozenset(
    {
        MonitoredField.HANDLED,
        MonitoredField.HANDLE_TIME,
        MonitoredField.OCCUPANCY,
        MonitoredField.SURVEYS,
    }
)
# Of the others that an agreement may name, adherence is the rosters' to show; the rest is measured
# nowhere yet, so nobody can be shown it.
SHOWN_FIELDS = _NOW | _TODAY


async def look_at(
    tx: Tx,
    viewer: Principal,
    operator_id: str,
    *,
    wanted: Collection[MonitoredField],
    where: str,
    why: str,
) -> set[MonitoredField]:
    """Return which fields of one person may be seen by whoever asks, and log the look.

    One's own always, and nobody is told; others' by an agreement in force. Raises NotAgreed when
    it is none.
    """
    own = viewer.operator_id == operator_id
    mode = await monitoring_mode(tx)
    allowed = {field for field in wanted if is_visible(mode, tx.now, field, own=own)}
    if not allowed:
        raise NotAgreed("No agreement in force lets single people be seen.")
    what = f"{where}: {', '.join(sorted(allowed))}"
    await record_view(
        tx, viewer, subject_kind="operator", subject_id=operator_id, what=what, why=why
    )
    return allowed


async def fields_of(
    tx: Tx, operator_id: str, allowed: Collection[str], *, zone: ZoneInfo
) -> dict[str, Shown]:
    """Return the allowed fields of an operator: those of this moment, and those of today."""
    found: dict[str, Shown] = {}
    if _NOW & set(allowed):
        found |= await _now(tx, operator_id)
    if _TODAY & set(allowed):
        found |= _of_day(await _today(tx, operator_id, zone))
    return {name: value for name, value in found.items() if name in allowed}


async def _now(tx: Tx, operator_id: str) -> dict[str, Shown]:
    row = await store.presence_of(tx, operator_id)
    if row is None:
        return dict.fromkeys(_NOW)
    due = row["break_due_at"]
    return {
        MonitoredField.STATE: row["state"],
        MonitoredField.STATE_SINCE: row["since"].isoformat(),
        MonitoredField.BREAKS: None if due is None else due.isoformat(),
        MonitoredField.ACTIVE_WORK: float(row["active"]),
    }


async def _today(tx: Tx, operator_id: str, zone: ZoneInfo) -> Tally:
    since = bucket(tx.now, zone=zone, minutes=DAY_MINUTES)
    events = await store.events_of_operator(
        tx, operator_id=operator_id, since=since, until=tx.now, kinds=FOLDED_KINDS
    )
    days = results_by_day(events, operator_id, since=since, until=tx.now, zone=zone)
    return Tally.total(days.values())


def _of_day(tally: Tally) -> dict[str, Shown]:
    time = tally.handling_s + tally.ready_s
    return {
        MonitoredField.HANDLED: float(tally.handled),
        MonitoredField.HANDLE_TIME: tally.engaged_s / tally.handled if tally.handled else None,
        MonitoredField.OCCUPANCY: tally.handling_s / time if time else None,
        MonitoredField.SURVEYS: sum(tally.scores) / len(tally.scores) if tally.scores else None,
    }
