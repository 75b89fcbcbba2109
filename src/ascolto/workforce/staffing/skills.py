"""How many people of which skills: by simulation, so that nobody is counted twice.

A person with two skills is one person: adding up "enough for each skill" counts them in both and
leaves a fraction of what is needed. Here a mix of people is simulated, and the cheapest mix found
that keeps every skill's promise. After Cezik and L'Ecuyer 2008, who search by cuts where this goes
step by step; the answer is kept by simulation, but not proven to be the cheapest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ascolto.workforce.errors import BadFigure
from ascolto.workforce.staffing import skill_loop
from ascolto.workforce.staffing.erlang import required
from ascolto.workforce.staffing.kernels import Flags, Floats, Whole
from ascolto.workforce.staffing.requirement import Promise

_WARM_UP = 0.05
_BATCHES = 20
_COARSE, _FINE = 60_000, 400_000
_MOST_STEPS = 2_000


@dataclass(frozen=True, slots=True)
class Skill:
    """Calls of one kind: their load in Erlangs and what is promised."""

    name: str
    load: float
    promise: Promise


@dataclass(frozen=True, slots=True)
class Group:
    """People with the same skills, and what one of them costs."""

    name: str
    skills: tuple[str, ...]
    cost: float = 1.0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class SkillResult:
    """What one skill's calls met with; the error is a standard error of the service level."""

    service_level: float
    error: float
    abandoned: float
    mean_wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """People of each group, what they cost and what each skill's calls meet with."""

    people: dict[str, int]
    cost: float
    skills: dict[str, SkillResult]
    occupancy: float
    calls: int


@dataclass
class _Day:
    """Calls drawn once, so that mixes are compared on the same ones."""

    skills: Sequence[Skill]
    groups: Sequence[Group]
    calls: int
    seed: int
    arrives: Floats = field(init=False)
    skill: Whole = field(init=False)
    service: Floats = field(init=False)
    patience: Floats = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(self.seed)
        rates = np.array([each.load / each.promise.aht_s for each in self.skills])
        self.arrives = np.cumsum(chance.exponential(1.0 / rates.sum(), self.calls))
        self.skill = chance.choice(len(self.skills), self.calls, p=rates / rates.sum())
        aht = np.array([each.promise.aht_s for each in self.skills])
        mean_patience = np.array([each.promise.patience_s for each in self.skills])
        self.service = chance.exponential(1.0, self.calls) * aht[self.skill]
        self.patience = chance.exponential(1.0, self.calls) * mean_patience[self.skill]

    def takes(self) -> Flags:
        return np.array([[s.name in g.skills for s in self.skills] for g in self.groups])

    def order(self) -> Whole:
        """Return for each skill the groups to ask: who can do least else first."""
        able = self.takes()
        found = np.full((len(self.skills), len(self.groups)), -1, np.int64)
        for skill in range(len(self.skills)):
            asked = sorted(np.flatnonzero(able[:, skill]), key=lambda g: int(able[g].sum()))
            found[skill, : len(asked)] = asked
        return found

    def play(self, people: Whole) -> Mix:
        """Simulate a mix of people."""
        waited = skill_loop.run(
            self.arrives,
            self.skill,
            self.service,
            self.patience,
            people,
            self.takes(),
            self.order(),
        )
        count = slice(int(self.calls * _WARM_UP), None)
        waited, skill = waited[count], self.skill[count]
        results = {}
        for number, each in enumerate(self.skills):
            mine = waited[skill == number]
            answered = mine >= 0
            in_time = answered & (mine <= each.promise.target_s)
            batches = [batch.mean() for batch in np.array_split(in_time, _BATCHES)]
            results[each.name] = SkillResult(
                service_level=float(in_time.mean()),
                error=float(np.std(batches, ddof=1) / math.sqrt(_BATCHES)),
                abandoned=float(1.0 - answered.mean()),
                mean_wait_s=float(np.where(answered, mine, -1.0 - mine).mean()),
            )
        served = self.service[count][waited >= 0].sum()
        span = self.arrives[-1] - self.arrives[count][0]
        return Mix(
            people={g.name: int(n) for g, n in zip(self.groups, people, strict=True)},
            cost=float(sum(g.cost * int(n) for g, n in zip(self.groups, people, strict=True))),
            skills=results,
            occupancy=float(served / span / max(int(people.sum()), 1)),
            calls=int(waited.size),
        )


