"""Administration in the desk: from an empty organisation to its first conversation, and back."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.demo import sign_in
from support.desk import Desk, Writer
from support.running import RunningServer

ADMIN = "admin@aurelia.example"
SECTIONS = {
    "start": "Primi passi",
    "clients": "Committenti",
    "hours": "Orari",
    "queues": "Code",
    "channels": "Canali",
    "people": "Operatori",
    "accounts": "Account",
    "import": "Persone da file",
    "skills": "Competenze",
    "teams": "Squadre",
    "canned": "Risposte pronte",
    "reasons": "Motivi",
    "tokens": "Chiavi dei programmi",
    "webhooks": "Avvisi ai programmi",
    "versions": "Versioni",
    "settings": "Impostazioni con data",
}
WITHOUT_FORMS = ("start", "import", "versions", "settings")
WITH_FORMS = tuple(name for name in SECTIONS if name not in WITHOUT_FORMS)


@pytest.fixture
def at_desk(at_desk: Profile) -> Iterator[Profile]:
    """Give a profile whose refused forms are no complaint: some tests are about refusals."""
    yield at_desk
    at_desk.complaints[:] = [c for c in at_desk.complaints if "the server responded" not in c]


@pytest.fixture
def admin(house: RunningServer, at_desk: Profile) -> Page:
    """Sit down as the administrator of a demo organisation."""
    page = at_desk.page()
    page.set_viewport_size({"width": 1440, "height": 900})
    Desk(house.url, page).sign_in(ADMIN, begins_at="Sala")
    return page


def visit(page: Page, house: RunningServer, path: str, heading: str | re.Pattern[str]) -> None:
    """Open a page of administration and wait for its heading."""
    page.goto(f"{house.url}/desk/admin/{path}")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def found(house: RunningServer, slug: str) -> str:
    """Bring in an empty organisation as its operator would; return the administrator's password."""
    env = {
        **os.environ,
        "DATABASE_URL": house.urls.app_dsn,
        "DATABASE_OWNER_URL": house.urls.owner_dsn,
    }
    command = [sys.executable, "-m", "ascolto.cli", "organisation", slug, "Comune di Prova"]
    done = subprocess.run(
        [*command, "--admin", f"capo@{slug}.example"],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    shown = re.search(r"^  (\S+)   \(shown this once", done.stdout, re.MULTILINE)
    assert shown, done.stdout
    return shown.group(1)


def test_an_empty_organisation_reaches_its_first_conversation_in_five_steps(
    house: RunningServer, at_desk: Profile, writer: Writer
) -> None:
    password = found(house, "primipassi")
    page = at_desk.page()
    began = time.monotonic()
    page.goto(house.url + "/desk/")
    page.get_by_label("Organizzazione").fill("primipassi")
    page.get_by_label("E-mail").fill("capo@primipassi.example")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Entra").click()
    expect(page.get_by_role("heading", name="Primi passi")).to_be_visible()
    expect(page.get_by_text("0 su 5")).to_be_visible()
    page.get_by_label("Nome del committente").fill("Comune di Prova")
    page.keyboard.press("Enter")
    page.get_by_label("Quando è aperto").select_option(label="Sempre aperto")
    page.get_by_role("button", name="Crea").click()
    expect(page.get_by_label("Nome della coda")).to_have_value("Assistenza")
    page.get_by_role("button", name="Crea").click()
    expect(page.get_by_label("Nome del canale")).to_be_visible()
    page.get_by_role("button", name="Crea").click()
    page.get_by_role("button", name="Rispondo io").click()
    expect(page.get_by_role("heading", name="Tutto è pronto")).to_be_visible()
    expect(page.get_by_text("5 su 5")).to_be_visible()
    key = page.locator("code").last.inner_text()
    page.get_by_role("link", name="Vai al mio lavoro").click()
    desk = Desk(house.url, page)
    desk.come("Disponibile")
    writer.begin("Quando è aperta l’anagrafe?", key=key)
    desk.accept(writer.name)
    field = page.get_by_label("Risposta al cliente")
    field.fill("Oggi fino alle 18.")
    field.press("Control+Enter")
    writer.wait_for_answer("Oggi fino alle 18.")
    assert time.monotonic() - began < 300


def test_no_page_of_administration_has_barriers(house: RunningServer, admin: Page) -> None:
    seen = {}
    for name, heading in SECTIONS.items():
        visit(admin, house, name, re.compile(f"^{heading}"))
        admin.wait_for_timeout(300)
        seen[name] = barriers_in_both_themes(admin)
        if name in WITH_FORMS:
            row = admin.locator("tbody th a").first
            if row.count():
                row.click()
                expect(admin).to_have_url(re.compile(rf"/admin/{name}/\w"))
                expect(admin.locator("form.admin-form")).to_be_visible()
                seen[f"{name}/one"] = barriers_in_both_themes(admin)
            admin.goto(f"{house.url}/desk/admin/{name}/new")
            expect(admin.locator("form.admin-form")).to_be_visible()
            admin.get_by_role("button", name="Crea").click()
            expect(admin.get_by_role("alert").filter(has_text="da correggere")).to_be_focused()
            seen[f"{name}/new"] = barriers_in_both_themes(admin)
    assert {name: what for name, what in seen.items() if what} == {}


OVERLAPS = """() => {
  const links = [...document.querySelectorAll(".admin-nav a")];
  const boxes = links.map((one) => { const all = document.createRange();
    all.selectNodeContents(one); return [one.textContent, all.getBoundingClientRect()]; });
  return boxes.slice(1).filter(([, box], at) => { const before = boxes[at][1];
    return box.left < before.right - 0.5 && box.top < before.bottom - 0.5
      && box.right > before.left && box.bottom > before.top; }).map(([name]) => name);
}"""


@pytest.mark.parametrize("width", [320, 720, 1050])
def test_no_two_names_of_administrations_menu_lie_on_each_other(
    house: RunningServer, admin: Page, width: int
) -> None:
    admin.set_viewport_size({"width": width, "height": 640})
    visit(admin, house, "start", re.compile("."))
    assert admin.locator(".admin-nav a").count() > 10
    assert admin.evaluate(OVERLAPS) == []


@pytest.mark.parametrize(("width", "height"), [(320, 640), (720, 450)])
def test_no_page_of_administration_scrolls_sideways(
    house: RunningServer, admin: Page, width: int, height: int
) -> None:
    admin.set_viewport_size({"width": width, "height": height})
    wide = {}
    for name, heading in SECTIONS.items():
        visit(admin, house, name, re.compile(f"^{heading}"))
        admin.wait_for_timeout(200)
        wide[name] = admin.evaluate("document.documentElement.scrollWidth - innerWidth")
        if name in WITH_FORMS:
            admin.goto(f"{house.url}/desk/admin/{name}/new")
            expect(admin.locator("form.admin-form")).to_be_visible()
            wide[f"{name}/new"] = admin.evaluate("document.documentElement.scrollWidth-innerWidth")
    assert {name: by for name, by in wide.items() if by > 0} == {}


def http_of(house: RunningServer) -> contextlib.closing[httpx.Client]:
    return contextlib.closing(sign_in(house.url, tenant="aurelia", email=ADMIN))


def test_two_who_change_the_same_thing_are_told_and_nothing_is_lost(
    house: RunningServer, admin: Page
) -> None:
    with http_of(house) as other:
        client = other.post("/api/v1/clients", json={"name": "Gas del Doppio"}).json()
        visit(admin, house, f"clients/{client['id']}", "Gas del Doppio")
        admin.get_by_label("Ragione sociale").fill("Gas del Doppio S.p.A.")
        other.patch(
            f"/api/v1/clients/{client['id']}", json={"v": client["v"], "sector": "energy"}
        ).raise_for_status()
        admin.get_by_role("button", name="Salva").click()
        told = admin.get_by_role("group", name="Nel frattempo la scheda è cambiata")
        expect(told).to_be_focused()
        expect(told).to_contain_text("Settore: ora «Energia»")
        admin.get_by_role("button", name="Tieni le mie modifiche e salva").click()
        expect(told).to_have_count(0)
        expect(admin.get_by_role("status").filter(has_text="salvato")).to_be_visible()
        now = other.get(f"/api/v1/clients/{client['id']}").json()
        assert (now["sector"], now["legal_name"]) == ("energy", "Gas del Doppio S.p.A.")
        other.delete(f"/api/v1/clients/{client['id']}")


def test_a_queue_that_moved_meanwhile_is_told_too(house: RunningServer, admin: Page) -> None:
    with http_of(house) as other:
        queue = other.get("/api/v1/queues").json()["items"][0]
        visit(admin, house, f"queues/{queue['id']}", queue["name"])
        admin.get_by_label("Messaggio a chi attende").fill("Guasto in corso")
        moved = {"priority": queue["priority"] + 1, "v": queue["v"]}
        other.patch(f"/api/v1/queues/{queue['id']}", json=moved).raise_for_status()
        admin.get_by_role("button", name="Salva").click()
        told = admin.get_by_role("group", name="Nel frattempo la scheda è cambiata")
        expect(told).to_contain_text(f"Precedenza: ora «{queue['priority'] + 1}»")
        admin.get_by_role("button", name="Prendi la versione nuova").click()
        expect(admin.get_by_label("Messaggio a chi attende")).to_have_value(queue["message"])
        other.patch(f"/api/v1/queues/{queue['id']}", json={"priority": queue["priority"]})


def test_what_was_written_is_not_left_by_accident(house: RunningServer, admin: Page) -> None:
    visit(admin, house, "teams/new", "Nuova squadra")
    admin.get_by_label("Nome").fill("Notte")
    admin.get_by_role("navigation", name="Pagine di amministrazione").get_by_role(
        "link", name="Code"
    ).click()
    expect(admin.get_by_role("dialog", name="Modifiche non salvate")).to_be_visible()
    admin.get_by_role("button", name="Resta qui").click()
    expect(admin.get_by_label("Nome")).to_have_value("Notte")
    admin.get_by_role("link", name="Squadre").first.click()
    admin.get_by_role("button", name="Esci senza salvare").click()
    expect(admin.get_by_role("heading", name="Squadre", level=1)).to_be_visible()


def test_what_is_wrong_stands_beside_its_field_and_in_the_summary(
    house: RunningServer, admin: Page
) -> None:
    visit(admin, house, "skills/new", "Nuova competenza")
    admin.get_by_label("Codice").fill("Con Spazi")
    admin.keyboard.press("Enter")
    summary = admin.get_by_role("alert").filter(has_text="da correggere")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Nome: Questo campo serve.")
    expect(admin.get_by_label("Codice")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("button", name=re.compile("^Nome")).click()
    expect(admin.get_by_label("Nome")).to_be_focused()


def test_a_filter_stands_in_the_address_and_comes_back(house: RunningServer, admin: Page) -> None:
    visit(admin, house, "people", "Operatori")
    admin.get_by_label("Cerca").fill("davide")
    expect(admin).to_have_url(re.compile("q=davide"))
    row = admin.get_by_role("link", name=re.compile("Davide"))
    expect(admin.locator("tbody tr")).to_have_count(1)
    row.click()
    expect(admin.get_by_role("heading", name=re.compile("Davide"), level=1)).to_be_visible()
    admin.go_back()
    expect(admin.get_by_label("Cerca")).to_have_value("davide")
    expect(admin.locator("tbody tr")).to_have_count(1)


def test_people_come_in_from_a_table_once_it_is_sound(house: RunningServer, admin: Page) -> None:
    visit(admin, house, "import", "Persone da file")
    table = "email;nome;committenti\nnuova@aurelia.example;Nina Nuova;{}\n"
    admin.get_by_label("Tabella").fill(table.format("Nessuno"))
    admin.get_by_role("button", name="Prova").click()
    expect(admin.get_by_text("il committente non c’è (Nessuno)")).to_be_visible()
    expect(admin.get_by_role("button", name="Scrivi tutte")).to_be_disabled()
    admin.get_by_label("Tabella").fill(table.format(""))
    admin.get_by_role("button", name="Prova").click()
    expect(admin.get_by_text("Nuove 1, cambiate 0")).to_be_visible()
    admin.get_by_role("button", name="Scrivi tutte").click()
    expect(admin.get_by_role("heading", name="Scritto")).to_be_visible()
    with http_of(house) as http:
        named = http.get("/api/v1/operators", params={"q": "Nina Nuova"}).json()["items"]
    assert [one["display_name"] for one in named] == ["Nina Nuova"]


def test_a_secret_is_shown_once(house: RunningServer, admin: Page) -> None:
    visit(admin, house, "tokens/new", "Nuova chiave")
    admin.get_by_label("Nome").fill("Cruscotto")
    admin.get_by_label("insight.metrics").check()
    admin.get_by_role("button", name="Crea").click()
    shown = admin.get_by_role("group", name="Segreto")
    expect(shown).to_be_visible()
    secret = shown.inner_text().strip()
    answer = httpx.get(
        f"{house.url}/api/v1/metrics/formulas", headers={"authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 200, answer.text
    admin.get_by_role("button", name="Fatto").click()
    expect(admin.get_by_text(secret)).to_have_count(0)
    admin.get_by_role("link", name="Cruscotto").click()
    admin.get_by_role("button", name="Revoca").click()
    admin.get_by_role("dialog").get_by_role("button", name="Revoca").click()
    expect(admin.get_by_role("heading", name="Chiavi dei programmi", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("who", "sees", "never"),
    [
        ("team@aurelia.example", ["Operatori", "Impostazioni con data"], ["Code", "Account"]),
        ("operatrice@aurelia.example", [], ["Amministrazione"]),
    ],
)
def test_each_role_sees_its_own_pages(
    house: RunningServer, at_desk: Profile, who: str, sees: list[str], never: list[str]
) -> None:
    page = at_desk.page()
    Desk(house.url, page).sign_in(who)
    if sees:
        page.get_by_role("link", name="Amministrazione").click()
        pages = page.get_by_role("navigation", name="Pagine di amministrazione")
        for name in sees:
            expect(pages.get_by_role("link", name=name, exact=True)).to_be_visible()
    for name in never:
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
