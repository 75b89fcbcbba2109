"""The golden set: pictures of the screens, kept in docs/pictures and compared with what is drawn.

`make pictures` takes them anew, `make compare` compares: on demand, because the demo's hours and
counts are those of the day on which one looks. A picture differs when its size does, or when more
of it has changed than hours, counts and another Chromium's edges account for; what binds for people
with disabilities is tried elsewhere.
"""

import base64
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from ascolto.kit.postgres import EmbeddedPostgres
from support.demo import sign_in
from support.desk import Desk, Writer
from support.running import RunningServer, planned_demo, running_server
from support.wire import PLAIN

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
TAKE = os.environ.get("ASCOLTO_PICTURES") == "take"
COMPARE = os.environ.get("ASCOLTO_PICTURES") == "compare"
# The demo's hours and counts are of the day on which one looks: so much may be otherwise.
MAY_DIFFER = 0.04
LEADER, ADMIN = "team@aurelia.example", "admin@aurelia.example"
PLANNER = "pianificazione@aurelia.example"
OPERATOR = "operatrice@aurelia.example"
_DIFFERENCE = """async ([a, b]) => {
  const bits = async (png) => {
    const file = await fetch("data:image/png;base64," + png);
    const image = await createImageBitmap(await file.blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.getContext("2d").getImageData(0, 0, image.width, image.height);
  };
  const [one, other] = [await bits(a), await bits(b)];
  const sizes = [one.width, one.height, other.width, other.height];
  if (one.width !== other.width || one.height !== other.height) return [sizes, 1];
  let changed = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const far = [0, 1, 2].some((c) => Math.abs(one.data[at + c] - other.data[at + c]) > 48);
    if (far) changed += 1;
  }
  return [sizes, changed / (one.data.length / 4)];
}"""


def keys(page: Page) -> None:
    page.get_by_role("button", name="Cambia i tasti").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def first_of_list(page: Page) -> None:
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Salva").first).to_be_visible()


def board_alone(page: Page) -> None:
    """Choose somebody further down, so that board and person fill the screen."""
    board = page.get_by_role("listbox", name="Tabellone dei turni")
    expect(board.get_by_role("option").first).to_be_visible()
    board.focus()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
    board.evaluate("(one) => one.scrollIntoView({ block: 'end' })")


def measured(page: Page) -> None:
    expect(page.get_by_role("button", name="Misura di nuovo")).to_be_enabled()


def palette(page: Page) -> None:
    expect(page.get_by_role("heading", name="Il mio lavoro")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()


def walls(page: Page) -> None:
    page.get_by_role("button", name="Schermo a parete").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def a_morning(desk: Desk) -> None:
    """Three customers write, one is answered, and a group of colleagues is at work."""
    writers = {
        "Giada Pellizzari": "Buongiorno, la bolletta di questo mese è di 221 euro: è giusta?",
        "Ornella Vizzi": "Mi avete addebitato due volte lo stesso importo.",
        "Teresa Bassi": "Buongiorno, la bolletta di ottobre è quasi il doppio del solito:"
        " 184,20 euro. Potete spiegarmi il motivo?",
    }
    desk.come("Disponibile")
    http = httpx.Client(timeout=20, verify=PLAIN)
    for name, text in writers.items():
        writer = Writer(desk.url, name, http=http)
        writer.begin(text, email=f"{name.lower().replace(' ', '.')}@posta.example")
        desk.accept(name)
    page = desk.page
    page.get_by_label("Risposta al cliente").fill(
        "Buongiorno, sto verificando le letture: le rispondo entro pochi minuti."
    )
    page.keyboard.press("Control+Enter")
    writer.wait_for_answer(
        "Buongiorno, sto verificando le letture: le rispondo entro pochi minuti."
    )
    writer.say("Grazie. Posso essere richiamata dopo le 17?")
    http.close()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    note = page.get_by_label("Nota interna, il cliente non la vede")
    expect(note).to_be_focused()
    note.fill(
        "Lettura stimata ad agosto e settembre: è il conguaglio. Si può proporre la rateizzazione."
    )
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("Si può proporre")).to_be_visible()
    with contextlib.closing(sign_in(desk.url, tenant="aurelia", email=ADMIN)) as admin:
        people = admin.get("/api/v1/accounts", params={"limit": 200}).json()["items"]
    crowd = [one["email"] for one in people if one["roles"] == ["operator"]]
    for email in crowd[:12]:
        with contextlib.closing(sign_in(desk.url, tenant="aurelia", email=email)) as colleague:
            colleague.put("/api/v1/presence", json={"state": "busy", "place": "home"})


def the_talk_there_is(desk: Desk) -> None:
    """Open what the morning has left on the desk."""
    desk.page.get_by_role("option").first.click()
    expect(desk.page.locator("#composer")).to_be_visible()


def by_key(key: str) -> Callable[[Page], None]:
    """Press a key of the open conversation and look at the dialog that it opens."""

    def look(page: Page) -> None:
        in_the_talk(page)
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()

    return look


