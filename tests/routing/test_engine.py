"""Each rule of routing by itself, as a sentence."""

import random
from dataclasses import replace
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.routing import engine as e
from ascolto.routing.engine.virtual import VirtualDay, poisson


class Floor:
    """A small floor: one queue, people and work added as a test needs them."""

    def __init__(self, **policy: Any) -> None:
        self.engine = e.Engine()
        self.at = 1000.0
        self.policies: dict[str, e.QueuePolicy] = {}
        self.queue(id="chat", **policy)

    def hear(self, event: e.Event) -> list[e.Decision]:
        return self.engine.handle(event)

    def queue(self, **policy: Any) -> None:
        values = {"client_id": "acme", "channel": "webchat", **policy}
        described = self.policies[values["id"]] = e.QueuePolicy(**values)
        self.hear(e.QueueConfigured(self.at, described))

    def hours(self, queue_id: str, *openings: tuple[float, float] | None) -> list[e.Decision]:
        known = None if openings == (None,) else tuple(o for o in openings if o is not None)
        return self.hear(e.QueueConfigured(self.at, self.policies[queue_id], known))

    def person(self, name: str, state: str = "available", **values: Any) -> list[e.Decision]:
        config = {
            "clients": frozenset({"acme"}),
            "skills": {},
            "channels": {"webchat": 1, "email": 4, "voice": 1},
            **values,
        }
        self.hear(e.OperatorConfigured(self.at, e.Operator(id=name, **config)))
        return self.presence(name, state)

    def presence(self, name: str, state: str, country: str | None = None) -> list[e.Decision]:
        return self.hear(e.PresenceChanged(self.at, name, state, country))

    def work(self, name: str, **values: Any) -> list[e.Decision]:
        item = {"client_id": "acme", "queue_id": "chat", "channel": "webchat", **values}
        item.setdefault("enqueued_at", self.at)
        return self.hear(e.ItemEnqueued(self.at, e.WorkItem(id=name, **item)))

    def wait(self, seconds: float) -> list[e.Decision]:
        self.at += seconds
        return self.hear(e.Tick(self.at))

    def accept(self, name: str) -> None:
        self.hear(e.OfferAccepted(self.at, name, self.holder(name) or ""))

    def decline(self, name: str) -> list[e.Decision]:
        return self.hear(e.OfferDeclined(self.at, name, self.holder(name) or ""))

    def end(self, name: str) -> list[e.Decision]:
        return self.hear(e.WorkEnded(self.at, name, self.holder(name) or ""))

    def holder(self, name: str) -> str | None:
        held = self.engine.held_by(name)
        assert held is not None
        return held[1]

    def state(self, name: str) -> str:
        held = self.engine.held_by(name)
        assert held is not None
        return held[0]


def offers(decisions: list[e.Decision]) -> list[tuple[str, str]]:
    return [(d.item_id, d.operator_id) for d in decisions if isinstance(d, e.Offer)]


# -- order ---------------------------------------------------------------------------------------


def test_work_of_one_queue_is_offered_in_the_order_it_came() -> None:
    floor = Floor()
    for name in ("first", "second", "third"):
        floor.work(name)
    assert offers(floor.person("anna")) == [("first", "anna")]
    assert offers(floor.end("first")) == [("second", "anna")]
    assert offers(floor.end("second")) == [("third", "anna")]


def test_a_step_of_priority_is_worth_ten_minutes_and_no_more() -> None:
    floor = Floor()
    floor.work("early")
    floor.work("urgent", enqueued_at=floor.at + 599, priority=1)
    floor.work("too_late", enqueued_at=floor.at + 601, priority=1)
    order = [offers(floor.person("anna"))[0][0]]
    order += [offers(floor.end(order[0]))[0][0]]
    order += [offers(floor.end(order[1]))[0][0]]
    assert order == ["urgent", "early", "too_late"]


def test_a_nearer_deadline_goes_first() -> None:
    floor = Floor()
    floor.work("relaxed", due_at=floor.at + 900)
    floor.work("pressing", due_at=floor.at + 30)
    assert offers(floor.person("anna")) == [("pressing", "anna")]


