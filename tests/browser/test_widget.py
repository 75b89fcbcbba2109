"""The chat widget as customers meet it: nothing lost, nothing doubled, nothing kept unasked."""

import contextlib
import random
import re

from playwright.sync_api import FilePayload, Route, expect

from support.browsing import Operator, Profile
from support.panel import NOTHING, Panel, fresh_name
from support.running import RunningServer

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_a_customer_and_an_operator_talk(panel: Panel, operator: Operator) -> None:
    name = fresh_name()
    panel.open().begin("La bolletta è doppia", name=name)
    conversation = operator.take(name)
    expect(panel.chat.get_by_text("Risponde Giulia")).to_be_visible()
    operator.say(conversation, "Buongiorno, guardo subito.")
    expect(panel.chat.locator(".operator .text")).to_have_text("Buongiorno, guardo subito.")
    expect(panel.chat.locator(".operator .by")).to_have_text("Giulia, servizio clienti")
    panel.write("Grazie")
    panel.write("Il codice è 4471902")
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible()
    assert operator.heard(conversation) == ["La bolletta è doppia", "Grazie", "Il codice è 4471902"]


def test_nothing_is_stored_before_the_customer_agrees(panel: Panel, profile: Profile) -> None:
    panel.open().begin("Vorrei sapere una cosa")
    panel.write("E anche un'altra")
    expect(panel.chat.locator("ol > li")).to_have_count(2)
    assert panel.kept() == NOTHING
    assert profile.context.cookies() == []
    assert panel.page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    panel.option("Ricorda su questo dispositivo")
    assert list(panel.kept()["local"]) == ["ascolto:aurelia"]
    panel.option("Dimentica su questo dispositivo")
    assert panel.kept() == NOTHING


def test_a_remembered_conversation_goes_on_after_a_change_of_page(panel: Panel) -> None:
    panel.open().begin("Si ricordi di me", remember=True)
    panel.chat.get_by_label("Scriva qui").fill("a metà frase")
    panel.page.reload()
    panel.page.get_by_role("button", name="Serve aiuto?").click()
    expect(panel.chat.locator("ol li:not(.system) .text")).to_have_text(["Si ricordi di me"])
    expect(panel.chat.get_by_label("Scriva qui")).to_have_value("a metà frase")


def test_what_is_written_offline_arrives_once_and_in_order(
    panel: Panel, profile: Profile, operator: Operator
) -> None:
    name = fresh_name()
    panel.open().begin("uno", name=name)
    conversation = operator.take(name)
    profile.context.set_offline(True)
    expect(panel.chat.get_by_text("Manca la connessione")).to_be_visible()
    for text in ("due", "tre", "quattro"):
        panel.write(text)
    expect(panel.chat.get_by_text("Non inviato. Riproviamo da soli.")).to_be_visible()
    profile.context.set_offline(False)
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible()
    expect(panel.chat.get_by_text("Manca la connessione")).to_be_hidden()
    assert panel.texts() == operator.heard(conversation) == ["uno", "due", "tre", "quattro"]


def test_answers_that_get_lost_double_nothing(panel: Panel, operator: Operator) -> None:
    """Half of the requests are cut: before they reach the server, or after, before the answer."""
    name, chance = fresh_name(), random.Random(20_261_123)

    def cut(route: Route) -> None:
        lot = chance.random()
        if lot < 0.25:
            route.abort()
        elif lot < 0.5:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    panel.page.route(re.compile("/public/v1/.*(messages|conversations)$"), cut)
    panel.open().begin("n. 0", name=name)
    for number in range(1, 25):
        panel.write(f"n. {number}")
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible(timeout=60_000)
    wanted = [f"n. {number}" for number in range(25)]
    assert panel.texts() == wanted
    assert operator.heard(operator.take(name)) == wanted


def test_a_closed_panel_tells_of_new_messages(panel: Panel, operator: Operator) -> None:
    name = fresh_name()
    panel.open().begin("Aspetto", name=name)
    conversation = operator.take(name)
    panel.chat.locator(".system").wait_for()  # the country of who answers: seen before closing
    panel.page.keyboard.press("Escape")
    # Closed first: what comes while it is open has been seen.
    expect(panel.page.get_by_role("button", name="Serve aiuto?", exact=True)).to_be_visible()
    operator.say(conversation, "Ecco")
    panel.page.get_by_role("button", name="Serve aiuto? (1 da leggere)").click()
    expect(panel.chat.get_by_label("Scriva qui")).to_be_focused()
    panel.page.keyboard.press("Escape")
    expect(panel.page.get_by_role("button", name="Serve aiuto?", exact=True)).to_be_visible()


