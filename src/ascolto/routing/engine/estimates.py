"""How long one waits: from the pace at which work is taken, with its error measured."""

from dataclasses import dataclass
from math import sqrt

from ascolto.routing.engine.model import Estimate

_MEMORY = 0.1
_ALL_PROMISES = 200
_SPREAD = 1.28  # four cases in five of a normal spread


@dataclass(slots=True)
class Pace:
    """A queue's moving figures: seconds between two answers, and how wrong its promises were."""

    gap_s: float | None = None
    last_at: float | None = None
    promises: int = 0
    error_s: float = 0.0
    bias_s: float = 0.0

    def answered(self, at: float, *, waiting_before: int) -> None:
        """Learn from an answer; idle time with nobody waiting teaches nothing of the pace."""
        if self.last_at is not None and waiting_before > 0:
            gap = max(0.0, at - self.last_at)
            self.gap_s = gap if self.gap_s is None else self.gap_s + _MEMORY * (gap - self.gap_s)
        self.last_at = at

    def wants_promise(self, number: int) -> bool:
        """Tell whether a piece's promise should be measured: the first, then every fourth."""
        return self.promises < _ALL_PROMISES or number & 3 == 0

    def kept(self, promised_s: float, waited_s: float) -> None:
        """Measure a promise against what came."""
        self.promises += 1
        share = max(_MEMORY, 1 / self.promises)
        self.error_s += share * (abs(promised_s - waited_s) - self.error_s)
        self.bias_s += share * (promised_s - waited_s - self.bias_s)

    def estimate(self, ahead: int, *, free: int) -> Estimate:
        """Estimate the wait of who comes behind `ahead` others while `free` people are free."""
        if free > 0 and ahead == 0:
            return Estimate(0.0, 0.0, 10.0, ahead)
        if self.gap_s is None:
            return Estimate(None, None, None, ahead)
        mean = (ahead + 1) * self.gap_s
        spread = _SPREAD * self.gap_s * sqrt(ahead + 1)
        return Estimate(mean, max(0.0, mean - spread), mean + spread, ahead)
