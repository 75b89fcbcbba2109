"""The desk at work with others: colleagues named and asked, customers mended, offers noticed."""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from support.browsing import Profile, barriers
from support.demo import sign_in
from support.desk import Desk, Writer, clear_desk
from support.panel import fresh_name
from support.running import RunningServer

COLLEAGUE = "operatore@aurelia.example"
# Where to leave pictures for a person to look at; none are taken without.
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")


@pytest.fixture(autouse=True)
def cleared(house: RunningServer) -> Iterator[None]:
    """Leave no talk on the demo operators' desks: they have room for a few at once."""
    yield
    for tenant, email in (
        ("aurelia", "operatrice@aurelia.example"),
        ("aurelia", "team@aurelia.example"),
        ("ponente", "operatrice@ponente.example"),
    ):
        clear_desk(house.url, email, tenant=tenant)


@pytest.fixture
def at_desk(at_desk: Profile) -> Profile:
    """Give a screen as wide as a desk's, with the context beside the thread."""
    pages = at_desk.page

    def wide() -> Page:
        page = pages()
        page.set_viewport_size({"width": 1440, "height": 900})
        return page

    at_desk.page = wide  # type: ignore[method-assign] # the same profile, a wider window
    return at_desk


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def sent(page: Page, method: str, path: str) -> list[dict[str, object]]:
    """Collect the bodies that a page sends to a route from now on."""
    bodies: list[dict[str, object]] = []

    def hear(request: Request) -> None:
        if request.method == method and re.search(rf"/api/v1{path}$", request.url):
            bodies.append(json.loads(request.post_data or "{}"))

    page.on("request", hear)
    return bodies


def test_the_place_and_country_of_a_session_are_what_was_chosen(desk: Desk) -> None:
    page = desk.page
    bodies = sent(page, "PUT", "/presence")
    desk.come("Disponibile")
    assert bodies == [{"state": "available"}]
    state = page.get_by_role("button", name="Disponibile")
    state.click()
    expect(page.get_by_role("menuitemradio", name="Casa")).to_be_checked()
    page.get_by_role("menuitem", name="Paese: Italia").click()
    page.get_by_role("combobox", name="Cerca un Paese").fill("tunis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    desk.come("In pausa")
    assert bodies[1:] == [{"state": "available", "country": "TN"}, {"state": "break"}]
    page.reload()
    page.get_by_role("button", name="In pausa").click()
    expect(page.get_by_role("menuitem", name="Paese: Tunisia")).to_be_visible()
    page.get_by_role("menuitem", name="Paese: Tunisia").click()
    page.get_by_role("combobox", name="Cerca un Paese").fill("italia")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_break_is_announced_and_taken_back(desk: Desk) -> None:
    page = desk.page
    desk.come("In pausa")
    page.get_by_role("button", name="In pausa").click()
    page.get_by_role("menuitem", name="Indica la prossima pausa").click()
    page.get_by_label("Ora della pausa").fill("11:45")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="In pausa").click()
    page.get_by_role("menuitem", name="Pausa alle 11:45").click()
    page.get_by_role("button", name="Nessuna pausa").click()
    page.get_by_role("button", name="In pausa").click()
    expect(page.get_by_role("menuitem", name="Indica la prossima pausa")).to_be_visible()


