"""Erlang's formulas for one queue, as loops over numbers that can be compiled.

Load is offered work in Erlangs (rate times mean handling time). Every sum here has only positive
terms, so nothing cancels, and sums that would overflow are scaled on the way, so nothing vanishes.
Sources: Jagerman 1974 for the recursion of 1/B; Mandelbaum and Zeltyn, "Service engineering in
action: the Palm/Erlang-A queue" (2007), for the building blocks E, J and J(t), written here as the
series of the incomplete gamma function they are for exponential patience.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ascolto.workforce.compiling import compiled

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Beyond this no centre reaches: what never meets its target ends here.
MOST_OPERATORS = 10_000_000
_HUGE = 1e250
_LOG_HUGE = math.log(_HUGE)
# From so many on the terms of Erlang A's sums are not summed where there is another way.
_MANY_TERMS = 60.0
_STIRLING_FROM = 30.0
_MOST_FRACTIONS = 1e7


@compiled
def inverse_blocking(load: float, operators: int) -> float:
    """Return 1/B, one over Erlang B's share blocked; infinite where B is below 1e-308."""
    inverse, per_load = 1.0, 1.0 / load
    for busy in range(1, operators + 1):
        inverse = 1.0 + inverse * (busy * per_load)
        if inverse > 1e305:
            return math.inf
    return inverse


@compiled
def wait_probability(load: float, operators: int) -> float:
    """Return Erlang C's share that must wait; 1 where the load is more than can be served."""
    if load <= 0.0:
        return 0.0
    if operators <= load:
        return 1.0
    free = 1.0 - load / operators
    inverse = inverse_blocking(load, operators)
    return 1.0 / (1.0 + (inverse - 1.0) * free)


@compiled
def required_waiting(
    load: float, targets_aht: float, service_level: float, max_occupancy: float
) -> int:
    """Return the fewest operators for Erlang C's service level, from one run of the recursion.

    The target is in mean handling times. One operator at least where there is any load.
    """
    if load <= 0.0:
        return 0
    may_wait = 1.0 - service_level
    fewest = load / max_occupancy
    inverse, per_load, busy = 1.0, 1.0 / load, 0.0
    while busy <= load or busy < fewest:
        busy += 1.0
        inverse = 1.0 + inverse * (busy * per_load)
    while busy < MOST_OPERATORS:
        late = math.exp(-(busy - load) * targets_aht)
        if late <= may_wait * (1.0 + (inverse - 1.0) * (1.0 - load / busy)):
            break
        busy += 1.0
        inverse = 1.0 + inverse * (busy * per_load)
    return int(busy)


@compiled
def _series(shape: float, x: float) -> tuple[float, float, float, float]:
    """Return three sums over k and the logarithm by which they were scaled down.

    Of x^k/(a)_(k+1), of x^k/(a+1)_(k+1), and of (k+1) x^k/(a)_(k+2): the second over the first
    is who is served of those that wait, the third is their difference without cancelling.
    """
    term, scaled = 1.0 / (shape + 1.0), 0.0
    second = term
    third = term / shape
    k = 0
    while True:
        k += 1
        term *= x / (shape + 1.0 + k)
        second += term
        third += term * (k + 1.0) / shape
        if term > _HUGE:
            term, second, third = term / _HUGE, second / _HUGE, third / _HUGE
            scaled += _LOG_HUGE
        if x < shape + k and term * (k + 1.0) < 1e-17 * third * shape * (
            1.0 - x / (shape + 1.0 + k)
        ):
            break
    first = (math.exp(-scaled) + x * second) / shape
    return first, second, third, scaled


@compiled
def impatient(
    load: float, operators: int, patience_aht: float, target_aht: float
) -> tuple[float, float, float, float]:
    """Return Erlang A's shares of all customers, times being in mean handling times.

    Those that must wait, that give up, that are answered within the target, and that wait longer
    than the target (answered or not).
    """
    if load <= 0.0:
        return 0.0, 0.0, 1.0, 0.0
    if operators <= 0:
        longer = math.exp(-target_aht / patience_aht)
        return 1.0, 1.0, 0.0, longer
    shape, x = operators * patience_aht, load * patience_aht
    if x > max(shape + 1.0, _MANY_TERMS):
        return _overloaded(load, operators, shape, target_aht / patience_aht)
    first, _, third, scaled = _series(shape, x)
    idle = inverse_blocking(load, operators - 1)
    if idle == math.inf:
        return 0.0, 0.0, 1.0, 0.0
    total = idle * math.exp(-scaled) + x * first
    waits = x * first / total
    gives_up = x * third / total
    left = math.exp(-target_aht / patience_aht)
    late_first, late_second, _, late_scaled = _series(shape, x * left)
    log_scale = x * -math.expm1(-target_aht / patience_aht) - operators * target_aht
    log_scale += late_scaled - scaled
    scale = x * left * math.exp(min(log_scale, 700.0)) / total
    longer = min(scale * late_first, waits)
    late_answers = min(scale * late_second, 1.0 - gives_up)
    return waits, gives_up, max(1.0 - gives_up - late_answers, 0.0), longer


