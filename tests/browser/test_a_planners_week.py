"""A planner's week, lived on the screens of the demo's outsourcer, day after day.

What came is brought in, a forecast asked for and published, its requirement read, a roster made and
published; somebody is ill, two swap, customers come all at once and a lever is tried and pulled;
days later the ledger says how good the forecast was. The server's clock stands ahead, so that each
day begins on its own morning, whatever the hour here.
"""

import contextlib
import functools
import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ascolto.demo.organisation import read_organisation
from ascolto.kit.clock import midnight
from ascolto.kit.postgres import EmbeddedPostgres
from support.browsing import Profile, barriers, until
from support.demo import sign_in
from support.desk import Desk, Writer
from support.running import RunningServer, planned_demo

ROME = ZoneInfo("Europe/Rome")
PLANNER = "pianificazione@ponente.example"
QUEUE, KEY = "Assistenza tecnica", "telco-tecnica"
COME_AT_ONCE = 40
MORNING = timedelta(hours=10, minutes=5)
MADE_MS = 240_000
TUESDAY, WEDNESDAY, FRIDAY = 1, 2, 4
# Five mornings, each with a server of its own, and whole calculations on a busy machine.
pytestmark = pytest.mark.timeout(1_200)


@functools.cache  # looked up once: a run that goes on past Sunday midnight stays in its week
def monday() -> date:
    """Return the Monday of the week that is lived: the next one."""
    today = datetime.now(ROME).date()
    return today + timedelta(days=7 - today.weekday())


def morning(weekday: int) -> datetime:
    return (midnight(monday() + timedelta(days=weekday), ROME) + MORNING).astimezone(UTC)


def begin(server: RunningServer, weekday: int) -> None:
    """Let it be the morning of a day."""
    server.kill()
    server.stand_at(morning(weekday))
    server.start()


