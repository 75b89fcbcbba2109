"""A lever that is pulled reaches people, who may say no, and routing, which ends it by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.kit.db import Actor
from ascolto.kit.ids import new_id
from ascolto.people.actions import get_operator
from ascolto.people.catalogue import create_skill
from ascolto.routing import change_queue, create_queue, get_queue
from ascolto.workforce.actions.intraday import pull, undo
from ascolto.workforce.errors import BadPlan
from ascolto.workforce.jobs import begin_levers
from ascolto.workforce.levers import Lever, Pulled
from ascolto.workforce.reaching import Step, after_lever
from ascolto.workforce.rosters import BREAKS, Shift
from support.office import Office, ok, refused
from support.planning import PLANNER

BRUNO = "bruno@prova.example"
# The clock of the tests stands at nine of this day.
TODAY = date(2026, 3, 3)
EFFECT = {"runs": 1, "as_it_is": {"paid_hours": 0, "queues": {}}, "levers": []}
PARTS = (
    {"kind": "queue", "minutes": 90},
    {"kind": "pause", "minutes": 15},
    {"kind": "queue", "minutes": 120},
    {"kind": "pause", "minutes": 15},
    {"kind": "queue", "minutes": 120},
)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


def shift(who: str, day: date = TODAY, hour: int = 7, **more: Any) -> dict[str, Any]:
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    ends = starts + timedelta(hours=6)
    told = {"operator_id": who, "day": day.isoformat(), "starts_at": starts.isoformat()}
    return {**told, "ends_at": ends.isoformat(), **more}


async def publish(office: Office, *shifts: dict[str, Any]) -> None:
    async with office.signed_in(PLANNER) as planner:
        week = {"first_day": "2026-03-02", "last_day": "2026-03-08", "reason": "Settimana"}
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))


async def pulled(office: Office, lever: Lever) -> tuple[Pulled, list[Step]]:
    planner = Actor("account", new_id(), "Piano")
    async with office.desk.database.transaction(office.desk.tenant, actor=planner) as tx:
        return await pull(
            tx, lever, queue_id=office.desk.queue.id, reason="Mattina calma", effect=EFFECT
        )


async def taken_back(office: Office, lever_id: str) -> list[Step]:
    async with office.desk.as_system() as tx:
        return (await undo(tx, lever_id))[1]


async def offered(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await browser.get("/me/offers"))["steps"]
    return found


async def own(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    query = {"from": "2026-03-03", "to": "2026-03-03"}
    found: list[dict[str, Any]] = ok(await browser.get("/me/shifts", params=query))["shifts"]
    return found


OFF = Lever(kind="time_off", from_at=at(11), until_at=at(13), people=1)


async def test_time_off_is_offered_to_all_at_work_and_goes_to_the_first_who_agrees(
    office: Office,
) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))
    done, steps = await pulled(office, OFF)
    assert {one.state for one in steps} == {"offered"}
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        (hers,), (his,) = await offered(anna), await offered(bruno)
        assert (hers["open"], hers["reason"], hers["by"]) == (True, "Mattina calma", "Piano")
        assert [one["ends_at"][11:16] for one in hers["becomes"]] == ["11:00"]
        before = await own(anna)
        url = "/me/offers/{}/answer"
        refused(
            await bruno.post(url.format(hers["id"]), json={"agrees": True}),
            404,
            "workforce.unknown_offer",
        )
        answer = ok(await bruno.post(url.format(his["id"]), json={"agrees": True}))
        assert (answer["state"], answer["open"]) == ("done", False)
        assert [one["ends_at"][11:16] for one in await own(bruno)] == ["11:00"]
        assert await offered(anna) == [], "one was wanted, and one has agreed"
        late = await anna.post(url.format(hers["id"]), json={"agrees": True})
        refused(late, 409, "workforce.offer_over")
        assert await own(anna) == before
        await taken_back(office, done.id)
        assert [one["ends_at"][11:16] for one in await own(bruno)] == ["11:00"], "his yes stays"


async def test_nothing_is_offered_outside_of_a_shift_and_a_no_changes_nothing(
    office: Office,
) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))
    await pulled(office, OFF)
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        (hers,) = await offered(anna)
        desk.clock.at = at(6, 30)
        assert await offered(anna) == []
        url = f"/me/offers/{hers['id']}/answer"
        refused(await anna.post(url, json={"agrees": True}), 409, "workforce.offer_over")
        desk.clock.at = at(9)
        before = await own(anna)
        assert ok(await anna.post(url, json={"agrees": False}))["state"] == "declined"
        assert (await own(anna), await offered(anna)) == (before, [])
        refused(await anna.post(url, json={"agrees": True}), 409, "workforce.offer_over")
        assert len(await offered(bruno)) == 1
    async with desk.as_system() as tx:
        told = await tx.fetch(
            "SELECT body, actor FROM kit.event WHERE kind = 'workforce.lever_reached' ORDER BY id"
        )
    assert [one["body"]["change"] for one in told] == ["offered"], "a no is told to nobody"
    assert told[0]["actor"]["name"] == "Piano"
    assert told[0]["body"]["reason"] == "Mattina calma"


async def test_extra_hours_are_offered_within_the_rules_and_lengthen_who_agrees(
    office: Office,
) -> None:
    desk = office.desk
    early = shift(desk.anna, TODAY + timedelta(days=1), hour=1)
    # Anna begins at two in the night: eleven hours of rest would not be left.
    await publish(office, shift(desk.anna), early, shift(desk.bruno, parts=list(PARTS)))
    _, steps = await pulled(
        office, Lever(kind="extra_hours", from_at=at(13), until_at=at(15), people=1)
    )
    assert [one.operator_id for one in steps] == [desk.bruno]
    async with office.signed_in(BRUNO) as bruno:
        (his,) = await offered(bruno)
        ok(await bruno.post(f"/me/offers/{his['id']}/answer", json={"agrees": True}))
        (now,) = await own(bruno)
    assert now["ends_at"][11:16] == "15:00"
    parts = [(one["kind"], one["minutes"]) for one in now["parts"]][-3:]
    assert parts == [("queue", 120), ("pause", 15), ("queue", 105)]


async def test_a_break_moves_in_the_published_day_and_back(office: Office) -> None:
    desk = office.desk
    minutes = (120, 15, 105, 15, 105)
    parts = [{"kind": "pause" if n % 2 else "queue", "minutes": m} for n, m in enumerate(minutes)]
    await publish(office, shift(desk.anna, parts=parts))
    lever = Lever(
        kind="break_move", from_at=at(11), until_at=at(11, 30), people=1, to_at=at(10, 45)
    )
    async with office.signed_in() as anna:
        before = await own(anna)
        done, _ = await pulled(office, lever)
        (now,) = await own(anna)
        assert [one["minutes"] for one in now["parts"]] == [120, 15, 90, 15, 120]
        (told,) = await offered(anna)
        assert (told["kind"], told["open"], told["state"]) == ("break_move", False, "done")
        await taken_back(office, done.id)
        assert await own(anna) == before
        further = replace(lever, to_at=at(10, 15))
        with pytest.raises(BadPlan, match="a break to move"):  # 150 minutes at the screen
            await pulled(office, further)
        assert await own(anna) == before


async def test_a_skill_moves_in_routing_when_the_lever_begins_and_ends_with_it(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        await create_skill(tx, code="gas", name="Gas")
        rings = [{"after_s": 0, "needs": [["gas", 5]]}]
        await change_queue(tx, queue_id=desk.queue.id, values={"rings": rings})
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values=values)
    await publish(office, shift(desk.anna))
    lever = Lever(
        kind="skill_move", from_at=at(10), until_at=at(12), people=1, other_queue_id=other.id
    )
    done, (step,) = await pulled(office, lever)
    assert step.operator_id == desk.anna

    async def held() -> dict[str, Any]:
        async with desk.as_system() as tx:
            return dict((await get_operator(tx, desk.anna)).skills)

    await begin_levers(office.services)
    assert await held() == {}, "it has not begun"
    desk.clock.at = at(10)
    await begin_levers(office.services)
    assert (await held())["gas"].level == 5
    assert (await held())["gas"].expires_at == at(12)
    (after,) = await taken_back(office, done.id)
    assert (after.state, await held()) == ("undone", {})


async def test_an_overflow_and_a_word_to_who_waits_stand_on_the_queue_until_taken_back(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values=values)
    overflow = Lever(kind="overflow", from_at=at(10), until_at=at(12), other_queue_id=other.id)
    words = "L'attesa è lunga: scriveteci a info@luce.example, rispondiamo in giornata."
    shifted = Lever(kind="channel_shift", from_at=at(10), until_at=at(12), share=0.2, message=words)
    done = [(await pulled(office, one))[0] for one in (overflow, shifted)]
    again, _ = await pulled(office, shifted)
    desk.clock.at = at(10)
    await begin_levers(office.services)

    async def stands() -> tuple[str | None, str]:
        async with desk.as_system() as tx:
            queue = await get_queue(tx, desk.queue.id)
        assert queue is not None
        return queue.overflow_queue_id, queue.message

    assert await stands() == (other.id, words)
    (second,) = await taken_back(office, again.id)
    assert second.state == "failed", "what stands is not said twice"
    assert second.why == "routing.already_done"
    for one in done:
        await taken_back(office, one.id)
    assert await stands() == (None, "")


async def test_what_nobody_began_in_time_does_not_begin_and_says_why_by_a_code(
    office: Office,
) -> None:
    desk = office.desk
    words = Lever(kind="channel_shift", from_at=at(10), until_at=at(12), share=0.2, message="Dopo.")
    done, _ = await pulled(office, words)
    desk.clock.at = at(12)
    await begin_levers(office.services)
    async with desk.as_system() as tx:
        queue = await get_queue(tx, desk.queue.id)
    assert queue is not None
    assert queue.message == ""
    (step,) = await taken_back(office, done.id)
    assert (step.state, step.why) == ("failed", "workforce.lever_too_late")


def kept(minutes: list[int]) -> Shift:
    parts = tuple(
        {"kind": "pause" if n % 2 else "queue", "minutes": length}
        for n, length in enumerate(minutes)
    )
    return Shift("anna", TODAY, at(7), at(7) + timedelta(minutes=sum(minutes)), "home", parts)


@settings(max_examples=150)
@given(
    st.sampled_from(["time_off", "extra_hours", "break_move"]),
    st.lists(st.integers(2, 8).map(lambda n: 15 * n), min_size=3, max_size=5).filter(
        lambda told: len(told) % 2 == 1
    ),
    st.integers(0, 30),
    st.integers(1, 8),
    st.integers(0, 40),
)
def test_whatever_a_lever_makes_of_a_day_its_parts_fill_it_and_no_time_appears(
    kind: str, minutes: list[int], begins: int, length: int, to: int
) -> None:
    before = kept(minutes)
    since = at(7) + timedelta(minutes=15 * begins)
    until = since + timedelta(minutes=15 * length)
    to_at = at(7) + timedelta(minutes=15 * to) if kind == "break_move" else None
    lever = Lever(kind=kind, from_at=since, until_at=until, people=1, to_at=to_at)
    after = after_lever([before], lever, queue_id="q")
    if after is None:
        return
    for one in after:
        assert (
            sum(part["minutes"] for part in one.parts) * 60
            == (one.ends_at - one.starts_at).total_seconds()
        )
        assert one.parts[0]["kind"] not in BREAKS
        assert one.parts[-1]["kind"] not in BREAKS or kind == "extra_hours"
    total = sum(((one.ends_at - one.starts_at) for one in after), timedelta())
    was = before.ends_at - before.starts_at
    if kind == "break_move":
        assert total == was
        rested = [sum(p["minutes"] for p in one.parts if p["kind"] in BREAKS)
                  for one in (before, *after)]  # fmt: skip
        assert rested[0] == rested[1]
    elif kind == "time_off":
        assert total <= was - (until - since)
    else:
        assert after[-1].ends_at == until
