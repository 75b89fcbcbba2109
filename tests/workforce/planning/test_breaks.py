"""The breaks of the day's roster are due for the router, unless the person has set their own."""

from datetime import UTC, date, datetime, timedelta

from ascolto import routing
from ascolto.routing.model import BreakDue
from ascolto.workforce.jobs import plan_breaks
from support.office import Office, ok
from support.planning import PLANNER

TODAY = date(2026, 3, 3)
PATIENCE = timedelta(minutes=30)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 3, hour, minute, tzinfo=UTC)


PAUSE, MEAL = timedelta(minutes=15), timedelta(minutes=30)


def test_a_pause_that_nobody_takes_is_due_as_long_as_it_lasts() -> None:
    planned = ((at(10), PAUSE), (at(12), MEAL))
    known = BreakDue("anna", at(10), by_hand=False, taken_to=None)
    assert known.after(planned, at=at(9), patience=PATIENCE) == at(10)
    assert known.after(planned, at=at(10, 14), patience=PATIENCE) == at(10)
    assert known.after(planned, at=at(10, 15), patience=PATIENCE) == at(12)
    assert known.after((), at=at(9), patience=PATIENCE) is None
    early = BreakDue("anna", None, by_hand=False, taken_to=at(10, 20))
    assert early.after(planned, at=at(9, 55), patience=PATIENCE) == at(12)
    moved = ((at(9, 30), PAUSE), (at(12), MEAL))
    assert known.after(moved, at=at(9), patience=PATIENCE) == at(9, 30)
    own = BreakDue("anna", at(10), by_hand=True, taken_to=None)
    assert own.after(planned, at=at(10, 29), patience=PATIENCE) == at(10)
    assert own.after(planned, at=at(10, 30), patience=PATIENCE) == at(12)


def test_a_pause_begins_once_the_hands_are_free_and_is_not_waited_for_without_end() -> None:
    planned = ((at(10), PAUSE), (at(12), MEAL))
    held = BreakDue("anna", at(10), by_hand=False, taken_to=None, held_at=at(10, 10))
    assert held.after(planned, at=at(10, 24), patience=PATIENCE) == at(10)
    assert held.after(planned, at=at(10, 25), patience=PATIENCE) == at(12)
    on = BreakDue("anna", at(10), by_hand=False, taken_to=None, held_at=at(10, 29))
    assert on.after(planned, at=at(10, 29), patience=PATIENCE) == at(10)
    assert on.after(planned, at=at(10, 30), patience=PATIENCE) == at(12)


async def rostered(office: Office) -> None:
    """Publish Anna's day: from seven to three, with a pause at ten and a meal at noon."""
    work = {"kind": "queue", "queue_id": office.desk.queue.id}
    shift = {
        "operator_id": office.desk.anna,
        "day": str(TODAY),
        "starts_at": at(7).isoformat(),
        "ends_at": at(15).isoformat(),
        "parts": [
            {**work, "minutes": 180},
            {"kind": "pause", "minutes": 15},
            {**work, "minutes": 105},
            {"kind": "meal", "minutes": 30},
            {**work, "minutes": 150},
        ],
    }
    week = {"first_day": str(TODAY), "last_day": str(TODAY), "reason": "Oggi"}
    async with office.signed_in(PLANNER) as planner:
        roster = ok(await planner.post("/workforce/rosters", json=week))
        url = f"/workforce/rosters/{roster['id']}"
        roster = ok(await planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": [shift]}))
        ok(await planner.post(f"{url}/publish", json={"v": roster["v"]}))


async def test_the_next_break_of_the_roster_is_due_unless_one_has_set_another(
    office: Office,
) -> None:
    anna, clock = office.desk.anna, office.desk.clock
    await rostered(office)

    async def is_in(state: str) -> None:
        async with office.desk.as_system() as tx:
            await routing.set_presence(tx, operator_id=anna, state=state)

    async def says(due_at: datetime | None) -> None:
        async with office.desk.as_system() as tx:
            await routing.set_break_due(tx, operator_id=anna, due_at=due_at)

    async def due() -> datetime | None:
        await plan_breaks(office.services)
        async with office.desk.as_system() as tx:
            presence = await routing.get_presence(tx, anna)
        assert presence is not None
        return presence.break_due_at

    clock.at = at(9)
    await is_in("available")
    assert await due() == at(10)
    await says(at(11))
    assert await due() == at(11)
    await says(None)
    clock.at = at(9, 5)
    await is_in("break")  # a coffee of one's own takes no break of the roster's
    await is_in("available")
    assert await due() == at(10)
    clock.at = at(9, 50)
    await is_in("break")  # a little early: it is taken all the same
    assert await due() is None
    await is_in("available")
    assert await due() == at(12)
    clock.at = at(12, 10)
    assert await due() == at(12)
    clock.at = at(12, 30)
    assert await due() is None


async def test_who_has_work_in_hand_may_still_take_a_pause_once_it_is_done(office: Office) -> None:
    anna, clock = office.desk.anna, office.desk.clock
    await rostered(office)

    async def due(hour: int, minute: int) -> datetime | None:
        clock.at = at(hour, minute)
        await plan_breaks(office.services)
        async with office.desk.as_system() as tx:
            presence = await routing.get_presence(tx, anna)
        assert presence is not None
        return presence.break_due_at

    clock.at = at(9)
    async with office.desk.as_system() as tx:
        await routing.set_presence(tx, operator_id=anna, state="available")
    item = (await office.desk.talking(anna)).work_item_id
    assert item is not None
    assert await due(10, 1) == at(10)
    assert await due(10, 20) == at(10)
    async with office.desk.as_system() as tx:
        await routing.finish(tx, work_item_id=item, operator_id=anna)
    assert await due(10, 29) == at(10)
    assert await due(10, 30) == at(12), "nobody waits for it without end"
