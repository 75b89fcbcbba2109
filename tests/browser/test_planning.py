"""A planner's page: what will come, how many people it takes; and one's own shifts on a phone."""

import contextlib
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers
from support.demo import DEMO_PASSWORD, sign_in
from support.desk import Desk
from support.planning import table
from support.running import RunningServer

PLANNER = "pianificazione@aurelia.example"
OPERATOR = "operatrice@aurelia.example"


@pytest.fixture(scope="module")
def queue(house: RunningServer) -> str:
    """Give a queue eight weeks that came before the log, and somebody a shift."""
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        queue = min(
            planner.get("/api/v1/queues").json()["items"], key=lambda one: one["name"].lower()
        )
        today = datetime.now(UTC).date()
        text = table(today - timedelta(days=60), today - timedelta(days=1))
        body = {"queue_id": queue["id"], "text": text, "dry_run": False}
        answer = planner.post("/api/v1/workforce/history/import", json=body)
        assert answer.json()["written"] is True, answer.text
        publish_shift(planner, operator_id(planner), today + timedelta(days=1))
    return str(queue["name"])


def operator_id(planner: object) -> str:
    found = planner.get("/api/v1/operators", params={"limit": 200}).json()["items"]  # type: ignore[attr-defined] # an httpx client
    return next(str(one["id"]) for one in found if one["display_name"] == "Giulia Ferrante")


def publish_shift(planner: object, who: str, day: date) -> None:
    post, put = planner.post, planner.put  # type: ignore[attr-defined] # an httpx client
    days = {"first_day": day.isoformat(), "last_day": day.isoformat(), "reason": "Prova"}
    roster = post("/api/v1/workforce/rosters", json=days).json()
    shift = {
        "operator_id": who,
        "day": day.isoformat(),
        "starts_at": f"{day}T08:00:00Z",
        "ends_at": f"{day}T12:00:00Z",
        "place": "home",
    }
    url = f"/api/v1/workforce/rosters/{roster['id']}"
    roster = put(f"{url}/shifts", json={"v": roster["v"], "shifts": [shift]}).json()
    assert post(f"{url}/publish", json={"v": roster["v"]}).status_code == 200


