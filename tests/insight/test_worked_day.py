"""A morning counted by hand: every figure below was worked out on paper from worked_day.py."""

import pytest

from ascolto.insight.engaged import engaged_seconds, handling_and_ready
from ascolto.insight.fold import Ledger
from ascolto.insight.formulas import formula
from ascolto.insight.model import Counting, Tally
from ascolto.insight.tally import (
    bucket,
    calendar_seconds,
    count_backlog,
    tally_episodes,
    tally_threads,
)
from insight.worked_day import ROME, at, events

COUNTING = Counting(threshold_s=20, short_s=5)


def morning() -> Tally:
    ledger = Ledger().add(events())
    engaged = engaged_seconds(ledger.episodes(), until=at("11:00:00"))
    work = tally_episodes(ledger.episodes(), COUNTING, key=lambda e: e.queue_id, engaged=engaged)
    talk = tally_threads(ledger.conversations(), key=lambda _: "all", business=calendar_seconds)
    assert set(work) == {"bills"}  # transfers and overflow stay with the queue that was asked
    return work["bills"] + talk["all"]


# Answered 6: w1 10 s, w2 30 s, w6 20 s, w8 15 s, w9 45 s, w10 5 s; within 20 s: w1 w6 w8 w10 = 4.
# Abandoned 3: w3 4 s (short), w4 15 s, w5 60 s; within 20 s: 2. Call-back 1, connected 1.
EXPECTED = {
    "sl_strict": 4 / 9,
    "sl_excl_thr": 4 / 7,
    "sl_excl_short": 4 / 8,
    "sl_credit": 6 / 9,
    "sl_answered": 4 / 6,
    "arera_ls": 7 / 10,  # (6 + 1 called back) / (9 + 1)
    "agcom_20s": 4 / 6,
    "agcom_wait": 125 / 6,  # 10 + 30 + 20 + 15 + 45 + 5
    "asa": 125 / 6,
    "abandon_rate": 2 / 8,
    "silent_abandon": 1 / 4,  # w8 of w1 w2 w8 (answered) and w4 (abandoned)
    # w1 510 + w2 150 (300 shared seconds halved) + w6 120+330 + w7 210 + w9 150 + w10 60+150
    "aht": 1680 / 6,
    "transfer_rate": 1 / 6,
    "frt": (40 + 60 + 30) / 3,  # the assistant's greeting at 09:00:02 stops no clock
    "nrt": (20 + 60 + 120) / 3,
    "ttr": (4500 + 300 + 330) / 3,
    # c1: 40 + 20 + 60 + 120 with the closed hour and the customer's own time out; c2 60; c8 30
    "ttr_business": (240 + 60 + 30) / 3,
    "reopen": 1 / 3,
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_morning_gives_the_figure_worked_out_by_hand(name: str) -> None:
    chosen = formula(name)
    assert chosen is not None
    assert chosen.of(morning()).value == pytest.approx(EXPECTED[name])


def test_the_answer_time_is_published_with_its_survivors_and_its_losers() -> None:
    chosen = formula("asa", 1)
    assert chosen is not None
    detail = chosen.of(morning()).detail
    # Answered waits in order 5 10 15 20 30 45: the third is the median, the sixth the ninth tenth.
    assert detail["p50"] == 15
    assert detail["p90"] == 45
    assert detail["longest"] == 60  # the customer who left, not the slowest answer
    assert detail["mean_all"] == pytest.approx((125 + 4 + 15 + 60) / 9)


def test_half_of_those_who_left_the_chat_left_without_a_sign() -> None:
    chosen = formula("silent_abandon")
    assert chosen is not None
    assert chosen.of(morning()).detail["of_abandoners"] == 1 / 2


def test_work_taken_out_as_a_double_is_neither_answered_nor_abandoned() -> None:
    tally = morning()
    assert (tally.requested, tally.answered, tally.abandoned) == (11, 6, 3)
    assert (tally.callbacks_accepted, tally.withdrawn, tally.still_waiting) == (1, 1, 0)


def test_an_internal_transfer_counts_as_a_new_wait_only_where_the_contract_says_so() -> None:
    ledger = Ledger().add(events())
    counting = Counting(threshold_s=20, short_s=5, internal_transfers=True)
    tally = tally_episodes(ledger.episodes(), counting, key=lambda e: e.queue_id)["bills"]
    # Two waits more: Carla took the transfer after 30 s, Anna took Dario's work after 15 s.
    assert (tally.answered, tally.answered_in_time) == (8, 5)


def test_occupancy_is_the_work_in_hand_over_the_time_at_disposal() -> None:
    ledger = Ledger().add(events())
    times = handling_and_ready(
        ledger.episodes(),
        ledger.spans(until=at("11:00:00")),
        since=at("09:00:00"),
        until=at("10:30:00"),
    )
    # Anna: w1 and w2 together 660 s, w10 150 s; available 3,600 s in all.
    assert times["anna"] == pytest.approx((810, 2790))
    chosen = formula("occupancy")
    assert chosen is not None
    tally = Tally(handling_s=times["anna"][0], ready_s=times["anna"][1])
    assert chosen.of(tally).value == pytest.approx(0.225)


def test_a_request_belongs_to_the_interval_in_which_the_customer_asked() -> None:
    ledger = Ledger().add(events())
    by_hour = tally_episodes(
        ledger.episodes(),
        COUNTING,
        key=lambda e: bucket(e.requested_at, zone=ROME, minutes=60).strftime("%H"),
    )
    assert {hour: tally.answered for hour, tally in by_hour.items()} == {"09": 5, "10": 1}


def test_the_age_of_what_is_open_is_told_in_buckets_and_against_the_date_due() -> None:
    ages = [
        (at("10:30:00"), None),
        (at("09:00:00"), at("10:00:00")),
        (at("05:00:00"), at("18:00:00")),
        (at("01:00:00"), at("09:00:00")),
    ]
    chosen = formula("backlog_age")
    assert chosen is not None
    detail = chosen.of(count_backlog(ages, at=at("11:00:00"))).detail
    assert detail["under_1h"] == 1
    assert detail["under_4h"] == 1
    assert detail["under_8h"] == 1
    assert detail["under_24h"] == 1
    assert detail["p90"] == 10 * 3600
    assert detail["overdue"] == 1 / 2