@pytest.fixture(scope="module")
def house(
    pg: EmbeddedPostgres, template: str, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """Load the demo with what its planners begin with, and let it be Tuesday."""
    del built
    name = f"week_{os.getpid()}"
    urls = pg.create_database(name, template=template)
    planned_demo(urls)
    server = RunningServer(urls, data=tmp_path_factory.mktemp("week"))
    begin(server, TUESDAY)
    yield server
    server.kill()
    pg.drop_database(name)


@contextlib.contextmanager
def sitting(server: RunningServer, browser: Browser, weekday: int, who: str) -> Iterator[Page]:
    """Sit down on a day's morning; what the page complains of fails."""
    context = browser.new_context(
        locale="it-IT",
        timezone_id="Europe/Rome",
        viewport={"width": 1280, "height": 860},
        reduced_motion="reduce",
    )
    context.set_default_timeout(60_000)
    context.clock.install(time=morning(weekday))
    profile = Profile(context)
    page = profile.page()
    begins_at = "Sala" if who == PLANNER else "Il mio lavoro"
    Desk(server.url, page).sign_in(who, tenant="ponente", begins_at=begins_at)
    yield page
    context.close()
    assert [one for one in profile.complaints if "401" not in one] == []


def seen(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them, wide and narrow."""
    if folder := os.environ.get("ASCOLTO_LOOK"):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 860})
            page.screenshot(path=Path(folder) / f"week-{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 860})


def weeks_that_came() -> bytes:
    """Return a table of eight weeks until Monday: thirty a half hour by day, six by night."""
    first = datetime.combine(monday() - timedelta(days=56), datetime.min.time())
    moments = (first + timedelta(minutes=30 * n) for n in range(48 * 57))
    # Where clocks change, an hour of the night is told once at most: none at two and three.
    told = [at for at in moments if at.hour not in {2, 3}]
    rows = [
        f"{at:%Y-%m-%d %H:%M};{(30 if 8 <= at.hour < 21 else 6) + at.day % 3};300" for at in told
    ]
    return "\n".join(["quando;quante;durata", *rows]).encode()


def test_a_week_from_what_came_to_how_good_the_forecast_was(
    house: RunningServer, browser: Browser
) -> None:
    with sitting(house, browser, TUESDAY, PLANNER) as page:
        _history(page)
        _forecast(page)
        _roster(page)
    begin(house, WEDNESDAY)
    with sitting(house, browser, WEDNESDAY, PLANNER) as page:
        _sick_call(page)
    _swap(house, browser)
    _storm(house)
    with sitting(house, browser, WEDNESDAY, PLANNER) as page:
        _levers(page)
    _until_judged(house)
    with sitting(house, browser, FRIDAY, PLANNER) as page:
        _accuracy(page)


def _history(page: Page) -> None:
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_role("link", name="Storico").click()
    expect(page.get_by_role("heading", name="Storico", exact=True)).to_be_visible()
    page.get_by_label("Coda", exact=True).select_option(label=QUEUE)
    table = {"name": "storico.csv", "mimeType": "text/csv", "buffer": weeks_that_came()}
    page.get_by_label("Tabella (CSV)").set_input_files(table)  # type: ignore[arg-type] # a payload
    page.get_by_label("Inizio intervallo").select_option("quando")
    page.get_by_label("Richieste", exact=True).select_option("quante")
    page.get_by_label("Durata media (s)").select_option("durata")
    page.get_by_role("button", name="Prova").click()
    expect(page.get_by_text("Tutte le righe vanno bene")).to_be_visible(timeout=MADE_MS)
    seen(page, "history")
    page.get_by_role("button", name="Scrivi tutto").click()
    expect(page.get_by_text("Scritto", exact=True)).to_be_visible(timeout=MADE_MS)


def _forecast(page: Page) -> None:
    page.get_by_role("link", name="Pianificazione").first.click()
    expect(page.get_by_role("heading", name="Pianificazione", exact=True)).to_be_visible()
    page.get_by_label("Coda", exact=True).select_option(label=QUEUE)
    page.get_by_label("Motivo").first.fill("Settimana vissuta")
    page.get_by_role("button", name="Nuova previsione").click()
    expect(page.get_by_text("Bozza", exact=True)).to_be_visible(timeout=MADE_MS)
    expect(page.get_by_text(re.compile(r"\d+ richieste attese"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ ore pagate per il giorno"))).to_be_visible(
        timeout=MADE_MS
    )
    seen(page, "forecast")
    _compared(page)
    page.get_by_role("button", name="Pubblica", exact=True).click()
    expect(page.get_by_text("Pubblicata", exact=True)).to_be_visible()


def _compared(page: Page) -> None:
    page.get_by_text("Confronta scenari", exact=True).press("Enter")
    page.get_by_role("button", name="Aggiungi uno scenario").press("Enter")
    third = page.get_by_role("group", name="Scenario B")
    growth = third.get_by_label("Richieste in più o in meno (%)")
    growth.clear()
    growth.press_sequentially("-5")
    expect(growth).to_have_value("-5")
    growth.fill("10")
    third.get_by_label("Chi viene resta almeno").select_option(label="4 h")
    page.get_by_label("Costo di un’ora pagata (€)").fill("21.5")
    page.keyboard.press("Enter")
    found = page.get_by_role("group", name="Scenari a confronto").get_by_role("row")
    paid = found.filter(has_text="Ore pagate").get_by_role("cell")
    expect(paid).to_have_count(3, timeout=MADE_MS)
    base, grown, stay = (
        int(re.sub(r"[^0-9]", "", one.partition("(")[0])) for one in paid.all_inner_texts()
    )
    assert 0 < base < grown
    assert base < stay
    words = page.get_by_role("list", name="In parole").get_by_role("listitem")
    expect(words.nth(1)).to_contain_text("Con le persone della base")
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        assert barriers(page) == []
        seen(page, f"compared-{theme}")
    page.set_viewport_size({"width": 320, "height": 860})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 860})
    page.emulate_media(color_scheme="light")


def _roster(page: Page) -> None:
    page.get_by_role("link", name="Turni di tutti").click()
    page.get_by_role("checkbox", name="Assistenza commerciale", exact=True).uncheck()
    page.get_by_role("checkbox", name=QUEUE, exact=True).check()
    page.get_by_label("Da lunedì").fill(monday().isoformat())
    page.get_by_label("Secondi di ricerca").fill("2")
    page.get_by_label("Motivo").fill("Turni vissuti")
    page.get_by_role("button", name="Prepara i turni").click()
    expect(page.get_by_role("button", name="Ferma")).to_be_visible()
    seen(page, "asked")
    page.get_by_role("button", name="Apri: Turni vissuti").click(timeout=MADE_MS)
    board = page.get_by_role("listbox", name="Tabellone dei turni")
    expect(board.get_by_role("option").first).to_be_visible()
    seen(page, "roster")
    page.get_by_role("button", name="Pubblica", exact=True).click()
    expect(page.get_by_text(re.compile(r"Pubblicato: \d\d+ turni nuovi"))).to_be_visible()


def _sick_call(page: Page) -> None:
    page.get_by_role("link", name="Turni di tutti").click()
    page.get_by_role("button", name="Nuova versione").click()
    expect(page.get_by_role("button", name="Butta la bozza")).to_be_visible()
    page.get_by_label("Giorno", exact=True).select_option(index=WEDNESDAY)
    board = page.get_by_role("listbox", name="Tabellone dei turni")
    expect(board.get_by_role("option").first).to_be_visible()
    board.focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator('[role="option"][aria-selected="true"]')
    expect(chosen).to_contain_text(re.compile(r"\d\d:\d\d–\d\d:\d\d"))
    page.keyboard.press("Delete")
    expect(chosen).to_contain_text("Libero")
    seen(page, "sick")
    page.get_by_role("button", name="Pubblica", exact=True).click()
    expect(page.get_by_text("Pubblicato: 0 turni nuovi, 0 cambiati, 1 tolto")).to_be_visible()


def addresses() -> dict[str, str]:
    """Return the addresses of the demo's people by their names."""
    accounts = read_organisation("ponente").accounts
    return {account.name: account.email for account in accounts}


def who_can_swap(url: str) -> tuple[str, str, date]:
    """Return somebody who can swap a day of this week, with whom, and the day."""
    known = addresses()
    days = {"from": str(monday() + timedelta(days=3)), "to": str(monday() + timedelta(days=6))}
    for name, email in known.items():  # operators first or not: who has no shifts is passed over
        with contextlib.closing(sign_in(url, tenant="ponente", email=email)) as somebody:
            for day, other in _swaps(somebody, days):
                return name, other, day
    raise AssertionError("nobody can swap anything")


def _swaps(somebody: httpx.Client, days: dict[str, str]) -> Iterator[tuple[date, str]]:
    answer = somebody.get("/api/v1/me/shifts", params=days)
    for shift in answer.json()["shifts"] if answer.is_success else ():
        found: list[dict[str, Any]] = somebody.get(
            "/api/v1/me/swaps", params={"day": shift["day"]}
        ).json()
        for one in found:
            yield date.fromisoformat(shift["day"]), one["name"]


def _swap(house: RunningServer, browser: Browser) -> None:
    name, other, day = who_can_swap(house.url)
    with sitting(house, browser, WEDNESDAY, addresses()[name]) as page:
        page.goto(house.url + "/desk/shifts")
        page.set_viewport_size({"width": 320, "height": 860})
        shift = page.get_by_role("button", name=re.compile(rf"Proponi uno scambio: .*\b{day.day} "))
        shift.click()
        page.get_by_role("button", name=f"Scambia con {other}").click()
        requests = page.get_by_role("list", name="Richieste").get_by_role("listitem")
        expect(requests.first).to_contain_text("In attesa")
        seen(page, "swap-asked")
    with sitting(house, browser, WEDNESDAY, addresses()[other]) as page:
        page.goto(house.url + "/desk/shifts")
        page.get_by_role("button", name=f"Accetta lo scambio con {name}").click()
        requests = page.get_by_role("list", name="Richieste").get_by_role("listitem")
        expect(requests.first).to_contain_text("Fatto")
        seen(page, "swap-done")


def _storm(house: RunningServer) -> None:
    for number in range(COME_AT_ONCE):
        writer = Writer(house.url, f"Cliente {number}")
        writer.begin("Internet non va", key=KEY)
        writer.http.close()


def _levers(page: Page) -> None:
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_role("link", name="Intraday").click()
    expect(page.get_by_role("heading", name="Intraday")).to_be_visible()
    expect(page.get_by_role("link", name="Pianificazione").first).to_have_attribute(
        "aria-current", "page"
    )
    page.get_by_label("Coda", exact=True).select_option(label=QUEUE)
    expect(page.get_by_role("cell", name=str(COME_AT_ONCE), exact=True).first).to_be_visible()
    tried = page.get_by_role("list", name="Leve simulate").get_by_role("listitem")
    # The first simulation of a fresh folder compiles, longer than a page waits on a busy machine.
    simulate = page.get_by_role("button", name="Simula")
    deadline = time.monotonic() + 240
    while not tried.count():
        assert time.monotonic() < deadline
        simulate.click()
        expect(simulate).to_be_enabled(timeout=MADE_MS)
    page.get_by_label("Motivo").fill("Guasto di rete")
    page.get_by_label("Che cosa si dice a chi attende").fill("Scriveteci: rispondiamo oggi.")
    assert barriers(page) == []
    seen(page, "storm")
    page.get_by_role("button", name="Usa: Offrire di scrivere").click()
    pulled = page.get_by_role("list", name="Leve usate oggi").get_by_role("listitem")
    expect(pulled).to_contain_text("Guasto di rete", timeout=MADE_MS)


def times_kept(server: RunningServer) -> int:
    """Return how often a server, started again and again, has said that it kept days."""
    return server.log().count('"did": "days kept"')


def _until_judged(house: RunningServer) -> None:
    """Let it be Friday: the first start keeps what Wednesday brought, the next one judges it."""
    house.kill()  # before its words are counted: it says nothing more
    before = times_kept(house)
    begin(house, FRIDAY)
    with contextlib.closing(sign_in(house.url, tenant="ponente", email=PLANNER)) as planner:
        queues = planner.get("/api/v1/queues", params={"limit": 100}).json()["items"]
    queue_id = next(one["id"] for one in queues if one["name"] == QUEUE)

    def said() -> str:
        return house.log()[-2000:]

    until(lambda: times_kept(house) != before, said, within_s=120)
    begin(house, FRIDAY)
    with contextlib.closing(sign_in(house.url, tenant="ponente", email=PLANNER)) as planner:
        query = {"queue_id": queue_id}

        def judged() -> bool:
            return bool(planner.get("/api/v1/workforce/accuracy", params=query).json())

        until(judged, said, within_s=120)


def _accuracy(page: Page) -> None:
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_label("Coda", exact=True).select_option(label=QUEUE)
    scores = page.get_by_role("group", name="Quanto erano giuste").get_by_role("row")
    expect(scores.filter(has_text="Settimana vissuta")).to_contain_text("%")
    seen(page, "accuracy")
