"""The promises of routing said straight about the engine's offers, with books of the test's own.

Nothing here asks another engine: what is in whose hands, who is present and what waits is written
down from the events and decisions themselves.
"""

from dataclasses import dataclass, field, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ascolto.routing import engine as e
from support.random_day import RandomDay

PRIORITY_WORTH_S = 600.0


@dataclass
class Books:
    """What is known from what was told, and checked whenever work is offered."""

    at: float = 0.0
    arrivals: int = 0
    queues: dict[str, e.QueuePolicy] = field(default_factory=dict)
    costs: dict[str, e.ChannelCost] = field(
        default_factory=lambda: {cost.channel: cost for cost in e.USUAL_COSTS}
    )
    people: dict[str, e.Operator] = field(default_factory=dict)
    presence: dict[str, str] = field(default_factory=dict)
    country: dict[str, str | None] = field(default_factory=dict)
    breaks: dict[str, float | None] = field(default_factory=dict)
    work: dict[str, e.WorkItem] = field(default_factory=dict)
    number: dict[str, int] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    offered_to: set[tuple[str, str]] = field(default_factory=set)
    offers: int = 0
    compared: int = 0

    def hear(self, event: e.Event) -> None:
        """Write an event down before it is decided on."""
        self.at = event.at
        if isinstance(event, e.QueueConfigured):
            self.queues[event.policy.id] = event.policy
        elif isinstance(event, e.ChannelConfigured):
            self.costs[event.cost.channel] = event.cost
        elif isinstance(event, e.OperatorConfigured):
            self.people[event.operator.id] = event.operator
            self.presence.setdefault(event.operator.id, "offline")
        elif isinstance(event, e.OperatorRemoved):
            self.presence.pop(event.operator_id, None)
            self.people.pop(event.operator_id, None)
            self.breaks.pop(event.operator_id, None)
            self.country.pop(event.operator_id, None)
        elif isinstance(event, e.PresenceChanged) and event.operator_id in self.people:
            self.presence[event.operator_id] = event.state
            self.country[event.operator_id] = event.country
        elif isinstance(event, e.BreakDue) and event.operator_id in self.people:
            self.breaks[event.operator_id] = event.due_at
        else:
            self.hear_of_work(event)

    def hear_of_work(self, event: e.Event) -> None:
        if isinstance(event, e.ItemEnqueued):
            self.arrivals += 1
            self.work[event.item.id] = event.item
            self.number[event.item.id] = self.arrivals
        elif isinstance(event, e.OfferDeclined):
            self.back(event.item_id)
        elif isinstance(event, e.ItemCancelled | e.ClaimRejected | e.WorkEnded):
            self.work.pop(event.item_id, None)
            self.holder.pop(event.item_id, None)

    def back(self, item_id: str) -> None:
        self.holder.pop(item_id, None)
        self.returned.add(item_id)

    def decide(self, decision: e.Decision) -> None:
        """Check a decision, and write it down."""
        if isinstance(decision, e.Offer):
            self.check(decision)
            self.holder[decision.item_id] = decision.operator_id
            self.offered_to.add((decision.item_id, decision.operator_id))
        elif isinstance(decision, e.OfferTimedOut):
            self.back(decision.item_id)
        elif isinstance(decision, e.SetAway):
            self.presence[decision.operator_id] = "away"
        else:
            moved = self.work[decision.item_id]
            self.work[decision.item_id] = replace(
                moved, queue_id=decision.to_queue, preferred_operator=None
            )

    # -- the promises --------------------------------------------------------------------------

    def check(self, offer: e.Offer) -> None:
        item, who = self.work[offer.item_id], offer.operator_id
        assert offer.item_id not in self.holder, "work is with two people"
        assert self.presence[who] == "available", "work was offered to somebody who is away"
        assert self.has_room(who, item.channel), "an operator is above capacity"
        assert self.may_serve(who, item), "a skill, a client, a language or a country was ignored"
        assert who not in item.barred, "work was offered to who is barred from it"
        assert not self.break_near(who, item), "long work was offered shortly before a break"
        self.offers += 1
        for other_id, other in self.work.items():
            if other_id == item.id or not self.could_have_had(who, other):
                continue
            self.compared += 1
            mine, theirs = self.rank(item), self.rank(other)
            assert mine <= theirs, f"{other_id} was passed over for {item.id}, offered to {who}"
            alike = (item.queue_id, item.priority, item.due_at) == (
                other.queue_id, other.priority, other.due_at
            )  # fmt: skip
            if alike and item.id not in self.returned and not item.to_head:
                assert self.turn(other) >= self.turn(item), "first come, first served"

    def turn(self, item: e.WorkItem) -> tuple[float, int]:
        """Return what decides between equals: who began to wait first, then who was heard first."""
        return (item.enqueued_at if item.due_at is None else 0.0, self.number[item.id])

    def rank(self, item: e.WorkItem) -> float:
        policy = self.queues[item.queue_id]
        deadline = item.enqueued_at + policy.target_s if item.due_at is None else item.due_at
        priority = policy.priority if item.priority is None else item.priority
        return deadline - priority * PRIORITY_WORTH_S

    def could_have_had(self, who: str, item: e.WorkItem) -> bool:
        """Tell whether work waits that this person could be offered beyond any doubt."""
        return (
            item.id not in self.holder
            and who not in item.excluded | item.barred
            and (item.id, who) not in self.offered_to
            and item.preferred_operator in (None, who)
            and self.has_room(who, item.channel)
            and self.may_serve(who, item)
            and not self.break_near(who, item)
        )

    def has_room(self, who: str, channel: str) -> bool:
        hands = [self.work[i].channel for i, holder in self.holder.items() if holder == who]
        config, cost = self.people[who], self.costs[channel]
        return (
            sum(self.costs[held].cost for held in hands) + cost.cost <= config.budget
            and hands.count(channel) < config.channels.get(channel, 0)
            and set(hands) - {channel} <= cost.interrupts
        )

    def may_serve(self, who: str, item: e.WorkItem) -> bool:
        config, policy = self.people[who], self.queues[item.queue_id]
        eu_only = item.eu_only or policy.eu_only
        country = self.country.get(who) or config.country
        rings = [r for r in policy.rings if item.enqueued_at + r.after_s <= self.at]
        return (
            item.client_id in config.clients
            and config.channels.get(item.channel, 0) > 0
            and item.language in (None, *config.languages)
            and (not eu_only or country in e.EU_COUNTRIES)
            and any(
                all(
                    self.level(config, need.skill) >= need.level for need in (*r.needs, *item.needs)
                )
                for r in rings or policy.rings[:1]
            )
        )

    def level(self, config: e.Operator, skill: str) -> int:
        level, expires_at = config.skills.get(skill, (0, None))
        return 0 if expires_at is not None and expires_at <= self.at else level

    def break_near(self, who: str, item: e.WorkItem) -> bool:
        due = self.breaks.get(who)
        if due is None or due + 1800 <= self.at:
            return False
        return due - self.at < self.queues[item.queue_id].long_work_s


