"""A mail at the desk: answered to everybody, passed on, unfolded, and seen to its last byte."""

import os
import smtplib
import time
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from ascolto.web.serve import DEMO_MAIL
from support.browsing import barriers
from support.demo import sign_in
from support.desk import Desk, clear_desk, expect_written
from support.panel import fresh_name
from support.post import a_report
from support.running import RunningServer

OPERATOR = "operatrice@aurelia.example"
OURS = "clienti@aurelia.example"
# Where to leave pictures for a person to look at; none are taken without.
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")


@pytest.fixture(autouse=True)
def gone_home(house: RunningServer) -> Iterator[None]:
    yield
    clear_desk(house.url, OPERATOR)


def send(house: RunningServer, name: str) -> None:
    """Send a mail as a customer's program does: HTML, a quote, a file, somebody in copy."""
    mail = EmailMessage()
    mail["From"] = f"{name} <carla@posta.example>"
    mail["To"] = OURS
    mail["Cc"] = "ugo@posta.example"
    mail["Subject"] = "Bolletta doppia"
    mail["Message-ID"] = make_msgid(domain="posta.example")
    quoted = "Il giorno lun 2 nov 2026 alle ore 10:00 Aurelia ha scritto:\n> Ci mandi la lettura.\n"
    mail.set_content(f"Buongiorno, ecco la lettura.\n\n{quoted}")
    mail.add_alternative(
        '<p>Buongiorno, ecco la <b style="color:#b00020">lettura</b>.</p>'
        '<img src="https://spia.example/x.png"><blockquote type="cite">Ci mandi la lettura.'
        "</blockquote>",
        subtype="html",
    )
    mail.add_attachment(b"00123", maintype="text", subtype="plain", filename="lettura.txt")
    with smtplib.SMTP("127.0.0.1", house.port + DEMO_MAIL) as client:
        client.send_message(mail, to_addrs=[OURS])


def trapped(house: RunningServer, *words: str) -> str:
    """Wait for what the demo's trap shows of mails that left."""
    deadline = time.monotonic() + 60
    while True:
        page = httpx.get(f"{house.url}/demo-mail/aurelia").text
        if all(word in page for word in words):
            return page
        assert time.monotonic() < deadline, page
        time.sleep(0.2)


