"""The routing engine by itself: how many decisions a second, how late the slowest, how much memory.

1,000 operators with 6 of 60 skills each, five channels, three clients, 20,000 pieces of work
waiting, every rule in use: three rings, priorities, deadlines, budgets, interrupts, preferred
operators, languages, work bound to the EU, breaks, expiring skills, offers that are missed or
declined, overflow. Time is virtual, only the engine's own time is counted, and a piece of work is
followed through its whole life: arrival, offer, answer, wrap-up, end.

"Decisions a second" is told twice, and both are held to the bar. Narrowly, a decision is a piece of
work matched to an operator under all rules: somebody's work ends and they are offered the next.
Broadly, it is whatever the engine returns (offer, take-back, away, overflow), and all that it hears
in the life of the work is paid for by it: four events and more for each.
"""

import gc
import random
import time
import tracemalloc
from array import array
from heapq import heappop, heappush
from itertools import count

from ascolto.routing import engine as e
from report import Figure, publish

OPERATORS, SKILLS, WAITING = 1_000, 60, 20_000
CLIENTS = ("acme", "beta", "comune")
CHANNELS = ("voice", "webchat", "messaging", "email", "task")
LIMITS = {"voice": 1, "webchat": 3, "messaging": 5, "email": 4, "task": 4}
TARGET_S = {"voice": 20.0, "webchat": 60.0, "messaging": 300.0, "email": 14400.0, "task": 28800.0}
LONG_S = {"voice": 300.0, "webchat": 300.0, "messaging": 120.0, "email": 400.0, "task": 600.0}
HANDLE_S = {"voice": 300.0, "webchat": 420.0, "messaging": 600.0, "email": 400.0, "task": 500.0}
WARM_UP, MEASURED, SLICES = 20_000, 50_000, 20
BREAK_EVERY_S, BREAK_S = 7200.0, 900.0


def queue(number: int) -> e.QueuePolicy:
    """Return the policy of one of the queues, one for each skill."""
    channel = CHANNELS[number % len(CHANNELS)]
    skill, next_skill = f"s{number}", f"s{(number + 15) % SKILLS}"
    return e.QueuePolicy(
        id=f"q{number:02}",
        client_id=CLIENTS[number % len(CLIENTS)],
        channel=channel,
        priority=number % 3,
        rings=(
            e.Ring(0.0, (e.SkillNeed(skill, 3),)),
            e.Ring(30.0, (e.SkillNeed(skill, 1),)),
            e.Ring(120.0, (e.SkillNeed(next_skill, 4),)),
        ),
        offer_timeout_s=20.0 if channel == "voice" else 30.0,
        target_s=TARGET_S[channel],
        overflow_queue_id=f"q{(number + 15) % SKILLS:02}" if number % 6 == 0 else None,
        overflow_after_s=1800.0 if number % 6 == 0 else None,
        long_work_s=LONG_S[channel],
        eu_only=number % 10 == 9,
    )


def operator(number: int, chance: random.Random) -> e.Operator:
    """Return one operator with six of the skills."""
    skills = {
        f"s{skill}": (
            chance.randint(1, 5),
            chance.uniform(0.0, 40_000.0) if chance.random() < 0.02 else None,
        )
        for skill in chance.sample(range(SKILLS), 6)
    }
    languages = {"it"} | {code for code in ("en", "de") if chance.random() < 0.3}
    return e.Operator(
        id=f"op{number:05}",
        clients=frozenset(chance.sample(CLIENTS, 2)),
        skills=skills,
        languages=frozenset(languages),
        channels=LIMITS,
        budget=100,
        country=chance.choices(("IT", "RO", "AL"), (80, 10, 10))[0],
        team=f"team{number // 20}",
    )


