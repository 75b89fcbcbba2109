"""The roster board: 400 people made into shifts, changed by keys and pointer, undone, published."""

import contextlib
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from support.browsing import Profile, barriers
from support.demo import DEMO_PASSWORD, sign_in
from support.running import RunningServer

PLANNER = "pianificazione@aurelia.example"
MANY = 410
MOST_ELEMENTS = 1_500


def next_monday() -> date:
    today = datetime.now(UTC).date()
    return today + timedelta(days=7 - today.weekday())


def patiently(planner: httpx.Client, method: str, url: str, **body: Any) -> Any:
    """Ask again while the server says that it is asked too much."""
    while True:
        answer = planner.request(method, f"/api/v1{url}", json=body or None)
        if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
            assert answer.status_code < 300, answer.text
            return answer.json() if answer.content else None
        time.sleep(0.5)


@pytest.fixture(scope="module")
def planner(house: RunningServer) -> Iterator[httpx.Client]:
    """Sign a planner in and hire 410 people who answer one queue."""
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        found = patiently(planner, "GET", "/queues")["items"]
        queue = patiently(planner, "GET", f"/queues/{found[0]['id']}")
        skills = {
            code: {"level": level} for ring in queue["rings"] for code, level in ring["needs"]
        }
        for number in range(MANY):
            patiently(
                planner,
                "POST",
                "/operators",
                display_name=f"Persona {number:03}",
                place="home" if number % 3 else "site",
                clients=[queue["client_id"]],
                skills=skills,
            )
        yield planner


@pytest.fixture(scope="module")
def rostered(planner: httpx.Client) -> None:
    """Have a roster to look at: the one that was made before, else a draft of a few people."""
    if patiently(planner, "GET", "/workforce/rosters")["items"]:
        return
    first = next_monday()
    roster = patiently(
        planner, "POST", "/workforce/rosters", first_day=first.isoformat(),
        last_day=(first + timedelta(days=6)).isoformat(), reason="Settimana di prova",
    )  # fmt: skip
    begins = datetime(first.year, first.month, first.day, 8, tzinfo=UTC)
    shifts = [
        {
            "operator_id": one["id"], "day": first.isoformat(), "place": "home",
            "starts_at": begins.isoformat(), "ends_at": (begins + timedelta(hours=4)).isoformat(),
        }
        for one in patiently(planner, "GET", "/operators")["items"][:20]
    ]  # fmt: skip
    url = f"/workforce/rosters/{roster['id']}/shifts"
    patiently(planner, "PUT", url, v=roster["v"], shifts=shifts)


@pytest.fixture
def page(house: RunningServer, at_desk: Profile, planner: httpx.Client) -> Page:
    """Sit down as a planner."""
    page = at_desk.page()
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(house.url + "/desk/")
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(PLANNER)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("link", name="Turni di tutti").click()
    return page


