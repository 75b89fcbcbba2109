"""What a lever makes of one person's day: what is cut off, added, or where a break goes. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from ascolto.workforce.levers import Lever
from ascolto.workforce.rostering.legal import Rules
from ascolto.workforce.rosters import BREAKS, Shift
from ascolto.workforce.today import on_duty

OFFERED = frozenset({"time_off", "extra_hours"})
"""Levers that are offered to people, who may say no."""
TOLD = frozenset({"callback", "channel_shift"})
"""Levers that are a word to those who wait."""
_RULES = Rules()
_MINUTE = timedelta(minutes=1)
Part = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that a lever does: whom or what it concerns, and what became of it."""

    id: str
    lever_id: str
    client_id: str
    operator_id: str | None
    state: str
    begins_at: datetime
    until_at: datetime
    changed_at: datetime
    before: list[Any]
    after: list[Any]
    intervention_id: str | None = None
    why: str = ""


def after_lever(own: Sequence[Shift], lever: Lever, *, queue_id: str) -> list[Shift] | None:
    """Return one person's day with a lever pulled on it; None where it does not concern them."""
    for at, shift in enumerate(own):
        if lever.kind == "time_off":
            found = _shorter(shift, lever.from_at, lever.until_at, queue_id=queue_id)
        elif lever.kind == "extra_hours":
            found = _longer(shift, lever.from_at, lever.until_at, queue_id=queue_id) or _earlier(
                shift, lever.from_at, lever.until_at, queue_id=queue_id
            )
        elif lever.kind == "break_move":
            found = _break_moved(shift, lever, queue_id=queue_id)
        else:
            return None
        if found is not None:
            after = [*own[:at], *found, *own[at + 1 :]]
            if lever.kind != "extra_hours" or _still_parted(after):
                return after
    return None


def _still_parted(own: Sequence[Shift]) -> bool:
    """Tell whether a pause's time is left between parts of a day: else they were one stretch."""
    least = _RULES.screen_pause_minutes * _MINUTE
    return all(other.starts_at - one.ends_at >= least for one, other in pairwise(own))


def moved_breaks(
    shifts: Iterable[Shift],
    lever: Lever,
    *,
    queue_id: str,
    crew: frozenset[str],
    starts: Iterable[datetime],
) -> dict[datetime, float]:
    """Return by how many more are there in each half hour when a lever moves breaks of a crew.

    It is not told yet whose break moves: each that could counts by the same part, for as long as
    it lasts. Of fewer than are wanted all move.
    """
    days: dict[tuple[str, date], list[Shift]] = defaultdict(list)
    for one in shifts:
        if one.operator_id in crew:
            days[one.operator_id, one.day].append(one)
    changed = [
        (own, after)
        for own in days.values()
        if (after := after_lever(own, lever, queue_id=queue_id)) is not None
    ]
    if not changed:
        return {}
    was, becomes = ([one for own in side for one in own] for side in zip(*changed, strict=True))
    part = min(lever.people / len(changed), 1.0)

    def there(shifts: list[Shift], at: datetime) -> float:
        return on_duty(shifts, queue_id=queue_id, crew=crew, starts_at=at).mean

    return {at: (there(becomes, at) - there(was, at)) * part for at in starts}


def on_shift(own: Iterable[Shift], now: datetime) -> bool:
    """Tell whether somebody is at work by their shifts: outside them nothing is offered."""
    return any(one.starts_at <= now < one.ends_at for one in own)


def _shorter(
    shift: Shift, since: datetime, until: datetime, *, queue_id: str
) -> list[Shift] | None:
    """Cut a stretch off that lies wholly within; what is left neither begins nor ends in a break.

    Only time in the queue is cut off: another queue's people and a training are not its to give.
    A stretch in the middle parts the shift, which only who agrees to split shifts is offered.
    """
    if not (shift.starts_at <= since and until <= shift.ends_at):
        return None
    minutes = _minutes(shift)
    first, last = _offset(shift, since), _offset(shift, until)
    if not all(one["kind"] in BREAKS or _is_of(queue_id, one) for one in minutes[first:last]):
        return None
    left = [(shift.starts_at, minutes[:first]), (until, minutes[last:])]
    return [one for begins, kept in left if (one := _trimmed(shift, begins, kept)) is not None]


def _trimmed(shift: Shift, begins: datetime, minutes: list[Part]) -> Shift | None:
    while minutes and minutes[0]["kind"] in BREAKS:
        minutes, begins = minutes[1:], begins + _MINUTE
    while minutes and minutes[-1]["kind"] in BREAKS:
        minutes = minutes[:-1]
    if not minutes:
        return None
    ends = begins + len(minutes) * _MINUTE
    return replace(shift, starts_at=begins, ends_at=ends, parts=_parts(minutes) if shift.parts
                   else ())  # fmt: skip


