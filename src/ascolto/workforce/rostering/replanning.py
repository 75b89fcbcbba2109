"""A roster that is lived with: swaps, leave, sick calls, each answered at once and with the reason.

Every change can be undone exactly: what it touched is kept as it was.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from ascolto.workforce.compiling import compiled
from ascolto.workforce.rostering import legal
from ascolto.workforce.rostering.coverage import Cover
from ascolto.workforce.rostering.kernel import plan, shift_values
from ascolto.workforce.rostering.moves import CHOSEN, LAYOUT, count_in, whole_cost
from ascolto.workforce.rostering.problem import (
    CONTRACT,
    END_BEFORE,
    FORBIDDEN,
    NONE,
    OFF_SKILLS,
    RUN_BEFORE,
    SKILLS,
    SPLIT,
    SPLITS,
    UNITS,
    Floats,
    Problem,
    Whole,
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be: whose day, which article, in what way."""

    person: str
    day: str
    article: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: done or refused with reasons, and by how much the cost changes."""

    done: bool
    reasons: list[Reason]
    cost_change: float
    before: "Memory | None" = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a change touched, as it was."""

    weeks: Whole
    people: tuple[int, ...]
    cover: Cover


@dataclass(slots=True)
class Plan:
    """A roster in force: its weeks and what they cover."""

    problem: Problem
    weeks: Whole
    cover: Cover
    cost: float = field(init=False)

    def __post_init__(self) -> None:
        """Work out what it costs."""
        self.cost = float(whole_cost(self.problem.arrays, self.cover, self.weeks))

    def name(self, p: int) -> str:
        """Return a person's id."""
        return self.problem.instance.people[p].id

    def remember(self, *people: int) -> Memory:
        """Return what a change of these people's weeks will touch."""
        now = self.cover
        cover = Cover(
            now.spread.copy(),
            now.load.copy(),
            now.worth.copy(),
            now.reach.copy(),
            now.gain.copy(),
        )
        return Memory(self.weeks[:, list(people)].copy(), people, cover)

    def undo(self, memory: Memory) -> None:
        """Put everything back as it was."""
        self.weeks[:, list(memory.people)] = memory.weeks
        for now, then in zip(self.cover, memory.cover, strict=True):
            now[...] = then
        self._measure()

    def replace(self, p: int, chosen: Whole, layouts: Whole) -> None:
        """Give a person other weeks."""
        arrays = self.problem.arrays
        count_in(arrays, self.cover, self.weeks, p, -1)
        self.weeks[CHOSEN, p], self.weeks[LAYOUT, p] = chosen, layouts
        count_in(arrays, self.cover, self.weeks, p, 1)

    def _measure(self) -> float:
        before = self.cost
        self.cost = float(whole_cost(self.problem.arrays, self.cover, self.weeks))
        return self.cost - before

    def settle(self, memory: Memory) -> Answer:
        """Return the answer for a change that was made."""
        return Answer(True, [], self._measure(), memory)


