"""The field of an answer by mail: it shows marks as they will look and keeps the text with them."""

import os
import re
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from ascolto.web.serve import DEMO_MAIL
from support.browsing import barriers_in_both_themes
from support.desk import Desk, clear_desk, expect_written
from support.panel import fresh_name
from support.running import RunningServer

OPERATOR = "operatrice@aurelia.example"
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")

HOSTILE = [
    '<img src=x onerror="alert(1)"><b>uno</b>',
    '<a href="javascript:alert(1)"><b>due</b></a>',
    '<a href=" java\tscript:alert(1)"><b>tre</b></a>',
    "<svg onload=alert(1)><script>alert(1)</script></svg><b>quattro</b>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe><b>cinque</b>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></math><b>sei</b>",
    '<b style="background:url(javascript:alert(1));position:fixed" onclick="alert(1)">sette</b>',
    "<form action=//male.example><input name=q value=otto></form><b>otto</b>",
    '<object data="data:text/html,<script>alert(1)</script>"></object><b>nove</b>',
    '<p data-pm-slice="0 0 []"><img src=x onerror=alert(1)><b>dieci</b></p>',
]


@pytest.fixture(autouse=True)
def gone_home(house: RunningServer) -> Iterator[None]:
    yield
    clear_desk(house.url, OPERATOR)


def answering(house: RunningServer, desk: Desk) -> Locator:
    """Let a mail come, take it, and return the field of its answer."""
    page, name = desk.page, fresh_name()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.come("Disponibile")
    mail = EmailMessage()
    mail["From"] = f"{name} <carla@posta.example>"
    mail["To"] = "clienti@aurelia.example"
    mail["Subject"] = "Bolletta doppia"
    mail["Message-ID"] = make_msgid(domain="posta.example")
    mail.set_content("Buongiorno, la bolletta è doppia.")
    with smtplib.SMTP("127.0.0.1", house.port + DEMO_MAIL) as client:
        client.send_message(mail)
    desk.accept(name)
    return page.get_by_label("Risposta al cliente")


