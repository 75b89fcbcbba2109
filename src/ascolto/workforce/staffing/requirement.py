"""How many people an interval takes: on the forecast's distribution, with chats and shrinkage.

Loads in Erlangs, times in seconds, shares 0 to 1. A forecast's rate may be off (`rate_cv`); what
is promised on the mean day is kept on average only when the requirement knows that.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import kernels
from ascolto.workforce.staffing.erlang import check_positive, check_share, max_load
from ascolto.workforce.staffing.kernels import Floats, Whole
from ascolto.workforce.staffing.uncertain_rates import gamma_nodes, share_above


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a queue promises and what its customers are like."""

    service_level: float
    target_s: float
    aht_s: float
    patience_s: float
    max_occupancy: float = 1.0
    max_abandoned: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a promise that cannot be one."""
        check_share(self.service_level, name="the service level")
        check_positive(self.target_s, name="the target", zero=True)
        check_positive(self.aht_s, name="the handling time")
        check_positive(self.patience_s, name="patience")
        check_positive(self.max_occupancy, name="the greatest occupancy")
        check_share(self.max_abandoned, name="the share that gives up", ends=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a number of operators achieves on average over the days that may come."""

    service_level: float
    abandoned: float
    occupancy: float


def expected(
    load: float, operators: int, promise: Promise, *, rate_cv: float = 0.0, by_calls: bool = True
) -> Expected:
    """Return the mean over a gamma distributed rate; by calls, busy days weigh by their calls."""
    factors, weights = gamma_nodes(rate_cv, by_calls=by_calls)
    loads = load * factors
    size = loads.size
    rows = kernels.impatient_each(
        loads,
        np.full(size, operators, np.int64),
        np.full(size, promise.patience_s / promise.aht_s),
        np.full(size, promise.target_s / promise.aht_s),
    )
    level, gives_up = float(weights @ rows[:, 2]), float(weights @ rows[:, 1])
    kept = load if by_calls else loads
    busy = float(weights @ (kept * (1.0 - rows[:, 1])))
    return Expected(level, gives_up, busy / operators if operators else 1.0)


@dataclass(frozen=True, slots=True)
class Requirement:
    """The people of each interval, and the fraction at which the promise is kept to the digit."""

    operators: Whole
    fractional: Floats


def required_uncertain(
    load: ArrayLike, promise: Promise, *, rate_cv: ArrayLike = 0.0, by_calls: bool = True
) -> Requirement:
    """Return the fewest operators whose mean over the forecast's distribution keeps the promise.

    `load` and `rate_cv` may be arrays of one shape. `fractional` lies between one fewer and
    `operators`: so many on some days and one fewer on others keep the service level exactly.
    """
    loads, cvs = np.broadcast_arrays(np.asarray(load, np.float64), np.asarray(rate_cv, np.float64))
    if not np.isfinite(loads).all() or (loads < 0).any():
        raise BadFigure("a load must be 0 or more")
    if not np.isfinite(cvs).all() or (cvs < 0).any():
        raise BadFigure("a coefficient of variation must be 0 or more")
    whole = np.empty(loads.shape, np.int64)
    part = np.empty(loads.shape)
    for place in np.ndindex(loads.shape):
        whole[place], part[place] = _one(
            float(loads[place]), promise, round(float(cvs[place]), 4), by_calls=by_calls
        )
    return Requirement(whole, part)


def _one(load: float, promise: Promise, cv: float, *, by_calls: bool) -> tuple[int, float]:
    if load <= 0.0:
        return 0, 0.0

    def got(operators: int) -> Expected:
        return expected(load, operators, promise, rate_cv=cv, by_calls=by_calls)

    def holds(operators: int) -> bool:
        found = got(operators)
        return (
            found.service_level >= promise.service_level
            and found.abandoned <= promise.max_abandoned
            and found.occupancy <= promise.max_occupancy
        )

    step = max(1, int(math.sqrt(load)))
    low, high = 0, max(1, int(load))
    while not holds(high):
        low, high, step = high, high + step, 2 * step
        if high > kernels.MOST_OPERATORS:
            raise BadFigure("no number of operators keeps the promise")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    enough, fewer = got(high).service_level, got(high - 1).service_level if high > 1 else 0.0
    if fewer >= promise.service_level:  # another limit decides
        return high, float(high)
    return high, high - (enough - promise.service_level) / max(enough - fewer, 1e-12)


def carried(fractional: ArrayLike) -> Whole:
    """Return whole numbers whose running sum stays nearest to the fractions'.

    Rounding each interval up promises more than was asked, a point or two at fifty Erlangs.
    """
    sums = np.cumsum(np.asarray(fractional, np.float64))
    whole = np.floor(sums + 0.5)
    return np.diff(whole, prepend=0.0).astype(np.int64)


