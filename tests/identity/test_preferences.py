"""What one has chosen for one's own desk is there from every browser, and nobody else's."""

from typing import Any

import pytest

from support.doors import Door


async def test_who_has_chosen_nothing_is_told_so(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        answer = await browser.get("/me/preferences")
    assert answer.status_code == 200
    assert answer.json() == {"keys": None, "plain_field": None, "sounds": None}


async def test_a_choice_made_in_one_browser_is_there_in_another(door: Door) -> None:
    await door.add_account()
    chosen = {
        "keys": {"on": False, "map": {"go_work": ["g l", "Alt+1"], "undo": []}},
        "plain_field": True,
        "sounds": None,
    }
    async with door.signed_in() as office, door.signed_in() as home:
        answer = await office.put("/me/preferences", json=chosen)
        assert answer.status_code == 200
        assert answer.json() == chosen
        assert (await home.get("/me/preferences")).json() == chosen


async def test_a_tune_for_each_kind_of_work_follows_a_person_and_no_other_is_kept(
    door: Door,
) -> None:
    await door.add_account()
    chosen = {
        "keys": None,
        "plain_field": None,
        "sounds": {"volume": 0.3, "tunes": {"email": "none", "mention": "bell"}},
    }
    async with door.signed_in() as office, door.signed_in() as home:
        assert (await office.put("/me/preferences", json=chosen)).json() == chosen
        assert (await home.get("/me/preferences")).json() == chosen
        for wrong in ({"volume": 2}, {"tunes": {"email": "trumpet"}}, {"tunes": {"A b": "two"}}):
            assert (await home.put("/me/preferences", json={"sounds": wrong})).status_code == 422


async def test_a_choice_is_replaced_whole(door: Door) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        moved = {"keys": {"on": True, "map": {"undo": ["x"]}}}
        await browser.put("/me/preferences", json=moved)
        await browser.put("/me/preferences", json={"keys": {"on": False}})
        shown = (await browser.get("/me/preferences")).json()
    assert shown == {"keys": {"on": False, "map": {}}, "plain_field": None, "sounds": None}


async def test_what_one_chooses_is_not_what_a_colleague_chose(door: Door) -> None:
    await door.add_account()
    await door.add_account(email="bruno@prova.example")
    async with door.signed_in() as anna, door.signed_in("bruno@prova.example") as bruno:
        await anna.put("/me/preferences", json={"keys": {"on": False}})
        assert (await bruno.get("/me/preferences")).json()["keys"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": {"on": "perhaps"}},
        {"keys": {"on": True, "map": {"Not an action": ["j"]}}},
        {"keys": {"on": True, "map": {"undo": ["a b c"]}}},
        {"keys": {"on": True, "map": {"undo": [""]}}},
        {"keys": {"on": True, "map": {"undo": ["j"] * 5}}},
        {"keys": {"on": True, "map": {f"action_{n}": ["j"] for n in range(101)}}},
        {"keys": {"on": True}, "colour": "red"},
        {"plain_field": "perhaps"},
    ],
)
async def test_a_document_that_makes_no_sense_is_refused(door: Door, wrong: Any) -> None:
    await door.add_account()
    async with door.signed_in() as browser:
        answer = await browser.put("/me/preferences", json=wrong)
        assert answer.status_code == 422
        assert (await browser.get("/me/preferences")).json() == {
            "keys": None,
            "plain_field": None,
            "sounds": None,
        }