def faults(problem: Problem, p: int, chosen: Whole) -> list[Reason]:
    """Return every rule that a person's weeks would break."""
    arrays, person, found = problem.arrays, problem.instance.people[p], []
    who, options = arrays.people[p], problem.options[int(arrays.people[p, CONTRACT])]
    minutes, rules = problem.axis.minutes, problem.rules

    def say(day: int, article: str, text: str) -> None:
        found.append(Reason(person.id, problem.axis.date_of(day).isoformat(), article, text))

    c = int(who[CONTRACT])
    last_day, last_end = (-1, int(who[END_BEFORE])) if who[RUN_BEFORE] else (-9, -(10**6))
    run = int(who[RUN_BEFORE])
    for d in np.flatnonzero(chosen != NONE):
        day, option = int(d), options[int(d)][int(chosen[d])]
        if arrays.static[p, day, chosen[d]] >= FORBIDDEN:
            on_leave = problem.axis.date_of(day) in person.leave
            article = legal.LEAVE if on_leave else legal.BAND
            say(day, article, "is on leave" if on_leave else "is outside what is agreed")
        rest = (option.start - last_end) * minutes
        run = run + 1 if day - last_day == 1 else 1
        if day - last_day == 1 and rest < rules.daily_rest_minutes:
            say(day, legal.DAILY_REST, f"{rest / 60:g} hours of rest, 11 are due")
        if day - last_day > 1 and rest < rules.weekly_rest_minutes:
            say(day, legal.WEEKLY_REST, f"{rest / 60:g} hours around the day off, 35 are due")
        if run > rules.consecutive_days:
            say(day, legal.WEEKLY_REST, f"{run} days of work in a row")
        last_day, last_end = day, option.end
    for w in range(arrays.weeks.shape[1]):
        days = range(7 * w, 7 * w + 7)
        parted = sum(len(options[d][int(chosen[d])].cuts) > 0 for d in days if chosen[d] != NONE)
        if parted > int(who[SPLITS]) > 0:
            say(7 * w, legal.BAND, f"{parted} split days in the week, {who[SPLITS]} are agreed")
        given = sum(int(arrays.shifts[c, UNITS, d, chosen[d]]) for d in days if chosen[d] != NONE)
        low, high = (int(n) for n in arrays.weeks[p, w])
        if not low <= given <= high:
            say(7 * w, legal.CONTRACT, f"{given} in the week, {low} to {high} are agreed")
    return found


def swap(plan_: Plan, a: int, b: int, days: tuple[int, ...]) -> Answer:
    """Let two people exchange what they work on these days, if both may."""
    problem, weeks = plan_.problem, plan_.weeks
    rows = {a: weeks[:2, a].copy(), b: weeks[:2, b].copy()}
    reasons = []
    for mine, other in ((a, b), (b, a)):
        for d in days:
            k = int(weeks[CHOSEN, other, d])
            taken = NONE if k == NONE else _same_shift(problem, other, mine, d, k)
            if k != NONE and taken == NONE:
                day = problem.axis.date_of(d).isoformat()
                text = f"the contract has no shift like that of {plan_.name(other)}"
                reasons.append(Reason(plan_.name(mine), day, legal.CONTRACT, text))
            rows[mine][CHOSEN, d] = taken
            rows[mine][LAYOUT, d] = weeks[LAYOUT, other, d] if taken != NONE else NONE
    for p in (a, b):
        reasons += faults(problem, p, rows[p][CHOSEN])
    if reasons:
        return Answer(False, reasons, 0.0)
    memory = plan_.remember(a, b)
    for p in (a, b):
        plan_.replace(p, rows[p][CHOSEN], rows[p][LAYOUT])
    return plan_.settle(memory)


def _same_shift(problem: Problem, whose: int, for_whom: int, d: int, k: int) -> int:
    """Return the option of one person's contract that is another's shift, -1 for none."""
    contracts = problem.arrays.people[:, CONTRACT]
    asked = problem.options[int(contracts[whose])][d][k]
    for n, option in enumerate(problem.options[int(contracts[for_whom])][d]):
        if replace(option, usual=asked.usual) == asked:
            return n
    return NONE