def signed_in_planner(house: RunningServer, at_desk: Profile) -> Page:
    page = at_desk.page()
    page.goto(house.url + "/desk/")
    page.get_by_label("Organizzazione").fill("aurelia")
    page.get_by_label("E-mail").fill(PLANNER)
    page.get_by_label("Password", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Entra").click()
    return page


def chosen(page: Page, queue: str) -> None:
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_label("Coda", exact=True).select_option(label=queue)


def test_a_planner_asks_changes_with_a_reason_takes_back_and_publishes_by_keyboard(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    page = signed_in_planner(house, at_desk)
    chosen(page, queue)
    page.get_by_label("Motivo").first.fill("Prossimo mese")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Bozza")).to_be_visible(timeout=120_000)
    expect(page.get_by_text(re.compile(r"\d+ richieste attese"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ ore pagate per il giorno"))).to_be_visible(
        timeout=120_000
    )
    assert barriers(page) == []
    before = page.get_by_text(re.compile(r"\d+ richieste attese")).inner_text()
    page.get_by_label("Motivo").last.fill("Invio delle bollette")
    page.keyboard.press("Enter")
    edits = page.get_by_role("list", name="Cambi a mano").get_by_role("listitem")
    expect(edits).to_have_count(1)
    expect(edits).to_contain_text("Invio delle bollette")
    expect(page.get_by_text("Come calcolato").first).to_be_visible()
    expect(page.get_by_text(before)).to_have_count(0)
    page.get_by_text("Tutti gli intervalli", exact=True).first.click()
    expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(21)
    assert barriers(page) == []
    page.get_by_role("button", name="Annulla il cambio: Invio delle bollette").press("Enter")
    expect(edits).to_have_count(0)
    expect(page.get_by_text(before)).to_be_visible()
    page.get_by_role("button", name="Pubblica", exact=True).press("Enter")
    expect(page.get_by_text("Pubblicata", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Cambia", exact=True)).to_have_count(0)


def test_an_operator_reads_their_shifts_on_a_phone_and_gives_them_to_a_calendar(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    desk = Desk(house.url, at_desk.page())
    desk.sign_in(OPERATOR)
    page = desk.page
    page.goto(house.url + "/desk/shifts")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("paragraph").filter(has_text="Da casa")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "nothing is cut off on a phone"
    assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Proponi uno scambio").press("Enter")
    expect(page.get_by_text("Nessun collega può scambiare")).to_be_visible()
    page.get_by_role("button", name="Chiedi il giorno libero").press("Enter")
    # It would be answered at once, and a phone is easily touched.
    expect(page.get_by_text("La risposta è immediata")).to_be_visible()
    assert page.get_by_role("list", name="Richieste").get_by_role("listitem").count() == 0
    page.get_by_role("button", name="Sì, chiedilo").press("Enter")
    requests = page.get_by_role("list", name="Richieste").get_by_role("listitem")
    expect(requests).to_contain_text("In attesa")
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
    page.emulate_media(color_scheme="light")
    requests.get_by_role("button", name=re.compile("Ritira la richiesta")).press("Enter")
    expect(requests).to_contain_text("Ritirata")
    page.get_by_label("Accetto turni spezzati").check()
    page.get_by_label("venerdì").check()
    page.get_by_label("Dove preferisco lavorare").select_option(label="Da casa")
    page.get_by_role("button", name="Salva").press("Enter")
    expect(page.get_by_text("Preferenze salvate")).to_be_visible()
    page.reload()
    expect(page.get_by_label("venerdì")).to_be_checked()
    expect(page.get_by_label("Dove preferisco lavorare")).to_have_value("home")
    expect(page.get_by_text("Finora nessun lavoro in turno")).to_be_visible()
    page.get_by_role("button", name="Il giorno prima").press("Enter")
    expect(page.get_by_role("button", name="Il giorno dopo")).to_be_enabled()
    page.get_by_role("button", name="Crea un indirizzo").click()
    address = page.get_by_label("Indirizzo per il calendario")
    expect(address).to_have_value(re.compile(r"/shifts/.+\.ics$"))
    path = address.input_value().rpartition("/shifts/")[2]
    answer = page.request.get(f"{house.url}/shifts/{path}")
    assert "SUMMARY:Turno da casa" in answer.text()
    page.get_by_role("button", name="Ritira l’indirizzo").click()
    expect(address).to_have_count(0)
    assert page.request.get(f"{house.url}/shifts/{path}").status == 404


def test_a_planner_grants_refuses_and_undoes_what_is_left_to_them_by_keyboard(
    house: RunningServer, at_desk: Profile, queue: str
) -> None:
    # Beyond the weeks that the operator's own page shows.
    first = datetime.now(UTC).date() + timedelta(days=40)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner:
        who = operator_id(planner)
        for day in (first, first + timedelta(days=1)):
            publish_shift(planner, who, day)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=OPERATOR)) as operator:
        for n, note in enumerate(("Trasloco", "Visita")):
            body = {"day": str(first + timedelta(days=n)), "note": note}
            asked = operator.post("/api/v1/me/leave", json=body).json()
            assert asked["state"] == "waiting", asked
    page = signed_in_planner(house, at_desk)
    page.get_by_role("link", name="Pianificazione").click()
    page.get_by_role("link", name="Richieste sui turni").press("Enter")
    waiting = page.get_by_role("list", name="Da decidere").get_by_role("listitem")
    moving, visit = waiting.filter(has_text="Trasloco"), waiting.filter(has_text="Visita")
    expect(moving).to_contain_text("Giorno libero di Giulia Ferrante")
    for theme, width in (("light", 1280), ("dark", 320)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type] # one of the two
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    refuse = visit.get_by_role("button", name=re.compile("^Rifiuta"))
    expect(refuse).to_be_disabled()
    visit.get_by_label("Perché no").fill("Fine mese")
    refuse.press("Enter")
    expect(visit).to_have_count(0)
    moving.get_by_role("button", name=re.compile("^Concedi")).press("Enter")
    done = page.get_by_role("list", name="Fatte, per i giorni a venire").get_by_role("listitem")
    expect(done).to_contain_text("Giorno libero di Giulia Ferrante")
    done.get_by_role("button", name=re.compile("^Annulla")).press("Enter")
    expect(done).to_have_count(0)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=OPERATOR)) as operator:
        query = {"from": str(first), "to": str(first + timedelta(days=1))}
        shifts = operator.get("/api/v1/me/shifts", params=query).json()["shifts"]
    assert len(shifts) == 2, "one was refused, the other put back"
