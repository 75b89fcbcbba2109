"""Contracts are written, agreed with people from a day on, and stay as they were agreed."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.workforce.agreements import Agreement, in_force_on
from ascolto.workforce.agreements_table import read_agreements
from support.office import Office, ok, refused
from support.planning import PLANNER

TERMS: dict[str, Any] = {
    "shift_minutes": [480],
    "shifts_per_week": 5,
    "bands": [{"from": "08:00", "to": "20:00", "weekdays": [1, 2, 3, 4, 5]}],
    "elastic_bands": [{"from": "07:00", "to": "21:00"}],
}
FULL = {"name": "Tempo pieno", "terms": TERMS}


async def test_what_is_agreed_holds_from_its_day_until_the_next(office: Office) -> None:
    anna = office.desk.anna
    async with office.signed_in(PLANNER) as planner:
        full = ok(await planner.post("/workforce/contracts", json=FULL))
        half = {**TERMS, "shift_minutes": [240]}
        half = ok(
            await planner.post("/workforce/contracts", json={"name": "Part-time", "terms": half})
        )
        url = f"/workforce/agreements/{anna}"
        agreed = {"contract_id": full["id"], "office": [1, 2], "team_weekdays": [3, 3, 1]}
        ok(await planner.put(f"{url}/2026-01-01", json=agreed))
        later = {"contract_id": half["id"], "elastic": True, "free_weekdays": [5]}
        ok(await planner.put(f"{url}/2026-06-01", json=later))
        found = {
            one["display_name"]: one["agreements"]
            for one in ok(await planner.get("/workforce/agreements"))["items"]
        }
        assert [one["from_day"] for one in found["Anna"]] == ["2026-01-01", "2026-06-01"]
        assert found["Anna"][0]["team_weekdays"] == [1, 3]
        assert found["Bruno"] == []
        ok(await planner.delete(f"{url}/2026-06-01"))
        refused(await planner.delete(f"{url}/2026-06-01"), 404, "workforce.unknown_agreement")
        contracts = ok(await planner.get("/workforce/contracts"))["items"]
        assert {one["name"]: one["people"] for one in contracts} == {
            "Part-time": 0,
            "Tempo pieno": 1,
        }
        ok(await planner.delete(f"/workforce/contracts/{half['id']}"))


async def test_a_contract_that_somebody_agreed_to_keeps_its_terms(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        full = ok(await planner.post("/workforce/contracts", json=FULL))
        url = f"/workforce/contracts/{full['id']}"
        shorter = {**TERMS, "shift_minutes": [360]}
        full = ok(await planner.put(url, json={**FULL, "terms": shorter, "v": full["v"]}))
        stale = await planner.put(url, json={**FULL, "v": 1})
        refused(stale, 409, "workforce.roster_changed")
        ok(
            await planner.put(
                f"/workforce/agreements/{office.desk.anna}/2026-01-01",
                json={"contract_id": full["id"]},
            )
        )
        answer = await planner.put(url, json={**FULL, "v": full["v"]})
        assert refused(answer, 409, "workforce.contract_agreed")["people"] == 1
        refused(await planner.delete(url), 409, "workforce.contract_agreed")
        named = {"name": "Sei ore", "terms": shorter, "v": full["v"]}
        assert ok(await planner.put(url, json=named))["name"] == "Sei ore"


async def test_terms_that_the_law_forbids_are_refused(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        for wrong in (
            {**TERMS, "shifts_per_week": 7},
            {**TERMS, "shift_minutes": [600], "shifts_per_week": 5},
            {**TERMS, "meal_minutes": 0},
            {**TERMS, "shift_minutes": [100]},
            {**TERMS, "weekly_minutes": [100, 200]},
            {**TERMS, "bands": []},
        ):
            answer = await planner.post("/workforce/contracts", json={"name": "X", "terms": wrong})
            assert answer.status_code == 422, (wrong, answer.text)
        assert ok(await planner.get("/workforce/contracts"))["items"] == []
        ok(await planner.post("/workforce/contracts", json=FULL))
        again = {**FULL, "name": "TEMPO PIENO"}
        answer = await planner.post("/workforce/contracts", json=again)
        refused(answer, 422, "workforce.bad_plan")


async def test_a_table_of_agreements_is_judged_row_by_row_and_written_whole(
    office: Office,
) -> None:
    heading = "operator;from_day;contract;elastic;office_least;office_most;team_weekdays\n"
    good = heading + "Anna;2026-01-01;tempo pieno;sì;1;2;2 4\nBRUNO;2026-01-01;Tempo pieno;;;;\n"
    bad = heading + (
        "Anna;2026-01-01;tempo pieno;sì;1;2;2\n"
        "Anna;2026-01-01;tempo pieno;no;;;\n"
        "Carla;2026-13-01;Altro;forse;3;2;8\n"
        "Bruno;2026-01-01\n"
    )
    async with office.signed_in(PLANNER) as planner:
        ok(await planner.post("/workforce/contracts", json=FULL))
        url = "/workforce/agreements/import"
        body = {"text": bad, "separator": ";", "dry_run": False}
        report = ok(await planner.post(url, json=body))
        assert not report["written"]
        assert [fault["row"] for fault in report["faults"]] == [3, 4, 4, 4, 4, 4, 4, 5]
        assert [fault["code"] for fault in report["faults"]] == [
            "twice", "no_operator", "no_day", "no_contract", "no_truth", "weekdays", "office",
            "cells",
        ]  # fmt: skip
        assert report["faults"][-1]["fields"] == {"n": "2", "columns": "7"}
        trial = {"text": good, "separator": ";", "dry_run": True}
        assert ok(await planner.post(url, json=trial)) == {
            "written": False,
            "rows": 2,
            "faults": [],
        }
        assert ok(await planner.post(url, json={**trial, "dry_run": False}))["written"]
        people = ok(await planner.get("/workforce/agreements"))["items"]
    assert [len(one["agreements"]) for one in people] == [1, 1]
    assert people[0]["agreements"][0]["office"] == [1, 2]


async def test_seats_are_dated_and_only_who_plans_for_all_reads_what_is_agreed(
    office: Office,
) -> None:
    await office.hire("una@prova.example", "planner", clients=[office.desk.client_id])
    async with office.signed_in(PLANNER) as planner:
        ok(await planner.put("/workforce/office/2026-01-01", json={"seats": 40}))
        ok(await planner.put("/workforce/office/2026-02-01", json={"seats": None}))
        ok(await planner.put("/workforce/office/2026-01-01", json={"seats": 30}))
        seats = ok(await planner.get("/workforce/office"))
        assert [one["seats"] for one in seats] == [30, None]
    async with office.signed_in("una@prova.example") as planner:
        for path in ("contracts", "agreements", "office"):
            answer = await planner.get(f"/workforce/{path}")
            refused(answer, 403, "workforce.outside_scope")
    async with office.signed_in() as anna:
        refused(await anna.get("/workforce/agreements"), 403, "identity.not_permitted")


_days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("ab"), _days), unique=True), _days)
def test_the_latest_agreement_that_has_begun_is_the_one_that_holds(
    pairs: list[tuple[str, date]], day: date
) -> None:
    agreements = [
        Agreement(operator_id=who, from_day=begins, contract_id=None) for who, begins in pairs
    ]
    found = in_force_on(agreements, day)
    for who in "ab":
        begun = [begins for name, begins in pairs if name == who and begins <= day]
        assert (who in found) == bool(begun)
        if begun:
            assert found[who].from_day == max(begun)


@settings(max_examples=80)
@given(st.text(max_size=120))
def test_any_text_is_read_or_refused_with_its_rows(text: str) -> None:
    operators, contracts = [("id-1", "Anna")], {"full": "c"}
    heading = "operator,from_day,contract\n"
    found, faults = read_agreements(
        heading + text, separator=",", operators=operators, contracts=contracts
    )
    assert found or faults
