"""When customers come: Poisson per minute under the day's shape and a gamma day factor. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import exp, log, sqrt
from random import Random
from statistics import NormalDist

MINUTES_AN_HOUR = 60
HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class DayShape:
    """Percent of the day's volume by hour, from the first opening hour on."""

    first_hour: int
    shares: tuple[float, ...]

    def per_minute(self, volume: float) -> tuple[float, ...]:
        """Return the expected arrivals of each of the day's 1,440 minutes."""
        total = sum(self.shares)
        rates = [0.0] * (HOURS_A_DAY * MINUTES_AN_HOUR)
        for index, share in enumerate(self.shares):
            start = (self.first_hour + index) % HOURS_A_DAY * MINUTES_AN_HOUR
            for minute in range(start, start + MINUTES_AN_HOUR):
                rates[minute] = volume * share / total / MINUTES_AN_HOUR
        return tuple(rates)


@dataclass(frozen=True, slots=True)
class Surge:
    """A storm: one queue's arrivals multiplied for some minutes of the day."""

    queue: str
    factor: float
    start_minute: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One customer turning up: seconds after the start, and for which queue."""

    at_s: float
    queue: str


def poisson(mean: float, random: Random) -> int:
    """Draw a Poisson count (Knuth's product method, in pieces so that exp never underflows)."""
    count = 0
    while mean > 0:
        piece = min(mean, 500.0)
        mean -= piece
        limit, product = exp(-piece), random.random()
        while product > limit:
            count += 1
            product *= random.random()
    return count


def day_factors(days: int, *, cv: float, correlation: float, random: Random) -> list[float]:
    """Draw the factors of so many days in a row."""
    return list(islice(chain_of_days(cv=cv, correlation=correlation, random=random), days))


def chain_of_days(*, cv: float, correlation: float, random: Random) -> Iterator[float]:
    """Yield gamma day factors of mean 1 for ever, each correlated with the day before.

    A normal AR(1) series is carried to the gamma by Wilson and Hilferty's cube, which keeps the
    mean and the coefficient of variation within a few per mille for cv up to 0.5.
    """
    state = random.gauss(0, 1)
    while True:
        yield _gamma_from_normal(state, cv)
        state = correlation * state + sqrt(1 - correlation**2) * random.gauss(0, 1)


def _gamma_from_normal(z: float, cv: float) -> float:
    if cv == 0:
        return 1.0
    shape = 1 / cv**2
    cube = 1 - 1 / (9 * shape) + z / (3 * sqrt(shape))
    return float(max(cube, 0.0) ** 3)


def day_of_arrivals(
    rates: Sequence[float],
    queues: Sequence[tuple[str, float]],
    *,
    start_minute: int,
    minutes: int,
    factor: float,
    random: Random,
    surges: Sequence[Surge] = (),
) -> list[Arrival]:
    """Draw the arrivals of some minutes of a day, over queues with their shares, in order."""
    total = sum(share for _, share in queues)
    arrivals: list[Arrival] = []
    for offset in range(minutes):
        minute = (start_minute + offset) % len(rates)
        for queue, share in queues:
            mean = rates[minute] * factor * share / total * _surge(surges, queue, minute)
            arrivals.extend(
                Arrival(60.0 * (offset + random.random()), queue)
                for _ in range(poisson(mean, random))
            )
    return sorted(arrivals, key=lambda arrival: arrival.at_s)


def _surge(surges: Sequence[Surge], queue: str, minute: int) -> float:
    factor = 1.0
    for surge in surges:
        if surge.queue == queue and surge.start_minute <= minute < (
            surge.start_minute + surge.minutes
        ):
            factor *= surge.factor
    return factor


def lognormal(mean: float, cv: float, random: Random) -> float:
    """Draw a lognormal value by its mean and coefficient of variation."""
    if mean <= 0:
        return 0.0
    sigma2 = log(1 + cv**2)
    z = NormalDist().inv_cdf(min(max(random.random(), 1e-12), 1 - 1e-12))
    return exp(log(mean) - sigma2 / 2 + sqrt(sigma2) * z)
