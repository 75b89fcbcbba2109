"""The state machine: every pair of state and verb, and what may follow what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.conversations.model import HELD, TRANSITIONS, State, Verb, moved, preview_of

# Read row by row: what each state allows, and nothing else.
ALLOWED: dict[State, dict[Verb, State]] = {
    State.OPEN: {Verb.QUEUE: State.WAITING, Verb.CLOSE: State.CLOSED},
    State.WAITING: {
        Verb.ACCEPT: State.ACTIVE,
        Verb.REQUEUE: State.WAITING,
        Verb.CLOSE: State.CLOSED,
    },
    State.ACTIVE: {
        Verb.REQUEUE: State.WAITING,
        Verb.WRAP_UP: State.WRAPUP,
        Verb.SNOOZE: State.SNOOZED,
        Verb.CLOSE: State.CLOSED,
    },
    State.WRAPUP: {
        Verb.REQUEUE: State.WAITING,
        Verb.SNOOZE: State.SNOOZED,
        Verb.CLOSE: State.CLOSED,
    },
    State.SNOOZED: {
        Verb.SNOOZE: State.SNOOZED,
        Verb.WAKE: State.OPEN,
        Verb.CLOSE: State.CLOSED,
    },
    State.CLOSED: {Verb.REOPEN: State.OPEN},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_every_pair_of_state_and_verb_is_decided(state: State, verb: Verb) -> None:
    assert moved(state, verb) == ALLOWED[state].get(verb)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.OPEN}
    for _ in State:
        reached |= {to for (state, _), to in TRANSITIONS.items() if state in reached}
    assert reached == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State)


@given(st.lists(st.sampled_from(Verb), max_size=60))
def test_an_operator_gets_a_conversation_only_by_accepting(verbs: list[Verb]) -> None:
    state, accepted = State.OPEN, False
    for verb in verbs:
        after = moved(state, verb)
        if after is None:
            continue
        if verb is Verb.ACCEPT:
            accepted = True
        elif after not in HELD:
            accepted = False
        assert (after in HELD) == accepted
        if state is State.CLOSED:
            assert verb is Verb.REOPEN
        state = after


def test_a_preview_is_one_short_line() -> None:
    assert preview_of("  uno\n\ndue\t tre ") == "uno due tre"
    assert preview_of("", ["foto.jpg", "bolletta.pdf"]) == "foto.jpg, bolletta.pdf"
    long = preview_of("parola " * 100)
    assert len(long) == 140
    assert long.endswith("…")
