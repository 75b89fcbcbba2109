"""Work that may wait: mail and back office, done in business hours within a promised time.

A fluid of work served by earliest deadline, which meets every deadline whenever any order does
(Horn 1974). Work is in operator-intervals (calls times handling time over the interval's length).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing.kernels import Flags, Floats, Whole

_BISECTIONS = 60
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Placed:
    """Where deferred work is done: people on it, what waits and what came too late, by interval."""

    people: Floats
    backlog: Floats
    late: Floats
    level: float
    """People at work, live work included, above which deferred work lifts no interval."""


def place_deferred(
    work: ArrayLike,
    windows: Sequence[int],
    *,
    live: ArrayLike,
    open_: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
) -> Placed:
    """Place deferred work in the valleys of the live requirement, so that the peak is lowest.

    `work` has a row for each kind and a column for each interval, `windows` the promised time of
    each kind in open intervals: what arrives in an interval may be done in it and in as many less
    one after it. Work that arrives while closed counts from the next open interval. With a
    `capacity` (people there in all) nothing is chosen: the work is served as far as it goes, and
    `late` says what missed its deadline. Work whose window reaches beyond the last interval is
    due at the end.
    """
    amounts = np.atleast_2d(np.asarray(work, np.float64))
    needed = np.asarray(live, np.float64)
    hours = np.ones(needed.size, bool) if open_ is None else np.asarray(open_, bool)
    if amounts.shape != (len(windows), needed.size) or hours.size != needed.size:
        raise BadFigure("a row of work for each window, a column for each interval")
    if (amounts < 0).any() or not np.isfinite(amounts).all() or min(windows, default=1) < 1:
        raise BadFigure("work must be 0 or more, windows at least one interval")
    if not hours.any():
        raise BadFigure("never open: the work cannot be done")
    places = np.flatnonzero(hours)
    due = _by_deadline(amounts, windows, hours, places.size)
    if capacity is not None:
        room = np.maximum(np.asarray(capacity, np.float64) - needed, 0.0)[places]
        level = float(np.asarray(capacity, np.float64)[places].max())
    else:
        level = _lowest(due, needed[places])
        room = np.maximum(level - needed[places], 0.0)
    done, backlog, late = _serve(due, room)
    found = [np.zeros(needed.size) for _ in range(3)]
    for whole, part in zip(found, (done, backlog, late), strict=True):
        whole[places] = part
    return Placed(found[0], found[1], found[2], level)


def _by_deadline(amounts: Floats, windows: Sequence[int], hours: Flags, open_count: int) -> Floats:
    """Return the work by open interval of arrival (rows) and of deadline (columns)."""
    # The open interval in which, or before which, each interval's work arrives.
    open_before: Whole = np.cumsum(hours) - hours
    due = np.zeros((open_count, open_count))
    for kind, window in enumerate(windows):
        for interval in np.flatnonzero(amounts[kind]):
            at = min(int(open_before[interval]), open_count - 1)
            due[at, min(at + window - 1, open_count - 1)] += amounts[kind, interval]
    return due


def _lowest(due: Floats, live: Floats) -> float:
    low, high = 0.0, float(live.max(initial=0.0) + due.sum() + 1.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if _in_time(due, np.maximum(middle - live, 0.0)):
            high = middle
        else:
            low = middle
    return high


def _in_time(due: Floats, room: Floats) -> bool:
    return bool(_serve(due, room)[2].sum() <= _NOTHING * (1.0 + due.sum()))


def _serve(due: Floats, room: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what is done, waits and is late in each open interval, earliest deadline first."""
    waiting = np.zeros(room.size)
    done, backlog, late = np.zeros(room.size), np.zeros(room.size), np.zeros(room.size)
    for now in range(room.size):
        waiting += due[now]
        # How much of each deadline's work fits into the room: by the running sum in their order.
        upto = np.minimum(np.cumsum(waiting), room[now])
        served = np.diff(upto, prepend=0.0)
        waiting = np.maximum(waiting - served, 0.0)
        done[now] = served.sum()
        late[now] = waiting[now]
        # What is late is still done, first of all.
        if now + 1 < room.size:
            waiting[now + 1] += waiting[now]
            waiting[now] = 0.0
        backlog[now] = waiting.sum()
    return done, backlog, late
