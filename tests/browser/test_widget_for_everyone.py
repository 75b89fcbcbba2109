"""The chat widget for those who see, hear or move otherwise, and on small screens."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.browsing import Operator, barriers_in_both_themes, small_targets
from support.panel import Panel, fresh_name

PICTURES = Path(__file__).parents[2] / "test-results"
# Buttons of the conversation and the place to write: colours are the system's, so only edges tell.
_EDGES = """() => [...document.querySelectorAll("textarea, .primary, .second, .bubble")]
  .filter((one) => one.checkVisibility())
  .map((one) => {
    const style = getComputedStyle(one);
    const drawn = [style.borderTopWidth, style.outlineStyle === "none" ? "0" : style.outlineWidth]
      .some((width) => parseFloat(width) > 0);
    return { what: one.className || one.localName, drawn };
  })"""


def test_no_screen_has_barriers(panel: Panel, operator: Operator) -> None:
    page, name = panel.page, fresh_name()
    found: dict[str, list[str]] = {"closed": barriers_in_both_themes(page)}

    def look(screen: str) -> None:
        frame = panel.frame()
        found[screen] = barriers_in_both_themes(frame) + small_targets(frame)

    panel.open()
    look("start")
    panel.chat.get_by_role("button", name="Inizia la chat").click()
    look("start with problems")
    panel.begin("Buongiorno, https://esempio.example/pagina", name=name)
    conversation = operator.take(name)
    operator.say(conversation, "Buongiorno a lei")
    panel.chat.locator(".operator").wait_for()
    look("chat")
    panel.chat.get_by_role("button", name="Altre opzioni").click()
    look("menu")
    page.keyboard.press("Escape")
    panel.chat.get_by_role("button", name="Preferisco parlare al telefono").click()
    panel.chat.get_by_label("In un altro momento").check()
    look("phone")
    page.keyboard.press("Escape")
    panel.option("Continui su un altro dispositivo")
    look("device")
    page.keyboard.press("Escape")
    panel.option("Termina la conversazione")
    look("end")
    panel.chat.get_by_role("button", name="Sì, termina").click()
    panel.chat.get_by_label("Bene", exact=True).check()
    look("survey")
    assert {screen: wrong for screen, wrong in found.items() if wrong} == {}


def test_a_whole_conversation_needs_no_mouse(panel: Panel, operator: Operator) -> None:
    page, name = panel.page, fresh_name()
    keys = page.keyboard
    for _ in range(6):
        keys.press("Tab")
        if page.evaluate("document.activeElement.localName") == "ascolto-chat":
            break
    keys.press("Enter")
    expect(panel.chat.get_by_label("Come possiamo aiutarla?")).to_be_focused()
    keys.type("Scrivo con la tastiera")
    keys.press("Tab")
    keys.type(name)
    for _ in range(4):  # e-mail, remember, privacy, button
        keys.press("Tab")
    expect(panel.chat.get_by_role("button", name="Inizia la chat")).to_be_focused()
    keys.press("Enter")
    expect(panel.chat.get_by_label("Scriva qui")).to_be_focused()
    conversation = operator.take(name)
    keys.type("Ci siete?")
    keys.press("Enter")
    expect(panel.chat.locator("ol li:not(.system) .text")).to_have_count(2)
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible()
    assert operator.heard(conversation) == ["Scrivo con la tastiera", "Ci siete?"]
    more = panel.chat.get_by_role("button", name="Altre opzioni")
    more.focus()
    keys.press("Enter")
    expect(panel.chat.locator(".menu button").first).to_be_focused()
    keys.press("Escape")
    expect(more).to_be_focused()
    keys.press("Enter")
    panel.chat.locator(".menu").get_by_role("button", name="Termina").focus()
    keys.press("Enter")
    expect(panel.chat.get_by_role("heading", name="Vuole terminare")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(panel.chat.get_by_role("heading", name="Conversazione conclusa")).to_be_focused()
    keys.press("Tab")
    keys.press("Space")
    for _ in range(3):
        keys.press("ArrowRight")
    expect(panel.chat.get_by_label("Bene", exact=True)).to_be_checked()
    keys.press("Tab")
    keys.type("Gentili")
    keys.press("Tab")
    keys.press("Enter")
    expect(panel.chat.get_by_text("Grazie: ne terremo conto.")).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_role("button", name="Serve aiuto?")).to_be_focused()


def test_others_are_announced_once_and_oneself_never(panel: Panel, operator: Operator) -> None:
    name = fresh_name()
    panel.open().begin("Pronto?", name=name)
    operator.say(operator.take(name), "Eccomi")
    panel.chat.locator(".operator").wait_for()
    panel.write("Bene")
    expect(panel.chat.locator("ol li:not(.system) .text")).to_have_count(3)
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible()
    said = panel.chat.get_by_role("log").locator("p").all_inner_texts()
    assert said == [
        "Messaggio automatico: Chi le risponde ora si trova in: Italia.",
        "Giulia, servizio clienti: Eccomi",
    ]


@pytest.mark.parametrize("size", [(320, 640), (360, 740), (600, 430)])
def test_it_fits_small_and_enlarged_screens(panel: Panel, size: tuple[int, int]) -> None:
    """600 x 430 is what a laptop leaves at 200 %."""
    panel.page.set_viewport_size({"width": size[0], "height": size[1]})
    panel.open()
    fits = "document.scrollingElement.scrollWidth <= innerWidth"
    assert panel.frame().evaluate(fits)
    panel.begin("Una parolalunghissima" + "a" * 80)
    assert panel.frame().evaluate(fits)
    send = panel.chat.get_by_role("button", name="Invia", exact=True)
    send.scroll_into_view_if_needed()
    expect(send).to_be_in_viewport()


def test_what_is_wrong_with_a_form_is_told_in_one_place_too(panel: Panel) -> None:
    panel.open()
    panel.chat.get_by_label("E-mail").fill("carla")
    panel.chat.get_by_role("button", name="Inizia la chat").click()
    summary = panel.chat.get_by_role("alert").filter(has_text="e-mail")
    expect(summary.get_by_role("link")).to_have_count(2)
    summary.get_by_role("link", name="Scriva prima il messaggio.").click()
    expect(panel.chat.get_by_label("Come possiamo aiutarla?")).to_be_focused()


def test_with_forced_colours_each_control_keeps_its_edge(panel: Panel) -> None:
    """Taken as pictures for people to look at; what binds is that edges are drawn."""
    panel.page.emulate_media(forced_colors="active")
    panel.open().begin("Si vede tutto?")
    PICTURES.mkdir(parents=True, exist_ok=True)
    panel.page.screenshot(path=PICTURES / "widget-forced-colors.png")
    edges = panel.frame().evaluate(_EDGES)
    assert edges
    assert [edge for edge in edges if not edge["drawn"]] == []
