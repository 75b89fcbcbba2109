"""What a desk is still to be sent: straight to its line, or kept while the line is full."""

from collections import deque
from collections.abc import Iterable
from typing import Protocol

from ascolto.kit.live import QUEUE_LIMIT, Encoded, Listener

_BEHIND = b'{"t":"resync","reason":"behind"}'


class Outward(Protocol):
    """Where a desk's frames leave."""

    @property
    def full(self) -> bool:
        """Tell whether more is waiting to leave than there is room for."""

    def say(self, text: bytes) -> None:
        """Send a text."""


class Desk(Listener):
    """One desk among the listeners: its frames in order, numbered, and never too many of them."""

    __slots__ = ("_count", "_kept", "_limit", "_line", "_lost")

    def __init__(self, *, tenant_id: str, clients: frozenset[str] | None) -> None:
        """Keep what comes until `open`."""
        super().__init__(tenant_id=tenant_id, clients=clients)
        self._line: Outward | None = None
        self._kept: deque[Encoded] | None = None
        self._lost = False
        self._count = 0
        self._limit = QUEUE_LIMIT

    def offer(self, item: Encoded) -> None:
        """Send an item; keep it when the line is full; be lost when too many are kept."""
        if self._lost:
            return
        line = self._line
        if line is not None and not line.full and not self._kept:
            self._send(line, item)
        elif self._kept is None:
            self._kept = deque((item,))
        elif len(self._kept) < self._limit:
            self._kept.append(item)
        else:
            self.lose()

    def lose(self) -> None:
        """Keep nothing, and say so as soon as the line takes it."""
        self._lost, self._kept = True, None
        self.drained()

    def open(self, line: Outward, missed: Iterable[Encoded] = ()) -> None:
        """Begin to send: what was missed, then what has come meanwhile."""
        self._line = line
        before = deque(missed)
        if before and not self._lost:
            self._limit += len(before)
            before.extend(self._kept or ())
            self._kept = before
        self.drained()

    def drained(self) -> None:
        """Send what is kept for as long as there is room."""
        line = self._line
        if line is None:
            return
        while self._kept and not line.full:
            self._send(line, self._kept.popleft())
        if line.full:
            return
        self._kept = None
        if self._lost:
            self._lost = False
            line.say(_BEHIND)

    def _send(self, line: Outward, item: Encoded) -> None:
        self._count += 1
        line.say(b'{"t":"f","n":%d%b' % (self._count, item.tail))
