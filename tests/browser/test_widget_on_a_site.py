"""The chat widget on pages that we do not control."""

import re

import pytest
from playwright.sync_api import Browser, Error, expect

from support.browsing import Operator, Profile
from support.elsewhere import a_ticket, allow_site, another_site
from support.panel import Panel, fresh_name
from support.running import RunningServer

_OWN_GLOBALS = """() => {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
  frame.remove();
  return Object.getOwnPropertyNames(window)
    .filter((name) => !plain.has(name) && !/^\\d+$|playwright/i.test(name));
}"""
_READ_THE_CHAT = """() => document.querySelector("ascolto-chat").shadowRoot
  .querySelector("iframe").contentWindow.document.body.innerText"""


def test_a_hostile_page_can_neither_break_nor_read_it(
    house: RunningServer, profile: Profile
) -> None:
    with another_site(house, "aurelia") as site:
        allow_site(house, "aurelia", site)
        page = profile.page()
        page.goto(site)
        launcher = page.get_by_role("button", name="Serve aiuto?")
        box = launcher.bounding_box()
        assert box
        assert box["width"] >= 120
        assert box["height"] >= 44
        assert launcher.evaluate("one => getComputedStyle(one).color") == "rgb(255, 255, 255)"
        panel = Panel(page).open().begin("Scrivo da una pagina ostile")
        frame = page.locator("iframe").bounding_box()
        assert frame
        assert (frame["width"], frame["height"]) == (420, 760)
        assert panel.texts() == ["Scrivo da una pagina ostile"]
        assert page.evaluate(_OWN_GLOBALS) == ["Ascolto"]
        with pytest.raises(Error, match="cross-origin"):
            page.evaluate(_READ_THE_CHAT)
        hosts = {re.sub(r"^(https?://[^/]+).*", r"\1", one.url) for one in page.frames}
        assert hosts == {site, house.url}


def test_a_site_that_is_not_allowed_cannot_frame_it(house: RunningServer, browser: Browser) -> None:
    with another_site(house, "aurelia-fatture") as site:
        context = browser.new_context(locale="it-IT")
        page = context.new_page()
        page.goto(site)
        with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
            page.get_by_role("button", name="Serve aiuto?").click()
        context.close()


def test_on_a_page_that_names_no_language_launcher_and_panel_speak_as_the_browser_does(
    house: RunningServer, browser: Browser
) -> None:
    with another_site(house, "aurelia", language="") as site:
        allow_site(house, "aurelia", site)
        for locale, name in (("it-IT", "Serve aiuto?"), ("en-GB", "Need help?")):
            context = browser.new_context(locale=locale)
            page = context.new_page()
            page.goto(site)
            page.get_by_role("button", name=name).click()
            said = page.frame_locator("iframe").locator("html")
            expect(said).to_have_attribute("lang", locale[:2])
            context.close()


def test_the_page_can_open_and_close_it(panel: Panel) -> None:
    panel.page.evaluate("Ascolto.open()")
    panel.chat.get_by_label("Come possiamo aiutarla?").wait_for()
    panel.page.evaluate("Ascolto.close()")
    expect(panel.page.locator("iframe")).to_be_hidden()


def test_nothing_is_fetched_before_somebody_wants_it(
    house: RunningServer, profile: Profile
) -> None:
    page = profile.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(house.url)))
    page.goto(house.url + "/demo/aurelia")
    page.wait_for_load_state("networkidle")
    assert sorted(asked) == ["/demo-host.css", "/demo/aurelia", "/widget.js"]


def test_the_site_can_say_who_is_signed_in(
    house: RunningServer, panel: Panel, operator: Operator
) -> None:
    name = fresh_name()
    ticket = a_ticket(house, "aurelia", name=name)
    panel.page.evaluate("ticket => Ascolto.identify(ticket)", ticket)
    panel.open().begin("Sono nell'area clienti")
    shown = operator.http.get(f"/api/v1/conversations/{operator.take(name)}").json()
    assert shown["conversation"]["customer"]["verified"]


def test_a_used_ticket_stops_nobody_from_writing(
    house: RunningServer, profile: Profile, panel: Panel
) -> None:
    ticket = a_ticket(house, "aurelia", name=fresh_name())
    for text in ("Con il biglietto", "Con il biglietto usato"):
        panel.page.goto(house.url + "/demo/aurelia")
        panel.page.evaluate("ticket => Ascolto.identify(ticket)", ticket)
        panel.open().begin(text)
        assert panel.texts() == [text]
    profile.forgive("410 (Gone)")


def test_it_works_in_an_office_network_without_tls(house: RunningServer, profile: Profile) -> None:
    page = profile.page()
    page.goto(house.url.replace("127.0.0.1", "ascolto.lan") + "/demo/aurelia")
    assert not page.evaluate("isSecureContext")
    panel = Panel(page).open().begin("Senza TLS")
    assert panel.texts() == ["Senza TLS"]
    profile.forgive("Cross-Origin-Opener-Policy header has been ignored")