def test_the_least_loaded_and_then_the_longest_idle_person_is_asked() -> None:
    floor = Floor()
    floor.person("anna", channels={"webchat": 2})
    floor.at += 5
    floor.person("bruno", channels={"webchat": 2})
    assert offers(floor.work("one")) == [("one", "anna")]
    assert offers(floor.work("two")) == [("two", "bruno")]
    assert offers(floor.work("three")) == [("three", "anna")]


# -- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "work", "code"),
    [
        ({"state": "away"}, {}, "presence_away"),
        ({"state": "busy"}, {}, "presence_busy"),
        ({"clients": frozenset({"beta"})}, {}, "other_client"),
        ({"channels": {"email": 3}}, {}, "channel_not_served"),
        ({"channels": {"webchat": 0}}, {}, "channel_not_served"),
        ({}, {"language": "en"}, "language"),
        ({"country": "AL"}, {"eu_only": True}, "outside_eu"),
        ({"skills": {"bills": (2, None)}}, {"needs": (e.SkillNeed("bills", 3),)}, "skill"),
        ({"skills": {"bills": (5, 999.0)}}, {"needs": (e.SkillNeed("bills", 3),)}, "skill"),
        ({"budget": 20}, {}, "no_capacity"),
    ],
)
def test_work_is_kept_from_who_may_not_have_it_and_the_rule_is_named(
    person: dict[str, Any], work: dict[str, Any], code: str
) -> None:
    floor = Floor()
    floor.person("anna", **person)
    assert offers(floor.work("one", **work)) == []
    assert code in floor.engine.why_not("one", "anna")
    assert offers(floor.person("bruno", skills={"bills": (3, None)}, languages={"it", "en"})) == [
        ("one", "bruno")
    ]


def test_an_operator_away_is_never_offered_work() -> None:
    floor = Floor()
    for state in ("away", "break", "busy", "offline"):
        floor.person(f"who_is_{state}", state)
    assert floor.work("one") == []
    assert floor.wait(3600) == []


def test_a_skill_that_expires_while_work_waits_is_no_skill_any_more() -> None:
    floor = Floor()
    floor.person("anna", "away", skills={"bills": (5, floor.at + 60)})
    floor.work("one", needs=(e.SkillNeed("bills"),))
    floor.at += 60
    assert offers(floor.presence("anna", "available")) == []


def test_who_moves_their_session_out_of_the_eu_gets_no_work_bound_to_it() -> None:
    floor = Floor()
    floor.person("anna")
    floor.presence("anna", "available", "AL")
    assert offers(floor.work("bound", eu_only=True)) == []
    assert offers(floor.presence("anna", "available", "FR")) == [("bound", "anna")]


# -- rings ----------------------------------------------------------------------------------------


def test_circles_of_people_open_as_work_waits() -> None:
    expert, any_level = (e.SkillNeed("bills", 4),), (e.SkillNeed("bills", 1),)
    floor = Floor(rings=(e.Ring(0, expert), e.Ring(30, any_level), e.Ring(60, ())))
    floor.person("novice", skills={"bills": (1, None)})
    floor.person("outsider")
    floor.work("one")
    floor.work("two")
    assert floor.wait(29) == []
    assert offers(floor.wait(1)) == [("one", "novice")]
    assert offers(floor.wait(30)) == [("one", "outsider")] or floor.state("two") == "offered"


def narrow_then_wide() -> tuple[e.Ring, e.Ring]:
    return (e.Ring(0, (e.SkillNeed("bills", 4),)), e.Ring(30, (e.SkillNeed("bills", 1),)))


def test_a_ring_that_opens_for_two_at_once_lets_both_through() -> None:
    floor = Floor(rings=narrow_then_wide())
    floor.person("novice", skills={"bills": (1, None)}, channels={"webchat": 2})
    floor.work("one")
    floor.work("two")
    assert offers(floor.wait(30)) == [("one", "novice"), ("two", "novice")]


def test_work_behind_what_somebody_declined_comes_to_them_when_its_own_ring_opens() -> None:
    floor = Floor(rings=narrow_then_wide())
    floor.person("novice", skills={"bills": (1, None)})
    floor.work("declined")
    assert offers(floor.wait(30)) == [("declined", "novice")]
    assert offers(floor.decline("declined")) == []
    assert offers(floor.work("behind")) == []
    assert offers(floor.wait(30)) == [("behind", "novice")]