def _check(skills: Sequence[Skill], groups: Sequence[Group]) -> None:
    names = {skill.name for skill in skills}
    if len(names) < len(skills) or not skills:
        raise BadFigure("skills need names of their own")
    if len({group.name for group in groups}) < len(groups):
        raise BadFigure("groups need names of their own")
    for skill in skills:
        if not (math.isfinite(skill.load) and skill.load > 0):
            raise BadFigure(f"the load of {skill.name} must be above 0")
        if not any(skill.name in group.skills for group in groups):
            raise BadFigure(f"nobody has the skill {skill.name}")
    for group in groups:
        if unknown := set(group.skills) - names:
            raise BadFigure(f"{group.name} has skills nobody asks for: {', '.join(unknown)}")


def simulate_mix(
    skills: Sequence[Skill],
    groups: Sequence[Group],
    people: dict[str, int],
    *,
    calls: int = _FINE,
    seed: int = 1,
) -> Mix:
    """Return what a mix of people achieves at constant rates, warm-up cut."""
    _check(skills, groups)
    numbers = np.array([people.get(group.name, 0) for group in groups], np.int64)
    return _Day(skills, groups, calls, seed).play(numbers)


def required_mix(skills: Sequence[Skill], groups: Sequence[Group], *, seed: int = 1) -> Mix:
    """Return a cheapest mix found that keeps every skill's service level, checked at length.

    It begins with the fewest people that all calls would take if everybody could do everything,
    adds whoever helps most for the cost, and then takes away whoever is not needed.
    """
    _check(skills, groups)
    search = _Search(skills, groups, _Day(skills, groups, _COARSE, seed))
    found = search.thinned(search.enough(search.fewest()))
    long = _Search(skills, groups, _Day(skills, groups, _FINE, seed + 1))
    found = long.thinned(long.enough(found))
    return long.day.play(found)


@dataclass
class _Search:
    skills: Sequence[Skill]
    groups: Sequence[Group]
    day: _Day

    def lacking(self, people: Whole) -> float:
        """Return by how much the promises are missed, over all skills."""
        got = self.day.play(people).skills
        return sum(
            max(each.promise.service_level - got[each.name].service_level, 0.0) * each.load
            for each in self.skills
        )

    def fewest(self) -> Whole:
        """Return a start below what is needed, its people spread by who can do what."""
        load = sum(skill.load for skill in self.skills)
        aht = sum(s.load * s.promise.aht_s for s in self.skills) / load
        easiest = int(
            required(
                load,
                aht_s=aht,
                target_s=max(skill.promise.target_s for skill in self.skills),
                service_level=min(skill.promise.service_level for skill in self.skills),
                patience_s=max(skill.promise.patience_s for skill in self.skills),
            )
        )
        people = np.zeros(len(self.groups), np.int64)
        order = self.day.order()
        for number, skill in enumerate(self.skills):
            able = [g for g in order[number] if g >= 0]
            cheapest = min(able, key=lambda g: self.groups[g].cost)
            share = math.floor(easiest * skill.load / load) - 1
            most = self.groups[cheapest].most
            people[cheapest] += max(share, 0)
            if most is not None:
                people[cheapest] = min(people[cheapest], most)
        return people

    def enough(self, people: Whole) -> Whole:
        """Add people one by one until every promise is kept."""
        people = people.copy()
        missed = self.lacking(people)
        for _ in range(_MOST_STEPS):
            if missed <= 0.0:
                return people
            tried = []
            for number, group in enumerate(self.groups):
                if group.most is not None and people[number] >= group.most:
                    continue
                people[number] += 1
                left = self.lacking(people)
                people[number] -= 1
                tried.append(((missed - left) / group.cost, -left, number, left))
            if not tried:
                raise BadFigure("all people there are do not keep the promises")
            *_, best, missed = max(tried)
            people[best] += 1
        raise BadFigure("no mix of these people keeps the promises")

    def thinned(self, people: Whole) -> Whole:
        """Take away, dearest first, whoever is not needed; then swap one for a cheaper one."""
        people = people.copy()
        dearest = sorted(range(len(self.groups)), key=lambda g: -self.groups[g].cost)
        changed = True
        while changed:
            changed = False
            for number in dearest:
                while people[number] > 0 and self._holds(people, number, -1):
                    people[number] -= 1
                    changed = True
            changed = self._swapped(people, dearest) or changed
        return people

    def _holds(self, people: Whole, number: int, step: int) -> bool:
        people[number] += step
        kept = self.lacking(people) <= 0.0
        people[number] -= step
        return kept

    def _swapped(self, people: Whole, dearest: Sequence[int]) -> bool:
        for dear in dearest:
            for cheap in reversed(dearest):
                most = self.groups[cheap].most
                if self.groups[cheap].cost >= self.groups[dear].cost or people[dear] == 0:
                    continue
                if most is not None and people[cheap] >= most:
                    continue
                people[dear] -= 1
                if self._holds(people, cheap, 1):
                    people[cheap] += 1
                    return True
                people[dear] += 1
        return False
