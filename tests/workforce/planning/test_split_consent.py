"""Days of two parts, from a person's consent to their page: made, worked and seen as two parts."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.agreements import Agreement
from ascolto.workforce.asking import Wishes
from ascolto.workforce.casting import Planned, Stage, instance_document
from ascolto.workforce.rostering.instance import read_instance
from support.office import Office, ok, refused
from support.planning import PLANNER, TERMS, agreed, rostered

MONDAY = date(2026, 3, 9)
SPLIT: dict[str, Any] = {"gap_minutes": [120, 240], "part_minutes": 120, "days_per_week": 3}
DAY = {"bands": [{"from": "08:00", "to": "21:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}]}
PEAKS = [
    {"from": begin, "to": end, "weekdays": [1, 2, 3, 4, 5], "people": 1}
    for begin, end in (("09:00", "12:00"), ("16:00", "19:00"))
]


def document(*people: tuple[str, Wishes], other_work: bool = False, **more: Any) -> dict[str, Any]:
    terms = {**TERMS, **DAY, "split": SPLIT, **more}
    stage = Stage(
        first_day=MONDAY, days=7, timezone="Europe/Rome", contracts={"c": terms}, seats=None,
        before=(),
    )  # fmt: skip
    holds = Agreement(operator_id="", from_day=date(2026, 1, 1), contract_id="c")
    cast = [
        Planned(
            operator_id=who, place="site", queues=("q",), wishes=wishes,
            agreements=(replace(holds, operator_id=who),),
        )
        for who, wishes in people
    ]  # fmt: skip
    return instance_document(stage, cast, {"q": [0.0] * 7 * 96}, other_work=other_work)


def test_only_who_agrees_has_split_days_and_parts_as_long_as_they_agree_to() -> None:
    told = document(
        ("anna", Wishes(split_shifts=True, short_shifts=True)),
        ("bruno", Wishes(split_shifts=True)),
        ("carla", Wishes(short_shifts=True)),
    )
    contracts = {one["id"]: one for one in told["contracts"]}
    held = {one["id"]: (one["contract"], one.get("split", False)) for one in told["people"]}
    assert held == {
        "anna": ("c-split", True),
        "bruno": ("c-split-long", True),
        "carla": ("c", False),
    }
    assert contracts["c-split"]["split"] == SPLIT
    # A part under three hours is a short shift, which is another thing to agree to.
    assert contracts["c-split-long"]["split"] == {**SPLIT, "part_minutes": 180}
    assert contracts["c"]["split"] is None


def test_a_contract_without_split_days_is_the_same_for_who_agrees_to_them() -> None:
    agrees, not_asked = (
        document(("anna", Wishes(split_shifts=yes)), split=None) for yes in (True, False)
    )
    assert agrees == not_asked


def test_who_works_four_hours_and_agrees_to_no_short_shift_has_whole_days() -> None:
    told = document(("anna", Wishes(split_shifts=True)), shift_minutes=[240])
    assert [one["contract"] for one in told["people"]] == ["c"]


_quarters = st.integers(4, 24).map(lambda n: 15 * n)


@settings(max_examples=100, deadline=None)
@given(
    lengths=st.lists(st.sampled_from([120, 180, 240, 360, 480]), min_size=1, max_size=3),
    gap=st.tuples(_quarters, _quarters).map(sorted),
    part=_quarters,
    span=st.integers(8, 52).map(lambda n: 15 * n),
    consents=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=4),
)
def test_whatever_a_contract_tells_nobody_has_more_of_it_than_they_agree_to(
    lengths: list[int],
    gap: list[int],
    part: int,
    span: int,
    consents: list[tuple[bool, bool]],
) -> None:
    split = {"gap_minutes": gap, "part_minutes": part, "days_per_week": 2, "span_minutes": span}
    people = {
        f"p{n}": Wishes(split_shifts=parted, short_shifts=short)
        for n, (parted, short) in enumerate(consents)
    }
    told = document(*people.items(), shift_minutes=lengths, split=split)
    if told["people"]:
        read_instance(json.dumps(told))
    contracts = {one["id"]: one for one in told["contracts"]}
    for one in told["people"]:
        own, wishes = contracts[one["contract"]], people[one["id"]]
        assert one.get("split", False) == (own["split"] is not None)
        if own["split"] is not None:
            assert wishes.split_shifts
            assert {**own["split"], "part_minutes": part} == split
            assert own["split"]["part_minutes"] >= (part if wishes.short_shifts else 180)
        assert wishes.short_shifts or min(own["shift_minutes"]) >= 180


def test_the_examiner_measures_split_days_of_everybody_by_the_contract() -> None:
    told = document(("anna", Wishes()), other_work=True)
    assert told["people"][0]["split"] is True
    assert told["contracts"][0]["split"] == SPLIT


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ({"gap_minutes": [240, 120]}, "the least is more than the most"),
        ({"gap_minutes": [100, 200]}, "not all lengths are multiples of 15 min"),
        ({"part_minutes": 240}, "no shift has two parts of 240 min or longer"),
        ({"span_minutes": 800}, "less than or equal to 780"),
        ({"span_minutes": 420}, "lasts 420 min at most"),
        ({"days_per_week": 0}, "greater than or equal to 1"),
    ],
)
async def test_terms_of_split_days_that_cannot_be_are_refused_with_the_reason(
    office: Office, split: dict[str, Any], said: str
) -> None:
    terms = {**TERMS, "shift_minutes": [360], "split": split}
    async with office.signed_in(PLANNER) as planner:
        body = {"name": "Spezzato", "terms": terms}
        answer = await planner.post("/workforce/contracts", json=body)
        assert answer.status_code == 422
        assert said in answer.text


async def test_a_roster_splits_days_while_somebody_agrees_and_not_once_they_take_it_back(
    office: Office,
) -> None:
    desk = office.desk
    queues = [{"queue_id": desk.queue.id, "by_hand": PEAKS}]
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        terms = {**DAY, "shift_minutes": [360], "weekly_minutes": [1080, 1800], "split": SPLIT}
        contract = await agreed(planner, desk.anna, terms=terms)
        assert contract["terms"]["split"] == {**SPLIT, "span_minutes": 720}
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        run = await rostered(planner, office, queues=queues)
        assert run["state"] == "made", run["failure"]
        assert run["made"]["violations"] == []
        url = f"/workforce/rosters/{run['roster_id']}"
        found = ok(await planner.get(url))
        parted = parts_by_day(found["shifts"])
        assert run["made"]["cost"]["split_days"] == len(parted) == 3
        assert run["made"]["fairness"]["split_days"]["most"] == 3
        assert run["made"]["burdens"][desk.anna]["split_days"] == 3
        for first, second in parted.values():
            assert second[0] - first[1] >= timedelta(hours=2)
            assert min(end - begin for begin, end in (first, second)) >= timedelta(hours=3)
        publish, v = f"{url}/publish", {"v": found["roster"]["v"]}
        # Taken back between the making and the publishing, it counts.
        ok(await anna.put("/me/wishes", json={}))
        refused(await planner.post(publish, json=v), 422, "workforce.breaks_the_law")
        told = ok(await planner.get(f"{url}/violations"))
        assert {(one["code"], one["binding"]) for one in told} == {("split", True)}
        again = await rostered(planner, office, queues=queues)
        shifts = ok(await planner.get(f"/workforce/rosters/{again['roster_id']}"))["shifts"]
        assert parts_by_day(shifts) == {}
        assert "split_days" not in {**again["made"]["cost"], **again["made"]["fairness"]}
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        ok(await planner.post(publish, json=v))


def parts_by_day(shifts: list[dict[str, Any]]) -> dict[str, list[tuple[datetime, datetime]]]:
    days: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in sorted(shifts, key=lambda one: str(one["starts_at"])):
        span = [datetime.fromisoformat(one[key]) for key in ("starts_at", "ends_at")]
        days.setdefault(one["day"], []).append((span[0], span[1]))
    return {day: own for day, own in days.items() if len(own) > 1}
