"""A forecast is asked for, made beside the server, changed by hand, published and judged."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ascolto.kit.ids import new_id
from ascolto.workforce import store_days, store_history
from ascolto.workforce.calculator import Calculator
from ascolto.workforce.errors import CannotForecast
from ascolto.workforce.scoring import score_days
from ascolto.workforce.staffing.erlang import required
from support.office import Office, ok, refused
from support.planning import LEVELS, PLANNER, bring_in, made, table

TODAY = date(2026, 3, 3)


def total(found: dict[str, Any], day: str) -> float:
    (one,) = [one for one in found["forecast"]["days"] if one["day"] == day]
    calls: float = one["calls"]
    return calls


async def test_a_forecast_of_a_made_week_finds_the_week_again_with_a_band(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        found = await made(planner, office)
    forecast = found["forecast"]
    assert forecast["state"] == "made", forecast["failure"]
    assert (forecast["reason"], forecast["asked_by"]) == ("Marzo", "Piano")
    assert forecast["timezone"] == "Europe/Rome"
    days = [date.fromisoformat(one["day"]) for one in forecast["days"]]
    assert days[0] == TODAY, "days that are past are not forecast"
    assert len(days) == 12
    assert {day.weekday() for day in days} == set(range(6)), "Sundays were never open"
    assert len(found["intervals"]) == 12 * 20
    for one in found["intervals"]:
        assert 0 <= one["low"] <= one["median"] <= one["high"]
    # What came each Wednesday differs by the few that a shape of days adds.
    said = total(found, "2026-03-04")
    assert said == pytest.approx(10 * LEVELS[2] + 10 * LEVELS[2] // 2 + 20 * 2, rel=0.08)


async def test_a_queue_to_which_nothing_came_is_not_forecast_and_says_why(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        found = await made(planner, office)
        assert found["forecast"]["state"] == "failed"
        assert "nothing has come" in found["forecast"]["failure"]
        answer = await planner.post(f"/workforce/forecasts/{found['forecast']['id']}/publish")
        refused(answer, 409, "workforce.not_made")
        ok(await planner.delete(f"/workforce/forecasts/{found['forecast']['id']}"))
        assert ok(await planner.get("/workforce/forecasts"))["items"] == []


async def test_a_change_by_hand_keeps_what_was_made_and_is_taken_back_exactly(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        before = await made(planner, office)
        url = f"/workforce/forecasts/{before['forecast']['id']}"
        stretch = {"from_at": "2026-03-04T07:00:00Z", "until_at": "2026-03-04T09:00:00Z"}
        half = {**stretch, "factor": 1.5, "reason": "Bollette"}
        first = ok(await planner.post(f"{url}/edits", json=half))
        assert first["after_calls"] == pytest.approx(1.5 * first["before_calls"])
        whole = {**stretch, "calls": 60, "reason": "No, sessanta"}
        second = ok(await planner.post(f"{url}/edits", json=whole))
        assert second["before_calls"] == pytest.approx(first["after_calls"])
        assert second["after_calls"] == pytest.approx(60)
        now = ok(await planner.get(url, params={"day": "2026-03-04"}))
        changed = [one for one in now["intervals"] if one["mean"] != one["made_mean"]]
        assert len(changed) == 4
        assert sum(one["mean"] for one in changed) == pytest.approx(60)
        for one in changed:
            assert one["low"] <= one["median"] <= one["high"]
        assert [one["reason"] for one in now["edits"]] == ["Bollette", "No, sessanta"]
        # Without the first, the second still gives sixty; without both all is as it was.
        ok(await planner.delete(f"{url}/edits/{first['id']}"))
        left = ok(await planner.get(url))
        assert left["edits"][0]["before_calls"] == pytest.approx(first["before_calls"])
        ok(await planner.delete(f"{url}/edits/{second['id']}"))
        after = ok(await planner.get(url))
        assert after["intervals"] == before["intervals"]
        answer = await planner.delete(f"{url}/edits/{second['id']}")
        refused(answer, 404, "workforce.unknown_edit")


async def test_a_change_needs_a_reason_one_effect_and_a_stretch_that_is_there(
    office: Office,
) -> None:
    stretch = {"from_at": "2026-03-04T07:00:00Z", "until_at": "2026-03-04T09:00:00Z"}
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        url = f"/workforce/forecasts/{(await made(planner, office))['forecast']['id']}/edits"
        for wrong in (
            {**stretch, "factor": 2, "reason": "  "},
            {**stretch, "factor": 2, "calls": 3, "reason": "due effetti"},
            {**stretch, "reason": "nessuno"},
            {**stretch, "factor": 2, "reason": "x", "until_at": stretch["from_at"]},
        ):
            refused(await planner.post(url, json=wrong), 422, "invalid")
        night = {"from_at": "2026-03-04T01:00:00Z", "until_at": "2026-03-04T02:00:00Z"}
        answer = await planner.post(url, json={**night, "factor": 2, "reason": "notte"})
        refused(answer, 422, "workforce.bad_plan")


async def test_what_is_published_stays_as_it_is(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        forecast_id = (await made(planner, office))["forecast"]["id"]
        url = f"/workforce/forecasts/{forecast_id}"
        assert ok(await planner.post(f"{url}/publish"))["published_by"] == "Piano"
        edit = {
            "from_at": "2026-03-04T07:00:00Z",
            "until_at": "2026-03-04T09:00:00Z",
            "factor": 2,
            "reason": "tardi",
        }
        for answer in (
            await planner.post(f"{url}/publish"),
            await planner.post(f"{url}/edits", json=edit),
            await planner.delete(url),
        ):
            refused(answer, 409, "workforce.already_published")
        listed = ok(await planner.get("/workforce/forecasts", params={"only": "published"}))
        assert [one["id"] for one in listed["items"]] == [forecast_id]
        listed = ok(await planner.get("/workforce/forecasts", params={"only": "drafts"}))
        assert listed["items"] == []
    told = await office.door.events("workforce.forecast_published")
    assert [body["forecast_id"] for body in told] == [forecast_id]


async def test_a_day_takes_what_erlang_says_and_the_paid_are_divided_by_who_is_left(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        found = await made(planner, office)
        url = f"/workforce/forecasts/{found['forecast']['id']}/requirement"
        asked = {"day": "2026-03-04", "service_level": 0.8, "target_s": 20}
        plain = ok(await planner.post(url, json={**asked, "model": "c"}))
        assert plain["aht_s"] == pytest.approx(240), "without one, that of the past"
        loads = [one["mean"] * 240 / 1800 for one in plain["intervals"]]
        expected = required(loads, aht_s=240, target_s=20, service_level=0.8)
        assert [one["operators"] for one in plain["intervals"]] == expected.tolist()
        away = {**asked, "model": "c", "shrinkage": {"pause": 0.1, "formazione": 0.1}}
        shrunk = ok(await planner.post(url, json=away))
        for one, other in zip(plain["intervals"], shrunk["intervals"], strict=True):
            assert other["operators"] == one["operators"]
            assert other["paid"] == -(-one["operators"] * 10 // 8)
        # Over the forecast's distribution, with patience: the promise is kept on average.
        impatient = ok(await planner.post(url, json={**asked, "model": "a"}))
        assert all(one["service_level"] >= 0.8 for one in impatient["intervals"])
        chats = ok(await planner.post(url, json={**asked, "concurrency": 3, "slowdown": 0.2}))
        assert chats["aht_s"] == pytest.approx(240 * 1.4)
        assert sum(one["operators"] for one in chats["intervals"]) < sum(
            one["operators"] for one in impatient["intervals"]
        )
        answer = await planner.post(url, json={"day": "2026-03-08"})
        refused(answer, 422, "workforce.bad_plan")


async def test_scenarios_of_a_day_stand_beside_each_other_and_the_first_is_the_requirement(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        found = await made(planner, office)
        url = f"/workforce/forecasts/{found['forecast']['id']}"
        promise = {"service_level": 0.8, "target_s": 20, "shrinkage": {"altrove": 0.3}}
        body = {"day": "2026-03-04", **promise}
        plain = ok(await planner.post(f"{url}/requirement", json=body))
        whats = [promise, {**promise, "growth": 0.5}, {**promise, "stay_minutes": 240}]
        body = {"day": "2026-03-04", "scenarios": whats}
        base, grown, stay = ok(await planner.post(f"{url}/scenarios", json=body))["scenarios"]
        assert base["paid_hours"] == plain["paid_hours"]
        assert base["held_risk"] == base["risk"]
        assert grown["paid_hours"] > base["paid_hours"]
        assert grown["held_risk"] > base["risk"], "the base's people are too few for it"
        assert stay["paid_hours"] > base["paid_hours"], "whoever comes for an hour stays for four"
        refused(
            await planner.post(f"{url}/scenarios", json={**body, "day": "2026-03-08"}),
            422,
            "workforce.bad_plan",
        )
        chats = {"day": "2026-03-04", "scenarios": [{**promise, "concurrency": 3}]}
        assert (await planner.post(f"{url}/scenarios", json=chats)).status_code == 422


async def test_without_a_handling_time_nobody_is_required_by_guess(office: Office) -> None:
    text = table(heading="interval_start,calls", row=lambda at, n: f"{at:%Y-%m-%d %H:%M},{n}")
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, text)
        found = await made(planner, office)
        url = f"/workforce/forecasts/{found['forecast']['id']}/requirement"
        answer = await planner.post(url, json={"day": "2026-03-04"})
        said = {"reason": "aht_needed", "field": "aht_s", "queue_id": office.desk.queue.id}
        assert refused(answer, 422, "workforce.bad_plan") == said
        assert ok(await planner.post(url, json={"day": "2026-03-04", "aht_s": 300}))


async def test_a_published_forecast_is_judged_beside_the_naive_ones(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        found = await made(planner, office)
        ok(await planner.post(f"/workforce/forecasts/{found['forecast']['id']}/publish"))
        query = {"queue_id": office.desk.queue.id}
        assert ok(await planner.get("/workforce/accuracy", params=query)) == [], "nothing came yet"
    # Two weeks later what came is known: half more than ever.
    office.desk.clock.at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    later = table(
        date(2026, 3, 2),
        date(2026, 3, 15),
        row=lambda at, n: f"{at:%Y-%m-%d %H:%M},{n * 1.5},{n},0,240",
    )
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, later)
        assert await score_days(office.services) == 10
        (ledger,) = ok(await planner.get("/workforce/accuracy", params=query))
    assert ledger["days"] == 10
    assert ledger["published"]["bias"] == pytest.approx(-1 / 3, abs=0.04)
    for rival in ("last_week", "four_weeks"):
        assert ledger[rival] == pytest.approx(1 / 3, abs=0.06)
    assert 0.3 < ledger["published"]["wape"] < 0.4
    assert 0 < ledger["chance"] < 0.2
    assert ledger["by_day"][0]["day"] == "2026-03-04", "not the day it was published on"
    assert all(one["wape"] > one["chance"] for one in ledger["by_day"])


async def test_only_days_that_are_known_and_were_foretold_are_scored(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        early = (await made(planner, office))["forecast"]["id"]
        late = (await made(planner, office))["forecast"]["id"]
        ok(await planner.post(f"/workforce/forecasts/{early}/publish"))
    office.desk.clock.at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    async with office.signed_in(PLANNER) as planner:
        ok(await planner.post(f"/workforce/forecasts/{late}/publish"))
    async with office.desk.as_system() as tx:
        # The log has these days, and of this queue nothing: its work is told by tables.
        for n in range(3, 15):
            await store_history.keep_day(tx, date(2026, 3, n), [])
        assert await store_days.unscored(tx, before=date(2026, 3, 16), limit=9) == []
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table(date(2026, 3, 2), date(2026, 3, 15)))
    async with office.desk.as_system() as tx:
        (due,) = await store_days.unscored(tx, before=date(2026, 3, 16), limit=9)
    assert due["id"] == early, "what is published after its days foretells nothing"


async def test_a_forecast_that_was_thrown_away_while_it_was_made_is_not_written(
    office: Office,
) -> None:
    async with office.signed_in(PLANNER) as planner:
        await bring_in(planner, office, table())
        body = {"queue_id": office.desk.queue.id, "reason": "ripensamento"}
        asked = ok(await planner.post("/workforce/forecasts", json=body))
        ok(await planner.delete(f"/workforce/forecasts/{asked['id']}"))
        answer = await planner.get(f"/workforce/forecasts/{asked['id']}")
        refused(answer, 404, "workforce.unknown_forecast")
        assert (await made(planner, office))["forecast"]["state"] == "made"
        assert len(ok(await planner.get("/workforce/forecasts"))["items"]) == 1


async def test_a_calculating_process_that_dies_is_begun_anew() -> None:
    calculator = Calculator()
    asked = {
        "minutes": 30,
        "model": "c",
        "service_level": 0.8,
        "target_s": 20,
        "aht_s": 240,
        "patience_s": 300,
        "max_occupancy": 1.0,
        "concurrency": 1,
        "slowdown": 0,
        "shrinkage": {},
        "intervals": [{"mean": 100, "rate_cv": 0.1}],
    }
    try:
        first = await calculator.ask("require", asked)
        process = calculator._process
        assert process is not None
        process.kill()
        await process.wait()
        assert await calculator.ask("require", asked) == first
        with pytest.raises(CannotForecast, match="share between 0 and 1"):
            await calculator.ask("require", {**asked, "service_level": 2})
        assert await calculator.ask("require", asked) == first, "a refusal ends nothing"
    finally:
        await calculator.stop()


async def test_a_queue_of_nothing_is_refused(office: Office) -> None:
    async with office.signed_in(PLANNER) as planner:
        body = {"queue_id": new_id(), "reason": "prova"}
        answer = await planner.post("/workforce/forecasts", json=body)
        refused(answer, 404, "routing.queue_unknown")
