"""What may be seen of single people: an agreement is taken in and ended with the keyboard."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk
from support.running import RunningServer

WHO = "privacy@aurelia.example"
SIGNED = b"%PDF-1.4\n%%EOF\n"


def seen(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them."""
    if folder := os.environ.get("ASCOLTO_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_an_agreement_is_taken_in_and_ended_and_looks_are_listed(
    house: RunningServer, at_desk: Profile
) -> None:
    page = at_desk.page()
    Desk(house.url, page).sign_in(WHO, begins_at="Privacy")
    expect(page.get_by_text("Adesso le persone si vedono solo in gruppi")).to_be_visible()
    expect(page.get_by_role("region", name="Chi ha guardato chi")).to_contain_text("Nessuno")
    agreements = page.get_by_role("region", name="Accordi")
    agreements.get_by_role("button", name="Carica un accordo").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Titolo").press_sequentially("Accordo di prova")
    page.keyboard.press("Tab")
    page.keyboard.type("Verbale del 3 marzo")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.get_by_role("checkbox").first).to_be_checked()
    dialog.get_by_label("Accordo firmato").set_input_files(
        {"name": "accordo.pdf", "mimeType": "application/pdf", "buffer": SIGNED}
    )
    assert barriers_in_both_themes(page) == []
    seen(page, "privacy-dialog")
    dialog.get_by_role("button", name="Carica un accordo").press("Enter")
    expect(agreements.get_by_text("Accordo di prova")).to_be_visible()
    expect(agreements).to_contain_text("Verbale del 3 marzo")
    with page.expect_download() as kept:
        agreements.get_by_role("link", name="Apri il PDF di «Accordo di prova»").press("Enter")
    assert kept.value.path().read_bytes() == SIGNED
    assert barriers_in_both_themes(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    seen(page, "privacy-320")
    assert (
        page.evaluate("""() => Math.max(document.documentElement.scrollWidth - innerWidth,
        ...[...document.querySelectorAll(".page")].map((a) => a.scrollWidth - a.clientWidth))""")
        <= 0
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    agreements.get_by_role("button", name="Termina «Accordo di prova»").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Termina").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(agreements.get_by_text("ritirato prima dell’inizio")).to_be_visible()
    expect(agreements.get_by_role("button", name="Termina «Accordo di prova»")).to_have_count(0)
