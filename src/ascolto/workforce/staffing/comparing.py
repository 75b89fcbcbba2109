"""What-ifs side by side: the people a day takes in each, what that costs, and what may go wrong.

The numerics are those of the requirement: Erlang A on the forecast's distribution, where one busy
day is busy in all its intervals (the gamma of the rate is that of the day). Loads in Erlangs,
times in seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ascolto.workforce.staffing import kernels
from ascolto.workforce.staffing.kernels import Floats, Whole
from ascolto.workforce.staffing.requirement import Promise, required_uncertain, with_shrinkage
from ascolto.workforce.staffing.uncertain_rates import gamma_nodes, share_above

BUSIEST = 20.0
"""A day so many times its forecast is beyond all risk that is spoken of."""
HALVINGS = 40
MOST_MORE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """One scenario: so much more or less comes, another promise, other absences, other shifts.

    `block` is how many intervals people stay at least: whoever is needed in one is there in all.
    """

    promise: Promise
    growth: float = 0.0
    shrinkage: Mapping[str, float]
    block: int = 1


@dataclass(frozen=True, slots=True)
class Risk:
    """The mean service level of a day over what may come, and how likely it falls below a share."""

    service_level: float
    below: float
    chance: float


class Day:
    """A day of one scenario: its loads, and the people that keep its promise."""

    def __init__(self, means: Floats, rate_cvs: Floats, what: WhatIf, *, minutes: int) -> None:
        """Take the expected arrivals of each interval and how sure they are."""
        self.what, self.minutes = what, minutes
        self.loads = means * (1.0 + what.growth) / (60.0 * minutes) * what.promise.aht_s
        self.rate_cvs = rate_cvs
        whole = self.loads.sum()
        self.cv = round(float(self.loads @ rate_cvs / whole), 4) if whole > 0 else 0.0

    @cached_property
    def operators(self) -> Whole:
        """Return the people at work in each interval."""
        found = required_uncertain(self.loads, self.what.promise, rate_cv=self.rate_cvs).operators
        return in_blocks(found, self.what.block)

    def paid(self, operators: Whole) -> Whole:
        """Return the people paid in each interval so that so many are at work."""
        paid = with_shrinkage(operators, self.what.shrinkage).paid
        return np.asarray(np.ceil(np.round(paid, 6)), np.int64)

    def paid_hours(self, operators: Whole) -> float:
        """Return the paid hours of the day."""
        return float(self.paid(operators).sum()) * self.minutes / 60

    def level(self, operators: Whole, factor: float) -> float:
        """Return the service level of a day so many times as busy as forecast."""
        promise, weight = self.what.promise, self.loads.sum()
        if weight <= 0:
            return 1.0
        size = self.loads.size
        rows = kernels.impatient_each(
            self.loads * factor,
            operators,
            np.full(size, promise.patience_s / promise.aht_s),
            np.full(size, promise.target_s / promise.aht_s),
        )
        # Of an interval without load nothing is said; it weighs nothing either.
        return float(self.loads @ np.where(self.loads > 0, rows[:, 2], 0.0) / weight)

    def risk(self, operators: Whole, *, below: float) -> Risk:
        """Return what so many people achieve on average, and how likely a day falls below."""
        factors, weights = gamma_nodes(self.cv, by_calls=True)
        mean = sum(
            float(w) * self.level(operators, float(f))
            for f, w in zip(factors, weights, strict=True)
        )
        return Risk(mean, below, self._chance(operators, below))

    def _chance(self, operators: Whole, below: float) -> float:
        low, high = 0.0, BUSIEST
        if self.level(operators, high) >= below:
            return 0.0
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.level(operators, middle) >= below else (low, middle)
        return share_above(low, self.cv) if low > 0 else 1.0

    def made_safe(self, operators: Whole, *, risk: Risk, accepted: float) -> Whole:
        """Return so many more people in every interval with work that their risk is accepted."""
        work, below = (self.loads > 0).astype(np.int64), risk.below
        low, high = 0, 1
        if risk.chance <= accepted:
            return operators
        while self._chance(operators + high * work, below) > accepted and high < MOST_MORE:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            safe = self._chance(operators + middle * work, below) <= accepted
            low, high = (low, middle) if safe else (middle, high)
        return np.asarray(operators + high * work, np.int64)


def in_blocks(operators: Whole, block: int) -> Whole:
    """Return the people of each interval where they come and go only every so many intervals."""
    if block <= 1 or operators.size == 0:
        return operators
    starts = np.arange(0, operators.size, block)
    most = np.maximum.reduceat(operators, starts)
    return np.repeat(most, block)[: operators.size]


def side_by_side(
    means: Floats, rate_cvs: Floats, whats: Sequence[WhatIf], *, minutes: int, slack: float
) -> list[dict[str, float | int]]:
    """Return each scenario's day; also how the first one's people would fare in it.

    A bad day is one on which fewer than the promised share less `slack` are answered in time.
    """
    days = [Day(means, rate_cvs, what, minutes=minutes) for what in whats]
    return [_told(day, days[0].operators, slack=slack) for day in days]


def _told(day: Day, first: Whole, *, slack: float) -> dict[str, float | int]:
    below = max(0.01, day.what.promise.service_level - slack)
    own = day.risk(day.operators, below=below)
    # The first one's people are in its own day, whose risk is known.
    held = own if day.operators is first else day.risk(first, below=below)
    safe = day.made_safe(day.operators, risk=own, accepted=0.05)
    return {
        "load_hours": float(day.loads.sum()) * day.minutes / 60,
        "most_operators": int(day.operators.max(initial=0)),
        "operator_hours": float(day.operators.sum()) * day.minutes / 60,
        "paid_hours": day.paid_hours(day.operators),
        "service_level": own.service_level,
        "below": below,
        "risk": own.chance,
        "safe_paid_hours": day.paid_hours(safe),
        "held_service_level": held.service_level,
        "held_risk": held.chance,
    }
