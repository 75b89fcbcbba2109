"""Why somebody's day is as it is: hours, rests, what is agreed, and who would be missed. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from ascolto.kit.clock import midnight
from ascolto.workforce.agreements import Agreement, Contract
from ascolto.workforce.hours import paid_time
from ascolto.workforce.rosters import Shift
from ascolto.workforce.store_runs import RequiredDay

Cover = dict[str, dict[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a day is judged by.

    Hours are real ones. `needed` counts intervals at work in which one person less would be too
    few, `spare` those in which there is one more than it takes, of `at_work` intervals altogether.
    `gaps_minutes` lie between the parts of a split day and are no work; a split day is one of
    `week_shifts`, and `agreed_split_days` the most of them in a week that the contract tells.
    """

    contract: str | None
    paid_minutes: int
    week_minutes: int
    week_shifts: int
    agreed_minutes: tuple[int, int] | None
    agreed_shifts: int | None
    rest_before_h: float | None
    rest_after_h: float | None
    days_in_a_row: int
    office_days: int
    agreed_office: tuple[int, int] | None
    at_work: int
    needed: int
    spare: int
    gaps_minutes: tuple[int, ...] = ()
    week_split_days: int = 0
    agreed_split_days: int | None = None


def facts_of(
    own: Sequence[Shift],
    *,
    day: date,
    zone: ZoneInfo,
    agreement: Agreement | None,
    contract: Contract | None,
    everybody: Iterable[Shift],
    required: Sequence[RequiredDay],
) -> Facts:
    """Return the facts of one person's day.

    `own` are their shifts around it, `everybody` all shifts of the day, `required` what it takes.
    """
    here = sorted((one for one in own if one.day == day), key=lambda one: one.starts_at)
    monday = day - timedelta(days=day.weekday())
    week = [one for one in own if monday <= one.day < monday + timedelta(days=7)]
    days = Counter(one.day for one in week)
    terms = contract.terms if contract else {}
    weekly = terms.get("weekly_minutes")
    cover = cover_of(everybody, begins_at=midnight(day, zone), required=required)
    at_work, needed, spare = _missed(here, cover, begins_at=midnight(day, zone), required=required)
    before, after = _rests(own, here)
    return Facts(
        contract=contract.name if contract else None,
        paid_minutes=sum(_paid_minutes(one) for one in here),
        week_minutes=sum(_paid_minutes(one) for one in week),
        week_shifts=len(days),
        agreed_minutes=(int(weekly[0]), int(weekly[1])) if weekly else None,
        agreed_shifts=terms.get("shifts_per_week"),
        rest_before_h=before,
        rest_after_h=after,
        days_in_a_row=_row({one.day for one in own}, day),
        office_days=len({one.day for one in week if one.place == "site"}),
        agreed_office=agreement.office if agreement else None,
        at_work=at_work,
        needed=needed,
        spare=spare,
        gaps_minutes=tuple(
            round((other.starts_at - one.ends_at) / timedelta(minutes=1))
            for one, other in pairwise(here)
        ),
        week_split_days=sum(n > 1 for n in days.values()),
        agreed_split_days=(terms.get("split") or {}).get("days_per_week"),
    )


def _paid_minutes(shift: Shift) -> int:
    return round(paid_time(shift).total_seconds() / 60)


def cover_of(
    shifts: Iterable[Shift], *, begins_at: datetime, required: Sequence[RequiredDay]
) -> Cover:
    """Return how many are at work in each interval of a day, queue by queue."""
    found: Cover = defaultdict(lambda: defaultdict(int))
    lengths = {one.queue_id: one.minutes for one in required}
    for shift in shifts:
        for queue_id, n in _slots(shift, begins_at, lengths):
            found[queue_id][n] += 1
    return found


def _slots(shift: Shift, begins_at: datetime, lengths: dict[str, int]) -> Iterable[tuple[str, int]]:
    at = (shift.starts_at - begins_at).total_seconds() / 60
    for part in shift.parts:
        queue_id = part.get("queue_id")
        if part["kind"] == "queue" and queue_id in lengths:
            length = lengths[queue_id]
            for n in range(int(at // length), int(-((at + part["minutes"]) // -length))):
                yield queue_id, n
        at += part["minutes"]


def _missed(
    here: Sequence[Shift], cover: Cover, *, begins_at: datetime, required: Sequence[RequiredDay]
) -> tuple[int, int, int]:
    people: dict[str, tuple[float, ...]] = {one.queue_id: one.people for one in required}
    lengths = {one.queue_id: one.minutes for one in required}
    at_work = needed = spare = 0
    for shift in here:
        for queue_id, n in _slots(shift, begins_at, lengths):
            if not 0 <= n < len(people[queue_id]):
                continue
            at_work += 1
            takes, there = people[queue_id][n], cover[queue_id][n]
            needed += there <= takes
            spare += there - 1 >= takes
    return at_work, needed, spare


def _rests(own: Sequence[Shift], here: Sequence[Shift]) -> tuple[float | None, float | None]:
    if not here:
        return None, None
    earlier = [one.ends_at for one in own if one.ends_at <= here[0].starts_at]
    later = [one.starts_at for one in own if one.starts_at >= here[-1].ends_at]
    hour = timedelta(hours=1)
    return (
        round((here[0].starts_at - max(earlier)) / hour, 2) if earlier else None,
        round((min(later) - here[-1].ends_at) / hour, 2) if later else None,
    )


def _row(days: set[date], day: date) -> int:
    count = 0
    while day in days:
        count, day = count + 1, day - timedelta(days=1)
    return count
