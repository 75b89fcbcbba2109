"""A roster is drafted, compared with what holds, and published; people see their own shifts."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ascolto.people.actions import archive_operator
from ascolto.workforce import store_rosters
from ascolto.workforce.ical import _folded
from ascolto.workforce.rosters import Shift, difference, violations
from support.office import Office, ok, refused
from support.planning import PLANNER

MONDAY = date(2026, 3, 9)
WEEK = {"first_day": "2026-03-09", "last_day": "2026-03-15", "reason": "Settimana 11"}
PARTS = [
    {"kind": "queue", "minutes": 120},
    {"kind": "pause", "minutes": 15},
    {"kind": "queue", "minutes": 225},
]


def shift(operator_id: str, day: date, hour: int = 8, minutes: int = 360) -> dict[str, Any]:
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return {
        "operator_id": operator_id,
        "day": day.isoformat(),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=minutes)).isoformat(),
        "place": "home",
        "parts": PARTS if minutes == 360 else [],
    }


async def publish(planner: Any, *shifts: dict[str, Any], **week: str) -> Any:
    roster = ok(await planner.post("/workforce/rosters", json={**WEEK, **week}))
    url = f"/workforce/rosters/{roster['id']}"
    body = {"v": roster["v"], "shifts": shifts}
    roster = ok(await planner.put(f"{url}/shifts", json=body))
    return await planner.post(f"{url}/publish", json={"v": roster["v"]})


async def own(browser: Any) -> list[dict[str, Any]]:
    query = {"from": "2026-03-01", "to": "2026-03-31"}
    found: list[dict[str, Any]] = ok(await browser.get("/me/shifts", params=query))["shifts"]
    return found


async def test_people_see_their_own_shifts_once_they_are_published(office: Office) -> None:
    desk = office.desk
    shifts = [shift(desk.anna, MONDAY), shift(desk.bruno, MONDAY, 12)]
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        roster = ok(await planner.post("/workforce/rosters", json=WEEK))
        url = f"/workforce/rosters/{roster['id']}"
        filled = {"v": roster["v"], "shifts": shifts}
        roster = ok(await planner.put(f"{url}/shifts", json=filled))
        assert await own(anna) == [], "a draft is nobody's shift"
        told = ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        assert (len(told["added"]), told["removed"], told["changed"]) == (2, [], [])
        (mine,) = await own(anna)
    assert mine["starts_at"] == "2026-03-09T08:00:00Z"
    assert [part["kind"] for part in mine["parts"]] == ["queue", "pause", "queue"]
    assert "operator_id" not in mine


async def test_a_new_version_opens_with_what_holds_and_says_what_it_changes(
    office: Office,
) -> None:
    desk = office.desk
    tuesday = MONDAY + timedelta(days=1)
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(
            await publish(
                planner,
                shift(desk.anna, MONDAY),
                shift(desk.anna, tuesday),
                shift(desk.bruno, MONDAY),
            )
        )
        roster = ok(await planner.post("/workforce/rosters", json={**WEEK, "reason": "Malattia"}))
        url = f"/workforce/rosters/{roster['id']}"
        assert len(ok(await planner.get(url))["shifts"]) == 3
        same = ok(await planner.get(f"{url}/difference"))
        assert (same["unchanged"], same["added"], same["removed"]) == (3, [], [])
        wanted = [
            shift(desk.anna, MONDAY, 10),
            shift(desk.anna, tuesday),
            shift(desk.bruno, tuesday),
        ]
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": wanted}))
        told = ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        assert told["unchanged"] == 1
        assert [one["operator_id"] for one in told["added"]] == [desk.bruno]
        assert [one["operator_id"] for one in told["removed"]] == [desk.bruno]
        assert [one["becomes"]["starts_at"] for one in told["changed"]] == ["2026-03-09T10:00:00Z"]
        assert [one["starts_at"][11:13] for one in await own(anna)] == ["10", "08"]
        # A version of other days leaves these as they are.
        later = {"first_day": "2026-03-16", "last_day": "2026-03-16"}
        ok(await publish(planner, **later))
        assert len(await own(anna)) == 2


async def test_what_breaks_the_law_is_shown_with_its_article_and_not_published(
    office: Office,
) -> None:
    anna, tuesday = office.desk.anna, MONDAY + timedelta(days=1)
    async with office.signed_in(PLANNER) as planner:
        answer = await publish(planner, shift(anna, MONDAY, 16), shift(anna, tuesday, 8))
        assert refused(answer, 422, "workforce.breaks_the_law")["article"].endswith("art. 7")
        answer = await publish(planner, shift(anna, MONDAY, 8, 480))
        assert refused(answer, 422, "workforce.breaks_the_law")["article"].endswith("art. 8")
        # Across the edge of two versions too.
        ok(await publish(planner, shift(anna, MONDAY, 16), last_day="2026-03-09"))
        answer = await publish(planner, shift(anna, tuesday, 8), first_day="2026-03-10")
        refused(answer, 422, "workforce.breaks_the_law")


async def test_what_cannot_be_is_refused_whole(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=WEEK))
        url = f"/workforce/rosters/{roster['id']}"
        good = shift(desk.anna, MONDAY)
        for wrong in (
            shift(desk.anna, MONDAY - timedelta(days=1)),
            shift(desk.anna, MONDAY, 9),
            shift(desk.queue.id, MONDAY),
            {**shift(desk.bruno, MONDAY), "parts": PARTS[:1]},
            {**shift(desk.bruno, MONDAY), "ends_at": "2026-03-09T08:00:00Z"},
        ):
            body = {"v": roster["v"], "shifts": [good, wrong]}
            refused(await planner.put(f"{url}/shifts", json=body), 422, "workforce.bad_plan")
        assert ok(await planner.get(url))["shifts"] == []
        ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": [good]}))
        late = await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": []})
        refused(late, 409, "workforce.roster_changed")


async def test_what_another_planner_published_meanwhile_is_not_silently_undone(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        mine = ok(await planner.post("/workforce/rosters", json=WEEK))
        desk.clock.at += timedelta(minutes=1)
        ok(await publish(planner, shift(desk.anna, MONDAY), reason="Malattia"))
        answer = await planner.post(f"/workforce/rosters/{mine['id']}/publish", json={"v": 1})
        refused(answer, 409, "workforce.roster_changed")


async def test_which_version_is_later_does_not_go_by_when_a_transaction_began(
    office: Office,
) -> None:
    desk = office.desk
    now = desk.clock.at
    async with office.signed_in(PLANNER) as planner:
        ok(await publish(planner, shift(desk.anna, MONDAY)))
        mine = ok(await planner.post("/workforce/rosters", json=WEEK))
        # As of a transaction that began before all of this and was kept waiting.
        desk.clock.at = now - timedelta(seconds=1)
        ok(await publish(planner, shift(desk.bruno, MONDAY), reason="Malattia"))
        desk.clock.at = now
        answer = await planner.post(
            f"/workforce/rosters/{mine['id']}/publish", json={"v": mine["v"]}
        )
        refused(answer, 409, "workforce.roster_changed")
        async with desk.as_system() as tx:
            holds = await store_rosters.in_force(tx, first_day=MONDAY, last_day=MONDAY)
        assert [one.operator_id for one in holds] == [desk.bruno]


async def test_what_holds_is_read_for_a_version_while_nobody_publishes(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        async with office.desk.as_system() as tx:
            await store_rosters.lock_publishing(tx)
            begun = asyncio.create_task(planner.post("/workforce/rosters", json=WEEK))
            done, _ = await asyncio.wait({begun}, timeout=0.5)
            assert not done
        ok(await begun)


async def test_a_row_of_days_across_two_versions_is_not_published_whatever_is_agreed(
    office: Office,
) -> None:
    anna = office.desk.anna
    days = [MONDAY + timedelta(days=n) for n in range(1, 13)]
    this, following = (
        [shift(anna, one, minutes=240) for one in days if (one < days[6]) is first]
        for first in (True, False)
    )
    after = {"first_day": "2026-03-16", "last_day": "2026-03-22"}
    async with office.signed_in(PLANNER) as planner:
        ok(await publish(planner, *following, **after))
        answer = await publish(planner, *this)
        found = refused(answer, 422, "workforce.breaks_the_law")
        assert (found["article"], found["day"]) == ("D.Lgs. 66/2003 art. 9", "2026-03-16")
        ok(await publish(planner, *this[:-1]))


async def test_a_shift_without_parts_on_a_day_of_granted_leave_is_not_published(
    office: Office,
) -> None:
    anna = office.desk.anna
    async with office.signed_in(PLANNER) as planner, office.signed_in() as own_browser:
        ok(await publish(planner, shift(anna, MONDAY)))
        asked = ok(await own_browser.post("/me/leave", json={"day": str(MONDAY)}))
        url = f"/workforce/requests/{asked['id']}"
        ok(await planner.post(f"{url}/decision", json={"grants": True}))
        answer = await publish(planner, shift(anna, MONDAY, minutes=240))
        found = refused(answer, 422, "workforce.breaks_the_law")
        assert found["article"] == "D.Lgs. 66/2003 art. 10"
        ok(await planner.post(f"{url}/undo"))
        ok(await publish(planner, shift(anna, MONDAY, minutes=240)))


async def test_a_shift_begins_on_its_day_where_the_organisation_is(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=WEEK))
        night = shift(office.desk.anna, MONDAY, 23, 240)  # half past midnight in Rome
        body = {"v": roster["v"], "shifts": [night]}
        answer = await planner.put(f"/workforce/rosters/{roster['id']}/shifts", json=body)
    assert answer.status_code == 422, answer.text


async def test_a_planner_of_one_client_plans_nobodys_days(office: Office) -> None:
    await office.hire("una@prova.example", "planner", clients=[office.desk.client_id])
    async with office.signed_in("una@prova.example") as planner:
        answer = await planner.post("/workforce/rosters", json=WEEK)
        refused(answer, 403, "workforce.outside_scope")
        refused(await planner.get("/workforce/rosters"), 403, "workforce.outside_scope")
    async with office.signed_in() as anna:
        refused(await anna.get("/workforce/rosters"), 403, "identity.not_permitted")


async def test_a_calendar_reads_ones_shifts_until_its_address_is_taken_back(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        ok(
            await publish(
                planner, shift(office.desk.anna, MONDAY), shift(office.desk.bruno, MONDAY, 12)
            )
        )
    async with office.signed_in() as anna, office.door.browser() as stranger:

        async def read(url: str) -> Any:
            return await stranger.get("http://desk.example/shifts/" + url.rpartition("/")[2])

        first = ok(await anna.post("/me/shifts/feed"))["url"]
        calendar = await read(first)
        assert calendar.headers["content-type"] == "text/calendar; charset=utf-8"
        assert calendar.text.count("BEGIN:VEVENT") == 1
        assert "DTSTART:20260309T080000Z\r\nDTEND:20260309T140000Z\r\n" in calendar.text
        assert "SUMMARY:Turno da casa\r\n" in calendar.text
        second = ok(await anna.post("/me/shifts/feed"))["url"]
        assert (await read(first)).status_code == 404, "one address at a time"
        assert (await read(second)).status_code == 200
        async with office.desk.as_system() as tx:
            kept = await tx.fetchval("SELECT secret_hash FROM workforce.shift_feed")
        assert second.rpartition(".")[0].rpartition(".")[2].encode() not in kept
        ok(await anna.delete("/me/shifts/feed"))
        assert (await read(second)).status_code == 404
        third = ok(await anna.post("/me/shifts/feed"))["url"]
        async with office.desk.as_system() as tx:
            await archive_operator(tx, office.desk.anna)
        assert (await read(third)).status_code == 404, "who has left reads no shifts"
        assert (await read("x/nothing.ics")).status_code == 404


def _made(spans: list[tuple[int, int]]) -> list[Shift]:
    begin = datetime(2026, 3, 9, tzinfo=UTC)
    return [
        Shift("a", MONDAY + timedelta(days=day), at := begin + timedelta(days=day, hours=hour),
              at + timedelta(hours=4), "site")
        for day, hour in spans
    ]  # fmt: skip


_spans = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 23)), unique_by=lambda one: one[0], max_size=7
)


@settings(max_examples=60)
@given(_spans, _spans)
def test_what_a_version_changes_turns_what_was_into_what_will_be(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    old, new = _made(before), _made(after)
    found = difference(old, new)
    gone = [*found.removed, *(was for was, _ in found.changed)]
    come = [*found.added, *(becomes for _, becomes in found.changed)]
    turned = [one for one in old if one not in gone] + come
    assert sorted(turned, key=lambda one: one.day) == sorted(new, key=lambda one: one.day)
    assert found.unchanged == len(old) - len(gone)


@settings(max_examples=60)
@given(_spans)
def test_rest_is_missed_exactly_where_less_than_eleven_hours_lie_between(
    spans: list[tuple[int, int]],
) -> None:
    ordered = sorted(_made(spans), key=lambda one: one.starts_at)
    short = [
        other.day
        for one, other in pairwise(ordered)
        if (other.starts_at - one.ends_at).total_seconds() < 11 * 3600
    ]
    assert [one.day for one in violations(ordered)] == short


@given(st.text(max_size=200).filter(lambda text: "\n" not in text and "\r" not in text))
def test_a_calendars_line_is_folded_at_75_octets_and_unfolds_to_itself(text: str) -> None:
    lines = _folded(text).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines[0] + "".join(line[1:] for line in lines[1:]) == text
