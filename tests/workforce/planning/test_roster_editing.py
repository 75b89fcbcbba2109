"""A person's day in a draft is changed, judged at once with the article, and explained."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascolto.workforce.breaks import laid_out
from ascolto.workforce.person_day import cover_of
from ascolto.workforce.rostering.checking import examine
from ascolto.workforce.rosters import Shift
from ascolto.workforce.store_runs import RequiredDay
from support.office import Office, ok, refused
from support.planning import PLANNER, agreed, rostered

MONDAY = date(2026, 3, 9)
WEEK = {"first_day": "2026-03-09", "last_day": "2026-03-15", "reason": "Settimana 11"}


def at(day: date, hour: float) -> str:
    starts = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Rome"))
    return (starts + timedelta(hours=hour)).isoformat()


def span(day: date, begin: float, end: float, **more: Any) -> dict[str, Any]:
    return {"starts_at": at(day, begin), "ends_at": at(day, end), **more}


class Draft:
    """A draft that is changed day by day, each time at the version it stands at."""

    def __init__(self, planner: httpx.AsyncClient, roster: dict[str, Any]) -> None:
        self.planner, self.url, self.v = planner, f"/workforce/rosters/{roster['id']}", roster["v"]

    async def put(self, who: str, day: date, *shifts: dict[str, Any]) -> Any:
        body = {"v": self.v, "shifts": shifts}
        return await self.planner.put(f"{self.url}/people/{who}/days/{day}", json=body)

    async def change(self, who: str, day: date, *shifts: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = ok(await self.put(who, day, *shifts))
        self.v = found["v"]
        return found


async def begun(planner: httpx.AsyncClient) -> Draft:
    return Draft(planner, ok(await planner.post("/workforce/rosters", json=WEEK)))


def broken(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["day"], one["article"]) for one in found["violations"] if one["binding"]}


async def test_a_shift_without_parts_gets_its_breaks_by_the_rules(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna)
        draft = await begun(planner)
        wanted = span(MONDAY, 9, 17.5, queue_id=desk.queue.id)
        found = await draft.change(desk.anna, MONDAY, wanted)
    (shift,) = found["shifts"]
    assert sum(part["minutes"] for part in shift["parts"]) == 510
    assert [p["kind"] for p in shift["parts"] if p["kind"] != "queue"] == ["pause", "meal", "pause"]
    assert {p["queue_id"] for p in shift["parts"] if p["kind"] == "queue"} == {desk.queue.id}
    assert broken(found) == set()
    facts = found["facts"]
    assert (facts["paid_minutes"], facts["week_shifts"], facts["days_in_a_row"]) == (480, 1, 1)
    assert facts["agreed_minutes"] == [1800, 2400]
    short = [one for one in found["violations"] if one["article"] == "contract"]
    assert short, "a week with one shift gives less than was agreed, and says so"
    assert not short[0]["binding"]


async def test_each_edit_says_which_article_it_breaks_and_the_edit_back_says_nothing(
    office: Office,
) -> None:
    desk, tuesday = office.desk, MONDAY + timedelta(days=1)
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna)
        draft = await begun(planner)
        await draft.change(desk.anna, MONDAY, span(MONDAY, 13, 19, queue_id=desk.queue.id))
        late = span(MONDAY, 14, 20, queue_id=desk.queue.id)
        early = span(tuesday, 8, 14, queue_id=desk.queue.id)
        await draft.change(desk.anna, tuesday, early)
        assert broken(await draft.change(desk.anna, MONDAY, late)) == set(), "12 hours are enough"
        later = span(tuesday, 6, 12, queue_id=desk.queue.id)
        found = await draft.change(desk.anna, tuesday, later)
        assert (str(tuesday), "D.Lgs. 66/2003 art. 7") in broken(found)
        bands = [one for one in found["violations"] if one["article"].startswith("D.Lgs. 81/2015")]
        assert [one["binding"] for one in bands] == [False], "who agrees may work outside a band"
        parts = [{"kind": "queue", "minutes": 360, "queue_id": desk.queue.id}]
        screen = span(tuesday, 8, 14, parts=parts)
        found = await draft.change(desk.anna, tuesday, screen)
        assert broken(found) == {(str(tuesday), "D.Lgs. 81/2008 art. 175")}
        answer = await planner.post(f"{draft.url}/publish", json={"v": draft.v})
        assert refused(answer, 422, "workforce.breaks_the_law")["article"].endswith("art. 175")
        assert broken(await draft.change(desk.anna, tuesday)) == set()
        ok(await planner.post(f"{draft.url}/publish", json={"v": draft.v}))


@pytest.mark.parametrize(
    ("kind", "against"),
    [("deferred", {"D.Lgs. 81/2008 art. 175"}), ("training", set()), ("meeting", set())],
)
async def test_only_work_away_from_the_screen_is_a_pause_from_it(
    office: Office, kind: str, against: set[str]
) -> None:
    desk = office.desk
    parts = [
        {"kind": "queue", "minutes": 120, "queue_id": desk.queue.id},
        {"kind": kind, "minutes": 60},
        {"kind": "queue", "minutes": 60, "queue_id": desk.queue.id},
    ]
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna)
        draft = await begun(planner)
        found = await draft.change(desk.anna, MONDAY, span(MONDAY, 9, 13, parts=parts))
    assert {article for _, article in broken(found)} == against


async def test_what_cannot_be_is_refused_and_the_day_stays(office: Office) -> None:
    desk, tuesday = office.desk, MONDAY + timedelta(days=1)
    async with office.signed_in(PLANNER) as planner:
        draft = await begun(planner)
        await draft.change(desk.anna, MONDAY, span(MONDAY, 22, 28, queue_id=desk.queue.id))
        for wrong in (
            [span(tuesday, 9, 9)],
            [span(tuesday, 9, 23)],
            [span(tuesday, 9, 12.1)],
            [span(tuesday, 33, 36)],
            [span(tuesday, 9, 13), span(tuesday, 12, 14)],
            [span(tuesday, 2, 6)],
        ):
            answer = await draft.put(desk.anna, tuesday, *wrong)
            refused(answer, 422, "workforce.bad_plan")
        sunday = MONDAY - timedelta(days=1)
        refused(await draft.put(desk.anna, sunday), 422, "workforce.bad_plan")
        stranger = await draft.put(desk.queue.id, tuesday)
        refused(stranger, 404, "people.unknown_operator")
        draft.v -= 1
        refused(await draft.put(desk.anna, tuesday), 409, "workforce.roster_changed")
        day = ok(await planner.get(f"{draft.url}/days/{MONDAY}"))
    assert [one["operator_id"] for one in day["shifts"]] == [desk.anna]
    assert (day["begins_at"], day["required"]) == ("2026-03-09T00:00:00+01:00", [])


async def test_a_day_says_what_it_takes_and_who_would_be_missed(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna, desk.bruno, free_weekdays=[6, 7])
        run = await rostered(planner, office)
        url = f"/workforce/rosters/{run['roster_id']}"
        day = ok(await planner.get(f"{url}/days/{MONDAY}"))
        (required,) = day["required"]
        assert sum(required["people"]) == 40
        who = day["shifts"][0]["operator_id"]
        found = ok(await planner.get(f"{url}/people/{who}/days/{MONDAY}"))
    facts = found["facts"]
    assert facts["at_work"] > 0
    assert facts["at_work"] == facts["needed"] + facts["spare"]
    assert found["violations"] == []


async def test_history_keeps_each_edit_with_what_was_there_before(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        draft = await begun(planner)
        await draft.change(desk.anna, MONDAY, span(MONDAY, 9, 13, queue_id=desk.queue.id))
        await draft.change(desk.anna, MONDAY)
    async with desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT body FROM kit.event WHERE kind = 'workforce.roster_edited' ORDER BY id"
        )
    first, second = (row["body"] for row in rows)
    assert (first["before"], second["after"]) == ([], [])
    assert first["after"] == second["before"]


@pytest.mark.parametrize("minutes", range(60, 781, 15))
def test_laid_breaks_are_legal_at_every_length(minutes: int) -> None:
    parts = laid_out(minutes, queue_id="q", meal_minutes=30)
    assert sum(part["minutes"] for part in parts) == minutes
    starts = datetime(2026, 3, 9, 8, tzinfo=UTC)
    paid = sum(part["minutes"] for part in parts if part["kind"] != "meal")
    instance = {
        "start": "2026-03-09",
        "days": 7,
        "queues": [{"id": "q"}],
        "demand": {},
        "contracts": [
            {"id": "c", "shift_minutes": [paid], "shifts_per_week": 1,
             "bands": [{"from": "00:00", "to": "48:00"}]}
        ],
        "people": [{"id": "p", "contract": "c", "skills": ["q"]}],
    }  # fmt: skip
    shift = {
        "day": "2026-03-09",
        "start": starts.isoformat(),
        "end": (starts + timedelta(minutes=minutes)).isoformat(),
        "parts": [[part["minutes"], part.get("queue_id", part["kind"])] for part in parts],
    }
    found = examine(instance, {"people": {"p": [shift]}}).violations
    # A little beyond six hours there is no room for a meal: the examiner says so.
    beyond = 360 < minutes <= 390
    assert [one.article for one in found] == (["D.Lgs. 66/2003 art. 8"] if beyond else [])


@given(st.lists(st.tuples(st.integers(0, 80), st.integers(1, 16)), max_size=12))
def test_cover_counts_each_person_in_each_interval_at_work_once(
    spans: list[tuple[int, int]],
) -> None:
    begins = datetime(2026, 3, 9, tzinfo=UTC)
    quarter = timedelta(minutes=15)
    shifts = [
        Shift(str(n), MONDAY, begins + first * quarter, begins + (first + length) * quarter,
              "site", ({"kind": "queue", "minutes": 15 * length, "queue_id": "q"},))
        for n, (first, length) in enumerate(spans)
    ]  # fmt: skip
    required = [RequiredDay("q", 15, (0.0,) * 96)]
    cover = cover_of(shifts, begins_at=begins, required=required)
    assert sum(cover["q"].values()) == sum(length for _, length in spans)
    for n in range(96):
        assert cover["q"].get(n, 0) == sum(first <= n < first + size for first, size in spans)