def test_a_late_tick_gives_work_to_whom_a_punctual_one_would_have() -> None:
    floor = Floor(rings=narrow_then_wide())
    floor.person("novice", skills={"bills": (1, None)})
    floor.work("one")
    floor.at += 10
    floor.work("two")
    assert offers(floor.wait(3600)) == [("one", "novice")]
    assert floor.state("two") == "waiting"


def test_the_reason_of_an_offer_tells_ring_wait_and_skills() -> None:
    floor = Floor(
        rings=(e.Ring(0, (e.SkillNeed("bills", 4),)), e.Ring(30, (e.SkillNeed("bills"),)))
    )
    floor.person("novice", skills={"bills": (2, None)})
    floor.work("one")
    (offer,) = floor.wait(30)
    assert isinstance(offer, e.Offer)
    assert (offer.why.ring, offer.why.waited_s, offer.why.candidates) == (1, 30.0, 1)
    assert offer.why.as_json()["skills"] == [["bills", 1, 2]]


# -- capacity -------------------------------------------------------------------------------------


def test_channels_share_one_budget() -> None:
    floor = Floor()
    floor.person("anna", channels={"webchat": 3, "email": 4}, budget=100)
    assert len(offers(floor.work("chat_1"))) == 1
    assert len(offers(floor.work("chat_2"))) == 1
    assert len(offers(floor.work("mail_1", channel="email"))) == 1
    assert offers(floor.work("mail_2", channel="email")) == []
    assert offers(floor.end("chat_1")) == [("mail_2", "anna")]


def test_a_channel_may_not_go_above_its_own_limit() -> None:
    floor = Floor()
    floor.person("anna", channels={"webchat": 1}, budget=500)
    floor.work("one")
    assert offers(floor.work("two")) == []


def test_work_is_only_offered_beside_channels_it_may_interrupt() -> None:
    floor = Floor()
    floor.hear(e.ChannelConfigured(floor.at, e.ChannelCost("voice", 40, frozenset({"email"}))))
    floor.person("anna", channels={"email": 2, "voice": 1, "webchat": 1}, budget=100)
    floor.work("mail", channel="email")
    assert offers(floor.work("call", channel="voice")) == [("call", "anna")]
    assert offers(floor.work("chat")) == [], "a chat may not break into a call"


def test_work_in_somebodys_hands_does_not_stand_against_itself() -> None:
    floor = Floor()
    floor.person("anna", channels={"webchat": 1})
    assert offers(floor.work("one")) == [("one", "anna")]
    assert floor.engine.why_not("one", "anna") == []


def test_a_new_cost_holds_for_work_already_in_hand() -> None:
    floor = Floor()
    floor.person("anna", channels={"email": 4}, budget=100)
    for number in range(4):
        floor.work(f"mail_{number}", channel="email")
    floor.hear(e.ChannelConfigured(floor.at, e.ChannelCost("email", 50)))
    assert floor.engine.people()[0][2] == 200
    for number in range(3):
        floor.end(f"mail_{number}")
    assert floor.engine.people()[0][2] == 50


def test_wrap_up_keeps_capacity_until_it_ends() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.accept("one")
    floor.hear(e.WrapUpStarted(floor.at, "one", "anna"))
    assert floor.work("two") == []
    assert offers(floor.end("one")) == [("two", "anna")]


# -- offers ---------------------------------------------------------------------------------------


def test_an_offer_missed_expires_once_goes_to_the_next_and_sets_the_person_away() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.person("bruno")
    out = floor.wait(20)
    assert out[:2] == [e.OfferTimedOut("one", "anna"), e.SetAway("anna", "missed_offer")]
    assert offers(out) == [("one", "bruno")]
    assert floor.engine.presence("anna") == "away"
    floor.accept("one")
    assert floor.wait(600) == []


def test_missed_work_stands_at_the_head_of_its_rank() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("missed")
    floor.work("other", enqueued_at=floor.at)
    floor.wait(20)
    assert offers(floor.person("bruno")) == [("missed", "bruno")]


