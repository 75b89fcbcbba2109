"""What a planner does at the door, and tables of weeks that came before."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from support.office import Office, ok

PLANNER = "piano@prova.example"
FIRST = date(2026, 1, 5)
# A Sunday; the clock of the tests stands on the Tuesday after it.
LAST = date(2026, 3, 1)
LEVELS = (40, 44, 38, 36, 42, 20)


def volume(day: date, at: datetime) -> int:
    """Return what comes in a half hour: a shape of the day times a weekday's size."""
    morning = 8 <= at.hour < 13
    return LEVELS[day.weekday()] // (2 if not morning else 1) + (day.toordinal() * 7) % 5


def table(
    first: date = FIRST,
    last: date = LAST,
    *,
    heading: str = "interval_start,calls,handled,abandoned,aht_s",
    row: Callable[[datetime, int], str] = lambda at, n: f"{at:%Y-%m-%d %H:%M},{n},{n},0,240",
) -> str:
    """Return the half hours from 8 to 18 of all days but Sundays."""
    lines = [heading]
    day = first
    while day <= last:
        if day.weekday() < len(LEVELS):
            for slot in range(20):
                at = datetime(day.year, day.month, day.day, 8) + timedelta(minutes=30 * slot)
                lines.append(row(at, volume(day, at)))
        day += timedelta(days=1)
    return "\n".join(lines) + "\n"


async def bring_in(planner: httpx.AsyncClient, office: Office, text: str, **more: Any) -> Any:
    """Bring a table in for the office's queue."""
    body = {"queue_id": office.desk.queue.id, "text": text, "dry_run": False, **more}
    return ok(await planner.post("/workforce/history/import", json=body))


async def made(planner: httpx.AsyncClient, office: Office, **more: Any) -> dict[str, Any]:
    """Ask for a forecast of the office's queue and wait until it is made or has failed."""
    body = {"queue_id": office.desk.queue.id, "horizon_days": 12, "reason": "Marzo", **more}
    asked = ok(await planner.post("/workforce/forecasts", json=body))
    async with asyncio.timeout(120):
        while True:
            found: dict[str, Any] = ok(await planner.get(f"/workforce/forecasts/{asked['id']}"))
            if found["forecast"]["state"] != "asked":
                return found
            await asyncio.sleep(0.1)


TERMS: dict[str, Any] = {
    "shift_minutes": [480, 360],
    "weekly_minutes": [1_800, 2_400],
    "bands": [{"from": "08:00", "to": "20:00"}],
}


async def agreed(planner: httpx.AsyncClient, *operator_ids: str, **more: Any) -> dict[str, Any]:
    """Write a contract and agree on it with some people from the year's first day on."""
    body = {
        "name": f"Contratto di {len(operator_ids)}",
        "terms": {**TERMS, **more.pop("terms", {})},
    }
    contract: dict[str, Any] = ok(await planner.post("/workforce/contracts", json=body))
    for operator_id in operator_ids:
        url = f"/workforce/agreements/{operator_id}/2026-01-01"
        ok(await planner.put(url, json={"contract_id": contract["id"], **more}))
    return contract


async def rostered(planner: httpx.AsyncClient, office: Office, **more: Any) -> dict[str, Any]:
    """Ask for a roster of the office's queue, a person at work all day, and wait for its end."""
    asked = ok(await planner.post("/workforce/roster-runs", json=wanted(office, **more)))
    async with asyncio.timeout(240):
        while True:
            found: dict[str, Any] = ok(await planner.get(f"/workforce/roster-runs/{asked['id']}"))
            if found["state"] != "asked":
                return found
            await asyncio.sleep(0.1)


def wanted(office: Office, **more: Any) -> dict[str, Any]:
    """Return a question for a roster of the week after the tests' clock."""
    need = {"from": "09:00", "to": "19:00", "weekdays": [1, 2, 3, 4, 5], "people": 1}
    return {
        "first_day": "2026-03-09",
        "queues": [{"queue_id": office.desk.queue.id, "by_hand": [need]}],
        "seconds": 0.5,
        "reason": "Settimana 11",
        **more,
    }


def publish_a_day(planner: httpx.Client, operators: list[str]) -> None:
    """Give operators a shift tomorrow, in a roster that is in force."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    days = {"first_day": str(day), "last_day": str(day), "reason": "Prova"}
    roster = planner.post("/api/v1/workforce/rosters", json=days).json()
    shifts = [
        {
            "operator_id": one,
            "day": str(day),
            "starts_at": f"{day}T08:00:00Z",
            "ends_at": f"{day}T12:00:00Z",
            "place": "home",
        }
        for one in operators
    ]
    url = f"/api/v1/workforce/rosters/{roster['id']}"
    put = planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts})
    assert put.status_code == 200, put.text
    published = planner.post(f"{url}/publish", json={"v": put.json()["v"]})
    assert published.status_code == 200, published.text
