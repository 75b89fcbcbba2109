"""The next in line, where who was asked to stand in has said no, cannot, or says nothing."""

from datetime import date

from ascolto.kit.db import Tx
from ascolto.workforce import events, store_requests, store_rosters
from ascolto.workforce.actions import standing_in
from ascolto.workforce.actions.relocating import filled
from ascolto.workforce.asking import ShiftRequest, read
from ascolto.workforce.rosters import Roster, Shift

_MOST_IN_LINE = 10
"""So many are looked at in one turn; most of those passed over are not at work before it begins."""


async def pass_on(tx: Tx) -> int:
    """End the asks that were not answered in time and ask the next in line; return how many.

    Whoever plans sees it on the roster: who was asked, what they said, and who is asked instead.
    """
    if not await store_requests.has_to_pass_on(tx):
        return 0
    await store_rosters.lock_publishing(tx)
    over = await store_requests.pass_on(tx)
    for one in over:
        asked = await _next_in_line(tx, one)
        tx.emit(
            events.StandInOver(
                request_id=one.id,
                roster_id=one.roster_id or "",
                day=one.day.isoformat(),
                operator_id=one.operator_id,
                state=one.state,
                asked=[other.operator_id for other in asked],
            )
        )
    return len(over)


async def _next_in_line(tx: Tx, over: ShiftRequest) -> list[ShiftRequest]:
    """Ask whoever can take the shifts of a request that is over, as long as they are ahead."""
    roster = await store_rosters.get_roster(tx, over.roster_id or "")
    open_ = [one for one in map(read, over.after) if one.starts_at > tx.now]
    asked: list[ShiftRequest] = []
    for _ in range(_MOST_IN_LINE):
        if roster is None or not open_:
            break
        found = await _who_can(tx, roster, over.day, open_)
        if not found:
            break
        said = await standing_in.ask(tx, roster, [taken for _, taken in found])
        waits = {one.operator_id for one in said if one.state == "waiting"}
        asked += [one for one in said if one.operator_id in waits]
        await store_requests.passed_over(
            tx, [one.id for one in said if one.operator_id not in waits]
        )
        open_ = [was for was in open_ if not _is_taken(was, found, waits)]
    return asked


def _is_taken(shift: Shift, found: list[tuple[Shift, Shift]], waits: set[str]) -> bool:
    return any(was == shift and taken.operator_id in waits for was, taken in found)


async def _who_can(
    tx: Tx, roster: Roster, day: date, open_: list[Shift]
) -> list[tuple[Shift, Shift]]:
    kept = await store_rosters.in_force(tx, first_day=roster.first_day, last_day=roster.last_day)
    out = await store_requests.asked_on(tx, day, roster_id=roster.id)
    never = frozenset((who, day) for who in out)
    return [*await filled(tx, roster, kept, open_, out=never)]
