"""The chat on a client's page: how soon its button stands there, how soon one can write.

A real server, a real Chromium, a fresh profile for each visit (nothing is cached). Times are the
page's own clock: the button's from navigation to the frame after it was put there, the panel's from
the click to its word that it is ready. The main thread's busy time is Chromium's own count
(`TaskDuration`), which a machine shared with others disturbs less than a clock on the wall.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from ascolto.kit.migrate import migrate
from ascolto.kit.postgres import temporary_postgres
from report import Figure, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.running import RunningServer

VISITS = 15
SLOW_VISITS = 5
# A modest telephone on a modest line: 4 times slower, 1.6 Mbit/s, 150 ms there and back.
SLOW_CPU = 4
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000,
             "uploadThroughput": 93_750}  # fmt: skip
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WATCH = """
if (window === window.top) {
  const look = () => document.querySelector("ascolto-chat")
    ? requestAnimationFrame(() => { window.buttonAt = performance.now(); })
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
  addEventListener("message", (event) => {
    if (event.data?.ascolto === 1 && event.data.t === "ready") window.readyAt = performance.now();
  });
}
"""
_OPEN = """() => { window.clickedAt = performance.now(); window.Ascolto.open(); }"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, milliseconds: on the clock, and of the main thread's work."""

    button: float
    ready: float
    button_busy: float
    ready_busy: float


def _busy_ms(session: CDPSession) -> float:
    found: dict[str, Any] = session.send("Performance.getMetrics")
    return next(1_000 * m["value"] for m in found["metrics"] if m["name"] == "TaskDuration")


def visit(browser: Browser, url: str, *, slow: bool) -> Visit:
    """Come to a client's page for the first time and open the chat."""
    context = browser.new_context(locale="it-IT", viewport={"width": 1200, "height": 860})
    context.add_init_script(_WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    if slow:
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_CPU})
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_LINE)
    try:
        page.goto(url)
        _until(page, "window.buttonAt")
        before = _busy_ms(session)
        page.evaluate(_OPEN)
        _until(page, "window.readyAt")
        busy = _busy_ms(session) - before
        button, ready = page.evaluate("[buttonAt, readyAt - clickedAt]")
        return Visit(button, ready, before, busy)
    finally:
        context.close()


def _until(page: Page, moment: str) -> None:
    """Wait for a moment to be noted; asked from outside, since the page forbids eval."""
    deadline = time.monotonic() + 60
    while not page.evaluate(moment):
        if time.monotonic() > deadline:
            raise TimeoutError(moment)
        page.wait_for_timeout(20)


def _figures(what: str, visits: list[Visit], *, button: float, ready: float) -> list[Figure]:
    def median(name: str) -> float:
        return statistics.median(getattr(one, name) for one in visits)

    return [
        Figure(name=f"button there, {what}", measured=median("button"), unit="ms", at_most=button),
        Figure(name=f"click to ready, {what}", measured=median("ready"), unit="ms", at_most=ready),
        Figure(name=f"main thread, page and button, {what}", measured=median("button_busy"),
               unit="ms"),
        Figure(name=f"main thread, opening, {what}", measured=median("ready_busy"), unit="ms"),
    ]  # fmt: skip


def main() -> int:
    """Measure visits on a quick and on a slow device."""
    chromium = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        print("There is no Chromium here: `make browser` installs Debian's, or says how.")
        return 0
    with temporary_postgres() as pg, tempfile.TemporaryDirectory() as folder:
        urls = pg.create_database("widget")
        asyncio.run(migrate(urls.owner_dsn))
        server = RunningServer(urls, data=Path(folder), demo=True)
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
                )
                url = f"{server.url}/demo/aurelia"
                visit(browser, url, slow=False)  # the server's own first time is no customer's
                quick = [visit(browser, url, slow=False) for _ in range(VISITS)]
                slow = [visit(browser, url, slow=True) for _ in range(SLOW_VISITS)]
                browser.close()
        finally:
            server.stop()
    figures = _figures("quick device", quick, button=150, ready=250)
    figures += _figures("slow device and line", slow, button=700, ready=1_000)
    return 0 if publish("widget", figures, setting={"visits": VISITS, "slow": SLOW_VISITS}) else 1


if __name__ == "__main__":
    sys.exit(main())