def in_the_talk(page: Page) -> None:
    """Stand in the open conversation with the keys of the desk, not in a field."""
    expect(page.locator("#composer")).to_be_visible()
    page.locator("#content").focus()


def drafted(page: Page) -> None:
    in_the_talk(page)
    page.keyboard.press("r")
    page.locator("#composer").fill("Gentile cliente,\nle confermo la lettura del 30 novembre.")


def noted(page: Page) -> None:
    in_the_talk(page)
    page.keyboard.press("n")
    page.keyboard.type("Chiedo a @dav")
    expect(page.get_by_role("option", name="Davide Montesi")).to_be_visible()


def wrapping_up(page: Page) -> None:
    in_the_talk(page)
    page.keyboard.press("e")
    expect(page.locator(".wrapup select").first).to_be_visible()


def without_a_line(page: Page) -> None:
    in_the_talk(page)
    page.context.set_offline(True)
    expect(page.locator(".banner.tone-warn")).to_be_visible()


def in_the_light(page: Page) -> None:
    page.emulate_media(color_scheme="light")


def in_the_dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")


@dataclass(frozen=True)
class Sitting:
    """Somebody before a screen of a kind, and what they look at: name, path, what they do first."""

    who: str | None
    looks: tuple[tuple[str, str, Callable[[Page], None] | None], ...]
    size: tuple[int, int] = (1280, 860)
    how: dict[str, Any] = field(default_factory=dict)
    clock: bool = True
    before: Callable[[Desk], None] | None = None
    locale: str = "it-IT"


BUSY: tuple[tuple[str, str, Callable[[Page], None] | None], ...] = (
    ("draft", "", drafted),
    ("note", "", noted),
    ("transfer", "", by_key("t")),
    ("consult", "", by_key("c")),
    ("snooze", "", by_key("h")),
    ("wrapup", "", wrapping_up),
    ("keys", "", by_key("?")),
    ("offline", "", without_a_line),
    ("missing", "/desk/nowhere", None),
)


def busy(*names: str, suffix: str) -> tuple[tuple[str, str, Callable[[Page], None] | None], ...]:
    return tuple((f"busy-{name}{suffix}", path, do) for name, path, do in BUSY if name in names)


DARK, FORCED = {"color_scheme": "dark"}, {"forced_colors": "active"}
PLACES = {
    "work": "work",
    "floor": "floor",
    "conversations": "conversations",
    "settings": "settings",
}


def everywhere(suffix: str) -> tuple[tuple[str, str, None], ...]:
    return tuple((f"set-{name}-{suffix}", f"/desk/{path}", None) for name, path in PLACES.items())


SITTINGS = {
    "morning": Sitting(
        LEADER,
        (
            ("desk-light", "", None),
            ("desk-dark", "", in_the_dark),
            ("desk-floor-light", "/desk/floor", in_the_light),
            ("desk-floor-dark", "/desk/floor", in_the_dark),
        ),
        size=(1440, 900),
        before=a_morning,
    ),
    "busy": Sitting(
        LEADER,
        (
            *busy(*(name for name, _, _ in BUSY), suffix=""),
            *(
                ("busy-draft-dark", "", in_the_dark),
                ("busy-wrapup-dark", "", wrapping_up),
                ("busy-offline-dark", "", without_a_line),
            ),
        ),
        size=(1440, 900),
        before=a_morning,
    ),
    "busy-english": Sitting(
        LEADER,
        busy("draft", "transfer", "wrapup", "keys", "missing", suffix="-english"),
        size=(1440, 900),
        before=the_talk_there_is,
        locale="en-GB",
    ),
    "strangers": Sitting(
        None,
        (
            ("set-login", "/desk/login", None),
            ("set-widget-page", "/demo/aurelia", None),
            ("set-citizen-form", "/help/aurelia", None),
        ),
    ),
    "leader": Sitting(
        LEADER,
        (
            *everywhere("light"),
            ("set-keys", "/desk/settings", keys),
            ("set-palette", "/desk/work", palette),
            ("set-mentions", "/desk/mentions", None),
            ("set-figures", "/desk/figures", None),
            ("set-results", "/desk/results", None),
            ("set-wall-links", "/desk/floor", walls),
        ),
    ),
    # Its own clock is what this page looks at.
    "ready": Sitting(LEADER, (("set-ready", "/desk/ready", measured),), clock=False),
    "leader-dark": Sitting(LEADER, everywhere("dark"), how=DARK),
    "leader-forced": Sitting(LEADER, everywhere("forced"), how=FORCED),
    "leader-320": Sitting(LEADER, everywhere("320"), size=(320, 640)),
    "leader-200": Sitting(LEADER, everywhere("200"), (720, 450), {"device_scale_factor": 2}),
    "wall": Sitting(LEADER, (("set-wall", "/desk/screen", None),), size=(1920, 1080)),
    "wall-dark": Sitting(LEADER, (("set-wall-dark", "/desk/screen", None),), (1920, 1080), DARK),
    "admin": Sitting(
        ADMIN,
        (
            ("admin-first-steps", "/desk/admin/start", None),
            ("admin-clients", "/desk/admin/clients", None),
            ("admin-hours", "/desk/admin/hours", first_of_list),
            ("admin-queues", "/desk/admin/queues", None),
            ("admin-queue", "/desk/admin/queues", first_of_list),
            ("admin-channel", "/desk/admin/channels", first_of_list),
            ("admin-people", "/desk/admin/people", None),
            ("admin-person", "/desk/admin/people", first_of_list),
            ("admin-import", "/desk/admin/import", None),
            ("admin-settings", "/desk/admin/settings", None),
            ("admin-versions", "/desk/admin/versions", None),
        ),
    ),
    "planner": Sitting(
        PLANNER,
        (
            ("plan-forecast", "/desk/planning", None),
            ("plan-people", "/desk/rosters/people", None),
            ("plan-rosters", "/desk/rosters", None),
            ("plan-day", "/desk/intraday", None),
            ("plan-own-days", "/desk/own-days", None),
            ("plan-history", "/desk/history", None),
        ),
    ),
    "planner-320": Sitting(
        PLANNER,
        (("plan-day-320", "/desk/intraday", None), ("plan-rosters-320", "/desk/rosters", None)),
        size=(320, 640),
        how=DARK,
    ),
    "admin-dark": Sitting(
        ADMIN, (("admin-queue-dark", "/desk/admin/queues", first_of_list),), how=DARK
    ),
    "planner-board": Sitting(
        PLANNER,
        (
            ("plan-board-full", "/desk/rosters", board_alone),
            ("plan-worth", "/desk/rosters/worth", None),
        ),
    ),
    "planner-board-dark": Sitting(
        PLANNER, (("plan-board-dark", "/desk/rosters", board_alone),), how=DARK
    ),
    "own-shifts": Sitting(
        OPERATOR, (("plan-own-shifts-360", "/desk/shifts", None),), size=(360, 780)
    ),
}


