"""The rest of a day from what has come of it so far, and who is rostered in each half hour. Pure.

No arrays: a page asks for it in the server's own process. What is learnt from past days is in
`forecasting.intraday`; this is what holds from the first day on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ascolto.workforce.rosters import Shift

HALF_HOUR = timedelta(minutes=30)
# A day is never quite as sure as a model says, nor is anything known of a day twice as odd.
LEAST_CV, MOST_CV = 0.03, 0.5


@dataclass(frozen=True, slots=True)
class Rest:
    """How today's busyness is judged from what came so far."""

    ratio: float
    """What came over what was expected, 1 with nothing expected."""
    factor: float
    """By what the rest of the day is expected anew: between 1 and `ratio`."""
    cv: float
    """How sure that is: the coefficient of variation of what is left unknown."""


def rest_of_day(*, expected: float, came: float, cv: float) -> Rest:
    """Judge a day's busyness: a Gamma with mean 1 and this CV, seen through a Poisson count.

    The mean of a Gamma after a Poisson count (Gelman et al., Bayesian Data Analysis, §2.6): with
    shape and rate a = 1/cv² it is (a + came) / (a + expected). It is 1 with nothing expected, and
    nears came/expected as more has come.
    """
    shape = min(max(cv, LEAST_CV), MOST_CV) ** -2
    factor = (shape + came) / (shape + expected)
    ratio = came / expected if expected > 0 else 1.0
    return Rest(ratio=ratio, factor=factor, cv=(shape + came) ** -0.5)


@dataclass(frozen=True, slots=True)
class Expected:
    """Half an hour as it was published, and how unsure its size was."""

    starts_at: datetime
    mean: float
    low: float
    high: float
    rate_cv: float


def expected_between(
    intervals: Iterable[tuple[datetime, float]],
    *,
    minutes: int,
    since: datetime,
    until: datetime,
) -> float:
    """Return what a forecast expects between two moments; of an interval cut, its part in time."""
    length, found = timedelta(minutes=minutes), 0.0
    for starts_at, mean in intervals:
        shared = min(starts_at + length, until) - max(starts_at, since)
        found += mean * max(shared / length, 0.0)
    return found


def by_half_hour(intervals: Iterable[Expected], *, minutes: int) -> list[Expected]:
    """Return a forecast by half hours: quarters are added up, hours are halved."""
    if minutes == 60:
        return [
            Expected(one.starts_at + part, one.mean / 2, one.low / 2, one.high / 2, one.rate_cv)
            for one in intervals
            for part in (timedelta(), HALF_HOUR)
        ]
    found: dict[datetime, list[Expected]] = {}
    for one in intervals:
        begins = one.starts_at - timedelta(minutes=one.starts_at.minute % 30)
        found.setdefault(begins, []).append(one)
    return [
        Expected(
            at,
            sum(one.mean for one in parts),
            # The day's busyness moves neighbours together, so their bands add up too.
            sum(one.low for one in parts),
            sum(one.high for one in parts),
            max(one.rate_cv for one in parts),
        )
        for at, parts in sorted(found.items())
    ]


@dataclass(frozen=True, slots=True)
class OnDuty:
    """How many are rostered for a queue in half an hour, breaks taken off."""

    mean: float
    people: int
    """How many different persons that is."""


def tells_apart(crew: Collection[str], others: Iterable[Collection[str]], *, smallest: int) -> bool:
    """Tell whether figures on a crew and on another tell, by their difference, of too few people.

    Two crews that are one and the same, or that differ by a whole group, tell of nobody.
    """
    mine = frozenset(crew)
    return any(0 < len(mine.symmetric_difference(other)) < smallest for other in others)


def on_duty(
    shifts: Sequence[Shift], *, queue_id: str | None, crew: frozenset[str], starts_at: datetime
) -> OnDuty:
    """Return who of a crew works in a queue in half an hour, by the shifts that hold.

    Work that names no queue counts where somebody may take from this one; without a queue asked
    for, work in any counts.
    """
    until, seconds, people = starts_at + HALF_HOUR, 0.0, set()
    for shift in shifts:
        if shift.operator_id not in crew or shift.ends_at <= starts_at or shift.starts_at >= until:
            continue
        for begin, end in _at_work(shift, queue_id):
            lasted = (min(end, until) - max(begin, starts_at)).total_seconds()
            if lasted > 0:
                seconds += lasted
                people.add(shift.operator_id)
    return OnDuty(seconds / HALF_HOUR.total_seconds(), len(people))


def _at_work(shift: Shift, queue_id: str | None) -> list[tuple[datetime, datetime]]:
    if not shift.parts:
        return [(shift.starts_at, shift.ends_at)]
    found, at = [], shift.starts_at
    for part in shift.parts:
        end = at + timedelta(minutes=part["minutes"])
        here = queue_id is None or part.get("queue_id") in (None, queue_id)
        if part["kind"] == "queue" and here:
            found.append((at, end))
        at = end
    return found
