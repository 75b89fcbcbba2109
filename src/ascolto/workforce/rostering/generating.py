"""An invented instance to measure rosters by: contracts, skills and wishes drawn, demand to match.

Half work 8 hours, three in ten 6, two in ten 4; five shifts a week less leave (4 % of days); skills
A 40 %, B 20, C 10, AB 20, ABC 10; 60 % like mornings or afternoons, everybody asks for one day off
a week. Demand has the shape of a bank's day, scaled so that all net hours are just enough.
"""

import json
from datetime import date, timedelta
from typing import Any

import numpy as np

from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.instance import Instance, read_instance

OPENS, CLOSES = 7, 21
# Share of a day's calls in each half hour from 07:00 to 21:00: the mean of the public bank_calls
# series (J. Weinberg's data, 164 days of 2003), told in ten-thousandths.
PROFILE = (
    *(148, 165, 256, 338, 473, 520, 525, 523, 514, 499, 484, 476, 463, 458),
    *(449, 447, 434, 424, 399, 358, 304, 266, 233, 208, 183, 167, 150, 137),
)
WEEKDAYS = (1.15, 1.05, 1.0, 0.98, 1.02, 0.75, 0.6)
# As the skills are shared out, who has several counted in equal parts.
SHARES = {"A": 0.40 + 0.20 / 2 + 0.10 / 3, "B": 0.20 + 0.20 / 2 + 0.10 / 3, "C": 0.10 + 0.10 / 3}
SKILLS = ((("A",), 0.4), (("B",), 0.2), (("C",), 0.1), (("A", "B"), 0.2), (("A", "B", "C"), 0.1))
CONTRACTS = (("full", 480, 0.5), ("six", 360, 0.3), ("four", 240, 0.2))
# Mornings and afternoons are the two halves of the starts that a contract allows.
HALF_OF_STARTS = {"full": "09:45", "six": "11:00", "four": "12:00"}
NET_MINUTES = {"full": 450, "six": 330, "four": 225}


def generate(
    *,
    people: int,
    start_every_minutes: int = 15,
    weeks: int = 2,
    seed: int = 0,
    start: date = date(2026, 3, 2),
) -> Instance:
    """Return an instance for so many people; the same seed gives the same one."""
    chance = np.random.default_rng(seed)
    contracts = _dealt(
        chance, [name for name, _, _ in CONTRACTS], [s for *_, s in CONTRACTS], people
    )
    skills = _dealt(chance, list(range(len(SKILLS))), [share for _, share in SKILLS], people)
    drawn = [
        _person(chance, n, contracts[n], SKILLS[skills[n]][0], start, weeks) for n in range(people)
    ]
    supply = sum(
        NET_MINUTES[person["contract"]] * (5 * weeks - len(person["leave"])) / 15
        for person in drawn
    )
    body: dict[str, Any] = {
        "start": start.isoformat(),
        "days": 7 * weeks,
        "timezone": "Europe/Rome",
        "interval_minutes": 15,
        "queues": [{"id": name} for name in SHARES],
        "demand": _demand(start, weeks, supply),
        "contracts": [
            {
                "id": name,
                "shift_minutes": [minutes],
                "shifts_per_week": 5,
                "bands": [{"from": f"{OPENS:02}:00", "to": f"{CLOSES:02}:00"}],
                "start_every_minutes": start_every_minutes,
            }
            for name, minutes, _ in CONTRACTS
        ],
        "people": drawn,
    }
    return read_instance(json.dumps(body))


def _dealt(chance: np.random.Generator, names: list[Any], shares: list[float], n: int) -> list[Any]:
    """Return so many names in exactly these shares, in a drawn order."""
    bounds = np.round(np.cumsum(shares) * n).astype(int)
    found = [names[int(np.searchsorted(bounds, place, side="right"))] for place in range(n)]
    return [found[int(place)] for place in chance.permutation(n)]


def _person(
    chance: np.random.Generator,
    number: int,
    contract: str,
    skills: tuple[str, ...],
    start: date,
    weeks: int,
) -> dict[str, Any]:
    days = [start + timedelta(days=n) for n in range(7 * weeks)]
    leave = [day for day in days if chance.random() < 0.04]
    asked = [days[7 * w + int(chance.integers(7))] for w in range(weeks)]
    person: dict[str, Any] = {
        "id": f"p{number:04}",
        "contract": contract,
        "skills": list(skills),
        "days_off": [day.isoformat() for day in asked],
        "leave": [day.isoformat() for day in leave],
    }
    if chance.random() < 0.6:
        morning, middle = chance.random() < 0.5, HALF_OF_STARTS[contract]
        window = {"from": "07:00", "to": middle} if morning else {"from": middle, "to": "21:00"}
        person["preferred_start"] = window
    return person


def _demand(start: date, weeks: int, supply: float) -> dict[str, list[int]]:
    """Return whole people per queue and interval that add up to the supply as nearly as can be."""
    axis = Axis(start=start, days=7 * weeks, zone="Europe/Rome", minutes=15)
    shape = np.zeros(axis.day_begins[-1])
    for day in range(axis.days):
        first = axis.at(day, OPENS * 60) or 0
        intervals = np.repeat(np.array(PROFILE, float), 2)
        shape[first : first + len(intervals)] = intervals * WEEKDAYS[day % 7]
    shares = np.array([*SHARES.values()])
    low, high = 0.0, 2.0 * supply / shape.sum()
    for _ in range(60):
        scale = (low + high) / 2
        if np.rint(shape[:, None] * shares * scale).sum() < supply:
            low = scale
        else:
            high = scale
    found = np.rint(shape[:, None] * shares * high).astype(int)
    return {name: found[:, q].tolist() for q, name in enumerate(SHARES)}
