"""What flexibility is worth is weighed by a process of its own, which tells how far it is."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.tenancy.actions import change_setting
from ascolto.workforce.commuting import USUAL
from ascolto.workforce.rostering.worth import WHERE_ALONE
from ascolto.workforce.weighing import measure_of
from support.office import Office, ok, refused
from support.planning import PLANNER, agreed, bring_in, made, table, wanted

URL = "/workforce/worth-runs"
TERMS = {"start_every_minutes": 15, "shift_minutes": [240, 360, 480]}


async def hired(office: Office, count: int) -> list[str]:
    desk = office.desk
    async with desk.as_system() as tx:
        return [
            (
                await create_operator(
                    tx,
                    NewOperator(display_name=f"Persona {n}", clients=frozenset({desk.client_id})),
                )
            ).id
            for n in range(count)
        ]


async def ended(planner: httpx.AsyncClient, run: dict[str, Any]) -> dict[str, Any]:
    async with asyncio.timeout(240):
        while True:
            found: dict[str, Any] = ok(await planner.get(f"{URL}/{run['id']}"))
            if found["state"] != "asked":
                return found
            await asyncio.sleep(0.1)


async def test_each_rule_in_use_is_weighed_with_service_ways_and_seats(office: Office) -> None:
    desk = office.desk
    people = await hired(office, 6)
    async with desk.as_system() as tx:
        mine = {**USUAL, "km_a_day": 10, "source": "Indagine interna 2026"}
        await change_setting(tx, "workforce.commute", mine, actor=tx.actor)
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, *people, terms=TERMS, office=[1, 2], team_weekdays=[3])
        ok(await planner.put("/workforce/office/2026-01-01", json={"seats": 2}))
        await bring_in(planner, office, table())
        forecast = (await made(planner, office))["forecast"]
        ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
        queues = [{"queue_id": desk.queue.id, "promise": {"aht_s": 240}}]
        asked = wanted(office, queues=queues, seconds=0.2)
        run = await ended(planner, ok(await planner.post(URL, json=asked)))
        assert run["state"] == "made", run["failure"]
        found = run["found"]
        assert {one["rule"] for one in found["rules"]} == {
            "bands", "starts_within_the_hour", "shift_lengths", "days_at_home", "team_days"
        }  # fmt: skip
        assert 0 < found["told"]["service_level"] < 1
        for one in found["rules"]:
            without = one["without"]
            gained = without["missing"] - found["told"]["missing"]
            # Where a shift is worked is no matter of chance.
            where = one["rule"] in WHERE_ALONE
            assert (one["by_chance"] is None) == where
            assert one["hours_gained"] == pytest.approx(gained)
            served = found["told"]["service_level"] - without["service_level"]
            assert one["service_gained"] == pytest.approx(served)
        home = next(
            one["without"]["ways"] for one in found["rules"] if one["rule"] == "days_at_home"
        )
        told = found["told"]["ways"]
        assert told["seats"] <= 2 < home["seats"]
        assert home["trips"] == home["days"] > told["trips"]
        assert told["commute_minutes"] == 90 * told["trips"]
        assert told["kg_co2"] == pytest.approx(told["trips"] * 10 * 0.69 * 0.171)
        assert found["commute"]["source"] == "Indagine interna 2026"
        assert found["seats"] == 2
        assert ok(await planner.get("/workforce/rosters"))["items"] == [], "nothing is kept of it"
        assert ok(await planner.get("/workforce/roster-runs"))["items"] == []
        assert [one["id"] for one in ok(await planner.get(URL))["items"]] == [run["id"]]
        # One kind of run is not found by the other's address.
        other = await planner.get(f"/workforce/roster-runs/{run['id']}")
        refused(other, 404, "workforce.unknown_run")
    async with office.signed_in() as anna:
        refused(await anna.get(URL), 403, "identity.not_permitted")


async def test_weighing_says_how_far_it_is_and_stops_when_it_is_told_to(office: Office) -> None:
    people = await hired(office, 2)
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, *people, terms=TERMS)
        run = ok(await planner.post(URL, json=wanted(office, seconds=60)))
        async with asyncio.timeout(200):
            progress = run["progress"]
            while progress["phase"] != "weighing":
                await asyncio.sleep(0.1)
                progress = ok(await planner.get(f"{URL}/{run['id']}"))["progress"]
        assert 0 <= progress["seconds"] <= progress["of"]
        assert progress["of"] >= 3 * 60
        assert ok(await planner.post(f"{URL}/{run['id']}/cancel"))["state"] == "cancelled"
        again = await planner.post(f"{URL}/{run['id']}/cancel")
        refused(again, 409, "workforce.run_over")
        # Of two people it is not told where they are; the next is weighed, nothing waits for 60 s.
        few = await ended(planner, ok(await planner.post(URL, json=wanted(office, seconds=0.1))))
        assert few["state"] == "made", few["failure"]
        assert few["found"]["told"]["ways"] is None
        assert few["found"]["told"]["service_level"] is None, "told by hand: nobody knows of calls"


async def test_a_plan_tells_its_ways_to_work_only_of_a_group(office: Office) -> None:
    people = await hired(office, 6)
    starts = datetime(2026, 3, 9, 8, tzinfo=UTC)

    def shift(who: str, place: str) -> dict[str, Any]:
        ends = starts + timedelta(hours=4)
        return {
            "operator_id": who, "day": "2026-03-09", "starts_at": starts.isoformat(),
            "ends_at": ends.isoformat(), "place": place,
        }  # fmt: skip

    async with office.signed_in(PLANNER) as planner:
        week = {"first_day": "2026-03-09", "last_day": "2026-03-15", "reason": "Prova"}
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"

        async def ways(*shifts: dict[str, Any]) -> dict[str, Any]:
            v = ok(await planner.get(url))["roster"]["v"]
            ok(await planner.put(f"{url}/shifts", json={"v": v, "shifts": shifts}))
            found: dict[str, Any] = ok(await planner.get(f"{url}/ways"))
            return found

        four = [shift(who, "site") for who in people[:4]]
        few = await ways(*four)
        assert (few["plan"], few["all_there"], few["smallest_group"]) == (None, None, 5)
        six = await ways(*four, *(shift(who, "home") for who in people[4:]))
    assert (six["plan"]["trips"], six["plan"]["seats"]) == (4, 4)
    assert (six["all_there"]["trips"], six["all_there"]["seats"]) == (6, 6)
    assert six["all_there"]["commute_minutes"] - six["plan"]["commute_minutes"] == 2 * 90
    assert "ENEA" in six["commute"]["source"]


def test_the_service_of_nobody_is_none_and_of_many_nearly_all() -> None:
    class Told:
        def __init__(self, people: int) -> None:
            queue = type("Queue", (), {"id": "q"})()
            self.instance = type("Instance", (), {"queues": [queue], "interval_minutes": 15})()
            self.load = np.full((8, 1), people)

    promise = {
        "minutes": 30, "service_level": 0.8, "target_s": 20.0, "aht_s": 240.0, "patience_s": 300.0,
        "max_occupancy": 1.0, "concurrency": 1, "slowdown": 0.0, "shrinkage": {"away": 0.2},
    }  # fmt: skip
    service = {
        "promise": promise, "at": [0, 2, 4, 6], "means": [40.0] * 4, "cvs": [0.1] * 4,
        "beside": [0.0] * 8,
    }  # fmt: skip

    def level(people: int) -> float:
        told = Told(people)
        found = measure_of({"q": service})(told, told)  # type: ignore[arg-type] # the parts it reads
        assert found is not None
        return found

    levels = [level(people) for people in (0, 4, 7, 9, 30)]
    assert levels[0] == 0.0
    assert levels == sorted(levels)
    assert levels[-1] > 0.999
