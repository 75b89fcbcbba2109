"""Adherence is of groups of five; one person's by agreement alone, and every look is logged."""

from datetime import UTC, datetime, timedelta

import httpx

from ascolto.people import NewOperator
from ascolto.people.actions import create_operator
from ascolto.workforce.adherence import Adherence, by_group
from support.log import MORNING, Said, write
from support.office import Office, ok, refused
from support.planning import PLANNER

LEADER = "capo@prova.example"
TODAY = "2026-03-03"
SEVEN = datetime(2026, 3, 3, 7, tzinfo=UTC)
DAY_S = (SEVEN - MORNING).total_seconds()


async def a_morning(office: Office, planner: httpx.AsyncClient, count: int) -> list[str]:
    """Roster Anna and others from seven to eleven; it is nine, and Anna was there half the time."""
    async with office.desk.as_system() as tx:
        clients = frozenset({office.desk.client_id})
        others = [
            (await create_operator(tx, NewOperator(display_name=f"P{n}", clients=clients))).id
            for n in range(count - 1)
        ]
    people = [office.desk.anna, *others]
    lines = [presence(who, 3600 if who == office.desk.anna else 0) for who in people]
    await write(office, lines)
    week = {"first_day": TODAY, "last_day": TODAY, "reason": "Oggi"}
    roster = ok(await planner.post("/workforce/rosters", json=week))
    url = f"/workforce/rosters/{roster['id']}"
    shifts = [
        {
            "operator_id": who,
            "day": TODAY,
            "starts_at": SEVEN.isoformat(),
            "ends_at": (SEVEN + timedelta(hours=4)).isoformat(),
        }
        for who in people
    ]
    roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
    ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))
    return people


def presence(who: str, after_s: float) -> Said:
    body = {"operator_id": who, "state": "available"}
    return Said(DAY_S + after_s, "routing.presence_changed", body)


async def test_a_group_of_five_is_shown_and_a_group_of_four_is_not(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await a_morning(office, planner, 5)
        (group,) = ok(await planner.get("/workforce/adherence"))["groups"]
    assert (group["group"], group["people"], group["rostered_hours"]) == ("others", 5, 10.0)
    assert group["share"] == 0.9


async def test_four_people_are_not_told_of(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await a_morning(office, planner, 4)
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
        await a_morning(office, planner, 5)
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


def test_teams_too_small_go_together_and_are_left_out_if_still_too_small() -> None:
    people = {str(n): Adherence(100.0, 10.0 * n) for n in range(10)}
    teams = {str(n): "A" if n < 5 else "B" if n < 8 else "C" for n in range(10)}
    a, others = by_group(people, teams, smallest=5)
    assert (a.group, a.people, a.adherence.share) == ("A", 5, 0.2)
    assert (others.group, others.people) == ("others", 5)
    assert by_group({"1": Adherence(1.0, 1.0)}, {"1": "A"}, smallest=5) == []
