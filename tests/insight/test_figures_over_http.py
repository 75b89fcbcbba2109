"""Figures as somebody who may ask for them gets them: from the log, by what was agreed."""

from datetime import timedelta
from typing import Any

import pytest

from ascolto import routing
from ascolto.insight.terms import SERVICE_LEVEL
from ascolto.kit.ids import new_id
from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.routing.actions import set_presence
from ascolto.tenancy.actions import change_setting, create_client
from support.log import MORNING, Said, figure, request, write
from support.office import Office, ok, refused

ANALYST = "conti@prova.example"


async def agree(office: Office, **terms: Any) -> None:
    """Let the client's contract say something from before that morning on."""
    desk = office.desk
    was, desk.clock.at = desk.clock.at, MORNING - timedelta(hours=8)
    async with desk.as_system() as tx:
        await change_setting(tx, SERVICE_LEVEL.key, terms, actor=tx.actor, client_id=desk.client_id)
    desk.clock.at = was


async def promise(office: Office, *, after_s: float, target_s: float) -> None:
    """Let the queue promise something else from a moment of that day on."""
    desk = office.desk
    was, desk.clock.at = desk.clock.at, MORNING + timedelta(seconds=after_s)
    async with desk.as_system() as tx:
        await routing.change_queue(tx, queue_id=desk.queue.id, values={"target_s": target_s})
    desk.clock.at = was


async def test_the_worked_day_of_1060_requests_has_its_six_service_levels(office: Office) -> None:
    # 1,000 answered, 860 of them within 20 s; 60 gave up, 20 within 20 s, 10 within 5 s.
    waits = [(10.0, True)] * 860 + [(30.0, True)] * 140
    waits += [(3.0, False)] * 10 + [(15.0, False)] * 10 + [(60.0, False)] * 40
    who = [new_id() for _ in range(6)]
    lines: list[Said] = []
    for n, (wait_s, answered) in enumerate(waits):
        operator_id = who[n % len(who)] if answered else None
        lines += request(n * 20.0, wait_s, queue_id=office.desk.queue.id, operator_id=operator_id)
    await write(office, lines)
    await agree(office, formula="sl_strict", threshold_s=20, short_s=5)
    await office.hire(ANALYST, "analyst")
    percent = {}
    async with office.signed_in(ANALYST) as analyst:
        for name in (
            "sl_credit", "sl_answered", "sl_strict", "sl_excl_thr", "sl_excl_short", "arera_ls",
        ):  # fmt: skip
            shown = await figure(analyst, name)
            percent[name] = round(100 * shown["total"]["value"], 1)
        assert shown["counting"]["threshold_s"] == 20
        asa = (await figure(analyst, "asa"))["total"]
        by_hour = await figure(analyst, "sl_strict", group_by="hour")
    assert percent == {
        "sl_credit": 83.0,
        "sl_answered": 86.0,
        "sl_strict": 81.1,
        "sl_excl_thr": 82.7,
        "sl_excl_short": 81.9,
        "arera_ls": 94.3,
    }
    assert asa["value"] == pytest.approx((860 * 10 + 140 * 30) / 1000)
    counts = [(g["figure"]["numerator"], g["figure"]["denominator"]) for g in by_hour["groups"]]
    assert tuple(map(sum, zip(*counts, strict=True))) == (860, 1060)
    assert len(counts) == 6, "1,060 requests, one each 20 s, touch six hours"


async def test_a_contracts_wait_counts_and_without_one_the_queues_own(office: Office) -> None:
    # Two answers after 30 s: late by a contract of 20 s, in time by a queue that promised 60 s.
    queue_id = office.desk.queue.id
    for n in range(2):
        await write(office, request(n, 30.0, queue_id=queue_id, operator_id=new_id()))
    await office.hire(ANALYST, "analyst")
    async with office.signed_in(ANALYST) as analyst:
        for threshold_s, value, used in ((20, 0.0, 20.0), (None, 1.0, 60.0)):
            await agree(office, formula="sl_strict", threshold_s=threshold_s)
            for query in ({}, {"group_by": "queue"}, {"group_by": "hour"}):
                shown = await figure(analyst, "service_level", **query)
                (group,) = shown["groups"]
                assert group["figure"]["value"] == value
                assert group["counting"]["threshold_s"] == used
                assert group["target"] == 0.8
                assert group["met"] is (value >= 0.8)
            plain = await figure(analyst, "sl_strict")
            assert (plain["total"]["value"], plain["counting"]["threshold_s"]) == (value, used)
        asked = await figure(analyst, "sl_strict", threshold_s=10)
        assert (asked["total"]["value"], asked["counting"]["threshold_s"]) == (0.0, 10.0)