def test_a_colleague_who_is_asked_or_named_hears_of_it(
    house: RunningServer, desk: Desk, writer: Writer, browser: Browser
) -> None:
    other = Desk(house.url, browser.new_context(locale="it-IT").new_page())
    other.sign_in(COLLEAGUE)
    page = desk.take(writer)
    page.keyboard.press("c")
    page.get_by_role("combobox", name="A chi chiedere").fill("montesi")
    page.get_by_role("option", name="Davide Montesi").click()
    page.get_by_label("Oggetto").fill("Conguaglio")
    page.get_by_label("La tua domanda").fill("Questo conguaglio ti torna?")
    page.get_by_role("button", name="Chiedi", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    bell = other.page.get_by_role("link", name=re.compile("Menzioni e scadenze: 1"))
    expect(bell).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("Nota interna")).to_be_focused()
    page.keyboard.type("Lo sa @dav")
    expect(page.get_by_role("option", name="Davide Montesi")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#composer")).to_have_value("Lo sa @Davide Montesi ")
    page.keyboard.press("Control+Enter")
    expect(other.page.get_by_role("link", name=re.compile("scadenze: 2"))).to_be_visible()
    other.page.keyboard.press("g")
    other.page.keyboard.press("m")
    asked = other.page.get_by_role("link", name="Giulia Ferrante ti chiede: Conguaglio")
    expect(asked).to_be_visible()
    note = other.page.get_by_role("listitem").filter(has_text="Lo sa @Davide Montesi")
    note.get_by_role("link").click()
    expect(other.page.get_by_role("log").get_by_text("Lo sa @Davide Montesi")).to_be_visible()
    expect(other.page.get_by_role("link", name=re.compile("scadenze: 1"))).to_be_visible()
    other.page.keyboard.press("g")
    other.page.keyboard.press("m")
    asked.click()
    expect(other.page.get_by_text("Questo conguaglio ti torna?")).to_be_visible()
    other.page.context.close()


def test_what_a_customer_says_of_themselves_is_checked_and_their_record_mended(
    desk: Desk, writer: Writer
) -> None:
    address = f"{writer.name.replace(' ', '.').lower()}@posta.example"
    page = desk.take(writer, email=address)
    card = page.get_by_role("region", name="Cliente", exact=True)
    expect(card.get_by_text(address)).to_be_visible()
    card.get_by_role("button", name="Verifica").click()
    expect(card.get_by_role("button", name="Verifica")).to_have_count(0)
    expect(card.get_by_text("verificato").first).to_be_visible()
    card.get_by_role("button", name="Modifica").click()
    page.get_by_role("menuitem", name="Modifica il cliente").click()
    page.get_by_label("Nome").fill(f"{writer.name} Neri")
    page.get_by_label("Dalle").fill("17:00")
    page.get_by_label("Alle", exact=True).fill("19:30")
    page.get_by_label("Recapito", exact=True).fill("+39 333 7654321")
    assert barriers(page) == []
    page.get_by_role("button", name="Salva").click()
    expect(card.get_by_text(f"{writer.name} Neri")).to_be_visible()
    expect(card.get_by_text("17:00–19:30")).to_be_visible()
    # What was only told is written down, and proves nothing until somebody confirms it.
    expect(card.get_by_text("+39 333 7654321")).to_be_visible()
    expect(card.get_by_role("button", name="Verifica")).to_have_count(1)


def test_what_a_customer_says_of_mails_is_written_down_with_the_keyboard_and_kept(
    house: RunningServer, desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer, email=f"{writer.name.replace(' ', '.').lower()}@posta.example")
    card = page.get_by_role("region", name="E-mail non richieste")
    expect(card.get_by_text("Vale per Aurelia Luce e Acqua")).to_be_visible()
    expect(card.get_by_text("Mai chiesto")).to_have_count(2)
    card.get_by_role("button", name="Scrivi che cosa dice").press("Enter")
    form = page.get_by_role("dialog", name="Scrivi che cosa dice")
    expect(form.get_by_text("potete mandarmi un'e-mail")).to_be_visible()
    # Nobody has proved the address: who names another's takes no no of theirs away.
    expect(form.get_by_role("radio", name="Sì, va bene")).to_have_count(0)
    expect(form.get_by_text("Per un sì bisogna prima confermare")).to_be_visible()
    assert barriers(page) == []
    look(page, "consents-no")
    form.get_by_role("button", name="Scrivi", exact=True).press("Enter")
    expect(form).to_have_count(0)
    said = card.get_by_role("listitem").filter(has_text="Domande dopo una richiesta")
    expect(said.get_by_text("al telefono (scritto da")).to_be_visible()
    expect(said.get_by_text("No", exact=True)).to_be_visible()

    page.get_by_role("button", name="Verifica").click()
    card.get_by_role("button", name="Scrivi che cosa dice").click()
    expect(form.get_by_role("radio")).to_have_text(["Sì, va bene"])
    form.get_by_label("Come lo ha detto").select_option("per iscritto")
    form.get_by_label("Da dove risulta").fill("Lettera del 3 marzo")
    look(page, "consents-yes")
    form.get_by_role("button", name="Scrivi", exact=True).click()
    expect(said.get_by_text("per iscritto (scritto da")).to_be_visible()
    card.get_by_role("button", name="Storia").click()
    history = page.get_by_role("dialog", name="Che cosa ha detto")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history.get_by_text("Lettera del 3 marzo")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == []
        look(page, f"consents-history-{scheme}")
    page.set_viewport_size({"width": 320, "height": 700})
    look(page, "consents-history-320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_two_records_of_a_person_become_one_and_two_again(
    house: RunningServer, desk: Desk, writer: Writer
) -> None:
    double = Writer(house.url, fresh_name().replace("Teresa", "Resy"))
    double.begin("Ho già scritto ieri")
    double.http.close()
    page = desk.take(writer)
    card = page.get_by_role("region", name="Cliente", exact=True)
    card.get_by_role("button", name="Modifica").click()
    page.get_by_role("menuitem", name="Unisci un altro cliente").click()
    page.get_by_role("combobox", name="Nome, e-mail o telefono").fill(double.name)
    page.get_by_role("dialog").get_by_role("option", name=double.name).click()
    expect(card.get_by_text(f"Vale anche per {double.name}")).to_be_visible()
    card.get_by_role("button", name="Separa").click()
    expect(card.get_by_text(f"Vale anche per {double.name}")).to_have_count(0)


def test_what_was_begun_in_one_conversation_stays_there_when_one_goes_to_the_next(
    house: RunningServer, desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    other = Writer(house.url, fresh_name())
    other.begin("E la mia bolletta?")
    desk.accept(other.name)
    field = page.locator("#composer")
    page.keyboard.press("r")
    page.keyboard.type("Solo per Lei")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_label("Nota interna")).to_be_focused()
    told = page.locator(".composer span.meta[role=status]").element_handle()
    page.get_by_role("option").filter(has_text=writer.name).click()
    expect(page.get_by_label("Risposta al cliente")).to_have_value("")
    # What was told of one draft is not changed into what holds for another: that would be spoken.
    assert told.evaluate("(node) => !node.isConnected")
    field.focus()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("")
    page.get_by_role("option").filter(has_text=other.name).click()
    expect(page.get_by_label("Risposta al cliente")).to_have_value("Solo per Lei")
    expect(page.get_by_role("complementary").get_by_text(other.name).first).to_be_visible()
    other.http.close()


def test_what_was_opened_over_a_conversation_is_not_there_on_return_nor_closed_by_another(
    house: RunningServer, at_desk: Profile, desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    other = Writer(house.url, fresh_name())
    other.begin("E la mia bolletta?")
    desk.accept(other.name)
    mine = page.get_by_role("option").filter(has_text=writer.name)
    field = page.get_by_label("Risposta al cliente")
    form = page.get_by_role("form", name="Fine contatto")
    mine.click()
    page.keyboard.press("e")
    form.get_by_role("button", name="Conferma e concludi").click()
    expect(mine).to_have_count(0)
    expect(field).to_be_visible()
    page.get_by_role("button", name="Annulla").click()
    mine.click()
    expect(page.get_by_role("complementary").get_by_text(writer.name).first).to_be_visible()
    expect(field).to_be_visible()
    expect(form).to_have_count(0)

    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/snooze", hold)
    dialog = page.get_by_role("dialog")
    page.keyboard.press("h")
    with page.expect_request("**/snooze"):
        dialog.get_by_role("button").first.click()
    page.mouse.click(2, 2)
    expect(dialog).to_have_count(0)
    page.get_by_role("option").filter(has_text=other.name).click()
    page.keyboard.press("t")
    expect(dialog.get_by_text("Trasferisci la conversazione")).to_be_visible()
    late[0].continue_()
    expect(page.get_by_text("Posticipata. Torna:")).to_be_visible()
    expect(dialog.get_by_text("Trasferisci la conversazione")).to_be_visible()

    # A refusal that comes when the dialog is closed is told, with the way back to it.
    page.route("**/transfer", hold)
    dialog.get_by_role("combobox").fill("montesi")
    dialog.get_by_role("option", name="Davide Montesi").click()
    with page.expect_request("**/transfer"):
        dialog.get_by_role("button", name="Trasferisci").last.click()
    page.mouse.click(2, 2)
    expect(dialog).to_have_count(0)
    late[1].fulfill(
        status=409,
        content_type="application/problem+json",
        json={"status": 409, "code": "conversations.not_yours", "title": "x"},
    )
    expect(page.get_by_text("non è trasferita:")).to_be_visible()
    page.get_by_role("button", name="Torna alla conversazione").click()
    expect(dialog.get_by_text("Trasferisci la conversazione")).to_be_visible()
    at_desk.complaints[:] = [c for c in at_desk.complaints if "409" not in c]
    other.http.close()


def test_a_conversation_is_put_aside_taken_up_again_and_given_back(
    desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    # Also while it is written up: what is still to be awaited is put aside, not closed.
    page.keyboard.press("e")
    page.get_by_role("button", name="Torna a scrivere").click()
    expect(page.get_by_text("Fine contatto: manca l’esito.")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("radio", name="Posticipate").click()
    row = page.get_by_role("option").filter(has_text=writer.name)
    row.click()
    # Another moment: the row says when it comes back.
    page.keyboard.press("h")
    page.get_by_role("dialog").get_by_role("button", name="Domani mattina").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(row.get_by_text("09:00")).to_be_visible()
    row.click()
    page.keyboard.press("w")
    expect(page.get_by_text("ti sarà offerta di nuovo")).to_be_visible()
    page.get_by_role("radio", name="Aperte").click()
    desk.accept(writer.name)
    page.get_by_role("button", name="Altre azioni").click()
    page.get_by_role("menuitem", name="Restituisci alla coda").click()
    expect(page.get_by_text("è di nuovo in coda")).to_be_visible()


def test_a_reply_sent_with_the_key_that_also_ends_leaves_first_and_then_asks_for_the_outcome(
    desk: Desk, writer: Writer
) -> None:
    page = desk.take(writer)
    bodies = sent(page, "POST", r"/conversations/[0-9a-f-]+/close")
    page.get_by_label("Risposta al cliente").fill("Abbiamo corretto la bolletta.")
    page.keyboard.press("Control+Shift+Enter")
    form = page.get_by_role("form", name="Fine contatto")
    expect(form).to_be_visible()
    expect(page.get_by_role("log").get_by_text("Abbiamo corretto la bolletta.")).to_be_visible()
    form.get_by_label("Esito").select_option("resolved")
    form.get_by_role("button", name="Conferma e concludi").click()
    expect(page.get_by_text("conclusa").first).to_be_visible()
    assert [body["outcome"] for body in bodies] == ["resolved"]
    writer.wait_for_answer("Abbiamo corretto la bolletta.")


def test_a_promise_is_written_down_as_the_contact_ends(desk: Desk, writer: Writer) -> None:
    page = desk.take(writer)
    bodies = sent(page, "POST", r"/conversations/[0-9a-f-]+/close")
    page.get_by_role("button", name="Concludi").click()
    form = page.get_by_role("form", name="Fine contatto")
    expect(form.get_by_label("Esito")).to_contain_text("Passata ad altri")
    form.get_by_label("Esito").select_option("follow_up")
    form.get_by_label("Cosa hai promesso").fill("La richiamo io")
    form.get_by_label("Entro quando").fill("2031-03-04T10:00")
    form.get_by_role("button", name="Conferma e concludi").click()
    expect(page.get_by_text("conclusa").first).to_be_visible()
    assert bodies[0]["outcome"] == "follow_up"
    assert bodies[0]["promise"] == {
        "text": "La richiamo io",
        "until": "2031-03-04T09:00:00.000Z",
    }


def test_a_team_leader_asks_why_not_another(
    house: RunningServer, at_desk: Profile, writer: Writer
) -> None:
    desk = Desk(house.url, at_desk.page())
    desk.sign_in("team@aurelia.example")
    page = desk.take(writer)
    page.get_by_role("button", name="Perché non un altro?").click()
    page.get_by_role("combobox", name="Cerca un collega").fill("montesi")
    page.get_by_role("option", name="Davide Montesi").click()
    expect(page.get_by_role("dialog").get_by_text("Ora non può riceverla")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_text("È fuori turno")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Chiudi").click()


def test_a_colleague_far_down_the_alphabet_is_found_to_hand_on_to(
    house: RunningServer, desk: Desk, writer: Writer
) -> None:
    found: list[dict[str, str]] = []
    cursor: str | None = ""
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=COLLEAGUE)) as colleague:
        while cursor is not None:
            query = {"limit": "50"} | ({"cursor": cursor} if cursor else {})
            shown = colleague.get("/api/v1/operators", params=query).json()
            found += shown["items"]
            cursor = shown["next_cursor"]
    last = found[-1]["display_name"]
    assert len(found) > 50
    page = desk.take(writer)
    page.keyboard.press("t")
    page.get_by_role("combobox", name="Cerca una coda o una persona").fill(last)
    page.get_by_role("option", name=last).first.click()
    page.get_by_role("button", name="Trasferisci").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_offer_is_noticed_on_every_page_and_a_missed_one_explained(
    desk: Desk, writer: Writer
) -> None:
    page = desk.page
    desk.come("Disponibile")
    page.get_by_role("link", name="Impostazioni").click()
    expect(page.get_by_role("heading", name="Impostazioni").first).to_be_visible()
    writer.begin("C'è qualcuno?")
    expect(page.get_by_role("alert").get_by_text("Nuova offerta:")).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(\d\) Nuov"))
    notice = page.get_by_role("status").filter(has_text="un’offerta è scaduta senza risposta")
    expect(notice).to_be_visible(timeout=90_000)
    expect(page).to_have_title("Ascolto")
    page.keyboard.press("d")
    expect(page.get_by_role("button", name=re.compile("^Disponibile"))).to_be_visible()
    expect(notice).to_have_count(0)
    desk.come("Fuori turno")


@pytest.mark.parametrize("key", ["cup-prenotazioni"])
def test_it_is_always_said_for_whom_one_works(
    house: RunningServer, at_desk: Profile, writer: Writer, key: str
) -> None:
    desk = Desk(house.url, at_desk.page())
    desk.sign_in("operatrice@ponente.example", tenant="ponente")
    page = desk.page
    desk.come("Disponibile")
    writer.begin("Devo spostare una visita", key=key)
    offer = page.get_by_role("article").filter(has_text=writer.name)
    mine = page.get_by_role("option").filter(has_text=writer.name)
    expect(offer.or_(mine).first).to_contain_text("CUP Esempio")
    desk.accept(writer.name)
    expect(mine).to_contain_text("CUP Esempio")
    talk = page.get_by_role("region", name=re.compile("Conversazione"))
    expect(talk.get_by_text("CUP Esempio").first).to_be_visible()
    aside = page.get_by_role("complementary")
    expect(aside.get_by_text("CUP Esempio").first).to_be_visible()
    assert "BancaEsempio" not in aside.inner_text()


_KEYS_IN_ONE_BREATH = """() => {
  for (const key of ["n", "c"]) {
    const where = document.activeElement ?? document.body;
    where.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  }
  return document.activeElement.tagName;
}"""


def test_what_is_typed_right_after_a_key_goes_into_the_field_it_opens(
    desk: Desk, writer: Writer
) -> None:
    page = desk.page
    desk.come("Disponibile")
    writer.begin("Una domanda")
    desk.accept(writer.name)
    expect(page.get_by_label("Risposta al cliente")).to_be_visible()
    page.locator(".thread-scroll").focus()
    assert page.evaluate(_KEYS_IN_ONE_BREATH) == "TEXTAREA"
    expect(page.get_by_label("Nota interna, il cliente non la vede")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
