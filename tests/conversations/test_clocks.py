"""What is owed by when: in business time, with pauses, and the same in Python and in SQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto import conversations, routing
from ascolto.conversations import clocks
from ascolto.conversations.clocks import customer_wrote, paused, replied, started
from ascolto.conversations.model import Conversation
from ascolto.tenancy import OpeningHours
from ascolto.tenancy.actions import create_calendar
from ascolto.tenancy.settings import BadValue
from support.talk import OFFICE_HOURS, Desk

MONDAY_17 = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 17:00 in Rome, an hour before closing


def blank(opened_at: datetime, **values: Any) -> Conversation:
    names = Conversation.__dataclass_fields__
    empty: dict[str, Any] = dict.fromkeys(names)
    return Conversation(**{**empty, "opened_at": opened_at, **values})


def test_a_first_reply_due_after_closing_time_falls_on_the_next_morning() -> None:
    talk = started(blank(MONDAY_17, first_s=7_200, resolution_s=86_400), OFFICE_HOURS)
    assert talk.due_at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # 10:00 in Rome
    assert talk.due_kind == "first_response"


def test_a_weekend_does_not_count() -> None:
    friday = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
    talk = started(blank(friday, first_s=3_600), OFFICE_HOURS)
    assert talk.due_at == datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


def test_the_resolution_clock_stops_while_the_customer_thinks() -> None:
    talk = started(blank(MONDAY_17, first_s=600, next_s=900, resolution_s=7_200), OFFICE_HOURS)
    talk = replied(talk, OFFICE_HOURS, MONDAY_17 + timedelta(minutes=10))
    assert (talk.due_at, talk.resolution_left_s) == (None, 6_600)
    wednesday = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    talk = customer_wrote(talk, OFFICE_HOURS, wednesday)
    assert talk.due_at == wednesday + timedelta(seconds=900)
    assert talk.due_kind == "next_response"
    assert talk.resolution_due_at == wednesday + timedelta(seconds=6_600)


def test_a_second_message_does_not_restart_the_clock() -> None:
    talk = started(blank(MONDAY_17, first_s=600), None)
    later = customer_wrote(talk, None, MONDAY_17 + timedelta(minutes=5))
    assert later.due_at == talk.due_at


def test_the_nearest_clock_is_the_one_shown() -> None:
    talk = started(blank(MONDAY_17, first_s=3_600, resolution_s=600), None)
    assert talk.due_kind == "resolution"


def test_what_has_no_target_is_never_due() -> None:
    talk = started(blank(MONDAY_17), OFFICE_HOURS)
    assert (talk.due_at, talk.due_kind) == (None, None)
    assert customer_wrote(paused(talk, None, MONDAY_17), None, MONDAY_17).due_at is None


def test_a_calendar_that_never_opens_owes_nothing() -> None:
    never = OpeningHours("Europe/Rome", {})
    assert started(blank(MONDAY_17, first_s=60), never).due_at is None


@given(
    start=st.integers(0, 14 * 86_400),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 200_000)), max_size=12),
)
@settings(max_examples=60)
def test_the_resolution_never_takes_longer_than_promised_of_our_own_time(
    start: int, steps: list[tuple[bool, int]]
) -> None:
    """What we used before it is due, pauses left out, adds up to the promise."""
    at = MONDAY_17 + timedelta(seconds=start)
    talk = started(blank(at, first_s=60, next_s=60, resolution_s=50_000), OFFICE_HOURS)
    used = 0.0
    for ours, seconds in steps:
        now = at + timedelta(seconds=seconds)
        if talk.resolution_due_at is not None:
            used += OFFICE_HOURS.business_seconds(at, now)
        talk = (replied if ours else customer_wrote)(talk, OFFICE_HOURS, now)
        at = now
        left = talk.resolution_left_s
        if left is None and talk.resolution_due_at is not None:
            left = OFFICE_HOURS.business_seconds(at, talk.resolution_due_at)
        assert left == pytest.approx(max(0.0, 50_000 - used), abs=1e-3)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"default": {}},
        {"default": {"business_hours": True, "first_response_s": -1}},
        {"default": {"business_hours": True, "next_response_s": True}},
        {"default": {"business_hours": True, "first_respons_s": 60}},
        {"default": {"business_hours": True}, "webchatt": {"business_hours": True}},
    ],
)
def test_targets_that_make_no_sense_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        clocks.TARGETS.parse(bad)


@pytest.mark.parametrize("hours_later", [0, 1, 9, 30, 75, 200, 24 * 100])
@pytest.mark.parametrize("answered", [True, False])
async def test_the_database_sets_the_same_clocks_as_the_rules(
    desk: Desk, hours_later: int, *, answered: bool
) -> None:
    opened = await desk.opened()
    await desk.wrote(opened.id, "uno")
    if answered:
        await desk.accepted(opened.id)
        await desk.replied(opened.id)
    before = await desk.read(opened.id)
    assert before.business_hours
    desk.clock.at += timedelta(hours=hours_later, minutes=7)
    await desk.wrote(opened.id, "due")
    after = await desk.read(opened.id)
    expected = customer_wrote(before, OFFICE_HOURS, desk.clock.at)
    for name in (
        "waiting_since",
        "reply_due_at",
        "resolution_due_at",
        "resolution_left_s",
        "due_at",
        "due_kind",
    ):
        assert getattr(after, name) == getattr(expected, name), name


async def test_a_change_of_hours_reaches_the_next_conversation(desk: Desk) -> None:
    await desk.opened()
    async with desk.as_system() as tx:
        before = await tx.fetchval("SELECT fingerprint FROM conversations.openings")
        await tx.execute(
            "UPDATE tenancy.calendar SET hours = $1",
            OpeningHours("Europe/Rome", {6: ((600, 700),)}).document(),
        )
    opened = await desk.opened()
    async with desk.as_system() as tx:
        after = await tx.fetchval("SELECT fingerprint FROM conversations.openings")
    assert before != after
    assert opened.due_at is not None
    assert opened.due_at.weekday() == 6


async def test_putting_aside_stops_the_clocks_and_waking_starts_them(desk: Desk) -> None:
    talk = await desk.talking()
    left = OFFICE_HOURS.business_seconds(desk.clock.at, talk.resolution_due_at or desk.clock.at)
    async with desk.as_operator(desk.anna) as tx:
        asleep = await conversations.snooze(
            tx,
            conversation_id=talk.id,
            until=desk.clock.at + timedelta(days=7),
            operator_id=desk.anna,
        )
    assert asleep.resolution_left_s == left
    desk.clock.at += timedelta(days=7)
    async with desk.as_operator(desk.anna) as tx:
        awake = await conversations.wake_now(tx, conversation_id=talk.id, operator_id=desk.anna)
    assert awake.waiting_since == desk.clock.at
    assert awake.resolution_due_at == OFFICE_HOURS.add_business_seconds(desk.clock.at, left)


NIGHT = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)  # 22:00 in Rome, long after the office closed
ALWAYS = OpeningHours("Europe/Rome", dict.fromkeys(range(7), ((0, 24 * 60),)))


async def a_queue_that_opens(desk: Desk, name: str, hours: OpeningHours) -> str:
    """Add a queue with hours of its own."""
    async with desk.as_system() as tx:
        calendar = await create_calendar(tx, name=name, hours=hours, client_id=desk.client_id)
        queue = await routing.create_queue(
            tx,
            values={
                "client_id": desk.client_id,
                "name": name,
                "channel": "webchat",
                "calendar_id": calendar.id,
            },
        )
    return queue.id


async def test_a_queue_that_never_closes_owes_its_reply_at_night(desk: Desk) -> None:
    desk.clock.at = NIGHT
    night = await desk.opened(queue_id=await a_queue_that_opens(desk, "Guasti", ALWAYS))
    assert night.reply_due_at == NIGHT + timedelta(seconds=120)
    day = await desk.opened()
    assert day.reply_due_at == datetime(2026, 3, 4, 8, 2, tzinfo=UTC)  # 9:02 in Rome


async def test_a_later_message_is_due_by_the_hours_of_its_queue(desk: Desk) -> None:
    talk = await desk.talking(queue_id=await a_queue_that_opens(desk, "Guasti", ALWAYS))
    await desk.replied(talk.id)
    desk.clock.at = NIGHT
    await desk.wrote(talk.id, "È mancata la luce")
    assert (await desk.read(talk.id)).reply_due_at == NIGHT + timedelta(seconds=180)


async def test_what_is_left_of_a_promise_goes_along_to_a_queue_with_other_hours(desk: Desk) -> None:
    night_queue = await a_queue_that_opens(desk, "Guasti", ALWAYS)
    desk.clock.at = datetime(2026, 3, 3, 16, 59, tzinfo=UTC)  # a minute before closing time
    talk = await desk.talking()
    assert talk.reply_due_at == datetime(2026, 3, 4, 8, 1, tzinfo=UTC)
    desk.clock.at = NIGHT
    async with desk.as_operator(desk.anna) as tx:
        moved = await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, queue_id=night_queue
        )
    assert moved.reply_due_at == NIGHT + timedelta(seconds=60)
    await desk.accepted(talk.id, desk.bruno)
    async with desk.as_operator(desk.bruno) as tx:
        back = await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.bruno, queue_id=desk.queue.id
        )
    assert back.reply_due_at == datetime(2026, 3, 4, 8, 1, tzinfo=UTC)


async def test_what_is_overdue_stays_so_in_any_queue(desk: Desk) -> None:
    night_queue = await a_queue_that_opens(desk, "Guasti", ALWAYS)
    talk = await desk.talking()
    desk.clock.at = NIGHT
    async with desk.as_operator(desk.anna) as tx:
        moved = await conversations.transfer(
            tx, conversation_id=talk.id, operator_id=desk.anna, queue_id=night_queue
        )
    assert moved.reply_due_at == talk.reply_due_at
