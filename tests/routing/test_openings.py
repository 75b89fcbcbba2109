"""A queue gets other hours and other rules at once: nothing overflows in between."""

from dataclasses import replace
from typing import Any

import pytest

from ascolto.routing import engine as e
from ascolto.routing.model import Queue

EVENING, MORNING = 20.0, 50_000.0
OPEN_BY_DAY = ((-1_000.0, EVENING), (MORNING, MORNING + 9_000.0))
SHORT, LONG = (
    {"overflow_queue_id": "second", "overflow_after_s": 600.0},
    {
        "overflow_queue_id": "second",
        "overflow_after_s": 40_000.0,
    },
)
NONE = {"overflow_queue_id": None, "overflow_after_s": None}


def queue(**overflow: Any) -> Queue:
    return Queue(
        id="chat", client_id="acme", name="Chat", channel="webchat", priority=0, rings=[],
        offer_timeout_s=20.0, target_s=60.0, target_share=0.8, long_work_s=300.0, wrap_up_s=0.0,
        calendar_id=None, eu_only=False, message="", v=1, **overflow,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "hours_before", "now", "hours_now"),
    [
        pytest.param(NONE, None, SHORT, OPEN_BY_DAY, id="an overflow is opened in the morning"),
        pytest.param(SHORT, OPEN_BY_DAY, NONE, None, id="an overflow is closed"),
        pytest.param(SHORT, OPEN_BY_DAY, {**LONG, "overflow_after_s": 90_000.0}, None,
                     id="always open, and a longer time"),
        pytest.param({**LONG, "overflow_after_s": 90_000.0}, None, SHORT, OPEN_BY_DAY,
                     id="open by day, and a shorter time"),
    ],
)  # fmt: skip
def test_work_of_the_night_stays_where_neither_what_was_nor_what_is_would_move_it(
    before: dict[str, Any],
    hours_before: e.Openings | None,
    now: dict[str, Any],
    hours_now: e.Openings | None,
) -> None:
    engine = e.Engine()
    was, becomes = queue(**before), queue(**now)
    engine.handle(e.QueueConfigured(0.0, replace(queue(**NONE), id="second").policy()))
    assert engine.handle(e.QueueConfigured(0.0, was.policy(), hours_before)) == []
    work = e.WorkItem(
        id="one", client_id="acme", queue_id="chat", channel="webchat", enqueued_at=EVENING + 1
    )
    assert engine.handle(e.ItemEnqueued(EVENING + 1, work)) == []
    morning = MORNING + 100.0
    assert engine.handle(e.Tick(morning)) == []
    assert engine.handle(e.QueueConfigured(morning, becomes.policy(), hours_now)) == []
    assert engine.held_by("one") is not None
    assert engine.handle(e.Tick(morning + 1)) == []
