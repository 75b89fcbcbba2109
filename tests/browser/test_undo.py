"""Eight seconds to take back what was done, and a moment to take back what was said."""

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk, Writer, clear_desk
from support.running import RunningServer

OPERATOR = "operatrice@aurelia.example"


@pytest.fixture(autouse=True)
def unhurried(house: RunningServer) -> Iterator[None]:
    """Give more of a moment than the three seconds of every day: a test machine may be busy."""
    with contextlib.closing(
        sign_in(house.url, tenant="aurelia", email="admin@aurelia.example")
    ) as http:
        path = "/api/v1/settings/conversations.chat_undo_s"
        assert http.put(path, json={"value": 15}).status_code == 200
        yield
    clear_desk(house.url, OPERATOR)


def said(page: Page, text: str) -> None:
    page.keyboard.press("r")
    expect(page.get_by_label("Risposta al cliente")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")


def test_a_reply_is_shown_at_once_and_may_be_taken_back_before_it_leaves(
    desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    said(page, "Le scrivo subito")
    bubble = page.get_by_role("log").get_by_role("article").filter(has_text="Le scrivo subito")
    expect(bubble.get_by_text(re.compile(r"parte tra \d+ s"))).to_be_visible()
    expect(bubble.get_by_role("button", name="Annulla")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_label("Risposta al cliente")).to_have_value("Le scrivo subito")
    expect(bubble).to_have_count(0)
    page.keyboard.type(", con calma")
    page.keyboard.press("Control+Enter")
    bubble = page.get_by_role("log").get_by_role("article").filter(has_text="con calma")
    expect(bubble.get_by_role("button", name="Annulla")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.get_by_label("Risposta al cliente")).to_have_value("Le scrivo subito, con calma")
    page.keyboard.press("Control+Enter")
    writer.wait_for_answer("Le scrivo subito, con calma")
    assert writer.answers().count("Le scrivo subito, con calma") == 1
    assert "Le scrivo subito" not in writer.answers()
    expect(bubble.get_by_role("button", name="Annulla")).to_have_count(0)
    expect(bubble).to_have_count(1)


def test_a_held_reply_leaves_though_its_browser_has_died(
    house: RunningServer, browser: Browser, writer: Writer
) -> None:
    context = browser.new_context(locale="it-IT")
    desk = Desk(house.url, context.new_page())
    desk.sign_in(OPERATOR)
    page = desk.take(writer)
    said(page, "Arriva lo stesso")
    expect(page.get_by_text(re.compile(r"parte tra \d+ s"))).to_be_visible()
    context.close()
    writer.wait_for_answer("Arriva lo stesso")


def test_what_was_closed_handed_on_put_aside_or_tagged_comes_back_with_one_key(
    desk: Desk, writer: Writer
) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    page = desk.take(writer)
    mine = page.get_by_role("option").filter(has_text=writer.name)
    field = page.get_by_label("Risposta al cliente")
    page.keyboard.press("l")
    page.get_by_label("Nuova etichetta").fill("rimborso")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Etichetta rimborso aggiunta")).to_be_visible()
    page.locator(".thread-scroll").focus()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Togli l’etichetta rimborso")).to_have_count(0)

    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_role("button").first.click()
    expect(mine).to_have_count(0)
    page.keyboard.press("z")
    expect(mine).to_have_count(1)
    mine.click()
    expect(field).to_be_visible()

    page.keyboard.press("t")
    page.get_by_role("combobox", name="Cerca una coda o una persona").fill("montesi")
    page.get_by_role("option", name="Davide Montesi").click()
    page.get_by_role("button", name="Trasferisci").last.click()
    expect(mine).to_have_count(0)
    page.keyboard.press("z")
    expect(mine).to_have_count(1)
    mine.click()
    expect(page.get_by_role("log").get_by_text("Ripresa da chi l’aveva ceduta")).to_be_visible()

    page.keyboard.press("e")
    page.get_by_role("button", name="Conferma e concludi").click()
    expect(mine).to_have_count(0)
    page.keyboard.press("z")
    expect(mine).to_have_count(1)
    mine.click()
    expect(field).to_be_visible()


def test_a_reply_about_to_leave_has_no_barriers(
    house: RunningServer, at_desk: Profile, writer: Writer
) -> None:
    page = at_desk.page()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk = Desk(house.url, page)
    desk.sign_in(OPERATOR)
    desk.take(writer)
    said(page, "Controllo e le dico")
    expect(page.get_by_role("button", name="Annulla")).to_be_visible()
    assert barriers_in_both_themes(page) == []