async def test_a_queue_that_promises_something_else_does_not_change_what_was(
    office: Office,
) -> None:
    queue_id = office.desk.queue.id
    await promise(office, after_s=-3600, target_s=50)
    for after_s in (0, 7200):
        await write(office, request(after_s, 30.0, queue_id=queue_id, operator_id=new_id()))
    await office.hire(ANALYST, "analyst")
    async with office.signed_in(ANALYST) as analyst:
        assert (await figure(analyst, "sl_strict"))["total"]["value"] == 1.0
        await promise(office, after_s=3600, target_s=10)
        shown = await figure(analyst, "service_level", group_by="queue")
        (group,) = shown["groups"]
        assert group["figure"]["value"] == 0.5, "the first was in time by what was promised then"
        assert group["counting"] == {
            "threshold_s": None,
            "thresholds_s": [10.0, 50.0],
            "short_s": 5.0,
            "internal_transfers": False,
            "causes": ["first", "returned"],
        }


async def test_a_queue_out_of_use_is_still_measured_by_what_it_promised(office: Office) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        gone = await routing.create_queue(
            tx,
            values={
                "client_id": desk.client_id,
                "name": "Vecchia",
                "channel": "webchat",
                "target_s": 300.0,
            },
        )
        await routing.archive_queue(tx, queue_id=gone.id)
    await write(office, request(0, 200.0, queue_id=gone.id, operator_id=new_id()))
    await office.hire(ANALYST, "analyst")
    async with office.signed_in(ANALYST) as analyst:
        shown = await figure(analyst, "service_level", group_by="queue")
        (group,) = shown["groups"]
        assert (group["name"], group["figure"]["value"]) == ("Vecchia", 1.0)
        assert group["counting"]["threshold_s"] == 300.0


async def test_what_we_bring_back_ourselves_is_no_request_of_a_customer(office: Office) -> None:
    desk = office.desk
    for n, cause in enumerate(("first", "returned", "woken", "reopened", "undo", "consult")):
        lines = request(n, 5.0, queue_id=desk.queue.id, operator_id=new_id(), cause=cause)
        await write(office, lines)
    await office.hire(ANALYST, "analyst")
    async with office.signed_in(ANALYST) as analyst:
        assert (await figure(analyst, "sl_strict"))["total"]["denominator"] == 2
        assert (await figure(analyst, "asa"))["total"]["denominator"] == 2
        # Bringing back is handled once more; what a colleague asks inside is no contact at all.
        assert (await figure(analyst, "transfer_rate"))["total"]["denominator"] == 5
        await agree(office, formula="sl_strict", causes=["first"])
        assert (await figure(analyst, "sl_strict"))["total"]["denominator"] == 1
        await agree(office, formula="sl_strict", causes=["first", "returned", "woken", "reopened"])
        assert (await figure(analyst, "sl_strict"))["total"]["denominator"] == 4


async def test_waking_reopening_and_taking_back_say_why_they_ask_for_a_person(
    office: Office,
) -> None:
    desk = office.desk
    talk = await desk.talking()
    later = {"until": (desk.clock.at + timedelta(hours=1)).isoformat()}
    closing = {"outcome": "resolved"}
    url = f"/conversations/{talk.id}"
    async with office.signed_in() as anna:
        ok(await anna.post(f"{url}/snooze", json=later))
        ok(await anna.post(f"{url}/wake"))
        await desk.accepted(talk.id)
        ok(await anna.post(f"{url}/close", json=closing))
        ok(await anna.post(f"{url}/reopen"))
        await desk.accepted(talk.id)
        ok(await anna.post(f"{url}/close", json=closing))
        desk.clock.at += timedelta(minutes=5)
        ok(await anna.post(f"{url}/reopen"))
        await desk.accepted(talk.id)
        ok(await anna.post(f"{url}/close", json=closing))
        await desk.wrote(talk.id, "Ancora io")
    told = await office.door.events("routing.human_requested")
    assert [body["cause"] for body in told] == ["first", "woken", "undo", "reopened", "returned"]


