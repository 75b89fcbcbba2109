"""The chat widget beyond one page: another device, closed hours, whoever types, dropped files."""

import json
import re
import time

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from ascolto.kit.postgres import EmbeddedPostgres
from support.browsing import Operator, Profile
from support.panel import Panel, fresh_name
from support.running import RunningServer

_DROP = """(area, name) => {
  const data = new DataTransfer();
  data.items.add(new File(["appunti del cliente"], name, {type: "text/plain"}));
  const told = {dataTransfer: data, clipboardData: data, bubbles: true, cancelable: true};
  area.dispatchEvent(name.startsWith("incollato")
    ? new ClipboardEvent("paste", told) : new DragEvent("drop", told));
}"""


def database_of(house: RunningServer) -> str:
    return house.urls.owner_dsn.partition("?")[0].rpartition("/")[2]


def mailed_link(pg: EmbeddedPostgres, house: RunningServer, email: str) -> str:
    """Return the link that was mailed, as its reader would find it."""
    said = pg.query("SELECT recipient, body FROM kit.outgoing_mail", database=database_of(house))
    found = re.search(rf"{email}\|.*?(http\S+#resume=\S+)", said, re.DOTALL)
    assert found, said
    return house.url + "/chat/" + found[1].partition("/chat/")[2]


def test_a_conversation_goes_on_on_another_device(
    pg: EmbeddedPostgres, house: RunningServer, panel: Panel, profile: Profile, operator: Operator
) -> None:
    name = fresh_name()
    panel.open().begin("Comincio dal computer", name=name)
    conversation = operator.take(name)
    panel.option("Continui su un altro dispositivo")
    panel.chat.get_by_role("button", name="Manda l'e-mail").click()
    expect(panel.chat.get_by_text("Scriva la sua e-mail")).to_be_visible()
    panel.chat.get_by_label("E-mail").fill("teresa@posta.example")
    panel.chat.get_by_role("button", name="Manda l'e-mail").click()
    expect(panel.chat.get_by_text("Guardi la posta di teresa@posta.example")).to_be_focused()
    link = mailed_link(pg, house, "teresa@posta.example")
    phone = profile.page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(link)
    phone.get_by_role("button", name="Riprendi").click()
    expect(phone.locator("ol li:not(.system) .text")).to_have_text(["Comincio dal computer"])
    assert "resume" not in phone.url
    phone.get_by_label("Scriva qui").fill("Continuo dal telefono")
    phone.get_by_role("button", name="Invia", exact=True).click()
    panel.chat.get_by_role("button", name="Torna alla chat").last.click()
    wanted = ["Comincio dal computer", "Continuo dal telefono"]
    expect(panel.chat.locator("ol li:not(.system) .text")).to_have_text(wanted)
    assert operator.heard(conversation) == wanted
    again = profile.page()
    again.goto(link)
    again.get_by_role("button", name="Riprendi").click()
    expect(again.get_by_text("Il collegamento è scaduto o già usato")).to_be_visible()
    profile.forgive("410 (Gone)")


def test_one_sees_that_the_operator_is_writing(
    house: RunningServer, panel: Panel, operator: Operator
) -> None:
    name = fresh_name()
    panel.open().begin("Ci siete?", name=name)
    conversation = operator.take(name)
    topic = f"conversation:{conversation}"
    cookies = "; ".join(f"{name}={value}" for name, value in operator.http.cookies.items())
    headers = {"Cookie": cookies, "Origin": house.url}
    with connect(house.url.replace("http", "ws") + "/live", additional_headers=headers) as line:
        line.send(json.dumps({"t": "hello", "after": None, "topics": [topic]}))
        while json.loads(line.recv(timeout=60))["t"] not in ("welcome", "resync"):
            continue
        line.send(json.dumps({"t": "typing", "conversation_id": conversation}))
        expect(panel.chat.get_by_text("Giulia sta scrivendo")).to_be_visible()
        operator.say(conversation, "Eccomi")
        expect(panel.chat.get_by_text("Giulia sta scrivendo")).to_be_hidden()


def test_outside_hours_one_leaves_a_message(
    pg: EmbeddedPostgres, house: RunningServer, page: Page
) -> None:
    never = "UPDATE tenancy.calendar SET hours = jsonb_set(hours, '{weekly}', '{}')"
    never += " WHERE name LIKE 'Chat%'"
    pg.query(never, database=database_of(house))
    page.goto(house.url + "/demo/aurelia-fatture")
    panel = Panel(page).open()
    expect(panel.chat.get_by_text("In questo momento siamo chiusi.")).to_be_visible()
    panel.chat.get_by_label("Come possiamo aiutarla?").fill("Richiamatemi domani")
    panel.chat.get_by_role("button", name="Lascia il messaggio").click()
    expect(panel.chat.get_by_text("Abbiamo ricevuto il suo messaggio.").first).to_be_visible()
    expect(panel.chat.locator(".system .by")).to_have_text("Messaggio automatico")


@pytest.mark.parametrize("name", ["lasciato.txt", "incollato.txt"])
def test_a_file_dropped_or_pasted_is_taken(panel: Panel, name: str) -> None:
    panel.open().begin("Le mando un file")
    panel.chat.get_by_label("Scriva qui").evaluate(_DROP, name)
    expect(panel.chat.locator(".tray .name")).to_have_text(name)
    expect(panel.chat.locator(".tray progress")).to_have_count(0)
    panel.chat.get_by_role("button", name=f"Togli {name}").click()
    expect(panel.chat.locator(".tray li")).to_have_count(0)


def test_paper_gets_the_whole_conversation_and_nothing_else(
    house: RunningServer, page: Page
) -> None:
    page.goto(house.url + "/chat/aurelia")
    page.get_by_label("Come possiamo aiutarla?").fill("Da stampare")
    page.get_by_role("button", name="Inizia la chat").click()
    expect(page.get_by_text("Inviato", exact=True)).to_be_visible()
    for number in range(12):
        page.get_by_label("Scriva qui").fill(f"Riga {number}")
        page.keyboard.press("Enter")
    expect(page.locator("ol li:not(.system) .text")).to_have_count(13)
    page.emulate_media(media="print")
    assert page.locator(".scroll").evaluate("one => one.scrollHeight <= one.clientHeight")
    expect(page.locator(".foot")).to_be_hidden()
    expect(page.get_by_role("button", name="Altre opzioni")).to_be_hidden()
    expect(page.locator(".by").first).to_be_visible()


def test_a_held_back_stream_is_replaced_by_asking(panel: Panel, operator: Operator) -> None:
    """As behind a proxy that lets no stream through: the line opens and says nothing."""
    name = fresh_name()
    panel.page.route(
        re.compile("/conversation/stream"),
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body=""),
    )
    panel.open().begin("Mi sentite?", name=name)
    operator.say(operator.take(name), "La sentiamo")
    deadline = time.monotonic() + 30
    while "La sentiamo" not in panel.texts() and time.monotonic() < deadline:
        panel.page.wait_for_timeout(200)
    assert panel.texts() == ["Mi sentite?", "La sentiamo"]
