"""Split days: only by consent, within what is agreed, and better where a day has two peaks."""

import json
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascolto.workforce.rostering import legal, moves
from ascolto.workforce.rostering.axis import Axis
from ascolto.workforce.rostering.bounding import bound
from ascolto.workforce.rostering.checking import examine
from ascolto.workforce.rostering.generating import generate
from ascolto.workforce.rostering.instance import InstanceError, read_instance
from ascolto.workforce.rostering.kernel import NEVER, best_weeks
from ascolto.workforce.rostering.problem import FORBIDDEN, NONE, SHORT, SPLIT, problem_of
from ascolto.workforce.rostering.replanning import Plan, explain_day, faults, who_could_come
from ascolto.workforce.rostering.roster import cost_json, roster_json
from ascolto.workforce.rostering.search import Found, search_again

SPRING, AUTUMN, USUAL = date(2026, 3, 23), date(2026, 10, 19), date(2026, 3, 2)
Document = dict[str, Any]


def made(document: Document, *, planned: int = 6, tries: int = 20) -> tuple[Found, Document]:
    problem = problem_of(read_instance(json.dumps(document)))
    found = search_again(problem, planned=planned, tries=tries, seed=1)
    roster = roster_json(problem, found.weeks, found.cover)
    return found, {**roster, "cost": cost_json(problem, found.weeks, found.cover)}


def two_peaks(*, people: int = 12, consent: bool, split: Document | None = None) -> Document:
    """Return a restaurant's day: calls from 11 to 14 and from 18 to 21, few between."""
    axis = Axis(start=USUAL, days=14, zone="Europe/Rome", minutes=15)
    hours = [axis.moment(t).hour for t in range(axis.day_begins[-1])]
    peak = round(people * 5 / 7)
    calls = [
        peak if 11 <= h < 14 or 18 <= h < 21 else peak // 4 if 14 <= h < 18 else 0 for h in hours
    ]
    return {
        "start": USUAL.isoformat(),
        "days": 14,
        "queues": [{"id": "voice"}],
        "demand": {"voice": calls},
        "contracts": [
            {
                "id": "six",
                "shift_minutes": [360],
                "shifts_per_week": 5,
                "bands": [{"from": "10:00", "to": "22:00"}],
                "start_every_minutes": 30,
                "split": {"gap_minutes": [120, 240], "days_per_week": 3, "span_minutes": 720}
                if split is None
                else split,
            }
        ],
        "people": [
            {"id": f"p{n}", "contract": "six", "skills": ["voice"], "split": consent}
            for n in range(people)
        ],
    }


