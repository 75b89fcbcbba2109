"""People are seen in groups; one by one only what an agreement lets be seen, and that is logged."""

from datetime import timedelta

from ascolto.kit.ids import new_id
from ascolto.privacy import MINIMUM_GROUP
from ascolto.privacy.actions import conclude_agreement, end_agreement
from ascolto.routing.actions import set_presence
from ascolto.tenancy.actions import change_setting
from support.log import MORNING, figure, request, write
from support.office import Office, ok, refused

LEADER = "guida@prova.example"
WHY = {"why": "una chiamata dal cliente"}


async def agree(office: Office, *fields: str) -> str:
    async with office.desk.as_system() as tx:
        agreement = await conclude_agreement(
            tx,
            title="Accordo",
            reference="1/2026",
            document_name="accordo.pdf",
            document=b"%PDF-1.7\n",
            fields=fields,
            valid_from=tx.now,
            valid_to=None,
        )
    return agreement.id


async def test_without_an_agreement_nobody_is_seen_one_by_one(office: Office) -> None:
    await office.hire(LEADER, "team_leader")
    async with office.signed_in(LEADER) as leader:
        url = f"/floor/operators/{office.desk.anna}"
        refused(await leader.get(url, params=WHY), 403, "insight.not_agreed")
    async with office.signed_in() as anna:
        assert ok(await anna.get("/my/views"))["items"] == []


async def test_an_agreement_shows_its_fields_and_no_others_and_the_person_knows_who_looked(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        await set_presence(tx, operator_id=desk.anna, state="available", country="IT")
    await desk.talking()
    await office.hire(LEADER, "team_leader")
    url = f"/floor/operators/{desk.anna}"
    agreement = await agree(office, "state", "active_work")
    async with office.signed_in(LEADER) as leader:
        shown = ok(await leader.get(url, params=WHY))
        assert shown["fields"] == {"state": "available", "active_work": 1.0}
        assert (await leader.get(url)).status_code == 422, "a look says why"
        async with desk.as_system() as tx:
            await end_agreement(tx, agreement)
        refused(await leader.get(url, params=WHY), 403, "insight.not_agreed")
    async with office.signed_in() as anna:
        (look,) = ok(await anna.get("/my/views"))["items"]
    assert look["why"] == WHY["why"]
    assert look["what"] == "floor: active_work, state"


async def test_an_agreement_on_what_is_not_measured_shows_nobody(office: Office) -> None:
    await office.hire(LEADER, "team_leader")
    await agree(office, "adherence")
    async with office.signed_in(LEADER) as leader:
        url = f"/floor/operators/{office.desk.anna}"
        refused(await leader.get(url, params=WHY), 403, "insight.not_agreed")


async def test_ones_own_whole_day_is_ones_own_to_see_and_no_look_is_noted(office: Office) -> None:
    desk = office.desk
    desk.clock.at = MORNING + timedelta(hours=6)
    lines = request(600, 5.0, queue_id=desk.queue.id, operator_id=desk.anna, talk_s=120)
    await write(office, lines)
    async with desk.as_system() as tx:
        await tx.execute("UPDATE identity.account SET roles = '{operator,team_leader}'")
    async with office.signed_in() as anna:
        shown = ok(await anna.get(f"/floor/operators/{desk.anna}", params=WHY))
        assert (shown["fields"]["handled"], shown["fields"]["handle_time"]) == (1.0, 120.0)
        assert ok(await anna.get("/my/views"))["items"] == []


async def test_an_organisation_may_ask_for_larger_groups_than_five(office: Office) -> None:
    desk = office.desk
    for n in range(6):
        lines = request(n, 5.0, queue_id=desk.queue.id, operator_id=new_id(), talk_s=60)
        await write(office, lines)
    await office.hire(LEADER, "team_leader")
    async with office.signed_in(LEADER) as leader:
        assert (await figure(leader, "aht"))["total"]["value"] == 60
        was, desk.clock.at = desk.clock.at, MORNING
        async with desk.as_system() as tx:
            await change_setting(tx, MINIMUM_GROUP.key, 7, actor=tx.actor)
        desk.clock.at = was
        total = (await figure(leader, "aht"))["total"]
        assert (total["value"], total["withheld"]) == (None, True)
