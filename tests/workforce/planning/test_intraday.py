"""Today, planned beside actual; what could be done about its rest is lived through first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ascolto.kit.ids import new_id
from ascolto.people import NewOperator
from ascolto.people.actions import create_operator
from ascolto.people.model import DEFAULT_CAPACITY
from ascolto.routing import create_queue
from ascolto.tenancy.actions import change_setting, create_client
from ascolto.workforce.actions.intraday import read_intraday
from ascolto.workforce.laying_out import lay_out
from ascolto.workforce.levers import Lever, Pulled
from ascolto.workforce.reaching import Step
from ascolto.workforce.rosters import Shift
from support.log import MORNING, Said, request, write
from support.office import Office, ok, refused
from support.planning import PLANNER, bring_in, made, table

# The clock of the tests stands at ten in Rome on this day; the queue opens at eight.
TODAY = "2026-03-03"
EIGHT = datetime(2026, 3, 3, 7, tzinfo=UTC)
DAY_S = (EIGHT - MORNING).total_seconds()
HALF_HOUR = timedelta(minutes=30)


async def hired(office: Office, count: int, **capacity: int) -> list[str]:
    """Hire people for every channel, or only for those that are named."""
    async with office.desk.as_system() as tx:
        return [
            (
                await create_operator(
                    tx,
                    NewOperator(
                        display_name=f"Persona {n}",
                        clients=frozenset({office.desk.client_id}),
                        capacity=capacity or dict(DEFAULT_CAPACITY),
                    ),
                )
            ).id
            for n in range(count)
        ]


async def planned(planner: httpx.AsyncClient, office: Office, people: list[str]) -> None:
    """Publish a forecast and a roster of today, from eight to two."""
    await bring_in(planner, office, table())
    forecast = (await made(planner, office))["forecast"]
    ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
    week = {"first_day": TODAY, "last_day": TODAY, "reason": "Oggi"}
    roster = ok(await planner.post("/workforce/rosters", json=week))
    url = f"/workforce/rosters/{roster['id']}"
    shifts = [
        {
            "operator_id": one,
            "day": TODAY,
            "starts_at": EIGHT.isoformat(),
            "ends_at": (EIGHT + timedelta(hours=6)).isoformat(),
        }
        for one in people
    ]
    roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
    ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))


def present(who: str, after_s: float, state: str = "available") -> Said:
    body = {"operator_id": who, "state": state}
    return Said(DAY_S + after_s, "routing.presence_changed", body)


async def intraday(planner: httpx.AsyncClient, office: Office) -> dict[str, Any]:
    query = {"queue_id": office.desk.queue.id}
    found: dict[str, Any] = ok(await planner.get("/workforce/intraday", params=query))
    return found


async def test_a_day_shows_what_came_beside_what_was_planned_and_the_rest_anew(
    office: Office,
) -> None:
    people = await hired(office, 6)
    lines = [present(who, 0) for who in people] + [present(people[0], 1800, "offline")]
    for n in range(230):
        who = people[n % 6]
        lines += request(
            DAY_S + 30 * n, 5, queue_id=office.desk.queue.id, operator_id=who, talk_s=60
        )
    await write(office, lines)
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        found = await intraday(planner, office)
    first, second, third, fourth, fifth = found["half_hours"][:5]
    assert first["starts_at"] == "2026-03-03T08:00:00+01:00"
    assert (first["offered"], first["handled"], first["service_level"]) == (60, 60, 1.0)
    assert second["offered"] == 60
    assert (first["rostered"], first["signed_in"], second["signed_in"]) == (6.0, 6.0, 5.0)
    assert (third["offered"], third["expected_now"]) == (60, None)
    assert fifth["offered"] is None
    assert fifth["planned"] <= fifth["expected_now"], "more came than was planned"
    over = first["planned"] + second["planned"] + third["planned"] + fourth["planned"]
    assert abs(found["ratio"] - 230 / over) < 1e-9
    # By whichever way the last twenty days speak for, and never by more than today's surprise.
    assert (found["judged"], found["way"] in {"plan", "level", "learnt"}) == (20, True)
    assert 1 <= found["factor"] < found["ratio"]
    assert all(one["required"] > 0 for one in found["half_hours"] if one["expected_now"])
    assert found["forecast_id"]
    assert not first["withheld"]


async def test_a_figure_on_four_people_is_not_told(office: Office) -> None:
    people = await hired(office, 4)
    lines = [present(who, 0) for who in people]
    for n in range(8):
        who = people[n % 4]
        lines += request(
            DAY_S + 60 * n, 5, queue_id=office.desk.queue.id, operator_id=who, talk_s=60
        )
    await write(office, lines)
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        first = (await intraday(planner, office))["half_hours"][0]
    assert first["withheld"]
    assert (first["rostered"], first["signed_in"], first["aht_s"]) == (None, None, None)
    assert (first["offered"], first["service_level"]) == (8, 1.0), "what customers got is told"


async def test_a_queue_whose_crew_is_anothers_and_one_person_more_counts_nobody(
    office: Office,
) -> None:
    people = [*await hired(office, 6), *await hired(office, 1, webchat=1)]
    await write(office, [present(who, 0) for who in people])
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        alone = (await intraday(planner, office))["half_hours"][0]
        assert (alone["rostered"], alone["signed_in"], alone["withheld"]) == (7.0, 7.0, False)
        async with office.desk.as_system() as tx:
            values = {"client_id": office.desk.client_id, "name": "Guasti", "channel": "voice"}
            await create_queue(tx, values=values)
        first = (await intraday(planner, office))["half_hours"][0]
    assert (first["rostered"], first["signed_in"], first["withheld"]) == (None, None, True)
    assert first["planned"] == alone["planned"]


async def test_whoever_moves_over_is_signed_in_there_and_two_crews_apart_by_them_tell_nobody(
    office: Office,
) -> None:
    people, desk = await hired(office, 7), office.desk
    await write(office, [present(who, 0) for who in people])
    lever = Lever(
        kind="skill_move", from_at=EIGHT + HALF_HOUR, until_at=EIGHT + 3 * HALF_HOUR, people=1
    )
    step = Step(
        id=new_id(), lever_id=new_id(), client_id=desk.client_id, operator_id=people[6],
        state="done", begins_at=lever.from_at, until_at=lever.until_at, changed_at=EIGHT,
        before=[], after=[],
    )  # fmt: skip
    done = Pulled(
        id=step.lever_id, client_id=desk.client_id, queue_id=desk.queue.id, lever=lever, reason="",
        effect={}, pulled_at=EIGHT, pulled_by="", pulled_account=None, undone_at=None,
    )  # fmt: skip
    async with desk.as_system() as tx:
        read = await read_intraday(tx, desk.queue.id)
    six, alike = frozenset(people[:6]), frozenset(people)
    moved = replace(
        read,
        shifts=[
            Shift(who, EIGHT.date(), EIGHT, EIGHT + timedelta(hours=6), "site", ())
            for who in people
        ],
        crews={desk.queue.id: six},
        levers=[done],
        steps={done.id: [step]},
    )
    before, inside, *_ = (await lay_out(moved)).lines
    assert [one.came and one.came.signed_in for one in (before, inside)] == [6.0, 7.0]
    assert [(one.on_duty, one.people, one.nested) for one in (before, inside)] == [
        (6.0, 6, False), (7.0, 6, False),
    ]  # fmt: skip
    # Another queue is apart from this one by who came over, before or while they are here.
    for other in (six, alike):
        told = (await lay_out(replace(moved, crews={**moved.crews, "another": other}))).lines
        assert told[1].nested


async def test_no_lever_tells_how_many_are_there_where_they_are_too_few(office: Office) -> None:
    people = await hired(office, 4)
    window = {"from_at": "2026-03-03T10:00:00Z", "until_at": "2026-03-03T12:00:00Z"}
    queue = office.desk.queue.id
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        said = set()
        for count in (1, 4, 5):
            lever = {"kind": "time_off", "people": count, **window}
            body = {"queue_id": queue, "levers": [lever]}
            answer = await planner.post("/workforce/intraday/levers/try", json=body)
            said.add(answer.json()["detail"])
            refused(answer, 422, "workforce.bad_plan")
            pull = {"queue_id": queue, "lever": lever, "reason": "Prova"}
            answer = await planner.post("/workforce/intraday/levers", json=pull)
            refused(answer, 422, "workforce.bad_plan")
        assert len(said) == 1, "whoever asks learns nothing by asking for more"
        assert (await intraday(planner, office))["levers"] == []


async def test_people_move_between_queues_with_different_hours(office: Office) -> None:
    people = await hired(office, 6)
    async with office.desk.as_system() as tx:
        values = {"client_id": office.desk.client_id, "name": "Guasti", "channel": "webchat"}
        other = await create_queue(tx, values=values)
    window = {"from_at": "2026-03-03T10:00:00Z", "until_at": "2026-03-03T12:00:00Z"}
    move = {"kind": "skill_move", "people": 3, **window}
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        heading, *rows = table().splitlines()
        short = [heading, *(row for row in rows if row[11:13] < "13")]
        await bring_in(planner, office, "\n".join(short) + "\n", queue_id=other.id)
        forecast = (await made(planner, office, queue_id=other.id))["forecast"]
        ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
        body = {"queue_id": office.desk.queue.id, "levers": [{**move, "other_queue_id": other.id}]}
        tried = ok(await planner.post("/workforce/intraday/levers/try", json=body))
        here, there = (
            [one["queues"][key]["service_level"] for one in (tried["as_it_is"], *tried["levers"])]
            for key in (office.desk.queue.id, other.id)
        )
        assert here[0] < here[1]
        assert there[0] > there[1]
        helped = {"kind": "overflow", "other_queue_id": other.id, **window}
        body["levers"] = [helped]
        tried = ok(await planner.post("/workforce/intraday/levers/try", json=body))
        level = tried["levers"][0]["queues"][office.desk.queue.id]["service_level"]
        assert level > here[0], "whoever helps takes what waits"
        body["levers"] = [{**move, "people": 7, "other_queue_id": other.id}]
        answer = await planner.post("/workforce/intraday/levers/try", json=body)
        assert refused(answer, 422, "workforce.bad_plan")["field"] == "people"


async def test_a_lever_that_cannot_work_is_refused_before_it_is_pulled(office: Office) -> None:
    people = await hired(office, 6)
    async with office.desk.as_system() as tx:
        values = {"client_id": office.desk.client_id, "name": "Guasti", "channel": "voice"}
        spoken = await create_queue(tx, values=values)
        client = await create_client(tx, name="Acqua", color="#223311")
        theirs = await create_queue(
            tx, values={"client_id": client.id, "name": "Fatture", "channel": "webchat"}
        )
    window = {"from_at": "2026-03-03T10:00:00Z", "until_at": "2026-03-03T12:00:00Z"}
    queue = office.desk.queue.id
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        levers = [
            *(
                ({"kind": "overflow", "other_queue_id": one, **window}, "other_queue_id")
                for one in (spoken.id, theirs.id, queue)
            ),
            # The breaks of a whole hour would all be at one moment.
            (
                {"kind": "break_move", "people": 2, "to_at": "2026-03-03T12:00:00Z", **window}
                | {"until_at": "2026-03-03T11:00:00Z"},
                "until_at",
            ),
        ]
        for lever, field in levers:
            body = {"queue_id": queue, "levers": [lever]}
            answer = await planner.post("/workforce/intraday/levers/try", json=body)
            assert refused(answer, 422, "workforce.bad_plan").get("field") == field
            pull = {"queue_id": queue, "lever": lever, "reason": "Prova"}
            answer = await planner.post("/workforce/intraday/levers", json=pull)
            assert refused(answer, 422, "workforce.bad_plan").get("field") == field
        assert (await intraday(planner, office))["levers"] == []


async def test_no_more_are_told_to_write_than_the_settings_allow(office: Office) -> None:
    people = await hired(office, 6)
    window = {"from_at": "2026-03-03T10:00:00Z", "until_at": "2026-03-03T12:00:00Z"}
    async with office.desk.as_system() as tx:
        await change_setting(tx, "workforce.told_share_most", 20, actor=tx.actor)
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        assert (await intraday(planner, office))["told_share_most"] == 0.2
        for share, status in ((0.2, 200), (0.21, 422)):
            lever = {"kind": "channel_shift", "share": share, **window}
            body = {"queue_id": office.desk.queue.id, "levers": [lever]}
            answer = await planner.post("/workforce/intraday/levers/try", json=body)
            assert answer.status_code == status, answer.text
    assert refused(answer, 422, "workforce.bad_plan")["field"] == "share"


async def test_every_lever_tells_its_effect_before_it_is_pulled_and_is_taken_back(
    office: Office,
) -> None:
    people = await hired(office, 6)
    await write(office, [present(who, 0) for who in people])
    async with office.desk.as_system() as tx:
        values = {"client_id": office.desk.client_id, "name": "Guasti", "channel": "voice"}
        other = await create_queue(tx, values=values)
    window = {"from_at": "2026-03-03T10:00:00Z", "until_at": "2026-03-03T12:00:00Z"}
    levers = [
        {"kind": "time_off", "people": 3, **window},
        {"kind": "extra_hours", "people": 3, **window},
        {"kind": "break_move", "people": 2, "to_at": "2026-03-03T12:00:00Z", **window}
        | {"until_at": "2026-03-03T10:30:00Z"},
        {"kind": "callback", "share": 0.1, **window},
        {"kind": "channel_shift", "share": 0.1, **window},
    ]
    asked = {"queue_id": office.desk.queue.id, "levers": levers}
    async with office.signed_in(PLANNER) as planner:
        await planned(planner, office, people)
        tried = ok(await planner.post("/workforce/intraday/levers/try", json=asked))
        queue = office.desk.queue.id
        as_it_is = tried["as_it_is"]["queues"][queue]["service_level"]
        off, extra, _, callback, written = (
            one["queues"][queue]["service_level"] for one in tried["levers"]
        )
        assert off < as_it_is < extra
        assert min(written, callback) > as_it_is
        assert [one["paid_hours"] for one in tried["levers"]] == [-6, 6, 0, 0, 0]
        before = await intraday(planner, office)
        assert before["levers"] == [], "nothing was pulled"
        home = {**levers[0], "from_at": "2026-03-03T11:00:00Z", "until_at": "2026-03-03T13:00:00Z"}
        body = {"queue_id": queue, "lever": home, "reason": "Mattina calma"}
        done = ok(await planner.post("/workforce/intraday/levers", json=body))
        assert done["effect"]["levers"][0]["queues"][queue]["service_level"] < as_it_is
        assert done["reached"] == {"due": 0, "asked": 6, "done": 0, "failed": []}
        during = await intraday(planner, office)
        assert during["half_hours"] == before["half_hours"], "nobody has said yes"
        ok(await planner.post(f"/workforce/intraday/levers/{done['id']}/undo"))
        after = await intraday(planner, office)
        assert after["half_hours"] == before["half_hours"]
        assert after["levers"][0]["undone_at"]
        again = await planner.post(f"/workforce/intraday/levers/{done['id']}/undo")
        refused(again, 404, "workforce.unknown_lever")
        moved = {"kind": "skill_move", "people": 1, "other_queue_id": other.id, **window}
        answer = await planner.post(
            "/workforce/intraday/levers/try", json={"queue_id": queue, "levers": [moved]}
        )
        refused(answer, 422, "workforce.bad_plan")
        past = {"kind": "time_off", "people": 1, **window} | {"from_at": "2026-03-03T07:00:00Z"}
        answer = await planner.post(
            "/workforce/intraday/levers/try", json={"queue_id": queue, "levers": [past]}
        )
        assert refused(answer, 422, "workforce.bad_plan")["field"] == "from_at"
        many = {"kind": "time_off", "people": 7, **window}
        answer = await planner.post(
            "/workforce/intraday/levers/try", json={"queue_id": queue, "levers": [many]}
        )
        assert refused(answer, 422, "workforce.bad_plan")["field"] == "people"


async def test_who_may_not_plan_pulls_no_lever(office: Office) -> None:
    await office.hire("capo@prova.example", "team_leader")
    body = {
        "queue_id": office.desk.queue.id,
        "lever": {
            "kind": "time_off",
            "people": 1,
            "from_at": "2026-03-03T10:00:00Z",
            "until_at": "2026-03-03T12:00:00Z",
        },
        "reason": "Prova",
    }
    async with office.signed_in("capo@prova.example") as leader:
        refused(
            await leader.post("/workforce/intraday/levers", json=body),
            403,
            "identity.not_permitted",
        )
        answer = await leader.get("/workforce/intraday", params={"queue_id": new_id()})
        refused(answer, 404, "routing.queue_unknown")
        shown = await intraday(leader, office)
    assert shown["forecast_id"] is None
