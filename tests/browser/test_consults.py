"""A colleague or the back office is asked beside a conversation, and answers, at two desks."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from support.browsing import Profile, barriers
from support.demo import sign_in
from support.desk import Desk, Writer, clear_desk
from support.running import RunningServer

ASKER = "operatrice@aurelia.example"
ASKED = "operatore@aurelia.example"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(autouse=True)
def cleared(house: RunningServer) -> Iterator[None]:
    """Leave no talk and no question on the demo operators' desks."""
    yield
    for email in (ASKER, ASKED):
        clear_desk(house.url, email)


@pytest.fixture
def colleague(house: RunningServer, browser: Browser) -> Iterator[Desk]:
    """Sit down at the desk of who is asked."""
    context = browser.new_context(locale="it-IT", reduced_motion="reduce")
    context.set_default_timeout(30_000)
    someone = Profile(context)
    desk = Desk(house.url, someone.page())
    desk.sign_in(ASKED)
    yield desk
    context.close()
    assert [one for one in someone.complaints if "401" not in one and "409" not in one] == []


def back_office(house: RunningServer) -> str:
    """Open a queue for tasks, as the administration does; return its name."""
    with contextlib.closing(
        sign_in(house.url, tenant="aurelia", email="admin@aurelia.example")
    ) as http:
        client = next(
            one["id"]
            for one in http.get("/api/v1/clients").json()["items"]
            if "Aurelia" in one["name"]
        )
        body = {"client_id": client, "name": "Retrosportello", "channel": "task"}
        answer = http.post("/api/v1/queues", json=body)
        assert answer.status_code in {201, 409}, answer.text
    return "Retrosportello"


def ask(page: Page, whom: str, subject: str, text: str) -> None:
    """Ask with the keyboard alone, beginning anywhere but in a field."""
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="A chi chiedere")).to_be_focused()
    page.keyboard.type(whom)
    expect(dialog.get_by_role("option").filter(has_text=whom).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog.get_by_text(whom)).to_be_visible()
    page.keyboard.press("Tab")
    for _ in range(4):
        if dialog.get_by_label("Oggetto").evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(subject)
    page.keyboard.press("Tab")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)


def in_both_themes(page: Page) -> list[str]:
    """Return the barriers of a page in the light and in the dark."""
    found: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += barriers(page)
    return found


