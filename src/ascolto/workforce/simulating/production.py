"""The same scenario lived by the engine that routes the real work, at virtual time.

Nothing of the routing is imitated, so rings, skill levels, priorities and overflow can be tried
before they are switched on. Among people who may take work the engine asks the longest idle: a
scenario's `preference` is the compiled week's way; the engine's is rings.
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from ascolto.routing import engine as e
from ascolto.routing.engine.virtual import Arrival, Outcome, VirtualDay
from ascolto.workforce.simulating import loop
from ascolto.workforce.simulating.loop import Floats, Week
from ascolto.workforce.simulating.replications import Progress, Runs, week_of
from ascolto.workforce.simulating.scenario import Group, Queue, Scenario

CLIENT, CHANNEL, LANGUAGE = "client", "voice", "it"


def _policy(queue: Queue) -> e.QueuePolicy:
    told = queue.policy.rings
    rings = tuple(e.Ring(r.after_s, (e.SkillNeed(queue.id, r.level),)) for r in told)
    return e.QueuePolicy(
        id=queue.id,
        client_id=CLIENT,
        channel=CHANNEL,
        priority=queue.policy.priority,
        rings=rings or (e.Ring(0.0, (e.SkillNeed(queue.id, 1),)),),
        overflow_queue_id=queue.policy.overflow_to,
        overflow_after_s=queue.policy.overflow_after_s,
    )


def _operator(group: Group, number: int) -> e.Operator:
    return e.Operator(
        id=f"{group.id}#{number}",
        clients=frozenset({CLIENT}),
        skills={queue_id: (group.levels.get(queue_id, 1), None) for queue_id in group.queues},
        languages=frozenset({LANGUAGE}),
        channels={CHANNEL: 1},
        team=group.id,
    )


def _presence(group: Group, scenario: Scenario) -> Iterator[e.Event]:
    """Say when each of a group comes and goes."""
    people = [*group.people, *group.people[-1:]][: scenario.periods + 1]
    for number in range(max(people)):
        here = False
        for period, n in enumerate(people):
            if (number < n) != here:
                here = not here
                state = "available" if here else "offline"
                at = period * scenario.period_s
                yield e.PresenceChanged(at, f"{group.id}#{number}", state)


def _service_s(week: Week, q: int, period: int, chance: random.Random) -> float:
    mean, spread = float(week.means[q, period]), float(week.spreads[q])
    if week.kinds[q] == loop.EXPONENTIAL:
        return chance.expovariate(1.0 / mean)
    if week.kinds[q] == loop.LOGNORMAL:
        return mean * chance.lognormvariate(-0.5 * spread * spread, spread)
    return mean


def _arrivals(
    scenario: Scenario, week: Week, busyness: float, chance: random.Random
) -> list[Arrival]:
    found: list[Arrival] = []
    for q, queue in enumerate(scenario.queues):
        for period in range(scenario.periods):
            rate = busyness * float(week.rates[q, period])
            at, end = period * scenario.period_s, (period + 1) * scenario.period_s
            patience = float(week.patience[q, period])
            while rate > 0:
                at += chance.expovariate(rate)
                if at >= end:
                    break
                item = e.WorkItem(f"{queue.id}/{len(found)}", CLIENT, queue.id, CHANNEL, at)
                handle_s = _service_s(week, q, period, chance)
                left_s = chance.expovariate(1.0 / patience) if patience < np.inf else None
                found.append(Arrival(item=item, handle_s=handle_s, patience_s=left_s))
    return sorted(found, key=lambda arrival: arrival.item.enqueued_at)


def _counted(outcomes: list[Outcome], scenario: Scenario, week: Week) -> Floats:
    """Return the counts of a run as the compiled loop does; what overflows stays where it came."""
    counts = np.zeros((len(scenario.queues), scenario.periods, loop.COUNTS))
    queue_at = {queue.id: n for n, queue in enumerate(scenario.queues)}
    for outcome in outcomes:
        item = outcome.arrival.item
        if item.enqueued_at < scenario.warm_up_s:
            continue
        q = queue_at[item.queue_id]
        row = counts[q, min(int(item.enqueued_at / scenario.period_s), scenario.periods - 1)]
        row[loop.OFFERED] += 1
        waited = outcome.waited_s
        if waited is None:
            row[loop.NEVER] += 1
        elif outcome.answered_at is not None:
            row[loop.ANSWERED] += 1
            row[loop.WAITED_S] += waited
            row[loop.IN_TARGET] += waited < week.targets[q]
        else:
            row[loop.LEFT] += 1
            row[loop.LEFT_WAITED_S] += waited
            row[loop.LEFT_EARLY] += waited < week.targets[q]
    return counts


def _used(outcomes: list[Outcome], scenario: Scenario) -> Floats:
    """Return (g, 2) seconds busy and staffed between the warm-up and the last arrival."""
    used = np.zeros((len(scenario.groups), 2))
    group_at = {group.id: n for n, group in enumerate(scenario.groups)}
    begin, end = scenario.warm_up_s, scenario.horizon_s
    shift_end: dict[str, list[tuple[float, float]]] = {}
    for outcome in outcomes:
        if outcome.answered_at is None or outcome.operator_id is None:
            continue
        name = outcome.operator_id
        until = outcome.answered_at + outcome.arrival.handle_s
        shift_end.setdefault(name, []).append((outcome.answered_at, until))
    for group in scenario.groups:
        g = group_at[group.id]
        people = np.array(group.people[: scenario.periods])
        for number in range(max(group.people)):
            spans = shift_end.get(f"{group.id}#{number}", [])
            used[g, loop.BUSY_S] += sum(max(0.0, min(z, end) - max(a, begin)) for a, z in spans)
            for period in np.flatnonzero(people > number):
                a, z = period * scenario.period_s, (period + 1) * scenario.period_s
                used[g, loop.STAFFED_S] += max(0.0, min(z, end) - max(a, begin))
            used[g, loop.STAFFED_S] += _overtime(spans, number, people, scenario)
    return used


def _overtime(
    spans: list[tuple[float, float]], number: int, people: Any, scenario: Scenario
) -> float:
    """Return how long somebody works on in periods that they are not planned for."""
    beyond = 0.0
    for begin, end in spans:
        first = int(begin / scenario.period_s)
        last = min(int(end / scenario.period_s), scenario.periods - 1)
        for period in range(first, last + 1):
            if people[period] <= number:
                a, z = period * scenario.period_s, (period + 1) * scenario.period_s
                beyond += max(0.0, min(end, z) - max(begin, a, scenario.warm_up_s))
    return beyond


def live_through(
    scenario: Scenario, *, runs: int, seed: int = 0, progress: Progress | None = None
) -> Runs:
    """Let the routing engine live through a scenario so many times.

    Occupancy is always measured until the last arrival. `events` counts arrivals and what became
    of them, as the compiled loop does.
    """
    week, chance = week_of(scenario), random.Random(seed)  # noqa: S311 — chance is the subject
    counts, used, events = [], [], 0
    for run in range(runs):
        cv = scenario.busyness_cv
        busyness = chance.gammavariate(cv**-2, cv**2) if cv else 1.0
        day = VirtualDay(e.Engine())
        day.plan(e.QueueConfigured(0.0, _policy(queue)) for queue in scenario.queues)
        for group in scenario.groups:
            day.plan(
                e.OperatorConfigured(0.0, _operator(group, n)) for n in range(max(group.people))
            )
            day.plan(_presence(group, scenario))
        outcomes = day.run(_arrivals(scenario, week, busyness, chance))
        counts.append(_counted(outcomes, scenario, week))
        used.append(_used(outcomes, scenario))
        events += 2 * len(outcomes)
        if progress is not None and not progress(run + 1, runs):
            break
    return Runs(scenario, np.array(counts), np.array(used), events)
