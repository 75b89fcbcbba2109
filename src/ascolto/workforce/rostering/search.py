"""Everybody's weeks: best responses in turn, misjudged less and less, then small groups anew.

In each sweep everyone in turn gets their exactly best weeks given the others'. Sweeps that begin
with savings misjudged at random, a little less each time, do not end in the first valley. What time
is left goes to taking a few people out at once and putting them back in. Nothing here proves that
a roster is the cheapest: `bounding` tells how far from it it can be at most.

Split days make a sweep several times as long, and misjudged ones are not given back. So whole days
are searched first; the best of them is the roster that split days may then make cheaper.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ascolto.workforce.rostering import moves
from ascolto.workforce.rostering.coverage import Cover, empty_cover
from ascolto.workforce.rostering.problem import (
    CONTRACT,
    NONE,
    SPLIT,
    Arrays,
    Problem,
    Whole,
    problem_of,
)
from ascolto.workforce.rostering.splitting import splits_open

FIRST_BLUR, LAST_BLUR = 5.0, 1.0
# Where few sweeps fit into the time, small groups would gain less than sweeps do.
SWEEPS_SHARE, SWEEPS_SHARE_OF_FEW, FEW_SWEEPS = 0.75, 0.93, 100
# The less is misjudged the less changes, so the sweeps to come are shorter than the second one.
LATER_SWEEPS = 0.7
# How much of the time whole days are searched for where days may be split.
WHOLE_DAYS_SHARE = 0.93
# Sweeps end here though more were planned: what follows them is to have its turn.
SWEEPS_UNTIL, WHOLE_DAYS_UNTIL = 0.97, 0.85
MOST_SWEEPS = 4000
MOST_PEOPLE = 4
HEAT = 3.0
TRIES_AT_ONCE = 20

Clock = Callable[[], float]
Progress = Callable[["Stand"], bool]
"""Hears how far the search is; what it returns says whether to go on."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a search is: seconds gone, sweeps planned and made, tries, the best cost so far."""

    seconds: float
    planned: int
    sweeps: int
    tries: int
    cost: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best weeks found, with their cover and what it took.

    The same seed and the same numbers of `stand` find the same weeks on every machine.
    """

    weeks: Whole
    cover: Cover
    cost: float
    stand: Stand


class _Search:
    def __init__(
        self, problem: Problem, seed: int, progress: Progress | None, clock: Clock
    ) -> None:
        self.problem = problem
        self.opens = splits_open(problem.instance)
        self.arrays = _of_whole_days(problem).arrays if self.opens else problem.arrays
        self.chance = np.random.default_rng(seed)
        self.progress = progress
        self.cover, self.weeks = empty_cover(self.arrays), moves.nobody(self.arrays)
        self.best, self.cost = self.weeks.copy(), float("inf")
        self.planned = self.sweeps = self.tries = 0
        self.goes_on = True
        self.clock = clock
        self.begin = clock()

    def gone_s(self) -> float:
        return self.clock() - self.begin

    def stand(self) -> Stand:
        return Stand(self.gone_s(), self.planned, self.sweeps, self.tries, self.cost)

    def tell(self) -> None:
        if self.progress is not None and not self.progress(self.stand()):
            self.goes_on = False

    def sweep(self, blur: float) -> float:
        order = self.chance.permutation(len(self.arrays.people))
        moves.sweep(self.arrays, self.cover, self.weeks, order, blur, self.chance)
        self.sweeps += 1
        return self.keep(float(moves.whole_cost(self.arrays, self.cover, self.weeks)))

    def keep(self, cost: float) -> float:
        if cost < self.cost - 1e-9:
            self.cost, self.best = cost, self.weeks.copy()
        self.tell()
        return cost

    def anneal(self, planned: int, most: int, until_s: float) -> None:
        """Sweep so many times, and on without blur until nothing is gained.

        Stops at `most` sweeps or at `until_s`.
        """
        self.planned = planned
        for n in range(self.sweeps, planned):
            if not self.goes_on or self.sweeps >= most or self.gone_s() > until_s:
                return
            # Slowly at first: that is worth 2 % at a thousand people.
            self.sweep(FIRST_BLUR - (FIRST_BLUR - LAST_BLUR) * (n / max(1, planned - 1)) ** 2)
        self.settle(most, until_s)

    def settle(self, most: int, until_s: float) -> None:
        """Sweep without blur until nothing is gained."""
        last = float("inf")
        while self.goes_on and self.sweeps < most and self.gone_s() < until_s:
            cost = self.sweep(0.0)
            if cost >= last - 1e-9:
                return
            last = cost

    def regroup(self, tries: int) -> None:
        """Take a few people out and put them back, so many times."""
        cost = float(moves.whole_cost(self.arrays, self.cover, self.weeks))
        cost = moves.improve(
            self.arrays, self.cover, self.weeks, tries, MOST_PEOPLE, HEAT, cost, self.chance
        )
        self.tries += tries
        self.keep(float(cost))

    def open_splits(self) -> None:
        """Go on from the best whole days, with split days open where they may be."""
        if not self.opens:
            return
        self.opens = False
        self.arrays = self.problem.arrays
        self.best = _among_split_days(self.problem, self.best)
        self.weeks = self.best.copy()
        self.cover = self.counted(self.weeks)

    def try_splits(self, most: int, until_s: float) -> None:
        """Open split days and settle; where none is worth its price, go on with whole days."""
        before = self.arrays, self.best, self.cost
        self.open_splits()
        self.settle(most, until_s)
        if not _splits_any(self.arrays, self.best):
            self.arrays, self.best, self.cost = before
            self.opens = True
            self.weeks = self.best.copy()
            self.cover = self.counted(self.weeks)

    def counted(self, weeks: Whole) -> Cover:
        cover = empty_cover(self.arrays)
        for p in range(len(self.arrays.people)):
            moves.count_in(self.arrays, cover, weeks, p, 1)
        return cover

    def found(self) -> Found:
        self.open_splits()  # a search that was ended early names its options as others do
        cover = self.counted(self.best)
        cost = float(moves.whole_cost(self.arrays, cover, self.best))
        return Found(self.best, cover, cost, self.stand())


def _of_whole_days(problem: Problem) -> Problem:
    """Return the same problem as if nobody had agreed to split days."""
    people = [one.model_copy(update={"split": False}) for one in problem.instance.people]
    return problem_of(problem.instance.model_copy(update={"people": people}), rules=problem.rules)


def _splits_any(arrays: Arrays, weeks: Whole) -> bool:
    p, d = np.nonzero(weeks[moves.CHOSEN] != NONE)
    chosen = weeks[moves.CHOSEN, p, d]
    return bool(arrays.shifts[arrays.people[p, CONTRACT], SPLIT, d, chosen].any())


def _among_split_days(problem: Problem, weeks: Whole) -> Whole:
    """Return weeks of whole days with the numbers their options have where days may be split."""
    found = weeks.copy()
    for p, person in enumerate(problem.arrays.people):
        for d, options in enumerate(problem.options[person[0]]):
            if weeks[moves.CHOSEN, p, d] != NONE:
                whole = [k for k, option in enumerate(options) if not option.cuts]
                found[moves.CHOSEN, p, d] = whole[weeks[moves.CHOSEN, p, d]]
    return found


def search(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    progress: Progress | None = None,
    clock: Clock = time.perf_counter,
) -> Found:
    """Search for cheap weeks for so many seconds of a clock, once the functions are compiled."""
    compile_for(problem)
    run = _Search(problem, seed, progress, clock)
    run.sweep(FIRST_BLUR)
    begun = run.gone_s()  # the first sweep changes everything, so it is longer than the others
    run.sweep(FIRST_BLUR)
    fit = (seconds - run.gone_s()) / max(1e-6, LATER_SWEEPS * (run.gone_s() - begun))
    share = SWEEPS_SHARE_OF_FEW if fit < FEW_SWEEPS else SWEEPS_SHARE
    if run.opens:
        share *= WHOLE_DAYS_SHARE
    latest = WHOLE_DAYS_UNTIL if run.opens else SWEEPS_UNTIL
    run.anneal(int(min(MOST_SWEEPS, max(2, share * fit))), 10**9, seconds * latest)
    if run.opens:
        run.try_splits(10**9, seconds * SWEEPS_UNTIL)
    while run.goes_on and run.gone_s() < seconds:
        run.regroup(TRIES_AT_ONCE)
    return run.found()


def search_again(
    problem: Problem, *, planned: int, sweeps: int | None = None, tries: int = 0, seed: int = 0
) -> Found:
    """Search with numbers of steps instead of seconds: the same answer on every machine."""
    run = _Search(problem, seed, None, time.perf_counter)
    most = 10**9 if sweeps is None else sweeps
    run.anneal(planned, most, float("inf"))
    if run.opens:
        run.try_splits(most, float("inf"))
    while run.tries < tries:
        run.regroup(min(TRIES_AT_ONCE, tries - run.tries))
    return run.found()


def compile_for(problem: Problem) -> None:
    """Let everything be compiled before a clock runs; it is kept for the next time."""
    arrays = problem.arrays
    first = arrays._replace(people=arrays.people[:1], static=arrays.static[:1])
    cover, weeks = empty_cover(first), moves.nobody(first)
    chance = np.random.default_rng(0)
    moves.sweep(first, cover, weeks, np.zeros(1, np.int64), 0.0, chance)
    cost = moves.whole_cost(first, cover, weeks)
    moves.improve(first, cover, weeks, 1, 1, 0.0, cost, chance)
    moves.count_in(first, cover, weeks, 0, -1)
