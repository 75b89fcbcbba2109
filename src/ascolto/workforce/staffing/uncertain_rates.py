"""A rate that is not known: gamma distributed about its forecast, with a coefficient of variation.

The gamma is the usual mixing law of call rates (Jongbloed and Koole 2001): with it, counts over
days are negative binomial. Means over it are taken by Gauss-Laguerre quadrature.
"""

import math
from functools import lru_cache

import numpy as np

from ascolto.workforce.staffing.kernels import Floats

_NODES = 32
# A smaller coefficient of variation is certainty.
CERTAIN = 1e-3


@lru_cache(maxsize=512)
def gamma_nodes(cv: float, *, by_calls: bool) -> tuple[Floats, Floats]:
    """Return factors on the mean rate and their weights (which add up to 1).

    By calls, a busy day counts for as many calls as it has; else every day counts the same.
    Nodes and weights by Golub and Welsch 1969.
    """
    if cv < CERTAIN:
        return np.ones(1), np.ones(1)
    shape = 1.0 / cv**2
    power = shape - 1.0 + float(by_calls)
    index = np.arange(_NODES, dtype=np.float64)
    beside = np.sqrt(index[1:] * (index[1:] + power))
    matrix = np.diag(2.0 * index + 1.0 + power) + np.diag(beside, 1) + np.diag(beside, -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return nodes / shape, vectors[0] ** 2


def gamma_tail(shape: float, at: float) -> float:
    """Return the share of a gamma law (scale 1) above a point.

    By the series below the mean and Lentz's continued fraction above it.
    """
    if at <= 0.0:
        return 1.0
    front = math.exp(shape * math.log(at) - at - math.lgamma(shape))
    if at < shape + 1.0:
        term = total = 1.0 / shape
        step = shape
        while term > total * 1e-15:
            step += 1.0
            term *= at / step
            total += term
        return min(max(1.0 - front * total, 0.0), 1.0)
    below = at + 1.0 - shape
    first, last = 1e300, 1.0 / below
    found = last
    for number in range(1, 10_000):
        factor = -number * (number - shape)
        below += 2.0
        last = 1.0 / (factor * last + below)
        first = below + factor / first
        found *= first * last
        if abs(first * last - 1.0) < 1e-15:
            break
    return front * found


def share_above(factor: float, cv: float) -> float:
    """Return how likely the rate is above so many times its mean."""
    if cv < CERTAIN:
        return float(factor < 1.0)
    return gamma_tail(1.0 / cv**2, factor / cv**2)
