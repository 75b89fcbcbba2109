"""Adherence is of groups of five; one person's by agreement alone, and every look is logged."""

from datetime import UTC, date, datetime, timedelta

import httpx

from ascolto.people import NewOperator
from ascolto.people.actions import create_operator
from ascolto.workforce.adherence import Adherence, by_group, by_half_hours
from ascolto.workforce.rosters import Shift
from support.log import MORNING, Said, write
from support.office import Office, ok, refused
from support.planning import PLANNER

LEADER = "capo@prova.example"
TODAY = date(2026, 3, 3)
YESTERDAY = date(2026, 3, 2)
HALF_HOUR = timedelta(minutes=30)


def seven(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 7, tzinfo=UTC)


async def a_morning(
    office: Office, planner: httpx.AsyncClient, count: int, *, day: date, hours: int = 4
) -> list[str]:
    """Roster Anna and others from seven on; Anna was there an hour later than the others.

    It is nine of the third of March.
    """
    async with office.desk.as_system() as tx:
        clients = frozenset({office.desk.client_id})
        others = [
            (await create_operator(tx, NewOperator(display_name=f"P{n}", clients=clients))).id
            for n in range(count - 1)
        ]
    people = [office.desk.anna, *others]
    begins_s = (seven(day) - MORNING).total_seconds()
    lines = [presence(who, begins_s + (3600 if who == office.desk.anna else 0)) for who in people]
    await write(office, lines)
    week = {"first_day": str(day), "last_day": str(day), "reason": "Oggi"}
    roster = ok(await planner.post("/workforce/rosters", json=week))
    url = f"/workforce/rosters/{roster['id']}"
    shifts = [
        {
            "operator_id": who,
            "day": str(day),
            "starts_at": seven(day).isoformat(),
            "ends_at": (seven(day) + timedelta(hours=hours)).isoformat(),
        }
        for who in people
    ]
    roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
    ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
    return people


def presence(who: str, after_s: float) -> Said:
    body = {"operator_id": who, "state": "available"}
    return Said(after_s, "routing.presence_changed", body)


async def test_a_group_of_five_is_shown_and_a_group_of_four_is_not(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await a_morning(office, planner, 5, day=YESTERDAY, hours=3)
        (group,) = ok(await planner.get("/workforce/adherence"))["groups"]
    assert (group["group"], group["people"], group["rostered_hours"]) == ("others", 5, 15.0)
    assert group["share"] == 0.93, "14 of 15 hours, in whole percent"


async def test_a_group_is_not_told_of_as_long_as_its_day_goes_on(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await a_morning(office, planner, 5, day=TODAY)
        assert ok(await planner.get("/workforce/adherence"))["groups"] == []
        answer = await planner.get("/workforce/adherence", params={"day": str(TODAY)})
        refused(answer, 422, "workforce.bad_plan")


async def test_four_people_are_not_told_of(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await a_morning(office, planner, 4, day=YESTERDAY)
        assert ok(await planner.get("/workforce/adherence"))["groups"] == []


async def test_one_person_is_seen_by_agreement_alone_and_sees_who_looked(office: Office) -> None:
    await office.hire(LEADER, "team_leader")
    await office.hire("privacy@prova.example", "privacy")
    anna_id = office.desk.anna
    async with (
        office.signed_in(PLANNER) as planner,
        office.signed_in(LEADER) as leader,
        office.signed_in("privacy@prova.example") as privacy,
        office.signed_in() as anna,
    ):
        await a_morning(office, planner, 5, day=TODAY)
        assert ok(await anna.get("/me/adherence"))["share"] == 0.5
        url, query = f"/workforce/adherence/{anna_id}", {"why": "Colloquio"}
        refused(await leader.get(url, params=query), 403, "insight.not_agreed")
        refused(await planner.get(url, params=query), 403, "identity.not_permitted")
        assert ok(await anna.get("/my/views"))["items"] == []
        agreement = {
            "title": "Accordo",
            "reference": "1/2026",
            "valid_from": office.desk.clock.at.isoformat(),
            "fields": ["adherence"],
        }
        document = {"document": ("accordo.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf")}
        ok(await privacy.post("/privacy/monitoring", data=agreement, files=document))
        assert ok(await leader.get(url, params=query))["share"] == 0.5
        (view,) = ok(await anna.get("/my/views"))["items"]
        assert (view["what"], view["why"]) == ("workforce: adherence", "Colloquio")


def halves(count: int, signed_in_s: float, *, first: int = 0) -> dict[datetime, Adherence]:
    at = seven(TODAY)
    return {at + n * HALF_HOUR: Adherence(1800.0, signed_in_s) for n in range(first, first + count)}


def test_teams_too_small_go_together_and_are_left_out_if_still_too_small() -> None:
    people = {str(n): halves(1, 180.0 * n) for n in range(10)}
    teams = {str(n): "A" if n < 5 else "B" if n < 8 else "C" for n in range(10)}
    a, others = by_group(people, teams, smallest=5)
    assert (a.group, a.people, a.adherence.share) == ("A", 5, 0.2)
    assert (others.group, others.people) == ("others", 5)
    assert by_group({"1": halves(1, 1.0)}, {"1": "A"}, smallest=5) == []


def test_what_one_did_before_the_others_came_is_in_no_figure_of_the_group() -> None:
    together = {str(n): halves(4, 900.0, first=2) for n in range(5)}
    teams = dict.fromkeys(together, "A")
    found = []
    for alone_s in (0.0, 1800.0):
        early = {**halves(2, alone_s), **together["0"]}
        found += by_group({**together, "0": early}, teams, smallest=5)
    first, second = found
    assert first == second
    assert (first.people, first.adherence.share) == (5, 0.5)
    # Whoever has no half hour with enough others is not counted among them.
    apart = {**together, "5": halves(2, 0.0)}
    assert by_group(apart, {**teams, "5": "A"}, smallest=5) == [first]


def test_a_person_has_as_much_by_half_hours_as_altogether() -> None:
    starts = seven(TODAY) + timedelta(minutes=10)
    parts = ({"kind": "queue", "minutes": 45}, {"kind": "pause", "minutes": 15})
    one = Shift("anna", TODAY, starts, starts + timedelta(minutes=60), "home", parts)
    found = by_half_hours([one], [], until=starts + timedelta(hours=9))["anna"]
    assert [part.rostered_s for part in found.values()] == [1200.0, 1500.0]
    assert list(found) == [seven(TODAY), seven(TODAY) + HALF_HOUR]
