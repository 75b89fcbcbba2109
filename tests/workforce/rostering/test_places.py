"""Who sits in the office: what is agreed before what is liked, never more people than seats."""

import json
from datetime import date
from typing import Any

from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.instance import read_instance
from ascolto.workforce.rostering.places import places_of
from ascolto.workforce.rostering.problem import problem_of
from ascolto.workforce.rostering.search import search_again

MONDAY = date(2026, 3, 2)


def office_days(*people: dict[str, Any], seats: int | None = 1) -> list[list[int]]:
    """Return each person's weekdays in the office; all work the same hours, Monday to Friday."""
    axis = Axis(start=MONDAY, days=7, zone="Europe/Rome", minutes=15)
    body: dict[str, Any] = {
        "start": MONDAY.isoformat(),
        "days": 7,
        "queues": [{"id": "voice"}],
        "demand": {"voice": [1] * axis.day_begins[-1]},
        "contracts": [
            {
                "id": "five",
                "shift_minutes": [240],
                "shifts_per_week": 5,
                "bands": [{"from": "09:00", "to": "13:00", "weekdays": [1, 2, 3, 4, 5]}],
            }
        ],
        "people": [
            {"id": f"p{n}", "contract": "five", "skills": ["voice"], "office": agreed}
            for n, agreed in enumerate(people)
        ],
    }
    if seats is not None:
        body["office"] = {"seats": seats}
    problem = problem_of(read_instance(json.dumps(body)))
    found = places_of(problem, search_again(problem, planned=2, seed=1).weeks)
    return [sorted(d + 1 for p, d in found if p == n) for n in range(len(people))]


def test_who_likes_the_office_takes_nobodys_agreed_day() -> None:
    agreed = {"days_per_week": [1, 5]}
    assert office_days(agreed, agreed) == [[1], [2]]
    assert office_days({**agreed, "prefers": "office"}, agreed) == [[1, 3, 4, 5], [2]]
    keen = {"days_per_week": [1, 3], "prefers": "office"}
    assert [len(days) for days in office_days(keen, agreed, {**agreed, "prefers": "office"})] == [
        3, 1, 1,
    ]  # fmt: skip


def test_who_likes_the_office_takes_nobodys_team_day() -> None:
    keen = {"days_per_week": [0, 5], "prefers": "office"}
    assert office_days(keen, {"days_per_week": [0, 5], "team_weekdays": [1, 2]}) == [
        [3, 4, 5], [1, 2],
    ]  # fmt: skip


def test_a_least_number_of_days_comes_before_the_team_days_of_somebody_else() -> None:
    team = {"days_per_week": [1, 5], "team_weekdays": [1, 2, 3, 4, 5]}
    assert office_days(team, {"days_per_week": [1, 5]}) == [[1, 3, 4, 5], [2]]


def test_who_likes_to_be_at_home_keeps_the_days_of_the_team() -> None:
    home = {"days_per_week": [0, 3], "team_weekdays": [2, 4], "prefers": "remote"}
    assert office_days(home, seats=None) == [[2, 4]]
    assert office_days({**home, "days_per_week": [0, 1]}, seats=None) == [[2]]
