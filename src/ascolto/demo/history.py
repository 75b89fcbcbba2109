"""What came to a demo organisation before it was loaded: drawn from its own curve, by its seed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ascolto.kit.clock import midnight
from ascolto.workforce.model import TableRow

MINUTES = 30
SLOTS_AN_HOUR = 2
AHT_SPREAD = 0.08


@dataclass(frozen=True, slots=True)
class Curve:
    """How much comes to one queue: a day's volume, its hours, its weekdays and its events."""

    seed: str
    volume: float
    aht_s: float
    sheet: dict[str, Any]
    events: tuple[dict[str, Any], ...]


def drawn(curve: Curve, *, today: date, zone: ZoneInfo) -> list[TableRow]:
    """Return every half hour of the weeks before `today`, the same for the same seed and day."""
    random = Random(curve.seed)
    days = 7 * int(curve.sheet["weeks"])
    factors = _busyness(curve.sheet, random)
    rows: list[TableRow] = []
    for ago in range(days, 0, -1):
        day = today - timedelta(days=ago)
        size = curve.volume * curve.sheet["weekdays"][day.weekday()] * next(factors)
        for at in _half_hours(day, zone):
            expected = size * _share(curve.sheet["shares"], at) * _lift(curve, at, ago)
            rows.append(_row(curve, at, expected, random))
    return rows


def _row(curve: Curve, at: datetime, expected: float, random: Random) -> TableRow:
    offered = _count(expected, random)
    lost = min(offered, _count(offered * curve.sheet["abandoned"], random))
    aht_s = curve.aht_s * max(0.5, random.gauss(1.0, AHT_SPREAD))
    return TableRow(
        at,
        float(offered),
        float(offered - lost),
        float(lost),
        round(aht_s, 1) if offered > lost else None,
    )


def _busyness(sheet: dict[str, Any], random: Random) -> Iterator[float]:
    """Yield each day's factor: lognormal of mean 1, leaning on the day before."""
    cv, lean = float(sheet["day_cv"]), float(sheet["day_correlation"])
    sigma = math.sqrt(math.log(1 + cv**2))
    state = random.gauss(0, 1)
    while True:
        yield math.exp(sigma * state - sigma**2 / 2)
        state = lean * state + math.sqrt(1 - lean**2) * random.gauss(0, 1)


def _half_hours(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the half hours of a local day: two less or more on a day on which clocks change."""
    utc = ZoneInfo("UTC")
    at = midnight(day, zone).astimezone(utc)
    end = midnight(day + timedelta(days=1), zone).astimezone(utc)
    while at < end:
        yield at.astimezone(zone)
        at += timedelta(minutes=MINUTES)


def _share(shares: list[float], at: datetime) -> float:
    return shares[at.hour] / sum(shares) / SLOTS_AN_HOUR


def _lift(curve: Curve, at: datetime, ago: int) -> float:
    """Return what the organisation's own events do to a half hour, so many days before today."""
    factor = 1.0
    for event in curve.events:
        lasts = int(event.get("lasts_days", 1))
        if not any(0 <= -ago - begins < lasts for begins in event["in_days"]):
            continue
        first = event.get("from_hour", 0)
        if first <= at.hour < first + event.get("hours", 24):
            factor *= float(event["factor"])
    return factor


def _count(mean: float, random: Random) -> int:
    """Draw a Poisson count by its exponential gaps."""
    count = -1
    at = 0.0
    while at <= mean:
        at += random.expovariate(1.0)
        count += 1
    return count