class Day:
    """Draws what happens next and asks the engine, counting only the engine's time."""

    def __init__(self, seed: int, operators: int) -> None:
        """Configure everything; nobody waits yet."""
        self.chance = random.Random(seed)
        self.engine = e.Engine()
        self.at = 0.0
        self.waiting = self.made = 0
        self.state: dict[str, str] = {}
        self.agenda: list[tuple[float, int, e.Event]] = []
        self.number = count()
        self.log: list[e.Event] = []
        self.spent = array("q")
        self.matched = array("q")
        self.decisions = {e.Offer: 0, e.OfferTimedOut: 0, e.SetAway: 0, e.Overflowed: 0}
        for cost in (e.ChannelCost("voice", 60, frozenset({"email", "task"})),):
            self.hear(e.ChannelConfigured(0.0, cost))
        for number in range(SKILLS):
            self.hear(e.QueueConfigured(0.0, queue(number)))
        for number in range(operators):
            person = operator(number, self.chance)
            self.hear(e.OperatorConfigured(0.0, person))
            self.hear(e.PresenceChanged(0.0, person.id, "available"))
            self.plan_break(person.id, self.chance.uniform(0, BREAK_EVERY_S))

    def plan_break(self, operator_id: str, at: float) -> None:
        """Tell the engine of a break ahead of it, and take it."""
        self.later(max(self.at, at - 900.0), e.BreakDue(at, operator_id, at))
        self.later(at, e.PresenceChanged(at, operator_id, "break"))

    def later(self, at: float, event: e.Event) -> None:
        """Put an event on the agenda."""
        heappush(self.agenda, (at, next(self.number), event))

    def arrival(self, age: float) -> e.ItemEnqueued:
        """Draw one piece of work."""
        chance = self.chance
        self.made += 1
        number = chance.randrange(SKILLS)
        channel = CHANNELS[number % len(CHANNELS)]
        has_preferred = chance.random() < 0.1
        second = chance.random() < 0.03
        since = self.at - age
        return e.ItemEnqueued(
            self.at,
            e.WorkItem(
                id=f"w{self.made}",
                client_id=CLIENTS[number % len(CLIENTS)],
                queue_id=f"q{number:02}",
                channel=channel,
                enqueued_at=since,
                priority=chance.randint(0, 3) if chance.random() < 0.05 else None,
                due_at=since + TARGET_S[channel] * chance.random()
                if chance.random() < 0.2
                else None,
                needs=(e.SkillNeed(f"s{(number + 7) % SKILLS}"),) if second else (),
                language=chance.choices(("it", "en", "de"), (75, 20, 5))[0],
                preferred_operator=f"op{chance.randrange(OPERATORS):05}" if has_preferred else None,
                preferred_until=self.at + 60.0 if has_preferred else None,
                eu_only=chance.random() < 0.05,
            ),
        )

    def hear(self, event: e.Event) -> None:
        """Let the engine decide, then draw what follows from its decisions."""
        self.log.append(event)
        begin = time.perf_counter_ns()
        out = self.engine.handle(event)
        spent = time.perf_counter_ns() - begin
        self.spent.append(spent)
        if out and isinstance(event, e.WorkEnded):
            self.matched.append(spent)
        for decision in out:
            self.decisions[type(decision)] += 1
            if isinstance(decision, e.Offer):
                self.waiting -= 1
                self.answer(decision)
            elif isinstance(decision, e.OfferTimedOut):
                self.waiting += 1
            elif isinstance(decision, e.SetAway):
                back = self.at + self.chance.uniform(20, 90)
                self.later(back, e.PresenceChanged(back, decision.operator_id, "available"))

    def answer(self, offer: e.Offer) -> None:
        """Draw what the person does with an offer."""
        chance, after = self.chance.random(), self.at + self.chance.uniform(1.0, 6.0)
        if chance < 0.94:
            self.later(after, e.OfferAccepted(after, offer.item_id, offer.operator_id))
        elif chance < 0.96:
            self.later(after, e.OfferDeclined(after, offer.item_id, offer.operator_id))
        elif chance < 0.98:
            self.later(after, e.ItemCancelled(after, offer.item_id))

    def fill(self, waiting: int) -> None:
        """Let so much work wait as if it had come over the last two hours."""
        while self.waiting < waiting:
            self.waiting += 1
            self.hear(self.arrival(self.chance.uniform(0, 7200)))

    def run(self, offers: int) -> None:
        """Let time go on until so many more offers were decided."""
        goal = self.decisions[e.Offer] + offers
        while self.decisions[e.Offer] < goal:
            timer = self.engine.next_timer()
            if timer is not None and timer < self.agenda[0][0]:
                self.at = timer
                self.hear(e.Tick(timer))
            else:
                self.at, _, event = heappop(self.agenda)
                self.follow(event)
            while self.waiting < WAITING:
                self.waiting += 1
                self.hear(self.arrival(0.0))

    def live(self, events: int) -> None:
        """Let so many more events happen."""
        goal = len(self.log) + events
        while len(self.log) < goal:
            self.run(1)

    def queue_ids(self) -> list[str]:
        """Return the queues' ids."""
        return [f"q{number:02}" for number in range(SKILLS)]

    def policies(self) -> dict[str, e.QueuePolicy]:
        """Return the queues' policies by id."""
        return {name: queue(number) for number, name in enumerate(self.queue_ids())}

    def follow(self, event: e.Event) -> None:
        """Let something happen if it still can, and draw what happens after it."""
        if isinstance(event, e.OfferAccepted | e.OfferDeclined):
            if self.engine.held_by(event.item_id) != ("offered", event.operator_id):
                return
            if isinstance(event, e.OfferDeclined):
                self.waiting += 1
            else:
                self.handle_for(event)
        elif isinstance(event, e.ItemCancelled):
            held = self.engine.held_by(event.item_id)
            if held is None or held[0] in ("active", "wrapup"):
                return
            self.waiting -= held[0] == "waiting"
        elif isinstance(event, e.PresenceChanged) and event.state == "break":
            back = self.at + BREAK_S
            self.later(back, e.BreakDue(back, event.operator_id, None))
            self.later(back, e.PresenceChanged(back, event.operator_id, "available"))
            self.plan_break(event.operator_id, back + BREAK_EVERY_S)
        elif isinstance(event, e.BreakDue) and event.due_at is not None:
            event = e.BreakDue(self.at, event.operator_id, event.due_at)
        self.hear(event)

    def handle_for(self, event: e.OfferAccepted) -> None:
        """Draw how long the work takes, with its paperwork for half of it."""
        done = self.at + self.chance.expovariate(1 / 400.0)
        if self.chance.random() < 0.5:
            self.later(done, e.WrapUpStarted(done, event.item_id, event.operator_id))
            done += self.chance.uniform(5, 60)
        self.later(done, e.WorkEnded(done, event.item_id, event.operator_id))


