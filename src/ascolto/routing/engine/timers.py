"""What is to happen when: offers expire, rings open, holds end, work overflows, room is kept.

Offers of one queue all last equally long, so they expire in the order they were made: a line,
not a heap. All else lies in a pile for each second to come; only the pile that is next is put in
order, and by then most of it no longer counts. A timer counts only while its piece still has the
token it was set with; every move of a piece gives it a new one, so nothing has to be searched for
and taken out.

Rings of a moment open before all else of that moment: what overflows, comes back or is let go then
finds the waiting lines as wide as they are to be, and passes nobody over whose ring opens with it.
What overflows comes last of all, so that all of a moment can enter its new queues in their order.
"""

from collections import deque
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from ascolto.routing.engine.state import Piece

EXPIRE, RELEASE, RING, OVERFLOW, RETRY, RESERVE = range(6)
FIRST, BETWEEN, LAST = range(3)
_TURNS = (BETWEEN, BETWEEN, FIRST, LAST, BETWEEN, BETWEEN)
Timer: TypeAlias = tuple[float, int, int, int, int, Piece]
"""When, its turn among those of that moment, the piece's rank, what, the token, the piece."""

NEVER = float("inf")


class Timers:
    """All moments to come, in order of time, of turn, then of rank."""

    def __init__(self) -> None:
        """Start with none."""
        self.due = NEVER
        self.running = False
        self._lines: dict[float, deque[Timer]] = {}
        self._every_line: list[deque[Timer]] = []
        self._soon: list[Timer] = []
        """A heap, empty only when the piles are too: what lies before the first pile's end."""
        self._second = 0
        self._seconds: list[int] = []
        self._piles: dict[int, list[Timer]] = {}

    def line(self, lasting_s: float) -> deque[Timer]:
        """Return the line of timers that are all set for this long."""
        line = self._lines.get(lasting_s)
        if line is None:
            line = self._lines[lasting_s] = deque()
            self._every_line.append(line)
        return line

    def set(self, at: float, what: int, piece: Piece) -> None:
        """Set a timer for a piece as it is now."""
        if at < self.due:
            self.due = at
        elif at == NEVER:
            return
        timer, second = (at, _TURNS[what], piece.rank, what, piece.token, piece), int(at)
        if second <= self._second:
            heappush(self._soon, timer)
        elif not self._soon:
            self._second = second
            self._soon.append(timer)
        elif (pile := self._piles.get(second)) is not None:
            pile.append(timer)
        else:
            self._piles[second] = [timer]
            heappush(self._seconds, second)

    def pop(self) -> Timer:
        """Take out the first of what is due, in their order; it may no longer count.

        Something must be due. What is due next is known afterwards.
        """
        at, soon = self.due, self._soon
        for line in self._every_line:
            while line and line[0][0] == at:
                heappush(soon, line.popleft())
        timer = heappop(soon)
        self.next()
        return timer

    def more_overflows(self, at: float) -> bool:
        """Tell whether what comes next is again work that overflows at this moment."""
        soon = self._soon
        return (
            bool(soon)
            and soon[0][0] == at
            and soon[0][1] == LAST
            and not any(line and line[0][0] == at for line in self._every_line)
        )

    def next(self) -> float:
        """Return the next moment that counts, dropping those that don't."""
        soon = self._soon
        while True:
            while soon and soon[0][4] != soon[0][5].token:
                heappop(soon)
            if soon or not self._seconds:
                break
            self._second = heappop(self._seconds)
            soon += [t for t in self._piles.pop(self._second) if t[4] == t[5].token]
            heapify(soon)
        due = soon[0][0] if soon else NEVER
        for line in self._every_line:
            while line and line[0][4] != line[0][5].token:
                line.popleft()
            if line and line[0][0] < due:
                due = line[0][0]
        self.due = due
        return due
