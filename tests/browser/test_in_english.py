"""A morning in English: on no screen stands a word of the Italian catalogues.

`ASCOLTO_MORNING=1` lives it against the simulator's day, on every screen and in both themes;
`ASCOLTO_TEST_PICTURES` says where to leave pictures for a person to look at.
"""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ascolto.kit.postgres import EmbeddedPostgres
from support.browsing import Operator
from support.demo import sign_in
from support.desk import Writer, clear_desk
from support.running import RunningServer, running_server

MORNING = bool(os.environ.get("ASCOLTO_MORNING"))
PICTURES = os.environ.get("ASCOLTO_TEST_PICTURES")
SOURCES = Path(__file__).parents[2] / "web" / "desk" / "src"
DEMO = Path(__file__).parents[2] / "src" / "ascolto" / "demo" / "organisations"
OPERATOR, LEADER = "operatrice@aurelia.example", "team@aurelia.example"
PLANNER, ADMIN = "pianificazione@aurelia.example", "admin@aurelia.example"
THEMES = ("light", "dark") if MORNING else ("light",)
SECTIONS: tuple[str, ...] = ("queues", "channels", "settings")
if MORNING:
    SECTIONS += ("start", "clients", "hours", "people", "accounts", "teams", "skills", "canned")
    SECTIONS += ("reasons", "import", "webhooks", "tokens", "versions")
PLACES = {
    OPERATOR: ("work", "results", "mentions", "shifts", "settings", "ready", "conversations"),
    LEADER: ("floor", "figures", "conversations", "shift-requests", "intraday"),
    PLANNER: ("planning", "rosters", "rosters/people", "intraday", "own-days", "history"),
    ADMIN: tuple(f"admin/{one}" for one in SECTIONS),
}
# Everything that is read, by eye or aloud, a line each; what people wrote is not ours to put.
_READ = """() => [
  ...document.body.innerText.split("\\n"),
  ...[...document.querySelectorAll("[aria-label], [title], [placeholder]")].flatMap((one) =>
    ["aria-label", "title", "placeholder"].map((name) => one.getAttribute(name) ?? "")),
].map((one) => one.trim()).filter(Boolean)"""
_ENTRY = re.compile(r'^msgid "(.+)"\nmsgstr "(.+)"$', re.MULTILINE)


def words(language: str) -> dict[str, str]:
    """Return the desk's words by their ids."""
    return {
        key: text.replace('\\"', '"')
        for path in SOURCES.rglob(f"{language}.po")
        for key, text in _ENTRY.findall(path.read_text("utf-8"))
    }


@dataclass(frozen=True)
class Italian:
    """What only the Italian catalogues say: whole lines, and lines with places to fill."""

    plain: frozenset[str]
    filled: tuple[re.Pattern[str], ...]

    def among(self, lines: list[str]) -> set[str]:
        """Return the lines that are Italian."""
        return {
            one
            for one in lines
            if one in self.plain or any(pattern.fullmatch(one) for pattern in self.filled)
        }


@pytest.fixture(scope="module")
def italian() -> Italian:
    """Read the catalogues."""
    english = words("en")
    told = set(english.values())
    # The demo has named its things as the starting templates do: that is what people wrote.
    demo = "".join(path.read_text("utf-8") for path in DEMO.glob("*.toml"))
    plain, filled = set(), []
    for key, text in words("it").items():
        if text in told or f'"{text}"' in demo or len(re.findall(r"[^\W\d]", text)) < 4:
            continue
        if "{" not in text:
            plain.add(text)
        elif "plural" not in text and "select" not in text:
            rest = re.sub(r"\{\w+\}", "", text)
            if (
                len(re.findall(r"[^\W\d]", rest)) >= 8
                and re.sub(r"\{\w+\}", "", english[key]) != rest
            ):
                parts = re.split(r"\{\w+\}", text)
                filled.append(re.compile(".+".join(map(re.escape, parts))))
    assert len(plain) > 500
    return Italian(frozenset(plain), tuple(filled))


