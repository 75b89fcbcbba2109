"""A day's work by the keyboard alone: nothing is clicked, and nothing given the focus from outside.

What is looked for is reached as a hand would reach it, by the keys of the desk and by Tab.
"""

import contextlib
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browsing import Operator, Profile
from support.demo import sign_in
from support.desk import Writer, clear_desk, come_in
from support.keyboard import Keyboard
from support.panel import fresh_name
from support.planning import publish_a_day
from support.running import RunningServer

GIULIA, LEADER = "operatrice@aurelia.example", "team@ponente.example"
PLANNER = "pianificazione@aurelia.example"
MOST_KEYS = 6  # from load to writing


@pytest.fixture
def keys(at_desk: Profile) -> Iterator[Keyboard]:
    """Sit down without a mouse, and have used none when one gets up."""
    keyboard = Keyboard(at_desk.page())
    yield keyboard
    assert keyboard.untouched()


@pytest.fixture
def at_work(house: RunningServer, keys: Keyboard) -> Iterator[Page]:
    """Open Giulia's desk, and leave nothing on it."""
    come_in(keys.page, house.url, GIULIA)
    keys.page.goto(house.url + "/desk/work")
    expect(keys.page.get_by_role("heading", name="Il mio lavoro").first).to_be_visible()
    yield keys.page
    clear_desk(house.url, GIULIA)


def reply_field(page: Page) -> Locator:
    return page.get_by_label("Risposta al cliente")


def take(keys: Keyboard, writer: Writer) -> None:
    """Be available, accept what is offered until it is this customer's, and open that."""
    page = keys.page
    expect(page.get_by_role("button", name=re.compile("^Fuori turno"))).to_be_visible()
    keys.press("d")
    expect(page.get_by_role("button", name=re.compile("^Disponibile"))).to_be_visible()
    writer.begin("La bolletta è doppia")
    mine = page.get_by_role("option").filter(has_text=writer.name)
    deadline = time.monotonic() + 90
    while not mine.count():
        assert time.monotonic() < deadline, f"{writer.name} was not offered"
        if page.get_by_role("button", name="Accetta").count():
            keys.press("a")
        page.wait_for_timeout(300)
    chosen = page.get_by_role("option", selected=True).filter(has_text=writer.name)
    for _ in range(9):
        if chosen.count():
            break
        keys.press("j")
        page.wait_for_timeout(300)
    expect(page.get_by_role("log").get_by_text("La bolletta è doppia")).to_be_visible()