def lived(seed: int, people: int, events: int) -> Books:
    """Live a day with every timer on its moment, each offer checked as it is made."""
    day, engine, books = RandomDay(seed, people=people), e.Engine(), Books()

    def hear(event: e.Event) -> None:
        while (timer := engine.next_timer()) is not None and timer <= event.at:
            books.hear(e.Tick(max(timer, books.at)))
            for decision in engine.handle(e.Tick(max(timer, books.at))):
                books.decide(decision)
        books.hear(event)
        for decision in engine.handle(event):
            books.decide(decision)

    for event in day.opening():
        hear(event)
    for _ in range(events):
        hear(day.next(engine.items()))
    return books


@given(seed=st.integers(0, 10**9), people=st.integers(2, 12))
@example(seed=65537, people=5)  # work overflows at the moment at which another's ring opens
@example(seed=870666507, people=12)  # a skill lapses at such a moment, and with it a hold
@example(seed=218850855, people=7)  # a queue that changes lets somebody off, in reach of its own
@example(seed=553169098, people=10)  # a queue that changes lets much overflow at one moment
@settings(max_examples=40)
def test_every_offer_keeps_capacity_skills_presence_and_turn(seed: int, people: int) -> None:
    lived(seed, people, 150)


def test_the_promises_are_asked_of_thousands_of_offers() -> None:
    days = [lived(seed, 6, 400) for seed in range(12)]
    assert sum(books.offers for books in days) > 500
    assert sum(books.compared for books in days) > 200


@given(urgency=st.integers(0, 3), every_s=st.integers(5, 60), late_s=st.integers(0, 60))
@settings(max_examples=25)
def test_work_is_overtaken_only_for_as_long_as_the_others_priority_is_worth(
    urgency: int, every_s: int, late_s: int
) -> None:
    engine = e.Engine()
    engine.handle(e.QueueConfigured(0.0, e.QueuePolicy("q", "acme", "voice")))
    person = e.Operator("anna", frozenset({"acme"}), {}, channels={"voice": 1})
    engine.handle(e.OperatorConfigured(0.0, person))
    engine.handle(e.ItemEnqueued(0.0, e.WorkItem("patient", "acme", "q", "voice", 0.0)))
    at, held, overtaken, number = float(late_s), "", 0, 0
    while held != "patient":
        urgent = e.WorkItem(f"u{number}", "acme", "q", "voice", at, priority=urgency)
        out = engine.handle(e.ItemEnqueued(at, urgent))
        if number == 0:
            out = engine.handle(e.PresenceChanged(at, "anna", "available"))
        elif held:
            out = engine.handle(e.WorkEnded(at, held, "anna"))
        offers = [d.item_id for d in out if isinstance(d, e.Offer)]
        held = offers[0]
        engine.handle(e.OfferAccepted(at, held, "anna"))
        overtaken += held != "patient"
        number += 1
        at += every_s
    assert overtaken <= urgency * PRIORITY_WORTH_S / every_s + 1
