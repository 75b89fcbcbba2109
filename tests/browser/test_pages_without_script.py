"""The pages for browsers that run no script: the whole way, for everybody, on every screen."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import asyncpg
import pytest
from playwright.sync_api import Browser, Page, expect

from ascolto.channels.actions.preferring import Reachable, sealed
from ascolto.customers import Purpose
from ascolto.kit.secretbox import server_box
from support.browsing import Operator, Profile, barriers_in_both_themes, small_targets
from support.panel import fresh_name
from support.running import RunningServer

LETTERS = """document.fonts.load('18px "Atkinson Hyperlegible Next"')
  .then((faces) => faces.length > 0 && faces.every((face) => face.status === 'loaded'))"""
KEPT = "({local: {...localStorage}, session: {...sessionStorage}, cookie: document.cookie})"
FITS = "document.scrollingElement.scrollWidth <= innerWidth"
SMALLEST = """() => [...document.querySelectorAll("main *, header *")]
  .filter((one) => one.checkVisibility() && [...one.childNodes].some((n) => n.data?.trim()))
  .map((one) => parseFloat(getComputedStyle(one).fontSize)).filter((size) => size < 18)"""


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """Give a page of a browser that runs no script, and see that it asks nobody but us."""
    context = browser.new_context(
        locale="it-IT", java_script_enabled=False, viewport={"width": 900, "height": 900}
    )
    context.set_default_timeout(15_000)
    profile = Profile(context)
    page = profile.page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    yield page
    assert len(asked) == 1
    assert context.cookies() == []
    context.close()
    assert [c for c in profile.complaints if "422" not in c and "404" not in c] == []


def begin(page: Page, house: RunningServer, text: str, *, name: str) -> None:
    page.goto(house.url + "/help/aurelia")
    page.get_by_label("Come possiamo aiutarla?").fill(text)
    page.get_by_label("Il suo nome").fill(name)
    page.get_by_role("button", name="Invia il messaggio").click()
    expect(page.get_by_text("Abbiamo ricevuto il suo messaggio.")).to_be_visible()


def test_from_the_form_to_the_answer_to_the_closing_question(
    house: RunningServer, plain: Page, operator: Operator
) -> None:
    name = fresh_name()
    plain.goto(house.url + "/demo/aurelia")
    plain.get_by_role("link", name="Ci scriva da un modulo").click()
    plain.get_by_label("Come possiamo aiutarla?").fill("La bolletta è doppia")
    plain.get_by_label("Il suo nome").fill(name)
    plain.get_by_label("Di cosa si tratta?").fill("Bolletta di marzo")
    plain.get_by_label("La sua e-mail").fill("carla@")
    plain.get_by_role("button", name="Invia il messaggio").click()
    wrong = plain.get_by_role("alert")
    expect(wrong).to_contain_text("L'e-mail non sembra completa.")
    expect(plain.get_by_label("Come possiamo aiutarla?")).to_have_value("La bolletta è doppia")
    plain.get_by_label("La sua e-mail").fill("")
    plain.get_by_role("button", name="Invia il messaggio").click()
    expect(plain.get_by_text("Abbiamo ricevuto il suo messaggio.")).to_be_visible()
    conversation = operator.take(name)
    operator.say(conversation, "Buongiorno, guardo subito.")
    plain.get_by_role("link", name="Guardi se c'è una risposta").click()
    expect(plain.get_by_role("listitem").filter(has_text="guardo subito")).to_contain_text(
        "servizio clienti"
    )
    plain.get_by_label("Scriva ancora").fill("Grazie mille")
    plain.get_by_role("button", name="Invia il messaggio").click()
    expect(plain.get_by_text("Il messaggio è partito.")).to_be_visible()
    assert operator.heard(conversation) == ["La bolletta è doppia", "Grazie mille"]
    plain.get_by_text("Vuole terminare?").click()
    plain.get_by_role("button", name="Termini la conversazione").click()
    plain.get_by_label("Bene", exact=True).check()
    plain.get_by_role("button", name="Invia la risposta").click()
    expect(plain.get_by_text("Grazie: ne terremo conto.")).to_be_visible()


def test_back_and_send_again_sends_nothing_twice(
    house: RunningServer, plain: Page, operator: Operator
) -> None:
    name = fresh_name()
    begin(plain, house, "Una volta sola", name=name)
    plain.go_back()
    expect(plain.get_by_label("Come possiamo aiutarla?")).to_have_value("Una volta sola")
    plain.get_by_role("button", name="Invia il messaggio").click()
    expect(plain.get_by_text("Abbiamo ricevuto il suo messaggio.")).to_be_visible()
    plain.reload()
    assert operator.heard(operator.take(name)) == ["Una volta sola"]


def test_the_whole_way_needs_no_mouse(
    house: RunningServer, plain: Page, operator: Operator
) -> None:
    name = fresh_name()
    keys = plain.keyboard
    plain.goto(house.url + "/help/aurelia")

    def tab_to(label: str, role: Literal["textbox", "button", "link"]) -> None:
        for _ in range(25):
            keys.press("Tab")
            if plain.locator(":focus").count() and plain.get_by_role(
                role, name=label
            ).first.evaluate("(one) => one === document.activeElement"):
                return
        raise AssertionError(f"{label} was not reached")

    keys.press("Tab")
    expect(plain.get_by_role("link", name="Vai al contenuto")).to_be_focused()
    keys.press("Enter")
    tab_to("Come possiamo aiutarla?", "textbox")
    keys.type("Scrivo con la tastiera")
    tab_to("Il suo nome", "textbox")
    keys.type(name)
    tab_to("Invia il messaggio", "button")
    keys.press("Enter")
    expect(plain.get_by_text("Abbiamo ricevuto il suo messaggio.")).to_be_visible()
    operator.say(operator.take(name), "Eccomi")
    tab_to("Guardi se c'è una risposta", "link")
    keys.press("Enter")
    expect(plain.get_by_text("Eccomi")).to_be_visible()


def every_page(house: RunningServer, page: Page, operator: Operator) -> Iterator[str]:
    """Stand on each page in turn and name it."""
    page.goto(house.url + "/help/aurelia")
    yield "form"
    page.get_by_label("La sua e-mail").fill("carla@")
    page.get_by_role("button", name="Invia il messaggio").click()
    expect(page.get_by_role("alert")).to_be_focused()
    yield "form with problems"
    page.goto(house.url + "/help/aurelia/status")
    yield "status"
    page.goto(house.url + "/help/nessuno-qui")
    yield "nothing there"
    name = fresh_name()
    begin(page, house, "Una parolalunghissima" + "a" * 90, name=name)
    yield "waiting"
    address = page.url.partition("?")[0]
    conversation = operator.take(name)
    operator.say(conversation, "Buongiorno. Guardi https://www.aurelia.example/" + "b" * 80)
    page.goto(address)
    page.get_by_text("Riceva un'e-mail").click()
    page.get_by_text("Preferisco parlare al telefono").click()
    page.get_by_text("Vuole terminare?").click()
    yield "talk"
    page.get_by_role("button", name="Termini la conversazione").click()
    page.get_by_role("button", name="Invia la risposta").click()
    yield "survey with problems"
    page.get_by_label("Bene", exact=True).check()
    page.get_by_role("button", name="Invia la risposta").click()
    yield "thanks"
    page.goto(address)
    yield "over"
    page.goto(house.url + "/talk-link/x")
    yield "link"


def link_of_an_address(house: RunningServer) -> str:
    """Return what stands in the mails to somebody, sealed with the server's own key."""

    async def known() -> Reachable:
        connection = await asyncpg.connect(house.urls.owner_dsn)
        try:
            row = await connection.fetchrow(
                "SELECT tenant_id::text, client_id::text FROM channels.channel"
                " WHERE public_key = 'aurelia'"
            )
        finally:
            await connection.close()
        assert row is not None
        address = "carla-maria.lunghissimo-cognome@posta-elettronica.example"
        return Reachable(row["tenant_id"], row["client_id"], Purpose.SURVEY, address)

    with ThreadPoolExecutor(1) as pool:  # while Playwright runs, this thread runs no other loop
        who = pool.submit(asyncio.run, known()).result()
    return sealed(server_box(house.data), who)