def thread(house: RunningServer, page: Page) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the open conversation and what was said in it, as the server has them."""
    url = f"/api/v1/conversations/{page.url.rpartition('/')[2]}"
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=GIULIA)) as http:
        messages = http.get(f"{url}/messages", params={"limit": 100}).json()["items"]
        return http.get(url).json()["conversation"], messages


def test_from_load_to_writing_in_the_first_conversation_takes_at_most_six_keys(
    house: RunningServer, keys: Keyboard, writer: Writer
) -> None:
    operator = Operator(house.url, email=GIULIA)
    writer.begin("La bolletta è doppia")
    operator.take(writer.name)
    operator.close()
    come_in(keys.page, house.url, GIULIA)
    keys.page.goto(house.url + "/desk/work")
    expect(keys.page.get_by_role("option").filter(has_text=writer.name)).to_be_visible()
    keys.press("j", "r")
    expect(reply_field(keys.page)).to_be_focused()
    assert keys.pressed <= MOST_KEYS
    keys.write("Grazie")
    expect(reply_field(keys.page)).to_have_value("Grazie")
    clear_desk(house.url, GIULIA)


def test_an_operator_accepts_and_answers(at_work: Page, keys: Keyboard, writer: Writer) -> None:
    take(keys, writer)
    keys.press("r")
    expect(reply_field(at_work)).to_be_focused()
    keys.write("Buongiorno, controllo subito.")
    keys.press("Control+Enter")
    expect(reply_field(at_work)).to_have_value("")
    writer.wait_for_answer("Buongiorno, controllo subito.")
    assert writer.answers() == ["Buongiorno, controllo subito."]
    writer.say("Grazie mille")
    expect(at_work.get_by_role("log").get_by_text("Grazie mille")).to_be_visible()


def test_a_conversation_is_handed_on_with_a_note(
    house: RunningServer, at_work: Page, keys: Keyboard, writer: Writer
) -> None:
    take(keys, writer)
    url = at_work.url
    keys.press("t")
    dialog = at_work.get_by_role("dialog")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    keys.write("Davide")
    expect(dialog.get_by_role("option", name=re.compile("^Davide Montesi"))).to_be_visible()
    keys.press("Enter")
    keys.reach(dialog.get_by_label("Nota per chi la prende"), most=4)
    keys.write("Ha già pagato a marzo")
    keys.reach(dialog.get_by_role("button", name="Trasferisci"), most=4)
    keys.press("Enter")
    expect(at_work.get_by_text(re.compile(r"^Conversazione \d+ trasferita"))).to_be_visible()
    at_work.goto(url)
    note = at_work.get_by_role("log").get_by_text("Ha già pagato a marzo")
    expect(note).to_be_visible()
    row, said = thread(house, at_work)
    assert row["state"] == "waiting"
    assert "Ha già pagato a marzo" in [one["text"] for one in said if one["kind"] == "note"]


def test_a_contact_is_written_up_with_outcome_reason_and_summary(
    house: RunningServer, at_work: Page, keys: Keyboard, writer: Writer
) -> None:
    take(keys, writer)
    url = at_work.url
    keys.press("e")
    form = at_work.get_by_role("form", name="Fine contatto")
    outcome, reason = form.get_by_label("Esito"), form.get_by_label("Motivo")
    expect(outcome).to_be_focused()
    keys.write("Non ris")
    expect(outcome).to_have_value("unresolved")
    keys.reach(reason, most=1)
    keys.press("ArrowDown")
    expect(reason).not_to_have_value("")
    chosen = reason.input_value()
    keys.reach(form.get_by_label("Riassunto"), most=3)
    keys.write("Ha pagato due volte")
    with at_work.expect_response(lambda answer: answer.url.endswith("/close")) as closed:
        keys.press("Control+Enter")
    assert closed.value.ok
    assert chosen in (closed.value.request.post_data or "")
    expect(at_work.get_by_text(re.compile(r"^Conversazione \d+ conclusa"))).to_be_visible()
    at_work.goto(url)
    row, _ = thread(house, at_work)
    assert (row["state"], row["outcome"]) == ("closed", "unresolved")


def test_a_planner_grants_a_day_off(house: RunningServer, keys: Keyboard) -> None:
    day = str(datetime.now(UTC).date() + timedelta(days=1))
    with (
        contextlib.closing(sign_in(house.url, tenant="aurelia", email=PLANNER)) as planner,
        contextlib.closing(sign_in(house.url, tenant="aurelia", email=GIULIA)) as operator,
    ):
        publish_a_day(planner, [operator.get("/api/v1/session").json()["operator_id"]])
        asked = operator.post("/api/v1/me/leave", json={"day": day, "note": "Trasloco"}).json()
        assert asked["state"] == "waiting"
        page = keys.page
        come_in(page, house.url, PLANNER)
        page.goto(house.url + "/desk/")
        expect(page.get_by_role("link", name="Pianificazione")).to_be_visible()
        keys.press("Control+k")
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        keys.write("Pianificazione")
        expect(page.get_by_role("option", name=re.compile("Pianificazione")).first).to_be_visible()
        keys.press("Enter")
        page.wait_for_url("**/desk/planning*")
        keys.reach(page.get_by_role("link", name="Richieste sui turni"))
        keys.press("Enter")
        keys.reach(page.get_by_role("button", name=re.compile("^Concedi: .*Giulia Ferrante")))
        keys.press("Enter")
        expect(page.get_by_text("Giorno libero concesso")).to_be_visible()
        [mine] = [
            one for one in operator.get("/api/v1/me/requests").json() if one["id"] == asked["id"]
        ]
        assert mine["state"] == "done"


def test_a_leader_acts_on_an_alert_of_the_floor_and_takes_it_back(
    house: RunningServer, keys: Keyboard
) -> None:
    crowd = Writer(house.url, fresh_name())
    crowd.begin("Non ho la linea da stamattina", key="ponente")
    page = keys.page
    come_in(page, house.url, LEADER, tenant="ponente")
    page.goto(house.url + "/desk/")
    expect(page.get_by_role("link", name="Sala")).to_be_visible()
    keys.press("g", "s")
    keys.reach(page.get_by_role("button", name="Avvisa chi attende").first)
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    keys.reach(dialog.get_by_label("Messaggio"), most=2)
    keys.write("C’è un guasto: torna la linea alle 12.")
    keys.reach(dialog.get_by_role("button", name="Fallo ora"), most=4)
    keys.press("Enter")
    today = page.get_by_role("region", name="Interventi di oggi")
    expect(today.get_by_role("listitem").first).to_contain_text("torna la linea alle 12")
    expect(dialog).to_have_count(0)
    keys.reach(today.get_by_role("button", name=re.compile("^Annulla")).first)
    keys.press("Enter")
    expect(page.get_by_text("Tornato come prima")).to_be_visible()
    with contextlib.closing(sign_in(house.url, tenant="ponente", email=LEADER)) as http:
        newest = http.get("/api/v1/interventions").json()["items"][0]
    assert newest["ended_how"] == "undone"
    crowd.http.close()
