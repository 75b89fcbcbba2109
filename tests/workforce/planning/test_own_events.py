"""What the organisation knows of its days goes into the forecast, and into why they are so."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from support.office import Office, ok, refused
from support.planning import FIRST, LAST, PLANNER, bring_in, made, table

# Of the eight Wednesdays that came, these brought twice as much.
BILLS = (date(2026, 1, 14), date(2026, 1, 28), date(2026, 2, 11), date(2026, 2, 25))
COMING = date(2026, 3, 11)


def with_bills() -> str:
    def row(at: datetime, calls: int) -> str:
        return f"{at:%Y-%m-%d %H:%M},{calls * (2 if at.date() in BILLS else 1)}"

    return table(FIRST, LAST, heading="interval_start,calls", row=row)


async def note(planner: httpx.AsyncClient, *days: date, **more: Any) -> list[dict[str, Any]]:
    told = {"kind": "bollette", "name": "Invio delle bollette", **more}
    return [
        ok(await planner.post("/workforce/events", json={**told, "day": day.isoformat()}))
        for day in days
    ]


def of(found: dict[str, Any], day: date) -> dict[str, Any]:
    (one,) = [one for one in found["forecast"]["days"] if one["day"] == day.isoformat()]
    told: dict[str, Any] = one
    return told


async def test_a_day_with_an_event_is_forecast_and_explained_by_what_such_days_brought(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, with_bills())
        without = of(await made(planner, office), COMING)
        await note(planner, *BILLS, COMING)
        found = await made(planner, office, horizon_days=20)
    day, usual = of(found, COMING), of(found, COMING + timedelta(days=7))
    assert day["calls"] > 1.3 * usual["calls"]
    assert day["because"]["event bollette"] > 1.3
    assert day["events"] == ["Invio delle bollette"]
    assert "event bollette" not in without["because"]
    assert "event bollette" not in usual["because"]
    assert not any("bollette" in note for note in map(str, found["forecast"]["notes"]))


async def test_an_event_like_none_before_says_that_nobody_knows_what_it_does(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        await note(planner, COMING, kind="sciopero")
        notes = (await made(planner, office))["forecast"]["notes"]
    assert {"code": "unlearnt", "fields": {"kind": "sciopero"}} in [
        {name: note[name] for name in ("code", "fields")} for note in notes
    ]


async def test_an_event_is_noted_once_and_taken_back(office: Office) -> None:
    query = {"from": "2026-03-01", "to": "2026-03-31"}
    async with office.signed_in(PLANNER) as planner:
        (event,) = await note(planner, COMING)
        told = {"day": COMING.isoformat(), "kind": "bollette", "name": "Ancora"}
        answer = await planner.post("/workforce/events", json=told)
        refused(answer, 409, "workforce.already_noted")
        (mine,) = await note(planner, COMING, client_id=office.desk.client_id)
        found = ok(await planner.get("/workforce/events", params=query))
        assert [one["id"] for one in found] == [event["id"], mine["id"]]
        ok(await planner.delete(f"/workforce/events/{event['id']}"))
        answer = await planner.delete(f"/workforce/events/{event['id']}")
        refused(answer, 404, "workforce.unknown_event")
        assert [one["id"] for one in ok(await planner.get("/workforce/events", params=query))] == [
            mine["id"]
        ]


async def test_who_sees_some_clients_speaks_only_for_those(office: Office) -> None:
    await office.hire("luce@prova.example", "planner", clients=[office.desk.client_id])
    async with office.signed_in("luce@prova.example") as planner:
        told = {"day": COMING.isoformat(), "kind": "guasto", "name": "Guasto"}
        answer = await planner.post("/workforce/events", json=told)
        refused(answer, 403, "workforce.outside_scope")
        await note(planner, COMING, client_id=office.desk.client_id)
    async with office.signed_in(PLANNER) as whole:
        (everybodys,) = await note(whole, COMING + timedelta(days=1))
    async with office.signed_in("luce@prova.example") as planner:
        query = {"from": "2026-03-01", "to": "2026-03-31"}
        assert len(ok(await planner.get("/workforce/events", params=query))) == 2
        answer = await planner.delete(f"/workforce/events/{everybodys['id']}")
        refused(answer, 403, "workforce.outside_scope")