def look(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_mail_is_answered_with_copies_passed_on_and_read_to_its_source(
    house: RunningServer, desk: Desk
) -> None:
    page, name = desk.page, fresh_name()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.come("Disponibile")
    send(house, name)
    desk.accept(name)
    log = page.get_by_role("log")
    came = log.get_by_role("article").filter(has_text="ecco la lettura")
    expect(came.get_by_text("Mittente non verificato")).to_be_visible()
    expect(came).not_to_contain_text("Ci mandi la lettura")
    came.get_by_role("button", name="Mostra il testo citato").click()
    expect(came.get_by_text("Ci mandi la lettura")).to_be_visible()

    page.get_by_role("button", name="Rispondi a tutti (+1)").click()
    expect(page.get_by_label("Cc", exact=True)).to_have_value("ugo@posta.example")
    page.get_by_label("Ccn", exact=True).fill("non un indirizzo")
    page.get_by_label("Risposta al cliente").click()
    expect(page.get_by_text("non è un indirizzo")).to_be_visible()
    page.get_by_label("Ccn", exact=True).fill("capo@luce.example")
    page.get_by_label("Risposta al cliente").fill("La correggiamo subito.")
    look(page, "mail-reply-all")
    assert barriers(page) == []
    page.keyboard.press("Control+Enter")
    ours = log.get_by_role("article").filter(has_text="La correggiamo subito.")
    expect(ours.get_by_text("Cc ugo@posta.example")).to_be_visible()
    expect(ours.get_by_text("Ccn capo@luce.example")).to_be_visible()
    page_of_trap = trapped(house, "La correggiamo subito.")
    assert "carla@posta.example, ugo@posta.example, capo@luce.example" in page_of_trap
    expect(ours.get_by_text("carla@posta.example: presa in carico")).to_be_visible()

    pass_on(house, page)
    read_whole(page)
    come_to_grief(house)
    page.context.clear_cookies()
    leader = page.context.new_page()
    page.close()
    Desk(house.url, leader).sign_in("team@aurelia.example")
    see_to_it(house, leader)


def come_to_grief(house: RunningServer) -> None:
    """Let a mail come that names no sender, and an answer come back undelivered."""
    with closing(sign_in(house.url, tenant="aurelia", email="team@aurelia.example")) as client:
        out = client.get("/api/v1/mail/outbound").json()["items"]
        mail_id = next(one["mail_id"] for one in out if one["recipient"] == "carla@posta.example")
        nameless = f"Subject: Senza mittente\r\nMessage-ID: {make_msgid()}\r\n\r\nParole.\r\n"
        with smtplib.SMTP("127.0.0.1", house.port + DEMO_MAIL) as door:
            door.sendmail("", [OURS], nameless)
            door.sendmail("", [OURS], a_report(mail_id, ("carla@posta.example", "failed", "5.2.1")))
        for path, word in (
            ("/api/v1/mail/inbound", "no_sender"),
            ("/api/v1/mail/outbound?state=bounced", "Bolletta doppia"),
        ):
            deadline = time.monotonic() + 60
            while word not in (told := client.get(path).text):
                assert time.monotonic() < deadline, told
                time.sleep(0.2)


def fetched_from_a_server(house: RunningServer) -> str:
    """Give the demo's mailbox a server to fetch its mail from, and return the mailbox's name."""
    with closing(sign_in(house.url, tenant="aurelia", email="config@aurelia.example")) as client:
        channels = client.get("/api/v1/channels").json()["items"]
        box = next(one for one in channels if one["settings"].get("address") == OURS)
        imap = {"host": "127.0.0.1", "port": 9, "security": "none", "user": "clienti"}
        changed = {"settings": {**box["settings"], "imap": imap}, "v": box["v"]}
        assert client.patch(f"/api/v1/channels/{box['id']}", json=changed).status_code == 200
        return str(box["name"])


def see_to_it(house: RunningServer, page: Page) -> None:
    """Read again and put away what was set aside, and send again what came back."""
    page.set_viewport_size({"width": 1280, "height": 900})
    name = fetched_from_a_server(house)
    page.goto(house.url + "/desk/floor")
    page.get_by_role("link", name="Registro della posta").click()
    boxes = page.get_by_role("region", name="Caselle")
    expect(boxes.get_by_text(OURS)).to_be_visible()
    expect(boxes.get_by_text("i conti tornano").first).to_be_visible()
    # Nobody listens there: the desk says so, and not what the library calls it.
    expect(boxes.get_by_text("Il server non si raggiunge.")).to_be_visible()
    aside = page.get_by_role("region", name="Mail messe da parte").get_by_role("listitem")
    aside = aside.filter(has_text="Senza mittente")
    expect(aside).to_contain_text("Non indica un mittente.")
    expect(aside.get_by_text("senza mittente", exact=True)).to_be_visible()
    back = page.get_by_role("region", name="Mail respinte").get_by_role("listitem")
    expect(back).to_contain_text("carla@posta.example")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        look(page, f"mailroom-{theme}")
        assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    look(page, "mailroom-320")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    boxes.get_by_role("button", name=f"Confronta ora {name} con il server").click()
    expect(boxes.get_by_role("button", name="Confronto chiesto")).to_be_disabled()
    # With the keyboard alone.
    aside.get_by_role("button", name="Rileggi: Senza mittente").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Viene riletta.")).to_be_visible()
    back.get_by_role("button", name="Reinvia").click()
    expect(back).to_have_count(0)
    # Reading it again changes nothing about what it is.
    page.reload()
    expect(aside).to_be_visible(timeout=90_000)
    aside.get_by_role("button", name="Archivia").click()
    expect(aside).to_have_count(0)


def test_a_reply_that_could_not_leave_is_not_followed_by_the_end_of_the_contact(
    house: RunningServer, desk: Desk
) -> None:
    page, name = desk.page, fresh_name()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.come("Disponibile")
    send(house, name)
    desk.accept(name)
    page.get_by_role("button", name="Rispondi a tutti (+1)").click()
    page.get_by_label("Ccn", exact=True).fill("non un indirizzo")
    reply, form = page.get_by_label("Risposta al cliente"), page.get_by_role("form")
    reply.fill("La correggiamo domani.")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.get_by_text("la risposta non è partita")).to_be_visible()
    expect(form.filter(has_text="Esito")).to_have_count(0)
    expect_written(reply, "La correggiamo domani.")
    page.get_by_label("Ccn", exact=True).fill("")
    reply.click()
    page.keyboard.press("Control+Shift+Enter")
    expect(form.filter(has_text="Esito")).to_be_visible()
    trapped(house, "La correggiamo domani.")


