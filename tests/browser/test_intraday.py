"""A planner's day: planned beside actual, levers tried before they are pulled, and the way back."""

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, expect

from ascolto.kit.clock import midnight
from ascolto.kit.postgres import EmbeddedPostgres
from support.browsing import Profile, barriers
from support.days import every_half_hour, publish_day, published_forecast
from support.demo import DEMO_PASSWORD, sign_in
from support.running import RunningServer

PLANNER = "pianificazione@aurelia.example"
OPERATOR = "operatrice@aurelia.example"
ROME = ZoneInfo("Europe/Rome")
MORNING = timedelta(hours=10, minutes=5)


@pytest.fixture(scope="module")
def house(
    pg: EmbeddedPostgres, template: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """Load the demo, and let it be tomorrow's morning: late in a day there is nothing to move."""
    del built
    name = f"intraday_{os.getpid()}"
    urls = pg.create_database(name, template=template)
    server = RunningServer(urls, data=tmp_path_factory.mktemp("intraday"), demo=True)
    server.start()
    server.kill()
    tomorrow = datetime.now(ROME).date() + timedelta(days=1)
    server.stand_at(midnight(tomorrow, ROME) + MORNING)
    server.start()
    yield server
    server.kill()
    pg.drop_database(name)


@pytest.fixture
def at_desk(house: RunningServer, at_desk: Profile) -> Profile:
    """Give a profile whose clock shows what the server's does."""
    at_desk.context.clock.install(time=house.now())
    return at_desk


@pytest.fixture(scope="module")
def queue(house: RunningServer) -> str:
    """Give a queue eight weeks that came, a published forecast, and people around the clock."""
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        queues = planner.get("/api/v1/queues").json()["items"]
        chats = [one for one in queues if one["channel"] == "webchat"]
        queue = min(chats, key=lambda one: one["name"].lower())
        now = house.now()
        today = now.date()
        text = every_half_hour(today - timedelta(days=60), today - timedelta(days=1))
        body = {"queue_id": queue["id"], "text": text, "dry_run": False}
        answer = planner.post("/api/v1/workforce/history/import", json=body)
        assert answer.json()["written"] is True, answer.text
        published_forecast(planner, queue["id"])
        publish_day(planner, now)
    return str(queue["name"])


def opened(house: RunningServer, at_desk: Profile, queue: str) -> Page:
    page = at_desk.page()
    page.goto(house.url + "/desk/")
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(PLANNER)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_role("link", name="Intraday").click()
    expect(page.get_by_role("heading", name="Intraday")).to_be_visible()
    page.get_by_label("Coda", exact=True).select_option(label=queue)
    expect(page.get_by_role("table")).to_be_visible()
    return page


def test_a_planner_tries_levers_pulls_one_and_takes_it_back_by_keyboard(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    page = opened(house, at_desk, queue)
    assert barriers(page) == []
    page.get_by_role("button", name="Simula").press("Enter")
    tried = page.get_by_role("list", name="Leve simulate").get_by_role("listitem")
    expect(tried.first).to_be_visible(timeout=120_000)
    expect(tried).to_have_count(5)
    expect(tried.first).to_contain_text(re.compile(r"\d+.*→.*\d+"))
    pull = page.get_by_role("button", name="Usa: Offrire di scrivere")
    expect(pull).to_be_disabled()
    page.get_by_label("Motivo").fill("Attesa lunga")
    expect(pull).to_be_disabled()
    page.get_by_label("Che cosa si dice a chi attende").fill("Scriveteci: rispondiamo oggi.")
    assert barriers(page) == []
    pull.press("Enter")
    pulled = page.get_by_role("list", name="Leve usate oggi").get_by_role("listitem")
    expect(pulled).to_contain_text("Attesa lunga", timeout=60_000)
    page.get_by_role("button", name="Annulla: Offrire di scrivere").press("Enter")
    expect(pulled).to_contain_text("Annullata")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_day_is_read_in_both_themes_on_a_narrow_and_a_wide_screen(
    house: RunningServer, at_desk: Profile, queue: str, theme: Literal["light", "dark"], width: int
) -> None:
    page = opened(house, at_desk, queue)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def sat_down(house: RunningServer, at_desk: Profile, email: str) -> Page:
    page = at_desk.page()
    page.goto(house.url + "/desk/")
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Entra").click()
    expect(page.get_by_role("navigation", name="Pagine")).to_be_visible()
    return page


def able(planner: httpx.Client, queue_id: str, name: str) -> None:
    """Let somebody take from a queue: its client and the skills of its rings."""
    queue = planner.get(f"/api/v1/queues/{queue_id}").json()
    people = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]
    who = next(one for one in people if one["display_name"] == name)
    needs = {code: {"level": level} for ring in queue["rings"] for code, level in ring["needs"]}
    url = f"/api/v1/operators/{who['id']}"
    clients = {"clients": [queue["client_id"]], "v": who["v"]}
    done = planner.put(f"{url}/clients", json=clients)
    assert done.status_code == 200, done.text
    done = planner.put(f"{url}/skills", json={"skills": needs, "v": done.json()["v"]})
    assert done.status_code == 200, done.text


def agreed(house: RunningServer, name: str = "Flessibile", *, every: int = 1) -> None:
    """Agree on a contract with days at home with everybody, or every so many, by a table."""
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        terms = {
            "shift_minutes": [360, 480], "weekly_minutes": [1200, 2400],
            "bands": [{"from": "08:00", "to": "20:00"}],
        }  # fmt: skip
        body: dict[str, object] = {"name": name, "terms": terms}
        answer = planner.post("/api/v1/workforce/contracts", json=body)
        assert answer.status_code == 201, answer.text
        found = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]
        rows = [f"{one['id']},2026-01-01,{name},1,2" for one in found[::every]]
        text = "\n".join(["operator,from_day,contract,office_least,office_most", *rows])
        body = {"text": text, "dry_run": False}
        answer = planner.post("/api/v1/workforce/agreements/import", json=body)
        assert answer.json()["written"] is True, answer.text