@pytest.fixture(scope="module")
def house(pg: EmbeddedPostgres, template: str, built: Path) -> Iterator[RunningServer]:
    """Run the demo with all that its planners find done."""
    del built
    name = f"pictures_{os.getpid()}"
    urls = pg.create_database(name, template=template)
    planned_demo(urls, "--plan")
    with running_server(urls, demo=True) as server:
        yield server
    pg.drop_database(name)


@pytest.fixture(params=list(SITTINGS.values()), ids=list(SITTINGS))
def sitting(request: pytest.FixtureRequest) -> Sitting:
    """Take one sitting after the other."""
    chosen: Sitting = request.param
    return chosen


@pytest.fixture
def context(browser: Browser, sitting: Sitting) -> Iterator[BrowserContext]:
    """Give a browser that shows things as this sitting wants them, and does not move."""
    width, height = sitting.size
    context = browser.new_context(
        locale=sitting.locale,
        timezone_id="Europe/Rome",
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        **sitting.how,
    )
    context.set_default_timeout(30_000)
    yield context
    context.close()


def at_rest(page: Page) -> None:
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    expect(page.locator(".skeleton")).to_have_count(0)
    page.wait_for_timeout(900)


@pytest.mark.skipif(not (TAKE or COMPARE), reason="on demand: make compare")
def test_the_screens_are_those_of_the_pictures(
    house: RunningServer, context: BrowserContext, sitting: Sitting
) -> None:
    page = context.new_page()
    if sitting.who is not None:
        mine = "Il mio lavoro" if sitting.locale == "it-IT" else "My work"
        begins_at = "Sala" if sitting.who in {ADMIN, PLANNER} else mine
        Desk(house.url, page).sign_in(sitting.who, begins_at=begins_at)
    if sitting.before is not None:
        sitting.before(Desk(house.url, page))
    if sitting.clock:
        page.clock.set_fixed_time(datetime.now(UTC))  # nothing ages while it is looked at
    judge = context.new_page()
    begun = page.url
    found = {}
    for name, path, first in sitting.looks:
        page.context.set_offline(False)
        page.goto(house.url + path if path else begun)
        if first is not None:
            first(page)
        at_rest(page)
        shot = page.screenshot(animations="disabled", caret="hide", scale="css")
        kept = PICTURES / f"{name}.png"
        if TAKE:
            kept.write_bytes(shot)
            continue
        both = [base64.b64encode(one).decode() for one in (kept.read_bytes(), shot)]
        sizes, share = judge.evaluate(_DIFFERENCE, both)
        if share > MAY_DIFFER:
            found[name] = (sizes, round(share, 3))
    assert found == {}, "look at what has changed; if it is meant: make pictures"


def test_no_picture_of_the_set_is_left_over_and_none_is_missing() -> None:
    named = {name for sitting in SITTINGS.values() for name, _, _ in sitting.looks}
    kept = {path.stem for path in PICTURES.glob("*.png")}
    assert named <= kept
    assert {name for name in kept if name.startswith(("set-", "admin-", "plan-", "busy-"))} <= named
    assert len(named) >= 40