def test_declined_work_goes_to_somebody_else() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    assert floor.decline("one") == []
    assert "missed_before" in floor.engine.why_not("one", "anna")
    assert offers(floor.person("bruno")) == [("one", "bruno")]


def test_declined_work_comes_back_when_for_long_nobody_else_was_there() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.decline("one")
    assert floor.wait(179) == []
    assert offers(floor.wait(1)) == [("one", "anna")]


def test_who_is_barred_from_work_is_never_offered_it_however_long_it_waits() -> None:
    floor = Floor()
    floor.person("anna")
    assert floor.work("asked", barred=frozenset({"anna"})) == []
    assert "barred" in floor.engine.why_not("asked", "anna")
    assert floor.wait(600) == []
    floor.presence("anna", "away")
    assert floor.presence("anna", "available") == []
    assert offers(floor.person("bruno")) == [("asked", "bruno")]
    floor.decline("asked")
    floor.presence("anna", "away")
    floor.presence("anna", "available")
    assert offers(floor.wait(180)) == [("asked", "bruno")]


def test_who_missed_work_and_comes_back_may_have_it() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.wait(20)
    assert offers(floor.presence("anna", "available")) == [("one", "anna")]


def test_who_leaves_with_an_offer_open_is_not_blamed() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    assert floor.presence("anna", "break") == [e.OfferTimedOut("one", "anna", missed=False)]
    assert offers(floor.presence("anna", "available")) == [("one", "anna")]


def test_work_of_an_operator_who_no_longer_works_here_goes_on() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.person("bruno")
    out = floor.hear(e.OperatorRemoved(floor.at, "anna"))
    assert out[0] == e.OfferTimedOut("one", "anna", missed=False)
    assert offers(out) == [("one", "bruno")]


def test_a_rejected_claim_is_forgotten_and_the_person_is_free_again() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    floor.work("two")
    assert offers(floor.hear(e.ClaimRejected(floor.at, "one"))) == [("two", "anna")]
    assert floor.engine.held_by("one") is None


# -- preferred operators --------------------------------------------------------------------------


def test_work_is_kept_for_its_preferred_operator_until_the_time_is_up() -> None:
    floor = Floor()
    floor.person("anna", "busy")
    floor.person("bruno")
    kept = {"preferred_operator": "anna", "preferred_until": floor.at + 60}
    assert floor.work("one", **kept) == []
    assert floor.engine.why_not("one", "bruno") == ["kept_for_preferred"]
    assert floor.wait(59) == []
    assert offers(floor.wait(1)) == [("one", "bruno")]


def test_a_preferred_operator_who_is_free_comes_before_the_longest_idle() -> None:
    floor = Floor()
    floor.person("bruno")
    floor.at += 60
    floor.person("anna")
    (offer,) = floor.work("one", preferred_operator="anna")
    assert isinstance(offer, e.Offer)
    assert (offer.operator_id, offer.why.preferred) == ("anna", True)


def test_kept_work_does_not_jump_the_queue_of_its_operator() -> None:
    floor = Floor()
    floor.person("anna", "busy")
    floor.work("kept", preferred_operator="anna", preferred_until=floor.at + 600)
    floor.work("urgent", priority=2)
    assert offers(floor.presence("anna", "available")) == [("urgent", "anna")]
    assert offers(floor.end("urgent")) == [("kept", "anna")]


def test_work_is_not_kept_for_somebody_who_has_lost_the_skill() -> None:
    floor = Floor()
    floor.person("anna", "busy", skills={"bills": (3, floor.at + 30)})
    floor.person("bruno", skills={"bills": (3, None)})
    kept = {"preferred_operator": "anna", "preferred_until": floor.at + 600}
    assert floor.work("one", needs=(e.SkillNeed("bills"),), **kept) == []
    assert offers(floor.wait(30)) == [("one", "bruno")]


# -- breaks, overflow, rules that change ----------------------------------------------------------


