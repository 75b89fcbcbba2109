"""How long one waits: from how fast work is taken while any waits, with its own error measured.

With `n` places to go, work taken at rate r and each who waits giving up at rate θ, the wait is
the sum over i < n of 1 / (r + i·θ): the queue-length estimator for queues with abandonment
(Ibrahim and Whitt, "Real-time delay estimation in overloaded multiserver queues with
abandonments", Management Science 55, 2009). Times in seconds, rates per second. The rate is what
this queue really gets of the people it shares with others, so nobody has to be counted.

Two things are then learned from every promise kept: a factor for the middle (priorities let
others pass, which a count of who is ahead doesn't know), and how far the range must reach so that
four waits in five lie in it. Only answered work teaches: who gave up might have waited longer, so
with much abandonment the range is a little too hopeful.

Measured over virtual days of exponential handling times (180 s); waits of those who had to wait,
in seconds, `inside` is the share of waits within the promised range:

    operators  erlangs  patience  mean wait  mean abs. error   bias  inside
           10      9.3      none        153               37    2.2    85 %
           10       11     300 s         42               15    0.1    88 %
            3      2.6      none        471              132   -4.6    79 %
           50       48      none         54                9    0.5    87 %
           10       13     180 s         45               17   -0.1    85 %
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import exp, log, log1p, sqrt

from ascolto.routing.engine.model import Estimate

_ALL_PROMISES = 50
_ENOUGH = 3
_WINDOW_S = 1800.0
_MEMORY = 0.02
_PICK_UP_MEMORY = 0.05
_REACH = 1.2816  # where a tenth of a normal spread begins
_STEP = 0.04
_TENTH = 0.1
_LEAST_RANGE_S = 10.0


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody was told and when, and what it was worked out from."""

    at: float
    seconds: float
    low: float
    high: float
    plain: float


@dataclass(slots=True)
class Pace:
    """A queue's moving figures: how fast it goes, and how wrong its promises were."""

    busy_s: float = 0.0
    waited_s: float = 0.0
    served: float = 0.0
    left: float = 0.0
    busy_since: float | None = None
    pick_up_s: float = 0.0
    told_s: float = 0.0
    true_s: float = 0.0
    down: float = _REACH
    up: float = _REACH
    promises: int = 0
    error_s: float = 0.0
    bias_s: float = 0.0
    inside: float = 0.8

    def figures(self, at: float) -> dict[str, float]:
        """Return everything but since when somebody waits: that is for who goes on to see."""
        self._note_time(at)
        return {name: getattr(self, name) for name in _FIGURES}

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> "Pace":
        """Go on from figures; those of another version that are not known here are left out."""
        pace = cls()
        for name in _FIGURES:
            if name in figures:
                setattr(pace, name, type(getattr(pace, name))(figures[name]))
        return pace

    def begin(self, at: float) -> None:
        """Somebody waits again."""
        self.busy_since = at

    def pause(self, at: float) -> None:
        """Nobody waits any more."""
        self._note_time(at)
        self.busy_since = None

    def _note_time(self, at: float) -> None:
        """Count the time somebody has waited; what is long ago counts half."""
        if self.busy_since is None:
            return
        self.busy_s += max(0.0, at - self.busy_since)
        self.busy_since = at
        if self.busy_s > _WINDOW_S and self.served >= 2 * _ENOUGH:
            self.busy_s /= 2
            self.waited_s /= 2
            self.served /= 2
            self.left /= 2

    def picked_up(self, seconds: float) -> None:
        """Learn how long an offer rings before it is taken."""
        self.pick_up_s += _PICK_UP_MEMORY * (seconds - self.pick_up_s)

    def wants_promise(self, number: int) -> bool:
        """Tell whether a piece's promise should be measured: the first, then every fourth."""
        return self.promises < _ALL_PROMISES or number & 3 == 0

    def promise(self, at: float, *, ahead: int, free: int) -> Promise | None:
        """Promise a wait behind `ahead` others while `free` people are free, if one can be told."""
        self._note_time(at)
        if free > 0 and ahead == 0:
            return Promise(at, self.pick_up_s, 0.0, max(_LEAST_RANGE_S, 3 * self.pick_up_s), 0.0)
        if self.served < _ENOUGH or self.busy_s <= 0:
            return None
        rate = self.served / self.busy_s
        leaving = self.left / self.waited_s if self.waited_s else 0.0
        places = ahead + 1
        share = places * leaving / rate
        mean = places / rate if share < 1e-6 else log1p(share) / leaving
        spread = sqrt(places / (rate * (rate + places * leaving))) / mean
        deviation = sqrt(log1p(spread * spread + 1 / self.served))
        middle = mean * self._factor()
        centre = log(middle) - deviation * deviation / 2
        return Promise(
            at,
            middle + self.pick_up_s,
            exp(centre - self.down * deviation),
            exp(centre + self.up * deviation) + 2 * self.pick_up_s,
            mean,
        )

    def _factor(self) -> float:
        if self.told_s <= 0:
            return 1.0
        return min(3.0, max(1 / 3, self.true_s / self.told_s))

    def kept(self, promise: Promise, waited_s: float) -> None:
        """Measure a promise against what came, and learn from it."""
        self.promises += 1
        share = max(_MEMORY, 1 / self.promises)
        self.error_s += share * (abs(promise.seconds - waited_s) - self.error_s)
        self.bias_s += share * (promise.seconds - waited_s - self.bias_s)
        below, above = waited_s < promise.low, waited_s > promise.high
        self.inside += share * ((not below and not above) - self.inside)
        if promise.plain > 0:
            share = max(_MEMORY, 1 / (self.promises + 10))
            self.told_s += share * (promise.plain - self.told_s)
            self.true_s += share * (max(0.0, waited_s - self.pick_up_s) - self.true_s)
            self.down = min(6.0, max(0.2, self.down + _STEP * (below - _TENTH)))
            self.up = min(6.0, max(0.2, self.up + _STEP * (above - _TENTH)))

    def estimate(self, at: float, *, ahead: int, free: int) -> Estimate:
        """Estimate the wait of who comes behind `ahead` others while `free` people are free."""
        promise = self.promise(at, ahead=ahead, free=free)
        if promise is None:
            return Estimate(None, None, None, ahead)
        return Estimate(promise.seconds, promise.low, promise.high, ahead)


_FIGURES = tuple(field.name for field in fields(Pace) if field.name != "busy_since")


def wait_at(figures: Mapping[str, float], *, ahead: int, free: int) -> Estimate:
    """Estimate the wait behind `ahead` others from a queue's figures, wherever they were read."""
    return Pace.of(figures).estimate(0.0, ahead=ahead, free=free)
