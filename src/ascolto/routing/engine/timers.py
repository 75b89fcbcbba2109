"""What is to happen when: offers expire, rings open, holds end, work overflows, room is kept.

Offers of one queue all last equally long, so they expire in the order they were made: a line,
not a heap. A timer counts only while its piece still has the token it was set with; every move of
a piece gives it a new one, so nothing has to be searched for and taken out.
"""

from collections import deque
from heapq import heappop, heappush
from typing import TypeAlias

from ascolto.routing.engine.state import Piece

EXPIRE, RELEASE, RING, OVERFLOW, RETRY, RESERVE = range(6)
Timer: TypeAlias = tuple[float, int, int, int, Piece]
"""When, the piece's rank, what, the token, the piece."""

NEVER = float("inf")


class Timers:
    """All moments to come, in order of time, then of rank."""

    def __init__(self) -> None:
        """Start with none."""
        self.due = NEVER
        self.running = False
        self._heap: list[Timer] = []
        self._lines: dict[float, deque[Timer]] = {}

    def line(self, lasting_s: float) -> deque[Timer]:
        """Return the line of timers that are all set for this long."""
        return self._lines.setdefault(lasting_s, deque())

    def set(self, at: float, what: int, piece: Piece) -> None:
        """Set a timer for a piece as it is now."""
        heappush(self._heap, (at, piece.rank, what, piece.token, piece))
        if at < self.due:  # noqa: PLR1730 - a call costs more
            self.due = at

    def pop(self, now: float) -> Timer | None:
        """Take out the next of what is due, by moment and then by rank; None when nothing is."""
        at = self.next()
        self.running = at <= now
        if not self.running:
            return None
        heap = self._heap
        for line in self._lines.values():
            while line and line[0][0] == at:
                heappush(heap, line.popleft())
        return heappop(heap)

    def next(self) -> float:
        """Return the next moment that counts, dropping those that don't."""
        heap = self._heap
        while heap and heap[0][3] != heap[0][4].token:
            heappop(heap)
        due = heap[0][0] if heap else NEVER
        for line in self._lines.values():
            while line and line[0][3] != line[0][4].token:
                line.popleft()
            if line and line[0][0] < due:
                due = line[0][0]
        self.due = due
        return due
