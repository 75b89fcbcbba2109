"""What can be done about the rest of a day, as what it does to people and arrivals. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ascolto.tenancy.settings import declare, whole_number
from ascolto.workforce.today import HALF_HOUR

MOST_TOLD = declare(
    "workforce.told_share_most",
    default=90,
    parse=whole_number(least=1, most=90),
    meaning="Percent of those who wait, at most, who are taken to write or to be called back"
    " instead when a planner tries that out",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One thing that can be done from one half hour until another.

    time_off: so many people go home; extra_hours: so many more work; break_move: so many take their
    break at `to_at` instead; skill_move: so many come over from another queue; overflow: another
    queue's people help with what waits; callback: a `share` of those who would wait is called back
    later in the day; channel_shift: that share writes instead, and leaves the queue. Of these two
    `message` is what those who wait are told.
    """

    kind: str
    from_at: datetime
    until_at: datetime
    people: int = 0
    other_queue_id: str | None = None
    to_at: datetime | None = None
    share: float = 0.0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A lever as it was pulled: by whom, why, and what it was said to bring."""

    id: str
    client_id: str
    queue_id: str
    lever: Lever
    reason: str
    effect: dict[str, Any]
    pulled_at: datetime
    pulled_by: str
    pulled_account: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Half:
    """Half an hour of one queue that lies ahead: what is expected, and who is there."""

    starts_at: datetime
    calls: float
    people: float


Ahead = Mapping[str, Sequence[Half]]


def abreast(ahead: Ahead) -> dict[str, list[Half]]:
    """Lay queues with different hours on the same half hours: outside its own a queue has none."""
    own = {key: {one.starts_at.timestamp(): one for one in halves} for key, halves in ahead.items()}
    moments = [at for halves in own.values() for at in halves]
    if not moments:
        return {key: [] for key in ahead}
    zone = next(one.starts_at.tzinfo for halves in ahead.values() for one in halves)
    # Moments and not clock times: a day on which the clocks change has its real half hours.
    first, step = min(moments), HALF_HOUR.total_seconds()
    grid = [first + step * n for n in range(round((max(moments) - first) / step) + 1)]
    return {
        key: [halves.get(at) or Half(datetime.fromtimestamp(at, zone), 0.0, 0.0) for at in grid]
        for key, halves in own.items()
    }


def pulled(
    ahead: Ahead,
    lever: Lever,
    *,
    queue_id: str,
    breaks: Mapping[datetime, float] | None = None,
    keep_both: bool = False,
) -> dict[str, list[Half]]:
    """Return the rest of the day of each queue with a lever pulled on one of them.

    `breaks` tells by how many more are there in a half hour where breaks move: that is of the
    shifts, in which a break lasts as long as it does. With `keep_both` whoever comes over keeps the
    work of the queue they come from, as its people who help: nobody leaves it.
    """
    found = {key: list(halves) for key, halves in ahead.items()}
    own = found[queue_id]
    if lever.kind == "overflow" or keep_both:
        return found  # nobody moves: who helps whom is told beside it
    if lever.kind == "callback":
        found[queue_id] = _called_back(own, lever)
        return found
    if lever.kind == "channel_shift":
        found[queue_id] = _written(own, lever)
        return found
    if lever.kind == "break_move":
        by_breaks = breaks or {}
        found[queue_id] = [_with(one, by_breaks.get(one.starts_at, 0.0)) for one in own]
        return found
    by = -lever.people if lever.kind == "time_off" else lever.people
    found[queue_id] = _moved(own, lever.from_at, lever.until_at, by)
    if lever.kind == "skill_move" and lever.other_queue_id in found:
        other = lever.other_queue_id
        found[other] = _moved(found[other], lever.from_at, lever.until_at, -lever.people)
    return found


def paid_hours(lever: Lever) -> float:
    """Return by how many hours a lever changes what is paid."""
    hours = (lever.until_at - lever.from_at) / timedelta(hours=1) * lever.people
    return {"time_off": -hours, "extra_hours": hours}.get(lever.kind, 0.0)


def part_within(starts_at: datetime, *, since: datetime, until: datetime) -> float:
    """Return which part of the half hour that begins at a moment lies in a stretch."""
    overlap = min(until, starts_at + HALF_HOUR) - max(since, starts_at)
    return max(overlap / HALF_HOUR, 0.0)


def _moved(halves: Sequence[Half], since: datetime, until: datetime, by: float) -> list[Half]:
    """Change how many are there; a stretch that covers part of a half hour counts by its part."""
    return [_with(one, by * part_within(one.starts_at, since=since, until=until)) for one in halves]


def _with(one: Half, more: float) -> Half:
    return replace(one, people=max(one.people + more, 0.0))


def _written(halves: Sequence[Half], lever: Lever) -> list[Half]:
    """Take a share of those who come out of a stretch: they write, and others answer them."""
    return [
        replace(one, calls=one.calls * (1 - lever.share))
        if lever.from_at <= one.starts_at < lever.until_at
        else one
        for one in halves
    ]


def _called_back(halves: Sequence[Half], lever: Lever) -> list[Half]:
    """Take a share of the callers out of a stretch, and spread their calls over what follows."""
    inside = [lever.from_at <= one.starts_at < lever.until_at for one in halves]
    later = [
        not now and one.starts_at >= lever.until_at for now, one in zip(inside, halves, strict=True)
    ]
    room = sum(one.people for one, after in zip(halves, later, strict=True) if after)
    if room <= 0:
        return list(halves)
    taken = sum(one.calls * lever.share for one, now in zip(halves, inside, strict=True) if now)
    found = []
    for one, now, after in zip(halves, inside, later, strict=True):
        # They are called where people are, so the evening is not asked for more than the noon.
        more = taken * one.people / room if after else 0.0
        left = one.calls * (1 - lever.share) if now else one.calls
        found.append(replace(one, calls=left + more))
    return found
