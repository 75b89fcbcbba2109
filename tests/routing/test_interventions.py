"""What a team leader does on the floor: it works, it says who and why, and it goes back."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from ascolto.people import SkillLevel
from ascolto.people.actions import get_operator, set_skills
from ascolto.people.catalogue import create_skill
from ascolto.routing import (
    Queue,
    archive_queue,
    change_queue,
    create_queue,
    expire_interventions,
    get_queue,
)
from support.office import Office, ok, refused

LEADER = "gruppo@prova.example"
WHY = "Guasto a nord, il primo aspetta da 6 minuti"
TONIGHT = "2026-03-03T23:00:00Z"  # midnight in Rome; the clock stands at 9 in the morning


@pytest.fixture
async def led(office: Office) -> Office:
    """Give an organisation whose queue needs a skill, and somebody who leads its floor."""
    await office.hire(LEADER, "team_leader")
    async with office.desk.as_system() as tx:
        for code in ("luce", "gas"):
            await create_skill(tx, code=code, name=code.title())
        rings = [{"after_s": 0, "needs": [["luce", 5]]}]
        await change_queue(tx, queue_id=office.desk.queue.id, values={"rings": rings})
    return office


async def queue_of(office: Office) -> Queue:
    async with office.desk.as_system() as tx:
        queue = await get_queue(tx, office.desk.queue.id)
    assert queue is not None
    return queue


async def skills_of(office: Office) -> dict[str, SkillLevel]:
    async with office.desk.as_system() as tx:
        return (await get_operator(tx, office.desk.anna)).skills


async def other_queue(office: Office, *, name: str = "Aiuto") -> str:
    values = {"client_id": office.desk.client_id, "name": name, "channel": "webchat"}
    async with office.desk.as_system() as tx:
        return (await create_queue(tx, values=values)).id


async def told(office: Office) -> list[dict[str, Any]]:
    async with office.desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT kind, actor, body FROM kit.event WHERE kind LIKE 'routing.interven%'"
            " ORDER BY id"
        )
    return [dict(row) for row in rows]


async def done(leader: httpx.AsyncClient, office: Office, **body: Any) -> dict[str, Any]:
    asked = {"queue_id": office.desk.queue.id, "why": WHY, **body}
    answer: dict[str, Any] = ok(await leader.post("/interventions", json=asked))
    return answer


async def test_a_skill_moved_to_a_person_is_theirs_until_tonight_and_goes_back_when_undone(
    led: Office,
) -> None:
    async with led.desk.as_system() as tx:
        await set_skills(tx, led.desk.anna, {"luce": SkillLevel(2), "gas": SkillLevel(7)})
    async with led.signed_in(LEADER) as leader:
        alert = {"kind": "overdue", "value": 360, "limit": 60}
        one = await done(leader, led, kind="skill", operator_id=led.desk.anna, alert=alert)
        assert one["until"] == TONIGHT
        held = await skills_of(led)
        assert held["luce"].level == 5
        assert held["luce"].expires_at is not None
        assert held["gas"] == SkillLevel(7)
        listed = ok(await leader.get("/interventions"))["items"]
        assert [(i["why"], i["by_name"], i["ended_how"]) for i in listed] == [(WHY, "Gruppo", None)]
        undone = ok(await leader.delete(f"/interventions/{one['id']}"))
        assert (undone["ended_how"], undone["ended_by"]) == ("undone", "Gruppo")
        assert await skills_of(led) == {"luce": SkillLevel(2), "gas": SkillLevel(7)}
        again = ok(await leader.delete(f"/interventions/{one['id']}"))
        assert again == undone
    begun, ended = await told(led)
    assert begun["kind"] == "routing.intervened"
    assert begun["body"]["why"] == WHY
    assert begun["body"]["alert"] == alert
    assert begun["body"]["operator_id"] == led.desk.anna
    assert begun["actor"]["kind"] == "account"
    assert ended["body"]["how"] == "undone"
    assert ended["body"]["restored"] is True


async def test_an_overflow_is_opened_and_closed_again_when_the_day_is_over(led: Office) -> None:
    into = await other_queue(led)
    async with led.signed_in(LEADER) as leader:
        await done(leader, led, kind="overflow", overflow_queue_id=into)
        queue = await queue_of(led)
        assert (queue.overflow_queue_id, queue.overflow_after_s) == (into, 1.0)
        database = led.services.db
        assert await expire_interventions(database) == 0
        led.desk.clock.at += timedelta(hours=15)
        assert await expire_interventions(database) == 1
        assert await expire_interventions(database) == 0
    queue = await queue_of(led)
    assert (queue.overflow_queue_id, queue.overflow_after_s) == (None, None)
    assert [event["body"].get("how") for event in await told(led)] == [None, "expired"]


async def test_an_overflow_ends_also_when_the_queue_that_stood_there_is_gone(led: Office) -> None:
    before, into = await other_queue(led), await other_queue(led, name="Altro aiuto")
    values = {"overflow_queue_id": before, "overflow_after_s": 30.0}
    async with led.desk.as_system() as tx:
        await change_queue(tx, queue_id=led.desk.queue.id, values=values)
    async with led.signed_in(LEADER) as leader:
        await done(leader, led, kind="overflow", overflow_queue_id=into)
    async with led.desk.as_system() as tx:
        await archive_queue(tx, queue_id=before)
    led.desk.clock.at += timedelta(hours=15)
    assert await expire_interventions(led.services.db) == 1
    queue = await queue_of(led)
    assert (queue.overflow_queue_id, queue.overflow_after_s) == (None, None)


async def test_what_a_queue_always_says_is_no_news_when_it_is_put_back(led: Office) -> None:
    async with led.desk.as_system() as tx:
        await change_queue(tx, queue_id=led.desk.queue.id, values={"message": "Benvenuti"})
    async with led.signed_in(LEADER) as leader:
        one = await done(leader, led, kind="message", message="C'è un guasto")
        ok(await leader.delete(f"/interventions/{one['id']}"))
    assert (await queue_of(led)).message == "Benvenuti"
    async with led.desk.as_system() as tx:
        rows = await tx.fetch(
            "SELECT body FROM kit.event WHERE kind = 'routing.queue_changed' ORDER BY id"
        )
    assert [row["body"]["quiet"] for row in rows[-2:]] == [False, True]


async def test_what_somebody_has_changed_meanwhile_stays_as_they_left_it(led: Office) -> None:
    async with led.signed_in(LEADER) as leader:
        one = await done(leader, led, kind="message", message="C'è un guasto a nord.")
        assert (await queue_of(led)).message == "C'è un guasto a nord."
        async with led.desk.as_system() as tx:
            await change_queue(tx, queue_id=led.desk.queue.id, values={"message": "Risolto."})
        ok(await leader.delete(f"/interventions/{one['id']}"))
    assert (await queue_of(led)).message == "Risolto."
    assert (await told(led))[-1]["body"]["restored"] is False


async def test_the_same_is_not_done_twice_and_can_be_done_anew_once_it_has_ended(
    led: Office,
) -> None:
    async with led.signed_in(LEADER) as leader:
        one = await done(leader, led, kind="message", message="Guasto.")
        twice = {"kind": "message", "message": "Altro.", "queue_id": led.desk.queue.id, "why": "x"}
        refused(await leader.post("/interventions", json=twice), 409, "routing.already_done")
        assert (await queue_of(led)).message == "Guasto."
        ok(await leader.delete(f"/interventions/{one['id']}"))
        ok(await leader.post("/interventions", json=twice))


async def test_what_does_not_go_together_is_refused(led: Office) -> None:
    async with led.desk.as_system() as tx:
        await set_skills(tx, led.desk.bruno, {"luce": SkillLevel(9)})
    wishes: list[tuple[dict[str, Any], str]] = [
        ({"kind": "skill"}, "operator_id"),
        ({"kind": "skill", "operator_id": led.desk.bruno}, "operator_id"),  # has it already
        ({"kind": "message", "message": "x", "operator_id": led.desk.anna}, "operator_id"),
        ({"kind": "message"}, "message"),
        ({"kind": "overflow"}, "overflow_queue_id"),
        ({"kind": "message", "message": "x", "until": "2026-03-03T08:00:00Z"}, "until"),
        ({"kind": "message", "message": "x", "until": "2026-03-09T08:00:00Z"}, "until"),
    ]
    async with led.signed_in(LEADER) as leader:
        for wish, field in wishes:
            body = {"queue_id": led.desk.queue.id, "why": WHY, **wish}
            fields = refused(
                await leader.post("/interventions", json=body), 422, "routing.bad_intervention"
            )
            assert fields["field"] == field
        silent = {"queue_id": led.desk.queue.id, "why": "  ", "kind": "message", "message": "x"}
        assert (await leader.post("/interventions", json=silent)).status_code == 422
        assert ok(await leader.get("/interventions"))["items"] == []


async def test_only_who_leads_the_floor_does_it(led: Office) -> None:
    await led.hire("config@prova.example", "configurator")
    for who in ("anna@prova.example", "config@prova.example"):
        async with led.signed_in(who) as one:
            refused(await one.get("/interventions"), 403, "identity.not_permitted")


async def test_those_who_wait_and_those_who_come_are_told_and_nobody_twice(led: Office) -> None:
    before = await led.desk.opened()
    await led.desk.wrote(before.id)
    answered = await led.desk.talking(name="Elio Verdi")
    async with led.signed_in(LEADER) as leader:
        one = await done(leader, led, kind="message", message="C'è un guasto a nord.")
        await _until_told(led, before.id)
        after = await led.desk.opened(name="Ugo Neri")
        await led.desk.wrote(after.id)
        ok(await leader.delete(f"/interventions/{one['id']}"))
        later = await led.desk.opened(name="Ida Gallo")
        await led.desk.wrote(later.id)
    said = {
        name: [m.text for m in await led.desk.thread(key) if m.author.kind.value == "system"]
        for name, key in (
            ("before", before.id),
            ("after", after.id),
            ("later", later.id),
            ("answered", answered.id),
        )
    }
    assert said == {
        "before": ["C'è un guasto a nord."],
        "after": ["C'è un guasto a nord."],
        "later": [],
        "answered": [],
    }


async def _until_told(office: Office, conversation_id: str) -> None:

    async with asyncio.timeout(30):
        while not any(
            m.author.kind.value == "system" for m in await office.desk.thread(conversation_id)
        ):
            await asyncio.sleep(0.05)
