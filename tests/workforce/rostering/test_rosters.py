"""Rosters under all kinds of contracts, examined by the program that shares nothing with them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.cli import main
from ascolto.workforce.rostering import moves
from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.bounding import bound
from ascolto.workforce.rostering.checking import Examined, examine
from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.instance import Instance, InstanceError, read_instance
from ascolto.workforce.rostering.problem import problem_of
from ascolto.workforce.rostering.roster import cost_json, roster_json
from ascolto.workforce.rostering.search import Found, search_again

QUEUES: list[dict[str, Any]] = [
    {"id": "voice"},
    {"id": "chat"},
    {"id": "papers", "off_screen": True},
]
SPRING, AUTUMN, USUAL = date(2026, 3, 23), date(2026, 10, 19), date(2026, 3, 2)


def told(instance: Instance) -> dict[str, Any]:
    found = json.loads(instance.model_dump_json(by_alias=True, exclude_none=True))
    assert isinstance(found, dict)
    return found


def made(instance: Instance, *, planned: int = 4, tries: int = 0) -> tuple[Found, dict[str, Any]]:
    problem = problem_of(instance)
    found = search_again(problem, planned=planned, tries=tries, seed=1)
    return found, roster_json(problem, found.weeks, found.cover)


def examined(instance: Instance, roster: dict[str, Any]) -> Examined:
    return examine(told(instance), roster)


def demand(start: date, level: int, *, opens: int = 0, closes: int = 24) -> dict[str, list[int]]:
    axis = Axis(start=start, days=14, zone="Europe/Rome", minutes=15)
    hours = [axis.moment(t).hour for t in range(axis.day_begins[-1])]
    return {q["id"]: [level if opens <= h < closes else 0 for h in hours] for q in QUEUES}


BANDS = st.sampled_from(
    [
        [{"from": "07:00", "to": "21:00"}],
        [{"from": "00:00", "to": "36:00"}],
        [{"from": "21:00", "to": "31:00"}, {"from": "06:00", "to": "15:00"}],
        [{"from": "22:00", "to": "32:00", "weekdays": [5, 6, 7]}, {"from": "08:00", "to": "20:00"}],
    ]
)


@st.composite
def contracts(draw: st.DrawFn, name: str) -> dict[str, Any]:
    lengths = draw(st.sets(st.sampled_from([240, 300, 360, 480]), min_size=1, max_size=2))
    contract: dict[str, Any] = {
        "id": name,
        "shift_minutes": sorted(lengths),
        "bands": draw(BANDS),
        "start_every_minutes": draw(st.sampled_from([15, 30, 60])),
        "elastic_bands": [{"from": "06:00", "to": "30:00"}] if draw(st.booleans()) else [],
    }
    if draw(st.booleans()):
        contract["shifts_per_week"] = draw(st.integers(1, 6))
    else:
        contract["weekly_minutes"] = sorted(draw(st.tuples(*[st.integers(600, 2880)] * 2)))
    return contract


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    start = draw(st.sampled_from([SPRING, AUTUMN, USUAL]))
    days = [(start + timedelta(days=n)).isoformat() for n in range(14)]
    some_days = st.lists(st.sampled_from(days), max_size=4, unique=True)
    agreed = [draw(contracts(name)) for name in ("one", "two")]
    people = []
    for n in range(draw(st.integers(1, 6))):
        person: dict[str, Any] = {
            "id": f"p{n}",
            "contract": draw(st.sampled_from(["one", "two"])),
            "skills": draw(st.sets(st.sampled_from(["voice", "chat", "papers"]), min_size=1)),
            "days_off": draw(some_days),
            "leave": draw(some_days),
            "elastic": draw(st.booleans()),
        }
        person["skills"] = sorted(person["skills"])
        if draw(st.booleans()):
            row = draw(st.integers(0, 6))
            last = start - timedelta(days=1 if row else 2)
            hour = draw(st.integers(10, 23))
            person["before"] = {
                "consecutive_days": row,
                "last_end": f"{last}T{hour}:00:00+01:00",
            }
        if draw(st.booleans()):
            person["preferred_hours"] = {
                "from": "08:00",
                "to": draw(st.sampled_from(["15:00", "30:00"])),
            }
        if draw(st.booleans()):
            person["office"] = {"days_per_week": [1, 3], "team_weekdays": [2]}
        people.append(person)
    body = {
        "start": start.isoformat(),
        "days": 14,
        "queues": QUEUES,
        "demand": demand(start, draw(st.integers(0, 3))),
        "contracts": agreed,
        "people": people,
        "office": {"seats": draw(st.integers(0, 3))},
    }
    return read_instance(json.dumps(body))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(instances())
def test_a_roster_never_breaks_a_rule_and_never_misstates_its_cost(instance: Instance) -> None:
    found, roster = made(instance, planned=2, tries=5)
    result = examined(instance, roster)
    cost = cost_json(problem_of(instance), found.weeks, found.cover)
    # Who cannot be given their contract is told, and is all that an examiner may find.
    unexpected = [
        v for v in result.violations if v.article != "contract" or not cost["units_short"]
    ]
    assert unexpected == []
    assert result.cost["total"] == pytest.approx(cost["total"])


@pytest.fixture(scope="module")
def fifty() -> Instance:
    return generate(people=50, start_every_minutes=30)


def test_the_search_is_much_better_than_one_pass_and_breaks_nothing(fifty: Instance) -> None:
    once = search_again(problem_of(fifty), planned=1, sweeps=1)
    found, roster = made(fifty, planned=60)
    assert examined(fifty, roster).violations == []
    assert found.cost <= 4100
    assert found.cost < once.cost / 2


def test_the_same_seed_and_steps_make_the_same_roster(fifty: Instance) -> None:
    first, second = (made(fifty, planned=5, tries=40) for _ in range(2))
    assert first[0].cost == second[0].cost
    assert first[1] == second[1]


def test_the_bound_is_below_every_roster(fifty: Instance) -> None:
    found, _ = made(fifty, planned=60)
    assert 0 <= bound(problem_of(fifty), seconds=1.0, cost=found.cost) <= found.cost


@pytest.mark.parametrize(("start", "hours"), [(SPRING, 335), (AUTUMN, 337)])
def test_days_on_which_the_clocks_change_are_as_long_as_they_are(start: date, hours: int) -> None:
    body = {
        "start": start.isoformat(),
        "days": 14,
        "queues": [QUEUES[0]],
        "demand": {"voice": [1] * (4 * hours)},
        "contracts": [
            {
                "id": "night",
                "shift_minutes": [480],
                "shifts_per_week": 5,
                "bands": [{"from": "21:00", "to": "33:00"}],
            }
        ],
        "people": [{"id": f"p{n}", "contract": "night", "skills": ["voice"]} for n in range(3)],
    }
    instance = read_instance(json.dumps(body))
    _, roster = made(instance, planned=6)
    assert examined(instance, roster).violations == []
    for shifts in roster["people"].values():
        assert len(shifts) == 10
        assert all(sum(minutes for minutes, _ in shift["parts"]) == 510 for shift in shifts)
    body["demand"] = {"voice": [1] * (4 * 336)}
    with pytest.raises(InstanceError, match="clocks change"):
        read_instance(json.dumps(body))


def test_other_work_off_the_screen_stands_for_the_pause() -> None:
    body = {
        "start": USUAL.isoformat(),
        "days": 14,
        "queues": QUEUES,
        "demand": demand(USUAL, 1, opens=8, closes=20),
        "contracts": [
            {
                "id": "six",
                "shift_minutes": [360],
                "shifts_per_week": 5,
                "bands": [{"from": "08:00", "to": "20:00"}],
            }
        ],
        "people": [{"id": "p", "contract": "six", "skills": ["voice", "papers"]}],
    }
    instance = read_instance(json.dumps(body))
    _, roster = made(instance)
    assert examined(instance, roster).violations == []
    words = {what for shift in roster["people"]["p"] for _, what in shift["parts"]}
    assert "papers" in words
    assert "pause" not in words


def broken(instance: Instance, change: Any) -> set[str]:
    _, roster = made(instance, planned=2)
    name = next(iter(roster["people"]))
    change(roster["people"][name])
    return {v.article for v in examined(instance, roster).violations if v.person == name}


def test_the_examiner_names_the_article_of_what_is_broken(fifty: Instance) -> None:
    def without_pauses(shifts: list[dict[str, Any]]) -> None:
        total = sum(minutes for minutes, _ in shifts[0]["parts"])
        word = shifts[0]["parts"][0][1]
        shifts[0]["parts"] = [[total, word]]

    def one_less(shifts: list[dict[str, Any]]) -> None:
        shifts.pop()

    def twice(shifts: list[dict[str, Any]]) -> None:
        shifts.append(json.loads(json.dumps(shifts[0])))

    def by_night(shifts: list[dict[str, Any]]) -> None:
        shifts[0]["start"] = shifts[0]["start"][:11] + "04:00+01:00"

    assert "D.Lgs. 81/2008 art. 175" in broken(fifty, without_pauses)
    assert "contract" in broken(fifty, one_less)
    assert "D.Lgs. 66/2003 art. 7" in broken(fifty, twice)
    assert "D.Lgs. 81/2015 art. 5" in broken(fifty, by_night)


def test_the_commands_make_and_examine_a_roster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, roster = str(tmp_path / "instance.json"), tmp_path / "roster.json"
    assert main(["workforce", "instance", "--people", "10", "-o", instance]) == 0
    words = ["workforce", "roster", instance, "--seconds", "0.5", "--quiet", "-o", str(roster)]
    assert main(words) == 0
    assert main(["workforce", "check", instance, str(roster), "--json"]) == 0
    answer = json.loads(roster.read_text())
    assert answer["bound"]["at_least"] <= answer["cost"]["total"]
    next(iter(answer["people"].values())).pop()
    roster.write_text(json.dumps(answer))
    capsys.readouterr()
    assert main(["workforce", "check", instance, str(roster)]) == 1
    assert "contract" in capsys.readouterr().out
    roster.write_text("[]")
    assert main(["workforce", "check", instance, str(roster)]) == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"start": "2026-03-03"}, "not a Monday"),
        ({"timezone": "Europe/Atlantis"}, "Atlantis"),
        ({"demand": {"voice": [1]}}, "1 values for"),
        ({"people": []}, "people"),
        ({"interval_minutes": 7}, "does not divide"),
    ],
)
def test_an_instance_that_cannot_be_says_which_field(change: dict[str, Any], says: str) -> None:
    body = told(generate(people=2)) | change
    with pytest.raises(InstanceError, match=says):
        read_instance(json.dumps(body))


def test_numbers_of_people_that_come_and_go_leave_nothing_behind(fifty: Instance) -> None:
    problem = problem_of(fifty)
    found = search_again(problem, planned=4)
    for p in range(50):
        moves.count_in(problem.arrays, found.cover, found.weeks, p, -1)
    assert not found.cover.load.any()
    assert not found.cover.spread.any()
    assert np.isfinite(found.cover.worth).all()


def test_days_worked_before_the_roster_do_not_lengthen_a_row_that_begins_in_a_later_week() -> None:
    start = date(2026, 3, 2)
    document: dict[str, Any] = {
        "start": start.isoformat(),
        "days": 14,
        "queues": [{"id": "voice"}],
        "demand": {},
        "contracts": [
            {"id": "c", "shift_minutes": [240], "weekly_minutes": [0, 2400],
             "bands": [{"from": "08:00", "to": "20:00"}]}
        ],
        "people": [
            {"id": "p", "contract": "c", "skills": ["voice"],
             "before": {"consecutive_days": 6, "last_end": "2026-03-01T20:00:00+01:00"}}
        ],
    }  # fmt: skip

    def articles(*days: int) -> list[str]:
        shifts = [
            {"day": str(day), "start": f"{day}T09:00:00+01:00", "end": f"{day}T13:00:00+01:00",
             "parts": [[120, "voice"], [15, "pause"], [105, "voice"]]}
            for day in (start + timedelta(days=n) for n in days)
        ]  # fmt: skip
        return [one.article for one in examine(document, {"people": {"p": shifts}}).violations]

    assert articles(7, 8, 9) == [], "a whole week of rest lies between"
    assert articles(0, 7) == ["D.Lgs. 66/2003 art. 9"], "a seventh day in a row"