def test_a_break_that_is_due_keeps_long_work_away_and_lets_short_work_through() -> None:
    floor = Floor(long_work_s=600)
    floor.queue(id="short", long_work_s=60)
    floor.person("anna", "away")
    floor.hear(e.BreakDue(floor.at, "anna", floor.at + 300))
    floor.work("long")
    floor.work("quick", queue_id="short", enqueued_at=floor.at + 1)
    assert offers(floor.presence("anna", "available")) == [("quick", "anna")]
    floor.end("quick")
    assert floor.engine.why_not("long", "anna") == ["break_due"]
    assert offers(floor.hear(e.BreakDue(floor.at, "anna", None))) == [("long", "anna")]


def test_the_crew_that_is_here_is_who_may_take_the_work_and_has_not_left() -> None:
    floor = Floor()
    for name, state in (("anna", "available"), ("bruno", "break"), ("carla", "offline")):
        floor.person(name, state)
    floor.person("dario", "available", channels={})
    assert floor.engine.crew_here("chat").bit_count() == 2
    assert floor.engine.people_here("acme").bit_count() == 3
    floor.presence("bruno", "away")
    assert floor.engine.crew_here("chat").bit_count() == 1


def test_work_that_waited_too_long_overflows_and_keeps_its_age() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    floor.work("one")
    assert floor.wait(60) == [e.Overflowed("one", "chat", "second")]
    assert floor.engine.same_place("one", "second")
    assert floor.engine.snapshot_counts()[1].oldest_enqueued_at == floor.at - 60


def test_old_work_that_comes_from_another_queue_is_given_its_time_in_this_one() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    floor.work("transferred", enqueued_at=floor.at - 600)
    assert floor.wait(59) == []
    assert floor.wait(1) == [e.Overflowed("transferred", "chat", "second")]


def test_two_queues_that_overflow_into_each_other_do_not_play_ball() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=0)
    floor.queue(id="second", overflow_queue_id="chat", overflow_after_s=0)
    floor.work("one")
    assert floor.wait(1) == [e.Overflowed("one", "chat", "second")]
    assert floor.wait(600) == []


def test_work_offered_while_its_overflow_was_due_overflows_when_it_comes_back() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=10)
    floor.queue(id="second")
    floor.person("anna")
    floor.work("one")
    floor.wait(15)
    floor.decline("one")
    assert floor.wait(0) == [e.Overflowed("one", "chat", "second")]


def test_hours_in_which_a_queue_is_closed_do_not_bring_its_overflow_nearer() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    evening, morning = floor.at + 20, floor.at + 50_000
    floor.hours("chat", (floor.at - 100, evening), (morning, morning + 900))
    floor.work("one")
    assert floor.wait(49_999) == []
    assert floor.wait(40) == []
    assert floor.wait(1) == [e.Overflowed("one", "chat", "second")]


def test_work_that_came_while_its_queue_was_closed_overflows_counted_from_the_opening() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    floor.hours("chat", (floor.at + 500, floor.at + 900))
    floor.work("one")
    assert floor.wait(559) == []
    assert floor.wait(1) == [e.Overflowed("one", "chat", "second")]


def test_hours_that_change_hold_for_what_waits_already() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    floor.work("one")
    floor.hours("chat")
    assert floor.wait(600) == []
    assert floor.engine.next_timer() is None
    floor.hours("chat", (floor.at, floor.at + 900))
    assert floor.wait(59) == []
    assert floor.wait(1) == [e.Overflowed("one", "chat", "second")]
    floor.work("two")
    floor.hours("chat", (floor.at + 30, floor.at + 900))
    assert floor.wait(89) == []
    floor.hours("chat", None)
    assert floor.wait(0) == [e.Overflowed("two", "chat", "second")]


def test_work_left_from_last_evening_is_not_taken_for_work_of_another_queue() -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=60)
    floor.queue(id="second")
    floor.hours("chat", (floor.at - 50_030, floor.at - 50_000), (floor.at, floor.at + 900))
    floor.work("yesterday", enqueued_at=floor.at - 50_020)
    assert floor.wait(39) == []
    assert floor.wait(1) == [e.Overflowed("yesterday", "chat", "second")]


spans = st.lists(st.integers(0, 2_000), max_size=12, unique=True).map(
    lambda edges: tuple(
        (float(opens), float(closes))
        for opens, closes in zip(*[iter(sorted(edges))] * 2, strict=False)
    )
)