def replan(plan_: Plan, p: int, *, away: tuple[int, ...] = (), since: int = 0) -> Answer:
    """Give a person their best weeks anew: away on these days, unchanged before `since`.

    Days away count as worked, as leave does.
    """
    problem, arrays = plan_.problem, plan_.problem.arrays
    static = arrays.static[p].copy()
    for d in range(min(since, len(static))):
        kept = int(plan_.weeks[CHOSEN, p, d])
        static[d, [k for k in range(static.shape[1]) if k != kept]] = FORBIDDEN
    for d in away:
        static[d] = FORBIDDEN
    due = arrays.weeks.copy()
    for d in away:
        unit = int(arrays.shifts[int(arrays.people[p, CONTRACT]), UNITS, d].max())
        due[p, d // 7] = np.maximum(due[p, d // 7] - unit, 0)
    memory = plan_.remember(p)
    count_in(arrays, plan_.cover, plan_.weeks, p, -1)
    told = arrays._replace(weeks=due)
    _, chosen, layouts = plan(told, p, plan_.cover.worth, static=static)
    plan_.weeks[CHOSEN, p], plan_.weeks[LAYOUT, p] = chosen, layouts
    count_in(arrays, plan_.cover, plan_.weeks, p, 1)
    answer = plan_.settle(memory)
    days = tuple(problem.axis.date_of(d).isoformat() for d in away)
    text = f"away on {', '.join(days)}" if days else "best weeks given everybody else's"
    return Answer(True, [Reason(plan_.name(p), "", "", text)], answer.cost_change, memory)


@dataclass(frozen=True, slots=True)
class StandIn:
    """Who could come in: the person, the shift as an option, what that saves in cost."""

    person: str
    start: str
    end: str
    saves: float


@compiled
def best_extra(
    values: Floats,
    static: Floats,
    starts_after: int,
    ends_before: int,
    starts: Whole,
    ends: Whole,
    count: int,
) -> int:
    """Return the best option of a day that leaves the rest before and after it, -1 for none."""
    best, most = -1, -1e17
    for k in range(count):
        fits = starts[k] >= starts_after and ends[k] <= ends_before
        if fits and static[k] < FORBIDDEN and values[k] > most:
            best, most = k, values[k]
    return best


def who_could_come(
    plan_: Plan, d: int, *, at_most: int = 3
) -> tuple[list[StandIn], dict[str, int]]:
    """Return who off on a day could work it within every rule, best first, and why others cannot.

    The extra shift is beyond the week's contract, so it is asked, never told; 48 hours are kept.
    Nobody is asked to split a free day.
    """
    arrays, problem = plan_.problem.arrays, plan_.problem
    minutes, rules = problem.axis.minutes, problem.rules
    found, refused = [], {"at work": 0, "rest": 0, "days in a row": 0, "away": 0, "48 hours": 0}
    values = np.empty((1, arrays.static.shape[2]))
    layouts = np.zeros((1, arrays.static.shape[2]), np.int64)
    off = plan_.weeks[CHOSEN] == NONE
    refused["at work"] = int((~off[:, d]).sum())
    for person in np.flatnonzero(off[:, d]):
        p = int(person)
        c, chosen = int(arrays.people[p, CONTRACT]), plan_.weeks[CHOSEN, p]
        if _run_with(chosen, d, int(arrays.people[p, RUN_BEFORE])) > rules.consecutive_days:
            refused["days in a row"] += 1
            continue
        if (
            _paid_in_week(problem, c, chosen, d)
            + min((o.paid_minutes for o in problem.options[c][d]), default=0)
            > rules.weekly_minutes
        ):
            refused["48 hours"] += 1
            continue
        low, high = _room(plan_, p, d, rules.daily_rest_minutes, rules.weekly_rest_minutes, minutes)
        own = plan_.cover.worth[arrays.people[p, SKILLS]]
        pauses = int(arrays.people[p, OFF_SKILLS])
        other = np.maximum(plan_.cover.worth[pauses], 0.0) if pauses >= 0 else np.zeros_like(own)
        parted = arrays.shifts[c, SPLIT, d] > 0
        static = np.where(parted, FORBIDDEN, arrays.static[p, d])[np.newaxis]
        shift_values(
            own,
            other,
            arrays.shifts[c][:, d : d + 1],
            arrays.options[c][d : d + 1],
            arrays.kinds,
            arrays.slots,
            static,
            values,
            layouts,
        )
        starts, ends = arrays.shifts[c, 0, d], arrays.shifts[c, 1, d]
        k = best_extra(values[0], static[0], low, high, starts, ends, int(arrays.options[c, d]))
        if k == NONE:
            away = bool((static[0, : arrays.options[c, d]] >= FORBIDDEN).all())
            refused["away" if away else "rest"] += 1
            continue
        option = problem.options[c][d][k]
        begin, end = (problem.axis.moment(t).isoformat() for t in (option.start, option.end))
        found.append(StandIn(plan_.name(p), begin, end, float(values[0, k])))
    found.sort(key=lambda one: (-one.saves, one.person))
    return found[:at_most], refused


def _run_with(chosen: Whole, d: int, before: int) -> int:
    """Return how many days in a row somebody would work with one more."""
    first = d
    while first > 0 and chosen[first - 1] != NONE:
        first -= 1
    last = d
    while last + 1 < len(chosen) and chosen[last + 1] != NONE:
        last += 1
    return last - first + 1 + (before if first == 0 else 0)


def _paid_in_week(problem: Problem, c: int, chosen: Whole, d: int) -> int:
    days = range(d // 7 * 7, d // 7 * 7 + 7)
    return sum(
        problem.options[c][n][int(chosen[n])].paid_minutes for n in days if chosen[n] != NONE
    )


def _room(plan_: Plan, p: int, d: int, rest: int, week_rest: int, minutes: int) -> tuple[int, int]:
    """Return from when to when somebody may work on a day without losing a rest."""
    chosen = plan_.weeks[CHOSEN, p]
    options = plan_.problem.options[int(plan_.problem.arrays.people[p, CONTRACT])]
    low, high = -(10**9), 10**9
    earlier = np.flatnonzero(chosen[:d] != NONE)
    later = np.flatnonzero(chosen[d + 1 :] != NONE)
    if len(earlier):
        n = int(earlier[-1])
        low = options[n][int(chosen[n])].end + -(-(rest if n == d - 1 else week_rest) // minutes)
    if len(later):
        n = d + 1 + int(later[0])
        due = -(-(rest if n == d + 1 else week_rest) // minutes)
        high = options[n][int(chosen[n])].start - due
    return low, high


def _whole_day(problem: Problem, p: int, d: int) -> Floats:
    """Return the costs of a person's wishes with no split of a day."""
    static: Floats = problem.arrays.static[p].copy()
    parted = problem.arrays.shifts[int(problem.arrays.people[p, CONTRACT]), SPLIT, d] > 0
    static[d] = np.where(parted, FORBIDDEN, static[d])
    return static


def explain_day(plan_: Plan, p: int, d: int) -> list[str]:
    """Return in plain words why a person works as they do on a day, or does not."""
    problem, arrays = plan_.problem, plan_.problem.arrays
    day, k = problem.axis.date_of(d), int(plan_.weeks[CHOSEN, p, d])
    person, said = problem.instance.people[p], []
    memory = plan_.remember(p)
    count_in(arrays, plan_.cover, plan_.weeks, p, -1)
    worth = plan_.cover.worth.copy()
    best, _, _ = plan(arrays, p, worth)
    static = arrays.static[p].copy()
    if k == NONE:
        static[[n for n in range(len(static)) if n != d]] += 0.0
        open_days = static[d] < FORBIDDEN
        if not open_days.any():
            said.append("cannot work: on leave, or nothing within the agreed bands")
        elif day in person.days_off:
            said.append("off, as asked")
        else:
            said.append("off: the week's shifts are worth more on other days, or a rest is due")
    else:
        option = problem.options[int(arrays.people[p, CONTRACT])][d][k]
        static[d] = FORBIDDEN
        without, _, _ = plan(arrays, p, worth, static=static)
        begin = problem.axis.moment(option.start)
        if option.cuts:
            whole, _, _ = plan(arrays, p, worth, static=_whole_day(problem, p, d))
            gap = option.gap_minutes(problem.axis.minutes)
            said.append(
                f"split, as agreed to, with {gap} minutes between: in one part the plan costs"
                f" {best - whole:g} more"
            )
        said.append(
            f"works from {begin:%H:%M}: without this day the plan costs {best - without:g} more"
        )
        wanted = worth[arrays.people[p, SKILLS], option.start : option.end]
        hours = float((wanted > 0).sum()) * problem.axis.minutes / 60
        said.append(f"needed in {hours:g} hours of the shift by what others leave open")
        if day in person.days_off:
            said.append("although a day off was asked for: what is missing would cost more")
    plan_.undo(memory)
    return said
