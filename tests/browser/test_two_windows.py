"""A customer in one window, an operator in another, and the server killed in between."""

import contextlib

from playwright.sync_api import Error, Locator, expect

from support.browsing import Profile
from support.desk import Desk
from support.panel import Panel, fresh_name
from support.running import RunningServer

_LONG_MS = 30_000


def answer(desk: Desk, text: str) -> None:
    desk.page.get_by_label("Risposta al cliente").fill(text)
    desk.page.keyboard.press("Control+Enter")


def looked_and_sent(desk: Desk, *, until: Locator) -> None:
    """Send a reply again that is held back, because the customer's words overtook it."""
    for _ in range(_LONG_MS // 500):
        if until.is_visible():
            return
        held = desk.page.get_by_role("button", name="Riprova")
        if held.is_visible():
            # The desk tries again by itself too: the button may go while it is reached for.
            with contextlib.suppress(Error):
                held.click(timeout=2_000)
        desk.page.wait_for_timeout(500)


def test_two_windows_talk_and_a_killed_server_loses_nothing(
    house: RunningServer, profile: Profile, panel: Panel
) -> None:
    name = fresh_name()
    desk = Desk(house.url, profile.page())
    desk.sign_in("operatrice@aurelia.example")
    desk.come("Disponibile")
    panel.open().begin("La bolletta è doppia", name=name)
    desk.accept(name)
    answer(desk, "Buongiorno, controllo subito.")
    expect(panel.chat.locator(".operator .text")).to_have_text(["Buongiorno, controllo subito."])
    panel.chat.get_by_label("Scriva qui").press_sequentially("Gra", delay=20)
    expect(desk.page.get_by_text("sta scrivendo").first).to_be_visible()
    panel.write("Grazie")
    expect(desk.page.get_by_role("log").get_by_text("Grazie", exact=True)).to_be_visible()
    house.kill()
    panel.write("Aspetto qui")
    answer(desk, "Era il conguaglio.")
    house.start()
    wanted = ["Aspetto qui", "Era il conguaglio."]
    looked_and_sent(desk, until=panel.chat.locator("ol").get_by_text(wanted[1]))
    for text in wanted:
        expect(panel.chat.locator("ol").get_by_text(text)).to_be_visible(timeout=_LONG_MS)
        expect(desk.page.get_by_role("log").get_by_text(text)).to_be_visible(timeout=_LONG_MS)
    expect(panel.chat.get_by_text("Inviato", exact=True)).to_be_visible(timeout=_LONG_MS)
    said = panel.texts()
    assert sorted(said[3:]) == wanted
    assert said[:3] == ["La bolletta è doppia", "Buongiorno, controllo subito.", "Grazie"]
    assert len(said) == 5
    forgiven = ("401", "409", "503")
    profile.complaints[:] = [c for c in profile.complaints if not any(f in c for f in forgiven)]
