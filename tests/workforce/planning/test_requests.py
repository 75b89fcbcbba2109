"""People ask of their own shifts and are answered at once with the reason; undone exactly."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from ascolto.people import NewOperator
from ascolto.people.actions import create_operator
from ascolto.routing import archive_queue, create_queue
from ascolto.workforce.actions.requests import ask_swap, swap_candidates
from support.office import Office, ok, refused
from support.planning import PLANNER, bring_in, made, table

BRUNO = "bruno@prova.example"
WEDNESDAY = date(2026, 3, 4)
THURSDAY = date(2026, 3, 5)


def shift(who: str, day: date, hour: int, hours: int = 6) -> dict[str, Any]:
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return {
        "operator_id": who,
        "day": day.isoformat(),
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=hours)).isoformat(),
    }


async def publish(planner: httpx.AsyncClient, *shifts: dict[str, Any]) -> httpx.Response:
    week = {"first_day": "2026-03-02", "last_day": "2026-03-08", "reason": "Settimana"}
    roster = ok(await planner.post("/workforce/rosters", json=week))
    url = f"/workforce/rosters/{roster['id']}"
    roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts}))
    return await planner.post(f"{url}/publish", json={"v": roster["v"]})


async def own(browser: httpx.AsyncClient) -> list[dict[str, Any]]:
    query = {"from": "2026-03-01", "to": "2026-03-14"}
    found: list[dict[str, Any]] = ok(await browser.get("/me/shifts", params=query))["shifts"]
    return found


async def test_a_swap_is_asked_agreed_to_and_undone_exactly(office: Office) -> None:
    desk = office.desk
    async with (
        office.signed_in(PLANNER) as planner,
        office.signed_in() as anna,
        office.signed_in(BRUNO) as bruno,
    ):
        ok(await publish(planner, shift(desk.anna, WEDNESDAY, 7), shift(desk.bruno, WEDNESDAY, 13)))
        before = await own(anna), await own(bruno)
        (candidate,) = ok(await anna.get("/me/swaps", params={"day": str(WEDNESDAY)}))
        assert candidate["name"] == "Bruno"
        body = {"day": str(WEDNESDAY), "operator_id": candidate["operator_id"], "note": "Visita"}
        asked = ok(await anna.post("/me/swaps", json=body))
        assert (asked["state"], asked["mine"]) == ("waiting", True)
        assert (await own(anna), await own(bruno)) == before, "nothing changes unasked"
        (shown,) = ok(await bruno.get("/me/requests"))
        assert (shown["operator_name"], shown["note"], shown["mine"]) == ("Anna", "Visita", False)
        url = f"/me/requests/{asked['id']}/answer"
        refused(await anna.post(url, json={"agrees": True}), 404, "workforce.unknown_request")
        done = ok(await bruno.post(url, json={"agrees": True}))
        assert done["state"] == "done"
        assert [one["starts_at"][11:16] for one in done["becomes"]] == ["07:00"]
        assert (await own(anna), await own(bruno)) == (before[1], before[0])
        (listed,) = ok(await planner.get("/workforce/requests"))["items"]
        undone = ok(await planner.post(f"/workforce/requests/{listed['id']}/undo"))
        assert undone["state"] == "undone"
        assert (await own(anna), await own(bruno)) == before
        answer = await planner.post(f"/workforce/requests/{listed['id']}/undo")
        refused(answer, 404, "workforce.unknown_request")


async def test_both_see_both_shifts_before_they_answer_and_agree_to_these_alone(
    office: Office,
) -> None:
    desk = office.desk
    body = {"day": str(WEDNESDAY), "operator_id": desk.bruno}
    mine, theirs = shift(desk.anna, WEDNESDAY, 7), shift(desk.bruno, WEDNESDAY, 13)
    moved = shift(desk.anna, WEDNESDAY, 5), shift(desk.bruno, WEDNESDAY, 15)
    async with (
        office.signed_in(PLANNER) as planner,
        office.signed_in() as anna,
        office.signed_in(BRUNO) as bruno,
    ):
        ok(await publish(planner, mine, theirs))
        url = f"/me/requests/{ok(await anna.post('/me/swaps', json=body))['id']}/answer"
        for browser, was, becomes in ((anna, "07", "13"), (bruno, "13", "07")):
            (shown,) = ok(await browser.get("/me/requests"))
            assert [one["starts_at"][11:13] for one in shown["was"]] == [was]
            assert [one["starts_at"][11:13] for one in shown["becomes"]] == [becomes]
        # Her day, his day, and hers gone altogether: a swap of one side would leave her none.
        for changed in ((moved[0], theirs), (mine, moved[1]), (theirs,)):
            ok(await publish(planner, *changed))
            before = await own(anna), await own(bruno)
            answer = await bruno.post(url, json={"agrees": True})
            refused(answer, 409, "workforce.roster_changed")
            assert (await own(anna), await own(bruno)) == before
        ok(await publish(planner, mine, theirs))
        assert ok(await bruno.post(url, json={"agrees": True}))["state"] == "done"


async def test_a_swap_that_gives_a_split_shift_to_who_did_not_agree_is_refused(
    office: Office,
) -> None:
    desk = office.desk
    parted = shift(desk.anna, WEDNESDAY, 6, 4), shift(desk.anna, WEDNESDAY, 14, 4)
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(await anna.put("/me/wishes", json={"split_shifts": True}))
        ok(await publish(planner, *parted, shift(desk.bruno, WEDNESDAY, 9)))
        assert ok(await anna.get("/me/swaps", params={"day": str(WEDNESDAY)})) == []
        body = {"day": str(WEDNESDAY), "operator_id": desk.bruno}
        asked = ok(await anna.post("/me/swaps", json=body))
        assert asked["state"] == "refused"
        assert [one["rule"] for one in asked["why"]] == ["a split shift that was not agreed to"]


async def test_nothing_is_granted_or_undone_once_the_shift_has_begun(office: Office) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(await publish(planner, shift(desk.anna, WEDNESDAY, 7), shift(desk.anna, THURSDAY, 7)))
        first = ok(await anna.post("/me/leave", json={"day": str(WEDNESDAY)}))
        second = ok(await anna.post("/me/leave", json={"day": str(THURSDAY)}))
        grant = {"grants": True}
        ok(await planner.post(f"/workforce/requests/{second['id']}/decision", json=grant))
    desk.clock.at = datetime(2026, 3, 5, 7, tzinfo=UTC)
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        url = f"/workforce/requests/{first['id']}/decision"
        refused(await planner.post(url, json=grant), 422, "workforce.bad_plan")
        answer = await planner.post(f"/workforce/requests/{second['id']}/undo")
        refused(answer, 422, "workforce.bad_plan")
        assert [one["day"] for one in await own(anna)] == [str(WEDNESDAY)]
        # What nobody answered in time can still be closed.
        no = ok(await planner.post(url, json={"grants": False, "why": "Tardi"}))
        assert no["state"] == "refused"


async def test_a_swap_against_the_rest_is_no_proposal_and_refused_with_the_article(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(
            await publish(
                planner,
                shift(desk.anna, WEDNESDAY, 6),
                shift(desk.anna, THURSDAY, 5),
                shift(desk.bruno, WEDNESDAY, 15),
            )
        )
        before = await own(anna)
        assert ok(await anna.get("/me/swaps", params={"day": str(WEDNESDAY)})) == []
        body = {"day": str(WEDNESDAY), "operator_id": desk.bruno}
        asked = ok(await anna.post("/me/swaps", json=body))
        assert asked["state"] == "refused"
        (why,) = asked["why"]
        assert (why["article"], why["mine"]) == ("D.Lgs. 66/2003 art. 7", True)
        assert await own(anna) == before


async def test_a_swap_is_declined_or_taken_back_and_nothing_is_sent_to_anybody(
    office: Office,
) -> None:
    desk = office.desk
    body = {"day": str(WEDNESDAY), "operator_id": desk.bruno}
    async with (
        office.signed_in(PLANNER) as planner,
        office.signed_in() as anna,
        office.signed_in(BRUNO) as bruno,
    ):
        ok(await publish(planner, shift(desk.anna, WEDNESDAY, 7), shift(desk.bruno, WEDNESDAY, 13)))
        async with desk.as_system() as tx:
            frames = await tx.fetchval("SELECT count(*) FROM kit.frame")
        asked = ok(await anna.post("/me/swaps", json=body))
        refused(await anna.post("/me/swaps", json=body), 422, "workforce.bad_plan")
        ok(await bruno.post(f"/me/requests/{asked['id']}/answer", json={"agrees": False}))
        asked = ok(await anna.post("/me/swaps", json=body))
        ok(await anna.delete(f"/me/requests/{asked['id']}"))
        states = [one["state"] for one in ok(await anna.get("/me/requests"))]
        assert states == ["withdrawn", "declined"]
        async with desk.as_system() as tx:
            assert await tx.fetchval("SELECT count(*) FROM kit.frame") == frames
            assert await tx.fetchval("SELECT count(*) FROM kit.outgoing_mail") == 0


async def test_a_day_off_is_granted_where_enough_are_left_and_refused_with_the_half_hour(
    office: Office,
) -> None:
    desk = office.desk
    async with desk.as_system() as tx:
        clients = frozenset({desk.client_id})
        more = [
            (await create_operator(tx, NewOperator(display_name=f"P{n}", clients=clients))).id
            for n in range(14)
        ]
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        everybody = [desk.anna, desk.bruno, *more]
        # Thursday has many, Wednesday hardly any.
        shifts = [shift(one, THURSDAY, 8, 4) for one in everybody]
        shifts += [shift(one, WEDNESDAY, 8, 4) for one in everybody[:3]]
        ok(await publish(planner, *shifts))
        unknown = ok(await anna.post("/me/leave", json={"day": str(WEDNESDAY)}))
        assert unknown["state"] == "waiting", "nobody has said how many it takes"
        ok(await anna.delete(f"/me/requests/{unknown['id']}"))
        await bring_in(planner, office, table())
        forecast = (await made(planner, office))["forecast"]
        ok(await planner.post(f"/workforce/forecasts/{forecast['id']}/publish"))
        no = ok(await anna.post("/me/leave", json={"day": str(WEDNESDAY)}))
        assert no["state"] == "refused"
        # The shift begins at eight by Greenwich, at nine by the clock of the place.
        assert no["why"][0]["rule"].startswith("09:00: 2 would be left, it takes ")
        before = await own(anna)
        async with desk.as_system() as tx:
            values = {"client_id": desk.client_id, "name": "Guasti", "channel": "voice"}
            queue = await create_queue(tx, values=values)
        asked = ok(await anna.post("/me/leave", json={"day": str(THURSDAY)}))
        assert asked["state"] == "waiting", "nobody has said how many the other queue takes"
        ok(await anna.delete(f"/me/requests/{asked['id']}"))
        async with desk.as_system() as tx:
            await archive_queue(tx, queue_id=queue.id)
        yes = ok(await anna.post("/me/leave", json={"day": str(THURSDAY)}))
        assert (yes["state"], yes["why"]) == ("done", [])
        assert [one["day"] for one in await own(anna)] == [str(WEDNESDAY)]
        ok(await planner.post(f"/workforce/requests/{yes['id']}/undo"))
        assert await own(anna) == before


async def test_a_planner_decides_a_leave_of_which_nobody_knows_what_the_day_takes(
    office: Office,
) -> None:
    desk = office.desk
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        ok(await publish(planner, shift(desk.anna, WEDNESDAY, 7), shift(desk.anna, THURSDAY, 7)))
        first = ok(await anna.post("/me/leave", json={"day": str(WEDNESDAY), "note": "Trasloco"}))
        second = ok(await anna.post("/me/leave", json={"day": str(THURSDAY)}))
        url = f"/workforce/requests/{first['id']}/decision"
        ok(await planner.post(url, json={"grants": True}))
        url = f"/workforce/requests/{second['id']}/decision"
        assert (await planner.post(url, json={"grants": False})).status_code == 422
        ok(await planner.post(url, json={"grants": False, "why": "Fine mese"}))
        assert await own(anna) != []
        assert [one["day"] for one in await own(anna)] == [str(THURSDAY)]
        no, _ = ok(await anna.get("/me/requests"))
        assert (no["state"], no["why"][0]["rule"]) == ("refused", "Fine mese")


async def test_a_split_shift_is_published_only_for_who_agrees_to_it(office: Office) -> None:
    desk = office.desk
    parted = (shift(desk.anna, WEDNESDAY, 6, 4), shift(desk.anna, WEDNESDAY, 14, 4))
    async with office.signed_in(PLANNER) as planner, office.signed_in() as anna:
        fields = refused(await publish(planner, *parted), 422, "workforce.breaks_the_law")
        assert fields["article"] == "by the person's agreement only"
        assert ok(await anna.get("/me/wishes"))["split_shifts"] is False
        wishes = {"from_minute": 480, "until_minute": 1200, "split_shifts": True}
        ok(await anna.put("/me/wishes", json=wishes))
        ok(await publish(planner, *parted))
        assert len(await own(anna)) == 2
        assert ok(await anna.get("/me/wishes"))["from_minute"] == 480


async def test_a_swap_among_a_thousand_takes_as_many_statements_as_one_among_a_few(
    office: Office,
) -> None:
    desk = office.desk

    async def hired(count: int) -> list[str]:
        async with desk.as_system() as tx:
            clients = frozenset({desk.client_id})
            return [
                (await create_operator(tx, NewOperator(display_name=f"P{n}", clients=clients))).id
                for n in range(count)
            ]

    async def looked() -> tuple[int, int]:
        async with desk.as_system() as tx:
            found = await swap_candidates(tx, desk.anna, WEDNESDAY)
        return len(found), tx.statements

    async def asked(who: str, other: str) -> tuple[str, int]:
        async with desk.as_system() as tx:
            request = await ask_swap(tx, who, other, day=WEDNESDAY, note="")
        return request.state, tx.statements

    everybody = [desk.anna, desk.bruno, *await hired(1)]
    async with office.signed_in(PLANNER) as planner:
        for more, place in ((0, 0), (998, 2)):
            everybody += await hired(more)
            shifts = [shift(one, WEDNESDAY, 7 + n % 6) for n, one in enumerate(everybody)]
            ok(await publish(planner, *shifts))
            seen = await looked(), await asked(*everybody[place : place + 2])
            if more == 0:
                few = seen
    assert (few[0][0], seen[0][0]) == (2, 20)
    assert few[1][0] == seen[1][0] == "waiting"
    assert (few[0][1], few[1][1]) == (seen[0][1], seen[1][1])
