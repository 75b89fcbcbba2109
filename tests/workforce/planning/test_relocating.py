"""Everybody at home tomorrow: a draft in one request, and who has not agreed is not sent home."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from ascolto.workforce.actions import relocating
from ascolto.workforce.agreements import Agreement, in_force_on
from support.office import Office, ok
from support.planning import PLANNER, agreed

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