def _longer(shift: Shift, since: datetime, until: datetime, *, queue_id: str) -> list[Shift] | None:
    """Add the rest of a stretch to a shift that ends in it, with the pause that becomes due.

    D.Lgs. 81/2008 art. 175: 15 minutes after 120 at the screen; D.Lgs. 66/2003 art. 8: a break
    beyond six hours. A pause comes earlier where it would else be the last of the shift, and None
    is returned where not even that leaves work after it. A shift that tells no parts gets none.
    """
    if not since <= shift.ends_at < until:
        return None
    if not shift.parts:
        return [replace(shift, ends_at=until)]
    minutes = _minutes(shift)
    more = _offset(shift, until) - len(minutes)
    longer = _extended(minutes, more, queue_id=queue_id)
    return None if longer is None else [replace(shift, ends_at=until, parts=_parts(longer))]


def _earlier(
    shift: Shift, since: datetime, until: datetime, *, queue_id: str
) -> list[Shift] | None:
    """Add the first part of a stretch to a shift that begins in it or as it ends.

    The same rules as at the other end: a pause is neither first nor last, so the day is extended
    backwards as it would be forwards.
    """
    if not since < shift.starts_at <= until:
        return None
    if not shift.parts:
        return [replace(shift, starts_at=since)]
    minutes = _minutes(shift)[::-1]
    longer = _extended(minutes, -_offset(shift, since), queue_id=queue_id)
    if longer is None:
        return None
    return [replace(shift, starts_at=since, parts=_parts(longer[::-1]))]


def comes_earlier(before: Sequence[Shift], after: Sequence[Shift]) -> bool:
    """Tell whether somebody's day begins sooner than it did."""
    if not before or not after:
        return False
    return min(one.starts_at for one in after) < min(one.starts_at for one in before)


def _extended(minutes: list[Part], more: int, *, queue_id: str) -> list[Part] | None:
    """Return minutes with so many more after them, and the pauses that become due."""
    work: Part = {"kind": "queue", "queue_id": queue_id}
    pause, run = _RULES.screen_pause_minutes, _last_run(minutes)
    while more > 0:
        stretch = min(more, max(_RULES.screen_stretch_minutes - run, 0))
        if 0 < more - stretch < 2 * pause:
            # As much is left after the pause as it lasts.
            stretch = max(more - 2 * pause, 0)
        minutes += [work] * stretch
        more, run = more - stretch, 0
        if 0 < more <= pause:
            return None
        if more > 0:
            minutes += [{"kind": "pause"}] * pause
            more -= pause
    return minutes


def _is_of(queue_id: str, one: Part) -> bool:
    """Tell whether a minute is work in a queue: work that names none is in any."""
    return one["kind"] == "queue" and one.get("queue_id") in (None, queue_id)


def _break_moved(shift: Shift, lever: Lever, *, queue_id: str) -> list[Shift] | None:
    """Move a break that begins in a stretch to a moment; None without one, or if it cannot be.

    What it changes places with is time in the queue: a training stays at its hour.
    """
    if lever.to_at is None:
        return None
    minutes = _minutes(shift)
    first, last, to = (_offset(shift, at) for at in (lever.from_at, lever.until_at, lever.to_at))
    begins = next(
        (
            at
            for at in range(max(first, 1), min(last, len(minutes)))
            if minutes[at]["kind"] in BREAKS and minutes[at - 1]["kind"] not in BREAKS
        ),
        None,
    )
    if begins is None:
        return None
    ends = begins
    while ends < len(minutes) and minutes[ends]["kind"] in BREAKS:
        ends += 1
    # Of what is left without it, as many minutes come first as lie before the moment.
    rest = [*minutes[:begins], *minutes[ends:]]
    beside = rest[min(to, begins) - 1 : max(to, begins) + 1]
    if not 0 < to < len(rest) or not all(_is_of(queue_id, one) for one in beside):
        return None
    moved = [*rest[:to], *minutes[begins:ends], *rest[to:]]
    if moved == minutes:
        return None
    # Nobody sits longer at the screen for it than the law allows, or than they did before.
    if _longest_run(moved) > max(_longest_run(minutes), _RULES.screen_stretch_minutes):
        return None
    return [replace(shift, parts=_parts(moved))]


def _offset(shift: Shift, moment: datetime) -> int:
    return round((moment - shift.starts_at) / _MINUTE)


def _minutes(shift: Shift) -> list[Part]:
    """Return what each minute of a shift is; one that tells no parts is work throughout."""
    if not shift.parts:
        return [{"kind": "queue"}] * _offset(shift, shift.ends_at)
    found: list[Part] = []
    for part in shift.parts:
        told = {name: value for name, value in part.items() if name != "minutes"}
        found += [told] * part["minutes"]
    return found


def _parts(minutes: Sequence[Part]) -> tuple[Part, ...]:
    return tuple({**told, "minutes": len(list(run))} for told, run in groupby(minutes))


def _last_run(minutes: Sequence[Part]) -> int:
    run = 0
    for one in reversed(minutes):
        if one["kind"] in BREAKS:
            break
        run += 1
    return run


def _longest_run(minutes: Sequence[Part]) -> int:
    runs = [len(list(run)) for kind, run in groupby(minutes, lambda one: one["kind"] in BREAKS)
            if not kind]  # fmt: skip
    return max(runs, default=0)