@pytest.fixture(scope="module")
def house(pg: EmbeddedPostgres, template: str, built: Path) -> Iterator[RunningServer]:
    """Run the demo, for a morning with the simulator's day."""
    del built
    name = f"english_{os.getpid()}"
    urls = pg.create_database(name, template=template)
    with running_server(urls, demo=True) as server:
        playing = (
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "ascolto.cli", "simulate", "--url", server.url),
                    *("--scenario", "soak", "--operators", "8"),
                ],
                env={**os.environ, "DATABASE_URL": urls.app_dsn},
            )
            if MORNING
            else None
        )
        yield server
        if playing is not None:
            playing.terminate()
            playing.wait()
    pg.drop_database(name)


def sit_down(browser: Browser, house: RunningServer, email: str, theme: str) -> Page:
    context = browser.new_context(
        locale="en-GB",
        timezone_id="Europe/Rome",
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        color_scheme=theme,  # type: ignore[arg-type] # light or dark
    )
    context.set_default_timeout(60_000)
    with contextlib.closing(sign_in(house.url, tenant="aurelia", email=email)) as http:
        context.add_cookies(
            [
                {"name": one.name, "value": one.value or "", "url": house.url}
                for one in http.cookies.jar
            ]
        )
    return context.new_page()


@dataclass
class Walk:
    """Somebody who goes from screen to screen and notes what is not English there."""

    page: Page
    italian: Italian
    name: str
    found: dict[str, set[str]] = field(default_factory=dict)

    def read(self, place: str) -> None:
        """Read everything on the screen once it has come to rest."""
        expect(self.page.locator(".skeleton")).to_have_count(0)
        if PICTURES:
            self.page.wait_for_timeout(1_500)
            name = f"{self.name}-{place.replace('/', '-')}.png"
            self.page.screenshot(path=Path(PICTURES) / name)
        if said := self.italian.among(self.page.evaluate(_READ)):
            self.found[place] = said


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("email", list(PLACES), ids=["operator", "leader", "planner", "admin"])
def test_no_screen_in_english_says_anything_in_italian(
    house: RunningServer, browser: Browser, italian: Italian, email: str, theme: str
) -> None:
    page = sit_down(browser, house, email, theme)
    walk = Walk(page, italian, f"{email.partition('@')[0]}-{theme}")
    for place in PLACES[email]:
        page.goto(f"{house.url}/desk/{place}")
        expect(page.get_by_role("navigation").first).to_be_visible()
        walk.read(place)
        first = page.locator("tbody th a, tbody td a").first
        if place.startswith("admin/") and first.count():
            first.click()
            walk.read(f"{place}/one")
    page.context.close()
    assert walk.found == {}


@pytest.mark.parametrize("theme", THEMES)
def test_a_conversation_in_hand_and_what_is_done_with_it_are_in_english(
    house: RunningServer, browser: Browser, italian: Italian, writer: Writer, theme: str
) -> None:
    operator = Operator(house.url)
    writer.begin("Good morning, my bill came twice", email="carla@posta.example")
    conversation_id = operator.take(writer.name)
    page = sit_down(browser, house, OPERATOR, theme)
    walk = Walk(page, italian, f"talk-{theme}")
    page.goto(f"{house.url}/desk/work/{conversation_id}")
    expect(page.get_by_text("Unrequested e-mails")).to_be_visible()
    walk.read("conversation")
    page.get_by_role("button", name="Note what they say").click()
    walk.read("consent")
    page.keyboard.press("Escape")
    for key, place in (("t", "transfer"), ("c", "consult"), ("h", "snooze"), ("?", "help")):
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        walk.read(place)
        page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(
        page.get_by_label("Outcome").or_(page.get_by_role("group", name="Outcome")).first
    ).to_be_visible()
    walk.read("wrap-up")
    page.context.close()
    operator.close()
    clear_desk(house.url, OPERATOR)
    assert walk.found == {}
