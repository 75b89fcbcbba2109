"""The engine beside the plain rules: whatever happens, it decides the same and breaks none."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ascolto.routing import engine as e
from support.plain_engine import RING, PlainEngine
from support.random_day import RandomDay

CLIENTS = ("acme", "beta")
CHANNELS = ("voice", "webchat", "email", "task")
SKILLS = ("bills", "faults", "sales")
LANGUAGES = ("it", "en")
COUNTRIES = ("IT", "AL", "FR")
PRESENCE = ("available", "available", "available", "busy", "away", "break", "offline")

needs = st.lists(
    st.builds(e.SkillNeed, st.sampled_from(SKILLS), st.integers(1, 5)), max_size=2, unique=True
).map(tuple)


@st.composite
def operators(draw: st.DrawFn, number: int) -> e.Operator:
    return e.Operator(
        id=f"op{number}",
        clients=frozenset(draw(st.sets(st.sampled_from(CLIENTS), min_size=1))),
        skills=draw(
            st.dictionaries(
                st.sampled_from(SKILLS),
                st.tuples(st.integers(1, 5), st.none() | st.integers(20, 600).map(float)),
            )
        ),
        languages=frozenset(draw(st.sets(st.sampled_from(LANGUAGES), min_size=1))),
        channels=draw(st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 3), min_size=1)),
        budget=draw(st.sampled_from((50, 100, 100, 130))),
        country=draw(st.sampled_from(COUNTRIES)),
        team=draw(st.none() | st.sampled_from(("north", "south"))),
    )


@st.composite
def policies(draw: st.DrawFn, number: int) -> e.QueuePolicy:
    openings = sorted(draw(st.sets(st.integers(5, 90), max_size=2)))
    rings = [e.Ring(0.0, draw(needs)), *(e.Ring(float(at), draw(needs)) for at in openings)]
    return e.QueuePolicy(
        id=f"q{number}",
        client_id=draw(st.sampled_from(CLIENTS)),
        channel=draw(st.sampled_from(CHANNELS)),
        priority=draw(st.integers(0, 1)),
        rings=tuple(rings),
        offer_timeout_s=float(draw(st.sampled_from((5, 20, 30)))),
        target_s=float(draw(st.sampled_from((20, 60, 600)))),
        overflow_queue_id=draw(st.none() | st.integers(0, 2).map(lambda n: f"q{n}")),
        overflow_after_s=draw(st.none() | st.sampled_from((0.0, 30.0, 90.0))),
        long_work_s=float(draw(st.sampled_from((0, 60, 300)))),
        eu_only=draw(st.booleans()),
    )


class Contact(RuleBasedStateMachine):
    """A small contact centre in which anything may happen, decided twice."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = e.Engine()
        self.plain = PlainEngine()
        self.at = 0.0
        self.made = 0
        self.log: list[e.Event] = []
        self.policies: dict[int, e.QueuePolicy] = {}
        self.openings: dict[int, e.Openings | None] = {}

    def describe(self, number: int) -> None:
        policy, openings = self.policies[number], self.openings.get(number)
        self.hear(e.QueueConfigured(self.at, policy, openings))

    def hear(self, event: e.Event) -> None:
        self.log.append(event)
        decided, expected = self.engine.handle(event), self.plain.handle(event)
        assert decided == expected

    def some_work(self, number: int, state: str) -> str | None:
        found = [key for key, (is_now, _) in self.engine.items().items() if is_now == state]
        return found[number % len(found)] if found else None

    @initialize(data=st.data())
    def opening(self, data: st.DataObject) -> None:
        for number in range(3):
            self.policies[number] = data.draw(policies(number))
            self.describe(number)
        for number in range(4):
            self.hear(e.OperatorConfigured(self.at, data.draw(operators(number))))
            self.hear(e.PresenceChanged(self.at, f"op{number}", "available"))

    @rule(seconds=st.sampled_from((0, 1, 5, 15, 40, 200)))
    def time_passes(self, seconds: int) -> None:
        self.at += seconds
        self.hear(e.Tick(self.at))

    @rule(data=st.data(), count=st.integers(1, 4))
    def work_comes(self, data: st.DataObject, count: int) -> None:
        for _ in range(count):
            self.made += 1
            preferred = data.draw(st.none() | st.integers(0, 3))
            item = e.WorkItem(
                id=f"w{self.made}",
                client_id=data.draw(st.sampled_from(CLIENTS)),
                queue_id=f"q{data.draw(st.integers(0, 2))}",
                channel=data.draw(st.sampled_from(CHANNELS)),
                enqueued_at=self.at - data.draw(st.sampled_from((0, 0, 0, 10, 100))),
                priority=data.draw(st.none() | st.integers(0, 2)),
                due_at=data.draw(st.none() | st.just(self.at + 30)),
                needs=data.draw(st.just(()) | needs),
                language=data.draw(st.none() | st.sampled_from(LANGUAGES)),
                preferred_operator=None if preferred is None else f"op{preferred}",
                preferred_until=data.draw(st.none() | st.just(self.at + 25)),
                excluded=frozenset(data.draw(st.sets(st.sampled_from(("op0", "op1")), max_size=1))),
                barred=frozenset(data.draw(st.sets(st.sampled_from(("op0", "op1")), max_size=1))),
                eu_only=data.draw(st.booleans()),
            )
            self.hear(e.ItemEnqueued(self.at, item))

    @rule(number=st.integers(0, 50), how=st.sampled_from(("accept", "accept", "decline", "cancel")))
    def an_offer_is_answered(self, number: int, how: str) -> None:
        item_id = self.some_work(number, "offered")
        if item_id is None:
            return
        operator_id = self.engine.items()[item_id][1] or ""
        if how == "accept":
            self.hear(e.OfferAccepted(self.at, item_id, operator_id))
        elif how == "decline":
            self.hear(e.OfferDeclined(self.at, item_id, operator_id))
        else:
            self.hear(e.ItemCancelled(self.at, item_id))

    @rule(number=st.integers(0, 50), state=st.sampled_from(("active", "wrapup")))
    def work_goes_on(self, number: int, state: str) -> None:
        item_id = self.some_work(number, state)
        if item_id is not None:
            self.hear(e.WrapUpStarted(self.at, item_id, ""))
            if state == "wrapup":
                self.hear(e.WorkEnded(self.at, item_id, ""))

    @rule(number=st.integers(0, 50))
    def somebody_gives_up(self, number: int) -> None:
        item_id = self.some_work(number, "waiting")
        if item_id is not None:
            self.hear(e.ItemCancelled(self.at, item_id))

    @rule(number=st.integers(0, 3), state=st.sampled_from(PRESENCE), data=st.data())
    def somebody_comes_or_goes(self, number: int, state: str, data: st.DataObject) -> None:
        country = data.draw(st.none() | st.sampled_from(COUNTRIES))
        self.hear(e.PresenceChanged(self.at, f"op{number}", state, country))

    @rule(number=st.integers(0, 3), in_s=st.none() | st.sampled_from((0, 30, 100, 400)))
    def a_break_is_planned(self, number: int, in_s: int | None) -> None:
        due = None if in_s is None else self.at + in_s
        self.hear(e.BreakDue(self.at, f"op{number}", due))

    @rule(number=st.integers(0, 4), data=st.data())
    def somebody_is_described_anew(self, number: int, data: st.DataObject) -> None:
        self.hear(e.OperatorConfigured(self.at, data.draw(operators(number))))

    @rule(number=st.integers(0, 4))
    def somebody_leaves_for_good(self, number: int) -> None:
        self.hear(e.OperatorRemoved(self.at, f"op{number}"))

    @rule(number=st.integers(0, 2), data=st.data())
    def a_queue_gets_other_rules(self, number: int, data: st.DataObject) -> None:
        self.policies[number] = data.draw(policies(number))
        self.describe(number)

    @rule(
        number=st.integers(0, 2),
        edges=st.none() | st.lists(st.integers(-200, 600), max_size=6, unique=True),
    )
    def a_queue_opens_at_other_hours(self, number: int, edges: list[int] | None) -> None:
        self.openings[number] = None
        if edges is not None:
            pairs = zip(*[iter(sorted(edges))] * 2, strict=False)
            self.openings[number] = tuple(
                (self.at + opens, self.at + closes) for opens, closes in pairs
            )
        self.describe(number)

    @rule(channel=st.sampled_from(CHANNELS), data=st.data())
    def a_channel_gets_another_cost(self, channel: str, data: st.DataObject) -> None:
        cost = data.draw(st.sampled_from((10, 25, 33, 50, 100)))
        beside = frozenset(data.draw(st.sets(st.sampled_from(CHANNELS))))
        self.hear(e.ChannelConfigured(self.at, e.ChannelCost(channel, cost, beside)))

    @rule(number=st.integers(0, 4), state=st.sampled_from(("offered", "active", "wrapup")))
    def work_is_found_under_way(self, number: int, state: str) -> None:
        self.made += 1
        item = e.WorkItem(f"w{self.made}", "acme", f"q{number % 3}", "email", self.at - 20)
        self.hear(e.ItemRestored(self.at, item, state, f"op{number}", self.at + 10))

    @invariant()
    def figures_agree_with_the_work(self) -> None:
        states = Counter(
            (w.item.queue_id, w.state) for w in self.plain.work.values() if w.state != "entering"
        )
        for row in self.engine.snapshot_counts():
            for state in ("waiting", "offered", "active", "wrapup"):
                assert getattr(row, state) == states[row.queue_id, state]
            waiting = [
                w.item.enqueued_at
                for w in self.plain.work.values()
                if w.item.queue_id == row.queue_id and w.state == "waiting"
            ]
            assert row.oldest_enqueued_at == min(waiting, default=None)

    @invariant()
    def people_agree_with_the_work(self) -> None:
        seen = {config.id: (state, load) for config, state, load in self.engine.people()}
        assert seen == {
            who.config.id: (who.state, self.plain.load(who)) for who in self.plain.people.values()
        }
        assert self.engine.items() == {
            key: (w.state, w.operator_id) for key, w in self.plain.work.items()
        }

    @invariant()
    def crowds_agree_with_the_people(self) -> None:
        expected: Counter[tuple[str, str | None, str]] = Counter()
        for who in self.plain.people.values():
            idle = who.state == "available" and self.plain.load(who) == 0
            doing = {"available": "busy", "busy": "busy", "break": "on_break"}.get(who.state, "n")
            for client_id in who.config.clients:
                expected[client_id, who.config.team, "n"] += 1
                if idle or doing != "n":
                    expected[client_id, who.config.team, "available" if idle else doing] += 1
        counted = {
            (crowd.client_id, crowd.team, name): getattr(crowd, name)
            for crowd in self.engine.crowds()
            for name in ("n", "available", "busy", "on_break")
            if getattr(crowd, name)
        }
        assert counted == dict(expected)

    @invariant()
    def nobody_who_fits_is_left_idle_while_work_waits(self) -> None:
        for piece in self.plain.work.values():
            if piece.state == "waiting":
                for who in self.plain.people.values():
                    assert not self.plain.fits(who, piece)

    @invariant()
    def why_not_is_silent_only_about_who_fits(self) -> None:
        for piece in list(self.plain.work.values())[:5]:
            for who in self.plain.people.values():
                fits = self.plain.fits(who, piece)
                if piece.state == "waiting":
                    assert (self.engine.why_not(piece.item.id, who.config.id) == []) == fits

    @invariant()
    def the_next_moment_is_known(self) -> None:
        moments = [
            at
            for work in self.plain.work.values()
            for at, what in self.plain.timers(work)
            if what != RING or self.plain.ring_would_matter(work, at)
        ]
        due = self.engine.next_timer()
        assert due is None or due <= min(moments, default=due)
        assert due is not None or not moments

    def teardown(self) -> None:
        again, first = e.Engine(), e.Engine()
        assert [repr(again.handle(event)) for event in self.log] == [
            repr(first.handle(event)) for event in self.log
        ]


ContactTest = Contact.TestCase
ContactTest.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)


@given(seed=st.integers(0, 10**9), people=st.integers(2, 12))
@settings(max_examples=50, deadline=None)
def test_a_crowded_day_is_decided_as_the_plain_rules_say(seed: int, people: int) -> None:
    day, real, plain = RandomDay(seed, people=people), e.Engine(), PlainEngine()
    for event in day.opening():
        assert real.handle(event) == plain.handle(event)
    for _ in range(250):
        event = day.next(real.items())
        assert real.handle(event) == plain.handle(event), event
    assert real.items() == {key: (w.state, w.operator_id) for key, w in plain.work.items()}
