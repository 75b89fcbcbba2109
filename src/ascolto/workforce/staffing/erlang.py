"""Erlang B, C and A for one queue: what so many operators achieve, and how many it takes.

Loads are in Erlangs (calls per second times mean handling time), times in seconds, shares from 0
to 1. The service level is always "answered within the target, of all that called": whoever gives
up early counts against it. Formulas and sources: `kernels`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ascolto.workforce.compiling import may_compile
from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import kernels
from ascolto.workforce.staffing.kernels import Floats, Whole

_BISECTIONS = 200
MOST = 100_000
"""Erlangs, and half the operators, beyond which a question is a mistake: it would take minutes."""
LEAST_OCCUPANCY = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """What a number of operators achieves; a time is infinite where the queue never empties."""

    load: float
    operators: int
    occupancy: float
    wait_probability: float
    mean_wait_s: float
    """Of all that called, whether answered or not."""
    service_level: float
    waited_longer: float
    """Share that waited longer than the target, answered or not."""
    abandoned: float
    blocked: float
    waiting: float
    """Mean number of those that wait."""


def check_share(share: float, *, name: str, ends: bool = False) -> None:
    """Refuse what is no share: between 0 and 1, the ends only where they make sense."""
    if not (0.0 <= share <= 1.0 if ends else 0.0 < share < 1.0):
        raise BadFigure(f"{name} must be a share between 0 and 1, not {share:g}")


def check_positive(figure: float, *, name: str, zero: bool = False) -> None:
    """Refuse what is not a finite number above zero (or zero, where that can be)."""
    if not (math.isfinite(figure) and (figure > 0.0 or (zero and figure == 0.0))):
        raise BadFigure(f"{name} must be {'0 or more' if zero else 'above 0'}, not {figure:g}")


def check_load(load: float, *, name: str = "the load") -> None:
    """Refuse what is no number of Erlangs, or more than all telephones of a country."""
    check_positive(load, name=name, zero=True)
    if load > MOST:
        raise BadFigure(f"{name} must be at most {MOST:,}, not {load:g}")


def _check(load: float, operators: int) -> None:
    check_load(load)
    if not 0 <= operators <= 2 * MOST:
        raise BadFigure(f"there cannot be {operators} operators")


def blocked(load: float, operators: int) -> float:
    """Return Erlang B: the share that finds all operators taken and goes away."""
    _check(load, operators)
    if load <= 0.0:
        return 0.0 if operators else 1.0
    return float(1.0 / kernels.inverse_blocking(load, operators))


def wait_probability(load: float, operators: int) -> float:
    """Return Erlang C: the share that must wait; 1 where the load is more than can be served."""
    _check(load, operators)
    return float(kernels.wait_probability(load, operators))


def blocking(load: float, operators: int) -> Achieved:
    """Return what operators achieve when nobody waits (Erlang B)."""
    lost = blocked(load, operators)
    return Achieved(
        load=load,
        operators=operators,
        occupancy=load * (1.0 - lost) / operators if operators else 0.0,
        wait_probability=0.0,
        mean_wait_s=0.0,
        service_level=1.0 - lost,
        waited_longer=0.0,
        abandoned=0.0,
        blocked=lost,
        waiting=0.0,
    )


def patient(load: float, operators: int, *, aht_s: float, target_s: float) -> Achieved:
    """Return what operators achieve when everybody waits as long as it takes (Erlang C)."""
    check_positive(aht_s, name="the handling time")
    check_positive(target_s, name="the target", zero=True)
    waits = wait_probability(load, operators)
    spare = operators - load
    stable = spare > 0.0 or load <= 0.0
    longer = waits * math.exp(-spare * target_s / aht_s) if stable else 1.0
    mean_wait_s = (waits * aht_s / spare if spare > 0.0 else 0.0) if stable else math.inf
    return Achieved(
        load=load,
        operators=operators,
        occupancy=min(load / operators, 1.0) if operators else float(load > 0.0),
        wait_probability=waits,
        mean_wait_s=mean_wait_s,
        service_level=1.0 - longer,
        waited_longer=longer,
        abandoned=0.0,
        blocked=0.0,
        waiting=load / aht_s * mean_wait_s if load > 0.0 else 0.0,
    )


def impatient(
    load: float, operators: int, *, aht_s: float, target_s: float, patience_s: float
) -> Achieved:
    """Return what operators achieve when who waits gives up after a time (Erlang A).

    Patience is exponential with the given mean, the time after which one would give up.
    """
    _check(load, operators)
    check_positive(aht_s, name="the handling time")
    check_positive(target_s, name="the target", zero=True)
    check_positive(patience_s, name="patience")
    waits, gives_up, level, longer = kernels.impatient(
        load, operators, patience_s / aht_s, target_s / aht_s
    )
    return Achieved(
        load=load,
        operators=operators,
        occupancy=load * (1.0 - gives_up) / operators if operators else float(load > 0.0),
        wait_probability=waits,
        mean_wait_s=gives_up * patience_s,
        service_level=level,
        waited_longer=longer,
        abandoned=gives_up,
        blocked=0.0,
        waiting=load / aht_s * gives_up * patience_s,
    )


def wait_percentile_s(
    load: float, operators: int, *, share: float, aht_s: float, patience_s: float | None = None
) -> float:
    """Return the wait that the given share of all customers does not exceed, in seconds.

    Without patience it is Erlang C's, else Erlang A's wait until answered or given up.
    """
    check_share(share, name="the percentile")
    if patience_s is None:
        waits = wait_probability(load, operators)
        if waits <= 1.0 - share:
            return 0.0
        spare = operators - load
        return math.log(waits / (1.0 - share)) * aht_s / spare if spare > 0.0 else math.inf
    low, high = 0.0, -math.log(1.0 - share) * patience_s
    patience_aht = patience_s / aht_s
    if impatient(
        load, operators, aht_s=aht_s, target_s=0.0, patience_s=patience_s
    ).waited_longer <= (1.0 - share):
        return 0.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if middle in {low, high}:
            break
        if kernels.impatient(load, operators, patience_aht, middle / aht_s)[3] > 1.0 - share:
            low = middle
        else:
            high = middle
    return high


def required_blocking(load: float, *, max_blocked: float) -> int:
    """Return the fewest operators (or lines) at which no more than a share is blocked."""
    _check(load, 0)
    check_share(max_blocked, name="the share blocked")
    inverse, operators, per_load = 1.0, 0, 1.0 / load if load else 0.0
    while load > 0.0 and 1.0 / inverse > max_blocked:
        operators += 1
        inverse = 1.0 + inverse * (operators * per_load)
    return operators


def max_load_blocking(operators: int, *, max_blocked: float) -> float:
    """Return the greatest load in Erlangs of which no more than a share is blocked."""
    check_share(max_blocked, name="the share blocked")
    return _greatest_load(operators, lambda load: blocked(load, operators) <= max_blocked)


def max_load(
    operators: int,
    *,
    aht_s: float,
    target_s: float,
    service_level: float,
    patience_s: float | None = None,
) -> float:
    """Return the greatest load in Erlangs that so many operators serve at the service level."""
    check_share(service_level, name="the service level")

    def holds(load: float) -> bool:
        if patience_s is None:
            got = patient(load, operators, aht_s=aht_s, target_s=target_s)
        else:
            got = impatient(load, operators, aht_s=aht_s, target_s=target_s, patience_s=patience_s)
        return got.service_level >= service_level

    return _greatest_load(operators, holds)


def _greatest_load(operators: int, holds: Any) -> float:
    if operators <= 0:
        return 0.0
    low, high = 0.0, float(operators)
    while holds(high):
        low, high = high, high * 2.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        if middle in {low, high}:
            break
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def required(
    load: ArrayLike,
    *,
    aht_s: ArrayLike,
    target_s: ArrayLike,
    service_level: ArrayLike = 0.8,
    patience_s: ArrayLike | None = None,
    max_occupancy: float = 1.0,
    max_abandoned: float = 1.0,
) -> Whole:
    """Return the fewest operators for each load: Erlang C, or Erlang A where patience is told.

    Everything but the caps may be an array; they are broadcast and the answer has their shape.
    Raises BadFigure for what cannot be, also for a share of abandons asked of Erlang C.
    """
    given = [load, aht_s, target_s, service_level, 1.0 if patience_s is None else patience_s]
    arrays = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in given))
    loads, aht, target, level, patience = (np.array(each).ravel() for each in arrays)
    _check_each(loads, aht, target, level, patience)
    check_share(max_occupancy, name="the greatest occupancy", ends=True)
    check_share(max_abandoned, name="the share that gives up", ends=True)
    if max_occupancy < LEAST_OCCUPANCY:
        raise BadFigure(f"the greatest occupancy must be at least {LEAST_OCCUPANCY:g}")
    if patience_s is None:
        if max_abandoned < 1.0:
            raise BadFigure("Erlang C knows no abandons: give patience_s")
        every = kernels.required_waiting_each if may_compile() else required_waiting_arrays
        found = every(loads, target / aht, level, max_occupancy)
    else:
        found = kernels.required_impatient_each(
            loads, patience / aht, target / aht, level, max_occupancy, max_abandoned
        )
    return found.reshape(arrays[0].shape)


def _check_each(
    loads: Floats, aht: Floats, target: Floats, level: Floats, patience: Floats
) -> None:
    for values, name, zero in (
        (loads, "a load", True),
        (aht, "a handling time", False),
        (target, "a target", True),
        (patience, "patience", False),
    ):
        wrong = ~np.isfinite(values) | ((values < 0.0) if zero else (values <= 0.0))
        if wrong.any():
            check_positive(float(values[wrong][0]), name=name, zero=zero)
    if loads.size:
        check_load(float(loads.max()), name="a load")
    wrong = ~((level > 0.0) & (level < 1.0))
    if wrong.any():
        check_share(float(level[wrong][0]), name="a service level")


def required_waiting_arrays(
    loads: Floats, targets_aht: Floats, service_levels: Floats, max_occupancy: float
) -> Whole:
    """Return what `kernels.required_waiting_each` does, the recursion run over whole arrays.

    For machines without a compiler: one step of the recursion is one step of every load.
    """
    found = np.zeros(loads.size, np.int64)
    open_ = np.flatnonzero(loads > 0.0)
    load, per_load = loads[open_], 1.0 / loads[open_]
    late, may_wait = targets_aht[open_], 1.0 - service_levels[open_]
    inverse, busy = np.ones(open_.size), 0.0
    while open_.size:
        busy += 1.0
        inverse = 1.0 + inverse * (busy * per_load)
        if busy <= load.min():
            continue
        enough = (busy > load) & (busy >= load / max_occupancy)
        with np.errstate(over="ignore", invalid="ignore"):
            chance = np.exp(-(busy - load) * late)
            enough &= chance <= may_wait * (1.0 + (inverse - 1.0) * (1.0 - load / busy))
        if enough.any():
            found[open_[enough]] = int(busy)
            stay = ~enough
            open_, load, per_load, inverse = open_[stay], load[stay], per_load[stay], inverse[stay]
            late, may_wait = late[stay], may_wait[stay]
    return found
