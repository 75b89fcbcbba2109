"""What came in the last half hour and today, beside the forecast that was published for it."""

from datetime import UTC, datetime
from typing import Any

import httpx

from ascolto.kit.ids import new_id
from ascolto.routing import create_queue
from ascolto.tenancy.actions import create_client
from ascolto.workforce.today import expected_between
from support.log import MORNING, request, write
from support.office import Office, ok, refused
from support.planning import PLANNER, bring_in, made, table

LEADER = "capo@prova.example"
# The clock of the tests stands at ten in Rome on this day; the queue opens at eight.
EIGHT = datetime(2026, 3, 3, 7, tzinfo=UTC)
DAY_S = (EIGHT - MORNING).total_seconds()


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


def test_a_half_hour_takes_its_parts_of_the_intervals_it_cuts() -> None:
    told = [(at(8), 10.0), (at(8, 30), 20.0)]
    assert expected_between(told, minutes=30, since=at(8, 15), until=at(8, 45)) == 15.0
    assert expected_between(told, minutes=30, since=at(8), until=at(9)) == 30.0
    assert expected_between(told, minutes=30, since=at(9), until=at(9, 30)) == 0.0
    assert expected_between([(at(8), 12.0)], minutes=60, since=at(8), until=at(8, 15)) == 3.0


async def came(office: Office, count: int, *, every_s: float) -> None:
    who = new_id()
    lines = []
    for n in range(count):
        lines += request(
            DAY_S + every_s * n, 5, queue_id=office.desk.queue.id, operator_id=who, talk_s=60
        )
    await write(office, lines)


async def arrivals(browser: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = ok(await browser.get("/workforce/arrivals"))
    return found


async def test_without_a_published_forecast_what_came_is_told_and_nothing_is_made_up(
    office: Office,
) -> None:
    await came(office, 230, every_s=30)
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        await made(planner, office)  # a draft speaks for nothing
        found = await arrivals(planner)
    (queue,) = found["queues"]
    assert found["until"].startswith("2026-03-03T09:00:00")
    assert found["since"].startswith("2026-03-03T08:30:00")
    assert queue["half_hour"] == {"came": 50, "expected": None}
    assert queue["today"] == {"came": 230, "expected": None}


async def test_a_published_forecast_stands_beside_what_came(office: Office) -> None:
    await came(office, 230, every_s=30)
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        forecast = (await made(planner, office))["forecast"]
        ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
        detail = ok(await planner.get(f"/workforce/forecasts/{forecast['id']}?day=2026-03-03"))
        found = await arrivals(planner)
        day = ok(
            await planner.get("/workforce/intraday", params={"queue_id": office.desk.queue.id})
        )
    (queue,) = found["queues"]
    so_far = [one["mean"] for one in detail["intervals"]][:4]
    assert abs(queue["half_hour"]["expected"] - so_far[-1]) < 1e-9
    assert abs(queue["today"]["expected"] - sum(so_far)) < 1e-9
    halves = [one["offered"] for one in day["half_hours"][:4]]
    assert (queue["half_hour"]["came"], queue["today"]["came"]) == (halves[-1], sum(halves))


async def test_a_leader_sees_the_queues_of_their_clients_and_an_operator_none(
    office: Office,
) -> None:
    await came(office, 3, every_s=60)
    async with office.desk.as_system() as tx:
        other = (await create_client(tx, name="Altri", color="#223311")).id
        hidden = await create_queue(
            tx, values={"client_id": other, "name": "Nascosta", "channel": "webchat"}
        )
    await office.hire(LEADER, "team_leader", clients=[office.desk.client_id])
    async with office.signed_in(LEADER) as leader:
        seen = {one["queue_id"] for one in (await arrivals(leader))["queues"]}
    async with office.signed_in(PLANNER) as planner:
        every = {one["queue_id"] for one in (await arrivals(planner))["queues"]}
    assert seen == {office.desk.queue.id}
    assert every == {office.desk.queue.id, hidden.id}
    async with office.signed_in() as operator:
        refused(await operator.get("/workforce/arrivals"), 403, "identity.not_permitted")
