"""Versions in administration: a change with its reason, the diff, later, and the way back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers, barriers_in_both_themes
from support.desk import Desk
from support.running import RunningServer

ADMIN = "admin@aurelia.example"


@pytest.fixture
def admin(house: RunningServer, at_desk: Profile) -> Page:
    """Sit down as the administrator of a demo organisation."""
    page = at_desk.page()
    page.set_viewport_size({"width": 1280, "height": 900})
    Desk(house.url, page).sign_in(ADMIN, begins_at="Sala")
    return page


def open_a_queue(page: Page, house: RunningServer) -> str:
    """Open the form of the first queue; return its name."""
    page.goto(f"{house.url}/desk/admin/queues")
    row = page.locator("tbody th a").first
    name = row.inner_text()
    row.click()
    expect(page.locator("form.admin-form")).to_be_visible()
    return name


def test_a_change_is_found_with_its_reason_and_taken_back(
    house: RunningServer, admin: Page
) -> None:
    name = open_a_queue(admin, house)
    field = admin.get_by_label("Precedenza")
    before = field.input_value()
    field.fill("7")
    admin.get_by_role("textbox", name="Perché").fill("Più chiamate del solito")
    admin.get_by_role("button", name="Salva").click()
    expect(admin.get_by_text(f"{name}: salvato.")).to_be_visible()
    open_a_queue(admin, house)
    admin.get_by_role("link", name="Versioni").last.click()
    expect(admin).to_have_url(re.compile(r"/admin/versions\?kind=queue&thing="))
    first = admin.locator(".admin-version").first
    expect(first).to_contain_text("Più chiamate del solito")
    expect(first.locator("dd").first).to_contain_text(re.compile(rf"{before}.*7", re.DOTALL))
    admin.get_by_role("button", name=re.compile("^Torna qui: versione")).first.click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text("Cambia una cosa:")
    assert barriers(admin) == []
    dialog.get_by_role("textbox", name="Perché").fill("Passata")
    dialog.get_by_role("button", name="Torna qui").click()
    expect(dialog).to_be_hidden()
    expect(admin.locator(".admin-version").first).to_contain_text("Perché: Passata")
    open_a_queue(admin, house)
    expect(admin.get_by_label("Precedenza")).to_have_value(before)


def test_a_mailbox_is_told_to_ask_how_it_went_and_told_not_to_again(
    house: RunningServer, admin: Page
) -> None:
    admin.goto(f"{house.url}/desk/admin/channels")
    admin.locator("tbody tr").filter(has_text="E-mail").first.get_by_role("link").click()
    form = admin.locator("form.admin-form")
    switch = form.get_by_label("Chiedi com'è andata, per e-mail")
    expect(switch).not_to_be_checked()
    form_at = admin.url
    # What is a chat's is not asked of a mailbox.
    expect(form.get_by_label("Accetta file")).to_have_count(0)
    switch.check()
    assert barriers(admin) == []
    admin.get_by_role("textbox", name="Perché").fill("Vogliamo sapere")
    admin.get_by_role("button", name="Salva", exact=True).click()
    expect(admin.get_by_text("salvato.")).to_be_visible()
    admin.get_by_role("link", name="Versioni").last.click()
    first = admin.locator(".admin-version").first
    expect(first.locator("dd del")).to_contain_text("niente")
    expect(first.locator("dd ins")).to_contain_text('{"survey":true}')
    admin.get_by_role("button", name=re.compile("^Torna qui: versione")).first.click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Perché").fill("Non ancora")
    dialog.get_by_role("button", name="Torna qui").click()
    expect(dialog).to_be_hidden()
    admin.goto(form_at)
    expect(switch).not_to_be_checked()


def test_a_change_is_scheduled_by_keyboard_alone_and_withdrawn(
    house: RunningServer, admin: Page
) -> None:
    open_a_queue(admin, house)
    admin.get_by_label("Precedenza").fill("3")
    soon = datetime.now(UTC) + timedelta(days=2)
    field = admin.get_by_label("Pubblica il")
    field.fill(soon.strftime("%Y-%m-%dT08:00"))
    field.press("Enter")
    expect(admin.get_by_text("Per pubblicare più tardi serve il perché.")).to_be_visible()
    admin.get_by_role("textbox", name="Perché").fill("Da lunedì")
    admin.get_by_role("button", name="Programma").press("Enter")
    expect(admin.get_by_text("Programmato: lo trovi tra le versioni.")).to_be_visible()
    admin.goto(f"{house.url}/desk/admin/versions")
    waiting = admin.get_by_role("region", name="Programmate")
    expect(waiting).to_contain_text("Da lunedì")
    button = waiting.get_by_role("button", name="Ritira: Da lunedì")
    button.focus()
    admin.keyboard.press("Enter")
    expect(waiting).to_contain_text("Ritirata")


def test_the_versions_have_no_barriers_and_fit(house: RunningServer, admin: Page) -> None:
    open_a_queue(admin, house)
    admin.get_by_label("Precedenza").fill("2")
    admin.get_by_role("textbox", name="Perché").fill("Prova")
    admin.get_by_role("button", name="Salva").click()
    expect(admin.get_by_text(re.compile("salvato"))).to_be_visible()
    admin.goto(f"{house.url}/desk/admin/versions")
    for width in (320, 1280):
        admin.set_viewport_size({"width": width, "height": 900})
        expect(admin.locator(".admin-version").first).to_be_visible()
        assert barriers_in_both_themes(admin) == []
        assert admin.evaluate("document.documentElement.scrollWidth <= innerWidth")
