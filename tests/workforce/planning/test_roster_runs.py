"""A roster is asked for and made by a process of its own, into a draft that keeps every rule."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.workforce import store_runs
from ascolto.workforce.actions import making
from ascolto.workforce.casting import (
    demand_by_hand,
    seats_between,
    take_off,
    there_beside,
    whole_together,
)
from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rosters import Shift
from support.office import Office, ok, refused
from support.planning import PLANNER, agreed, bring_in, made, rostered, table, wanted

ROME = ZoneInfo("Europe/Rome")
MONDAY = date(2026, 3, 9)


async def test_a_roster_is_made_from_what_is_agreed_into_a_draft_with_its_bound_and_fairness(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna, desk.bruno, free_weekdays=[6, 7])
        run = await rostered(planner, office)
        assert run["state"] == "made", run["failure"]
        result = run["made"]
        assert result["violations"] == []
        assert result["bound"]["at_least"] <= result["cost"]["total"]
        assert set(result["fairness"]) >= {"weekend", "nights"}
        assert set(result["burdens"]) == {desk.anna, desk.bruno}
        url = f"/workforce/rosters/{run['roster_id']}"
        found = ok(await planner.get(url))
        assert found["roster"]["published_at"] is None
        shifts = found["shifts"]
        assert {one["operator_id"] for one in shifts} == {desk.anna, desk.bruno}
        assert {date.fromisoformat(one["day"]).isoweekday() for one in shifts} <= {1, 2, 3, 4, 5}
        queues = {part["queue_id"] for one in shifts for part in one["parts"] if part["queue_id"]}
        assert queues == {desk.queue.id}
        assert any(part["kind"] == "pause" for one in shifts for part in one["parts"])
        told = ok(await planner.post(f"{url}/publish", json={"v": found["roster"]["v"]}))
        assert len(told["added"]) == len(shifts)
        runs = await planner.get("/workforce/roster-runs", params={"roster_id": run["roster_id"]})
        assert [one["id"] for one in ok(runs)["items"]] == [run["id"]]


async def test_a_roster_takes_its_people_from_the_published_forecast(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna, desk.bruno)
        await bring_in(planner, office, table())
        queues = [{"queue_id": desk.queue.id, "promise": {"aht_s": 240}}]
        early = await planner.post("/workforce/roster-runs", json=wanted(office, queues=queues))
        assert refused(early, 422, "workforce.bad_plan")["queue_id"] == desk.queue.id
        forecast = (await made(planner, office))["forecast"]
        ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
        run = await rostered(planner, office, queues=queues)
        assert run["state"] == "made", run["failure"]
        assert run["made"]["cost"]["required"] > 100
        async with desk.as_system() as tx:
            (day,) = await store_runs.required_on(tx, MONDAY, roster_id=run["roster_id"])
    assert (day.queue_id, len(day.people)) == (desk.queue.id, 96)
    assert day.people[8 * 4] > 0
    assert day.people[0] == 0


async def test_who_is_not_planned_keeps_their_shifts_and_they_count_as_cover(
    office: Office,
) -> None:
    desk = office.desk
    starts = datetime(2026, 3, 9, 8, tzinfo=UTC)
    part = {"kind": "queue", "minutes": 180, "queue_id": desk.queue.id}
    bruno = {
        "operator_id": desk.bruno,
        "day": "2026-03-09",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=180)).isoformat(),
        "parts": [part],
    }
    week = {"first_day": "2026-03-09", "last_day": "2026-03-15", "reason": "Prima"}
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": [bruno]}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        await agreed(planner, desk.anna)
        run = await rostered(planner, office)
        shifts = ok(await planner.get(f"/workforce/rosters/{run['roster_id']}"))["shifts"]
    assert [one["parts"] for one in shifts if one["operator_id"] == desk.bruno] == [[part]]
    assert run["made"]["cost"]["required"] == 5 * 40 - 12


async def test_the_night_shift_of_the_sunday_before_counts_as_cover_and_leaves_its_rest(
    office: Office,
) -> None:
    desk = office.desk
    sunday = MONDAY - timedelta(days=1)
    starts = datetime(2026, 3, 8, 21, tzinfo=UTC)  # ten in the evening in Rome
    part = {"kind": "queue", "minutes": 360, "queue_id": desk.queue.id}
    night = {
        "day": str(sunday),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=360)).isoformat(),
        "parts": [part],
    }
    week = {"first_day": "2026-03-02", "last_day": str(sunday), "reason": "Prima"}
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        shifts = [{"operator_id": who, **night} for who in (desk.anna, desk.bruno)]
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        await agreed(planner, desk.anna)  # and Bruno stays as he is
        need = [
            {"from": "00:00", "to": "04:00", "weekdays": [1], "people": 2},
            {"from": "09:00", "to": "17:00", "weekdays": [1, 2, 3, 4, 5], "people": 1},
        ]
        queues = [{"queue_id": desk.queue.id, "by_hand": need}]
        run = await rostered(planner, office, queues=queues)
        assert run["state"] == "made", run["failure"]
        made_shifts = ok(await planner.get(f"/workforce/rosters/{run['roster_id']}"))["shifts"]
    assert run["made"]["cost"]["required"] == 5 * 32, "both are there until four"
    ended = starts + timedelta(minutes=360)
    begun = [datetime.fromisoformat(one["starts_at"]) for one in made_shifts]
    assert begun
    assert min(begun) - ended >= timedelta(hours=11)


async def test_a_made_roster_leaves_granted_leave_and_who_agrees_to_no_short_shift_alone(
    office: Office,
) -> None:
    desk = office.desk
    tuesday = MONDAY + timedelta(days=1)
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        starts = datetime(2026, 3, 10, 8, tzinfo=UTC)
        shift = {
            "operator_id": desk.anna,
            "day": str(tuesday),
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=4)).isoformat(),
        }
        week = {"first_day": str(MONDAY), "last_day": "2026-03-15", "reason": "Prima"}
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": [shift]}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        asked = ok(await anna.post("/me/leave", json={"day": str(tuesday)}))
        granted = f"/workforce/requests/{asked['id']}/decision"
        ok(await planner.post(granted, json={"grants": True}))
        short = {"shift_minutes": [120, 240], "weekly_minutes": [960, 1200]}
        await agreed(planner, desk.anna, terms=short)
        need = {"from": "09:00", "to": "13:00", "weekdays": [1, 2, 3, 4, 5, 6], "people": 1}
        queues = [{"queue_id": desk.queue.id, "by_hand": [need]}]
        run = await rostered(planner, office, queues=queues)
        assert run["state"] == "made", run["failure"]
        url = f"/workforce/rosters/{run['roster_id']}"
        found = ok(await planner.get(url))
        days = {one["day"] for one in found["shifts"]}
        assert days
        assert str(tuesday) not in days
        spans = {
            datetime.fromisoformat(one["ends_at"]) - datetime.fromisoformat(one["starts_at"])
            for one in found["shifts"]
        }
        assert spans == {timedelta(hours=4)}
        said = ok(await planner.get(f"{url}/violations"))
        assert run["made"]["violations"] == said
        ok(await planner.post(f"{url}/publish", json={"v": found["roster"]["v"]}))


async def test_wishes_are_honoured_where_that_costs_no_cover(office: Office) -> None:
    desk = office.desk
    need = {"from": "10:00", "to": "11:00", "weekdays": [1, 2, 3, 4, 5], "people": 1}
    queues = [{"queue_id": desk.queue.id, "by_hand": [need]}]
    terms = {"shift_minutes": [360], "weekly_minutes": [1440, 1440]}
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        agree = {"terms": terms, "office": [0, 3], "free_weekdays": [6, 7]}
        await agreed(planner, desk.anna, desk.bruno, **agree)
        liked = {"from_minute": 14 * 60, "until_minute": 20 * 60, "days_off": [3], "place": "site"}
        ok(await anna.put("/me/wishes", json=liked))
        run = await rostered(planner, office, queues=queues)
        assert run["state"] == "made", run["failure"]
        shifts = ok(await planner.get(f"/workforce/rosters/{run['roster_id']}"))["shifts"]
    own = [one for one in shifts if one["operator_id"] == desk.anna]
    starts = [datetime.fromisoformat(one["starts_at"]).astimezone(ROME) for one in own]
    assert len(own) == 4
    assert 3 not in {at.isoweekday() for at in starts}
    mornings = [at for at in starts if at.hour < 14]
    assert len(mornings) == 1, "the others work four days, so the fifth is hers"
    assert run["made"]["cost"]["missing"] == 0
    assert run["made"]["cost"]["starts_outside_wish"] == 1
    assert [one["place"] for one in own].count("site") == 3


def test_half_a_person_absent_in_each_of_four_queues_takes_two_people() -> None:
    axis = Axis(start=MONDAY, days=7, zone="Europe/Rome", minutes=15)
    demand = {name: [0.0] * axis.day_begins[-1] for name in ("a", "b", "c", "d")}
    for values in demand.values():
        values[40:44] = [2.5, 2.0, 2.4, 2.5000000001]
    found = whole_together(demand, shared=[("a", "b"), ("d", "c"), ("b", "c")])
    assert [sum(values[n] for values in found.values()) for n in range(39, 45)] == [
        0, 10, 8, 10, 10, 0,
    ]  # fmt: skip
    for queue_id, values in found.items():
        assert all(value == int(value) for value in values)
        told = demand[queue_id]
        assert all(abs(value - told[n]) < 1 for n, value in enumerate(values))
    uneven = whole_together({"a": [2.1], "b": [0.7], "c": [3.0]}, shared=[("a", "b", "c")])
    assert uneven == {"a": [2.0], "b": [1.0], "c": [3.0]}, "where most of a person is missing"


def test_who_is_away_from_a_queue_with_a_crew_of_its_own_is_missing_there() -> None:
    demand = {name: [1.176] * 4 for name in ("night", "a", "b")}
    found = whole_together(demand, shared=[("night",), ("a", "b"), ("a",)])
    assert found["night"] == [2.0] * 4
    assert [a + b for a, b in zip(found["a"], found["b"], strict=True)] == [3.0] * 4
    assert whole_together(demand, shared=[]) == {name: [2.0] * 4 for name in demand}


def test_no_queue_is_always_the_one_that_absences_leave_short() -> None:
    demand = {f"q{n}": [1.176] * 8 for n in range(8)}
    found = whole_together(demand, shared=[tuple(demand)])
    assert {sum(values) for values in found.values()} == {10.0}, "two of eight intervals each"
    assert all(sum(there) == 10.0 for there in zip(*found.values(), strict=True))


async def test_what_publishing_would_refuse_is_told_of_a_made_roster(office: Office) -> None:
    desk = office.desk
    starts = datetime(2026, 3, 9, 8, tzinfo=UTC)
    ends = starts + timedelta(hours=4)
    bruno = {"operator_id": desk.bruno, "day": str(MONDAY), "starts_at": starts.isoformat(),
             "ends_at": ends.isoformat()}  # fmt: skip
    week = {"first_day": str(MONDAY), "last_day": "2026-03-15", "reason": "Prima"}
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": [bruno]}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        await agreed(planner, desk.anna)
        gone = {"contract_id": None}
        ok(await planner.put(f"/workforce/agreements/{desk.bruno}/2026-03-01", json=gone))
        run = await rostered(planner, office)
        told = [one for one in run["made"]["violations"] if one["binding"]]
        assert [(one["operator_id"], one["day"]) for one in told] == [(desk.bruno, str(MONDAY))]
        url = f"/workforce/rosters/{run['roster_id']}"
        answer = await planner.post(f"{url}/publish", json={"v": 2})
        refused(answer, 422, "workforce.breaks_the_law")


async def test_what_is_published_while_a_roster_is_made_is_not_undone_by_it(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna)
        need = {"from": "09:00", "to": "19:00", "weekdays": [1], "people": 1}
        queue = {"queue_id": desk.queue.id, "by_hand": [need]}
        asks = {"queues": [queue], "seconds": 1, "seed": 0}
        async with desk.as_system() as tx:
            await making.ask_roster(tx, first_day=MONDAY, weeks=1, reason="Prova", wanted=asks)
            # Claimed at once, so that nobody else makes it.
            run = await store_runs.claim(tx, until=tx.now + timedelta(hours=1))
            assert run is not None
            gathered = await making.gather(tx, run)
        desk.clock.at += timedelta(seconds=1)
        week = {"first_day": "2026-03-10", "last_day": "2026-03-10", "reason": "Malattia"}
        other = ok(await planner.post("/workforce/rosters", json=week))
        ok(await planner.post(f"/workforce/rosters/{other['id']}/publish", json={"v": other["v"]}))
        desk.clock.at += timedelta(seconds=1)
        none = {"cost": {"total": 0.0}, "bound": {"at_least": 0.0, "gap": 0.0}, "fairness": {},
                "burdens": {}, "search": {"seconds": 0.0, "sweeps": 0, "tries": 0}}  # fmt: skip
        async with desk.as_system() as tx:
            roster = await making.keep_roster(tx, gathered, {"people": {}, **none})
        assert roster is not None
        url = f"/workforce/rosters/{roster.id}"
        v = ok(await planner.get(url))["roster"]["v"]
        answer = await planner.post(f"{url}/publish", json={"v": v})
        refused(answer, 409, "workforce.roster_changed")


async def test_a_roster_that_is_cancelled_ends_its_process_and_leaves_no_draft(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, office.desk.anna)
        body = wanted(office, seconds=300)
        url = "/workforce/roster-runs"
        run = ok(await planner.post(url, json=body))
        async with asyncio.timeout(200):
            while ok(await planner.get(f"{url}/{run['id']}"))["progress"]["phase"] != "searching":
                await asyncio.sleep(0.1)
        assert ok(await planner.post(f"{url}/{run['id']}/cancel"))["state"] == "cancelled"
        again = await planner.post(f"{url}/{run['id']}/cancel")
        refused(again, 409, "workforce.run_over")
        # The next one is made: nothing waits for 300 seconds behind what nobody wants any more.
        assert (await rostered(planner, office))["state"] == "made"
        assert len(ok(await planner.get("/workforce/rosters"))["items"]) == 1


async def test_what_no_roster_can_be_made_from_says_why(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        run = await rostered(planner, office)
        assert (run["state"], run["made"]) == ("failed", None)
        assert "contract" in run["failure"]
        tuesday = wanted(office, first_day="2026-03-10")
        answer = await planner.post("/workforce/roster-runs", json=tuesday)
        refused(answer, 422, "workforce.bad_plan")
    async with office.signed_in() as anna:
        refused(await anna.get("/workforce/roster-runs"), 403, "identity.not_permitted")


def test_the_day_on_which_clocks_change_takes_an_hour_less() -> None:
    axis = Axis(start=date(2026, 3, 23), days=7, zone="Europe/Rome", minutes=15)
    band: dict[str, Any] = {"from": "00:00", "to": "24:00", "weekdays": [7], "people": 2}
    values = demand_by_hand(axis, [band])
    assert len(values) == 7 * 96 - 4
    assert sum(values) == 2 * 92


def test_shifts_that_stay_are_taken_off_what_is_needed_and_never_below_nothing() -> None:
    axis = Axis(start=MONDAY, days=7, zone="Europe/Rome", minutes=15)
    begins = axis.moment(axis.day_begins[1] + 32)
    parts = (
        {"kind": "queue", "minutes": 30, "queue_id": "q"},
        {"kind": "pause", "minutes": 15},
        {"kind": "queue", "minutes": 15, "queue_id": "q"},
        {"kind": "training", "minutes": 15},
    )
    end = begins + timedelta(minutes=75)
    shift = Shift("a", MONDAY + timedelta(days=1), begins, end, "site", parts)
    left = take_off({"q": [1.0] * axis.day_begins[-1]}, [shift, shift], axis)["q"]
    assert [n - 96 for n, value in enumerate(left) if value == 0] == [32, 33, 35]
    assert min(left) == 0
    # More than it takes are there all the same, for whoever asks what service they give.
    there = there_beside(["q"], [shift, shift], axis)["q"]
    assert {n - 96: value for n, value in enumerate(there) if value} == {32: 2, 33: 2, 35: 2}


def test_the_fewest_seats_of_the_days_are_the_seats_of_a_roster() -> None:
    dated = [(date(2026, 1, 1), 40), (date(2026, 3, 11), 30), (date(2026, 4, 1), None)]
    assert seats_between(dated, first=MONDAY, last=MONDAY + timedelta(days=6)) == 30
    assert seats_between(dated, first=MONDAY, last=MONDAY) == 40
    assert seats_between(dated, first=date(2026, 4, 6), last=date(2026, 4, 12)) is None