def seen(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them."""
    if folder := os.environ.get("ASCOLTO_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def chosen(page: Page) -> Locator:
    return page.locator('[role="option"][aria-selected="true"]')


def span(page: Page) -> str:
    """Return the chosen person's hours."""
    found = re.search(r"\d\d:\d\d–\d\d:\d\d", chosen(page).text_content() or "")
    return found[0] if found else ""


def test_contracts_are_written_and_agreed_from_a_table(page: Page) -> None:
    page.get_by_role("link", name="Contratti e accordi").click()
    page.get_by_text("Nuovo contratto", exact=True).click()
    page.get_by_label("Nome", exact=True).fill("Tempo pieno")
    page.get_by_label("Fasce elastiche").fill("07:00-22:00")
    page.get_by_role("button", name="Salva").first.press("Enter")
    expect(page.get_by_role("cell", name="5 turni")).to_be_visible()
    page.get_by_text("Porta dentro una tabella (CSV)").click()
    rows = [f"Persona {number:03};2026-01-01;Tempo pieno;sì" for number in range(MANY)]
    heading = "operator;from_day;contract;elastic"
    page.get_by_label("Tabella", exact=True).fill("\n".join([heading, *rows, "Nessuno;x;y;z"]))
    page.get_by_role("button", name="Prova").click()
    expect(page.get_by_text(f"Riga {MANY + 2}").first).to_be_visible()
    page.get_by_label("Tabella", exact=True).fill("\n".join([heading, *rows]))
    page.get_by_role("button", name="Scrivi").click()
    expect(page.get_by_text(f"{MANY} righe scritte.")).to_be_visible()
    expect(page.get_by_role("row", name="Tempo pieno 8 5 turni")).to_contain_text(str(MANY))
    assert barriers(page) == []
    # Words begin at one edge; numbers, and nothing else, end at one.
    at_end = "all => all.filter(c => getComputedStyle(c).textAlign === 'end').map(c => c.innerText)"
    ends = page.get_by_role("columnheader").evaluate_all(at_end)
    assert ends == ["Persone", "Giorni in sede"]
    seen(page, "agreements")
    page.get_by_label("Cerca una persona").fill("persona 007")
    page.get_by_role("button", name="Persona 007").click()
    page.get_by_label("Giorni in sede alla settimana").fill("1-2")
    assert barriers(page) == []
    page.get_by_role("button", name="Concorda").press("Enter")
    expect(page.get_by_role("row", name="Persona 007")).to_contain_text("1–2")
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    seen(page, "agreements-320")


def test_a_roster_of_400_is_made_changed_by_keys_undone_and_published(
    house: RunningServer, page: Page
) -> None:
    page.get_by_label("Fabbisogno").select_option("hand")
    page.get_by_label("Persone", exact=True).fill("180")
    page.get_by_label("Secondi di ricerca").fill("4")
    page.get_by_label("Motivo").fill("Settimana di prova")
    page.get_by_role("button", name="Prepara i turni").press("Enter")
    expect(page.get_by_role("button", name="Ferma")).to_be_visible()
    seen(page, "progress")
    page.get_by_role("button", name="Apri: Settimana di prova").click(timeout=240_000)
    board = page.get_by_role("listbox", name="Tabellone dei turni")
    expect(board.get_by_role("option").first).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS
    expect(page.get_by_text("Nessuna regola violata.").first).to_be_attached()
    page.get_by_text("Come è venuto").click()
    expect(page.get_by_text("L’esame indipendente non trova violazioni.")).to_be_visible()
    seen(page, "board")
    assert barriers(page) == []
    _changed_by_keys(page, board)
    _changed_by_pointer(page)
    _published(page)


def _changed_by_keys(page: Page, board: Locator) -> None:
    board.focus()
    page.keyboard.press("ArrowDown")
    before = span(page)
    assert before
    page.keyboard.press("ArrowRight")
    expect(chosen(page)).not_to_contain_text(before)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(chosen(page)).to_contain_text(before)
    # Nearly a day later: the rest to the next morning is broken, and the reason says which article.
    for _ in range(24):
        page.keyboard.press("ArrowRight")
    broken = page.get_by_role("list", name="Regole violate").first
    expect(broken).to_contain_text("art. 7", timeout=60_000)
    seen(page, "broken")
    assert barriers(page) == []
    for _ in range(24):
        page.keyboard.press("Control+z")
    expect(chosen(page)).to_contain_text(before, timeout=60_000)
    expect(page.get_by_text("art. 7")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(chosen(page)).to_contain_text("Libero")
    page.keyboard.press("Insert")
    expect(chosen(page)).not_to_contain_text("Libero")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(chosen(page)).to_contain_text(before)


def _changed_by_pointer(page: Page) -> None:
    before = span(page)
    bar = chosen(page).locator(".roster-bar")
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    expect(chosen(page)).not_to_contain_text(before)
    page.get_by_role("button", name="Annulla", exact=True).click()
    expect(chosen(page)).to_contain_text(before)
    page.get_by_role("button", name="15′ in meno").click()
    expect(page.get_by_role("list", name="Attività del turno")).to_contain_text("Pausa")
    page.get_by_role("button", name="Annulla", exact=True).click()
    expect(chosen(page)).to_contain_text(before)


def _published(page: Page) -> None:
    page.get_by_role("button", name="Pubblica", exact=True).click()
    expect(page.get_by_text(re.compile(r"Pubblicato: \d+ turni nuovi"))).to_be_visible()
    page.get_by_role("button", name="Nuova versione").click()
    expect(page.get_by_role("button", name="Butta la bozza")).to_be_visible()
    versions = page.get_by_label("Versione").locator("option")
    expect(versions).to_have_count(2)


@pytest.mark.usefixtures("rostered")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_board_is_for_everyone_also_narrow(page: Page, theme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    board = page.get_by_role("listbox", name="Tabellone dei turni")
    expect(board.get_by_role("option").first).to_be_visible()
    assert barriers(page) == []
    seen(page, f"board-{theme}")
    page.set_viewport_size({"width": 320, "height": 700})
    expect(board.get_by_role("option").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert barriers(page) == []
    seen(page, f"board-320-{theme}")
