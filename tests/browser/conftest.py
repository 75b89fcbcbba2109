"""One real server with the demo organisations and one real Chromium for each file of tests."""

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import ascolto
from ascolto.kit.postgres import EmbeddedPostgres
from support.browsing import Operator, Profile
from support.desk import Desk, Writer
from support.panel import Panel, fresh_name
from support.running import RunningServer, running_server

# A busy machine is no failure: what is waited for may take its time.
expect.set_options(timeout=60_000)

_CHROMIUM = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",  # where macOS keeps it
)
_FLAGS = [
    *("--no-sandbox", "--font-render-hinting=none", "--disable-dev-shm-usage"),
    "--use-fake-device-for-media-stream",  # a microphone that beeps, for who may use it
    "--host-resolver-rules=MAP *.lan 127.0.0.1",  # a name without TLS, as in an office's network
]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return this machine's Chromium; what to do when there is none is said with the skip."""
    found = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: `make browser` installs Debian's, or says how")
    return found


@pytest.fixture(scope="session")
def built() -> Path:
    """Return the folder of the built front end."""
    folder = Path(ascolto.__file__).parent / "web" / "static"
    if not (folder / "widget" / "loader.js").is_file():
        pytest.skip("desk and widget are not built here: run `make build`")
    return folder


@pytest.fixture(scope="module")
def house(pg: EmbeddedPostgres, template: str, built: Path) -> Iterator[RunningServer]:
    """Run `ascolto up --demo` on a database of its own."""
    name = f"browser_{os.getpid()}_{next(_numbers)}"
    urls = pg.create_database(name, template=template)
    with running_server(urls, demo=True) as server:
        yield server
    pg.drop_database(name)


# Asked for after the server on purpose: while Playwright runs, this thread runs no other loop.
@pytest.fixture(scope="module")
def browser(house: RunningServer, chromium_path: str) -> Iterator[Browser]:
    """Start one Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def profile(browser: Browser) -> Iterator[Profile]:
    """Give a fresh browser profile that notes every complaint of its pages."""
    context = browser.new_context(
        locale="it-IT",
        timezone_id="Europe/Rome",
        viewport={"width": 1200, "height": 860},
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(60_000)
    someone = Profile(context)
    yield someone
    context.close()
    assert someone.complaints == []


@pytest.fixture
def page(profile: Profile) -> Page:
    """Give a page of a fresh profile."""
    return profile.page()


@pytest.fixture
def panel(house: RunningServer, page: Page) -> Panel:
    """Stand on a client's site, with the chat still closed."""
    page.goto(house.url + "/demo/aurelia")
    return Panel(page)


@pytest.fixture
def at_desk(profile: Profile) -> Iterator[Profile]:
    """Give a profile whose first, signed-out look at the session is no complaint."""
    yield profile
    profile.complaints[:] = [c for c in profile.complaints if "401" not in c and "503" not in c]


@pytest.fixture
def desk(house: RunningServer, at_desk: Profile) -> Desk:
    """Sit down at a desk, signed in."""
    desk = Desk(house.url, at_desk.page())
    desk.sign_in("operatrice@aurelia.example")
    return desk


@pytest.fixture
def writer(house: RunningServer) -> Iterator[Writer]:
    """Give a customer with a name of their own."""
    someone = Writer(house.url, fresh_name())
    yield someone
    someone.http.close()


@pytest.fixture(scope="module")
def operator(house: RunningServer) -> Iterator[Operator]:
    """Let an operator of the demo be at work."""
    with contextlib.closing(Operator(house.url)) as someone:
        yield someone
