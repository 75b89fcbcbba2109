"""Everybody at home tomorrow: a draft in one request, and who has not agreed is not sent home."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from ascolto.people.actions import create_operator
from ascolto.people.model import NewOperator
from ascolto.workforce import store_requests
from ascolto.workforce.actions import relocating
from ascolto.workforce.agreements import Agreement, in_force_on
from ascolto.workforce.asking import Wishes, answer_until
from ascolto.workforce.casting import Planned
from ascolto.workforce.filling import Helping, fill, left_open, needed_by_half_hour
from ascolto.workforce.jobs import pass_stand_ins_on
from ascolto.workforce.rosters import Shift
from support.office import Office, ok, refused
from support.planning import PLANNER, agreed

BRUNO = "bruno@prova.example"
TOMORROW = "2026-03-04"


def at_site(who: str, day: str) -> dict[str, Any]:
    starts, ends = f"{day}T08:00:00Z", f"{day}T14:00:00Z"
    return {"operator_id": who, "day": day, "starts_at": starts, "ends_at": ends, "place": "site"}


@pytest.mark.parametrize("site", ["open", "lost"])
async def test_who_agreed_works_at_home_and_who_did_not_stays_or_is_out(
    office: Office, site: str
) -> None:
    site_lost = site == "lost"
    desk = office.desk
    today = desk.clock.at.date()
    assert str(today + timedelta(days=1)) == TOMORROW
    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna, office=[1, 3])
        days = {"first_day": str(today), "last_day": TOMORROW, "reason": "Settimana"}
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        people = (desk.anna, desk.bruno)
        shifts = [at_site(who, day) for who in people for day in (str(today), TOMORROW)]
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        body = {**days, "reason": "Alluvione", "site_lost": site_lost}
        done = ok(await planner.post("/workforce/rosters/remote", json=body))
        assert (done["moved"], done["at_home"], done["cannot"]) == (1, 0, [desk.bruno])
        draft = ok(await planner.get(f"/workforce/rosters/{done['roster']['id']}"))
        places = {(one["operator_id"], one["day"]): one["place"] for one in draft["shifts"]}
        # Today's shifts have begun: they were worked where they were.
        assert places[desk.anna, str(today)] == places[desk.bruno, str(today)] == "site"
        assert places[desk.anna, TOMORROW] == "home"
        assert places.get((desk.bruno, TOMORROW)) == (None if site_lost else "site")
        assert draft["roster"]["published_at"] is None, "a planner looks at it first"
        version = {"v": done["roster"]["v"]}
        ok(await planner.post(f"/workforce/rosters/{done['roster']['id']}/publish", json=version))


async def test_a_lost_site_is_filled_by_who_is_free_able_and_willing_and_the_rest_is_said(
    office: Office,
) -> None:
    desk = office.desk
    names = ("libera", "turno", "desidera", "senza", "notte")
    async with desk.as_system() as tx:
        hired = {
            name: (
                await create_operator(
                    tx, NewOperator(display_name=name, clients=frozenset({desk.client_id}))
                )
            ).id
            for name in names
        }
        # Tomorrow is a Wednesday.
        await store_requests.put_wishes(tx, hired["desidera"], Wishes(days_off=(3,)))
    work = {"kind": "queue", "queue_id": desk.queue.id}
    pause = {"kind": "pause", "minutes": 15}
    parts = [{**work, "minutes": 105}, pause, {**work, "minutes": 120}, pause]
    parts.append({**work, "minutes": 105})
    today = desk.clock.at.date()
    night = {
        "operator_id": hired["notte"], "day": str(today), "starts_at": f"{today}T20:00:00Z",
        "ends_at": f"{TOMORROW}T02:00:00Z", "place": "home",
    }  # fmt: skip
    shifts = [
        *({**at_site(who, TOMORROW), "parts": parts} for who in (desk.anna, desk.bruno)),
        {**at_site(hired["turno"], TOMORROW), "place": "home"},
        night,
    ]
    async with office.signed_in(PLANNER) as planner:
        home = [hired[name] for name in names if name != "senza"]
        await agreed(planner, *home, office=[0, 3], terms={"shift_minutes": [360]})
        days = {"first_day": str(today), "last_day": TOMORROW, "reason": "Settimana"}
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        body = {"first_day": TOMORROW, "last_day": TOMORROW, "reason": "Alluvione"}
        done = ok(await planner.post("/workforce/rosters/remote", json={**body, "site_lost": True}))
        draft = ok(await planner.get(f"/workforce/rosters/{done['roster']['id']}"))
        told_of = ok(await planner.get(f"/workforce/rosters/{done['roster']['id']}/stand-ins"))
    assert set(done["cannot"]) == {desk.anna, desk.bruno}
    ((taken, state),) = [(one["shift"], one["state"]) for one in told_of["asked"]]
    assert state == "to_ask"
    assert (taken["operator_id"], taken["place"]) == (hired["libera"], "home")
    assert {one["operator_id"] for one in draft["shifts"]} == {hired["libera"], hired["turno"]}
    # Two were lost, one is taken: one fewer is there, but in the pauses.
    told = [
        (one["from_at"][11:16], one["until_at"][11:16], one["people"])
        for one in told_of["left_open"]
    ]
    assert {one["queue_id"] for one in told_of["left_open"]} == {desk.queue.id}
    assert told == [
        ("08:00", "09:30", 1.0), ("09:30", "10:00", 0.5), ("10:00", "12:00", 1.0),
        ("12:00", "12:30", 0.5), ("12:30", "14:00", 1.0),
    ]  # fmt: skip


async def test_who_stands_in_for_a_lost_site_is_asked_at_work_and_works_with_a_yes(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        out = [
            (
                await create_operator(
                    tx, NewOperator(display_name=name, clients=frozenset({desk.client_id}))
                )
            ).id
            for name in ("uno", "due")
        ]
    work = {"kind": "queue", "queue_id": desk.queue.id}
    pause = {"kind": "pause", "minutes": 15}
    parts = [{**work, "minutes": 105}, pause, {**work, "minutes": 120}, pause]
    parts.append({**work, "minutes": 105})
    today = desk.clock.at.date()
    shifts = [{**at_site(who, TOMORROW), "parts": parts} for who in out]
    # Anna is free on both days: nobody may seek her out before it begins.
    shifts.append({**at_site(desk.bruno, str(today)), "parts": parts})
    desk.clock.at = datetime(2026, 3, 3, 7, tzinfo=UTC)

    async def stand_ins(planner: httpx.AsyncClient) -> tuple[dict[str, str], float]:
        found = ok(await planner.get(f"/workforce/rosters/{draft['id']}/stand-ins"))
        states = {one["shift"]["operator_id"]: one["state"] for one in found["asked"]}
        return states, max((one["people"] for one in found["left_open"]), default=0.0)

    async with office.signed_in(PLANNER) as planner:
        await agreed(planner, desk.anna, desk.bruno, office=[0, 3], terms={"shift_minutes": [360]})
        days = {"first_day": str(today), "last_day": TOMORROW, "reason": "Settimana"}
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        lost = {"first_day": TOMORROW, "last_day": TOMORROW, "reason": "Alluvione"}
        done = ok(await planner.post("/workforce/rosters/remote", json={**lost, "site_lost": True}))
        draft = done["roster"]
    async with office.signed_in(PLANNER) as another, office.signed_in(BRUNO) as bruno:
        both = {desk.anna: "to_ask", desk.bruno: "to_ask"}
        assert await stand_ins(another) == (both, 0.0)
        told = ok(
            await another.post(f"/workforce/rosters/{draft['id']}/publish", json={"v": draft["v"]})
        )
        assert (told["added"], len(told["removed"])) == ([], 2), "nobody works before they agree"
        assert await stand_ins(another) == ({desk.anna: "refused", desk.bruno: "waiting"}, 2.0)
        (asked,) = ok(await another.get("/workforce/requests", params={"only": "waiting"}))["items"]
        answer = f"/me/requests/{asked['id']}/answer"
        assert ok(await bruno.get("/me/requests")) == [], "his shift begins at eight"
        refused(await bruno.post(answer, json={"agrees": True}), 404, "workforce.unknown_request")
        desk.clock.at = datetime(2026, 3, 3, 9, tzinfo=UTC)
        (shown,) = ok(await bruno.get("/me/requests"))
        assert (shown["kind"], shown["mine"], shown["note"]) == ("stand_in", False, "Alluvione")
        assert [one["day"] for one in shown["becomes"]] == [TOMORROW]
        assert ok(await bruno.post(answer, json={"agrees": True}))["state"] == "done"
        assert ok(await bruno.get("/me/shifts"))["shifts"][-1]["day"] == TOMORROW
        assert await stand_ins(another) == ({desk.anna: "refused", desk.bruno: "done"}, 1.0)
        ok(await another.post(f"/workforce/requests/{asked['id']}/undo"))
        assert await stand_ins(another) == ({desk.anna: "refused", desk.bruno: "undone"}, 2.0)


async def test_what_was_asked_for_a_lost_site_is_taken_back_when_its_day_is_planned_anew(
    office: Office,
) -> None:
    desk = office.desk
    today = desk.clock.at.date()
    shifts = [at_site(desk.anna, TOMORROW), at_site(desk.bruno, str(today))]
    states = []
    async with office.signed_in(PLANNER) as planner, office.signed_in(BRUNO) as bruno:
        await agreed(planner, desk.bruno, office=[0, 3])
        days = {"first_day": str(today), "last_day": TOMORROW, "reason": "Settimana"}
        body = {**days, "first_day": TOMORROW, "site_lost": True}
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        for start in ("rosters/remote", "rosters"):
            draft = ok(
                await planner.post(f"/workforce/{start}", json=body if "remote" in start else days)
            )
            draft = draft.get("roster", draft)
            ok(
                await planner.post(
                    f"/workforce/rosters/{draft['id']}/publish", json={"v": draft["v"]}
                )
            )
            states += [one["state"] for one in ok(await bruno.get("/me/requests"))]
    assert states == ["waiting", "withdrawn"]


def test_an_ask_ends_while_there_is_time_for_another() -> None:
    seen = datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert answer_until(seen, seen + timedelta(hours=24)) == seen + timedelta(hours=2)
    assert answer_until(seen, seen + timedelta(hours=1)) == seen + timedelta(minutes=30)


@pytest.mark.parametrize("says", ["nothing", "no"])
async def test_who_does_not_answer_in_time_or_says_no_is_followed_by_the_next_in_line(
    office: Office, says: str
) -> None:
    desk = office.desk
    desk.clock.at = datetime(2026, 3, 3, 7, tzinfo=UTC)
    today = desk.clock.at.date()
    async with desk.as_system() as tx:
        next_one = NewOperator(display_name="seconda", clients=frozenset({desk.client_id}))
        second = (await create_operator(tx, next_one)).id
        # She works more than Bruno that week, so he is asked first; she sees it as she wishes.
        await store_requests.put_wishes(tx, second, Wishes(early_offers=True))
    friday = "2026-03-06"
    work = {"kind": "queue", "queue_id": desk.queue.id}
    pause = {"kind": "pause", "minutes": 15}
    parts = [{**work, "minutes": 105}, pause, {**work, "minutes": 120}, pause]
    parts.append({**work, "minutes": 105})
    days = {"first_day": str(today), "last_day": friday, "reason": "Settimana"}
    lost = {"first_day": TOMORROW, "last_day": TOMORROW, "reason": "Alluvione", "site_lost": True}
    shifts = [at_site(desk.bruno, str(today)), at_site(desk.anna, TOMORROW)]
    shifts += [at_site(second, "2026-03-05"), at_site(second, friday)]

    async def stand_ins(planner: httpx.AsyncClient) -> dict[str, str]:
        found = ok(await planner.get(f"/workforce/rosters/{draft['id']}/stand-ins"))["asked"]
        return {one["shift"]["operator_id"]: one["state"] for one in found}

    async with office.signed_in(PLANNER) as planner, office.signed_in(BRUNO) as bruno:
        await agreed(planner, desk.bruno, second, office=[0, 3], terms={"shift_minutes": [360]})
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        told = [{**one, "parts": parts} for one in shifts]
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": told}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        draft = ok(await planner.post("/workforce/rosters/remote", json=lost))["roster"]
        url = f"/workforce/rosters/{draft['id']}"
        ok(await planner.post(f"{url}/publish", json={"v": draft["v"]}))
        assert await stand_ins(planner) == {desk.bruno: "waiting"}
        desk.clock.at = datetime(2026, 3, 3, 9, 59, tzinfo=UTC)
        (shown,) = ok(await bruno.get("/me/requests"))
        # He is at work from eight: two hours from then on.
        assert datetime.fromisoformat(shown["until_at"]) == datetime(2026, 3, 3, 10, tzinfo=UTC)
        assert await pass_stand_ins_on(office.services) == 0
        answer = f"/me/requests/{shown['id']}/answer"
        if says == "no":
            ok(await bruno.post(answer, json={"agrees": False}))
        else:
            desk.clock.at = datetime(2026, 3, 3, 10, tzinfo=UTC)
        assert await pass_stand_ins_on(office.services) == 1
        over = {"no": "declined", "nothing": "unanswered"}[says]
        assert await stand_ins(planner) == {desk.bruno: over, second: "waiting"}
        late = await bruno.post(answer, json={"agrees": True})
        refused(late, 404, "workforce.unknown_request")
        # There is nobody after her, and it is looked for once.
        desk.clock.at = datetime(2026, 3, 3, 12, tzinfo=UTC)
        assert await pass_stand_ins_on(office.services) == 1
        assert await stand_ins(planner) == {desk.bruno: over, second: "unanswered"}
        assert await pass_stand_ins_on(office.services) == 0


@pytest.mark.parametrize(
    ("leave", "terms", "never", "who"),
    [
        ((), {}, (), "a"),
        # A day of leave in that week, a contract of other lengths, or of other hours.
        ((date(2026, 3, 2),), {}, (), "b"),
        ((), {"shift_minutes": [480]}, (), "b"),
        ((), {"bands": [{"from": "14:00", "to": "22:00"}]}, (), "b"),
        ((), {"bands": [{"from": "08:00", "to": "20:00", "weekdays": [1, 2]}]}, (), "b"),
        # The examiner has said no to the first.
        ((), {}, ("a",), "b"),
    ],
)
def test_a_lost_shift_is_given_to_the_first_whose_contract_and_leave_allow_it(
    leave: tuple[date, ...], terms: dict[str, Any], never: tuple[str, ...], who: str
) -> None:
    day, begins = date(2026, 3, 4), datetime(2026, 3, 4, 8, tzinfo=UTC)
    usual = {
        "shift_minutes": [360], "weekly_minutes": [0, 2400],
        "bands": [{"from": "08:00", "to": "20:00"}],
    }  # fmt: skip
    parts = (
        {"kind": "queue", "minutes": 105, "queue_id": "q"}, {"kind": "pause", "minutes": 15},
        {"kind": "queue", "minutes": 120, "queue_id": "q"}, {"kind": "pause", "minutes": 15},
        {"kind": "queue", "minutes": 105, "queue_id": "q"},
    )  # fmt: skip
    lost = Shift("out", day, begins, begins + timedelta(hours=6), "site", parts)
    people = [
        Planned(
            operator_id=one, place="home", queues=("q",), leave=frozenset(away),
            agreements=(Agreement(
                    operator_id=one, from_day=date(2026, 1, 1), contract_id=contract, office=(0, 5)
                ),),
        )
        for one, contract, away in (("a", "A", leave), ("b", "B", ()))
    ]  # fmt: skip
    helping = Helping(
        people=people, wishes={}, terms={"A": {**usual, **terms}, "B": usual}, around=[],
        agreeing=(frozenset(), frozenset()), zone=ZoneInfo("Europe/Rome"),
    )  # fmt: skip
    ((_, taken),) = fill([lost], helping, never={(one, day) for one in never})
    assert (taken.operator_id, taken.place) == (who, "home")


def test_where_it_is_known_what_a_queue_takes_only_what_is_missing_is_open() -> None:
    begins = datetime(2026, 3, 4, 8, tzinfo=UTC)
    parts = ({"kind": "queue", "minutes": 45, "queue_id": "q"}, {"kind": "pause", "minutes": 15})
    ends = begins + timedelta(hours=1)
    lost = [Shift(who, begins.date(), begins, ends, "site", parts) for who in "ab"]
    there = [Shift("c", begins.date(), begins, ends, "home", parts)]
    needed = needed_by_half_hour("q", [2.0, 2.0, 1.0, 1.0], begins_at=begins, minutes=15)
    half = timedelta(minutes=30)
    known = left_open(lost, [], there=there, needed=needed)
    assert [(one.from_at, one.people) for one in known] == [(begins, 1.0), (begins + half, 0.5)]
    unknown = left_open(lost, [], there=there, needed={})
    assert [(one.from_at, one.people) for one in unknown] == [(begins, 2.0), (begins + half, 1.0)]
    assert left_open(lost, lost, there=[*lost, *there], needed={}) == []


async def test_what_is_agreed_is_looked_up_once_a_day_however_many_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[date] = []

    def counted(agreements: Iterable[Agreement], day: date) -> dict[str, Agreement]:
        looked.append(day)
        return in_force_on(agreements, day)

    monkeypatch.setattr(relocating, "in_force_on", counted)
    desk = office.desk
    async with office.signed_in(PLANNER) as planner:
        days = {"first_day": TOMORROW, "last_day": TOMORROW, "reason": "Allerta"}
        roster = ok(await planner.post("/workforce/rosters", json=days))
        url = f"/workforce/rosters/{roster['id']}"
        shifts = [at_site(who, TOMORROW) for who in (desk.anna, desk.bruno)]
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
        body = {**days, "site_lost": False}
        assert len(ok(await planner.post("/workforce/rosters/remote", json=body))["cannot"]) == 2
    assert looked == [date.fromisoformat(TOMORROW)]
