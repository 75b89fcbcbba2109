"""Filters that stay: in the address, through Back and reload, and under a name."""

import contextlib
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk, Writer
from support.panel import fresh_name
from support.running import RunningServer

LEADER = "team@aurelia.example"


@pytest.fixture
def leader(house: RunningServer, at_desk: Profile) -> Desk:
    """Sit down as somebody who sees every conversation."""
    desk = Desk(house.url, at_desk.page())
    desk.sign_in(LEADER)
    return desk


def forgotten(house: RunningServer) -> None:
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=LEADER)) as http:
        for view in http.get("/api/v1/views").json()["items"]:
            assert http.delete(f"/api/v1/views/{view['id']}").status_code == 204


def kept(page: Page, name: str) -> None:
    page.keyboard.press("v")
    page.get_by_label("Nome della vista").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Vista «{name}» salvata")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_view_kept_on_one_machine_is_there_on_another_and_can_be_removed_and_undone(
    house: RunningServer, leader: Desk, browser: Browser
) -> None:
    page = leader.page
    page.goto(house.url + "/desk/conversations?view=closed&q=bolletta")
    expect(page.get_by_label("Cerca", exact=True)).to_have_value("bolletta")
    kept(page, "Bollette chiuse")
    page.get_by_label("Cerca", exact=True).fill("guasto")
    expect(page).to_have_url(re.compile("q=guasto"))
    page.get_by_label("Vista", exact=True).select_option("waiting")
    page.get_by_role("heading", name="Conversazioni").click()  # a letter belongs to the field else
    kept(page, "Guasti in coda")
    other = Desk(house.url, browser.new_context(locale="it-IT").new_page())
    other.sign_in(LEADER)
    there = other.page
    there.goto(house.url + "/desk/conversations")
    there.get_by_role("button", name="Le mie viste").click()
    there.get_by_role("dialog").get_by_role("button", name="Bollette chiuse", exact=True).click()
    expect(there).to_have_url(re.compile(r"view=closed.*q=bolletta|q=bolletta.*view=closed"))
    expect(there.get_by_label("Cerca", exact=True)).to_have_value("bolletta")
    expect(there.get_by_label("Vista", exact=True)).to_have_value("closed")
    there.get_by_role("button", name="Le mie viste").click()
    mine = there.get_by_role("dialog").get_by_role("listitem")
    expect(mine).to_have_count(2)
    expect(mine.first.get_by_role("button").first).to_have_attribute("aria-current", "true")
    there.get_by_role("button", name="Rimuovi la vista Guasti in coda").click()
    expect(mine).to_have_count(1)
    there.keyboard.press("Escape")
    there.keyboard.press("z")
    there.keyboard.press("v")
    expect(mine).to_have_count(2)
    there.context.close()
    forgotten(house)


def test_filter_and_place_of_a_list_come_back_with_back_and_with_a_reload(
    house: RunningServer, leader: Desk
) -> None:
    page = leader.page
    page.set_viewport_size({"width": 1200, "height": 420})
    for number in range(16):
        someone = Writer(house.url, fresh_name())
        with contextlib.closing(someone.http):
            someone.begin(f"Domanda numero {number}")
    page.goto(house.url + "/desk/conversations?view=waiting")
    lines = page.get_by_role("table").get_by_role("link")
    expect(lines.nth(14)).to_be_attached()
    lines.nth(14).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    before = _place(page)
    assert before > 0
    lines.nth(14).click()
    expect(page.get_by_role("log")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("view=waiting"))
    expect(lines.nth(14)).to_be_in_viewport()
    assert abs(_place(page) - before) <= 2
    page.reload()
    expect(lines.nth(14)).to_be_in_viewport()
    assert abs(_place(page) - before) <= 2


def test_what_my_work_was_filtered_by_is_kept_and_comes_back(
    house: RunningServer, leader: Desk
) -> None:
    page = leader.page
    page.goto(house.url + "/desk/work")
    page.get_by_role("radio", name="Posticipate").click()
    page.get_by_role("searchbox", name="Cerca").fill("2041")
    expect(page).to_have_url(re.compile("view=snoozed"))
    page.get_by_role("heading", name="Il mio lavoro").click()
    kept(page, "Pratica 2041")
    page.goto(house.url + "/desk/settings")
    page.go_back()
    expect(page.get_by_role("searchbox", name="Cerca")).to_have_value("2041")
    page.goto(house.url + "/desk/work")
    page.get_by_role("button", name="Le mie viste").click()
    page.get_by_role("dialog").get_by_role("button", name="Pratica 2041", exact=True).click()
    expect(page.get_by_role("searchbox", name="Cerca")).to_have_value("2041")
    expect(page.get_by_role("radio", name="Posticipate")).to_be_checked()
    forgotten(house)


def test_the_views_have_no_barriers(house: RunningServer, leader: Desk) -> None:
    page = leader.page
    page.goto(house.url + "/desk/conversations?view=closed")
    expect(page.get_by_role("heading", name="Conversazioni")).to_be_visible()
    kept(page, "Chiuse")
    page.keyboard.press("v")
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(1)
    page.wait_for_timeout(300)
    assert barriers_in_both_themes(page) == []
    forgotten(house)


def _place(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.page').scrollTop"))
