"""The desk as operators meet it: by keyboard alone, through a server's death, in both themes."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers
from support.desk import Desk, Writer
from support.panel import fresh_name
from support.running import RunningServer


@pytest.fixture
def profile(profile: Profile) -> Iterator[Profile]:
    """Give a profile whose first, signed-out look at the session is no complaint."""
    yield profile
    profile.complaints[:] = [c for c in profile.complaints if "401" not in c and "503" not in c]


@pytest.fixture
def desk(house: RunningServer, profile: Profile) -> Desk:
    """Sit down at a desk, signed in."""
    desk = Desk(house.url, profile.page())
    desk.sign_in("operatrice@aurelia.example")
    return desk


@pytest.fixture
def writer(house: RunningServer) -> Iterator[Writer]:
    """Give a customer with a name of their own."""
    someone = Writer(house.url, fresh_name())
    yield someone
    someone.http.close()


def open_talk(desk: Desk, writer: Writer, text: str = "La bolletta è doppia") -> Page:
    """Let a customer write and take their conversation with the keyboard."""
    desk.come("Disponibile")
    writer.begin(text)
    desk.accept(writer.name)
    expect(desk.page.get_by_text(text).last).to_be_visible()
    expect(desk.page.get_by_label("Risposta al cliente")).to_be_visible()
    return desk.page


def begin_reply(page: Page) -> None:
    """Press the reply key and wait for the field: faster than any hand, the next keys are text."""
    page.keyboard.press("r")
    expect(page.get_by_label("Risposta al cliente")).to_be_focused()


def test_an_operator_takes_and_answers_by_keyboard_alone(desk: Desk, writer: Writer) -> None:
    page = open_talk(desk, writer)
    begin_reply(page)
    page.keyboard.type("Buongiorno, controllo subito.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Buongiorno, controllo subito.").last).to_be_visible()
    expect(page.get_by_label("Risposta al cliente")).to_have_value("")
    writer.wait_for_answer("Buongiorno, controllo subito.")
    assert writer.answers() == ["Buongiorno, controllo subito."]
    writer.say("Grazie mille")
    expect(page.get_by_text("Grazie mille").last).to_be_visible()


def test_what_was_written_while_the_server_was_dead_arrives_once(
    desk: Desk, writer: Writer, house: RunningServer
) -> None:
    page = open_talk(desk, writer, "Il contatore è fermo")
    begin_reply(page)
    house.kill()
    page.keyboard.type("Mando un tecnico domani.")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("E questa è solo una bozza")
    house.start()
    expect(page.get_by_label("Risposta al cliente")).to_have_value("E questa è solo una bozza")
    expect(page.get_by_text("inviato", exact=True).last).to_be_visible(timeout=30_000)
    writer.wait_for_answer("Mando un tecnico domani.")
    assert writer.answers() == ["Mando un tecnico domani."]
    page.reload()
    expect(page.get_by_label("Risposta al cliente")).to_have_value("E questa è solo una bozza")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_of_the_desk_has_barriers(
    house: RunningServer, profile: Profile, theme: Literal["light", "dark"]
) -> None:
    page = profile.page()
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(house.url + "/desk/")
    expect(page.get_by_role("button", name="Entra")).to_be_visible()
    assert barriers(page) == []
    Desk(house.url, page).sign_in("team@aurelia.example")
    for path, heading in (
        ("/desk/work", "Il mio lavoro"),
        ("/desk/conversations", "Conversazioni"),
        ("/desk/floor", "Sala"),
        ("/desk/settings", "Impostazioni"),
    ):
        page.goto(house.url + path)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        page.wait_for_timeout(400)
        assert barriers(page) == [], path


def test_the_desk_speaks_english_too(house: RunningServer, profile: Profile) -> None:
    page = profile.page()
    page.goto(house.url + "/desk/")
    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_floor_tells_of_queues_and_of_no_single_person(
    house: RunningServer, profile: Profile
) -> None:
    page = profile.page()
    Desk(house.url, page).sign_in("team@aurelia.example")
    page.goto(house.url + "/desk/floor")
    expect(page.get_by_text("Fatture e pagamenti")).to_be_visible()
    expect(page.get_by_text("Solo gruppi di almeno 5 persone")).to_be_visible()
    text = page.locator("main").inner_text()
    assert "Giulia" not in text
    assert "Ferrante" not in text
