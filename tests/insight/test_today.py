"""The day kept up event by event agrees with the day folded at once."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ascolto.insight.fold import Ledger
from ascolto.insight.model import Counting, DatedCounting, Tally
from ascolto.insight.tally import tally_episodes
from ascolto.insight.terms import read_terms
from ascolto.insight.today import Today
from ascolto.insight.volumes import fold_volumes
from insight.worked_day import at, events

COUNTING = Counting(threshold_s=20, short_s=5)


def counts(tally: Tally) -> tuple[int, ...]:
    return (
        tally.requested,
        tally.answered,
        tally.answered_in_time,
        tally.abandoned,
        tally.abandoned_in_time,
        tally.abandoned_short,
        tally.callbacks_accepted,
        tally.callbacks_connected,
    )


@given(st.integers(0, 80), st.randoms(use_true_random=False))
def test_at_any_moment_the_running_counts_are_those_of_the_log_so_far(
    how_far: int, random: Random
) -> None:
    log = events()[:how_far]
    today = Today(since=at("00:00:00"), counting={"bills": DatedCounting.always(COUNTING)})
    while log:
        size = random.randint(1, 9)
        today.take(log[:size])
        log = log[size:]
    folded = tally_episodes(
        Ledger().add(events()[:how_far]).episodes(), COUNTING, key=lambda e: e.queue_id
    )
    assert counts(today.tally("bills")) == counts(folded.get("bills", Tally()))


def test_the_floor_shows_the_service_level_by_the_clients_own_contract() -> None:
    today = Today(since=at("00:00:00"), counting={"bills": DatedCounting.always(COUNTING)})
    today.take(events())
    strict = read_terms({"formula": "sl_strict", "threshold_s": 20, "target": 0.8})
    credit = read_terms({"formula": "sl_credit", "threshold_s": 20, "target": 0.8})
    assert today.level("bills", strict).value == 4 / 9
    assert today.level("bills", credit).value == 6 / 9


def test_what_was_asked_before_midnight_belongs_to_yesterday() -> None:
    today = Today(since=at("09:01:00"), counting={"bills": DatedCounting.always(COUNTING)})
    today.take(events())
    assert today.tally("bills").requested == 10  # all but w1


@given(st.integers(0, 80), st.randoms(use_true_random=False))
def test_what_came_is_counted_as_plans_count_it_however_the_log_is_read(
    how_far: int, random: Random
) -> None:
    log = events()[:how_far]
    today = Today(since=at("00:00:00"))
    while log:
        size = random.randint(1, 9)
        today.take(log[:size])
        log = log[size:]
    since, until = at("00:00:00"), at("23:00:00")
    folded = fold_volumes(events()[:how_far], since=since, until=until, minutes=30)
    for queue_id in {one.queue_id for one in folded} | {"bills"}:
        came = sum(one.offered for one in folded if one.queue_id == queue_id)
        assert today.came(queue_id, since=since, until=until) == came


def test_what_came_is_told_of_a_part_of_the_day() -> None:
    today = Today(since=at("00:00:00"))
    today.take(events())
    parts = [("00:00:00", "09:00:00"), ("09:00:00", "09:02:00"), ("09:02:00", "23:00:00")]
    came = [today.came("bills", since=at(one), until=at(end)) for one, end in parts]
    assert sum(came) == today.came("bills", since=at("00:00:00"), until=at("23:00:00"))
    assert came[0] == 0
    assert came[1] > 0
