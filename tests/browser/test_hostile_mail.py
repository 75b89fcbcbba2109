"""Hostile mails, opened at the desk one by one: nothing runs, nobody is asked, nothing is covered.

What the frame holds is judged as the browser has read it, not as the cleaner wrote it: a piece
that is harmless as text may be something else by then.
"""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from ascolto.web.serve import DEMO_MAIL
from support.browsing import LONG, Profile
from support.desk import Desk
from support.hostile import HOSTILE
from support.panel import fresh_name
from support.running import RunningServer

OPERATOR, OURS = "operatrice@aurelia.example", "clienti@aurelia.example"
# By tag, attribute and scheme, with a list of its own beside the cleaner's.
_ACTS = """() => {
  const never = ["SCRIPT", "STYLE", "LINK", "META", "BASE", "FORM", "INPUT", "BUTTON", "TEXTAREA",
    "SELECT", "IFRAME", "FRAME", "FRAMESET", "OBJECT", "EMBED", "APPLET", "PORTAL", "TEMPLATE",
    "NOSCRIPT", "VIDEO", "AUDIO", "SOURCE", "TRACK", "AREA", "MAP", "DETAILS", "MARQUEE"];
  const html = "http://www.w3.org/1999/xhtml";
  const wrong = [];
  for (const one of document.querySelectorAll("*")) {
    const ours = one.outerHTML === '<meta charset="utf-8">';
    if ((never.includes(one.tagName) && !ours) || one.namespaceURI !== html)
      wrong.push(one.outerHTML);
    for (const { name, value } of one.attributes) {
      const plain = value.replace(/[\\s\\x00-\\x1f]/g, "").toLowerCase();
      const leads = ["href", "src", "action", "formaction", "background", "srcset", "poster"];
      if (/^on|:/.test(name) || ["srcdoc", "srcset", "background", "target", "ping"].includes(name))
        wrong.push(`${name}=${value}`);
      if (name === "style" && /url|expression|position|import|behavior|animation|image/.test(plain))
        wrong.push(`${name}=${value}`);
      if (leads.includes(name) && !/^(https?:\\/\\/|mailto:|tel:)/.test(plain))
        wrong.push(`${name}=${value}`);
      if (name === "src") wrong.push(`${name}=${value}`);
    }
    if (getComputedStyle(one).position !== "static") wrong.push(`placed: ${one.outerHTML}`);
  }
  return wrong.map((one) => one.slice(0, 200));
}"""


def send(house: RunningServer, name: str, first: str, pieces: list[tuple[int, str]]) -> None:
    """Send each piece as a mail of one thread, as a customer's program does; 0 begins it."""
    with smtplib.SMTP("127.0.0.1", house.port + DEMO_MAIL) as client:
        for number, piece in pieces:
            mail = EmailMessage()
            mail["From"] = f"{name} <carla.{name.rsplit(maxsplit=1)[-1].lower()}@posta.example>"
            mail["To"] = OURS
            mail["Subject"] = "Bolletta <img src=x onerror=alert(1)>"
            mail["Message-ID"] = make_msgid(domain="posta.example") if number else first
            if number:
                mail["References"] = first
            mail.set_content(f"Pezzo {number}.")
            mail.add_alternative(f"<p>Pezzo {number}.</p>{piece}", subtype="html")
            client.send_message(mail, to_addrs=[OURS])


def watched(page: Page, url: str) -> list[str]:
    """Keep what a mail must not bring about."""
    wrong: list[str] = []

    def asked(address: str) -> None:
        if not address.startswith((url, url.replace("http", "ws"), "data:", "blob:")):
            wrong.append(f"asked {address}")

    def dialog(one: Any) -> None:
        wrong.append(f"said {one.message}")
        one.dismiss()

    page.context.on("request", lambda request: asked(request.url))
    page.context.on("page", lambda other: wrong.append(f"opened {other.url}"))
    page.on("dialog", dialog)
    page.on("download", lambda _: wrong.append("a file was put down"))
    return wrong


def opened(page: Page, article: Locator, dialog: Locator) -> list[str]:
    """Open a mail whole and return what its frame holds that could act."""
    article.get_by_role("button", name="Mail intera").press("Enter")
    frame = dialog.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "")
    inside = frame.content_frame
    expect(inside.locator("body")).to_contain_text("Pezzo")
    found: list[str] = inside.locator("html").evaluate(_ACTS)
    return found


@pytest.mark.timeout(600)
def test_no_piece_of_a_hostile_mail_acts_at_the_desk(
    house: RunningServer, at_desk: Profile
) -> None:
    page, name = at_desk.page(), fresh_name()
    desk = Desk(house.url, page)
    desk.sign_in(OPERATOR)
    desk.come("Disponibile")
    # Every piece takes minutes; some of each kind are opened every time.
    numbered = list(enumerate(HOSTILE))[:: 1 if LONG else 6]
    first = make_msgid(domain="posta.example")
    send(house, name, first, numbered[:1])
    desk.accept(name)
    wrong = watched(page, house.url)
    here = page.url
    send(house, name, first, numbered[1:])
    acts: dict[str, list[str]] = {}
    log, dialog = page.get_by_role("log"), page.get_by_role("dialog")
    for number, piece in numbered:
        article = log.get_by_role("article").filter(has_text=f"Pezzo {number}.")
        found = opened(page, article.first, dialog)
        acts |= {piece[:120]: found} if found else {}
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert acts == {}
    assert wrong == []
    assert page.url == here
    assert len(set(HOSTILE)) >= 60