def test_an_answer_by_mail_is_given_marks_by_keys_by_the_bar_and_by_pasting(
    house: RunningServer, desk: Desk
) -> None:
    page, name = desk.page, fresh_name()
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.come("Disponibile")
    send(house, name)
    desk.accept(name)
    field = page.get_by_label("Risposta al cliente")
    bar = page.get_by_role("toolbar", name="Formato del testo")
    expect(bar.get_by_role("button")).to_have_count(6)
    expect(field).to_have_attribute("lang", "it")  # by which the browser checks the spelling
    expect(field).to_have_role("textbox")
    expect(field).to_have_attribute("aria-multiline", "true")
    field.click()
    page.keyboard.type("La scadenza")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+b")
    expect_written(field, "La **scadenza**")
    expect(field.locator("strong")).to_have_text("scadenza")
    expect(bar.get_by_role("button", name="Grassetto")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Control+z")
    expect_written(field, "La scadenza")
    page.keyboard.press("Control+b")
    page.keyboard.press("End")
    paste(
        page,
        '<p onclick="x()" style="color:red">Serve:</p>'
        "<ul><li>un <i>documento</i><script>1</script></li></ul>",
    )
    expect_written(field, "La **scadenza**Serve:\n\n- un _documento_")
    expect(field.get_by_role("listitem").locator("em")).to_have_text("documento")
    page.keyboard.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Grassetto")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect_written(field, "La **scadenza**Serve:\n\nun _documento_")
    page.keyboard.press("Control+z")
    expect_written(field, "La **scadenza**Serve:\n\n- un _documento_")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        look(page, f"mail-marks-{theme}")
        assert barriers(page) == []
    page.keyboard.press("Control+Enter")
    ours = page.get_by_role("log").get_by_role("article").filter(has_text="scadenza")
    expect(ours.locator("strong", has_text="scadenza")).to_be_visible()
    expect(ours.get_by_role("listitem").locator("em")).to_have_text("documento")
    page.set_viewport_size({"width": 320, "height": 640})
    look(page, "mail-marks-320")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page_of_trap = trapped(house, "La **scadenza**Serve:")
    assert "un _documento_" in page_of_trap


def paste(page: Page, html: str) -> None:
    """Paste HTML into the field that has the focus, as another program leaves it."""
    page.evaluate(
        """(html) => {
          const data = new DataTransfer();
          data.setData('text/html', html);
          data.setData('text/plain', 'senza segni');
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        html,
    )


def pass_on(house: RunningServer, page: Page) -> None:
    log, dialog = page.get_by_role("log"), page.get_by_role("dialog")
    came = log.get_by_role("article").filter(has_text="ecco la lettura")
    came.get_by_role("button", name="Inoltra").click()
    dialog.get_by_label("A", exact=True).fill("Tecnico <tecnico@ditta.example>")
    dialog.get_by_label("Commento (facoltativo)").fill("Potete verificare?")
    with page.expect_response(
        lambda told: told.url.endswith("/draft") and told.ok and "schema.txt" in told.text()
    ):
        dialog.get_by_label("Allega").set_input_files(
            {"name": "schema.txt", "mimeType": "text/plain", "buffer": b"Lo schema."}
        )
    # What was begun is there again, on this device or another: its own memory is emptied.
    page.evaluate("localStorage.clear()")
    page.reload()
    came.get_by_role("button", name="Inoltra: riprendi la bozza").click()
    expect(dialog.get_by_label("A", exact=True)).to_have_value("Tecnico <tecnico@ditta.example>")
    expect(dialog.get_by_label("Commento (facoltativo)")).to_have_value("Potete verificare?")
    expect(dialog.get_by_text("schema.txt")).to_be_visible()
    expect(dialog.get_by_label("lettura.txt")).to_be_checked()
    look(page, "mail-forward")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Inoltra").click()
    expect(dialog).to_have_count(0)
    trapped(house, "tecnico@ditta.example", "Potete verificare?", "Messaggio inoltrato")
    note = log.get_by_role("article").filter(has_text="Potete verificare?")
    expect(note).to_contain_text("tecnico@ditta.example")
    expect(note).to_contain_text("schema.txt")


def read_whole(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    came = page.get_by_role("article").filter(has_text="ecco la lettura")
    came.get_by_role("button", name="Mail intera").click()
    frame = dialog.frame_locator("iframe")
    expect(frame.get_by_text("ecco la lettura")).to_be_visible()
    expect(dialog.get_by_text("1 immagine esterna non caricata.")).to_be_visible()
    look(page, "mail-whole")
    dialog.get_by_role("radio", name="Sorgente").click()
    expect(dialog.get_by_text("Subject: Bolletta doppia")).to_be_visible()
    assert barriers(page) == []
    look(page, "mail-source")
    with page.expect_download() as started:
        dialog.get_by_role("link", name="Scarica .eml").click()
    assert b'filename="lettura.txt"' in Path(started.value.path()).read_bytes()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    look(page, "mail-thread")
