"""What is agreed and needed as the instance of a roster, and its answer as shifts. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import Any

from ascolto.people import Operator
from ascolto.routing import Queue
from ascolto.workforce.agreements import Agreement
from ascolto.workforce.asking import Wishes
from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.instance import LATEST_MINUTE, Contract, span_minutes
from ascolto.workforce.rosters import WORK, Shift
from ascolto.workforce.variants import variant_of

STEP = 15
LOOK_BACK = timedelta(days=8)
"""So far back shifts say how many days in a row somebody has worked, and when they last ended."""
OTHER_WORK = tuple(sorted(WORK - {"queue"}))
"""Work off the queues, for the examiner."""
PLACES = {"site": "office", "home": "remote"}
"""How a roster's instance and its answer call the places of shifts."""
OFF_SCREEN = frozenset({"training", "meeting", "other"})
"""What is a change of activity; mail and back office are work at the screen like any queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Somebody a roster is for: which queues they can work in, and what is agreed with them.

    `leave` are the days off that were granted, `wishes` what they like and agree to.
    """

    operator_id: str
    place: str
    queues: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    leave: frozenset[date] = frozenset()
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The days of a roster with all that does not change while it is made."""

    first_day: date
    days: int
    timezone: str
    contracts: Mapping[str, Mapping[str, Any]]
    seats: int | None
    before: Sequence[Shift]
    leave: frozenset[tuple[str, date]] = frozenset()

    @property
    def last_day(self) -> date:
        """Return the last day."""
        return self.first_day + timedelta(days=self.days - 1)

    def has(self, day: date) -> bool:
        """Tell whether a day is one of its days."""
        return self.first_day <= day <= self.last_day

    def axis(self) -> Axis:
        """Return the axis of its intervals."""
        return Axis(start=self.first_day, days=self.days, zone=self.timezone, minutes=STEP)


def queues_open_to(operator: Operator, queues: Iterable[Queue], *, at: datetime) -> list[str]:
    """Return the queues that somebody is asked for: of their clients, in any of the rings."""
    levels = operator.levels(at)
    found = []
    for queue in queues:
        rings = queue.policy().rings
        fits = not rings or any(
            all(levels.get(need.skill, 0) >= need.level for need in ring.needs) for ring in rings
        )
        if queue.client_id in operator.clients and fits:
            found.append(queue.id)
    return found


def seats_between(
    dated: Sequence[tuple[date, int | None]], *, first: date, last: date
) -> int | None:
    """Return the fewest seats on any of the days; None where nothing limits them."""
    held = [seats for begins, seats in dated if begins <= first][-1:]
    later = [seats for begins, seats in dated if first < begins <= last]
    told = [seats for seats in (*held, *later) if seats is not None]
    return min(told) if told else None


def instance_document(
    stage: Stage,
    people: Sequence[Planned],
    demand: Mapping[str, Sequence[float]],
    *,
    other_work: bool = False,
) -> dict[str, Any]:
    """Return the instance as its format tells it; who has no contract on these days is left out.

    Short shifts and split days are offered only to who agrees to them; whose contract has no others
    is left out. With `other_work` training, meetings and deferred work may be done too, in shifts
    of any agreed length: for the examiner, to whom it is told elsewhere who agrees.
    """
    contracts: dict[str, dict[str, Any]] = {}
    cast = []
    before = _before(stage)
    for person in people:
        told = _person(stage, person, contracts, any_terms=other_work)
        if told is None or not (person.queues or other_work):
            continue
        if person.operator_id in before:
            told["before"] = before[person.operator_id]
        if other_work:
            told["skills"] += OTHER_WORK
            told["split"] = True
        cast.append(told)
    queues: list[dict[str, Any]] = [{"id": queue_id} for queue_id in demand]
    if other_work:
        queues += [{"id": name, "off_screen": name in OFF_SCREEN} for name in OTHER_WORK]
    return {
        "start": stage.first_day.isoformat(),
        "days": stage.days,
        "timezone": stage.timezone,
        "interval_minutes": STEP,
        "queues": queues,
        "demand": {queue_id: list(values) for queue_id, values in demand.items()},
        "contracts": list(contracts.values()),
        "people": cast,
        **({} if stage.seats is None else {"office": {"seats": stage.seats}}),
    }


def _person(
    stage: Stage, person: Planned, contracts: dict[str, dict[str, Any]], *, any_terms: bool
) -> dict[str, Any] | None:
    """Return a person as the format tells them, by what holds first in these days."""
    own = [one for one in person.agreements if one.from_day <= stage.last_day]
    begun = [one for one in own if one.from_day <= stage.first_day][-1:]
    holds = [*begun, *(one for one in own if one.from_day > stage.first_day)]
    first = next((one for one in holds if one.contract_id is not None), None)
    if first is None or first.contract_id is None:
        return None
    contract = variant_of(
        str(first.contract_id),
        stage.contracts,
        free=first.free_weekdays,
        short=any_terms or person.wishes.short_shifts,
        split=any_terms or person.wishes.split_shifts,
    )
    if contract is None:
        return None
    contracts[contract["id"]] = contract
    away = {*_days_away(stage, holds), *(day for day in person.leave if stage.has(day))}
    told: dict[str, Any] = {
        "id": person.operator_id,
        "contract": contract["id"],
        "skills": [*person.queues],
        "elastic": first.elastic,
        "leave": [day.isoformat() for day in sorted(away)],
        **_wished(stage, person.wishes, Contract.model_validate(contract)),
    }
    if contract.get("split") is not None:
        told["split"] = True
    if first.office is not None:
        team = [day for day in first.team_weekdays if day not in first.free_weekdays]
        told["office"] = {"days_per_week": list(first.office), "team_weekdays": team}
        if person.wishes.place is not None:
            told["office"]["prefers"] = PLACES[person.wishes.place]
    return told


def _wished(stage: Stage, wishes: Wishes, contract: Contract) -> dict[str, Any]:
    """Return days and hours that are liked; a stretch shorter than any shift is made longer."""
    days = (stage.first_day + timedelta(days=n) for n in range(stage.days))
    found: dict[str, Any] = {
        "days_off": [day.isoformat() for day in days if day.isoweekday() in wishes.days_off]
    }
    if wishes.from_minute is not None and wishes.until_minute is not None:
        span = span_minutes(contract, min(contract.shift_minutes))
        first = -(-wishes.from_minute // STEP) * STEP
        last = min(LATEST_MINUTE, max(wishes.until_minute // STEP * STEP, first + span))
        clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in (first, last)]
        found["preferred_hours"] = dict(zip(("from", "to"), clocks, strict=True))
    return found


def _days_away(stage: Stage, holds: Sequence[Agreement]) -> list[date]:
    """Return the days before somebody comes and after they have gone."""
    away = []
    for n in range(stage.days):
        day = stage.first_day + timedelta(days=n)
        now = [one for one in holds if one.from_day <= day][-1:]
        if not now or now[0].contract_id is None:
            away.append(day)
    return away


def _before(stage: Stage) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    worked: dict[str, set[date]] = defaultdict(set)
    for shift in sorted(stage.before, key=lambda one: one.ends_at):
        if shift.day < stage.first_day:
            worked[shift.operator_id].add(shift.day)
            found[shift.operator_id] = {"last_end": shift.ends_at.isoformat()}
    for operator_id, days in worked.items():
        row, day = 0, stage.first_day - timedelta(days=1)
        while day in days:
            row, day = row + 1, day - timedelta(days=1)
        found[operator_id]["consecutive_days"] = row
    return found


def roster_document(
    stage: Stage, people: Sequence[Planned], shifts: Iterable[Shift]
) -> dict[str, Any]:
    """Return shifts as the format of an answer tells them; those without parts are left out."""
    skills = {person.operator_id: person.queues for person in people}
    told: dict[str, list[dict[str, Any]]] = {}
    for shift in shifts:
        if not shift.parts or shift.operator_id not in skills:
            continue
        usual = next(iter(skills[shift.operator_id]), OTHER_WORK[0])
        told.setdefault(shift.operator_id, []).append(
            {
                "day": shift.day.isoformat(),
                "start": shift.starts_at.isoformat(),
                "end": shift.ends_at.isoformat(),
                "place": PLACES.get(shift.place, "remote"),
                "parts": [[part["minutes"], _word(part, usual)] for part in shift.parts],
            }
        )
    return {"start": stage.first_day.isoformat(), "people": told}


def _word(part: Mapping[str, Any], usual: str) -> str:
    return str(part.get("queue_id") or usual) if part["kind"] == "queue" else str(part["kind"])


def shifts_of_answer(people: Sequence[Planned], answer: Mapping[str, Any]) -> list[Shift]:
    """Return the answer of the search as shifts."""
    usual = {person.operator_id: person.place for person in people}
    places = {told: place for place, told in PLACES.items()}
    return [
        Shift(
            operator_id=operator_id,
            day=date.fromisoformat(told["day"]),
            starts_at=datetime.fromisoformat(told["start"]),
            ends_at=datetime.fromisoformat(told["end"]),
            place=places.get(told.get("place", ""), usual[operator_id]),
            parts=tuple(_part(minutes, word) for minutes, word in told["parts"]),
        )
        for operator_id, own in answer["people"].items()
        for told in own
    ]


def _part(minutes: int, word: str) -> dict[str, Any]:
    if word in ("pause", "meal"):
        return {"kind": word, "minutes": minutes}
    return {"kind": "queue", "minutes": minutes, "queue_id": word}


def take_off(
    demand: Mapping[str, list[float]], shifts: Iterable[Shift], axis: Axis
) -> dict[str, list[float]]:
    """Return what is left to do beside shifts that stay as they are, never below nothing."""
    there = there_beside(demand, shifts, axis)
    return {
        queue_id: [max(0.0, need - n) for need, n in zip(values, there[queue_id], strict=True)]
        for queue_id, values in demand.items()
    }


def there_beside(
    queues: Collection[str], shifts: Iterable[Shift], axis: Axis
) -> dict[str, list[float]]:
    """Return how many shifts that stay as they are put in each queue, interval by interval."""
    found = {queue_id: [0.0] * axis.day_begins[-1] for queue_id in queues}
    for shift in shifts:
        at = axis.number_of(shift.starts_at)
        for part in shift.parts:
            length = part["minutes"] // axis.minutes
            values = found.get(str(part.get("queue_id"))) if part["kind"] == "queue" else None
            if values is not None:
                for n in range(max(at, 0), min(at + length, len(values))):
                    values[n] += 1
            at += length
    return found


def demand_by_hand(axis: Axis, told: Iterable[Mapping[str, Any]]) -> list[float]:
    """Return people per interval from bands of time told by hand; of two bands the greater."""
    values = [0.0] * axis.day_begins[-1]
    for band in told:
        for day in range(axis.days):
            if axis.date_of(day).isoweekday() not in band["weekdays"]:
                continue
            begin, end = (axis.number_of(_moment(axis, day, band[key])) for key in ("from", "to"))
            for n in range(max(begin, 0), min(end, len(values))):
                values[n] = max(values[n], float(band["people"]))
    return values


def _moment(axis: Axis, day: int, clock: str) -> datetime:
    hours, minutes = (int(part) for part in clock.split(":"))
    midnight = axis.moment(0)
    wall = datetime.combine(axis.date_of(day), datetime.min.time()) + timedelta(
        hours=hours, minutes=minutes
    )
    return wall.replace(tzinfo=midnight.tzinfo)


def demand_of_forecast(
    axis: Axis, intervals: Iterable[tuple[datetime, float]], *, minutes: int
) -> list[float]:
    """Return people per interval of the axis from those of a forecast's longer intervals."""
    values = [0.0] * axis.day_begins[-1]
    for at, people in intervals:
        first = axis.number_of(at)
        for n in range(max(first, 0), min(first + minutes // axis.minutes, len(values))):
            values[n] = float(people)
    return values


def whole_together(
    demand: Mapping[str, Sequence[float]], *, shared: Iterable[Sequence[str]]
) -> dict[str, list[float]]:
    """Return whole people: each interval is rounded up over queues that share people.

    `shared` are the queues of each person. Who is away is away from all of theirs, so half a person
    in each of four queues of one crew is two people; in a queue with a crew of its own it is one.
    The rest goes where the largest parts of a person are missing, of equal ones to each in turn.
    """
    found: dict[str, list[float]] = {}
    for group in _sharing(demand, shared):
        for n, told in enumerate(zip(*(demand[queue_id] for queue_id in group), strict=True)):
            # A number so near to a whole one is that one: 1 / (1 - 0.5) is not quite 2.
            near = [round(value, 6) for value in told]
            whole = [floor(value) for value in near]
            missing = [round(value - least, 6) for value, least in zip(near, whole, strict=True)]
            order = sorted(range(len(group)), key=lambda k: (-missing[k], (k - n) % len(group)))
            for k in order[: ceil(round(sum(missing), 6))]:
                whole[k] += 1
            for queue_id, value in zip(group, whole, strict=True):
                found.setdefault(queue_id, []).append(float(value))
    return {queue_id: found.get(queue_id, []) for queue_id in demand}


def _sharing(queues: Iterable[str], shared: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the groups of queues that hang together by people who work in several of them."""
    groups = [{queue_id} for queue_id in queues]
    for own in shared:
        joined = [group for group in groups if not group.isdisjoint(own)]
        if len(joined) > 1:
            groups = [group for group in groups if group not in joined]
            groups.append(set().union(*joined))
    return [sorted(group) for group in groups]


def by_day(
    axis: Axis, demand: Mapping[str, Sequence[float]]
) -> list[tuple[str, date, list[float]]]:
    """Return the people of each queue on each day."""
    return [
        (queue_id, axis.date_of(day), list(values[begin:end]))
        for queue_id, values in demand.items()
        for day, (begin, end) in enumerate(zip(axis.day_begins, axis.day_begins[1:], strict=False))
    ]