def seen(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for them."""
    if folder := os.environ.get("ASCOLTO_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def unanswered(page: Page) -> None:
    """Let every open question of a desk have waited too long, as the server would tell it."""

    def change(route: Route) -> None:
        answer = route.fetch()
        shown = answer.json()
        for one in shown["consults"]:
            one["overdue_at"] = "2020-01-01T00:00:00Z"
        route.fulfill(response=answer, json=shown)

    page.route("**/api/v1/desk", change)
    with page.expect_response("**/api/v1/desk"):
        page.reload()
    page.unroute("**/api/v1/desk")


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def given_back_and_asked_of_another(
    page: Page, other: Page, writer: Writer
) -> dict[str, list[str]]:
    """Let who took a question give it back and who asked name them; return the barriers met."""
    give_back = other.get_by_role("button", name="Rimetti in coda")
    expect(give_back).to_be_visible()
    found = {"taken": in_both_themes(other)}
    seen(other, "consult-taken")
    give_back.click()
    expect(other.get_by_text("Rimesso in coda: Doppia lettura")).to_be_visible()
    # Nobody else is there: who asked sees it in the list and in the count, and asks by name.
    unanswered(page)
    mine = page.get_by_role("option").filter(has_text=writer.name)
    expect(mine.get_by_text("senza risposta")).to_be_attached()
    found["list"] = in_both_themes(page)
    seen(page, "consult-late-list")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.get_by_role("link", name="Doppia lettura").click()
    expect(page.get_by_text("Non arriva risposta: puoi chiedere ad altri.")).to_be_visible()
    found["late"] = in_both_themes(page)
    seen(page, "consult-late")
    page.get_by_role("button", name="Chiedi ad altri").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill("montesi")
    dialog.get_by_role("option", name="Davide Montesi").click()
    found["elsewhere"] = in_both_themes(page)
    seen(page, "consult-elsewhere")
    dialog.get_by_role("button", name="Chiedi", exact=True).click()
    expect(page.get_by_text("Non arriva risposta: puoi chiedere ad altri.")).to_have_count(0)
    page.go_back()
    page.go_back()
    expect(mine.get_by_text("1 consulto")).to_be_attached()
    other.get_by_role("link", name="Tutti i consulti").click()
    other.get_by_role("link", name="Doppia lettura").click()
    return found


def refused_and_let_go(colleague: Desk) -> list[str]:
    """Let the server refuse an answer and its writer let it go; return the barriers met."""
    other = colleague.page
    # What the server refuses waits where it was written, and in the list of all consults.
    other.route(
        "**/consults/*/messages",
        lambda route: (
            route.fulfill(
                status=409,
                content_type="application/problem+json",
                json={"status": 409, "code": "conversations.consult_closed", "title": "x"},
            )
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    other.get_by_label("La tua risposta").fill("Aggiungo una cosa.")
    other.keyboard.press("Control+Enter")
    other.goto(colleague.url + "/desk/consults")
    refused = other.get_by_role("region", name="Non mandati")
    expect(refused.get_by_text("Aggiungo una cosa.")).to_be_visible()
    found = in_both_themes(other)
    seen(other, "consult-refused-320")
    assert sideways(other) == 0
    refused.get_by_role("button", name="Lascia perdere").click()
    expect(refused).to_have_count(0)
    return found


def test_a_colleague_is_asked_and_answers_by_the_keyboard_without_barriers(
    desk: Desk, colleague: Desk, writer: Writer
) -> None:
    page, other = desk.page, colleague.page
    for one in (page, other):
        one.set_viewport_size({"width": 1440, "height": 900})
    desk.take(writer)
    subject = "Conguaglio doppio"
    ask(page, "Davide", subject, "Quando arriva il rimborso?")
    beside = page.get_by_role("region", name="1 consulto aperto")
    expect(beside).to_be_visible()
    # The one asked sees it in the count, goes there, reads what it is about and answers.
    expect(other.get_by_role("link", name="Consulti").get_by_text("1")).to_be_visible()
    other.keyboard.press("g")
    other.keyboard.press("d")
    other.get_by_role("link", name=subject).press("Enter")
    expect(other.get_by_role("link", name=writer.name)).to_be_visible()
    found = {"asked": in_both_themes(other)}
    field = other.get_by_label("La tua risposta")
    field.focus()
    other.keyboard.type("Entro venerdì.")
    table: FilePayload = {
        "name": "rimborsi.txt",
        "mimeType": "text/plain",
        "buffer": b"4 dicembre: 12 euro",
    }
    other.get_by_label("Allega file").set_input_files(table)
    expect(other.get_by_role("button", name="Togli rimborsi.txt")).to_be_visible()
    field.press("Control+Enter")
    expect(other.get_by_role("log").get_by_text("Entro venerdì.")).to_be_visible()
    # What it is about is theirs to read, and not to answer.
    other.get_by_role("link", name=writer.name).click()
    expect(other.get_by_role("log").get_by_text("La bolletta è doppia")).to_be_visible()
    expect(other.get_by_label("Risposta al cliente")).to_have_count(0)
    # The asker sees the answer come, beside the conversation that stayed, and closes.
    expect(beside.get_by_text("Entro venerdì.")).to_be_visible()
    expect(beside.get_by_text("Risposto")).to_be_visible()
    beside.get_by_role("button", name=subject).press("Enter")
    expect(beside.get_by_role("log").get_by_text("Quando arriva il rimborso?")).to_be_visible()
    with page.expect_download() as handed:
        beside.get_by_role("link", name="rimborsi.txt").click()
    assert handed.value.path().read_bytes() == table["buffer"]
    seen(page, "consult-file")
    found["answered"] = in_both_themes(page)
    beside.get_by_role("button", name="Chiudi il consulto").press("Enter")
    expect(page.get_by_role("region", name="Consulti", exact=True)).to_be_visible()
    found["closed"] = in_both_themes(page)
    page.goto(desk.url + "/desk/consults")
    expect(page.get_by_role("region", name="Conclusi").get_by_text(subject)).to_be_visible()
    found["list"] = in_both_themes(page)
    assert {name: what for name, what in found.items() if what} == {}
    assert "Entro venerdì." not in writer.answers()


def test_the_back_office_is_offered_the_question_and_a_cut_line_loses_no_answer(
    house: RunningServer, desk: Desk, colleague: Desk, writer: Writer
) -> None:
    page, other = desk.page, colleague.page
    queue = back_office(house)
    # Too narrow for the pane beside: what goes on is told above the thread.
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    desk.take(writer)
    ask(page, queue, "Doppia lettura", "Puoi controllare il contatore?")
    talk = page.get_by_role("region", name="Conversazione numero")
    expect(talk.get_by_text("1 consulto", exact=True)).to_be_visible()
    colleague.come("Disponibile")
    offer = other.get_by_role("article").filter(has_text="Giulia Ferrante chiede un consulto")
    expect(offer).to_be_visible()
    offer.get_by_role("button", name="Accetta").click()
    expect(other.get_by_role("heading", name="Doppia lettura")).to_be_visible()
    found = given_back_and_asked_of_another(page, other, writer)
    # The line goes while the answer is written: it waits, survives a reload, and leaves once.
    other.context.set_offline(True)
    other.get_by_label("La tua risposta").fill("Controllato: è giusta.")
    other.keyboard.press("Control+Enter")
    expect(other.get_by_role("log").get_by_text("Controllato: è giusta.")).to_be_visible()
    other.context.set_offline(False)
    other.reload()
    expect(talk.get_by_text("risposta arrivata")).to_be_visible()
    lines = other.get_by_role("log").get_by_text("Controllato: è giusta.")
    expect(other.get_by_text("Risposto")).to_be_visible()
    expect(lines).to_have_count(1)
    # Closing the conversation meanwhile warns.
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_text("Un consulto è ancora aperto")).to_be_visible()
    for width in (1280, 320):
        other.set_viewport_size({"width": width, "height": 800})
        assert sideways(other) == 0
    found["refused"] = refused_and_let_go(colleague)
    assert {name: what for name, what in found.items() if what} == {}
    page.keyboard.press("Escape")
