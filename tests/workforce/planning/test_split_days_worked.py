"""A day of two parts is worked as two: the gap is no work, and what concerns a day moves both."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from ascolto.insight.model import PresenceSpan
from ascolto.kit.db import Actor
from ascolto.kit.ids import new_id
from ascolto.workforce.actions.intraday import pull
from ascolto.workforce.adherence import by_person
from ascolto.workforce.levers import Lever
from ascolto.workforce.reaching import after_lever
from ascolto.workforce.rosters import Shift, difference, violations
from ascolto.workforce.today import on_duty
from support.office import Office, ok
from support.planning import PLANNER, TERMS, agreed

BRUNO = "bruno@prova.example"
TODAY, TOMORROW = date(2026, 3, 3), date(2026, 3, 4)
SPLIT = {"gap_minutes": [120, 240], "days_per_week": 2}
WEEK = {"first_day": "2026-03-02", "last_day": "2026-03-08", "reason": "Spezzati"}
EFFECT: dict[str, Any] = {"runs": 1, "as_it_is": {"paid_hours": 0, "queues": {}}, "levers": []}
Told = dict[str, Any]


def at(hour: float, day: date = TODAY) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def part(begin: float, end: float, *kinds: tuple[str, int], who: str = "anna") -> Shift:
    told = tuple({"kind": kind, "minutes": lasts} for kind, lasts in kinds)
    return Shift(who, TODAY, at(begin), at(end), "home", told)


def sent(who: str, begin: float, end: float, day: date = TOMORROW) -> Told:
    span = {"starts_at": at(begin, day).isoformat(), "ends_at": at(end, day).isoformat()}
    return {"operator_id": who, "day": str(day), "place": "home", **span}


async def publish(planner: httpx.AsyncClient, *shifts: Told) -> None:
    roster = ok(await planner.post("/workforce/rosters", json=WEEK))
    url = f"/workforce/rosters/{roster['id']}"
    roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
    ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))


async def own(browser: httpx.AsyncClient, day: date = TOMORROW) -> list[tuple[str, str]]:
    query = {"from": str(day), "to": str(day)}
    found = ok(await browser.get("/me/shifts", params=query))["shifts"]
    return [(one["starts_at"][11:16], one["ends_at"][11:16]) for one in found]


PARTED = [("07:00", "10:00"), ("13:00", "16:00")]


def test_one_part_that_goes_leaves_the_other_as_it_was() -> None:
    first, second = part(8, 11), part(14, 17)
    gone = difference([first, second], [second])
    assert (gone.removed, gone.changed, gone.unchanged) == ([first], [], 1)
    come = difference([second], [first, second])
    assert (come.added, come.changed, come.unchanged) == ([first], [], 1)
    later = part(15, 18)
    moved = difference([first, second], [first, later])
    assert (moved.changed, moved.unchanged) == ([(second, later)], 1)


@pytest.mark.parametrize(("begins", "breaks"), [(12, 1), (12.15, 1), (12.25, 0), (15, 0)])
def test_two_parts_without_a_break_between_are_one_stretch(begins: float, breaks: int) -> None:
    found = violations([part(8, 12), part(begins, begins + 4)])
    assert [one.article for one in found] == ["D.Lgs. 66/2003 art. 8"] * breaks


def test_the_gap_is_neither_rostered_work_nor_cover() -> None:
    day = [part(8, 10), part(14, 16)]
    there = [PresenceSpan("anna", "available", at(8), at(15))]
    found = by_person(day, there, until=at(23))["anna"]
    assert (found.rostered_s, found.signed_in_s) == (4 * 3600, 3 * 3600)
    duty = [
        on_duty(day, queue_id=None, crew=frozenset({"anna"}), starts_at=at(hour)).people
        for hour in (9.5, 10, 13.5, 14)
    ]
    assert duty == [1, 0, 0, 1]


def test_extra_hours_never_join_the_parts_of_a_day() -> None:
    day = [part(8, 10, ("queue", 120)), part(14, 16, ("queue", 120))]
    lever = Lever(kind="extra_hours", from_at=at(10), until_at=at(12), people=1)
    (first, second) = after_lever(day, lever, queue_id="q") or []
    assert ((first.ends_at, second), first.parts[1]["kind"]) == ((at(12), day[1]), "pause")
    whole = Lever(kind="extra_hours", from_at=at(10), until_at=at(14), people=1)
    assert after_lever(day, whole, queue_id="q") is None


async def test_a_swap_and_a_day_off_are_of_both_parts_and_undone_to_both(office: Office) -> None:
    desk = office.desk
    parted = sent(desk.anna, 7, 10), sent(desk.anna, 13, 16)
    async with (
        office.signed_in(PLANNER) as planner,
        office.signed_in() as anna,
        office.signed_in(BRUNO) as bruno,
    ):
        for one in (anna, bruno):
            ok(await one.put("/me/wishes", json={"split_shifts": True}))
        await publish(planner, *parted, sent(desk.bruno, 9, 15))
        body = {"day": str(TOMORROW), "operator_id": desk.bruno}
        asked = ok(await anna.post("/me/swaps", json=body))
        assert asked["state"] == "waiting"
        ok(await bruno.post(f"/me/requests/{asked['id']}/answer", json={"agrees": True}))
        assert (await own(anna), await own(bruno)) == ([("09:00", "15:00")], PARTED)
        ok(await planner.post(f"/workforce/requests/{asked['id']}/undo"))
        assert (await own(anna), await own(bruno)) == (PARTED, [("09:00", "15:00")])
        asked = ok(await anna.post("/me/leave", json={"day": str(TOMORROW)}))
        url = f"/workforce/requests/{asked['id']}"
        ok(await planner.post(f"{url}/decision", json={"grants": True}))
        assert await own(anna) == []
        ok(await planner.post(f"{url}/undo"))
        assert await own(anna) == PARTED


async def test_nothing_is_offered_in_the_gap_of_a_day(office: Office) -> None:
    desk = office.desk
    planner_ = Actor("account", new_id(), "Piano")
    parted = sent(desk.anna, 7, 10, TODAY), sent(desk.anna, 13, 19, TODAY)
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        await publish(planner, *parted)
        desk.clock.at = at(8)
        async with desk.database.transaction(desk.tenant, actor=planner_) as tx:
            off = Lever(kind="time_off", from_at=at(16), until_at=at(19), people=1)
            await pull(tx, off, queue_id=desk.queue.id, reason="Sera calma", effect=EFFECT)
        seen = {}
        for hour in (6.5, 9, 11, 14):
            desk.clock.at = at(hour)
            seen[hour] = len(ok(await anna.get("/me/offers"))["steps"])
    assert seen == {6.5: 0, 9: 1, 11: 0, 14: 1}


async def test_a_planner_moves_one_part_and_is_told_of_gap_hours_and_what_is_agreed(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        await agreed(planner, desk.anna, terms={**TERMS, "shift_minutes": [360], "split": SPLIT})
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        roster = ok(await planner.post("/workforce/rosters", json=WEEK))
        url = f"/workforce/rosters/{roster['id']}/people/{desk.anna}/days/{TOMORROW}"

        def wanted(begin: float, end: float) -> Told:
            told = sent(desk.anna, begin, end)
            kept = {name: told[name] for name in ("starts_at", "ends_at", "place")}
            return {**kept, "queue_id": desk.queue.id}

        body = {"v": roster["v"], "shifts": [wanted(7, 10), wanted(13, 16)]}
        found = ok(await planner.put(url, json=body))
        facts = found["facts"]
        assert (facts["paid_minutes"], facts["week_minutes"]) == (360, 360)
        assert (facts["week_shifts"], facts["gaps_minutes"]) == (1, [180])
        assert (facts["week_split_days"], facts["agreed_split_days"]) == (1, 2)
        pauses = [[one["kind"] for one in shift["parts"]] for shift in found["shifts"]]
        assert pauses == [["queue", "pause", "queue"]] * 2
        codes = {one["code"] for one in found["violations"]}
        assert codes == {"too_few"}, "a single day is not a week's hours"
        body = {"v": found["v"], "shifts": [wanted(7, 10), wanted(11.5, 14.5)]}
        found = ok(await planner.put(url, json=body))
        (told,) = (one for one in found["violations"] if one["code"] == "split_gap")
        assert told["fields"] == {"n": "90", "least": "120", "most": "240"}
        assert (told["article"], told["binding"]) == ("D.Lgs. 81/2015 art. 5", False)
        body = {"v": found["v"], "shifts": [wanted(7, 10), wanted(10, 13)]}
        found = ok(await planner.put(url, json=body))
        assert {one["code"] for one in found["violations"]} == {"too_few", "split_gap", "screen"}
        ok(await planner.put(url, json={"v": found["v"], "shifts": [wanted(13, 16)]}))


async def test_a_calendar_has_an_event_for_each_part(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        await publish(planner, sent(desk.anna, 7, 10), sent(desk.anna, 13, 16))
        feed = ok(await anna.post("/me/shifts/feed"))["url"]
        text = (await anna.get("http://desk.example/shifts/" + feed.rpartition("/")[2])).text
    assert text.count("BEGIN:VEVENT") == 2
    uids = {line for line in text.splitlines() if line.startswith("UID")}
    assert len(uids) == 2