@given(openings=spans, came=st.integers(0, 2_000), after_s=st.integers(1, 500))
def test_work_overflows_at_the_very_second_its_queue_has_been_open_for_so_long(
    openings: tuple[tuple[float, float], ...], came: int, after_s: int
) -> None:
    floor = Floor(overflow_queue_id="second", overflow_after_s=float(after_s))
    floor.queue(id="second")
    floor.hours("chat", *openings)
    floor.at = float(came)
    floor.engine.now = floor.at
    floor.work("one")
    moved, opened = None, 0
    for second in range(came, 2_001):
        if moved is None and opened == after_s:
            moved = second
        opened += any(opens <= second < closes for opens, closes in openings)
    due = floor.engine.next_timer()
    assert due == moved
    if moved is not None:
        floor.at = moved - 0.5
        assert floor.wait(0) == []
        assert floor.wait(0.5) == [e.Overflowed("one", "chat", "second")]


def test_new_rules_of_a_queue_hold_for_what_waits_in_it() -> None:
    floor = Floor(rings=(e.Ring(0, (e.SkillNeed("bills"),)),))
    floor.person("anna")
    floor.work("one")
    assert floor.engine.why_not("one", "anna") == ["skill"]
    opened = e.QueuePolicy("chat", "acme", "webchat")
    assert offers(floor.hear(e.QueueConfigured(floor.at, opened))) == [("one", "anna")]


def test_hearing_the_same_rules_again_changes_nothing() -> None:
    floor = Floor()
    floor.work("one")
    same = e.QueuePolicy("chat", "acme", "webchat")
    assert floor.hear(e.QueueConfigured(floor.at, same)) == []
    assert offers(floor.person("anna")) == [("one", "anna")]


def test_work_for_a_queue_nobody_knows_is_an_error_and_leaves_no_trace() -> None:
    floor = Floor()
    with pytest.raises(e.UnknownQueueError):
        floor.work("one", queue_id="nowhere")
    assert floor.engine.items() == {}


def test_a_person_described_anew_keeps_what_they_have_in_hand() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("one")
    config = floor.engine.people()[0][0]
    floor.hear(e.OperatorConfigured(floor.at, replace(config, clients=frozenset({"beta"}))))
    assert floor.holder("one") == "anna"
    floor.accept("one")
    floor.end("one")
    assert floor.work("two") == []


# -- no starvation --------------------------------------------------------------------------------


def test_low_priority_work_is_not_starved_by_a_stream_of_urgent_work() -> None:
    floor = Floor()
    floor.work("patient", priority=0)
    floor.person("anna", "away")
    for number in range(200):
        floor.work(f"urgent_{number}", priority=1, enqueued_at=floor.at + 10 * number)
    served = [offers(floor.presence("anna", "available"))[0][0]]
    while served[-1] != "patient":
        served.append(offers(floor.end(served[-1]))[0][0])
    assert len(served) == 61, "ten minutes of urgent work at one every ten seconds, no more"


def test_who_ends_their_last_work_without_room_for_more_is_no_longer_counted_as_busy() -> None:
    floor = Floor()
    floor.person("anna", channels={"webchat": 0})
    item = e.WorkItem("w1", "acme", "chat", "webchat", floor.at)
    floor.hear(e.ItemRestored(floor.at, item, "active", "anna"))
    assert [(c.available, c.busy) for c in floor.engine.crowds()] == [(0, 1)]
    floor.end("w1")
    assert [(c.available, c.busy) for c in floor.engine.crowds()] == [(1, 0)]


# -- exclusive work beside work that shares -------------------------------------------------------


def a_busy_chat_floor() -> Floor:
    floor = Floor()
    floor.queue(id="calls", channel="callback", priority=5, target_s=60)
    for name in ("anna", "bruno"):
        floor.person(name, channels={"webchat": 3, "callback": 1})
    for number in range(6):
        floor.work(f"chat_{number}")
        floor.accept(f"chat_{number}")
    return floor


