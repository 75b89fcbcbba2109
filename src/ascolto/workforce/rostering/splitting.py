"""Which split days a contract opens: two parts of work in a day with a long unpaid gap. Pure.

A split day is one option of the search, from its first beginning to its last end: rest is counted
from there, and its layouts have the gap within. Only where a contract tells of split days, and
somebody on it has agreed, are there any.
"""

from collections.abc import Iterator, Sequence

from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.instance import (
    Band,
    Contract,
    Instance,
    Person,
    SplitDays,
    minute_of,
)

CUT_MINUTES = 60
GAP_STEP_MINUTES = 30
LONGEST_PART_MINUTES = 360
"""A part is never so long that a meal would be due in it: D.Lgs. 66/2003 art. 8."""
Span = tuple[int, int]
Found = tuple[int, int, int, tuple[int, ...], bool]


def opens_split(instance: Instance, contract: Contract) -> bool:
    """Tell whether somebody on a contract that has split days agrees to them."""
    return contract.split is not None and any(
        one.split and one.contract == contract.id for one in instance.people
    )


def splits_open(instance: Instance) -> bool:
    """Tell whether anybody's day may be split at all."""
    return any(opens_split(instance, contract) for contract in instance.contracts)


def splits_of(contract: Contract, person: Person) -> int:
    """Return how many days of a person's week may be split."""
    return contract.split.days_per_week if contract.split is not None and person.split else 0


def split_days(
    contract: Contract, split: SplitDays, day: int, axis: Axis, starts: Sequence[int]
) -> Iterator[Found]:
    """Return start, end, paid minutes, cuts (minutes of the first part), and whether usual.

    Each part lies within a band; where a cut keeps both in the agreed ones, no other is offered.
    """
    usual, elastic = (
        _spans(bands, day, axis) for bands in (contract.bands, contract.elastic_bands)
    )
    least, most = split.gap_minutes
    step = max(GAP_STEP_MINUTES, axis.minutes)
    for paid in contract.shift_minutes:
        cuts = _cuts(paid, split.part_minutes, axis.minutes)
        for gap in dict.fromkeys((*range(least, most + 1, step), most)):
            if paid + gap > split.span_minutes or not cuts:
                continue
            for start in starts:
                for held, agreed in ((usual, True), ((*usual, *elastic), False)):
                    fits = tuple(
                        cut for cut in cuts if _fits(start, cut, gap, paid, held, day, axis)
                    )
                    if fits:
                        yield start, start + (paid + gap) // axis.minutes, paid, fits, agreed
                        break


def _cuts(paid: int, part: int, step: int) -> tuple[int, ...]:
    longest = min(paid - part, LONGEST_PART_MINUTES)
    shortest = max(part, paid - LONGEST_PART_MINUTES)
    hourly = range(shortest, longest + 1, CUT_MINUTES)
    both = {*hourly, *(paid - cut for cut in hourly)}
    return tuple(sorted(cut for cut in both if cut % step == 0))


def _fits(
    start: int, cut: int, gap: int, paid: int, held: Sequence[Span], day: int, axis: Axis
) -> bool:
    first = start, start + cut // axis.minutes
    begins = first[1] + gap // axis.minutes
    second = begins, begins + (paid - cut) // axis.minutes
    # Both are of this day: what begins after midnight would be the next one's.
    return begins < axis.day_begins[day + 1] and all(
        any(opens <= part[0] and part[1] <= closes for opens, closes in held)
        for part in (first, second)
    )


def _spans(bands: Sequence[Band], day: int, axis: Axis) -> tuple[Span, ...]:
    found = []
    for band in bands:
        # A band that begins or closes in the hour that never comes is left to whole shifts.
        opens, closes = (axis.at(day, minute_of(clock)) for clock in (band.begin, band.end))
        if day % 7 + 1 in band.weekdays and opens is not None and closes is not None:
            found.append((opens, closes))
    return tuple(found)
