"""The desk for everybody: no barriers where the work is; narrow, enlarged, in forced colours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk, Writer, clear_desk
from support.running import RunningServer

LEADER = "team@aurelia.example"
PAGES = (
    ("/desk/work", "Il mio lavoro"),
    ("/desk/consults", "Consulti"),
    ("/desk/mentions", "Menzioni"),
    ("/desk/conversations", "Conversazioni"),
    ("/desk/floor", "Sala"),
    ("/desk/figures", "Cifre"),
    ("/desk/results", "I miei risultati"),
    ("/desk/settings", "Impostazioni"),
)


@pytest.fixture(autouse=True)
def cleared(house: RunningServer) -> Iterator[None]:
    """Leave no talk on the demo operators' desks."""
    yield
    for email in ("operatrice@aurelia.example", LEADER):
        clear_desk(house.url, email)


def settled(page: Page, url: str, heading: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    page.wait_for_timeout(400)


def sideways(page: Page) -> int:
    """Return by how much the page, or what scrolls within it, would scroll sideways, in px."""
    wide = page.evaluate(
        """() => Math.max(document.documentElement.scrollWidth - innerWidth,
             ...[...document.querySelectorAll(".page, .nav")]
               .map((one) => one.scrollWidth - one.clientWidth))"""
    )
    return max(0, int(wide))


def test_no_moment_of_a_conversation_has_barriers(
    house: RunningServer, at_desk: Profile, writer: Writer
) -> None:
    page = at_desk.page()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk = Desk(house.url, page)
    desk.sign_in(LEADER)
    desk.come("Disponibile")
    writer.begin("La bolletta è doppia", email="teresa@posta.example")
    expect(page.get_by_role("button", name="Accetta").first).to_be_visible()
    found = {"offer": barriers_in_both_themes(page)}
    desk.accept(writer.name)
    expect(page.get_by_label("Risposta al cliente")).to_be_visible()
    found["open"] = barriers_in_both_themes(page)
    for name, key in (("transfer", "t"), ("consult", "c"), ("snooze", "h")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_timeout(300)
        found[name] = barriers_in_both_themes(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("n")
    page.keyboard.type("Chiedo a @dav")
    expect(page.get_by_role("option", name="Davide Montesi")).to_be_visible()
    found["naming"] = barriers_in_both_themes(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.get_by_label("Esito").select_option("follow_up")
    found["wrap-up"] = barriers_in_both_themes(page)
    for path, heading in PAGES[1:]:
        settled(page, house.url + path, heading)
        found[path] = barriers_in_both_themes(page)
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(320, 640, 1), (720, 450, 2)], ids=["320px", "200%"]
)
def test_no_page_scrolls_sideways(
    house: RunningServer, browser: Browser, writer: Writer, width: int, height: int, scale: int
) -> None:
    """At 200 % a window of 1440 px has 720 of them left."""
    context = browser.new_context(
        locale="it-IT",
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    desk = Desk(house.url, page)
    desk.sign_in(LEADER)
    for path, heading in PAGES:
        settled(page, house.url + path, heading)
        assert sideways(page) == 0, path
    if width == 320:
        pages_beyond_four_are_behind_one_button(page)
    page.goto(house.url + "/desk/work")
    desk.come("Disponibile")
    writer.begin("La bolletta è doppia")
    expect(page.get_by_role("button", name="Accetta").first).to_be_visible()
    assert sideways(page) == 0
    page.get_by_role("button", name="Accetta").first.click()
    expect(page.get_by_label("Risposta al cliente")).to_be_visible()
    assert sideways(page) == 0
    field = page.get_by_label("Risposta al cliente").bounding_box()
    assert field is not None
    assert field["x"] >= 0
    assert field["x"] + field["width"] <= width
    page.get_by_role("button", name="Mostra cliente e contesto").click()
    expect(page.get_by_role("region", name="Cliente", exact=True)).to_be_visible()
    assert sideways(page) == 0
    context.close()


def pages_beyond_four_are_behind_one_button(page: Page) -> None:
    nav = page.get_by_role("navigation", name="Pagine")
    expect(nav.get_by_role("link")).to_have_count(4)
    more = nav.get_by_role("button", name="Altro")
    more.focus()
    page.keyboard.press("Enter")
    expect(nav.get_by_role("link", name="Impostazioni")).to_be_visible()
    assert barriers_in_both_themes(page) == []
    page.keyboard.press("Tab")
    expect(nav.get_by_role("link", name="Sala")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(nav.get_by_role("link")).to_have_count(4)
    page.keyboard.press("Enter")
    nav.get_by_role("link", name="Cifre").press("Enter")
    expect(page.get_by_role("heading", name="Cifre").first).to_be_visible()
    expect(nav.get_by_role("link")).to_have_count(4)


def test_in_forced_colours_what_is_chosen_has_more_than_a_fill(
    house: RunningServer, at_desk: Profile, writer: Writer
) -> None:
    page = at_desk.page()
    desk = Desk(house.url, page)
    desk.sign_in("operatrice@aurelia.example")
    desk.take(writer)
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.locator("body").click(position={"x": 2, "y": 2})
    marked = """(one) => { const s = getComputedStyle(one);
      return [s.outlineStyle !== "none" ? s.outlineWidth : "0px", s.borderTopWidth,
              s.borderLeftWidth].some((width) => parseFloat(width) >= 1) }"""
    row = page.get_by_role("option", selected=True).first
    assert row.evaluate(marked)
    for chosen in ("radio", "link"):
        locator = (
            page.get_by_role("radio", checked=True).first
            if chosen == "radio"
            else page.locator('a[aria-current="page"]').first
        )
        assert locator.evaluate(marked), chosen