def every_page_of_preferences(house: RunningServer, page: Page, link: str) -> Iterator[str]:
    """Stand on each page of a mail's links in turn and name it."""
    page.goto(f"{house.url}/unsubscribe/{link}?lang=it")
    yield "stop"
    page.get_by_role("button", name="Non mandatemene più").click()
    expect(page.get_by_role("status")).to_have_text("Non le mandiamo più domande per e-mail.")
    yield "stopped"
    page.get_by_role("link", name="Veda che cosa possiamo mandarle").click()
    expect(page.get_by_text("Ha detto no il")).to_be_visible()
    yield "consents"
    page.get_by_role("link", name="English").click()
    section = page.get_by_role("region", name="Questions after a request")
    section.get_by_role("button", name="Yes, you may").click()
    expect(section).to_contain_text("You said yes on")
    yield "consent given"
    page.goto(f"{house.url}/unsubscribe/{link}x")
    expect(page.get_by_role("main")).to_be_visible()
    yield "no link of ours"


def test_links_of_a_mail_work_without_a_script(house: RunningServer, plain: Page) -> None:
    names = list(every_page_of_preferences(house, plain, link_of_an_address(house)))
    assert len(names) == 5


def test_pages_of_a_mails_links_have_no_barriers_and_fit_320_pixels(
    house: RunningServer, profile: Profile
) -> None:
    page = profile.page()
    page.set_viewport_size({"width": 320, "height": 640})
    found: dict[str, list[str]] = {}
    for name in every_page_of_preferences(house, page, link_of_an_address(house)):
        wide = [] if page.evaluate(FITS) else ["wider than the screen"]
        small = map(str, page.evaluate(SMALLEST))
        found[name] = [*barriers_in_both_themes(page), *small_targets(page), *small, *wide]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    profile.complaints[:] = [c for c in profile.complaints if "404" not in c]


def test_no_page_has_barriers_small_targets_or_small_print(
    house: RunningServer, profile: Profile, operator: Operator
) -> None:
    """Looked at by a browser that does run scripts: axe-core is one; the pages are the same."""
    page = profile.page()
    found: dict[str, list[str]] = {}
    for name in every_page(house, page, operator):
        assert page.evaluate(LETTERS)
        assert page.evaluate(KEPT) == {"local": {}, "session": {}, "cookie": ""}
        small = page.evaluate(SMALLEST)
        found[name] = [*barriers_in_both_themes(page), *small_targets(page), *map(str, small)]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    profile.complaints[:] = [c for c in profile.complaints if "422" not in c and "404" not in c]


def test_every_page_fits_320_pixels(
    house: RunningServer, profile: Profile, operator: Operator
) -> None:
    page = profile.page()
    page.set_viewport_size({"width": 320, "height": 640})
    wide = [name for name in every_page(house, page, operator) if not page.evaluate(FITS)]
    assert wide == []
    profile.complaints[:] = [c for c in profile.complaints if "422" not in c and "404" not in c]