def test_room_that_comes_free_is_held_back_for_a_call_that_has_waited_past_its_target() -> None:
    floor = a_busy_chat_floor()
    floor.at += 1
    assert floor.work("call", queue_id="calls", channel="callback") == []
    keeper = "anna"
    hers = [f"chat_{number}" for number in range(6) if floor.holder(f"chat_{number}") == keeper]
    assert floor.wait(60) == []
    assert offers(floor.work("late_chat")) == []
    assert offers(floor.end(hers[0])) == [], "a chat would keep the call out"
    assert "kept_for_exclusive" in floor.engine.why_not("late_chat", keeper)
    assert offers(floor.end(hers[1])) == []
    assert offers(floor.end(hers[2])) == [("call", keeper)]


def test_room_is_held_back_of_one_person_and_the_others_go_on() -> None:
    floor = a_busy_chat_floor()
    floor.at += 1
    floor.work("call", queue_id="calls", channel="callback")
    floor.wait(60)
    of_bruno = next(f"chat_{n}" for n in range(6) if floor.holder(f"chat_{n}") == "bruno")
    floor.work("late_chat")
    assert offers(floor.end(of_bruno)) == [("late_chat", "bruno")]


def test_work_that_comes_before_the_call_is_not_kept_from_who_is_held_back_for_it() -> None:
    floor = a_busy_chat_floor()
    floor.at += 1
    floor.work("call", queue_id="calls", channel="callback")
    floor.wait(60)
    of_anna = next(f"chat_{n}" for n in range(6) if floor.holder(f"chat_{n}") == "anna")
    floor.work("pressing", priority=6)
    assert offers(floor.end(of_anna)) == [("pressing", "anna")]


def test_who_was_held_back_gets_what_waited_when_the_call_is_no_longer_wanted() -> None:
    floor = a_busy_chat_floor()
    floor.at += 1
    floor.work("call", queue_id="calls", channel="callback")
    floor.wait(60)
    of_anna = next(f"chat_{n}" for n in range(6) if floor.holder(f"chat_{n}") == "anna")
    floor.work("late_chat")
    assert offers(floor.end(of_anna)) == []
    assert offers(floor.hear(e.ItemCancelled(floor.at, "call"))) == [("late_chat", "anna")]


def test_when_who_is_held_back_leaves_somebody_else_is() -> None:
    floor = a_busy_chat_floor()
    floor.at += 1
    floor.work("call", queue_id="calls", channel="callback")
    floor.wait(60)
    floor.presence("anna", "break")
    floor.wait(60)
    his = [f"chat_{number}" for number in range(6) if floor.holder(f"chat_{number}") == "bruno"]
    floor.work("late_chat")
    assert [offers(floor.end(name)) for name in his] == [[], [], [("call", "bruno")]]


def longest_callback_wait(*, patience_s: float | None, seed: int) -> tuple[float, float]:
    """Four people with three chats each at about 62 % load, and a callback now and then."""
    day = VirtualDay(e.Engine())
    day.plan([e.QueueConfigured(0.0, e.QueuePolicy("chat", "acme", "webchat"))])
    calls = e.QueuePolicy("calls", "acme", "callback", priority=5, target_s=patience_s or 1e9)
    day.plan([e.QueueConfigured(0.0, calls)])
    for name in ("anna", "bruno", "carla", "dario"):
        limits = {"webchat": 3, "callback": 1}
        day.plan(
            [e.OperatorConfigured(0.0, e.Operator(name, frozenset({"acme"}), {}, channels=limits))]
        )
        day.plan([e.PresenceChanged(0.0, name, "available")])
    chats = poisson(
        random.Random(seed),
        per_s=0.62 * 12 / 400,
        until=8 * 3600,
        item=lambda name, at: e.WorkItem(name, "acme", "chat", "webchat", at),
        handle_s=lambda chance: chance.uniform(100, 700),
    )
    callbacks = poisson(
        random.Random(seed + 1),
        per_s=1 / 1800,
        until=8 * 3600,
        item=lambda name, at: e.WorkItem(name, "acme", "calls", "callback", at),
        handle_s=lambda chance: chance.uniform(120, 360),
        name="call",
    )
    every = sorted([*chats, *callbacks], key=lambda arrival: arrival.item.enqueued_at)
    waits: dict[str, list[float]] = {"chat": [], "calls": []}
    for outcome in day.run(every):
        waits[outcome.arrival.item.queue_id].append(outcome.waited_s or 0.0)
    return max(waits["calls"]), fmean(waits["chat"])


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_callback_is_not_starved_by_chats_that_never_all_end_at_once(seed: int) -> None:
    starved, _ = longest_callback_wait(patience_s=None, seed=seed)
    served, chats = longest_callback_wait(patience_s=60, seed=seed)
    assert starved > 60 + 5 + 700
    assert served <= 60 + 5 + 700, "its target, a moment to notice, and the longest chat in hand"
    assert chats < 60, "and the chats are not made to pay for it"


