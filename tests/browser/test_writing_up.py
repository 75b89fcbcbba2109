"""A contact is written up here and there, through a crash; a call is promised and kept."""

import re

from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk, Writer
from support.running import RunningServer


def written_up(page: Page) -> None:
    page.keyboard.press("e")
    form = page.get_by_role("form", name="Fine contatto")
    form.get_by_label("Esito").select_option("follow_up")
    form.get_by_label("Riassunto").fill("Ha pagato due volte")
    expect(form.get_by_text("Bozza salvata")).to_be_visible()


def test_what_is_written_up_survives_the_servers_death_a_cut_line_and_a_new_browser(
    house: RunningServer, at_desk: Profile, desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    written_up(page)
    form = page.get_by_role("form", name="Fine contatto")
    note = form.get_by_label("Riassunto")
    expect(form.get_by_text(re.compile(r"su \d+:\d\d previsti"))).to_be_visible()
    assert barriers_in_both_themes(page) == []
    house.kill()
    note.fill("Ha pagato due volte, a marzo")
    page.wait_for_timeout(1_000)
    house.start()
    expect(form.get_by_text("Bozza salvata")).to_be_visible()
    # What is only in this browser is of no use: it comes from the server.
    page.evaluate("() => Object.keys(localStorage).filter((key) => key.includes('.draft.'))"
                  ".forEach((key) => localStorage.removeItem(key))")  # fmt: skip
    page.reload()
    page.get_by_role("option").filter(has_text=writer.name).click()
    page.get_by_role("button", name="Compila").click()
    expect(note).to_have_value("Ha pagato due volte, a marzo")
    expect(form.get_by_label("Esito")).to_have_value("follow_up")
    form.get_by_role("button", name="Conferma e concludi").click()
    expect(page.get_by_text("conclusa").first).to_be_visible()
    at_desk.complaints[:] = [c for c in at_desk.complaints if "409" not in c and "503" not in c]


def test_a_call_is_promised_by_keyboard_and_comes_back_with_what_is_needed(
    desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    written_up(page)
    form = page.get_by_role("form", name="Fine contatto")
    form.get_by_role("button", name="Richiamata…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Prometti una richiamata")
    expect(dialog.get_by_label("A proposito di cosa")).to_have_value("Ha pagato due volte")
    assert barriers_in_both_themes(page) == []
    dialog.get_by_label("Numero di telefono").fill("02 5550 1234")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Richiamata promessa").first).to_be_visible()
    page.get_by_role("radio", name="Posticipate").click()
    page.get_by_role("option").filter(has_text=writer.name).click()
    promised = page.get_by_role("link", name="02 5550 1234")
    expect(promised).to_be_visible()
    page.keyboard.press("w")
    page.get_by_role("radio", name="Aperte").click()
    desk.accept(writer.name)
    expect(promised).to_be_visible()
    expect(page.get_by_role("log").get_by_text("ha promesso una richiamata")).to_be_visible()
    assert barriers_in_both_themes(page) == []