def paste(field: Locator, html: str, plain: str = "") -> None:
    """Paste as another program leaves it."""
    field.evaluate(
        """(field, [html, plain]) => {
          const data = new DataTransfer();
          data.setData('text/html', html);
          data.setData('text/plain', plain);
          field.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        [html, plain],
    )


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_an_answer_is_written_as_it_will_look_and_is_there_again_elsewhere(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    field = answering(house, desk)
    bar = page.get_by_role("toolbar", name="Formato del testo")
    expect(field).to_have_attribute("contenteditable", "true")
    field.fill("Gentile cliente,\n- una cosa")
    expect_written(field, "Gentile cliente,\n- una cosa")
    field.fill("")
    expect_written(field, "")
    expect(field).to_have_attribute("data-hint", re.compile("Scrivi una risposta"))
    page.keyboard.type("Gentile cliente, è ")
    page.keyboard.press("Control+b")
    page.keyboard.type("molto urgente")
    page.keyboard.press("Control+b")
    page.keyboard.type(" davvero.")
    expect(field.locator("strong")).to_have_text("molto urgente")
    page.keyboard.press("Enter")
    page.keyboard.type("- la bolletta")
    page.keyboard.press("Enter")
    page.keyboard.type("un **documento** valido")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Veda qui")
    expect(field.get_by_role("listitem")).to_have_count(2)
    text = (
        "Gentile cliente, è **molto urgente** davvero.\n- la bolletta\n- un **documento** valido\n"
    )
    expect_written(field, f"{text}Veda qui")

    page.keyboard.press("Control+Shift+ArrowLeft")
    bar.get_by_role("button", name="Collegamento").click()
    address = page.get_by_label("Indirizzo del collegamento")
    expect(address).to_be_focused()
    page.keyboard.type("aurelia.example/area")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    expect_written(field, f"{text}Veda [qui](https://aurelia.example/area)")
    expect(field.get_by_role("link", name="qui")).to_be_visible()
    look(page, "rich-light")
    page.mouse.move(0, 0)  # away from the button, whose name would be shown beside it
    expect(page.get_by_role("tooltip")).to_have_count(0)
    assert barriers_in_both_themes(page) == []
    page.emulate_media(color_scheme="dark")
    look(page, "rich-dark")

    found_again(page, field)
    send_with_a_greeting(page, field)


def found_again(page: Page, field: Locator) -> None:
    page.get_by_text("Bozza salvata").wait_for()
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(field.locator("strong")).to_have_text(["molto urgente", "documento"])
    expect(field.get_by_role("listitem")).to_have_count(2)


def send_with_a_greeting(page: Page, field: Locator) -> None:
    page.keyboard.press("r")
    expect(field).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.type("/salut")
    expect(page.get_by_role("listbox", name="Risposte pronte")).to_be_visible()
    expect(field).to_have_attribute("aria-activedescendant", "canned-list-0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox", name="Risposte pronte")).to_have_count(0)
    page.keyboard.type("Bene.")
    expect(field).to_contain_text("Bene.")
    expect(field).not_to_contain_text("/salut")
    page.keyboard.press("Control+Enter")
    expect_written(field, "")
    ours = page.get_by_role("log").get_by_role("article").filter(has_text="Gentile cliente")
    expect(ours.locator(".marked strong").first).to_have_text("molto urgente")
    expect(ours.get_by_role("link", name="qui")).to_be_visible()


def test_what_is_pasted_brings_words_and_marks_and_nothing_that_acts(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    page.on("dialog", lambda _: pytest.fail("something that was pasted ran"))
    field = answering(house, desk)
    expect(field).to_have_attribute("contenteditable", "true")
    field.click()
    for html in HOSTILE:
        paste(field, html, "in parole semplici")
    assert (
        field.evaluate(
            "(field) => field.querySelectorAll('img:not([class]), script, style, '"
            " + 'iframe, object, form, input, svg, math, [onclick], [style]').length"
        )
        == 0
    )
    assert field.evaluate("(field) => [...field.querySelectorAll('a')].length") == 0
    expect(field.locator("strong")).not_to_have_count(0)
    expect(field).to_contain_text("sette")


def test_who_prefers_the_plain_field_sees_the_marks_themselves_in_every_browser(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    field = answering(house, desk)
    expect(field).to_have_attribute("contenteditable", "true")
    field.fill("Una **data** certa")
    expect(field.locator("strong")).to_have_text("data")
    back = page.url
    page.goto(house.url + "/desk/settings")
    with page.expect_response(lambda told: told.url.endswith("/me/preferences") and told.ok):
        page.get_by_label("Scrivi le mail nel campo semplice").check()
    page.evaluate("localStorage.clear()")
    page.goto(back)
    expect(field).to_have_value("Una **data** certa")
    page.get_by_role("toolbar", name="Formato del testo").wait_for()
    field.select_text()
    page.keyboard.press("Control+i")
    expect(field).to_have_value("_Una **data** certa_")
    page.goto(house.url + "/desk/settings")
    with page.expect_response(lambda told: told.url.endswith("/me/preferences") and told.ok):
        page.get_by_label("Scrivi le mail nel campo semplice").uncheck()
    page.goto(back)
    expect(field).to_have_attribute("contenteditable", "true")


def test_where_the_field_with_looks_cannot_be_loaded_the_plain_one_serves(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    page.route("**/assets/editor-*.js", lambda route: route.abort())
    field = answering(house, desk)
    page.get_by_role("toolbar", name="Formato del testo").wait_for()
    field.click()
    page.keyboard.type("Una data")
    page.keyboard.press("Control+b")
    expect(field).to_have_value("Una **data**")


def test_words_being_typed_while_the_field_with_looks_arrives_go_on_in_it(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    held: list[Route] = []
    page.route("**/assets/editor-*.js", lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be asked what it takes
    field = answering(house, desk)
    field.click()
    page.keyboard.type("Una **data** prima e dopo")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(field).to_have_value("Una **data** prima e dopo")
    held[0].continue_()
    expect(field).to_have_attribute("contenteditable", "true")
    page.keyboard.type(" poi")
    expect_written(field, "Una **data** prima e poi dopo")
    expect(field.locator("strong")).to_have_text("data")


def test_letters_that_are_composed_stay_whole_also_within_a_mark(
    house: RunningServer, desk: Desk
) -> None:
    page = desk.page
    field = answering(house, desk)
    expect(field).to_have_attribute("contenteditable", "true")
    field.click()
    keyboard = page.context.new_cdp_session(page)
    page.keyboard.press("Control+b")
    for begun in ("に", "にほ", "日本"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": begun, "selectionStart": len(begun), "selectionEnd": len(begun)},
        )
    keyboard.send("Input.insertText", {"text": "日本"})
    expect_written(field, "**日本**")
    page.keyboard.type(" e")
    keyboard.send("Input.imeSetComposition", {"text": "`", "selectionStart": 1, "selectionEnd": 1})
    keyboard.send("Input.insertText", {"text": "ò"})
    expect_written(field, "**日本 eò**")
    expect(field.locator("strong")).to_have_text("日本 eò")