# -- breaks that are past -------------------------------------------------------------------------


def test_a_break_that_nobody_took_is_forgotten_half_an_hour_after_it_was_due() -> None:
    floor = Floor(long_work_s=600)
    floor.person("anna")
    floor.hear(e.BreakDue(floor.at, "anna", floor.at + 300))
    assert offers(floor.work("long")) == []
    assert floor.wait(300 + 1799) == []
    assert floor.engine.next_timer() == floor.at + 1
    assert offers(floor.wait(1)) == [("long", "anna")]


def test_a_break_long_past_when_it_is_told_blocks_nothing() -> None:
    floor = Floor(long_work_s=600)
    floor.person("anna")
    floor.hear(e.BreakDue(floor.at, "anna", floor.at - 1800))
    assert offers(floor.work("long")) == [("long", "anna")]


# -- where the session is -------------------------------------------------------------------------


def test_a_session_that_tells_no_country_is_where_the_persons_record_says() -> None:
    floor = Floor()
    floor.person("anna", "offline", country="AL")
    floor.presence("anna", "available", "IT")
    assert offers(floor.work("bound", eu_only=True)) == [("bound", "anna")]
    floor.accept("bound")
    floor.end("bound")
    floor.presence("anna", "available")
    assert offers(floor.work("again", eu_only=True)) == []


def test_a_record_that_changes_holds_for_who_told_no_country_and_for_nobody_else() -> None:
    floor = Floor()
    floor.person("anna")
    floor.person("bruno", "offline")
    floor.presence("bruno", "available", "IT")
    for name in ("anna", "bruno"):
        config = next(c for c, _, _ in floor.engine.people() if c.id == name)
        floor.hear(e.OperatorConfigured(floor.at, replace(config, country="AL")))
    assert offers(floor.work("bound", eu_only=True)) == [("bound", "bruno")]


# -- promises -------------------------------------------------------------------------------------


def test_a_promise_is_measured_from_the_moment_it_was_made() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("moved", enqueued_at=floor.at - 900)
    floor.at += 1
    floor.accept("moved")
    floor.end("moved")
    assert floor.engine.estimate_error("chat")[1] < 5
    floor.work("fresh")
    floor.at += 1
    floor.accept("fresh")
    measured, error, _ = floor.engine.estimate_error("chat")
    assert measured == 1
    assert error < 5


# -- preferred operators who are not at their desk ------------------------------------------------


@pytest.mark.parametrize("state", ["away", "break", "offline"])
def test_no_customer_waits_for_a_preferred_operator_who_is_away_or_on_a_break(state: str) -> None:
    floor = Floor()
    floor.person("anna", state)
    floor.person("bruno")
    kept = {"preferred_operator": "anna", "preferred_until": floor.at + 60}
    assert offers(floor.work("one", **kept)) == [("one", "bruno")]


@pytest.mark.parametrize("state", ["away", "break", "offline"])
def test_kept_work_goes_on_when_its_preferred_operator_goes_away(state: str) -> None:
    floor = Floor()
    floor.person("anna", "busy")
    floor.person("bruno")
    floor.work("one", preferred_operator="anna", preferred_until=floor.at + 600)
    assert offers(floor.presence("anna", state)) == [("one", "bruno")]


def test_kept_work_goes_on_when_its_preferred_operator_misses_an_offer() -> None:
    floor = Floor()
    floor.person("anna")
    floor.work("missed")
    floor.work("kept", preferred_operator="anna", preferred_until=floor.at + 600)
    floor.person("bruno", channels={"webchat": 2})
    assert sorted(offers(floor.wait(20))) == [("kept", "bruno"), ("missed", "bruno")]
