"""A queue that is always open, forecast and staffed: what a day's page has to show at any hour."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx


def every_half_hour(first: date, last: date) -> str:
    """Return a table of all half hours of some days, busier at noon than at midnight."""
    lines = ["interval_start,calls,handled,abandoned,aht_s"]
    # Where clocks change, an hour of the night is told once at most: none at two and three.
    hours = [hour for hour in range(24) if hour not in {2, 3}]
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for hour in hours:
            for minute in (0, 30):
                calls = 14 - abs(12 - hour) // 2 + (day.weekday() + hour + minute) % 3
                lines.append(f"{day} {hour:02}:{minute:02},{calls},{calls},0,240")
    return "\n".join(lines) + "\n"


def published_forecast(planner: httpx.Client, queue_id: str, *, days: int = 3) -> dict[str, Any]:
    """Ask for a forecast of the next days, wait until it is made, and publish it."""
    body = {"queue_id": queue_id, "horizon_days": days, "reason": "Giornata"}
    asked = planner.post("/api/v1/workforce/forecasts", json=body).json()
    until = time.monotonic() + 120
    while asked["state"] == "asked" and time.monotonic() < until:
        time.sleep(0.3)
        asked = planner.get(f"/api/v1/workforce/forecasts/{asked['id']}").json()["forecast"]
    assert asked["state"] == "made", asked
    url = f"/api/v1/workforce/forecasts/{asked['id']}/publish"
    published: dict[str, Any] = planner.post(url).json()
    return published


def publish_day(planner: httpx.Client, now: datetime) -> None:
    """Publish a roster in which everybody works for ten hours from an hour ago."""
    operators = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]
    starts = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    parts = [{"kind": "queue", "minutes": 285}, {"kind": "meal", "minutes": 30}]
    shifts = [
        {
            "operator_id": one["id"],
            "day": local_day(starts).isoformat(),
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(hours=10)).isoformat(),
            "parts": [*parts, {"kind": "queue", "minutes": 285}],
        }
        for one in operators
    ]
    day = local_day(starts)
    body = {"first_day": day.isoformat(), "last_day": day.isoformat(), "reason": "Giornata"}
    roster = planner.post("/api/v1/workforce/rosters", json=body).json()
    url = f"/api/v1/workforce/rosters/{roster['id']}"
    roster = planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}).json()
    done = planner.post(f"{url}/publish", json={"v": roster["v"]})
    assert done.status_code == 200, done.text


def local_day(at: datetime) -> date:
    """Return the day of a moment in the demo's own time zone."""
    return at.astimezone(ZoneInfo("Europe/Rome")).date()
