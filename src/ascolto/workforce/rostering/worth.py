"""What flexibility is worth: rosters of one demand with a rule and without it, hours beside hours.

Each is searched for with the same seed and the same time; no roster is claimed to be the cheapest,
so a difference smaller than what two seeds differ by says nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ascolto.workforce.rostering.instance import Contract, Instance, Person
from ascolto.workforce.rostering.problem import problem_of
from ascolto.workforce.rostering.roster import cost_json, roster_json
from ascolto.workforce.rostering.search import search

HOURLY = 60


@dataclass(frozen=True, slots=True)
class Hours:
    """What a roster comes to, in person-hours: too few, too many, required, and paid for."""

    missing: float
    excess: float
    required: float
    paid: float


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


def _people(instance: Instance, change: Callable[[Person], Person]) -> Instance:
    return instance.model_copy(update={"people": tuple(map(change, instance.people))})


def _contracts(instance: Instance, change: Callable[[Contract], Contract]) -> Instance:
    return instance.model_copy(update={"contracts": tuple(map(change, instance.contracts))})


def without_elastic(instance: Instance) -> Instance:
    """Nobody has an elastic clause (D.Lgs. 81/2015 art. 6)."""
    return _people(instance, lambda one: one.model_copy(update={"elastic": False}))


def without_split(instance: Instance) -> Instance:
    """Nobody has agreed to split shifts."""
    return _people(instance, lambda one: one.model_copy(update={"split": False}))


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


RULES: Mapping[str, Callable[[Instance], Instance]] = {
    "elastic_clauses": without_elastic,
    "split_shifts": without_split,
    "starts_within_the_hour": without_free_starts,
    "shift_lengths": without_lengths,
}


def worth(instance: Instance, *, seconds: float, seed: int = 0) -> list[Worth]:
    """Return what each rule that an instance makes use of is worth; `seconds` for each search."""
    told = hours_of(instance, seconds=seconds, seed=seed)
    found = []
    for rule, without in RULES.items():
        less = without(instance)
        if less != instance:
            found.append(Worth(rule, told, hours_of(less, seconds=seconds, seed=seed)))
    return found


def hours_of(instance: Instance, *, seconds: float, seed: int) -> Hours:
    """Make a roster and return its hours."""
    problem = problem_of(instance)
    found = search(problem, seconds=seconds, seed=seed)
    cost = cost_json(problem, found.weeks, found.cover)
    hour = 60.0 / instance.interval_minutes
    people = roster_json(problem, found.weeks, found.cover)["people"]
    parts = [part for shifts in people.values() for shift in shifts for part in shift["parts"]]
    paid = sum(minutes for minutes, word in parts if word != "meal") / 60.0
    return Hours(cost["missing"] / hour, cost["excess"] / hour, cost["required"] / hour, paid)
