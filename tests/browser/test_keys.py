"""Keys as somebody wants them: moved, refused, put back, off, and the same at every browser."""

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk
from support.running import RunningServer

WHO = "operatrice@aurelia.example"


@pytest.fixture(autouse=True)
def as_they_come(house: RunningServer) -> Iterator[None]:
    """Leave the demo operator's keys as they came."""
    yield
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=WHO)) as http:
        assert http.put("/api/v1/me/preferences", json={"keys": None}).status_code == 200


@contextlib.contextmanager
def elsewhere(house: RunningServer, browser: Browser) -> Iterator[Page]:
    """Sit down at another machine."""
    context = browser.new_context(locale="it-IT", timezone_id="Europe/Rome")
    desk = Desk(house.url, context.new_page())
    desk.sign_in(WHO)
    yield desk.page
    context.close()


def opened(desk: Desk) -> Page:
    page = desk.page
    page.goto(desk.url + "/desk/settings")
    # By key: what loads meanwhile above it may move it away from under a pointer.
    page.get_by_role("button", name="Cambia i tasti").press("Enter")
    expect(page.get_by_role("dialog", name="Cambia i tasti")).to_be_visible()
    return page


def kept(page: Page) -> None:
    """Wait until the server has the choice."""
    page.wait_for_function(
        """() => Object.keys(localStorage).every((k) => !k.startsWith("ascolto.keys.unsaved"))"""
    )


def test_a_key_moved_with_the_keyboard_acts_here_and_at_another_browser(
    house: RunningServer, desk: Desk, browser: Browser
) -> None:
    page = opened(desk)
    page.get_by_role("button", name="Cambia: Vai ai consulti").focus()
    page.keyboard.press("Enter")
    box = page.get_by_label("Nuovo tasto per «Vai ai consulti»")
    expect(box).to_be_focused()
    for key in ("y", "p", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Cambia: Vai ai consulti")).to_be_focused()
    kept(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with elsewhere(house, browser) as there:
        for key in ("g", "i"):  # those not moved are where they were
            there.keyboard.press(key)
        expect(there.get_by_role("heading", name="Impostazioni")).to_be_visible()
        line = there.get_by_text("Vai ai consulti").locator("..")
        expect(line.locator("kbd")).to_have_text("Y P")
        moved = there.url
        for key in ("g", "d"):
            there.keyboard.press(key)
        there.wait_for_timeout(300)
        assert there.url == moved
        for key in ("y", "p"):
            there.keyboard.press(key)
        there.wait_for_url("**/desk/consults")


def test_a_key_of_another_action_is_refused_with_that_actions_name(desk: Desk) -> None:
    page = opened(desk)
    page.get_by_role("button", name="Cambia: Nota interna").click()
    page.keyboard.press("r")
    refused = page.get_by_role("alert").filter(has_text="già di")
    expect(refused).to_have_text("R è già di «Rispondi».")
    expect(page.get_by_role("button", name="Salva", exact=True)).to_be_disabled()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Nuovo tasto per «Nota interna»")).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+k")  # heard here, and not by the palette
    expect(page.get_by_role("alert").filter(has_text="già di")).to_contain_text("Ctrl+K")
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_role("button", name="Cambia: Nota interna")).to_be_focused()


def test_what_was_moved_or_taken_away_goes_back_one_by_one_and_all_at_once(desk: Desk) -> None:
    page = opened(desk)
    dialog = page.get_by_role("dialog")

    def key_of(action: str) -> str:
        row = dialog.get_by_role("listitem").filter(has_text=action)
        return row.locator("kbd").inner_text() if row.locator("kbd").count() else "-"

    page.get_by_role("button", name="Cambia: Rispondi").click()
    page.get_by_role("button", name="Togli il tasto").click()
    page.get_by_role("button", name="Cambia: Nota interna").click()
    for key in ("r", "Enter"):
        page.keyboard.press(key)
    assert (key_of("Rispondi"), key_of("Nota interna")) == ("-", "R")
    # Reply cannot have its own key back while the note has it: it says so.
    back = dialog.get_by_role("listitem").filter(has_text="Rispondi").get_by_role("button").first
    expect(back).to_be_disabled()
    expect(back).to_have_accessible_name("R è già di «Nota interna».")
    page.get_by_role("button", name="Torna al tasto di partenza: Nota interna").click()
    expect(back).to_be_enabled()
    back.click()
    assert (key_of("Rispondi"), key_of("Nota interna")) == ("R", "N")
    page.get_by_role("button", name="Cambia: Rispondi").click()
    for key in ("y", "Enter"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Tutti come in partenza").click()
    assert key_of("Rispondi") == "R"
    kept(page)


def test_the_dialog_has_no_barriers(house: RunningServer, at_desk: Profile) -> None:
    page = at_desk.page()
    desk = Desk(house.url, page)
    desk.sign_in(WHO)
    opened(desk)
    page.wait_for_timeout(300)
    assert barriers_in_both_themes(page) == []
    page.get_by_role("button", name="Cambia: Nota interna").click()
    page.keyboard.press("r")
    assert barriers_in_both_themes(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_single_keys_switched_off_are_off_at_another_browser_too(
    house: RunningServer, desk: Desk, browser: Browser
) -> None:
    page = desk.page
    page.goto(house.url + "/desk/settings")
    with page.expect_response(lambda r: r.request.method == "PUT" and r.ok):
        page.get_by_label("Scorciatoie con un solo tasto").uncheck()
    with elsewhere(house, browser) as there:
        here = there.url
        there.wait_for_timeout(500)
        for key in ("g", "d"):
            there.keyboard.press(key)
        there.keyboard.press("?")
        there.wait_for_timeout(300)
        expect(there.get_by_role("dialog")).to_have_count(0)
        assert there.url == here
        there.goto(house.url + "/desk/settings")
        box = there.get_by_label("Scorciatoie con un solo tasto")
        expect(box).not_to_be_checked()
        with there.expect_response(lambda r: r.request.method == "PUT" and r.ok):
            box.check()
        for key in ("g", "d"):
            there.keyboard.press(key)
        there.wait_for_url("**/desk/consults")
    page.reload()
    expect(page.get_by_label("Scorciatoie con un solo tasto")).to_be_checked()
