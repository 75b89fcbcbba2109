"""The desk as operators meet it: by keyboard alone, through a server's death, in both themes."""

import time

import pytest
from playwright.sync_api import Page, expect

from support.browsing import Profile, barriers_in_both_themes
from support.desk import Desk, Writer
from support.running import RunningServer


def begin_reply(page: Page) -> None:
    """Press the reply key and wait for the field: faster than any hand, the next keys are text."""
    page.keyboard.press("r")
    expect(page.get_by_label("Risposta al cliente")).to_be_focused()


def test_what_was_written_while_the_server_was_dead_arrives_once(
    desk: Desk, writer: Writer, house: RunningServer
) -> None:
    page = desk.take(writer, "Il contatore è fermo")
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


def test_no_screen_of_the_desk_has_barriers(house: RunningServer, at_desk: Profile) -> None:
    page = at_desk.page()
    page.goto(house.url + "/desk/")
    expect(page.get_by_role("button", name="Entra")).to_be_visible()
    assert barriers_in_both_themes(page) == []
    Desk(house.url, page).type_in("team@aurelia.example")
    for path, heading in (
        ("/desk/work", "Il mio lavoro"),
        ("/desk/conversations", "Conversazioni"),
        ("/desk/floor", "Sala"),
        ("/desk/settings", "Impostazioni"),
    ):
        page.goto(house.url + path)
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        page.wait_for_timeout(400)
        assert barriers_in_both_themes(page) == [], path


def test_the_desk_speaks_english_too(house: RunningServer, at_desk: Profile) -> None:
    page = at_desk.page()
    page.goto(house.url + "/desk/")
    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_floor_tells_of_queues_and_of_no_single_person(
    house: RunningServer, at_desk: Profile
) -> None:
    page = at_desk.page()
    ticks = Ticks(page)
    Desk(house.url, page).sign_in("team@aurelia.example")
    page.goto(house.url + "/desk/floor")
    expect(page.get_by_text("Fatture e pagamenti")).to_be_visible()
    expect(page.get_by_text("Solo gruppi di almeno 5 persone")).to_be_visible()
    ticks.wait_for(2)
    row = page.get_by_role("row").filter(has_text="Fatture e pagamenti")
    expect(row).to_contain_text("obiettivo 80% entro 1:00")
    expect(row.get_by_title("sl_strict v1")).to_have_text("Entro soglia su tutte le richieste")
    text = page.locator("main").inner_text()
    assert "NaN" not in text
    assert "undefined" not in text
    assert "others" not in text
    assert "Giulia" not in text
    assert "Ferrante" not in text


class Ticks:
    """The ticks of the floor that a page has heard."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0
        page.on("websocket", lambda line: line.on("framereceived", self._hear))

    def _hear(self, frame: str | bytes) -> None:
        self.count += '"floor.tick"' in str(frame)

    def wait_for(self, count: int) -> None:
        """Wait until so many have come, and been shown."""
        deadline = time.monotonic() + 60
        while self.count < count:
            assert time.monotonic() < deadline, f"{self.count} ticks"
            self.page.wait_for_timeout(200)
        self.page.wait_for_timeout(500)


@pytest.mark.parametrize(
    ("who", "begins_at", "never"),
    [
        (
            "client@aurelia.example",
            "Cifre",
            ["Il mio lavoro", "Menzioni", "Sala", "I miei risultati"],
        ),
        ("analista@aurelia.example", "Sala", ["Il mio lavoro", "Menzioni", "Conversazioni"]),
        ("privacy@aurelia.example", "Privacy", ["Il mio lavoro", "Sala", "Cifre"]),
    ],
)
def test_whoever_answers_nobody_begins_at_what_they_are_there_for(
    house: RunningServer, at_desk: Profile, who: str, begins_at: str, never: list[str]
) -> None:
    page = at_desk.page()
    Desk(house.url, page).type_in(who, begins_at=begins_at)
    pages = page.get_by_role("navigation", name="Pagine")
    expect(pages.get_by_role("link", name=begins_at)).to_be_visible()
    for name in never:
        expect(pages.get_by_role("link", name=name)).to_have_count(0)


def test_a_client_reads_figures_with_their_formulas(house: RunningServer, at_desk: Profile) -> None:
    page = at_desk.page()
    Desk(house.url, page).sign_in("client@ponente.example", tenant="ponente", begins_at="Cifre")
    expect(page.get_by_title("abandon_rate v1")).to_have_text("Tasso di abbandono")
    page.get_by_label("Misura").select_option("asa")
    page.get_by_text("Formula: Attesa media di chi ha avuto risposta").click()
    expect(page.get_by_text("wait of answered / answered")).to_be_visible()
    assert "TelcoEsempio" not in page.locator("main").inner_text()
    assert "NaN" not in page.locator("main").inner_text()
