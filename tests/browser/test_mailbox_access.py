"""A mailbox without a password: set up, signed in at its provider, renewed, taken back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers
from support.desk import Desk
from support.provider import Provider, provider_beside
from support.running import RunningServer

SECRET = "segreto-di-ascolto"
# Where to leave pictures for a person to look at; none are taken without.
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with provider_beside() as one:
        yield one


@pytest.fixture
def admin(house: RunningServer, at_desk: Profile) -> Page:
    page = at_desk.page()
    page.set_viewport_size({"width": 1280, "height": 900})
    Desk(house.url, page).sign_in("admin@aurelia.example", begins_at="Sala")
    return page


def test_a_mailbox_gets_its_access_at_the_provider_and_gives_it_back(
    house: RunningServer, admin: Page, provider: Provider
) -> None:
    admin.goto(f"{house.url}/desk/admin/channels/new")
    admin.get_by_label("Nome", exact=True).fill("Posta senza password")
    admin.get_by_label("Tipo").select_option("email")
    admin.get_by_label("Coda").select_option(index=1)
    admin.get_by_label("Indirizzo", exact=True).fill("info@aurelia.example")
    admin.get_by_label("Fornitore").select_option("microsoft")
    expect(admin.get_by_label("Indirizzo dei token")).to_have_count(0)
    admin.get_by_label("Fornitore").select_option("other")
    expect(admin.get_by_text(f"{house.url}/desk/mail-access")).to_be_visible()
    admin.get_by_label("ID dell’applicazione").fill("ascolto")
    admin.get_by_label("Indirizzo per accedere").fill(provider.authorize_url)
    admin.get_by_label("Indirizzo dei token").fill(provider.token_url)
    admin.get_by_label("Indirizzo per la revoca").fill(provider.revoke_url)
    admin.get_by_role("button", name="Crea").click()

    panel = admin.get_by_role("region", name="Stato della casella")
    expect(panel).to_contain_text("non ancora dato")
    panel.get_by_label("Segreto dell’applicazione").fill(SECRET)
    panel.get_by_role("button", name="Salva").click()
    expect(panel).to_contain_text("Non viene mai mostrato")
    expect(panel.get_by_label("Segreto dell’applicazione")).to_have_value("")
    # With the keyboard alone: there, yes, and back.
    panel.get_by_role("button", name="Accedi presso il fornitore").focus()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Posta senza password", level=1)).to_be_visible()
    expect(panel).to_contain_text("attivo")
    assert provider.asked[-1]["client_secret"] == SECRET
    assert "code=" not in admin.url
    for theme in ("light", "dark"):
        admin.emulate_media(color_scheme=theme)
        look(admin, f"mailbox-access-{theme}")
        assert barriers(admin) == []
    admin.set_viewport_size({"width": 320, "height": 800})
    look(admin, "mailbox-access-320")
    assert admin.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    panel.get_by_role("button", name="Rinnova ora").click()
    expect(panel).not_to_contain_text("poi rinnovato")
    panel.get_by_role("button", name="Togli l’accesso").click()
    expect(panel).to_contain_text("non ancora dato")
    expect(panel.get_by_role("status")).to_have_text("Accesso tolto, qui e presso il fornitore.")
    assert [one["token"] for one in provider.ended] == [provider.renewal]
    look(admin, "mailbox-access-taken-back")


def test_who_comes_back_with_nothing_is_told(house: RunningServer, admin: Page) -> None:
    admin.goto(f"{house.url}/desk/mail-access?error=access_denied")
    told = admin.get_by_role("alert").filter(has_text="access_denied")
    expect(told).to_be_visible()
    assert barriers(admin) == []
    told.get_by_role("link", name="Canali").click()
    expect(admin.get_by_role("heading", name="Canali", level=1)).to_be_visible()
