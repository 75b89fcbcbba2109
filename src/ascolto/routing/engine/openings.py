"""When a queue is open, and at which moment it has been open for so long."""

from bisect import bisect_left, bisect_right
from itertools import accumulate

from ascolto.routing.engine.model import Openings

NEVER = float("inf")


class OpenTime:
    """A clock that runs only while a queue is open: moments in, moments out, in seconds."""

    __slots__ = ("_closes", "_opens", "_served")

    def __init__(self, openings: Openings) -> None:
        """Take openings in order, none overlapping another; outside of them it is closed."""
        self._opens = [opens for opens, _ in openings]
        self._closes = [closes for _, closes in openings]
        self._served = [*accumulate((c - o for o, c in openings), initial=0.0)]

    def after(self, since: float, seconds: float) -> float:
        """Return when it has been open for so many seconds since a moment; NEVER if unknown."""
        if seconds <= 0:
            return since
        first = bisect_right(self._closes, since)
        if first == len(self._opens):
            return NEVER
        if (begin := max(self._opens[first], since)) + seconds <= self._closes[first]:
            return begin + seconds
        # What is left goes into later openings, which are whole.
        wanted = self._served[first + 1] + seconds - (self._closes[first] - begin)
        last = bisect_left(self._served, wanted) - 1
        if last == len(self._opens):
            return NEVER
        return self._opens[last] + wanted - self._served[last]
