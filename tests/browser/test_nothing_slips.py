"""What an operator has written and attached never vanishes unseen, and the list stays in place."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from support.browsing import Profile
from support.desk import Desk, Writer, clear_desk
from support.panel import fresh_name
from support.running import RunningServer

LEADER, COLLEAGUE = "team@aurelia.example", "operatore@aurelia.example"
# Where to leave pictures for a person to look at; none are taken without.
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")
BEHIND = """() => {
  const [list, offers] = [".list", ".offers"].map((one) => document.querySelector(one));
  return Boolean(list.compareDocumentPosition(offers) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""
REPORT = FilePayload(name="perizia.txt", mimeType="text/plain", buffer=b"Contatore guasto.")


@pytest.fixture(autouse=True)
def cleared(house: RunningServer) -> Iterator[None]:
    """Leave no talk on the demo operators' desks: they have room for a few at once."""
    yield
    for email in ("operatrice@aurelia.example", COLLEAGUE):
        clear_desk(house.url, email)


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_note_carries_its_files_to_colleagues_alone(desk: Desk, writer: Writer) -> None:
    page = desk.take(writer)
    page.keyboard.press("n")
    page.get_by_label("Allega file").set_input_files(REPORT)
    expect(page.get_by_role("button", name="Togli perizia.txt")).to_be_visible()
    page.keyboard.press("Control+Enter")
    note = page.get_by_role("log").get_by_role("article").filter(has_text="nota interna")
    with page.expect_download() as handed:
        note.get_by_role("link", name="perizia.txt").click()
    assert handed.value.path().read_bytes() == REPORT["buffer"]
    # Its customer is neither told of it nor handed it.
    file = handed.value.url.rpartition("/")[2]
    seen = writer.get("/conversation/messages")
    assert "perizia" not in seen.text
    assert writer.get(f"/conversation/attachments/{file}").status_code == 404


def refuse(page: Page, where: str, code: str = "conversations.not_yours") -> None:
    """Have the server refuse what is handed in there, as when somebody else was quicker."""
    body = json.dumps({"status": 403, "code": code, "title": "No", "fields": {}})
    page.route(
        re.compile(f"/api/v1/conversations/[^/]+/{where}$"),
        lambda route: route.fulfill(status=403, content_type="application/problem+json", body=body),
    )


def test_what_was_refused_is_told_once_with_a_way_to_it_and_marked_until_it_is_settled(
    desk: Desk, writer: Writer, at_desk: Profile
) -> None:
    page = desk.take(writer)
    row = page.get_by_role("option").filter(has_text=writer.name)
    refuse(page, "going-out")
    page.keyboard.press("r")
    page.keyboard.type("Arriviamo domani")
    page.keyboard.press("Control+Enter")
    # In sight of its own thread the thread says so.
    refused = page.get_by_role("log").get_by_role("article").filter(has_text="Arriviamo domani")
    expect(refused.get_by_role("button", name="Riprova")).to_be_visible()
    expect(row.get_by_text("non inviata")).to_be_visible()
    told = page.get_by_text(f"Una risposta a {writer.name} non è partita")
    expect(told).to_have_count(0)
    # Elsewhere it is told, once, and leads there; also to who comes back after a reload.
    page.get_by_role("link", name="Impostazioni").click()
    page.reload()
    expect(told).to_have_count(1)
    page.get_by_role("button", name="Vai alla conversazione").click()
    expect(refused.get_by_role("button", name="Riprova")).to_be_visible()
    expect(told).to_have_count(0)
    page.unroute_all()
    refused.get_by_role("button", name="Riprova").click()
    writer.wait_for_answer("Arriviamo domani")
    expect(row.get_by_text("non inviata")).to_have_count(0)
    at_desk.complaints[:] = [one for one in at_desk.complaints if "403" not in one]


def test_a_variable_that_nobody_filled_stops_a_reply_once(desk: Desk, writer: Writer) -> None:
    page = desk.take(writer)
    page.keyboard.press("r")
    text = "Gentile {{customer.title}}, arriviamo."
    page.get_by_label("Risposta al cliente").fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Da completare: {{customer.title}}.")).to_be_visible()
    expect(page.get_by_label("Risposta al cliente")).to_have_value(text)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Risposta al cliente")).to_have_value("")
    writer.wait_for_answer(text)


@pytest.mark.parametrize("width", [1440, 700])
def test_an_offer_that_comes_and_goes_moves_no_row(
    desk: Desk, writer: Writer, house: RunningServer, width: int
) -> None:
    page = desk.take(writer)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{house.url}/desk/work")
    row = page.get_by_role("option").filter(has_text=writer.name)
    row.hover()
    before = row.bounding_box()
    other = Writer(house.url, fresh_name())
    other.begin("Vorrei un’informazione")
    offer = page.get_by_role("article").filter(has_text=other.name)
    expect(offer).to_be_visible()
    assert row.bounding_box() == before
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        look(page, f"offer-{width}-{theme}")
    # What is read last is reached last, and the key takes it from anywhere.
    assert page.evaluate(BEHIND)
    offer.get_by_role("button", name="Rifiuta").click()
    page.get_by_role("menuitem", name="Sto finendo altro").click()
    expect(offer).to_have_count(0)
    assert row.bounding_box() == before
    other.http.close()


def test_where_only_the_thread_is_shown_an_offer_is_told_above_it(
    desk: Desk, writer: Writer, house: RunningServer
) -> None:
    page = desk.take(writer)
    page.set_viewport_size({"width": 800, "height": 700})
    expect(page.get_by_role("option")).to_have_count(0)
    other = Writer(house.url, fresh_name())
    other.begin("Vorrei un’informazione")
    told = page.get_by_role("alert").filter(has_text=other.name)
    expect(told).to_be_visible()
    told.get_by_role("link").click()
    expect(page.get_by_role("article").filter(has_text=other.name)).to_be_visible()
    expect(told).to_have_count(0)
    other.http.close()


def test_who_leads_hands_on_what_another_has_and_a_colleague_writes_a_note(
    desk: Desk, writer: Writer, house: RunningServer, browser: Browser
) -> None:
    page = desk.take(writer)
    row = page.get_by_role("option").filter(has_text=writer.name)
    address = page.url
    colleague = browser.new_context(locale="it-IT").new_page()
    Desk(house.url, colleague).sign_in(COLLEAGUE)
    colleague.goto(address)
    note = colleague.get_by_label("Nota interna, il cliente non la vede")
    note.fill("Ci penso io domani")
    # To the customer one does not write, nor does one hand on what is another's.
    expect(colleague.get_by_label("Risposta al cliente")).to_have_count(0)
    expect(colleague.get_by_role("button", name="Trasferisci")).to_have_count(0)
    note.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("Ci penso io domani")).to_be_visible()
    colleague.context.close()

    leader = browser.new_context(locale="it-IT").new_page()
    Desk(house.url, leader).sign_in(LEADER)
    leader.goto(address)
    expect(leader.get_by_label("Risposta al cliente")).to_have_count(0)
    expect(leader.get_by_label("Nota interna, il cliente non la vede")).to_be_visible()
    leader.locator(".thread-scroll").focus()
    leader.keyboard.press("t")
    leader.get_by_role("combobox", name="Cerca una coda o una persona").fill("montesi")
    leader.get_by_role("option", name="Davide Montesi").click()
    leader.get_by_role("button", name="Trasferisci").last.click()
    expect(leader.get_by_role("dialog")).to_have_count(0)
    expect(row).to_contain_text("non più qui")
    # The leader stays with it, and is not offered to have it back.
    expect(leader.get_by_role("log").get_by_text("La bolletta è doppia")).to_be_visible()
    expect(leader.get_by_role("button", name="Annulla")).to_have_count(0)
    leader.context.close()


def test_who_leads_gives_back_to_the_queue_what_another_has(
    desk: Desk, writer: Writer, house: RunningServer, browser: Browser
) -> None:
    page = desk.take(writer)
    row = page.get_by_role("option").filter(has_text=writer.name)
    leader = browser.new_context(locale="it-IT").new_page()
    Desk(house.url, leader).sign_in(LEADER)
    leader.goto(page.url)
    leader.get_by_role("button", name="Altre azioni").click()
    leader.get_by_role("menuitem", name="Restituisci alla coda").click()
    expect(row).to_contain_text("non più qui")
    leader.context.close()
