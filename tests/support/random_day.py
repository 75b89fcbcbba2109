"""A busy small floor, made up by seeded chance: the same seed gives the same day, event by event.

Unlike the state machine, which tries the strange, these days are crowded: much alike work, few
people, many equal deadlines and moments, so that order and fairness are really asked for.
"""

import random
from collections.abc import Callable, Iterator

from ascolto.routing import engine as e

CLIENTS = ("acme", "beta")
CHANNELS = ("voice", "webchat", "email", "task")
SKILLS = ("bills", "faults", "sales")


class RandomDay:
    """Draws the next event, looking at where each piece of work is."""

    def __init__(self, seed: int, *, people: int = 6, queues: int = 3) -> None:
        self.chance = random.Random(seed)
        self.people = [f"op{number}" for number in range(people)]
        self.queues = [f"q{number}" for number in range(queues)]
        self.policies: dict[str, e.QueuePolicy] = {}
        self.openings: dict[str, e.Openings | None] = {}
        self.at = 0.0
        self.made = 0
        self.steps: list[tuple[int, Callable[[], e.Event | None]]] = [
            (14, self.work_comes),
            (12, self.offer_taken),
            (10, self.work_ends),
            (6, self.time_passes),
            (4, self.comes_or_goes),
            (3, self.back_to_work),
            (2, self.offer_declined),
            (2, self.wraps_up),
            (1, self.gives_up),
            (1, self.break_planned),
            (1, self.rejected),
            (1, self.person_described),
            (0, self.queue_described),
            (0, self.queue_opens_otherwise),
            (0, self.leaves_for_good),
            (0, self.cost_changes),
        ]
        self.rare = [
            self.queue_described,
            self.queue_opens_otherwise,
            self.leaves_for_good,
            self.cost_changes,
        ]

    def opening(self) -> Iterator[e.Event]:
        for queue_id in self.queues:
            yield self.described(queue_id)
        for name in self.people:
            yield e.OperatorConfigured(self.at, self.operator(name))
            yield e.PresenceChanged(self.at, name, "available")

    def next(self, items: dict[str, tuple[str, str | None]]) -> e.Event:
        self.items = items
        weights = [weight for weight, _ in self.steps]
        while True:
            if self.chance.random() < 0.01:
                step = self.chance.choice(self.rare)
            else:
                step = self.chance.choices([s for _, s in self.steps], weights)[0]
            event = step()
            if event is not None:
                return event

    # -- what there is -------------------------------------------------------------------------

    def mostly(self, usual: object, *others: object) -> object:
        return usual if self.chance.random() < 0.75 else self.chance.choice(others)

    def needs(self) -> tuple[e.SkillNeed, ...]:
        return (e.SkillNeed(self.chance.choice(SKILLS), self.chance.randint(1, 4)),)

    def policy(self, queue_id: str) -> e.QueuePolicy:
        chance = self.chance
        rings = [e.Ring(0.0, chance.choice(((), self.needs())))]
        if chance.random() < 0.5:
            rings += [e.Ring(20.0, self.needs()), e.Ring(60.0, chance.choice(((), self.needs())))]
        overflows = chance.random() < 0.4
        return e.QueuePolicy(
            id=queue_id,
            client_id=chance.choice(CLIENTS),
            channel=chance.choice(CHANNELS),
            priority=chance.choice((0, 0, 1)),
            rings=tuple(rings),
            offer_timeout_s=chance.choice((10.0, 20.0)),
            target_s=chance.choice((60.0, 60.0, 300.0)),
            overflow_queue_id=chance.choice(self.queues) if overflows else None,
            overflow_after_s=chance.choice((0.0, 60.0)) if overflows else None,
            long_work_s=chance.choice((60.0, 300.0)),
            eu_only=chance.random() < 0.1,
        )

    def operator(self, name: str) -> e.Operator:
        chance = self.chance
        expiry = None if chance.random() < 0.6 else self.at + chance.choice((30.0, 100.0))
        return e.Operator(
            id=name,
            clients=frozenset(CLIENTS if chance.random() < 0.8 else CLIENTS[:1]),
            skills={s: (chance.randint(1, 5), expiry) for s in SKILLS if chance.random() < 0.7},
            languages=frozenset({"it", "en"} if chance.random() < 0.5 else {"it"}),
            channels={c: chance.choice((0, 1, 2, 3)) for c in CHANNELS},
            budget=chance.choice((100, 100, 60)),
            country=chance.choice(("IT", "IT", "AL")),
        )

    # -- what happens --------------------------------------------------------------------------

    def one(self, *states: str) -> tuple[str, str] | None:
        found = [(key, who or "") for key, (state, who) in self.items.items() if state in states]
        return self.chance.choice(found) if found else None

    def work_comes(self) -> e.Event | None:
        if len(self.items) > 40:
            return None
        chance = self.chance
        self.made += 1
        has_preferred = chance.random() < 0.2
        return e.ItemEnqueued(
            self.at,
            e.WorkItem(
                id=f"w{self.made}",
                client_id=str(self.mostly("acme", "beta")),
                queue_id=chance.choice(self.queues),
                channel=chance.choice(CHANNELS),
                enqueued_at=self.at - chance.choice((0, 0, 0, 30)),
                priority=chance.choice((None, None, None, 0, 1, 2)),
                due_at=chance.choice((None, None, None, self.at + 60)),
                needs=self.needs() if chance.random() < 0.15 else (),
                language=chance.choice((None, None, "it", "en")),
                preferred_operator=chance.choice(self.people) if has_preferred else None,
                preferred_until=self.at + 30 if has_preferred and chance.random() < 0.8 else None,
                excluded=frozenset(self.people[:1]) if chance.random() < 0.03 else frozenset(),
                barred=frozenset(self.people[:1]) if chance.random() < 0.03 else frozenset(),
                eu_only=chance.random() < 0.1,
                to_head=chance.random() < 0.05,
            ),
        )

    def offer_taken(self) -> e.Event | None:
        found = self.one("offered")
        return None if found is None else e.OfferAccepted(self.at, *found)

    def offer_declined(self) -> e.Event | None:
        found = self.one("offered")
        return None if found is None else e.OfferDeclined(self.at, *found)

    def work_ends(self) -> e.Event | None:
        found = self.one("active", "wrapup")
        return None if found is None else e.WorkEnded(self.at, *found)

    def wraps_up(self) -> e.Event | None:
        found = self.one("active")
        return None if found is None else e.WrapUpStarted(self.at, *found)

    def gives_up(self) -> e.Event | None:
        found = self.one("waiting", "offered")
        return None if found is None else e.ItemCancelled(self.at, found[0])

    def rejected(self) -> e.Event | None:
        found = self.one("offered")
        return None if found is None else e.ClaimRejected(self.at, found[0])

    def time_passes(self) -> e.Event | None:
        self.at += self.chance.choice((0, 1, 5, 10, 30, 120))
        return e.Tick(self.at)

    def comes_or_goes(self) -> e.Event | None:
        state = self.chance.choice(("available", "busy", "away", "break", "offline"))
        country = self.chance.choice((None, None, "IT", "AL"))
        return e.PresenceChanged(self.at, self.chance.choice(self.people), state, country)

    def back_to_work(self) -> e.Event | None:
        return e.PresenceChanged(self.at, self.chance.choice(self.people), "available")

    def break_planned(self) -> e.Event | None:
        due = self.chance.choice((None, None, self.at + 60, self.at + 200, self.at + 300))
        return e.BreakDue(self.at, self.chance.choice(self.people), due)

    def person_described(self) -> e.Event | None:
        return e.OperatorConfigured(self.at, self.operator(self.chance.choice(self.people)))

    def leaves_for_good(self) -> e.Event | None:
        return e.OperatorRemoved(self.at, self.chance.choice(self.people))

    def queue_described(self) -> e.Event | None:
        return self.described(self.chance.choice(self.queues))

    def described(self, queue_id: str) -> e.Event:
        policy = self.policies[queue_id] = self.policy(queue_id)
        return e.QueueConfigured(self.at, policy, self.openings.get(queue_id))

    def queue_opens_otherwise(self) -> e.Event | None:
        chance, at = self.chance, self.at
        edges = sorted(at + chance.randint(-100, 400) for _ in range(4))
        openings = tuple((o, c) for o, c in (edges[:2], edges[2:]) if o < c)
        queue_id = chance.choice(self.queues)
        self.openings[queue_id] = chance.choice((None, openings))
        return e.QueueConfigured(at, self.policies[queue_id], self.openings[queue_id])

    def cost_changes(self) -> e.Event | None:
        beside = frozenset(c for c in CHANNELS if self.chance.random() < 0.5)
        cost = e.ChannelCost(self.chance.choice(CHANNELS), self.chance.choice((20, 33, 50)), beside)
        return e.ChannelConfigured(self.at, cost)