def risk(load: float, operators: int, promise: Promise, *, rate_cv: float, below: float) -> float:
    """Return how likely the service level of the day falls below a share, for the rate's sake."""
    check_share(below, name="the service level not to fall below")
    most = max_load(
        operators,
        aht_s=promise.aht_s,
        target_s=promise.target_s,
        service_level=below,
        patience_s=promise.patience_s,
    )
    return share_above(most / load, rate_cv) if load > 0 else 0.0


def risk_in_words(
    load: float,
    operators: int,
    promise: Promise,
    *,
    rate_cv: float,
    below: float,
    accepted: float = 0.05,
) -> str:
    """Say in plain words how likely a bad day is, and how many more people remove that."""
    chance = risk(load, operators, promise, rate_cv=rate_cv, below=below)
    said = f"With {operators} people, {chance:.0%} risk of less than {below:.0%} answered in time"
    if chance <= accepted:
        return f"{said}."
    more = 1
    while risk(load, operators + more, promise, rate_cv=rate_cv, below=below) > accepted:
        more += 1
    return f"{said}; {more} more bring it under {accepted:.0%}."


def chat_aht_s(alone_s: float, *, concurrency: int, slowdown: float) -> float:
    """Return how long a chat takes while so many go on at once.

    `slowdown` is the share of a chat's time that each further chat adds; measured, not guessed:
    at 0 the chats do not notice each other, at 1 nothing is gained by having several.
    """
    check_positive(alone_s, name="the handling time")
    if concurrency < 1 or not 0.0 <= slowdown <= 1.0:
        raise BadFigure("at least one chat at once, and a slowdown between 0 and 1")
    return alone_s * (1.0 + slowdown * (concurrency - 1))


def required_chat(
    chats_per_s: float, promise: Promise, *, concurrency: int, slowdown: float, rate_cv: float = 0.0
) -> int:
    """Return the operators for chats of whom each takes several at once.

    A chat's place is a server of Erlang A, slower by what the other chats take: a bound on the
    safe side, since an operator with fewer chats than allowed is faster. The promise's handling
    time is that of a chat alone.
    """
    aht_s = chat_aht_s(promise.aht_s, concurrency=concurrency, slowdown=slowdown)
    slower = Promise(
        service_level=promise.service_level,
        target_s=promise.target_s,
        aht_s=aht_s,
        patience_s=promise.patience_s,
        max_occupancy=promise.max_occupancy,
        max_abandoned=promise.max_abandoned,
    )
    places = int(required_uncertain(chats_per_s * aht_s, slower, rate_cv=rate_cv).operators)
    return -(-places // concurrency)


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Paid people so that enough are there, and where the others are."""

    paid: Floats
    away: dict[str, Floats]


def with_shrinkage(operators: ArrayLike, activities: Mapping[str, float]) -> Shrunk:
    """Return the paid people of each interval when shares of paid time go to activities.

    Shares of one whole: people at work are what is left, so the need is divided by 1 less their
    sum (and not multiplied by 1 more, which is always too few).
    """
    for name, share in activities.items():
        if not 0.0 <= share < 1.0:
            raise BadFigure(f"{name} must be a share between 0 and 1, not {share:g}")
    total = sum(activities.values())
    if total >= 1.0:
        raise BadFigure(f"activities take {total:.0%} of paid time: nobody is left")
    paid = np.asarray(operators, np.float64) / (1.0 - total)
    return Shrunk(paid, {name: paid * share for name, share in activities.items()})


def service_level_of_day(
    loads: Sequence[float], operators: Sequence[int], promise: Promise, *, rate_cv: Sequence[float]
) -> float:
    """Return the share of a day's calls answered in time, over what may come in each interval."""
    answered = [
        load * expected(load, people, promise, rate_cv=cv).service_level
        for load, people, cv in zip(loads, operators, rate_cv, strict=True)
    ]
    return sum(answered) / max(sum(loads), 1e-12)


def promise_of(question: Mapping[str, Any]) -> Promise:
    """Return the promise of a question; who writes with many at once takes longer for each."""
    aht_s = question["aht_s"]
    if question["concurrency"] > 1:
        aht_s = chat_aht_s(
            aht_s, concurrency=question["concurrency"], slowdown=question["slowdown"]
        )
    return Promise(
        service_level=question["service_level"],
        target_s=question["target_s"],
        aht_s=aht_s,
        patience_s=question["patience_s"],
        max_occupancy=question["max_occupancy"],
    )