def memory_mb() -> float:
    """Return what an engine with everything in it takes, its work items included."""
    gc.collect()
    tracemalloc.start()
    day = Day(3, OPERATORS)
    day.fill(WAITING)
    day.run(5_000)
    day.agenda.clear()
    day.log.clear()
    day.spent = array("q")
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return size


def quantile(sorted_values: "array[int] | list[int]", share: float) -> float:
    """Return a quantile in microseconds."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))] / 1e3


def lived_again(log: list[e.Event], start: int) -> list[float]:
    """Let a fresh engine hear the same day; return decisions a second of processor time, by slice.

    Nothing but the engine runs, so nothing else is counted; what other processes do to the caches
    still shows, which is why slices are told apart.
    """
    handle = e.Engine().handle
    for event in log[:start]:
        handle(event)
    gc.collect()
    gc.freeze()
    found = []
    size = (len(log) - start) // SLICES
    for first in range(start, start + size * SLICES, size):
        decided = 0
        begin = time.process_time_ns()
        for event in log[first : first + size]:
            decided += len(handle(event))
        found.append(decided / ((time.process_time_ns() - begin) / 1e9))
    gc.unfreeze()
    return sorted(found)


def chosen(day: Day) -> list[float]:
    """Return choices a second, by slice: somebody becomes free and is offered work, nothing else.

    This is the narrow reading of "decision". What comes before and after in the life of the work
    (arrival, answer) happens between the slices.
    """
    handle, found = day.engine.handle, []
    for _ in range(2 * SLICES):
        day.at += 0.1
        states = day.engine.items().items()
        for item_id, (state, operator_id) in list(states):
            if state == "offered" and operator_id is not None:
                handle(e.OfferAccepted(day.at, item_id, operator_id))
        held = sorted((i, o) for i, (state, o) in states if o is not None and state != "offered")
        day.chance.shuffle(held)
        ended = [e.WorkEnded(day.at, item_id, operator_id) for item_id, operator_id in held[:400]]
        begin = time.process_time_ns()
        decided = [handle(event) for event in ended]
        spent_s = (time.process_time_ns() - begin) / 1e9
        offers = sum(isinstance(one, e.Offer) for out in decided for one in out)
        found.append(offers / spent_s)
        day.waiting -= offers
        while day.waiting < WAITING:
            day.waiting += 1
            out = handle(day.arrival(0.0))
            day.waiting -= sum(isinstance(one, e.Offer) for one in out)
    return sorted(found)


def floor_ms(operators: int) -> tuple[float, float]:
    """Return what one look at the whole floor costs, and one event, with so many people."""
    day = Day(5, operators)
    day.fill(WAITING)
    day.spent = array("q")
    day.run(5_000)
    costs = []
    for _ in range(21):
        begin = time.perf_counter_ns()
        for row in day.engine.snapshot_counts():
            day.engine.estimate_wait(row.queue_id)
        day.engine.crowds()
        costs.append(time.perf_counter_ns() - begin)
    return sorted(costs)[10] / 1e6, quantile(sorted(day.spent), 0.99)


def main() -> None:
    """Measure and publish."""
    day = Day(1, OPERATORS)
    day.fill(WAITING)
    day.run(WARM_UP)
    gc.collect()
    gc.freeze()
    before, start = dict(day.decisions), len(day.log)
    day.spent = array("q")
    day.run(MEASURED)
    spent, matched, log = sorted(day.spent), sorted(day.matched), day.log
    made = {kind: day.decisions[kind] - before[kind] for kind in before}
    decided, events, virtual_s = sum(made.values()), len(spent), round(day.at)
    choices = chosen(day)
    del day
    rates = lived_again(log, start)
    few, many = floor_ms(OPERATORS), floor_ms(10 * OPERATORS)
    middle = rates[len(rates) // 2]
    publish(
        "engine",
        [
            Figure(
                name="decisions a second: work matched to an operator",
                measured=choices[SLICES],
                unit="/s",
                at_least=80_000,
            ),
            Figure(name="the same, quickest slice", measured=choices[-1], unit="/s"),
            Figure(name="the same, slowest slice", measured=choices[0], unit="/s"),
            Figure(
                name="decisions a second, whole life of the work",
                measured=middle,
                unit="/s",
                at_least=80_000,
            ),
            Figure(name="the same, quickest slice", measured=rates[-1], unit="/s"),
            Figure(name="the same, slowest slice", measured=rates[0], unit="/s"),
            Figure(name="offers a second", measured=middle * made[e.Offer] / decided, unit="/s"),
            Figure(name="events a second", measured=middle * events / decided, unit="/s"),
            Figure(
                name="a person is free and is offered work, median",
                measured=quantile(matched, 0.5),
                unit="us",
            ),
            Figure(name="one event, median", measured=quantile(spent, 0.5), unit="us"),
            Figure(name="one event, p99", measured=quantile(spent, 0.99), unit="us", at_most=1_000),
            Figure(name="one event, p99.9", measured=quantile(spent, 0.999), unit="us"),
            Figure(name="one event, slowest", measured=spent[-1] / 1e3, unit="us"),
            Figure(name="memory, work included", measured=memory_mb(), unit="MB", at_most=100),
            Figure(
                name="a look at the floor of 10,000 (once a second)",
                measured=many[0],
                unit="ms",
                at_most=5,
            ),
            Figure(name="the same with 1,000", measured=few[0], unit="ms"),
            Figure(name="one event with 10,000, p99", measured=many[1], unit="us", at_most=1_000),
        ],
        setting={
            "operators": OPERATORS,
            "skills": SKILLS,
            "waiting": WAITING,
            "events": events,
            "virtual_seconds": virtual_s,
            "decisions": {kind.__name__: number for kind, number in made.items()},
        },
    )


if __name__ == "__main__":
    main()