def by_day(shifts: list[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for shift in shifts:
        found.setdefault(shift["day"], []).append(shift)
    return found


def split_days(roster: Document) -> list[tuple[str, list[Document]]]:
    return [
        (who, own)
        for who, shifts in roster["people"].items()
        for own in by_day(shifts).values()
        if len(own) > 1
    ]


def test_a_day_of_two_peaks_is_covered_better_where_people_agree_to_split_days() -> None:
    whole, _ = made(two_peaks(consent=False), planned=30)
    parted, roster = made(two_peaks(consent=True), planned=30)
    _, without = made(two_peaks(consent=False), planned=30)
    assert examine(two_peaks(consent=True), roster).violations == []
    assert split_days(without) == []
    assert roster["cost"]["split_days"] == len(split_days(roster)) > 10
    assert roster["cost"]["missing"] < without["cost"]["missing"] * 0.7
    assert parted.cost < whole.cost, "the price of the discomfort is in the cost"


def test_consent_never_makes_a_roster_dearer_in_as_many_steps() -> None:
    document = generate(people=30).model_dump(mode="json", by_alias=True, exclude_none=True)
    for contract in document["contracts"]:
        contract["split"] = {"gap_minutes": [120, 240], "days_per_week": 3, "span_minutes": 720}
    whole, _ = made(document, planned=20, tries=0)
    for person in document["people"]:
        person["split"] = True
    opened, _ = made(document, planned=20, tries=0)
    assert opened.cost <= whole.cost


def test_where_nobody_agrees_a_contract_with_split_days_changes_nothing() -> None:
    document = two_peaks(consent=False)
    opened, told = made(document)
    document["contracts"][0].pop("split")
    closed, untold = made(document)
    assert (opened.cost, told) == (closed.cost, untold)
    for person in document["people"]:
        person["split"] = True  # agreed to, but no contract tells of them
    closed, untold = made(document)
    assert (opened.cost, told) == (closed.cost, untold)


def test_who_did_not_agree_has_whole_days_beside_colleagues_who_did() -> None:
    document = two_peaks(consent=True)
    for person in document["people"][::2]:
        person["split"] = False
    _, roster = made(document)
    assert examine(document, roster).violations == []
    agreed = {one["id"] for one in document["people"] if one["split"]}
    assert {who for who, _ in split_days(roster)} <= agreed
    assert split_days(roster)


def test_a_dear_split_day_is_not_made() -> None:
    document = two_peaks(consent=True)
    document["weights"] = {"split": 100_000}
    _, roster = made(document)
    assert roster["cost"]["split_days"] == 0
    assert examine(document, roster).cost["total"] == pytest.approx(roster["cost"]["total"])


def articles(document: Document, shifts: list[Document]) -> set[tuple[str, str]]:
    found = examine(document, {"people": {"p0": shifts}}).violations
    return {(one.article, one.text) for one in found if one.article != "contract"}


def at(day: int, begin: str, end: str, **other: Any) -> Document:
    moments = [
        datetime.fromisoformat(f"{USUAL + timedelta(days=day)}T{clock}+01:00")
        for clock in (begin, end)
    ]
    minutes = int((moments[1] - moments[0]).total_seconds() // 60)
    parts: list[list[Any]] = [[minutes, "voice"]]
    if minutes > 120:
        parts = [[90, "voice"], [15, "pause"], [minutes - 105, "voice"]]
    begins, ends = (one.isoformat() for one in moments)
    day_told = (USUAL + timedelta(days=day)).isoformat()
    return {"day": day_told, "start": begins, "end": ends, "parts": parts, **other}


def parted(day: int, *clocks: str) -> list[Document]:
    return [at(day, clocks[0], clocks[1]), at(day, clocks[2], clocks[3])]


AGREED, REST, SCREEN = "D.Lgs. 81/2015 art. 5", "D.Lgs. 66/2003 art. 7", "D.Lgs. 81/2008 art. 175"


def test_the_examiner_refuses_what_was_not_agreed_to() -> None:
    yes, no = two_peaks(people=1, consent=True), two_peaks(people=1, consent=False)
    fine = parted(0, "11:00", "14:00", "18:00", "21:00")
    assert articles(yes, fine) == set()
    assert articles(no, fine) == {(REST, "two shifts on one day without a day's rest between")}
    text = "minutes between the parts of a day, 120 to 240 are agreed"
    short = parted(0, "11:00", "14:00", "15:30", "18:30")
    assert articles(yes, short) == {(AGREED, f"90 {text}")}
    long = parted(0, "10:00", "13:00", "18:00", "21:00")
    assert articles(yes, long) == {(AGREED, f"300 {text}")}
    many = [one for day in range(4) for one in parted(day, "11:00", "14:00", "18:00", "21:00")]
    assert articles(yes, many) == {(AGREED, "4 split days in a week, 3 are agreed")}
    yes["contracts"][0]["split"]["span_minutes"] = 540
    told = "10 hours from beginning to end of a split day, 9 are agreed"
    assert articles(yes, fine) == {(AGREED, told)}
    yes["contracts"][0].update(bands=[{"from": "06:00", "to": "24:00"}], split={})
    yes["contracts"][0]["split"] = {"gap_minutes": [120, 480], "span_minutes": 780}
    wide = parted(0, "07:00", "10:00", "17:15", "20:15")
    assert {article for article, _ in articles(yes, wide)} == {REST}, "13 hours and 11 of rest"
    small = parted(0, "11:00", "12:30", "16:00", "20:30")
    text = "a part of 90 minutes of a split day, 120 are the least"
    assert (AGREED, text) in articles(yes, small)


def test_each_part_has_its_own_pauses_and_rest_counts_from_the_last_end() -> None:
    yes = two_peaks(people=1, consent=True)
    unbroken = parted(0, "11:00", "14:00", "18:00", "21:00")
    unbroken[1]["parts"] = [[180, "voice"]]
    assert {article for article, _ in articles(yes, unbroken)} == {SCREEN}
    yes["contracts"][0]["bands"] = [{"from": "06:00", "to": "23:00"}]
    late = [*parted(0, "14:00", "17:00", "20:00", "23:00"), at(1, "08:00", "14:00")]
    told = {text for article, text in articles(yes, late) if article == REST}
    assert told == {"9.00 hours of rest since the last shift, 11 are due"}


def test_parts_with_less_than_a_pause_between_are_one_stretch_at_the_screen() -> None:
    yes = two_peaks(people=1, consent=True)
    yes["contracts"][0]["split"] = None
    joined = [at(0, "11:00", "14:00"), at(0, "14:00", "17:00")]
    assert articles(yes, joined) == {(SCREEN, "165 minutes at the screen without a pause of 15")}
    assert articles(yes, [joined[0], at(0, "14:15", "17:15")]) == set()


def test_a_split_day_counts_as_one_shift_and_one_day_in_the_office() -> None:
    document = two_peaks(people=1, consent=True)
    document["people"][0]["office"] = {"days_per_week": [0, 2]}
    place = {"place": "office"}
    days = [
        [at(day, "11:00", "14:00", **place), at(day, "18:00", "21:00", **place)] for day in (0, 1)
    ]
    whole = [at(day, "12:00", "15:30") for day in (2, 3, 4)]
    document["contracts"][0]["shift_minutes"] = [210, 360]
    shifts = [one for own in days for one in own] + whole
    document["demand"]["voice"] = document["demand"]["voice"][: 7 * 96]
    document["days"] = 7
    found = examine(document, {"people": {"p0": shifts}}).violations
    assert [one.text for one in found] == []


def test_one_persons_best_week_with_split_days_is_the_best_of_all_weeks_there_are() -> None:
    split = {"gap_minutes": [240, 240], "part_minutes": 180, "days_per_week": 1}
    document = two_peaks(people=1, consent=True, split=split)
    document.update(days=7, demand={"voice": document["demand"]["voice"][: 7 * 96]})
    document["contracts"][0].update(start_every_minutes=120, shifts_per_week=4)
    document["contracts"][0]["bands"] = [{"from": "10:00", "to": "20:00"}]
    problem = problem_of(read_instance(json.dumps(document)))
    arrays, chance = problem.arrays, np.random.default_rng(3)
    options = int(arrays.options[0].max())
    assert 0 < int(arrays.shifts[0, SPLIT, 0].sum()) < options < 5
    legal_ones = []
    for week in map(np.array, product(range(NONE, options), repeat=7)):
        broken = {one.article for one in faults(problem, 0, week)}
        given = int((week != NONE).sum())
        if broken <= {legal.CONTRACT} and given <= 4:
            legal_ones.append((week, SHORT * (4 - given)))
    chosen = np.empty(7, np.int64)
    for size in (10.0, 5000.0):
        values = np.full(arrays.static.shape[1:], NEVER)
        values[:, :options] = chance.normal(-size / 2, size, (7, options))
        values[:, :options] += np.where(arrays.shifts[0, SPLIT, 0, :options] > 0, size, 0.0)
        values[arrays.static[0] >= FORBIDDEN] = NEVER
        found = best_weeks(
            values, arrays.shifts[0], arrays.weeks[0], arrays.people[0], arrays.limits, chosen
        )
        best = max(
            sum(values[d, k] for d, k in enumerate(week) if k != NONE) - due
            for week, due in legal_ones
        )
        assert np.isclose(found, best)
        assert {one.article for one in faults(problem, 0, chosen)} <= {legal.CONTRACT}


def test_a_split_day_says_why_it_is_one_and_nobody_is_asked_to_split_a_free_day() -> None:
    document = two_peaks(consent=True)
    problem = problem_of(read_instance(json.dumps(document)))
    found = search_again(problem, planned=10, seed=1)
    plan = Plan(problem, found.weeks, found.cover)
    said = {
        bool(problem.options[0][d][k].cuts): explain_day(plan, p, d)
        for (p, d), k in np.ndenumerate(found.weeks[moves.CHOSEN])
        if k != NONE
    }
    assert any(line.startswith("split, as agreed to, with ") for line in said[True])
    assert not any("split" in line for line in said[False])
    for d in range(7):
        for one in who_could_come(plan, d, at_most=12)[0]:
            begin, end = (datetime.fromisoformat(at) for at in (one.start, one.end))
            assert end - begin == timedelta(hours=6)


def test_the_bound_is_below_a_roster_with_split_days() -> None:
    document = two_peaks(consent=True)
    found, _ = made(document)
    problem = problem_of(read_instance(json.dumps(document)))
    assert 0 <= bound(problem, seconds=0.5, cost=found.cost) <= found.cost


@pytest.mark.parametrize(
    ("split", "says"),
    [
        ({"gap_minutes": [240, 120]}, "least is more than the most"),
        ({"gap_minutes": [100, 200]}, "multiples of 15"),
        ({"span_minutes": 800}, "780"),
        ({"days_per_week": 7}, "6"),
        ({"gap": 120}, "gap"),
    ],
)
def test_terms_of_split_days_that_cannot_be_are_refused(split: Document, says: str) -> None:
    with pytest.raises(InstanceError, match=says):
        read_instance(json.dumps(two_peaks(consent=True, split=split)))


def test_an_invented_instance_is_written_as_before() -> None:
    written = generate(people=3).model_dump_json(by_alias=True, exclude_none=True)
    assert '"split":15' not in written
    told = json.loads(written) | {"weights": {"split": 4.0}}
    assert read_instance(json.dumps(told)).model_dump(by_alias=True)["weights"]["split"] == 4.0


BANDS: list[list[Document]] = [
    [{"from": "07:00", "to": "21:00"}],
    [{"from": "08:00", "to": "13:00"}, {"from": "16:00", "to": "22:00"}],
    [{"from": "00:00", "to": "36:00"}],
    [{"from": "20:00", "to": "33:00"}, {"from": "06:00", "to": "15:00"}],
]


@st.composite
def agreed_contracts(draw: st.DrawFn, name: str) -> Document:
    lengths = st.sets(st.sampled_from([240, 300, 360, 480, 540]), min_size=1, max_size=2)
    gaps = st.tuples(*[st.sampled_from([60, 90, 120, 180, 240, 300])] * 2)
    contract: Document = {
        "id": name,
        "shift_minutes": sorted(draw(lengths)),
        "bands": draw(st.sampled_from(BANDS)),
        "elastic_bands": [{"from": "06:00", "to": "30:00"}] if draw(st.booleans()) else [],
        "start_every_minutes": draw(st.sampled_from([15, 30, 60])),
        "split": {
            "gap_minutes": sorted(draw(gaps)),
            "part_minutes": draw(st.sampled_from([60, 120, 180])),
            "days_per_week": draw(st.integers(1, 6)),
            "span_minutes": draw(st.sampled_from([480, 600, 720, 780])),
        },
    }
    if draw(st.booleans()):
        contract["shifts_per_week"] = draw(st.integers(1, 5))
    else:
        contract["weekly_minutes"] = sorted(draw(st.tuples(*[st.integers(600, 2880)] * 2)))
    return contract


@st.composite
def agreed(draw: st.DrawFn) -> Document:
    start = draw(st.sampled_from([SPRING, AUTUMN, USUAL]))
    axis = Axis(start=start, days=14, zone="Europe/Rome", minutes=15)
    hours = [axis.moment(t).hour for t in range(axis.day_begins[-1])]
    peaks = [3 if h in draw(st.just({9, 10, 11, 18, 19, 20, 23, 3, 4})) else 0 for h in hours]
    days = [(start + timedelta(days=n)).isoformat() for n in range(14)]
    people = []
    for n in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, 6))
        last = start - timedelta(days=1 if row else 2)
        people.append(
            {
                "id": f"p{n}",
                "contract": draw(st.sampled_from(["one", "two"])),
                "skills": draw(st.sampled_from([["voice"], ["papers", "voice"], ["papers"]])),
                "leave": draw(st.lists(st.sampled_from(days), max_size=3, unique=True)),
                "elastic": draw(st.booleans()),
                "split": draw(st.integers(0, 3)) > 0,
                "before": {"consecutive_days": row, "last_end": f"{last}T22:00:00+01:00"},
                "preferred_hours": {"from": "08:00", "to": "19:00"},
                "office": {"days_per_week": [1, 3], "team_weekdays": [2]},
            }
        )
    return {
        "start": start.isoformat(),
        "days": 14,
        "queues": [{"id": "voice"}, {"id": "papers", "off_screen": True}],
        "demand": {"voice": peaks, "papers": [draw(st.integers(0, 2))] * len(hours)},
        "contracts": [draw(agreed_contracts(name)) for name in ("one", "two")],
        "people": people,
        "office": {"seats": draw(st.integers(0, 3))},
        "weights": {"split": draw(st.sampled_from([0.0, 5.0, 15.0]))},
    }


def _complaints(document: Document, roster: Document) -> list[Any]:
    found = examine(document, roster).violations
    short = roster["cost"]["units_short"]
    # Who cannot be given their contract is told, and is all that an examiner may find.
    return [one for one in found if one.article != "contract" or not short]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(agreed())
def test_no_rule_is_ever_broken_under_any_consents_and_the_cost_is_as_told(
    document: Document,
) -> None:
    _, roster = made(document, planned=2, tries=5)
    assert _complaints(document, roster) == []
    assert examine(document, roster).cost["total"] == pytest.approx(roster["cost"]["total"])
