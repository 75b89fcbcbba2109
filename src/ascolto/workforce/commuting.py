"""The commuting that a plan takes: minutes, CO2 of the exhaust, seats, by changeable factors.

The factors are means of an organisation and never of a person: nobody's way to work is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ascolto.tenancy.settings import BadValue, declare
from ascolto.workforce.rosters import Shift, most_at_once

_MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Commute:
    """Means of a day at the office, there and back, and where they come from."""

    km_a_day: float
    minutes_a_day: float
    by_car_percent: float
    g_co2_per_car_km: float
    source: str

    def minutes(self, trips: float) -> float:
        """Return the minutes of so many days at the office."""
        return trips * self.minutes_a_day

    def kg_co2(self, trips: float) -> float:
        """Return kilograms of CO2 of the exhaust; whoever does not drive is counted as none."""
        km = trips * self.km_a_day * self.by_car_percent / 100
        return km * self.g_co2_per_car_km / 1000


USUAL: dict[str, Any] = {
    # ENEA's survey of 29 administrations, 2015-2018: 1 h 30 a day. Its study of four cities in
    # them, of who comes by car: 3,500 km, 150 h and 600 kg of CO2 a year, so 35 km in 1 h 30 and
    # 171 g/km of exhaust (Applied Sciences, 2023). Istat, 2016: of who goes to work 69 % drive.
    "km_a_day": 35,
    "minutes_a_day": 90,
    "by_car_percent": 69,
    "g_co2_per_car_km": 171,
    "source": "ENEA 2020; ENEA, Applied Sciences 2023; Istat 2016",
}
_MOST = {"km_a_day": 500, "minutes_a_day": 600, "by_car_percent": 100, "g_co2_per_car_km": 1000}


def _parse(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(USUAL):
        raise BadValue("all of " + ", ".join(USUAL))
    for name, most in _MOST.items():
        figure = value[name]
        if isinstance(figure, bool) or not isinstance(figure, int | float) or not (
            0 <= figure <= most
        ):  # fmt: skip
            raise BadValue(f"{name}: a number from 0 to {most}")
    source = value["source"]
    if not isinstance(source, str) or not 0 < len(source.strip()) <= _MOST_WORDS:
        raise BadValue("source: where the figures come from, in words")
    return value


COMMUTE = declare(
    "workforce.commute",
    default=USUAL,
    parse=_parse,
    meaning="A mean day at the office, there and back: kilometres, minutes, percent who come by car"
    " and grams of CO2 of a car's kilometre from the exhaust, with their source",
)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a plan takes of ways and seats: days worked, days at the office, the most at once.

    `seats` is the most at the office at once, `most` the most at work anywhere.
    """

    people: int
    days: int
    trips: int
    seats: int
    most: int


def footprint(shifts: Iterable[Shift]) -> Footprint:
    """Return what shifts take of ways and seats; two shifts of a day are one way there and back."""
    shifts = list(shifts)
    there = [one for one in shifts if one.place == "site"]
    return Footprint(
        people=len({one.operator_id for one in shifts}),
        days=len({(one.operator_id, one.day) for one in shifts}),
        trips=len({(one.operator_id, one.day) for one in there}),
        seats=most_at_once((one.starts_at, one.ends_at) for one in there),
        most=most_at_once((one.starts_at, one.ends_at) for one in shifts),
    )