def tomorrow_at_site(house: RunningServer, queue: str) -> None:
    """Publish tomorrow: every other person at the site, who has not agreed to work at home."""
    day = house.now().astimezone(ROME).date() + timedelta(days=1)
    starts = midnight(day, ROME) + timedelta(hours=10)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        queues = planner.get("/api/v1/queues").json()["items"]
        work = {"kind": "queue", "queue_id": next(q["id"] for q in queues if q["name"] == queue)}
        pause = {"kind": "pause", "minutes": 15}
        parts = [{**work, "minutes": 105}, pause, {**work, "minutes": 120}, pause]
        shift = {
            "day": day.isoformat(), "starts_at": starts.isoformat(), "place": "site",
            "ends_at": (starts + timedelta(hours=6)).isoformat(),
            "parts": [*parts, {**work, "minutes": 105}],
        }  # fmt: skip
        found = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]
        body = {"first_day": day.isoformat(), "last_day": day.isoformat(), "reason": "Domani"}
        roster = planner.post("/api/v1/workforce/rosters", json=body).json()
        url = f"/api/v1/workforce/rosters/{roster['id']}"
        shifts = [{**shift, "operator_id": one["id"]} for one in found[1::2]]
        answer = planner.put(f"{url}/shifts", json={"v": roster["v"], "shifts": shifts})
        answer = planner.post(f"{url}/publish", json={"v": answer.json()["v"]})
        assert answer.status_code == 200, answer.text


