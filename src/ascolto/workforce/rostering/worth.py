"""What flexibility is worth: rosters of one demand with a rule and without it, side by side.

Each is searched for with the same seed and the same time; no roster is claimed to be the cheapest,
so what the same roster differs by from seed to seed is told beside it. Split days are none of the
rules: people agree to them one by one, and who has is split on either side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ascolto.workforce.rostering.coverage import Cover
from ascolto.workforce.rostering.instance import (
    Band,
    Contract,
    Instance,
    Person,
    minute_of,
    span_minutes,
)
from ascolto.workforce.rostering.problem import Problem, Whole, problem_of
from ascolto.workforce.rostering.roster import cost_json, roster_json
from ascolto.workforce.rostering.search import Found, Stand, search
from ascolto.workforce.rosters import most_at_once

HOURLY = 60
SHORT_SHIFT_MINUTES = 180
Measure = Callable[[Problem, Cover], float | None]
"""Says which share of the calls is answered in time, None where no forecast tells of calls."""
Tell = Callable[[str, int, int, Stand], None]
"""Hears which rule is tried, which search of how many it is, and how far that is."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What a roster comes to, in person-hours: too few, too many, required, and paid for.

    `service_level` is the share of calls answered in time. `trips` are days that somebody spends at
    the office, `days` all days worked, `seats` the most who sit there at once.
    """

    missing: float
    excess: float
    required: float
    paid: float
    service_level: float | None = None
    trips: int = 0
    days: int = 0
    seats: int = 0


@dataclass(frozen=True, slots=True)
class Worth:
    """One rule: the roster as told, and the one without what the rule allows."""

    rule: str
    with_it: Hours
    without_it: Hours

    @property
    def hours_gained(self) -> float:
        """Return by how many fewer person-hours are missing with it than without."""
        return self.without_it.missing - self.with_it.missing


@dataclass(frozen=True, slots=True)
class Weighed:
    """The roster as told, each rule beside it, and by how many hours chance alone moves it.

    `chance_hours` are hours missing, `chance_paid` hours paid.
    """

    told: Hours
    chance_hours: float
    chance_paid: float
    rules: tuple[Worth, ...]


def _people(instance: Instance, change: Callable[[Person], Person]) -> Instance:
    return instance.model_copy(update={"people": tuple(map(change, instance.people))})


def _contracts(instance: Instance, change: Callable[[Contract], Contract]) -> Instance:
    return instance.model_copy(update={"contracts": tuple(map(change, instance.contracts))})


def without_elastic(instance: Instance) -> Instance:
    """Nobody has an elastic clause (D.Lgs. 81/2015 art. 6)."""
    if not any(one.elastic_bands for one in instance.contracts):
        return instance
    return _people(instance, lambda one: one.model_copy(update={"elastic": False}))


def without_wide_bands(instance: Instance) -> Instance:
    """Of a band there are a first turn and a last one alone, as long as the longest shift."""

    def turns(one: Contract) -> Contract:
        longest = span_minutes(one, max(one.shift_minutes))
        bands = tuple(turn for band in one.bands for turn in _turns(band, longest))
        return one.model_copy(update={"bands": bands})

    return _contracts(instance, turns)


def _turns(band: Band, longest: int) -> tuple[Band, ...]:
    begin, end = minute_of(band.begin), minute_of(band.end)
    if end - begin <= longest:
        return (band,)
    first = band.model_copy(update={"end": _clock(begin + longest)})
    return (first, band.model_copy(update={"begin": _clock(end - longest)}))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def without_free_starts(instance: Instance) -> Instance:
    """Shifts begin on the hour."""
    hourly = {"start_every_minutes": HOURLY}
    return _contracts(instance, lambda one: one.model_copy(update=hourly))


def without_lengths(instance: Instance) -> Instance:
    """Each contract has its longest shift alone; only where its week is told in minutes."""

    def longest(one: Contract) -> Contract:
        if one.weekly_minutes is None:
            return one
        return one.model_copy(update={"shift_minutes": (max(one.shift_minutes),)})

    return _contracts(instance, longest)


def without_short_shifts(instance: Instance) -> Instance:
    """Nobody has a shift under three hours, but whose contract has no other."""

    def longer(one: Contract) -> Contract:
        left = tuple(n for n in one.shift_minutes if n >= SHORT_SHIFT_MINUTES)
        return one.model_copy(update={"shift_minutes": left}) if left else one

    return _contracts(instance, longer)


def without_home(instance: Instance) -> Instance:
    """Everybody is at the office every day, whatever is agreed, and there is a seat for each."""

    def there(one: Person) -> Person:
        if one.office is None:
            return one
        always = one.office.model_copy(update={"days_per_week": (7, 7)})
        return one.model_copy(update={"office": always})

    return _people(instance, there).model_copy(update={"office": None})


def without_team_days(instance: Instance) -> Instance:
    """Nobody has days on which the team is at the office together."""

    def alone(one: Person) -> Person:
        if one.office is None:
            return one
        return one.model_copy(
            update={"office": one.office.model_copy(update={"team_weekdays": ()})}
        )

    return _people(instance, alone)


RULES: Mapping[str, Callable[[Instance], Instance]] = {
    "bands": without_wide_bands,
    "starts_within_the_hour": without_free_starts,
    "shift_lengths": without_lengths,
    "short_shifts": without_short_shifts,
    "elastic_clauses": without_elastic,
    "days_at_home": without_home,
    "team_days": without_team_days,
}
WHERE_ALONE = frozenset({"days_at_home", "team_days"})
"""Rules that change where a shift is worked and not when: the same weeks are seated anew."""


def _has_home(instance: Instance) -> bool:
    return any(one.office is not None for one in instance.people)


def rules_of(instance: Instance) -> dict[str, Instance]:
    """Return the instance without each rule that it makes use of."""
    found = {rule: without(instance) for rule, without in RULES.items()}
    if not _has_home(instance):
        del found["days_at_home"]
    return {rule: less for rule, less in found.items() if less != instance}


def weigh(
    instance: Instance,
    *,
    seconds: float,
    seed: int = 0,
    measure: Measure | None = None,
    at_home: frozenset[str] = frozenset(),
    tell: Tell | None = None,
) -> Weighed:
    """Return what each rule that an instance makes use of is worth; `seconds` for each search.

    `at_home` are people with no days agreed at either place who work at home.
    """
    less = rules_of(instance)
    searched = ["", "", *(rule for rule in less if rule not in WHERE_ALONE)]

    def found(one: Instance, at: int, seed: int) -> tuple[Problem, Found]:
        def hear(stand: Stand) -> bool:
            if tell is not None:
                tell(searched[at], at, len(searched), stand)
            return True

        problem = problem_of(one)
        return problem, search(problem, seconds=seconds, seed=seed, progress=hear)

    def hours(problem: Problem, one: Found, at_home: frozenset[str] = at_home) -> Hours:
        return _hours(problem, one.weeks, one.cover, measure=measure, at_home=at_home)

    problem, best = found(instance, 0, seed)
    told, again = hours(problem, best), hours(*found(instance, 1, seed + 1))
    without: dict[str, Hours] = {}
    for rule, one in less.items():
        if rule in WHERE_ALONE:
            # Without days at home nobody is at home, also who always is.
            home = frozenset() if rule == "days_at_home" else at_home
            without[rule] = hours(problem_of(one), best, home)
        else:
            without[rule] = hours(*found(one, searched.index(rule), seed))
    return Weighed(
        told=told,
        chance_hours=abs(told.missing - again.missing),
        chance_paid=abs(told.paid - again.paid),
        rules=tuple(Worth(rule, told, one) for rule, one in without.items()),
    )


def worth(instance: Instance, *, seconds: float, seed: int = 0) -> list[Worth]:
    """Return what each rule that an instance makes use of is worth; `seconds` for each search."""
    return list(weigh(instance, seconds=seconds, seed=seed).rules)


def hours_of(instance: Instance, *, seconds: float, seed: int) -> Hours:
    """Make a roster and return its hours."""
    problem = problem_of(instance)
    found = search(problem, seconds=seconds, seed=seed)
    return _hours(problem, found.weeks, found.cover)


def _hours(
    problem: Problem,
    weeks: Whole,
    cover: Cover,
    *,
    measure: Measure | None = None,
    at_home: frozenset[str] = frozenset(),
) -> Hours:
    cost = cost_json(problem, weeks, cover)
    hour = 60.0 / problem.instance.interval_minutes
    people = roster_json(problem, weeks, cover)["people"]
    shifts = [(who, shift) for who, own in people.items() for shift in own]
    parts = [part for _, shift in shifts for part in shift["parts"]]
    there = [
        (who, shift)
        for who, shift in shifts
        if shift.get("place", "remote" if who in at_home else "office") == "office"
    ]
    return Hours(
        missing=cost["missing"] / hour,
        excess=cost["excess"] / hour,
        required=cost["required"] / hour,
        paid=sum(minutes for minutes, word in parts if word != "meal") / 60.0,
        service_level=measure(problem, cover) if measure else None,
        trips=len({(who, shift["day"]) for who, shift in there}),
        days=len({(who, shift["day"]) for who, shift in shifts}),
        seats=most_at_once((_at(shift["start"]), _at(shift["end"])) for _, shift in there),
    )


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
