"""Getting in and keeping others out: the forgotten password, the phone's code, other sign-ins."""

import contextlib
import re
import time
from collections.abc import Iterator

import httpx
import pyotp
import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers
from support.demo import DEMO_PASSWORD, sign_in
from support.desk import Desk
from support.running import RunningServer

NEW = "una frase lunga e mia"


@pytest.fixture
def profile(profile: Profile) -> Iterator[Profile]:
    """Give a profile whose refusals are no complaint: this file is about being refused."""
    yield profile
    profile.complaints[:] = [c for c in profile.complaints if "the server responded" not in c]


@pytest.fixture
def page(house: RunningServer, profile: Profile) -> Page:
    """Stand before the door."""
    page = profile.page()
    page.goto(house.url + "/desk/")
    return page


def enter(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """Fill the door's three fields and press the button."""
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Entra").click()


def at_work(page: Page) -> None:
    """Expect to be inside."""
    expect(page.get_by_role("heading", name="Il mio lavoro")).to_be_visible()


def link_mailed_to(url: str, email: str) -> str:
    """Return the link of the newest letter to somebody, as an administrator reads it."""
    with contextlib.closing(sign_in(url, tenant="aurelia", email="admin@aurelia.example")) as admin:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for mail in admin.get("/api/v1/outgoing-mail").json()["items"]:
                if mail["to"] == email:
                    body = admin.get(f"/api/v1/outgoing-mail/{mail['id']}").json()["body"]
                    found = re.search(r"\S+/desk/password#\S+", body)
                    assert found, body
                    return found.group()
            time.sleep(0.1)
    raise AssertionError(f"no letter to {email}")


def test_a_forgotten_password_is_chosen_anew_with_the_link_of_a_letter(
    house: RunningServer, page: Page
) -> None:
    email = "operatore@aurelia.example"
    page.get_by_role("link", name="Password dimenticata?").click()
    expect(page.get_by_role("heading", name="Password dimenticata")).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Manda il collegamento").click()
    expect(page.get_by_text(f"Se {email} ha un accesso")).to_be_focused()
    link = link_mailed_to(house.url, email)
    page.goto(link)
    expect(page.get_by_role("heading", name="Scegli la password")).to_be_visible()
    assert barriers(page) == []
    field = page.get_by_label("Nuova password")
    field.fill("corta")
    page.get_by_role("button", name="Salva la password").click()
    expect(page.get_by_text("troppo corta")).to_be_visible()
    field.fill(NEW)
    page.get_by_role("button", name="Mostra la password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Salva la password").click()
    expect(page.get_by_text("La nuova password vale da adesso")).to_be_focused()
    assert "#" not in page.url
    page.get_by_role("link", name="Entra").click()
    enter(page, email)
    expect(page.get_by_text("non corrette")).to_be_visible()
    enter(page, email, NEW)
    at_work(page)
    page.goto("about:blank")
    page.goto(link)
    page.get_by_label("Nuova password").fill(NEW + "!")
    page.get_by_role("button", name="Salva la password").click()
    expect(page.get_by_text("è già stato usato")).to_be_visible()
    page.get_by_role("button", name="Chiedi un altro collegamento").click()
    expect(page.get_by_role("button", name="Manda il collegamento")).to_be_visible()


def test_the_code_of_a_phone_is_set_up_asked_for_and_given_up(
    house: RunningServer, page: Page
) -> None:
    enter(page, "operatrice@aurelia.example")
    at_work(page)
    page.goto(house.url + "/desk/settings")
    page.get_by_role("button", name="Attiva il codice").click()
    page.get_by_label("Password di adesso").fill("non è questa")
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_text("Questa non è la tua password")).to_be_visible()
    page.get_by_label("Password di adesso").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Avanti").click()
    expect(page.get_by_role("img", name="Codice QR per l’app")).to_be_visible()
    assert barriers(page) == []
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Codice mostrato dall’app").fill("000000")
    page.get_by_role("button", name="Conferma").click()
    expect(page.get_by_text("Il codice non è giusto")).to_be_visible()
    page.get_by_label("Codice mostrato dall’app").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Conferma").click()
    expect(page.get_by_role("heading", name="Conserva i codici di riserva")).to_be_visible()
    assert barriers(page) == []
    recovery = page.locator("code").all_inner_texts()
    assert len(recovery) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Salva in un file").click()
    assert saved.value.path().read_text("utf-8").split() == recovery
    page.get_by_role("button", name="Li ho conservati").click()
    expect(page.get_by_text("10 codici di riserva rimasti.")).to_be_visible()
    page.get_by_role("button", name="Esci", exact=True).click()
    enter(page, "operatrice@aurelia.example")
    code = page.get_by_label("Codice di verifica")
    expect(code).to_be_focused()
    code.fill("123456")
    page.get_by_role("button", name="Entra").click()
    expect(page.get_by_text("Ogni codice vale una volta sola")).to_be_visible()
    code.fill(recovery[0].lower())
    page.get_by_role("button", name="Entra").click()
    at_work(page)
    page.goto(house.url + "/desk/settings")
    expect(page.get_by_text("9 codici di riserva rimasti.")).to_be_visible()
    page.get_by_role("button", name="Disattiva il codice").click()
    page.get_by_label("Password di adesso").fill(DEMO_PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Disattiva il codice").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Attiva il codice")).to_be_visible()


def test_whoever_changes_their_password_or_says_so_is_signed_out_everywhere_else(
    house: RunningServer, page: Page
) -> None:
    email = "team@aurelia.example"
    elsewhere = sign_in(house.url, tenant="aurelia", email=email)
    Desk(house.url, page).type_in(email)
    page.goto(house.url + "/desk/settings")
    expect(page.get_by_text("Questo browser")).to_be_visible()
    page.get_by_role("button", name="Esci da tutti gli altri").click()
    expect(page.get_by_text("Chiuso un altro accesso.")).to_be_visible()
    expect(page.get_by_role("button", name="Esci da tutti gli altri")).to_have_count(0)
    assert elsewhere.get("/api/v1/session").status_code == httpx.codes.UNAUTHORIZED
    again = sign_in(house.url, tenant="aurelia", email=email)
    page.get_by_role("button", name="Cambia la password").click()
    page.get_by_label("Password di adesso").fill(DEMO_PASSWORD)
    page.get_by_label("Nuova password").fill(NEW)
    page.get_by_role("dialog").get_by_role("button", name="Cambia la password").click()
    expect(page.get_by_text("Password cambiata.")).to_be_visible()
    assert again.get("/api/v1/session").status_code == httpx.codes.UNAUTHORIZED
    elsewhere.close()
    again.close()