def for_everyone(page: Page, name: str) -> None:
    """Look at a page in both themes, wide and narrow; keep pictures where somebody asks."""
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert barriers(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if folder := os.environ.get("ASCOLTO_LOOK"):
                page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png", full_page=True)


def test_who_is_at_work_takes_an_offer_by_keyboard_and_their_day_says_so(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        found = planner.get("/api/v1/queues").json()["items"]
        queue_id = next(one["id"] for one in found if one["name"] == queue)
        able(planner, queue_id, "Giulia Ferrante")
        with contextlib.closing(sign_in(house.url, tenant="aurelia", email=OPERATOR)) as operator:
            shifts = operator.get("/api/v1/me/shifts").json()["shifts"]
        now = house.now()
        ends = next(end for one in shifts if (end := datetime.fromisoformat(one["ends_at"])) > now)
        begins = ends - timedelta(hours=1)
        lever = {
            "kind": "time_off", "people": 1, "from_at": begins.isoformat(),
            "until_at": ends.isoformat(),
        }  # fmt: skip
        body = {"queue_id": queue_id, "lever": lever, "reason": "Mattina calma"}
        done = planner.post("/api/v1/workforce/intraday/levers", json=body, timeout=120)
        assert done.status_code == 201, done.text
        lever_id, asked = done.json()["id"], done.json()["reached"]["asked"]
        assert asked > 0
        page = sat_down(house, at_desk, OPERATOR)
        page.goto(house.url + "/desk/shifts")
        offers = page.get_by_role("region", name="La mia giornata")
        expect(offers).to_contain_text("Mattina calma")
        for_everyone(page, "offers")
        page.get_by_role("button", name=re.compile("Sì, accetto")).press("Enter")
        expect(offers.get_by_text("In vigore")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Sì, accetto"))).to_have_count(0)
        assert barriers(page) == []
        undone = planner.post(f"/api/v1/workforce/intraday/levers/{lever_id}/undo")
        assert undone.status_code == 200, undone.text


def test_everybody_home_and_a_lost_site_begin_a_draft_from_the_roster_page(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    agreed(house, "Da casa", every=2)
    tomorrow_at_site(house, queue)
    page = sat_down(house, at_desk, PLANNER)
    page.get_by_role("link", name="Turni di tutti").click()
    for button, of in (("Tutti da casa", "Giornata"), ("Sede inagibile", "Domani")):
        version = page.get_by_label("Versione")
        published = version.locator("option", has_text=of).first
        version.select_option(published.get_attribute("value"))
        press = page.get_by_role("button", name=button, exact=True)
        expect(press).to_be_visible()
        press.press("Enter")
        expect(page.get_by_role("button", name="Pubblica", exact=True)).to_be_visible()
        expect(version.locator("option:checked")).to_contain_text(button)
        lost = page.get_by_role("region", name="Senza la sede")
        expect(lost).to_have_count(int(button == "Sede inagibile"))
        if button == "Sede inagibile":
            page.reload()
            # What is told is not of this window: it is the same when it is opened anew.
            expect(lost.get_by_role("list", name="Chi sostituisce")).to_contain_text("Da interp")
            expect(lost.get_by_role("list", name="Che cosa resta scoperto")).to_contain_text(queue)
        page.get_by_text("Viaggi, CO₂ allo scarico e posti di questi turni").click()
        expect(page.get_by_text("ENEA", exact=False)).to_be_visible()
        for_everyone(page, f"roster-{button}")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("button", name="Butta la bozza").press("Enter")
        expect(version.locator("option", has_text=button)).to_have_count(0)


def test_a_planner_weighs_flexibility_by_keyboard_and_stops_what_takes_too_long(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    agreed(house)
    page = sat_down(house, at_desk, PLANNER)
    page.get_by_role("link", name="Turni di tutti").click()
    page.get_by_role("link", name="Quanto vale la flessibilità").press("Enter")
    expect(page.get_by_role("heading", name="Quanto vale la flessibilità")).to_be_visible()
    expect(page.get_by_text("Non è stato ancora pesato nulla.")).to_be_visible()
    for one in page.get_by_role("checkbox").all():
        one.uncheck()
    page.get_by_label(queue, exact=True).check()
    page.get_by_label("Fabbisogno").select_option(label="A mano")

    def ask(seconds: int, reason: str) -> None:
        page.get_by_label("Secondi per ogni ricerca (fino a sette)").fill(str(seconds))
        page.get_by_label("Motivo").fill(reason)
        page.get_by_role("button", name="Pesa", exact=True).press("Enter")

    ask(60, "Troppo a lungo")
    runs = page.get_by_role("list", name="Che cosa si pesa").get_by_role("listitem")
    runs.get_by_role("button", name="Ferma").press("Enter")
    expect(runs).to_contain_text("Fermato")
    page.get_by_text("Pesa altre settimane").click()
    ask(1, "Prova")
    expect(page.get_by_role("heading", name=re.compile("Prova$"))).to_be_visible(timeout=180_000)
    words = page.get_by_role("list", name="Regola per regola").get_by_role("listitem")
    expect(words.first).to_be_visible()
    table = page.get_by_role("table")
    expect(table.get_by_role("rowheader").first).to_have_text("Come sono")
    expect(page.get_by_text("ENEA", exact=False)).to_be_visible()
    for_everyone(page, "worth")


def test_a_planner_notes_an_event_and_the_day_says_so(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    page = opened(house, at_desk, queue)
    page.get_by_role("link", name="Eventi propri").click()
    expect(page.get_by_role("heading", name="Eventi propri")).to_be_visible()
    ahead = page.get_by_role("list", name="In arrivo")
    expect(ahead).to_contain_text("Invio delle bollette bimestrali")
    page.get_by_label("Tipo").fill("sciopero")
    page.get_by_label("Nome").fill("Sciopero dei trasporti")
    page.keyboard.press("Enter")
    expect(ahead).to_contain_text("Sciopero dei trasporti")
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Togli: Sciopero dei trasporti").press("Enter")
    expect(page.get_by_text("Sciopero dei trasporti")).to_have_count(0)


def test_a_planner_says_which_column_is_what_tries_and_writes(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    page = opened(house, at_desk, queue)
    page.get_by_role("link", name="Storico").click()
    expect(page.get_by_role("heading", name="Storico")).to_be_visible()
    page.get_by_label("Coda", exact=True).select_option(label="Reclami")
    rows = "".join(f"2026-01-{day:02} 09:00;{day}\n2026-01-{day:02} 09:30;x\n" for day in (7, 8))
    storico = {"name": "storico.csv", "mimeType": "text/csv", "buffer": b""}
    wrong = {**storico, "buffer": f"quando;quante\n{rows}".encode()}
    page.get_by_label("Tabella (CSV)").set_input_files(wrong)  # type: ignore[arg-type] # a payload
    page.get_by_label("Inizio intervallo").select_option("quando")
    page.get_by_label("Richieste", exact=True).select_option("quante")
    page.get_by_role("button", name="Prova").press("Enter")
    faults = page.get_by_role("list", name="Righe da correggere")
    expect(faults).to_contain_text("Riga 3:", timeout=60_000)
    expect(page.get_by_role("button", name="Scrivi tutto")).to_be_disabled()
    assert barriers(page) == []
    good = {**storico, "buffer": f"quando;quante\n{rows}".replace("x", "4").encode()}
    page.get_by_label("Tabella (CSV)").set_input_files(good)  # type: ignore[arg-type] # a payload
    page.get_by_label("Inizio intervallo").select_option("quando")
    page.get_by_label("Richieste", exact=True).select_option("quante")
    page.get_by_role("button", name="Prova").press("Enter")
    expect(page.get_by_text("Tutte le righe vanno bene")).to_be_visible(timeout=60_000)
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Scrivi tutto").press("Enter")
    expect(page.get_by_text("Scritto", exact=True)).to_be_visible(timeout=60_000)