async def test_the_backlog_is_what_was_open_at_the_end_with_what_was_overdue(
    office: Office,
) -> None:
    desk = office.desk
    ages_h = (30, 3, 2)
    now = desk.clock.at
    talks = []
    for hours in ages_h:
        desk.clock.at = now - timedelta(hours=hours)
        talks.append(await desk.talking())
    async with desk.as_system() as tx:
        await tx.execute(
            "UPDATE conversations.conversation SET due_kind = 'resolution',"
            " due_at = CASE WHEN id = $1 THEN $2::timestamptz ELSE $3::timestamptz END",
            talks[0].id, now - timedelta(minutes=95), now + timedelta(days=1),
        )  # fmt: skip
    desk.clock.at = now - timedelta(hours=1)
    async with office.signed_in() as anna:
        ok(await anna.post(f"/conversations/{talks[1].id}/close", json={"outcome": "resolved"}))
    desk.clock.at = now
    await office.hire(ANALYST, "analyst")
    period = {"metric": "backlog_age", "from": (now - timedelta(days=3)).isoformat()}
    async with office.signed_in(ANALYST) as analyst:
        ask = {**period, "to": now.isoformat()}
        shown = ok(await analyst.get("/metrics", params=ask))["total"]
        assert shown["value"] == pytest.approx(16 * 3600)
        assert shown["detail"]["open"] == 2
        assert shown["detail"]["overdue"] == 0.5
        assert (shown["detail"]["under_4h"], shown["detail"]["under_72h"]) == (1, 1)
        # Half an hour before the close, three were open.
        ask = {**period, "to": (now - timedelta(minutes=90)).isoformat(), "group_by": "queue"}
        earlier = ok(await analyst.get("/metrics", params=ask))
        assert earlier["total"]["detail"]["open"] == 3
        (group,) = earlier["groups"]
        assert (group["name"], group["figure"]["detail"]["open"]) == ("Fatture", 3)
        by_day = await analyst.get("/metrics", params={**ask, "group_by": "day"})
        refused(by_day, 422, "insight.cannot_group")


async def test_my_results_hold_what_i_did_and_not_what_others_did_in_the_same_thread(
    office: Office,
) -> None:
    desk = office.desk
    desk.clock.at = MORNING + timedelta(hours=6)
    thread = {"conversation_id": new_id(), "channel": "webchat", "queue_id": desk.queue.id}
    work = {**thread, "work_item_id": new_id()}
    said = {**thread, "author_kind": "operator"}
    anna, bruno = {"operator_id": desk.anna}, {"operator_id": desk.bruno}
    await write(
        office,
        [
            Said(0, "conversations.message_in", thread),
            Said(0, "routing.human_requested", work),
            Said(20, "routing.answered", {**work, **bruno}),
            Said(60, "conversations.message_out", {**said, **bruno}),
            Said(100, "routing.transferred", {**work, **bruno, "from_queue_id": desk.queue.id}),
            Said(110, "routing.answered", {**work, **anna}),
            Said(200, "conversations.message_in", thread),
            Said(230, "conversations.message_out", {**said, **anna}),
            Said(410, "routing.wrap_started", {**work, **anna}),
            Said(410, "routing.wrap_ended", {**work, **anna}),
            Said(410, "conversations.closed", {**thread, **anna, "outcome": "resolved"}),
            Said(500, "conversations.surveyed", {**thread, **anna, "score": 2}),
        ],
    )
    results = {}
    for email in ("anna@prova.example", "bruno@prova.example"):
        async with office.signed_in(email) as browser:
            results[email[:4]] = ok(await browser.get("/my/results"))["total"]
    own, other = results["anna"], results["brun"]
    assert (own["handled"], own["aht_s"], own["closed"]) == (1, 300.0, 1)
    assert (own["frt_s"], own["csat"]) == (None, 2.0)
    assert (other["handled"], other["aht_s"], other["closed"]) == (1, 80.0, 0)
    assert (other["frt_s"], other["csat"]) == (60.0, None)


async def test_the_floor_shows_each_queues_day_and_a_group_of_five(office: Office) -> None:
    desk = office.desk
    desk.clock.at = MORNING + timedelta(hours=6)
    await promise(office, after_s=-3600, target_s=25)
    for wait_s in (10.0, 20.0, 30.0):
        lines = request(600, wait_s, queue_id=desk.queue.id, operator_id=new_id())
        await write(office, lines)
    await write(office, request(600, 90.0, queue_id=desk.queue.id))
    async with desk.as_system() as tx:
        for n in range(5):
            person = await create_operator(
                tx, NewOperator(display_name=f"N{n}", clients=frozenset({desk.client_id}))
            )
            await set_presence(tx, operator_id=person.id, state="available", country="IT")
    await office.hire(ANALYST, "team_leader")
    async with desk.as_system() as tx:
        other = await create_client(tx, name="Gas", color="#332211")
    await office.hire("stretta@prova.example", "team_leader", clients=[other.id])
    async with office.signed_in("stretta@prova.example") as leader:
        elsewhere = ok(await leader.get("/floor"))
        assert (elsewhere["queues"], elsewhere["groups"]) == ([], [])
        assert elsewhere["people"] is None
    async with office.signed_in(ANALYST) as leader:
        shown = ok(await leader.get("/floor"))
    (queue,) = shown["queues"]
    assert (queue["name"], queue["target_s"], queue["target"]) == ("Fatture", 25.0, 0.8)
    assert (queue["answered_today"], queue["abandoned_today"]) == (3, 1)
    assert (queue["sl_today"], queue["sl_formula"]) == (0.5, "sl_strict@1")
    (group,) = shown["groups"]
    assert (group["present"], group["available"], group["break"]) == (5, 5, 0)