def test_a_file_goes_along_and_what_cannot_is_said_in_words(
    panel: Panel, operator: Operator
) -> None:
    name = fresh_name()
    panel.open().begin("Le mando la bolletta", name=name)
    conversation = operator.take(name)
    pick = panel.chat.locator("input[type=file]")

    def choose(name: str, kind: str, buffer: bytes) -> None:
        pick.set_input_files(FilePayload(name=name, mimeType=kind, buffer=buffer))

    choose("gioco.exe", "application/x-msdownload", b"MZ")
    expect(panel.chat.get_by_text("Il tipo di gioco.exe non è ammesso.")).to_be_visible()
    choose("vuoto.pdf", "application/pdf", b"")
    expect(panel.chat.get_by_text("vuoto.pdf è vuoto.")).to_be_visible()
    choose("grande.pdf", "application/pdf", PDF + b"0" * 10_000_000)
    expect(panel.chat.get_by_text("Il massimo è 10 MB.")).to_be_visible()
    choose("bolletta.pdf", "application/pdf", PDF)
    expect(panel.chat.locator(".tray .name")).to_have_text("bolletta.pdf")
    expect(panel.chat.locator(".tray progress")).to_have_count(0)
    panel.chat.get_by_role("button", name="Invia", exact=True).click()
    expect(panel.chat.locator(".tray li")).to_have_count(0)
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible()
    with panel.page.expect_download() as download:
        panel.chat.get_by_role("button", name="bolletta.pdf").click()
    assert download.value.path().read_bytes() == PDF
    path = f"/api/v1/conversations/{conversation}/messages?limit=50"
    files = [one["attachments"] for one in operator.http.get(path).json()["items"]]
    assert [one["name"] for found in files for one in found] == ["bolletta.pdf"]


def test_who_prefers_the_telephone_is_called(panel: Panel) -> None:
    panel.open()
    panel.chat.get_by_role("button", name="Preferisco parlare al telefono").click()
    expect(panel.chat.get_by_role("heading", name="Preferisce il telefono?")).to_be_focused()
    panel.chat.get_by_role("button", name="Richiamatemi").click()
    expect(panel.chat.get_by_text("Scriva un numero di telefono")).to_be_visible()
    number = panel.chat.get_by_label("Il suo numero di telefono")
    expect(number).to_be_focused()
    number.fill("333 123 4567")
    panel.chat.get_by_role("button", name="Richiamatemi").click()
    expect(panel.chat.get_by_text("La chiameremo al 333 123 4567")).to_be_visible()


def test_the_text_of_the_conversation_can_be_taken_home(panel: Panel, operator: Operator) -> None:
    name = fresh_name()
    panel.open().begin("Quanto pago?", name=name)
    operator.say(operator.take(name), "Trenta euro")
    panel.chat.locator(".operator").wait_for()
    with panel.page.expect_download() as download:
        panel.option("Scarica il testo")
    text = download.value.path().read_text("utf-8")
    wanted = r"Lei\nQuanto pago\?\n.*Giulia, servizio clienti\nTrenta euro"
    assert re.search(wanted, text, re.DOTALL)


def test_markup_in_a_message_stays_text(panel: Panel, operator: Operator) -> None:
    name = fresh_name()
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script> [a](javascript:alert(3)) &lt;"
    panel.open().begin(nasty, name=name)
    operator.say(operator.take(name), nasty)
    expect(panel.chat.locator(".operator .text")).to_have_text(nasty)
    assert panel.texts() == [nasty, nasty]
    assert panel.chat.locator("ol img, ol script, ol a").count() == 0


def test_english_speaks_english(house: RunningServer, profile: Profile) -> None:
    page = profile.page()
    page.goto(house.url + "/demo/aurelia?lang=en")
    page.get_by_role("button", name="Need help?").click()
    chat = page.frame_locator("iframe")
    chat.get_by_label("How can we help you?").fill("Hello")
    chat.get_by_role("button", name="Start the chat").click()
    expect(chat.get_by_text("Sent", exact=True)).to_be_visible()


def test_a_killed_server_costs_no_message(house: RunningServer, panel: Panel) -> None:
    name = fresh_name()
    panel.open().begin("uno", name=name)
    house.kill()
    panel.write("due")
    panel.write("tre")
    expect(panel.chat.get_by_text("Collegamento interrotto")).to_be_visible()
    house.start()
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible(timeout=30_000)
    expect(panel.chat.get_by_text("Collegamento interrotto")).to_be_hidden(timeout=30_000)
    with contextlib.closing(Operator(house.url)) as operator:
        conversation = operator.take(name)
        assert panel.texts() == operator.heard(conversation) == ["uno", "due", "tre"]
        operator.say(conversation, "Eccoci di nuovo")
    expect(panel.chat.locator(".operator .text")).to_have_text("Eccoci di nuovo")


def test_who_is_answered_from_outside_the_union_may_ask_for_somebody_inside(
    panel: Panel, operator: Operator
) -> None:
    name = fresh_name()
    panel.open().begin("La bolletta è doppia", name=name)
    operator.put("/presence", {"state": "available", "country": "AL"})
    try:
        operator.take(name)
        notice = panel.chat.locator(".system .text").filter(has_text="Albania")
        expect(notice).to_be_visible()
        ask = panel.chat.get_by_role("button", name="Chieda una persona in Italia")
        expect(ask).to_be_visible()
        ask.click()
        asked = panel.chat.locator(".system .text").filter(has_text="il posto in coda")
        expect(asked).to_be_visible()
        expect(ask).to_be_hidden()
    finally:
        operator.put("/presence", {"state": "available", "country": "IT"})
    operator.take(name)
    expect(panel.chat.get_by_text("Risponde Giulia")).to_be_visible()
    expect(ask).to_be_hidden()
