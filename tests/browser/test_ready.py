"""Before the shift: the line, the clock, the sound, the microphone and the notices are tried."""

import json
from datetime import datetime, timedelta

from playwright.sync_api import Page, WebSocketRoute, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk
from support.running import RunningServer

WHO = "operatrice@aurelia.example"


def signed_in(house: RunningServer, profile: Profile) -> Page:
    desk = Desk(house.url, profile.page())
    desk.sign_in(WHO)
    return desk.page


def measured(house: RunningServer, page: Page) -> None:
    page.goto(house.url + "/desk/ready")
    expect(page.get_by_role("heading", name="Prima del turno")).to_be_visible()
    expect(page.get_by_role("button", name="Misura di nuovo")).to_be_enabled()


def card(page: Page, name: str) -> str:
    return page.get_by_role("region", name=name, exact=True).inner_text()


def test_everything_tried_and_in_order_says_so_and_is_kept_on_this_computer_alone(
    house: RunningServer, at_desk: Profile
) -> None:
    at_desk.context.grant_permissions(["microphone", "notifications"])
    page = signed_in(house, at_desk)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.keyboard.press("g")
    page.keyboard.press("p")
    measured(house, page)
    network = page.get_by_role("region", name="Rete", exact=True)
    expect(network.get_by_text("Risposte non arrivate").locator("..")).to_contain_text("0%")
    expect(network.get_by_text("Velocità in arrivo").locator("..")).to_contain_text("Mbit/s")
    assert "Segna l’ora giusta" in card(page, "Orologio")
    page.get_by_role("button", name="Fai sentire il suono").click()
    page.get_by_role("group", name="L’hai sentito?").get_by_role("button", name="Sì").click()
    microphone = page.get_by_role("region", name="Microfono", exact=True)
    microphone.get_by_role("button", name="Prova il microfono").click()
    expect(microphone.get_by_text("A posto")).to_be_visible()
    microphone.get_by_role("button", name="Spegni il microfono").click()
    expect(page.get_by_role("status").filter(has_text="buon turno")).to_be_visible()
    assert {one.split(" ")[0] for one in sent} == {"GET"}  # nothing is told to anybody
    kept = json.loads(page.evaluate("localStorage.getItem('ascolto.ready')"))
    assert kept["verdicts"] == dict.fromkeys(
        ("network", "clock", "sound", "microphone", "notices"), "good"
    )
    page.reload()
    expect(page.get_by_text("Ultimo controllo su questo computer")).to_be_visible()


def test_a_slow_lossy_line_and_a_wrong_clock_are_told_in_plain_words(
    house: RunningServer, at_desk: Profile
) -> None:
    page = signed_in(house, at_desk)

    def worse(line: WebSocketRoute) -> None:
        """Lose every fifth answer, and let the server's clock be three minutes behind ours."""
        server = line.connect_to_server()

        def answer(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["t"] == "pong":
                if frame["n"] % 5 == 0:
                    return
                late = datetime.fromisoformat(frame["now"]) - timedelta(minutes=3)
                frame["now"] = late.isoformat()
            line.send(json.dumps(frame))

        server.on_message(answer)

    page.route_web_socket("**/live", worse)
    page.goto(house.url + "/desk/work")
    measured(house, page)
    network = card(page, "Rete")
    assert "Da sistemare" in network
    assert "20%" in network
    assert "Avvicinati al router" in network
    assert "avanti di 3 min" in card(page, "Orologio")


def test_without_permission_or_sound_it_says_what_to_do(
    house: RunningServer, at_desk: Profile
) -> None:
    page = signed_in(house, at_desk)
    measured(house, page)
    page.get_by_role("button", name="Prova il microfono").click()
    expect(page.get_by_role("alert").filter(has_text="Premi il lucchetto")).to_be_visible()
    page.get_by_role("button", name="Fai sentire il suono").click()
    page.get_by_role("group", name="L’hai sentito?").get_by_role("button", name="No").click()
    expect(page.get_by_role("alert").filter(has_text="cuffie")).to_be_visible()
    page.get_by_role("button", name="Permetti gli avvisi").click()  # the browser says no
    notices = page.get_by_role("region", name="Avvisi del sistema", exact=True)
    expect(notices).to_contain_text("tieni il desk in vista")
    expect(page.get_by_text("Qualcosa va sistemato prima di cominciare")).to_be_visible()


def test_the_page_has_no_barriers_and_does_not_scroll_sideways(
    house: RunningServer, at_desk: Profile
) -> None:
    at_desk.context.grant_permissions(["microphone"])
    page = at_desk.page()
    Desk(house.url, page).sign_in(WHO)
    measured(house, page)
    page.get_by_role("button", name="Prova il microfono").click()
    page.get_by_role("button", name="Fai sentire il suono").click()
    page.get_by_role("group", name="L’hai sentito?").get_by_role("button", name="No").click()
    expect(page.get_by_role("meter")).to_be_visible()
    assert barriers_in_both_themes(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
