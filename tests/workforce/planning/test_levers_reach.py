"""A lever that is pulled reaches people, who may say no, and routing, which ends it by itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from ascolto import routing
from ascolto.kit.db import Actor
from ascolto.kit.ids import new_id
from ascolto.people import SkillLevel
from ascolto.people.actions import get_operator, set_clients, set_skills
from ascolto.people.catalogue import change_skill, create_skill
from ascolto.routing import change_queue, create_queue, expire_interventions, get_queue
from ascolto.tenancy.actions import create_client
from ascolto.workforce import store_intraday
from ascolto.workforce.actions.intraday import pull, read_intraday, undo
from ascolto.workforce.actions.offers import own_steps
from ascolto.workforce.actions.pulling import begin, take_back
from ascolto.workforce.errors import BadPlan, OutsideScope
from ascolto.workforce.jobs import begin_levers
from ascolto.workforce.laying_out import lay_out
from ascolto.workforce.levers import Lever, Pulled
from ascolto.workforce.reaching import Step
from ascolto.workforce.stage import cast_of, stage_of
from ascolto.workforce.views_intraday import ReachedView
from support.office import Office, ok, refused
from support.planning import PLANNER

BRUNO = "bruno@prova.example"
# The clock of the tests stands at nine of this day.
TODAY = date(2026, 3, 3)
EFFECT = {"runs": 1, "as_it_is": {"paid_hours": 0, "queues": {}}, "levers": []}
PARTS = (
    {"kind": "queue", "minutes": 90},
    {"kind": "pause", "minutes": 15},
    {"kind": "queue", "minutes": 120},
    {"kind": "pause", "minutes": 15},
    {"kind": "queue", "minutes": 120},
)

# The pause at eleven can be taken a quarter earlier.
MOVABLE = [
    {"kind": "pause" if n % 2 else "queue", "minutes": lasts}
    for n, lasts in enumerate((120, 15, 105, 15, 105))
]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


def shift(who: str, day: date = TODAY, hour: int = 7, **more: Any) -> dict[str, Any]:
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    ends = starts + timedelta(hours=6)
    told = {"operator_id": who, "day": day.isoformat(), "starts_at": starts.isoformat()}
    return {**told, "ends_at": ends.isoformat(), **more}


async def publish(office: Office, *shifts: dict[str, Any]) -> None:
    async with office.signed_in(PLANNER) as planner:
        week = {"first_day": "2026-03-02", "last_day": "2026-03-08", "reason": "Settimana"}
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))


PIANO = Actor("account", new_id(), "Piano")


async def pulled(
    office: Office,
    lever: Lever,
    *,
    clients: frozenset[str] | None = None,
    queue_id: str | None = None,
) -> tuple[Pulled, list[Step]]:
    desk = office.desk
    into = queue_id or desk.queue.id
    async with desk.database.transaction(desk.tenant, actor=PIANO, clients=clients) as tx:
        return await pull(tx, lever, queue_id=into, reason="Mattina calma", effect=EFFECT)


async def taken_back(
    office: Office, lever_id: str, *, clients: frozenset[str] | None = None
) -> list[Step]:
    desk = office.desk
    async with desk.database.transaction(desk.tenant, actor=PIANO, clients=clients) as tx:
        return (await undo(tx, lever_id))[1]


async def offered(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await browser.get("/me/offers"))["steps"]
    return found


async def own(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    query = {"from": "2026-03-03", "to": "2026-03-03"}
    found: list[dict[str, Any]] = ok(await browser.get("/me/shifts", params=query))["shifts"]
    return found


OFF = Lever(kind="time_off", from_at=at(11), until_at=at(13), people=1)


async def test_time_off_is_offered_to_all_at_work_and_goes_to_the_first_who_agrees(
    office: Office,
) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))
    done, steps = await pulled(office, OFF)
    assert {one.state for one in steps} == {"offered"}
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        (hers,), (his,) = await offered(anna), await offered(bruno)
        assert (hers["open"], hers["reason"], hers["by"]) == (True, "Mattina calma", "Piano")
        assert [one["ends_at"][11:16] for one in hers["becomes"]] == ["11:00"]
        before = await own(anna)
        url = "/me/offers/{}/answer"
        refused(
            await bruno.post(url.format(hers["id"]), json={"agrees": True}),
            404,
            "workforce.unknown_offer",
        )
        answer = ok(await bruno.post(url.format(his["id"]), json={"agrees": True}))
        assert (answer["state"], answer["open"]) == ("done", False)
        assert [one["ends_at"][11:16] for one in await own(bruno)] == ["11:00"]
        assert await offered(anna) == [], "one was wanted, and one has agreed"
        late = await anna.post(url.format(hers["id"]), json={"agrees": True})
        refused(late, 409, "workforce.offer_over")
        assert await own(anna) == before
        await taken_back(office, done.id)
        assert [one["ends_at"][11:16] for one in await own(bruno)] == ["11:00"], "his yes stays"


async def test_many_offers_are_read_in_as_many_statements_as_one_and_none_in_fewer(
    office: Office,
) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))

    async def read() -> tuple[int, int]:
        async with desk.as_system() as tx:
            found = await own_steps(tx, desk.anna)
        return len(found), tx.statements

    nothing, least = await read()
    await pulled(office, OFF)
    one, statements = await read()
    for hour in (12, 11):
        await pulled(office, replace(OFF, from_at=at(hour, 30)))
    assert (nothing, one) == (0, 1)
    assert await read() == (3, statements)
    assert least == statements - 3, "neither a lever nor others' words nor one's shifts"


async def test_nothing_is_offered_outside_of_a_shift_and_a_no_changes_nothing(
    office: Office,
) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))
    await pulled(office, OFF)
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        (hers,) = await offered(anna)
        desk.clock.at = at(6, 30)
        assert await offered(anna) == []
        url = f"/me/offers/{hers['id']}/answer"
        refused(await anna.post(url, json={"agrees": True}), 409, "workforce.offer_over")
        desk.clock.at = at(9)
        before = await own(anna)
        assert ok(await anna.post(url, json={"agrees": False}))["state"] == "declined"
        assert (await own(anna), await offered(anna)) == (before, [])
        refused(await anna.post(url, json={"agrees": True}), 409, "workforce.offer_over")
        assert len(await offered(bruno)) == 1
    async with desk.as_system() as tx:
        told = await tx.fetch(
            "SELECT body, actor FROM kit.event WHERE kind = 'workforce.lever_reached' ORDER BY id"
        )
    assert [one["body"]["change"] for one in told] == ["offered"], "a no is told to nobody"
    assert told[0]["actor"]["name"] == "Piano"
    assert told[0]["body"]["reason"] == "Mattina calma"


async def test_a_lever_taken_back_does_not_tell_who_or_how_many_said_no(office: Office) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna), shift(desk.bruno))
    done, _ = await pulled(office, OFF)
    async with office.signed_in() as anna:
        (hers,) = await offered(anna)
        ok(await anna.post(f"/me/offers/{hers['id']}/answer", json={"agrees": False}))
    steps = await taken_back(office, done.id)
    assert {one.state for one in steps} == {"undone"}
    assert ReachedView.of(steps) == ReachedView(due=0, asked=0, done=0, failed=[])
    async with desk.as_system() as tx:
        told = await tx.fetch(
            "SELECT body FROM kit.event WHERE kind = 'workforce.lever_reached' ORDER BY id"
        )
    first, last = (one["body"] for one in told)
    assert (first["change"], last["change"]) == ("offered", "undone")
    assert first["operators"] == last["operators"] == sorted([desk.anna, desk.bruno])


async def test_extra_hours_are_offered_within_the_rules_and_lengthen_who_agrees(
    office: Office,
) -> None:
    desk = office.desk
    early = shift(desk.anna, TODAY + timedelta(days=1), hour=1)
    # Anna begins at two in the night: eleven hours of rest would not be left.
    await publish(office, shift(desk.anna), early, shift(desk.bruno, parts=list(PARTS)))
    _, steps = await pulled(
        office, Lever(kind="extra_hours", from_at=at(13), until_at=at(15), people=1)
    )
    assert [one.operator_id for one in steps] == [desk.bruno]
    async with office.signed_in(BRUNO) as bruno:
        (his,) = await offered(bruno)
        ok(await bruno.post(f"/me/offers/{his['id']}/answer", json={"agrees": True}))
        (now,) = await own(bruno)
    assert now["ends_at"][11:16] == "15:00"
    parts = [(one["kind"], one["minutes"]) for one in now["parts"]][-3:]
    assert parts == [("queue", 120), ("pause", 15), ("queue", 105)]


async def test_to_come_earlier_is_offered_before_the_shift_only_to_who_wishes_to_see_it(
    office: Office,
) -> None:
    desk = office.desk
    late = [shift(who, hour=13, parts=list(PARTS)) for who in (desk.anna, desk.bruno)]
    await publish(office, *late)
    lever = Lever(kind="extra_hours", from_at=at(11), until_at=at(13), people=1)
    with pytest.raises(BadPlan, match="nobody within the rules"):
        await pulled(office, lever)
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        ok(await anna.put("/me/wishes", json={"early_offers": True}))
        assert ok(await anna.get("/me/wishes"))["early_offers"] is True
        _, (step,) = await pulled(office, lever)
        assert step.operator_id == desk.anna
        assert await offered(bruno) == []
        (hers,) = await offered(anna)
        assert hers["becomes"][0]["starts_at"][11:16] == "11:00"
        url = f"/me/offers/{hers['id']}/answer"
        ok(await anna.put("/me/wishes", json={}))
        assert await offered(anna) == [], "a wish that is taken back is kept at once"
        refused(await anna.post(url, json={"agrees": True}), 409, "workforce.offer_over")
        ok(await anna.put("/me/wishes", json={"early_offers": True}))
        assert ok(await anna.post(url, json={"agrees": True}))["state"] == "done"
        (now,) = await own(anna)
    assert (now["starts_at"][11:16], now["ends_at"][11:16]) == ("11:00", "19:00")
    parts = [(one["kind"], one["minutes"]) for one in now["parts"]][:4]
    # Ninety minutes at the screen came first: with thirty before them a pause is due.
    assert parts == [("queue", 75), ("pause", 15), ("queue", 30), ("queue", 90)]


async def test_whoever_came_home_too_late_is_not_offered_to_come_earlier(office: Office) -> None:
    desk = office.desk
    evening = TODAY - timedelta(days=1)
    # Home at one in the night: at eleven there would be ten hours of rest.
    last = shift(desk.anna, evening, 19)
    await publish(office, last, shift(desk.anna, hour=13, parts=list(PARTS)))
    async with office.signed_in() as anna:
        ok(await anna.put("/me/wishes", json={"early_offers": True}))
    lever = Lever(kind="extra_hours", from_at=at(11), until_at=at(13), people=1)
    with pytest.raises(BadPlan, match="nobody within the rules"):
        await pulled(office, lever)
    _, steps = await pulled(office, replace(lever, from_at=at(12)))
    assert len(steps) == 1


async def test_a_break_moves_in_the_published_day_and_back(office: Office) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna, parts=MOVABLE))
    lever = Lever(
        kind="break_move", from_at=at(11), until_at=at(11, 30), people=1, to_at=at(10, 45)
    )
    async with office.signed_in() as anna:
        before = await own(anna)
        done, _ = await pulled(office, lever)
        (now,) = await own(anna)
        assert [one["minutes"] for one in now["parts"]] == [120, 15, 90, 15, 120]
        (told,) = await offered(anna)
        assert (told["kind"], told["open"], told["state"]) == ("break_move", False, "done")
        await taken_back(office, done.id)
        assert await own(anna) == before
        further = replace(lever, to_at=at(10, 15))
        with pytest.raises(BadPlan, match="a break to move"):  # 150 minutes at the screen
            await pulled(office, further)
        assert await own(anna) == before


async def test_a_planner_of_one_client_pulls_nothing_on_peoples_days(office: Office) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna, parts=MOVABLE), shift(desk.bruno))
    off = Lever(kind="time_off", from_at=at(11), until_at=at(13), people=1)
    extra = Lever(kind="extra_hours", from_at=at(13), until_at=at(14), people=1)
    move = Lever(kind="break_move", from_at=at(11), until_at=at(11, 30), people=1, to_at=at(10, 45))
    done, _ = await pulled(office, move)
    part = frozenset({desk.client_id})
    async with office.signed_in() as anna:
        before = await own(anna)
        for lever in (off, extra, move):
            with pytest.raises(OutsideScope):
                await pulled(office, lever, clients=part)
        with pytest.raises(OutsideScope):
            await taken_back(office, done.id, clients=part)
        assert await own(anna) == before
    # What changes nobody's day is theirs to pull and to take back, as before.
    word = Lever(kind="callback", from_at=at(11), until_at=at(12), share=0.1, message="A dopo")
    said, _ = await pulled(office, word, clients=part)
    assert [one.state for one in await taken_back(office, said.id, clients=part)] == ["undone"]


async def test_a_night_shift_is_reached_after_midnight_and_stays_of_the_day_before(
    office: Office,
) -> None:
    desk = office.desk
    desk.clock.at = at(0)
    evening = TODAY - timedelta(days=1)
    await publish(
        office,
        shift(desk.anna, evening, 21, parts=MOVABLE),
        shift(desk.bruno, evening, 21),
        shift(desk.bruno, TODAY, 21),
    )

    async def nights(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
        query = {"from": "2026-03-02", "to": "2026-03-03"}
        found: list[dict[str, Any]] = ok(await browser.get("/me/shifts", params=query))["shifts"]
        return found

    move = Lever(kind="break_move", from_at=at(1), until_at=at(1, 30), people=1, to_at=at(0, 45))
    off = Lever(kind="time_off", from_at=at(1), until_at=at(3), people=2)
    async with office.signed_in() as anna, office.signed_in(BRUNO) as bruno:
        before, his = await nights(anna), await nights(bruno)
        moved, _ = await pulled(office, move)
        (now,) = await nights(anna)
        assert [one["minutes"] for one in now["parts"]] == [120, 15, 90, 15, 120]
        assert await nights(bruno) == his
        await taken_back(office, moved.id)
        assert await nights(anna) == before
        await pulled(office, off)
        assert len(await offered(anna)) == 2, "what was moved and put back, and what is offered"
        (offer,) = await offered(bruno)
        ok(await bruno.post(f"/me/offers/{offer['id']}/answer", json={"agrees": True}))
        first, second = await nights(bruno)
        assert (first["starts_at"], first["ends_at"][11:16]) == (his[0]["starts_at"], "01:00")
        assert second == his[1]
        assert await nights(anna) == before


async def test_what_is_left_of_a_shift_begins_on_its_day(office: Office) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna, hour=21))
    late = Lever(kind="time_off", from_at=at(21), until_at=at(23), people=1)
    with pytest.raises(BadPlan, match="nobody within the rules"):  # midnight in Rome
        await pulled(office, late)
    _, steps = await pulled(office, replace(late, until_at=at(22, 30)))
    assert [one.operator_id for one in steps] == [desk.anna]


async def test_a_skill_moves_in_routing_when_the_lever_begins_and_ends_with_it(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        await create_skill(tx, code="gas", name="Gas")
        rings = [{"after_s": 0, "needs": [["gas", 5]]}]
        await change_queue(tx, queue_id=desk.queue.id, values={"rings": rings})
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values=values)
    await publish(office, shift(desk.anna))
    lever = Lever(
        kind="skill_move", from_at=at(10), until_at=at(12), people=1, other_queue_id=other.id
    )
    done, (step,) = await pulled(office, lever)
    assert step.operator_id == desk.anna

    async def held() -> dict[str, Any]:
        async with desk.as_system() as tx:
            return dict((await get_operator(tx, desk.anna)).skills)

    await begin_levers(office.services)
    assert await held() == {}, "it has not begun"
    desk.clock.at = at(10)
    await begin_levers(office.services)
    assert (await held())["gas"].level == 5
    assert (await held())["gas"].expires_at == at(12)
    (after,) = await taken_back(office, done.id)
    assert (after.state, await held()) == ("undone", {})


async def is_planned_in(office: Office, queue_id: str) -> None:
    """Look that Anna counts where she belongs on any other day: by the skills that stand."""
    who, monday = office.desk.anna, date(2026, 3, 9)
    async with office.desk.as_system() as tx:
        stage = await stage_of(tx, first_day=monday, last_day=monday + timedelta(days=6))
        (planned,) = await cast_of(tx, stage, operator_id=who)
        assert planned.queues == (queue_id,)
        crews = await routing.standing_crews(tx)
        assert [one for one, crew in crews.items() if who in crew] == [queue_id]
        assert who in (await read_intraday(tx, queue_id, TODAY + timedelta(days=1))).crew


async def test_whoever_is_moved_leaves_the_queue_they_come_from_and_is_given_back(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        for code in ("gas", "guasti", "tedesco"):
            await create_skill(tx, code=code, name=code)
        rings = [{"after_s": 0, "needs": [["gas", 5]]}]
        await change_queue(tx, queue_id=desk.queue.id, values={"rings": rings})
        rings = [
            {"after_s": 0, "needs": [["guasti", 3], ["tedesco", 1]]},
            {"after_s": 60, "needs": [["guasti", 1]]},
        ]
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values={**values, "rings": rings})
        held = {"guasti": SkillLevel(4), "tedesco": SkillLevel(2)}
        await set_skills(tx, desk.anna, held)
        await set_skills(tx, desk.bruno, {"gas": SkillLevel(5)})
    await publish(office, shift(desk.anna), shift(desk.bruno))
    lever = Lever(
        kind="skill_move", from_at=at(10), until_at=at(12), people=1, other_queue_id=other.id
    )

    async def stands() -> tuple[set[str], list[str]]:
        async with desk.as_system() as tx:
            skills = (await get_operator(tx, desk.anna)).skills
            crews = await routing.crews(tx)
        names = {desk.queue.id: "own", other.id: "other"}
        return set(skills), sorted(names[one] for one, crew in crews.items() if desk.anna in crew)

    assert await stands() == ({"guasti", "tedesco"}, ["other"])
    done, _ = await pulled(office, lever)
    desk.clock.at = at(10)
    await begin_levers(office.services)
    assert await stands() == ({"gas", "tedesco"}, ["own"])
    await is_planned_in(office, other.id)
    async with desk.as_system() as tx:
        there, fewest = {}, {}
        for queue in (desk.queue.id, other.id):
            lines = (await lay_out(await read_intraday(tx, queue))).lines
            there[queue] = {one.starts_at: one.on_duty for one in lines}
            fewest[queue] = {one.starts_at: one.people for one in lines}
    for queue, before, inside in ((desk.queue.id, 1.0, 2.0), (other.id, 1.0, 0.0)):
        assert there[queue].get(at(9), 0.0) == before
        assert there[queue].get(at(10, 30), 0.0) == inside
        # One came over: figures on two would tell of one.
        assert fewest[queue].get(at(10, 30), 0) == 1
    await taken_back(office, done.id)
    assert await stands() == ({"guasti", "tedesco"}, ["other"])
    # The same by itself when the time is over; a skill that was changed meanwhile stays as it is.
    desk.clock.at = at(9)
    await pulled(office, lever)
    desk.clock.at = at(10)
    await begin_levers(office.services)
    async with desk.as_system() as tx:
        skills = (await get_operator(tx, desk.anna)).skills
        await set_skills(tx, desk.anna, {**skills, "gas": SkillLevel(2)})
    desk.clock.at = at(12)
    await expire_interventions(desk.database)
    assert await stands() == ({"gas", "guasti", "tedesco"}, ["other"])


async def test_who_plans_one_client_sees_who_is_lent_to_another_until_when_and_not_where(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        for code in ("gas", "guasti"):
            await create_skill(tx, code=code, name=code)
        rings = [{"after_s": 0, "needs": [["gas", 5]]}]
        await change_queue(tx, queue_id=desk.queue.id, values={"rings": rings})
        client = await create_client(tx, name="Acqua", color="#223311")
        values = {"client_id": client.id, "name": "Guasti", "channel": "webchat"}
        rings = [{"after_s": 0, "needs": [["guasti", 3]]}]
        theirs = await create_queue(tx, values={**values, "rings": rings})
        await set_clients(tx, desk.anna, [desk.client_id, client.id])
        await set_skills(tx, desk.anna, {"gas": SkillLevel(5)})
    await publish(office, shift(desk.anna))
    lever = Lever(
        kind="skill_move", from_at=at(10), until_at=at(12), people=1, other_queue_id=desk.queue.id
    )
    one_client = frozenset({desk.client_id})
    async with desk.database.transaction(desk.tenant, actor=PIANO, clients=one_client) as tx:
        assert (await read_intraday(tx, desk.queue.id)).away == []
    await pulled(office, lever, queue_id=theirs.id)
    desk.clock.at = at(10)
    await begin_levers(office.services)
    async with desk.database.transaction(desk.tenant, actor=PIANO, clients=one_client) as tx:
        read = await read_intraday(tx, desk.queue.id)
        assert (read.away, read.levers) == ([("Anna", at(12))], [])
        assert desk.anna not in read.crew
        assert desk.anna in (await routing.standing_crews(tx))[desk.queue.id]
        assert (await read_intraday(tx, desk.queue.id, TODAY + timedelta(days=1))).away == ()
    async with office.signed_in(PLANNER) as planner:
        (roster,) = ok(await planner.get("/workforce/rosters"))["items"]
        day = ok(await planner.get(f"/workforce/rosters/{roster['id']}/days/{TODAY}"))
        told = {"operator_id": desk.anna, "queue_id": desk.queue.id}
        assert day["away"] == [{**told, "until": "2026-03-03T12:00:00Z"}]
        query = {"queue_id": desk.queue.id}
        shown = ok(await planner.get("/workforce/intraday", params=query))
        assert shown["away"] == [{"name": "Anna", "until": "2026-03-03T12:00:00Z"}]


async def test_a_move_ends_although_what_was_set_aside_is_out_of_use(office: Office) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        skills = {code: await create_skill(tx, code=code, name=code) for code in ("gas", "guasti")}
        rings = [{"after_s": 0, "needs": [["gas", 5]]}]
        await change_queue(tx, queue_id=desk.queue.id, values={"rings": rings})
        # What is given opens the second ring of the queue that is left.
        rings = [{"after_s": 0, "needs": [["gas", 5], ["guasti", 3]]}]
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values={**values, "rings": rings})
        await set_skills(tx, desk.anna, {"guasti": SkillLevel(4)})
        done = await routing.intervene(
            tx,
            routing.Wish(
                kind="skill",
                queue_id=desk.queue.id,
                why="Prova",
                by_account=PIANO.id,
                by_name=PIANO.name,
                operator_id=desk.anna,
                leaving_queue_id=other.id,
            ),
        )
        assert set((await get_operator(tx, desk.anna)).skills) == {"gas"}
        crews = await routing.crews(tx)
        assert desk.anna not in crews[other.id], "what she was given had let her in there"
        await change_skill(tx, skills["guasti"].id, archived=True)
        await routing.undo_intervention(tx, intervention_id=done.id, by="Piano")
        assert (await get_operator(tx, desk.anna)).skills == {}


async def test_a_lever_begins_where_another_has_ended_at_that_moment(office: Office) -> None:
    desk = office.desk

    async def said() -> str:
        await begin_levers(office.services)
        async with desk.as_system() as tx:
            queue = await get_queue(tx, desk.queue.id)
        assert queue is not None
        return queue.message

    for hour, words in ((10, "Scriveteci"), (11, "Richiamiamo")):
        lever = Lever(kind="callback", from_at=at(hour), until_at=at(hour + 1), share=0.1)
        await pulled(office, replace(lever, message=words))
    desk.clock.at = at(10)
    assert await said() == "Scriveteci"
    desk.clock.at = at(11)
    assert await said() == "Richiamiamo"
    desk.clock.at = at(12)
    await expire_interventions(desk.database)
    assert await said() == "", "what stood before both of them is back"


async def somebody_waits(office: Office, work: asyncio.Task[Any]) -> None:
    """Wait until the database keeps somebody waiting for a lock, or the work has ended."""
    waiting = (
        "SELECT exists(SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    async with asyncio.timeout(30):
        while not work.done():
            async with office.desk.database.connection() as connection:
                if await connection.fetchval(waiting):
                    return
            await asyncio.sleep(0.01)


async def test_what_begins_while_it_is_taken_back_ends_at_once(office: Office) -> None:
    desk = office.desk
    lever = Lever(
        kind="channel_shift", from_at=at(10), until_at=at(12), share=0.2, message="Scriveteci"
    )
    done, (step,) = await pulled(office, lever)
    desk.clock.at = at(10)
    async with desk.as_system() as tx:
        await begin(tx, step)
        back = asyncio.create_task(taken_back(office, done.id))
        await somebody_waits(office, back)
    (after,) = await back
    async with desk.as_system() as tx:
        queue = await get_queue(tx, desk.queue.id)
    assert queue is not None
    assert (after.state, queue.message) == ("undone", "")


async def test_an_answer_while_the_offer_is_taken_back_comes_too_late(office: Office) -> None:
    desk = office.desk
    await publish(office, shift(desk.anna))
    done, steps = await pulled(office, OFF)
    async with office.signed_in() as anna:
        before = await own(anna)
        url = f"/me/offers/{steps[0].id}/answer"
        async with desk.as_system() as tx:
            assert await store_intraday.set_undone(tx, done.id) is not None
            answer = asyncio.create_task(anna.post(url, json={"agrees": True}))
            await somebody_waits(office, answer)
            await take_back(tx, done, steps)
        refused(await answer, 409, "workforce.offer_over")
        assert await own(anna) == before


async def test_an_overflow_and_a_word_to_who_waits_stand_on_the_queue_until_taken_back(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        values = {"client_id": desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values=values)
    overflow = Lever(kind="overflow", from_at=at(10), until_at=at(12), other_queue_id=other.id)
    words = "L'attesa è lunga: scriveteci a info@luce.example, rispondiamo in giornata."
    shifted = Lever(kind="channel_shift", from_at=at(10), until_at=at(12), share=0.2, message=words)
    done = [(await pulled(office, one))[0] for one in (overflow, shifted)]
    again, _ = await pulled(office, shifted)
    desk.clock.at = at(10)
    await begin_levers(office.services)

    async def stands() -> tuple[str | None, str]:
        async with desk.as_system() as tx:
            queue = await get_queue(tx, desk.queue.id)
        assert queue is not None
        return queue.overflow_queue_id, queue.message

    assert await stands() == (other.id, words)
    (second,) = await taken_back(office, again.id)
    assert second.state == "failed", "what stands is not said twice"
    assert second.why == "routing.already_done"
    for one in done:
        await taken_back(office, one.id)
    assert await stands() == (None, "")


async def test_what_nobody_began_in_time_does_not_begin_and_says_why_by_a_code(
    office: Office,
) -> None:
    desk = office.desk
    words = Lever(kind="channel_shift", from_at=at(10), until_at=at(12), share=0.2, message="Dopo.")
    done, _ = await pulled(office, words)
    desk.clock.at = at(12)
    await begin_levers(office.services)
    async with desk.as_system() as tx:
        queue = await get_queue(tx, desk.queue.id)
    assert queue is not None
    assert queue.message == ""
    (step,) = await taken_back(office, done.id)
    assert (step.state, step.why) == ("failed", "workforce.lever_too_late")