@compiled
def _mass(shape: float, x: float) -> float:
    """Return x^a exp(-x) / gamma(a+1), the Poisson mass of x at a, also between whole numbers."""
    if shape < _STIRLING_FROM:
        return math.exp(shape * math.log(x) - x - math.lgamma(shape + 1.0))
    beyond = x - shape
    log_mass = shape * math.log1p(beyond / shape) - beyond
    square = shape * shape
    log_mass -= (1.0 - (1.0 / 30.0 - 1.0 / (105.0 * square)) / square) / (12.0 * shape)
    return math.exp(log_mass) / math.sqrt(2.0 * math.pi * shape)


@compiled
def _below(shape: float, x: float) -> tuple[float, float]:
    """Return the shares of the gamma laws of shapes a and a + 1 that lie below x."""
    mass = _mass(shape, x)
    if x <= shape + 1.0:
        first, second, _, scaled = _series(shape, x)
        mass *= math.exp(scaled)
        return mass * shape * first, mass * x * second
    # Legendre's continued fraction of what lies above, by Lentz's way: it is short where a sum
    # over what lies below would be long.
    b = x + 1.0 - shape
    c, d = 1e300, 1.0 / b
    above, k = d, 0.0
    while True:
        k += 1.0
        b += 2.0
        step = -k * (k - shape)
        d = 1.0 / (step * d + b)
        c = b + step / c
        above *= c * d
        if abs(c * d - 1.0) < 3e-16 or k > _MOST_FRACTIONS:
            break
    below = 1.0 - shape * mass * above
    return below, below - mass


@compiled
def _overloaded(
    load: float, operators: int, shape: float, patiences: float
) -> tuple[float, float, float, float]:
    """Return what `impatient` does where more comes than can be served, in few steps.

    The sums of `impatient` times the Poisson mass are shares of gamma laws, between 0 and 1;
    `patiences` is the target over the mean patience.
    """
    x = load / operators * shape
    mass, (below, _) = _mass(shape, x), _below(shape, x)
    idle = term = 1.0
    for busy in range(operators - 1, 0, -1):
        term *= busy / load
        idle += term
        if term < 1e-17 * idle:
            break
    total = idle * mass + x / shape * below
    gives_up = (below * (x - shape) / shape + mass) / total
    waits = x / shape * below / total
    y = x * math.exp(-patiences)
    if y <= 0.0:
        return waits, gives_up, 1.0 - gives_up, 0.0
    late, late_answered = _below(shape, y)
    longer = min(y / shape * late / total, waits)
    return waits, gives_up, max(1.0 - gives_up - late_answered / total, 0.0), longer


@compiled
def _holds_impatient(
    load: float,
    operators: int,
    patience_aht: float,
    target_aht: float,
    service_level: float,
    max_occupancy: float,
    max_gives_up: float,
) -> bool:
    _, gives_up, level, _ = impatient(load, operators, patience_aht, target_aht)
    occupancy = load * (1.0 - gives_up) / operators
    return level >= service_level and occupancy <= max_occupancy and gives_up <= max_gives_up


@compiled
def required_impatient(
    load: float,
    patience_aht: float,
    target_aht: float,
    service_level: float,
    max_occupancy: float,
    max_gives_up: float,
) -> int:
    """Return the fewest operators for Erlang A's service level; -1 where none suffices."""
    if load <= 0.0:
        return 0
    low, high = 0, max(1, int(load))
    while not _holds_impatient(
        load, high, patience_aht, target_aht, service_level, max_occupancy, max_gives_up
    ):
        low, high = high, high + max(1, int(math.sqrt(load)), (high - int(load)))
        if high > MOST_OPERATORS:
            return -1
    low = min(low, high - 1) if low else 0
    while high - low > 1:
        middle = (low + high) // 2
        if _holds_impatient(
            load, middle, patience_aht, target_aht, service_level, max_occupancy, max_gives_up
        ):
            high = middle
        else:
            low = middle
    return high


@compiled
def required_waiting_each(
    loads: Floats, targets_aht: Floats, service_levels: Floats, max_occupancy: float
) -> Whole:
    """Return the fewest operators for each load, as `required_waiting`."""
    found = np.empty(loads.size, np.int64)
    for place in range(loads.size):
        found[place] = required_waiting(
            loads[place], targets_aht[place], service_levels[place], max_occupancy
        )
    return found


@compiled
def required_impatient_each(
    loads: Floats,
    patiences_aht: Floats,
    targets_aht: Floats,
    service_levels: Floats,
    max_occupancy: float,
    max_gives_up: float,
) -> Whole:
    """Return the fewest operators for each load, as `required_impatient`."""
    found = np.empty(loads.size, np.int64)
    for place in range(loads.size):
        found[place] = required_impatient(
            loads[place],
            patiences_aht[place],
            targets_aht[place],
            service_levels[place],
            max_occupancy,
            max_gives_up,
        )
    return found


@compiled
def impatient_each(
    loads: Floats, operators: Whole, patiences_aht: Floats, targets_aht: Floats
) -> Floats:
    """Return `impatient` of each place, as rows."""
    found = np.empty((loads.size, 4))
    for place in range(loads.size):
        found[place] = impatient(
            loads[place], operators[place], patiences_aht[place], targets_aht[place]
        )
    return found
