"""The floor on a wall: by a link that can be taken back or in one's own session; it heals."""

import contextlib
import json

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk
from support.running import RunningServer

LEADER = "team@aurelia.example"


@pytest.fixture
def leader(house: RunningServer, at_desk: Profile) -> Page:
    """Stand on the floor as who leads it."""
    desk = Desk(house.url, at_desk.page())
    desk.sign_in(LEADER)
    desk.page.goto(house.url + "/desk/floor")
    return desk.page


def link_made(page: Page, name: str) -> str:
    page.get_by_role("button", name="Schermo a parete").click()
    page.get_by_label("Nome dello schermo").fill(name)
    page.keyboard.press("Enter")
    return page.get_by_label("Link dello schermo").input_value()


def test_a_link_shows_the_floor_without_signing_in_until_it_is_taken_back(
    house: RunningServer, leader: Page, browser: Browser
) -> None:
    link = link_made(leader, "Parete nord")
    context = browser.new_context(locale="it-IT", viewport={"width": 1920, "height": 1080})
    wall = context.new_page()
    wall.clock.install()
    asked: list[str] = []
    wall.on("request", lambda request: asked.append(request.url))
    wall.goto(link)
    expect(wall.get_by_role("heading", name="Sala")).to_be_visible()
    expect(wall.get_by_role("row").nth(1)).to_be_visible()
    assert wall.get_by_role("navigation").count() == 0
    assert wall.get_by_role("link").count() == 0
    assert context.cookies() == []
    assert not any("ascolto_" in url for url in asked), "the link's secret went to the server's log"
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=LEADER)) as http:
        people = http.get("/api/v1/operators").json()["items"]
    shown = wall.locator("body").inner_text()
    assert [one["display_name"] for one in people if one["display_name"] in shown] == []
    leader.get_by_role("button", name="Chiudi lo schermo Parete nord").click()
    expect(leader.get_by_text("Schermo «Parete nord» chiuso")).to_be_visible()
    wall.clock.run_for(8_000)
    expect(wall.get_by_text("Questo link non vale più")).to_be_visible()
    assert wall.get_by_role("row").count() == 0
    context.close()


def test_a_wall_outlives_the_server_and_goes_on_when_it_is_back(
    house: RunningServer, at_desk: Profile
) -> None:
    page = at_desk.page()
    Desk(house.url, page).sign_in(LEADER)
    page.goto(house.url + "/desk/screen")
    row = page.get_by_role("row").nth(1)
    expect(row).to_be_visible()
    house.kill()
    expect(page.get_by_text("Nessuna risposta dalle")).to_be_visible()
    expect(row).to_be_visible()  # what was seen last stays, and turns grey with age
    expect(page.locator("main[data-stale]")).to_have_count(1)
    house.start()
    house.wait_until_healthy()
    expect(page.get_by_text("Nessuna risposta dalle")).to_have_count(0)
    expect(page.locator("main[data-stale]")).to_have_count(0)


def test_the_wall_has_no_barriers_and_fits_from_a_telephone_to_a_wall(
    house: RunningServer, leader: Page
) -> None:
    page = leader
    page.get_by_role("button", name="Schermo a parete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)
    assert barriers_in_both_themes(page) == []

    def troubled(route: Route) -> None:
        answer = route.fetch()
        floor = json.loads(answer.text())
        for queue in floor["queues"]:
            queue.update(waiting=7, oldest_wait_s=400, sl_today=0.41, answered_today=112)
        route.fulfill(json=floor)

    page.route("**/api/v1/floor", troubled)
    for width, height in ((1920, 1080), (1280, 720), (320, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(house.url + "/desk/screen")
        expect(page.get_by_text("41%").first).to_be_visible()
        assert barriers_in_both_themes(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if width > 1000:
            assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
