"""What is kept beside a customer, who else looks on, and how they are found; by the keyboard."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk, Writer, clear_desk
from support.panel import fresh_name
from support.running import RunningServer

PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")
GIULIA, MARTA = "operatrice@aurelia.example", "team@aurelia.example"


@pytest.fixture
def work(house: RunningServer, at_desk: Profile, writer: Writer) -> Iterator[Page]:
    """Let a customer be in hand at Giulia's desk."""
    page = at_desk.page()
    page.set_viewport_size({"width": 1500, "height": 950})  # the customer stands beside the talk
    desk = Desk(house.url, page)
    desk.sign_in(GIULIA)
    yield desk.take(writer)
    clear_desk(house.url, GIULIA)


@pytest.fixture
def leader(house: RunningServer, browser: Browser) -> Iterator[Page]:
    """Let the team leader look on in a browser of her own."""
    context = browser.new_context(locale="it-IT", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    Desk(house.url, page).sign_in(MARTA)
    yield page
    context.close()


def looked_at(page: Page, name: str) -> None:
    """Leave the screen in both themes for a person to look at, and find no barrier in either."""
    if PICTURES:
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(PICTURES) / f"{name}-{theme}.png")
        page.emulate_media(color_scheme="light")
    assert barriers_in_both_themes(page) == []


def test_a_note_and_a_linked_person_are_added_and_removed_by_the_keyboard(
    house: RunningServer, work: Page, writer: Writer
) -> None:
    son = Writer(house.url, fresh_name())
    son.begin("Scrivo per mia madre")
    work.get_by_role("button", name="Aggiungi una nota sul cliente").press("Enter")
    field = work.get_by_label("Nota", exact=True)
    expect(field).to_be_focused()
    work.keyboard.type("Sente poco: scrivere chiaro")
    work.get_by_role("button", name="Salva").press("Enter")
    notes = work.get_by_role("list", name="Note sul cliente")
    expect(notes.get_by_role("listitem")).to_contain_text("Giulia Ferrante")
    work.get_by_role("button", name="Aggiungi chi agisce per il cliente").press("Enter")
    work.get_by_label("A che titolo").select_option("guardian")
    work.get_by_role("combobox", name="Chi agisce per il cliente").fill(son.name)
    expect(work.get_by_role("option", name=re.compile(son.name))).to_be_visible()
    work.keyboard.press("Enter")
    linked = work.get_by_role("list", name="Persone collegate").get_by_role("listitem")
    expect(linked).to_contain_text(son.name)
    expect(linked).to_contain_text("agisce per questo cliente (tutore")
    looked_at(work, "card")
    work.get_by_role("button", name=f"Scollega {son.name}").press("Enter")
    work.get_by_role("dialog").get_by_role("button", name="Elimina").press("Enter")
    expect(work.get_by_text("Nessuno agisce per questo cliente")).to_be_visible()
    work.get_by_role("button", name="Elimina la nota").press("Enter")
    work.get_by_role("dialog").get_by_role("button", name="Elimina").press("Enter")
    expect(work.get_by_text("Nessuna nota")).to_be_visible()
    son.http.close()


def test_a_customer_is_found_in_the_palette_and_their_conversation_opens(
    work: Page, writer: Writer
) -> None:
    work.keyboard.press("Escape")
    work.keyboard.press("Control+k")
    expect(work.get_by_role("dialog")).to_be_visible()
    work.keyboard.type(writer.name)
    expect(work.get_by_text("Clienti", exact=True)).to_be_visible()
    work.get_by_role("option", name=re.compile(f"^{re.escape(writer.name)}")).first.click()
    expect(work.get_by_role("heading", level=2).first).to_be_visible()
    expect(work).to_have_url(re.compile("/desk/work/[0-9a-f-]{36}$"))


def test_what_is_given_back_is_found_by_its_word_in_the_palette(work: Page) -> None:
    work.keyboard.press("Escape")
    work.keyboard.press("Control+k")
    work.keyboard.type("restitu")
    expect(work.get_by_role("option", name="Restituisci alla coda")).to_be_visible()


def test_who_else_looks_on_stands_in_the_row_by_initials(work: Page, leader: Page) -> None:
    leader.goto(work.url)
    row = work.get_by_role("option").first
    expect(row).to_contain_text("ML", timeout=90_000)
    expect(row).to_contain_text("Marta Lucchesi")
    looked_at(work, "row")


def test_the_floor_says_where_no_forecast_is_published(leader: Page) -> None:
    leader.goto(leader.url.partition("/desk/")[0] + "/desk/floor")
    table = leader.get_by_role("table", name="Code").first
    expect(table.get_by_role("columnheader", name="Ultima mezz’ora")).to_be_visible()
    row = table.get_by_role("row", name=re.compile("^Sportello online"))
    expect(row).to_contain_text("nessuna previsione pubblicata")
    expect(leader.get_by_text("Arrivate oggi").first).to_be_visible()
    looked_at(leader, "floor-forecast")
